"""What a step of contact leaves behind: crush, grip, slip, first contact, and the fall."""

from __future__ import annotations

import math

import numpy as np

from firmware_sim.barge.deck import DeckState
from firmware_sim.environment.earth import geodetic
from firmware_sim.faults import Fault, Faults, silent, spoil
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats
from firmware_sim.vehicle.engines import STANDARD_GRAVITY_M_S2
from firmware_sim.vehicle.legs import (
    AXES,
    FOOT,
    SPIN,
    Edges,
    LegParameters,
    at_pad,
    clearance,
    inside,
    load,
    near,
    place_foot,
    place_point,
    relate,
)
from firmware_sim.vehicle.state import (
    ATTITUDE,
    FUEL,
    LEGS,
    OXIDIZER,
    POSITION,
    RATE,
    VELOCITY,
    LegState,
    Surface,
    VehicleState,
)

_LOCKED = 0.99
"""Share of its extension from which on a leg bears: assumed."""
_HULL_STATIONS = 5
"""Places along the hull that are looked at."""
_STALE_M = 5.0
"""The outputs' altitude may be a cycle old."""


@kernel
def over(v: VehicleState) -> bool:
    """Whether the hull has met water or deck: nothing moves relative to the Earth any more."""
    return v.contact.surface == Surface.WATER or v.contact.fallen != 0


@kernel
def step_clamps(v: VehicleState, release: int) -> None:
    """Let go of a held vehicle once it is released and its thrust carries it."""
    if v.held and release and v.out.thrust_n > STANDARD_GRAVITY_M_S2 * v.out.mass_kg:
        v.held = 0


@kernel
def settle_legs(
    v: VehicleState,
    p: LegParameters,
    deck: DeckState,
    faults: Faults,
    cg_height_m: float,
    now_ns: int,
) -> None:
    """After a step that ended at `now_ns`: crush, anchors, slip, first contact, fall."""
    if v.held or over(v) or not near(v, p):
        return
    offset_s = 1e-9 * (now_ns - deck.time_ns)
    frame = p.frame
    reach_m = max(cg_height_m, p.length_m - cg_height_m) + p.foot_radius_m
    _lock(v, faults, now_ns)
    if at_pad(v.x, p):
        _settle(v, p, p.pad, p.pad_edges, Surface.PAD, offset_s, cg_height_m, now_ns, frame)
    elif clearance(v.x, p, deck, offset_s) < reach_m:
        _settle(v, p, deck, p.deck_edges, Surface.DECK, offset_s, cg_height_m, now_ns, frame)
    elif v.out.altitude_m > reach_m + _STALE_M:
        return
    if v.contact.touching_now == 0 and v.contact.fallen == 0:
        _meet_water(v, p, deck, cg_height_m, now_ns)


@kernel
def _lock(v: VehicleState, faults: Faults, now_ns: int) -> None:
    for i in range(LEGS):
        v.legs[i].folded = 0 if _extension(faults.leg[i], v, now_ns) >= _LOCKED else 1


@kernel
def _extension(fault: Fault, v: VehicleState, now_ns: int) -> float:
    return 0.0 if silent(fault, now_ns) else spoil(fault, 0, v.leg_extension, now_ns)


@kernel
def _settle(
    v: VehicleState,
    p: LegParameters,
    surface: DeckState,
    edges: Edges,
    kind: int,
    offset_s: float,
    cg_height_m: float,
    now_ns: int,
    frame: Floats,
) -> None:
    relate(v.x, p, surface, offset_s, frame)
    friction = p.friction_wet if surface.wet else p.friction_dry
    touching = 0
    for i in range(LEGS):
        leg = v.legs[i]
        place_foot(frame, p, i, leg.crush_m, cg_height_m)
        if not leg.folded and inside(frame, edges):
            _settle_foot(p, leg, friction, frame)
            touching += 1
        else:
            _lift(v, leg, frame)
    v.contact.touching_now = touching
    if _hull_meets(p, edges, cg_height_m, frame):
        v.contact.fallen = 1
        v.contact.fallen_ns = now_ns
    place_point(frame, -cg_height_m, 0.0, 0.0)
    if v.contact.surface == Surface.NONE and (touching > 0 or v.contact.fallen):
        _record(v, kind, now_ns, frame)
    _follow(v, frame)


