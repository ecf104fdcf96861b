"""Finds what was the first to be no finite number: a cause, not what it has spread to."""

from __future__ import annotations

import math

from firmware_sim.barge.deck import DeckState
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats
from firmware_sim.vehicle.dynamics import VehicleParameters, derivative
from firmware_sim.vehicle.state import (
    ATTITUDE,
    FUEL,
    OXIDIZER,
    POSITION,
    RATE,
    SLOSH,
    STATE_SIZE,
    VELOCITY,
    VehicleState,
)

_STATES = {
    POSITION: "position {axis} in E",
    VELOCITY: "velocity {axis} in E",
    ATTITUDE: "attitude",
    RATE: "angular rate about {axis}",
    OXIDIZER: "oxidizer mass",
    FUEL: "fuel mass",
    SLOSH: "slosh of the oxidizer",
    SLOSH + 4: "slosh of the fuel",
}
_FLOW, _GIMBAL, _FINS, _COLD_GAS, _LEGS, _WIND, _DECK, _MASS, _AIR, _FORCE, _MOMENT = range(
    STATE_SIZE, STATE_SIZE + 11
)
_CAUSES = {
    _FLOW: "an engine's flow",
    _GIMBAL: "an engine's gimbal angle",
    _FINS: "a fin's angle",
    _COLD_GAS: "the cold gas, or its thrusters' torque",
    _LEGS: "the legs' extension",
    _WIND: "the wind",
    _DECK: "the deck's pose",
    _MASS: "the mass",
    _AIR: "the air's density",
    _FORCE: "the force on the vehicle",
    _MOMENT: "the moment on the vehicle",
}


def name_of(bad: int) -> str:
    """The quantity that `find_bad` found; empty for 0."""
    index = bad - 1
    if index < 0 or index >= STATE_SIZE:
        return _CAUSES.get(index, "")
    row = max(row for row in _STATES if row <= index)
    return _STATES[row].format(axis="xyz"[min(index - row, 2)])


@kernel
def first_bad(x: Floats) -> int:
    """0 if all of `x` is finite, else 1 + the first index that is not."""
    for i in range(x.size):
        if not math.isfinite(x[i]):
            return i + 1
    return 0


@kernel
def bad_start(v: VehicleState, p: VehicleParameters, deck: DeckState) -> int:
    """1 + the index of what is not finite before a cycle: state, actuators, wind, deck; or 0."""
    bad = first_bad(v.x)
    return bad if bad != 0 else _bad_input(v, p, deck)


@kernel
def find_bad(v: VehicleState, p: VehicleParameters, deck: DeckState, offset_s: float) -> int:
    """What spoilt the step from `work.before` to `v.x`, as 1 + its index; 0 for nothing."""
    after = first_bad(v.x)
    if after == 0:
        return 0
    before = first_bad(p.work.before)
    if before != 0:
        return before
    given = _bad_input(v, p, deck)
    if given != 0:
        return given
    derivative(v, p, deck, p.work.before, offset_s, p.work.slope)
    consequence = _bad_sum(p)
    return consequence if consequence != 0 else after


@kernel
def _bad_input(v: VehicleState, p: VehicleParameters, deck: DeckState) -> int:
    for i in range(p.engines.count):
        engine = v.engines[i]
        if not math.isfinite(engine.flow):
            return _FLOW + 1
        if not math.isfinite(engine.gimbal_pitch_rad + engine.gimbal_yaw_rad):
            return _GIMBAL + 1
    if first_bad(v.fins_rad):
        return _FINS + 1
    if first_bad(v.cold_gas_torque_n_m) or not math.isfinite(v.cold_gas_kg):
        return _COLD_GAS + 1
    if not math.isfinite(v.leg_extension):
        return _LEGS + 1
    if first_bad(p.work.wind_m_s) or first_bad(p.work.wind_gradient_per_s):
        return _WIND + 1
    if first_bad(deck.position_m) or first_bad(deck.velocity_m_s):
        return _DECK + 1
    return 0


@kernel
def _bad_sum(p: VehicleParameters) -> int:
    w = p.work
    if not math.isfinite(w.props.mass_kg):
        return _MASS + 1
    if not math.isfinite(w.ambient.density_kg_m3):
        return _AIR + 1
    if first_bad(w.force_n):
        return _FORCE + 1
    if first_bad(w.moment_n_m):
        return _MOMENT + 1
    return 0
