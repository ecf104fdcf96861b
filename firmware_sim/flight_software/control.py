"""Attitude control: where the nose shall point, to gimbal, fins and cold gas.

The wanted direction is slewed with limited rate and acceleration; a second-order
law follows the slewed direction, with its rate and acceleration fed forward, below the
slosh pendulums' frequency. An observer of the torque that the actuators do not explain
(offset of the centre of mass, an engine out, wind) takes the place of an integral: it knows
what the vehicle really did, the middle of three computers' demands, so that it cannot wind up.
"""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from firmware_sim.flight_software.interfaces import Actuation, Readings, Solution
from firmware_sim.flight_software.pointing import nose_of
from firmware_sim.flight_software.profiles import clamp, closing_speed
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3, make
from firmware_sim.rotation import cross, norm, unrotate
from firmware_sim.vehicle.state import ENGINES, TANKS
from gcs.config.vehicle import TankConfig, VehicleModel

_GIMBAL_THRUST_N = 50e3
"""Below this thrust the gimbal turns nothing."""
_FIN_PRESSURE_PA = 500.0
"""Below this dynamic pressure the fins turn nothing."""
_SLEW_SHARE, _BRAKE_SHARE = 0.5, 0.3
"""Of the angular acceleration at hand that slewing may use, and that its braking plans with."""
_SWING_SHARE = 0.7
"""Of the gimbal's rate that changes of this acceleration may use."""
_SLEW_LIMIT_RAD_S2 = math.radians(10.0)
_SLEW_GAIN_PER_S = 1.25
_SLEW_RATE_GAIN_PER_S = 4.0
"""The slewed direction follows small changes with two poles near 2 rad/s, so slow that what
guidance hears of its own thrust's side force is not fed back; large ones overshoot by 3 %."""
_REACH_RAD = 0.1
"""The error that asks for all of the torque where that is scarce: bounds the bandwidth."""
_OBSERVER_RAD_S = 1.0
_ROLL_GAIN_PER_S = 0.5
_ROLL_SHARE = 0.3
"""Of the fins' range that damping roll may take."""
_FLOWING = 0.02


class ControlState(Record):
    """The slewed direction with its rate, and the observer of unexplained torque."""

    slewing: int
    """0 until the first cycle, which starts from where the nose points."""
    nose: Vector3
    """Unit vector in L."""
    nose_rate_rad_s: Vector3
    """Angular velocity of `nose`, in L."""
    nose_acceleration_rad_s2: Vector3
    model_rate_rad_s: Vector3
    """The observer's rate, in B."""
    trim_n_m: Vector3
    """The observer's unexplained torque, in B."""
    gimbal_rad: Annotated[Floats, 2]
    """Pitch, yaw: where the voted demand has brought the gimbals, by their rate limit."""
    voted_gimbal_rad: Annotated[Floats, 2]
    voted_fins_rad: Vector3
    voted_cold_gas_n_m: Vector3
    cg_height_m: float
    inertia_kg_m2: Annotated[Floats, 2]
    """Axial, across."""
    thrust_n: float
    """Of all engines, from the feedback of their flow."""
    offset_n_m: Vector3
    """Torque of engines that do not balance each other, in B."""
    demand_n_m: Vector3
    """Torque that the actuators shall make, in B."""
    work: Annotated[Floats, (3, 3)]


class ControlParameters(Record):
    """Numbers of the vehicle that control stands on. Heights are over the plane of the feet."""

    step_s: float
    bandwidth_rad_s: float
    damping: float
    slew_rad_s: float
    dry_kg: float
    dry_cg_height_m: float
    dry_inertia_kg_m2: Annotated[Floats, 2]
    tank_bottom_m: Annotated[Floats, TANKS]
    tank_length_m: Annotated[Floats, TANKS]
    tank_load_kg: Annotated[Floats, TANKS]
    thrust_vacuum_n: float
    exit_area_m2: float
    engine_height_m: float
    engine_m: Annotated[Floats, (ENGINES, 2)]
    """Places of the engines off the axis: y, z in B."""
    gimbal_limit_rad: float
    gimbal_sine: float
    """Of that limit."""
    gimbal_rate_rad_s: float
    fin_slope_m2: float
    """Force of the pair of fins that turns one axis, per dynamic pressure and radian."""
    fin_height_m: float
    flap_across_m3: float
    flap_axial_m3: float
    """Torque of the flaps per dynamic pressure across the axis and radian."""
    fin_limit_rad: float
    """Of fins or flaps."""
    radius_m: float
    cold_gas_n_m: Annotated[Floats, 2]
    """Axial, across."""


