"""Wind at the vehicle: a mean that changes with height, and gusts.

Mean wind without rows aloft: the power law over open sea, exponent 0.11 (IEC 61400-3),
constant above 1 km. With rows: linear between them, component by component, from the wind at
10 m up.

Gusts: the Dryden form of MIL-F-8785C, section 3.7, along the wind, across it and down. Scale
lengths and the ratio of vertical to horizontal intensity are those of low altitude below
1000 ft, of medium altitude above 2000 ft, linear between. The horizontal intensity is what the
reported gust tells, constant to 10 km and fading to nothing at 20 km (assumed).
"""

from __future__ import annotations

import math
from typing import Annotated

from firmware_sim.chance import Chance, normal, seed_chance
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3, make
from firmware_sim.vehicle.state import VehicleOutputs
from gcs.config.simulation import SimulatedWeather

ROWS = 64
"""Room for the mean wind's rows."""
_REFERENCE_M = 10.0
_SHEAR_EXPONENT = 0.11
_SHEAR_FROM_M, _SHEAR_TOP_M = 1.0, 1000.0
_GUST_SIGMAS = 3.0
"""By how many standard deviations a reported gust exceeds the mean; assumed."""
_FOOT_M = 0.3048
_LOW_FT, _LOWEST_FT, _MEDIUM_FT = 1000.0, 10.0, 2000.0
_MEDIUM_SCALE_FT = 1750.0
_FADE_FROM_M, _FADE_TO_M = 10_000.0, 20_000.0
_SLOWEST_M_S = 1.0
"""Gusts pass a vehicle that stands in still air at this speed; assumed."""
_ROOT_3 = math.sqrt(3.0)
_ROOT_HALF = math.sqrt(0.5)


class AirParameters(Record):
    """Mean wind, as rows by height over the sea if there are any, and the strength of gusts."""

    rows: int
    height_m: Annotated[Floats, ROWS]
    north_m_s: Annotated[Floats, ROWS]
    east_m_s: Annotated[Floats, ROWS]
    speed_m_s: float
    """At 10 m; it goes toward `north`, `east`, a unit vector."""
    north: float
    east: float
    sigma_m_s: float


class Air(Record):
    """The wind now, where it holds, and the filters that shape the gusts.

    Components are in the vehicle's own north, east and down.
    """

    wind_ned_m_s: Vector3
    """Mean and gust together."""
    wind_gradient_per_s: Vector3
    """Of the mean wind by height."""
    altitude_m: float
    gust_ned_m_s: Vector3
    along: float
    """Filter states of unit variance, and two pairs for the two-pole components."""
    across: Annotated[Floats, 2]
    down: Annotated[Floats, 2]
    updated_ns: int
    chance: Chance


def air_parameters(weather: SimulatedWeather) -> AirParameters:
    """The air of a mission's weather, which has no more rows aloft than there is room for."""
    p = make(AirParameters)
    p.speed_m_s = weather.wind_speed_m_s
    p.north, p.east = -math.cos(weather.wind_direction), -math.sin(weather.wind_direction)
    p.sigma_m_s = max(weather.wind_gust_m_s - weather.wind_speed_m_s, 0.0) / _GUST_SIGMAS
    rows = [(row.altitude_m, row.speed_m_s, row.direction) for row in weather.aloft]
    if rows:
        rows.insert(0, (_REFERENCE_M, weather.wind_speed_m_s, weather.wind_direction))
    p.rows = len(rows)
    for index, (height_m, speed_m_s, direction) in enumerate(rows):
        p.height_m[index] = height_m
        p.north_m_s[index] = -speed_m_s * math.cos(direction)
        p.east_m_s[index] = -speed_m_s * math.sin(direction)
    return p


def make_air(air: Air, seed: int) -> None:
    """Start the gusts, as if they had blown for long."""
    seed_chance(air.chance, seed, "air")
    air.along = normal(air.chance)
    for pair in (air.across, air.down):
        pair[0] = normal(air.chance)
        pair[1] = 0.5 * pair[0] + 0.5 * normal(air.chance)


@kernel
def step_air(air: Air, p: AirParameters, out: VehicleOutputs, now_ns: int) -> None:
    """Bring the wind to `now_ns`, at the vehicle."""
    air.altitude_m = out.altitude_m
    mean_wind(p, out.altitude_m, air.wind_ned_m_s, air.wind_gradient_per_s)
    elapsed_s = 1e-9 * (now_ns - air.updated_ns)
    air.updated_ns = now_ns
    if p.sigma_m_s > 0.0:
        _gust(air, p, max(out.airspeed_m_s, _SLOWEST_M_S), elapsed_s)
        for i in range(3):
            air.wind_ned_m_s[i] += air.gust_ned_m_s[i]


