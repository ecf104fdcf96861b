"""Where a returning stage comes down: a point mass with drag and thrust, integrated on board.

Fall, entry burn and landing burn with the thrust against the velocity; the standard
atmosphere over a rotating ellipsoid with J2, moving with the winds that were forecast; RK4.
"""

from __future__ import annotations

import math
from typing import Annotated

from firmware_sim.environment.air import mean_wind
from firmware_sim.environment.atmosphere import atmosphere
from firmware_sim.environment.earth import gravity, horizon, site_position
from firmware_sim.flight_software.return_parameters import Burn, ReturnParameters
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3

_THIN_AIR_M = 75_000.0
_LONG_STEP_S = 5.0
_STEP_S = 1.0
_LOW_M = 12_000.0
_HIGH_STEP_S = 2.0
_GROUND_M_S, _FLOW_M_S = 60.0, 150.0
_WINDY_M = 50_000.0
"""Above it no wind moves a stage."""
FINAL_SIDEWAYS_M_S2 = 1.2
"""What the final descent may count on to slow down sideways."""
_LONGEST_FALL_STEPS = 400
_LONGEST_BURN_STEPS = 90


class Path(Record):
    """A point mass on its way down, and what came of it."""

    y: Annotated[Floats, 6]
    """Position and velocity in E."""
    time_s: float
    mass_kg: float
    engines: float
    throttle: float
    wind_m_s: Vector3
    """Forecast, in L, at the height in hand."""
    gradient_per_s: Vector3
    blows_m_s: Vector3
    """All of the wind, in E."""
    change_m_s: Annotated[Floats, 2]
    """What the wind at `change_height_m` is over the forecast; it dies linearly to the sea."""
    change_height_m: float
    yaw_rad: float
    """Of the thrust from against the velocity, toward velocity x up."""
    at: Annotated[Floats, 6]
    slopes: Annotated[Floats, (4, 6)]
    height_m: float
    """Over the deck plane."""
    fall_m_s: float
    ignition_s: float
    ignition_speed_m_s: float
    excess_m: float
    """Height at which the landing burn met the final descent's speed, over where it should."""
    net_m_s2: float
    """Deceleration at that moment."""
    landing_m: Vector3
    """In L."""


@kernel
def drag_coefficient(p: ReturnParameters, mach: float) -> float:
    """Of the body tail first, linear between the rows."""
    last = p.drag_rows - 1
    if mach >= p.drag_mach[last]:
        return float(p.drag[last])
    if mach <= p.drag_mach[0]:
        return float(p.drag[0])
    i = 0
    while i < last - 1 and mach > p.drag_mach[i + 1]:
        i += 1
    share = (mach - p.drag_mach[i]) / (p.drag_mach[i + 1] - p.drag_mach[i])
    return float(p.drag[i] + share * (p.drag[i + 1] - p.drag[i]))


@kernel
def _derive(p: ReturnParameters, path: Path, y: Floats, out: Floats) -> None:
    gravity(p.earth, y, out)
    _, _, altitude_m = horizon(p.earth, y)
    pressure, density, _, sound = atmosphere(altitude_m)
    wind = path.blows_m_s
    _blow(p, path, altitude_m, wind)
    x, v, z = y[3] - wind[0], y[4] - wind[1], y[5] - wind[2]
    speed = math.sqrt(x * x + v * v + z * z)
    coefficient = drag_coefficient(p, speed / sound)
    if path.engines > 0.0:
        coefficient *= p.plume_drag
    drag = 0.5 * density * speed * p.area_m2 * (coefficient + p.fin_drag) / path.mass_kg
    rate = p.earth.rate_rad_s
    out[3] = out[0] - drag * x + rate * (2.0 * y[4] + rate * y[0])
    out[4] = out[1] - drag * v + rate * (-2.0 * y[3] + rate * y[1])
    out[5] = out[2] - drag * z
    if path.engines > 0.0:
        thrust = path.throttle * p.thrust_vacuum_n - pressure * p.exit_area_m2
        _thrust(path, y, path.engines * thrust / path.mass_kg, out)
    out[0], out[1], out[2] = y[3], y[4], y[5]


