"""What GNSS, barometer and radar tell the filter, each held against the state of its own time.

A measurement of t seconds ago is compared with what was believed then; its position errors are
those of now less t times the velocity's. A number beyond its gate is refused; the gate opens
again only as the filter's own uncertainty grows.
"""

from __future__ import annotations

import math

from firmware_sim.flight_software.interfaces import Readings
from firmware_sim.flight_software.navigation_filter import expected, update, weigh
from firmware_sim.flight_software.navigation_state import (
    BARO,
    BARO_H,
    DECK,
    GNSS_P,
    GNSS_V,
    RADAR_R,
    RING,
    RING_AXIS,
    RING_P,
    RING_TURN,
    RING_V,
    SKY,
    A,
    NavigationParameters,
    NavigationState,
    P,
    V,
)
from firmware_sim.kernel import kernel
from firmware_sim.rotation import apply
from firmware_sim.vehicle.receivers import CYCLE_NS
from firmware_sim.vehicle.sensors import SEA_ROUGHNESS_M, STATIC_PORT_SHARE

_GATE = 25.0
"""Squared: five standard deviations."""
_STATIC_PORT_REPEATS = 25.0
"""The static port's error is the same from sample to sample: so many count as one; assumed."""
_EDGE_M = 4.0
"""Within this of the deck's edge, and three sigmas, a radar range could be either; assumed."""
_RADAR_COSINE = 0.9


@kernel
def take(n: NavigationState, count: int, innovation: float, variance: float) -> bool:
    """Gate one number, described by `places` and `weights`, and take it in if it passes.

    `variance` is that of its own white noise. A NaN does not pass.
    """
    innovation -= expected(n, count)
    total = weigh(n, count, variance)
    if not innovation * innovation <= _GATE * total:
        return False
    update(n, innovation, total)
    return True


@kernel
def note(n: NavigationState, channel: int, taken: bool, now_ns: int) -> None:
    """Keep the books of refusals: a measurement counts as taken if all its numbers were."""
    if taken:
        n.refused_from_ns[channel] = 0
        return
    if n.refused_from_ns[channel] == 0:
        n.refused_from_ns[channel] = now_ns
    n.refused_ns[channel] = now_ns


@kernel
def time_of(p: NavigationParameters, measured_ns: int, now_ns: int) -> int:
    """The time whose state a measurement is held against."""
    return measured_ns if p.compensate else now_ns


@kernel
def row_at(n: NavigationState, time_ns: int) -> int:
    """The row of the past at `time_ns`; -1 where it is not kept."""
    row = time_ns // CYCLE_NS % RING
    return row if n.past_ns[row] == time_ns // CYCLE_NS * CYCLE_NS else -1


@kernel
def put(n: NavigationState, k: int, place: int, weight: float) -> None:
    """Entry `k` of the measurement's row."""
    n.places[k] = place
    n.weights[k] = weight


@kernel
def put_antenna(n: NavigationState, row: int, axis: int, arm_m: float, late_s: float) -> None:
    """Entries 0 to 3: how the antenna's place along `axis`, `late_s` ago, depends on the errors."""
    j, k = (axis + 1) % 3, (axis + 2) % 3
    put(n, 0, P + axis, 1.0)
    put(n, 1, V + axis, -late_s)
    put(n, 2, A + j, arm_m * n.past[row, RING_AXIS + k])
    put(n, 3, A + k, -arm_m * n.past[row, RING_AXIS + j])


@kernel
def use_gnss(n: NavigationState, p: NavigationParameters, r: Readings, now_ns: int) -> None:
    """Position and velocity of the antenna."""
    held_ns = time_of(p, r.gnss_time_ns, now_ns)
    row = row_at(n, held_ns)
    if row < 0:
        return
    late_s = 1e-9 * (now_ns - held_ns)
    arm_m = p.antenna_height_m - p.imu_height_m
    past, place, speed = n.past[row], n.work[0], n.work[1]
    for i in range(3):
        n.work[2, i] = r.gnss_position_m[i] - p.site.origin_m[i]
    apply(p.site.ned_from_earth, n.work[2], place)
    apply(p.site.ned_from_earth, r.gnss_velocity_m_s, speed)
    if math.isfinite(place[0] + place[1] + place[2]):
        taken = True
        for i in range(3):
            put_antenna(n, row, i, arm_m, late_s)
            put(n, 4, SKY + i, 1.0)
            believed = past[RING_P + i] + arm_m * past[RING_AXIS + i] + n.sky_error_m[i]
            taken = take(n, 5, place[i] - believed, p.gnss_noise_m**2) and taken
        note(n, GNSS_P, taken, now_ns)
    if math.isfinite(speed[0] + speed[1] + speed[2]):
        taken = True
        for i in range(3):
            put(n, 0, V + i, 1.0)
            believed = past[RING_V + i] + arm_m * past[RING_TURN + i]
            taken = take(n, 1, speed[i] - believed, p.gnss_velocity_m_s**2) and taken
        note(n, GNSS_V, taken, now_ns)


