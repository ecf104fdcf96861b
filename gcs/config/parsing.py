"""From TOML text to a model, or to all that is wrong with it and what is left without that."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gcs.config.problems import Problem

ModelT = TypeVar("ModelT", bound=BaseModel)
_INDEXED = re.compile(r"(\w+)\[(\d+)\](.*)", re.DOTALL)


@dataclass(frozen=True)
class Remains:
    """What had to be left out of a file so that the rest could be checked too.

    `names` are the ids left out, `indices` the places that the list entries which
    are left had in the file.
    """

    names: frozenset[str] = frozenset()
    indices: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def placed(self, problem: Problem) -> Problem | None:
        """A problem found in the rest: where it stands in the file, None if the gap made it."""
        if any(_mentions(problem.message, name) for name in self.names):
            return None
        match = _INDEXED.fullmatch(problem.key)
        if match is None or match[1] not in self.indices:
            return problem
        place = self.indices[match[1]][int(match[2])]
        return replace(problem, key=f"{match[1]}[{place}]{match[3]}")


def _mentions(message: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", message) is not None


@dataclass(frozen=True)
class Parsed(Generic[ModelT]):
    """A file as far as it could be read: `model` is None where nothing of it could."""

    model: ModelT | None
    problems: tuple[Problem, ...] = ()
    remains: Remains = Remains()


def parse_toml(
    name: str, text: str, model: type[ModelT]
) -> tuple[ModelT | None, tuple[Problem, ...]]:
    """The model that a TOML text holds, or all that is wrong with it."""
    tables, problems = tables_of(name, text)
    if tables is None:
        return None, problems
    try:
        return model.model_validate(tables), ()
    except ValidationError as error:
        return None, problems_of(name, error)


def tables_of(name: str, text: str) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    """The tables of a TOML text, or why it is none."""
    try:
        return tomllib.loads(text), ()
    except tomllib.TOMLDecodeError as error:
        return None, (Problem(name, "", f"not TOML: {error}"),)


def problems_of(name: str, error: ValidationError, under: str = "") -> tuple[Problem, ...]:
    """What a validation error says, placed in a file, below the key `under`."""
    place = (under,) if under else ()
    return tuple(
        Problem(name, _key((*place, *detail["loc"])), _message(detail)) for detail in error.errors()
    )


_UNION_TAGS = {
    "link": {"serial", "udp", "tcp_client", "tcp_server", "mqtt", "memory"},
    "from": {"message", "topic", "column", "expression", "quantity", "entered_by"},
    "start": {"pad", "flight"},
    "profile": {"hop", "return", "entry"},
}


_OF_THE_KEY = "[key]"


def _without_tags(location: tuple[int | str, ...]) -> Iterable[int | str]:
    """A validation error's place as written in the file: without the kind that pydantic puts in."""
    tags: set[str] = set()
    for part in location:
        if part == _OF_THE_KEY:
            continue  # the key itself is wrong: its own name is the place
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


_PLAIN = {
    "extra_forbidden": "unknown key",
    "tuple_type": "expected a list",
    "list_type": "expected a list",
    "dict_type": "expected a table",
    "model_type": "expected a table",
    "string_type": "expected a text",
    "int_type": "expected a whole number",
    "missing": "is missing",
    "string_pattern_mismatch": "cannot be written so: it must match {pattern}",
    "string_too_long": "must not be longer than {max_length} characters",
    "bool_type": "expected true or false",
    "union_tag_not_found": "{discriminator} is missing",
    "union_tag_invalid": "{discriminator} cannot be {tag!r}; expected {expected_tags}",
}
"""What a validation error says where pydantic's words are a programmer's; what was written is
not repeated: it may be a secret."""

_EMPTY = {"string_too_short": "min_length", "too_short": "min_length"}


def _message(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if context.get(_EMPTY.get(detail["type"], "")) == 1:
        return "must not be empty"
    plain = _PLAIN.get(detail["type"])
    if plain is not None:
        return plain.format(**context)
    said = detail["msg"].removeprefix("Value error, ")
    return said.replace("Input should be", "expected", 1)


def parse_leniently(name: str, tables: dict[str, Any], model: type[ModelT]) -> Parsed[ModelT]:
    """The model that tables hold; without the entries that are wrong where that is possible."""
    try:
        return Parsed(model.model_validate(tables))
    except ValidationError as error:
        problems = problems_of(name, error)
        rest = dict(tables)
        remains = _leave_out(rest, [detail["loc"] for detail in error.errors() if detail["loc"]])
    try:
        return Parsed(model.model_validate(rest), problems, remains)
    except ValidationError:
        return Parsed(None, problems)


def _leave_out(raw: dict[str, Any], places: Iterable[tuple[int | str, ...]]) -> Remains:
    """Delete the wrong entries from `raw`: list items, named entries, keys of plain tables."""
    wrong: dict[str, set[int | str]] = {}
    for section, *inside in places:
        wrong.setdefault(str(section), set()).update(inside[:1])
    names: set[str] = set()
    indices: dict[str, list[int]] = {}
    for section, entries in wrong.items():
        table = raw.get(section)
        if isinstance(table, list):
            names |= {str(item.get("id", "")) for n, item in enumerate(table) if n in entries}
            indices[section] = [n for n in range(len(table)) if n not in entries]
            raw[section] = [table[n] for n in indices[section]]
        elif isinstance(table, dict) and entries:
            names |= {str(entry) for entry in entries if isinstance(table.get(entry), dict)}
            # A missing or wrong title does not matter to the rest; a default serves elsewhere.
            blanks = {"id": "", "title": ""} if section == "mission" else {}
            raw[section] = {k: v for k, v in table.items() if k not in entries} | {
                key: blank for key, blank in blanks.items() if key in entries
            }
        else:
            raw.pop(section, None)
    return Remains(frozenset(names - {""}), indices)
