"""How the hop moves sideways: where the nose points so that thrust carries it to the aim."""

from __future__ import annotations

import math

from firmware_sim.flight_software.hop_state import GRAVITY_M_S2, HopParameters, HopState
from firmware_sim.flight_software.interfaces import Solution
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.profiles import clamp, closing_slope, closing_speed, fall_time
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel

_LATERAL_GAIN = 0.18
_LATERAL_TRACKING = 0.45
_LATERAL_RESERVE = 1.4
"""How much more than the profile's acceleration may be used to keep to it."""
_IMPACT_MARGIN_M = 5.0
"""How far before the aim the engine-off impact point stays; what it overshoots is keep-out's."""
_DISTURBANCE_LIMIT_M_S2 = 1.0
_COMMITTED_HASTE = 1.5
"""By how much faster than downrange it moves to the deck."""
LEAST_SPECIFIC_M_S2 = 3.0
"""Thrust over mass that is reckoned with at least."""
_FINAL_TILT_RAD = math.radians(4.0)
_FINAL_TILT_PER_M = math.radians(0.5)
_LAST_TILT_RAD = math.radians(1.5)


@kernel
def up_m(h: HopState, s: Solution, p: HopParameters) -> float:
    """Of the feet over the nominal deck plane."""
    return float(-s.position_m[2] - p.deck_height_m - h.sea_up_m)


@kernel
def error_m(h: HopState, out: Steering, axis: int) -> float:
    """From the vehicle's place to the aim."""
    return float(out.aim_m[axis] - h.place_m[axis])


@kernel
def speed_m_s(h: HopState, axis: int) -> float:
    """Relative to the deck's slow motion."""
    return float(h.velocity_m_s[axis] - h.deck_velocity_m_s[axis])


@kernel
def point_up(out: Steering) -> None:
    """Nose to the zenith."""
    out.nose[0], out.nose[1], out.nose[2] = 0.0, 0.0, -1.0


@kernel
def lean(
    h: HopState, s: Solution, p: HopParameters, mode: int, limit_rad: float, out: Steering
) -> None:
    """Point the nose so that thrust carries the vehicle to the aim.

    The way is split into the part toward the barge, which the impact point bounds, and
    the part across it.
    """
    in_north, in_east = -h.aim[0], -h.aim[1]
    error_n, error_e = error_m(h, out, 0), error_m(h, out, 1)
    speed_n, speed_e = speed_m_s(h, 0), speed_m_s(h, 1)
    gust = h.disturbance_m_s2[0] * in_north + h.disturbance_m_s2[1] * in_east
    toward = _toward_m_s2(
        h,
        s,
        p,
        mode,
        error_n * in_north + error_e * in_east,
        speed_n * in_north + speed_e * in_east,
        gust,
    )
    across = _closing_m_s2(
        p,
        error_e * in_north - error_n * in_east,
        speed_e * in_north - speed_n * in_east,
        p.downrange_speed_m_s,
        0.0,
    )
    size = math.hypot(toward, across)
    share = min(1.0, _LATERAL_RESERVE * p.translation_m_s2 / max(size, 1e-9))
    north = share * (toward * in_north - across * in_east)
    east = share * (toward * in_east + across * in_north)
    _point(h, s, north, east, limit_rad, out)


@kernel
def _point(
    h: HopState, s: Solution, north: float, east: float, limit_rad: float, out: Steering
) -> None:
    """Nose direction for a horizontal acceleration: at most `limit_rad` from the steady lean
    that holds against the wind, which is bounded by itself.
    """
    specific = max(h.thrust_n / s.mass_kg, LEAST_SPECIFIC_M_S2)
    share = _bounded(north, east, specific * math.sin(limit_rad)) / specific
    gust_n, gust_e = h.disturbance_m_s2[0], h.disturbance_m_s2[1]
    steady = _bounded(gust_n, gust_e, _DISTURBANCE_LIMIT_M_S2) / specific
    out.nose[0] = share * north - steady * gust_n
    out.nose[1] = share * east - steady * gust_e
    out.nose[2] = -math.sqrt(1.0 - out.nose[0] ** 2 - out.nose[1] ** 2)
    out.limit_rad = limit_rad


@kernel
def final_tilt_rad(s: Solution) -> float:
    """Ever less, so that it stands upright when it touches."""
    return clamp(_FINAL_TILT_PER_M * s.height_m, _LAST_TILT_RAD, _FINAL_TILT_RAD)


@kernel
def _bounded(north: float, east: float, most: float) -> float:
    """The share of a horizontal vector that is at most `most` long."""
    return min(1.0, most / max(math.hypot(north, east), 1e-9))


@kernel
def _toward_m_s2(
    h: HopState,
    s: Solution,
    p: HopParameters,
    mode: int,
    error_m: float,
    speed_m_s: float,
    gust_m_s2: float,
) -> float:
    """Acceleration toward the barge; `gust` is what wind drives that way.

    Speed goes over smoothly from the profile's to the one whose impact point is safe.
    """
    most, slope = p.downrange_speed_m_s, 0.0
    if mode == FlightMode.ASCENT:
        most = h.ascent_speed_m_s
    elif mode == FlightMode.COMMITTED:
        most *= _COMMITTED_HASTE
    if mode != FlightMode.COMMITTED and error_m > 0.0:
        height = up_m(h, s, p) + p.deck_height_m
        falling_s = fall_time(height, -s.velocity_m_s[2], GRAVITY_M_S2)
        drift = max(0.0, 0.5 * gust_m_s2 * falling_s**2)
        safe = (error_m - _IMPACT_MARGIN_M - drift) / max(falling_s, 1.0)
        ratio = max(safe, 0.0) / max(most, 1e-9)
        share = (1.0 + ratio**4) ** -0.25
        most = share * max(safe, 0.0)
        slope = share**5 / max(falling_s, 1.0)
    return _closing_m_s2(p, error_m, speed_m_s, most, slope)


@kernel
def _closing_m_s2(
    p: HopParameters, error_m: float, speed_m_s: float, most_m_s: float, slope_per_s: float
) -> float:
    """Acceleration along one axis, at most `most_m_s` fast, which falls by `slope` a metre."""
    wanted = closing_speed(error_m, _LATERAL_GAIN, p.translation_m_s2)
    slope = closing_slope(error_m, _LATERAL_GAIN, p.translation_m_s2)
    if wanted > most_m_s:
        wanted, slope = most_m_s, slope_per_s
    elif wanted < -p.downrange_speed_m_s:
        wanted, slope = -p.downrange_speed_m_s, 0.0
    return _LATERAL_TRACKING * (wanted - speed_m_s) - slope * speed_m_s
