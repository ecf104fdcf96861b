"""Guidance of the hop: from belief and mode to nose direction and throttle.

The aim lies beside the barge, on the side of the pad, unless the mode is COMMITTED. Until
then the point where the vehicle would fall with the engine off stays short of the aim.
Wanted velocities follow from the distance to go (`profiles`), accelerations from the
velocities; what forces there are besides thrust is observed, not modelled.

Swinging the gimbal pushes the centre of mass the wrong way first. The point that it leaves at
rest, the centre of percussion, lies I / (m l) above the centre of mass, l over the engine:
guidance steers that point.
"""

from __future__ import annotations

import math

from firmware_sim.flight_software.hop_lateral import (
    LEAST_SPECIFIC_M_S2,
    error_m,
    final_tilt_rad,
    lean,
    point_up,
    speed_m_s,
    up_m,
)
from firmware_sim.flight_software.hop_prediction import (
    BRAKE_GAIN,
    FASTEST_FALL_M_S,
    FINAL_GAIN,
    SETTLED_M,
    coast_s,
    final_knee_m,
    final_speed_m_s,
    final_time_s,
    propellant_margin_kg,
    time_to_touchdown_s,
)
from firmware_sim.flight_software.hop_state import GRAVITY_M_S2, HopParameters, HopState, Stage
from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.pointing import nose_of, swing_of
from firmware_sim.flight_software.profiles import clamp, closing_slope, closing_speed
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel
from firmware_sim.vehicle.state import ENGINES

_CLIMB_GAIN = 0.5
_BRAKE_TRACKING = 1.0
_FINAL_TRACKING = 1.8
_OBSERVER_RAD_S = 0.5
_LIFT_TIME_S = 1.0
_LIFT_LIMIT_M_S2 = 3.0
_WAVES_S = 10.0
"""Smoothing that takes the waves out of the deck's motion."""
_TOWER_CLEAR_M = 40.0
_ASCENT_TILT_RAD = math.radians(6.0)
"""Nose first at speed the air turns a leaning vehicle further: the gimbal must keep its margin."""
_GIMBAL_SHARE = 0.55
"""Of the gimbal's range that may go into holding against the air; flying slower eases it."""
_EASE_M_S2 = 4.0
_SETTLED_M_S = 0.3
_SETTLED_DIVERT_M = 20.0
_SETTLED_DIVERT_M_S = 1.0
_FLOWING = 0.02
_PREDICT_EVERY_NS = 100_000_000


@kernel
def guide_hop(
    h: HopState, s: Solution, r: Readings, p: HopParameters, mode: int, now_ns: int, out: Steering
) -> int:
    """One cycle in any mode of flight; returns the mode that the computer should be in."""
    _observe(h, s, r, p)
    out.use_gimbal = 1
    out.use_fins = 0
    out.use_cold_gas = 0
    out.limit_rad = p.tilt_limit_rad
    offset = 0.0 if mode == FlightMode.COMMITTED else p.aim_offset_m
    out.aim_m[0], out.aim_m[1], out.aim_m[2] = offset * h.aim[0], offset * h.aim[1], 0.0
    if mode == FlightMode.ASCENT:
        wanted = _ascend(h, s, p, mode, now_ns, out)
    elif mode == FlightMode.COAST:
        wanted = _coast(h, s, p, out)
    else:
        wanted = _descend(h, s, p, mode, now_ns, out)
    out.stage = h.stage
    _predict(h, s, p, mode, now_ns, out)
    return wanted


# --- What is known ---


@kernel
def _observe(h: HopState, s: Solution, r: Readings, p: HopParameters) -> None:
    """Disturbances, the deck's slow motion, and on the pad the side from which it comes."""
    _smooth_deck(h, s, p)
    if h.aim_known == 0:
        north, east = -s.relative_m[0], -s.relative_m[1]
        distance = math.hypot(north, east)
        h.aim_known = 1
        h.aim[0], h.aim[1] = -1.0, 0.0
        if distance > 1.0:
            h.aim[0], h.aim[1] = -north / distance, -east / distance
    nose, swing = h.nose, h.swing
    nose_of(s, nose)
    swing_of(s, swing)
    force = s.specific_force_m_s2
    h.thrust_n = _thrust_n(s, r, p)
    axial = force[0] * nose[0] + force[1] * nose[1] + force[2] * nose[2]
    beyond = p.inertia_kg_m2 / (s.mass_kg * p.gimbal_lever_m)
    for i in range(2):
        h.velocity_m_s[i] = s.velocity_m_s[i] + beyond * swing[i]
        lean = nose[i] + h.disturbance_m_s2[i] / max(axial, LEAST_SPECIFIC_M_S2)
        h.place_m[i] = s.relative_m[i] + (p.cg_height_m + beyond) * lean
        error = h.velocity_m_s[i] - h.model_m_s[i]
        step = axial * nose[i] + h.disturbance_m_s2[i] + 2.0 * _OBSERVER_RAD_S * error
        h.model_m_s[i] += p.step_s * step
        h.disturbance_m_s2[i] += p.step_s * _OBSERVER_RAD_S**2 * error
    lift = (axial - h.thrust_n / s.mass_kg) * -nose[2]
    h.disturbance_m_s2[2] += p.step_s / _LIFT_TIME_S * (lift - h.disturbance_m_s2[2])