@kernel
def altitude_of(n: NavigationState, arm_m: float) -> float:
    """Over the ellipsoid, of the point on the axis `arm_m` before the IMU."""
    height_m = n.altitude_m
    for i in range(3):
        point = n.position_m[i] + arm_m * n.turn[i, 0]
        height_m += n.up[i] * (point - n.reference_m[i])
    return height_m


@kernel
def use_baro(n: NavigationState, p: NavigationParameters, r: Readings, now_ns: int) -> None:
    """Pressure altitude of the IMU's place; the static port's error grows with speed squared."""
    square = n.velocity_m_s[0] ** 2 + n.velocity_m_s[1] ** 2 + n.velocity_m_s[2] ** 2
    port_m = STATIC_PORT_SHARE * square / (2.0 * 9.80665)
    for i in range(3):
        put(n, i, P + i, n.up[i])
    put(n, 3, BARO, 1.0)
    variance = p.baro_noise_m**2 + _STATIC_PORT_REPEATS * port_m * port_m
    innovation = r.baro_altitude_m - altitude_of(n, 0.0) - n.baro_error_m
    note(n, BARO_H, take(n, 4, innovation, variance), now_ns)


@kernel
def use_radar(n: NavigationState, p: NavigationParameters, r: Readings, now_ns: int) -> None:
    """Range along the axis to the deck or the water, where it is clear which of them it was."""
    upright = 0.0
    for i in range(3):
        upright += n.up[i] * n.turn[i, 0]
    if upright < _RADAR_COSINE:
        return
    over = _over_deck(n, p, r.radar_range_m)
    if over > 0:
        _range_deck(n, p, r, now_ns)
    elif over < 0:
        for i in range(3):
            put(n, i, P + i, n.up[i] / upright)
        variance = p.radar_noise_m**2 + SEA_ROUGHNESS_M**2
        believed = altitude_of(n, -p.imu_height_m) / upright
        note(n, RADAR_R, take(n, 3, r.radar_range_m - believed, variance), now_ns)


@kernel
def _over_deck(n: NavigationState, p: NavigationParameters, range_m: float) -> int:
    """1 where the beam surely met the deck, -1 where it surely missed it, else 0."""
    c = n.covariance
    sigma = 0.0
    for i in range(2):
        relative = c[P + i, P + i] + c[DECK + i, DECK + i] - 2.0 * c[P + i, DECK + i]
        sigma = max(sigma, math.sqrt(max(relative, 0.0)))
    margin_m = _EDGE_M + 3.0 * sigma
    reach_m = p.imu_height_m + range_m
    north = n.position_m[0] - reach_m * n.turn[0, 0] - n.deck_m[0]
    east = n.position_m[1] - reach_m * n.turn[1, 0] - n.deck_m[1]
    ahead = abs(n.deck_heading[0] * north + n.deck_heading[1] * east) - p.deck_half_length_m
    aside = abs(n.deck_heading[0] * east - n.deck_heading[1] * north) - p.deck_half_width_m
    if n.deck_known and max(ahead, aside) < -margin_m:
        return 1
    return -1 if max(ahead, aside) > margin_m else 0


@kernel
def _range_deck(n: NavigationState, p: NavigationParameters, r: Readings, now_ns: int) -> None:
    sink, drop = 0.0, 0.0
    for i in range(3):
        sink -= n.deck_down[i] * n.turn[i, 0]
        feet = n.position_m[i] - p.imu_height_m * n.turn[i, 0]
        drop += n.deck_down[i] * (n.deck_m[i] - feet)
    for i in range(3):
        put(n, i, DECK + i, n.deck_down[i] / sink)
        put(n, 3 + i, P + i, -n.deck_down[i] / sink)
    taken = take(n, 6, r.radar_range_m - drop / sink, p.radar_noise_m**2)
    note(n, RADAR_R, taken, now_ns)
