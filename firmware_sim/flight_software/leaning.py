"""What the air does to a stage that flies tail first and leans: sideways force, and the wind.

Normal force of a slender body with crossflow drag, the fins trimming (NACA TR 1048):
N = q S (slope a + square a^2). Leaning the feet to a side pushes the stage to that side.
With the engines on, the thrust of a leaning stage pushes to the other side.
"""

from __future__ import annotations

import math

from firmware_sim.flight_software.interfaces import Solution
from firmware_sim.flight_software.prediction import drag_coefficient, with_the_wind
from firmware_sim.flight_software.return_parameters import ReturnParameters
from firmware_sim.flight_software.return_state import ReturnState
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel

_CYCLE_S = 0.01
_WIND_S = 3.0
"""Time constant of the estimate."""
_FADE_S = 15.0
_FELT_PA = 15_000.0
"""Dynamic pressure from which on the side force tells the wind."""
_LARGEST_CHANGE_M_S = 30.0
_LEAST_SLOPE = 0.2
_LARGEST_LEAN_RAD = math.radians(12.0)
_GIMBALS_HELP = 0.1
"""Share of the thrust that gimbals push to the side of the feet when they hold the lean."""
_SHARE_OF_BEST = 0.9
_STEERS_BY_THRUST = 0.6
"""Share of the thrust that must be left, after what the air takes back, to steer by it."""


@kernel
def nose(s: Solution, axis: int) -> float:
    """Component north (0), east (1) or down (2) of where the body axis points."""
    w, x, y, z = s.attitude[0], s.attitude[1], s.attitude[2], s.attitude[3]
    if axis == 0:
        return float(1.0 - 2.0 * (y * y + z * z))
    if axis == 1:
        return float(2.0 * (x * y + w * z))
    return float(2.0 * (x * z - w * y))


@kernel
def feel_wind(g: ReturnState, s: Solution, p: ReturnParameters) -> None:
    """Filter the horizontal wind that the side force of the falling stage tells."""
    v, f = s.velocity_m_s, s.specific_force_m_s2
    square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2]
    pressure = 0.5 * s.air_density_kg_m3 * square
    if pressure < _FELT_PA:
        return
    x, y, z = nose(s, 0), nose(s, 1), nose(s, 2)
    along = f[0] * x + f[1] * y + f[2] * z
    side = (f[0] - along * x, f[1] - along * y, f[2] - along * z)
    size = math.sqrt(side[0] * side[0] + side[1] * side[1] + side[2] * side[2])
    coefficient = size * s.mass_kg / (pressure * p.area_m2)
    lean = _root(p.normal_square_per_rad2, p.normal_slope_per_rad, coefficient)
    cosine, sine = math.cos(lean), math.sin(lean) / max(size, 1e-9)
    down = -cosine * z - sine * side[2]
    if down < 0.1:
        return
    speed = v[2] / down
    for axis in range(2):
        pole = x if axis == 0 else y
        change = v[axis] + speed * (cosine * pole + sine * side[axis]) - g.forecast_m_s[axis]
        change = min(max(change, -_LARGEST_CHANGE_M_S), _LARGEST_CHANGE_M_S)
        g.change_m_s[axis] += _CYCLE_S / _WIND_S * (change - g.change_m_s[axis])


@kernel
def fade_wind(g: ReturnState) -> None:
    """Let the estimate die where the side force no longer tells it: winds fall toward the sea."""
    for axis in range(2):
        g.change_m_s[axis] -= _CYCLE_S / _FADE_S * g.change_m_s[axis]


@kernel
def _root(square: float, slope: float, value: float) -> float:
    """The positive x with square x^2 + slope x = value."""
    square = max(square, 1e-6)
    return float((math.sqrt(slope * slope + 4.0 * square * value) - slope) / (2.0 * square))


@kernel
def lean_for(g: ReturnState, s: Solution, p: ReturnParameters, thrust_n: float) -> None:
    """Set `g.lean_rad` for the sideways acceleration `g.push_m_s2` against the flow.

    Positive leans the nose to that side (by thrust), negative the feet (by the air).
    The force is F = G a - B a |a| with G = thrust - q S (slope - axial), B = q S square. By the
    air, gimbals that hold the moment help; by thrust, they would push back, so that the fins do.
    """
    speed = math.sqrt(max(g.air_m_s[0] ** 2 + g.air_m_s[1] ** 2 + g.air_m_s[2] ** 2, 1.0))
    load = 0.5 * s.air_density_kg_m3 * speed * speed * p.area_m2
    axial = drag_coefficient(p, speed / max(s.speed_of_sound_m_s, 1.0))
    if thrust_n > 0.0:
        axial *= p.plume_drag
    force = s.mass_kg * math.sqrt(g.push_m_s2[0] ** 2 + g.push_m_s2[1] ** 2 + g.push_m_s2[2] ** 2)
    slope = thrust_n - load * (p.normal_slope_per_rad - axial - p.fin_drag)
    bend = load * p.normal_square_per_rad2
    if thrust_n > 0.0 and slope > _STEERS_BY_THRUST * thrust_n:
        force = min(force, _SHARE_OF_BEST * slope * slope / (4.0 * bend))
        wanted = (slope - math.sqrt(slope * slope - 4.0 * bend * force)) / (2.0 * bend)
        g.lean_rad = min(wanted, p.tilt_limit_rad)
        return
    slope = min(slope, -_LEAST_SLOPE * load) if thrust_n <= 0.0 else slope
    most = _LARGEST_LEAN_RAD * (bend * _LARGEST_LEAN_RAD - slope) + _GIMBALS_HELP * thrust_n
    if thrust_n > 0.0:
        g.lean_rad = -_LARGEST_LEAN_RAD * min(force / max(most, 1.0), 1.0)
    else:
        g.lean_rad = -min(_root(bend, -slope, force), _LARGEST_LEAN_RAD)


@kernel
def lean(g: ReturnState, s: Solution, p: ReturnParameters, thrust_n: float, out: Steering) -> None:
    """Point the nose against the flow, leaning for what `g.push_m_s2` has across it."""
    air, push, v = g.air_m_s, g.push_m_s2, s.velocity_m_s
    share = 1.0
    if thrust_n > 0.0:
        share = with_the_wind(math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]))
    for axis in range(3):
        air[axis] = v[axis]
        if axis < 2:
            air[axis] -= share * (g.forecast_m_s[axis] + g.change_m_s[axis])
    square = max(air[0] * air[0] + air[1] * air[1] + air[2] * air[2], 1.0)
    along = (push[0] * air[0] + push[1] * air[1] + push[2] * air[2]) / square
    for axis in range(3):
        push[axis] -= along * air[axis]
    size = math.sqrt(push[0] * push[0] + push[1] * push[1] + push[2] * push[2])
    lean_for(g, s, p, thrust_n)
    cosine, sine = math.cos(g.lean_rad), math.sin(g.lean_rad) / max(size, 1e-9)
    speed = math.sqrt(square)
    for axis in range(3):
        out.nose[axis] = -cosine * air[axis] / speed + sine * push[axis]
