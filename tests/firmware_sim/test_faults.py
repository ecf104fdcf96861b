"""Each kind of fault does what its name says, in its time, and leaves the others alone."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from firmware_sim.faults import Fault, FaultKind, arm, clear, silent, spoil
from firmware_sim.records import make, restore, save
from gcs.clock import MILLISECOND_NS, SECOND_NS

STEP_NS = 10 * MILLISECOND_NS
FROM_NS, UNTIL_NS = 2 * SECOND_NS, 5 * SECOND_NS


def times() -> Iterator[int]:
    return iter(range(0, 8 * SECOND_NS, STEP_NS))


def signal(now_ns: int) -> float:
    return 3.0 + math.sin(1e-9 * now_ns)


@pytest.fixture
def fault() -> Fault:
    """In force from 2 s to 5 s, its kind still to be set."""
    fault = make(Fault)
    arm(fault, FaultKind.NONE, FROM_NS, UNTIL_NS)
    fault.scale, fault.seed = 1.0, 12345
    return fault


def passed(fault: Fault, component: int = 0) -> dict[int, float]:
    return {now_ns: spoil(fault, component, signal(now_ns), now_ns) for now_ns in times()}


@pytest.mark.parametrize("kind", list(FaultKind))
def test_outside_its_time_a_fault_changes_nothing(fault: Fault, kind: FaultKind) -> None:
    fault.kind, fault.amplitude, fault.duty, fault.period_ns = int(kind), 1.0, 1.0, SECOND_NS
    for now_ns, value in passed(fault).items():
        if not FROM_NS <= now_ns < UNTIL_NS:
            assert value == signal(now_ns)
            assert not silent(fault, now_ns)


def test_off_is_silent_from_beginning_to_end(fault: Fault) -> None:
    fault.kind = int(FaultKind.OFF)
    assert all(silent(fault, now_ns) == (FROM_NS <= now_ns < UNTIL_NS) for now_ns in times())


def test_stuck_holds_the_first_value_of_each_component(fault: Fault) -> None:
    fault.kind = int(FaultKind.STUCK)
    for component in (0, 11):
        values = passed(fault, component)
        held = {values[now_ns] for now_ns in times() if FROM_NS <= now_ns < UNTIL_NS}
        assert held == {signal(FROM_NS)}


def test_wrong_scales_and_shifts(fault: Fault) -> None:
    fault.kind, fault.scale, fault.bias = int(FaultKind.WRONG), -2.0, 50.0
    assert spoil(fault, 0, 3.0, FROM_NS) == 44.0


def test_garbage_scatters_about_the_truth_and_repeats_with_its_seed(fault: Fault) -> None:
    fault.kind, fault.amplitude = int(FaultKind.GARBAGE), 4.0
    errors = np.array([
        spoil(fault, n % 3, 1.0, FROM_NS + n * STEP_NS // 10) - 1.0 for n in range(2_000)
    ])  # fmt: skip
    assert abs(errors.mean()) < 0.2
    assert errors.std() == pytest.approx(4.0 / math.sqrt(3.0), rel=0.05)
    assert np.abs(errors).max() <= 4.0
    assert spoil(fault, 0, 1.0, FROM_NS) == spoil(fault, 0, 1.0, FROM_NS)
    assert spoil(fault, 0, 1.0, FROM_NS) != spoil(fault, 1, 1.0, FROM_NS)


def test_slow_answers_a_step_as_a_lag_of_first_order(fault: Fault) -> None:
    fault.kind, fault.time_constant_s = int(FaultKind.SLOW), 0.5
    spoil(fault, 0, 0.0, FROM_NS)
    last = 0.0
    for n in range(1, 101):
        last = spoil(fault, 0, 1.0, FROM_NS + n * STEP_NS)
    assert last == pytest.approx(1.0 - math.exp(-1.0 / 0.5), rel=1e-9)


@pytest.mark.parametrize("delay_s", [0.05, 0.3, 1.0])
def test_delayed_gives_what_was_there_a_while_ago(fault: Fault, delay_s: float) -> None:
    fault.kind, fault.delay_ns = int(FaultKind.DELAYED), round(delay_s * SECOND_NS)
    for now_ns, value in passed(fault).items():
        if FROM_NS + fault.delay_ns <= now_ns < UNTIL_NS:
            assert value == pytest.approx(signal(now_ns - fault.delay_ns), abs=2e-3)
        elif FROM_NS <= now_ns < UNTIL_NS:
            assert value == pytest.approx(signal(FROM_NS))


def test_intermittent_is_silent_for_its_share_of_whole_periods(fault: Fault) -> None:
    arm(fault, FaultKind.INTERMITTENT, 0)
    fault.duty, fault.period_ns = 0.3, 100 * MILLISECOND_NS
    mute = np.array([silent(fault, n * STEP_NS) for n in range(20_000)]).reshape(-1, 10)
    assert (mute == mute[:, :1]).all()
    assert mute[:, 0].mean() == pytest.approx(0.3, abs=0.04)


def test_asking_changes_nothing_but_the_memory_of_what_was_asked(fault: Fault) -> None:
    arm(fault, FaultKind.INTERMITTENT, 0)
    fault.duty, fault.period_ns = 0.5, SECOND_NS
    before = save(fault)
    for now_ns in times():
        silent(fault, now_ns)
        spoil(fault, 0, 1.0, now_ns)
    assert save(fault) == before


@pytest.mark.parametrize("kind", [FaultKind.STUCK, FaultKind.SLOW, FaultKind.DELAYED])
def test_what_a_fault_remembers_is_saved_with_it(fault: Fault, kind: FaultKind) -> None:
    fault.kind, fault.time_constant_s, fault.delay_ns = int(kind), 0.4, 300 * MILLISECOND_NS
    for n in range(100):
        spoil(fault, 0, signal(n), FROM_NS + n * STEP_NS)
    saved, at_ns = save(fault), FROM_NS + 100 * STEP_NS
    told = spoil(fault, 0, 9.0, at_ns)
    other = make(Fault)
    restore(other, saved)
    assert spoil(other, 0, 9.0, at_ns) == told


def test_arming_again_forgets_and_clearing_mends(fault: Fault) -> None:
    arm(fault, FaultKind.STUCK, 0)
    assert spoil(fault, 0, 1.0, 5) == 1.0
    arm(fault, FaultKind.STUCK, 10)
    assert spoil(fault, 0, 2.0, 10) == 2.0
    clear(fault)
    assert spoil(fault, 0, 3.0, 11) == 3.0
