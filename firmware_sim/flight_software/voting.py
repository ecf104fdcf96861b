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


@kernel
def vote(computers: Sequence[ComputerState], actuation: Actuation) -> None:
    """Fill `actuation`, and tell every computer's control what came of it.

    Silent computers have no vote, nor has a number that is not finite. Of two numbers the mean
    counts; where discretes tie, or nobody votes, the actuation stays.
    """
    asked = np.empty(COMPUTERS)
    _vote_numbers(computers, asked, actuation)
    _vote_discretes(computers, asked, actuation)
    _tell(computers, actuation)


@kernel
def _vote_numbers(computers: Sequence[ComputerState], asked: Floats, actuation: Actuation) -> None:
    for k in range(COMPUTERS):
        asked[k] = computers[k].actuation.throttle
    actuation.throttle = _middle(computers, asked, actuation.throttle)
    for k in range(COMPUTERS):
        asked[k] = computers[k].actuation.gimbal_pitch_rad
    actuation.gimbal_pitch_rad = _middle(computers, asked, actuation.gimbal_pitch_rad)
    for k in range(COMPUTERS):
        asked[k] = computers[k].actuation.gimbal_yaw_rad
    actuation.gimbal_yaw_rad = _middle(computers, asked, actuation.gimbal_yaw_rad)
    for i in range(3):
        for k in range(COMPUTERS):
            asked[k] = computers[k].actuation.fins_rad[i]
        actuation.fins_rad[i] = _middle(computers, asked, actuation.fins_rad[i])
        for k in range(COMPUTERS):
            asked[k] = computers[k].actuation.cold_gas_torque_n_m[i]
        torque = _middle(computers, asked, actuation.cold_gas_torque_n_m[i])
        actuation.cold_gas_torque_n_m[i] = torque


@kernel
def _vote_discretes(
    computers: Sequence[ComputerState], asked: Floats, actuation: Actuation
) -> None:
    for i in range(ENGINES):
        for k in range(COMPUTERS):
            asked[k] = computers[k].actuation.run[i]
        actuation.run[i] = _majority(computers, asked, actuation.run[i])
    for k in range(COMPUTERS):
        asked[k] = computers[k].actuation.legs
    actuation.legs = _majority(computers, asked, actuation.legs)
    for k in range(COMPUTERS):
        asked[k] = computers[k].actuation.release
    actuation.release = _majority(computers, asked, actuation.release)


@kernel
def _middle(computers: Sequence[ComputerState], asked: Floats, before: float) -> float:
    votes, total = 0, 0.0
    low, high = math.inf, -math.inf
    for k in range(COMPUTERS):
        if computers[k].silent == 0 and math.isfinite(asked[k]):
            votes += 1
            total += asked[k]
            low, high = min(low, asked[k]), max(high, asked[k])
    if votes == COMPUTERS:
        return float(max(min(asked[0], asked[1]), min(max(asked[0], asked[1]), asked[2])))
    if votes == 0:
        return before
    return 0.5 * (low + high)


@kernel
def _majority(computers: Sequence[ComputerState], asked: Floats, before: int) -> int:
    balance = 0
    for k in range(COMPUTERS):
        if computers[k].silent == 0:
            balance += 1 if asked[k] > 0.5 else -1
    if balance == 0:
        return before
    return 1 if balance > 0 else 0


@kernel
def _tell(computers: Sequence[ComputerState], actuation: Actuation) -> None:
    for k in range(COMPUTERS):
        c = computers[k].control
        c.voted_gimbal_rad[0] = actuation.gimbal_pitch_rad
        c.voted_gimbal_rad[1] = actuation.gimbal_yaw_rad
        c.voted_fins_rad[:] = actuation.fins_rad
        c.voted_cold_gas_n_m[:] = actuation.cold_gas_torque_n_m
