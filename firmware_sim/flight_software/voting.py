"""What the vehicle does: the middle of what three computers ask, discretes by majority."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from firmware_sim.faults import COMPUTERS
from firmware_sim.flight_software.computer import ComputerState
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats
from firmware_sim.vehicle.state import ENGINES

_NUMBERS = 9
_LEGS, _RELEASE, _VENT = ENGINES, ENGINES + 1, ENGINES + 2
_DISCRETES = ENGINES + 3


@kernel
def vote(computers: Sequence[ComputerState], actuation: Actuation) -> None:
    """Fill `actuation`, and tell every computer's control what came of it.

    Silent computers have no vote, nor has a number that is not finite. Of two numbers the mean
    counts; where discretes tie, or nobody votes, the actuation stays.
    """
    numbers, discretes = np.empty((COMPUTERS + 1, _NUMBERS)), np.empty((COMPUTERS + 1, _DISCRETES))
    for k in range(COMPUTERS):
        _read(computers[k].actuation, numbers[k], discretes[k])
        if computers[k].silent:
            numbers[k] = math.nan
            discretes[k] = math.nan
    _read(actuation, numbers[COMPUTERS], discretes[COMPUTERS])
    for j in range(_NUMBERS):
        numbers[COMPUTERS, j] = _middle(numbers, j)
    for j in range(_DISCRETES):
        discretes[COMPUTERS, j] = _majority(discretes, j)
    _write(actuation, numbers[COMPUTERS], discretes[COMPUTERS])
    for k in range(COMPUTERS):
        c = computers[k].control
        c.voted_gimbal_rad[0] = actuation.gimbal_pitch_rad
        c.voted_gimbal_rad[1] = actuation.gimbal_yaw_rad
        for i in range(3):
            c.voted_fins_rad[i] = actuation.fins_rad[i]
            c.voted_cold_gas_n_m[i] = actuation.cold_gas_torque_n_m[i]


@kernel
def _read(a: Actuation, numbers: Floats, discretes: Floats) -> None:
    numbers[0], numbers[1], numbers[2] = a.throttle, a.gimbal_pitch_rad, a.gimbal_yaw_rad
    for i in range(3):
        numbers[3 + i], numbers[6 + i] = a.fins_rad[i], a.cold_gas_torque_n_m[i]
    for i in range(ENGINES):
        discretes[i] = a.run[i]
    discretes[_LEGS], discretes[_RELEASE], discretes[_VENT] = a.legs, a.release, a.vent


@kernel
def _write(a: Actuation, numbers: Floats, discretes: Floats) -> None:
    a.throttle, a.gimbal_pitch_rad, a.gimbal_yaw_rad = numbers[0], numbers[1], numbers[2]
    for i in range(3):
        a.fins_rad[i], a.cold_gas_torque_n_m[i] = numbers[3 + i], numbers[6 + i]
    for i in range(ENGINES):
        a.run[i] = int(discretes[i])
    a.legs, a.release = int(discretes[_LEGS]), int(discretes[_RELEASE])
    a.vent = int(discretes[_VENT])


@kernel
def _middle(asked: Floats, j: int) -> float:
    """Of column `j`; its last row is what holds if nobody votes."""
    votes, low, high = 0, math.inf, -math.inf
    for k in range(COMPUTERS):
        if math.isfinite(asked[k, j]):
            votes += 1
            low, high = min(low, asked[k, j]), max(high, asked[k, j])
    if votes == 0:
        return float(asked[COMPUTERS, j])
    if votes < COMPUTERS:
        return 0.5 * (low + high)
    a, b, c = asked[0, j], asked[1, j], asked[2, j]
    return float(max(min(a, b), min(max(a, b), c)))


@kernel
def _majority(asked: Floats, j: int) -> float:
    """Of column `j`, 0 or 1; its last row is what holds in a tie."""
    balance = 0
    for k in range(COMPUTERS):
        if math.isfinite(asked[k, j]):
            balance += 1 if asked[k, j] > 0.5 else -1
    if balance == 0:
        return float(asked[COMPUTERS, j])
    return 1.0 if balance > 0 else 0.0
