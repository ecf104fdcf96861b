"""From a file of MAVLink bytes to numpy columns, compiled.

Equal to what `MavlinkStream` decodes, message for message and count for count. A call
costs tens of microseconds before its first byte, so live links use the stream and
files use this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gcs.telemetry.mavlink.dialect import Dialect, Field, MessageType
from gcs.telemetry.mavlink.scanning import (
    BAD_CRC,
    GARBAGE,
    GOOD_V1,
    GOOD_V2,
    INCOMPATIBLE,
    SIGNED,
    Bytes,
    Frames,
    Integers,
    Segments,
    compiled,
    lookup_of,
    scan,
)
from gcs.telemetry.mavlink.stream import MOST_UNKNOWN_IDS, OTHER_IDS, StreamCounts
from gcs.telemetry.mavlink.wire import HEADER_LENGTH_V1, HEADER_LENGTH_V2, MARKER_V2

_NONE: Final = -1
_NUMPY_CODES: Final = {
    "int8_t": "i1",
    "uint8_t": "u1",
    "int16_t": "<i2",
    "uint16_t": "<u2",
    "int32_t": "<i4",
    "uint32_t": "<u4",
    "int64_t": "<i8",
    "uint64_t": "<u8",
    "float": "<f4",
    "double": "<f8",
}


@dataclass(frozen=True, eq=False)
class MessageColumns:
    """All messages of one type, in the order of the input; n rows.

    `values` is a structured array (n,) with one field a message field; a message field that
    is an array has a sub-array there. `offset` is where each frame begins in the input,
    `segment` the index of the segment that holds it.
    """

    type: MessageType
    values: NDArray[np.void]
    system: NDArray[np.uint32]
    component: NDArray[np.uint32]
    sequence: NDArray[np.uint8]
    offset: Integers
    segment: Integers

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, field_name: str) -> NDArray[Any]:
        """The column of a field, a view: (n,) or (n, length); text as raw bytes."""
        return self.values[field_name]

    def text(self, field_name: str) -> list[str]:
        """The column of a text field, each up to its NUL."""
        raw = (bytes(item) for item in self.values[field_name])
        return [item.partition(b"\0")[0].decode("utf-8", "replace") for item in raw]


@dataclass(frozen=True)
class Columns:
    """The messages of an input by name, those that occur, and what else it held."""

    messages: Mapping[str, MessageColumns]
    counts: StreamCounts

    def __getitem__(self, message_name: str) -> MessageColumns:
        return self.messages[message_name]

    def __contains__(self, message_name: str) -> bool:
        return message_name in self.messages


def decode_columns(
    data: bytes | Bytes,
    dialect: Dialect,
    wanted: Iterable[str] | None = None,
    segments: Segments | None = None,
) -> Columns:
    """Decode all frames of `data`, or only the `wanted` messages by name; counts are of all.

    KeyError if the dialect has no such message, ValueError if a segment lies outside the input
    or overlaps the one before.
    """
    buffer = np.frombuffer(data, np.uint8) if isinstance(data, bytes) else data
    if segments is None:
        segments = Segments(np.zeros(1, np.int64), np.full(1, len(buffer), np.int64))
    _check(segments, len(buffer))
    types = list(dialect.messages.values())
    frames = scan(buffer, segments, lookup_of(types))
    names = None if wanted is None else {dialect.by_name[name].name for name in wanted}
    chosen = np.array([names is None or t.name in names for t in types])
    return Columns(MappingProxyType(_gather(buffer, types, chosen, frames)), _counts(frames))


def _check(segments: Segments, size: int) -> None:
    """The kernels look at no bound, so what they are given must hold."""
    edges = np.stack(segments, axis=1).ravel()
    if len(edges) and (edges[0] < 0 or edges[-1] > size or (np.diff(edges) < 0).any()):
        raise ValueError("segments must ascend, apart, and lie in the input")


def _counts(frames: Frames) -> StreamCounts:
    number = frames.counts.tolist()
    counts = StreamCounts(
        good_v1=number[GOOD_V1],
        good_v2=number[GOOD_V2],
        signed=number[SIGNED],
        bad_crc=number[BAD_CRC],
        incompatible=number[INCOMPATIBLE],
        garbage_bytes=number[GARBAGE],
    )
    ids, first, times = np.unique(frames.unknown_ids, return_index=True, return_counts=True)
    for rank, place in enumerate(np.argsort(first)):
        key = int(ids[place]) if rank < MOST_UNKNOWN_IDS else OTHER_IDS
        counts.unknown[key] += int(times[place])
    return counts


class _Tables(NamedTuple):
    """Where the rows of each message lie (by place in the list of types), and the rows.

    `firsts` is the first row of a message, or -1 if it is not wanted; `bases` the first
    byte of its payloads, `sizes` the bytes of one. `order` holds the frame of each row.
    """

    sizes: Integers
    numbers: Integers
    firsts: Integers
    bases: Integers
    payloads: Bytes
    order: Integers
    headers: Bytes


def _tables(types: Sequence[MessageType], chosen: NDArray[np.bool_], frames: Frames) -> _Tables:
    sizes = np.array([t.max_length for t in types], np.int64)
    numbers = np.bincount(frames.kind, minlength=len(types)) * chosen
    rows, lengths = int(numbers.sum()), numbers * sizes
    return _Tables(
        sizes=sizes,
        numbers=numbers,
        firsts=np.where(chosen, np.cumsum(numbers) - numbers, _NONE),
        bases=np.cumsum(lengths) - lengths,
        payloads=np.zeros(int(lengths.sum()), np.uint8),
        order=np.empty(rows, np.int64),
        headers=np.empty((3, rows), np.uint8),
    )


def _gather(
    buffer: Bytes, types: Sequence[MessageType], chosen: NDArray[np.bool_], frames: Frames
) -> dict[str, MessageColumns]:
    """Copy the payloads, each to its message's table, and their headers with them."""
    tables = _tables(types, chosen, frames)
    _gather_kernel(buffer, frames, tables)
    offset = frames.offset[tables.order]
    segment = frames.segment[tables.order].astype(np.int64)
    sequence, (system, component) = tables.headers[0], tables.headers[1:].astype(np.uint32)
    gathered: dict[str, MessageColumns] = {}
    for kind in np.flatnonzero(tables.numbers).tolist():
        message = types[kind]
        rows = slice(tables.firsts[kind], tables.firsts[kind] + tables.numbers[kind])
        base, length = tables.bases[kind], tables.numbers[kind] * tables.sizes[kind]
        gathered[message.name] = MessageColumns(
            type=message,
            values=tables.payloads[base : base + length].view(_dtype(message)),
            system=system[rows],
            component=component[rows],
            sequence=sequence[rows],
            offset=offset[rows],
            segment=segment[rows],
        )
    return gathered


