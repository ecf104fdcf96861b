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


@given(ARRIVALS, st.integers(0, 140), st.integers(1, SPAN))
def test_coverage_is_the_time_within_reach_of_a_good_sample(arrivals, now_ns, window_ns):
    expected = covered(list(kept(arrivals)), now_ns, window_ns)
    assert filled(arrivals).covered_ns(now_ns, window_ns) == expected


@given(ARRIVALS, st.integers(0, 140), st.integers(1, SPAN))
def test_selection_is_the_samples_of_the_window_if_it_is_covered(arrivals, now_ns, window_ns):
    history, samples = filled(arrivals), kept(arrivals)
    inside = {t: v for t, v in samples.items() if now_ns - window_ns < t <= now_ns}
    places = history.select(now_ns, window_ns)
    if not inside or covered(list(samples), now_ns, window_ns) < 0.99 * window_ns:
        assert places is None
    else:
        assert places is not None
        assert history.times_ns(*places).tolist() == list(inside)
        assert history.values(*places).tolist() == list(inside.values())


@given(ARRIVALS, st.data())
def test_order_of_arrival_does_not_matter(arrivals, data):
    unique = [(time, value, True) for time, value in kept(arrivals).items()]
    shuffled = data.draw(st.permutations(unique))
    one, other = filled(unique), filled(shuffled)
    for now_ns in range(0, 130, 3):
        assert one.covered_ns(now_ns, SPAN) == other.covered_ns(now_ns, SPAN)
        assert (one.select(now_ns, SPAN) is None) == (other.select(now_ns, SPAN) is None)


def test_99_percent_is_covered_and_less_is_not():
    history = History(200, 99)
    history.append(1000, 1.0, True)
    history.append(1100, 1.0, True)  # 1099 is uncovered: one in a hundred
    assert history.covered_ns(1101, 100) == 99
    assert history.select(1101, 100) is not None
    assert history.covered_ns(1101, 99) == 98
    assert history.select(1101, 99) is None


def test_covered_by_a_sample_before_it_but_empty_is_unknown():
    history = History(100, 100)
    history.append(1000, 1.0, True)
    assert history.covered_ns(1050, 20) == 20
    assert history.select(1050, 20) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_no_sample(value):
    assert len(filled([(1, value, True)])) == 0


@pytest.mark.parametrize("source_ns", [2**63, -(2**63), 10**30])
def test_a_time_that_no_clock_shows_is_no_sample(source_ns):
    assert len(filled([(source_ns, 1.0, True), (5, 1.0, True)])) == 1


@pytest.mark.parametrize("again_ns", [10, 20, 30])
def test_first_sample_received_for_a_moment_stands(again_ns):
    history = filled([(10, 1.0, True), (20, 2.0, True), (30, 3.0, True), (again_ns, 9.0, True)])
    assert history.values(0, len(history)).tolist() == [1.0, 2.0, 3.0]


def test_what_no_window_needs_any_more_is_dropped():
    history = History(1000, 100)
    for now_ns in range(0, 100_000, 10):
        history.append(now_ns, 1.0, True)
        assert history.select(now_ns, 1000) is not None or now_ns < 1000
    assert len(history) < 500
    assert history.covered_ns(99_990, 1000) == 1000


def test_places_stay_when_old_samples_are_dropped():
    history = History(1000, 100)
    for time_ns in range(0, 10_000, 10):
        history.append(time_ns, float(time_ns), True)
    history.trim(9_990)
    places = history.select(9_990, 500)
    assert places == (950, 1000)
    assert history.values(*places).tolist() == [float(t) for t in range(9_500, 10_000, 10)]


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
    places = history.select(6990, 1000)
    assert places is not None
    assert set(history.values(*places).tolist()) == {1.0}


def test_memory_is_bounded_and_the_newest_stay():
    history = History(10**9, 100, capacity=64)
    for time_ns in range(0, 10_000, 10):
        history.append(time_ns, 1.0, True)
        assert len(history) <= 64
    assert history.select(9_990, 500) is not None


def test_revision_changes_when_places_move_and_only_then():
    history = filled([(10, 1.0, True), (20, 1.0, True), (30, 1.0, False)])
    before = history.revision
    history.append(40, 1.0, True)
    history.append(20, 2.0, True)
    assert history.revision == before
    history.append(15, 1.0, True)
    assert history.revision != before
