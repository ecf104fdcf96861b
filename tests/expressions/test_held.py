"""`held` is the conjunction of a condition's recent past."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.expressions import compile_expression
from gcs.expressions.held import Held
from tests.expressions.fakes import SECOND_NS, FakeScope, FakeView, compiled

INSTANTS = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from([True, True, True, False, None])),
    min_size=1,
    max_size=40,
)


@given(INSTANTS, st.integers(1, 12))
def test_is_the_conjunction_of_all_moments_of_the_duration(instants, duration_ns):
    held, now_ns = Held(duration_ns), 0
    seen: dict[int, bool | None] = dict.fromkeys(range(-duration_ns, 1))
    last: bool | None = None
    for step_ns, condition in instants:
        seen.update(dict.fromkeys(range(now_ns, now_ns + step_ns), last))
        now_ns += step_ns
        last = seen[now_ns] = condition
        moments = {seen[moment] for moment in range(now_ns - duration_ns, now_ns + 1)}
        expected = False if False in moments else None if None in moments else True
        assert held.step(condition, now_ns) is expected


def test_true_from_exactly_the_duration_on():
    view, expression = FakeView(), compiled("held(nav.speed > 1 m/s, 5 s)")
    view.values["nav.speed"] = 0.0
    assert expression.evaluate(view, 0) is False
    view.values["nav.speed"] = 2.0
    answers = [expression.evaluate(view, second * SECOND_NS) for second in range(1, 8)]
    assert answers == [False, False, False, False, False, True, True]


def test_unknown_before_anything_is_known():
    view, expression = FakeView(), compiled("held(nav.speed > 1 m/s, 5 s)")
    assert expression.evaluate(view, 0) is None
    view.values["nav.speed"] = 2.0
    assert expression.evaluate(view, SECOND_NS) is None
    assert expression.evaluate(view, 6 * SECOND_NS) is True


def test_a_moment_unknown_starts_the_wait_again():
    view, expression = FakeView(), compiled("held(nav.speed > 1 m/s, 5 s)")
    view.values["nav.speed"] = 2.0
    assert expression.evaluate(view, 0) is None
    assert expression.evaluate(view, 5 * SECOND_NS) is True
    del view.values["nav.speed"]
    assert expression.evaluate(view, 6 * SECOND_NS) is None
    view.values["nav.speed"] = 2.0
    assert expression.evaluate(view, 10 * SECOND_NS) is None
    assert expression.evaluate(view, 15 * SECOND_NS) is True


@pytest.mark.parametrize(
    "text",
    [
        "nav.altitude > 1 m and held(nav.speed > 1 m/s, 5 s)",
        "not (nav.altitude <= 1 m or not held(nav.speed > 1 m/s, 5 s))",
        "nav.altitude > 1 m and (true and not not held(nav.speed > 1 m/s, 5 s))",
    ],
)
def test_it_watches_also_while_its_neighbour_decides(text):
    view, expression = FakeView(), compile_expression(text, FakeScope())
    for second, altitude, speed in [(0, 5, 2), (5, 5, 2), (6, 0, 2), (7, 0, 0), (8, 0, 2)]:
        view.values.update({"nav.altitude": altitude, "nav.speed": speed})
        expression.evaluate(view, second * SECOND_NS)
    view.values["nav.altitude"] = 5
    assert expression.evaluate(view, 9 * SECOND_NS) is False
