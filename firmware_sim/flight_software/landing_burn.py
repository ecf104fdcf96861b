"""The laws of the landing burn: sideways while it brakes, sideways in the end, and down.

While it brakes the stage leans for what the predicted landing point misses (`leaning`). In
the final descent the sideways acceleration is linear in the time to go and takes position
and speed to the aim's with nothing left to push (Klumpp, Apollo lunar descent guidance,
Automatica 10 (1974), with the end acceleration zero). Both of the point that swinging gimbals
leave at rest, the centre of percussion. Down, a constant deceleration relative to the
surface is followed, held where engines can wait and the stage is not yet over its aim.
"""

from __future__ import annotations

import math

from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.leaning import fade_wind, lean, nose
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.prediction import FINAL_SIDEWAYS_M_S2, final_speed_m_s
from firmware_sim.flight_software.return_parameters import ReturnParameters
from firmware_sim.flight_software.return_state import ReturnState
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel
from firmware_sim.vehicle.state import ENGINES, EnginePhase

_GRAVITY_M_S2 = 9.80665
_CYCLE_S = 0.01
_LAG_S = 0.3
"""By which the nose follows; engines that cannot wait are steered ahead of it."""
_SHORTEST_S = 8.0
"""The polynomial's gains stop growing here, below the attitude loop's bandwidth."""
_MOVING_M_S2, _CALM_M_S2, _HASTY_M_S2 = 1.2, 0.8, 3.5
"""Sideways acceleration that may be asked for while the stage moves over the deck, once it goes
down, and of engines that cannot wait. Wind is held besides."""
_QUIET_M, _QUIET_S = 2.0, 10.0
"""In the last metres the gains fall, so that the feet meet the deck without a swing."""
_BRAKE_TILT_RAD = math.radians(40.0)
_FINS_PA = 4000.0
"""Dynamic pressure down to which the fins hold a stage that leans by its thrust: gimbals that held
it would push back."""
_SETTLE_SHARE = 0.2
_SHORTEST_SETTLE_S = 2.0
_OBSERVER_RAD_S = 0.6
_FINAL_GAIN = 1.5
_THRUST_LAG_S = 0.1
_LEAST_LEFT_M = 1.0
_HOLD_DECK_M = 14.0
_HOLD_WATER_M = 40.0
_CENTRED_M = 2.0
_CENTRED_M_S = 1.0
_CLEAR_M = 5.0
_MOST_DOWN_M_S2 = 5.0


@kernel
def polynomial(offset: float, speed: float, time_s: float) -> float:
    """Acceleration now that brings `offset` and `speed` to zero in `time_s`, and itself too."""
    return -12.0 * offset / (time_s * time_s) - 6.0 * speed / time_s


@kernel
def throttle_for(p: ReturnParameters, thrust_n: float, engines: int, pressure_pa: float) -> float:
    """The flow fraction at which so many engines give a thrust, within their limits."""
    each = thrust_n / max(engines, 1) + pressure_pa * p.exit_area_m2
    return min(max(each / p.thrust_vacuum_n, p.minimum_throttle), 1.0)


@kernel
def thrust_now(p: ReturnParameters, s: Solution, r: Readings) -> float:
    """Thrust by the flow that the engines report."""
    thrust = 0.0
    for k in range(ENGINES):
        if r.engine_flow[k] > 0.0:
            thrust += r.engine_flow[k] * p.thrust_vacuum_n - s.air_pressure_pa * p.exit_area_m2
    return max(thrust, 0.0)


@kernel
def running(r: Readings) -> int:
    """How many engines give thrust."""
    count = 0
    for k in range(ENGINES):
        if r.engine_phase[k] == EnginePhase.RUNNING:
            count += 1
    return count


@kernel
def offset_m(g: ReturnState, s: Solution, p: ReturnParameters, mode: int, axis: int) -> float:
    """Of the stage's centre of percussion from its aim, north (0) or east (1)."""
    deck = s.deck_position_m[axis] if s.deck_known else 0.0
    aim = 0.0 if mode == FlightMode.COMMITTED else p.aim_offset_m * g.beside[axis]
    return float(s.position_m[axis] - deck - aim + p.swing_height_m * nose(s, axis))


