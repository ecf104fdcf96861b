"""Which key does what: one table of actions, remappable in the settings file.

A key that prints a character is typed and never acts, so no action may have one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gcs.console.pages import PAGES

_EDITING: Mapping[str, tuple[str, ...]] = {
    "submit": ("enter",),
    "escape": ("escape",),
    "erase": ("backspace",),
    "complete": ("tab",),
    "focus_back": ("shift+tab",),
    "up": ("up",),
    "down": ("down",),
    "page_up": ("pageup",),
    "page_down": ("pagedown",),
    "first": ("home",),
    "last": ("end",),
    "palette": ("ctrl+p",),
    "acknowledge": ("ctrl+k",),
    "copy": ("ctrl+y",),
    "screenshot": ("ctrl+o",),
    "play": ("ctrl+t",),
    "back": ("left",),
    "forward": ("right",),
    "step_back": ("shift+left",),
    "step_forward": ("shift+right",),
    "event_back": ("ctrl+left",),
    "event_forward": ("ctrl+right",),
    "abort": ("f12",),
    "quit": ("ctrl+q",),
}
DEFAULT_KEYS: Mapping[str, tuple[str, ...]] = {
    **{page.name: (page.key,) for page in PAGES},
    **_EDITING,
}
"""Every action with its keys: the pages under their names, then what edits and acts."""

_NAMED = (
    "enter",
    "escape",
    "backspace",
    "tab",
    "up",
    "down",
    "left",
    "right",
    "pageup",
    "pagedown",
    "home",
    "end",
    "insert",
    "delete",
    *(f"f{number}" for number in range(1, 25)),
)
_SAME_BYTE = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+j": "enter",
    "ctrl+h": "backspace",
    "ctrl+[": "escape",
}
"""What a terminal sends as the very byte of another key."""

_KEY = re.compile(rf"(?:(?:ctrl|shift|alt)\+)*(?:{'|'.join(_NAMED)}|[a-z0-9])", re.ASCII)
_SHOWN = {"pageup": "PgUp", "pagedown": "PgDn", "escape": "Esc"}


class KeyNameError(ValueError):
    """Not a key that an action may have; says why."""


def checked_key(text: str) -> str:
    """The key, if an action may have it; KeyNameError otherwise."""
    if text in _SAME_BYTE:
        raise KeyNameError(f"a terminal cannot tell {text} from {_SAME_BYTE[text]}")
    if not _KEY.fullmatch(text):
        raise KeyNameError(f'no key is called {text!r}; expected such as "f5", "ctrl+e", "pageup"')
    if len(text.removeprefix("shift+")) == 1:
        raise KeyNameError(f"{text!r} is typed on the command line: a bare letter never acts")
    return text


@dataclass(frozen=True)
class Keymap:
    """Every action's keys."""

    keys: Mapping[str, tuple[str, ...]]

    def action(self, key: str) -> str:
        """What a key does, empty where it does nothing."""
        return next((name for name, keys in self.keys.items() if key in keys), "")

    def shown(self, action: str) -> str:
        """An action's first key as an operator reads it: `F5`, `^P`, `PgUp`."""
        return shown_key(self.keys[action][0])

    def clashes(self) -> list[tuple[str, str]]:
        """(action, sentence) of every key that two actions have."""
        pairs = [(key, action) for action, keys in self.keys.items() for key in keys]
        owners = dict(reversed(pairs))
        return [
            (action, f"{key} is already the key of {owners[key]}")
            for key, action in pairs
            if owners[key] != action
        ]


def shown_key(key: str) -> str:
    """A key as an operator reads it."""
    *modifiers, name = key.split("+")
    named = _SHOWN.get(name, name.upper() if name[1:].isdigit() or len(name) == 1 else name.title())
    if modifiers == ["ctrl"]:
        return f"^{named}"
    return "+".join([*(modifier.title() for modifier in modifiers), named])


DEFAULT_KEYMAP = Keymap(DEFAULT_KEYS)
