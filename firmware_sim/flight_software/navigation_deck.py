"""The deck, as the beacon tells it: its place by relative GNSS, its motion on to now.

The deck's place is a state of the filter in the computer's own axes, so that an error common to
both antennas drops out of the relative position.
"""

from __future__ import annotations

import math

from firmware_sim.flight_software.interfaces import Readings
from firmware_sim.flight_software.navigation_aiding import (
    note,
    put,
    put_antenna,
    row_at,
    take,
    time_of,
)
from firmware_sim.flight_software.navigation_filter import DECK_LOST_NS
from firmware_sim.flight_software.navigation_state import (
    BEACON,
    DECK,
    RELATIVE,
    RING,
    RING_AXIS,
    RING_DECK,
    RING_P,
    STATES,
    NavigationParameters,
    NavigationState,
)
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats
from firmware_sim.vehicle.receivers import RELATIVE_FAST

_UNKNOWN_M = 100.0
"""Sigma of the deck's place before the first message."""
_SMOOTHING = 0.5
"""Of accelerations and rates from one message to the next."""
_LARGEST_SPEED_M_S = 15.0
_LARGEST_ANGLE_RAD = 0.6
"""A deck that is said to move or lean more is not believed; assumed."""
_EXTRA_M = 0.02
"""Of the message's lever arm: motion sensor noise at 40 m; assumed."""


@kernel
def use_beacon(n: NavigationState, p: NavigationParameters, r: Readings, now_ns: int) -> None:
    """The relative position, and with it the deck's motion; all or nothing."""
    held_ns = time_of(p, r.beacon_time_ns, now_ns)
    row = row_at(n, held_ns)
    if row < 0 or r.beacon_time_ns <= n.deck_ns or not _plausible(r):
        return
    late_s = 1e-9 * (now_ns - held_ns)
    arm_m = p.antenna_height_m - p.imu_height_m
    place = n.work[0]
    _place_antenna(p, r, n.work[1])
    past = n.past[row]
    for i in range(3):
        place[i] = r.beacon_relative_m[i] - n.work[1, i]
        place[i] += past[RING_P + i] + arm_m * past[RING_AXIS + i]
    if not n.deck_known:
        _find(n, place)
    taken = True
    for i in range(3):
        put_antenna(n, row, i, arm_m, late_s)
        for k in range(4):
            n.weights[k] = -n.weights[k]
        put(n, 4, DECK + i, 1.0)
        put(n, 5, BEACON + i, 1.0)
        innovation = place[i] - past[RING_DECK + i] - n.beacon_error_m[i]
        variance = (RELATIVE_FAST * p.relative_m) ** 2 + _EXTRA_M**2
        if taken:
            taken = take(n, 6, innovation, variance)
    note(n, RELATIVE, taken, now_ns)
    if taken:
        _take_motion(n, r)


@kernel
def _plausible(r: Readings) -> bool:
    speed, angle = 0.0, abs(r.beacon_roll_rad) + abs(r.beacon_pitch_rad)
    for i in range(3):
        speed += abs(r.beacon_velocity_m_s[i])
    finite = math.isfinite(r.beacon_heading_rad)
    return finite and speed < _LARGEST_SPEED_M_S and angle < _LARGEST_ANGLE_RAD


@kernel
def _place_antenna(p: NavigationParameters, r: Readings, out: Floats) -> None:
    """The deck antenna from the deck's centre, in L: roll, then pitch, then heading."""
    a = p.deck_antenna_m
    sine, cosine = math.sin(r.beacon_roll_rad), math.cos(r.beacon_roll_rad)
    y, z = cosine * a[1] - sine * a[2], sine * a[1] + cosine * a[2]
    sine, cosine = math.sin(r.beacon_pitch_rad), math.cos(r.beacon_pitch_rad)
    x, z = cosine * a[0] + sine * z, cosine * z - sine * a[0]
    sine, cosine = math.sin(r.beacon_heading_rad), math.cos(r.beacon_heading_rad)
    out[0] = cosine * x - sine * y
    out[1] = sine * x + cosine * y
    out[2] = z


@kernel
def _find(n: NavigationState, place: Floats) -> None:
    """Start the deck's states at the first message."""
    c = n.covariance
    n.deck_known = 1
    for i in range(3):
        n.deck_m[i] = place[i]
        for j in range(STATES):
            c[DECK + i, j] = 0.0
            c[j, DECK + i] = 0.0
        c[DECK + i, DECK + i] = _UNKNOWN_M**2
        n.correction[DECK + i] = 0.0
        for row in range(RING):
            n.past[row, RING_DECK + i] = place[i]


@kernel
def _take_motion(n: NavigationState, r: Readings) -> None:
    """Velocity and angles as sent; accelerations and rates from one message to the next."""
    step_s = 1e-9 * (r.beacon_time_ns - n.deck_ns)
    close = 0.0 < step_s < 0.5
    angles, told = n.deck_angles_rad, n.work[2]
    told[0], told[1], told[2] = r.beacon_roll_rad, r.beacon_pitch_rad, r.beacon_heading_rad
    for i in range(3):
        turned = told[i] - angles[i]
        if i == 2:
            turned = (turned + math.pi) % (2.0 * math.pi) - math.pi
        gained = r.beacon_velocity_m_s[i] - n.deck_velocity_m_s[i]
        slower, steadier = n.deck_acceleration_m_s2, n.deck_rates_rad_s
        slower[i] += _SMOOTHING * (gained / step_s - slower[i]) if close else -slower[i]
        steadier[i] += _SMOOTHING * (turned / step_s - steadier[i]) if close else -steadier[i]
        n.deck_velocity_m_s[i] = r.beacon_velocity_m_s[i]
        angles[i] = told[i]
    n.deck_heading[0] = math.cos(r.beacon_heading_rad)
    n.deck_heading[1] = math.sin(r.beacon_heading_rad)
    n.deck_ns = r.beacon_time_ns


@kernel
def move_deck(n: NavigationState, step_s: float, now_ns: int, velocity: Floats) -> float:
    """Move the deck on by a cycle; gives its velocity now, and how far its angles reach, s.

    Once messages are missing it is taken to stand still at a level that grows uncertain.
    """
    age_ns = now_ns - n.deck_ns
    age_s = 1e-9 * age_ns
    alive = 1.0 if n.deck_known and age_ns <= DECK_LOST_NS else 0.0
    for i in range(3):
        velocity[i] = alive * (n.deck_velocity_m_s[i] + age_s * n.deck_acceleration_m_s2[i])
        n.deck_m[i] += step_s * (velocity[i] - 0.5 * step_s * alive * n.deck_acceleration_m_s2[i])
    reach_s = alive * age_s
    roll = alive * n.deck_angles_rad[0] + reach_s * n.deck_rates_rad_s[0]
    pitch = alive * n.deck_angles_rad[1] + reach_s * n.deck_rates_rad_s[1]
    cosine, sine, down = n.deck_heading[0], n.deck_heading[1], n.deck_down
    down[0] = cosine * pitch + sine * roll
    down[1] = sine * pitch - cosine * roll
    down[2] = 1.0 - 0.5 * (down[0] * down[0] + down[1] * down[1])
    return reach_s
