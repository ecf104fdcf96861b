"""Legs on a moving deck: load, crush and grip of four feet, and what the hull meets.

A leg bears along the normal of the surface: spring and damper in parallel, never
pulling, relieved at the crush load; beyond the crush load's travel the core shortens for
good until its stroke is used up, where a stiff stop follows. Grip is Coulomb friction
with an elastic anchor, as in Haessig and Friedland (1991), Trans. ASME 113:354, the
bristle model with one bristle: below the friction cone nothing creeps. All of it gives back
less energy than it took.

The surface is the deck, a plane with edges that moves as `DeckState` says, or the level
pad. The sea is flat and has no buoyancy: what meets it has ended its flight.
"""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from firmware_sim.barge.deck import DeckState
from firmware_sim.environment.earth import EarthParameters, earth_parameters
from firmware_sim.flight_software.interfaces import Site
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Matrix3, Record, make
from firmware_sim.rotation import matrix_of
from firmware_sim.vehicle.state import (
    ATTITUDE,
    LEGS,
    POSITION,
    RATE,
    VELOCITY,
    LegState,
    VehicleState,
)
from gcs.config.barge import DeckConfig
from gcs.config.simulation import FlightStart, PadStart
from gcs.config.vehicle import VehicleModel

_STOP_STIFFNESS = 10.0
"""Of the stop at the stroke's end, in spring stiffnesses: assumed."""
_CLEARANCE_M = 0.3
"""Of the engine's skirt over the deck with every stroke used up: assumed."""
_PAD_HALF_M = 30.0
"""Half the side of the pad: assumed."""
_NEAR_MARGIN_M = 15.0
"""Heave, trim and the sea's curvature within this many metres."""
_BESIDE_M = 3.0
"""Deeper under the plane than this is beside the deck, not on it."""
_DIAGONAL = math.sqrt(0.5)
_FOOT_Y = (_DIAGONAL, _DIAGONAL, -_DIAGONAL, -_DIAGONAL)
_FOOT_Z = (_DIAGONAL, -_DIAGONAL, -_DIAGONAL, _DIAGONAL)

# Rows of the scratch array that describes the body relative to a surface, in D.
AXES = 0
"""Three: the matrix from B to D."""
PLACE = 3
"""Centre of mass."""
SPEED = 4
"""Its velocity relative to the surface at that place."""
SPIN = 5
"""Angular velocity relative to the surface."""
FOOT = 6
"""A foot's place, and in the next row its velocity."""
_FORCE = 8
_MOMENT = 9
ROWS = 10


class Edges(Record):
    """Half the size of a surface, along its axes x and y."""

    half_length_m: float
    half_width_m: float


class LegParameters(Record):
    """Geometry, stiffness and friction of the legs, and the surfaces they may meet."""

    site: Site
    earth: EarthParameters
    foot_radius_m: float
    """Of each foot from the axis; feet stand between B's y and z axes."""
    hull_radius_m: float
    hull_base_m: float
    """Height of the hull's lower end over the feet."""
    length_m: float
    stiffness_n_m: float
    damping_n_s_m: float
    crush_load_n: float
    stroke_m: float
    friction_dry: float
    friction_wet: float
    deck_edges: Edges
    pad: DeckState
    pad_edges: Edges
    """Zero where there is no pad."""
    frame: Annotated[Floats, (ROWS, 3)]
    """Scratch of the kernels, like what follows: nothing in it lasts."""
    axes: Matrix3
    local: Matrix3
    turned: Matrix3


def leg_parameters(
    model: VehicleModel,
    deck: DeckConfig,
    site: Site,
    start: PadStart | FlightStart | None = None,
) -> LegParameters:
    """The legs of a vehicle, the deck of a barge, and a pad if `start` is a PadStart.

    `leg_span_m` of the vehicle is between opposite feet.
    """
    p = make(LegParameters)
    legs = model.legs
    p.site = site
    p.earth = earth_parameters()
    p.foot_radius_m = 0.5 * model.body.leg_span_m
    p.hull_radius_m, p.length_m = 0.5 * model.body.diameter_m, model.body.length_m
    p.stiffness_n_m, p.damping_n_s_m = legs.stiffness_n_m, legs.damping_n_s_m
    p.crush_load_n, p.stroke_m = legs.crush_load_n, legs.stroke_m
    p.hull_base_m = legs.stroke_m + legs.crush_load_n / legs.stiffness_n_m + _CLEARANCE_M
    p.friction_dry, p.friction_wet = legs.friction_dry, legs.friction_wet
    p.deck_edges.half_length_m = 0.5 * deck.length_m
    p.deck_edges.half_width_m = 0.5 * deck.width_m
    if isinstance(start, PadStart):
        p.pad_edges.half_length_m = p.pad_edges.half_width_m = _PAD_HALF_M
        p.pad.position_m[:] = (start.north_m, start.east_m, -deck.height_m - start.height_m)
        p.pad.ned_from_deck[:] = np.eye(3)
    return p


