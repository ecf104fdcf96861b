"""A message that carries many parameters: each is scaled and judged by itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from itertools import cycle

from hypothesis import given
from hypothesis import strategies as st

from gcs.config.loading import Mission
from gcs.expressions import unit_of
from gcs.messages import Quality, Received
from gcs.telemetry.dictionary import Dictionary
from gcs.telemetry.ingest import Ingest
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.samples import judge
from tests.helpers.missions import built, landfall_dialect, parameter

PACKED = (
    ("bar", "Pa", '["-1 bar", "2 bar"]', None),
    ("degC", "degC", '["-10 degC", "85 degC"]', None),
    ("mm", "m", '["0 m", "1 m"]', 65535),
    ("", "", None, -1),
    ("degC", "K", None, 0),
)
"""Of each element of an array in turn: unit on the wire, the operator's, valid, invalid."""


@cache
def packed() -> tuple[Mission, Dictionary]:
    """An array's elements and the field beside it, each with a scale of its own."""
    beside = parameter(
        "id", 'message = "DEBUG_FLOAT_ARRAY", field = "array_id"', sources='["fc_a"]'
    )
    elements = [
        parameter(
            f"e{index}",
            f'message = "DEBUG_FLOAT_ARRAY", field = "data", index = {index}, unit = "{wire}"'
            + ("" if invalid is None else f", invalid = {invalid}"),
            unit,
            sources='["fc_a"]',
            **({} if valid is None else {"valid": valid}),
        )
        for index, (wire, unit, valid, invalid) in zip(range(58), cycle(PACKED), strict=False)
    ]
    # Neither in the order of the wire nor without gaps.
    return built(*elements[:40:-1], beside, *elements[:37])


def told(dictionary: Dictionary, index: int, data: Sequence[float]) -> tuple[str, float, int]:
    """What one element says: its parameter, SI value and quality."""
    parameter = dictionary.parameters[index]
    element = int(parameter.id[1:])
    wire, _, _, invalid = PACKED[element % len(PACKED)]
    scale = unit_of(wire)
    value = data[element] * scale.factor + scale.offset if data[element] != invalid else math.nan
    return parameter.id, value, judge(value, parameter.low, parameter.high)


EDGES = (
    -1.0,
    0.0,
    -0.0,
    1.0,
    2.0,
    -10.0,
    85.0,
    1000.0,
    65535.0,
    3.4028234663852886e38,
    math.nan,
    math.inf,
)


@given(
    st.lists(
        st.sampled_from(EDGES) | st.floats(width=32) | st.floats(-100, 100, width=32),
        min_size=58,
        max_size=58,
    ),
    st.integers(0, 65535),
)
def test_every_element_of_an_array_is_scaled_and_judged_by_itself(
    data: list[float], array_id: int
) -> None:
    mission, dictionary = packed()
    ingest = Ingest(mission, dictionary, landfall_dialect(), {})
    fields = {"array_id": array_id, "data": data}
    frame = Encoder(landfall_dialect(), 1, 1).encode("DEBUG_FLOAT_ARRAY", fields)
    ingest.feed(Received("radio", 10**18, frame, "p"))
    batch = ingest.take().batch
    expected = {
        index: ("id", float(array_id), Quality.GOOD)
        if parameter.id == "id"
        else told(dictionary, index, data)
        for index, parameter in enumerate(dictionary.parameters)
    }
    got = {
        index: (dictionary.parameters[index].id, value, quality)
        for index, value, quality in zip(batch.parameter, batch.value, batch.quality, strict=True)
    }
    assert len(batch) == len(got) == len(expected) == 55
    # Their text tells NaN from NaN, and -0.0 from 0.0.
    assert {i: repr(sample) for i, sample in got.items()} == {
        i: repr((name, value, int(quality))) for i, (name, value, quality) in expected.items()
    }
