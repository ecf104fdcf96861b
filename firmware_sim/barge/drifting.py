"""Slow motion of the ship in surge, sway and yaw: mass, drag in the current, wind, drift.

Axes forward, starboard, down; moments about the centre of mass. Low-speed model after
Faltinsen, Sea Loads on Ships and Offshore Structures (1990), chapters 5, 6 and 8, without
Coriolis terms.
"""

from __future__ import annotations

import math

from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3
from gcs.config.barge import HullFile, LoadsConfig

WATER_KG_M3 = 1025.0
AIR_KG_M3 = 1.225


class DriftingParameters(Record):
    """Masses with added mass; half density x area x coefficient of each load."""

    mass: Vector3
    damping: Vector3
    current_n_s2_m2: Vector3
    wind_n_s2_m2: Vector3
    crossflow_n_m_s2: float
    """Yaw moment over yaw rate squared: drag along the length."""


class Drifting(Record):
    """Slow state: north, east, heading (unwrapped) and surge, sway, yaw rate over ground."""

    position: Vector3
    velocity: Vector3
    drift: Vector3
    """Slow drift force of the waves, N, N, N m."""
    wind: Vector3
    """Wind force, N, N, N m."""


def fill_drifting(p: DriftingParameters, hull: HullFile, loads: LoadsConfig) -> None:
    """The parameters of a hull with its loads."""
    p.mass[:] = (
        hull.mass_kg + hull.surge_added_mass_kg,
        hull.mass_kg + hull.sway_added_mass_kg,
        hull.yaw_inertia_kg_m2 + hull.yaw_added_inertia_kg_m2,
    )
    p.damping[:] = p.mass / loads.surge_damping_period_s
    water, air = 0.5 * WATER_KG_M3, 0.5 * AIR_KG_M3
    side_m2 = hull.length_m * hull.draft_m
    p.current_n_s2_m2[:] = (
        water * hull.beam_m * hull.draft_m * loads.current_surge,
        water * side_m2 * loads.current_sway,
        water * side_m2 * hull.length_m * loads.current_yaw,
    )
    p.wind_n_s2_m2[:] = (
        air * loads.frontal_area_m2 * loads.wind_surge,
        air * loads.lateral_area_m2 * loads.wind_sway,
        air * loads.lateral_area_m2 * hull.length_m * loads.wind_yaw,
    )
    # The integral of |x r| x r x over the length.
    p.crossflow_n_m_s2 = water * hull.draft_m * loads.current_sway * hull.length_m**4 / 32.0


@kernel
def wind_force(
    p: DriftingParameters, north: float, east: float, heading: float, out: Floats
) -> None:
    """Force of a wind that blows toward north and east, m/s."""
    ahead = math.cos(heading) * north + math.sin(heading) * east
    across = -math.sin(heading) * north + math.cos(heading) * east
    speed = math.hypot(ahead, across)
    out[0] = p.wind_n_s2_m2[0] * ahead * speed
    out[1] = p.wind_n_s2_m2[1] * across * speed
    # The sine of twice the angle of attack, times speed squared.
    out[2] = -p.wind_n_s2_m2[2] * 2.0 * ahead * across


@kernel
def step_drifting(
    state: Drifting,
    p: DriftingParameters,
    current_north_m_s: float,
    current_east_m_s: float,
    thrust: Floats,
    step_s: float,
) -> None:
    """Forces move velocities (Euler); the mean of old and new moves the ship."""
    heading = state.position[2]
    cosine, sine = math.cos(heading), math.sin(heading)
    surge = state.velocity[0] - (cosine * current_north_m_s + sine * current_east_m_s)
    sway = state.velocity[1] - (-sine * current_north_m_s + cosine * current_east_m_s)
    yaw = state.velocity[2]
    water = (
        -p.current_n_s2_m2[0] * surge * abs(surge) - p.damping[0] * surge,
        -p.current_n_s2_m2[1] * sway * abs(sway) - p.damping[1] * sway,
        # A long hull turns across the stream (Munk 1924).
        -p.current_n_s2_m2[2] * 2.0 * surge * sway
        - p.crossflow_n_m_s2 * yaw * abs(yaw)
        - p.damping[2] * yaw,
    )
    half_s = 0.5 * step_s
    state.position[0] += half_s * (cosine * state.velocity[0] - sine * state.velocity[1])
    state.position[1] += half_s * (sine * state.velocity[0] + cosine * state.velocity[1])
    state.position[2] += half_s * state.velocity[2]
    for i in range(3):
        force = thrust[i] + state.wind[i] + state.drift[i] + water[i]
        state.velocity[i] += step_s * force / p.mass[i]
    state.position[2] += half_s * state.velocity[2]
    cosine, sine = math.cos(state.position[2]), math.sin(state.position[2])
    state.position[0] += half_s * (cosine * state.velocity[0] - sine * state.velocity[1])
    state.position[1] += half_s * (sine * state.velocity[0] + cosine * state.velocity[1])
