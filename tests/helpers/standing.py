"""A rigid body on legs: uniform gravity over a flat, resting Earth, RK4 at 1 ms.

The body is the vehicle file's, at a landing mass; nothing but gravity, contact and a
steady sideways push acts on it, so that what the feet do can be told apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from firmware_sim.barge.deck import DeckState
from firmware_sim.environment.earth import make_site
from firmware_sim.faults import Faults
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, make
from firmware_sim.rotation import normalize, quaternion_of
from firmware_sim.vehicle.contact import settle_legs
from firmware_sim.vehicle.legs import LegParameters, contact_forces, leg_parameters
from firmware_sim.vehicle.state import ATTITUDE, POSITION, RATE, VELOCITY, VehicleState
from gcs.config.barge import DeckConfig
from gcs.config.vehicle import VehicleModel

G_M_S2 = 9.80665
CYCLE_NS = 10_000_000
_STEP_NS = 1_000_000
_STATES = 13
DECK_HEIGHT_M = 3.5


@kernel
def _slope(
    v: VehicleState, p: LegParameters, deck: DeckState, body: Floats, x: Floats, offset_s: float,
    dx: Floats,
) -> None:  # fmt: skip
    """`body`: mass, cg height, inertia axial and transverse, push north."""
    force, moment = np.zeros(3), np.zeros(3)
    contact_forces(v, p, deck, x, body[1], offset_s, force, moment)
    w, i, j, k = x[ATTITUDE], x[ATTITUDE + 1], x[ATTITUDE + 2], x[ATTITUDE + 3]
    a, b, c = x[RATE], x[RATE + 1], x[RATE + 2]
    m = np.empty((3, 3))
    _matrix(w, i, j, k, m)
    for row in range(3):
        dx[POSITION + row] = x[VELOCITY + row]
        total = 0.0
        for column in range(3):
            total += m[row, column] * force[column]
        dx[VELOCITY + row] = (
            total / body[0]
            + G_M_S2 * p.site.ned_from_earth[2, row]
            + body[4] / body[0] * p.site.ned_from_earth[0, row]
        )
    dx[ATTITUDE] = 0.5 * (-i * a - j * b - k * c)
    dx[ATTITUDE + 1] = 0.5 * (w * a + j * c - k * b)
    dx[ATTITUDE + 2] = 0.5 * (w * b + k * a - i * c)
    dx[ATTITUDE + 3] = 0.5 * (w * c + i * b - j * a)
    dx[RATE] = moment[0] / body[2]
    dx[RATE + 1] = (moment[1] - (body[2] - body[3]) * a * c) / body[3]
    dx[RATE + 2] = (moment[2] - (body[3] - body[2]) * a * b) / body[3]


@kernel
def _matrix(w: float, i: float, j: float, k: float, m: Floats) -> None:
    m[0, 0] = 1.0 - 2.0 * (j * j + k * k)
    m[0, 1] = 2.0 * (i * j - w * k)
    m[0, 2] = 2.0 * (i * k + w * j)
    m[1, 0] = 2.0 * (i * j + w * k)
    m[1, 1] = 1.0 - 2.0 * (i * i + k * k)
    m[1, 2] = 2.0 * (j * k - w * i)
    m[2, 0] = 2.0 * (i * k - w * j)
    m[2, 1] = 2.0 * (j * k + w * i)
    m[2, 2] = 1.0 - 2.0 * (i * i + j * j)


@kernel
def _advance(
    v: VehicleState, p: LegParameters, deck: DeckState, faults: Faults, body: Floats, now_ns: int
) -> None:
    """One cycle of ten steps from `now_ns`."""
    h = 1e-9 * _STEP_NS
    slope, total, trial = np.empty(_STATES), np.empty(_STATES), np.empty(_STATES)
    for step in range(CYCLE_NS // _STEP_NS):
        at_ns = now_ns + step * _STEP_NS
        offset_s = 1e-9 * (at_ns - deck.time_ns)
        trial[:] = v.x[:_STATES]
        total[:] = 0.0
        for stage in range(4):
            late = 0.0 if stage == 0 else (h if stage == 3 else 0.5 * h)
            weight = 1.0 if stage in (0, 3) else 2.0
            if stage > 0:
                for n in range(_STATES):
                    trial[n] = v.x[n] + late * slope[n]
            _slope(v, p, deck, body, trial, offset_s + late, slope)
            for n in range(_STATES):
                total[n] += weight * slope[n]
        for n in range(_STATES):
            v.x[n] += h / 6.0 * total[n]
        normalize(v.x[ATTITUDE : ATTITUDE + 4])
        settle_legs(v, p, deck, faults, body[1], at_ns + _STEP_NS)


def level_deck(deck: DeckState, now_ns: int) -> None:
    """A deck at rest."""
    deck.time_ns = now_ns
    deck.position_m[:] = (0.0, 0.0, -DECK_HEIGHT_M)
    deck.ned_from_deck[:] = np.eye(3)


def tilted_deck(angle_rad: float) -> Callable[[DeckState, int], None]:
    """A deck at rest, bow up by an angle."""

    def move(deck: DeckState, now_ns: int) -> None:
        level_deck(deck, now_ns)
        cosine, sine = math.cos(angle_rad), math.sin(angle_rad)
        deck.ned_from_deck[:] = ((cosine, 0.0, sine), (0.0, 1.0, 0.0), (-sine, 0.0, cosine))

    return move


def tilting_deck(angle_rad: float, over_s: float) -> Callable[[DeckState, int], None]:
    """A deck that slowly comes to an angle, bow up, and rests there."""

    def move(deck: DeckState, now_ns: int) -> None:
        tilted_deck(angle_rad * min(1e-9 * now_ns / over_s, 1.0))(deck, now_ns)

    return move


def moving_deck(deck: DeckState, now_ns: int) -> None:
    """Heave 1 m at 8 s and roll 3 degrees at 7 s, with a drift of 0.2 m/s to the north."""
    t, heave, roll = 1e-9 * now_ns, 2.0 * math.pi / 8.0, 2.0 * math.pi / 7.0
    deck.time_ns = now_ns
    deck.position_m[:] = (0.2 * t, 0.0, -DECK_HEIGHT_M - math.sin(heave * t))
    deck.velocity_m_s[:] = (0.2, 0.0, -heave * math.cos(heave * t))
    deck.acceleration_m_s2[:] = (0.0, 0.0, heave * heave * math.sin(heave * t))
    angle = math.radians(3.0) * math.sin(roll * t)
    cosine, sine = math.cos(angle), math.sin(angle)
    deck.ned_from_deck[:] = ((1.0, 0.0, 0.0), (0.0, cosine, -sine), (0.0, sine, cosine))
    deck.rate_rad_s[:] = (math.radians(3.0) * roll * math.cos(roll * t), 0.0, 0.0)


@dataclass
class Stand:
    """A vehicle with its legs out, over a deck. Places and speeds are those of the feet, in L."""

    model: VehicleModel
    mass_kg: float = 36_700.0
    cg_height_m: float = 10.0
    axial_kg_m2: float = 1.1e5
    transverse_kg_m2: float = 2.3e6
    push_n: float = 0.0
    move: Callable[[DeckState, int], None] = level_deck
    now_ns: int = 0
    v: VehicleState = field(init=False)
    deck: DeckState = field(init=False)
    faults: Faults = field(init=False)
    p: LegParameters = field(init=False)

    def __post_init__(self) -> None:
        site = make_site(35.0, 122.0, DECK_HEIGHT_M)
        size = DeckConfig(length_m=91.4, width_m=51.8, height_m=DECK_HEIGHT_M)
        self.p = leg_parameters(self.model, size, site)
        self.p.earth.rate_rad_s = 0.0
        self.v, self.deck, self.faults = make(VehicleState), make(DeckState), make(Faults)
        self.v.leg_extension = 1.0
        self.place()

    def place(
        self,
        feet_m: tuple[float, float, float] = (0.0, 0.0, -DECK_HEIGHT_M),
        velocity_m_s: tuple[float, float, float] = (0.0, 0.0, 0.0),
        tilt_rad: float = 0.0,
    ) -> None:
        """Put the feet's centre there, the nose tilted to the north."""
        axis = np.array([math.sin(tilt_rad), 0.0, -math.cos(tilt_rad)])
        east = np.array([0.0, 1.0, 0.0])
        ned_from_body = np.column_stack([axis, east, np.cross(axis, east)])
        turn = self.p.site.ned_from_earth
        origin = np.array(self.p.site.origin_m)
        self.v.x[POSITION : POSITION + 3] = origin + turn.T @ (
            np.array(feet_m) + self.cg_height_m * axis
        )
        self.v.x[VELOCITY : VELOCITY + 3] = turn.T @ np.array(velocity_m_s)
        quaternion_of(np.ascontiguousarray(turn.T @ ned_from_body), self.v.x[ATTITUDE:RATE])

    def run(self, seconds: float) -> None:
        """Let it be for a while; the deck is told every cycle."""
        body = np.array([
            self.mass_kg, self.cg_height_m, self.axial_kg_m2, self.transverse_kg_m2, self.push_n
        ])  # fmt: skip
        for _ in range(round(seconds * 1e9 / CYCLE_NS)):
            self.move(self.deck, self.now_ns)
            _advance(self.v, self.p, self.deck, self.faults, body, self.now_ns)
            self.now_ns += CYCLE_NS

    # --- What it does ---

    @property
    def cg_ned_m(self) -> Floats:
        """Of the centre of mass, in L."""
        offset: Floats = self.v.x[POSITION : POSITION + 3] - self.p.site.origin_m
        return np.asarray(self.p.site.ned_from_earth @ offset)

    @property
    def velocity_ned_m_s(self) -> Floats:
        """Of the centre of mass, in L."""
        return np.asarray(self.p.site.ned_from_earth @ self.v.x[VELOCITY : VELOCITY + 3])

    @property
    def loads_n(self) -> Floats:
        """Of the four legs."""
        return np.array([leg.load_n for leg in self.v.legs])

    @property
    def slid_m(self) -> float:
        """The farthest that a foot slid."""
        return float(max(leg.slid_m for leg in self.v.legs))

    @property
    def energy_j(self) -> float:
        """Kinetic, of the body's fall, and elastic, on a level deck."""
        rates = self.v.x[RATE : RATE + 3] ** 2
        turning = 0.5 * (
            self.axial_kg_m2 * rates[0] + self.transverse_kg_m2 * (rates[1] + rates[2])
        )
        moving = 0.5 * self.mass_kg * float(np.sum(self.velocity_ned_m_s**2))
        strained = sum(
            leg.compression_m**2 + self._stretch_squared_m2(i)
            for i, leg in enumerate(self.v.legs)
            if leg.touching
        )
        falling = -self.mass_kg * G_M_S2 * self.cg_ned_m[2]
        return float(turning + moving + 0.5 * self.p.stiffness_n_m * strained + falling)

    def _stretch_squared_m2(self, number: int) -> float:
        """Of a foot from its anchor, on a level deck."""
        leg, reach = self.v.legs[number], self.p.foot_radius_m * math.sqrt(0.5)
        y, z = reach * (1, 1, -1, -1)[number], reach * (1, -1, -1, 1)[number]
        ned_from_body = np.empty((3, 3))
        w, i, j, k = self.v.x[ATTITUDE:RATE].tolist()
        _matrix(w, i, j, k, ned_from_body)
        arm = ned_from_body @ np.array([leg.crush_m - self.cg_height_m, y, z])
        place = self.cg_ned_m + self.p.site.ned_from_earth @ arm
        return float(np.sum((place[:2] - leg.anchor_m) ** 2))
