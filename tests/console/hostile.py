"""Messages whose every text is hostile: what a vehicle, a topic or a person may send."""

from __future__ import annotations

import enum
from typing import TypeVar

import msgspec

CONTROLS = "\x1b[2J\x1b]0;title\x07\r\n\t\x00\x7f\x9b"
MARKUP = "[red]not markup[/red] &lt;b&gt; {0} %s"
WIDE = "試験\u3000ｗｉｄｅ\U0001f680\U0001f468\u200d\U0001f469"
COMBINING = "e\u0301" + "\u0338" * 40 + "a\ufe0f\u202e\u2066\u200b"
ALL = (CONTROLS + MARKUP + WIDE + COMBINING) * 20
MEGABYTES = "m" * 3_000_000

_KEPT = frozenset({"format", "mode"})
"""What the station's own files say and checks: how a number is written, LIVE or REPLAY."""

StructT = TypeVar("StructT", bound=msgspec.Struct)


def poisoned(message: StructT, text: str) -> StructT:
    """The message with `text` in every text of it, ids too."""
    changed = {
        name: _poisoned(getattr(message, name), text)
        for name in message.__struct_fields__
        if name not in _KEPT
    }
    return msgspec.structs.replace(message, **changed)


def _poisoned(value: object, text: str) -> object:
    if isinstance(value, msgspec.Struct):
        return poisoned(value, text)
    if isinstance(value, tuple):
        return tuple(_poisoned(item, text) for item in value)
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        return text
    return value
