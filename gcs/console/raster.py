"""A numpy braille raster: two by four dots in a cell, OR-ed, so that crossing curves both show."""

from __future__ import annotations

import numpy as np

from gcs.console.trails import Floats

DOTS_X = 2
DOTS_Y = 4
_BLANK = 0x2800
# Unicode numbers the dots of a braille cell down the left column, then the right,
# with the fourth row added last.
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.int32)


class Raster:
    """Dots of `columns` x `rows` cells; y grows upward."""

    def __init__(self, columns: int, rows: int) -> None:
        self.width = columns * DOTS_X
        self.height = rows * DOTS_Y
        self._dots = np.zeros((self.height, self.width), dtype=bool)

    def curve(self, levels: Floats) -> None:
        """A curve of one level (0 bottom to 1 top) a dot column; NaN leaves a gap."""
        previous: int | None = None
        for x, level in enumerate(levels[: self.width]):
            if not np.isfinite(level):
                previous = None
                continue
            y = self.height - 1 - round(float(np.clip(level, 0.0, 1.0)) * (self.height - 1))
            start = y if previous is None else previous
            self._dots[min(start, y) : max(start, y) + 1, x] = True
            previous = y

    def dots(self, across: Floats, upward: Floats) -> None:
        """A dot at every point given as fractions (0 to 1) of width and height; others nowhere."""
        with np.errstate(invalid="ignore"):
            inside = (across >= 0) & (across <= 1) & (upward >= 0) & (upward <= 1)
        columns = np.minimum((across[inside] * self.width).astype(np.int64), self.width - 1)
        levels = np.minimum((upward[inside] * self.height).astype(np.int64), self.height - 1)
        self._dots[self.height - 1 - levels, columns] = True

    def rows(self) -> list[str]:
        """The cells as text, top row first."""
        cells = self._dots.reshape(self.height // DOTS_Y, DOTS_Y, self.width // DOTS_X, DOTS_X)
        codes = np.einsum("rycx,yx->rc", cells.astype(np.int32), _BITS) + _BLANK
        return ["".join(map(chr, row)).replace(chr(_BLANK), " ") for row in codes]
