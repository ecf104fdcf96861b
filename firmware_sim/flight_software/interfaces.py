"""What passes between the vehicle and its flight software: readings in, actuation out."""

from __future__ import annotations

from typing import Annotated

from firmware_sim.records import Floats, Ints, Quaternion, Record, Vector3
from firmware_sim.vehicle.state import ENGINES, FINS, TANKS


class Actuation(Record):
    """What the flight computers ask of the vehicle. All running engines share throttle and gimbal.

    A positive gimbal pitch (yaw) angle makes a positive torque about B's y (z) axis; a
    positive fin command likewise: `fins` are pitch, yaw and roll demands in rad, mixed to
    the four fins by the plant.
    """

    run: Annotated[Ints, ENGINES]
    throttle: float
    gimbal_pitch_rad: float
    gimbal_yaw_rad: float
    fins_rad: Vector3
    cold_gas_torque_n_m: Vector3
    legs: int
    release: int
    """1 frees the pad's clamps."""
    vent: int
    """1 holds the tanks' vents open."""


class Readings(Record):
    """What one flight computer's own sensors gave this cycle.

    Each `*_new` is 1 in the cycle in which a new measurement arrives; its `*_time_ns` is when
    it was measured. IMU values are means over the cycle that ends now, in B at the IMU.
    """

    imu_new: int
    specific_force_m_s2: Vector3
    rate_rad_s: Vector3
    gnss_new: int
    gnss_time_ns: int
    gnss_position_m: Vector3
    """Of the antenna, in E."""
    gnss_velocity_m_s: Vector3
    baro_new: int
    baro_time_ns: int
    baro_altitude_m: float
    radar_new: int
    radar_time_ns: int
    radar_range_m: float
    """Along the body axis from the plane of the feet to water or deck."""
    beacon_new: int
    beacon_time_ns: int
    beacon_relative_m: Vector3
    """From the vehicle's antenna to the deck beacon's antenna, in L: relative GNSS."""
    beacon_velocity_m_s: Vector3
    """Of the deck centre, in L."""
    beacon_roll_rad: float
    beacon_pitch_rad: float
    beacon_heading_rad: float
    beacon_heave_m: float
    beacon_heave_rate_m_s: float
    engine_phase: Annotated[Ints, ENGINES]
    engine_flow: Annotated[Floats, ENGINES]
    engine_starts_left: Annotated[Ints, ENGINES]
    oxidizer_kg: float
    fuel_kg: float
    tank_pa: Annotated[Floats, TANKS]
    fins_rad: Annotated[Floats, FINS]
    leg_extension: float
    feet_touching: int
    on_pad: int


class Solution(Record):
    """What navigation believes. Positions of the vehicle are those of the plane of the feet's
    centre in L; the deck is its centre, in L, as this computer's own axes have it.
    """

    time_ns: int
    valid: int
    position_m: Vector3
    velocity_m_s: Vector3
    """Of the centre of mass, relative to the Earth, in L."""
    specific_force_m_s2: Vector3
    """In L, smoothed over 0.1 s."""
    attitude: Quaternion
    """From B to L."""
    rate_rad_s: Vector3
    """Relative to L, in B."""
    earth_position_m: Vector3
    earth_velocity_m_s: Vector3
    altitude_m: float
    """Over the ellipsoid, of the feet."""
    latitude_rad: float
    longitude_rad: float
    height_m: float
    """Of the feet over the deck plane where the deck is known, else over the water."""
    tilt_rad: float
    mass_kg: float
    propellant_kg: float
    sigma_horizontal_m: float
    sigma_vertical_m: float
    deck_known: int
    deck_time_ns: int
    """When the last beacon message that was used had been measured."""
    deck_position_m: Vector3
    deck_velocity_m_s: Vector3
    deck_roll_rad: float
    deck_pitch_rad: float
    deck_heading_rad: float
    deck_sigma_m: float
    """Of the horizontal position relative to the deck."""
    relative_m: Vector3
    """Of the feet from the deck centre, in L."""
    air_density_kg_m3: float
    air_pressure_pa: float
    speed_of_sound_m_s: float
    """Of a standard atmosphere at its altitude."""


class Site(Record):
    """The landing site: L's place in E."""

    origin_m: Vector3
    ned_from_earth: Annotated[Floats, (3, 3)]
    latitude_rad: float
    longitude_rad: float
    deck_height_m: float
    """Of the deck over still water."""
