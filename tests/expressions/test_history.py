"""Whatever the order of arrival, a window holds and covers what source time says."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.expressions import History

STALE = 7
SPAN = 40

ARRIVALS = st.lists(
    st.tuples(st.integers(0, 120), st.floats(-1e3, 1e3), st.booleans()), max_size=60
)


def filled(arrivals: list[tuple[int, float, bool]]) -> History:
    history = History(SPAN, STALE)
    for source_ns, value, good in arrivals:
        history.append(source_ns, value, good)
    return history


def samples(history: History) -> list[tuple[int, float]]:
    return list(zip(history.times, history.values, strict=True))


def within(history: History, now_ns: int, window_ns: int) -> tuple[int, int]:
    """The places of the samples in (now - window, now]."""
    return history.after(now_ns - window_ns), history.after(now_ns)


def covered_ns(history: History, now_ns: int, window_ns: int) -> int:
    return history.covered_ns(*within(history, now_ns, window_ns), now_ns - window_ns, now_ns)


def kept(arrivals: list[tuple[int, float, bool]]) -> dict[int, float]:
    """The first good value received for each source time, in source order."""
    first: dict[int, float] = {}
    for source_ns, value, good in arrivals:
        if good:
            first.setdefault(source_ns, value)
    return dict(sorted(first.items()))


def covered(times: list[int], now_ns: int, window_ns: int) -> int:
    """Counts the nanoseconds one by one."""
    return sum(
        any(time <= moment < time + STALE for time in times)
        for moment in range(now_ns - window_ns, now_ns)
    )


@given(ARRIVALS, st.integers(0, 120), st.integers(1, SPAN), st.data())
def test_coverage_is_the_time_within_reach_of_a_good_sample(arrivals, seen_ns, window_ns, data):
    """Of windows in which at least one sample lies: the one seen here."""
    now_ns = data.draw(st.integers(seen_ns, seen_ns + window_ns - 1))
    arrivals = [*arrivals, (seen_ns, 1.0, True)]
    history, times = filled(arrivals), list(kept(arrivals))
    assert covered_ns(history, now_ns, window_ns) == covered(times, now_ns, window_ns)


@given(ARRIVALS, st.integers(0, 140), st.integers(1, SPAN))
def test_places_between_two_moments_hold_the_samples_between_them(arrivals, now_ns, window_ns):
    history = filled(arrivals)
    first, end = within(history, now_ns, window_ns)
    inside = [(t, v) for t, v in kept(arrivals).items() if now_ns - window_ns < t <= now_ns]
    assert samples(history)[first:end] == inside


@given(ARRIVALS, st.data())
def test_order_of_arrival_does_not_matter(arrivals, data):
    unique = [(time, value, True) for time, value in kept(arrivals).items()]
    shuffled = data.draw(st.permutations(unique))
    one, other = filled(unique), filled(shuffled)
    assert samples(one) == samples(other)
    for now_ns in range(0, 130, 3):
        first, end = within(one, now_ns, SPAN)
        assert within(other, now_ns, SPAN) == (first, end)
        if first < end:
            assert covered_ns(one, now_ns, SPAN) == covered_ns(other, now_ns, SPAN)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_no_sample(value):
    assert len(filled([(1, value, True)])) == 0


@pytest.mark.parametrize("source_ns", [2**63, -(2**63), 10**30])
def test_a_time_that_no_clock_shows_is_no_sample(source_ns):
    assert len(filled([(source_ns, 1.0, True), (5, 1.0, True)])) == 1


@pytest.mark.parametrize("again_ns", [10, 20, 30])
def test_first_sample_received_for_a_moment_stands(again_ns):
    history = filled([(10, 1.0, True), (20, 2.0, True), (30, 3.0, True), (again_ns, 9.0, True)])
    assert samples(history) == [(10, 1.0), (20, 2.0), (30, 3.0)]


def test_what_no_window_needs_any_more_is_dropped():
    history = History(1000, 100)
    for now_ns in range(0, 100_000, 10):
        history.append(now_ns, 1.0, True)
        history.trim(now_ns)
        assert covered_ns(history, now_ns, 1000) == min(now_ns, 1000)
    assert len(history) < 500


def test_of_a_long_past_an_eighth_too_much_is_kept():
    history = History(100_000, 100)
    longest = 0
    for now_ns in range(0, 1_000_000, 10):
        history.append(now_ns, 1.0, True)
        history.trim(now_ns)
        longest = max(longest, len(history))
    assert longest <= 10_010 * 8 / 7 + 1


def test_places_stay_when_old_samples_are_dropped():
    history = History(1000, 100)
    for time_ns in range(0, 10_000, 10):
        history.append(time_ns, float(time_ns), True)
    history.trim(9_990)
    assert history.first > 800
    assert history.after(9_490) == 950
    assert samples(history)[998 - history.first :] == [(9_980, 9_980.0), (9_990, 9_990.0)]


def test_late_data_older_than_the_span_is_ignored():
    history = History(1000, 100)
    history.append(5000, 1.0, True)
    history.trim(5000)
    history.append(3900, 1.0, True)
    assert len(history) == 1
    history.append(3901, 1.0, True)
    assert len(history) == 2


def test_one_sample_from_the_future_takes_nothing_away():
    history = History(1000, 100)
    history.append(10**15, 9.0, True)
    for time_ns in range(5000, 7000, 10):
        history.append(time_ns, 1.0, True)
        history.trim(time_ns)
    assert covered_ns(history, 6990, 1000) == 1000
    assert set(history.values[:-1]) == {1.0}


def test_memory_is_bounded_and_the_newest_stay():
    history = History(10**9, 100, capacity=64)
    for time_ns in range(0, 10_000, 10):
        history.append(time_ns, 1.0, True)
        assert len(history) <= 64
    assert covered_ns(history, 9_990, 500) == 500


def test_tells_what_came_late_and_only_that():
    history = filled([(10, 1.0, True), (20, 2.0, True), (30, 3.0, False)])
    before = history.revision
    assert history.late(before) == ()
    history.append(40, 4.0, True)
    history.append(20, 5.0, True)
    assert history.late(before) == ()
    history.append(15, 6.0, True)
    history.append(12, 7.0, True)
    assert history.late(before) == ((15, 6.0), (12, 7.0))
    assert history.late(before + 1) == ((12, 7.0),)


def test_says_that_it_no_longer_knows_all_that_came_late():
    history = History(10_000, 10_000)
    history.append(5000, 1.0, True)
    for time_ns in range(1000, 1300):
        history.append(time_ns, 1.0, True)
    assert history.late(0) is None
    assert len(history.late(history.revision - 256) or ()) == 256
