"""Reads flights kept as columns, CSV or JSON, as rows for the `columns` carrier.

CSV: a header line, then numbers. JSON: an object whose lists of equal length are
the columns; its objects of numbers whose name ends in `_s` are labelled times
(`events_s`); anything else is a remark. An empty cell, `null` and a number that
is not finite mean that the value is absent.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from gcs.recording.layout import RecordingError

_ABSENT = frozenset(("", "nan", "na", "null", "none", "-"))
_Value = float | None


class Row(NamedTuple):
    """One instant of a flight.

    `at_s` is when to play it: the row's time, or the latest before it where the
    file steps back, so that it never decreases. `data` is a JSON object of all
    columns, the time column as in the file.
    """

    at_s: float
    data: bytes


@dataclass(frozen=True)
class ColumnFile:
    """A flight as columns. `events_s` are labelled times, by which it can be checked."""

    path: Path
    columns: tuple[str, ...]
    events_s: Mapping[str, float]
    rows: tuple[Row, ...]


def read_columns(path: Path, time_column: str) -> ColumnFile:
    """Read a `.csv` or `.json` flight; RecordingError names file and line of what is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    if path.suffix.lower() == ".json":
        return _read_json(path, text, time_column)
    return _read_csv(path, text, time_column)


def _read_csv(path: Path, text: str, time_column: str) -> ColumnFile:
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        names = tuple(name.strip() for name in next(reader, []))
        _check_names(f"{path}:1", names, time_column)
        rows = tuple(_rows(_csv_values(path, reader, names), time_column))
    except csv.Error as error:
        raise RecordingError(f"{path}:{reader.line_num}: {error}") from error
    return ColumnFile(path, names, {}, _not_empty(path, rows))


def _csv_values(
    path: Path, reader: Iterator[list[str]], names: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, _Value]]]:
    for line, cells in enumerate(reader, start=2):
        place = f"{path}:{line}"
        if not cells:
            continue
        if len(cells) != len(names):
            raise RecordingError(f"{place}: has {len(cells)} cells, the header has {len(names)}")
        yield (
            place,
            {
                name: _number(f"{place}: column {name}", cell)
                for name, cell in zip(names, cells, strict=True)
            },
        )


def _number(place: str, cell: str) -> _Value:
    text = cell.strip()
    if text.lower() in _ABSENT:
        return None
    try:
        value = float(text)
    except ValueError:
        raise RecordingError(f"{place}: expected a number, got {text!r}") from None
    return value if math.isfinite(value) else None


def _read_json(path: Path, text: str, time_column: str) -> ColumnFile:
    try:
        content = json.loads(text, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise RecordingError(f"{path}:{error.lineno}: is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise RecordingError(f"{path}: is nested too deep") from error
    if not isinstance(content, dict):
        raise RecordingError(f"{path}: expected an object of columns")
    columns = {name: value for name, value in content.items() if isinstance(value, list)}
    _check_names(str(path), tuple(columns), time_column)
    rows = tuple(_rows(_json_values(path, columns, time_column), time_column))
    return ColumnFile(path, tuple(columns), _events(path, content), _not_empty(path, rows))


def _json_values(
    path: Path, columns: Mapping[str, list[object]], time_column: str
) -> Iterator[tuple[str, dict[str, _Value]]]:
    length = len(columns[time_column])
    for name, values in columns.items():
        if len(values) != length:
            raise RecordingError(
                f"{path}: column {name} has {len(values)} values, {time_column} has {length}"
            )
    for index in range(length):
        place = f"{path}: row {index}"
        yield (
            place,
            {
                name: _json_number(f"{place} of column {name}", values[index])
                for name, values in columns.items()
            },
        )


def _json_number(place: str, value: object) -> _Value:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecordingError(f"{place}: expected a number, got {json.dumps(value)[:40]}")
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _events(path: Path, content: Mapping[str, object]) -> dict[str, float]:
    events: dict[str, float] = {}
    for group, labelled in content.items():
        if not (isinstance(labelled, dict) and group.endswith("_s")):
            continue
        for label, value in labelled.items():
            at_s = _json_number(f"{path}: {group}.{label}", value)
            if at_s is not None:
                events[label] = at_s
    return events


def _check_names(place: str, names: tuple[str, ...], time_column: str) -> None:
    if not any(names):
        raise RecordingError(f"{place}: has no columns")
    for name in names:
        if not name:
            raise RecordingError(f"{place}: has a column without a name")
        if names.count(name) > 1:
            raise RecordingError(f"{place}: column {name} is there twice")
    if time_column not in names:
        listed = ", ".join(names)
        raise RecordingError(f"{place}: has no time column {time_column!r}, only {listed}")


def _rows(values: Iterable[tuple[str, Mapping[str, _Value]]], time_column: str) -> Iterator[Row]:
    at_s = -math.inf
    for place, row in values:
        time_s = row[time_column]
        if time_s is None:
            raise RecordingError(f"{place}: has no time in column {time_column}")
        at_s = max(at_s, time_s)
        yield Row(at_s, msgspec.json.encode(row))


def _not_empty(path: Path, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    if not rows:
        raise RecordingError(f"{path}: has no rows")
    return rows
