"""What can be wrong with one input while all others are well: each must block."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gcs.decision.criteria import Criteria
from gcs.messages import CriterionState
from tests.helpers.contract.bench import Bench, Handle
from tests.helpers.contract.limits import Solution
from tests.helpers.contract.requirements import Requirement
from tests.helpers.contract.rig import Levels, Rig, Step

PASSING = frozenset({CriterionState.GO, CriterionState.CAUTION})

Subject = Solution | Requirement


@dataclass
class Patient:
    """A criterion that passes, and the one input that is about to fail."""

    bench: Bench
    subject: Subject
    handle: Handle
    rig: Rig
    calm: dict[str, float]

    @property
    def level(self) -> float:
        return self.calm[self.handle.name]

    def without(self) -> dict[str, float | None]:
        """The calm levels, but for the input."""
        return {**self.calm, self.handle.name: None}

    def saying(self, value: float | None) -> Levels:
        """The calm levels, the input saying something else."""
        return {**self.calm, self.handle.name: value}

    def settle(self) -> None:
        """Make it pass."""
        for step in (
            Step(0, self.calm),
            Step(self.subject.criterion.clear_after_ns + 1, self.calm),
        ):
            state = self.rig.states(step)[0]
        assert state in PASSING, f"does not pass when all is well: {state}"


def patient_of(bench: Bench, subject: Subject, handle: Handle) -> Patient:
    """A criterion on a new rig, and one of its inputs."""
    criteria = Criteria([bench.criterion(subject.criterion.id)])
    # What is live only must reach the windows, so the rig does not make up a past at a fault.
    phase = next(iter(sorted(subject.criterion.phases)), "")
    rig = Rig(bench, [criteria], windowed=subject.windowed, phase=phase)
    return Patient(bench, subject, handle, rig, dict(subject.calm_for(handle.name)))


Fault = Callable[[Patient], Iterator[CriterionState]]
"""Drives a patient and yields each state that must not pass."""


def never_seen(patient: Patient) -> Iterator[CriterionState]:
    """The input never spoke."""
    yield patient.rig.states(Step(0, patient.without()))[0]
    yield patient.rig.states(Step(_long(patient), patient.without()))[0]


def stale(patient: Patient) -> Iterator[CriterionState]:
    """It fell silent: fresh to the last nanosecond of its patience, then not."""
    patient.settle()
    patient.rig.silence(patient.handle.inputs)
    patience_ns = patient.handle.patience_ns
    if not patient.subject.windowed:
        last = patient.rig.states(Step(patience_ns, patient.without()))[0]
        assert last in PASSING, f"{last} before its `stale_after` was over"
        yield patient.rig.states(Step(1, patient.without()))[0]
    else:
        yield patient.rig.states(Step(patience_ns + 1, patient.without()))[0]
    yield patient.rig.states(Step(_long(patient), patient.without()))[0]


def _saying(value: float, *, trusted: bool = False) -> Fault:
    """It says this. `trusted`: as the station writes its own quantities, unjudged."""

    def fault(patient: Patient) -> Iterator[CriterionState]:
        written = {route.parameter for route in patient.bench.dictionary.station_routes}
        if trusted and patient.handle.parameter.index not in written:
            return
        patient.settle()
        if not patient.handle.windowed:
            yield patient.rig.told(patient.saying(value), 0, trusted=trusted)[0]
        yield patient.rig.told(patient.saying(value), _long(patient), trusted=trusted)[0]

    return fault


def too_high(patient: Patient) -> Iterator[CriterionState]:
    """It says more than is possible."""
    return _beyond(patient, patient.handle.parameter.high, math.inf)


def too_low(patient: Patient) -> Iterator[CriterionState]:
    """It says less than is possible."""
    return _beyond(patient, patient.handle.parameter.low, -math.inf)


def _beyond(patient: Patient, bound: float, towards: float) -> Iterator[CriterionState]:
    if math.isfinite(bound):
        yield from _saying(math.nextafter(bound, towards))(patient)


def disputed(patient: Patient) -> Iterator[CriterionState]:
    """All sources but two are silent, and those disagree; then every source disagrees."""
    rule = patient.handle.parameter.ballots
    if rule is None:
        return
    patient.settle()
    inputs = patient.handle.inputs
    low, high = patient.handle.parameter.low, patient.handle.parameter.high
    step = rule.rule.tolerance * 1.0001
    other = next(x for x in (patient.level + step, patient.level - step) if low <= x <= high)
    said: dict[str, float | None] = dict.fromkeys((p.id for p in inputs), None)
    said[inputs[0].id], said[inputs[1].id] = patient.level, other
    patient.rig.silence(inputs[2:])
    yield patient.rig.told({**patient.without(), **said}, _long(patient))[0]
    apart = {p.id: patient.level + (i - 1) * step for i, p in enumerate(inputs)}
    if all(low <= value <= high for value in apart.values()):
        yield patient.rig.told({**patient.calm, **apart}, 0)[0]


def too_few(patient: Patient) -> Iterator[CriterionState]:
    """One source less than the vote needs still speaks."""
    ballots = patient.handle.parameter.ballots
    if ballots is None:
        return
    patient.settle()
    left = patient.handle.minimum_sources - 1
    gone = patient.handle.inputs[left:]
    patient.rig.silence(gone)
    said = {**patient.calm, **dict.fromkeys((p.id for p in gone), None)}
    yield patient.rig.states(Step(_long(patient), said))[0]


def late_burst(patient: Patient) -> Iterator[CriterionState]:
    """Nothing from it but a burst of good values, all measured too long ago."""
    rig = patient.rig
    rig.states(Step(0, patient.without()))
    burst = {p.index: patient.level for p in patient.handle.inputs}
    newest_ns = rig.now_ns - patient.handle.patience_ns - 1
    spacing_ns = patient.handle.parameter.stale_after_ns // 2
    count = max(20, (patient.rig.span_ns // spacing_ns) + 2)
    rig.write(burst, [newest_ns - i * spacing_ns for i in reversed(range(count))])
    yield rig.look()[0].state
    yield rig.states(Step(_long(patient), patient.without()))[0]


FAULTS: dict[str, Fault] = {
    "never seen": never_seen,
    "stale": stale,
    "NaN": _saying(math.nan),
    "+inf": _saying(math.inf),
    "-inf": _saying(-math.inf),
    "NaN, called good": _saying(math.nan, trusted=True),
    "+inf, called good": _saying(math.inf, trusted=True),
    "-inf, called good": _saying(-math.inf, trusted=True),
    "above its range": too_high,
    "below its range": too_low,
    "disputed": disputed,
    "too few sources": too_few,
    "late burst": late_burst,
}


def _long(patient: Patient) -> int:
    """Longer than any patience and any delay."""
    criterion = patient.subject.criterion
    return patient.handle.patience_ns + criterion.clear_after_ns + criterion.trip_after_ns + 1


def majority_rules(patient: Patient, spoilt: float | None) -> CriterionState:
    """One source of a vote is silent (None) or says nonsense; the others carry it."""
    patient.settle()
    said = {**patient.calm, patient.handle.inputs[0].id: spoilt}
    patient.rig.silence(patient.handle.inputs[:1])
    return patient.rig.states(Step(_long(patient), said))[0]


def hidden_by_the_vote(patient: Patient, out: float) -> CriterionState:
    """Two sources are left: one says that all is calm, the other that it is out."""
    inputs = patient.handle.inputs
    said: dict[str, float | None] = dict.fromkeys((p.id for p in inputs), None)
    said[inputs[0].id], said[inputs[1].id] = patient.level, out
    levels = {**patient.without(), **said}
    patient.rig.step(Step(0, levels))
    return patient.rig.states(Step(_long(patient), levels))[0]
