"""North and east become starboard and forward, whatever the heading."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.console.shipframe import on_deck

METRES = st.floats(-200, 200)
HEADINGS = st.floats(-2 * math.pi, 2 * math.pi)


@pytest.mark.parametrize(
    ("heading_deg", "starboard", "forward"),
    [(0, 10, 30), (90, -30, 10), (180, -10, -30), (270, 30, -10), (-90, 30, -10)],
)
def test_thirty_north_and_ten_east_on_the_four_headings(
    heading_deg: float, starboard: float, forward: float
) -> None:
    assert on_deck(30, 10, math.radians(heading_deg)) == pytest.approx((starboard, forward))


@given(distance=METRES, heading=HEADINGS)
def test_a_point_that_lies_where_the_bow_points_is_forward(distance: float, heading: float) -> None:
    north, east = distance * math.cos(heading), distance * math.sin(heading)
    place = on_deck(north, east, heading)
    assert place == pytest.approx((0.0, distance), abs=1e-9)


@given(north=METRES, east=METRES, heading=HEADINGS)
def test_turning_keeps_the_distance(north: float, east: float, heading: float) -> None:
    assert on_deck(north, east, heading).distance_m == pytest.approx(math.hypot(north, east))
