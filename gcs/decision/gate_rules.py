"""One gate as a mission declares it: compiled, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from gcs.config.loading import Mission
from gcs.config.mission import CommandConfig, GateConfig
from gcs.decision.compiling import Compiler
from gcs.decision.deadline import Deadline
from gcs.decision.polls import PERSONS_NEEDED
from gcs.expressions import Expression


@dataclass(frozen=True)
class GateRules:
    """A compiled gate; `criteria` are the ids of those that count for it.

    `hands_over` says that its GO command goes to the vehicle, which then acts by itself.
    """

    config: GateConfig
    opens: Expression
    closes: Expression
    criteria: tuple[str, ...]
    hands_over: bool
    deadline: Deadline | None = None

    @cached_property
    def stops(self) -> frozenset[str]:
        """The ids of the commands that stop what the gate may let go."""
        return frozenset((self.config.no_go_command, *self.config.overruled_by))


def compiled_gates(mission: Mission, compiler: Compiler) -> list[GateRules]:
    """The gates of a mission that can be compiled; `compiler` takes what is wrong."""
    compiled = [
        _compiled(compiler, mission, f"gate[{i}]", config)
        for i, config in enumerate(mission.config.gate)
    ]
    return [rules for rules in compiled if rules is not None]


def _compiled(
    compiler: Compiler, mission: Mission, key: str, config: GateConfig
) -> GateRules | None:
    file = mission.file
    opens = compiler.condition(config.opens, file, f"{key}.opens")
    closes = compiler.condition(config.closes, file, f"{key}.closes")
    criteria = tuple(name for _, name, c in mission.criterion_configs() if config.id in c.gates)
    commands = {command.id: command for command in mission.config.command}
    for field, message in _mistakes(config, criteria, commands):
        compiler.problem(file, f"{key}.{field}" if field else key, message)
    if opens is None or closes is None:
        return None
    go = commands.get(config.go_command)
    return GateRules(config, opens, closes, criteria, go is not None and go.target == "vehicle")


def _mistakes(
    config: GateConfig, criteria: tuple[str, ...], commands: Mapping[str, CommandConfig]
) -> Iterator[tuple[str, str]]:
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
    yield from _overruling_mistakes(config, commands)
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


def _overruling_mistakes(
    config: GateConfig, commands: Mapping[str, CommandConfig]
) -> Iterator[tuple[str, str]]:
    for name in config.overruled_by:
        command = commands.get(name)
        if command is None:
            yield "overruled_by", f"no command is called {name!r}"
        elif command.target != "vehicle":
            yield "overruled_by", f"{name!r} goes to the barge: only the vehicle is stopped so"
        elif name in (config.go_command, config.no_go_command):
            which = "GO" if name == config.go_command else "NO-GO"
            yield "overruled_by", f"{name!r} is its own {which} command"
    no_go = commands.get(config.no_go_command)
    if config.overruled_by and no_go is not None and no_go.target != "vehicle":
        yield "overruled_by", "no command to the vehicle does what its NO-GO orders the barge to do"


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
