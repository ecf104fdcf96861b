"""Every screen in six states at three sizes, as it was looked at and found right.

`LANDFALL_EXPECT=write` writes what is seen now in place of what is expected: look at it then.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from gcs.console.panels.views import VIEWS
from gcs.console.protocol import Welcome
from tests.console.desk import Desk, at_desk
from tests.console.moments import CHOSEN, MOMENTS, SIZES, moment
from tests.console.scenes import catalogue, replayed
from tests.console.screens import EXPECTED, assert_looks_like

WELCOME = Welcome("console-1", "FD", "anna")
AROUND = {160: 5 + 4, 120: 5 + 4, 80: 4 + 3}
"""Rows of the header and the command line around a page."""

BY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


@BY_SIZE
@pytest.mark.parametrize("name", MOMENTS)
def test_the_main_screen(name: str, size: tuple[int, int]) -> None:
    async def scenario(desk: Desk) -> None:
        names = replayed(catalogue()) if name == "replay" else catalogue()
        await desk.says(WELCOME, names, MOMENTS[name]().snapshot())
        assert_looks_like(desk.app, f"{name}-{size[0]}x{size[1]}")

    at_desk(scenario, size)


@BY_SIZE
@pytest.mark.parametrize("page", VIEWS)
def test_every_page_in_every_state(page: str, size: tuple[int, int]) -> None:
    told = "".join(f"== {name} ==\n{drawn(page, name, size)}\n" for name in MOMENTS)
    path = EXPECTED / "pages" / f"{page}-{size[0]}x{size[1]}.txt"
    if os.environ.get("LANDFALL_EXPECT") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(told)
    assert told == path.read_text()


def drawn(page: str, name: str, size: tuple[int, int]) -> str:
    """A page's rows between header and command line."""
    width, height = size
    picture = moment(name, replace(CHOSEN, page=page))
    lines = VIEWS[page].builder(picture, width, height - AROUND[width])
    rows = ("".join(span.text for span in line).rstrip() for line in lines)
    return "\n".join(rows).rstrip() + "\n"
