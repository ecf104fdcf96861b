"""The error-state Kalman filter: covariance carried on, scalar updates, gates.

Errors are true minus believed; the attitude error turns vectors in L (Groves 2013, chapter 14.2,
written for a fixed Cartesian frame). Updates are scalar, one number of a measurement
after the other, which needs no inverse (Bierman 1977).
"""

from __future__ import annotations

import math

from firmware_sim.flight_software.navigation_state import (
    BA,
    BARO,
    BEACON,
    BG,
    DECK,
    RING,
    RING_DECK,
    RING_P,
    RING_V,
    SKY,
    STATES,
    A,
    NavigationParameters,
    NavigationState,
    P,
    V,
)
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats
from firmware_sim.rotation import matrix_of, normalize
from firmware_sim.vehicle.receivers import RELATIVE_SLOW, RELATIVE_TIME_S, SKY_TIME_S

_SCALE_TIME_S = 10.0
"""For how long a scale error acts one way, assumed."""
_BIAS_WALK = 0.02
"""Share of its prior sigma by which a bias is allowed to walk in 1 s^0.5, assumed."""
_BARO_WALK_M = 0.3
"""In 1 s^0.5: weather and the static port, assumed."""
_DECK_WALK_M = 0.03
"""Of the deck's position between messages, in 1 s^0.5, assumed."""
_DECK_LOST_WALK_M = 0.35
"""The same once messages are missing: heave goes on unseen; assumed."""
DECK_LOST_NS = 500_000_000
_UNFELT_M_S2 = 10.0
_UNFELT_RAD_S = 0.1
"""What the vehicle may do in a cycle that the IMU did not measure, assumed."""


@kernel
def carry_on(n: NavigationState, p: NavigationParameters, now_ns: int) -> None:
    """Carry the covariance from `covariance_ns` to now."""
    step_s = 1e-9 * (now_ns - n.covariance_ns)
    n.covariance_ns = now_ns
    c = n.covariance
    if step_s > 0.0 and not n.holding:
        _spread_rows(n, c, step_s)
        _spread_columns(n, c, step_s)
        _drive_motion(n, p, c, step_s)
    _drive_errors(n, p, c, step_s)
    for i in range(3):
        n.gained_m_s[i] = 0.0


@kernel
def _spread_rows(n: NavigationState, c: Floats, step_s: float) -> None:
    """c = F c, with the rows in the order in which each still needs the old ones."""
    g, m = n.gained_m_s, n.turn
    for j in range(STATES):
        a0, a1, a2 = c[A, j], c[A + 1, j], c[A + 2, j]
        b0, b1, b2 = step_s * c[BA, j], step_s * c[BA + 1, j], step_s * c[BA + 2, j]
        g0, g1, g2 = step_s * c[BG, j], step_s * c[BG + 1, j], step_s * c[BG + 2, j]
        v0 = a1 * g[2] - a2 * g[1] - m[0, 0] * b0 - m[0, 1] * b1 - m[0, 2] * b2
        v1 = a2 * g[0] - a0 * g[2] - m[1, 0] * b0 - m[1, 1] * b1 - m[1, 2] * b2
        v2 = a0 * g[1] - a1 * g[0] - m[2, 0] * b0 - m[2, 1] * b1 - m[2, 2] * b2
        c[P, j] += step_s * (c[V, j] + 0.5 * v0)
        c[P + 1, j] += step_s * (c[V + 1, j] + 0.5 * v1)
        c[P + 2, j] += step_s * (c[V + 2, j] + 0.5 * v2)
        c[V, j] += v0
        c[V + 1, j] += v1
        c[V + 2, j] += v2
        c[A, j] -= m[0, 0] * g0 + m[0, 1] * g1 + m[0, 2] * g2
        c[A + 1, j] -= m[1, 0] * g0 + m[1, 1] * g1 + m[1, 2] * g2
        c[A + 2, j] -= m[2, 0] * g0 + m[2, 1] * g1 + m[2, 2] * g2


@kernel
def _spread_columns(n: NavigationState, c: Floats, step_s: float) -> None:
    """c = c F^T: the same for columns; the result is symmetric to rounding, then made so."""
    g, m = n.gained_m_s, n.turn
    for j in range(STATES):
        r = c[j]
        a0, a1, a2 = r[A], r[A + 1], r[A + 2]
        b0, b1, b2 = step_s * r[BA], step_s * r[BA + 1], step_s * r[BA + 2]
        g0, g1, g2 = step_s * r[BG], step_s * r[BG + 1], step_s * r[BG + 2]
        v0 = a1 * g[2] - a2 * g[1] - m[0, 0] * b0 - m[0, 1] * b1 - m[0, 2] * b2
        v1 = a2 * g[0] - a0 * g[2] - m[1, 0] * b0 - m[1, 1] * b1 - m[1, 2] * b2
        v2 = a0 * g[1] - a1 * g[0] - m[2, 0] * b0 - m[2, 1] * b1 - m[2, 2] * b2
        r[P] += step_s * (r[V] + 0.5 * v0)
        r[P + 1] += step_s * (r[V + 1] + 0.5 * v1)
        r[P + 2] += step_s * (r[V + 2] + 0.5 * v2)
        r[V] += v0
        r[V + 1] += v1
        r[V + 2] += v2
        r[A] -= m[0, 0] * g0 + m[0, 1] * g1 + m[0, 2] * g2
        r[A + 1] -= m[1, 0] * g0 + m[1, 1] * g1 + m[1, 2] * g2
        r[A + 2] -= m[2, 0] * g0 + m[2, 1] * g1 + m[2, 2] * g2
    for i in range(STATES):
        for j in range(i):
            c[j, i] = c[i, j]


