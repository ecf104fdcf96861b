"""The flight phase, moved by one table of transitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gcs.config.loading import Mission
from gcs.config.mission import TransitionConfig
from gcs.config.problems import Problem
from gcs.decision.compiling import Compiler, merged_windows
from gcs.expressions import Expression, Scope, View, truth
from gcs.messages import Event, PhaseInfo, PhaseStatus

_ERROR = 3
_NOTICE = 5


@dataclass(frozen=True)
class Transition:
    """One row: from any of `origin` to `to` when the condition is true."""

    origin: frozenset[str]
    to: str
    when: Expression


class PhaseStep(NamedTuple):
    """Where the flight is, and what happened on the way."""

    status: PhaseStatus
    events: tuple[Event, ...]


def build_phases(mission: Mission, scope: Scope) -> tuple[PhaseMachine, tuple[Problem, ...]]:
    """Compile a mission's phase table, and say all that is wrong with it."""
    compiler = Compiler(scope)
    phases = tuple(PhaseInfo(phase.id, phase.title) for phase in mission.config.phase)
    if not phases:
        compiler.problem(mission.file, "phase", "a mission needs at least one phase")
    rows = [
        _transition(compiler, mission.file, i, row)
        for i, row in enumerate(mission.config.transition)
    ]
    machine = PhaseMachine(phases, tuple(row for row in rows if row is not None))
    return machine, tuple(compiler.problems)


def _transition(compiler: Compiler, file: str, i: int, row: TransitionConfig) -> Transition | None:
    key = f"transition[{i}]"
    if row.to in row.origin:
        compiler.problem(file, key, f"a transition from {row.to!r} to itself")
    when = compiler.condition(row.when, file, f"{key}.when")
    if when is None:
        return None
    return Transition(frozenset(row.origin), row.to, when)


class PhaseMachine:
    """The phase, and the way it came. It starts in the first phase declared.

    At most one transition a step: of the rows that leave the present phase, the
    first whose condition is true. Unknown is not true. Every row is evaluated at
    every step, as `held` counts the moments at which it is asked.
    """

    def __init__(self, phases: tuple[PhaseInfo, ...], rows: tuple[Transition, ...]) -> None:
        self._titles = {phase.id: phase.title for phase in phases}
        self._infos = phases
        self._rows = rows
        self._phase = phases[0].id if phases else ""
        self._since_ns: int | None = None
        self._passed: tuple[str, ...] = ()
        self._crashed: set[int] = set()

    @property
    def phase(self) -> str:
        """Id of the present phase."""
        return self._phase

    def infos(self) -> tuple[PhaseInfo, ...]:
        """The phases in flight order."""
        return self._infos

    def windows(self) -> dict[int, int]:
        """Parameter index -> ns of history that the table needs."""
        return merged_windows(row.when for row in self._rows)

    def step(self, view: View, now_ns: int) -> PhaseStep:
        """Move if a row says so."""
        if self._since_ns is None:
            self._since_ns = now_ns
        events: list[Event] = []
        taken: Transition | None = None
        for i, row in enumerate(self._rows):
            holds, crash = truth(row.when, view, now_ns)
            if crash:
                events.extend(self._crash_events(i, crash, now_ns))
            if taken is None and holds is True and self._phase in row.origin:
                taken = row
        if taken is not None:
            events.append(self._enter(taken, now_ns))
        return PhaseStep(PhaseStatus(self._phase, self._since_ns, self._passed), tuple(events))

    def _enter(self, row: Transition, now_ns: int) -> Event:
        if self._phase not in self._passed:
            self._passed = (*self._passed, self._phase)
        self._phase, self._since_ns = row.to, now_ns
        text = f"{self._titles.get(row.to, row.to)}: {row.when.text}"
        return Event(now_ns, "phase", row.to, text, _NOTICE)

    def _crash_events(self, i: int, crash: str, now_ns: int) -> list[Event]:
        """A row that crashes says so once."""
        if i in self._crashed:
            return []
        self._crashed.add(i)
        to = self._rows[i].to
        return [Event(now_ns, "fault", to, f"transition to {to}: {crash}", _ERROR)]
