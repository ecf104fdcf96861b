"""What every criterion of every shipped mission must do; a new one inherits it all.

Samples in SI reach the real dictionary and joint state, through votes, derived
parameters and windows; the raw values that bring a criterion to its limits are searched
for. What the search cannot find stands in `by_hand`. Missions share criteria: one that
stands on the same entries in several is held to it once.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from gcs.config.criteria import CriterionConfig
from gcs.config.loading import load_mission
from gcs.decision.criteria import Criteria
from gcs.messages import CriterionState
from tests.helpers.contract.bench import Bench, bench_of, benches
from tests.helpers.contract.by_hand import NAMES
from tests.helpers.contract.faults import (
    FAULTS,
    PASSING,
    Fault,
    Patient,
    hidden_by_the_vote,
    majority_rules,
    patient_of,
)
from tests.helpers.contract.limits import GO, NO_GO, UNKNOWN, ToothlessError, delayed
from tests.helpers.contract.rig import Rig, Step
from tests.helpers.contract.subjects import (
    has_limits,
    is_windowed,
    scenes_of,
    shipped,
    shipped_in_all,
    shipped_subject,
    subject_of,
    watches_an_age,
)
from tests.helpers.missions import derived, parameter, telemetry_mission

CRITERIA = shipped()
FALLIBLE = [key for key in CRITERIA if not watches_an_age(key)]
every_criterion = pytest.mark.parametrize("key", FALLIBLE)
"""All whose inputs must be good. How old a word is, is known whatever it says."""
every_limited = pytest.mark.parametrize("key", [key for key in FALLIBLE if has_limits(key)])
OWNERS = {"VEHICLE", "PROPULSION", "GNC", "BARGE", "WEATHER", "RANGE", "LINKS", "CARGO", "STATION"}


def _configs() -> list[tuple[str, CriterionConfig]]:
    keys = [key.split(":") for key in CRITERIA]
    return [(name, benches()[mission].configs()[name]) for mission, name in keys]


def test_there_are_criteria_to_hold_to_it() -> None:
    assert len({name for name, _ in _configs()}) >= 80
    assert len(CRITERIA) < shipped_in_all()


def test_every_owner_answers_for_something_and_says_who_says_so() -> None:
    assert {config.owner for _, config in _configs()} == OWNERS
    assert all(config.source.strip() for _, config in _configs())


def test_only_an_alarm_may_stand_on_an_age_alone() -> None:
    aged = [
        benches()[m].configs()[n] for m, n in (k.split(":") for k in CRITERIA if watches_an_age(k))
    ]
    assert all(config.alarm is not None and not config.gates for config in aged)


def test_witnesses_by_hand_are_of_criteria_that_exist_and_of_all_that_latch() -> None:
    names = {name for name, _ in _configs()}
    assert names >= NAMES
    assert {name for name, config in _configs() if config.clears_when is not None} <= NAMES


@pytest.mark.parametrize("key", CRITERIA)
def test_it_passes_inside_and_fails_outside_to_the_nanosecond(key: str) -> None:
    mission, name = key.split(":")
    bench, windowed = benches()[mission], is_windowed(key)
    phase = next(iter(sorted(bench.configs()[name].phases)), "")
    seen: set[CriterionState] = set()
    for scene in scenes_of(key):
        rig = Rig(bench, [Criteria([bench.criterion(name)])], windowed=windowed, phase=phase)
        for look in scene.looks:
            (status,) = rig.step(look.step)
            assert look.allows(status.state), f"{scene.title}: {look} but {status.why}"
            seen.add(status.state)
    assert CriterionState.GO in seen, "it cannot pass"
    assert CriterionState.NO_GO in seen, "it cannot fail"


@every_criterion
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_one_input_at_fault_blocks_whatever_the_others_say(key: str, fault: Fault) -> None:
    bench, subject = shipped_subject(key)
    for handle in subject.handles:
        for state in fault(patient_of(bench, subject, handle)):
            assert state not in PASSING, handle.name


@every_criterion
def test_after_a_gap_it_settles_anew(key: str) -> None:
    bench, subject = shipped_subject(key)
    clear_ns = subject.criterion.clear_after_ns
    for handle in subject.handles:
        patient = patient_of(bench, subject, handle)
        patient.settle()
        _gap(patient)
        for look in delayed(patient.calm, clear_ns, UNKNOWN, GO):
            assert patient.rig.states(look.step) == (look.state,)


@every_criterion
def test_a_gap_does_not_forgive_a_trip(key: str) -> None:
    bench, subject = shipped_subject(key)
    criterion = subject.criterion
    for handle in subject.handles:
        patient = patient_of(bench, subject, handle)
        bad = subject.failing(handle.name)
        patient.settle()
        patient.rig.step(Step(0, bad))
        if patient.rig.states(Step(criterion.trip_after_ns, bad)) != (NO_GO,):
            continue  # a single source out of its vote is unknown: it never tripped
        _gap(patient)
        after = GO if criterion.clears_when is None else NO_GO
        for look in delayed(patient.calm, criterion.clear_after_ns, NO_GO, after):
            assert patient.rig.states(look.step) == (look.state,)


@every_limited
def test_of_two_sources_left_one_that_is_out_is_not_voted_away(key: str) -> None:
    bench, subject = shipped_subject(key)
    passed = []
    for handle in subject.handles:
        patient, out = patient_of(bench, subject, handle), subject.failing(handle.name)[handle.name]
        if len(handle.inputs) > 1 and out != patient.level:
            passed.append(hidden_by_the_vote(patient, out) in PASSING)
    assert not any(passed), "the vote's tolerance reaches from calm to beyond the limit"


def _gap(patient: Patient) -> None:
    """Nothing is known of the input for a moment."""
    long_ns = 2 * patient.handle.patience_ns
    assert patient.rig.states(Step(long_ns, patient.without())) == (UNKNOWN,)


@every_criterion
@pytest.mark.parametrize("spoilt", [None, math.nan, math.inf, -math.inf])
def test_one_source_of_a_vote_at_fault_does_not_block(key: str, spoilt: float | None) -> None:
    bench, subject = shipped_subject(key)
    for handle in subject.handles:
        if len(handle.inputs) > handle.minimum_sources:
            assert majority_rules(patient_of(bench, subject, handle), spoilt) in PASSING


@pytest.mark.parametrize("key", [key for key in FALLIBLE if not is_windowed(key)])
def test_late_good_data_do_not_forgive_a_trip(key: str) -> None:
    bench, subject = shipped_subject(key)
    for handle in subject.handles:
        patient = patient_of(bench, subject, handle)
        rig = patient.rig
        good, bad = patient.calm, subject.failing(handle.name)
        rig.step(Step(0, bad))
        rig.step(Step(subject.criterion.trip_after_ns, bad))
        late = {p.index: good[h.name] for h in subject.handles for p in h.inputs}
        rig.write(late, [rig.now_ns - 1])
        assert rig.look()[0].state not in PASSING


# --- The contract itself can fail ---

_MISSION_TAIL = """
[[gate]]
id = "landing"
title = "LANDING"
opens = "true"
closes = "false"
"""
_VALUE = """
[criterion.c]
title = "c"
owner = "BARGE"
gates = ["landing"]
source = "a test"
unit = "m"
hysteresis = "0.1 m"
"""
_REQUIRE = """
[criterion.c]
title = "c"
owner = "BARGE"
gates = ["landing"]
source = "a test"
"""


def _bench(entry: str) -> Bench:
    origin = 'topic = "motion", field = "heave", unit = "m"'
    source = 'topic = "motion", field = "heave_rate", unit = "m"'
    dictionary = (
        parameter("x", origin, "m", sources='["barge"]', valid='["0 m", "5 m"]')
        + parameter("y", source, "m", sources='["barge"]', valid='["0 m", "5 m"]')
        + derived("sum", "x + y", "m")
    )
    mission = telemetry_mission(dictionary)
    head = mission.texts["m.toml"].replace(
        'dictionaries = ["d.toml"]', 'dictionaries = ["d.toml"]\ncriteria = ["c.toml"]'
    )
    texts = {**mission.texts, "m.toml": head + _MISSION_TAIL, "c.toml": entry}
    return bench_of(load_mission(Path("m.toml"), texts))


@pytest.mark.parametrize(
    "entry",
    [
        _VALUE + 'value = "x"\nno_go = { above = "6 m" }',
        _VALUE + 'value = "x"\nno_go = { below = "-1 m" }',
        _VALUE + 'value = "abs(x)"\nno_go = { below = "0 m" }',
        _VALUE + 'value = "x + 4 m"\nno_go = { above = "2 m" }',
        _VALUE + 'value = "x - x"\nno_go = { above = "1 m" }',
        _VALUE + 'value = "min_over(x, 10 s)"\nno_go = { above = "5 m" }',
        _VALUE + 'value = "sum"\nno_go = { above = "10 m" }',
        _REQUIRE + 'require = "x < 6 m"',
        _REQUIRE + 'require = "x >= 0 m"',
        _REQUIRE + 'require = "x > 5 m"',
        _REQUIRE + 'require = "x < 3 m or x >= 3 m"',
        _REQUIRE + 'require = "x < 3 m and x > 4 m"',
        _REQUIRE + 'require = "x < 3 m or (x < 2 m and y < 1 m)"',
        _REQUIRE + 'require = "x < 3 m and (y < 4 m or true)"',
    ],
)
def test_a_criterion_that_cannot_fail_or_cannot_pass_is_found_out(entry: str) -> None:
    bench = _bench(entry)
    with pytest.raises(ToothlessError):
        subject_of(bench, "c")


@pytest.mark.parametrize(
    "entry",
    [
        _VALUE + 'value = "x"\nno_go = { above = "4 m" }',
        _VALUE + 'value = "sum"\nno_go = { above = "4 m", below = "1 m" }',
        _VALUE + 'value = "min_over(x, 10 s)"\nno_go = { below = "2 m" }',
        _REQUIRE + 'require = "sum < 6 m and x > 1 m"',
        _REQUIRE + 'require = "max_over(x, 10 s) < 3 m"',
    ],
)
def test_a_criterion_with_teeth_is_let_through(entry: str) -> None:
    bench = _bench(entry)
    subject = subject_of(bench, "c")
    for handle in subject.handles:
        for fault in FAULTS.values():
            assert not PASSING & set(fault(patient_of(bench, subject, handle)))


def test_a_fault_that_does_not_block_is_found_out() -> None:
    bench = _bench(_REQUIRE + 'require = "x < 3 m or y < 2 m"')
    subject = subject_of(bench, "c")
    patient = patient_of(bench, subject, subject.handles[0])
    deaf = replace(patient, calm={"x": 2.0, "y": 1.0})
    assert any(state in PASSING for state in FAULTS["stale"](deaf))
