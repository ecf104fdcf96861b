"""The sensors of one flight computer: what each gives, how wrong and how late.

IMU values are means over the cycle, taken from the differences of the true motion, so that
integrating them gives that motion back, contacts and moving centre of mass included. IMU and
antenna sit on the axis. Each computer draws the errors of its own sensors from its own
stream.
"""

from __future__ import annotations

import math
from typing import Annotated

from firmware_sim.barge.beacon import BeaconAir
from firmware_sim.barge.deck import DeckState
from firmware_sim.chance import Chance, normal, seed_chance
from firmware_sim.environment.earth import EarthParameters, earth_parameters, horizon, site_position
from firmware_sim.faults import Faults, SensorFaults, silent, spoil
from firmware_sim.flight_software.interfaces import Readings, Site
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3, make
from firmware_sim.vehicle.engines import STANDARD_GRAVITY_M_S2
from firmware_sim.vehicle.imu import Motion, follow
from firmware_sim.vehicle.receivers import (
    ReceiverParameters,
    Receivers,
    fit_receivers,
    receive_beacon,
    receive_gnss,
    receiver_parameters,
)
from firmware_sim.vehicle.state import ENGINES, FINS, FUEL, OXIDIZER, TANKS, VehicleState
from gcs.clock import SECOND_NS
from gcs.config.barge import DeckConfig
from gcs.config.simulation import SimulatedBeacon
from gcs.config.vehicle import VehicleModel

BARO_TOP_M = 40_000.0
"""Above it the pressure altimeter gives nothing, assumed."""
STATIC_PORT_SHARE = 0.01
"""Sigma of the static port's pressure error, of the dynamic pressure; assumed."""
RADAR_NEAREST_M = 2.0
"""Assumed, as the next one."""
RADAR_TILT_COSINE = 0.87
_LEG_STROKE_M = 2.0
"""How far legs that give way may let the plane of the feet below the deck."""
SEA_ROUGHNESS_M = 0.3
"""Sigma of a radar range to waves, whose mean level is the sea's; assumed."""


class SensorState(Record):
    """One computer's sensors: errors drawn at the start, and what they remember."""

    chance: Chance
    motion: Motion
    accelerometer_bias_m_s2: Vector3
    accelerometer_scale: Vector3
    gyro_bias_rad_s: Vector3
    baro_bias_m: float
    static_port: float
    gauge_scale: Annotated[Floats, 2]
    baro_next_ns: int
    radar_next_ns: int
    receivers: Receivers
    point_m: Vector3
    """Room for intermediate results, as the next one."""
    vector: Vector3


class SensorParameters(Record):
    """Standard deviations, places along the axis and rates; and the deck's size."""

    earth: EarthParameters
    receivers: ReceiverParameters
    accelerometer_bias_m_s2: float
    accelerometer_noise_m_s2: float
    accelerometer_scale: float
    gyro_bias_rad_s: float
    gyro_noise_rad_s: float
    imu_height_m: float
    antenna_height_m: float
    baro_period_ns: int
    baro_bias_m: float
    baro_noise_m: float
    radar_period_ns: int
    radar_noise_m: float
    radar_range_m: float
    radar_blind_m: float
    gauge_share: float
    deck_half_length_m: float
    deck_half_width_m: float


def sensor_parameters(
    model: VehicleModel, deck: DeckConfig, beacon: SimulatedBeacon
) -> SensorParameters:
    """All figures of a vehicle's sensors over a given deck."""
    p, config = make(SensorParameters), model.sensors
    p.earth = earth_parameters()
    p.receivers = receiver_parameters(config, beacon)
    p.accelerometer_bias_m_s2 = config.accelerometer_bias_m_s2
    p.accelerometer_noise_m_s2 = config.accelerometer_noise_m_s2
    p.accelerometer_scale = config.accelerometer_scale
    p.gyro_bias_rad_s, p.gyro_noise_rad_s = config.gyro_bias_rad_s, config.gyro_noise_rad_s
    p.imu_height_m, p.antenna_height_m = config.imu_height_m, config.gnss_height_m
    p.baro_period_ns = round(SECOND_NS / config.baro_rate_hz)
    p.baro_bias_m, p.baro_noise_m = config.baro_bias_m, config.baro_noise_m
    p.radar_period_ns = round(SECOND_NS / config.radar_rate_hz)
    p.radar_noise_m = config.radar_noise_m
    p.radar_range_m, p.radar_blind_m = config.radar_range_m, config.radar_blind_m
    p.gauge_share = config.gauge_share
    p.deck_half_length_m, p.deck_half_width_m = deck.length_m / 2.0, deck.width_m / 2.0
    return p


