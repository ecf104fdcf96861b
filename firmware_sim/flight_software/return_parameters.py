"""What a returning stage's guidance knows of its vehicle, its site and its plan."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np

from firmware_sim.environment.air import AirParameters, air_parameters
from firmware_sim.environment.earth import EarthParameters, earth_parameters
from firmware_sim.flight_software.interfaces import Site
from firmware_sim.records import Floats, Ints, Record, make, restore, save
from firmware_sim.vehicle.state import ENGINES, FINS
from gcs.config.engines import EngineConfig
from gcs.config.simulation import SimulatedWeather
from gcs.config.vehicle import (
    EntryProfile,
    HopProfile,
    ReturnProfile,
    VehicleModel,
)

GRAVITY_M_S2 = 9.80665
SEA_LEVEL_PRESSURE_PA = 101_325.0
DRAG_ROWS = 16
_FINAL_SHARE = 0.3
"""Of the final engines' thrust over the weight that the last metres are planned with."""
_LATE_SHARE = 0.35
"""Of the propellant at the start that is left in the descent; assumed."""
_SAME_SHARE = 0.6
"""Of the landing burn's thrust over the weight, where the same engines go on."""
_START_DEAD_SHARE = 0.75
"""Of a start transient: thrust rises evenly through its second half, so that so much is lost."""
_SAME_HEIGHT_M = 250.0
_LEVEL_M = 1.0
_SETTLED_MARGIN = 1.05
"""Thrust over weight below which the engines can hold a height, with some to spare."""


class Burn(Record):
    """The engines of one burn."""

    run: Annotated[Ints, ENGINES]
    count: int
    throttle: float
    """Planned."""


class ReturnParameters(Record):
    """Constants of one vehicle's return to one site, SI."""

    earth: EarthParameters
    site: Site
    air: AirParameters
    """The winds of the day's forecast."""
    area_m2: float
    """The cross-section, on which all coefficients are."""
    drag_rows: int
    drag_mach: Annotated[Floats, DRAG_ROWS]
    drag: Annotated[Floats, DRAG_ROWS]
    """Axial force coefficient of the body, tail first, engines off."""
    fin_drag: float
    plume_drag: float
    normal_slope_per_rad: float
    """Normal force per angle of attack, tail first, the fins trimming."""
    normal_square_per_rad2: float
    """Normal force of the crossflow per square of the angle of attack."""
    thrust_vacuum_n: float
    """Of one engine at full flow."""
    exit_area_m2: float
    flow_kg_s: float
    """Of one engine at full flow."""
    minimum_throttle: float
    start_delay_s: float
    """Time without thrust that costs as much as the start transient does."""
    start_limit_s: float
    """An engine that is not up by then has failed."""
    tail_off_s: float
    entry: Burn
    landing: Burn
    final: Burn
    entry_height_m: float
    entry_burn_s: float
    final_height_m: float
    final_deceleration_m_s2: float
    touchdown_speed_m_s: float
    can_hover: int
    level_m: float
    """Height over which the touchdown speed is held, where the engines can hold it."""
    legs_height_m: float
    aim_offset_m: float
    keep_out_m: float
    reserve_kg: float
    cg_height_m: float
    """With what propellant is left for the landing burn."""
    swing_height_m: float
    """Of the centre of percussion, which swinging the gimbals leaves where it is."""
    tilt_limit_rad: float


def return_parameters(
    model: VehicleModel, site: Site, weather: SimulatedWeather | None = None
) -> ReturnParameters:
    """Of a vehicle that lands by a landing burn from a fall; TypeError for a hop's profile.

    The mean winds of `weather` are loaded as a forecast, without it there is none.
    """
    profile, engine = model.profile, model.engine
    if isinstance(profile, HopProfile):
        raise TypeError("expected a vehicle with a return or entry profile, got a hop's")
    p = make(ReturnParameters)
    restore(p.earth, save(earth_parameters()))
    restore(p.site, save(site))
    if weather is not None:
        restore(p.air, save(air_parameters(weather)))
    _fill_engines(p, engine, profile.landing_throttle)
    _fill_drag(p, model)
    if isinstance(profile, ReturnProfile):
        _plan_burn(p.entry, engine.entry, profile.entry_throttle)
        p.entry_height_m = profile.entry_height_m
        p.entry_burn_s = profile.entry_burn / 1e9
    p.touchdown_speed_m_s = profile.touchdown_speed_m_s
    p.legs_height_m = profile.legs_height_m
    p.aim_offset_m = profile.aim_offset_m
    p.keep_out_m = model.touchdown.keep_out_m
    p.reserve_kg = model.propellant.reserve_kg
    p.tilt_limit_rad = math.radians(model.attitude.tilt_limit_deg)
    arm_m = p.cg_height_m - engine.height_m
    inertia = model.mass.dry_transverse_inertia_kg_m2 / model.mass.dry_kg
    p.swing_height_m = p.cg_height_m + inertia / arm_m
    _plan_final(p, model, profile)
    return p


