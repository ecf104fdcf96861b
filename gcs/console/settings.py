"""The settings file of a console: theme, keys and units. All that is wrong is told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from gcs.config.model import ConfigModel
from gcs.config.parsing import parse_toml
from gcs.config.problems import ConfigError, Problem
from gcs.console.keymap import DEFAULT_KEYMAP, DEFAULT_KEYS, Keymap, checked_key
from gcs.console.themes import DARK, THEMES, Theme
from gcs.console.units import AS_FLOWN, DIMENSIONS, DisplayUnits, UnitChoiceError, check_choice


@dataclass(frozen=True)
class Settings:
    """How one console looks and which keys it has."""

    theme: Theme = DARK
    keymap: Keymap = DEFAULT_KEYMAP
    units: DisplayUnits = AS_FLOWN


DEFAULT_SETTINGS = Settings()


def load_settings(path: Path) -> Settings:
    """The settings in a file; ConfigError with everything that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), "", "cannot be read: is not UTF-8 text")]) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError([Problem(str(path), "", f"cannot be read: {reason}")]) from error
    problems = settings_problems(str(path), text)
    if problems:
        raise ConfigError(problems)
    file, _ = parse_toml(str(path), text, _File)
    assert file is not None
    table = file.console
    keymap = Keymap({**DEFAULT_KEYS, **table.keys})
    return Settings(THEMES[table.theme], keymap, DisplayUnits(table.units))


def settings_problems(name: str, text: str) -> list[Problem]:
    """Everything that is wrong with the text of a settings file called `name`."""
    _, problems = parse_toml(name, text, _File)
    # A wrong name of a table's key is placed at that key.
    found = [Problem(p.file, p.key.removesuffix(".[key]"), p.message) for p in problems]
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return found
    console = _table(raw, "console")
    found += _clash_problems(name, _table(console, "keys"))
    found += _unit_problems(name, _table(console, "units"))
    return list(dict.fromkeys(found))


def _theme_name(text: str) -> str:
    if text not in THEMES:
        raise ValueError(f"no theme is called {text!r}; expected {', '.join(THEMES)}")
    return text


def _action(text: str) -> str:
    if text not in DEFAULT_KEYS:
        near = ", ".join(get_close_matches(text, DEFAULT_KEYS))
        hint = f"; near: {near}" if near else ""
        raise ValueError(f"no action is called {text!r}{hint}; configs/console.toml names them all")
    return text


def _dimension(text: str) -> str:
    if text not in DIMENSIONS:
        raise ValueError(f"no dimension is called {text!r}; expected {', '.join(DIMENSIONS)}")
    return text


def _keys(value: object) -> tuple[object, ...]:
    """One key or a list of keys, as a tuple; ValueError for anything else."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not value:
        raise ValueError("expected a key or a list of keys")
    return tuple(value)


_Key = Annotated[str, AfterValidator(checked_key)]
_Keys = Annotated[tuple[_Key, ...], BeforeValidator(_keys)]


class _Table(ConfigModel):
    theme: Annotated[str, AfterValidator(_theme_name)] = DARK.name
    keys: dict[Annotated[str, AfterValidator(_action)], _Keys] = Field(default_factory=dict)
    units: dict[Annotated[str, AfterValidator(_dimension)], str] = Field(default_factory=dict)


class _File(ConfigModel):
    console: _Table


def _table(raw: object, name: str) -> Mapping[str, Any]:
    found = raw.get(name) if isinstance(raw, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _clash_problems(file: str, keys: Mapping[str, object]) -> Iterable[Problem]:
    """Keys that two actions have, as far as the table can be read."""
    chosen = {
        action: listed
        for action, value in keys.items()
        if action in DEFAULT_KEYS and (listed := _keys_or_none(value))
    }
    # What the file says stands last, so that a clash is placed in the file.
    rest = {action: keys for action, keys in DEFAULT_KEYS.items() if action not in chosen}
    for action, sentence in Keymap({**rest, **chosen}).clashes():
        yield Problem(file, f"console.keys.{action}", sentence)


def _keys_or_none(value: object) -> tuple[str, ...]:
    try:
        return tuple(key for key in _keys(value) if isinstance(key, str))
    except ValueError:
        return ()


def _unit_problems(file: str, units: Mapping[str, object]) -> Iterable[Problem]:
    for dimension, unit in units.items():
        if dimension not in DIMENSIONS or not isinstance(unit, str):
            continue
        try:
            check_choice(dimension, unit)
        except UnitChoiceError as error:
            yield Problem(file, f"console.units.{dimension}", str(error))
