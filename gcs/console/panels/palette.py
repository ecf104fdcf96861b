"""The palette: every line that may be typed, narrowed by what is typed."""

from __future__ import annotations

from gcs.console.completion import Entry
from gcs.console.format import escaped, fitted
from gcs.console.panels.rows import clipped, rule
from gcs.console.picture import Picture
from gcs.console.theme import Line, Span, Tone

_LINE = 44


def palette_panel(picture: Picture, width: int, height: int) -> list[Line]:
    """The entries around the cursor, under a rule that counts them."""
    palette = picture.palette
    if palette is None:
        return []
    count = len(palette.found)
    title = f"PALETTE  {count} found" if count else "PALETTE  nothing has all these words"
    room = max(1, height - 1)
    first = min(max(0, palette.row - room // 2), max(0, count - room))
    rows = [
        _row(entry, place == palette.row, width)
        for place, entry in enumerate(palette.found[first : first + room], first)
    ]
    return [rule(f"{title}  Enter takes, Esc leaves", width), *rows][:height]


def _row(entry: Entry, chosen: bool, width: int) -> Line:
    mark = "▸" if chosen else " "
    line = escaped(entry.line, 80) + ("" if entry.whole else " …")
    return clipped(
        (
            Span(f" {mark} ", Tone.BRIGHT),
            Span(fitted(line, min(_LINE, width // 2)), Tone.BADGE if chosen else Tone.PLAIN),
            Span(f"  {escaped(entry.purpose, 100)}", Tone.DIM),
        ),
        width,
    )
