"""What a returning stage's guidance knows of its vehicle, its site and its plan."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from firmware_sim.environment.earth import EarthParameters, earth_parameters
from firmware_sim.flight_software.interfaces import Site
from firmware_sim.records import Floats, Ints, Record, make, restore, save
from firmware_sim.vehicle.state import ENGINES, FINS
from gcs.config.vehicle import EngineConfig, ReturnProfile, VehicleModel

GRAVITY_M_S2 = 9.80665
SEA_LEVEL_PRESSURE_PA = 101_325.0
DRAG_ROWS = 16
_FINAL_SHARE = 0.3
"""Of the final engines' thrust over the weight that the last metres are planned with."""
_START_DEAD_SHARE = 0.75
"""Of a start transient: thrust rises evenly through its second half, so that so much is lost."""
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
    legs_height_m: float
    aim_offset_m: float
    keep_out_m: float
    reserve_kg: float
    cg_height_m: float
    """With little propellant left."""
    tilt_limit_rad: float


def return_parameters(model: VehicleModel, site: Site) -> ReturnParameters:
    """The parameters of a vehicle with a `return` profile; TypeError for another profile."""
    profile, engine = model.profile, model.engine
    if not isinstance(profile, ReturnProfile):
        raise TypeError(f"expected a vehicle with a return profile, got {profile.kind}")
    p = make(ReturnParameters)
    restore(p.earth, save(earth_parameters()))
    restore(p.site, save(site))
    _fill_engines(p, engine, profile)
    _fill_drag(p, model)
    p.entry_height_m = profile.entry_height_m
    p.entry_burn_s = profile.entry_burn / 1e9
    p.touchdown_speed_m_s = profile.touchdown_speed_m_s
    p.legs_height_m = profile.legs_height_m
    p.aim_offset_m = profile.aim_offset_m
    p.keep_out_m = model.touchdown.keep_out_m
    p.reserve_kg = model.propellant.reserve_kg
    p.cg_height_m = model.mass.dry_cg_height_m
    p.tilt_limit_rad = math.radians(model.attitude.tilt_limit_deg)
    _plan_final(p, model, profile)
    return p


def _fill_engines(p: ReturnParameters, engine: EngineConfig, profile: ReturnProfile) -> None:
    for burn, named, throttle in (
        (p.entry, engine.entry, profile.entry_throttle),
        (p.landing, engine.landing, profile.landing_throttle),
        (p.final, engine.final, profile.landing_throttle),
    ):
        for k in named:
            burn.run[k] = 1
        burn.count = len(named)
        burn.throttle = throttle
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
    p.normal_slope_per_rad = aero.normal_slope_per_rad * _trimmed(model)
    p.normal_square_per_rad2 = aero.drag_across * body.length_m * body.diameter_m / p.area_m2
    if model.fins is not None:
        p.fin_drag = FINS * model.fins.area_m2 * model.fins.drag / p.area_m2


def _trimmed(model: VehicleModel) -> float:
    """How much the fins add to the body's normal force when they hold its moment."""
    if model.fins is None:
        return 1.0
    middle_m = model.mass.dry_cg_height_m
    below_m = middle_m - model.aerodynamics.pressure_height_tail_first_m
    return 1.0 + below_m / (model.fins.height_m - middle_m)


def _plan_final(p: ReturnParameters, model: VehicleModel, profile: ReturnProfile) -> None:
    """The last metres: from where the landing engines give over, or the last 100 m."""
    mass_kg = model.mass.dry_kg + p.reserve_kg
    weight_n = mass_kg * GRAVITY_M_S2
    back_n = SEA_LEVEL_PRESSURE_PA * p.exit_area_m2
    most_n = p.final.count * (p.thrust_vacuum_n - back_n)
    least_n = p.final.count * (p.minimum_throttle * p.thrust_vacuum_n - back_n)
    p.can_hover = int(least_n * _SETTLED_MARGIN < weight_n)
    p.final_height_m = profile.final_height_m or 100.0
    planned_n = weight_n + _FINAL_SHARE * (most_n - weight_n)
    if np.array_equal(p.final.run, p.landing.run):
        planned_n = p.final.count * (profile.landing_throttle * p.thrust_vacuum_n - back_n)
    p.final.throttle = (planned_n / p.final.count + back_n) / p.thrust_vacuum_n
    p.final_deceleration_m_s2 = planned_n / mass_kg - GRAVITY_M_S2
