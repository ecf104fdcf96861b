"""What the barge is told: verdicts, wanted lights, orders and rebirths, on its own topics."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gcs.command.barge_uplink import VERDICT_VALIDITY_MS, BargeUplink, build_barge_uplink
from gcs.command.deck_lights import LIGHTS, LightsRule
from gcs.command.outgoing import OutgoingOrder
from gcs.config.loading import CONFIGS, load_mission
from gcs.config.problems import Problem
from gcs.messages import (
    CountState,
    CountStatus,
    CriterionState,
    CriterionStatus,
    GateState,
    GateStatus,
    Transmit,
)
from gcs.telemetry import barge
from gcs.telemetry.barge import BargeOrder, CountWord, DeckLights, GateVerdict
from tests.command.missions import PARAMETERS, PHASE, vehicle_sources
from tests.helpers.hop import ROOT, SECOND, START, changed, shipped
from tests.helpers.joint_view import mission_of

FLIGHT = CountStatus(CountState.FLIGHT, 95 * SECOND, 120 * SECOND, "")
GATES = ("first", "second")


def uplink() -> BargeUplink:
    built, problems = build_barge_uplink(shipped())
    assert problems == ()
    return built


def gate(state: GateState, name: str = "landing_commit") -> GateStatus:
    return GateStatus(name, state, 0, None, (), "")


def criterion(state: CriterionState, name: str) -> CriterionStatus:
    return CriterionStatus(name, state, None, None, None, 0, "")


def told(sent: list[Transmit], topic: str) -> barge.Payload:
    (transmit,) = sent
    assert (transmit.link, transmit.topic) == ("barge", f"{ROOT}/{topic}")
    assert not transmit.retain
    payload = barge.decode(topic, transmit.data)
    assert not isinstance(payload, barge.BargeFault), payload
    return payload


# --- Verdicts ---


def test_a_verdict_tells_gates_count_and_lights_and_for_how_long() -> None:
    gates = [gate(GateState.COMMITTED, "launch_commit"), gate(GateState.NO_GO)]
    verdict = told(uplink().verdict(gates, [], FLIGHT, START), barge.VERDICT_TOPIC)
    assert isinstance(verdict, barge.Verdict)
    assert verdict.gates == {
        "launch_commit": GateVerdict.COMMITTED,
        "landing_commit": GateVerdict.NO_GO,
    }
    assert (verdict.count, verdict.t_clock) == (CountWord.FLIGHT, 95.0)
    assert (verdict.valid_ms, verdict.time_us) == (VERDICT_VALIDITY_MS, START // 1000)
    assert not verdict.simulated


@pytest.mark.parametrize("state", GateState)
def test_every_state_of_a_gate_has_its_word_and_only_a_go_reads_as_one(state: GateState) -> None:
    verdict = told(uplink().verdict([gate(state)], [], FLIGHT, START), barge.VERDICT_TOPIC)
    assert isinstance(verdict, barge.Verdict)
    word = verdict.gates["landing_commit"]
    assert (word is GateVerdict.GO) is (state is GateState.GO)
    assert (word is GateVerdict.COMMITTED) is (state is GateState.COMMITTED)


@pytest.mark.parametrize("state", CountState)
def test_every_state_of_the_count_has_its_word(state: CountState) -> None:
    count = CountStatus(state, -10 * SECOND, 0, "")
    verdict = told(uplink().verdict([], [], count, START), barge.VERDICT_TOPIC)
    assert isinstance(verdict, barge.Verdict)
    assert verdict.count.value == state.value.lower()


def test_what_was_told_last_is_known_and_nothing_before() -> None:
    speaker = uplink()
    assert speaker.told is None
    verdict = told(speaker.verdict([], [], FLIGHT, START), barge.VERDICT_TOPIC)
    assert isinstance(verdict, barge.Verdict)
    assert speaker.told is verdict.lights


# --- Lights ---


def lights(first: GateState, second: GateState, *criteria: CriterionStatus) -> DeckLights:
    rule = LightsRule(GATES, {"first": frozenset({"wind"}), "second": frozenset({"fire"})})
    return rule.wanted([gate(first, "first"), gate(second, "second")], criteria)


@pytest.mark.parametrize("state", GateState)
def test_a_gate_alone_shows_what_the_table_says(state: GateState) -> None:
    assert lights(state, GateState.CLOSED) is LIGHTS[state]


@pytest.mark.parametrize("before", GateState)
@pytest.mark.parametrize("state", [s for s in GateState if s is not GateState.CLOSED])
def test_the_last_gate_that_is_not_closed_speaks(before: GateState, state: GateState) -> None:
    assert lights(before, state) is LIGHTS[state]


def test_blue_is_shown_for_a_go_and_a_commit_and_for_nothing_else() -> None:
    blue = {state for state in GateState if LIGHTS[state] is DeckLights.BLUE}
    assert blue == {GateState.GO, GateState.COMMITTED}
    assert set(LIGHTS) == set(GateState)
    assert DeckLights.OFF not in LIGHTS.values()


@pytest.mark.parametrize("state", CriterionState)
def test_a_go_with_a_caution_or_a_waiver_is_amber(state: CriterionState) -> None:
    restricted = state in (CriterionState.CAUTION, CriterionState.WAIVED)
    wanted = DeckLights.AMBER if restricted else DeckLights.BLUE
    assert lights(GateState.GO, GateState.CLOSED, criterion(state, "wind")) is wanted


def test_a_caution_of_another_gate_does_not_count() -> None:
    other = criterion(CriterionState.CAUTION, "fire")
    assert lights(GateState.GO, GateState.CLOSED, other) is DeckLights.BLUE
    assert lights(GateState.COMMITTED, GateState.CLOSED, other) is DeckLights.BLUE


def test_a_caution_does_not_soften_a_no_go() -> None:
    row = criterion(CriterionState.CAUTION, "wind")
    assert lights(GateState.NO_GO, GateState.CLOSED, row) is DeckLights.RED


@pytest.mark.parametrize("state", GateState)
def test_one_gate_is_enough_to_drive_the_lights(state: GateState) -> None:
    rule = LightsRule(("first",), {})
    assert rule.wanted([gate(state, "first")], []) is LIGHTS[state]


@pytest.mark.parametrize(
    ("name", "wanted"), [("wind", DeckLights.AMBER), ("launch_wind", DeckLights.BLUE)]
)
def test_a_caution_counts_for_the_gates_that_its_criterion_names(
    name: str, wanted: DeckLights
) -> None:
    states = [GateState.GO, GateState.CLOSED, GateState.CLOSED]
    gates = [gate(s, n) for s, n in zip(states, shipped().config.deck_lights.gates, strict=True)]
    vetoes = shipped().config.deck_lights.red_unless
    rows = [criterion(CriterionState.GO, veto) for veto in vetoes]
    rows.append(criterion(CriterionState.CAUTION, name))
    verdict = told(uplink().verdict(gates, rows, FLIGHT, START), barge.VERDICT_TOPIC)
    assert isinstance(verdict, barge.Verdict)
    assert verdict.lights is wanted


def test_a_go_without_any_criterion_of_its_own_is_not_restricted() -> None:
    rule = LightsRule(("first",), {})
    row = criterion(CriterionState.CAUTION, "wind")
    assert rule.wanted([gate(GateState.GO, "first")], [row]) is DeckLights.BLUE


def test_a_mission_shows_red_until_its_vetoes_pass() -> None:
    gates = [gate(GateState.COMMITTED, name) for name in shipped().config.deck_lights.gates]
    rows = [criterion(CriterionState.GO, v) for v in shipped().config.deck_lights.red_unless]
    for criteria, light in ((rows, DeckLights.BLUE), (rows[1:], DeckLights.RED)):
        verdict = told(uplink().verdict(gates, criteria, FLIGHT, START), barge.VERDICT_TOPIC)
        assert isinstance(verdict, barge.Verdict)
        assert verdict.lights is light


@pytest.mark.parametrize("state", CriterionState)
def test_a_deck_that_is_not_known_to_be_free_is_red_whatever_was_committed(
    state: CriterionState,
) -> None:
    rule = LightsRule(("first",), {}, ["free"])
    row = criterion(state, "free")
    passes = state in (CriterionState.GO, CriterionState.CAUTION)
    shown = rule.wanted([gate(GateState.COMMITTED, "first")], [row])
    assert shown is (DeckLights.BLUE if passes else DeckLights.RED)
    assert rule.wanted([gate(GateState.CLOSED, "first")], [row]) is (
        DeckLights.AMBER if passes else DeckLights.RED
    )
    assert rule.wanted([gate(GateState.COMMITTED, "first")], []) is DeckLights.RED


@pytest.mark.parametrize(
    "name", ["xzy1-hop", "xzy1-hop-count", "xzy1-booster", "xzy1-cargo", "falcon9-like"]
)
def test_fire_and_people_on_deck_veto_the_lights_of_every_mission(name: str) -> None:
    mission = load_mission(CONFIGS / "missions" / f"{name}.toml")
    assert mission.config.deck_lights.red_unless == ("deck_burns", "deck_occupied")
    rules = {name: rule for _, name, rule in mission.criterion_configs()}
    for veto in mission.config.deck_lights.red_unless:
        assert rules[veto].gates == rules[veto].phases == ()


def test_a_veto_that_is_no_criterion_or_may_be_inhibited_is_a_mistake() -> None:
    hop = shipped()
    lights = hop.config.deck_lights.model_copy(update={"red_unless": ("fires", "deck_fire")})
    config = hop.config.model_copy(update={"deck_lights": lights})
    _, problems = build_barge_uplink(replace(hop, config=config))
    inhibited = "deck_fire may be inhibited: name one without gates and phases"
    assert list(problems) == [
        Problem(hop.file, "deck_lights.red_unless[0]", "no criterion is called 'fires'"),
        Problem(hop.file, "deck_lights.red_unless[1]", inhibited),
    ]


def test_lights_that_no_gate_or_an_unknown_one_drives_are_red() -> None:
    assert LightsRule((), {}).wanted([gate(GateState.GO)], []) is DeckLights.RED
    assert LightsRule(GATES, {}).wanted([gate(GateState.GO, "first")], []) is DeckLights.RED


# --- Orders and rebirths ---


def an_order(order: BargeOrder, heading_rad: float | None = None) -> OutgoingOrder:
    return OutgoingOrder("barge", order, 77, START, 3000, heading_rad)


def test_an_order_carries_its_nonce_and_the_time_at_which_it_was_first_given() -> None:
    speaker = uplink()
    sent = [speaker.order(an_order(BargeOrder.DECK_CLOSE)) for _ in range(2)]
    first, again = (told(each, barge.ORDER_TOPIC) for each in sent)
    assert isinstance(first, barge.Order)
    assert isinstance(again, barge.Order)
    assert (first.order, first.nonce, first.valid_ms) == (BargeOrder.DECK_CLOSE, 77, 3000)
    assert first.time_us == again.time_us == START // 1000
    assert again.sequence == first.sequence + 1
    assert not first.simulated
    assert sent[0][0].qos == 1


@pytest.mark.parametrize(("asked", "wire"), [(1.0, 1.0), (-1.0, 2 * math.pi - 1.0), (7.0, 0.7168)])
def test_a_heading_is_told_within_one_turn(asked: float, wire: float) -> None:
    order = told(uplink().order(an_order(BargeOrder.HEADING, asked)), barge.ORDER_TOPIC)
    assert isinstance(order, barge.Order)
    assert order.heading_true == pytest.approx(wire, abs=1e-4)


def test_rebirth_is_asked_of_the_barges_on_that_link_and_counted() -> None:
    speaker = uplink()
    for number in (1, 2):
        sent = speaker.rebirth("barge", START)
        payload = told(sent, barge.REBIRTH_TOPIC)
        assert isinstance(payload, barge.Rebirth)
        assert (payload.sequence, payload.time_us, payload.simulated) == (
            number,
            START // 1000,
            False,
        )
        assert sent[0].qos == 1
    assert speaker.rebirth("fc_a", START) == []


def test_a_verdict_is_sent_once_and_an_order_at_least_once() -> None:
    speaker = uplink()
    (verdict,) = speaker.verdict([], [], FLIGHT, START)
    (order,) = speaker.order(an_order(BargeOrder.DECK_CLOSE))
    assert (verdict.qos, order.qos) == (0, 1)
    assert VERDICT_VALIDITY_MS == 2000


# --- What could not be said ---

DRIVEN = '[deck_lights]\ngates = ["landing_commit", "landing_continue", "reboard"]'
MORE = """
[[gate]]
id = "more_{}"
title = "x"
opens = "true"
closes = "false"

