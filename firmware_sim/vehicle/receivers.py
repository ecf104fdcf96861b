"""The two receivers of one flight computer: satellite navigation, and the deck beacon's radio.

Both share the vehicle's antenna on its axis. What the satellites get wrong (orbits,
ionosphere) is a first-order Gauss-Markov process common to all receivers of the vehicle; the
deck's antenna sees the same sky, so that the relative fix is free of it and has a smaller
error of its own (multipath, ambiguities), mostly slow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

from firmware_sim.barge.beacon import MESSAGES, BeaconAir
from firmware_sim.chance import Chance, normal, seed_chance, uniform
from firmware_sim.faults import SensorFaults, silent, spoil
from firmware_sim.flight_software.interfaces import Readings
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3, make
from firmware_sim.vehicle.state import VehicleOutputs
from gcs.clock import SECOND_NS
from gcs.config.sensors import SensorsConfig
from gcs.config.simulation import SimulatedBeacon

PENDING = 8
"""Fixes on their way through the GNSS receiver."""
HISTORY = 64
"""Cycles of 10 ms for which the antenna's true place is kept: the beacon's radio is late."""
CYCLE_NS = 10_000_000
SKY_TIME_S = 300.0
"""Correlation time of the satellites' errors, assumed."""
RELATIVE_TIME_S = 20.0
"""Correlation time of the relative fix's slow error, assumed."""
RELATIVE_SLOW, RELATIVE_FAST = 0.95, 0.31
"""Shares of the relative fix's sigma that are slow and white, assumed; their squares add to 1."""
_BLACKOUT_W_M2 = 0.25e6
"""Stagnation heat flux beyond which the air is taken to be too ionised for radio, assumed."""


class GnssFix(Record):
    """A fix under way: when it was measured, position and velocity of the antenna in E."""

    measured_ns: int
    position_m: Vector3
    velocity_m_s: Vector3


class Receivers(Record):
    """State of both receivers, their antenna's true past in L and their errors now."""

    chance: Chance
    sky: Chance
    """The same stream in every computer."""
    sky_error_m: Vector3
    next_fix_ns: int
    first: int
    """Index of the oldest fix under way in `fixes`, and how many there are."""
    count: int
    fixes: Annotated[Sequence[GnssFix], PENDING]
    relative_error_m: Vector3
    heard: int
    """How many beacon messages have arrived or been passed over, and when the last was sampled."""
    heard_ns: int
    antenna_m: Annotated[Floats, (HISTORY, 3)]


class ReceiverParameters(Record):
    """Standard deviations, rates and probabilities."""

    period_ns: int
    latency_ns: int
    dropout: float
    sky_m: float
    position_noise_m: float
    velocity_noise_m_s: float
    relative_m: float
    range_m: float


def receiver_parameters(config: SensorsConfig, beacon: SimulatedBeacon) -> ReceiverParameters:
    """From a vehicle's sensors and the mission's beacon."""
    p = make(ReceiverParameters)
    p.period_ns = round(SECOND_NS / config.gnss_rate_hz / CYCLE_NS) * CYCLE_NS
    p.latency_ns = config.gnss_latency
    p.dropout = config.gnss_dropout
    p.sky_m = config.gnss_position_m
    p.position_noise_m = config.gnss_noise_m
    p.velocity_noise_m_s = config.gnss_velocity_m_s
    p.relative_m = beacon.relative_sigma_m
    p.range_m = beacon.range_m
    return p


def fit_receivers(r: Receivers, p: ReceiverParameters, seed: int, computer: int) -> None:
    """Start the streams and draw the errors that are there at the start."""
    seed_chance(r.chance, seed, f"receivers.{computer}")
    seed_chance(r.sky, seed, "sky")
    for axis in range(3):
        r.sky_error_m[axis] = p.sky_m * normal(r.sky)
        r.relative_error_m[axis] = RELATIVE_SLOW * p.relative_m * normal(r.chance)


@kernel
def receive_gnss(
    r: Receivers,
    p: ReceiverParameters,
    position: Floats,
    velocity: Floats,
    out: VehicleOutputs,
    faults: SensorFaults,
    readings: Readings,
    now_ns: int,
) -> None:
    """Measure when it is time, and give what is old enough; of the antenna, in E."""
    readings.gnss_new = 0
    if now_ns >= r.next_fix_ns:
        r.next_fix_ns = now_ns + p.period_ns
        _wander(r.sky, r.sky_error_m, p.sky_m, 1e-9 * p.period_ns / SKY_TIME_S)
        lost = uniform(r.chance) < p.dropout or out.heat_flux_w_m2 > _BLACKOUT_W_M2
        if not lost and not silent(faults.gnss_position, now_ns) and r.count < PENDING:
            _measure(r, p, position, velocity, faults, now_ns)
    if r.count > 0 and now_ns >= r.fixes[r.first].measured_ns + p.latency_ns:
        fix = r.fixes[r.first]
        readings.gnss_new = 1
        readings.gnss_time_ns = fix.measured_ns
        for axis in range(3):
            readings.gnss_position_m[axis] = fix.position_m[axis]
            readings.gnss_velocity_m_s[axis] = fix.velocity_m_s[axis]
        r.first = (r.first + 1) % PENDING
        r.count -= 1


