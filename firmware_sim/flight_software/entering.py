"""Guidance of a lifting broadside entry: bank to the range, glide to the site, flip.

The body flies across the air; leaning its axis by a few degrees from square to the flow
gives lift toward the side that leans back: force across the axis, N, is N sin(a) of
drag and N cos(a) of lift at an angle a between nose and flight direction, so that
lift / drag = cot(a) (crossflow theory, Allen and Perkins, NACA TR 1048).

Far from the site the bank angle of that lift is chosen by a predictor-corrector on the
range (Lu, J. Guidance 31(4), 2008: constant bank, Newton steps). The bank is reversed where
the miss across, between what banks to both sides would give, is a share of what is
within reach of them, which shrinks with the speed. What the measured specific force is of
the model's scales the prediction. In the last minutes, when the fall is steep, the point
predicted without lift is brought to the aim by small lift toward it.
"""

from __future__ import annotations

import enum
import math
from typing import Annotated

from firmware_sim.flight_software.entry_prediction import (
    GLIDE_BELOW_M_S,
    Ahead,
    EntryParameters,
    entry_parameters,
    errors,
    lift_axes,
    predict,
    through_air,
)
from firmware_sim.flight_software.interfaces import Solution
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3
from firmware_sim.rotation import apply, apply_transposed, dot, norm

__all__ = [
    "EntryStage",
    "EntryState",
    "begin_entry",
    "entry_parameters",
    "foresee_flip",
    "guide_entry",
]

SECOND_NS = 1_000_000_000


class EntryStage(enum.IntEnum):
    """Where in the entry it is."""

    COAST = 0
    BANK = 1
    GLIDE = 2
    FLIP = 3


class EntryState(Record):
    """The law's memory. `side`, a unit vector in E, square to the flight: where the nose lies."""

    stage: int
    bank_rad: float
    sign: float
    side: Vector3
    flip_side: Vector3
    """Where the nose is to lie before the flip, level, in E: the flip pushes the other way."""
    ratio: float
    """Lift away from `side`, over drag, that the nose is leaned for."""
    air_m_s: Vector3
    """Velocity through the air of the forecast, in E."""
    next_ns: int
    reversed_ns: int
    """Last reversal of the bank; 0 before its side is chosen."""
    range_error_m: float
    """Predicted at flip height, positive beyond the site, along the approach."""
    cross_error_m: float
    """Between what banks to both sides would give; positive to the right."""
    miss_m: Annotated[Floats, 2]
    """Of the glide, north and east, from the aim."""
    arrival_ns: int
    """When it is predicted to be at flip height."""
    ahead: Ahead
    work: Annotated[Floats, (6, 3)]


_PERIOD_NS = 4 * SECOND_NS
_GLIDE_PERIOD_NS = SECOND_NS // 2
_FIRST_BANK_RAD = math.radians(60.0)
_BANK_STEP_RAD = math.radians(4.0)
_LARGEST_CHANGE_RAD = math.radians(12.0)
_FLATTEST_RAD, _STEEPEST_RAD = math.radians(15.0), math.radians(110.0)
_AIR_FROM_M = 122e3
"""Below it the entry is flown; above, the attitude for it is only taken: the usual interface."""
_REVERSE_SHARE = 0.4
"""Of the reach across: less reverses more often, more leaves less to correct with."""
_REVERSE_AGAIN_NS = 25 * SECOND_NS
_REVERSE_ABOVE_M_S = 1500.0
"""Below it what is still missed across is left to the glide."""
_TURN_RAD_S = math.radians(8.0)
_LEAN_PER_S = 0.08
"""Fastest change of lift over drag in the glide."""
_FAINT = 0.06
"""Lift over drag below which the side is turned the slower, the less is wanted."""
_FELT_M_S2 = 1.0
"""Deceleration from which on the specific force tells drag and lift."""
_FELT_S = 8.0
_FELT_STRAY = 0.25
_BROADSIDE_SINE = 0.8
_LEANT_SINE = 0.15
_SETTLE_SHARE = 0.25
_SHORTEST_SETTLE_S, _LONGEST_SETTLE_S = 5.0, 12.0
_ALIGN_NS = 25 * SECOND_NS
"""Before the flip: the nose is turned to where it shall lie, and leans for what is along that."""
_CARRY_S = 20.0
"""Sideways speed at flip height moves the landing point for about this long."""


@kernel
def begin_entry(g: EntryState) -> None:
    """Start the law anew; `miss_m` is zero until the glide foresees one."""
    g.stage = EntryStage.COAST
    g.bank_rad = _FIRST_BANK_RAD
    g.sign = 1.0
    g.next_ns = 0
    g.reversed_ns = 0
    g.miss_m[:] = 0.0
    g.ahead.drag_share = 1.0
    g.ahead.lift_share = 1.0