def control_parameters(model: VehicleModel, step_ns: int) -> ControlParameters:
    """From the vehicle file; `step_ns` is the cycle."""
    p = make(ControlParameters)
    p.step_s = 1e-9 * step_ns
    p.bandwidth_rad_s = model.attitude.bandwidth_rad_s
    p.damping = model.attitude.damping
    p.slew_rad_s = math.radians(model.attitude.tilt_rate_deg_s)
    mass, engine = model.mass, model.engine
    p.dry_kg, p.dry_cg_height_m = mass.dry_kg, mass.dry_cg_height_m
    p.dry_inertia_kg_m2[:] = mass.dry_axial_inertia_kg_m2, mass.dry_transverse_inertia_kg_m2
    for i, tank in enumerate((model.propellant.oxidizer, model.propellant.fuel)):
        _set_tank(p, i, tank)
    p.thrust_vacuum_n, p.exit_area_m2 = engine.thrust_vacuum_n, engine.exit_area_m2
    p.engine_height_m = engine.height_m
    for i in range(1, engine.count):
        angle = 2.0 * math.pi * (i - 1) / (engine.count - 1)
        p.engine_m[i] = engine.ring_radius_m * np.array((math.cos(angle), math.sin(angle)))
    p.gimbal_limit_rad = math.radians(engine.gimbal_limit_deg)
    p.gimbal_sine = math.sin(p.gimbal_limit_rad)
    p.gimbal_rate_rad_s = math.radians(engine.gimbal_rate_deg_s)
    if model.fins is not None:
        p.fin_slope_m2 = 2.0 * model.fins.area_m2 * model.fins.force_slope_per_rad
        p.fin_height_m = model.fins.height_m
        p.fin_limit_rad = math.radians(model.fins.limit_deg)
    if model.flaps is not None:
        p.flap_across_m3 = model.flaps.moment_across_m3
        p.flap_axial_m3 = model.flaps.moment_axial_m3
        p.fin_limit_rad = math.radians(model.flaps.limit_deg)
    p.radius_m = model.body.diameter_m / 2.0
    p.cold_gas_n_m[:] = model.cold_gas.torque_axial_n_m, model.cold_gas.torque_across_n_m
    return p


def _set_tank(p: ControlParameters, i: int, tank: TankConfig) -> None:
    p.tank_bottom_m[i], p.tank_length_m[i] = tank.bottom_m, tank.length_m
    p.tank_load_kg[i] = tank.load_kg


@kernel
def control(
    c: ControlState, s: Solution, r: Readings, st: Steering, p: ControlParameters, out: Actuation
) -> None:
    """One cycle: fills the gimbal, fin and cold-gas demands of `out`."""
    _weigh(c, r, p)
    _feel_thrust(c, s, r, p)
    fin_n_m = roll_n_m = 0.0
    if st.use_fins:
        fin_n_m, roll_n_m = _fin_torques(c, s, p)
    gimbal_n_m = c.thrust_n * (c.cg_height_m - p.engine_height_m)
    if c.thrust_n < _GIMBAL_THRUST_N or st.use_gimbal == 0:
        gimbal_n_m = 0.0
    cold_n_m = p.cold_gas_n_m[1] if st.use_cold_gas else 0.0
    _observe(c, s, p, gimbal_n_m, fin_n_m)
    torque_n_m = gimbal_n_m * p.gimbal_sine + fin_n_m * p.fin_limit_rad + cold_n_m
    authority = torque_n_m / c.inertia_kg_m2[1]
    steady_n_m = math.hypot(c.trim_n_m[1] + c.offset_n_m[1], c.trim_n_m[2] + c.offset_n_m[2])
    most_n_m = gimbal_n_m * p.gimbal_sine
    st.gimbal_share = steady_n_m / most_n_m if most_n_m > 0.0 else 0.0
    _slew(c, s, st, p, authority)
    _demand(c, s, p, authority)
    _allocate(c, p, gimbal_n_m, fin_n_m, cold_n_m, out)
    _allocate_roll(c, p, roll_n_m, out)


@kernel
def _weigh(c: ControlState, r: Readings, p: ControlParameters) -> None:
    """Centre of mass and inertia: the dry vehicle and two columns of propellant."""
    mass, moment = p.dry_kg, p.dry_kg * p.dry_cg_height_m
    second = p.dry_kg * p.dry_cg_height_m**2 + p.dry_inertia_kg_m2[1]
    for i in range(TANKS):
        kg = max(r.oxidizer_kg if i == 0 else r.fuel_kg, 0.0)
        column = p.tank_length_m[i] * kg / p.tank_load_kg[i]
        middle = p.tank_bottom_m[i] + 0.5 * column
        mass += kg
        moment += kg * middle
        second += kg * (middle * middle + column * column / 12.0)
    c.cg_height_m = moment / mass
    c.inertia_kg_m2[0] = p.dry_inertia_kg_m2[0]
    c.inertia_kg_m2[1] = second - moment * c.cg_height_m


