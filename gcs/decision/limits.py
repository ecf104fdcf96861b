"""Limits with hysteresis, and the latch that delays and remembers them.

Theory of operation. A measured value lies on one *side* of a limit: OUT beyond
it, IN inside it by at least the hysteresis, BAND in between, or UNKNOWN. The
latch turns sides into a *standing*. It starts UNSEEN, which never passes:

- out of limits from CLEAR must last `trip_after` before it counts; from UNSEEN
  it counts at once, because nothing good is known that a delay could protect;
- to become CLEAR, from wherever, takes `clear_after` without interruption;
- between the limits, or where a condition of its own keeps a trip, nothing moves;
- an unknown value takes CLEAR away at once, and never forgives a trip.

`MOVES` is all of it.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass


class Side(enum.Enum):
    """Where a value lies against a limit."""

    UNKNOWN = "unknown"
    OUT = "out"
    BAND = "band"
    IN = "in"


class Standing(enum.Enum):
    """What a latch remembers."""

    UNSEEN = "unseen"
    CLEAR = "clear"
    TRIPPED = "tripped"


class Delay(enum.Enum):
    """How long a side must last before the latch moves."""

    NONE = "none"
    TRIP = "trip_after"
    CLEAR = "clear_after"


MOVES: Mapping[tuple[Standing, Side], tuple[Standing, Delay]] = {
    (Standing.UNSEEN, Side.UNKNOWN): (Standing.UNSEEN, Delay.NONE),
    (Standing.UNSEEN, Side.OUT): (Standing.TRIPPED, Delay.NONE),
    (Standing.UNSEEN, Side.BAND): (Standing.CLEAR, Delay.CLEAR),
    (Standing.UNSEEN, Side.IN): (Standing.CLEAR, Delay.CLEAR),
    (Standing.CLEAR, Side.UNKNOWN): (Standing.UNSEEN, Delay.NONE),
    (Standing.CLEAR, Side.OUT): (Standing.TRIPPED, Delay.TRIP),
    (Standing.CLEAR, Side.BAND): (Standing.CLEAR, Delay.NONE),
    (Standing.CLEAR, Side.IN): (Standing.CLEAR, Delay.NONE),
    (Standing.TRIPPED, Side.UNKNOWN): (Standing.TRIPPED, Delay.NONE),
    (Standing.TRIPPED, Side.OUT): (Standing.TRIPPED, Delay.NONE),
    (Standing.TRIPPED, Side.BAND): (Standing.TRIPPED, Delay.NONE),
    (Standing.TRIPPED, Side.IN): (Standing.CLEAR, Delay.CLEAR),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """What is out: a value above `above` or below `below`. SI; a value at the limit is inside."""

    above: float = math.inf
    below: float = -math.inf
    hysteresis: float = 0.0

    def side(self, value: float) -> Side:
        """Where a finite value lies."""
        if value > self.above or value < self.below:
            return Side.OUT
        if value > self.above - self.hysteresis or value < self.below + self.hysteresis:
            return Side.BAND
        return Side.IN

    def nearest(self, value: float) -> float:
        """The limit that the value is closest to leaving by, or has left by most."""
        return self.above if self.above - value <= value - self.below else self.below

    def clears_at(self, value: float) -> float:
        """The value that must be reached for a trip at the nearest limit to clear."""
        nearest = self.nearest(value)
        return nearest - self.hysteresis if nearest == self.above else nearest + self.hysteresis


class Latch:
    """The standing of one limit. Durations in ns."""

    def __init__(self, trip_after_ns: int, clear_after_ns: int) -> None:
        self._delays = {Delay.NONE: 0, Delay.TRIP: trip_after_ns, Delay.CLEAR: clear_after_ns}
        self._moving_since_ns: int | None = None
        self._resting: Side | None = None
        self.standing = Standing.UNSEEN

    def step(self, side: Side, now_ns: int) -> Standing:
        """Take the side that holds now; the standing after it."""
        if side is self._resting:
            return self.standing
        target, delay = MOVES[self.standing, side]
        if target is self.standing:
            # Nothing moves, and nothing will before another side is seen.
            self._moving_since_ns, self._resting = None, side
            return target
        self._resting = None
        if self._moving_since_ns is None:
            self._moving_since_ns = now_ns
        if now_ns - self._moving_since_ns >= self._delays[delay]:
            self.standing = target
            self._moving_since_ns = None
        return self.standing

    @property
    def rests_clear(self) -> bool:
        """Whether it is CLEAR and not about to move: nothing but OUT or UNKNOWN changes that."""
        return self.standing is Standing.CLEAR and self._moving_since_ns is None

    def moving_for_ns(self, now_ns: int) -> int | None:
        """How long the latch has been about to move; None when it is at rest."""
        return None if self._moving_since_ns is None else now_ns - self._moving_since_ns
