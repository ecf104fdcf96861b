"""Where a lifting entry at a constant bank comes down: a point mass flown ahead on board."""

from __future__ import annotations

import math
from typing import Annotated

from firmware_sim.environment.air import AirParameters, air_parameters, mean_wind
from firmware_sim.environment.atmosphere import atmosphere
from firmware_sim.environment.earth import (
    EarthParameters,
    earth_parameters,
    gravity,
    horizon,
    site_position,
)
from firmware_sim.flight_software.interfaces import Site
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3, make, restore, save
from firmware_sim.rotation import cross, dot, norm
from gcs.config.simulation import SimulatedWeather
from gcs.config.vehicle import EntryProfile, VehicleModel

GLIDE_BELOW_M_S = 1000.0
"""Below this speed through the air lift is for small corrections, and none is planned."""


class EntryParameters(Record):
    """Of the vehicle, the site and the day."""

    earth: EarthParameters
    site: Site
    air: AirParameters
    """The winds of the day's forecast."""
    ballistic_kg_m2: float
    lift_to_drag: float
    flip_height_m: float
    flip_push_m_s: float
    """Speed that the turn from broadside to tail first takes away from where the nose lies."""


class Ahead(Record):
    """A point mass that is flown ahead, and what it is flown with; vectors are in E."""

    position_m: Vector3
    velocity_m_s: Vector3
    time_s: float
    bank_rad: float
    """Of the lift, from up."""
    sign: float
    """1 to bank to the right, -1 to the left."""
    drag_share: float
    lift_share: float
    """Of what the parameters say, as measured."""
    work: Annotated[Floats, (11, 3)]


_GRAVITY_M_S2 = 9.80665
_STEP_HIGH_S, _STEP_LOW_S = 4.0, 2.0
_HIGH_M = 90e3
_LONGEST = 1200


def entry_parameters(
    model: VehicleModel, site: Site, weather: SimulatedWeather | None = None
) -> EntryParameters:
    """Of a vehicle at a site; without `weather` no wind is foreseen. TypeError for other profiles.

    The push of the flip: drag is weight there, crossflow force goes by the square of the
    cosine of the angle turned, its side force by the sine: the integral is g / (3 rate).
    """
    profile = model.profile
    if not isinstance(profile, EntryProfile):
        raise TypeError(f"expected a vehicle with an entry profile, got one of {profile.kind}")
    p = make(EntryParameters)
    restore(p.earth, save(earth_parameters()))
    restore(p.site, save(site))
    if weather is not None:
        restore(p.air, save(air_parameters(weather)))
    p.ballistic_kg_m2 = profile.ballistic_kg_m2
    p.lift_to_drag = profile.lift_to_drag
    p.flip_height_m = profile.flip_height_m
    p.flip_push_m_s = _GRAVITY_M_S2 / (3.0 * math.radians(model.attitude.tilt_rate_deg_s))
    return p


@kernel
def through_air(p: EntryParameters, r: Floats, v: Floats, out: Floats, w: Floats) -> float:
    """Velocity through the air of the forecast, in E; returns the height. `w`: scratch, (2, 3)."""
    sine, cosine, height = horizon(p.earth, r)
    mean_wind(p.air, height, w[0], w[1])
    north, east = w[0, 0], w[0, 1]
    across = max(math.hypot(r[0], r[1]), 1.0)
    x, y = r[0] / across, r[1] / across
    out[0] = v[0] + north * sine * x + east * y
    out[1] = v[1] + north * sine * y - east * x
    out[2] = v[2] - north * cosine
    return height


@kernel
def _acceleration(p: EntryParameters, a: Ahead, r: Floats, v: Floats, out: Floats) -> float:
    """Acceleration in E of a banked point mass; returns the height."""
    upward, right, air = a.work[0], a.work[1], a.work[2]
    height = through_air(p, r, v, air, a.work[3:5])
    gravity(p.earth, r, out)
    rate = p.earth.rate_rad_s
    out[0] += rate * (rate * r[0] + 2.0 * v[1])
    out[1] += rate * (rate * r[1] - 2.0 * v[0])
    density = atmosphere(height)[1]
    speed = norm(air)
    drag = 0.5 * density * speed * speed / p.ballistic_kg_m2
    lift = a.lift_share * p.lift_to_drag * drag if speed > GLIDE_BELOW_M_S else 0.0
    drag *= a.drag_share
    lift_axes(r, air, upward, right)
    along_up, along_right = lift * math.cos(a.bank_rad), a.sign * lift * math.sin(a.bank_rad)
    for i in range(3):
        out[i] += along_up * upward[i] + along_right * right[i] - drag * air[i] / speed
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
def predict(p: EntryParameters, a: Ahead) -> None:
    """Fly `a` on to flip height: constant bank, then no lift from the glide's speed on.

    RK4 over a point mass; the last step goes back linearly to the height.
    """
    a.time_s = 0.0
    before = step = 0.0
    for _ in range(_LONGEST):
        height = _acceleration(p, a, a.position_m, a.velocity_m_s, a.work[5])
        if height <= p.flip_height_m:
            if before > height:
                _go_back(a, step * (p.flip_height_m - height) / (before - height))
            return
        before = height
        step = _STEP_HIGH_S if height > _HIGH_M else _STEP_LOW_S
        _rk4(p, a, step)
        a.time_s += step


@kernel
def _go_back(a: Ahead, time_s: float) -> None:
    a.time_s -= time_s
    for i in range(3):
        a.position_m[i] -= time_s * a.velocity_m_s[i]


@kernel
def _rk4(p: EntryParameters, a: Ahead, step: float) -> None:
    """One step; work[5] holds the acceleration at its start."""
    w = a.work
    position, velocity, acceleration = w[6], w[7], w[8]
    sum_v, sum_a = w[9], w[10]
    for i in range(3):
        sum_v[i], sum_a[i], acceleration[i] = a.velocity_m_s[i], w[5, i], w[5, i]
        velocity[i] = a.velocity_m_s[i]
    for stage in range(1, 4):
        part = step if stage == 3 else 0.5 * step
        weight = 1.0 if stage == 3 else 2.0
        for i in range(3):
            position[i] = a.position_m[i] + part * velocity[i]
        for i in range(3):
            velocity[i] = a.velocity_m_s[i] + part * acceleration[i]
        _acceleration(p, a, position, velocity, acceleration)
        for i in range(3):
            sum_v[i] += weight * velocity[i]
            sum_a[i] += weight * acceleration[i]
    for i in range(3):
        a.position_m[i] += step / 6.0 * sum_v[i]
        a.velocity_m_s[i] += step / 6.0 * sum_a[i]


@kernel
def errors(p: EntryParameters, start: Floats, end: Floats, w: Floats) -> tuple[float, float]:
    """Along and to the right of the great circle from `start` to the site: how far `end` is off.

    `w` is scratch of shape (2, 3).
    """
    site_position(p.site, start, w[0])
    site_position(p.site, end, w[1])
    distance = max(math.hypot(w[0, 0], w[0, 1]), 1.0)
    north, east = -w[0, 0] / distance, -w[0, 1] / distance
    along = w[1, 0] * north + w[1, 1] * east
    return along, w[1, 1] * north - w[1, 0] * east
