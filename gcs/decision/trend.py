"""Where a value is going: its least-squares slope over the last seconds of ticks.

The sums are kept from tick to tick, so that a tick costs the same however long the span.
They stand against a moment and a value of their own span, which are renewed before
rounding could tell.
"""

from __future__ import annotations

import math
from collections import deque

from gcs.clock import SECOND_NS
from gcs.decision.limits import Limit, Side

SPAN_NS = 10 * SECOND_NS
LEAST_NS = 2 * SECOND_NS
"""A shorter past has no trend that a person should act on; assumed."""
HORIZON_NS = 3600 * SECOND_NS
"""What a line through ten seconds says of the time beyond is not worth saying; assumed."""


class Trend:
    """The slope of one value. What is unknown breaks it: it begins anew after a gap."""

    def __init__(self) -> None:
        # Moment ns and value; seconds and value since the base.
        self._samples: deque[tuple[int, float, float, float]] = deque()
        self._base_ns = 0
        self._base = 0.0
        self._t = self._v = self._tt = self._tv = 0.0

    def add(self, value: float | None, now_ns: int) -> None:
        """Take the value of a tick; None where it is not known."""
        samples = self._samples
        if value is None:
            samples.clear()
        elif not samples:
            self._renew([(now_ns, value)])
        elif samples[-1][0] != now_ns:
            self._put(now_ns, value)
            if now_ns - self._base_ns > 2 * SPAN_NS:
                self._renew([(at_ns, value) for at_ns, value, _, _ in samples])

    def _put(self, now_ns: int, value: float) -> None:
        """Take a sample, and let go of what is older than the span."""
        samples = self._samples
        t, v = (now_ns - self._base_ns) / SECOND_NS, value - self._base
        samples.append((now_ns, value, t, v))
        self._t += t
        self._v += v
        self._tt += t * t
        self._tv += t * v
        while samples[0][0] <= now_ns - SPAN_NS:
            _, _, t, v = samples.popleft()
            self._t -= t
            self._v -= v
            self._tt -= t * t
            self._tv -= t * v

    def slope(self) -> float | None:
        """In SI per second; None while too little is known."""
        samples = self._samples
        if not samples or samples[-1][0] - samples[0][0] < LEAST_NS:
            return None
        count = len(samples)
        spread = count * self._tt - self._t * self._t
        slope = (count * self._tv - self._t * self._v) / spread if spread > 0.0 else math.nan
        return slope if math.isfinite(slope) else None

    def _renew(self, samples: list[tuple[int, float]]) -> None:
        """Begin with these, the first of them as base."""
        self._samples.clear()
        self._base_ns, self._base = samples[0]
        self._t = self._v = self._tt = self._tv = 0.0
        for at_ns, value in samples:
            self._put(at_ns, value)


def violates_ns(value: float | None, slope: float | None, limit: Limit | None) -> int | None:
    """Time until a value that goes on like this leaves its limit; None where it will not."""
    if value is None or not slope or limit is None or limit.side(value) is Side.OUT:
        return None
    left = limit.above - value if slope > 0.0 else value - limit.below
    seconds = left / abs(slope)
    return round(seconds * SECOND_NS) if seconds * SECOND_NS <= HORIZON_NS else None
