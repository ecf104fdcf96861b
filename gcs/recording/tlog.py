"""Telemetry logs of the MAVLink world (`.tlog`): records of a receipt time and a frame.

A record is the receipt time (microseconds since the Unix epoch, 64 bits, big-endian)
and the frame that was received then. Nothing else marks where a record begins, so a
damaged frame hides the next one. Here a record ends where its frame's length byte says
*if* another record begins there, else where the next one does begin.

Records are only cut apart here; whether they hold good frames is for the decoders to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from gcs.telemetry.mavlink.columns import Columns, decode_columns
from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.mavlink.scanning import Bytes, Integers, Segments, compiled, int64
from gcs.telemetry.mavlink.stream import StreamCounts
from gcs.telemetry.mavlink.wire import (
    FLAG_SIGNED,
    MARKER_V1,
    MARKER_V2,
    OVERHEAD_V1,
    OVERHEAD_V2,
    SIGNATURE_LENGTH,
)

_TIME_LENGTH: Final = 8
_SHORTEST_RECORD: Final = _TIME_LENGTH + 1
_NEAR_US: Final = 3_600_000_000
"""After damage, a time so near to the last one is believed at once."""
_LATEST_US: Final = 1 << 52
"""The year 2112; later times are damage."""
_US_NS: Final = 1_000


class Records(NamedTuple):
    """The n records of a log: where their frames lie in it, and when they were received."""

    frames: Segments
    receipts_ns: Integers


@dataclass(frozen=True)
class TlogSummary:
    """What a log holds. `sources` counts messages by (system, component)."""

    counts: StreamCounts
    messages: Counter[str]
    sources: Counter[tuple[int, int]]
    first_ns: int
    last_ns: int

    @property
    def good(self) -> int:
        """Messages that were decoded."""
        return self.counts.good

    @property
    def bad_crc(self) -> int:
        """Frames whose checksum is wrong."""
        return self.counts.bad_crc


def read_tlog(path: Path) -> Iterator[tuple[int, bytes]]:
    """The records of a log: receipt time (ns since the Unix epoch) and bytes.

    Damage comes along as the bytes it is. OSError if the file cannot be read.
    """
    data = path.read_bytes()
    (starts, ends), receipts_ns = split_tlog(data)
    rows = zip(receipts_ns.tolist(), starts.tolist(), ends.tolist(), strict=True)
    for receipt_ns, start, end in rows:
        yield receipt_ns, data[start:end]


def tlog_columns(
    path: Path, dialect: Dialect, wanted: Iterable[str] | None = None
) -> tuple[Columns, Integers]:
    """All messages of a log as columns, and the receipt times of its records, ns.

    The receipt times of a message's rows are `receipts_ns[columns[name].segment]`.
    """
    data = path.read_bytes()
    records = split_tlog(data)
    return decode_columns(data, dialect, wanted, records.frames), records.receipts_ns


def tlog_summary(path: Path, dialect: Dialect) -> TlogSummary:
    """Count what a log holds; the dialect says which messages are known."""
    columns, receipts_ns = tlog_columns(path, dialect)
    sources: Counter[tuple[int, int]] = Counter()
    for message in columns.messages.values():
        pairs = np.stack([message.system, message.component], axis=1)
        found, numbers = np.unique(pairs, axis=0, return_counts=True)
        for (system, component), number in zip(found.tolist(), numbers.tolist(), strict=True):
            sources[system, component] += number
    return TlogSummary(
        counts=columns.counts,
        messages=Counter({name: len(rows) for name, rows in columns.messages.items()}),
        sources=sources,
        first_ns=int(receipts_ns.min(initial=receipts_ns[0])) if len(receipts_ns) else 0,
        last_ns=int(receipts_ns.max(initial=0)),
    )


def split_tlog(data: bytes) -> Records:
    """Cut a log into its records; bytes that belong to none are a part of the one before.

    A wrong length byte that happens to reach just to a later record swallows those between:
    their frames are in its bytes, under its time.
    """
    buffer = np.frombuffer(data, np.uint8)
    room = len(data) // _SHORTEST_RECORD + 2
    starts, ends, times_us = (np.empty(room, np.int64) for _ in range(3))
    number = _split(buffer, starts, ends, times_us)
    frames = Segments(starts[:number], ends[:number])
    return Records(frames, times_us[:number] * _US_NS)


@compiled
def _time_us(data: Bytes, at: int) -> int:
    """The receipt time at `at`, or -1 if none can stand there."""
    if at + _TIME_LENGTH >= len(data):
        return -1
    time_us = 0
    for place in range(_TIME_LENGTH):
        time_us = time_us << 8 | int64(data[at + place])
    marker = data[at + _TIME_LENGTH]
    is_record = marker in (MARKER_V1, MARKER_V2) and 0 <= time_us < _LATEST_US
    return time_us if is_record else -1


@compiled
def _claimed_end(data: Bytes, at: int) -> int:
    """Where the frame at `at` ends if its length byte is right; -1 if it is cut off."""
    if at + OVERHEAD_V1 > len(data):
        return -1
    length = int64(data[at + 1])
    if data[at] == MARKER_V1:
        return at + OVERHEAD_V1 + length
    signed = SIGNATURE_LENGTH if data[at + 2] & FLAG_SIGNED else 0
    return at + OVERHEAD_V2 + length + signed


@compiled
def _begins_record(data: Bytes, at: int, last_us: int) -> bool:
    """Whether a record begins at `at`: its time is near the last one, or one near it follows."""
    time_us = _time_us(data, at)
    if time_us < 0:
        return False
    if last_us >= 0 and abs(time_us - last_us) < _NEAR_US:
        return True
    end = _claimed_end(data, at + _TIME_LENGTH)
    if end < 0 or end == len(data):
        return end > 0
    following_us = _time_us(data, end)
    return following_us >= 0 and abs(following_us - time_us) < _NEAR_US


@compiled
def _next_record(data: Bytes, at: int, last_us: int) -> int:
    """Where the next record begins, from `at` on; the end of the log if none does."""
    while at < len(data) and not _begins_record(data, at, last_us):
        at += 1
    return at


@compiled
def _split(data: Bytes, starts: Integers, ends: Integers, times_us: Integers) -> int:
    """Fill in the records and return their number."""
    number = 0
    at = _next_record(data, 0, -1)
    if at > 0:
        starts[0], ends[0], times_us[0] = 0, at, max(0, _time_us(data, at))
        number = 1
    while at + _TIME_LENGTH < len(data):
        time_us, start = _time_us(data, at), at + _TIME_LENGTH
        end = _claimed_end(data, start)
        if end != len(data) and (end < 0 or _time_us(data, end) < 0):
            end = _next_record(data, start + 1, time_us)
        starts[number], ends[number], times_us[number] = start, end, time_us
        number += 1
        at = end
    return number
