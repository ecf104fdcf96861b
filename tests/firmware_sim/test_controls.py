"""What a barge makes of verdicts and orders: old ones, repeated ones, impossible ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.barge.controls import (
    FROM_THE_FUTURE_NS,
    REMEMBERED,
    TAKES_NS,
    Answer,
    Controls,
    Surroundings,
    carry_out,
    hear_verdict,
    lights,
    take,
    verdict_heard,
)
from gcs.clock import MILLISECOND_NS, SECOND_NS
from gcs.telemetry.barge import BargeOrder, CountWord, DeckLights, Order, Verdict

NOW = 1_700_000_000 * SECOND_NS
FIT = Surroundings(fit=True, persons=0, stage_stands=True)


def an_order(
    order: BargeOrder = BargeOrder.BEACON_OFF, nonce: int = 1, at_ns: int = NOW, valid_ms: int = 500
) -> Order:
    heading = 1.0 if order is BargeOrder.HEADING else None
    return Order(
        time_us=at_ns // 1000,
        sequence=0,
        simulated=False,
        order=order,
        nonce=nonce,
        valid_ms=valid_ms,
        heading_true=heading,
    )


def a_verdict(
    lights: DeckLights = DeckLights.BLUE, at_ns: int = NOW, valid_ms: int = 2000
) -> Verdict:
    return Verdict(
        time_us=at_ns // 1000,
        sequence=0,
        simulated=False,
        valid_ms=valid_ms,
        count=CountWord.FLIGHT,
        t_clock=1.0,
        gates={},
        lights=lights,
    )


@pytest.mark.parametrize(
    ("late_ms", "accepted"), [(0, True), (500, True), (501, False), (60_000, False)]
)
def test_an_order_is_as_old_as_the_time_it_was_given(late_ms: int, accepted: bool) -> None:
    _, answer = take(Controls(), an_order(), FIT, NOW + late_ms * MILLISECOND_NS)
    assert answer.accepted is accepted
    assert bool(answer.reason) is not accepted


@pytest.mark.parametrize(("ahead_ns", "accepted"), [(0, True), (MILLISECOND_NS, False)])
def test_an_order_from_the_future_is_refused(ahead_ns: int, accepted: bool) -> None:
    order = an_order(at_ns=NOW + FROM_THE_FUTURE_NS + ahead_ns)
    assert take(Controls(), order, FIT, NOW)[1].accepted is accepted


def test_a_repeat_gets_the_same_answer_and_moves_nothing() -> None:
    controls, first = take(Controls(), an_order(BargeOrder.DECK_OPEN), FIT, NOW)
    again, second = take(controls, an_order(BargeOrder.DECK_OPEN), FIT, NOW + SECOND_NS)
    assert first == Answer(accepted=True, reason="", new=True)
    assert second == Answer(accepted=True, reason="", new=False)
    assert again is controls


def test_an_order_that_was_refused_stays_refused() -> None:
    nobody = Surroundings(fit=True, persons=0, stage_stands=False)
    controls, answer = take(Controls(), an_order(BargeOrder.STAGE_SECURE), nobody, NOW)
    assert answer.reason == "no stage stands on the deck"
    assert controls.order_nonce == 0
    _, later = take(controls, an_order(BargeOrder.STAGE_SECURE), FIT, NOW)
    assert not later.accepted


def test_a_deck_with_persons_on_it_is_not_closed() -> None:
    crew = Surroundings(fit=False, persons=2, stage_stands=False)
    _, answer = take(Controls(), an_order(BargeOrder.DECK_CLOSE), crew, NOW)
    assert answer.reason == "2 on deck"


@pytest.mark.parametrize("order", TAKES_NS)
def test_every_order_has_its_effect_when_its_time_is_over(order: BargeOrder) -> None:
    controls, _ = take(Controls(), an_order(order), FIT, NOW)
    due_ns = NOW + TAKES_NS[order]
    if TAKES_NS[order]:
        assert carry_out(controls, due_ns - 1) == controls
    done = carry_out(controls, due_ns)
    assert done.pending == ()
    assert carry_out(done, due_ns + SECOND_NS) == done


def test_a_contrary_order_ends_the_one_under_way() -> None:
    controls, _ = take(Controls(), an_order(BargeOrder.STAGE_SECURE, 1), FIT, NOW)
    controls, _ = take(controls, an_order(BargeOrder.DECK_OPEN, 2), FIT, NOW)
    controls, _ = take(controls, an_order(BargeOrder.STAGE_RELEASE, 3), FIT, NOW)
    done = carry_out(controls, NOW + 60 * SECOND_NS)
    assert (done.switches.stage_secured, done.switches.deck_closed) == (False, False)


def test_memory_of_orders_is_bounded() -> None:
    controls = Controls()
    for nonce in range(1, 3 * REMEMBERED):
        controls, _ = take(controls, an_order(nonce=nonce), FIT, NOW)
    assert len(controls.judged) == REMEMBERED
    assert len(controls.pending) == 1


def test_a_verdict_holds_from_when_it_was_said_not_from_when_it_was_heard() -> None:
    late = hear_verdict(Controls(), a_verdict(), NOW + 1900 * MILLISECOND_NS)
    assert verdict_heard(late, NOW + 1999 * MILLISECOND_NS)
    assert not verdict_heard(late, NOW + 2000 * MILLISECOND_NS)


def test_an_older_verdict_that_comes_later_changes_nothing() -> None:
    controls = hear_verdict(Controls(), a_verdict(DeckLights.RED, NOW + SECOND_NS), NOW + SECOND_NS)
    assert hear_verdict(controls, a_verdict(DeckLights.BLUE, NOW), NOW + SECOND_NS) is controls


def test_a_verdict_from_the_future_is_not_believed() -> None:
    ahead = a_verdict(at_ns=NOW + FROM_THE_FUTURE_NS + MILLISECOND_NS)
    assert not verdict_heard(hear_verdict(Controls(), ahead, NOW), NOW)


@given(
    st.sampled_from(list(DeckLights)[1:]), st.booleans(), st.booleans(), st.integers(-3000, 3000)
)
def test_only_a_fit_dry_deck_with_a_verdict_in_force_is_blue(
    wanted: DeckLights, fit: bool, monitors: bool, late_ms: int
) -> None:
    controls = hear_verdict(Controls(), a_verdict(wanted), NOW)
    if monitors:
        controls, _ = take(controls, an_order(BargeOrder.MONITORS_ON), FIT, NOW)
        controls = carry_out(controls, NOW + 60 * SECOND_NS)
    around = Surroundings(fit=fit, persons=0, stage_stands=False)
    shown = lights(controls, around, NOW + late_ms * MILLISECOND_NS)
    trusted = fit and not monitors and late_ms < 2000
    assert shown is (wanted if trusted else DeckLights.RED)