@kernel
def swing_m_s(s: Solution, p: ReturnParameters, axis: int) -> float:
    """Velocity of the centre of percussion over that of the centre of mass."""
    w, x, y, z = s.attitude[0], s.attitude[1], s.attitude[2], s.attitude[3]
    # The rate of the nose is R (0, r, -q).
    if axis == 0:
        rate = 2.0 * (x * y - w * z) * s.rate_rad_s[2] - 2.0 * (x * z + w * y) * s.rate_rad_s[1]
    else:
        rate = (1.0 - 2.0 * (x * x + z * z)) * s.rate_rad_s[2]
        rate -= 2.0 * (y * z - w * x) * s.rate_rad_s[1]
    return float((p.swing_height_m - p.cg_height_m) * rate)


@kernel
def surface_height_m(s: Solution, p: ReturnParameters, mode: int) -> float:
    """Of the feet over the deck if it may be landed on, else over still water."""
    if mode == FlightMode.COMMITTED and s.deck_known:
        return float(s.height_m)
    return float(-s.position_m[2])


@kernel
def observe(g: ReturnState, s: Solution, p: ReturnParameters, thrust_n: float) -> None:
    """Luenberger observer of what pushes the stage sideways besides its thrust, both poles at
    `_OBSERVER_RAD_S`; the gimbals' side force does not move the centre of percussion.
    """
    for axis in range(2):
        speed = s.velocity_m_s[axis] + swing_m_s(s, p, axis)
        if not g.observed:
            g.model_m_s[axis] = speed
        error = speed - g.model_m_s[axis]
        push = thrust_n / s.mass_kg * nose(s, axis) + g.unexplained_m_s2[axis]
        g.model_m_s[axis] += _CYCLE_S * (push + 2.0 * _OBSERVER_RAD_S * error)
        g.unexplained_m_s2[axis] += _CYCLE_S * _OBSERVER_RAD_S**2 * error
    g.observed = 1


@kernel
def point(
    g: ReturnState, s: Solution, p: ReturnParameters, mode: int, now_ns: int, thrust_n: float,
    out: Steering,
) -> None:  # fmt: skip
    """Where the nose shall point so that the thrust brings the stage over its aim in time."""
    low = surface_height_m(s, p, mode) < _QUIET_M
    to_go_s = max((g.touchdown_ns - now_ns) * 1e-9, _QUIET_S if low else _SHORTEST_S)
    offsets = (offset_m(g, s, p, mode, 0), offset_m(g, s, p, mode, 1))
    away = math.sqrt(offsets[0] * offsets[0] + offsets[1] * offsets[1])
    speed = math.sqrt(s.velocity_m_s[0] ** 2 + s.velocity_m_s[1] ** 2)
    if p.can_hover:
        to_go_s = max(to_go_s, math.sqrt(6.0 * away / FINAL_SIDEWAYS_M_S2))
        to_go_s = max(to_go_s, 2.0 * speed / FINAL_SIDEWAYS_M_S2)
    for axis in range(2):
        speed = s.velocity_m_s[axis] + swing_m_s(s, p, axis)
        if s.deck_known:
            speed -= s.deck_velocity_m_s[axis]
        coming = thrust_n / s.mass_kg * nose(s, axis) + g.unexplained_m_s2[axis]
        lag_s = 0.0 if p.can_hover else _LAG_S
        offset = offsets[axis] + lag_s * (speed + 0.5 * lag_s * coming)
        out.nose[axis] = polynomial(offset, speed + lag_s * coming, to_go_s)
    most = _MOVING_M_S2
    if not p.can_hover:
        most = _HASTY_M_S2
    elif g.released:
        most = _CALM_M_S2
    size = math.sqrt(out.nose[0] ** 2 + out.nose[1] ** 2)
    scale = min(1.0, most / max(size, 1e-9))
    for axis in range(2):
        wanted = scale * out.nose[axis] - g.unexplained_m_s2[axis]
        out.nose[axis] = wanted * s.mass_kg / thrust_n
    limit = p.tilt_limit_rad
    size = math.sqrt(out.nose[0] ** 2 + out.nose[1] ** 2)
    scale = min(1.0, math.sin(limit) / max(size, 1e-9))
    out.nose[0] *= scale
    out.nose[1] *= scale
    out.nose[2] = -math.sqrt(1.0 - out.nose[0] ** 2 - out.nose[1] ** 2)
    out.limit_rad = limit