@kernel
def _settle_foot(p: LegParameters, leg: LegState, friction: float, frame: Floats) -> None:
    depth = frame[FOOT, 2]
    shortening = min(depth - p.crush_load_n / p.stiffness_n_m, p.stroke_m - leg.crush_m)
    if shortening > 0.0:
        leg.crush_m += shortening
        depth -= shortening
    leg.compression_m = depth
    leg.load_n = load(p, depth, frame[FOOT + 1, 2], leg.crush_m)
    if not leg.touching:
        leg.touching = 1
        leg.anchor_m[0] = frame[FOOT, 0]
        leg.anchor_m[1] = frame[FOOT, 1]
        return
    stretch_x = frame[FOOT, 0] - leg.anchor_m[0]
    stretch_y = frame[FOOT, 1] - leg.anchor_m[1]
    stretch = math.hypot(stretch_x, stretch_y)
    slip = stretch - friction * leg.load_n / p.stiffness_n_m
    if slip > 0.0:
        leg.anchor_m[0] += slip / stretch * stretch_x
        leg.anchor_m[1] += slip / stretch * stretch_y
        leg.slid_m += slip


@kernel
def _lift(v: VehicleState, leg: LegState, frame: Floats) -> None:
    """A foot bears nothing; one that is under the plane all the same hangs over the edge."""
    leg.touching = 0
    leg.compression_m = 0.0
    leg.load_n = 0.0
    if v.contact.surface != Surface.NONE and frame[FOOT, 2] > 0.0 and not leg.folded:
        v.contact.over_edge = 1


@kernel
def _hull_meets(p: LegParameters, edges: Edges, cg_height_m: float, frame: Floats) -> bool:
    """Whether the hull, a cylinder, meets the surface with the lowest line of its side."""
    up = -frame[AXES + 2, 0]
    across = math.sqrt(max(1.0 - up * up, 0.0))
    for i in range(_HULL_STATIONS):
        height = p.hull_base_m + (p.length_m - p.hull_base_m) * i / (_HULL_STATIONS - 1)
        place_point(frame, height - cg_height_m, 0.0, 0.0)
        frame[FOOT, 2] += p.hull_radius_m * across
        if inside(frame, edges):
            return True
    return False


@kernel
def _record(v: VehicleState, kind: int, now_ns: int, frame: Floats) -> None:
    """First contact; row FOOT of `frame` holds the feet's centre."""
    c = v.contact
    c.surface = kind
    c.at_ns = now_ns
    c.vertical_speed_m_s = frame[FOOT + 1, 2]
    c.lateral_speed_m_s = math.hypot(frame[FOOT + 1, 0], frame[FOOT + 1, 1])
    c.tilt_rad = _angle(-frame[AXES + 2, 0])
    c.rate_rad_s = math.sqrt(frame[SPIN, 0] ** 2 + frame[SPIN, 1] ** 2 + frame[SPIN, 2] ** 2)
    c.miss_m = math.hypot(frame[FOOT, 0], frame[FOOT, 1])
    c.propellant_kg = v.x[OXIDIZER] + v.x[FUEL]
    c.place_m[0] = frame[FOOT, 0]
    c.place_m[1] = frame[FOOT, 1]


@kernel
def _follow(v: VehicleState, frame: Floats) -> None:
    c = v.contact
    c.deck_tilt_rad = _angle(-frame[AXES + 2, 0])
    if c.surface != Surface.NONE:
        c.moved_m = math.hypot(frame[FOOT, 0] - c.place_m[0], frame[FOOT, 1] - c.place_m[1])


@kernel
def _angle(cosine: float) -> float:
    return math.acos(min(max(cosine, -1.0), 1.0))


