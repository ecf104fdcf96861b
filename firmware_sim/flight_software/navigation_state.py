"""What one computer's navigation remembers, what it was told, and the order of its filter's states.

The axes are those of L everywhere on Earth: one fixed Cartesian frame, so that long flights
need no change of frame. The navigated point is the IMU.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from firmware_sim.environment.earth import EarthParameters, earth_parameters
from firmware_sim.flight_software.interfaces import Site
from firmware_sim.records import Floats, Ints, Matrix3, Quaternion, Record, Vector3, make
from gcs.config.barge import BargeFile
from gcs.config.simulation import SimulatedBeacon
from gcs.config.vehicle import VehicleModel

# Error states, true minus believed: indices into the covariance. Three each but the baro's.
P, V, A, BA, BG, SKY, DECK, BEACON = range(0, 24, 3)
"""Position and velocity, m, m/s; attitude as a rotation vector in L, rad; biases of the
accelerometers and gyros in B; the satellites' common error in L; the deck centre in L; the
slow error of the beacon's relative fix."""
BARO = 24
STATES = 25

RING = 64
"""Past cycles that a late measurement can be held against."""
COLUMNS = 15
RING_P, RING_V, RING_AXIS, RING_TURN, RING_DECK = range(0, COLUMNS, 3)
"""Columns of the past: position, velocity, body axis and how it changes, deck centre."""

CHANNELS = 5
GNSS_P, GNSS_V, BARO_H, RADAR_R, RELATIVE = range(CHANNELS)
"""Kinds of measurement that can be refused."""


class NavigationState(Record):
    """One computer's navigation."""

    aligned: int
    holding: int
    """1 while the pad holds the vehicle: it neither moves nor turns."""
    time_ns: int
    covariance_ns: int
    position_m: Vector3
    velocity_m_s: Vector3
    attitude: Quaternion
    """From B to L."""
    turn: Matrix3
    """The same as a matrix, and its x axis' rate of change."""
    axis_rate_per_s: Vector3
    accelerometer_bias_m_s2: Vector3
    gyro_bias_rad_s: Vector3
    sky_error_m: Vector3
    beacon_error_m: Vector3
    baro_error_m: float
    force_m_s2: Vector3
    """Last cycle's specific force in B; in L; in L and filtered over 0.1 s."""
    specific_force_m_s2: Vector3
    smooth_force_m_s2: Vector3
    rate_rad_s: Vector3
    """Relative to L, in B."""
    gained_m_s: Vector3
    """Integral of the specific force since the covariance was last carried on."""
    covariance: Annotated[Floats, (STATES, STATES)]
    correction: Annotated[Floats, STATES]
    column: Annotated[Floats, STATES]
    past: Annotated[Floats, (RING, COLUMNS)]
    past_ns: Annotated[Ints, RING]
    # Deck.
    deck_known: int
    deck_ns: int
    """When the last message used was sampled."""
    deck_m: Vector3
    deck_velocity_m_s: Vector3
    deck_acceleration_m_s2: Vector3
    deck_angles_rad: Vector3
    """Roll, pitch, heading at `deck_ns`, and their rates."""
    deck_rates_rad_s: Vector3
    deck_heading: Annotated[Floats, 2]
    """Its cosine and sine."""
    deck_down: Vector3
    """The deck's downward normal in L, now."""
    # The slow part: ten times a second.
    up: Vector3
    """The local vertical in L at `reference_m`, which lies `altitude_m` high."""
    reference_m: Vector3
    altitude_m: float
    mass_kg: float
    cg_height_m: float
    cg_speed_m_s: float
    # Integrity.
    last_imu: Annotated[Floats, 6]
    alike: Annotated[Ints, 2]
    """Cycles in a row with the same accelerometer (gyro) values, bit for bit."""
    blind: int
    """Cycles in a row without an IMU value."""
    lost: int
    """Cycles without a trustworthy IMU value that the covariance does not know of yet."""
    refused_from_ns: Annotated[Ints, CHANNELS]
    """First and last refusal of an unbroken row; 0 if the last measurement was taken."""
    refused_ns: Annotated[Ints, CHANNELS]
    # Room for intermediate results.
    work: Annotated[Floats, (6, 4)]
    places: Annotated[Ints, 8]
    weights: Annotated[Floats, 8]


