"""Profiles close distances within their acceleration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.flight_software.profiles import closing_slope, closing_speed, fall_time

distances = st.floats(-3000, 3000)
gains = st.floats(0.1, 2.0)
accelerations = st.floats(0.3, 5.0)


@given(distances, gains, accelerations)
def test_a_profile_never_asks_for_more_than_its_acceleration(
    distance: float, gain: float, acceleration: float
) -> None:
    speed = closing_speed(distance, gain, acceleration)
    assert speed * distance >= 0.0
    assert abs(speed * closing_slope(distance, gain, acceleration)) <= acceleration * 1.0001


@given(distances, gains, accelerations)
def test_the_slope_is_the_derivative(distance: float, gain: float, acceleration: float) -> None:
    h = 1e-4
    numeric = closing_speed(distance + h, gain, acceleration) - closing_speed(
        distance - h, gain, acceleration
    )
    slope = closing_slope(distance, gain, acceleration)
    assert numeric / (2 * h) == pytest.approx(slope, rel=1e-3, abs=1e-5)


@given(st.floats(0.1, 3000), st.floats(-120, 60))
def test_a_fall_takes_its_time(height: float, speed: float) -> None:
    t = fall_time(height, speed, 9.8)
    assert height + speed * t - 0.5 * 9.8 * t * t == pytest.approx(0.0, abs=1e-6 * height + 1e-6)
