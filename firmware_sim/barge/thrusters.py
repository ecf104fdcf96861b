"""Four azimuth thrusters: who gives how much of a demand, and what they then do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

from firmware_sim.faults import THRUSTERS, Faults, silent, spoil
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Ints, Record, Vector3
from gcs.config.barge import ThrustersConfig

_UNRELIABLE_S = 15.0
"""How long a thruster may not do as told before it is left out."""
_RETRY_S = 120.0
"""How long it is left out before it is tried again."""
_TOLERANCE = 0.3
"""Of full thrust, between what is asked and what is felt."""


class ThrusterParameters(Record):
    """Places in D; limits are those of each."""

    bow_m: Annotated[Floats, THRUSTERS]
    starboard_m: Annotated[Floats, THRUSTERS]
    limit_n: float
    rate_n_s: float
    azimuth_rate_rad_s: float
    power_w: float


class Thruster(Record):
    """One thruster. Azimuth is where it pushes the ship, clockwise from the bow."""

    thrust_n: float
    azimuth_rad: float
    asked_bow_n: float
    asked_starboard_n: float
    asked_thrust_n: float
    astray_s: float
    """For how long it has not done as told; from `_UNRELIABLE_S` on, how long it stays out."""
    available: int


class Propulsion(Record):
    """All thrusters and what they do together: force (bow, starboard) and moment (down)."""

    thrusters: Annotated[Sequence[Thruster], THRUSTERS]
    free: Annotated[Ints, THRUSTERS]
    available: int
    saturated: int
    power_w: float
    force: Vector3


def fill_thrusters(p: ThrusterParameters, config: ThrustersConfig) -> None:
    """One at each corner: bow starboard, bow port, stern starboard, stern port."""
    p.bow_m[:] = [config.bow_m, config.bow_m, -config.bow_m, -config.bow_m]
    p.starboard_m[:] = [config.starboard_m, -config.starboard_m] * 2
    p.limit_n = config.thrust_n
    p.rate_n_s = config.thrust_n / config.full_thrust_s
    p.azimuth_rate_rad_s = math.radians(config.azimuth_rate_deg_s)
    p.power_w = config.power_w


@kernel
def wrapped(angle_rad: float) -> float:
    """The same direction within half a turn."""
    return angle_rad - 2.0 * math.pi * math.floor(angle_rad / (2.0 * math.pi) + 0.5)


@kernel
def allocate(propulsion: Propulsion, p: ThrusterParameters, demand: Floats) -> None:
    """Share a demand (N bow, N starboard, N m) among the thrusters that are available.

    Least squares of the thrusts (Fossen 2011, section 12.3); those that it would overload
    give their most in that direction, and the others share what is left.
    """
    left_bow, left_starboard, left_moment = demand[0], demand[1], demand[2]
    for i in range(THRUSTERS):
        thruster = propulsion.thrusters[i]
        thruster.asked_bow_n = thruster.asked_starboard_n = 0.0
        propulsion.free[i] = thruster.available
    propulsion.saturated = 1 if propulsion.available < 2 else 0
    for _ in range(THRUSTERS):
        _share(propulsion, p, left_bow, left_starboard, left_moment)
        if not _overloaded(propulsion, p):
            return
        propulsion.saturated = 1
        left_bow, left_starboard, left_moment = demand[0], demand[1], demand[2]
        for i in range(THRUSTERS):
            thruster = propulsion.thrusters[i]
            if propulsion.free[i] == 0 and thruster.available == 1:
                left_bow -= thruster.asked_bow_n
                left_starboard -= thruster.asked_starboard_n
                left_moment -= (
                    p.bow_m[i] * thruster.asked_starboard_n
                    - p.starboard_m[i] * thruster.asked_bow_n
                )


@kernel
def _share(
    propulsion: Propulsion,
    p: ThrusterParameters,
    bow_n: float,
    starboard_n: float,
    moment_n_m: float,
) -> None:
    """The smallest thrusts of the free thrusters that make a force and moment."""
    count, bow_m, starboard_m, square_m2 = 0.0, 0.0, 0.0, 0.0
    for i in range(THRUSTERS):
        if propulsion.free[i] == 1:
            count += 1.0
            bow_m += p.bow_m[i]
            starboard_m += p.starboard_m[i]
            square_m2 += p.bow_m[i] ** 2 + p.starboard_m[i] ** 2
    if count == 0.0:
        return
    arm = moment_n_m + (starboard_m * bow_n - bow_m * starboard_n) / count
    lever_m2 = square_m2 - (bow_m**2 + starboard_m**2) / count
    # One thruster alone cannot turn the ship as it likes.
    turn = arm / lever_m2 if lever_m2 > 1.0 else 0.0
    along = (bow_n + starboard_m * turn) / count
    across = (starboard_n - bow_m * turn) / count
    for i in range(THRUSTERS):
        if propulsion.free[i] == 1:
            propulsion.thrusters[i].asked_bow_n = along - p.starboard_m[i] * turn
            propulsion.thrusters[i].asked_starboard_n = across + p.bow_m[i] * turn


@kernel
def _overloaded(propulsion: Propulsion, p: ThrusterParameters) -> bool:
    """Limit the free thrusters that are asked for too much, and take them out."""
    found = False
    for i in range(THRUSTERS):
        thruster = propulsion.thrusters[i]
        asked_n = math.hypot(thruster.asked_bow_n, thruster.asked_starboard_n)
        if propulsion.free[i] == 1 and asked_n > p.limit_n:
            thruster.asked_bow_n *= p.limit_n / asked_n
            thruster.asked_starboard_n *= p.limit_n / asked_n
            propulsion.free[i] = 0
            found = True
    return found


@kernel
def step_thrusters(
    propulsion: Propulsion, p: ThrusterParameters, faults: Faults, now_ns: int, step_s: float
) -> None:
    """Turn and push toward what is asked, within the rates; sum the forces."""
    propulsion.force[:] = 0.0
    propulsion.available = 0
    propulsion.power_w = 0.0
    for i in range(THRUSTERS):
        thruster = propulsion.thrusters[i]
        off = silent(faults.thruster[i], now_ns)
        _turn(thruster, p, step_s)
        limit_n = 0.0 if off else thruster.asked_thrust_n
        change_n = max(min(limit_n - thruster.thrust_n, p.rate_n_s * step_s), -p.rate_n_s * step_s)
        thruster.thrust_n += change_n
        thrust_n = min(max(spoil(faults.thruster[i], 0, thruster.thrust_n, now_ns), 0.0), p.limit_n)
        azimuth_rad = spoil(faults.thruster[i], 1, thruster.azimuth_rad, now_ns)
        bow_n, starboard_n = thrust_n * math.cos(azimuth_rad), thrust_n * math.sin(azimuth_rad)
        propulsion.force[0] += bow_n
        propulsion.force[1] += starboard_n
        propulsion.force[2] += p.bow_m[i] * starboard_n - p.starboard_m[i] * bow_n
        propulsion.power_w += p.power_w * (thrust_n / p.limit_n) ** 1.5
        bow_n -= thruster.thrust_n * math.cos(thruster.azimuth_rad)
        starboard_n -= thruster.thrust_n * math.sin(thruster.azimuth_rad)
        _judge(thruster, p, off, math.hypot(bow_n, starboard_n), step_s)
        propulsion.available += thruster.available


@kernel
def _turn(thruster: Thruster, p: ThrusterParameters, step_s: float) -> None:
    """Toward the direction asked; until it is there, only the part that helps is pushed."""
    asked_n = math.hypot(thruster.asked_bow_n, thruster.asked_starboard_n)
    thruster.asked_thrust_n = 0.0
    if asked_n <= 0.0:
        return
    off_rad = math.atan2(thruster.asked_starboard_n, thruster.asked_bow_n) - thruster.azimuth_rad
    off_rad = wrapped(off_rad)
    most_rad = p.azimuth_rate_rad_s * step_s
    turn_rad = max(min(off_rad, most_rad), -most_rad)
    thruster.azimuth_rad = wrapped(thruster.azimuth_rad + turn_rad)
    thruster.asked_thrust_n = asked_n * max(math.cos(off_rad - turn_rad), 0.0)


@kernel
def _judge(
    thruster: Thruster, p: ThrusterParameters, off: bool, error_n: float, step_s: float
) -> None:
    """Leave a thruster out that is off, or whose force has long not been what it was told."""
    if thruster.astray_s >= _UNRELIABLE_S:
        thruster.astray_s -= step_s
        if thruster.astray_s < _UNRELIABLE_S:
            thruster.astray_s = 0.0
    elif error_n > _TOLERANCE * p.limit_n:
        thruster.astray_s += step_s
        if thruster.astray_s >= _UNRELIABLE_S:
            thruster.astray_s += _RETRY_S
    else:
        thruster.astray_s = max(thruster.astray_s - step_s, 0.0)
    thruster.available = 0 if off or thruster.astray_s >= _UNRELIABLE_S else 1