@kernel
def guide_entry(
    g: EntryState,
    p: EntryParameters,
    s: Solution,
    now_ns: int,
    step_s: float,
    nose: Floats,
) -> int:
    """Where the nose shall point, a unit vector in L; returns the stage.

    In the glide `g.miss_m` shall be what the fall from the state that `foresee_flip` leaves
    in `g.ahead` misses the aim by.
    """
    through_air(p, s.earth_position_m, s.earth_velocity_m_s, g.air_m_s, g.work)
    _change_stage(g, p, s, now_ns)
    if g.stage == EntryStage.FLIP:
        _against_the_flight(s, nose)
        return g.stage
    _feel(g, p, s, step_s)
    if g.stage == EntryStage.GLIDE:
        _glide(g, p, s, now_ns, step_s)
    else:
        if now_ns >= g.next_ns:
            _correct(g, p, s, now_ns)
        g.ratio = p.lift_to_drag
        _lean_to_the_bank(g, s, step_s)
    _lean(g, p, nose)
    return g.stage


@kernel
def _change_stage(g: EntryState, p: EntryParameters, s: Solution, now_ns: int) -> None:
    falling = dot(s.earth_velocity_m_s, s.earth_position_m) < 0.0
    if g.stage == EntryStage.COAST and falling and s.altitude_m < _AIR_FROM_M:
        g.stage = EntryStage.BANK
        g.next_ns = now_ns
    if g.stage == EntryStage.BANK and norm(g.air_m_s) < GLIDE_BELOW_M_S:
        g.stage = EntryStage.GLIDE
        g.next_ns = now_ns
    if g.stage == EntryStage.GLIDE and s.altitude_m < p.flip_height_m:
        g.stage = EntryStage.FLIP


# --- What is measured ---


@kernel
def _drag_m_s2(p: EntryParameters, s: Solution, speed: float) -> float:
    return 0.5 * s.air_density_kg_m3 * speed * speed / p.ballistic_kg_m2


@kernel
def _feel(g: EntryState, p: EntryParameters, s: Solution, step_s: float) -> None:
    """Filter measured drag and lift over the model's, for the attitude that it has."""
    speed = norm(g.air_m_s)
    drag = _drag_m_s2(p, s, speed)
    if drag < _FELT_M_S2:
        return
    flight, nose = g.work[2], g.work[3]
    apply(p.site.ned_from_earth, g.air_m_s, flight)
    w, x, y, z = s.attitude[0], s.attitude[1], s.attitude[2], s.attitude[3]
    nose[0], nose[1] = 1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z)
    nose[2] = 2.0 * (x * z - w * y)
    cosine = dot(nose, flight) / speed
    sine = math.sqrt(max(1.0 - cosine * cosine, 0.0))
    if sine < _BROADSIDE_SINE:
        return
    felt = dot(s.specific_force_m_s2, flight) / speed
    _follow_share(g, -felt / drag, True, step_s)
    if abs(cosine) > _LEANT_SINE:
        lift = (dot(s.specific_force_m_s2, nose) - felt * cosine) / sine
        _follow_share(g, lift * sine / (drag * cosine), False, step_s)


@kernel
def _follow_share(g: EntryState, share: float, of_drag: bool, step_s: float) -> None:
    share = min(max(share, 1.0 - _FELT_STRAY), 1.0 + _FELT_STRAY)
    part = step_s / _FELT_S
    if of_drag:
        g.ahead.drag_share += part * (share - g.ahead.drag_share)
    else:
        g.ahead.lift_share += part * (share - g.ahead.lift_share)


# --- Bank ---


@kernel
def _correct(g: EntryState, p: EntryParameters, s: Solution, now_ns: int) -> None:
    """One Newton step on the bank angle, and the reversal if the cross range asks for it."""
    g.next_ns = now_ns + _PERIOD_NS
    if g.stage != EntryStage.BANK:
        return
    other = _predicted(g, p, s, g.bank_rad, -g.sign)[1]
    further = _predicted(g, p, s, g.bank_rad - _BANK_STEP_RAD, g.sign)[0]
    along, right = _predicted(g, p, s, g.bank_rad, g.sign)
    g.arrival_ns = now_ns + int(g.ahead.time_s * SECOND_NS)
    g.range_error_m, g.cross_error_m = along, 0.5 * (right + other)
    gain = max((further - along) / _BANK_STEP_RAD, 1e3)
    change = min(max(along / gain, -_LARGEST_CHANGE_RAD), _LARGEST_CHANGE_RAD)
    g.bank_rad = min(max(g.bank_rad + change, _FLATTEST_RAD), _STEEPEST_RAD)
    _choose_side(g, 0.5 * abs(right - other), now_ns)


@kernel
def _choose_side(g: EntryState, reach_m: float, now_ns: int) -> None:
    """Bank against the miss across at first, and to the other side when it is due."""
    if g.reversed_ns == 0:
        g.reversed_ns = now_ns
        g.sign = -1.0 if g.cross_error_m > 0.0 else 1.0
        return
    open_now = now_ns - g.reversed_ns > _REVERSE_AGAIN_NS
    if norm(g.air_m_s) < _REVERSE_ABOVE_M_S or not open_now:
        return
    if g.sign * g.cross_error_m > _REVERSE_SHARE * reach_m:
        g.reversed_ns = now_ns
        g.sign = -g.sign


