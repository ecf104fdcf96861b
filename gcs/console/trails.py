"""What this console has seen since it attached, for charts; the station keeps the real history."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from gcs.clock import SECOND_NS
from gcs.messages import Quality, Snapshot

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

SPACING_NS = SECOND_NS // 5
CAPACITY = 1500
"""Five minutes at the spacing."""


class Trails:
    """A ring of all parameters' values and of the criteria's margins.

    One row at most every `spacing_ns` of station time, `capacity` rows.
    """

    def __init__(
        self,
        parameters: int,
        criteria: Sequence[str] = (),
        *,
        capacity: int = CAPACITY,
        spacing_ns: int = SPACING_NS,
    ) -> None:
        self._capacity = capacity
        self._spacing_ns = spacing_ns
        self._times_ns = np.zeros(capacity, dtype=np.int64)
        self._values = np.full((capacity, parameters), math.nan)
        self._margins = np.full((capacity, len(criteria)), math.nan)
        self._past: dict[int, tuple[Integers, Floats]] = {}
        self._places = {criterion: place for place, criterion in enumerate(criteria)}
        self._count = 0

    def add(self, snapshot: Snapshot) -> None:
        """Keep a Snapshot's GOOD values, unless the last kept one is too near."""
        last_ns = int(self._times_ns[(self._count - 1) % self._capacity]) if self._count else 0
        if snapshot.now_ns < last_ns:
            # A replay that was sought back in: what is later has not happened yet.
            self._count = 0
            self._past.clear()
        if self._count and snapshot.now_ns - last_ns < self._spacing_ns:
            return
        row = self._count % self._capacity
        values = np.asarray(snapshot.readings.values)
        good = np.asarray(snapshot.readings.qualities) == int(Quality.GOOD)
        self._values[row] = np.where(good, values, math.nan)
        self._times_ns[row] = snapshot.now_ns
        self._margins[row] = math.nan
        for status in snapshot.criteria:
            if status.margin is not None and status.id in self._places:
                self._margins[row, self._places[status.id]] = status.margin
        self._count += 1

    def column(self, index: int) -> tuple[Integers, Floats]:
        """Times and GOOD values of a column, oldest first; empty where there is none such."""
        if not 0 <= index < self._values.shape[1]:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        kept = min(self._count, self._capacity)
        order = np.arange(self._count - kept, self._count) % self._capacity
        times_ns, values = self._times_ns[order], self._values[order, index]
        good = ~np.isnan(values)
        return times_ns[good], values[good]

    def remember(self, index: int, times_ns: Sequence[int], values: Sequence[float]) -> None:
        """Take in what was before the first row: the station's word on a column's past."""
        times = np.asarray(times_ns, dtype=np.int64)
        known = np.asarray(values, dtype=np.float64)
        if self._count:
            first_ns = int(self._times_ns[max(0, self._count - self._capacity) % self._capacity])
            known, times = known[times < first_ns], times[times < first_ns]
        self._past[index] = (times, known)

    def binned(self, index: int, now_ns: int, span_ns: int, bins: int) -> Floats:
        """The mean value in each of `bins` equal slices of (now - span, now]; NaN where none."""
        kept = min(self._count, self._capacity)
        times_ns, values = self._times_ns[:kept], self._values[:kept, index]
        past = self._past.get(index)
        if past is not None:
            times_ns = np.concatenate((past[0], times_ns))
            values = np.concatenate((past[1], values))
        return _means(times_ns, values, now_ns - span_ns, span_ns, bins)

    def margins(self, criterion: str, now_ns: int, span_ns: int, bins: int) -> Floats:
        """The mean margin of a criterion in each slice, like `binned`."""
        place = self._places.get(criterion)
        if place is None:
            return np.full(bins, math.nan)
        kept = min(self._count, self._capacity)
        times_ns, margins = self._times_ns[:kept], self._margins[:kept, place]
        return _means(times_ns, margins, now_ns - span_ns, span_ns, bins)

    def paired(self, first: int, second: int) -> tuple[Floats, Floats]:
        """All kept values of two columns, in no order; NaN where either was not good."""
        kept = min(self._count, self._capacity)
        return self._values[:kept, first], self._values[:kept, second]


def _means(times_ns: Integers, values: Floats, from_ns: int, span_ns: int, bins: int) -> Floats:
    """The mean in each of `bins` equal slices of (from, from + span]; NaN where none."""
    slices = ((times_ns - from_ns) * bins - 1) // span_ns
    wanted = (slices >= 0) & (slices < bins) & ~np.isnan(values)
    totals = np.bincount(slices[wanted], weights=values[wanted], minlength=bins)
    counts = np.bincount(slices[wanted], minlength=bins)
    means: Floats = np.full(bins, math.nan)
    np.divide(totals, counts, out=means, where=counts > 0)
    return means


def finite_range(values: Sequence[float] | Floats) -> tuple[float, float] | None:
    """Smallest and largest finite value, opened a little where they coincide."""
    finite = np.asarray(values)[np.isfinite(values)]
    if not finite.size:
        return None
    low, high = float(finite.min()), float(finite.max())
    if high - low < 1e-9 * max(1.0, abs(high)):
        opening = max(abs(high) * 0.01, 1e-3)
        return low - opening, high + opening
    return low, high