@kernel
def _feel_thrust(c: ControlState, s: Solution, r: Readings, p: ControlParameters) -> None:
    """Thrust and the torque of what is out of balance, from the flow that each engine has."""
    total = pitch = yaw = 0.0
    for i in range(ENGINES):
        if r.engine_flow[i] > _FLOWING:
            thrust = r.engine_flow[i] * p.thrust_vacuum_n - s.air_pressure_pa * p.exit_area_m2
            total += thrust
            pitch += thrust * p.engine_m[i, 1]
            yaw -= thrust * p.engine_m[i, 0]
    c.thrust_n = max(total, 0.0)
    c.offset_n_m[1], c.offset_n_m[2] = pitch, yaw


@kernel
def _fin_torques(c: ControlState, s: Solution, p: ControlParameters) -> tuple[float, float]:
    """Torque per radian of demand across and about the axis: grid fins tail first, or flaps."""
    velocity = c.work[0]
    unrotate(s.attitude, s.velocity_m_s, velocity)
    across_m2_s2 = velocity[1] * velocity[1] + velocity[2] * velocity[2]
    axial_m2_s2 = velocity[0] * velocity[0] if velocity[0] < 0.0 else 0.0
    flaps = 0.5 * s.air_density_kg_m3 * across_m2_s2
    fins = 0.5 * s.air_density_kg_m3 * axial_m2_s2 * p.fin_slope_m2
    if max(fins / max(p.fin_slope_m2, 1.0), flaps) < _FIN_PRESSURE_PA:
        return 0.0, 0.0
    turning = fins * abs(p.fin_height_m - c.cg_height_m) + flaps * p.flap_across_m3
    return turning, 2.0 * fins * p.radius_m + flaps * p.flap_axial_m3


@kernel
def _observe(
    c: ControlState, s: Solution, p: ControlParameters, gimbal_n_m: float, fin_n_m: float
) -> None:
    """Luenberger observer of rate and unexplained torque, both poles at `_OBSERVER_RAD_S`."""
    most = p.gimbal_rate_rad_s * p.step_s
    for axis in (1, 2):
        i = axis - 1
        c.gimbal_rad[i] += clamp(c.voted_gimbal_rad[i] - c.gimbal_rad[i], -most, most)
        torque = gimbal_n_m * math.sin(c.gimbal_rad[i]) + c.offset_n_m[axis]
        torque += fin_n_m * c.voted_fins_rad[i] + c.voted_cold_gas_n_m[axis]
        error = s.rate_rad_s[axis] - c.model_rate_rad_s[axis]
        rate = (torque + c.trim_n_m[axis]) / c.inertia_kg_m2[1] + 2.0 * _OBSERVER_RAD_S * error
        c.model_rate_rad_s[axis] += p.step_s * rate
        c.trim_n_m[axis] += p.step_s * c.inertia_kg_m2[1] * _OBSERVER_RAD_S**2 * error


@kernel
def _slew(
    c: ControlState, s: Solution, st: Steering, p: ControlParameters, authority: float
) -> None:
    """Move `c.nose` toward the wanted direction, so that it gets there at rest."""
    if c.slewing == 0:
        c.slewing = 1
        nose_of(s, c.nose)
    toward, step = c.work[0], c.work[1]
    cross(c.nose, st.nose, toward)
    sine = norm(toward)
    cosine = c.nose[0] * st.nose[0] + c.nose[1] * st.nose[1] + c.nose[2] * st.nose[2]
    if sine < 1e-6 and cosine < 0.0:
        _square_to(c.nose, toward)
        sine = norm(toward)
    most = min(_SLEW_SHARE * authority, _SLEW_LIMIT_RAD_S2)
    speed = 0.0
    if sine > 1e-9 and most > 0.0:
        braking = most * (_BRAKE_SHARE / _SLEW_SHARE)
        speed = closing_speed(_angle_rad(sine, cosine), _SLEW_GAIN_PER_S, braking)
        speed = min(speed, p.slew_rad_s) / sine
    for i in range(3):
        toward[i] = _SLEW_RATE_GAIN_PER_S * (speed * toward[i] - c.nose_rate_rad_s[i])
    share = min(1.0, most / max(norm(toward), 1e-12))
    for i in range(3):
        step[i] = share * toward[i] - c.nose_acceleration_rad_s2[i]
    swing = _SWING_SHARE * p.gimbal_rate_rad_s / p.gimbal_limit_rad * authority
    share = min(1.0, p.step_s * swing / max(norm(step), 1e-12))
    for i in range(3):
        c.nose_acceleration_rad_s2[i] += share * step[i]
        c.nose_rate_rad_s[i] += p.step_s * c.nose_acceleration_rad_s2[i]
    cross(c.nose_rate_rad_s, c.nose, step)
    for i in range(3):
        c.nose[i] += p.step_s * step[i]
    size = norm(c.nose)
    for i in range(3):
        c.nose[i] /= size