# --- Commands ---"""


def problems_of(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    problems = build_barge_uplink(changed(*changes))[1]
    assert {problem.file for problem in problems} <= {shipped().file}
    return [(problem.key, problem.message) for problem in problems]


def test_all_that_the_barge_could_not_be_told_is_a_problem_at_the_start() -> None:
    long = "x" * (barge.MAX_GATE_NAME + 1)
    broken = (DRIVEN, '[deck_lights]\ngates = ["no"]'), ("landing_continue", long)
    assert problems_of(*broken) == [
        ("deck_lights.gates[0]", "no gate is called 'no'"),
        ("gate[2].id", "expected at most 40 characters: the barge is told of the gate"),
    ]


def test_the_longest_name_of_a_gate_can_be_told() -> None:
    assert problems_of(("landing_continue", "x" * barge.MAX_GATE_NAME)) == []


@pytest.mark.parametrize(
    ("gates", "problems"), [(32, []), (33, [("gate", "the barge is told of at most 32 gates")])]
)
def test_the_barge_is_told_of_no_more_gates_than_a_verdict_holds(
    gates: int, problems: list[tuple[str, str]]
) -> None:
    more = gates - len(shipped().config.gate)
    text = "# --- Commands ---"
    for i in range(more):
        text = text.replace("# --- Commands ---", MORE.format(i), 1)
    assert problems_of(("# --- Commands ---", text)) == problems


def test_a_mission_without_a_barge_has_nobody_to_tell() -> None:
    long = "x" * (barge.MAX_GATE_NAME + 1)
    text = PHASE + vehicle_sources("fc_a") + MORE.format(long)
    speaker, problems = build_barge_uplink(mission_of(text, PARAMETERS))
    assert problems == ()
    assert speaker.verdict([], [], FLIGHT, START) == []
    assert speaker.told is None
