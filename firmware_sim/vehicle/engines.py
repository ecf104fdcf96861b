"""A cluster of engines: sequence, flow, gimbals, thrust against ambient pressure.

Thrust of one engine is F = tau F_vac - p A_e and its flow tau F_vac / (Isp_vac g0), with tau the
share of full propellant flow: the momentum and pressure terms of Sutton and Biblarz,
Rocket Propulsion Elements, eq. 2-13, at a constant exhaust speed. Below the lowest throttle,
in starts and shutdowns, the jet leaves the wall and fills a share of the exit that shrinks
with the flow (assumed), so that thrust never turns into suction.
"""

from __future__ import annotations

import math
from typing import Annotated

from firmware_sim.chance import Chance, normal
from firmware_sim.faults import Fault, Faults, silent, spoil
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3, make
from firmware_sim.vehicle.state import (
    ENGINES,
    FUEL,
    OXIDIZER,
    EnginePhase,
    EngineState,
    Surface,
    VehicleState,
)
from gcs.config.engines import EngineConfig
from gcs.config.vehicle import VehicleModel

STANDARD_GRAVITY_M_S2 = 9.80665
_DEAD_SHARE = 0.5
"""Share of a start in which nothing burns yet: valves, spin-up, ignition; assumed."""
_SHORTEST_START_NS = 100_000_000
_SPREAD_LIMIT = 3.0
"""Starts scatter within this many standard deviations."""
_GIMBAL_LAG_S = 0.05
"""Of the gimbal actuators, first order; assumed, 3 Hz."""


class EngineParameters(Record):
    """The engines, all alike, and where they stand."""

    count: int
    starts: int
    height_m: float
    y_m: Annotated[Floats, ENGINES]
    z_m: Annotated[Floats, ENGINES]
    thrust_vacuum_n: float
    exit_area_m2: float
    nozzle_diameter_m: float
    full_flow_kg_s: float
    oxidizer_share: float
    minimum_throttle: float
    throttle_rate_per_s: float
    start_ns: float
    start_sigma_ns: float
    tail_off_s: float
    gimbal_limit_rad: float
    gimbal_rate_rad_s: float
    gimbal_lag_s: float
    ground_effect: float


class ThrustTerms(Record):
    """Force and moment about the centre of mass, in B, as linear in ambient pressure.

    Force = `force_n` - pressure x `force_area_m2`; the moment likewise.
    """

    force_n: Vector3
    force_area_m2: Vector3
    moment_n_m: Vector3
    moment_area_m3: Vector3
    oxidizer_kg_s: float
    fuel_kg_s: float
    burning: int


def engine_parameters(model: VehicleModel) -> EngineParameters:
    """The engines of a vehicle: one on the axis, the others evenly on a ring, from +y to +z."""
    engine = model.engine
    p = make(EngineParameters)
    p.count, p.starts, p.height_m = engine.count, engine.starts, engine.height_m
    for index in range(1, engine.count):
        angle = 2.0 * math.pi * (index - 1) / (engine.count - 1)
        p.y_m[index] = engine.ring_radius_m * math.cos(angle)
        p.z_m[index] = engine.ring_radius_m * math.sin(angle)
    mixture = model.propellant.mixture_ratio
    p.oxidizer_share = mixture / (1.0 + mixture)
    p.full_flow_kg_s = engine.thrust_vacuum_n / (engine.isp_vacuum_s * STANDARD_GRAVITY_M_S2)
    _set_sequence(p, engine)
    return p


def _set_sequence(p: EngineParameters, engine: EngineConfig) -> None:
    p.thrust_vacuum_n, p.exit_area_m2 = engine.thrust_vacuum_n, engine.exit_area_m2
    p.nozzle_diameter_m = math.sqrt(4.0 * engine.exit_area_m2 / math.pi)
    p.minimum_throttle = engine.minimum_throttle
    p.throttle_rate_per_s = engine.throttle_rate_per_s
    p.start_ns, p.start_sigma_ns = engine.start_transient, engine.start_transient_sigma
    p.tail_off_s = max(1e-9 * engine.tail_off, 1e-3)
    p.gimbal_limit_rad = math.radians(engine.gimbal_limit_deg)
    p.gimbal_rate_rad_s = math.radians(engine.gimbal_rate_deg_s)
    p.gimbal_lag_s = _GIMBAL_LAG_S
    p.ground_effect = engine.ground_effect


