"""What all panels are made of: rules, marks, and rows that end where the panel ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from rich.cells import cell_len

from gcs.console.format import fitted
from gcs.console.picture import Picture
from gcs.console.theme import UNSURE, Line, Mark, Span, Tone

Builder: TypeAlias = Callable[[Picture, int, int], list[Line]]
"""Draws a panel: (picture, width in cells, height in rows) to at most `height` rows."""


def rule(title: str, width: int) -> Line:
    """A panel's first row, `─ TITLE ─────`."""
    head = f"─ {title} "
    if cell_len(head) > width:
        return (Span(fitted(head, width), Tone.RULE),)
    return (Span("─ ", Tone.RULE), Span(title, Tone.DIM), Span(_dashes(width, head), Tone.RULE))


def _dashes(width: int, head: str) -> str:
    return " " + "─" * (width - cell_len(head))


def text_width(line: Line) -> int:
    """Cells that a line takes."""
    return sum(cell_len(span.text) for span in line)


def spread(left: Line, right: Line, width: int) -> Line:
    """`left` and `right` at the two ends of a row; `left` gives way, visibly."""
    room = width - text_width(right)
    return (*clipped(left, room), *right)


def clipped(line: Line, width: int) -> Line:
    """`line` in exactly `width` cells; an ellipsis says that some is missing."""
    shown: list[Span] = []
    for place, span in enumerate(line):
        length = cell_len(span.text)
        last = place == len(line) - 1
        if length > width or (length == width and not last and text_width(line[place + 1 :])):
            cut = span.text if length > width else span.text + " "
            return (*shown, Span(fitted(cut, width), span.tone))
        shown.append(span)
        width -= length
    return (*shown, Span(" " * width)) if width > 0 else tuple(shown)


def trusted(mark: Mark, picture: Picture) -> Mark:
    """The mark, or `?` where the station is silent and nothing stands any more."""
    return UNSURE if picture.model.silent else mark


def word(state: str, picture: Picture) -> str:
    """A state's word; with a `?` where the station is silent, so that no GO looks like one."""
    return f"{state}?" if picture.model.silent else state


def with_overflow(lines: Sequence[Line], height: int, hidden: Callable[[int], Line]) -> list[Line]:
    """At most `height` lines; where some are left out, the last row says so.

    `hidden(shown)` makes that row, given how many lines stay in view.
    """
    if len(lines) <= height:
        return list(lines)
    shown = max(0, height - 1)
    return [*lines[:shown], hidden(shown)][:height]


def without_title(why: str, title: str) -> str:
    """A sentence without the title that stands beside it already."""
    name = title.partition(",")[0]
    if name and why.casefold().startswith(name.casefold()):
        return why[len(name) :].lstrip(" ,:")
    return why
