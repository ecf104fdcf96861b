"""What the messages of a MAVLink dialect look like, read from its XML.

The XML is the definition, so a message is added by writing it down there. Included
files are the ones that pymavlink ships. Source: https://mavlink.io/en/guide/xml_schema.html.
"""

from __future__ import annotations

import importlib.resources
import itertools
import operator
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final
from xml.etree import ElementTree

from gcs.telemetry.mavlink.wire import checksum

Arrange = Callable[[tuple[Any, ...]], tuple[Any, ...]]

_CODES: Final = {
    "char": "s",
    "int8_t": "b",
    "uint8_t": "B",
    "int16_t": "h",
    "uint16_t": "H",
    "int32_t": "i",
    "uint32_t": "I",
    "int64_t": "q",
    "uint64_t": "Q",
    "float": "f",
    "double": "d",
}
_VERSION_TYPE: Final = "uint8_t_mavlink_version"
_TYPE: Final = re.compile(r"(\w+)(?:\[(\d+)\])?")
_POWER: Final = re.compile(r"\s*2\s*\*\*\s*(\d+)\s*")
_LONGEST_PAYLOAD: Final = 255
_HIGHEST_ID: Final = (1 << 24) - 1


class DialectError(ValueError):
    """The XML does not define a dialect."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message.

    `index` is its place as declared, `offset` where it lies in the payload. `count` is 0
    for a single value, else the length of the array (of a `char` array: the room for text,
    in bytes).
    """

    index: int
    name: str
    type: str
    count: int
    unit: str
    enum: str
    extension: bool
    default: int
    offset: int = 0

    @property
    def code(self) -> str:
        """The `struct` code of one element."""
        return _CODES[self.type]

    @property
    def element_size(self) -> int:
        """Bytes of one element."""
        return struct.calcsize("<" + self.code)

    @property
    def size(self) -> int:
        """Bytes of the whole field."""
        return self.element_size * (self.count or 1)

    @property
    def is_text(self) -> bool:
        """Whether the value is a `str`."""
        return self.type == "char"


@dataclass(frozen=True, eq=False, slots=True)
class MessageType:
    """One message: its fields as declared, and how their bytes lie in the payload.

    `min_length` and `max_length` are the bytes of the payload without and with
    extensions. `arrange` turns what `struct` unpacked into one value a declared field.
    """

    id: int
    name: str
    crc_extra: int
    fields: tuple[Field, ...] = field(repr=False)
    wire_fields: tuple[Field, ...] = field(repr=False)
    struct: struct.Struct = field(repr=False)
    min_length: int
    max_length: int
    field_index: Mapping[str, int] = field(repr=False)
    arrange: Arrange = field(repr=False)

    def decode(self, payload: bytes) -> tuple[Any, ...]:
        """The values of a payload, in declared order.

        A short payload lost its trailing zeros, a longer one has extensions from
        the future: neither is an error.
        """
        whole = payload[: self.max_length].ljust(self.max_length, b"\0")
        return self.arrange(self.struct.unpack(whole))


@dataclass(frozen=True, eq=False)
class Dialect:
    """The messages and enums of a dialect, with all that it includes."""

    messages: Mapping[int, MessageType] = field(repr=False)
    by_name: Mapping[str, MessageType] = field(repr=False)
    enums: Mapping[str, Mapping[str, int]] = field(repr=False)

    def enum_value(self, enum: str, entry: str) -> int:
        """The number of an enum's entry; KeyError names what is missing."""
        return self.enums[enum][entry]

    def enum_name(self, enum: str, value: int) -> str:
        """The name of an enum's value, or the number itself where it has none."""
        names = (name for name, number in self.enums.get(enum, {}).items() if number == value)
        return next(names, str(value))

    def command(self, name: str) -> int:
        """The number of a MAV_CMD by its full name; KeyError if there is none."""
        return self.enum_value("MAV_CMD", name)

    def command_name(self, command: int) -> str:
        """The name of a MAV_CMD, or its number."""
        return self.enum_name("MAV_CMD", command)


@lru_cache(maxsize=8)
def load_dialect(xml_text: str) -> Dialect:
    """Read a dialect and all that it includes; DialectError says what is wrong with it.

    A dialect never changes, so one text is read once.
    """
    messages: dict[int, MessageType] = {}
    enums: dict[str, dict[str, int]] = {}
    for root in _with_includes(xml_text):
        _merge_enums(root, enums)
        for element in root.iterfind("messages/message"):
            message = _message(element, _version(root))
            if message.id in messages:
                raise DialectError(f"message id {message.id} is defined twice")
            messages[message.id] = message
    by_name = {message.name: message for message in messages.values()}
    if len(by_name) != len(messages):
        raise DialectError("two messages have the same name")
    return Dialect(MappingProxyType(messages), MappingProxyType(by_name), MappingProxyType(enums))


def shipped_dialect(name: str) -> Dialect:
    """A public dialect by name, e.g. `common`; DialectError if pymavlink ships none such."""
    return load_dialect(_shipped(f"{name}.xml"))


def _with_includes(xml_text: str) -> list[ElementTree.Element]:
    roots = [_parse(xml_text, "the dialect")]
    seen: set[str] = set()
    for root in roots:
        for include in root.iterfind("include"):
            name = (include.text or "").strip()
            if name not in seen:
                seen.add(name)
                roots.append(_parse(_shipped(name), name))
    roots.reverse()
    return roots


