"""What a mission declares soundly piece by piece, and what together can never be.

Only what the files alone make certain is a problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gcs.config.problems import Problem

if TYPE_CHECKING:
    from gcs.config.loading import Mission
    from gcs.config.mission import CommandConfig, GateConfig, MissionFile


def contradiction_problems(mission: Mission) -> Iterator[Problem]:
    """Gates passed by or never answered, commands never sent, criteria never judged."""
    yield from _go_problems(mission)
    yield from _twin_problems(mission)
    yield from _sending_problems(mission)
    yield from _never_sent_problems(mission)
    yield from _never_open_problems(mission)
    yield from _never_judged_problems(mission)


def _go_problems(mission: Mission) -> Iterator[Problem]:
    """A gate's GO is its own: no other gate sends it, and none is stopped by it."""
    gates = mission.config.gate
    first: dict[str, str] = {}
    for i, gate in enumerate(gates):
        owner = first.setdefault(gate.go_command, gate.id)
        if gate.go_command and owner != gate.id:
            message = f"{gate.go_command!r} is the GO of gate {owner!r}, which it would go past"
            yield Problem(mission.file, f"gate[{i}].go_command", message)
    for i, gate in enumerate(gates):
        for field, stop in _stops(gate):
            owner = first.get(stop, gate.id)
            if owner != gate.id:
                message = f"{stop!r} is the GO of gate {owner!r}, which may bar it"
                yield Problem(mission.file, f"gate[{i}].{field}", message)


def _stops(gate: GateConfig) -> Iterator[tuple[str, str]]:
    """(field, command) of what stops a gate."""
    if gate.no_go_command:
        yield "no_go_command", gate.no_go_command
    for command in gate.overruled_by:
        yield "overruled_by", command


def _twin_problems(mission: Mission) -> Iterator[Problem]:
    """A second command that says the same as a gate's GO goes past that gate."""
    goes = {gate.go_command: gate.id for gate in mission.config.gate if gate.go_command}
    for i, command in enumerate(mission.config.command):
        for go in mission.config.command[: None if command.id not in goes else i]:
            if go.id in goes and _says(go) == _says(command):
                message = f"sends what {go.id!r} sends, past gate {goes[go.id]!r}"
                field = "order" if command.target == "barge" else "mav_cmd"
                yield Problem(mission.file, f"command[{i}].{field}", message)


def _says(command: CommandConfig) -> tuple[object, ...]:
    return command.target, command.mav_cmd, command.order, command.parameters


def _sending_problems(mission: Mission) -> Iterator[Problem]:
    """Who gives a GO, the gate or people, must fit what is asked of them."""
    commands = {command.id: command for command in mission.config.command}
    for i, gate in enumerate(mission.config.gate):
        if gate.two_person and gate.without_answer == "stands":
            message = "without an answer the gate stands, so no two persons need to give one"
            yield Problem(mission.file, f"gate[{i}].two_person", message)
        go = commands.get(gate.go_command)
        if go is None:
            continue
        if gate.mode == "automatic" and go.two_person:
            message = f"{go.id!r} takes two persons, and an automatic gate sends it without any"
            yield Problem(mission.file, f"gate[{i}].mode", message)
        if gate.mode == "confirmed" and not go.dangerous:
            message = f"{go.id!r} is not dangerous, so it would be sent without being confirmed"
            yield Problem(mission.file, f"gate[{i}].mode", message)


# --- What never comes ---------------------------------------------------------


def _never_sent_problems(mission: Mission) -> Iterator[Problem]:
    for i, command in enumerate(mission.config.command):
        if command.allowed.strip() == "false":
            yield Problem(mission.file, f"command[{i}].allowed", "nobody can send it: it is false")


def _never_open_problems(mission: Mission) -> Iterator[Problem]:
    reached = _reached(mission)
    for i, gate in enumerate(mission.config.gate):
        for field, never in (("opens", "false"), ("closes", "true")):
            if getattr(gate, field).strip() == never:
                message = "nobody can answer: it is never open"
                yield Problem(mission.file, f"gate[{i}].{field}", message)
        if reached and reached <= set(gate.closes_in):
            message = "nobody can answer: every phase of the flight closes it"
            yield Problem(mission.file, f"gate[{i}].closes_in", message)


def _never_judged_problems(mission: Mission) -> Iterator[Problem]:
    reached = _reached(mission)
    if not reached:
        return
    gates = {gate.id: gate for gate in mission.config.gate}
    declared = {phase.id for phase in mission.config.phase}
    for file, name, criterion in mission.criterion_configs():
        if not criterion.phases or not declared.issuperset(criterion.phases):
            continue
        key = f"criterion.{name}.phases"
        judged_in = reached.intersection(criterion.phases)
        if not judged_in:
            yield Problem(file, key, "it is never judged: no transition leads to such a phase")
            continue
        for gate in (gates[gate] for gate in criterion.gates if gate in gates):
            if _closed_by(gate, judged_in):
                message = f"it bars every GO of gate {gate.id!r}, which closes in each of them"
                yield Problem(file, key, message)


def _closed_by(gate: GateConfig, phases: Iterable[str]) -> bool:
    """Whether the gate is at its end in all these phases; one that waits for objections hears
    them even then."""
    return gate.without_answer == "missed" and set(gate.closes_in).issuperset(phases)


def _reached(mission: Mission) -> set[str]:
    """The phases to which transitions lead from the first; empty where they are not all known."""
    config = mission.config
    declared = {phase.id for phase in config.phase}
    named = {phase for row in config.transition for phase in (*row.origin, row.to)}
    if not named <= declared or len(config.transition) < len(_written_rows(mission)):
        return set()
    return _led_to(config)


def _written_rows(mission: Mission) -> list[object]:
    """The transitions as written, those that are wrong among them."""
    rows = mission.written.get("transition", [])
    return rows if isinstance(rows, list) else []


def _led_to(config: MissionFile) -> set[str]:
    reached = {phase.id for phase in config.phase[:1]}
    while True:
        further = {row.to for row in config.transition if reached.intersection(row.origin)}
        if further <= reached:
            return reached
        reached |= further
