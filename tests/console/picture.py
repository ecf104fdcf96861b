"""The console's picture for the README: `python -m tests.console.picture OUT.svg`.

The main screen at 160x50 during the landing burn, as Textual exports it, without
the fonts that it would fetch.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gcs.console.protocol import Welcome
from gcs.console.screenshot import without_fetching
from tests.console.desk import Desk, at_desk
from tests.console.flown import LANDING_BURN_S, landing_burn, scene_at
from tests.console.scenes import catalogue

SIZE = (160, 50)


def picture() -> str:
    """The screen as SVG that names no address but the SVG namespace."""
    exported: list[str] = []

    async def scenario(desk: Desk) -> None:
        path = [scene_at(tick / 5).snapshot() for tick in range(int(LANDING_BURN_S * 5))]
        await desk.says(
            Welcome("console-1", "FD", "anna"), catalogue(), *path, landing_burn().snapshot()
        )
        exported.append(desk.app.export_screenshot(title="Landfall"))

    at_desk(scenario, SIZE)
    return without_fetching(exported[0])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture())
