"""The compiled search for frames in a whole input at once.

It finds what `MavlinkStream` finds, by the same rules (see its theory of operation)
and with the same counts; signatures are not looked at, as for a stream without a key.
The kernels are compiled on first use and cached beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from gcs.telemetry.mavlink.dialect import MessageType
from gcs.telemetry.mavlink.wire import (
    CHECKSUM_LENGTH,
    FLAG_SIGNED,
    HEADER_LENGTH_V1,
    HEADER_LENGTH_V2,
    MARKER_V1,
    MARKER_V2,
    OVERHEAD_V1,
    OVERHEAD_V2,
    SIGNATURE_LENGTH,
)

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]
_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])

# Widens a byte inside a kernel, where `int` would leave it unsigned.
int64 = cast("Callable[[Any], int]", np.int64)

_SHORTEST_FRAME: Final = 8
_NONE: Final = -1
_TABLES: Final = 8

# What a place in the input turned out to be, and where the scan counts it. Good ones first.
GOOD_V1: Final = 0
GOOD_V2: Final = 1
SIGNED: Final = 2
BAD_CRC: Final = 3
INCOMPATIBLE: Final = 4
GARBAGE: Final = 5
UNKNOWN: Final = 6
_PLACES: Final = 7


def compiled(function: _Kernel) -> _Kernel:
    """The function compiled by numba when it is first called, and cached beside its file."""
    return cast("_Kernel", numba.njit(cache=True, nogil=True)(function))


class Segments(NamedTuple):
    """Parts of the input that stand for themselves, such as the records of a log.

    Ascending offsets; no frame reaches out of its segment.
    """

    starts: Integers
    ends: Integers


class Lookup(NamedTuple):
    """Message ids by page: `rows[pages[id >> 8], id & 255]` is the place in the list of types."""

    pages: NDArray[np.int16]
    rows: NDArray[np.int16]
    extras: Bytes
    crc_tables: NDArray[np.int32]


class Frames(NamedTuple):
    """The good frames, one row each, and the counts of the rest."""

    offset: Integers
    kind: NDArray[np.int16]
    segment: NDArray[np.int32]
    counts: Integers
    unknown_ids: NDArray[np.int32]


def lookup_of(types: Sequence[MessageType]) -> Lookup:
    """The tables by which the scan finds a message's CRC_EXTRA; `types` gives the rows."""
    extras = np.array([t.crc_extra for t in types], np.uint8)
    return Lookup(*_id_pages(types), extras, _CRC_TABLES)


def scan(buffer: Bytes, segments: Segments, lookup: Lookup) -> Frames:
    """All frames of `buffer` (n bytes) in order, and the counts of what else it holds."""
    room = len(buffer) // _SHORTEST_FRAME + 1
    frames = Frames(
        offset=np.empty(room, np.int64),
        kind=np.empty(room, np.int16),
        segment=np.empty(room, np.int32),
        counts=np.zeros(_PLACES, np.int64),
        unknown_ids=np.empty(room, np.int32),
    )
    _scan_kernel(buffer, segments, lookup, frames)
    good = frames.counts[GOOD_V1] + frames.counts[GOOD_V2]
    return Frames(
        offset=frames.offset[:good],
        kind=frames.kind[:good],
        segment=frames.segment[:good],
        counts=frames.counts,
        unknown_ids=frames.unknown_ids[: frames.counts[UNKNOWN]],
    )


def _id_pages(types: Sequence[MessageType]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    used = sorted({t.id >> 8 for t in types})
    pages = np.zeros(1 << 16, np.int16)
    rows = np.full((len(used) + 1, 256), _NONE, np.int16)
    for place, page in enumerate(used, start=1):
        pages[page] = place
    for kind, message in enumerate(types):
        rows[pages[message.id >> 8], message.id & 0xFF] = kind
    return pages, rows


def _crc_tables() -> NDArray[np.int32]:
    """Tables of CRC-16/MCRF4XX: row k is what a byte does to the sum k bytes later."""
    tables = np.zeros((_TABLES, 256), np.int32)
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x8408 if crc & 1 else 0)
        tables[0, byte] = crc
    for row in range(1, _TABLES):
        above = tables[row - 1]
        tables[row] = (above >> 8) ^ tables[0, above & 0xFF]
    return tables


_CRC_TABLES: Final = _crc_tables()


