"""Orders that a barge took: its state shows the last one, and so those that it answered before."""

from __future__ import annotations

import pytest

from gcs.telemetry.orders import REMEMBERED, OrdersTaken


def test_a_state_shows_its_own_nonce() -> None:
    orders = OrdersTaken()
    assert orders.shown(0, 1) == (0,)
    assert orders.shown(7, 2) == (7,)
    assert orders.shown(7, 3) == (7,)


def test_of_two_orders_taken_between_two_states_both_are_shown_once() -> None:
    orders = OrdersTaken()
    orders.shown(5, 10)
    orders.answered(7, 11)
    orders.answered(8, 12)
    assert orders.shown(8, 13) == (7, 8)
    assert orders.shown(8, 14) == (8,)


def test_an_order_whose_successor_was_never_answered_is_shown_all_the_same() -> None:
    orders = OrdersTaken()
    orders.answered(7, 11)
    assert orders.shown(8, 13) == (7, 8)


def test_an_answer_that_comes_behind_the_state_counts_by_when_it_was_given() -> None:
    orders = OrdersTaken()
    orders.shown(8, 13)
    orders.answered(7, 12)
    assert orders.shown(8, 14) == (7, 8)


@pytest.mark.parametrize("answered_us", [10, 11])
def test_a_state_that_has_shown_another_nonce_all_along_does_not_show_it(answered_us: int) -> None:
    orders = OrdersTaken()
    orders.shown(5, 10)
    orders.answered(7, answered_us)
    assert orders.shown(5, 12) == (5,)


def test_a_state_that_has_forgotten_every_order_shows_none() -> None:
    orders = OrdersTaken()
    orders.shown(5, 10)
    orders.answered(7, 11)
    assert orders.shown(0, 12) == (0,)
    assert orders.shown(8, 13) == (7, 8)


def test_a_repeated_answer_does_not_make_an_order_younger() -> None:
    orders = OrdersTaken()
    orders.answered(7, 11)
    orders.answered(7, 14)
    assert orders.shown(8, 13) == (7, 8)


def test_answers_do_not_grow_memory() -> None:
    orders = OrdersTaken()
    for nonce in range(1, REMEMBERED + 2):
        orders.answered(nonce, 1)
    assert orders.shown(99, 2) == (*range(2, REMEMBERED + 2), 99)
