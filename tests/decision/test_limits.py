"""A limit and its latch: what counts, when, and what it takes to be forgiven."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.decision.limits import MOVES, Latch, Limit, Side, Standing

ABOVE = Limit(above=3.0, hysteresis=0.5)
BELOW = Limit(below=3.0, hysteresis=0.5)


def just_over(value: float) -> float:
    return math.nextafter(value, math.inf)


def just_under(value: float) -> float:
    return math.nextafter(value, -math.inf)


@pytest.mark.parametrize(
    ("limit", "value", "side"),
    [
        (ABOVE, just_over(3.0), Side.OUT),
        (ABOVE, 3.0, Side.BAND),
        (ABOVE, just_over(2.5), Side.BAND),
        (ABOVE, 2.5, Side.IN),
        (BELOW, just_under(3.0), Side.OUT),
        (BELOW, 3.0, Side.BAND),
        (BELOW, just_under(3.5), Side.BAND),
        (BELOW, 3.5, Side.IN),
        (Limit(above=3.0), 3.0, Side.IN),
    ],
)
def test_a_value_at_the_limit_is_inside_and_one_beyond_it_is_out(
    limit: Limit, value: float, side: Side
) -> None:
    assert limit.side(value) is side


def test_of_two_limits_the_nearer_one_is_named() -> None:
    band = Limit(above=10.0, below=0.0)
    assert band.nearest(9.0) == 10.0
    assert band.nearest(1.0) == 0.0
    assert band.nearest(5.0) == 10.0, "in the middle the upper one"


def test_a_trip_clears_on_the_inner_side() -> None:
    assert ABOVE.clears_at(9.0) == 2.5
    assert BELOW.clears_at(0.0) == 3.5


def test_the_table_answers_every_standing_and_side() -> None:
    assert set(MOVES) == set(product(Standing, Side))


def test_out_must_last_trip_after_to_count() -> None:
    latch = cleared(trip_after=5)
    assert [latch.step(Side.OUT, t) for t in (10, 14)] == [Standing.CLEAR] * 2
    assert latch.step(Side.OUT, 15) is Standing.TRIPPED


def test_a_return_inside_starts_the_trip_delay_anew() -> None:
    latch = cleared(trip_after=5)
    latch.step(Side.OUT, 10)
    latch.step(Side.BAND, 14)
    assert latch.step(Side.OUT, 15) is Standing.CLEAR
    assert latch.step(Side.OUT, 19) is Standing.CLEAR
    assert latch.step(Side.OUT, 20) is Standing.TRIPPED


def test_the_first_value_out_counts_at_once() -> None:
    assert Latch(1000, 0).step(Side.OUT, 0) is Standing.TRIPPED


def test_unknown_never_forgives_a_trip() -> None:
    latch = Latch(0, 0)
    latch.step(Side.OUT, 0)
    latch.step(Side.UNKNOWN, 1)
    assert latch.step(Side.BAND, 2) is Standing.TRIPPED
    assert latch.step(Side.IN, 3) is Standing.CLEAR


def test_unknown_interrupts_clearing() -> None:
    latch = Latch(0, 5)
    latch.step(Side.IN, 0)
    latch.step(Side.UNKNOWN, 4)
    assert latch.step(Side.IN, 5) is Standing.UNSEEN
    assert latch.step(Side.IN, 10) is Standing.CLEAR


@given(
    steps=st.lists(st.tuples(st.sampled_from(Side), st.integers(0, 4)), max_size=40),
    trip=st.integers(0, 6),
    clear=st.integers(0, 6),
)
def test_clear_means_inside_for_all_of_clear_after_and_never_out_for_trip_after(
    steps: list[tuple[Side, int]], trip: int, clear: int
) -> None:
    latch = Latch(trip, clear)
    now = 0
    known: list[tuple[int, Side]] = []
    for side, wait in steps:
        now += wait
        known.append((now, side))
        if latch.step(side, now) is not Standing.CLEAR:
            continue
        assert side is not Side.UNKNOWN
        out_since = run_start(known, {Side.OUT})
        assert out_since is None or now - out_since < trip
        inside = max(i for i, (_, s) in enumerate(known) if s is not Side.OUT)
        since = run_start(known[: inside + 1], {Side.IN, Side.BAND, Side.OUT})
        assert since is not None
        assert now - since >= clear


def cleared(trip_after: int) -> Latch:
    latch = Latch(trip_after, 0)
    assert latch.step(Side.IN, 0) is Standing.CLEAR
    return latch


def run_start(known: list[tuple[int, Side]], sides: set[Side]) -> int | None:
    """Since when the side has been among `sides` without a break."""
    start = None
    for at, side in reversed(known):
        if side not in sides:
            break
        start = at
    return start
