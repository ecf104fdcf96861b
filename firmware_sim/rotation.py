"""Vectors of three and unit quaternions, scalar first, for kernels.

A quaternion `q` from B to E turns a vector's components in B into those in E:
v_E = q v_B q*. Formulas: Kuipers, Quaternions and Rotation Sequences (1999), ch. 5.
No function takes an output that is one of its inputs.
"""

from __future__ import annotations

import math

from firmware_sim.kernel import kernel
from firmware_sim.records import Floats


@kernel
def dot(a: Floats, b: Floats) -> float:
    """The scalar product."""
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


@kernel
def norm(a: Floats) -> float:
    """Length."""
    return math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])


@kernel
def cross(a: Floats, b: Floats, out: Floats) -> None:
    """out = a x b."""
    out[0] = a[1] * b[2] - a[2] * b[1]
    out[1] = a[2] * b[0] - a[0] * b[2]
    out[2] = a[0] * b[1] - a[1] * b[0]


@kernel
def apply(m: Floats, v: Floats, out: Floats) -> None:
    """out = m v, for a matrix of 3 x 3."""
    for i in range(3):
        out[i] = m[i, 0] * v[0] + m[i, 1] * v[1] + m[i, 2] * v[2]


@kernel
def apply_transposed(m: Floats, v: Floats, out: Floats) -> None:
    """out = m^T v: the rotation back, where m is a rotation."""
    for i in range(3):
        out[i] = m[0, i] * v[0] + m[1, i] * v[1] + m[2, i] * v[2]


@kernel
def matrix_of(q: Floats, out: Floats) -> None:
    """The rotation matrix of `q`: out v = q v q*."""
    w, x, y, z = q[0], q[1], q[2], q[3]
    out[0, 0] = 1.0 - 2.0 * (y * y + z * z)
    out[0, 1] = 2.0 * (x * y - w * z)
    out[0, 2] = 2.0 * (x * z + w * y)
    out[1, 0] = 2.0 * (x * y + w * z)
    out[1, 1] = 1.0 - 2.0 * (x * x + z * z)
    out[1, 2] = 2.0 * (y * z - w * x)
    out[2, 0] = 2.0 * (x * z - w * y)
    out[2, 1] = 2.0 * (y * z + w * x)
    out[2, 2] = 1.0 - 2.0 * (x * x + y * y)


@kernel
def quaternion_of(m: Floats, out: Floats) -> None:
    """The quaternion of a rotation matrix, by its largest component (Shepperd 1978)."""
    trace = m[0, 0] + m[1, 1] + m[2, 2]
    i = 0
    for k in range(1, 3):
        if m[k, k] > m[i, i]:
            i = k
    if trace >= m[i, i]:
        out[0] = 1.0 + trace
        out[1] = m[2, 1] - m[1, 2]
        out[2] = m[0, 2] - m[2, 0]
        out[3] = m[1, 0] - m[0, 1]
    else:
        j, k = (i + 1) % 3, (i + 2) % 3
        out[0] = m[k, j] - m[j, k]
        out[i + 1] = 1.0 + 2.0 * m[i, i] - trace
        out[j + 1] = m[j, i] + m[i, j]
        out[k + 1] = m[k, i] + m[i, k]
    normalize(out)


@kernel
def rotate(q: Floats, v: Floats, out: Floats) -> None:
    """out = q v q*."""
    w, x, y, z = q[0], q[1], q[2], q[3]
    a = 2.0 * (y * v[2] - z * v[1])
    b = 2.0 * (z * v[0] - x * v[2])
    c = 2.0 * (x * v[1] - y * v[0])
    out[0] = v[0] + w * a + y * c - z * b
    out[1] = v[1] + w * b + z * a - x * c
    out[2] = v[2] + w * c + x * b - y * a


@kernel
def unrotate(q: Floats, v: Floats, out: Floats) -> None:
    """out = q* v q: the rotation back."""
    w, x, y, z = q[0], q[1], q[2], q[3]
    a = 2.0 * (y * v[2] - z * v[1])
    b = 2.0 * (z * v[0] - x * v[2])
    c = 2.0 * (x * v[1] - y * v[0])
    out[0] = v[0] - w * a + y * c - z * b
    out[1] = v[1] - w * b + z * a - x * c
    out[2] = v[2] - w * c + x * b - y * a


@kernel
def multiply(a: Floats, b: Floats, out: Floats) -> None:
    """out = a b: first `b`, then `a`."""
    out[0] = a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]
    out[1] = a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2]
    out[2] = a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1]
    out[3] = a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0]


@kernel
def normalize(q: Floats) -> None:
    """Scale to unit length, in place."""
    scale = 1.0 / math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    for i in range(4):
        q[i] *= scale


@kernel
def turn(q: Floats, angle: Floats, out: Floats) -> None:
    """out = q turned on by the rotation vector `angle`, rad, given in the frame `q` is from.

    Exact for a constant rate: angle = rate x time.
    """
    size = norm(angle)
    half = 0.5 * size
    scale = math.sin(half) / size if size > 1e-9 else 0.5
    w, x, y, z = math.cos(half), scale * angle[0], scale * angle[1], scale * angle[2]
    out[0] = q[0] * w - q[1] * x - q[2] * y - q[3] * z
    out[1] = q[0] * x + q[1] * w + q[2] * z - q[3] * y
    out[2] = q[0] * y - q[1] * z + q[2] * w + q[3] * x
    out[3] = q[0] * z + q[1] * y - q[2] * x + q[3] * w


@kernel
def between(u: Floats, v: Floats, out: Floats) -> None:
    """The smallest rotation that takes the direction of `u` to that of `v`.

    For opposite directions the axis is square to `u` and to the coordinate axis that is
    farthest from it.
    """
    scale = norm(u) * norm(v)
    cosine = dot(u, v) / scale
    if cosine < -1.0 + 1e-14:
        _half_turn_square_to(u, out)
        return
    out[0] = 1.0 + cosine
    out[1] = (u[1] * v[2] - u[2] * v[1]) / scale
    out[2] = (u[2] * v[0] - u[0] * v[2]) / scale
    out[3] = (u[0] * v[1] - u[1] * v[0]) / scale
    normalize(out)


@kernel
def _half_turn_square_to(u: Floats, out: Floats) -> None:
    least = 0
    for i in range(1, 3):
        if abs(u[i]) < abs(u[least]):
            least = i
    j, k = (least + 1) % 3, (least + 2) % 3
    out[0] = 0.0
    out[least + 1] = 0.0
    out[j + 1] = u[k]
    out[k + 1] = -u[j]
    normalize(out)
