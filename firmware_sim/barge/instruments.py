"""The ship's own instruments: motion reference unit and position, with noise and faults."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from firmware_sim.barge.deck import DeckState
from firmware_sim.barge.response import (
    HEAVE,
    PITCH,
    RATES,
    ROLL,
    SURGE,
    SWAY,
    YAW,
    Phases,
    Response,
    find_phases,
    sum_motion,
)
from firmware_sim.chance import Chance, normal
from firmware_sim.environment.sea import GRAVITY_M_S2, Sea
from firmware_sim.faults import Faults, spoil
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Ints, Record, make
from gcs.config.barge import DeckSensorsConfig

MOTION_FIELDS = (
    "roll",
    "pitch",
    "roll_rate",
    "pitch_rate",
    "yaw_rate",
    "heave",
    "heave_rate",
    "acceleration_x",
    "acceleration_y",
    "acceleration_z",
)
"""What a motion reference unit gives: rad, rad/s, m, m/s; specific force in deck axes
(bow, starboard, up), m/s2."""
MOTION_PERIOD_NS = 100_000_000
_DIFFERENCE_NS = 20_000_000
"""Either side of a time of history, for its acceleration."""


class InstrumentParameters(Record):
    """Standard deviations of the motion fields, in their order, and of the position."""

    motion: Annotated[Floats, len(MOTION_FIELDS)]
    position_m: float
    heading_rad: float


class Instruments(Record):
    """The last readings, at `next_ns` less a period. The position is north, east, heading."""

    chance: Chance
    next_ns: int
    motion: Annotated[Floats, len(MOTION_FIELDS)]
    position: Annotated[Floats, 3]


def fill_instruments(p: InstrumentParameters, config: DeckSensorsConfig) -> None:
    """The parameters of a barge's instruments."""
    angle, rate = math.radians(config.angle_deg), math.radians(config.rate_deg_s)
    acceleration = config.acceleration_m_s2
    p.motion[:] = [angle, angle, rate, rate, rate, config.heave_m, config.heave_rate_m_s] + [
        acceleration
    ] * 3
    p.position_m, p.heading_rad = config.position_m, angle


@kernel
def read_instruments(
    instruments: Instruments,
    p: InstrumentParameters,
    deck: DeckState,
    faults: Faults,
    now_ns: int,
) -> None:
    """Take new readings when they are due."""
    if now_ns < instruments.next_ns:
        return
    instruments.next_ns = now_ns + MOTION_PERIOD_NS
    chance, out = instruments.chance, instruments.motion
    cosine, sine = math.cos(deck.heading_rad), math.sin(deck.heading_rad)
    north, east, down = deck.acceleration_m_s2
    out[0], out[1] = deck.roll_rad, deck.pitch_rad
    out[2], out[3] = deck.roll_rate_rad_s, deck.pitch_rate_rad_s
    out[4] = deck.heading_rate_rad_s
    out[5], out[6] = deck.heave_m, deck.heave_rate_m_s
    _specific_force(out, cosine * north + sine * east, cosine * east - sine * north, -down)
    for i in range(len(MOTION_FIELDS)):
        out[i] = spoil(faults.deck_motion, i, out[i] + p.motion[i] * normal(chance), now_ns)
    place = instruments.position
    for i in range(2):
        value = deck.position_m[i] + p.position_m * normal(chance)
        place[i] = spoil(faults.deck_position, i, value, now_ns)
    place[2] = deck.heading_rad + p.heading_rad * normal(chance)


@kernel
def _specific_force(out: Floats, bow: float, starboard: float, up: float) -> None:
    """Specific force in deck axes; accelerations are along level axes, roll and pitch in `out`."""
    cos_roll, sin_roll = math.cos(out[0]), math.sin(out[0])
    cos_pitch, sin_pitch = math.cos(out[1]), math.sin(out[1])
    lift = GRAVITY_M_S2 + up
    along = sin_pitch * bow - cos_pitch * lift
    out[7] = cos_pitch * bow + sin_pitch * lift
    out[8] = cos_roll * starboard + sin_roll * along
    out[9] = sin_roll * starboard - cos_roll * along


def motion_history(
    sea: Sea, response: Response, place: tuple[float, float, float], times_ns: Ints
) -> Floats:
    """True motion fields at any times, shape (times, fields), of a ship that lies at a place
    (north, east, heading).
    """
    out = np.zeros((len(times_ns), len(MOTION_FIELDS)))
    _fill_history(sea, response, make(Phases), place, times_ns, out)
    return out


@kernel
def _fill_history(
    sea: Sea,
    response: Response,
    phases: Phases,
    place: tuple[float, float, float],
    times_ns: Ints,
    out: Floats,
) -> None:
    north, east, heading = place
    now, before, after = np.zeros(12), np.zeros(12), np.zeros(12)
    for i in range(len(times_ns)):
        for motion, shift_ns in ((before, -_DIFFERENCE_NS), (after, _DIFFERENCE_NS), (now, 0)):
            find_phases(phases, sea, response.count, north, east, times_ns[i] + shift_ns)
            sum_motion(response, sea, phases, heading, (0.0, 0.0, 0.0), motion)
        row = out[i]
        row[0], row[1] = now[ROLL], now[PITCH]
        row[2], row[3] = now[RATES + ROLL], now[RATES + PITCH]
        row[4] = now[RATES + YAW]
        row[5], row[6] = now[HEAVE], now[RATES + HEAVE]
        rate = (after[RATES:] - before[RATES:]) / (2e-9 * _DIFFERENCE_NS)
        _specific_force(row, rate[SURGE], rate[SWAY], rate[HEAVE])
