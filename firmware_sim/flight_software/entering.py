"""Guidance of a lifting broadside entry: bank to the range, glide to the site, flip.

The body flies across the air; leaning its axis by a few degrees from square to the flow
gives lift toward the side that leans back: force across the axis, N, is N sin(a) of
drag and N cos(a) of lift at an angle a between nose and flight direction, so that
lift / drag = cot(a) (crossflow theory, Allen and Perkins, NACA TR 1048).

Far from the site the bank angle of that lift is chosen by a predictor-corrector on the
range (Lu, J. Guidance 31(4), 2008: constant bank, Newton steps), with reversals to hold the
cross range. In the last minutes, when the fall is steep, lift is steered toward the site
by a law linear in time that ends over it at rest (E-guidance, Cherry, AIAA 64-638).
"""

from __future__ import annotations

import enum
import math
from typing import Annotated

from firmware_sim.environment.earth import earth_parameters
from firmware_sim.flight_software.entry_prediction import (
    EntryParameters,
    errors,
    lift_axes,
    predict,
)
from firmware_sim.flight_software.interfaces import Site, Solution
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3, make
from firmware_sim.rotation import apply, apply_transposed, dot, norm
from gcs.config.vehicle import EntryProfile

SECOND_NS = 1_000_000_000


class EntryStage(enum.IntEnum):
    """Where in the entry it is."""

    COAST = 0
    BANK = 1
    GLIDE = 2
    FLIP = 3


class EntryState(Record):
    """The law's memory. `side`, a unit vector in E square to the flight, is where the nose leans."""

    stage: int
    bank_rad: float
    sign: float
    side: Vector3
    next_ns: int
    range_error_m: float
    """Predicted at flip height, positive beyond the site, along the approach."""
    cross_error_m: float
    arrival_ns: int
    """When it is predicted to be at flip height."""
    work: Annotated[Floats, (11, 3)]


_PERIOD_NS = 4 * SECOND_NS
_FIRST_BANK_RAD = math.radians(60.0)
_BANK_STEP_RAD = math.radians(4.0)
_LARGEST_CHANGE_RAD = math.radians(12.0)
_FLATTEST_RAD, _STEEPEST_RAD = math.radians(8.0), math.radians(172.0)
_AIR_FROM_M = 122e3
"""Below it the entry is flown; above, the attitude for it is only taken: the usual interface."""
_CROSS_BAND_M = 4e3
_CROSS_SHARE = 0.02
_GLIDE_BELOW_M_S = 600.0
_TURN_RAD_S = math.radians(4.0)
_SLOWEST_FALL_M_S = 60.0


def entry_parameters(profile: EntryProfile, site: Site) -> EntryParameters:
    """Of a vehicle's profile at a site."""
    p = make(EntryParameters)
    p.earth = earth_parameters()
    p.site = site
    p.ballistic_kg_m2 = profile.ballistic_kg_m2
    p.lift_to_drag = profile.lift_to_drag
    p.flip_height_m = profile.flip_height_m
    return p


@kernel
def begin_entry(g: EntryState) -> None:
    """Start the law anew."""
    g.stage = EntryStage.COAST
    g.bank_rad = _FIRST_BANK_RAD
    g.sign = 1.0
    g.next_ns = 0


@kernel
def guide_entry(
    g: EntryState,
    p: EntryParameters,
    s: Solution,
    aim_ned_m: Floats,
    now_ns: int,
    step_s: float,
    nose: Floats,
) -> int:
    """Where the nose shall point, a unit vector in L; returns the stage.

    `aim_ned_m` is the point, in L, over which the vehicle shall be at flip height.
    """
    _change_stage(g, p, s)
    ratio = p.lift_to_drag
    if g.stage == EntryStage.FLIP:
        _against_the_flight(s, nose)
        return g.stage
    if g.stage == EntryStage.GLIDE:
        ratio = _glide(g, p, s, aim_ned_m, now_ns, step_s)
    else:
        if now_ns >= g.next_ns:
            _correct(g, p, s, now_ns)
        _lean_to_the_bank(g, s, step_s)
    _lean(g, p, s, ratio, nose)
    return g.stage


@kernel
def _change_stage(g: EntryState, p: EntryParameters, s: Solution) -> None:
    speed = norm(s.earth_velocity_m_s)
    falling = dot(s.earth_velocity_m_s, s.earth_position_m) < 0.0
    if g.stage == EntryStage.COAST and falling and s.altitude_m < _AIR_FROM_M:
        g.stage = EntryStage.BANK
    if g.stage == EntryStage.BANK and speed < _GLIDE_BELOW_M_S:
        g.stage = EntryStage.GLIDE
    if g.stage == EntryStage.GLIDE and s.altitude_m < p.flip_height_m:
        g.stage = EntryStage.FLIP


@kernel
def _correct(g: EntryState, p: EntryParameters, s: Solution, now_ns: int) -> None:
    """One Newton step on the bank angle, and the reversal if the cross range asks for it."""
    g.next_ns = now_ns + _PERIOD_NS
    if g.stage != EntryStage.BANK:
        return
    along, right, time_s = _predicted(g, p, s, g.bank_rad)
    further = _predicted(g, p, s, g.bank_rad - _BANK_STEP_RAD)[0]
    g.range_error_m, g.cross_error_m = along, right
    g.arrival_ns = now_ns + int(time_s * SECOND_NS)
    gain = max((further - along) / _BANK_STEP_RAD, 1e3)
    change = min(max(along / gain, -_LARGEST_CHANGE_RAD), _LARGEST_CHANGE_RAD)
    g.bank_rad = min(max(g.bank_rad + change, _FLATTEST_RAD), _STEEPEST_RAD)
    to_go = math.hypot(s.position_m[0], s.position_m[1])
    if g.sign * right > _CROSS_BAND_M + _CROSS_SHARE * to_go:
        g.sign = -g.sign