@kernel
def _blow(p: ReturnParameters, path: Path, altitude_m: float, out: Floats) -> None:
    """The wind to expect, in E."""
    out[0], out[1], out[2] = 0.0, 0.0, 0.0
    if altitude_m > _WINDY_M:
        return
    mean_wind(p.air, altitude_m, path.wind_m_s, path.gradient_per_s)
    share = min(max(altitude_m / path.change_height_m, 0.0), 1.0)
    north = path.wind_m_s[0] + share * path.change_m_s[0]
    east = path.wind_m_s[1] + share * path.change_m_s[1]
    m = p.site.ned_from_earth
    for i in range(3):
        out[i] = m[0, i] * north + m[1, i] * east


@kernel
def with_the_wind(speed_m_s: float) -> float:
    """Share of the wind that a burn flies with: against the flow while that is fast, against
    the motion over the ground in the end.
    """
    return min(max((speed_m_s - _GROUND_M_S) / (_FLOW_M_S - _GROUND_M_S), 0.0), 1.0)


@kernel
def _thrust(path: Path, y: Floats, acceleration: float, out: Floats) -> None:
    """Add the thrust's acceleration, against the velocity."""
    share = with_the_wind(math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5]))
    wind = path.blows_m_s
    x, v, z = y[3] - share * wind[0], y[4] - share * wind[1], y[5] - share * wind[2]
    along = -acceleration * math.cos(path.yaw_rad) / math.sqrt(x * x + v * v + z * z)
    out[3] += along * x
    out[4] += along * v
    out[5] += along * z
    if path.yaw_rad != 0.0:
        _push_across(y, acceleration * math.sin(path.yaw_rad), out)


@kernel
def _push_across(y: Floats, acceleration: float, out: Floats) -> None:
    """Add an acceleration toward velocity x up."""
    x = y[4] * y[2] - y[5] * y[1]
    v = y[5] * y[0] - y[3] * y[2]
    z = y[3] * y[1] - y[4] * y[0]
    scale = acceleration / max(math.sqrt(x * x + v * v + z * z), 1.0)
    out[3] += scale * x
    out[4] += scale * v
    out[5] += scale * z


@kernel
def _step(p: ReturnParameters, path: Path, step_s: float) -> None:
    burnt = path.engines * path.throttle * p.flow_kg_s * step_s
    path.mass_kg -= 0.5 * burnt
    _derive(p, path, path.y, path.slopes[0])
    for stage in range(1, 4):
        share = step_s if stage == 3 else 0.5 * step_s
        for i in range(6):
            path.at[i] = path.y[i] + share * path.slopes[stage - 1, i]
        _derive(p, path, path.at, path.slopes[stage])
    for i in range(6):
        path.y[i] += (
            step_s
            / 6.0
            * (
                path.slopes[0, i]
                + 2.0 * (path.slopes[1, i] + path.slopes[2, i])
                + path.slopes[3, i]
            )
        )
    path.mass_kg -= 0.5 * burnt
    path.time_s += step_s
    _measure(p, path)


@kernel
def _measure(p: ReturnParameters, path: Path) -> None:
    """Height over the deck plane and speed of falling, from `y`."""
    m = p.site.ned_from_earth
    down = 0.0
    path.fall_m_s = 0.0
    for i in range(3):
        down += m[2, i] * (path.y[i] - p.site.origin_m[i])
        path.fall_m_s += m[2, i] * path.y[3 + i]
    path.height_m = -down - p.site.deck_height_m


@kernel
def begin(p: ReturnParameters, path: Path, position: Floats, velocity: Floats, mass: float) -> None:
    """Put the point mass at a state in E, engines off."""
    for i in range(3):
        path.y[i] = position[i]
        path.y[3 + i] = velocity[i]
    path.mass_kg = mass
    path.time_s = 0.0
    path.engines = 0.0
    path.throttle = 0.0
    path.yaw_rad = 0.0
    _measure(p, path)
    path.change_height_m = max(path.height_m, 100.0)


@kernel
def burn_for(p: ReturnParameters, path: Path, burn: Burn, time_s: float, yaw_rad: float) -> None:
    """Fly a burn against the velocity, turned by `yaw_rad`, for a time."""
    path.engines = float(burn.count)
    path.throttle = burn.throttle
    path.yaw_rad = yaw_rad
    steps = math.ceil(time_s / _HIGH_STEP_S)
    for _ in range(steps):
        _step(p, path, time_s / steps)
    path.engines = 0.0
    path.throttle = 0.0
    path.yaw_rad = 0.0


