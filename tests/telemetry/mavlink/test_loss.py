"""Losses are told apart from duplicates, late messages, restarts and senders that do not count."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.telemetry.mavlink.loss import CONSTANT_RUN, RECENT, RESTART_GAP, LossCounter
from gcs.telemetry.recent_loss import WINDOW


def fed(*numbers: int) -> LossCounter:
    counter = LossCounter()
    for number in numbers:
        counter.received(number & 0xFF)
    return counter


@given(st.integers(0, 255), st.integers(1, 2000))
def test_nothing_is_lost_of_a_full_sequence(first: int, length: int) -> None:
    counter = fed(*range(first, first + length))

    assert (counter.lost, counter.duplicates, counter.restarts) == (0, 0, 0)
    assert counter.total == length
    assert counter.loss_fraction == 0.0


@given(st.integers(0, 255), st.lists(st.integers(0, RESTART_GAP), min_size=1, max_size=200))
def test_every_missing_number_is_lost(first: int, gaps: list[int]) -> None:
    numbers = [first]
    for gap in gaps:
        numbers.append(numbers[-1] + gap + 1)

    assert fed(*numbers).lost == sum(gaps)


@given(st.integers(0, 255), st.integers(0, 2**32))
def test_a_burst_in_any_order_within_reach_loses_nothing(first: int, seed: int) -> None:
    shuffled = list(range(first + 1, first + 9))
    random.Random(seed).shuffle(shuffled)

    counter = fed(first, *shuffled, first + 9)

    assert counter.lost == 0
    assert counter.duplicates == 0


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_duplicates_are_not_losses(doubled: list[bool]) -> None:
    numbers = [n for n, twice in enumerate(doubled) for _ in range(1 + twice)]

    counter = fed(*numbers)

    assert counter.lost == 0
    assert counter.duplicates == sum(doubled)
    assert counter.restarts == 0


def test_the_number_newly_lost_is_told_at_once() -> None:
    counter = LossCounter()

    assert [counter.received(n) for n in (10, 11, 14, 12, 12, 13, 15)] == [0, 0, 2, -1, 0, -1, 0]
    assert counter.lost == 0
    assert counter.duplicates == 1


@pytest.mark.parametrize(("back", "lost"), [(RECENT, 0), (RECENT + 1, 256 - RECENT - 2)])
def test_a_step_back_beyond_reach_is_a_gap_forward(back: int, lost: int) -> None:
    assert fed(*range(100, 201), 200 - back).lost == lost


@pytest.mark.parametrize("last", [30, 100, 200, 240])
def test_a_sender_that_starts_again_at_zero_has_lost_nothing(last: int) -> None:
    counter = fed(*range(last + 1), *range(20))

    assert counter.restarts == 1
    assert counter.lost == 0
    assert counter.duplicates <= 3


def test_a_short_gap_that_ends_on_zero_is_a_gap() -> None:
    counter = fed(254, 0)

    assert (counter.lost, counter.restarts) == (1, 0)


def test_a_sender_that_never_counts_has_unknown_losses() -> None:
    counter = fed(*[0] * 500)

    assert not counter.counts
    assert counter.lost == 0
    assert counter.duplicates < CONSTANT_RUN


def test_a_sender_that_begins_to_count_is_counted_from_there() -> None:
    counter = fed(*[7] * 50, 100, 101, 103)

    assert counter.counts
    assert counter.lost == 1


def test_the_loss_fraction_looks_back_over_a_window() -> None:
    counter = LossCounter()
    for number in range(0, 200, 2):
        counter.received(number)
    assert counter.loss_fraction == pytest.approx(99 / 199)

    for number in range(199, 199 + WINDOW):
        counter.received(number & 0xFF)

    assert counter.loss_fraction == 0.0
    assert counter.lost == 99


@given(st.lists(st.integers(0, 255), max_size=800))
def test_any_numbers_keep_the_counts_sane(numbers: list[int]) -> None:
    counter = fed(*numbers)

    assert counter.total == len(numbers)
    assert counter.lost >= 0
    assert 0 <= counter.duplicates <= len(numbers)
    assert 0.0 <= counter.loss_fraction < 1.0
