"""Guidance of a stage that comes back: coast, entry burn, fall on grid fins, landing burn.

The predicted landing point (`prediction`) is brought to the aim by the length and yaw of the
entry burn, then by leaning against the air. It lies beside the barge, square
to the approach, until the mode is COMMITTED, so that without the landing burn the stage
falls clear of it.
"""

from __future__ import annotations

import math

from firmware_sim.environment.air import mean_wind
from firmware_sim.flight_software.aiming import (
    begin_path,
    correct_ignition,
    finish_path,
    go_on,
    learn,
    light,
    miss_m,
    point_against_velocity,
)
from firmware_sim.flight_software.burning import burn
from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.landing_burn import surface_height_m
from firmware_sim.flight_software.leaning import feel_wind, lean
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.prediction import burn_for, fall_to
from firmware_sim.flight_software.return_parameters import (
    ReturnParameters,
    return_parameters,
)
from firmware_sim.flight_software.return_state import ReturnState, Stage
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel
from firmware_sim.vehicle.state import ENGINES

__all__ = [
    "ReturnParameters",
    "ReturnState",
    "Stage",
    "guide_return",
    "return_parameters",
]

_SECOND_NS = 1_000_000_000
_COAST_EVERY_NS = 10 * _SECOND_NS
_ENTRY_EVERY_NS = 1 * _SECOND_NS
_FALL_EVERY_NS = _SECOND_NS
_NEAR_EVERY_NS = _SECOND_NS // 5
_NEAR_NS = 3 * _SECOND_NS
_STEERED_UNTIL_S = 1.5
"""The entry burn's end is not moved any more when it is this near."""
_ENTRY_SPREAD_S = 5.0
_ENTRY_YAW_RAD = math.radians(12.0)
_YAW_TRIAL_RAD = 0.01
_TRIAL_S = 0.25
_FALL_SETTLE_SHARE = 0.2
_SHORTEST_SETTLE_S = 3.0
_LONGEST_SETTLE_S = 6.0
_BRAKE_CARRY_S = 8.0
"""Sideways speed at ignition moves the landing point for about this long."""
_TOP_HEIGHT_M = 60_000.0
"""Where a flight that starts lower has no coast before its fall."""


@kernel
def guide_return(
    g: ReturnState, s: Solution, r: Readings, p: ReturnParameters, mode: int, now_ns: int,
    out: Steering,
) -> int:  # fmt: skip
    """Fill `out` for this cycle; returns the FlightMode that guidance wants."""
    _prepare(g, s, p, now_ns)
    for k in range(ENGINES):
        out.run[k] = 0
    out.throttle = 0.0
    out.use_gimbal, out.use_fins, out.use_cold_gas = 0, 0, 1
    out.legs = int(surface_height_m(s, p, mode) < p.legs_height_m)
    mean_wind(p.air, s.altitude_m, g.forecast_m_s, g.path.gradient_per_s)
    wanted = mode
    if g.stage == Stage.COAST:
        wanted = _coast(g, s, p, mode, now_ns, out)
    elif g.stage == Stage.ENTRY:
        wanted = _enter(g, s, p, mode, now_ns, out)
    elif g.stage == Stage.FALL:
        wanted = _fall(g, s, p, mode, now_ns, out)
    else:
        wanted = burn(g, s, r, p, mode, now_ns, out)
    _report(g, s, p, mode, now_ns, out)
    return wanted


@kernel
def _prepare(g: ReturnState, s: Solution, p: ReturnParameters, now_ns: int) -> None:
    """At the first call: the side of the barge to aim at, and a first ignition height."""
    if g.beside_known:
        return
    north, east = -s.position_m[0], -s.position_m[1]
    away = math.sqrt(north * north + east * east)
    if away < 1.0:
        north, east, away = 1.0, 0.0, 1.0
    if g.beside[0] == 0.0 and g.beside[1] == 0.0:
        g.beside[0], g.beside[1] = -east / away, north / away
    g.beside_known = 1
    g.since_ns = now_ns
    g.next_ns = now_ns
    g.throttle = p.landing.throttle
    g.ignition_height_m = 4000.0
    g.final_mass_kg = s.mass_kg


# --- Coast and entry burn ---


@kernel
def _coast(
    g: ReturnState,
    s: Solution,
    p: ReturnParameters,
    mode: int,
    now_ns: int,
    out: Steering,
) -> int:
    point_against_velocity(s, out)
    if now_ns >= g.next_ns:
        g.next_ns = now_ns + _COAST_EVERY_NS
        begin_path(g, s, p)
        if p.entry_height_m > 0.0:
            fall_to(p, g.path, p.entry_height_m)
            burn_for(p, g.path, p.entry, p.entry_burn_s, 0.0)
        finish_path(g, p)
        correct_ignition(g, p)
        learn(g, s, p, mode, now_ns)
    falling = s.velocity_m_s[2] > 0.0
    if falling and p.entry_height_m > 0.0 and s.altitude_m < p.entry_height_m:
        go_on(g, Stage.ENTRY.value, now_ns)
        g.entry_off_ns = now_ns + int(p.entry_burn_s * 1e9)
        return FlightMode.ENTRY.value
    if falling and p.entry_height_m == 0.0 and s.altitude_m < _TOP_HEIGHT_M:
        go_on(g, Stage.FALL.value, now_ns)
    return mode


