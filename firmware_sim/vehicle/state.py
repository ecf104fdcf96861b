"""The vehicle as the plant knows it: continuous state, actuators, legs, and what follows.

Frames. E: Earth-fixed (ECEF, WGS-84). L: north, east, down at the landing site, the
barge's nominal position at sea level. B: body, x from the feet to the nose along the axis,
its origin on the axis in the plane of the feet; the state's position is that of the
centre of mass. SI units throughout.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Annotated

from firmware_sim.chance import Chance
from firmware_sim.records import Floats, Record, Vector3

ENGINES, TANKS, LEGS, FINS = 9, 2, 4, 4
"""Room in the records; a vehicle may have fewer engines."""

# The continuous state, integrated by RK4: indices into `VehicleState.x`.
POSITION = 0
"""Three: centre of mass in E, m."""
VELOCITY = 3
"""Three: relative to the rotating Earth, in E, m/s."""
ATTITUDE = 6
"""Four: quaternion, scalar first, from B to E."""
RATE = 10
"""Three: angular velocity relative to inertial space, in B, rad/s."""
OXIDIZER = 13
FUEL = 14
"""Propellant masses, kg."""
SLOSH = 15
"""Four a tank (oxidizer first): displacement y, z, m, and their rates, m/s, in B."""
STATE_SIZE = SLOSH + 4 * TANKS


class EnginePhase(enum.IntEnum):
    """LANDFALL_ENGINE_STATE."""

    OFF = 0
    STARTING = 1
    RUNNING = 2
    STOPPING = 3
    FAILED = 4


class Surface(enum.IntEnum):
    """What the vehicle touches."""

    NONE = 0
    DECK = 1
    WATER = 2
    PAD = 3


class EngineState(Record):
    """One engine. `flow` is the share of full propellant flow that passes."""

    phase: int
    since_ns: int
    start_length_ns: int
    starts_left: int
    flow: float
    gimbal_pitch_rad: float
    gimbal_yaw_rad: float


class LegState(Record):
    """One leg. Compression is elastic, crush is for good; the anchor is where the foot grips."""

    compression_m: float
    crush_m: float
    touching: int
    folded: int
    """1 while it is not locked out and bears nothing."""
    anchor_m: Annotated[Floats, 2]
    """In the deck frame (bow, starboard), or north and east of the pad's centre."""
    slid_m: float
    load_n: float


class Contact(Record):
    """First contact and what came of it; speeds relative to the surface that was met."""

    surface: int
    """`Surface` at first contact of a foot or the hull."""
    at_ns: int
    vertical_speed_m_s: float
    lateral_speed_m_s: float
    tilt_rad: float
    rate_rad_s: float
    miss_m: float
    """Horizontal distance of the feet's centre from the deck's centre."""
    propellant_kg: float
    touching_now: int
    """How many feet touch at this moment."""
    place_m: Annotated[Floats, 2]
    """Where the feet's centre met the deck: bow, starboard of the deck's centre."""
    moved_m: float
    """How far the feet's centre is from there now."""
    deck_tilt_rad: float
    """Between the body axis and the deck's normal now."""
    over_edge: int
    """1 once a foot that had touched hangs beyond the deck's edge."""
    fallen: int
    """1 once the hull has met deck or water."""
    fallen_ns: int


class VehicleOutputs(Record):
    """What follows from the state at `VehicleState.time_ns`, and means over the last cycle."""

    specific_force_m_s2: Vector3
    """Non-gravitational acceleration of the centre of mass, in B, mean over the last cycle."""
    mean_rate_rad_s: Vector3
    """Angular velocity relative to inertial space, in B, mean over the last cycle."""
    angular_acceleration_rad_s2: Vector3
    mass_kg: float
    cg_height_m: float
    """Of the centre of mass over the plane of the feet."""
    inertia_kg_m2: Vector3
    thrust_n: float
    altitude_m: float
    """Over the ellipsoid, of the centre of mass."""
    latitude_rad: float
    longitude_rad: float
    pressure_pa: float
    density_kg_m3: float
    temperature_k: float
    airspeed_m_s: float
    mach: float
    angle_of_attack_rad: float
    """From the nose to where it flies through the air: 0 nose first, pi tail first."""
    dynamic_pressure_pa: float
    heat_flux_w_m2: float
    """Stagnation point, Sutton and Graves."""
    feet_ned_m: Vector3
    """The plane of the feet's centre in L."""
    velocity_ned_m_s: Vector3
    """Of the centre of mass in L, relative to the Earth."""
    tilt_rad: float
    """Between the body axis and the local vertical at the landing site."""


class VehicleState(Record):
    """Everything about the vehicle that changes."""

    time_ns: int
    x: Annotated[Floats, STATE_SIZE]
    engines: Annotated[Sequence[EngineState], ENGINES]
    fins_rad: Annotated[Floats, FINS]
    cold_gas_kg: float
    cold_gas_torque_n_m: Vector3
    leg_extension: float
    legs: Annotated[Sequence[LegState], LEGS]
    held: int
    """1 while the pad's clamps hold it."""
    contact: Contact
    tank_pa: Annotated[Floats, TANKS]
    """Absolute, oxidizer first."""
    heat_load_j_m2: float
    """The stagnation point's heat flux over the time so far."""
    out: VehicleOutputs
    chance: Chance
    bad: int
    """0, or 1 + the index in `x` of the first quantity that is not finite."""
