"""Random draws whose whole state is one integer in a record.

SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195); normal draws by
Box and Muller (1958), one a pair, so that there is no second value to keep.
"""

from __future__ import annotations

import math

import numpy as np

from firmware_sim.kernel import kernel
from firmware_sim.records import Record

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11))
_UNIT = 2.0**-53


class Chance(Record):
    """One random stream."""

    state: int


def seed_chance(chance: Chance, seed: int, stream: str) -> None:
    """Start a stream; streams of other names or seeds are independent of it."""
    words = [seed, *stream.encode()]
    chance.state = int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0].view(np.int64))


@kernel
def uniform(chance: Chance) -> float:
    """The next draw from [0, 1)."""
    state = np.uint64(chance.state) + _GAMMA
    chance.state = int(state)
    z = (state ^ (state >> _SHIFTS[0])) * _MIX_1
    z = (z ^ (z >> _SHIFTS[1])) * _MIX_2
    return float(((z ^ (z >> _SHIFTS[2])) >> _SHIFTS[3]) * _UNIT)


@kernel
def normal(chance: Chance) -> float:
    """The next draw from the standard normal distribution."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(chance)))
    return radius * math.cos(2.0 * math.pi * uniform(chance))
