"""Operators over time equal brute force, asked at any moments while data come in any order."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.expressions import Expression, History
from tests.expressions.fakes import SECOND_NS, FakeView, compiled

TENTH_NS = SECOND_NS // 10
OPERATORS = {
    "max_over": lambda times, values: values.max(),
    "min_over": lambda times, values: values.min(),
    "mean_over": lambda times, values: values.mean(),
    "rms_over": lambda times, values: np.sqrt((values**2).mean()),
    "rate": lambda times, values: np.polyfit(times - times.mean(), values, 1)[0],
}
INSIDES = {
    "nav.altitude": lambda x: x,
    "abs(nav.altitude)": abs,
    "-nav.altitude * 3 + 2 m": lambda x: -x * 3 + 2,
    "clamp(nav.altitude, -5 m, 1 km)": lambda x: np.clip(x, -5, 1000),
    "median(nav.altitude, 3 m, hypot(nav.altitude, 1 m))": lambda x: np.median(
        np.stack([x, np.full_like(x, 3), np.hypot(x, 1)]), axis=0
    ),
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sample", "late", "evaluate", "evaluate"]),
        st.integers(1, 4),
        st.floats(-1e3, 1e3).map(lambda x: round(x, 3)),
    ),
    min_size=1,
    max_size=60,
)
EPOCH_NS = 1_760_000_000 * SECOND_NS


def looked_at(history: History) -> FakeView:
    view = FakeView()
    view.values["nav.altitude"] = 1.0
    view.histories["nav.altitude"] = history
    return view


def brute_force(samples: dict[int, float], operator: str, inside: str, now_ns: int) -> float | None:
    """Over a window of 2 s with samples that live 0.5 s; covered is counted in tenths."""
    moments = range(now_ns - 2 * SECOND_NS, now_ns, TENTH_NS)
    reach = 5 * TENTH_NS
    if not all(any(t <= moment < t + reach for t in samples) for moment in moments):
        return None
    times = sorted(t for t in samples if now_ns - 2 * SECOND_NS < t <= now_ns)
    if len(times) < (2 if operator == "rate" else 1):
        return None
    seconds = (np.array(times) - times[0]) / SECOND_NS
    values = INSIDES[inside](np.array([samples[t] for t in times]))
    return float(OPERATORS[operator](seconds, values))


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("inside", INSIDES)
@given(steps=STEPS)
def test_equals_brute_force_at_every_moment(operator, inside, steps):
    expression = compiled(f"{operator}({inside}, 2 s)")
    history, samples = History(2 * SECOND_NS, 5 * TENTH_NS), {}
    view, now_ns = looked_at(history), EPOCH_NS
    for step, tenths, value in [("sample", 3, 1.0)] * 8 + steps:
        if step == "evaluate":
            expected = brute_force(samples, operator, inside, now_ns)
            found = expression.evaluate(view, now_ns)
            assert found == (
                None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-8)
            )
            continue
        if step == "sample":
            now_ns += tenths * TENTH_NS
        source_ns = now_ns if step == "sample" else now_ns - tenths * 5 * TENTH_NS
        history.append(source_ns, value, True)
        samples.setdefault(source_ns, value)


@pytest.mark.parametrize("operator", OPERATORS)
@given(steps=STEPS)
def test_memory_of_the_past_changes_no_bit_of_the_answer(operator, steps):
    remembering = compiled(f"{operator}(abs(nav.altitude), 2 s)")
    history, now_ns = History(2 * SECOND_NS, 5 * TENTH_NS), EPOCH_NS
    view = looked_at(history)
    for step, tenths, value in [("sample", 3, 1.0)] * 8 + steps:
        if step != "late":
            now_ns += tenths * TENTH_NS // 2
        offset_ns = tenths * TENTH_NS if step == "late" else 0
        history.append(now_ns - offset_ns, value, step != "evaluate")
        fresh = compiled(f"{operator}(abs(nav.altitude), 2 s)")
        assert remembering.evaluate(view, now_ns) == fresh.evaluate(view, now_ns)


@pytest.mark.parametrize("operator", OPERATORS)
@given(values=st.lists(st.floats(-1e6, 1e6), min_size=25, max_size=40), data=st.data())
def test_order_of_arrival_changes_no_bit_of_the_answer(operator, values, data):
    samples = [(EPOCH_NS + i * TENTH_NS, value) for i, value in enumerate(values)]
    last_ns = samples[-1][0]
    answers = set()
    for arrived in (samples, samples[::-1], data.draw(st.permutations(samples))):
        history = History(2 * SECOND_NS, 5 * TENTH_NS)
        expression = compiled(f"{operator}(nav.altitude * 3, 2 s)")
        for source_ns, value in arrived:
            history.append(source_ns, value, True)
            expression.evaluate(looked_at(history), last_ns)
        answers.add(expression.evaluate(looked_at(history), last_ns))
    assert len(answers) == 1
    assert None not in answers


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("capacity", [1 << 17, 300])
def test_hours_leave_no_trace_in_the_answer(operator, capacity):
    """Samples at 100 Hz, one in seven late; the past is cut often, or is too long to keep.

    Now and then nobody asks for half a window, or for longer than all that is kept.
    """
    history = History(10 * SECOND_NS, SECOND_NS, capacity)
    remembering = compiled(f"{operator}(abs(nav.altitude), {10 if capacity > 1000 else 2} s)")
    random = np.random.default_rng(1)
    for i, value in enumerate(random.normal(size=20_000).tolist()):
        late_ns = int(random.integers(1, 12 * SECOND_NS)) if i % 7 == 0 else 0
        now_ns = EPOCH_NS + i * SECOND_NS // 100
        history.append(now_ns - late_ns, value, True)
        history.trim(now_ns)
        unasked = 3000 < i < 3600 or 7000 < i < 9000
        if i % 3 == 0 and not unasked:
            found = remembering.evaluate(looked_at(history), now_ns)
        if i % 150 == 0 and i > 1500 and not unasked:
            fresh = compiled(remembering.text)
            assert found == fresh.evaluate(looked_at(history), now_ns) is not None


def uniform(values: list[float]) -> tuple[FakeView, int]:
    """Samples at 10 Hz from the epoch on, and the time of the last."""
    history = History(20 * SECOND_NS, SECOND_NS)
    for i, value in enumerate(values):
        history.append(EPOCH_NS + i * TENTH_NS, value, True)
    return looked_at(history), EPOCH_NS + (len(values) - 1) * TENTH_NS


def evaluated(text: str, values: list[float]) -> float | bool | None:
    view, now_ns = uniform(values)
    return compiled(text).evaluate(view, now_ns)


def test_rate_of_a_ramp_is_its_slope_whatever_its_height():
    ramp = [2.0**40 + 0.25 * i for i in range(60)]
    assert evaluated("rate(nav.altitude, 2 s)", ramp) == pytest.approx(2.5, rel=1e-12)


def test_rate_needs_two_samples():
    expression = compiled("rate(nav.altitude, 200 ms)")
    history = History(SECOND_NS, SECOND_NS)
    history.append(EPOCH_NS - TENTH_NS * 5, 1.0, True)
    history.append(EPOCH_NS, 2.0, True)
    assert expression.evaluate(looked_at(history), EPOCH_NS) is None
    history.append(EPOCH_NS + TENTH_NS, 2.5, True)
    found = expression.evaluate(looked_at(history), EPOCH_NS + TENTH_NS)
    assert found == pytest.approx(5.0)


def test_past_answers_for_nothing_while_the_present_is_unknown():
    view, now_ns = uniform([1.0] * 30)
    over = compiled("max_over(nav.altitude, 2 s)")
    assert over.evaluate(view, now_ns) == 1.0
    del view.values["nav.altitude"]
    assert over.evaluate(view, now_ns) is None


def test_window_that_is_not_full_yet_is_unknown():
    assert evaluated("max_over(nav.altitude, 2 s)", [1.0] * 20) is None
    assert evaluated("max_over(nav.altitude, 2 s)", [1.0] * 21) == 1.0


def test_window_is_open_at_its_start_and_closed_at_its_end():
    values = [9.0] + [1.0] * 19 + [5.0]
    assert evaluated("max_over(nav.altitude, 2 s)", values) == 5.0
    assert evaluated("max_over(nav.altitude, 2 s)", [2.0, *values]) == 5.0


def test_stale_data_make_the_window_unknown():
    view, last_ns = uniform([1.0] * 60)
    expression = compiled("mean_over(nav.altitude, 2 s) < 3 m")
    assert expression.evaluate(view, last_ns + SECOND_NS) is True
    assert expression.evaluate(view, last_ns + SECOND_NS + 2 * TENTH_NS) is None


def test_sample_at_which_the_expression_is_undefined_makes_the_window_unknown():
    text = "{}(1 m / nav.altitude, 2 s)"
    values = [1.0] * 30 + [0.0] + [1.0] * 19
    for operator in OPERATORS:
        assert evaluated(text.format(operator), values) is None
        assert evaluated(text.format(operator), [*values, 1.0, 1.0]) is not None


def test_undefined_sample_leaves_with_its_moment():
    view, now_ns = uniform([1.0] * 29 + [0.8])
    expression = compiled("max_over(1 m / nav.altitude, 2 s)")
    answers = [expression.evaluate(view, now_ns)]
    for i in range(1, 24):
        view.history(0).append(now_ns + i * TENTH_NS, 0.5 if i > 1 else 0.0, True)
        answers.append(expression.evaluate(view, now_ns + i * TENTH_NS))
    assert answers == [1.25] + [None] * 20 + [2.0] * 3


def test_infinite_on_the_way_does_not_come_back_as_a_number():
    values = [1e300] * 60
    assert evaluated("max_over(1 / (nav.altitude * nav.altitude), 2 s)", values) is None
    assert evaluated("rms_over(nav.altitude, 2 s)", values) is None
    assert evaluated("rate(nav.altitude, 1 us)", values) is None


def test_a_sum_may_be_larger_than_any_float():
    assert evaluated("mean_over(nav.altitude, 2 s)", [1.7e308] * 60) == 1.7e308


def test_what_is_large_leaves_no_trace_in_what_comes_after_it():
    values = [0.1] * 20 + [1e17] + [0.1] * 40
    assert evaluated("mean_over(nav.altitude, 2 s)", values) == 0.1
    expression = compiled("rms_over(nav.altitude, 2 s)")
    view, now_ns = uniform(values)
    for i in range(25, 61):
        expression.evaluate(view, EPOCH_NS + i * TENTH_NS)
    assert expression.evaluate(view, now_ns) == pytest.approx(0.1, rel=1e-15)


def covered_by(reach_ns: int, times_ns: list[int]) -> FakeView:
    history = History(200, reach_ns)
    for time_ns in times_ns:
        history.append(time_ns, 1.0, True)
    return looked_at(history)


def test_99_percent_is_covered_and_less_is_not():
    view = covered_by(99, [1000, 1100])  # 1099 is uncovered: one in a hundred
    assert compiled("max_over(nav.altitude, 100 ns)").evaluate(view, 1101) == 1.0
    assert compiled("max_over(nav.altitude, 99 ns)").evaluate(view, 1101) is None


def test_covered_by_a_sample_before_it_but_empty_is_unknown():
    view = covered_by(100, [1000])
    assert compiled("max_over(nav.altitude, 20 ns)").evaluate(view, 1050) is None


def test_history_may_be_replaced_under_the_expression():
    expression = compiled("max_over(nav.altitude, 2 s)")
    for level in (5.0, 3.0):
        view, now_ns = uniform([level] * 60)
        assert expression.evaluate(view, now_ns) == level


def test_birth_history_fills_a_window_behind_live_data():
    expression = compiled("max_over(nav.altitude, 2 s)")
    view, now_ns = uniform([1.0] * 5)
    assert expression.evaluate(view, now_ns) is None
    for i in range(1, 40):
        view.history(0).append(EPOCH_NS - i * TENTH_NS, float(i), True)
    assert expression.evaluate(view, now_ns) == 15.0


@given(st.lists(st.floats(-1e300, 1e300), min_size=25, max_size=40))
def test_answers_are_finite_or_unknown(values):
    for operator in OPERATORS:
        found = evaluated(f"{operator}(nav.altitude * nav.altitude, 2 s)", values)
        assert found is None or math.isfinite(found)


def test_an_expression_over_time_takes_part_in_logic():
    expression: Expression = compiled("max_over(nav.altitude, 2 s) < 3 m or nav.speed > 1 m/s")
    view, now_ns = uniform([9.0] * 5)
    assert expression.evaluate(view, now_ns) is None
    view.values["nav.speed"] = 2.0
    assert expression.evaluate(view, now_ns) is True
