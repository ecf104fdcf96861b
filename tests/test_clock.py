"""One clock for every process of a scaled run, and one that moves when told."""

import pytest

from gcs.clock import SECOND_NS, ManualClock, ScaledClock


def test_a_clock_named_to_another_process_is_the_same_clock():
    clock = ScaledClock.started_now(10.0)
    assert ScaledClock.parsed(str(clock)) == clock


def test_a_scaled_clock_runs_at_its_rate_and_waits_accordingly():
    fast, slow = ScaledClock(0, 0, 10.0), ScaledClock(0, 0, 1.0)
    before, after = slow.now_ns(), slow.now_ns()
    assert 10 * before <= fast.now_ns() + 10 * SECOND_NS
    assert after >= before
    assert fast.wall_s(SECOND_NS) == pytest.approx(0.1)


def test_a_manual_clock_moves_only_forward():
    clock = ManualClock(5)
    clock.advance_to(7)
    assert clock.now_ns() == 7
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance_to(6)
