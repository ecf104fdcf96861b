"""Inertial navigation with GNSS, barometer, radar and the deck beacon: one computer's belief.

The IMU is integrated every cycle in L's axes, a frame fixed to the Earth (Groves 2013,
chapter 5.3); the filter's covariance is carried on ten times a second, and measurements are
taken in as they come.
"""

from __future__ import annotations

import math

import numpy as np

from firmware_sim.chance import Chance, normal, seed_chance
from firmware_sim.environment.atmosphere import atmosphere
from firmware_sim.environment.earth import gravity, horizon, site_position
from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.navigation_aiding import (
    altitude_of,
    use_baro,
    use_gnss,
    use_radar,
)
from firmware_sim.flight_software.navigation_deck import move_deck, use_beacon
from firmware_sim.flight_software.navigation_filter import carry_on, correct
from firmware_sim.flight_software.navigation_state import (
    BA,
    BARO,
    BARO_H,
    BEACON,
    BG,
    CHANNELS,
    DECK,
    GNSS_P,
    GNSS_V,
    RING,
    RING_AXIS,
    RING_DECK,
    RING_P,
    RING_TURN,
    RING_V,
    SKY,
    A,
    NavigationParameters,
    NavigationState,
    P,
    V,
    navigation_parameters,
)
from firmware_sim.kernel import kernel
from firmware_sim.records import make
from firmware_sim.rotation import (
    apply,
    apply_transposed,
    matrix_of,
    multiply,
    normalize,
    quaternion_of,
)
from firmware_sim.vehicle.receivers import CYCLE_NS, RELATIVE_SLOW
from firmware_sim.vehicle.state import ATTITUDE, ENGINES, POSITION, RATE, VELOCITY, VehicleState

__all__ = ["NavigationParameters", "NavigationState", "align", "navigate", "navigation_parameters"]

_SLOW_NS = 100_000_000
_SMOOTHING = 0.1
"""A cycle's share in the smoothed specific force: 0.1 s."""
_PAD_POSITION_M = 0.1
"""Sigma of the surveyed pad, and of velocity at the start on it; assumed."""
_PAD_VELOCITY_M_S = 0.001
_FLIGHT_VELOCITY_M_S = 0.05
_DECK_UNKNOWN_M = 100.0
_STUCK_CYCLES = 5
_BLIND_CYCLES = 10
_DISAGREES_NS = 1_000_000_000
_VAGUE_M = 100.0
_VAGUE_RAD = 0.05
"""Sigmas of position and attitude beyond which a solution is none; assumed."""


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


@kernel
def navigate(
    n: NavigationState, r: Readings, p: NavigationParameters, now_ns: int, s: Solution
) -> None:
    """One cycle: integrate, take in what is new, tell what is believed. Nothing before `align`."""
    s.valid = 0
    if not n.aligned:
        return
    step_s = 1e-9 * (now_ns - n.time_ns)
    n.time_ns = now_ns
    n.holding = r.on_pad
    if step_s > 0.0:
        _watch(n, p, r)
        _integrate(n, p, r, step_s)
    reach_s = move_deck(n, step_s, now_ns, s.deck_velocity_m_s)
    _remember(n, now_ns)
    if now_ns - n.covariance_ns >= _SLOW_NS or n.mass_kg == 0.0:
        carry_on(n, p, now_ns)
        _look_around(n, p, r, s)
    _take_measurements(n, p, r, now_ns)
    _tell(n, p, reach_s, s)
    _tell_deck(n, p, reach_s, s)
    s.valid = 1 if _sound(n, now_ns) else 0


@kernel
def _take_measurements(
    n: NavigationState, p: NavigationParameters, r: Readings, now_ns: int
) -> None:
    if r.gnss_new:
        use_gnss(n, p, r, now_ns)
    if r.baro_new:
        use_baro(n, p, r, now_ns)
    if r.radar_new:
        use_radar(n, p, r, now_ns)
    if r.beacon_new:
        use_beacon(n, p, r, now_ns)
    if r.gnss_new + r.baro_new + r.radar_new + r.beacon_new > 0:
        correct(n)


# --- Every cycle ---


@kernel
def _watch(n: NavigationState, p: NavigationParameters, r: Readings) -> None:
    """Count cycles without an IMU, and those whose values repeat bit for bit: noise never does."""
    if not r.imu_new:
        n.blind += 1
        n.lost += 1
        return
    n.blind = 0
    same_force, same_rate = p.accelerometer_noise_m_s2 > 0.0, p.gyro_noise_rad_s > 0.0
    for i in range(3):
        same_force = same_force and r.specific_force_m_s2[i] == n.last_imu[i]
        same_rate = same_rate and r.rate_rad_s[i] == n.last_imu[3 + i]
        n.last_imu[i], n.last_imu[3 + i] = r.specific_force_m_s2[i], r.rate_rad_s[i]
    n.alike[0] = n.alike[0] + 1 if same_force else 0
    n.alike[1] = n.alike[1] + 1 if same_rate else 0
    if same_force or same_rate:
        n.lost += 1


