"""What the hop's guidance remembers, and the numbers that it flies by."""

from __future__ import annotations

import enum
import math
from typing import Annotated

from firmware_sim.flight_software.interfaces import Site
from firmware_sim.records import Floats, Ints, Record, Vector3, make
from firmware_sim.vehicle.state import ENGINES
from gcs.config.vehicle import HopProfile, VehicleModel

GRAVITY_M_S2 = 9.80665


class Stage(enum.IntEnum):
    """The part of a powered descent."""

    BRAKE = 0
    HOVER = 1
    FINAL = 2


class HopState(Record):
    """Memory of the hop's guidance."""

    stage: int
    lift_off_ns: int
    """0 until the ascent begins."""
    hover_until_ns: int
    aim_known: int
    aim: Annotated[Floats, 2]
    """Unit vector north, east: from the deck to the side of the aim until committed."""
    place_m: Annotated[Floats, 2]
    """North, east of the deck: where the feet would be, were the vehicle at its steady lean."""
    velocity_m_s: Annotated[Floats, 2]
    """North, east: of the centre of percussion."""
    model_m_s: Annotated[Floats, 2]
    """The observer's velocity of that point."""
    ascent_speed_m_s: float
    """Downrange, as fast as the gimbal can hold against the air; 0 before the ascent."""
    nose: Vector3
    """Where B's x axis points, in L."""
    swing: Vector3
    """How fast the nose turns: its change in L, 1/s."""
    disturbance_m_s2: Vector3
    """North, east, up: acceleration that thrust along the axis does not explain."""
    deck_velocity_m_s: Annotated[Floats, 2]
    """Of the deck, smoothed over waves: what lateral guidance matches."""
    sea_up_m: float
    """Where the nominal deck plane lies in its own axes: the deck, smoothed over waves."""
    thrust_n: float
    """Of all engines, from the feedback of their flow."""


class HopParameters(Record):
    """Numbers of profile and vehicle. Heights are of the feet over the nominal deck plane."""

    step_s: float
    full_thrust_ns: int
    climb_speed_m_s: float
    cutoff_height_m: float
    relight_height_m: float
    downrange_speed_m_s: float
    braking_m_s2: float
    hover_height_m: float
    hover_ns: int
    final_speed_m_s: float
    touchdown_speed_m_s: float
    translation_m_s2: float
    legs_height_m: float
    aim_offset_m: float
    deck_height_m: float
    cg_height_m: float
    inertia_kg_m2: float
    gimbal_lever_m: float
    """From the engines to the centre of mass."""
    tilt_limit_rad: float
    thrust_vacuum_n: float
    exit_area_m2: float
    minimum_throttle: float
    isp_s: float
    reserve_kg: float
    ascent: Annotated[Ints, ENGINES]
    landing: Annotated[Ints, ENGINES]
    """1 for each engine of the burn."""


def hop_parameters(model: VehicleModel, site: Site, step_ns: int) -> HopParameters:
    """From the vehicle file; all zero for a vehicle that flies another profile."""
    p = make(HopParameters)
    profile, engine = model.profile, model.engine
    if not isinstance(profile, HopProfile):
        return p
    for name in (
        "climb_speed_m_s",
        "cutoff_height_m",
        "relight_height_m",
        "downrange_speed_m_s",
        "braking_m_s2",
        "hover_height_m",
        "final_speed_m_s",
        "touchdown_speed_m_s",
        "translation_m_s2",
        "legs_height_m",
        "aim_offset_m",
    ):
        setattr(p, name, getattr(profile, name))
    p.step_s = 1e-9 * step_ns
    p.full_thrust_ns, p.hover_ns = profile.full_thrust, profile.hover
    p.deck_height_m = site.deck_height_m
    p.cg_height_m = model.mass.dry_cg_height_m
    p.inertia_kg_m2 = model.mass.dry_transverse_inertia_kg_m2
    p.gimbal_lever_m = model.mass.dry_cg_height_m - engine.height_m
    p.tilt_limit_rad = math.radians(model.attitude.tilt_limit_deg)
    p.thrust_vacuum_n, p.exit_area_m2 = engine.thrust_vacuum_n, engine.exit_area_m2
    p.minimum_throttle, p.isp_s = engine.minimum_throttle, engine.isp_sea_level_s
    p.reserve_kg = model.propellant.reserve_kg
    p.ascent[list(engine.ascent)] = 1
    p.landing[list(engine.landing)] = 1
    return p
