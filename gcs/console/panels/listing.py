"""Lists longer than their panel: a window around the cursor, and words about what is outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from gcs.console.panels.rows import clipped
from gcs.console.theme import Line, Span, Tone

CURSOR = Span("▸", Tone.BRIGHT)
NO_CURSOR = Span(" ")


class Window(NamedTuple):
    """The part of a list that is shown: from `start` up to `stop`."""

    start: int
    stop: int
    total: int

    @property
    def whole(self) -> bool:
        """Whether nothing is outside."""
        return self.stop - self.start == self.total


def window(count: int, height: int, at: int) -> Window:
    """Which of `count` rows to show in `height` rows around row `at`.

    Where not all fit, one row is left for the word about the others.
    """
    if count <= height:
        return Window(0, count, count)
    shown = max(0, height - 1)
    start = min(max(0, at - shown // 2), count - shown)
    return Window(start, start + shown, count)


def outside(shown: Window, width: int, note: str = "") -> list[Line]:
    """The row that tells how much of a list is out of view; none where nothing is."""
    if shown.whole:
        return []
    text = f"   {shown.start} above, {shown.total - shown.stop} below{note}"
    return [clipped((Span(text, Tone.DIM),), width)]


def pointed(line: Line, *, chosen: bool) -> Line:
    """The row with the cursor in front, or the room for it."""
    return (CURSOR if chosen else NO_CURSOR, *line)


def scrolled(lines: Sequence[Line], width: int, height: int, row: int) -> list[Line]:
    """Rows without ids around the cursor at `row`, all in exactly `width` cells."""
    at = min(max(0, row), max(0, len(lines) - 1))
    shown = window(len(lines), height, at)
    rows = [
        clipped(pointed(lines[place], chosen=place == at and not shown.whole), width)
        for place in range(shown.start, shown.stop)
    ]
    return [*rows, *outside(shown, width)][:height]


def listed(
    ids: Sequence[str],
    chosen: str,
    draw: Callable[[str], Line],
    width: int,
    height: int,
) -> list[Line]:
    """The rows of `ids` around the chosen one; only those in view are drawn at all."""
    at = ids.index(chosen) if chosen in ids else 0
    shown = window(len(ids), height, at)
    rows = [
        clipped(pointed(draw(key), chosen=key == chosen), width)
        for key in ids[shown.start : shown.stop]
    ]
    return [*rows, *outside(shown, width)][:height]


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Two columns as one; the left one's rows are `width` cells wide."""
    rows = max(len(left), len(right))
    blank: Line = (Span(" " * width),)
    ours: list[Line] = [*left, *[blank] * (rows - len(left))]
    theirs: list[Line] = [*right, *[()] * (rows - len(right))]
    return [(*a, Span(" "), *b) for a, b in zip(ours, theirs, strict=True)]


def wrapped(text: str, width: int) -> list[str]:
    """Text in rows of at most `width` cells, broken between words where it can be.

    `text` is escaped already: no character of it moves anything but the cells it takes.
    """
    rows = [""]
    for word in text.split():
        glued = f"{rows[-1]} {word}" if rows[-1] else word
        if cell_len(glued) <= width:
            rows[-1] = glued
            continue
        # A word wider than the row is chopped; one that is not begins a row of its own.
        pieces = chop_cells(word, max(2, width)) if cell_len(word) > width else [word]
        rows += pieces
    return [row for row in rows if row] or [""]


def told(label: str, text: str, width: int, tone: Tone = Tone.PLAIN, most: int = 4) -> list[Line]:
    """A labelled text in at most `most` rows; an ellipsis says that some is missing.

    Only the first row has the tone: there stands the symbol that says the same.
    """
    room = max(2, width - LABEL - 2)
    rows = wrapped(text, room)
    if len(rows) > most:
        rows = [*rows[: most - 1], " ".join(rows[most - 1 :])]
    heads = [(label, tone), *[("", Tone.PLAIN)] * (len(rows) - 1)]
    return [
        clipped((Span(f" {head:<{LABEL}} ", Tone.DIM), Span(row, its)), width)
        for (head, its), row in zip(heads, rows, strict=True)
    ]


LABEL = 11
"""Cells of a label in front of a text."""
