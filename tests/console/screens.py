"""A running app's screen as text, taken from the picture Textual exports."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

from textual.app import App

from gcs.console.panels.header import BEATS

EXPECTED = Path(__file__).parent / "expected"
_TEXT = re.compile(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>')
_HEARTBEAT = re.compile(f"(?<= )[{BEATS}](?= |$)")
_CELL_WIDTH = 12.2
_ROW_HEIGHT = 24.4


def screen_text(app: App[None]) -> str:
    """What stands on the screen, one line a row, the moving heartbeat held still."""
    rows: dict[int, dict[int, str]] = {}
    for x, y, text in _TEXT.findall(app.export_screenshot(title="")):
        row = rows.setdefault(round(float(y) / _ROW_HEIGHT), {})
        row[round(float(x) / _CELL_WIDTH)] = html.unescape(text).replace("\xa0", " ")
    lines = [_joined(rows.get(y, {})) for y in range(min(rows), max(rows) + 1)]
    lines[0] = _HEARTBEAT.sub(BEATS[0], lines[0])
    return "\n".join(lines).rstrip() + "\n"


def _joined(pieces: dict[int, str]) -> str:
    line = ""
    for column, text in sorted(pieces.items()):
        line = line.ljust(column) + text
    return line.rstrip()


def assert_looks_like(app: App[None], name: str) -> None:
    """The screen equals `expected/NAME.txt`; LANDFALL_EXPECT=write writes that file instead."""
    path = EXPECTED / f"{name}.txt"
    shown = screen_text(app)
    if os.environ.get("LANDFALL_EXPECT") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown)
    assert shown == path.read_text()