@kernel
def _meet_water(
    v: VehicleState, p: LegParameters, deck: DeckState, cg_height_m: float, now_ns: int
) -> None:
    """The flat sea, wherever on Earth: first contact, or the end of a fall from the deck."""
    up = np.empty(3)
    latitude, longitude, altitude_m = geodetic(p.earth, v.x[POSITION:VELOCITY])
    up[0] = math.cos(latitude) * math.cos(longitude)
    up[1] = math.cos(latitude) * math.sin(longitude)
    up[2] = math.sin(latitude)
    axis = np.empty(3)
    _body_axis(v.x, axis)
    upright = axis[0] * up[0] + axis[1] * up[1] + axis[2] * up[2]
    base_m = 0.0 if v.leg_extension >= _LOCKED else p.hull_base_m
    lowest_m = min((base_m - cg_height_m) * upright, (p.length_m - cg_height_m) * upright)
    if altitude_m + lowest_m > 0.0:
        return
    if v.contact.surface != Surface.NONE:
        v.contact.fallen = 1
        v.contact.fallen_ns = now_ns
        return
    _record_water(v, p, deck, cg_height_m, now_ns, up, axis)
    v.contact.tilt_rad = v.contact.deck_tilt_rad = _angle(upright)


@kernel
def _body_axis(x: Floats, out: Floats) -> None:
    """B's x axis in E."""
    w, i, j, k = x[ATTITUDE], x[ATTITUDE + 1], x[ATTITUDE + 2], x[ATTITUDE + 3]
    out[0] = 1.0 - 2.0 * (j * j + k * k)
    out[1] = 2.0 * (i * j + w * k)
    out[2] = 2.0 * (i * k - w * j)


@kernel
def _record_water(
    v: VehicleState,
    p: LegParameters,
    deck: DeckState,
    cg_height_m: float,
    now_ns: int,
    up: Floats,
    axis: Floats,
) -> None:
    """Speeds are those of the feet's centre relative to the Earth; the miss is horizontal."""
    c, x = v.contact, v.x
    spin = np.empty(3)
    _turn_rate(x, axis, spin)
    climb, speed, away, over_m = 0.0, 0.0, 0.0, 0.0
    for i in range(3):
        velocity = x[VELOCITY + i] - cg_height_m * spin[i]
        climb += up[i] * velocity
        speed += velocity * velocity
        offset = x[POSITION + i] - cg_height_m * axis[i] - p.site.origin_m[i]
        for j in range(3):
            offset -= p.site.ned_from_earth[j, i] * deck.position_m[j]
        away += offset * offset
        over_m += up[i] * offset
    c.surface = Surface.WATER
    c.at_ns = now_ns
    c.vertical_speed_m_s = -climb
    c.lateral_speed_m_s = math.sqrt(max(speed - climb * climb, 0.0))
    c.rate_rad_s = math.sqrt(x[RATE] ** 2 + x[RATE + 1] ** 2 + x[RATE + 2] ** 2)
    c.miss_m = math.sqrt(max(away - over_m * over_m, 0.0))
    c.propellant_kg = x[OXIDIZER] + x[FUEL]


@kernel
def _turn_rate(x: Floats, axis: Floats, out: Floats) -> None:
    """How fast B's x axis turns in E, 1/s: rate x axis, both in E; the Earth's own is left out."""
    w, i, j, k = x[ATTITUDE], x[ATTITUDE + 1], x[ATTITUDE + 2], x[ATTITUDE + 3]
    # In B, rate x (1, 0, 0) = (0, r, -q).
    y, z = x[RATE + 2], -x[RATE + 1]
    out[0] = y * 2.0 * (i * j - w * k) + z * 2.0 * (i * k + w * j)
    out[1] = y * (1.0 - 2.0 * (i * i + k * k)) + z * 2.0 * (j * k - w * i)
    out[2] = y * 2.0 * (j * k + w * i) + z * (1.0 - 2.0 * (i * i + j * j))