@kernel
def _enter(
    g: ReturnState,
    s: Solution,
    p: ReturnParameters,
    mode: int,
    now_ns: int,
    out: Steering,
) -> int:
    point_against_velocity(s, out)
    _turn_across(s, g.yaw_rad, out)
    out.use_gimbal, out.use_fins = 1, 1
    light(out, p.entry, p.entry.throttle)
    left_s = (g.entry_off_ns - now_ns) * 1e-9
    if now_ns >= g.next_ns and left_s > _STEERED_UNTIL_S:
        g.next_ns = now_ns + _ENTRY_EVERY_NS
        _steer_entry(g, s, p, mode, now_ns, left_s)
    if left_s > 0.5 * p.tail_off_s:
        return FlightMode.ENTRY.value
    light(out, p.entry, 0.0)
    for k in range(ENGINES):
        out.run[k] = 0
    go_on(g, Stage.FALL.value, now_ns)
    return FlightMode.COAST.value


@kernel
def _turn_across(s: Solution, yaw_rad: float, out: Steering) -> None:
    """Turn the nose from against the velocity toward velocity x up."""
    v = s.velocity_m_s
    size = max(math.sqrt(v[0] * v[0] + v[1] * v[1]), 1.0)
    # velocity x up, with up = (0, 0, -1)
    north, east = -v[1] / size, v[0] / size
    cosine, sine = math.cos(yaw_rad), math.sin(yaw_rad)
    out.nose[0] = cosine * out.nose[0] + sine * north
    out.nose[1] = cosine * out.nose[1] + sine * east
    out.nose[2] = cosine * out.nose[2]


@kernel
def _try_entry(
    g: ReturnState, s: Solution, p: ReturnParameters, left_s: float, yaw_rad: float
) -> None:
    begin_path(g, s, p)
    burn_for(p, g.path, p.entry, left_s, yaw_rad)
    finish_path(g, p)


@kernel
def _steer_entry(
    g: ReturnState,
    s: Solution,
    p: ReturnParameters,
    mode: int,
    now_ns: int,
    left_s: float,
) -> None:
    """One Newton step in burn length and yaw on the predicted miss."""
    _try_entry(g, s, p, left_s + _TRIAL_S, g.yaw_rad)
    a_n, a_e = miss_m(g, s, p, mode, 0), miss_m(g, s, p, mode, 1)
    _try_entry(g, s, p, left_s, g.yaw_rad + _YAW_TRIAL_RAD)
    b_n, b_e = miss_m(g, s, p, mode, 0), miss_m(g, s, p, mode, 1)
    _try_entry(g, s, p, left_s, g.yaw_rad)
    learn(g, s, p, mode, now_ns)
    correct_ignition(g, p)
    a_n, a_e = (a_n - g.miss_m[0]) / _TRIAL_S, (a_e - g.miss_m[1]) / _TRIAL_S
    b_n, b_e = (
        (b_n - g.miss_m[0]) / _YAW_TRIAL_RAD,
        (b_e - g.miss_m[1]) / _YAW_TRIAL_RAD,
    )
    whole = a_n * b_e - a_e * b_n
    if abs(whole) < 1.0:
        return
    longer = -(g.miss_m[0] * b_e - g.miss_m[1] * b_n) / whole
    yaw = -(a_n * g.miss_m[1] - a_e * g.miss_m[0]) / whole
    planned_ns = g.since_ns + int(p.entry_burn_s * 1e9)
    most_ns = int(_ENTRY_SPREAD_S * 1e9)
    off_ns = g.entry_off_ns + int(min(max(longer, -1.0), 1.0) * 1e9)
    g.entry_off_ns = min(max(off_ns, planned_ns - most_ns), planned_ns + most_ns)
    g.yaw_rad = min(max(g.yaw_rad + yaw, -_ENTRY_YAW_RAD), _ENTRY_YAW_RAD)


# --- Fall ---


@kernel
def _fall(
    g: ReturnState,
    s: Solution,
    p: ReturnParameters,
    mode: int,
    now_ns: int,
    out: Steering,
) -> int:
    feel_wind(g, s, p)
    out.limit_rad = math.pi
    out.use_fins = 1
    if now_ns >= g.next_ns:
        near = g.ignition_ns - now_ns < _NEAR_NS
        g.next_ns = now_ns + (_NEAR_EVERY_NS if near else _FALL_EVERY_NS)
        begin_path(g, s, p)
        finish_path(g, p)
        correct_ignition(g, p)
        learn(g, s, p, mode, now_ns)
        _plan_push(g, now_ns)
    g.push_m_s2[0], g.push_m_s2[1], g.push_m_s2[2] = (
        g.wanted_m_s2[0],
        g.wanted_m_s2[1],
        0.0,
    )
    lean(g, s, p, 0.0, out)
    if now_ns < g.ignition_ns:
        return mode
    go_on(g, Stage.BRAKE.value, now_ns)
    return FlightMode.DESCENT.value


@kernel
def _plan_push(g: ReturnState, now_ns: int) -> None:
    """Sideways acceleration that lets the miss die, by its effect until touchdown."""
    left_s = max((g.ignition_ns - now_ns) * 1e-9, 0.0)
    settle_s = min(max(_FALL_SETTLE_SHARE * left_s, _SHORTEST_SETTLE_S), _LONGEST_SETTLE_S)
    for axis in range(2):
        g.wanted_m_s2[axis] = -g.miss_m[axis] / ((left_s + _BRAKE_CARRY_S) * settle_s)


@kernel
def _report(
    g: ReturnState,
    s: Solution,
    p: ReturnParameters,
    mode: int,
    now_ns: int,
    out: Steering,
) -> None:
    out.stage = g.stage
    share = 0.0 if mode == FlightMode.COMMITTED else p.aim_offset_m
    out.aim_m[0] = share * g.beside[0]
    out.aim_m[1] = share * g.beside[1]
    out.aim_m[2] = 0.0
    out.time_to_touchdown_s = max(g.touchdown_ns - now_ns, 0) * 1e-9
    out.propellant_margin_kg = s.propellant_kg - (s.mass_kg - g.final_mass_kg) - p.reserve_kg
