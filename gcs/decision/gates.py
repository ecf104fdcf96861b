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
from gcs.decision.deadline import clock_deadline
from gcs.decision.gate import Gate, GateAction, GateRules
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


class GateStep(NamedTuple):
    """The gates now, what they want done, and what happened."""

    statuses: tuple[GateStatus, ...]
    actions: tuple[GateAction, ...]
    events: tuple[Event, ...]


def build_gates(mission: Mission, scope: Scope) -> tuple[Gates, tuple[Problem, ...]]:
    """Compile a mission's gates, and say all that is wrong with them."""
    compiler = Compiler(scope)
    needed: dict[str, list[str]] = {gate.id: [] for gate in mission.config.gate}
    for _, name, criterion in mission.criterion_configs():
        for gate in criterion.gates:
            needed.setdefault(gate, []).append(name)
    rules = [
        _rules(compiler, mission.file, f"gate[{i}]", config, tuple(needed[config.id]))
        for i, config in enumerate(mission.config.gate)
    ]
    timed = [
        replace(rule, deadline=clock_deadline(rule.config.closes, mission, scope))
        for rule in rules
        if rule is not None
    ]
    gates = Gates(timed, configuration_digest(mission))
    return gates, tuple(compiler.problems)


def _rules(
    compiler: Compiler, file: str, key: str, config: GateConfig, criteria: tuple[str, ...]
) -> GateRules | None:
    opens = compiler.condition(config.opens, file, f"{key}.opens")
    closes = compiler.condition(config.closes, file, f"{key}.closes")
    for field, message in _gate_mistakes(config, criteria):
        compiler.problem(file, f"{key}.{field}" if field else key, message)
    if opens is None or closes is None:
        return None
    return GateRules(config, opens, closes, criteria)


def _gate_mistakes(config: GateConfig, criteria: tuple[str, ...]) -> list[tuple[str, str]]:
    mistakes = []
    if not criteria and not config.polls:
        mistakes.append(("", "no criterion and no poll decides this gate"))
    if config.go_command and config.go_command == config.no_go_command:
        mistakes.append(("no_go_command", "GO and NO-GO send the same command"))
    if config.stable_for < 0:
        mistakes.append(("stable_for", "expected a duration of zero or more"))
    if config.no_go_after is not None and config.no_go_after < 0:
        mistakes.append(("no_go_after", "expected a duration of zero or more"))
    if config.no_go_after is not None and not config.no_go_command:
        mistakes.append(("no_go_after", "there is no `no_go_command` to send"))
    return mistakes


class Gates:
    """All gates of a mission, in file order."""

    def __init__(self, rules: Sequence[GateRules], configuration: str = "") -> None:
        self._gates = tuple(Gate(rule, configuration) for rule in rules)
        self._reads = frozenset(
            index for gate in self._gates for e in gate.expressions() for index in e.reads
        )

    def infos(self) -> tuple[GateInfo, ...]:
        """What the gates are called."""
        return tuple(GateInfo(gate.config.id, gate.config.title) for gate in self._gates)

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

    def step(
        self,
        view: View,
        criteria: Sequence[CriterionStatus],
        commands: Sequence[CommandStatus],
        now_ns: int,
        held: str = "",
    ) -> GateStep:
        """Move every gate at most once. `held` says who holds the count; no GO is given then."""
        by_id = {status.id: status for status in criteria}
        actions: list[GateAction] = []
        events: list[Event] = []
        for gate in self._gates:
            gate.step(view, by_id, commands, now_ns, held)
            actions.extend(gate.take_actions())
            events.extend(gate.take_events())
        return GateStep(self.statuses(), _once_each(actions), tuple(events))

    def statuses(self) -> tuple[GateStatus, ...]:
        """The gates as last stepped."""
        return tuple(gate.status() for gate in self._gates)

    def vote(self, gate: str, position: str, go: bool, now_ns: int) -> Event:
        """Take a polled position's answer, or refuse it with the reason."""
        for candidate in self._gates:
            if candidate.config.id == gate:
                return candidate.vote(position, go, now_ns)
        return Event(now_ns, "refused", position, f"vote refused: no gate {gate!r}", _WARNING)

    def interlocks(self, now_ns: int) -> dict[str, str]:
        """Command id -> why no operator may send it now; a gate's GO command only."""
        barred: dict[str, str] = {}
        free: set[str] = set()
        for gate in self._gates:
            command = gate.config.go_command
            if not command:
                continue
            reason = gate.bar(now_ns)
            if reason:
                barred.setdefault(command, reason)
            else:
                free.add(command)
        return {command: reason for command, reason in barred.items() if command not in free}


def _once_each(actions: Sequence[GateAction]) -> tuple[GateAction, ...]:
    """Gates that share a command ask for it once a step."""
    seen: dict[tuple[str, str], GateAction] = {}
    for action in actions:
        seen.setdefault((action.act, action.command), action)
    return tuple(seen.values())
