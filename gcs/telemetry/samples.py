"""Samples in columns: what was measured, when, when it was heard, and how far to trust it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gcs.messages import Quality

_GOOD = int(Quality.GOOD)
_SUSPECT = int(Quality.SUSPECT)
_BAD = int(Quality.BAD)


@dataclass(frozen=True, eq=False, slots=True)
class SampleBatch:
    """Equal-length columns in receipt order; values in SI, times in station ns.

    `past` are samples that were sent as history or as retained messages: they fill
    windows and never become a current value.
    """

    parameter: Sequence[int] = ()
    source_ns: Sequence[int] = ()
    receipt_ns: Sequence[int] = ()
    value: Sequence[float] = ()
    quality: Sequence[int] = ()
    past: SampleBatch | None = None

    def __post_init__(self) -> None:
        columns = (self.source_ns, self.receipt_ns, self.value, self.quality)
        if any(len(column) != len(self.parameter) for column in columns):
            raise ValueError("the columns of a sample batch have equal lengths")

    def __len__(self) -> int:
        return len(self.parameter)


class SampleWriter:
    """Gathers samples and hands them over as a batch.

    The columns are lists of plain numbers: the state that takes them keeps one number a
    parameter, and arrays would only be made to be taken apart again.
    """

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._parameter: list[int] = []
        self._source_ns: list[int] = []
        self._receipt_ns: list[int] = []
        self._value: list[float] = []
        self._quality: list[int] = []

    def __len__(self) -> int:
        return len(self._parameter)

    def append(
        self, parameter: int, source_ns: int, receipt_ns: int, value: float, quality: int
    ) -> None:
        """One sample."""
        self._parameter.append(parameter)
        self._source_ns.append(source_ns)
        self._receipt_ns.append(receipt_ns)
        self._value.append(float(value))
        self._quality.append(int(quality))

    def extend(
        self,
        parameters: Sequence[int],
        source_ns: int,
        receipt_ns: int,
        values: Sequence[float],
        qualities: Sequence[int],
    ) -> None:
        """The samples of one message: one time, equal-length columns."""
        count = len(parameters)
        self._parameter.extend(parameters)
        self._source_ns.extend([source_ns] * count)
        self._receipt_ns.extend([receipt_ns] * count)
        self._value.extend(values)
        self._quality.extend(qualities)

    def take(self, past: SampleBatch | None = None) -> SampleBatch:
        """All samples since the last take, with their `past`."""
        batch = SampleBatch(
            self._parameter,
            self._source_ns,
            self._receipt_ns,
            self._value,
            self._quality,
            past,
        )
        self._clear()
        return batch


def judge(value: float, low: float, high: float) -> int:
    """The quality of a measured SI value with its valid range: GOOD, SUSPECT or BAD."""
    if low <= value <= high and math.isfinite(value):
        return _GOOD
    return _SUSPECT if math.isfinite(value) else _BAD
