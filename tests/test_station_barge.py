"""Station and barge on real bytes: the lights follow the verdict, orders are seen to be done."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from firmware_sim.barge.controls import Controls, Surroundings, Switches, carry_out, take
from gcs.command.commands import KEPT
from gcs.messages import (
    CommandState,
    CommandStatus,
    GateState,
    Received,
    StageCommand,
    Transmit,
)
from gcs.telemetry import barge as wire
from gcs.telemetry.barge import BargeOrder, DeckLights
from tests.helpers.hop import ROOT, Hop

LIGHTS = tuple(DeckLights)


def said(hop: Hop, topic: str) -> list[wire.Payload]:
    """All that the station said on one of the barge's topics."""
    payloads = [wire.decode(topic, t.data) for t in hop.transmits if t.topic == f"{ROOT}/{topic}"]
    assert not any(isinstance(payload, wire.BargeFault) for payload in payloads)
    return [payload for payload in payloads if not isinstance(payload, wire.BargeFault)]


def orders(hop: Hop) -> list[wire.Order]:
    return [payload for payload in said(hop, wire.ORDER_TOPIC) if isinstance(payload, wire.Order)]


def lights(hop: Hop) -> DeckLights:
    last = said(hop, wire.VERDICT_TOPIC)[-1]
    assert isinstance(last, wire.Verdict)
    return last.lights


def last(hop: Hop, command: str) -> CommandStatus:
    return [status for status in hop.snapshot.commands if status.command == command][-1]


def respond(hop: Hop, order: wire.Order, accepted: bool = True, reason: str = "") -> None:
    """The barge's answer to an order."""
    data = hop.barge.payload(
        "response",
        {"order": order.order, "nonce": order.nonce, "accepted": accepted, "reason": reason},
        hop.now_ns,
    )
    hop.step([Received("barge", hop.now_ns, data, topic=f"{ROOT}/response")])


def staged(command: str) -> tuple[Hop, wire.Order]:
    """A harmless order on its way."""
    hop = Hop().born().fly(1)
    hop.intent(StageCommand(command), "BARGE")
    return hop, orders(hop)[-1]


# --- The verdict ---


def test_the_barge_hears_a_verdict_twice_a_second_that_holds_for_two_seconds() -> None:
    hop = Hop().born().fly(10)
    verdicts = [v for v in said(hop, wire.VERDICT_TOPIC) if isinstance(v, wire.Verdict)]
    assert len(verdicts) == pytest.approx(20, abs=1)
    times = [verdict.time_us for verdict in verdicts]
    assert max(b - a for a, b in itertools.pairwise(times)) <= 600_000
    assert {verdict.valid_ms for verdict in verdicts} == {2000}
    assert [verdict.sequence for verdict in verdicts] == list(range(1, len(verdicts) + 1))


def test_the_lights_follow_the_landing_from_waiting_to_blue() -> None:
    hop = Hop().born().fly(1)
    assert lights(hop) is DeckLights.RED, "a deck is free once it has been so for a while"
    hop.fly(5)
    assert lights(hop) is DeckLights.AMBER
    hop = Hop().commit().fly(1)
    assert hop.landing is GateState.COMMITTED
    assert lights(hop) in (DeckLights.BLUE, DeckLights.AMBER)


def test_the_lights_are_red_while_the_open_gate_is_blocked() -> None:
    hop = Hop().descend().fly(0.6)
    assert hop.landing is not GateState.COMMITTED
    assert lights(hop) is DeckLights.RED


def test_what_the_barge_was_told_is_a_parameter_to_compare_its_lights_with() -> None:
    hop = Hop().born().fly(2)
    ids = [parameter.id for parameter in hop.station.catalogue("LIVE").parameters]
    wanted = hop.snapshot.readings.values[ids.index("station.deck_lights_wanted")]
    assert wanted == LIGHTS.index(lights(hop))


def test_a_station_that_has_failed_says_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    hop = Hop().born().fly(1)
    hop.transmits.clear()
    monkeypatch.setattr(hop.station, "_decide", None)
    hop.fly(3)
    assert said(hop, wire.VERDICT_TOPIC) == []


# --- Orders ---