@kernel
def _predicted(
    g: EntryState, p: EntryParameters, s: Solution, bank_rad: float, sign: float
) -> tuple[float, float]:
    """Errors at flip height under a bank, along and to the right, m."""
    _start(g, s)
    g.ahead.bank_rad, g.ahead.sign = bank_rad, sign
    predict(p, g.ahead)
    return errors(p, s.earth_position_m, g.ahead.position_m, g.work)


@kernel
def _start(g: EntryState, s: Solution) -> None:
    for i in range(3):
        g.ahead.position_m[i] = s.earth_position_m[i]
        g.ahead.velocity_m_s[i] = s.earth_velocity_m_s[i]


@kernel
def _lean_to_the_bank(g: EntryState, s: Solution, step_s: float) -> None:
    """Turn `side` toward where the lift of the bank angle needs it: away from the lift."""
    upward, right, wanted = g.work[0], g.work[1], g.work[2]
    lift_axes(s.earth_position_m, g.air_m_s, upward, right)
    along_up, along_right = math.cos(g.bank_rad), g.sign * math.sin(g.bank_rad)
    for i in range(3):
        wanted[i] = -along_up * upward[i] - along_right * right[i]
    _turn_side(g, wanted, _TURN_RAD_S * step_s)


@kernel
def _turn_side(g: EntryState, wanted: Floats, most_rad: float) -> None:
    """Turn `side` about the flight direction toward `wanted`, by `most_rad` at most."""
    v = g.air_m_s
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


# --- Glide ---


@kernel
def foresee_flip(g: EntryState, p: EntryParameters, s: Solution, now_ns: int) -> bool:
    """Put into `g.ahead` the state after a flip to which a fall without lift leads.

    False where that is not due: outside the glide, and between its predictions.
    """
    if g.stage != EntryStage.GLIDE or now_ns < g.next_ns:
        return False
    g.next_ns = now_ns + _GLIDE_PERIOD_NS
    _start(g, s)
    predict(p, g.ahead)
    g.arrival_ns = now_ns + int(g.ahead.time_s * SECOND_NS)
    for i in range(3):
        g.ahead.velocity_m_s[i] -= p.flip_push_m_s * g.flip_side[i]
    return True


@kernel
def _glide(g: EntryState, p: EntryParameters, s: Solution, now_ns: int, step_s: float) -> None:
    """Lift that lets the miss of a fall without lift die; `ratio` is negative toward `side`."""
    speed = norm(g.air_m_s)
    drag = max(_drag_m_s2(p, s, speed), 0.1)
    effect = _effect_s(g, speed / drag, now_ns)
    wanted, in_earth = g.work[2], g.work[3]
    wanted[0], wanted[1], wanted[2] = -g.miss_m[0] / effect, -g.miss_m[1] / effect, 0.0
    apply_transposed(p.site.ned_from_earth, wanted, in_earth)
    share = dot(in_earth, g.air_m_s) / (speed * speed)
    for i in range(3):
        in_earth[i] -= share * g.air_m_s[i]
    lift = norm(in_earth)
    toward = dot(in_earth, g.side)
    if g.arrival_ns - now_ns < _ALIGN_NS:
        in_earth[:] = g.flip_side
        _turn_side(g, in_earth, _TURN_RAD_S * step_s)
    else:
        turn = (-1.0 if toward < 0.0 else 1.0) / max(lift, 1e-9)
        for i in range(3):
            in_earth[i] *= turn
        _turn_side(g, in_earth, _TURN_RAD_S * step_s * min(lift / (_FAINT * drag), 1.0))
    ratio = min(max(-toward / drag, -p.lift_to_drag), p.lift_to_drag)
    most = _LEAN_PER_S * step_s
    g.ratio += min(max(ratio - g.ratio, -most), most)


@kernel
def _effect_s(g: EntryState, fade_s: float, now_ns: int) -> float:
    """By how much sideways acceleration shall answer a metre of miss, as 1 / s2: its inverse.

    A sideways speed dies with `fade_s` on the way to flip height.
    """
    left_s = max((g.arrival_ns - now_ns) * 1e-9, 0.0)
    stays = math.exp(-left_s / fade_s)
    settle_s = min(max(_SETTLE_SHARE * left_s, _SHORTEST_SETTLE_S), _LONGEST_SETTLE_S)
    return settle_s * (fade_s * (1.0 - stays) + _CARRY_S * stays)


@kernel
def _lean(g: EntryState, p: EntryParameters, nose: Floats) -> None:
    """The nose for a lift-to-drag ratio away from `side`: cot(angle from the flight) = -ratio."""
    v = g.air_m_s
    speed = norm(v)
    scale = 1.0 / math.sqrt(1.0 + g.ratio * g.ratio)
    in_earth = g.work[5]
    for i in range(3):
        in_earth[i] = scale * (g.side[i] - g.ratio * v[i] / speed)
    apply(p.site.ned_from_earth, in_earth, nose)


@kernel
def _against_the_flight(s: Solution, nose: Floats) -> None:
    """Tail first; where it hardly moves, upright."""
    speed = norm(s.velocity_m_s)
    for i in range(3):
        nose[i] = -s.velocity_m_s[i] / max(speed, 1.0)
    if speed < 1.0:
        nose[2] = -1.0
