"""The gates of a mission: compiled, stepped, and asked what they bar.

How a gate moves stands in `gate_table`, how it lives in `gate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from gcs.config.loading import Mission
from gcs.config.mission import GateConfig
from gcs.config.problems import Problem
from gcs.decision.compiling import Compiler, merged_windows
from gcs.decision.deadline import deadline_of
from gcs.decision.gate import Gate, GateAction, GateRules, Scene
from gcs.decision.polls import PERSONS_NEEDED, configuration_digest
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
    criteria = [(name, criterion.gates) for _, name, criterion in mission.criterion_configs()]
    rules = [
        _rules(compiler, mission.file, f"gate[{i}]", config, _counting_for(config.id, criteria))
        for i, config in enumerate(mission.config.gate)
    ]
    timed = [
        replace(rule, deadline=deadline_of(rule.config.closes, mission, scope))
        for rule in rules
        if rule is not None
    ]
    gates = Gates(timed, configuration_digest(mission))
    return gates, tuple(compiler.problems)


def _counting_for(gate: str, criteria: Iterable[tuple[str, Sequence[str]]]) -> tuple[str, ...]:
    return tuple(name for name, gates in criteria if gate in gates)


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


def _gate_mistakes(config: GateConfig, criteria: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(field, what is wrong) of a gate that cannot mean what it says."""
    if not criteria and not config.polls:
        yield "", "no criterion and no poll decides this gate"
    if config.go_command and config.go_command == config.no_go_command:
        yield "no_go_command", "GO and NO-GO send the same command"
    if config.stable_for < 0:
        yield "stable_for", "expected a duration of zero or more"
    if config.without_answer == "stands" and config.go_command:
        yield "without_answer", "silence cannot stand for a command that must be verified"
    yield from _no_go_mistakes(config)
    yield from _poll_mistakes(config)


def _no_go_mistakes(config: GateConfig) -> Iterator[tuple[str, str]]:
    if config.no_go_after is not None and config.no_go_after < 0:
        yield "no_go_after", "expected a duration of zero or more"
    if config.no_go_after is not None and not (config.no_go_command or config.no_go_count):
        yield "no_go_after", "there is no `no_go_command` to send and no `no_go_count` to do"
    if config.no_go_count == "recycle" and not config.recycle_to:
        yield "no_go_count", "a recycle needs the mark `recycle_to`"
    if config.recycle_to and config.no_go_count != "recycle":
        yield "recycle_to", 'only `no_go_count = "recycle"` goes to a mark'


def _poll_mistakes(config: GateConfig) -> Iterator[tuple[str, str]]:
    if len(set(config.polls)) < len(config.polls):
        yield "polls", "a position is polled twice"
    if config.go_expires <= 0:
        yield "go_expires", "expected a duration of more than zero"
    if "go_expires" in config.model_fields_set and not config.polls:
        yield "go_expires", "nobody is polled, so there is no vote that could expire"
    if config.two_person and len(set(config.polls)) < PERSONS_NEEDED:
        yield (
            "two_person",
            f"nobody can answer: {PERSONS_NEEDED} persons need as many polled positions",
        )


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

    def undoing(self) -> str:
        """The command that undoes a commit which stands; empty where there is none."""
        standing = (g.config for g in self._gates if g.state is GateState.COMMITTED)
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

    def interlocks(self, now_ns: int, held: str = "") -> dict[str, str]:
        """Command id -> why no operator may send it now; a gate's GO command only.

        `held` says who holds the count now.
        """
        barred: dict[str, str] = {}
        free: set[str] = set()
        for gate in self._gates:
            command = gate.config.go_command
            if not command:
                continue
            reason = gate.bar(now_ns, held)
            if reason:
                barred.setdefault(command, reason)
            else:
                free.add(command)
        return {command: reason for command, reason in barred.items() if command not in free}


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