class NavigationParameters(Record):
    """What the software was told of the vehicle, its sensors, the site and the deck."""

    site: Site
    earth: EarthParameters
    rate_ned_rad_s: Vector3
    """The Earth's rotation in L."""
    imu_height_m: float
    antenna_height_m: float
    dry_kg: float
    dry_cg_height_m: float
    tank_load_kg: Annotated[Floats, 2]
    tank_bottom_m: Annotated[Floats, 2]
    tank_length_m: Annotated[Floats, 2]
    engine_flow_kg_s: float
    oxidizer_share: float
    alignment_rad: float
    accelerometer_bias_m_s2: float
    accelerometer_noise_m_s2: float
    accelerometer_scale: float
    gyro_bias_rad_s: float
    gyro_noise_rad_s: float
    sky_m: float
    gnss_noise_m: float
    gnss_velocity_m_s: float
    baro_bias_m: float
    baro_noise_m: float
    radar_noise_m: float
    relative_m: float
    deck_antenna_m: Vector3
    deck_half_length_m: float
    deck_half_width_m: float
    compensate: int
    """1: measurements are held against the state of their own time."""


def navigation_parameters(
    model: VehicleModel,
    site: Site,
    barge: BargeFile | None = None,
    beacon: SimulatedBeacon | None = None,
) -> NavigationParameters:
    """What a vehicle's computers know before the start; without a barge, of a deck of no size."""
    p = make(NavigationParameters)
    p.site, p.earth, p.compensate = site, earth_parameters(), 1
    p.rate_ned_rad_s[:] = np.asarray(site.ned_from_earth)[:, 2] * p.earth.rate_rad_s
    _take_masses(p, model)
    _take_sensors(p, model)
    p.relative_m = (beacon or SimulatedBeacon()).relative_sigma_m
    if barge is not None:
        p.deck_half_length_m = barge.deck.length_m / 2.0
        p.deck_half_width_m = barge.deck.width_m / 2.0
        if barge.model is not None:
            antenna = barge.model.beacon
            p.deck_antenna_m[:] = (antenna.bow_m, antenna.starboard_m, -antenna.height_m)
    return p


def _take_masses(p: NavigationParameters, model: VehicleModel) -> None:
    p.dry_kg, p.dry_cg_height_m = model.mass.dry_kg, model.mass.dry_cg_height_m
    for index, tank in enumerate((model.propellant.oxidizer, model.propellant.fuel)):
        p.tank_load_kg[index] = tank.load_kg
        p.tank_bottom_m[index], p.tank_length_m[index] = tank.bottom_m, tank.length_m
    p.engine_flow_kg_s = model.engine.thrust_vacuum_n / (9.80665 * model.engine.isp_vacuum_s)
    p.oxidizer_share = model.propellant.oxidizer.load_kg / model.propellant.load_kg


def _take_sensors(p: NavigationParameters, model: VehicleModel) -> None:
    config = model.sensors
    p.imu_height_m, p.antenna_height_m = config.imu_height_m, config.gnss_height_m
    p.alignment_rad = config.alignment_rad
    p.accelerometer_bias_m_s2 = config.accelerometer_bias_m_s2
    p.accelerometer_noise_m_s2 = config.accelerometer_noise_m_s2
    p.accelerometer_scale = config.accelerometer_scale
    p.gyro_bias_rad_s, p.gyro_noise_rad_s = config.gyro_bias_rad_s, config.gyro_noise_rad_s
    p.sky_m, p.gnss_noise_m = config.gnss_position_m, config.gnss_noise_m
    p.gnss_velocity_m_s = config.gnss_velocity_m_s
    p.baro_bias_m, p.baro_noise_m = config.baro_bias_m, config.baro_noise_m
    p.radar_noise_m = config.radar_noise_m
