"""A picture of dots and marks over two axes, in cells of text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from rich.cells import cell_len

from gcs.console.raster import Raster
from gcs.console.theme import Line, Span, Tone
from gcs.console.trails import Floats

Bounds: TypeAlias = tuple[float, float]

_NICE = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_HEADROOM = 1e-6


class Plot:
    """`columns` x `rows` cells that show `x` to the right and `y` upward."""

    def __init__(self, columns: int, rows: int, x: Bounds, y: Bounds) -> None:
        self.columns = max(1, columns)
        self.rows = max(1, rows)
        self._x, self._y = x, y
        self._raster = Raster(self.columns, self.rows)
        self._written: list[dict[int, tuple[str, Tone]]] = [{} for _ in range(self.rows)]

    def dots(self, xs: Floats, ys: Floats) -> None:
        """A dot at every point inside; NaN is nowhere."""
        self._raster.dots(_fractions(xs, self._x), _fractions(ys, self._y))

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """Column and row (from the top) of a point; the nearest of the plot where it is outside."""
        across = (x - self._x[0]) / (self._x[1] - self._x[0])
        upward = (y - self._y[0]) / (self._y[1] - self._y[0])
        column = min(self.columns - 1, max(0, math.floor(across * self.columns)))
        row = self.rows - 1 - min(self.rows - 1, max(0, math.floor(upward * self.rows)))
        return column, row

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is inside."""
        return self._x[0] <= x <= self._x[1] and self._y[0] <= y <= self._y[1]

    def write(self, column: int, row: int, text: str, tone: Tone) -> None:
        """Text over the dots and over what was written there before."""
        for character in text:
            self._written[row][column] = (character, tone)
            for covered in range(1, cell_len(character)):
                self._written[row][column + covered] = ("", tone)
            column += cell_len(character)

    def label(self, column: int, row: int, text: str, tone: Tone) -> None:
        """Text near a cell, where nothing is written yet; nowhere if there is no such place."""
        length = cell_len(text)
        start = min(max(0, column), self.columns - length)
        for near in (row, row + 1, row - 1, row + 2, row - 2):
            inside = start >= 0 and 0 <= near < self.rows
            if inside and not self._written[near].keys() & set(range(start, start + length)):
                self.write(start, near, text, tone)
                return

    def lines(self) -> list[Line]:
        """The rows, top first, each `columns` cells wide."""
        return [
            tuple(_spans(text, written))
            for text, written in zip(self._raster.rows(), self._written, strict=True)
        ]


def nice_ceiling(value: float) -> float:
    """The least round number that is not below a positive `value`."""
    scale = 10.0 ** math.floor(math.log10(value))
    return next(step * scale for step in _NICE if value <= step * scale * (1 + _HEADROOM))


def nice_bounds(values: Iterable[float], least: float) -> Bounds:
    """Bounds at round numbers that hold zero and all finite values; at least `least` apart.

    A value hardly below zero does not open the lower side.
    """
    finite = [value for value in values if math.isfinite(value)]
    high = max([*finite, 0.0])
    low = min([*finite, 0.0])
    upper = nice_ceiling(max(high, least)) if high > 0 or -low < least else 0.0
    lower = -nice_ceiling(-low) if -low > max(least, 0.05 * upper) else 0.0
    return lower, upper


def _fractions(values: Floats, bounds: Bounds) -> Floats:
    fractions: Floats = (values - bounds[0]) / (bounds[1] - bounds[0])
    return fractions


def _spans(text: str, written: dict[int, tuple[str, Tone]]) -> Iterable[Span]:
    """One row: the dots, and over them what is written; runs of one tone are one span."""
    if not written:
        yield Span(text)
        return
    shown, tone = "", Tone.PLAIN
    for column, dots in enumerate(text):
        character, its = written.get(column, (dots, Tone.PLAIN))
        if its is not tone and shown:
            yield Span(shown, tone)
            shown = ""
        shown, tone = shown + character, its
    yield Span(shown, tone)


def spread_points(start: Bounds, end: Bounds, count: int) -> tuple[Floats, Floats]:
    """`count` points from `start` to `end`, as x and y."""
    return np.linspace(start[0], end[0], count), np.linspace(start[1], end[1], count)
