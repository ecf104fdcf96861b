"""The past of one parameter, as far back as some window needs it."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

CAPACITY = 1 << 17
"""Samples kept at most: 20 min at 100 Hz. A peer that sends more loses its oldest ones."""

_LATE_KEPT = 256
_OUTDATED_AT_LEAST = 256
_OUTDATED_SHARE = 8
_TIME_LIMIT_NS = 1 << 62

Sample: TypeAlias = tuple[int, float]
"""Source time ns and SI value."""


class History:
    """GOOD samples of one parameter in the order of source time.

    A sample covers the time from its measurement until it is `stale_after_ns` old
    or the next one takes over. Samples are known by a *place*, an index that counts
    on from the first sample ever kept and does not move when old ones are dropped.
    A late sample takes the place of the next one, and all after it move on by one;
    `late` tells, so that whoever remembers places can follow.

    A sample in order costs the same however long the past is; a late one a search and
    the moving of what lies after it. Memory is what the span holds, and an eighth more.

    times, values: of the samples, ns and SI; the sample at a place stands at place - `first`.
    For whoever follows a window sample by sample; nobody else changes them.
    whole_since_ns: from this sample on, all time up to the newest one is known to be covered.
    """

    __slots__ = (
        "_capacity",
        "_covered",
        "_horizon_ns",
        "_keep_ns",
        "_late",
        "_look_at",
        "_stale_after_ns",
        "first",
        "revision",
        "times",
        "values",
        "whole_since_ns",
    )

    def __init__(self, span_ns: int, stale_after_ns: int, capacity: int = CAPACITY) -> None:
        """Keep what windows of up to `span_ns` before now can need."""
        self._stale_after_ns = stale_after_ns
        self._keep_ns = span_ns + stale_after_ns
        self._capacity = capacity
        self.times = array("q")
        self.values = array("d")
        # Covered time from the first sample up to each one, so that the coverage
        # of any window is a difference of two of these.
        self._covered = array("q")
        self._late: deque[Sample] = deque(maxlen=_LATE_KEPT)
        self._horizon_ns = -_TIME_LIMIT_NS
        self._look_at = _OUTDATED_AT_LEAST
        self.whole_since_ns = 0
        self.first = 0
        self.revision = 0

    def __len__(self) -> int:
        return len(self.times)

    def append(self, source_ns: int, value: float, good: bool) -> None:
        """Take one sample; a late one is put where its source time belongs.

        Samples that are not good, not finite, older than the span, or of a source
        time already held are ignored: what was received first stands.
        """
        if not good or not math.isfinite(value) or not -_TIME_LIMIT_NS < source_ns < _TIME_LIMIT_NS:
            return
        times, reach_ns = self.times, self._stale_after_ns
        gap_ns = source_ns - times[-1] if times else 0
        if times and gap_ns <= 0:
            self._insert(source_ns, value)
        else:
            if not times or gap_ns > reach_ns:
                self.whole_since_ns = source_ns
            covered_ns = self._covered[-1] if times else 0
            self._covered.append(covered_ns + (gap_ns if gap_ns < reach_ns else reach_ns))
            times.append(source_ns)
            self.values.append(value)
        if len(times) > self._capacity:
            self._drop(max(1, self._capacity // 16))

    def _reach(self, gap_ns: int) -> int:
        """How much of the gap after a sample that sample covers."""
        return min(self._stale_after_ns, gap_ns)

    def _insert(self, source_ns: int, value: float) -> None:
        times, covered = self.times, self._covered
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
        self.values.insert(at, value)
        self._late.append((source_ns, value))
        self.revision += 1

    def trim(self, now_ns: int) -> None:
        """Drop what no window that ends at `now_ns` or later can need."""
        horizon_ns = now_ns - self._keep_ns
        if horizon_ns > self._horizon_ns:
            self._horizon_ns = horizon_ns
        if len(self.times) >= self._look_at:
            # Many at once, so that a sample is moved a few times in its life, not often.
            self._drop(bisect_right(self.times, self._horizon_ns))
            kept = len(self.times)
            self._look_at = kept + max(_OUTDATED_AT_LEAST, kept // _OUTDATED_SHARE)

    def _drop(self, count: int) -> None:
        for column in (self.times, self.values, self._covered):
            del column[:count]
        self.first += count

    def after(self, source_ns: int) -> int:
        """The place of the first sample that was measured after a moment."""
        return bisect_right(self.times, source_ns) + self.first

    def late(self, since: int) -> Sequence[Sample] | None:
        """What came late after `revision` was `since`; None if that is not known any more."""
        count = self.revision - since
        if count == 0:
            return ()
        return None if count > len(self._late) else tuple(self._late)[-count:]

    def covered_ns(self, first: int, end: int, start_ns: int, now_ns: int) -> int:
        """How much of (start, now] is within `stale_after` of a GOOD sample, ns.

        In it are the samples at the places from `first` on, up to `end`: one at least.
        """
        times = self.times
        first -= self.first
        end -= self.first
        newest_ns = times[end - 1]
        if self.whole_since_ns <= start_ns and now_ns - newest_ns <= self._stale_after_ns:
            return now_ns - start_ns
        covered_ns = self._covered[end - 1] - self._covered[first]
        covered_ns += self._reach(now_ns - newest_ns)
        if first > 0:
            reached_ns = times[first - 1] + self._stale_after_ns
            covered_ns += max(0, min(reached_ns, times[first]) - start_ns)
        return covered_ns