@kernel
def steer_braking(
    g: ReturnState, s: Solution, r: Readings, p: ReturnParameters, now_ns: int, thrust_n: float,
    out: Steering,
) -> None:  # fmt: skip
    """Point the nose against the flow, leaning for what the predicted landing point misses.

    Without a lean the sideways speed dies with the speed, so that a change of it moves
    the landing point by itself times height over speed.
    """
    to_go_s = (g.touchdown_ns - now_ns) * 1e-9
    reach_s = max(-s.position_m[2], 0.0) / max(s.velocity_m_s[2], 10.0) + 1.0
    settle_s = _SHORTEST_SETTLE_S
    if g.lean_rad > 0.0:
        settle_s = max(_SETTLE_SHARE * to_go_s, settle_s)
    for axis in range(2):
        g.push_m_s2[axis] = -g.miss_m[axis] / (reach_s * settle_s)
    g.push_m_s2[2] = 0.0
    fade_wind(g)
    square = s.velocity_m_s[0] ** 2 + s.velocity_m_s[1] ** 2 + s.velocity_m_s[2] ** 2
    lean(g, s, p, thrust_n, out)
    fins = running(r) == p.landing.count and 0.5 * s.air_density_kg_m3 * square > _FINS_PA
    out.use_gimbal = 0 if fins and g.lean_rad > 0.0 else 1
    out.limit_rad = _BRAKE_TILT_RAD


@kernel
def final_acceleration(
    g: ReturnState, s: Solution, p: ReturnParameters, mode: int, spare_kg: float
) -> float:
    """Upward acceleration that follows the final descent over the surface, m/s2."""
    height = surface_height_m(s, p, mode)
    sinking = s.velocity_m_s[2]
    if mode == FlightMode.COMMITTED and s.deck_known:
        sinking -= s.deck_velocity_m_s[2]
    hold = hold_height_m(g, s, p, mode, spare_kg)
    if hold > 0.0:
        wanted = math.sqrt(2.0 * p.final_deceleration_m_s2 * max(height - hold, 0.0))
        wanted = min(wanted, height - hold)
        return float(_FINAL_GAIN * (sinking - wanted))
    if not p.can_hover:
        left = max(height - _THRUST_LAG_S * sinking, _LEAST_LEFT_M)
        return float((sinking * sinking - p.touchdown_speed_m_s**2) / (2.0 * left))
    wanted = final_speed_m_s(p, height)
    ahead = p.final_deceleration_m_s2 * min(sinking / wanted, 1.5)
    if height < p.level_m:
        ahead = 0.0
    return float(max(ahead + _FINAL_GAIN * (sinking - wanted), -_MOST_DOWN_M_S2))


@kernel
def hold_height_m(
    g: ReturnState, s: Solution, p: ReturnParameters, mode: int, spare_kg: float
) -> float:
    """Height not to be left downward before the place is right; 0 where nothing holds it."""
    if g.released or not p.can_hover:
        return 0.0
    if spare_kg < 0.0 or _in_place(g, s, p, mode):
        g.released = 1
        return 0.0
    return _HOLD_DECK_M if mode == FlightMode.COMMITTED else _HOLD_WATER_M


@kernel
def _in_place(g: ReturnState, s: Solution, p: ReturnParameters, mode: int) -> bool:
    north, east = offset_m(g, s, p, mode, 0), offset_m(g, s, p, mode, 1)
    if mode == FlightMode.COMMITTED:
        low = surface_height_m(s, p, mode) < _HOLD_DECK_M + 10.0
        soon = math.sqrt(_soon_m_s(g, s, p, 0) ** 2 + _soon_m_s(g, s, p, 1) ** 2)
        return low and math.sqrt(north**2 + east**2) < _CENTRED_M and soon < _CENTRED_M_S
    north += p.aim_offset_m * g.beside[0]
    east += p.aim_offset_m * g.beside[1]
    return math.sqrt(north**2 + east**2) > p.keep_out_m + _CLEAR_M


@kernel
def _soon_m_s(g: ReturnState, s: Solution, p: ReturnParameters, axis: int) -> float:
    """Speed over the deck a second from now, in a hover."""
    acceleration = _GRAVITY_M_S2 * nose(s, axis) + g.unexplained_m_s2[axis]
    speed = s.velocity_m_s[axis] - s.deck_velocity_m_s[axis] + swing_m_s(s, p, axis)
    return float(speed + acceleration)