@kernel
def _thrust_n(s: Solution, r: Readings, p: HopParameters) -> float:
    """Of all engines, from the feedback of their flow."""
    thrust = 0.0
    for i in range(ENGINES):
        if r.engine_flow[i] > _FLOWING:
            thrust += r.engine_flow[i] * p.thrust_vacuum_n - s.air_pressure_pa * p.exit_area_m2
    return float(max(thrust, 0.0))


@kernel
def _smooth_deck(h: HopState, s: Solution, p: HopParameters) -> None:
    share = p.step_s / _WAVES_S
    up = -s.deck_position_m[2] - p.deck_height_m if s.deck_known else 0.0
    if h.aim_known == 0:
        share = 1.0
    for i in range(2):
        h.deck_velocity_m_s[i] += share * (s.deck_velocity_m_s[i] - h.deck_velocity_m_s[i])
    h.sea_up_m += share * (up - h.sea_up_m)


@kernel
def _predict(
    h: HopState, s: Solution, p: HopParameters, mode: int, now_ns: int, out: Steering
) -> None:
    if mode == FlightMode.ASCENT:
        out.time_to_touchdown_s = math.nan
        out.propellant_margin_kg = math.nan
        return
    if now_ns % _PREDICT_EVERY_NS != 0:
        return
    error = math.hypot(error_m(h, out, 0), error_m(h, out, 1))
    time_s = time_to_touchdown_s(h, s, p, mode, error, now_ns)
    out.time_to_touchdown_s = time_s
    out.propellant_margin_kg = propellant_margin_kg(s, p, time_s - coast_s(s, p, mode))


# --- The parts of the flight ---


@kernel
def _ascend(
    h: HopState, s: Solution, p: HopParameters, mode: int, now_ns: int, out: Steering
) -> int:
    """Full thrust first, then the climb speed; downrange once clear of the pad."""
    if h.lift_off_ns == 0:
        h.lift_off_ns = now_ns
        h.ascent_speed_m_s = p.downrange_speed_m_s
    spare = _GIMBAL_SHARE - out.gimbal_share
    speed = h.ascent_speed_m_s + _EASE_M_S2 * spare * p.step_s
    h.ascent_speed_m_s = clamp(speed, 0.0, p.downrange_speed_m_s)
    for i in range(ENGINES):
        out.run[i] = p.ascent[i]
    out.legs = 0
    up = up_m(h, s, p)
    out.throttle = 1.0
    if up < _TOWER_CLEAR_M:
        point_up(out)
    else:
        lean(h, s, p, mode, min(_ASCENT_TILT_RAD, p.tilt_limit_rad), out)
    if now_ns - h.lift_off_ns >= p.full_thrust_ns:
        vertical = _CLIMB_GAIN * (p.climb_speed_m_s + s.velocity_m_s[2])
        out.throttle = _throttle(h, s, p, out, clamp(vertical, -3.0, 5.0))
    return FlightMode.COAST.value if up >= p.cutoff_height_m else mode


@kernel
def _coast(h: HopState, s: Solution, p: HopParameters, out: Steering) -> int:
    """Engines off, upright, until it has fallen to the relight height."""
    for i in range(ENGINES):
        out.run[i] = 0
    out.throttle = 0.0
    out.use_cold_gas = 1
    h.disturbance_m_s2[2] = 0.0
    for i in range(2):
        h.disturbance_m_s2[i] = 0.0
        h.model_m_s[i] = h.velocity_m_s[i]
    point_up(out)
    relight = s.velocity_m_s[2] > 0.0 and up_m(h, s, p) <= p.relight_height_m
    return FlightMode.DESCENT.value if relight else FlightMode.COAST.value


