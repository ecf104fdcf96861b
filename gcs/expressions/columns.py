"""What was received of a parameter, as columns, and what of it was there at which moment.

The moments of a question are its *rows*. A sample exists from its receipt; everything
here is placed on the rows by that, and by source time, as the live state places it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

_TIME_LIMIT_NS = 1 << 62


@dataclass(frozen=True, eq=False)
class Column:
    """The samples of one parameter in the order of receipt; equal-length arrays.

    Values in SI, station times in ns; `good` is whether a sample's quality was GOOD.
    With `last_word` the newest receipt is the present value whatever its source time, as with
    voted and derived parameters; otherwise the newest source time is, the later of two alike.
    """

    source_ns: Times
    receipt_ns: Times
    value: Numbers
    good: Flags
    last_word: bool = False

    def __post_init__(self) -> None:
        columns = (self.receipt_ns, self.value, self.good)
        if any(column.shape != self.source_ns.shape for column in columns):
            raise ValueError("the arrays of a column have equal lengths")
        if (np.diff(self.receipt_ns) < 0).any():
            raise ValueError("the samples of a column are in the order of receipt")


class Present:
    """A column's sample that is the present one, at every row."""

    def __init__(self, column: Column, at_ns: Times) -> None:
        self._column = column
        self._at_ns = at_ns
        received = np.searchsorted(column.receipt_ns, at_ns, "right")
        # Before the first sample stands its place -1, which `seen` leaves out.
        self._place = np.concatenate(([-1], _standing(column)))[received]
        self._seen = received > 0

    def values(self, stale_after_ns: int) -> Numbers:
        """Its value where it is GOOD and not stale; NaN elsewhere."""
        column = self._column
        if not len(column.value):
            return np.full(self._at_ns.shape, np.nan)
        fresh = self._at_ns - column.source_ns[self._place] <= stale_after_ns
        known = self._seen & fresh & column.good[self._place]
        values = np.where(known, column.value[self._place], np.nan)
        return np.where(np.isfinite(values), values, np.nan)

    def ages_ns(self) -> tuple[Times, Flags]:
        """The time since it was measured, and where there is one."""
        if not len(self._column.value):
            return np.zeros_like(self._at_ns), self._seen
        return np.maximum(self._at_ns - self._column.source_ns[self._place], 0), self._seen


def _standing(column: Column) -> NDArray[np.intp]:
    """After each receipt, the place of the sample that is the present one."""
    places = np.arange(len(column.source_ns))
    if column.last_word or not len(places):
        return places
    newest = np.maximum.accumulate(column.source_ns)
    wins = np.concatenate(([True], column.source_ns[1:] >= newest[:-1]))
    return np.maximum.accumulate(np.where(wins, places, 0))


@dataclass(frozen=True, eq=False)
class Windowed:
    """The samples of a column that fill windows over (row - window, row], and their rows.

    Sample i is in the window of every row from `enters[i]` on and before `leaves[i]`.
    """

    source_ns: Times
    receipt_ns: Times
    value: Numbers
    enters: NDArray[np.intp]
    leaves: NDArray[np.intp]


def windowed(column: Column, at_ns: Times, window_ns: int) -> Windowed:
    """Which rows see which sample: of one source time only the first good one counts."""
    usable = column.good & np.isfinite(column.value)
    usable &= (column.source_ns > -_TIME_LIMIT_NS) & (column.source_ns < _TIME_LIMIT_NS)
    places = np.flatnonzero(usable)
    _, first = np.unique(column.source_ns[places], return_index=True)
    places = places[np.sort(first)]
    source_ns, receipt_ns = column.source_ns[places], column.receipt_ns[places]
    enters = np.searchsorted(at_ns, np.maximum(source_ns, receipt_ns), "left")
    leaves = np.searchsorted(at_ns, source_ns + window_ns, "left")
    return Windowed(source_ns, receipt_ns, column.value[places], enters, np.maximum(enters, leaves))


def covered(samples: Windowed, at_ns: Times, window_ns: int, stale_after_ns: int) -> Times:
    """How much of each row's window is within `stale_after_ns` of a sample that was there, ns.

    What a sample adds when it comes is one stretch: from its measurement, or from where its
    predecessor's reach ends, until its own reach or its successor's ends. Later samples never
    take it away. So each stretch is counted by itself, from its receipt on.
    """
    start_ns, end_ns = _stretches(samples.source_ns, stale_after_ns)
    origin_ns = int(at_ns[0]) if len(at_ns) else 0
    ramps = _Ramps(at_ns - origin_ns, samples.receipt_ns - origin_ns)
    ramps.add(1, start_ns - origin_ns, end_ns - origin_ns)
    ramps.add(-1, start_ns - origin_ns + window_ns, end_ns - origin_ns + window_ns)
    return ramps.heights()


