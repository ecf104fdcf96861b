"""Trends: the slope of the last ten seconds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.decision.trend import LEAST_NS, SPAN_NS, Trends

SECOND = 1_000_000_000
TICK = SECOND // 10


class Trend:
    """One value's among others that come and go: none may disturb another."""

    def __init__(self) -> None:
        self.trends = Trends(4)
        self.ticks = 0

    def add(self, value: float | None, now_ns: int) -> None:
        self.ticks += 1
        blinking = None if self.ticks % 3 == 0 else -1e9 * self.ticks
        self.trends.add([blinking, value, None, 7.0 * self.ticks], now_ns)

    def slope(self) -> float | None:
        slope = float(self.trends.slopes()[1])
        return None if math.isnan(slope) else slope


def after(values: list[float], tick_ns: int = TICK) -> Trend:
    trend = Trend()
    for i, value in enumerate(values):
        trend.add(value, i * tick_ns)
    return trend


def test_a_straight_line_has_its_slope() -> None:
    assert after([5.0 - 0.3 * i for i in range(40)]).slope() == pytest.approx(-3.0)


def test_a_constant_has_no_slope_at_all() -> None:
    assert after([0.1 + 0.2] * 500).slope() == 0.0


def test_too_short_a_past_has_none() -> None:
    ticks = LEAST_NS // TICK
    assert after([float(i) for i in range(ticks)]).slope() is None
    assert after([float(i) for i in range(ticks + 1)]).slope() == pytest.approx(10.0)


def test_a_gap_begins_it_anew() -> None:
    trend = after([float(i) for i in range(100)])
    trend.add(None, 100 * TICK)
    assert trend.slope() is None
    for i in range(LEAST_NS // TICK + 1):
        trend.add(-float(i), (101 + i) * TICK)
    assert trend.slope() == pytest.approx(-10.0)


@pytest.mark.parametrize("began", [0, 1, 120, 150, 199, 200, 201, 202])
def test_what_began_lately_has_its_slope_whenever_the_sums_are_renewed(began: int) -> None:
    trend = Trend()
    for i in range(2 * SPAN_NS // TICK + 60):
        trend.add(None if i < began else 5.0 - 0.3 * i, i * TICK)
        if i >= began + LEAST_NS // TICK:
            assert trend.slope() == pytest.approx(-3.0)


def test_what_lies_further_back_than_the_span_is_forgotten() -> None:
    span = SPAN_NS // TICK
    trend = after([1e6] * 300 + [float(i) for i in range(span)])
    assert trend.slope() == pytest.approx(10.0)


def test_the_sums_stay_those_of_the_span_however_long_it_runs() -> None:
    trend, span = Trend(), SPAN_NS // TICK
    for i in range(5 * span):
        trend.add((i / 10) ** 2, i * TICK)
        if i >= span:
            kept = range(i - span + 1, i + 1)
            assert trend.slope() == pytest.approx(2 * sum(kept) / span / 10)


def test_a_slope_that_no_number_holds_is_none() -> None:
    assert after([1e308, -1e308, 1e308, -1e308], SECOND).slope() is None


def test_before_the_first_tick_nothing_has_one() -> None:
    assert np.isnan(Trends(2).slopes()).tolist() == [True, True]


def test_a_second_look_at_one_moment_changes_nothing() -> None:
    trend = after([0.0, 1.0, 2.0], SECOND)
    trend.add(99.0, 2 * SECOND)
    assert trend.slope() == pytest.approx(1.0)


@given(
    st.lists(st.tuples(st.integers(1, 3 * SECOND), st.floats(-1e3, 1e3)), min_size=3, max_size=200),
    st.sampled_from([0.0, 273.15, 1e5]),
)
def test_it_is_the_least_squares_slope_of_the_span(
    steps: list[tuple[int, float]], offset: float
) -> None:
    trend, now_ns, samples = Trend(), 10**18, []
    for step_ns, value in steps:
        now_ns += step_ns
        samples.append((now_ns, value + offset))
        trend.add(value + offset, now_ns)
    kept = [(t, v) for t, v in samples if t > now_ns - SPAN_NS]
    slope = trend.slope()
    if kept[-1][0] - kept[0][0] < LEAST_NS:
        assert slope is None
        return
    times = np.array([(t - now_ns) / 1e9 for t, _ in kept])
    values = np.array([v for _, v in kept])
    wanted = np.polyfit(times, values, 1)[0]
    assert slope == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def test_the_least_past_counts_to_the_nanosecond_at_any_date() -> None:
    trend, began_ns = Trend(), 10**18 + 63  # not told apart from 10**18 by a float
    trend.add(0.0, began_ns)
    trend.add(1.0, began_ns + LEAST_NS - 1)
    assert trend.slope() is None
    trend.add(2.0, began_ns + LEAST_NS)
    assert trend.slope() is not None


def test_sums_beyond_all_numbers_are_no_slope_until_they_are_renewed() -> None:
    assert after([0.0, 0.0, 5e307], SECOND).slope() is None
    trend, began_ns = Trend(), 10**18
    for i, value in enumerate((1e308, -1e308)):
        trend.add(value, began_ns + i * SECOND)
    for i in range(2, 2 * SPAN_NS // SECOND + 1):
        trend.add(float(i), began_ns + i * SECOND)
        assert trend.slope() is None
    trend.add(21.0, began_ns + 21 * SECOND)
    assert trend.slope() == pytest.approx(1.0)