@kernel
def contact_forces(
    v: VehicleState,
    p: LegParameters,
    deck: DeckState,
    x: Floats,
    cg_height_m: float,
    offset_s: float,
    force: Floats,
    moment: Floats,
) -> None:
    """Add what the feet bear: force, N, and moment about the centre of mass, N m, both in B.

    `x` is the state of this stage, `offset_s` its time after the deck's. Crush and anchors
    stay as the last `settle_legs` left them.
    """
    if v.held or not near(v, p):
        return
    if at_pad(x, p):
        _bear(v, p, p.pad, p.pad_edges, x, cg_height_m, offset_s, force, moment)
    elif clearance(x, p, deck, offset_s) < cg_height_m + p.foot_radius_m:
        _bear(v, p, deck, p.deck_edges, x, cg_height_m, offset_s, force, moment)


@kernel
def near(v: VehicleState, p: LegParameters) -> bool:
    """Whether anything of the vehicle may touch anything."""
    height = p.length_m + _NEAR_MARGIN_M + max(-p.pad.position_m[2], 0.0)
    return bool(v.out.altitude_m < height)


@kernel
def _bear(
    v: VehicleState,
    p: LegParameters,
    surface: DeckState,
    edges: Edges,
    x: Floats,
    cg_height_m: float,
    offset_s: float,
    force: Floats,
    moment: Floats,
) -> None:
    frame = p.frame
    relate(x, p, surface, offset_s, frame)
    for i in range(3):
        frame[_FORCE, i] = 0.0
        frame[_MOMENT, i] = 0.0
    friction = p.friction_wet if surface.wet else p.friction_dry
    for i in range(LEGS):
        leg = v.legs[i]
        if leg.folded:
            continue
        place_foot(frame, p, i, leg.crush_m, cg_height_m)
        if inside(frame, edges):
            _add_foot(frame, p, leg, friction)
    for i in range(3):
        for j in range(3):
            force[i] += frame[AXES + j, i] * frame[_FORCE, j]
            moment[i] += frame[AXES + j, i] * frame[_MOMENT, j]


@kernel
def _add_foot(frame: Floats, p: LegParameters, leg: LegState, friction: float) -> None:
    bears = load(p, frame[FOOT, 2], frame[FOOT + 1, 2], leg.crush_m)
    grip_x = -p.damping_n_s_m * frame[FOOT + 1, 0]
    grip_y = -p.damping_n_s_m * frame[FOOT + 1, 1]
    if leg.touching:
        grip_x -= p.stiffness_n_m * (frame[FOOT, 0] - leg.anchor_m[0])
        grip_y -= p.stiffness_n_m * (frame[FOOT, 1] - leg.anchor_m[1])
    size = math.sqrt(grip_x * grip_x + grip_y * grip_y)
    if size > friction * bears:
        grip_x *= friction * bears / size
        grip_y *= friction * bears / size
    arm_x = frame[FOOT, 0] - frame[PLACE, 0]
    arm_y = frame[FOOT, 1] - frame[PLACE, 1]
    arm_z = frame[FOOT, 2] - frame[PLACE, 2]
    frame[_FORCE, 0] += grip_x
    frame[_FORCE, 1] += grip_y
    frame[_FORCE, 2] -= bears
    frame[_MOMENT, 0] += -arm_y * bears - arm_z * grip_y
    frame[_MOMENT, 1] += arm_z * grip_x + arm_x * bears
    frame[_MOMENT, 2] += arm_x * grip_y - arm_y * grip_x


@kernel
def load(p: LegParameters, depth_m: float, rate_m_s: float, crush_m: float) -> float:
    """What one leg bears along the normal, N, `depth_m` of it elastic."""
    elastic = p.stiffness_n_m * depth_m
    if crush_m >= p.stroke_m:
        beyond = max(elastic - p.crush_load_n, 0.0)
        return max(elastic + (_STOP_STIFFNESS - 1.0) * beyond + p.damping_n_s_m * rate_m_s, 0.0)
    return min(max(elastic + p.damping_n_s_m * rate_m_s, 0.0), p.crush_load_n)


# --- Geometry ---


@kernel
def at_pad(x: Floats, p: LegParameters) -> bool:
    """Whether the pad, not the deck, is what lies below."""
    if p.pad_edges.half_length_m <= 0.0:
        return False
    north, east = 0.0, 0.0
    for j in range(3):
        away = x[POSITION + j] - p.site.origin_m[j]
        north += p.site.ned_from_earth[0, j] * away
        east += p.site.ned_from_earth[1, j] * away
    away = max(abs(north - p.pad.position_m[0]), abs(east - p.pad.position_m[1]))
    return bool(away <= p.pad_edges.half_length_m)