def _shipped(name: str) -> str:
    file = importlib.resources.files("pymavlink") / "dialects" / "v20" / name
    if "/" in name or not file.is_file():
        raise DialectError(f"pymavlink ships no {name!r} to include")
    return file.read_text(encoding="utf-8")


def _parse(xml_text: str, name: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(xml_text)
    except ElementTree.ParseError as error:
        raise DialectError(f"{name} is not XML: {error}") from error


def _version(root: ElementTree.Element) -> int:
    return int(root.findtext("version", "0"))


def _merge_enums(root: ElementTree.Element, enums: dict[str, dict[str, int]]) -> None:
    for element in root.iterfind("enums/enum"):
        entries = enums.setdefault(element.get("name", ""), {})
        highest = 0
        for entry in element.iterfind("entry"):
            value = entry.get("value")
            number = highest + 1 if value is None else _integer(value)
            highest = max(highest, number)
            entries[entry.get("name", "")] = number


def _integer(text: str) -> int:
    if power := _POWER.fullmatch(text):
        return 1 << int(power[1])
    try:
        return int(text, 0)
    except ValueError as error:
        raise DialectError(f"{text!r} is not a number") from error


def _message(element: ElementTree.Element, version: int) -> MessageType:
    name = element.get("name", "")
    wire = _in_wire_order(_fields(element, version, name))
    layout = struct.Struct("<" + "".join(f"{f.count or ''}{f.code}" for f in wire))
    message_id = _integer(element.get("id", ""))
    if not 0 <= message_id <= _HIGHEST_ID:
        raise DialectError(f"{name}: {message_id} is not a message id")
    if not wire or layout.size > _LONGEST_PAYLOAD:
        raise DialectError(f"{name}: a payload of {layout.size} bytes cannot be sent")
    if len({f.name for f in wire}) < len(wire):
        raise DialectError(f"{name}: two fields have the same name")
    declared = sorted(wire, key=lambda f: f.index)
    return MessageType(
        id=message_id,
        name=name,
        crc_extra=_crc_extra(name, wire),
        fields=tuple(declared),
        wire_fields=tuple(wire),
        struct=layout,
        min_length=sum(f.size for f in wire if not f.extension),
        max_length=layout.size,
        field_index=MappingProxyType({f.name: i for i, f in enumerate(declared)}),
        arrange=_arrange(declared, wire),
    )


def _fields(element: ElementTree.Element, version: int, message: str) -> list[Field]:
    fields: list[Field] = []
    extension = False
    for child in element:
        if child.tag == "extensions":
            extension = True
        elif child.tag == "field":
            fields.append(_field(child, len(fields), extension, version, message))
    return fields


def _field(
    element: ElementTree.Element, index: int, extension: bool, version: int, message: str
) -> Field:
    text = element.get("type", "")
    is_version = text == _VERSION_TYPE
    match = _TYPE.fullmatch("uint8_t" if is_version else text)
    if match is None or match[1] not in _CODES:
        raise DialectError(f"{message}.{element.get('name')}: unknown type {text!r}")
    return Field(
        index=index,
        name=element.get("name", ""),
        type=match[1],
        count=int(match[2] or 0),
        unit=element.get("units", ""),
        enum=element.get("enum", ""),
        extension=extension,
        default=version if is_version else 0,
    )


def _in_wire_order(declared: list[Field]) -> list[Field]:
    """Large elements first, so that all lie aligned; extensions after them as declared."""
    base = sorted((f for f in declared if not f.extension), key=lambda f: -f.element_size)
    ordered = [*base, *(f for f in declared if f.extension)]
    offsets = itertools.accumulate((f.size for f in ordered), initial=0)
    return [replace(f, offset=offset) for f, offset in zip(ordered, offsets, strict=False)]


def _crc_extra(name: str, wire: list[Field]) -> int:
    """The byte by which two ends agree on a message; it leaves extensions out."""
    described = name.encode() + b" "
    for item in wire:
        if not item.extension:
            described += f"{item.type} {item.name} ".encode()
            described += bytes([item.count]) if item.count else b""
    crc = checksum(described)
    return (crc & 0xFF) ^ (crc >> 8)


def _arrange(declared: list[Field], wire: list[Field]) -> Arrange:
    """From unpacked values in wire order, arrays flat, to one value a declared field."""
    where: dict[str, int | slice] = {}
    start = 0
    for item in wire:
        width = item.count if item.count and not item.is_text else 1
        where[item.name] = slice(start, start + width) if item.count and not item.is_text else start
        start += width
    keys = [where[f.name] for f in declared]
    if any(f.is_text for f in declared):
        return _TextArrange(keys, [i for i, f in enumerate(declared) if f.is_text])
    if keys == list(range(start)):
        return _unchanged
    return _reordering(keys)


def _reordering(keys: Sequence[int | slice]) -> Arrange:
    return _one(keys[0]) if len(keys) == 1 else operator.itemgetter(*keys)


def _unchanged(flat: tuple[Any, ...]) -> tuple[Any, ...]:
    return flat


def _one(key: int | slice) -> Arrange:
    return lambda flat: (flat[key],)


class _TextArrange:
    """Arranges a message that has text among its fields."""

    def __init__(self, keys: list[int | slice], texts: list[int]) -> None:
        self._reorder = _reordering(keys)
        self._texts = texts

    def __call__(self, flat: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(self._reorder(flat))
        for index in self._texts:
            values[index] = values[index].partition(b"\0")[0].decode("utf-8", "replace")
        return tuple(values)
