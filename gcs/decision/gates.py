"""The gates of a mission: compiled, stepped, and asked what they bar.

How a gate moves stands in `gate_table`, how it lives in `gate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from gcs.config.loading import Mission
from gcs.config.mission import GateConfig
from gcs.config.problems import Problem
from gcs.decision.compiling import Compiler, merged_windows
from gcs.decision.deadline import deadline_of
from gcs.decision.gate import Gate, GateAction, Scene
from gcs.decision.gate_rules import GateRules, compiled_gates
from gcs.decision.polls import configuration_digest
from gcs.expressions import Scope, View
from gcs.messages import (
    CommandStatus,
    CriterionStatus,
    Event,
    GateInfo,
    GateState,
    GateStatus,
)

_WARNING = 4
_QUIET = Scene()


class GateStep(NamedTuple):
    """The gates now, what they want done, and what happened."""

    statuses: tuple[GateStatus, ...]
    actions: tuple[GateAction, ...]
    events: tuple[Event, ...]


def build_gates(mission: Mission, scope: Scope) -> tuple[Gates, tuple[Problem, ...]]:
    """Compile a mission's gates, and say all that is wrong with them."""
    compiler = Compiler(scope)
    timed = [
        replace(rule, deadline=deadline_of(rule.config.closes, mission, scope))
        for rule in compiled_gates(mission, compiler)
    ]
    gates = Gates(timed, configuration_digest(mission))
    return gates, tuple(compiler.problems)


class Gates:
    """All gates of a mission, in file order."""

    def __init__(self, rules: Sequence[GateRules], configuration: str) -> None:
        self._gates = tuple(Gate(rule, configuration) for rule in rules)
        self._reads = frozenset(
            index for gate in self._gates for e in gate.expressions() for index in e.reads
        )

    def infos(self) -> tuple[GateInfo, ...]:
        """What the gates are called, who is polled, and what follows."""
        return tuple(_info(gate.config) for gate in self._gates)

    def windows(self) -> dict[int, int]:
        """Parameter index -> ns of history that the gates need."""
        return merged_windows(e for gate in self._gates for e in gate.expressions())

    @property
    def reads(self) -> frozenset[int]:
        """Parameters that the gates' own expressions name."""
        return self._reads

    def committed(self) -> frozenset[str]:
        """Ids of the gates that are committed."""
        return frozenset(g.config.id for g in self._gates if g.state is GateState.COMMITTED)

    def handed_over(self) -> bool:
        """Whether a commit stands with which the vehicle goes on by itself."""
        return any(gate.hands_over for gate in self._gates)

    def goes(self) -> frozenset[str]:
        """The commands that are some gate's GO."""
        return frozenset(g.config.go_command for g in self._gates) - {""}

    def undoing(self) -> str:
        """The command that takes back what the vehicle was let do; empty where there is none."""
        standing = (g.config for g in self._gates if g.hands_over)
        return next((config.no_go_command for config in standing if config.no_go_command), "")

    def step(
        self,
        view: View,
        criteria: Sequence[CriterionStatus],
        commands: Sequence[CommandStatus],
        now_ns: int,
        scene: Scene = _QUIET,
    ) -> GateStep:
        """Move every gate at most once."""
        by_id = {status.id: status for status in criteria}
        actions: list[GateAction] = []
        events: list[Event] = []
        for gate in self._gates:
            gate.step(view, by_id, commands, now_ns, scene)
            actions.extend(gate.take_actions())
            events.extend(gate.take_events())
        return GateStep(self.statuses(), _once_each(actions), tuple(events))

    def statuses(self) -> tuple[GateStatus, ...]:
        """The gates as last stepped."""
        return tuple(gate.status() for gate in self._gates)

    def vote(
        self,
        gate: str,
        position: str,
        go: bool,
        now_ns: int,
        person: str = "",
        seen_ns: int | None = None,
    ) -> Event:
        """Take a polled position's answer, or refuse it with the reason; see `Gate.vote`."""
        for candidate in self._gates:
            if candidate.config.id == gate:
                return candidate.vote(position, go, now_ns, person, seen_ns)
        return Event(now_ns, "refused", position, f"vote refused: no gate {gate!r}", _WARNING)

    def spares(self, action: GateAction, commands: Sequence[CommandStatus]) -> bool:
        """Whether a gate's NO-GO may wait: what stops that gate is on its way already."""
        gate = next(gate for gate in self._gates if gate.config.id == action.gate)
        return action.command == gate.config.no_go_command and bool(gate.stopped_by(commands))

    def interlocks(
        self, now_ns: int, commands: Sequence[CommandStatus] = (), held: str = ""
    ) -> dict[str, str]:
        """Command id -> why it may not be sent now; a gate's GO command only.

        `commands` are those on their way now, `held` says who holds the count now.
        """
        goes = {g.config.go_command: g.bar(now_ns, commands, held) for g in self._gates}
        return {command: reason for command, reason in goes.items() if command and reason}


def _info(config: GateConfig) -> GateInfo:
    return GateInfo(
        id=config.id,
        title=config.title,
        polls=config.polls,
        two_person=config.two_person,
        go_command=config.go_command,
        no_go_command=config.no_go_command,
    )


def _once_each(actions: Sequence[GateAction]) -> tuple[GateAction, ...]:
    """Gates that want the same ask for it once a step."""
    seen: dict[tuple[str, str, str], GateAction] = {}
    for action in actions:
        seen.setdefault((action.act, action.command, action.mark), action)
    return tuple(seen.values())
