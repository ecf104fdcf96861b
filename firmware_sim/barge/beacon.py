"""The deck beacon: deck position and velocity by radio, straight to the vehicle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firmware_sim.barge.motion import DeckState
from gcs.config.simulation import SimulatedBeacon


@dataclass(frozen=True, slots=True)
class BeaconFix:
    """The deck at `sampled_ns`, heard at `arrives_ns`; local axes, SI."""

    sampled_ns: int
    arrives_ns: int
    north_m: float
    east_m: float
    up_m: float
    velocity_north_m_s: float
    velocity_up_m_s: float
    acceleration_up_m_s2: float


class DeckBeacon:
    """Sends a fix when asked, late by a random time, or not at all."""

    def __init__(self, config: SimulatedBeacon, random: np.random.Generator) -> None:
        self._config = config
        self._random = random
        self._last_arrival_ns = 0

    def send(self, deck: DeckState, now_ns: int) -> BeaconFix | None:
        """The fix on its way, in order of arrival; None where the radio lost it."""
        lost, spread = self._random.random(), self._random.standard_normal()
        if lost < self._config.dropout:
            return None
        delay_ns = self._config.latency + int(spread * self._config.latency_sigma)
        arrives_ns = max(now_ns + max(delay_ns, 0), self._last_arrival_ns)
        self._last_arrival_ns = arrives_ns
        return BeaconFix(
            sampled_ns=now_ns,
            arrives_ns=arrives_ns,
            north_m=deck.north_m,
            east_m=deck.east_m,
            up_m=deck.up_m,
            velocity_north_m_s=deck.velocity_north_m_s,
            velocity_up_m_s=deck.velocity_up_m_s,
            acceleration_up_m_s2=deck.acceleration_up_m_s2,
        )