@kernel
def clearance(x: Floats, p: LegParameters, surface: DeckState, offset_s: float) -> float:
    """Height of the centre of mass over the surface's plane, m."""
    height = 0.0
    for i in range(3):
        away = -surface.position_m[i] - offset_s * surface.velocity_m_s[i]
        for j in range(3):
            away += p.site.ned_from_earth[i, j] * (x[POSITION + j] - p.site.origin_m[j])
        height -= surface.ned_from_deck[i, 2] * away
    return height


@kernel
def relate(x: Floats, p: LegParameters, surface: DeckState, offset_s: float, frame: Floats) -> None:
    """Fill rows AXES to SPIN of `frame`, `offset_s` after the surface's time.

    The surface turns on by its rate, to first order, and moves on by its acceleration.
    """
    axes, local, deck = p.axes, p.local, p.turned
    matrix_of(x[ATTITUDE : ATTITUDE + 4], axes)
    _turned(surface, offset_s, deck)
    w = surface.rate_rad_s
    for i in range(3):
        local[0, i] = -surface.position_m[i] - offset_s * (
            surface.velocity_m_s[i] + 0.5 * offset_s * surface.acceleration_m_s2[i]
        )
        local[1, i] = -surface.velocity_m_s[i] - offset_s * surface.acceleration_m_s2[i]
        local[2, i] = -w[i] - p.site.ned_from_earth[i, 2] * p.earth.rate_rad_s
        for j in range(3):
            turn = p.site.ned_from_earth[i, j]
            local[0, i] += turn * (x[POSITION + j] - p.site.origin_m[j])
            local[1, i] += turn * x[VELOCITY + j]
    local[1, 0] -= w[1] * local[0, 2] - w[2] * local[0, 1]
    local[1, 1] -= w[2] * local[0, 0] - w[0] * local[0, 2]
    local[1, 2] -= w[0] * local[0, 1] - w[1] * local[0, 0]
    _into_deck(x, p, deck, axes, local, frame)


@kernel
def _into_deck(
    x: Floats, p: LegParameters, deck: Floats, axes: Floats, local: Floats, frame: Floats
) -> None:
    for i in range(3):
        for k in range(3):
            frame[PLACE + k, i] = 0.0
        for j in range(3):
            # Element i, j of the matrix from E to D.
            turn = 0.0
            for k in range(3):
                turn += deck[k, i] * p.site.ned_from_earth[k, j]
            frame[FOOT, j] = turn
            frame[PLACE, i] += deck[j, i] * local[0, j]
            frame[SPEED, i] += deck[j, i] * local[1, j]
            frame[SPIN, i] += deck[j, i] * local[2, j]
        for j in range(3):
            total = 0.0
            for k in range(3):
                total += frame[FOOT, k] * axes[k, j]
            frame[AXES + i, j] = total
            frame[SPIN, i] += total * x[RATE + j]


@kernel
def _turned(surface: DeckState, offset_s: float, out: Floats) -> None:
    """The matrix from D to L, `offset_s` after the surface's time."""
    w = surface.rate_rad_s
    for j in range(3):
        x, y, z = (
            surface.ned_from_deck[0, j],
            surface.ned_from_deck[1, j],
            surface.ned_from_deck[2, j],
        )
        out[0, j] = x + offset_s * (w[1] * z - w[2] * y)
        out[1, j] = y + offset_s * (w[2] * x - w[0] * z)
        out[2, j] = z + offset_s * (w[0] * y - w[1] * x)


@kernel
def place_foot(frame: Floats, p: LegParameters, i: int, crush_m: float, cg_height_m: float) -> None:
    """Place and velocity of a foot, in rows FOOT."""
    place_point(
        frame, crush_m - cg_height_m, p.foot_radius_m * _FOOT_Y[i], p.foot_radius_m * _FOOT_Z[i]
    )


@kernel
def place_point(frame: Floats, x_m: float, y_m: float, z_m: float) -> None:
    """Place and velocity in D of a point in B, from the centre of mass, in rows FOOT."""
    for i in range(3):
        arm = frame[AXES + i, 0] * x_m + frame[AXES + i, 1] * y_m + frame[AXES + i, 2] * z_m
        frame[FOOT, i] = frame[PLACE, i] + arm
    x = frame[FOOT, 0] - frame[PLACE, 0]
    y = frame[FOOT, 1] - frame[PLACE, 1]
    z = frame[FOOT, 2] - frame[PLACE, 2]
    u, v, w = frame[SPIN, 0], frame[SPIN, 1], frame[SPIN, 2]
    frame[FOOT + 1, 0] = frame[SPEED, 0] + v * z - w * y
    frame[FOOT + 1, 1] = frame[SPEED, 1] + w * x - u * z
    frame[FOOT + 1, 2] = frame[SPEED, 2] + u * y - v * x


@kernel
def inside(frame: Floats, edges: Edges) -> bool:
    """Whether the point in row FOOT is under the surface, within its edges, and not beside it."""
    return bool(
        0.0 < frame[FOOT, 2] < _BESIDE_M
        and abs(frame[FOOT, 0]) <= edges.half_length_m
        and abs(frame[FOOT, 1]) <= edges.half_width_m
    )