def fit_engines(v: VehicleState, p: EngineParameters) -> None:
    """Engines as they stand before a flight: off, centred, with all their starts."""
    for index in range(p.count):
        v.engines[index].phase = EnginePhase.OFF
        v.engines[index].starts_left = p.starts


@kernel
def step_engines(
    v: VehicleState, a: Actuation, p: EngineParameters, faults: Faults, now_ns: int, step_s: float
) -> None:
    """Sequence, throttle and gimbal every engine through one step; flows hold for the step.

    First contact with deck or water cuts all engines for good. An engine without propellant has
    failed; one whose fault ends may start again while it has starts left.
    """
    most_kg = p.full_flow_kg_s * p.count * step_s
    dry = v.x[OXIDIZER] < most_kg * p.oxidizer_share or v.x[FUEL] < most_kg * (
        1.0 - p.oxidizer_share
    )
    cut = v.contact.surface == Surface.DECK or v.contact.surface == Surface.WATER
    for index in range(p.count):
        engine = v.engines[index]
        run = a.run[index] != 0 and not cut
        if engine.phase == EnginePhase.OFF and not run:
            continue
        fault = faults.engine[index]
        lost = dry or silent(fault, now_ns)
        _sequence(engine, p, v.chance, run, lost, now_ns)
        throttle = min(max(a.throttle, p.minimum_throttle), 1.0)
        throttle = min(max(spoil(fault, 0, throttle, now_ns), 0.0), 1.0)
        _flow(engine, p, throttle, now_ns, step_s)
        if dry:
            engine.flow = 0.0
        _gimbal(engine, a, p, faults.gimbal[index], now_ns, step_s)


@kernel
def _sequence(
    engine: EngineState, p: EngineParameters, chance: Chance, run: bool, lost: bool, now_ns: int
) -> None:
    phase = engine.phase
    if lost:
        engine.phase = EnginePhase.FAILED
    elif phase == EnginePhase.OFF:
        _ignite(engine, p, chance, now_ns)
    elif phase == EnginePhase.FAILED:
        if engine.starts_left > 0 and engine.flow == 0.0:
            engine.phase = EnginePhase.OFF
    elif phase == EnginePhase.STOPPING:
        if engine.flow == 0.0:
            engine.phase = EnginePhase.OFF
    elif not run:
        engine.phase = EnginePhase.STOPPING
    elif phase == EnginePhase.STARTING and now_ns - engine.since_ns >= engine.start_length_ns:
        engine.phase = EnginePhase.RUNNING
    if engine.phase != phase:
        engine.since_ns = now_ns


@kernel
def _ignite(engine: EngineState, p: EngineParameters, chance: Chance, now_ns: int) -> None:
    if engine.starts_left <= 0:
        engine.phase = EnginePhase.FAILED
        return
    spread = min(max(normal(chance), -_SPREAD_LIMIT), _SPREAD_LIMIT)
    length_ns = int(p.start_ns + spread * p.start_sigma_ns)
    engine.start_length_ns = max(length_ns, _SHORTEST_START_NS)
    engine.starts_left -= 1
    engine.phase = EnginePhase.STARTING


@kernel
def _flow(
    engine: EngineState, p: EngineParameters, throttle: float, now_ns: int, step_s: float
) -> None:
    """Move the flow: a start ramps to the asked throttle by its end, a shutdown tails off."""
    target, rate = 0.0, 1.0 / p.tail_off_s
    if engine.phase == EnginePhase.RUNNING:
        target, rate = throttle, p.throttle_rate_per_s
    elif engine.phase == EnginePhase.STARTING:
        burning_ns = engine.start_length_ns * (1.0 - _DEAD_SHARE)
        if now_ns - engine.since_ns >= engine.start_length_ns - burning_ns:
            target, rate = throttle, throttle / (1e-9 * burning_ns)
    change = rate * step_s
    engine.flow += min(max(target - engine.flow, -change), change)


