"""What is broken, and how: one record a part, and kernels that spoil what passes through it.

The owner of a part asks `silent` whether it gives or does anything at all, and sends each
number that the part measures or obeys through `spoil`. Nothing here draws from a random
stream: garbage and interruptions are hashes of the fault's seed and the time, so that a
fault never shifts the draws of a healthy part.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np

from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Ints, Record
from firmware_sim.vehicle.state import ENGINES, FINS, LEGS, TANKS

COMPUTERS, THRUSTERS = 3, 4
COMPONENTS = 12
"""Numbers that one part may pass: each has its own memory."""
SLOTS = 16
"""Points of a delay line; between them it interpolates."""
FOREVER_NS = 2**62

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11))
_UNIT = 2.0**-53


class FaultKind(enum.IntEnum):
    """How a part misbehaves."""

    NONE = 0
    OFF = 1
    """Gives nothing, does nothing."""
    STUCK = 2
    """Stays at the first value that passes."""
    GARBAGE = 3
    """Anything within `amplitude` of the true value, anew each time."""
    WRONG = 4
    """scale x value + bias."""
    SLOW = 5
    """First-order lag with `time_constant_s`."""
    DELAYED = 6
    """The value of `delay_ns` ago."""
    INTERMITTENT = 7
    """Silent in a share `duty` of the periods of `period_ns`, at random."""


class Fault(Record):
    """One part's fault, in force in [from_ns, until_ns), and what it remembers a component.

    A time of 0 in `memory_ns` and a count of 0 say that nothing is remembered yet.
    """

    kind: int
    from_ns: int
    until_ns: int
    seed: int
    bias: float
    scale: float
    amplitude: float
    time_constant_s: float
    duty: float
    delay_ns: int
    period_ns: int
    memory_ns: Annotated[Ints, COMPONENTS]
    memory: Annotated[Floats, COMPONENTS]
    line_count: Annotated[Ints, COMPONENTS]
    line_ns: Annotated[Ints, (COMPONENTS, SLOTS)]
    line: Annotated[Floats, (COMPONENTS, SLOTS)]


class SensorFaults(Record):
    """The sensors of one flight computer."""

    imu_accel: Fault
    imu_gyro: Fault
    gnss_position: Fault
    gnss_velocity: Fault
    baro: Fault
    radar: Fault
    beacon: Fault
    gauges: Fault


class Faults(Record):
    """Everything in vehicle, ship and weather that can break."""

    sensors: Annotated[Sequence[SensorFaults], COMPUTERS]
    computer: Annotated[Sequence[Fault], COMPUTERS]
    engine: Annotated[Sequence[Fault], ENGINES]
    gimbal: Annotated[Sequence[Fault], ENGINES]
    fin: Annotated[Sequence[Fault], FINS]
    cold_gas: Fault
    vent: Annotated[Sequence[Fault], TANKS]
    leg: Annotated[Sequence[Fault], LEGS]
    thruster: Annotated[Sequence[Fault], THRUSTERS]
    deck_motion: Fault
    deck_position: Fault
    weather: Fault
    deck_blocked: Fault
    """In force, of any kind: something stands on the deck."""
    deck_fire: Fault
    """In force, of any kind: the deck burns."""


@kernel
def active(fault: Fault, now_ns: int) -> bool:
    """Whether the fault is in force."""
    return fault.kind != FaultKind.NONE and fault.from_ns <= now_ns < fault.until_ns


@kernel
def silent(fault: Fault, now_ns: int) -> bool:
    """Whether the part gives or does nothing at all: off, or in an interruption."""
    if fault.kind == FaultKind.NONE:
        return False
    if not active(fault, now_ns):
        return False
    if fault.kind == FaultKind.INTERMITTENT:
        period = (now_ns - fault.from_ns) // max(fault.period_ns, 1)
        return hashed(fault.seed, period, 0) < fault.duty
    return fault.kind == FaultKind.OFF


@kernel
def spoil(fault: Fault, component: int, value: float, now_ns: int) -> float:
    """`value` as the faulty part gives it; `component` < COMPONENTS tells its numbers apart.

    Angles that wrap must come as differences from something near: lags and delay lines
    interpolate. Parts that are silent pass the value; their owners ask `silent`.
    """
    if fault.kind == FaultKind.NONE:
        return value
    return _spoiled(fault, component, value, now_ns)


@kernel
def _spoiled(fault: Fault, component: int, value: float, now_ns: int) -> float:
    if not active(fault, now_ns):
        return value
    if fault.kind == FaultKind.STUCK:
        return _held(fault, component, value, now_ns)
    if fault.kind == FaultKind.GARBAGE:
        return value + fault.amplitude * (2.0 * hashed(fault.seed, now_ns, component) - 1.0)
    if fault.kind == FaultKind.WRONG:
        return fault.scale * value + fault.bias
    if fault.kind == FaultKind.SLOW:
        return _lagged(fault, component, value, now_ns)
    if fault.kind == FaultKind.DELAYED:
        return _delayed(fault, component, value, now_ns)
    return value


@kernel
def _held(fault: Fault, component: int, value: float, now_ns: int) -> float:
    if fault.memory_ns[component] == 0:
        fault.memory_ns[component] = max(now_ns, 1)
        fault.memory[component] = value
    return float(fault.memory[component])


@kernel
def _lagged(fault: Fault, component: int, value: float, now_ns: int) -> float:
    before = _held(fault, component, value, now_ns)
    elapsed_s = 1e-9 * (now_ns - fault.memory_ns[component])
    share = 1.0 - math.exp(-elapsed_s / max(fault.time_constant_s, 1e-9))
    fault.memory[component] = before + share * (value - before)
    fault.memory_ns[component] = max(now_ns, 1)
    return float(fault.memory[component])


@kernel
def _delayed(fault: Fault, component: int, value: float, now_ns: int) -> float:
    count = fault.line_count[component]
    newest = (count - 1) % SLOTS
    spacing_ns = fault.delay_ns // (SLOTS - 2)
    if count == 0 or now_ns - fault.line_ns[component, newest] >= spacing_ns:
        newest = count % SLOTS
        count += 1
        fault.line_count[component] = count
        fault.line_ns[component, newest] = now_ns
        fault.line[component, newest] = value
    wanted_ns = now_ns - fault.delay_ns
    after = newest
    for back in range(min(count, SLOTS)):
        slot = (newest - back) % SLOTS
        if fault.line_ns[component, slot] <= wanted_ns:
            return _between(fault, component, slot, after, wanted_ns)
        after = slot
    return float(fault.line[component, after])


@kernel
def _between(fault: Fault, component: int, before: int, after: int, wanted_ns: int) -> float:
    from_ns = fault.line_ns[component, before]
    length_ns = fault.line_ns[component, after] - from_ns
    share = (wanted_ns - from_ns) / length_ns if length_ns > 0 else 0.0
    low = fault.line[component, before]
    return float(low + share * (fault.line[component, after] - low))


@kernel
def hashed(seed: int, first: int, second: int) -> float:
    """Uniform in [0, 1) by SplitMix64's finalizer (Steele, Lea, Flood 2014)."""
    z = np.uint64(seed)
    for word in (first, second):
        z = (z + np.uint64(word) + np.uint64(1)) * _GAMMA
        z = (z ^ (z >> _SHIFTS[0])) * _MIX_1
        z = (z ^ (z >> _SHIFTS[1])) * _MIX_2
        z ^= z >> _SHIFTS[2]
    return float((z >> _SHIFTS[3]) * _UNIT)


def arm(fault: Fault, kind: FaultKind, from_ns: int, until_ns: int = FOREVER_NS) -> None:
    """Put a fault in force over [from_ns, until_ns), with nothing remembered.

    Its figures (bias, scale, ...) are the caller's to set.
    """
    fault.kind = int(kind)
    fault.from_ns = from_ns
    fault.until_ns = until_ns
    fault.memory_ns[:] = 0
    fault.line_count[:] = 0


def clear(fault: Fault) -> None:
    """Mend the part."""
    arm(fault, FaultKind.NONE, 0, 0)
