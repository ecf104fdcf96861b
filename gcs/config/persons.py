"""The persons file: who may sit at which position, and how a token proves it.

It lies outside the repository; a mission names the environment variable that holds its path.

    [person.anna]
    token_sha256 = "9f86d081..."   # of the token's UTF-8 text; not needed to know a socket's peer
    positions = ["FD", "GNC"]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from gcs.config.model import ConfigModel, Strings
from gcs.config.parsing import parse_toml
from gcs.config.problems import ConfigError, Problem

Name = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[\w.@-]+$")]


class PersonConfig(ConfigModel):
    """One person: the SHA-256 of the token, and the positions that may be taken."""

    token_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = ""
    positions: Strings


class PersonsFile(ConfigModel):
    """Who is known."""

    person: dict[Name, PersonConfig]


def load_persons(path: Path, positions: Sequence[str], *, tokens: bool) -> PersonsFile:
    """The persons of a file; ConfigError with everything that is wrong with it.

    `positions` are the mission's; with `tokens` every person needs one.
    """
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
        problems = tuple(_mistakes(name, persons, positions, tokens))
    if persons is None or problems:
        raise ConfigError(problems)
    return persons


def _mistakes(
    file: str, persons: PersonsFile, positions: Sequence[str], tokens: bool
) -> Iterator[Problem]:
    shared = Counter(person.token_sha256 for person in persons.person.values())
    for name, person in persons.person.items():
        key = f"person.{name}"
        for position in person.positions:
            if position not in positions:
                message = f"no position is called {position!r}"
                yield Problem(file, f"{key}.positions", message)
        if tokens and not person.token_sha256:
            yield Problem(file, f"{key}.token_sha256", "tokens are asked for: give its SHA-256")
        if person.token_sha256 and shared[person.token_sha256] > 1:
            message = "another person has the same: a token must name one person"
            yield Problem(file, f"{key}.token_sha256", message)
