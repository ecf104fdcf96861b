"""Rehearsal files for tests: short ones, of the shipped hop."""

from __future__ import annotations

from pathlib import Path

from gcs.config.loading import CONFIGS

MISSION = CONFIGS / "missions" / "xzy1-hop.toml"

HEAD = """
[rehearsal]
id = "short"
title = "a short one"
mission = "{mission}"
seed = 4
duration = "{duration}"
"""
BEFORE_LAUNCH = """
[[expect]]
text = "still on the pad"
always = "nav.altitude < 1 m"
after = "-22 s"
"""
NEVER_MET = """
[[expect]]
text = "it flies"
await = "nav.altitude > 100 m"
"""


def written(
    folder: Path, *tables: str, duration: str = "4 s", mission: Path | str = MISSION
) -> Path:
    """A rehearsal file with these tables."""
    path = folder / "short.toml"
    head = HEAD.format(mission=mission, duration=duration)
    path.write_text(head + "".join(tables), encoding="utf-8")
    return path


def expect(text: str, **keys: str) -> str:
    """One `[[expect]]` table of text values."""
    lines = [f"{key} = '{value}'" for key, value in keys.items()]
    return "\n".join(["", "[[expect]]", f'text = "{text}"', *lines, ""])
