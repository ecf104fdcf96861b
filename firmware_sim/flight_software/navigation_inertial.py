"""Integration of the IMU, a cycle at a time, and what makes its values suspect.

In L's axes, fixed to the Earth: Groves (2013), chapter 5.3.
"""

from __future__ import annotations

from firmware_sim.environment.earth import gravity
from firmware_sim.flight_software.interfaces import Readings
from firmware_sim.flight_software.navigation_state import NavigationParameters, NavigationState
from firmware_sim.kernel import kernel
from firmware_sim.rotation import apply, apply_transposed, matrix_of, multiply, normalize


@kernel
def watch(n: NavigationState, p: NavigationParameters, r: Readings) -> None:
    """Count cycles without an IMU, and those whose values repeat bit for bit: noise never does."""
    if not r.imu_new:
        n.blind += 1
        n.lost += 1
        return
    n.blind = 0
    same_force, same_rate = p.accelerometer_noise_m_s2 > 0.0, p.gyro_noise_rad_s > 0.0
    for i in range(3):
        same_force = same_force and r.specific_force_m_s2[i] == n.last_imu[i]
        same_rate = same_rate and r.rate_rad_s[i] == n.last_imu[3 + i]
        n.last_imu[i], n.last_imu[3 + i] = r.specific_force_m_s2[i], r.rate_rad_s[i]
    n.alike[0] = n.alike[0] + 1 if same_force else 0
    n.alike[1] = n.alike[1] + 1 if same_rate else 0
    if same_force or same_rate:
        n.lost += 1


@kernel
def integrate(n: NavigationState, p: NavigationParameters, r: Readings, step_s: float) -> None:
    """Attitude by half a turn, force, the other half; without a new IMU value, by the last."""
    half, middle, turn = n.work[0], n.work[1], n.turn
    if r.imu_new:
        for i in range(3):
            earth = 0.0
            for k in range(3):
                earth += turn[k, i] * p.rate_ned_rad_s[k]
            n.rate_rad_s[i] = r.rate_rad_s[i] - n.gyro_bias_rad_s[i] - earth
            n.force_m_s2[i] = r.specific_force_m_s2[i] - n.accelerometer_bias_m_s2[i]
    if n.holding:
        _hold(n)
        return
    square = 0.0
    for i in range(3):
        half[1 + i] = 0.25 * step_s * n.rate_rad_s[i]
        square += half[1 + i] ** 2
    half[0] = 1.0 - 0.5 * square
    multiply(n.attitude, half, middle)
    normalize(middle)
    matrix_of(middle, turn)
    apply(turn, n.force_m_s2, n.specific_force_m_s2)
    multiply(middle, half, n.attitude)
    normalize(n.attitude)
    matrix_of(n.attitude, turn)
    _move(n, p, step_s)


@kernel
def _hold(n: NavigationState) -> None:
    for i in range(3):
        n.velocity_m_s[i] = 0.0
        n.axis_rate_per_s[i] = 0.0
    apply(n.turn, n.force_m_s2, n.specific_force_m_s2)


@kernel
def _move(n: NavigationState, p: NavigationParameters, step_s: float) -> None:
    """Velocity and position: specific force, gravity, and the Earth's turning."""
    place, pull, w = n.work[0], n.work[1], p.rate_ned_rad_s
    v, turn = n.velocity_m_s, n.turn
    for i in range(3):
        n.work[2, i] = n.position_m[i] + 0.5 * step_s * v[i]
    apply_transposed(p.site.ned_from_earth, n.work[2], place)
    for i in range(3):
        place[i] += p.site.origin_m[i]
    gravity(p.earth, place, pull)
    square = p.earth.rate_rad_s * p.earth.rate_rad_s
    pull[0] += square * place[0]
    pull[1] += square * place[1]
    apply(p.site.ned_from_earth, pull, n.work[2])
    v0, v1, v2 = v[0], v[1], v[2]
    n.work[2, 0] -= 2.0 * (w[1] * v2 - w[2] * v1)
    n.work[2, 1] -= 2.0 * (w[2] * v0 - w[0] * v2)
    n.work[2, 2] -= 2.0 * (w[0] * v1 - w[1] * v0)
    for i in range(3):
        gained = step_s * (n.specific_force_m_s2[i] + n.work[2, i])
        n.gained_m_s[i] += step_s * n.specific_force_m_s2[i]
        n.position_m[i] += step_s * (v[i] + 0.5 * gained)
        v[i] += gained
        n.axis_rate_per_s[i] = n.rate_rad_s[2] * turn[i, 1] - n.rate_rad_s[1] * turn[i, 2]
