"""Samples keep their order and their columns their length."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from gcs.messages import Quality
from gcs.telemetry.samples import SampleBatch, SampleWriter, judge


def test_what_was_written_is_taken_once_in_order() -> None:
    writer = SampleWriter()
    writer.append(4, 10, 20, 1.5, Quality.GOOD)
    writer.extend((7, 8), 11, 21, (2.5, -1.0), (Quality.SUSPECT, Quality.BAD))
    batch = writer.take()
    assert batch.parameter == [4, 7, 8]
    assert batch.source_ns == [10, 11, 11]
    assert batch.receipt_ns == [20, 21, 21]
    assert batch.value == [1.5, 2.5, -1.0]
    assert batch.quality == [0, 1, 2]
    assert len(writer.take()) == 0
    assert len(batch) == 3, "what is written next is another batch's"


def test_a_sample_is_a_plain_number_whatever_was_written() -> None:
    """A Snapshot is recorded by its bytes, and 1, 1.0 and True are three."""
    writer = SampleWriter()
    for value in (1, True, np.float64(1.0)):
        writer.append(4, 10, 20, value, Quality.SUSPECT)
    batch = writer.take()
    assert [type(value) for value in batch.value] == [float] * 3
    assert [type(quality) for quality in batch.quality] == [int] * 3


@pytest.mark.parametrize("column", ["source_ns", "receipt_ns", "value", "quality"])
def test_columns_of_unequal_lengths_are_our_mistake(column: str) -> None:
    whole = SampleBatch([1], [2], [3], [4.0], [5])
    with pytest.raises(ValueError, match="equal lengths"):
        dataclasses.replace(whole, **{column: []})


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
