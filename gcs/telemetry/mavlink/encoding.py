"""From messages to MAVLink frames.

A field that cannot hold its value is our mistake, not a peer's: it raises.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Any

from gcs.telemetry.mavlink.dialect import Dialect, Field, MessageType
from gcs.telemetry.mavlink.signing import Signer
from gcs.telemetry.mavlink.wire import (
    CHECKSUM,
    FLAG_SIGNED,
    HEADER_V1,
    HEADER_V2,
    MARKER_V1,
    MARKER_V2,
    checksum,
)


class EncodingError(ValueError):
    """A message, field or value that the dialect does not allow."""


class Encoder:
    """Sends for one component: counts its frames by `sequence`, and signs if it has a key.

    `system` and `component` are 0 to 255; `signing_key` has 32 bytes (ValueError if not);
    `link_id` tells this sender's links apart in signatures.
    """

    def __init__(
        self,
        dialect: Dialect,
        system: int,
        component: int,
        signing_key: bytes | None = None,
        link_id: int = 0,
    ) -> None:
        if not (0 <= system <= 0xFF and 0 <= component <= 0xFF):
            raise EncodingError(f"a frame cannot carry the address {system}/{component}")
        self._dialect = dialect
        self._system = system
        self._component = component
        self._signer = None if signing_key is None else Signer(signing_key, link_id)
        self.sequence = 0

    def encode(
        self, name: str, fields: Mapping[str, object], now_ns: int = 0, version: int = 2
    ) -> bytes:
        """One frame; EncodingError names the message, and the field that does not fit.

        Fields left out are zero. Text is encoded as UTF-8, an enum's entry may be given
        by name, an array may be shorter than its room. `now_ns` (ns since the Unix
        epoch) dates the signature. Version 1 carries neither extensions nor signatures.
        """
        message = self._dialect.by_name.get(name)
        if message is None:
            raise EncodingError(f"the dialect has no message {name!r}")
        payload = self.payload(message, fields)
        sequence = self.sequence
        frame = (
            self._frame_v1(message, payload, sequence)
            if version == 1
            else self._frame_v2(message, payload, sequence, now_ns)
        )
        self.sequence = (sequence + 1) & 0xFF
        return frame

    def payload(self, message: MessageType, fields: Mapping[str, object]) -> bytes:
        """All bytes of a message's payload, trailing zeros and extensions among them."""
        if unknown := fields.keys() - message.field_index.keys():
            raise EncodingError(f"{message.name} has no field {', '.join(sorted(unknown))}")
        flat: list[Any] = []
        for item in message.wire_fields:
            absent = b"" if item.count or item.is_text else item.default
            flat += self._elements(message, item, fields.get(item.name, absent))
        try:
            return message.struct.pack(*flat)
        except (struct.error, OverflowError, TypeError) as error:
            raise EncodingError(f"{message.name}: {_culprit(message, flat)}: {error}") from error

    def _elements(self, message: MessageType, item: Field, value: Any) -> list[Any]:
        if item.is_text:
            return [_text(message, item, value)]
        if item.count:
            return _array(message, item, value)
        if isinstance(value, str):
            return [self._entry(message, item, value)]
        return [value]

    def _entry(self, message: MessageType, item: Field, entry: str) -> int:
        try:
            return self._dialect.enum_value(item.enum, entry)
        except KeyError as error:
            raise EncodingError(f"{message.name}.{item.name}: no entry {entry!r}") from error

    def _frame_v1(self, message: MessageType, payload: bytes, sequence: int) -> bytes:
        if message.id > 0xFF or self._signer is not None:
            raise EncodingError(f"{message.name} cannot be sent in version 1")
        body = payload[: message.min_length]
        ids = (self._system, self._component, message.id)
        return _closed(message, HEADER_V1.pack(MARKER_V1, len(body), sequence, *ids) + body)

    def _frame_v2(self, message: MessageType, payload: bytes, sequence: int, now_ns: int) -> bytes:
        # At least one byte of payload is sent, even of a message that is all zeros.
        body = payload[:1] + payload[1:].rstrip(b"\0")
        flags = 0 if self._signer is None else FLAG_SIGNED
        sender = (sequence, self._system, self._component)
        ids = (*sender, message.id & 0xFFFF, message.id >> 16)
        frame = _closed(message, HEADER_V2.pack(MARKER_V2, len(body), flags, 0, *ids) + body)
        return frame if self._signer is None else self._signer.sign(frame, now_ns)


def _closed(message: MessageType, frame: bytes) -> bytes:
    return frame + CHECKSUM.pack(checksum(frame[1:] + bytes([message.crc_extra])))


def _text(message: MessageType, item: Field, value: Any) -> bytes:
    if not isinstance(value, str | bytes):
        raise EncodingError(f"{message.name}.{item.name}: {value!r} is not text")
    data = value.encode() if isinstance(value, str) else value
    if len(data) > (item.count or 1):
        raise EncodingError(f"{message.name}.{item.name}: {value!r} is too long")
    return data


def _array(message: MessageType, item: Field, value: Any) -> list[Any]:
    if not isinstance(value, Iterable):
        raise EncodingError(f"{message.name}.{item.name}: {value!r} is not an array")
    given = list(value)
    if len(given) > item.count:
        raise EncodingError(f"{message.name}.{item.name}: {len(given)} elements are too many")
    return given + [0] * (item.count - len(given))


def _culprit(message: MessageType, flat: list[Any]) -> str:
    """The first field whose value `struct` refuses."""
    start = 0
    for item in message.wire_fields:
        width = item.count if item.count and not item.is_text else 1
        code = f"<{item.count or ''}{item.code}"
        try:
            struct.pack(code, *flat[start : start + width])
        except (struct.error, OverflowError, TypeError):
            return item.name
        start += width
    return "?"
