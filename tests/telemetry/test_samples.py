"""Samples keep their order and their columns their length."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gcs.messages import Quality
from gcs.telemetry.samples import SampleBatch, SampleWriter, judge


def test_what_was_written_is_taken_once_in_order() -> None:
    writer = SampleWriter()
    writer.append(4, 10, 20, 1.5, Quality.GOOD)
    writer.extend((7, 8), 11, 21, (2.5, math.nan), (Quality.SUSPECT, Quality.BAD))
    batch = writer.take()
    assert batch.parameter.tolist() == [4, 7, 8]
    assert batch.source_ns.tolist() == [10, 11, 11]
    assert batch.receipt_ns.tolist() == [20, 21, 21]
    assert batch.quality.tolist() == [0, 1, 2]
    assert [column.dtype for column in (batch.parameter, batch.source_ns, batch.value)] == [
        np.int32,
        np.int64,
        np.float64,
    ]
    assert len(writer.take()) == 0


def test_columns_of_unequal_lengths_are_our_mistake() -> None:
    one, none = np.zeros(1, np.int64), np.zeros(0, np.int64)
    with pytest.raises(ValueError, match="equal lengths"):
        SampleBatch(one.astype(np.int32), one, none, one.astype(float), one.astype(np.uint8))


@pytest.mark.parametrize(
    ("value", "quality"),
    [
        (-1.0, Quality.GOOD),
        (1.0, Quality.GOOD),
        (math.nextafter(1.0, 2.0), Quality.SUSPECT),
        (math.nextafter(-1.0, -2.0), Quality.SUSPECT),
        (math.nan, Quality.BAD),
        (math.inf, Quality.BAD),
        (-math.inf, Quality.BAD),
    ],
)
def test_a_value_is_judged_by_its_range(value: float, quality: Quality) -> None:
    assert judge(value, -1.0, 1.0) == quality


def test_infinity_is_bad_where_anything_is_valid() -> None:
    assert judge(math.inf, -math.inf, math.inf) == Quality.BAD
