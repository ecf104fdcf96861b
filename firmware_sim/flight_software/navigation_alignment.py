"""The start of navigation: where the vehicle is taken to be, and how sure that is."""

from __future__ import annotations

import numpy as np

from firmware_sim.chance import Chance, normal, seed_chance
from firmware_sim.environment.earth import site_position
from firmware_sim.flight_software.navigation_state import (
    BA,
    BARO,
    BEACON,
    BG,
    DECK,
    SKY,
    A,
    NavigationParameters,
    NavigationState,
    P,
    V,
)
from firmware_sim.records import make
from firmware_sim.rotation import matrix_of, quaternion_of
from firmware_sim.vehicle.receivers import RELATIVE_SLOW
from firmware_sim.vehicle.state import ATTITUDE, POSITION, RATE, VELOCITY, VehicleState

_PAD_POSITION_M = 0.1
"""Sigma of the surveyed pad, and of velocity at the start on it; assumed."""
_PAD_VELOCITY_M_S = 0.001
_FLIGHT_VELOCITY_M_S = 0.05
_DECK_UNKNOWN_M = 100.0


def align(
    n: NavigationState, p: NavigationParameters, v: VehicleState, seed: int, computer: int
) -> None:
    """Start at the true state with drawn errors: surveyed on a pad, else as GNSS has it."""
    chance = make(Chance)
    seed_chance(chance, seed, f"alignment.{computer}")
    position_m = _PAD_POSITION_M if v.held else p.sky_m
    velocity_m_s = _PAD_VELOCITY_M_S if v.held else _FLIGHT_VELOCITY_M_S
    earth_from_body, down = np.empty((3, 3)), p.site.ned_from_earth
    matrix_of(v.x[ATTITUDE : ATTITUDE + 4], earth_from_body)
    tilt = [p.alignment_rad * normal(chance) for _ in range(3)]
    skew = np.array([[0.0, -tilt[2], tilt[1]], [tilt[2], 0.0, -tilt[0]], [-tilt[1], tilt[0], 0.0]])
    truth = np.asarray(down) @ earth_from_body
    quaternion_of(truth - skew @ truth, n.attitude)
    matrix_of(n.attitude, n.turn)
    place = np.empty(3)
    site_position(p.site, v.x[POSITION : POSITION + 3], place)
    arm_m = p.imu_height_m - v.out.cg_height_m
    n.rate_rad_s[:] = v.x[RATE : RATE + 3] - truth.T @ np.asarray(p.rate_ned_rad_s)
    n.axis_rate_per_s[:] = n.rate_rad_s[2] * truth[:, 1] - n.rate_rad_s[1] * truth[:, 2]
    speed = np.asarray(down) @ np.asarray(v.x[VELOCITY : VELOCITY + 3])
    speed += arm_m * np.asarray(n.axis_rate_per_s)
    for i in range(3):
        n.position_m[i] = place[i] + arm_m * truth[i, 0] + position_m * normal(chance)
        n.velocity_m_s[i] = speed[i] + velocity_m_s * normal(chance)
    n.deck_m[2] = -p.site.deck_height_m
    n.deck_heading[0] = 1.0
    n.deck_down[2] = 1.0
    n.time_ns = n.covariance_ns = v.time_ns
    n.past_ns[:] = -1
    n.aligned = 1
    _set_covariance(n, p, position_m, velocity_m_s)


def _set_covariance(
    n: NavigationState, p: NavigationParameters, position_m: float, velocity_m_s: float
) -> None:
    sigmas = {
        P: position_m,
        V: velocity_m_s,
        A: p.alignment_rad,
        BA: p.accelerometer_bias_m_s2,
        BG: p.gyro_bias_rad_s,
        SKY: p.sky_m,
        DECK: _DECK_UNKNOWN_M,
        BEACON: RELATIVE_SLOW * p.relative_m,
    }
    for first, sigma in sigmas.items():
        for i in range(3):
            n.covariance[first + i, first + i] = sigma * sigma
    n.covariance[BARO, BARO] = p.baro_bias_m**2
