"""Names in a mission that nothing declares, or that are declared twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gcs.config.dictionary import FromOperator
from gcs.config.problems import Problem

if TYPE_CHECKING:
    from gcs.config.loading import Mission


def reference_problems(mission: Mission) -> Iterable[Problem]:
    """Names that are used but not declared, or declared twice."""
    yield from _duplicate_problems(mission)
    yield from _mission_reference_problems(mission)
    yield from _gate_reference_problems(mission)
    yield from _command_problems(mission)
    yield from _station_problems(mission)
    yield from _entry_reference_problems(mission)
    yield from _required_criteria_problems(mission)


def _missing(
    file: str, key: str, kind: str, names: Iterable[str], known: set[str]
) -> list[Problem]:
    return [
        Problem(file, key, f"no {kind} is called {name!r}")
        for name in names
        if name and name not in known
    ]


def _mission_reference_problems(mission: Mission) -> Iterable[Problem]:
    config = mission.config
    links = {link.id for link in config.link}
    phases = {phase.id for phase in config.phase}
    for i, source in enumerate(config.source):
        yield from _missing(mission.file, f"source[{i}].links", "link", source.links, links)
    for i, row in enumerate(config.transition):
        yield from _missing(
            mission.file, f"transition[{i}]", "phase", (*row.origin, row.to), phases
        )


def _gate_reference_problems(mission: Mission) -> Iterable[Problem]:
    config = mission.config
    commands = {command.id for command in config.command}
    positions = set(config.station.positions)
    phases = {phase.id for phase in config.phase}
    marks = {mark.id for mark in config.count.mark}
    for i, gate in enumerate(config.gate):
        key = f"gate[{i}]"
        sent = (gate.go_command, gate.no_go_command)
        yield from _missing(mission.file, key, "command", sent, commands)
        yield from _missing(mission.file, f"{key}.polls", "position", gate.polls, positions)
        yield from _missing(mission.file, f"{key}.closes_in", "phase", gate.closes_in, phases)
        yield from _missing(mission.file, f"{key}.recycle_to", "mark", (gate.recycle_to,), marks)
        if gate.go_command and gate.mode == "confirmed" and not positions:
            message = "nobody can answer: the station has no position that may confirm its GO"
            yield Problem(mission.file, f"{key}.mode", message)


def _command_problems(mission: Mission) -> Iterable[Problem]:
    config = mission.config
    goes = {gate.go_command for gate in config.gate}
    said_by_goes = {c.mav_cmd for c in config.command if c.id in goes}
    for i, command in enumerate(config.command):
        key = f"command[{i}].allowed_unknown"
        if command.allowed_unknown and command.target == "barge":
            yield Problem(mission.file, key, "only the vehicle refuses by itself what is too late")
        elif command.allowed_unknown and command.mav_cmd in said_by_goes:
            message = "the GO of a gate is sent only while it is known to be allowed"
            yield Problem(mission.file, key, message)
        if command.allowed_unknown and command.two_person:
            message = "what takes two persons is sent only while it is known to be allowed"
            yield Problem(mission.file, key, message)
        if command.two_person and not command.dangerous:
            message = "a command that is not dangerous is not staged, so nobody confirms it"
            yield Problem(mission.file, f"command[{i}].two_person", message)


def _station_problems(mission: Mission) -> Iterable[Problem]:
    station = mission.config.station
    if station.identify == "token" and not station.persons_env:
        message = "tokens are checked against a persons file: name the variable that holds its path"
        yield Problem(mission.file, "station.persons_env", message)
    if station.identify == "declared" and station.persons_env:
        message = "a person who only declares who he is cannot be checked against a file"
        yield Problem(mission.file, "station.persons_env", message)
    if len(set(station.positions)) < len(station.positions):
        yield Problem(mission.file, "station.positions", "a position is named twice")


def _entry_reference_problems(mission: Mission) -> Iterable[Problem]:
    config = mission.config
    gates = {gate.id for gate in config.gate}
    phases = {phase.id for phase in config.phase}
    sources = {source.id for source in config.source}
    positions = set(config.station.positions)
    for file, name, criterion in mission.criterion_configs():
        key = f"criterion.{name}"
        yield from _missing(file, f"{key}.gates", "gate", criterion.gates, gates)
        yield from _missing(file, f"{key}.phases", "phase", criterion.phases, phases)
        yield from _missing(
            file, f"{key}.waivable_by", "position", criterion.waivable_by, positions
        )
    for file, name, parameter in mission.parameters():
        key = f'parameter."{name}"'
        yield from _missing(file, f"{key}.sources", "source", parameter.sources, sources)
        if isinstance(parameter.origin, FromOperator):
            by = parameter.origin.entered_by
            yield from _missing(file, f"{key}.from.entered_by", "position", by, positions)


def _required_criteria_problems(mission: Mission) -> Iterable[Problem]:
    """What the vehicle requires and no gate of this mission asks for."""
    if mission.vehicle is None or not mission.config.gate:
        return
    gates = {name: criterion.gates for _, name, criterion in mission.criterion_configs()}
    for name in mission.vehicle.required_criteria:
        if not gates.get(name):
            what = "counts for no gate" if name in gates else "is in none of its criteria files"
            yield Problem(
                mission.config.mission.vehicle,
                "required_criteria",
                f"{mission.file} must be decided by criterion {name!r}, which {what}",
            )


def _duplicate_problems(mission: Mission) -> Iterable[Problem]:
    config = mission.config
    for kind in ("link", "source", "phase", "gate", "command"):
        ids = Counter(item.id for item in getattr(config, kind))
        for name in (name for name, count in ids.items() if count > 1):
            yield Problem(mission.file, kind, f"{name!r} is declared twice")
    for label, named in (
        ("parameter", [(file, name) for file, name, _ in mission.parameters()]),
        ("criterion", [(file, name) for file, name, _ in mission.criterion_configs()]),
    ):
        first: dict[str, str] = {}
        for file, name in named:
            if name in first:
                quoted = f'"{name}"' if "." in name else name
                yield Problem(file, f"{label}.{quoted}", f"already declared in {first[name]}")
            first.setdefault(name, file)