def _dtype(message: MessageType) -> np.dtype[np.void]:
    return np.dtype(
        {
            "names": [f.name for f in message.fields],
            "formats": [_format(f) for f in message.fields],
            "offsets": [f.offset for f in message.fields],
            "itemsize": message.max_length,
        }
    )


def _format(item: Field) -> Any:
    if item.is_text:
        return f"S{item.count or 1}"
    code = _NUMPY_CODES[item.type]
    return (code, (item.count,)) if item.count else code


@compiled
def _gather_kernel(data: Bytes, frames: Frames, tables: _Tables) -> None:
    """Sort frames by message, payloads padded with zeros or cut to the length of the dialect."""
    filled = np.zeros(len(tables.sizes), np.int64)
    for frame in range(len(frames.offset)):
        kind = frames.kind[frame]
        if tables.firsts[kind] < 0:
            continue
        at, size = frames.offset[frame], tables.sizes[kind]
        is_v2 = data[at] == MARKER_V2
        source = at + (HEADER_LENGTH_V2 if is_v2 else HEADER_LENGTH_V1)
        target = tables.bases[kind] + filled[kind] * size
        for byte in range(min(np.int64(data[at + 1]), size)):
            tables.payloads[target + byte] = data[source + byte]
        row = tables.firsts[kind] + filled[kind]
        filled[kind] += 1
        tables.order[row] = frame
        sender = at + (4 if is_v2 else 2)
        for place in range(3):
            tables.headers[place, row] = data[sender + place]
