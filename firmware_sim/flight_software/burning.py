"""The landing burn's course: braking on all landing engines, then down on the final ones."""

from __future__ import annotations

import math

from firmware_sim.flight_software.aiming import begin_path, go_on, learn, light
from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.landing_burn import (
    final_acceleration,
    observe,
    point,
    running,
    steer_braking,
    surface_height_m,
    throttle_for,
    thrust_now,
)
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.prediction import brake, fall_for, final_speed_m_s
from firmware_sim.flight_software.return_parameters import ReturnParameters
from firmware_sim.flight_software.return_state import ReturnState, Stage
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel

_GRAVITY_M_S2 = 9.80665
_SECOND_NS = 1_000_000_000
_BRAKE_EVERY_NS = _SECOND_NS // 4
_THROTTLE_GAIN = 0.8
_TURN_S = 1.3
"""Before the final descent its attitude is taken, with all landing engines' gimbals."""


@kernel
def burn(
    g: ReturnState, s: Solution, r: Readings, p: ReturnParameters, mode: int, now_ns: int,
    out: Steering,
) -> int:  # fmt: skip
    """One cycle of the landing burn; returns the mode that it wants."""
    out.use_gimbal, out.use_fins = 1, 1
    wanted = mode
    if mode != FlightMode.COMMITTED and mode != FlightMode.DIVERTING:
        wanted = FlightMode.DESCENT.value
    if g.stage == Stage.BRAKE:
        _brake(g, s, r, p, mode, now_ns)
        light(out, p.landing, g.throttle)
        if _too_few(g, r, p, now_ns):
            wanted = FlightMode.DIVERTING.value
        if _meets_final(g, s, p, mode):
            go_on(g, Stage.FINAL.value, now_ns)
    if g.stage == Stage.FINAL:
        _descend(g, s, r, p, mode, now_ns, out)
    planned = p.landing if g.stage == Stage.BRAKE else p.final
    thrust = max(thrust_now(p, s, r), 0.5 * planned.count * planned.throttle * p.thrust_vacuum_n)
    if g.stage == Stage.BRAKE and not _soon_final(g, s, p):
        steer_braking(g, s, r, p, now_ns, thrust if running(r) else 0.0, out)
    else:
        observe(g, s, p, thrust_now(p, s, r))
        point(g, s, p, mode, now_ns, thrust, out)
    return wanted


@kernel
def _soon_final(g: ReturnState, s: Solution, p: ReturnParameters) -> bool:
    """Whether the final descent begins soon: its attitude is taken while all engines can turn
    the stage to it.
    """
    over = s.velocity_m_s[2] - final_speed_m_s(p, p.final_height_m)
    return bool(over < _TURN_S * max(g.path.net_m_s2, 1.0))


@kernel
def _too_few(g: ReturnState, r: Readings, p: ReturnParameters, now_ns: int) -> bool:
    """Whether an engine has not come up, or is lost."""
    late = now_ns - g.since_ns > int(p.start_limit_s * 1e9)
    return late and running(r) < p.landing.count


@kernel
def _brake(
    g: ReturnState,
    s: Solution,
    r: Readings,
    p: ReturnParameters,
    mode: int,
    now_ns: int,
) -> None:
    """Keep the throttle at which the braking meets the final descent at its height."""
    if now_ns < g.next_ns:
        return
    g.next_ns = now_ns + _BRAKE_EVERY_NS
    running_now = running(r)
    engines = float(running_now)
    begin_path(g, s, p)
    since_s = (now_ns - g.since_ns) * 1e-9
    if running_now == 0 or since_s < p.start_limit_s:
        engines = float(p.landing.count)
        if running_now == 0:
            fall_for(p, g.path, max(p.start_delay_s - since_s, 0.0))
    start = g.path.height_m
    brake(p, g.path, engines, g.throttle)
    learn(g, s, p, mode, now_ns)
    lost = max(start - p.final_height_m - g.path.excess_m, 30.0)
    gain = max(g.path.net_m_s2 - p.final_deceleration_m_s2, 1.0)
    change = -g.path.excess_m * gain * g.path.mass_kg / (lost * engines * p.thrust_vacuum_n)
    g.throttle += _THROTTLE_GAIN * change
    g.throttle = min(max(g.throttle, p.minimum_throttle), 1.0)


@kernel
def _meets_final(g: ReturnState, s: Solution, p: ReturnParameters, mode: int) -> bool:
    """Whether the final descent's speed is reached, low enough for it."""
    height = surface_height_m(s, p, mode)
    if height > 2.0 * p.final_height_m:
        return False
    return bool(s.velocity_m_s[2] < final_speed_m_s(p, height))


@kernel
def _descend(
    g: ReturnState, s: Solution, r: Readings, p: ReturnParameters, mode: int, now_ns: int,
    out: Steering,
) -> None:  # fmt: skip
    """The final engines follow the last metres' speed; time to go by it too."""
    height = surface_height_m(s, p, mode)
    spare_kg = s.propellant_kg - 0.5 * p.reserve_kg
    up = final_acceleration(g, s, p, mode, spare_kg)
    thrust = s.mass_kg * (_GRAVITY_M_S2 + up) / max(math.cos(s.tilt_rad), 0.5)
    g.throttle = throttle_for(p, thrust, p.final.count, s.air_pressure_pa)
    light(out, p.final, g.throttle)
    speed = final_speed_m_s(p, height)
    left_s = (speed - p.touchdown_speed_m_s) / p.final_deceleration_m_s2
    left_s += min(max(height, 0.0), p.level_m) / p.touchdown_speed_m_s
    g.touchdown_ns = now_ns + int(left_s * 1e9)
    g.final_mass_kg = s.mass_kg - p.final.count * g.throttle * p.flow_kg_s * left_s