@kernel
def fall_for(p: ReturnParameters, path: Path, time_s: float) -> None:
    """Fall freely for a short time."""
    if time_s > 0.0:
        _step(p, path, time_s)


@kernel
def fall_to(p: ReturnParameters, path: Path, height_m: float) -> None:
    """Fall to a height over the deck plane; what has passed it already stays."""
    for _ in range(_LONGEST_FALL_STEPS):
        left = path.height_m - height_m
        if left <= 0.0 and path.fall_m_s > 0.0:
            return
        step_s = _fall_step_s(path.height_m)
        if path.fall_m_s > 1.0 and left < path.fall_m_s * step_s:
            _step(p, path, max(left / path.fall_m_s, 0.0))
            return
        _step(p, path, step_s)


@kernel
def _fall_step_s(height_m: float) -> float:
    if height_m > _THIN_AIR_M:
        return _LONG_STEP_S
    return _STEP_S if height_m < _LOW_M else _HIGH_STEP_S


@kernel
def final_speed_m_s(p: ReturnParameters, height_m: float) -> float:
    """How fast the final descent falls at a height: constant deceleration to the touchdown
    speed, which is held from there on if it can be.
    """
    over = max(height_m - p.level_m, 0.0)
    return math.sqrt(p.touchdown_speed_m_s**2 + 2.0 * p.final_deceleration_m_s2 * over)


@kernel
def brake(p: ReturnParameters, path: Path, engines: float, throttle: float) -> None:
    """Fly the landing burn at a throttle until it meets the final descent, then that one.

    `excess_m` says how much higher than `final_height_m` they meet; where they would
    meet under water, by linear extrapolation.
    """
    path.engines = engines
    path.throttle = throttle
    over = _over_final(p, path)
    before = over
    for _ in range(_LONGEST_BURN_STEPS):
        if over <= 0.0 or path.height_m < 0.0:
            break
        before = over
        fall = path.fall_m_s
        _step(p, path, _STEP_S)
        over = _over_final(p, path)
        path.net_m_s2 = (fall - path.fall_m_s) / _STEP_S
    gain = max(path.net_m_s2 - p.final_deceleration_m_s2, 1.0)
    back = over / (2.0 * gain)
    path.excess_m = path.height_m - back - p.final_height_m
    if over < 0.0 and before > over:
        _back_up(path, _STEP_S * over / (before - over))
    _land(p, path)


@kernel
def _over_final(p: ReturnParameters, path: Path) -> float:
    """Square of the speed of falling over that of the final descent, m2/s2."""
    if path.fall_m_s <= 0.0:
        return -1.0
    wanted = final_speed_m_s(p, path.height_m)
    return float(path.fall_m_s * path.fall_m_s - wanted * wanted)


@kernel
def _back_up(path: Path, time_s: float) -> None:
    """Go back, by a negative time, within the last step: to first order."""
    for i in range(6):
        path.y[i] += time_s * path.slopes[3, i]
    path.time_s += time_s


@kernel
def _land(p: ReturnParameters, path: Path) -> None:
    """From the start of the final descent to touchdown.

    The sideways speed dies as a polynomial in the time to go, over a third of what it would
    travel; in more time, for engines that can wait, if that would need too much acceleration.
    """
    _measure(p, path)
    speed = max(path.fall_m_s, p.touchdown_speed_m_s)
    final_s = (speed - p.touchdown_speed_m_s) / p.final_deceleration_m_s2
    final_s += p.level_m / p.touchdown_speed_m_s
    path.time_s += final_s
    path.mass_kg -= p.final.count * p.final.throttle * p.flow_kg_s * final_s
    site_position(p.site, path.y, path.landing_m)
    m = p.site.ned_from_earth
    north = m[0, 0] * path.y[3] + m[0, 1] * path.y[4] + m[0, 2] * path.y[5]
    east = m[1, 0] * path.y[3] + m[1, 1] * path.y[4] + m[1, 2] * path.y[5]
    slowing_s = final_s / 3.0
    if p.can_hover:
        least_s = 2.0 * math.sqrt(north * north + east * east) / FINAL_SIDEWAYS_M_S2
        slowing_s = max(slowing_s, least_s / 3.0)
    path.landing_m[0] += north * slowing_s
    path.landing_m[1] += east * slowing_s
    path.engines = 0.0
    path.throttle = 0.0
