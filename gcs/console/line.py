"""The command line of one console: what is typed, what was typed before, and the palette."""

from __future__ import annotations

from dataclasses import dataclass, field

from gcs.console.completion import Palette, completed, palette_for
from gcs.console.verbs import Known

LIMIT = 240
"""Characters of a line."""

REMEMBERED = 50
"""Lines that come back by a key."""


@dataclass
class CommandLine:
    """One line, edited at its end."""

    text: str = ""
    palette: Palette | None = None
    _before: list[str] = field(default_factory=list)
    _recalled: int = 0
    _given: bool = False

    def type(self, character: str, known: Known | None) -> None:
        """One more character; a `:` begins anew where a word may begin, on a search, and on a
        line that nobody typed."""
        if character == ":" and (self._given or self.text.endswith(" ") or self.text[:1] == "/"):
            self._edit("", known)
        self._given = False
        if len(self.text) < LIMIT:
            self._edit(self.text + character, known)

    def erase(self, known: Known | None) -> None:
        """One character less."""
        self._edit(self.text[:-1], known)

    def complete(self, known: Known | None) -> None:
        """Complete the last word as far as it is certain."""
        if known is not None and self.palette is None:
            self._edit(completed(self.text, known).line[:LIMIT], known)

    def _edit(self, text: str, known: Known | None) -> None:
        self.text = text
        if self.palette is not None and known is not None:
            self.palette = palette_for(text, known)

    def clear(self) -> None:
        """Nothing is typed, and the palette is closed."""
        self.text, self.palette, self._given = "", None, False

    def open_palette(self, known: Known | None) -> None:
        """Show all that may be typed, or close that again."""
        opened = self.palette is None and known is not None
        self.clear()
        if opened and known is not None:
            self.palette = palette_for("", known)

    def taken(self) -> str | None:
        """The line to act on, which is then cleared and remembered.

        None where the palette had only the beginning of one, which is typed now.
        """
        line: str | None = self.text.strip()
        chosen = self.palette.chosen if self.palette is not None else None
        if self.palette is not None:
            line = chosen.line if chosen is not None and chosen.whole else None
        self.clear()
        if chosen is not None and not chosen.whole:
            self.give(f"{chosen.line} ")
        if line is not None:
            self._remember(line)
        return line

    def _remember(self, line: str) -> None:
        if line.startswith(":") and self._before[-1:] != [line]:
            self._before = [*self._before, line][-REMEMBERED:]
        self._recalled = len(self._before)

    def recall(self, by: int) -> None:
        """An earlier line, or a later one up to the empty one."""
        self._recalled = min(max(0, self._recalled + by), len(self._before))
        self.give((*self._before, "")[self._recalled])

    def give(self, text: str) -> None:
        """Put a line there that nobody typed."""
        self.text, self._given = text, bool(text)
