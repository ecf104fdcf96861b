"""Plain text on a page of a given width: wrapped, indented, and harmless on any terminal."""

from __future__ import annotations

import re
import textwrap

WIDTH = 100
NARROWEST = 40
_STEP = 2
_QUANTITY = re.compile(r"(?<=\d) (?=[A-Za-z%°])")
_UNBROKEN = "\N{NO-BREAK SPACE}"


class Page:
    """Collects lines, none wider than `width` characters.

    What cannot be printed is written as an escape: texts come from files of others.
    """

    def __init__(self, width: int = WIDTH) -> None:
        self.width = max(width, NARROWEST)
        self.lines: list[str] = []

    def blank(self) -> None:
        """An empty line."""
        self.lines.append("")

    def rule(self) -> None:
        """A line across the page."""
        self.lines.append("=" * self.width)

    def text(self, text: str, indent: int = 0) -> None:
        """A paragraph; what does not fit goes on a step further in."""
        self._wrapped("", text, indent * _STEP, (indent + 1) * _STEP)

    def field(
        self, label: str, text: str, indent: int = 0, column: int = 12, inset: int = 0
    ) -> None:
        """A labelled paragraph.

        Its text stands `column` characters and `inset` steps right of the indent.
        """
        start = indent * _STEP
        text_at = start + column + inset * _STEP
        self._wrapped(label.ljust(text_at - start - 1) + " ", text, start, text_at)

    def _wrapped(self, label: str, text: str, first: int, rest: int) -> None:
        wrapper = textwrap.TextWrapper(
            self.width,
            initial_indent=" " * first + label,
            subsequent_indent=" " * rest,
            break_on_hyphens=False,
        )
        # A number stays with its unit.
        wrapped = wrapper.wrap(_QUANTITY.sub(_UNBROKEN, plain(text)))
        lines = wrapped or [" " * first + label]
        self.lines += [line.replace(_UNBROKEN, " ").rstrip() for line in lines]


def plain(text: str) -> str:
    """A text in one line: runs of blanks as one, what cannot be printed as an escape."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode()
        for c in " ".join(text.split())
    )