@kernel
def _measure(
    r: Receivers,
    p: ReceiverParameters,
    position: Floats,
    velocity: Floats,
    faults: SensorFaults,
    now_ns: int,
) -> None:
    fix = r.fixes[(r.first + r.count) % PENDING]
    r.count += 1
    fix.measured_ns = now_ns
    mute = silent(faults.gnss_velocity, now_ns)
    for axis in range(3):
        noise_m = p.position_noise_m * normal(r.chance)
        measured = position[axis] + r.sky_error_m[axis] + noise_m
        fix.position_m[axis] = spoil(faults.gnss_position, axis, measured, now_ns)
        measured = velocity[axis] + p.velocity_noise_m_s * normal(r.chance)
        measured = spoil(faults.gnss_velocity, axis, measured, now_ns)
        fix.velocity_m_s[axis] = math.nan if mute else measured


@kernel
def _wander(chance: Chance, value: Floats, sigma: float, step: float) -> None:
    """One step of a Gauss-Markov process; `step` is a share of its correlation time."""
    keep = math.exp(-step)
    drive = sigma * math.sqrt(1.0 - keep * keep)
    for axis in range(3):
        value[axis] = keep * value[axis] + drive * normal(chance)


@kernel
def receive_beacon(
    r: Receivers,
    p: ReceiverParameters,
    air: BeaconAir,
    antenna: Floats,
    faults: SensorFaults,
    readings: Readings,
    now_ns: int,
) -> None:
    """Take the newest message that has arrived; `antenna` is the vehicle's true one in L, now."""
    readings.beacon_new = 0
    slot = now_ns // CYCLE_NS % HISTORY
    for axis in range(3):
        r.antenna_m[slot, axis] = antenna[axis]
    taken = max(r.heard, air.count - MESSAGES)
    while taken < air.count and air.messages[taken % MESSAGES].arrives_ns <= now_ns:
        taken += 1
    if taken == r.heard:
        return
    r.heard = taken
    newest = (taken - 1) % MESSAGES
    newest_ns = air.messages[newest].sampled_ns
    step_ns = min(newest_ns - r.heard_ns, 100 * SECOND_NS)
    r.heard_ns = newest_ns
    _wander(
        r.chance,
        r.relative_error_m,
        RELATIVE_SLOW * p.relative_m,
        1e-9 * step_ns / RELATIVE_TIME_S,
    )
    if now_ns - newest_ns < (HISTORY - 1) * CYCLE_NS and not silent(faults.beacon, now_ns):
        _take(r, p, air, newest, faults, readings, now_ns)


@kernel
def _take(
    r: Receivers,
    p: ReceiverParameters,
    air: BeaconAir,
    index: int,
    faults: SensorFaults,
    readings: Readings,
    now_ns: int,
) -> None:
    message = air.messages[index]
    slot = message.sampled_ns // CYCLE_NS % HISTORY
    square = 0.0
    for axis in range(3):
        noise_m = RELATIVE_FAST * p.relative_m * normal(r.chance)
        true_m = message.antenna_m[axis] - r.antenna_m[slot, axis]
        measured = true_m + r.relative_error_m[axis] + noise_m
        readings.beacon_relative_m[axis] = spoil(faults.beacon, axis, measured, now_ns)
        measured = spoil(faults.beacon, 3 + axis, message.velocity_m_s[axis], now_ns)
        readings.beacon_velocity_m_s[axis] = measured
        square += true_m * true_m
    f = faults.beacon
    readings.beacon_roll_rad = spoil(f, 6, message.roll_rad, now_ns)
    readings.beacon_pitch_rad = spoil(f, 7, message.pitch_rad, now_ns)
    readings.beacon_heading_rad = spoil(f, 8, message.heading_rad, now_ns)
    readings.beacon_heave_m = spoil(f, 9, message.heave_m, now_ns)
    readings.beacon_heave_rate_m_s = spoil(f, 10, message.heave_rate_m_s, now_ns)
    readings.beacon_time_ns = message.sampled_ns
    readings.beacon_new = 1 if square < p.range_m * p.range_m else 0
