"""Other criteria for a mission that was flown: put in place of its own, and told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from gcs.clock import SECOND_NS
from gcs.config.criteria import CriterionConfig, LimitConfig
from gcs.config.loading import Mission, load_mission
from gcs.config.problems import ConfigError, Problem

_DELAYS = frozenset({"trip_after", "clear_after", "waivable_for"})


def other_rules(flown: Mission, paths: Sequence[Path]) -> Mission:
    """The mission with criteria files replaced by those of the same name; others are added.

    `paths` are files, or directories. Missions share a directory, so of one only the files
    of a name that was flown count; a file that is added is named. Raises ConfigError.
    """
    given = _criteria_files(flown, paths)
    texts = dict(flown.texts)
    names = []
    for name in flown.config.mission.criteria:
        path = given.pop(PurePath(name).name, None)
        names.append(name if path is None else str(path))
        if path is not None:
            texts[str(path)] = _text(path)
    for path in given.values():
        if str(path) in texts:
            raise ConfigError([_problem(path, f"{flown.file} has another file of this name")])
        names.append(str(path))
        texts[str(path)] = _text(path)
    return load_mission(Path(flown.file), texts, tuple(names))


def left_out(flown: Mission, paths: Sequence[Path]) -> list[Path]:
    """The files of the directories among `paths` that do not count, because of their names."""
    known = _names(flown)
    directories = [path for path in paths if path.is_dir()]
    found = [file for path in directories for file in sorted(path.glob("*.toml"))]
    return [file for file in found if file.name not in known and file not in paths]


def _names(flown: Mission) -> set[str]:
    return {PurePath(name).name for name in flown.config.mission.criteria}


def _criteria_files(flown: Mission, paths: Sequence[Path]) -> dict[str, Path]:
    """File name -> file."""
    known = _names(flown)
    files: dict[str, Path] = {}
    problems = []
    for path in paths:
        found = [path]
        if path.is_dir():
            found = sorted(file for file in path.glob("*.toml") if file.name in known)
        if not found:
            wanted = ", ".join(sorted(known))
            problems.append(_problem(path, f"has no criteria files named as flown: {wanted}"))
        for file in found:
            if file.name in files:
                problems.append(_problem(file, f"{files[file.name]} has the same name"))
            files.setdefault(file.name, file)
    if problems:
        raise ConfigError(problems)
    return files


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        reason = "is not UTF-8 text"
    except OSError as error:
        reason = f"cannot be read: {(error.strerror or str(error)).lower()}"
    raise ConfigError([_problem(path, reason)])


def _problem(path: Path, message: str) -> Problem:
    return Problem(str(path), "", message)


def rule_changes(flown: Mission, other: Mission) -> Iterator[tuple[str, str]]:
    """(what, sentence) of every file and criterion that is not as flown."""
    for file, _ in other.criteria:
        if file not in flown.texts:
            replaced = PurePath(file).name in _names(flown)
            yield "file", f"{file} {'replaces the one flown' if replaced else 'is added'}"
    before, after = (
        {name: config for _, name, config in mission.criterion_configs()}
        for mission in (flown, other)
    )
    for name, config in after.items():
        if name not in before:
            yield "added", f"{name}: {config.title}"
        elif changes := list(_changes(before[name], config)):
            yield "changed", f"{name}: {'; '.join(changes)}"
    for name, config in before.items():
        if name not in after:
            yield "removed", f"{name}: {config.title}"


def _changes(before: CriterionConfig, after: CriterionConfig) -> Iterator[str]:
    for key in CriterionConfig.model_fields:
        was, now = getattr(before, key), getattr(after, key)
        if was != now:
            yield f"{key} {_said(key, was)} -> {_said(key, now)}"


def _said(key: str, value: object) -> str:
    if isinstance(value, LimitConfig):
        sides = (("above", value.above), ("below", value.below))
        return " or ".join(f"{side} {text}" for side, text in sides if text is not None)
    if key in _DELAYS and isinstance(value, int):
        return f"{value / SECOND_NS:.12g} s"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value or "none")