def make_sensors(s: SensorState, p: SensorParameters, seed: int, computer: int) -> None:
    """Fill `s` for one computer: its streams, and the errors that last a flight."""
    seed_chance(s.chance, seed, f"sensors.{computer}")
    for axis in range(3):
        s.accelerometer_bias_m_s2[axis] = p.accelerometer_bias_m_s2 * normal(s.chance)
        s.accelerometer_scale[axis] = 1.0 + p.accelerometer_scale * normal(s.chance)
        s.gyro_bias_rad_s[axis] = p.gyro_bias_rad_s * normal(s.chance)
    s.baro_bias_m = p.baro_bias_m * normal(s.chance)
    s.static_port = STATIC_PORT_SHARE * normal(s.chance)
    for tank in range(2):
        s.gauge_scale[tank] = 1.0 + p.gauge_share * normal(s.chance)
    fit_receivers(s.receivers, p.receivers, seed, computer)


@kernel
def sense(
    s: SensorState,
    p: SensorParameters,
    v: VehicleState,
    deck: DeckState,
    air: BeaconAir,
    site: Site,
    faults: Faults,
    computer: int,
    readings: Readings,
    now_ns: int,
) -> None:
    """Fill `readings` at `now_ns`, which is `v.time_ns`; once a cycle, none left out."""
    f, m = faults.sensors[computer], s.motion
    known = m.known
    follow(m, p.earth, v, p.imu_height_m)
    _feel(s, p, known, f, readings, now_ns)
    arm_m = p.antenna_height_m - p.imu_height_m
    for i in range(3):
        s.point_m[i] = m.position_m[i] + arm_m * m.earth_from_body[i, 0]
        s.vector[i] = m.velocity_m_s[i] + arm_m * m.axis_rate_per_s[i]
    receive_gnss(s.receivers, p.receivers, s.point_m, s.vector, v.out, f, readings, now_ns)
    site_position(site, s.point_m, s.vector)
    receive_beacon(s.receivers, p.receivers, air, s.vector, f, readings, now_ns)
    _read_baro(s, p, v, f, readings, now_ns)
    _read_radar(s, p, v, deck, site, f, readings, now_ns)
    _read_back(s, v, f, readings, now_ns)


@kernel
def _feel(
    s: SensorState,
    p: SensorParameters,
    known: int,
    f: SensorFaults,
    readings: Readings,
    now_ns: int,
) -> None:
    """The IMU: bias, scale and white noise on the cycle's means."""
    mute = silent(f.imu_accel, now_ns) or silent(f.imu_gyro, now_ns)
    readings.imu_new = 1 if known and not mute else 0
    for i in range(3):
        felt = s.accelerometer_scale[i] * s.motion.specific_force_m_s2[i]
        felt += s.accelerometer_bias_m_s2[i] + p.accelerometer_noise_m_s2 * normal(s.chance)
        turned = s.motion.rate_rad_s[i] + s.gyro_bias_rad_s[i]
        turned += p.gyro_noise_rad_s * normal(s.chance)
        if readings.imu_new:
            readings.specific_force_m_s2[i] = spoil(f.imu_accel, i, felt, now_ns)
            readings.rate_rad_s[i] = spoil(f.imu_gyro, i, turned, now_ns)


@kernel
def _read_baro(
    s: SensorState,
    p: SensorParameters,
    v: VehicleState,
    f: SensorFaults,
    readings: Readings,
    now_ns: int,
) -> None:
    """Pressure altitude at the IMU's height: bias, static port error (v^2 / 2 g), noise."""
    readings.baro_new = 0
    if now_ns < s.baro_next_ns:
        return
    s.baro_next_ns = now_ns + p.baro_period_ns
    if v.out.altitude_m > BARO_TOP_M or silent(f.baro, now_ns):
        return
    _, _, height_m = horizon(p.earth, s.motion.position_m)
    error_m = s.static_port * v.out.airspeed_m_s**2 / (2.0 * STANDARD_GRAVITY_M_S2)
    error_m += s.baro_bias_m + p.baro_noise_m * normal(s.chance)
    readings.baro_altitude_m = spoil(f.baro, 0, height_m + error_m, now_ns)
    readings.baro_time_ns = now_ns
    readings.baro_new = 1


