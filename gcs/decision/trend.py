"""Where values are going: the least-squares slope of each over the last seconds of ticks.

All values are looked at by the same ticks, so they are columns of one table: a tick is a
row, and costs the same however long the span. The sums stand against a moment and a value
of their own span, which are renewed before rounding could tell.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gcs.clock import SECOND_NS
from gcs.decision.outlook import Numbers

SPAN_NS = 10 * SECOND_NS
LEAST_NS = 2 * SECOND_NS
"""A shorter past has no trend that a person should act on; assumed."""


class _Row(NamedTuple):
    """A tick: its moment, the values, NaN where unknown, and what they add to the sums."""

    at_ns: int
    values: Numbers
    terms: Numbers


class Trends:
    """The slopes of `count` values. What is unknown breaks one: it begins anew after a gap."""

    def __init__(self, count: int) -> None:
        self._rows: deque[_Row] = deque()
        # Over the known samples of each column: 1, t, t t, v and t v, from the base on.
        self._sums = np.zeros((5, count))
        self._base_ns = 0
        self._base = np.zeros(count)
        self._known = np.zeros(count, np.bool_)
        self._since_ns = np.zeros(count, np.int64)

    def add(self, values: Sequence[float | None], now_ns: int) -> None:
        """Take the values of a tick, in their order; None where one is not known."""
        rows = self._rows
        if rows and rows[-1].at_ns == now_ns:
            return
        if not rows:
            self._base_ns = now_ns
        row = np.array(values, np.float64)
        known = ~np.isnan(row)
        changed = known != self._known
        self._known = known
        if changed.any():
            # What comes begins anew here; what goes has nothing until it comes again.
            self._base[changed] = row[changed]
            self._since_ns[changed] = now_ns
            self._forget(changed)
        with np.errstate(over="ignore", invalid="ignore"):
            self._put(now_ns, row, known)
            while rows[0].at_ns <= now_ns - SPAN_NS:
                self._sums -= rows.popleft().terms
            if now_ns - self._base_ns > 2 * SPAN_NS:
                self._renew()

    def slopes(self) -> Numbers:
        """In SI per second; NaN while too little is known."""
        if not self._rows:
            return np.full(len(self._known), np.nan)
        count, t, tt, v, tv = self._sums
        first_ns = np.maximum(self._since_ns, self._rows[0].at_ns)
        enough = self._known & (self._rows[-1].at_ns - first_ns >= LEAST_NS)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            slopes = (count * tv - t * v) / (count * tt - t * t)
        return np.where(enough & np.isfinite(slopes), slopes, np.nan)

    def _put(self, now_ns: int, row: Numbers, known: NDArray[np.bool_]) -> None:
        t = (now_ns - self._base_ns) / SECOND_NS
        powers = np.array([[1.0], [t], [t * t]])
        v = np.where(known, row - self._base, 0.0)
        terms = np.concatenate((known * powers, v * powers[:2]))
        self._sums += terms
        self._rows.append(_Row(now_ns, row, terms))

    def _forget(self, columns: NDArray[np.bool_]) -> None:
        """What came before a gap counts no more, and leaves no trace when it grows old."""
        self._sums[:, columns] = 0.0
        for row in self._rows:
            row.values[columns] = np.nan
            row.terms[:, columns] = 0.0

    def _renew(self) -> None:
        """Count from the oldest row that is kept, and from the values of the newest."""
        rows = tuple(self._rows)
        self._rows.clear()
        self._sums[:] = 0.0
        self._base_ns = rows[0].at_ns
        self._base = np.where(self._known, rows[-1].values, 0.0)
        for row in rows:
            self._put(row.at_ns, row.values, ~np.isnan(row.values))
