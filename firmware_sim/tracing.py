"""What a flight's table and pictures are made of: one row of true quantities a moment."""

from __future__ import annotations

import math

import numpy as np

from firmware_sim.core import Core
from firmware_sim.vehicle.state import FUEL, OXIDIZER, EnginePhase
from gcs.clock import SECOND_NS

COLUMNS = (
    "time_s",
    "mode",
    "north_m",
    "east_m",
    "height_m",
    "altitude_m",
    "velocity_north_m_s",
    "velocity_east_m_s",
    "velocity_up_m_s",
    "speed_m_s",
    "mach",
    "dynamic_pressure_pa",
    "heat_flux_w_m2",
    "tilt_deg",
    "angle_of_attack_deg",
    "engines_running",
    "throttle",
    "thrust_n",
    "gimbal_deg",
    "mass_kg",
    "propellant_kg",
    "axial_load_m_s2",
    "lateral_load_m_s2",
    "wind_north_m_s",
    "wind_east_m_s",
    "deck_north_m",
    "deck_east_m",
    "deck_heave_m",
    "deck_roll_deg",
    "deck_pitch_deg",
    "relative_north_m",
    "relative_east_m",
    "navigation_error_m",
    "leg_load_n",
)


def trace_row(core: Core) -> list[float]:
    """The columns now; `time_s` counts from the start of the simulation.

    Positions and the height are those of the feet, over the nominal deck plane; altitude (over
    the ellipsoid) and velocity are those of the centre of mass. The navigation error is the
    first computer's.
    """
    state = core.state
    vehicle, deck = state.vehicle, state.ship.deck
    out = vehicle.out
    engines = [engine for engine in vehicle.engines if engine.phase == EnginePhase.RUNNING]
    flows = [float(engine.flow) for engine in vehicle.engines if engine.flow > 0.0]
    gimbals = [math.hypot(e.gimbal_pitch_rad, e.gimbal_yaw_rad) for e in engines]
    north, east, down = out.feet_ned_m.tolist()
    v_north, v_east, v_down = out.velocity_ned_m_s.tolist()
    force = out.specific_force_m_s2.tolist()
    solution = state.computers[0].solution
    error = np.array(out.feet_ned_m) - np.array(solution.position_m)
    deck_north, deck_east, _ = deck.position_m.tolist()
    wind = state.air.wind_ned_m_s.tolist()
    propellant = float(vehicle.x[OXIDIZER] + vehicle.x[FUEL])
    return [
        core.now_ns / SECOND_NS,
        float(core.mode),
        north,
        east,
        -down - float(core.scenario.barge.deck.height_m),
        float(out.altitude_m),
        v_north,
        v_east,
        -v_down,
        math.hypot(v_north, v_east, v_down),
        float(out.mach),
        float(out.dynamic_pressure_pa),
        float(out.heat_flux_w_m2),
        math.degrees(out.tilt_rad),
        math.degrees(out.angle_of_attack_rad),
        float(len(engines)),
        sum(flows) / len(flows) if flows else 0.0,
        float(out.thrust_n),
        math.degrees(max(gimbals, default=0.0)),
        float(out.mass_kg),
        propellant,
        force[0],
        math.hypot(force[1], force[2]),
        wind[0],
        wind[1],
        deck_north,
        deck_east,
        float(deck.heave_m),
        math.degrees(deck.roll_rad),
        math.degrees(deck.pitch_rad),
        north - deck_north,
        east - deck_east,
        float(np.linalg.norm(error)),
        float(sum(leg.load_n for leg in vehicle.legs)),
    ]
