"""What the stages of a return share: the prediction that is steered by, and what it found."""

from __future__ import annotations

import math

from firmware_sim.flight_software.interfaces import Solution
from firmware_sim.flight_software.leaning import nose
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.prediction import begin, brake, fall_for, fall_to
from firmware_sim.flight_software.return_parameters import Burn, ReturnParameters
from firmware_sim.flight_software.return_state import ReturnState
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel
from firmware_sim.rotation import apply_transposed
from firmware_sim.vehicle.state import ENGINES


@kernel
def begin_path(g: ReturnState, s: Solution, p: ReturnParameters) -> None:
    """Start the path at the present state: where the feet would be, were the stage upright."""
    position, velocity, feet = g.path.slopes[0], g.path.slopes[1], g.path.slopes[2]
    m = p.site.ned_from_earth
    for i in range(3):
        feet[i] = s.position_m[i] + p.cg_height_m * nose(s, i)
    feet[2] += p.cg_height_m
    apply_transposed(m, feet, position)
    apply_transposed(m, s.velocity_m_s, velocity)
    for i in range(3):
        position[i] += p.site.origin_m[i]
    begin(p, g.path, position, velocity, s.mass_kg)
    for axis in range(2):
        g.path.change_m_s[axis] = g.change_m_s[axis]


@kernel
def finish_path(g: ReturnState, p: ReturnParameters) -> None:
    """From falling to touchdown, with ignition at the height found so far."""
    fall_to(p, g.path, g.ignition_height_m)
    g.path.ignition_s = g.path.time_s
    g.path.ignition_speed_m_s = g.path.fall_m_s
    fall_for(p, g.path, p.start_delay_s)
    brake(p, g.path, float(p.landing.count), p.landing.throttle)


@kernel
def learn(g: ReturnState, s: Solution, p: ReturnParameters, mode: int, now_ns: int) -> None:
    """Keep what a prediction from now on found."""
    g.ignition_ns = now_ns + int(g.path.ignition_s * 1e9)
    g.touchdown_ns = now_ns + int(g.path.time_s * 1e9)
    g.final_mass_kg = g.path.mass_kg
    for axis in range(2):
        g.miss_m[axis] = miss_m(g, s, p, mode, axis)


@kernel
def miss_m(g: ReturnState, s: Solution, p: ReturnParameters, mode: int, axis: int) -> float:
    """Of the predicted landing point from the aim."""
    deck = s.deck_position_m[axis] if s.deck_known else 0.0
    aim = 0.0 if mode == FlightMode.COMMITTED else p.aim_offset_m * g.beside[axis]
    return float(g.path.landing_m[axis] - deck - aim)


@kernel
def correct_ignition(g: ReturnState, p: ReturnParameters) -> None:
    """A Newton step: braking by a that meets a final descent by f starts a / (a - f) higher for
    each metre that it shall meet it higher.
    """
    share = 1.0 - p.final_deceleration_m_s2 / max(g.path.net_m_s2, 1.0)
    change = -min(max(share, 0.2), 1.0) * g.path.excess_m
    change = min(max(change, -1500.0), 1500.0)
    g.ignition_height_m = max(g.ignition_height_m + change, 50.0)


@kernel
def go_on(g: ReturnState, stage: int, now_ns: int) -> None:
    """Begin the next stage."""
    g.stage = stage
    g.since_ns = now_ns
    g.next_ns = now_ns


@kernel
def point_against_velocity(s: Solution, out: Steering) -> None:
    """Nose against the motion over the ground."""
    v = s.velocity_m_s
    speed = max(math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]), 1.0)
    for i in range(3):
        out.nose[i] = -v[i] / speed
    out.limit_rad = math.pi


@kernel
def light(out: Steering, burn: Burn, throttle: float) -> None:
    """Ask for the engines of a burn."""
    for k in range(ENGINES):
        out.run[k] = burn.run[k]
    out.throttle = throttle
