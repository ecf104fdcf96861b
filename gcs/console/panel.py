"""The one widget: a panel that repaints only the rows that changed.

Formatting and comparing rows costs far less than painting them, so a panel is
rebuilt as text at each paint and Textual hears only of the difference.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from gcs.console.panels.rows import Builder
from gcs.console.picture import Picture
from gcs.console.theme import Line, Span, Tone


class Panel(Widget):
    """Draws what `builder` makes of a Picture, at most every `every`-th paint.

    `tones` say how each tone looks.
    """

    def __init__(
        self, builder: Builder, panel_id: str, tones: Mapping[Tone, Style], every: int = 1
    ) -> None:
        super().__init__(id=panel_id)
        self._builder = builder
        self._tones = tones
        self._every = every
        self._lines: list[Line] = []

    @property
    def text(self) -> str:
        """What the panel shows, one line a row."""
        rows = ("".join(span.text for span in line).rstrip() for line in self._lines)
        return "\n".join(rows).rstrip() + "\n"

    @property
    def seen(self) -> bool:
        """Whether the panel has a place on the screen."""
        return self.display and self.size.area > 0

    def show(self, picture: Picture, beat: int, whole: bool = False) -> None:
        """Draw `picture` if it is this panel's turn; `whole` repaints every row."""
        if not self.seen or not (whole or beat % self._every == 0):
            return
        lines = self._builder(picture, self.size.width, self.size.height)[: self.size.height]
        if lines and picture.selection.focus == self.id:
            lines[0] = _focused(lines[0])
        previous, self._lines = self._lines, lines
        if whole:
            self.refresh()
            return
        for row in range(max(len(lines), len(previous))):
            if _row(lines, row) != _row(previous, row):
                self.refresh(Region(0, row, self.size.width, 1))

    def replace_builder(self, builder: Builder) -> None:
        """Show something else in this panel from the next paint on."""
        self._builder = builder

    def render_line(self, y: int) -> Strip:
        """One row, exactly as wide as the panel."""
        tones = self._tones
        line = _row(self._lines, y)
        strip = Strip([Segment(span.text, tones[span.tone]) for span in line])
        # A strip of a wrong length would shift its neighbours for good.
        return strip.adjust_cell_length(self.size.width, tones[Tone.PLAIN])


def _row(lines: list[Line], row: int) -> Line:
    return lines[row] if row < len(lines) else ()


def _focused(line: Line) -> Line:
    """A panel's rule, doubled and bright."""
    return tuple(Span(span.text.replace("─", "═"), Tone.BRIGHT) for span in line)
