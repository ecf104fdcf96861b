"""From a mission file to a checked Mission, or to every problem in it and the files it names."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from gcs.config.barge import BargeFile
from gcs.config.criteria import CriteriaFile, CriterionConfig
from gcs.config.dictionary import DictionaryFile, ParameterConfig
from gcs.config.mission import MissionFile, MissionHead
from gcs.config.problems import ConfigError, Problem
from gcs.config.vehicle import VehicleFile

CONFIGS = Path(__file__).parents[2] / "configs"
"""The configuration that ships with Landfall."""

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class Mission:
    """A mission and everything it names. `texts` are the files as read, for the recording."""

    file: str
    config: MissionFile
    vehicle: VehicleFile | None
    barge: BargeFile | None
    dictionaries: tuple[tuple[str, DictionaryFile], ...]
    criteria: tuple[tuple[str, CriteriaFile], ...]
    texts: dict[str, str] = field(repr=False)

    def parameters(self) -> Iterable[tuple[str, str, ParameterConfig]]:
        """(file, id, config) of every parameter, in file order."""
        for file, dictionary in self.dictionaries:
            for name, parameter in dictionary.parameter.items():
                yield file, name, parameter

    def criterion_configs(self) -> Iterable[tuple[str, str, CriterionConfig]]:
        """(file, id, config) of every criterion, in file order."""
        for file, criteria in self.criteria:
            for name, criterion in criteria.criterion.items():
                yield file, name, criterion

    def dialect_text(self) -> str:
        """The dialect XML, or an empty text where the mission names none."""
        return self.texts.get(self.config.mission.dialect, "")


class _Files:
    """Reads the files of one mission and gathers their problems."""

    def __init__(self, base: Path, texts: dict[str, str] | None) -> None:
        self._base = base
        self._given = texts
        self.texts: dict[str, str] = {}
        self.problems: list[Problem] = []

    def text(self, name: str, named_by: tuple[str, str] | None = None) -> str | None:
        try:
            if self._given is not None:
                text = self._given[name]
            else:
                text = (self._base / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError, KeyError) as error:
            file, key = named_by or (name, "")
            what = f"cannot read {name}" if named_by else "cannot be read"
            self.problems.append(Problem(file, key, f"{what}: {_unreadable(error)}"))
            return None
        self.texts[name] = text
        return text

    def parsed(
        self, name: str, model: type[ModelT], named_by: tuple[str, str] | None = None
    ) -> ModelT | None:
        text = self.text(name, named_by)
        if text is None:
            return None
        parsed, problems = parse_toml(name, text, model)
        self.problems.extend(problems)
        return parsed


def _unreadable(error: Exception) -> str:
    match error:
        case OSError():
            return (error.strerror or str(error)).lower()
        case UnicodeDecodeError():
            return "is not UTF-8 text"
        case _:
            return "no text of this name"


def parse_toml(
    name: str, text: str, model: type[ModelT]
) -> tuple[ModelT | None, tuple[Problem, ...]]:
    """The model that a TOML text holds, or all that is wrong with it."""
    try:
        return model.model_validate(tomllib.loads(text)), ()
    except tomllib.TOMLDecodeError as error:
        return None, (Problem(name, "", f"not TOML: {error}"),)
    except ValidationError as error:
        return None, problems_of(name, error)


def problems_of(name: str, error: ValidationError, under: str = "") -> tuple[Problem, ...]:
    """What a validation error says, placed in a file, below the key `under`."""
    place = (under,) if under else ()
    return tuple(
        Problem(name, _key((*place, *detail["loc"])), _message(detail["msg"]))
        for detail in error.errors()
    )


_UNION_TAGS = {
    "link": {"serial", "udp", "tcp_client", "tcp_server", "mqtt", "memory"},
    "from": {"message", "topic", "column", "expression", "quantity"},
}


def _without_tags(location: tuple[int | str, ...]) -> Iterable[int | str]:
    """A validation error's place as written in the file: without the kind that pydantic puts in."""
    tags: set[str] = set()
    for part in location:
        if part in tags:
            tags = set()
            continue
        if isinstance(part, str):
            tags = _UNION_TAGS.get(part, set())
        yield part


def _key(location: tuple[int | str, ...]) -> str:
    key = ""
    for part in _without_tags(location):
        if isinstance(part, int):
            key += f"[{part}]"
        else:
            quoted = f'"{part}"' if "." in part else part
            key += f".{quoted}" if key else quoted
    return key


def _message(message: str) -> str:
    if message == "Extra inputs are not permitted":
        return "unknown key"
    return message.removeprefix("Value error, ")


def load_mission(
    path: Path,
    texts: dict[str, str] | None = None,
    criteria: tuple[str, ...] | None = None,
) -> Mission:
    """Load a mission and every file it names; with `texts`, from these instead of the disk.

    With `criteria`, under these criteria files instead of those that it names.
    Raises ConfigError with all problems of all files.
    """
    name = path.name if texts is None else str(path)
    files = _Files(path.parent, texts)
    config = files.parsed(name, MissionFile)
    head = config.mission if config is not None else _salvaged_head(files.texts.get(name, ""))
    if criteria is not None:
        head = head.model_copy(update={"criteria": criteria})
    vehicle = (
        files.parsed(head.vehicle, VehicleFile, (name, "mission.vehicle")) if head.vehicle else None
    )
    barge = files.parsed(head.barge, BargeFile, (name, "mission.barge")) if head.barge else None
    if head.dialect:
        files.text(head.dialect, (name, "mission.dialect"))
    dictionaries = tuple(
        (file, dictionary)
        for file in head.dictionaries
        if (dictionary := files.parsed(file, DictionaryFile, (name, "mission.dictionaries")))
    )
    ruled = tuple(
        (file, rules)
        for file in head.criteria
        if (rules := files.parsed(file, CriteriaFile, (name, "mission.criteria")))
    )
    if config is None:
        raise ConfigError(files.problems)
    config = config.model_copy(update={"mission": head})
    mission = Mission(name, config, vehicle, barge, dictionaries, ruled, files.texts)
    problems = [*files.problems, *_reference_problems(mission)]
    if problems:
        raise ConfigError(problems)
    return mission


def _reference_problems(mission: Mission) -> Iterable[Problem]:
    """Names that are used but not declared, or declared twice."""
    yield from _duplicate_problems(mission)
    yield from _mission_reference_problems(mission)
    yield from _gate_reference_problems(mission)
    yield from _entry_reference_problems(mission)


def _salvaged_head(text: str) -> MissionHead:
    """What a broken mission still says of its files, so that their problems are told too."""
    try:
        table = tomllib.loads(text).get("mission", {})
    except tomllib.TOMLDecodeError:
        table = {}
    return MissionHead.model_construct(
        dictionaries=_salvaged_names(table, "dictionaries"),
        criteria=_salvaged_names(table, "criteria"),
    )


def _salvaged_names(table: object, key: str) -> tuple[str, ...]:
    names = table.get(key) if isinstance(table, dict) else None
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


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
    for i, gate in enumerate(config.gate):
        key = f"gate[{i}]"
        sent = (gate.go_command, gate.no_go_command)
        yield from _missing(mission.file, key, "command", sent, commands)
        yield from _missing(mission.file, f"{key}.polls", "position", gate.polls, positions)


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
        key = f'parameter."{name}".sources'
        yield from _missing(file, key, "source", parameter.sources, sources)


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
                yield Problem(file, f'{label}."{name}"', f"already declared in {first[name]}")
            first.setdefault(name, file)
