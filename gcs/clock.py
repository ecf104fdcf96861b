"""The one place where time is read.

Time is integer nanoseconds since the Unix epoch. A scaled run shares one
(epoch, anchor, rate) between its processes, so that they agree on it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

SECOND_NS = 1_000_000_000
MILLISECOND_NS = 1_000_000


class Clock(Protocol):
    """What tells the time: station time, and how long a wait lasts on the wall."""

    def now_ns(self) -> int:
        """Station time, ns since the Unix epoch; never decreases."""
        ...

    def wall_s(self, duration_ns: int) -> float:
        """Seconds on the wall that `duration_ns` of station time take."""
        ...


@dataclass(frozen=True)
class ScaledClock:
    """Station time = epoch + rate x (monotonic - anchor).

    The monotonic clock is system-wide, so processes of one machine that share
    the three numbers share the time.
    """

    epoch_ns: int
    anchor_ns: int
    rate: float = 1.0

    @classmethod
    def started_now(cls, rate: float = 1.0) -> ScaledClock:
        """A clock that reads UTC now and runs at `rate` from here on."""
        return cls(time.time_ns(), time.monotonic_ns(), rate)

    @classmethod
    def parsed(cls, text: str) -> ScaledClock:
        """The clock that `str(clock)` named; ValueError if it is not one."""
        epoch, anchor, rate = text.split(",")
        return cls(int(epoch), int(anchor), float(rate))

    def __str__(self) -> str:
        return f"{self.epoch_ns},{self.anchor_ns},{self.rate}"

    def now_ns(self) -> int:
        """Station time, ns."""
        elapsed_ns = time.monotonic_ns() - self.anchor_ns
        if self.rate == 1.0:
            return self.epoch_ns + elapsed_ns
        return self.epoch_ns + int(elapsed_ns * self.rate)

    def wall_s(self, duration_ns: int) -> float:
        """Wall seconds of a station duration."""
        return duration_ns / SECOND_NS / self.rate


class ManualClock:
    """A clock that moves only when told; for virtual time and tests."""

    def __init__(self, now_ns: int = 0) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> int:
        """The time last set, ns."""
        return self._now_ns

    def wall_s(self, duration_ns: int) -> float:
        """Virtual time waits for nobody."""
        return 0.0

    def advance_to(self, now_ns: int) -> None:
        """Move forward; ValueError on a step back."""
        if now_ns < self._now_ns:
            raise ValueError(f"time cannot go back from {self._now_ns} to {now_ns}")
        self._now_ns = now_ns
