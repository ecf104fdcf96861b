"""Inertial navigation with GNSS, barometer, radar and the deck beacon: one computer's belief.

The IMU is integrated every cycle in L's axes, a frame fixed to the Earth (Groves 2013,
chapter 5.3); the filter's covariance is carried on ten times a second, and measurements are
taken in as they come.
"""

from __future__ import annotations

import math

from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.navigation_aiding import use_baro, use_gnss, use_radar
from firmware_sim.flight_software.navigation_alignment import align
from firmware_sim.flight_software.navigation_deck import move_deck, use_beacon
from firmware_sim.flight_software.navigation_filter import carry_on, correct
from firmware_sim.flight_software.navigation_inertial import integrate, watch
from firmware_sim.flight_software.navigation_solution import look_around, tell, tell_deck
from firmware_sim.flight_software.navigation_state import (
    BARO_H,
    CHANNELS,
    GNSS_P,
    GNSS_V,
    RING,
    RING_AXIS,
    RING_DECK,
    RING_P,
    RING_TURN,
    RING_V,
    A,
    NavigationParameters,
    NavigationState,
    P,
    navigation_parameters,
)
from firmware_sim.kernel import kernel
from firmware_sim.vehicle.receivers import CYCLE_NS

__all__ = ["NavigationParameters", "NavigationState", "align", "navigate", "navigation_parameters"]

_SLOW_NS = 100_000_000
_STUCK_CYCLES = 5
_BLIND_CYCLES = 10
_DISAGREES_NS = 1_000_000_000
_VAGUE_M = 100.0
_VAGUE_RAD = 0.05
"""Sigmas of position and attitude beyond which a solution is none; assumed."""


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
        watch(n, p, r)
        integrate(n, p, r, step_s)
    reach_s = move_deck(n, step_s, now_ns, s.deck_velocity_m_s)
    _remember(n, now_ns)
    if now_ns - n.covariance_ns >= _SLOW_NS or n.mass_kg == 0.0:
        carry_on(n, p, now_ns)
        look_around(n, p, r, s)
    _take_measurements(n, p, r, now_ns)
    tell(n, p, s)
    tell_deck(n, p, reach_s, s)
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