@kernel
def _integrate(n: NavigationState, p: NavigationParameters, r: Readings, step_s: float) -> None:
    """Attitude by half a turn, force, the other half; without a new IMU value, by the last."""
    half, middle, turn = n.work[0], n.work[1], n.turn
    if r.imu_new:
        for i in range(3):
            earth = 0.0
            for k in range(3):
                earth += turn[k, i] * p.rate_ned_rad_s[k]
            n.rate_rad_s[i] = r.rate_rad_s[i] - n.gyro_bias_rad_s[i] - earth
            n.force_m_s2[i] = r.specific_force_m_s2[i] - n.accelerometer_bias_m_s2[i]
    if n.holding:
        _hold(n)
        return
    square = 0.0
    for i in range(3):
        half[1 + i] = 0.25 * step_s * n.rate_rad_s[i]
        square += half[1 + i] ** 2
    half[0] = 1.0 - 0.5 * square
    multiply(n.attitude, half, middle)
    normalize(middle)
    matrix_of(middle, turn)
    apply(turn, n.force_m_s2, n.specific_force_m_s2)
    multiply(middle, half, n.attitude)
    normalize(n.attitude)
    matrix_of(n.attitude, turn)
    _move(n, p, step_s)


@kernel
def _hold(n: NavigationState) -> None:
    for i in range(3):
        n.velocity_m_s[i] = 0.0
        n.axis_rate_per_s[i] = 0.0
    apply(n.turn, n.force_m_s2, n.specific_force_m_s2)


@kernel
def _move(n: NavigationState, p: NavigationParameters, step_s: float) -> None:
    """Velocity and position: specific force, gravity, and the Earth's turning."""
    place, pull, w = n.work[0], n.work[1], p.rate_ned_rad_s
    v, turn = n.velocity_m_s, n.turn
    for i in range(3):
        n.work[2, i] = n.position_m[i] + 0.5 * step_s * v[i]
    apply_transposed(p.site.ned_from_earth, n.work[2], place)
    for i in range(3):
        place[i] += p.site.origin_m[i]
    gravity(p.earth, place, pull)
    square = p.earth.rate_rad_s * p.earth.rate_rad_s
    pull[0] += square * place[0]
    pull[1] += square * place[1]
    apply(p.site.ned_from_earth, pull, n.work[2])
    v0, v1, v2 = v[0], v[1], v[2]
    n.work[2, 0] -= 2.0 * (w[1] * v2 - w[2] * v1)
    n.work[2, 1] -= 2.0 * (w[2] * v0 - w[0] * v2)
    n.work[2, 2] -= 2.0 * (w[0] * v1 - w[1] * v0)
    for i in range(3):
        gained = step_s * (n.specific_force_m_s2[i] + n.work[2, i])
        n.gained_m_s[i] += step_s * n.specific_force_m_s2[i]
        n.position_m[i] += step_s * (v[i] + 0.5 * gained)
        v[i] += gained
        n.axis_rate_per_s[i] = n.rate_rad_s[2] * turn[i, 1] - n.rate_rad_s[1] * turn[i, 2]


@kernel
def _remember(n: NavigationState, now_ns: int) -> None:
    slot = now_ns // CYCLE_NS % RING
    row = n.past[slot]
    n.past_ns[slot] = now_ns
    for i in range(3):
        row[RING_P + i] = n.position_m[i]
        row[RING_V + i] = n.velocity_m_s[i]
        row[RING_AXIS + i] = n.turn[i, 0]
        row[RING_TURN + i] = n.axis_rate_per_s[i]
        row[RING_DECK + i] = n.deck_m[i]


@kernel
def _sound(n: NavigationState, now_ns: int) -> bool:
    """Whether the IMU lives, and no two kinds of other sensors have long contradicted it."""
    if max(n.alike[0], n.alike[1]) >= _STUCK_CYCLES or n.blind >= _BLIND_CYCLES:
        return False
    against = 0
    if _refuses(n, GNSS_P, now_ns) or _refuses(n, GNSS_V, now_ns):
        against += 1
    for channel in range(BARO_H, CHANNELS):
        if _refuses(n, channel, now_ns):
            against += 1
    c, worst, skew = n.covariance, 0.0, 0.0
    for i in range(3):
        worst = max(worst, c[P + i, P + i])
        skew = max(skew, c[A + i, A + i])
    sure = worst < _VAGUE_M**2 and skew < _VAGUE_RAD**2
    finite = math.isfinite(n.position_m[0] + n.position_m[1] + n.position_m[2] + n.attitude[0])
    return bool(finite and sure and against < 2)


@kernel
def _refuses(n: NavigationState, channel: int, now_ns: int) -> bool:
    since = n.refused_from_ns[channel]
    recent = now_ns - n.refused_ns[channel] < _DISAGREES_NS
    return bool(since > 0 and recent and now_ns - since >= _DISAGREES_NS)


# --- Ten times a second ---


@kernel
def _look_around(n: NavigationState, p: NavigationParameters, r: Readings, s: Solution) -> None:
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
def _tell(n: NavigationState, p: NavigationParameters, reach_s: float, s: Solution) -> None:
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
def _tell_deck(n: NavigationState, p: NavigationParameters, reach_s: float, s: Solution) -> None:
    """The deck now, and the feet relative to it; beside the deck its plane goes on level."""
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
    limit = max(p.deck_half_length_m, p.deck_half_width_m)
    share = min(1.0, limit / distance) if distance > 0.0 else 1.0
    slope = n.deck_down[0] * s.relative_m[0] + n.deck_down[1] * s.relative_m[1]
    s.height_m = -(s.relative_m[2] + share * slope / n.deck_down[2])
