"""The asyncio shell."""

from __future__ import annotations

import pytest

from gcs.clock import SECOND_NS, ManualClock, ScaledClock
from gcs.runtime import linger_ns


@pytest.mark.parametrize("rate", [1.0, 4.0, 10.0, 50.0])
def test_the_end_of_a_run_is_seen_for_three_seconds_of_wall_time(rate: float) -> None:
    clock = ScaledClock(0, 0, rate)
    assert clock.wall_s(linger_ns(clock)) == pytest.approx(3.0)


@pytest.mark.parametrize("clock", [ScaledClock(0, 0, 0.5), ManualClock()])
def test_a_slow_or_a_virtual_clock_lingers_three_seconds_of_its_own(
    clock: ScaledClock | ManualClock,
) -> None:
    assert linger_ns(clock) == 3 * SECOND_NS
