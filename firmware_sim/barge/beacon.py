"""The deck beacon's transmitting side: messages on their way to whoever is in range.

Ten a second, each late by a random time or lost. A message carries the ship's own motion
data and stands for the antenna's raw GNSS observations: the receiver forms the relative
position from the true place of the antenna, and adds that measurement's noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from firmware_sim.barge.deck import DeckState
from firmware_sim.chance import Chance, normal, seed_chance, uniform
from firmware_sim.kernel import kernel
from firmware_sim.records import Record, Vector3, make
from gcs.config.barge import BargeModel
from gcs.config.simulation import SimulatedBeacon

MESSAGES = 16
PERIOD_NS = 100_000_000


class BeaconMessage(Record):
    """One message. L is north, east, down at the landing site."""

    sampled_ns: int
    arrives_ns: int
    antenna_m: Vector3
    """The true place of the deck's antenna in L."""
    velocity_m_s: Vector3
    """Of the deck centre in L."""
    roll_rad: float
    pitch_rad: float
    heading_rad: float
    heave_m: float
    heave_rate_m_s: float


class BeaconAir(Record):
    """Message n of `count` is `messages[n % MESSAGES]`; they arrive in order."""

    chance: Chance
    next_ns: int
    off: int
    """1 while it is switched off."""
    count: int
    messages: Annotated[Sequence[BeaconMessage], MESSAGES]


class BeaconParameters(Record):
    """Latency and its standard deviation, share of lost messages; the antenna in D; noise."""

    latency_ns: int
    latency_sigma_ns: int
    dropout: float
    antenna_m: Vector3
    angle_sigma_rad: float
    heave_sigma_m: float
    heave_rate_sigma_m_s: float


def beacon_parameters(model: BargeModel, config: SimulatedBeacon) -> BeaconParameters:
    """The parameters of a barge's beacon."""
    p = make(BeaconParameters)
    p.latency_ns, p.latency_sigma_ns = config.latency, config.latency_sigma
    p.dropout = config.dropout
    p.antenna_m[:] = (model.beacon.bow_m, model.beacon.starboard_m, -model.beacon.height_m)
    p.angle_sigma_rad = np.radians(model.sensors.angle_deg)
    p.heave_sigma_m = model.sensors.heave_m
    p.heave_rate_sigma_m_s = model.sensors.heave_rate_m_s
    return p


def make_beacon(beacon: BeaconAir, seed: int) -> None:
    """Start the beacon: nothing in the air yet."""
    seed_chance(beacon.chance, seed, "beacon")
    beacon.next_ns = beacon.count = 0


@kernel
def send_beacon(beacon: BeaconAir, p: BeaconParameters, deck: DeckState, now_ns: int) -> None:
    """Send a message when one is due."""
    if now_ns < beacon.next_ns:
        return
    beacon.next_ns += PERIOD_NS
    lost = uniform(beacon.chance) < p.dropout or beacon.off != 0
    late_ns = p.latency_ns + int(p.latency_sigma_ns * normal(beacon.chance))
    arrives_ns = now_ns + max(late_ns, 0)
    if lost:
        return
    if beacon.count > 0:
        arrives_ns = max(arrives_ns, beacon.messages[(beacon.count - 1) % MESSAGES].arrives_ns)
    message = beacon.messages[beacon.count % MESSAGES]
    message.sampled_ns, message.arrives_ns = now_ns, arrives_ns
    _write(message, beacon, p, deck)
    beacon.count += 1


@kernel
def _write(message: BeaconMessage, beacon: BeaconAir, p: BeaconParameters, deck: DeckState) -> None:
    for i in range(3):
        place_m = deck.position_m[i]
        for k in range(3):
            place_m += deck.ned_from_deck[i, k] * p.antenna_m[k]
        message.antenna_m[i] = place_m
        message.velocity_m_s[i] = deck.velocity_m_s[i]
    message.roll_rad = deck.roll_rad + p.angle_sigma_rad * normal(beacon.chance)
    message.pitch_rad = deck.pitch_rad + p.angle_sigma_rad * normal(beacon.chance)
    message.heading_rad = deck.heading_rad + p.angle_sigma_rad * normal(beacon.chance)
    message.heave_m = deck.heave_m + p.heave_sigma_m * normal(beacon.chance)
    message.heave_rate_m_s = deck.heave_rate_m_s + p.heave_rate_sigma_m_s * normal(beacon.chance)