def _plan_burn(burn: Burn, engines: Sequence[int], throttle: float) -> None:
    for k in engines:
        burn.run[k] = 1
    burn.count = len(engines)
    burn.throttle = throttle


def _fill_engines(p: ReturnParameters, engine: EngineConfig, throttle: float) -> None:
    _plan_burn(p.landing, engine.landing, throttle)
    _plan_burn(p.final, engine.final, throttle)
    p.thrust_vacuum_n = engine.thrust_vacuum_n
    p.exit_area_m2 = engine.exit_area_m2
    p.flow_kg_s = engine.thrust_vacuum_n / (engine.isp_vacuum_s * GRAVITY_M_S2)
    p.minimum_throttle = engine.minimum_throttle
    p.start_delay_s = _START_DEAD_SHARE * engine.start_transient / 1e9
    p.start_limit_s = (engine.start_transient + 4 * engine.start_transient_sigma) / 1e9 + 0.2
    p.tail_off_s = engine.tail_off / 1e9


def _fill_drag(p: ReturnParameters, model: VehicleModel) -> None:
    aero, body = model.aerodynamics, model.body
    if len(aero.drag) > DRAG_ROWS:
        raise ValueError(f"aerodynamics.drag: at most {DRAG_ROWS} rows, got {len(aero.drag)}")
    p.area_m2 = math.pi * body.diameter_m**2 / 4.0
    p.drag_rows = len(aero.drag)
    for i, row in enumerate(aero.drag):
        p.drag_mach[i] = row.mach
        p.drag[i] = row.tail_first
    p.plume_drag = aero.plume_drag
    p.cg_height_m = _middle_m(model)
    _fill_side_force(p, model)
    if model.fins is not None:
        p.fin_drag = FINS * model.fins.area_m2 * model.fins.drag / p.area_m2


def _middle_m(model: VehicleModel) -> float:
    """Height of the centre of mass with `_LATE_SHARE` of the propellant."""
    mass, moment = model.mass.dry_kg, model.mass.dry_kg * model.mass.dry_cg_height_m
    for tank in (model.propellant.oxidizer, model.propellant.fuel):
        mass += _LATE_SHARE * tank.load_kg
        middle_m = tank.bottom_m + 0.5 * _LATE_SHARE * tank.length_m
        moment += _LATE_SHARE * tank.load_kg * middle_m
    return moment / mass


def _fill_side_force(p: ReturnParameters, model: VehicleModel) -> None:
    """Side force across the flow, the fins holding its moment about the centre of mass."""
    aero, body = model.aerodynamics, model.body
    slender, slender_m = aero.normal_slope_per_rad, aero.pressure_height_tail_first_m
    across, across_m = (
        aero.drag_across * body.length_m * body.diameter_m / p.area_m2,
        0.5 * body.length_m,
    )
    fins_m = model.fins.height_m if model.fins is not None else body.length_m
    middle_m = p.cg_height_m
    p.normal_slope_per_rad = slender * _held(slender_m, middle_m, fins_m)
    p.normal_square_per_rad2 = across * _held(across_m, middle_m, fins_m)


def _held(force_m: float, middle_m: float, holder_m: float) -> float:
    """A force at a height with that at `holder_m` which cancels its moment, over it alone."""
    return 1.0 + (middle_m - force_m) / (holder_m - middle_m)


def _plan_final(
    p: ReturnParameters, model: VehicleModel, profile: ReturnProfile | EntryProfile
) -> None:
    """The last metres, from where the landing engines give over."""
    mass_kg = model.mass.dry_kg + p.reserve_kg
    weight_n = mass_kg * GRAVITY_M_S2
    back_n = SEA_LEVEL_PRESSURE_PA * p.exit_area_m2
    most_n = p.final.count * (p.thrust_vacuum_n - back_n)
    least_n = p.final.count * (p.minimum_throttle * p.thrust_vacuum_n - back_n)
    p.can_hover = int(least_n * _SETTLED_MARGIN < weight_n)
    p.level_m = _LEVEL_M if p.can_hover else 0.0
    p.final_height_m = profile.final_height_m or _SAME_HEIGHT_M
    planned_n = weight_n + _FINAL_SHARE * (most_n - weight_n)
    if np.array_equal(p.final.run, p.landing.run):
        landing_n = p.final.count * (profile.landing_throttle * p.thrust_vacuum_n - back_n)
        planned_n = weight_n + _SAME_SHARE * (landing_n - weight_n)
    p.final.throttle = (planned_n / p.final.count + back_n) / p.thrust_vacuum_n
    p.final_deceleration_m_s2 = planned_n / mass_kg - GRAVITY_M_S2
