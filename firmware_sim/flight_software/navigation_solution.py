"""What navigation tells: place on the Earth, air, mass, deck, and how sure all this is."""

from __future__ import annotations

import math

from firmware_sim.environment.atmosphere import atmosphere
from firmware_sim.environment.earth import horizon
from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.navigation_aiding import altitude_of
from firmware_sim.flight_software.navigation_state import (
    DECK,
    NavigationParameters,
    NavigationState,
    P,
)
from firmware_sim.kernel import kernel
from firmware_sim.rotation import apply, apply_transposed
from firmware_sim.vehicle.state import ENGINES

_SMOOTHING = 0.1
"""A cycle's share in the smoothed specific force: 0.1 s."""


@kernel
def look_around(n: NavigationState, p: NavigationParameters, r: Readings, s: Solution) -> None:
    """Place on the Earth, air there, mass, and how sure all this is."""
    m, c = p.site.ned_from_earth, n.covariance
    place, up = n.work[0], n.work[1]
    apply_transposed(m, n.position_m, place)
    for i in range(3):
        place[i] += p.site.origin_m[i]
        n.reference_m[i] = n.position_m[i]
    sine, cosine, n.altitude_m = horizon(p.earth, place)
    across = math.sqrt(place[0] * place[0] + place[1] * place[1])
    up[0], up[1], up[2] = cosine * place[0] / across, cosine * place[1] / across, sine
    apply(m, up, n.up)
    s.latitude_rad = math.atan2(sine, cosine)
    s.longitude_rad = math.atan2(place[1], place[0])
    air = atmosphere(altitude_of(n, -p.imu_height_m))
    s.air_pressure_pa, s.air_density_kg_m3, s.speed_of_sound_m_s = air[0], air[1], air[3]
    _weigh(n, p, r, s)
    vertical, whole, relative = 0.0, 0.0, 0.0
    for i in range(3):
        whole += c[P + i, P + i]
        for j in range(3):
            vertical += n.up[i] * n.up[j] * c[P + i, P + j]
    for i in range(2):
        axis = c[P + i, P + i] + c[DECK + i, DECK + i] - 2.0 * c[P + i, DECK + i]
        relative = max(relative, axis)
    s.sigma_vertical_m = math.sqrt(max(vertical, 0.0))
    s.sigma_horizontal_m = math.sqrt(max(0.5 * (whole - vertical), 0.0))
    s.deck_sigma_m = math.sqrt(relative)


@kernel
def _weigh(n: NavigationState, p: NavigationParameters, r: Readings, s: Solution) -> None:
    """Mass, the centre of mass and its speed along the axis, from gauges and engine flow."""
    flow = 0.0
    for engine in range(ENGINES):
        flow += p.engine_flow_kg_s * r.engine_flow[engine]
    mass, moment, change = p.dry_kg, p.dry_kg * p.dry_cg_height_m, 0.0
    for tank in range(2):
        load = r.oxidizer_kg if tank == 0 else r.fuel_kg
        share = p.oxidizer_share if tank == 0 else 1.0 - p.oxidizer_share
        surface = p.tank_length_m[tank] * load / p.tank_load_kg[tank]
        mass += load
        moment += load * (p.tank_bottom_m[tank] + 0.5 * surface)
        change -= share * flow * (p.tank_bottom_m[tank] + surface)
    n.mass_kg, n.cg_height_m = mass, moment / mass
    n.cg_speed_m_s = (change + flow * n.cg_height_m) / mass
    s.mass_kg = mass
    s.propellant_kg = r.oxidizer_kg + r.fuel_kg


# --- What is told ---


@kernel
def tell(n: NavigationState, p: NavigationParameters, s: Solution) -> None:
    """Own motion."""
    turn, arm_m = n.turn, p.imu_height_m - n.cg_height_m
    s.time_ns = n.time_ns
    for i in range(3):
        n.smooth_force_m_s2[i] += _SMOOTHING * (n.specific_force_m_s2[i] - n.smooth_force_m_s2[i])
        s.specific_force_m_s2[i] = n.smooth_force_m_s2[i]
        s.position_m[i] = n.position_m[i] - p.imu_height_m * turn[i, 0]
        along = n.cg_speed_m_s * turn[i, 0] - arm_m * n.axis_rate_per_s[i]
        s.velocity_m_s[i] = n.velocity_m_s[i] + along
        s.rate_rad_s[i] = n.rate_rad_s[i]
    for i in range(4):
        s.attitude[i] = n.attitude[i]
    apply_transposed(p.site.ned_from_earth, s.position_m, s.earth_position_m)
    apply_transposed(p.site.ned_from_earth, s.velocity_m_s, s.earth_velocity_m_s)
    for i in range(3):
        s.earth_position_m[i] += p.site.origin_m[i]
    s.altitude_m = altitude_of(n, -p.imu_height_m)
    s.tilt_rad = math.acos(min(max(-turn[2, 0], -1.0), 1.0))


@kernel
def tell_deck(n: NavigationState, p: NavigationParameters, reach_s: float, s: Solution) -> None:
    """The deck now, and the feet relative to it; its slope fades out beside the deck."""
    s.deck_known = n.deck_known
    s.deck_time_ns = n.deck_ns
    for i in range(3):
        s.deck_position_m[i] = n.deck_m[i]
        s.relative_m[i] = s.position_m[i] - n.deck_m[i]
    s.deck_roll_rad = n.deck_angles_rad[0] + reach_s * n.deck_rates_rad_s[0]
    s.deck_pitch_rad = n.deck_angles_rad[1] + reach_s * n.deck_rates_rad_s[1]
    s.deck_heading_rad = n.deck_angles_rad[2] + reach_s * n.deck_rates_rad_s[2]
    if not n.deck_known:
        s.height_m = s.altitude_m
        return
    distance = math.sqrt(s.relative_m[0] ** 2 + s.relative_m[1] ** 2)
    edge = max(p.deck_half_length_m, p.deck_half_width_m)
    share = min(max(2.0 - distance / edge, 0.0), 1.0) if edge > 0.0 else 0.0
    slope = n.deck_down[0] * s.relative_m[0] + n.deck_down[1] * s.relative_m[1]
    s.height_m = -(s.relative_m[2] + share * slope / n.deck_down[2])
