"""What operators do in a rehearsal: one act of one position, at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, get_args

import msgspec
from pydantic import Field, model_validator

from gcs.config.model import ConfigModel, Duration, ExpressionText, parse_duration_ns
from gcs.messages import Act, Catalogue, CheckEntry, ConfirmCommand, Snapshot

ACTS: Mapping[str, type[Act]] = {str(act.__struct_config__.tag): act for act in get_args(Act)}
"""The word for an act, as a rehearsal writes it, and the act."""

_READ = {ConfirmCommand: "code", CheckEntry: "entered_ns"}
"""What an operator reads off the screen; no script can know it."""


class Deed(NamedTuple):
    """An act as scripted: its word and its fields. What is read off a Snapshot is left out."""

    word: str
    fields: dict[str, Any]

    def act(self, snapshot: Snapshot, console: str) -> Act:
        """The act of an operator who sees this Snapshot at a console."""
        kind = ACTS[self.word]
        seen: dict[str, Any] = {}
        if kind is ConfirmCommand:
            staged = snapshot.staged_for(console)
            seen["code"] = staged.code if staged is not None else ""
        elif kind is CheckEntry:
            entries = {entry.parameter: entry.entered_ns for entry in snapshot.entries}
            seen["entered_ns"] = entries.get(self.fields["parameter"]) or 0
        return kind(**self.fields, **seen)

    def __str__(self) -> str:
        words = {True: "GO", False: "NO-GO"}
        said = [
            str(words.get(v, v)) for key, v in self.fields.items() if key not in ("reason", "note")
        ]
        return " ".join([self.word, *said])


class ActConfig(ConfigModel):
    """One act: when, by whom, and exactly one of the words of `ACTS` with its fields.

    It is done once: `at` a T-time or as soon as T is past it, as soon as `when` is true, or so
    long `after` the act before it. The station must take it, or refuse it where the script
    says that it is `refused`. `confirm` and `check` need no code and no time: they are
    read off the screen, as an operator does.
    """

    at: Duration | None = None
    when: ExpressionText | None = None
    after: Annotated[Duration, Field(ge=0)] | None = None
    position: str
    person: str = ""
    refused: bool = False
    deed: Deed

    @model_validator(mode="before")
    @classmethod
    def _read_deed(cls, raw: object) -> object:
        if not isinstance(raw, dict):
            return raw
        words = [key for key in raw if key in ACTS]
        if len(words) != 1:
            raise ValueError(f"expected exactly one act of {', '.join(ACTS)}")
        (word,) = words
        rest = {key: value for key, value in raw.items() if key != word}
        return {**rest, "deed": Deed(word, _fields(word, raw[word]))}

    @model_validator(mode="after")
    def _one_moment(self) -> ActConfig:
        if sum(moment is not None for moment in (self.at, self.when, self.after)) != 1:
            raise ValueError("expected exactly one of `at`, `when`, `after`")
        return self

    @property
    def console(self) -> str:
        """The console at which it is done: one a position and person."""
        return f"{self.position}:{self.person}" if self.person else self.position

    def __str__(self) -> str:
        return f"{self.console}: {self.deed}"


def _fields(word: str, table: object) -> dict[str, Any]:
    """The fields of an act from its table; `true` is an act that needs none."""
    kind = ACTS[word]
    if table is True:
        table = {}
    if not isinstance(table, dict):
        raise ValueError(f"`{word}`: expected a table of its fields, or true where it has none")
    known = {
        f.name.removesuffix("_ns"): f
        for f in msgspec.structs.fields(kind)
        if f.name != _READ.get(kind)
    }
    mistakes = [f"unknown key {key!r}" for key in table if key not in known]
    mistakes += [f"{k!r} is missing" for k, f in known.items() if f.required and k not in table]
    fields: dict[str, Any] = {}
    for key, field in known.items():
        if key not in table:
            continue
        try:
            value = table[key]
            spoken = parse_duration_ns(value) if field.name.endswith("_ns") else value
            fields[field.name] = msgspec.convert(spoken, field.type)
        except (ValueError, msgspec.ValidationError) as error:
            mistakes.append(f"{key!r}: {error}")
    if mistakes:
        raise ValueError(f"`{word}`: {'; '.join(mistakes)}")
    return fields


def act_mistakes(act: ActConfig, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """(key, message) of what an act names and the mission does not have."""
    known = {
        "gate": [gate.id for gate in catalogue.gates],
        "command": [command.id for command in catalogue.commands],
        "criterion": [criterion.id for criterion in catalogue.criteria],
        "mark": [mark.id for mark in catalogue.marks],
        "alarm": [alarm.id for alarm in catalogue.alarms],
        "parameter": [p.id for p in catalogue.parameters if p.entered_by],
    }
    if act.refused:
        return
    if act.position not in catalogue.positions:
        yield "position", f"the mission has no position {act.position!r}"
    for key, value in act.deed.fields.items():
        if key in known and value not in known[key]:
            kind = "operator-entered parameter" if key == "parameter" else key
            yield f"{act.deed.word}.{key}", f"the mission has no {kind} {value!r}"
