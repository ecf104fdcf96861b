"""Speed profiles: how fast to close a distance so that the stop needs a chosen acceleration."""

from __future__ import annotations

import math

from firmware_sim.kernel import kernel


@kernel
def closing_speed(distance_m: float, gain_per_s: float, acceleration_m_s2: float) -> float:
    """Speed for a distance, of its sign: linear when near, square-root when far.

    The two meet with one slope where the linear part would ask for more than
    `acceleration_m_s2`.
    """
    near_m = acceleration_m_s2 / gain_per_s**2
    far_m = abs(distance_m)
    if far_m <= near_m:
        return gain_per_s * distance_m
    speed = math.sqrt(2.0 * acceleration_m_s2 * (far_m - near_m / 2.0))
    return math.copysign(speed, distance_m)


@kernel
def closing_slope(distance_m: float, gain_per_s: float, acceleration_m_s2: float) -> float:
    """Derivative of `closing_speed` by distance, 1/s."""
    near_m = acceleration_m_s2 / gain_per_s**2
    if abs(distance_m) <= near_m:
        return gain_per_s
    return acceleration_m_s2 / abs(closing_speed(distance_m, gain_per_s, acceleration_m_s2))


@kernel
def closing_time(distance_m: float, acceleration_m_s2: float) -> float:
    """Rest-to-rest time over a distance at constant acceleration and braking, s."""
    return 2.0 * math.sqrt(abs(distance_m) / acceleration_m_s2)


@kernel
def fall_time(height_m: float, velocity_up_m_s: float, gravity_m_s2: float) -> float:
    """Time of a fall in vacuum through `height_m`, s; zero at or below the surface."""
    if height_m <= 0.0:
        return 0.0
    root = math.sqrt(velocity_up_m_s**2 + 2.0 * gravity_m_s2 * height_m)
    return (velocity_up_m_s + root) / gravity_m_s2


@kernel
def clamp(value: float, low: float, high: float) -> float:
    """`value` held within [low, high]."""
    return low if value < low else high if value > high else value
