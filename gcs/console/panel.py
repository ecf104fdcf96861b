"""The one widget: a panel that repaints only the rows that changed.

Formatting and comparing rows costs far less than painting them, so a panel is
rebuilt as text at each paint and Textual hears only of the difference.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from gcs.console.panels.rows import Builder
from gcs.console.picture import Picture
from gcs.console.theme import STYLES, Line, Tone


class Panel(Widget):
    """Draws what `builder` makes of a Picture, at most every `every`-th paint."""

    def __init__(self, builder: Builder, panel_id: str, every: int = 1) -> None:
        super().__init__(id=panel_id)
        self._builder = builder
        self._every = every
        self._lines: list[Line] = []

    def show(self, picture: Picture, beat: int, whole: bool = False) -> None:
        """Draw `picture` if it is this panel's turn; `whole` repaints every row."""
        if not self.display or self.size.area == 0 or not (whole or beat % self._every == 0):
            return
        lines = self._builder(picture, self.size.width, self.size.height)[: self.size.height]
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
        line = _row(self._lines, y)
        strip = Strip([Segment(span.text, STYLES[span.tone]) for span in line])
        # A strip of a wrong length would shift its neighbours for good.
        return strip.adjust_cell_length(self.size.width, STYLES[Tone.PLAIN])


def _row(lines: list[Line], row: int) -> Line:
    return lines[row] if row < len(lines) else ()