@compiled
def _checksum_holds(
    data: Bytes, start: int, stop: int, extra: int, table: NDArray[np.int32]
) -> bool:
    """Whether the frame at `start` has the CRC that stands at `stop`; eight bytes a step."""
    crc = 0xFFFF
    at = start + 1
    while at + 8 <= stop:
        crc = (
            table[7, data[at] ^ (crc & 0xFF)]
            ^ table[6, data[at + 1] ^ (crc >> 8)]
            ^ table[5, data[at + 2]]
            ^ table[4, data[at + 3]]
            ^ table[3, data[at + 4]]
            ^ table[2, data[at + 5]]
            ^ table[1, data[at + 6]]
            ^ table[0, data[at + 7]]
        )
        at += 8
    while at < stop:
        crc = (crc >> 8) ^ table[0, (crc ^ data[at]) & 0xFF]
        at += 1
    crc = (crc >> 8) ^ table[0, (crc ^ extra) & 0xFF]
    return bool(crc == int64(data[stop]) | int64(data[stop + 1]) << 8)


@compiled
def _frame_v1(data: Bytes, at: int, size: int) -> tuple[int, int, int, int]:
    """The frame claimed by a marker of version 1: outcome, id, ends of payload and frame."""
    if size - at < OVERHEAD_V1:
        return GARBAGE, 0, at, at
    stop = at + HEADER_LENGTH_V1 + int64(data[at + 1])
    end = stop + CHECKSUM_LENGTH
    return (GOOD_V1 if end <= size else GARBAGE), int64(data[at + 5]), stop, end


@compiled
def _frame_v2(data: Bytes, at: int, size: int) -> tuple[int, int, int, int]:
    """The frame claimed by a marker of version 2: outcome, id, ends of payload and frame."""
    if size - at < OVERHEAD_V2:
        return GARBAGE, 0, at, at
    message_id = int64(data[at + 7]) | int64(data[at + 8]) << 8 | int64(data[at + 9]) << 16
    stop = at + HEADER_LENGTH_V2 + int64(data[at + 1])
    flags = int64(data[at + 2])
    end = stop + CHECKSUM_LENGTH + (SIGNATURE_LENGTH if flags & FLAG_SIGNED else 0)
    if flags & ~FLAG_SIGNED:
        return INCOMPATIBLE, message_id, stop, end
    return (GOOD_V2 if end <= size else GARBAGE), message_id, stop, end


@compiled
def _candidate(
    data: Bytes,
    at: int,
    size: int,
    pages: NDArray[np.int16],
    rows: NDArray[np.int16],
    extras: Bytes,
    tables: NDArray[np.int32],
) -> tuple[int, int, int, int]:
    """What the marker at `at` begins: outcome, message id, row of its type, end of frame."""
    if data[at] == MARKER_V2:
        outcome, message_id, stop, end = _frame_v2(data, at, size)
    else:
        outcome, message_id, stop, end = _frame_v1(data, at, size)
    if outcome > GOOD_V2:
        return outcome, message_id, _NONE, end
    row = int64(rows[pages[message_id >> 8], message_id & 0xFF])
    if row == _NONE:
        return UNKNOWN, message_id, _NONE, end
    holds = _checksum_holds(data, at, stop, extras[row], tables)
    return (outcome if holds else BAD_CRC), message_id, row, end


@compiled
def _scan_kernel(data: Bytes, segments: Segments, lookup: Lookup, frames: Frames) -> None:
    """Search each segment as `MavlinkStream` does, with its shadows."""
    # Handing on the tuples would count references at every call, at twenty times the cost.
    pages, rows, extras, tables = lookup
    offset, kind, segment, counts, unknown_ids = frames
    good = 0
    for part in range(len(segments.starts)):
        at, size = segments.starts[part], segments.ends[part]
        shadow = at
        while at < size:
            if data[at] < MARKER_V2 or data[at] > MARKER_V1:
                counts[GARBAGE] += at >= shadow
                at += 1
                continue
            outcome, message_id, row, end = _candidate(data, at, size, pages, rows, extras, tables)
            if outcome <= GOOD_V2:
                counts[outcome] += 1
                counts[SIGNED] += outcome == GOOD_V2 and data[at + 2] & FLAG_SIGNED
                offset[good], kind[good], segment[good] = at, row, part
                good += 1
                at = shadow = end
                continue
            if at >= shadow:
                if outcome == UNKNOWN:
                    unknown_ids[counts[UNKNOWN]] = message_id
                counts[outcome] += 1
                if outcome != GARBAGE:
                    shadow = end
            at += 1
