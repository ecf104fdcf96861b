"""What a flight computer believes: the plant's motion with its own small errors, and the deck."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from firmware_sim.barge.beacon import BeaconFix
from firmware_sim.vehicle.plant import Sensed

SECOND_NS = 1_000_000_000
_BLOCK = 1024
_BIAS_SIGMA_M = 0.4
_BIAS_TIME_S = 60.0
_RELATIVE_TIME_S = 20.0
_POSITION_NOISE_M = 0.02
_VELOCITY_NOISE_M_S = 0.03
_TILT_BIAS_RAD = math.radians(0.05)
_TILT_NOISE_RAD = math.radians(0.01)
_RATE_NOISE_RAD_S = math.radians(0.02)
_FORCE_NOISE_M_S2 = 0.03

SIGMA_HORIZONTAL_M = 0.5
SIGMA_VERTICAL_M = 0.6
"""Accuracy that the navigation claims; the errors above stay within it."""


@dataclass(slots=True)
class Solution:
    """Believed motion, in the axes and meanings of `Sensed`; the deck in the same axes."""

    north_m: float = 0.0
    up_m: float = 0.0
    velocity_north_m_s: float = 0.0
    velocity_up_m_s: float = 0.0
    acceleration_north_m_s2: float = 0.0
    tilt_rad: float = 0.0
    rate_rad_s: float = 0.0
    deck_north_m: float = 0.0
    deck_east_m: float = 0.0
    deck_up_m: float = 0.0
    deck_velocity_north_m_s: float = 0.0
    deck_velocity_up_m_s: float = 0.0


class _Wander:
    """A first-order Gauss-Markov error."""

    def __init__(self, sigma: float, time_s: float, step_s: float, start: float) -> None:
        self._keep = math.exp(-step_s / time_s)
        self._drive = sigma * math.sqrt(1.0 - self._keep**2)
        self.value = sigma * start

    def step(self, draw: float) -> float:
        self.value = self._keep * self.value + self._drive * draw
        return self.value


class Navigation:
    """One computer's navigation. Each has its own random stream."""

    def __init__(self, random: np.random.Generator, relative_sigma_m: float, step_ns: int) -> None:
        self._random = random
        step_s = step_ns / SECOND_NS
        start = random.standard_normal(6).tolist()
        self._bias_north = _Wander(_BIAS_SIGMA_M, _BIAS_TIME_S, step_s, start[0])
        self._bias_up = _Wander(_BIAS_SIGMA_M, _BIAS_TIME_S, step_s, start[1])
        self._relative_north = _Wander(relative_sigma_m, _RELATIVE_TIME_S, step_s, start[2])
        self._relative_up = _Wander(relative_sigma_m, _RELATIVE_TIME_S, step_s, start[3])
        self._tilt_bias = _TILT_BIAS_RAD * start[4]
        self._draws: list[list[float]] = []
        self._next = _BLOCK
        self._fixes: deque[BeaconFix] = deque()
        self._fix: BeaconFix | None = None
        self.solution = Solution()

    def hear(self, fix: BeaconFix) -> None:
        """A beacon message on its way; it counts from its arrival on."""
        self._fixes.append(fix)

    def beacon_age_s(self, now_ns: int) -> float:
        """Age of the last fix heard, s; NaN if none was."""
        return math.nan if self._fix is None else (now_ns - self._fix.sampled_ns) / SECOND_NS

    def step(self, sensed: Sensed, now_ns: int) -> Solution:
        """Update the belief from what is sensed at `now_ns`."""
        draw = self._draw()
        s = self.solution
        north_error = self._bias_north.step(draw[0])
        up_error = self._bias_up.step(draw[1])
        s.north_m = sensed.north_m + north_error + _POSITION_NOISE_M * draw[2]
        s.up_m = sensed.up_m + up_error + _POSITION_NOISE_M * draw[3]
        s.velocity_north_m_s = sensed.velocity_north_m_s + _VELOCITY_NOISE_M_S * draw[4]
        s.velocity_up_m_s = sensed.velocity_up_m_s + _VELOCITY_NOISE_M_S * draw[5]
        s.acceleration_north_m_s2 = sensed.acceleration_north_m_s2 + _FORCE_NOISE_M_S2 * draw[6]
        s.tilt_rad = sensed.tilt_rad + self._tilt_bias + _TILT_NOISE_RAD * draw[7]
        s.rate_rad_s = sensed.rate_rad_s + _RATE_NOISE_RAD_S * draw[8]
        self._relative_north.step(draw[9])
        self._relative_up.step(draw[10])
        self._locate_deck(now_ns)
        return s

    def _locate_deck(self, now_ns: int) -> None:
        """The deck in this computer's axes: its own position error cancels in the relative fix."""
        while self._fixes and self._fixes[0].arrives_ns <= now_ns:
            self._fix = self._fixes.popleft()
        fix = self._fix
        if fix is None:
            return
        age_s = (now_ns - fix.sampled_ns) / SECOND_NS
        s = self.solution
        s.deck_velocity_north_m_s = fix.velocity_north_m_s
        s.deck_velocity_up_m_s = fix.velocity_up_m_s + fix.acceleration_up_m_s2 * age_s
        rise = age_s * (fix.velocity_up_m_s + 0.5 * age_s * fix.acceleration_up_m_s2)
        along = age_s * fix.velocity_north_m_s
        s.deck_north_m = fix.north_m + along + self._bias_north.value + self._relative_north.value
        s.deck_up_m = fix.up_m + rise + self._bias_up.value + self._relative_up.value
        s.deck_east_m = fix.east_m

    def _draw(self) -> list[float]:
        if self._next >= len(self._draws):
            self._draws = self._random.standard_normal((_BLOCK, 11)).tolist()
            self._next = 0
        self._next += 1
        return self._draws[self._next - 1]
