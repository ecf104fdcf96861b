"""The deck's pose at a time between two knots, and what moves with it.

A knot is twelve numbers: north, east, down, roll, pitch, heading (m, rad), and their rates.
"""

from __future__ import annotations

import math

from firmware_sim.barge.deck import DeckState
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats


@kernel
def set_pose(deck: DeckState, a: Floats, b: Floats, s: float, length_s: float) -> None:
    """The deck at a share `s` of the way from knot `a` to knot `b`: cubic Hermite.

    Velocities and accelerations are the cubic's derivatives.
    """
    # Values, first and second derivatives of the cubic's weights.
    rise = s * s * (3.0 - 2.0 * s)
    start, end = s * (s - 1.0) ** 2 * length_s, s * s * (s - 1.0) * length_s
    rise_1 = 6.0 * s * (1.0 - s) / length_s
    start_1, end_1 = (3.0 * s - 1.0) * (s - 1.0), s * (3.0 * s - 2.0)
    rise_2 = (6.0 - 12.0 * s) / length_s**2
    start_2, end_2 = (6.0 * s - 4.0) / length_s, (6.0 * s - 2.0) / length_s
    for i in range(3):
        step = b[i] - a[i]
        deck.position_m[i] = a[i] + rise * step + start * a[6 + i] + end * b[6 + i]
        deck.velocity_m_s[i] = rise_1 * step + start_1 * a[6 + i] + end_1 * b[6 + i]
        deck.acceleration_m_s2[i] = rise_2 * step + start_2 * a[6 + i] + end_2 * b[6 + i]
    roll = a[3] + rise * (b[3] - a[3]) + start * a[9] + end * b[9]
    pitch = a[4] + rise * (b[4] - a[4]) + start * a[10] + end * b[10]
    heading = a[5] + rise * (b[5] - a[5]) + start * a[11] + end * b[11]
    deck.roll_rad, deck.pitch_rad = roll, pitch
    deck.heading_rad = heading % (2.0 * math.pi)
    deck.roll_rate_rad_s = rise_1 * (b[3] - a[3]) + start_1 * a[9] + end_1 * b[9]
    deck.pitch_rate_rad_s = rise_1 * (b[4] - a[4]) + start_1 * a[10] + end_1 * b[10]
    deck.heading_rate_rad_s = rise_1 * (b[5] - a[5]) + start_1 * a[11] + end_1 * b[11]
    _turn(deck, roll, pitch, heading)


@kernel
def _turn(deck: DeckState, roll: float, pitch: float, heading: float) -> None:
    """The deck's axes (heading, then pitch, then roll) and angular velocity, in L."""
    cr, sr = math.cos(roll), math.sin(roll)
    cp, sp = math.cos(pitch), math.sin(pitch)
    ch, sh = math.cos(heading), math.sin(heading)
    m = deck.ned_from_deck
    m[0, 0], m[0, 1], m[0, 2] = cp * ch, sr * sp * ch - cr * sh, cr * sp * ch + sr * sh
    m[1, 0], m[1, 1], m[1, 2] = cp * sh, sr * sp * sh + cr * ch, cr * sp * sh - sr * ch
    m[2, 0], m[2, 1], m[2, 2] = -sp, sr * cp, cr * cp
    roll_rate, pitch_rate = deck.roll_rate_rad_s, deck.pitch_rate_rad_s
    deck.rate_rad_s[0] = roll_rate * cp * ch - pitch_rate * sh
    deck.rate_rad_s[1] = roll_rate * cp * sh + pitch_rate * ch
    deck.rate_rad_s[2] = deck.heading_rate_rad_s - roll_rate * sp


@kernel
def add_arm(out: Floats, arm_m: float) -> None:
    """Move a knot from the centre of mass to a point so far below it, turned with the ship."""
    cos_roll, sin_roll = math.cos(out[3]), math.sin(out[3])
    cos_pitch, sin_pitch = math.cos(out[4]), math.sin(out[4])
    cosine, sine = math.cos(out[5]), math.sin(out[5])
    roll_rate, pitch_rate, turning = out[9], out[10], out[11]
    ahead, across = cos_roll * sin_pitch, -sin_roll
    ahead_rate = -roll_rate * sin_roll * sin_pitch + pitch_rate * cos_roll * cos_pitch
    across_rate = -roll_rate * cos_roll
    down_rate = -roll_rate * sin_roll * cos_pitch - pitch_rate * cos_roll * sin_pitch
    out[0] += arm_m * (cosine * ahead - sine * across)
    out[1] += arm_m * (sine * ahead + cosine * across)
    out[2] += arm_m * cos_roll * cos_pitch
    ahead_rate -= turning * across
    across_rate += turning * ahead
    out[6] += arm_m * (cosine * ahead_rate - sine * across_rate)
    out[7] += arm_m * (sine * ahead_rate + cosine * across_rate)
    out[8] += arm_m * down_rate
