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

SPACING_NS = SECOND_NS // 5
CAPACITY = 1500
"""Five minutes at the spacing."""


class Trails:
    """A ring of all parameters' values and of the criteria's margins.

    One row at most every SPACING_NS of station time.
    """

    def __init__(self, parameters: int, criteria: Sequence[str] = ()) -> None:
        self._times_ns = np.zeros(CAPACITY, dtype=np.int64)
        self._values = np.full((CAPACITY, parameters), math.nan)
        self._margins = np.full((CAPACITY, len(criteria)), math.nan)
        self._places = {criterion: place for place, criterion in enumerate(criteria)}
        self._count = 0

    def add(self, snapshot: Snapshot) -> None:
        """Keep a Snapshot's GOOD values, unless the last kept one is too near."""
        last_ns = int(self._times_ns[(self._count - 1) % CAPACITY]) if self._count else 0
        if self._count and snapshot.now_ns - last_ns < SPACING_NS:
            return
        row = self._count % CAPACITY
        values = np.asarray(snapshot.readings.values)
        good = np.asarray(snapshot.readings.qualities) == int(Quality.GOOD)
        self._values[row] = np.where(good, values, math.nan)
        self._times_ns[row] = snapshot.now_ns
        self._margins[row] = math.nan
        for status in snapshot.criteria:
            if status.margin is not None and status.id in self._places:
                self._margins[row, self._places[status.id]] = status.margin
        self._count += 1

    def binned(self, index: int, now_ns: int, span_ns: int, bins: int) -> Floats:
        """The mean value in each of `bins` equal slices of (now - span, now]; NaN where none."""
        return self._means(self._values[:, index], now_ns, span_ns, bins)

    def margins(self, criterion: str, now_ns: int, span_ns: int, bins: int) -> Floats:
        """The mean margin of a criterion in each slice, like `binned`."""
        place = self._places.get(criterion)
        if place is None:
            return np.full(bins, math.nan)
        return self._means(self._margins[:, place], now_ns, span_ns, bins)

    def _means(self, column: Floats, now_ns: int, span_ns: int, bins: int) -> Floats:
        kept = min(self._count, CAPACITY)
        times_ns, values = self._times_ns[:kept], column[:kept]
        slices = ((times_ns - (now_ns - span_ns)) * bins - 1) // span_ns
        wanted = (slices >= 0) & (slices < bins) & ~np.isnan(values)
        totals = np.bincount(slices[wanted], weights=values[wanted], minlength=bins)
        counts = np.bincount(slices[wanted], minlength=bins)
        means: Floats = np.full(bins, math.nan)
        np.divide(totals, counts, out=means, where=counts > 0)
        return means

    def paired(self, first: int, second: int) -> tuple[Floats, Floats]:
        """All kept values of two columns, in no order; NaN where either was not good."""
        kept = min(self._count, CAPACITY)
        return self._values[:kept, first], self._values[:kept, second]


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
