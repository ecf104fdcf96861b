"""What an inertial unit on the vehicle's axis feels over one cycle, from its true motion.

Means of specific force and angular rate come from the differences of the unit's velocity and
attitude over the cycle. In E, with w the Earth's rotation,

    f = dv/dt + 2 w x v + w x (w x r) - g(r)        (Groves 2013, eq. 5.29)

so that lever arm terms, contacts and the moving centre of mass are all in it.
"""

from __future__ import annotations

import math
from typing import Annotated

from firmware_sim.environment.earth import EarthParameters, gravity
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Matrix3, Quaternion, Record, Vector3
from firmware_sim.rotation import matrix_of, unrotate
from firmware_sim.vehicle.state import ATTITUDE, POSITION, RATE, VELOCITY, VehicleState


class Motion(Record):
    """The unit's true motion at `time_ns`, and the means over the cycle that ended there.

    Position and velocity are those of the unit, relative to the Earth, in E.
    """

    known: int
    """1 once a first cycle has been seen."""
    time_ns: int
    position_m: Vector3
    velocity_m_s: Vector3
    attitude: Quaternion
    cg_height_m: float
    earth_from_body: Matrix3
    axis_rate_per_s: Vector3
    """How the body axis, a unit vector, changes, in E."""
    specific_force_m_s2: Vector3
    """In B, as the next one."""
    rate_rad_s: Vector3
    work: Annotated[Floats, (4, 4)]


@kernel
def follow(m: Motion, earth: EarthParameters, v: VehicleState, height_m: float) -> None:
    """Take over the vehicle's motion at `v.time_ns`; `height_m` is the unit's place on the axis.

    The centre of mass moves along the axis as propellant burns; it is taken to rest there at
    first. The first call gives no means.
    """
    x, before = v.x, m.work
    for i in range(3):
        before[0, i] = m.position_m[i]
        before[1, i] = m.velocity_m_s[i]
    for i in range(4):
        before[2, i] = m.attitude[i]
    step_s = 1e-9 * (v.time_ns - m.time_ns)
    slide_m_s = (v.out.cg_height_m - m.cg_height_m) / step_s if m.known else 0.0
    _place(m, x, earth, height_m - v.out.cg_height_m, slide_m_s)
    m.cg_height_m = v.out.cg_height_m
    m.time_ns = v.time_ns
    if m.known:
        _mean_rate(m, earth, before[2], step_s)
        _mean_force(m, earth, before, step_s)
    m.known = 1


@kernel
def _place(m: Motion, x: Floats, earth: EarthParameters, arm_m: float, slide_m_s: float) -> None:
    turn, rate = m.earth_from_body, earth.rate_rad_s
    for i in range(4):
        m.attitude[i] = x[ATTITUDE + i]
    matrix_of(m.attitude, turn)
    yaw = x[RATE + 2] - rate * turn[2, 2]
    pitch = x[RATE + 1] - rate * turn[2, 1]
    for i in range(3):
        m.axis_rate_per_s[i] = yaw * turn[i, 1] - pitch * turn[i, 2]
        m.position_m[i] = x[POSITION + i] + arm_m * turn[i, 0]
        along = arm_m * m.axis_rate_per_s[i] - slide_m_s * turn[i, 0]
        m.velocity_m_s[i] = x[VELOCITY + i] + along


@kernel
def _mean_rate(m: Motion, earth: EarthParameters, before: Floats, step_s: float) -> None:
    """The rotation vector from the attitude before to the one now, and the Earth's rate."""
    a, b = before, m.attitude
    w = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]
    x = a[0] * b[1] - a[1] * b[0] - a[2] * b[3] + a[3] * b[2]
    y = a[0] * b[2] + a[1] * b[3] - a[2] * b[0] - a[3] * b[1]
    z = a[0] * b[3] - a[1] * b[2] + a[2] * b[1] - a[3] * b[0]
    sine = math.sqrt(x * x + y * y + z * z)
    scale = 2.0 * math.atan2(sine, abs(w)) / sine if sine > 1e-12 else 2.0
    scale = scale / step_s if w >= 0.0 else -scale / step_s
    turn = m.earth_from_body
    m.rate_rad_s[0] = scale * x + earth.rate_rad_s * turn[2, 0]
    m.rate_rad_s[1] = scale * y + earth.rate_rad_s * turn[2, 1]
    m.rate_rad_s[2] = scale * z + earth.rate_rad_s * turn[2, 2]


@kernel
def _mean_force(m: Motion, earth: EarthParameters, before: Floats, step_s: float) -> None:
    """In E at the middle of the cycle, then turned back by the attitude there."""
    middle, force, rate = before[3], before[1], earth.rate_rad_s
    for i in range(3):
        middle[i] = 0.5 * (before[0, i] + m.position_m[i])
        before[0, i] = 0.5 * (before[1, i] + m.velocity_m_s[i])
        before[1, i] = (m.velocity_m_s[i] - before[1, i]) / step_s
    force[0] -= 2.0 * rate * before[0, 1] + rate * rate * middle[0]
    force[1] += 2.0 * rate * before[0, 0] - rate * rate * middle[1]
    gravity(earth, middle, before[0])
    for i in range(3):
        force[i] -= before[0, i]
    sign = 1.0 if before[2, 0] * m.attitude[0] >= 0.0 else -1.0
    square = 0.0
    for i in range(4):
        middle[i] = sign * before[2, i] + m.attitude[i]
        square += middle[i] * middle[i]
    for i in range(4):
        middle[i] /= math.sqrt(square)
    unrotate(middle, force, m.specific_force_m_s2)
