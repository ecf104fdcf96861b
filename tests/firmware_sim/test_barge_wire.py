"""The barge on the wire says what its ship does, and what is broken shows."""

from __future__ import annotations

import math
from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from firmware_sim.barge.beacon import beacon_parameters, make_beacon, send_beacon
from firmware_sim.barge.ship import make_ship, ship_parameters, step_ship
from firmware_sim.endpoints.barge import CYCLES_PER_SECOND, RATES_HZ, BargePort, Publication
from firmware_sim.environment.earth import make_site
from firmware_sim.faults import FOREVER_NS, Fault, FaultKind, arm
from firmware_sim.records import make
from firmware_sim.scenario import Scenario
from firmware_sim.world_state import WorldParameters, WorldState
from gcs.clock import SECOND_NS
from gcs.config.simulation import SimulatedBarge, SimulatedSea, SimulationConfig
from gcs.telemetry import barge as wire
from tests.helpers.ships import (
    CYCLE_NS,
    ROLL,
    set_sail,
    shipped_barge,
    shipped_hull,
    simulation,
)

START_NS = 1_700_000_000 * SECOND_NS


class Afloat:
    """A barge with its port, and nothing else in the world."""

    def __init__(self, config: SimulationConfig | None = None, seed: int = 1) -> None:
        config = config or simulation()
        barge = shipped_barge()
        assert barge.model is not None
        self.world, self.p = make(WorldState), make(WorldParameters)
        self.p.site = make_site(config.latitude_deg, config.longitude_deg, barge.deck.height_m)
        self.p.ship = ship_parameters(barge, shipped_hull(), config, seed)
        self.p.beacon = beacon_parameters(barge.model, config.beacon)
        make_ship(self.world.ship, self.p.ship, seed)
        make_beacon(self.world.beacon, seed)
        scenario = SimpleNamespace(
            simulation=config, barge_model=barge.model, start_ns=START_NS, seed=seed
        )
        self.port = BargePort(cast("Scenario", scenario), self.world, self.p)
        self.cycle = 0

    @property
    def now_ns(self) -> int:
        return START_NS + self.cycle * CYCLE_NS

    def run(self, seconds: float) -> list[wire.Payload]:
        """All payloads of the next seconds, read back from their bytes."""
        heard: list[wire.Payload] = []
        ship, faults = self.world.ship, self.world.faults
        for _ in range(round(seconds * CYCLES_PER_SECOND)):
            elapsed_ns = self.cycle * CYCLE_NS
            step_ship(ship, self.p.ship, faults, elapsed_ns)
            send_beacon(self.world.beacon, self.p.beacon, ship.deck, elapsed_ns)
            heard += [read(sent) for sent in self.port.publish(self.cycle, self.now_ns)]
            self.cycle += 1
        return heard


def read(sent: Publication) -> wire.Payload:
    payload = wire.decode(sent.topic, sent.data)
    assert not isinstance(payload, wire.BargeFault), payload
    return payload


def of_kind(heard: list[wire.Payload], kind: type[Any]) -> list[Any]:
    return [payload for payload in heard if isinstance(payload, kind)]


def test_every_topic_comes_at_its_rate() -> None:
    counts = Counter(wire.topic_of(payload) for payload in Afloat().run(4.0))
    assert counts == {topic: 4 * rate_hz for topic, rate_hz in RATES_HZ.items()}


def test_motion_is_the_decks_with_a_little_noise() -> None:
    afloat = Afloat(simulation(sea=SimulatedSea(state=4, direction="40 deg")))
    for _ in range(20):
        motion, deck = of_kind(afloat.run(0.1), wire.Motion)[-1], afloat.world.ship.deck
        # The deck has moved on by up to a tenth of a second since.
        assert motion.roll == pytest.approx(deck.roll_rad, abs=0.01)
        assert motion.pitch == pytest.approx(deck.pitch_rad, abs=0.01)
        assert motion.heave == pytest.approx(deck.heave_m, abs=0.15)


def test_acceleration_holds_gravity_tilted_and_heave() -> None:
    still = Afloat(simulation(sea=SimulatedSea(state=0, current_m_s=0.0))).run(1.0)
    for motion in of_kind(still, wire.Motion):
        assert motion.acceleration_z == pytest.approx(9.80665, abs=0.1)
        assert motion.acceleration_x == pytest.approx(0.0, abs=0.1)