@kernel
def _descend(
    h: HopState, s: Solution, p: HopParameters, mode: int, now_ns: int, out: Steering
) -> int:
    """Brake to the hover, hold there until settled, then go down."""
    _advance_stage(h, s, p, mode, now_ns, out)
    for i in range(ENGINES):
        out.run[i] = p.landing[i]
    if up_m(h, s, p) < p.legs_height_m:
        out.legs = 1
    final = h.stage == Stage.FINAL
    lean(h, s, p, mode, final_tilt_rad(s) if final else p.tilt_limit_rad, out)
    vertical = _final_m_s2(h, s, p, mode) if final else _brake_m_s2(h, s, p)
    out.throttle = _throttle(h, s, p, out, vertical)
    over = h.stage != Stage.BRAKE and now_ns >= h.hover_until_ns
    return FlightMode.DIVERTING.value if over and mode == FlightMode.DESCENT else mode


@kernel
def _advance_stage(
    h: HopState, s: Solution, p: HopParameters, mode: int, now_ns: int, out: Steering
) -> None:
    if h.stage == Stage.BRAKE:
        near = up_m(h, s, p) - p.hover_height_m
        if near < 1.5 and abs(s.velocity_m_s[2]) < 1.0:
            h.stage = Stage.HOVER.value
            h.hover_until_ns = now_ns + p.hover_ns
    elif h.stage == Stage.HOVER and now_ns >= h.hover_until_ns and mode != FlightMode.DESCENT:
        left_kg = propellant_margin_kg(s, p, final_time_s(p, p.hover_height_m))
        if left_kg <= 0.0 or _settled(h, mode, out):
            h.stage = Stage.FINAL.value


@kernel
def _settled(h: HopState, mode: int, out: Steering) -> bool:
    committed = mode == FlightMode.COMMITTED
    near_m = SETTLED_M if committed else _SETTLED_DIVERT_M
    slow_m_s = _SETTLED_M_S if committed else _SETTLED_DIVERT_M_S
    speed = math.hypot(speed_m_s(h, 0), speed_m_s(h, 1))
    error = math.hypot(error_m(h, out, 0), error_m(h, out, 1))
    return error < near_m and speed < slow_m_s


# --- Vertical ---


@kernel
def _brake_m_s2(h: HopState, s: Solution, p: HopParameters) -> float:
    """Upward acceleration that brakes to the hover height."""
    distance = up_m(h, s, p) - p.hover_height_m
    rising = -s.velocity_m_s[2]
    wanted = closing_speed(distance, BRAKE_GAIN, p.braking_m_s2)
    ahead = 0.0
    if wanted > FASTEST_FALL_M_S:
        wanted = FASTEST_FALL_M_S
    else:
        ahead = -closing_slope(distance, BRAKE_GAIN, p.braking_m_s2) * rising
    return clamp(ahead + _BRAKE_TRACKING * (-wanted - rising), -5.0, 8.0)


@kernel
def _final_m_s2(h: HopState, s: Solution, p: HopParameters, mode: int) -> float:
    """Down at the final speed, flaring to the touchdown speed over the moving surface."""
    if mode == FlightMode.COMMITTED:
        height, sinking = s.height_m, s.velocity_m_s[2] - s.deck_velocity_m_s[2]
    else:
        height, sinking = up_m(h, s, p) + p.deck_height_m, s.velocity_m_s[2]
    ahead = FINAL_GAIN * sinking if 0.0 < height < final_knee_m(p) else 0.0
    error = sinking - final_speed_m_s(p, height)
    return clamp(ahead + _FINAL_TRACKING * error, -3.0, 5.0)


@kernel
def _throttle(
    h: HopState, s: Solution, p: HopParameters, out: Steering, vertical_m_s2: float
) -> float:
    """Flow fraction of each running engine for a wanted upward acceleration."""
    running = 0
    for i in range(ENGINES):
        running += out.run[i]
    lift = clamp(h.disturbance_m_s2[2], -_LIFT_LIMIT_M_S2, _LIFT_LIMIT_M_S2)
    force = s.mass_kg * (GRAVITY_M_S2 + vertical_m_s2 - lift)
    force /= max(math.cos(s.tilt_rad), 0.5) * max(running, 1)
    flow = (force + s.air_pressure_pa * p.exit_area_m2) / p.thrust_vacuum_n
    return clamp(flow, p.minimum_throttle, 1.0)