def _stretches(source_ns: Times, stale_after_ns: int) -> tuple[Times, Times]:
    """What each sample adds to what those received before it cover."""
    newest = np.maximum.accumulate(source_ns)
    before = np.concatenate((source_ns[:1] - stale_after_ns, newest[:-1]))
    start_ns = np.maximum(source_ns, before + stale_after_ns)
    end_ns = source_ns + stale_after_ns
    late = source_ns < newest
    if late.any():
        neighbours = list(_neighbours(source_ns, late))
        lower, upper = (np.array(side, np.int64) for side in zip(*neighbours, strict=True))
        own, reached = source_ns[late], np.minimum(lower + stale_after_ns, upper)
        start_ns[late] = np.maximum(own, reached)
        end_ns[late] = np.minimum(own + stale_after_ns, upper)
    return start_ns, end_ns


def _neighbours(source_ns: Times, late: Flags) -> Iterator[tuple[int, int]]:
    """Between which earlier received samples each late one comes.

    What is newer than all before it can stand in the list from the start: between a late
    sample and the next newer one nothing lies that was not there yet.
    """
    present = source_ns[~late].tolist()
    for own in source_ns[late].tolist():
        at = bisect_left(present, own)
        yield present[at - 1] if at else -_TIME_LIMIT_NS, present[at]
        present.insert(at, own)


class _Ramps:
    """A sum of functions of time at the rows: each 0, then rising, then level.

    Rising and level parts are straight lines, so they are summed as two coefficients that
    change at certain rows. Integers may wrap around on the way; the sum itself does not.
    """

    def __init__(self, at_ns: Times, from_ns: Times) -> None:
        """Each function counts from its moment of `from_ns` on, and as 0 before it."""
        self._at_ns = at_ns
        self._from_ns = from_ns
        self._slopes = np.zeros(len(at_ns) + 1, np.int64)
        self._offsets = np.zeros(len(at_ns) + 1, np.int64)

    def add(self, sign: int, start_ns: Times, end_ns: Times) -> None:
        """Functions that rise by 1 a nanosecond between their start and end, or fall."""
        rising, level = (
            np.searchsorted(self._at_ns, np.maximum(moment_ns, self._from_ns), "left")
            for moment_ns in (start_ns, end_ns)
        )
        np.add.at(self._slopes, rising, sign)
        np.add.at(self._slopes, level, -sign)
        np.add.at(self._offsets, rising, -sign * start_ns)
        np.add.at(self._offsets, level, sign * end_ns)

    def heights(self) -> Times:
        """The sum at every row."""
        slopes, offsets = np.cumsum(self._slopes)[:-1], np.cumsum(self._offsets)[:-1]
        return slopes * self._at_ns + offsets


def totals(samples: Windowed, amounts: NDArray[Any], rows: int) -> NDArray[Any]:
    """The sum of what the samples in each row's window amount to; exact for integers."""
    changes = np.zeros(rows + 1, amounts.dtype)
    np.add.at(changes, samples.enters, amounts)
    np.subtract.at(changes, samples.leaves, amounts)
    return np.cumsum(changes)[:-1]


def largest(samples: Windowed, values: Numbers, rows: int) -> Numbers:
    """The largest value in each row's window; -inf where the window is empty.

    A sample's rows are two overlapping runs whose length is a power of two; runs are
    broken in halves from the longest down to single rows.
    """
    lengths = samples.leaves - samples.enters
    levels = np.frexp(np.maximum(lengths, 1).astype(np.float64))[1] - 1
    found = np.full(rows, -np.inf)
    for level in range(int(levels.max(initial=0)), -1, -1):
        mine = (levels == level) & (lengths > 0)
        np.maximum.at(found, samples.enters[mine], values[mine])
        np.maximum.at(found, samples.leaves[mine] - (1 << level), values[mine])
        if level:
            half = 1 << (level - 1)
            broken = found.copy()
            np.maximum(broken[half:], found[:-half], out=broken[half:])
            found = broken
    return found
