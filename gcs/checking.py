"""`gcs check`: every config file of the station, every problem once, each with its place.

A mission is checked whole, with all that it names. A file by itself is checked for
what it says by itself; whether its names exist is for a mission to say. Rehearsals
are checked by `hil rehearse`. What stands above the station brings its own check.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from gcs.config.barge import BargeFile, HullFile
from gcs.config.criteria import CriteriaFile
from gcs.config.dictionary import DictionaryFile
from gcs.config.faults import FaultsFile
from gcs.config.loading import load_mission
from gcs.config.model import ConfigModel
from gcs.config.parsing import parse_toml
from gcs.config.problems import ConfigError, Problem
from gcs.config.vehicle import VehicleFile
from gcs.station import Station
from gcs.telemetry.mavlink.dialect import DialectError, load_dialect

_MISSION, _REHEARSAL = "mission", "rehearsal"
_MODELS: dict[str, type[ConfigModel]] = {
    "parameter": DictionaryFile,
    "criterion": CriteriaFile,
    "deck": BargeFile,
    "heading": HullFile,
    "fault": FaultsFile,
    "model": VehicleFile,
}
"""The table that tells a file's kind, in the order in which they are looked for."""

Checks: TypeAlias = Mapping[str, Callable[[str, str], Iterable[Problem]]]
"""By the table that tells a file's kind: (its name, its text) to what is wrong with it."""

_NONE: Checks = {}


def check_paths(paths: Iterable[Path], more: Checks = _NONE) -> tuple[list[Problem], int]:
    """Every problem of these files and of the files below these directories; how many files.

    `more` checks kinds of files that the station does not read.
    """
    problems: list[Problem] = []
    checked = 0
    for path in paths:
        files = _files(path)
        checked += len(files)
        problems += [problem for file in files for problem in _check(file, more)]
        if not files:
            problems.append(Problem(str(path), "", "no config file found"))
    return list(dict.fromkeys(problems)), checked


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [file for kind in ("*.toml", "*.xml") for file in path.rglob(kind)]
    return sorted(file for file in files if file.suffix == ".xml" or _kind(file) != _REHEARSAL)


def _check(file: Path, more: Checks) -> Iterator[Problem]:
    place = os.path.normpath(file)
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        yield Problem(place, "", "cannot be read: is not UTF-8 text")
        return
    except OSError as error:
        yield Problem(place, "", f"cannot be read: {(error.strerror or str(error)).lower()}")
        return
    if file.suffix == ".xml":
        yield from _dialect_problems(place, text)
        return
    kind = _kind(file, *more)
    if kind == _MISSION:
        yield from _mission_problems(file)
    elif kind in _MODELS:
        yield from parse_toml(place, text, _MODELS[kind])[1]
    elif kind in more:
        yield from more[kind](place, text)
    elif kind == _REHEARSAL:
        yield Problem(place, "", "a rehearsal: `hil rehearse` checks it")
    else:
        tables = ", ".join((_MISSION, *_MODELS, *more))
        yield from _toml_problems(place, text) or [
            Problem(place, "", f"not a config file of the station: none of the tables {tables}")
        ]


def _kind(file: Path, *more: str) -> str:
    """The table that tells what a file is, `more` among them; empty where none does."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ""
    return next((kind for kind in (_MISSION, _REHEARSAL, *_MODELS, *more) if kind in tables), "")


def _mission_problems(file: Path) -> list[Problem]:
    """A mission's problems, with the files as seen from here."""
    try:
        Station(load_mission(file), seed=0)
    except ConfigError as error:
        return [
            replace(problem, file=os.path.normpath(file.parent / problem.file))
            for problem in all_problems(error)
        ]
    return []


def all_problems(error: ConfigError) -> tuple[Problem, ...]:
    """What was found, and what building a station from the rest finds beside it."""
    if error.rest is None:
        return error.problems
    try:
        Station(error.rest.mission, seed=0)
    except ConfigError as more:
        return tuple(dict.fromkeys((*error.problems, *error.rest.placed(more.problems))))
    return error.problems


def _toml_problems(place: str, text: str) -> list[Problem]:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [Problem(place, "", f"not TOML: {error}")]
    return []


def _dialect_problems(place: str, text: str) -> list[Problem]:
    try:
        load_dialect(text)
    except DialectError as error:
        return [Problem(place, "", str(error))]
    return []
