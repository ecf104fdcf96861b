"""Rows of a columnar recording to samples."""

from __future__ import annotations

from typing import Final

import msgspec

from gcs.clock import SECOND_NS
from gcs.config.mission import SourceConfig
from gcs.messages import Event, Received, SourceStatus
from gcs.telemetry.dictionary import Dictionary
from gcs.telemetry.samples import judge
from gcs.telemetry.taken import Gathering, Quiet
from gcs.telemetry.timebase import SourceClock

MAX_ROW_BYTES: Final = 64_000
MAX_TIME_S: Final = 1e9
_decoder = msgspec.json.Decoder(dict[str, float | None])


class ColumnsReader:
    """One file's rows: JSON objects of numbers, null where a cell is empty."""

    def __init__(self, source: SourceConfig, dictionary: Dictionary, gathering: Gathering) -> None:
        self.id = source.id
        self.links = source.links
        self.faults = 0
        self._time_column = source.time_column
        self._picks = dictionary.columns.get(source.id, ())
        self._gathering = gathering
        self._clock = SourceClock()
        self._quiet = Quiet()
        self._rows = 0
        self._link = ""
        self._last_receipt_ns = 0

    def read(self, received: Received) -> bool:
        """Take one row; False if it was refused."""
        try:
            row = _row(received.data)
            time_ns = _time_ns(row, self._time_column)
        except ValueError as error:
            self._refuse(str(error), received.receipt_ns)
            return False
        self._rows += 1
        self._link, self._last_receipt_ns = received.link, received.receipt_ns
        self._clock.observe(time_ns, received.receipt_ns)
        source_ns = self._clock.to_station(time_ns, received.receipt_ns)
        for parameter, column, scale in self._picks:
            raw = row.get(column)
            if raw is not None:
                value = raw * scale.factor + scale.offset
                quality = judge(value, scale.low, scale.high)
                self._gathering.samples.append(
                    parameter, source_ns, received.receipt_ns, value, quality
                )
        return True

    def status(self, now_ns: int) -> SourceStatus | None:
        """How much was read; None before the first row."""
        if not self._rows:
            return None
        offset_ns = self._clock.offset_ns(now_ns)
        return SourceStatus(
            self.id, self._link, self._rows, 0, 0.0, self.faults, offset_ns, self._last_receipt_ns
        )

    def _refuse(self, reason: str, receipt_ns: int) -> None:
        self.faults += 1
        if self._quiet.lets(receipt_ns, "refused"):
            text = f"{self.id} row refused: {reason[:160]}"
            self._gathering.events.append(Event(receipt_ns, "fault", self.id, text, 4))


def _row(data: bytes) -> dict[str, float | None]:
    if len(data) > MAX_ROW_BYTES:
        raise ValueError(f"{len(data)} bytes, more than {MAX_ROW_BYTES}")
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _time_ns(row: dict[str, float | None], column: str) -> int:
    time_s = row.get(column)
    if time_s is None or not abs(time_s) <= MAX_TIME_S:
        raise ValueError(f"no time in column {column!r}")
    return round(time_s * SECOND_NS)
