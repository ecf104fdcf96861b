"""The deck beacon sends where its antenna is, ten times a second, late and with gaps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.barge.beacon import (
    MESSAGES,
    BeaconAir,
    BeaconParameters,
    beacon_parameters,
    make_beacon,
    send_beacon,
)
from firmware_sim.barge.deck import DeckState
from firmware_sim.records import make, save
from gcs.config.simulation import SimulatedBeacon, SimulatedSea
from tests.helpers.ships import CYCLE_NS, set_sail, shipped_barge, simulation


def beacon(
    config: SimulatedBeacon | None = None, seed: int = 1
) -> tuple[BeaconAir, BeaconParameters]:
    model = shipped_barge().model
    assert model is not None
    air = make(BeaconAir)
    make_beacon(air, seed)
    return air, beacon_parameters(model, config or SimulatedBeacon())


def messages(
    air: BeaconAir, p: BeaconParameters, deck: DeckState, seconds: float
) -> list[tuple[int, int]]:
    """(sampled, arrives) of all messages, in the order in which they were sent."""
    heard = []
    for cycle in range(round(seconds * 100)):
        before = int(air.count)
        send_beacon(air, p, deck, cycle * CYCLE_NS)
        if air.count > before:
            message = air.messages[before % MESSAGES]
            heard.append((int(message.sampled_ns), int(message.arrives_ns)))
    return heard


def test_messages_are_ten_a_second_late_by_a_tenth_and_some_are_lost() -> None:
    air, p = beacon(SimulatedBeacon(dropout=0.05))
    heard = np.array(messages(air, p, make(DeckState), 300.0))
    assert len(heard) == pytest.approx(2850, rel=0.02)
    late_s = 1e-9 * (heard[:, 1] - heard[:, 0])
    assert late_s.mean() == pytest.approx(0.100, abs=0.005)
    assert late_s.std() == pytest.approx(0.030, abs=0.005)
    assert not (heard[:, 0] % 100_000_000).any()


def test_messages_arrive_in_order_and_never_before_they_were_sent() -> None:
    air, p = beacon(SimulatedBeacon(latency_sigma="200 ms"))
    heard = np.array(messages(air, p, make(DeckState), 60.0))
    assert (np.diff(heard[:, 1]) >= 0).all()
    assert (heard[:, 1] >= heard[:, 0]).all()


def test_a_message_holds_the_place_of_the_antenna_on_the_moving_deck() -> None:
    voyage = set_sail(simulation(sea=SimulatedSea(state=5, direction="50 deg")))
    voyage.sail(20.0)
    deck = voyage.ship.deck
    air, p = beacon()
    send_beacon(air, p, deck, 0)
    message, model = air.messages[0], shipped_barge().model
    assert model is not None
    arm = np.array([model.beacon.bow_m, model.beacon.starboard_m, -model.beacon.height_m])
    assert message.antenna_m == pytest.approx(deck.position_m + deck.ned_from_deck @ arm)
    assert message.velocity_m_s == pytest.approx(deck.velocity_m_s)
    assert message.roll_rad == pytest.approx(deck.roll_rad, abs=math.radians(0.1))
    assert message.heave_m == pytest.approx(deck.heave_m, abs=0.05)


def test_the_same_seed_loses_the_same_messages() -> None:
    one, p = beacon(seed=4)
    other, _ = beacon(seed=4)
    deck = make(DeckState)
    assert messages(one, p, deck, 30.0) == messages(other, p, deck, 30.0)
    assert save(one) == save(other)


def test_a_beacon_that_loses_everything_is_never_heard() -> None:
    air, p = beacon(SimulatedBeacon(dropout=1.0))
    assert messages(air, p, make(DeckState), 30.0) == []


def test_a_beacon_that_is_switched_off_is_silent_and_goes_on_as_if_it_had_not_been() -> None:
    (air, p), (other, _) = beacon(), beacon()
    air.off = 1
    assert messages(air, p, make(DeckState), 10.0) == []
    air.off = 0
    sent = messages(other, p, make(DeckState), 20.0)
    for cycle in range(1000, 2000):
        send_beacon(air, p, make(DeckState), cycle * CYCLE_NS)
    late = [at for at, _ in sent if at >= 10_000_000_000]
    assert int(air.count) == len(late)
