"""Drives criteria through the real dictionary and joint state, to the nanosecond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gcs.clock import SECOND_NS
from gcs.decision.criteria import Criteria
from gcs.messages import CriterionState, CriterionStatus
from gcs.telemetry.parameters import Parameter
from gcs.telemetry.samples import SampleWriter, judge
from gcs.telemetry.state import JointState
from tests.helpers.contract.bench import Bench

START_NS = 1_748_476_800 * SECOND_NS

Levels = Mapping[str, float | None]
"""Parameter name -> what it says, SI; None says nothing. A source overrules its vote's name."""

Pulses = Mapping[str, tuple[int, float]]
"""Parameter name -> the age at the end of the step, and the value, of one sample in its past."""


@dataclass(frozen=True)
class Step:
    """Hold `levels` until `after_ns` from the step before, and look."""

    after_ns: int
    levels: Levels
    pulses: Pulses = field(default_factory=dict)
    live: bool = False
    """The past stays what it was: these levels are new."""


class Rig:
    """One joint state under criteria that are alike but for a mutation.

    `windowed` inputs have a past: at every change of their levels the joint state is made
    anew, as if they had been so throughout. What the criteria remember stays.
    """

    def __init__(
        self, bench: Bench, criteria: Sequence[Criteria], *, windowed: bool, phase: str = ""
    ) -> None:
        self._bench = bench
        self._criteria = criteria
        self._windowed = windowed
        self._phase = phase
        self._windows = dict(bench.dictionary.windows())
        for judged in criteria:
            for index, span_ns in judged.windows().items():
                self._windows[index] = max(span_ns, self._windows.get(index, 0))
        self.span_ns = max(self._windows.values(), default=0)
        self._levels: dict[int, float | None] = {}
        self._state = self._fresh()
        self.now_ns = START_NS

    def _fresh(self) -> JointState:
        return JointState(self._bench.dictionary, self._windows)

    def step(self, step: Step) -> tuple[CriterionStatus, ...]:
        """Each criterion's status after one step."""
        levels = self._inputs(step.levels)
        from_ns = self.now_ns
        self.now_ns += step.after_ns
        if self._windowed and not step.live and (levels != self._levels or step.pulses):
            self._state = self._fresh()
            self._fill(levels, step.pulses)
        self._levels = levels
        self.write(levels, self._moments(levels, from_ns))
        return self.look()

    def silence(self, inputs: Sequence[Parameter]) -> None:
        """From now on these say nothing; what they said stays known as long as it may."""
        self._levels.update(dict.fromkeys((p.index for p in inputs), None))

    def told(
        self, levels: Levels, after_ns: int, *, trusted: bool = False
    ) -> tuple[CriterionState, ...]:
        """Each state once the live words of the inputs have been these for some time."""
        from_ns = self.now_ns
        self.now_ns += after_ns
        self._levels = self._inputs(levels)
        self.write(self._levels, self._moments(self._levels, from_ns), trusted=trusted)
        return tuple(status.state for status in self.look())

    def look(self) -> tuple[CriterionStatus, ...]:
        """Each criterion's status now."""
        self._state.at(self.now_ns)
        self._state.derive(everything=True)
        for judged in self._criteria:
            judged.evaluate(self._state, self._phase, frozenset(), self.now_ns)
        return tuple(judged.statuses()[0] for judged in self._criteria)

    def states(self, step: Step) -> tuple[CriterionState, ...]:
        """Each criterion's state after one step."""
        return tuple(status.state for status in self.step(step))

    def write(
        self, levels: Mapping[int, float | None], times_ns: Sequence[int], *, trusted: bool = False
    ) -> None:
        """Samples at each of these times, received now. `trusted`: GOOD whatever they say."""
        parameters = self._bench.dictionary.parameters
        writer = SampleWriter()
        for time_ns in times_ns:
            for index, value in levels.items():
                if value is not None:
                    quality = 0 if trusted else _quality(parameters[index], value)
                    writer.append(index, time_ns, self.now_ns, value, quality)
        self._state.at(self.now_ns)
        self._state.apply(writer.take())

    def _moments(self, levels: Mapping[int, float | None], from_ns: int) -> list[int]:
        """When to speak so that nothing grows stale between, the last time now."""
        parameters = self._bench.dictionary.parameters
        every_ns = min((parameters[i].stale_after_ns for i in levels), default=SECOND_NS) // 3
        return [*range(from_ns + every_ns, self.now_ns, every_ns), self.now_ns]

    def _fill(self, levels: Mapping[int, float | None], pulses: Pulses) -> None:
        """A past that was always so, but for the pulses."""
        parameters = self._bench.dictionary.parameters
        begin_ns = self.now_ns - self.span_ns - 5 * SECOND_NS
        pulse_at = {
            (index, self.now_ns - age_ns): value
            for name, (age_ns, value) in pulses.items()
            for index in self._inputs({name: value})
        }
        every_ns = min((parameters[i].stale_after_ns for i in levels), default=SECOND_NS) * 9 // 10
        times = {*range(begin_ns, self.now_ns, every_ns), *(at_ns for _, at_ns in pulse_at)}
        past, live = SampleWriter(), SampleWriter()
        for time_ns in sorted(times):
            for index, level in levels.items():
                value = pulse_at.get((index, time_ns), level)
                if value is not None:
                    quality = _quality(parameters[index], value)
                    past.append(index, time_ns, self.now_ns, value, quality)
        self._state.at(self.now_ns)
        self._state.apply(live.take(past.take()))

    def _inputs(self, levels: Levels) -> dict[int, float | None]:
        """Measured parameter -> what it says."""
        said: dict[int, float | None] = {}
        named = [(self._bench.parameter(name), value) for name, value in levels.items()]
        for parameter, value in sorted(named, key=lambda pair: pair[0].ballots is None):
            assert parameter.derivation is None, f"{parameter.id} is derived: set what it stands on"
            ballots = parameter.ballots.parameters if parameter.ballots else (parameter.index,)
            said.update(dict.fromkeys(ballots, value))
        return said


def _quality(parameter: Parameter, value: float) -> int:
    return judge(value, parameter.low, parameter.high)