def test_acceleration_is_the_specific_force_in_deck_axes() -> None:
    afloat = Afloat(simulation(sea=SimulatedSea(state=6, direction="50 deg")))
    deck, z_down = afloat.world.ship.deck, np.array([1.0, 1.0, -1.0])
    for _ in range(30):
        afloat.run(0.1)
        step_ship(afloat.world.ship, afloat.p.ship, afloat.world.faults, afloat.cycle * CYCLE_NS)
        told = afloat.world.ship.instruments.motion[7:]
        force = deck.ned_from_deck.T @ (deck.acceleration_m_s2 - [0.0, 0.0, 9.80665])
        assert told == pytest.approx(z_down * force, abs=0.06)


def test_the_position_is_that_of_the_deck() -> None:
    afloat = Afloat()
    position = of_kind(afloat.run(10.0), wire.Position)[-1]
    deck = afloat.world.ship.deck
    north_m = math.radians(position.latitude - 36.6) * 6_360_000.0
    east_m = math.radians(position.longitude - 121.3) * 6_385_000.0 * math.cos(math.radians(36.6))
    assert north_m == pytest.approx(deck.position_m[0], abs=0.6)
    assert east_m == pytest.approx(deck.position_m[1], abs=0.6)
    assert position.station_error < 3.0


def test_waves_are_told_relative_to_the_bow() -> None:
    sea, barge = SimulatedSea(direction="100 deg"), SimulatedBarge(heading="40 deg")
    dp = of_kind(Afloat(simulation(sea=sea, barge=barge)).run(2.0), wire.Dp)[-1]
    assert math.degrees(dp.wave_relative_heading) == pytest.approx(60.0, abs=3.0)
    assert (dp.mode, dp.thrusters_available, dp.thrusters_total) == (wire.DpMode.HOLDING, 4, 4)


def test_lost_thrusters_are_told() -> None:
    afloat = Afloat()
    afloat.run(1.0)
    for i, left in ((2, 3), (0, 2), (1, 1), (3, 0)):
        arm(afloat.world.faults.thruster[i], FaultKind.OFF.value, 0, FOREVER_NS)
        assert of_kind(afloat.run(1.0), wire.Dp)[-1].thrusters_available == left
    assert of_kind(afloat.run(1.0), wire.Dp)[-1].mode is wire.DpMode.FAILED


def test_a_barge_off_its_station_does_not_say_that_it_holds() -> None:
    afloat = Afloat()
    afloat.world.ship.positioning.setpoint[0] += 50.0
    heard = afloat.run(2.0)
    assert of_kind(heard, wire.Dp)[-1].mode is wire.DpMode.FAILED
    assert of_kind(heard, wire.Position)[-1].station_error == pytest.approx(50.0, abs=1.0)


def test_the_deck_says_what_is_on_it() -> None:
    barge = SimulatedBarge(deck_clear=False, persons_on_board=2)
    afloat = Afloat(simulation(barge=barge))
    deck = of_kind(afloat.run(1.0), wire.Deck)[-1]
    assert (deck.clear, deck.persons_on_board, deck.fire) == (False, 2, False)
    afloat.world.ship.condition.fire = 1
    assert of_kind(afloat.run(1.0), wire.Deck)[-1].fire


def say(afloat: Afloat, lights: wire.DeckLights, valid_ms: int = 2000) -> None:
    """A verdict of this very moment."""
    verdict = wire.Verdict(
        time_us=afloat.now_ns // 1000,
        sequence=0,
        simulated=False,
        valid_ms=valid_ms,
        count=wire.CountWord.FLIGHT,
        t_clock=90.0,
        gates={"landing_commit": wire.GateVerdict.GO},
        lights=lights,
    )
    assert afloat.port.receive(wire.VERDICT_TOPIC, wire.encode(verdict), afloat.now_ns) == []


def lights_after(afloat: Afloat, seconds: float) -> wire.DeckLights:
    shown: wire.DeckLights = of_kind(afloat.run(seconds), wire.Deck)[-1].lights
    return shown


