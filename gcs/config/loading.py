"""From a mission file to a checked Mission, or to every problem in it and the files it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from pydantic import BaseModel

from gcs.config.barge import BargeFile, HullFile
from gcs.config.contradictions import contradiction_problems
from gcs.config.criteria import CriteriaFile, CriterionConfig
from gcs.config.dictionary import DictionaryFile, ParameterConfig
from gcs.config.extending import Layer, Layers
from gcs.config.mission import MissionFile, SerialLink
from gcs.config.parsing import Remains, parse_leniently, tables_of
from gcs.config.problems import ConfigError, Problem
from gcs.config.references import reference_problems
from gcs.config.vehicle import VehicleFile

CONFIGS = Path(__file__).parents[2] / "configs"
"""The configuration that ships with Landfall."""

SERIAL_TEXT = "--serial"
"""Among a mission's texts: the links that the command line put on serial ports, a line each."""

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class Mission:
    """A mission and everything it names.

    `texts` are the files as read, for the recording; `layers` are the mission's own and
    those that it extends.
    """

    file: str
    config: MissionFile
    vehicle: VehicleFile | None
    barge: BargeFile | None
    hull: HullFile | None
    dictionaries: tuple[tuple[str, DictionaryFile], ...]
    criteria: tuple[tuple[str, CriteriaFile], ...]
    texts: dict[str, str] = field(repr=False)
    layers: Layers = field(repr=False)

    @property
    def written(self) -> dict[str, Any]:
        """The mission file's tables as written, with those that it extends."""
        return self.layers.tables()

    def placed(self, problem: Problem) -> Problem:
        """A problem, in the very file of the mission that makes it."""
        return self.layers.placed(problem)

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


@dataclass(frozen=True)
class Rest:
    """What is left of a mission without its wrong entries, so that the rest can be checked.

    `placed` puts problems of the rest where they stand in the files, and drops
    those that only the gaps made.
    """

    mission: Mission
    placed: Callable[[Iterable[Problem]], list[Problem]]


class _Files:
    """Reads the files of one mission and gathers their problems."""

    def __init__(self, base: Path, texts: dict[str, str] | None) -> None:
        self._base = base
        self._given = texts
        self.texts: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.remains: dict[str, Remains] = {}
        self.left_out: set[str] = set()
        self.layers = Layers(())

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
        tables = self.tables(name, named_by)
        return None if tables is None else self._model(name, tables, model)

    def extended(self, name: str, model: type[ModelT]) -> ModelT | None:
        """A file and those that it extends, one after the other."""
        layers: list[Layer] = []
        named_by = None
        while name:
            tables = self.tables(name, named_by)
            if tables is None:
                return None
            layers.append(Layer(name, tables))
            named_by = (name, "mission.extends")
            name = self._extended_by(layers)
        self.layers = Layers(tuple(layers))
        return self._model(layers[0].file, self.layers.tables(), model)

    def _extended_by(self, layers: Sequence[Layer]) -> str:
        """The file that the last of these extends; empty where it extends none."""
        file, tables = layers[-1]
        head = tables.get("mission")
        base = head.get("extends") if isinstance(head, dict) else None
        if not isinstance(base, str) or not base:
            return ""
        name = str(PurePosixPath(file).parent / base)
        if any(name == layer.file for layer in layers):
            self.problems.append(Problem(file, "mission.extends", f"{base} extends this file"))
            return ""
        return name

    def tables(self, name: str, named_by: tuple[str, str] | None) -> dict[str, Any] | None:
        text = self.text(name, named_by)
        if text is None:
            return None
        tables, problems = tables_of(name, text)
        self.problems.extend(problems)
        return tables

    def _model(self, name: str, tables: dict[str, Any], model: type[ModelT]) -> ModelT | None:
        parsed = parse_leniently(name, tables, model)
        self.problems.extend(parsed.problems)
        self.remains[name] = parsed.remains
        self.left_out |= parsed.remains.names
        return parsed.model

    def placed(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems of what is left of the files, without those that the gaps made."""
        gaps = Remains(frozenset(self.left_out))
        kept = (p for p in problems if gaps.placed(p) is not None)
        found = (self.remains.get(p.file, Remains()).placed(p) for p in kept)
        return [self.layers.placed(problem) for problem in found if problem is not None]

    def found(self) -> list[Problem]:
        """The problems gathered, each in the file that makes it."""
        return [self.layers.placed(problem) for problem in self.problems]


def _unreadable(error: Exception) -> str:
    match error:
        case OSError():
            return (error.strerror or str(error)).lower()
        case UnicodeDecodeError():
            return "is not UTF-8 text"
        case _:
            return "no text of this name"


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
    config = files.extended(name, MissionFile)
    if config is None:
        raise ConfigError(files.found())
    head = config.mission
    if criteria is not None:
        head = head.model_copy(update={"criteria": criteria})
    vehicle = (
        files.parsed(head.vehicle, VehicleFile, (name, "mission.vehicle")) if head.vehicle else None
    )
    barge = files.parsed(head.barge, BargeFile, (name, "mission.barge")) if head.barge else None
    hull = _hull(files, head.barge, barge)
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
    config = config.model_copy(update={"mission": head})
    mission = Mission(
        name, config, vehicle, barge, hull, dictionaries, ruled, files.texts, files.layers
    )
    wrong = (*reference_problems(mission), *contradiction_problems(mission))
    problems = [*files.found(), *files.placed(wrong)]
    if problems:
        raise ConfigError(problems, Rest(mission, files.placed))
    # A recorded mission comes back with the links it was flown on.
    recorded = (texts or {}).get(SERIAL_TEXT, "")
    return with_serial(mission, recorded.splitlines())


def _hull(files: _Files, barge_file: str, barge: BargeFile | None) -> HullFile | None:
    """The hull that a barge's model names, a file beside the barge's."""
    if barge is None or barge.model is None:
        return None
    beside = str(PurePosixPath(barge_file).parent / barge.model.hull)
    return files.parsed(beside, HullFile, (barge_file, "model.hull"))


def with_serial(mission: Mission, overrides: Sequence[str]) -> Mission:
    """The mission with links put on serial ports: `LINK=DEVICE[:BAUD]` each.

    They are kept among its texts, so that a recording knows them. ConfigError with
    all that mean nothing.
    """
    if not overrides:
        return mission
    links = {link.id: link for link in mission.config.link}
    problems = []
    for text in overrides:
        name, _, place = text.partition("=")
        device, _, baud = place.rpartition(":")
        if not baud.isdigit():
            device, baud = place, "921600"
        if name not in links or links[name].carries != "mavlink" or not device:
            problems.append(
                Problem("--serial", text, "expected LINK=DEVICE[:BAUD] with a MAVLink link's id")
            )
            continue
        links[name] = SerialLink(
            id=name, kind="serial", carries="mavlink", device=device, baud=int(baud)
        )
    if problems:
        raise ConfigError(problems)
    config = mission.config.model_copy(update={"link": tuple(links.values())})
    texts = {**mission.texts, SERIAL_TEXT: "\n".join(overrides)}
    return replace(mission, config=config, texts=texts)