@kernel
def _gimbal(
    engine: EngineState, a: Actuation, p: EngineParameters, fault: Fault, now_ns: int, step_s: float
) -> None:
    """Follow the command with a lag, within angle and rate; an actuator that is off is locked."""
    if silent(fault, now_ns):
        return
    pitch = _limited(spoil(fault, 0, a.gimbal_pitch_rad, now_ns), p.gimbal_limit_rad)
    yaw = _limited(spoil(fault, 1, a.gimbal_yaw_rad, now_ns), p.gimbal_limit_rad)
    pitch_rate = _limited((pitch - engine.gimbal_pitch_rad) / p.gimbal_lag_s, p.gimbal_rate_rad_s)
    yaw_rate = _limited((yaw - engine.gimbal_yaw_rad) / p.gimbal_lag_s, p.gimbal_rate_rad_s)
    engine.gimbal_pitch_rad += pitch_rate * step_s
    engine.gimbal_yaw_rad += yaw_rate * step_s


@kernel
def _limited(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)


@kernel
def thrust_terms(
    v: VehicleState,
    p: EngineParameters,
    cg_height_m: float,
    feet_height_m: float,
    terms: ThrustTerms,
) -> None:
    """What the engines do in this step.

    `feet_height_m` is that of the feet over deck or water: thrust grows linearly below two
    nozzle diameters, to the configured share at the surface (FACTS: +3 %, shape assumed).
    """
    terms.force_n[:] = 0.0
    terms.force_area_m2[:] = 0.0
    terms.moment_n_m[:] = 0.0
    terms.moment_area_m3[:] = 0.0
    near = 1.0 - (feet_height_m + p.height_m) / (2.0 * p.nozzle_diameter_m)
    growth = 1.0 + p.ground_effect * min(max(near, 0.0), 1.0)
    flow = 0.0
    for index in range(p.count):
        engine = v.engines[index]
        if engine.flow > 0.0:
            flow += engine.flow
            _add_engine(engine, p, index, cg_height_m, growth, terms)
    terms.oxidizer_kg_s = flow * p.full_flow_kg_s * p.oxidizer_share
    terms.fuel_kg_s = flow * p.full_flow_kg_s * (1.0 - p.oxidizer_share)
    terms.burning = 1 if flow > 0.0 else 0


@kernel
def _add_engine(
    engine: EngineState,
    p: EngineParameters,
    index: int,
    cg_height_m: float,
    growth: float,
    terms: ThrustTerms,
) -> None:
    thrust = growth * engine.flow * p.thrust_vacuum_n
    area = growth * p.exit_area_m2 * min(engine.flow / p.minimum_throttle, 1.0)
    lean = math.cos(engine.gimbal_pitch_rad)
    along = lean * math.cos(engine.gimbal_yaw_rad)
    across_y = -lean * math.sin(engine.gimbal_yaw_rad)
    across_z = math.sin(engine.gimbal_pitch_rad)
    x, y, z = p.height_m - cg_height_m, p.y_m[index], p.z_m[index]
    roll = y * across_z - z * across_y
    pitch = z * along - x * across_z
    yaw = x * across_y - y * along
    terms.force_n[0] += thrust * along
    terms.force_n[1] += thrust * across_y
    terms.force_n[2] += thrust * across_z
    terms.force_area_m2[0] += area * along
    terms.force_area_m2[1] += area * across_y
    terms.force_area_m2[2] += area * across_z
    terms.moment_n_m[0] += thrust * roll
    terms.moment_n_m[1] += thrust * pitch
    terms.moment_n_m[2] += thrust * yaw
    terms.moment_area_m3[0] += area * roll
    terms.moment_area_m3[1] += area * pitch
    terms.moment_area_m3[2] += area * yaw