@pytest.mark.parametrize(
    "wanted", [light for light in wire.DeckLights if light is not wire.DeckLights.OFF]
)
def test_the_lights_show_the_verdict_while_it_holds_and_red_without_one(
    wanted: wire.DeckLights,
) -> None:
    afloat = Afloat()
    assert lights_after(afloat, 1.0) is wire.DeckLights.RED
    say(afloat, wanted)
    heard = afloat.run(1.9)
    assert of_kind(heard, wire.Deck)[-1].lights is wanted
    assert of_kind(heard, wire.Systems)[-1].verdict_heard
    heard = afloat.run(0.7)
    assert of_kind(heard, wire.Deck)[-1].lights is wire.DeckLights.RED
    assert not of_kind(heard, wire.Systems)[-1].verdict_heard


@pytest.mark.parametrize(("field", "value"), [("fire", 1), ("persons", 1), ("clear", 0)])
def test_a_deck_that_is_not_fit_is_red_whatever_the_verdict(field: str, value: int) -> None:
    afloat = Afloat()
    say(afloat, wire.DeckLights.BLUE)
    setattr(afloat.world.ship.condition, field, value)
    assert lights_after(afloat, 1.0) is wire.DeckLights.RED


def order(afloat: Afloat, name: wire.BargeOrder, nonce: int, **changed: Any) -> wire.Response:
    """Give an order now; the barge's answer."""
    fields = {"time_us": afloat.now_ns // 1000, "valid_ms": 3000, **changed}
    given = wire.Order(sequence=0, simulated=False, order=name, nonce=nonce, **fields)
    (sent,) = afloat.port.receive(wire.ORDER_TOPIC, wire.encode(given), afloat.now_ns)
    response = read(sent)
    assert isinstance(response, wire.Response)
    assert (response.order, response.nonce) == (name, nonce)
    return response


def systems_after(afloat: Afloat, seconds: float) -> wire.Systems:
    told: wire.Systems = of_kind(afloat.run(seconds), wire.Systems)[-1]
    return told


def test_an_order_is_answered_at_once_echoed_and_done_after_its_time() -> None:
    afloat = Afloat()
    assert systems_after(afloat, 1.0).order_nonce == 0
    assert order(afloat, wire.BargeOrder.MONITORS_ON, 71).accepted
    told = systems_after(afloat, 1.0)
    assert (told.order_nonce, told.monitors_on) == (71, False)
    assert systems_after(afloat, 5.0).monitors_on


def test_the_lights_are_off_only_when_switched_off() -> None:
    afloat = Afloat()
    say(afloat, wire.DeckLights.BLUE, valid_ms=60_000)
    order(afloat, wire.BargeOrder.LIGHTS_OFF, 5)
    assert lights_after(afloat, 1.0) is wire.DeckLights.OFF
    order(afloat, wire.BargeOrder.LIGHTS_ON, 6)
    assert lights_after(afloat, 1.0) is wire.DeckLights.BLUE


def test_the_ship_turns_to_the_heading_that_it_was_told() -> None:
    afloat = Afloat(simulation(barge=SimulatedBarge(heading="40 deg")))
    turned = order(afloat, wire.BargeOrder.HEADING, 9, heading_true=math.radians(50.0))
    assert turned.accepted
    heading = of_kind(afloat.run(400.0), wire.Position)[-1].heading_true
    assert math.degrees(heading) == pytest.approx(50.0, abs=2.0)


def test_the_same_seed_and_orders_publish_the_same_bytes() -> None:
    published = []
    for _ in range(2):
        afloat = Afloat(seed=3)
        order(afloat, wire.BargeOrder.DECK_OPEN, 4)
        say(afloat, wire.DeckLights.AMBER)
        published.append(afloat.run(6.0))
    assert published[0] == published[1]


def test_a_fire_or_something_on_the_deck_can_come_and_go() -> None:
    afloat = Afloat()
    faults = afloat.world.faults
    arm(faults.deck_fire, FaultKind.OFF.value, 1 * SECOND_NS, 3 * SECOND_NS)
    arm(faults.deck_blocked, FaultKind.OFF.value, 2 * SECOND_NS, FOREVER_NS)
    told = [(deck.clear, deck.fire) for deck in of_kind(afloat.run(4.0), wire.Deck)]
    assert told[::2] == [(True, False), (True, True), (False, True), (False, False)]


def test_a_beacon_off_the_air_is_not_healthy() -> None:
    afloat = Afloat()
    assert of_kind(afloat.run(3.0), wire.Deck)[-1].beacon_healthy
    afloat.p.beacon.dropout = 1.0
    assert not of_kind(afloat.run(3.0), wire.Deck)[-1].beacon_healthy


def fault_of(afloat: Afloat, name: str, kind: FaultKind) -> Fault:
    fault: Fault = getattr(afloat.world.faults, name)
    arm(fault, kind.value, 0, FOREVER_NS)
    return fault


@pytest.mark.parametrize(
    ("name", "kind"),
    [("deck_motion", wire.Motion), ("deck_position", wire.Position), ("weather", wire.Weather)],
)
def test_a_sensor_that_is_off_publishes_nothing(name: str, kind: type[Any]) -> None:
    afloat = Afloat()
    fault_of(afloat, name, FaultKind.OFF)
    heard = afloat.run(2.0)
    assert heard
    assert not of_kind(heard, kind)


def test_a_wrong_motion_sensor_is_believed_by_nobody_but_the_wire() -> None:
    afloat = Afloat()
    fault = fault_of(afloat, "deck_motion", FaultKind.WRONG)
    fault.scale, fault.bias = 1.0, 0.5
    assert of_kind(afloat.run(1.0), wire.Motion)[-1].roll > 0.4
    assert abs(afloat.world.ship.deck.roll_rad) < 0.1


def test_a_stuck_weather_station_repeats_itself() -> None:
    afloat = Afloat()
    afloat.run(1.0)
    fault_of(afloat, "weather", FaultKind.STUCK)
    gusts = {weather.wind_gust for weather in of_kind(afloat.run(5.0), wire.Weather)}
    assert len(gusts) == 1


def test_the_birth_holds_twenty_minutes_that_run_into_the_live_motion() -> None:
    afloat = Afloat(simulation(sea=SimulatedSea(state=4, direction="20 deg")))
    status, history = (read(sent) for sent in afloat.port.birth(afloat.now_ns))
    assert isinstance(status, wire.Status)
    assert status.state is wire.BargeState.ONLINE
    assert isinstance(history, wire.MotionHistory)
    assert len(history.times_us) == 2400
    assert history.times_us[-1] * 1000 < START_NS
    motion = of_kind(afloat.run(0.2), wire.Motion)[0]
    gap_s = 1e-6 * (motion.time_us - history.times_us[-1])
    assert motion.heave == pytest.approx(
        history.heave[-1] + gap_s * history.heave_rate[-1], abs=0.3
    )


def test_the_history_has_the_motion_of_the_sea() -> None:
    sea = SimulatedSea(state=4, direction="90 deg")
    config = simulation(sea=sea, barge=SimulatedBarge(heading="0 deg"))
    afloat = Afloat(config)
    history = read(afloat.port.birth(afloat.now_ns)[1])
    assert isinstance(history, wire.MotionHistory)
    live = set_sail(config).sail(1200.0)[:, ROLL]
    assert np.std(history.roll) == pytest.approx(live.std(), rel=0.25)
    rate = np.gradient(np.array(history.heave), 0.5)
    assert np.corrcoef(rate[1:-1], np.array(history.heave_rate)[1:-1])[0, 1] > 0.99


def test_a_rebirth_request_is_answered_by_the_birth_only() -> None:
    afloat = Afloat()
    asked = wire.encode(wire.Rebirth(time_us=1, sequence=0, simulated=False))
    answers = afloat.port.receive(wire.REBIRTH_TOPIC, asked, afloat.now_ns)
    assert [answer.topic for answer in answers] == ["status", "history"]
    assert all(answer.retain for answer in answers)
    for topic, data in ((wire.REBIRTH_TOPIC, b"{}"), ("status", asked), ("motion", b"\xff")):
        assert afloat.port.receive(topic, data, afloat.now_ns) == []


def test_hearing_its_own_will_it_says_that_it_is_online() -> None:
    afloat = Afloat()
    will = afloat.port.will(afloat.now_ns)
    (answer,) = afloat.port.receive(will.topic, will.data, afloat.now_ns)
    status = read(answer)
    assert isinstance(status, wire.Status)
    assert status.state is wire.BargeState.ONLINE
    assert answer.retain
    assert afloat.port.receive(answer.topic, answer.data, afloat.now_ns) == []


def test_the_same_seed_publishes_the_same_bytes() -> None:
    one, other = Afloat(seed=3), Afloat(seed=3)
    assert one.port.birth(one.now_ns) == other.port.birth(other.now_ns)
    assert one.run(20.0) == other.run(20.0)
    assert Afloat(seed=4).run(1.0) != Afloat(seed=3).run(1.0)