@kernel
def _read_radar(
    s: SensorState,
    p: SensorParameters,
    v: VehicleState,
    deck: DeckState,
    site: Site,
    f: SensorFaults,
    readings: Readings,
    now_ns: int,
) -> None:
    """Range along the body axis from the feet; nothing on the pad, or in the plume when low."""
    readings.radar_new = 0
    if now_ns < s.radar_next_ns:
        return
    s.radar_next_ns = now_ns + p.radar_period_ns
    if v.held or v.out.altitude_m > 2.0 * p.radar_range_m or silent(f.radar, now_ns):
        return
    range_m = _deck_range_m(s, p, deck, site)
    sigma_m = p.radar_noise_m
    if range_m < 0.0:
        range_m = _water_range_m(s, p)
        sigma_m = math.sqrt(sigma_m * sigma_m + SEA_ROUGHNESS_M * SEA_ROUGHNESS_M)
    blind = range_m < p.radar_blind_m and _burning(v)
    if range_m < RADAR_NEAREST_M or range_m > p.radar_range_m or blind:
        return
    readings.radar_range_m = spoil(f.radar, 0, range_m + sigma_m * normal(s.chance), now_ns)
    readings.radar_time_ns = now_ns
    readings.radar_new = 1


@kernel
def _burning(v: VehicleState) -> bool:
    flow = 0.0
    for engine in range(ENGINES):
        flow += v.engines[engine].flow
    return flow > 0.0


@kernel
def _deck_range_m(s: SensorState, p: SensorParameters, deck: DeckState, site: Site) -> float:
    """Along the axis from the feet to the deck's plane; negative if the ray misses the deck."""
    m, d, turn = s.motion, deck.ned_from_deck, site.ned_from_earth
    for i in range(3):
        s.point_m[i] = m.position_m[i] - p.imu_height_m * m.earth_from_body[i, 0]
    site_position(site, s.point_m, s.vector)
    for i in range(3):
        s.vector[i] -= deck.position_m[i]
    down, sink = 0.0, 0.0
    for i in range(3):
        axis = 0.0
        for k in range(3):
            axis += turn[i, k] * m.earth_from_body[k, 0]
        s.point_m[i] = -axis
        down += d[i, 2] * s.vector[i]
        sink -= d[i, 2] * axis
    if sink < RADAR_TILT_COSINE or down > _LEG_STROKE_M:
        return -1.0
    range_m = max(-down / sink, 0.0)
    ahead, aside = 0.0, 0.0
    for i in range(3):
        ahead += d[i, 0] * (s.vector[i] + range_m * s.point_m[i])
        aside += d[i, 1] * (s.vector[i] + range_m * s.point_m[i])
    on_deck = abs(ahead) <= p.deck_half_length_m and abs(aside) <= p.deck_half_width_m
    return range_m if on_deck else -1.0


@kernel
def _water_range_m(s: SensorState, p: SensorParameters) -> float:
    """Along the axis from the feet to the mean sea; negative beyond the beam's tilt."""
    m = s.motion
    for i in range(3):
        s.point_m[i] = m.position_m[i] - p.imu_height_m * m.earth_from_body[i, 0]
    sine, cosine, height_m = horizon(p.earth, s.point_m)
    across = math.hypot(s.point_m[0], s.point_m[1])
    turn = m.earth_from_body
    east = (s.point_m[0] * turn[0, 0] + s.point_m[1] * turn[1, 0]) / across
    upright = cosine * east + sine * turn[2, 0]
    return height_m / upright if upright >= RADAR_TILT_COSINE else -1.0


@kernel
def _read_back(
    s: SensorState, v: VehicleState, f: SensorFaults, readings: Readings, now_ns: int
) -> None:
    """Gauges, which keep their last value when silent, and what engines and actuators report."""
    if not silent(f.gauges, now_ns):
        oxidizer_kg = s.gauge_scale[0] * v.x[OXIDIZER]
        readings.oxidizer_kg = spoil(f.gauges, 0, oxidizer_kg, now_ns)
        readings.fuel_kg = spoil(f.gauges, 1, s.gauge_scale[1] * v.x[FUEL], now_ns)
        for tank in range(TANKS):
            readings.tank_pa[tank] = v.tank_pa[tank]
    for engine in range(ENGINES):
        readings.engine_phase[engine] = v.engines[engine].phase
        readings.engine_flow[engine] = v.engines[engine].flow
        readings.engine_starts_left[engine] = v.engines[engine].starts_left
    for fin in range(FINS):
        readings.fins_rad[fin] = v.fins_rad[fin]
    readings.leg_extension = v.leg_extension
    readings.feet_touching = v.contact.touching_now
    readings.on_pad = v.held