@kernel
def _drive_motion(n: NavigationState, p: NavigationParameters, c: Floats, step_s: float) -> None:
    """White noise of the IMU, and its scale errors as noise that grows with the force."""
    cycle_s = 0.01
    square = n.gained_m_s[0] ** 2 + n.gained_m_s[1] ** 2 + n.gained_m_s[2] ** 2
    scale = p.accelerometer_scale**2 * square / (step_s * step_s) * _SCALE_TIME_S
    force = p.accelerometer_noise_m_s2**2 * cycle_s + scale
    turn = p.gyro_noise_rad_s**2 * cycle_s
    if n.lost > 0:
        # Wrong by as much for all of the step: it adds up, other than noise.
        force += _UNFELT_M_S2**2 * step_s
        turn += _UNFELT_RAD_S**2 * step_s
        n.lost = 0
    for i in range(3):
        c[V + i, V + i] += force * step_s
        c[A + i, A + i] += turn * step_s
        c[BA + i, BA + i] += (_BIAS_WALK * p.accelerometer_bias_m_s2) ** 2 * step_s
        c[BG + i, BG + i] += (_BIAS_WALK * p.gyro_bias_rad_s) ** 2 * step_s


@kernel
def _drive_errors(n: NavigationState, p: NavigationParameters, c: Floats, step_s: float) -> None:
    """Errors of other sensors that wander, and the deck between messages."""
    late = n.deck_known and n.covariance_ns - n.deck_ns > DECK_LOST_NS
    walk = _DECK_LOST_WALK_M if late else _DECK_WALK_M
    _fade(c, n.sky_error_m, SKY, p.sky_m, step_s / SKY_TIME_S)
    _fade(c, n.beacon_error_m, BEACON, RELATIVE_SLOW * p.relative_m, step_s / RELATIVE_TIME_S)
    for i in range(3):
        c[DECK + i, DECK + i] += walk * walk * step_s
    c[BARO, BARO] += _BARO_WALK_M**2 * step_s


@kernel
def _fade(c: Floats, value: Floats, first: int, sigma: float, step: float) -> None:
    """A first-order Gauss-Markov error; `step` is a share of its correlation time."""
    keep = math.exp(-step)
    for i in range(first, first + 3):
        value[i - first] *= keep
        for j in range(STATES):
            c[i, j] *= keep
        for j in range(STATES):
            c[j, i] *= keep
        c[i, i] += sigma * sigma * (1.0 - keep * keep)


@kernel
def weigh(n: NavigationState, count: int, variance: float) -> float:
    """The innovation's variance for the measurement in `places` and `weights`.

    Leaves the covariance of all states with the measured number in `column`.
    """
    c, column = n.covariance, n.column
    for j in range(STATES):
        column[j] = 0.0
    for k in range(count):
        row, weight = c[n.places[k]], n.weights[k]
        for j in range(STATES):
            column[j] += weight * row[j]
    for k in range(count):
        variance += n.weights[k] * column[n.places[k]]
    return variance


@kernel
def expected(n: NavigationState, count: int) -> float:
    """What the corrections gathered so far this cycle already explain of an innovation."""
    total = 0.0
    for k in range(count):
        total += n.weights[k] * n.correction[n.places[k]]
    return total


@kernel
def update(n: NavigationState, innovation: float, variance: float) -> None:
    """Take in the number that `weigh` has weighed; `innovation` is what `expected` leaves."""
    c, column = n.covariance, n.column
    share = innovation / variance
    for j in range(STATES):
        n.correction[j] += share * column[j]
    scale = 1.0 / math.sqrt(variance)
    for j in range(STATES):
        column[j] *= scale
    for i in range(STATES):
        row, factor = c[i], column[i]
        for j in range(STATES):
            row[j] -= factor * column[j]


@kernel
def correct(n: NavigationState) -> None:
    """Move the gathered corrections into what is believed, past included."""
    d = n.correction
    for i in range(3):
        n.position_m[i] += d[P + i]
        n.velocity_m_s[i] += d[V + i]
        n.accelerometer_bias_m_s2[i] += d[BA + i]
        n.gyro_bias_rad_s[i] += d[BG + i]
        n.sky_error_m[i] += d[SKY + i]
        n.deck_m[i] += d[DECK + i]
        n.beacon_error_m[i] += d[BEACON + i]
    n.baro_error_m += d[BARO]
    for k in range(RING):
        row = n.past[k]
        for i in range(3):
            row[RING_P + i] += d[P + i]
            row[RING_V + i] += d[V + i]
            row[RING_DECK + i] += d[DECK + i]
    _turn_by(n.attitude, d[A], d[A + 1], d[A + 2])
    matrix_of(n.attitude, n.turn)
    for j in range(STATES):
        d[j] = 0.0


@kernel
def _turn_by(q: Floats, x: float, y: float, z: float) -> None:
    """Turn by a small rotation vector in L."""
    w0, x0, y0, z0 = q[0], q[1], q[2], q[3]
    x, y, z = 0.5 * x, 0.5 * y, 0.5 * z
    q[0] = w0 - x * x0 - y * y0 - z * z0
    q[1] = x0 + x * w0 + y * z0 - z * y0
    q[2] = y0 + y * w0 + z * x0 - x * z0
    q[3] = z0 + z * w0 + x * y0 - y * x0
    normalize(q)
