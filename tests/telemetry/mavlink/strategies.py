"""Hypothesis strategies for messages, frames and the noise between them."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from gcs.telemetry.mavlink.dialect import Dialect, Field, MessageType
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.wire import MARKER_V1, MARKER_V2

_INTEGERS = {
    f"{sign}int{bits}_t": (0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for sign in ("", "u")
    for bits in (8, 16, 32, 64)
}
KEY = bytes(range(32))
OTHER_KEY = bytes(32)

# A few messages stand for the kinds: plain, extended, arrays, text, of a private id.
NAMES = (
    "HEARTBEAT",
    "ATTITUDE",
    "GPS_RAW_INT",
    "STATUSTEXT",
    "PARAM_VALUE",
    "BATTERY_STATUS",
    "GPS_STATUS",
    "COMMAND_ACK",
    "ENGINE_STATE",
    "LANDING_STATE",
)


def edges(field: Field) -> list[Any]:
    """Values at the edges of what a field holds."""
    if field.is_text:
        return ["", "a", "z" * (field.count or 1)]
    elements = _edge_elements(field.type)
    return [(element,) * field.count for element in elements] if field.count else elements


def _edge_elements(kind: str) -> list[Any]:
    if kind in ("float", "double"):
        return [0.0, -1.5, math.inf, math.nan]
    low, high = _INTEGERS[kind]
    return [0, low, high, 1]


def values_of(field: Field) -> st.SearchStrategy[Any]:
    """Any value that a field can hold, as decoding gives it back."""
    if field.is_text:
        return st.text(
            st.characters(codec="ascii", exclude_characters="\0"), max_size=field.count or 1
        )
    if field.type in ("float", "double"):
        element: st.SearchStrategy[Any] = st.floats(width=32 if field.type == "float" else 64)
    else:
        low, high = _INTEGERS[field.type]
        element = st.integers(low, high)
    if not field.count:
        return element
    return st.lists(element, min_size=field.count, max_size=field.count).map(tuple)


def values(message: MessageType) -> st.SearchStrategy[dict[str, Any]]:
    """Values for all fields of a message."""
    return st.fixed_dictionaries({field.name: values_of(field) for field in message.fields})


def messages(dialect: Dialect) -> st.SearchStrategy[tuple[str, dict[str, Any], int]]:
    """A message by name, its values, and a version that can carry it."""
    return st.one_of(
        st.tuples(
            st.just(name),
            values(dialect.by_name[name]),
            st.sampled_from((1, 2) if dialect.by_name[name].id <= 0xFF else (2,)),
        )
        for name in NAMES
    )


def frames(dialect: Dialect, most: int = 8) -> st.SearchStrategy[list[bytes]]:
    """Frames of one sender in order, of both versions mixed."""
    sender = st.tuples(st.integers(1, 255), st.integers(0, 255))
    chosen = st.lists(messages(dialect), max_size=most)

    def encoded(
        drawn: tuple[tuple[int, int], list[tuple[str, dict[str, Any], int]]],
    ) -> list[bytes]:
        encoder = Encoder(dialect, *drawn[0])
        return [encoder.encode(name, fields, version=v) for name, fields, v in drawn[1]]

    return st.tuples(sender, chosen).map(encoded)


def noise(longest: int = 40) -> st.SearchStrategy[bytes]:
    """Bytes in which markers and short lengths are as frequent as they are troublesome."""
    nasty = st.sampled_from((MARKER_V1, MARKER_V2, 0, 1, 5, 255))
    return st.lists(st.one_of(nasty, st.integers(0, 255)), max_size=longest).map(bytes)


def quiet_noise(longest: int = 40) -> st.SearchStrategy[bytes]:
    """Bytes that hold no marker, so that they hide nothing."""
    return st.lists(st.integers(0, MARKER_V2 - 1), max_size=longest).map(bytes)


@st.composite
def chunks(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """`data` cut at any places."""
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