@kernel
def mean_wind(p: AirParameters, altitude_m: float, wind: Floats, gradient: Floats) -> None:
    """The mean wind, m/s, and its change with height, 1/s, in NED."""
    wind[:] = 0.0
    gradient[:] = 0.0
    if p.rows == 0:
        height_m = min(max(altitude_m, _SHEAR_FROM_M), _SHEAR_TOP_M)
        speed_m_s = p.speed_m_s * (height_m / _REFERENCE_M) ** _SHEAR_EXPONENT
        wind[0], wind[1] = p.north * speed_m_s, p.east * speed_m_s
        if height_m == altitude_m:
            gradient[0] = wind[0] * _SHEAR_EXPONENT / height_m
            gradient[1] = wind[1] * _SHEAR_EXPONENT / height_m
        return
    above = 0
    while above < p.rows and altitude_m >= p.height_m[above]:
        above += 1
    if above == 0 or above == p.rows:
        row = max(above - 1, 0)
        wind[0], wind[1] = p.north_m_s[row], p.east_m_s[row]
        return
    below = above - 1
    rise_m = p.height_m[above] - p.height_m[below]
    gradient[0] = (p.north_m_s[above] - p.north_m_s[below]) / rise_m
    gradient[1] = (p.east_m_s[above] - p.east_m_s[below]) / rise_m
    wind[0] = p.north_m_s[below] + gradient[0] * (altitude_m - p.height_m[below])
    wind[1] = p.east_m_s[below] + gradient[1] * (altitude_m - p.height_m[below])


@kernel
def turbulence(altitude_m: float) -> tuple[float, float, float, float]:
    """Horizontal and vertical scale length, m, and intensities as multiples of `sigma_m_s`."""
    height_ft = max(altitude_m / _FOOT_M, _LOWEST_FT)
    low_ft = min(height_ft, _LOW_FT)
    shape = 0.177 + 0.000823 * low_ft
    horizontal_ft, vertical_ft = low_ft / shape**1.2, low_ft
    if height_ft > _LOW_FT:
        share = min((height_ft - _LOW_FT) / (_MEDIUM_FT - _LOW_FT), 1.0)
        horizontal_ft += share * (_MEDIUM_SCALE_FT - horizontal_ft)
        vertical_ft += share * (_MEDIUM_SCALE_FT - vertical_ft)
    fade = min(max((_FADE_TO_M - altitude_m) / (_FADE_TO_M - _FADE_FROM_M), 0.0), 1.0)
    return horizontal_ft * _FOOT_M, vertical_ft * _FOOT_M, fade, fade * shape**0.4


@kernel
def _gust(air: Air, p: AirParameters, speed_m_s: float, elapsed_s: float) -> None:
    horizontal_m, vertical_m, level, upright = turbulence(air.altitude_m)
    step = elapsed_s * speed_m_s / horizontal_m
    decay = math.exp(-step)
    air.along = decay * air.along + math.sqrt(1.0 - decay * decay) * normal(air.chance)
    along = p.sigma_m_s * level * air.along
    across = p.sigma_m_s * level * _two_poles(air.across, step, air.chance)
    down = _two_poles(air.down, elapsed_s * speed_m_s / vertical_m, air.chance)
    air.gust_ned_m_s[0] = p.north * along - p.east * across
    air.gust_ned_m_s[1] = p.east * along + p.north * across
    air.gust_ned_m_s[2] = p.sigma_m_s * upright * down


@kernel
def _two_poles(state: Floats, step: float, chance: Chance) -> float:
    """The transverse Dryden filter, (1 + sqrt(3) T s) / (1 + T s)^2, one `step` x T on.

    In two states of stationary covariance ((1, 1/2), (1/2, 1/2)): the first is white noise
    behind one pole, the second the first behind another. Exact for any step; unit variance.
    """
    decay = math.exp(-step)
    square = decay * decay
    first = math.sqrt(1.0 - square)
    shared = (0.5 - square * (0.5 + step)) / first if first > 0.0 else 0.0
    rest = 0.5 - square * (0.5 + step + step * step) - shared * shared
    noise = normal(chance)
    state[1] = decay * (state[1] + step * state[0]) + shared * noise
    state[1] += math.sqrt(max(rest, 0.0)) * normal(chance)
    state[0] = decay * state[0] + first * noise
    return float(_ROOT_HALF * (_ROOT_3 * state[0] + (1.0 - _ROOT_3) * state[1]))