@kernel
def _angle_rad(sine: float, cosine: float) -> float:
    """The angle of a sine that is not negative; near zero by its series, to 5e-5 of itself."""
    if cosine < 0.9:
        return math.atan2(sine, cosine)
    square = sine * sine
    return sine * (1.0 + square * (1.0 / 6.0 + square * (3.0 / 40.0 + square * (5.0 / 112.0))))


@kernel
def _square_to(u: Floats, out: Floats) -> None:
    """Any direction square to `u`."""
    if abs(u[0]) < 0.7:
        out[0], out[1], out[2] = 0.0, u[2], -u[1]
    else:
        out[0], out[1], out[2] = -u[2], 0.0, u[0]


@kernel
def _demand(c: ControlState, s: Solution, p: ControlParameters, authority: float) -> None:
    """Torque in B that follows the slewed direction and damps roll."""
    nose, rate, acceleration, out = c.work[0], c.work[1], c.work[2], c.demand_n_m
    unrotate(s.attitude, c.nose, nose)
    unrotate(s.attitude, c.nose_rate_rad_s, rate)
    unrotate(s.attitude, c.nose_acceleration_rad_s2, acceleration)
    sine = math.sqrt(nose[1] * nose[1] + nose[2] * nose[2])
    scale = _angle_rad(sine, nose[0]) / sine if sine > 1e-9 else 1.0
    w = min(p.bandwidth_rad_s, math.sqrt(authority / _REACH_RAD))
    damping = 2.0 * p.damping * w
    inertia = c.inertia_kg_m2[1]
    pitch = -w * w * scale * nose[2] + damping * (rate[1] - s.rate_rad_s[1]) + acceleration[1]
    yaw = w * w * scale * nose[1] + damping * (rate[2] - s.rate_rad_s[2]) + acceleration[2]
    out[0] = -_ROLL_GAIN_PER_S * c.inertia_kg_m2[0] * s.rate_rad_s[0]
    out[1] = inertia * pitch - c.trim_n_m[1] - c.offset_n_m[1]
    out[2] = inertia * yaw - c.trim_n_m[2] - c.offset_n_m[2]


@kernel
def _allocate(
    c: ControlState,
    p: ControlParameters,
    gimbal_n_m: float,
    fin_n_m: float,
    cold_n_m: float,
    out: Actuation,
) -> None:
    """Gimbal first, then fins; cold gas does what is left, and roll."""
    for axis in (1, 2):
        left = c.demand_n_m[axis]
        angle = 0.0
        if gimbal_n_m > 0.0:
            sine = clamp(left / gimbal_n_m, -p.gimbal_sine, p.gimbal_sine)
            angle = math.asin(sine)
            left -= gimbal_n_m * sine
        if axis == 1:
            out.gimbal_pitch_rad = angle
        else:
            out.gimbal_yaw_rad = angle
        fin = 0.0
        if fin_n_m > 0.0:
            fin = clamp(left / fin_n_m, -p.fin_limit_rad, p.fin_limit_rad)
            left -= fin_n_m * fin
        out.fins_rad[axis - 1] = fin
        out.cold_gas_torque_n_m[axis] = clamp(left, -cold_n_m, cold_n_m)


@kernel
def _allocate_roll(c: ControlState, p: ControlParameters, roll_n_m: float, out: Actuation) -> None:
    """Fins or flaps by a part of their range, cold gas for what is left."""
    fin, left = 0.0, c.demand_n_m[0]
    if roll_n_m > 0.0:
        most = _ROLL_SHARE * p.fin_limit_rad
        fin = clamp(left / roll_n_m, -most, most)
        left -= roll_n_m * fin
    out.fins_rad[2] = fin
    out.cold_gas_torque_n_m[0] = clamp(left, -p.cold_gas_n_m[0], p.cold_gas_n_m[0])


@kernel
def rest(c: ControlState, out: Actuation) -> None:
    """No demand at all; the next flight starts from where the nose then points."""
    c.slewing = 0
    out.gimbal_pitch_rad = 0.0
    out.gimbal_yaw_rad = 0.0
    for i in range(3):
        c.nose_rate_rad_s[i] = c.nose_acceleration_rad_s2[i] = 0.0
        c.trim_n_m[i] = c.model_rate_rad_s[i] = 0.0
        out.fins_rad[i] = out.cold_gas_torque_n_m[i] = 0.0
