"""A picture of the screen that anyone can open: SVG that fetches nothing."""

from __future__ import annotations

import re
from pathlib import Path

FONT = "'DejaVu Sans Mono', Menlo, Consolas, monospace"
_FETCHED = re.compile(r"@font-face\s*{[^}]*}\s*|<!--.*?-->\s*")


def without_fetching(svg: str) -> str:
    """The exported picture with fonts of the reader's own: no address but the SVG namespace."""
    return _FETCHED.sub("", svg).replace("Fira Code, monospace", FONT)


def save_picture(svg: str, file: Path) -> None:
    """Write the picture; OSError where that cannot be done or would replace a file."""
    with file.open("x", encoding="utf-8") as out:
        out.write(without_fetching(svg))
