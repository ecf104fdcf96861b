"""What the rest of a hop will take: time and propellant, and the final descent's speeds."""

from __future__ import annotations

import math

from firmware_sim.flight_software.hop_state import GRAVITY_M_S2, HopParameters, HopState, Stage
from firmware_sim.flight_software.interfaces import Solution
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.profiles import clamp, closing_speed, closing_time, fall_time
from firmware_sim.kernel import kernel

BRAKE_GAIN = 0.5
FINAL_GAIN = 0.3
FASTEST_FALL_M_S = 100.0
SETTLED_M = 1.5
_SETTLE_TIME_S = 4.0


@kernel
def time_to_touchdown_s(
    h: HopState, s: Solution, p: HopParameters, mode: int, aim_error_m: float, now_ns: int
) -> float:
    """Predicted time to touchdown, s, if the mode stays what it is."""
    height, fall = s.height_m, s.velocity_m_s[2]
    if h.stage == Stage.FINAL:
        water = 0.0 if mode == FlightMode.COMMITTED else p.deck_height_m
        return final_time_s(p, height + water)
    before = coast_s(s, p, mode)
    if mode == FlightMode.COAST:
        drop = max(height - p.relight_height_m, 0.0)
        fall = math.sqrt(fall * fall + 2.0 * GRAVITY_M_S2 * drop)
        height = min(height, p.relight_height_m)
    across = closing_time(aim_error_m, p.translation_m_s2)
    across += min(aim_error_m / SETTLED_M, _SETTLE_TIME_S)
    down = _brake_time_s(p, height - p.hover_height_m, fall)
    hover_ns = p.hover_ns
    if h.stage == Stage.HOVER:
        hover_ns = max(0, h.hover_until_ns - now_ns)
    return before + max(down + 1e-9 * hover_ns, across) + final_time_s(p, p.hover_height_m)


@kernel
def coast_s(s: Solution, p: HopParameters, mode: int) -> float:
    """Time until the engine is lit again, s."""
    if mode != FlightMode.COAST:
        return 0.0
    return fall_time(s.height_m - p.relight_height_m, -s.velocity_m_s[2], GRAVITY_M_S2)


@kernel
def propellant_margin_kg(s: Solution, p: HopParameters, time_s: float) -> float:
    """Propellant left over the reserve after hovering for `time_s`.

    Braking adds what the lost speed costs.
    """
    burn = s.mass_kg * (1.0 - math.exp(-time_s / p.isp_s))
    burn += s.mass_kg * max(0.0, s.velocity_m_s[2]) / (GRAVITY_M_S2 * p.isp_s)
    return float(s.propellant_kg - burn - p.reserve_kg)


@kernel
def final_speed_m_s(p: HopParameters, height_m: float) -> float:
    """Sinking speed of the final descent at a height: it flares to the touchdown speed."""
    return min(p.touchdown_speed_m_s + FINAL_GAIN * max(height_m, 0.0), p.final_speed_m_s)


@kernel
def final_knee_m(p: HopParameters) -> float:
    """Height at which the flare begins."""
    return (p.final_speed_m_s - p.touchdown_speed_m_s) / FINAL_GAIN


@kernel
def final_time_s(p: HopParameters, height_m: float) -> float:
    """Time down from a height at the final descent's speeds."""
    height = max(height_m, 0.0)
    knee = final_knee_m(p)
    flare = min(height, knee)
    mean = (p.touchdown_speed_m_s + final_speed_m_s(p, flare)) / 2.0
    return max(height - knee, 0.0) / p.final_speed_m_s + flare / mean


@kernel
def _brake_time_s(p: HopParameters, distance_m: float, speed_m_s: float) -> float:
    if distance_m <= 0.0:
        return 0.0
    near_m = p.braking_m_s2 / BRAKE_GAIN**2
    speed = max(closing_speed(distance_m, BRAKE_GAIN, p.braking_m_s2), 0.0)
    cruise = clamp(speed_m_s, 1.0, FASTEST_FALL_M_S)
    if speed > cruise:
        stop_m = cruise**2 / (2.0 * p.braking_m_s2) + near_m / 2.0
        return (distance_m - stop_m) / cruise + cruise / p.braking_m_s2 + 1.0 / BRAKE_GAIN
    settle = clamp(distance_m / near_m, 0.0, 1.0) / BRAKE_GAIN
    return speed / p.braking_m_s2 + settle
