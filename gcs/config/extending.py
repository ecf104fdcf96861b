"""A file that extends another: their tables put together, and each mistake put in its own file."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, NamedTuple, TypeGuard

from gcs.config.problems import Problem

_PART = re.compile(r'"([^"]*)"|\[(\d+)\]|([^.\[\]"]+)')
_FILES = ("vehicle", "barge", "dialect")
_FILE_LISTS = ("dictionaries", "criteria")


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with the entries of `over` put in.

    Tables are merged key by key, lists of tables that all have an `id` entry by entry (new
    ones come last); any other value of `over` replaces that of `base`.
    """
    out = copy.deepcopy(base)
    for key, value in over.items():
        old = out.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            out[key] = merged(old, value)
        elif _are_named(old) and _are_named(value):
            out[key] = _merged_by_id(old, value)
        else:
            out[key] = copy.deepcopy(value)
    return out


def _are_named(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(
        isinstance(entry, dict) and isinstance(entry.get("id"), str) for entry in value
    )


def _merged_by_id(base: list[dict[str, Any]], over: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """An id that one list has twice stays twice, so that it is found as a mistake."""
    out = copy.deepcopy(base)
    free = {entry["id"]: i for i, entry in reversed(list(enumerate(base)))}
    for entry in over:
        place = free.pop(entry["id"], None)
        if place is None:
            out.append(copy.deepcopy(entry))
        else:
            out[place] = merged(out[place], entry)
    return out


class Layer(NamedTuple):
    """One file of a mission and its tables as written."""

    file: str
    tables: dict[str, Any]


@dataclass(frozen=True)
class Layers:
    """A mission's own file, first, and those that it extends."""

    layers: tuple[Layer, ...]

    def tables(self) -> dict[str, Any]:
        """All of them put together, with the files that they name as seen from the first.

        Dictionaries and criteria add up: a mission names those that it needs beside its base's.
        """
        out: dict[str, Any] = {}
        for layer in reversed(self.layers):
            folder = PurePosixPath(layer.file).parent
            own = PurePosixPath(self.layers[0].file).parent
            tables = layer.tables if folder == own else _seen_from(layer.tables, folder)
            out = merged(out, _with_files_of(out, tables))
        return out

    def placed(self, problem: Problem) -> Problem:
        """A problem of the whole: in the file that says most about its key, the first if equal."""
        if len(self.layers) < 2 or problem.file != self.layers[0].file:
            return problem
        steps = _steps(problem.key, self.tables())
        best, key = 0, problem.key
        for layer in self.layers:
            depth, there = _walked(steps, layer.tables)
            if depth > best:
                best, key = depth, there
                problem = replace(problem, file=layer.file)
        return replace(problem, key=key)


def _with_files_of(base: dict[str, Any], tables: dict[str, Any]) -> dict[str, Any]:
    below, head = base.get("mission"), tables.get("mission")
    if not isinstance(below, dict) or not isinstance(head, dict):
        return tables
    added = {
        key: [*below[key], *(name for name in head[key] if name not in below[key])]
        for key in _FILE_LISTS
        if isinstance(below.get(key), list) and isinstance(head.get(key), list)
    }
    return {**tables, "mission": {**head, **added}}


def _seen_from(tables: dict[str, Any], folder: PurePosixPath) -> dict[str, Any]:
    """A file's tables with the names of other files relative to where it is extended."""
    head = tables.get("mission")
    if not isinstance(head, dict):
        return tables
    head = dict(head)
    for key in _FILES:
        if isinstance(head.get(key), str) and head[key]:
            head[key] = str(folder / head[key])
    for key in _FILE_LISTS:
        if isinstance(head.get(key), list):
            head[key] = [str(folder / name) for name in head[key]]
    return {**tables, "mission": head}


class _Entry(NamedTuple):
    """A list entry on the way to a key: its place in the whole, and its id if it has one."""

    place: int
    id: object


def _steps(key: str, tables: dict[str, Any]) -> list[str | _Entry]:
    steps: list[str | _Entry] = []
    node: object = tables
    for quoted, index, name in _PART.findall(key):
        if index:
            inside = isinstance(node, list) and int(index) < len(node)
            node = node[int(index)] if isinstance(node, list) and inside else None
            steps.append(_Entry(int(index), node.get("id") if isinstance(node, dict) else None))
        else:
            node = node.get(quoted or name) if isinstance(node, dict) else None
            steps.append(quoted or name)
    return steps


def _walked(steps: Sequence[str | _Entry], tables: dict[str, Any]) -> tuple[int, str]:
    """How far a file knows the way to a key, and the key as that file would say it."""
    depth, key, known = 0, "", True
    node: Any = tables
    for step in steps:
        if isinstance(step, _Entry):
            place = _place_in(node, step) if known else None
            key += f"[{step.place if place is None else place}]"
            known = place is not None
            node = node[place] if place is not None else None
        else:
            known = known and isinstance(node, dict) and step in node
            node = node[step] if known else None
            shown = f'"{step}"' if "." in step else step
            key += f".{shown}" if key else shown
        depth += known
    return depth, key


def _place_in(node: object, entry: _Entry) -> int | None:
    if not isinstance(node, list):
        return None
    if entry.id is None:
        return entry.place if entry.place < len(node) else None
    ids = [item.get("id") if isinstance(item, dict) else None for item in node]
    return ids.index(entry.id) if entry.id in ids else None
