"""The persons file: who may sit at which position, and how a token proves it.

It lies outside the repository; a mission names the environment variable that holds its path.

    [person.anna]
    token_sha256 = "9f86d081..."   # of the token's UTF-8 text; not needed to know a socket's peer
    positions = ["FD", "GNC"]
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from gcs.config.mission import MissionFile, StationConfig
from gcs.config.model import ConfigModel, Strings
from gcs.config.parsing import parse_toml
from gcs.config.problems import ConfigError, Problem

_NAME = re.compile(r"[\w.@-]{1,32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("a person's name has 1 to 32 letters, digits, '.', '_', '@' or '-'")
    return text


def _sha256(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise ValueError(
            "expected the SHA-256 of a token, 64 digits of 0-9 and a-f:"
            " printf %s THE-TOKEN | sha256sum"
        )
    return text


Name = Annotated[str, AfterValidator(_name)]


_NO_TOKEN = 'is missing: this mission knows persons by tokens (identify = "token")'


class PersonConfig(ConfigModel):
    """One person: the SHA-256 of the token, and the positions that may be taken."""

    token_sha256: Annotated[str, AfterValidator(_sha256)] = ""
    positions: Annotated[Strings, Field(min_length=1)]


class PersonsFile(ConfigModel):
    """Who is known."""

    person: dict[Name, PersonConfig]


def load_persons(path: Path, mission: MissionFile) -> PersonsFile:
    """The persons of a file for a mission; ConfigError with everything that is wrong with it."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError([Problem(name, "", f"cannot be read: {reason}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(name, "", "cannot be read: is not UTF-8 text")]) from error
    persons, problems = parse_toml(name, text, PersonsFile)
    if persons is not None:
        problems = (*_mistakes(name, persons, mission.station), *_unmanned(name, persons, mission))
    if persons is None or problems:
        raise ConfigError(problems)
    return persons


def _mistakes(file: str, persons: PersonsFile, station: StationConfig) -> Iterator[Problem]:
    shared = Counter(person.token_sha256 for person in persons.person.values())
    for name, person in persons.person.items():
        key = f"person.{name}"
        for position in person.positions:
            if position not in station.positions:
                known = ", ".join(station.positions)
                message = f"the mission has no position {position!r}; it has {known}"
                yield Problem(file, f"{key}.positions", message)
        if station.identify == "token" and not person.token_sha256:
            yield Problem(file, f"{key}.token_sha256", _NO_TOKEN)
        if person.token_sha256 and shared[person.token_sha256] > 1:
            others = ", ".join(
                other
                for other, its in persons.person.items()
                if other != name and its.token_sha256 == person.token_sha256
            )
            message = f"{others} has the same: a token must name one person"
            yield Problem(file, f"{key}.token_sha256", message)


def _unmanned(file: str, persons: PersonsFile, mission: MissionFile) -> Iterator[Problem]:
    """What the mission asks of people that none of these may answer."""
    for gate in mission.gate:
        if gate.without_answer == "stands":
            continue
        for position in gate.polls:
            if not _who_may_sit(persons, (position,)):
                message = f"nobody may act as {position}, which gate {gate.id!r} polls"
                yield Problem(file, "person", message)
        if gate.two_person and len(_who_may_sit(persons, gate.polls)) < 2:
            message = f"gate {gate.id!r} takes two persons, and no two may act for it"
            yield Problem(file, "person", message)
    able = _who_may_sit(persons, mission.station.positions)
    for command in mission.command:
        if command.two_person and len(able) < 2:
            message = f"command {command.id!r} takes two persons, and no two may act"
            yield Problem(file, "person", message)


def _who_may_sit(persons: PersonsFile, positions: Sequence[str]) -> set[str]:
    return {
        name
        for name, person in persons.person.items()
        if not set(positions).isdisjoint(person.positions)
    }
