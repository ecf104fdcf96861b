"""The past of one parameter, as far back as some window needs it."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from typing import Any

import numpy as np
from numpy.typing import NDArray

CAPACITY = 1 << 17
"""Samples kept at most: 20 min at 100 Hz. A peer that sends more loses its oldest ones."""

_COMPACT_AT = 256
_TIME_LIMIT_NS = 1 << 62


class History:
    """GOOD samples of one parameter in the order of source time.

    A sample covers the time from its measurement until it is `stale_after_ns` old
    or the next one takes over. Samples are known by a *place*, an index that counts
    on from the first sample ever kept and does not move when old ones are dropped;
    it moves when a late sample is inserted, and `revision` then changes.
    """

    def __init__(self, span_ns: int, stale_after_ns: int, capacity: int = CAPACITY) -> None:
        """Keep what windows of up to `span_ns` before now can need."""
        self._stale_after_ns = stale_after_ns
        self._keep_ns = span_ns + stale_after_ns
        self._capacity = capacity
        self._times = array("q")
        self._values = array("d")
        # Covered time from the first sample up to each one, so that the coverage
        # of any window is a difference of two of these.
        self._covered = array("q")
        self._dropped = 0
        self._horizon_ns = -_TIME_LIMIT_NS
        self.revision = 0

    def __len__(self) -> int:
        return len(self._times)

    def append(self, source_ns: int, value: float, good: bool) -> None:
        """Take one sample; a late one is put where its source time belongs.

        Samples that are not good, not finite, older than the span, or of a source
        time already held are ignored: what was received first stands.
        """
        if not good or not math.isfinite(value) or not -_TIME_LIMIT_NS < source_ns < _TIME_LIMIT_NS:
            return
        times = self._times
        if times and source_ns <= times[-1]:
            self._insert(source_ns, value)
        else:
            covered = self._covered[-1] + self._reach(source_ns - times[-1]) if times else 0
            times.append(source_ns)
            self._values.append(value)
            self._covered.append(covered)
        if len(times) > self._capacity:
            self._drop(max(1, self._capacity // 16))

    def _reach(self, gap_ns: int) -> int:
        """How much of the gap after a sample that sample covers."""
        return min(self._stale_after_ns, gap_ns)

    def _insert(self, source_ns: int, value: float) -> None:
        times, covered = self._times, self._covered
        at = bisect_left(times, source_ns)
        if source_ns <= self._horizon_ns or times[at] == source_ns:
            return
        after = self._reach(times[at] - source_ns)
        if at == 0:
            covered.insert(0, covered[0] - after)
        else:
            before = self._reach(source_ns - times[at - 1])
            gained = before + after - self._reach(times[at] - times[at - 1])
            np.frombuffer(covered, np.int64)[at:] += gained
            covered.insert(at, covered[at - 1] + before)
        times.insert(at, source_ns)
        self._values.insert(at, value)
        self.revision += 1

    def trim(self, now_ns: int) -> None:
        """Drop what no window that ends at `now_ns` or later can need; `select` does so too."""
        self._horizon_ns = max(self._horizon_ns, now_ns - self._keep_ns)
        if len(self._times) >= _COMPACT_AT and self._times[_COMPACT_AT - 1] <= self._horizon_ns:
            self._drop(bisect_right(self._times, self._horizon_ns))

    def _drop(self, count: int) -> None:
        for column in (self._times, self._values, self._covered):
            del column[:count]
        self._dropped += count

    def select(self, now_ns: int, window_ns: int) -> tuple[int, int] | None:
        """Places (first, end) of the samples in (now - window, now].

        None if less than 99 % of the window is covered or no sample is in it.
        """
        self.trim(now_ns)
        first, end = self._bounds(now_ns, window_ns)
        covered_ns = self._covered_between(first, end, now_ns - window_ns, now_ns)
        if first == end or covered_ns * 100 < window_ns * 99:
            return None
        return first + self._dropped, end + self._dropped

    def covered_ns(self, now_ns: int, window_ns: int) -> int:
        """How much of (now - window, now] is within `stale_after` of a GOOD sample, ns."""
        first, end = self._bounds(now_ns, window_ns)
        return self._covered_between(first, end, now_ns - window_ns, now_ns)

    def _bounds(self, now_ns: int, window_ns: int) -> tuple[int, int]:
        end = bisect_right(self._times, now_ns)
        return bisect_right(self._times, now_ns - window_ns, 0, end), end

    def _covered_between(self, first: int, end: int, start_ns: int, now_ns: int) -> int:
        times = self._times
        covered_ns = 0
        if first > 0:
            reach_ns = times[first - 1] + self._stale_after_ns
            until_ns = times[first] if first < end else now_ns
            covered_ns = max(0, min(reach_ns, until_ns) - start_ns)
        if first < end:
            covered_ns += self._covered[end - 1] - self._covered[first]
            covered_ns += self._reach(now_ns - times[end - 1])
        return covered_ns

    def values(self, first: int, end: int) -> NDArray[np.float64]:
        """Values at places first to end, SI. A view: let go of it before the next append."""
        return self._view(self._values, np.float64, first, end)

    def times_ns(self, first: int, end: int) -> NDArray[np.int64]:
        """Source times at places first to end, ns. A view, as `values`."""
        return self._view(self._times, np.int64, first, end)

    def _view(self, column: array[Any], dtype: type[Any], first: int, end: int) -> NDArray[Any]:
        return np.frombuffer(column, dtype)[first - self._dropped : end - self._dropped]
