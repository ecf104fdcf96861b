"""Where a lifting entry at a constant bank comes down: a point mass flown ahead on board."""

from __future__ import annotations

import math

from firmware_sim.environment.atmosphere import atmosphere
from firmware_sim.environment.earth import EarthParameters, gravity, horizon, site_position
from firmware_sim.flight_software.interfaces import Site
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record
from firmware_sim.rotation import cross, dot, norm


class EntryParameters(Record):
    """Of the vehicle and the site."""

    earth: EarthParameters
    site: Site
    ballistic_kg_m2: float
    lift_to_drag: float
    flip_height_m: float


_STEP_HIGH_S, _STEP_LOW_S = 4.0, 2.0
_HIGH_M = 90e3
_LONGEST = 1200


@kernel
def _acceleration(
    p: EntryParameters, r: Floats, v: Floats, bank_rad: float, sign: float, out: Floats, w: Floats
) -> float:
    """Acceleration in E of a banked point mass; returns the height. `w` is scratch, (3, 3)."""
    gravity(p.earth, r, out)
    rate = p.earth.rate_rad_s
    out[0] += rate * (rate * r[0] + 2.0 * v[1])
    out[1] += rate * (rate * r[1] - 2.0 * v[0])
    height = horizon(p.earth, r)[2]
    _, density, _, _ = atmosphere(height)
    speed = norm(v)
    drag = 0.5 * density * speed * speed / p.ballistic_kg_m2
    upward, right = w[0], w[1]
    lift_axes(r, v, upward, right)
    lift = p.lift_to_drag * drag
    along_up, along_right = lift * math.cos(bank_rad), sign * lift * math.sin(bank_rad)
    for i in range(3):
        out[i] += along_up * upward[i] + along_right * right[i] - drag * v[i] / speed
    return height


@kernel
def lift_axes(r: Floats, v: Floats, upward: Floats, right: Floats) -> None:
    """Unit vectors square to `v`: the one nearest to up, and the one to its right."""
    share = dot(r, v) / dot(v, v)
    for i in range(3):
        upward[i] = r[i] - share * v[i]
    scale = 1.0 / max(norm(upward), 1e-9)
    for i in range(3):
        upward[i] *= scale
    cross(v, upward, right)
    scale = 1.0 / max(norm(right), 1e-9)
    for i in range(3):
        right[i] *= scale


@kernel
def predict(
    p: EntryParameters, r: Floats, v: Floats, bank_rad: float, sign: float, w: Floats
) -> float:
    """Fly `r`, `v` (E; changed in place) on to flip height at constant bank; the time it takes, s.

    RK4 over a point mass; `w` is scratch of shape (9, 3).
    """
    time_s = 0.0
    for _ in range(_LONGEST):
        height = _acceleration(p, r, v, bank_rad, sign, w[0], w[6:9])
        if height <= p.flip_height_m:
            break
        step = _STEP_HIGH_S if height > _HIGH_M else _STEP_LOW_S
        _rk4(p, r, v, bank_rad, sign, step, w)
        time_s += step
    return time_s


@kernel
def _rk4(
    p: EntryParameters,
    r: Floats,
    v: Floats,
    bank_rad: float,
    sign: float,
    step: float,
    w: Floats,
) -> None:
    """One step; w[0] holds the acceleration at its start."""
    position, velocity, a = w[1], w[2], w[3]
    sum_v, sum_a = w[4], w[5]
    for i in range(3):
        sum_v[i], sum_a[i], a[i] = v[i], w[0, i], w[0, i]
        velocity[i] = v[i]
    for stage in range(1, 4):
        part = step if stage == 3 else 0.5 * step
        weight = 1.0 if stage == 3 else 2.0
        for i in range(3):
            position[i] = r[i] + part * velocity[i]
        for i in range(3):
            velocity[i] = v[i] + part * a[i]
        _acceleration(p, position, velocity, bank_rad, sign, a, w[6:9])
        for i in range(3):
            sum_v[i] += weight * velocity[i]
            sum_a[i] += weight * a[i]
    for i in range(3):
        r[i] += step / 6.0 * sum_v[i]
        v[i] += step / 6.0 * sum_a[i]


@kernel
def errors(p: EntryParameters, start: Floats, end: Floats, w: Floats) -> tuple[float, float]:
    """Along and to the right of the great circle from `start` to the site: how far `end` is off."""
    site_position(p.site, start, w[0])
    site_position(p.site, end, w[1])
    distance = max(math.hypot(w[0, 0], w[0, 1]), 1.0)
    north, east = -w[0, 0] / distance, -w[0, 1] / distance
    along = w[1, 0] * north + w[1, 1] * east
    return along, w[1, 1] * north - w[1, 0] * east