@kernel
def _predicted(
    g: EntryState, p: EntryParameters, s: Solution, bank_rad: float
) -> tuple[float, float, float]:
    """Errors at flip height under a bank, along and to the right, m, and the time to it, s."""
    r, v = g.work[9], g.work[10]
    for i in range(3):
        r[i], v[i] = s.earth_position_m[i], s.earth_velocity_m_s[i]
    time_s = predict(p, r, v, bank_rad, g.sign, g.work)
    along, right = errors(p, s.earth_position_m, r, g.work)
    return along, right, time_s


@kernel
def _lean_to_the_bank(g: EntryState, s: Solution, step_s: float) -> None:
    """Turn `side` toward where the lift of the bank angle needs it: away from the lift."""
    upward, right, wanted = g.work[0], g.work[1], g.work[2]
    lift_axes(s.earth_position_m, s.earth_velocity_m_s, upward, right)
    along_up, along_right = math.cos(g.bank_rad), g.sign * math.sin(g.bank_rad)
    for i in range(3):
        wanted[i] = -along_up * upward[i] - along_right * right[i]
    _turn_side(g, s, wanted, _TURN_RAD_S * step_s)


@kernel
def _turn_side(g: EntryState, s: Solution, wanted: Floats, most_rad: float) -> None:
    """Turn `side` about the flight direction toward `wanted`, by `most_rad` at most."""
    v = s.earth_velocity_m_s
    share = dot(g.side, v) / dot(v, v)
    for i in range(3):
        g.side[i] -= share * v[i]
    size = norm(g.side)
    if size < 0.1:
        g.side[:] = wanted
        return
    cosine = min(max(dot(g.side, wanted) / size, -1.0), 1.0)
    angle = math.acos(cosine)
    part = 1.0 if angle <= most_rad else most_rad / angle
    _blend(g.side, wanted, size, angle, part)


@kernel
def _blend(side: Floats, wanted: Floats, size: float, angle: float, part: float) -> None:
    """Spherical interpolation; opposite vectors part through the plane by a nudge."""
    sine = math.sin(angle)
    if sine < 1e-6:
        for i in range(3):
            side[i] = wanted[i] if angle < 1.0 else side[i] / size
        if angle >= 1.0:
            side[0] += 1e-3
        return
    for i in range(3):
        own = math.sin((1.0 - part) * angle) * side[i] / size
        side[i] = (own + math.sin(part * angle) * wanted[i]) / sine


@kernel
def _glide(
    g: EntryState, p: EntryParameters, s: Solution, aim: Floats, now_ns: int, step_s: float
) -> float:
    """Lift toward the site; the lift-to-drag ratio, negative where it is to go to `side`."""
    v = s.velocity_m_s
    fall = max(v[2], _SLOWEST_FALL_M_S)
    left_s = max((s.altitude_m - p.flip_height_m) / fall, 8.0)
    g.arrival_ns = now_ns + int(left_s * SECOND_NS)
    wanted, in_earth = g.work[3], g.work[4]
    for i in range(2):
        error = aim[i] - s.position_m[i]
        wanted[i] = 6.0 * error / (left_s * left_s) - 4.0 * v[i] / left_s
    wanted[2] = 0.0
    share = dot(wanted, v) / dot(v, v)
    for i in range(3):
        wanted[i] -= share * v[i]
    lift = norm(wanted)
    speed = norm(v)
    drag = 0.5 * s.air_density_kg_m3 * speed * speed / p.ballistic_kg_m2
    apply_transposed(p.site.ned_from_earth, wanted, in_earth)
    toward = dot(in_earth, g.side)
    if lift > 1e-3:
        turn = -1.0 if toward < 0.0 else 1.0
        for i in range(3):
            wanted[i] = turn * in_earth[i] / lift
        _turn_side(g, s, wanted, min(_TURN_RAD_S, lift) * step_s)
    ratio = -toward / max(drag, 1e-3)
    return min(max(ratio, -p.lift_to_drag), p.lift_to_drag)


@kernel
def _lean(g: EntryState, p: EntryParameters, s: Solution, ratio: float, nose: Floats) -> None:
    """The nose for a lift-to-drag ratio away from `side`: cot(angle from the flight) = -ratio."""
    v = s.earth_velocity_m_s
    speed = norm(v)
    scale = 1.0 / math.sqrt(1.0 + ratio * ratio)
    in_earth = g.work[5]
    for i in range(3):
        in_earth[i] = scale * (g.side[i] - ratio * v[i] / speed)
    apply(p.site.ned_from_earth, in_earth, nose)


@kernel
def _against_the_flight(s: Solution, nose: Floats) -> None:
    """Tail first; where it hardly moves, upright."""
    speed = norm(s.velocity_m_s)
    for i in range(3):
        nose[i] = -s.velocity_m_s[i] / max(speed, 1.0)
    if speed < 1.0:
        nose[2] = -1.0