def test_an_order_is_verified_by_its_nonce_and_its_effect_in_the_barges_state() -> None:
    hop, order = staged("monitors_on")
    assert order.order is BargeOrder.MONITORS_ON
    respond(hop, order)
    assert last(hop.fly(0.1), "monitors_on").state is CommandState.ACKNOWLEDGED
    hop.barge.says["systems"]["order_nonce"] = order.nonce
    assert last(hop.fly(0.3), "monitors_on").state is CommandState.ACKNOWLEDGED
    hop.barge.says["systems"]["monitors_on"] = True
    assert last(hop.fly(0.3), "monitors_on").state is CommandState.VERIFIED


def test_two_orders_that_the_barge_takes_at_once_are_both_verified() -> None:
    hop = Hop().born().fly(1)
    hop.barge.says["systems"]["lights_on"] = False
    around = Surroundings(fit=True, persons=0, stage_stands=False)
    controls = Controls(Switches(lights_on=False))
    hop.intent(StageCommand("monitors_on"), "BARGE")
    hop.intent(StageCommand("lights_on"), "FD")
    for order in orders(hop):
        controls, answer = take(controls, order, around, hop.now_ns)
        respond(hop, order, answer.accepted)
    for _ in range(60):
        hop.tick()
        controls = carry_out(controls, hop.now_ns)
        switches = dataclasses.asdict(controls.switches)
        hop.barge.says["systems"] |= {**switches, "order_nonce": controls.order_nonce}
    ended = [last(hop, command) for command in ("monitors_on", "lights_on")]
    assert [status.state for status in ended] == [CommandState.VERIFIED] * 2
    assert {order.nonce for order in orders(hop)} == {status.nonce for status in ended}


def test_an_effect_that_was_there_already_needs_the_echo_of_this_order() -> None:
    hop = Hop().born()
    hop.barge.says["systems"] |= {"monitors_on": True, "order_nonce": 12}
    hop.fly(1).intent(StageCommand("monitors_on"), "BARGE")
    assert last(hop.fly(1), "monitors_on").state is CommandState.SENT


def test_a_barge_that_does_not_answer_times_the_order_out() -> None:
    hop, order = staged("monitors_on")
    hop.fly(13)
    assert last(hop, "monitors_on").state is CommandState.TIMED_OUT
    again = [each for each in orders(hop) if each.nonce == order.nonce]
    assert len(again) == 6
    assert {each.time_us for each in again} == {order.time_us}


def test_a_refusal_is_shown_with_the_barges_reason() -> None:
    hop, order = staged("monitors_on")
    respond(hop, order, accepted=False, reason="2 on deck")
    ended = last(hop.fly(0.1), "monitors_on")
    assert (ended.state, ended.detail) == (CommandState.REFUSED, "barge: 2 on deck")


@pytest.mark.parametrize("retained", [True, False])
def test_only_an_answer_of_now_to_this_order_counts(retained: bool) -> None:
    hop, order = staged("monitors_on")
    nonce = order.nonce if retained else order.nonce + 1
    data = hop.barge.payload(
        "response",
        {"order": order.order, "nonce": nonce, "accepted": False, "reason": "no"},
        hop.now_ns,
    )
    topic = f"{ROOT}/response"
    hop.step([Received("barge", hop.now_ns, data, topic=topic, retained=retained)])
    assert last(hop.fly(0.1), "monitors_on").state is CommandState.SENT


def test_its_own_words_that_come_back_from_the_broker_are_no_telemetry() -> None:
    hop = Hop().born().fly(2)
    own = [t for t in hop.transmits if t.topic]
    before = hop.station.sources()
    for sent in own:
        assert isinstance(sent, Transmit)
        hop.step([Received("barge", hop.now_ns, sent.data, topic=sent.topic)])
    (heard,) = [source for source in hop.station.sources() if source.id == "barge"]
    (was,) = [source for source in before if source.id == "barge"]
    assert (heard.messages, heard.unknown) == (was.messages, was.unknown)


def test_an_order_that_the_flight_forbids_is_not_sent() -> None:
    hop = Hop().descend()
    hop.transmits.clear()
    hop.intent(StageCommand("deck_open"), "BARGE")
    hop.fly(0.1)
    assert orders(hop) == []


def test_orders_to_the_barge_do_not_push_a_commit_on_its_way_out_of_sight() -> None:
    hop = Hop().descend()
    for computer in hop.computers.values():
        computer.hears = False
    while not hop.sent("landing_commit"):
        hop.tick()
    for _ in range(KEPT + 1):
        hop.intent(StageCommand("beacon_on"))
    for computer in hop.computers.values():
        computer.hears = True
    hop.fly(1)
    assert last(hop, "landing_commit").state is CommandState.VERIFIED
    assert hop.landing is GateState.COMMITTED
