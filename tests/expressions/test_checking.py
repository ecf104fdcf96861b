"""A mistake is found when the file is loaded, with a sentence that says what to write."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.expressions import CONDITION, ExpressionError, unit_of
from tests.expressions.fakes import NAMES, SECOND_NS, compiled


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("nav.altitude", "m"),
        ("nav.altitude / nav.time", "m/s"),
        ("nav.speed * nav.speed", "m^2/s^2"),
        ("sqrt(nav.speed * nav.speed)", "m/s"),
        ("nav.altitude / 1 km", ""),
        ("atan2(nav.altitude, 3 m)", "rad"),
        ("hypot(barge.deck.roll, 1 rad)", "rad"),
        ("rate(barge.deck.roll, 2 s)", "deg/s"),
        ("rms_over(abs(nav.altitude) * 2, 2 s)", "m"),
        ("age(nav.altitude)", "s"),
        ("clamp(nav.altitude, 0 m, 1 km)", "m"),
        ("barge.air.temperature - 5 degC", "K"),
        ("median(nav.time, 1 min, 3 s)", "s"),
    ],
)
def test_dimension_of_a_number(text, unit):
    assert compiled(text).dimension == unit_of(unit).dimension


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "nav.altitude > 3 km",
        "abs(barge.deck.roll) <= 3 deg",
        "barge.deck.clear == 1 and not false",
        "held(nav.speed < 3 kn, 5 s)",
        "barge.air.temperature > -5 degC",
        "age(nav.altitude) < 500 ms",
    ],
)
def test_condition(text):
    assert compiled(text).dimension is CONDITION


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("nav.altitud > 3 m", 1, "no parameter is called 'nav.altitud'"),
        ("nav.altitude > 3 s", 14, "one side is m, the other s"),
        ("barge.deck.roll > 3", 17, "one side is rad, the other a plain number"),
        ("barge.deck.roll > 3 rad/s", 17, "one side is rad, the other rad/s"),
        ("nav.altitude > 0", 14, "one side is m, the other a plain number"),
        ("nav.altitude + nav.time", 14, "`+` needs equal units"),
        ("max(nav.altitude, nav.time)", 19, "`max` needs equal units"),
        ("nav.altitude > 3 furlong", 16, "unknown unit 'furlong'"),
        ("nav.altitude > 3 m*x", 16, "put blanks around an operator"),
        ("nav.altitude and true", 1, "compare it"),
        ("not nav.altitude", 5, "compare it"),
        ("true + 1", 1, "expected a number, not a condition"),
        ("(1 < 2) == true", 4, "expected a number"),
        ("sin(nav.altitude)", 1, "no function is called 'sin'"),
        ("abs(1, 2)", 1, "takes 1 arguments, not 2"),
        ("clamp(1, 2)", 1, "takes 3 arguments, not 2"),
        ("min(1)", 1, "takes 2 to 64"),
        ("held(nav.altitude, 3 s)", 6, "compare it"),
        ("held(true, 3)", 12, "expected a duration"),
        ("held(true, -3 s)", 12, "expected a duration"),
        ("held(true, 0 s)", 12, "expected a duration"),
        ("held(true, 25 h)", 12, "at most a day"),
        ("held(true, 1e300 s)", 12, "at most a day"),
        ("held(true, nav.time)", 12, "expected a duration"),
        ("rate(nav.altitude, 3 m)", 20, "expected a duration"),
        ("age(nav.altitude + 1 m)", 18, "of a parameter"),
        ("rate(nav.altitude - nav.altitude * barge.deck.clear, 2 s)", 19, "exactly one parameter"),
        ("max_over(3 m, 2 s)", 10, "exactly one parameter"),
        ("max_over(rate(nav.speed, 1 s), 6 s)", 10, "make it a derived parameter"),
        ("max_over(age(nav.speed), 6 s)", 10, "make it a derived parameter"),
        ("max_over(nav.speed > 1 m/s, 6 s)", 20, "expected a number"),
        ("barge.air.temperature + 5 degC", 25, "point on a scale"),
        ("2 * 5 degC", 5, "point on a scale"),
        ("nav.altitude < 1e308 km", 16, "too large"),
        ("barge.deck.clear = 1", 18, "equality is `==`"),
    ],
)
def test_mistake(text, column, says):
    with pytest.raises(ExpressionError, match=r".") as caught:
        compiled(text)
    assert says in caught.value.message
    assert caught.value.column == column


def test_what_it_reads_and_how_far_back():
    expression = compiled(
        "max_over(nav.speed, 5 s) + min_over(nav.speed, 3 s) > mean_over(nav.speed * 2, 20 s) "
        "and rms_over(nav.speed, 4 s) > 1 m/s "
        "and age(nav.altitude) < 1 s and barge.deck.clear == 1 and rate(nav.time, 1 s) > 0.5"
    )
    read = {"nav.speed", "nav.altitude", "barge.deck.clear", "nav.time"}
    assert expression.reads == {NAMES.index(name) for name in read}
    assert expression.windows == {
        NAMES.index("nav.speed"): 20 * SECOND_NS,
        NAMES.index("nav.time"): SECOND_NS,
    }


@pytest.mark.parametrize(
    ("text", "depends"),
    [
        ("nav.altitude > 3 m", False),
        ("true", False),
        ("age(nav.altitude) > 3 s", True),
        ("not held(nav.altitude > 3 m, 1 s)", True),
        ("1 + abs(rate(nav.altitude, 1 s)) / 2 m/s > 1", True),
    ],
)
def test_whether_time_alone_can_change_the_answer(text, depends):
    assert compiled(text).depends_on_time is depends


@pytest.mark.parametrize(
    "text", ["not " * 200 + "true", "-" * 5000 + "nav.time", "1" + " + 1" * 200]
)
def test_what_is_nested_too_deeply_is_refused(text):
    with pytest.raises(ExpressionError, match="nested too deeply"):
        compiled(text)


@pytest.mark.parametrize(
    "text", [" and ".join(["1 < 2"] * 300), "max(" + ", ".join(["1 + 1"] * 60) + ") > 1"]
)
def test_what_is_only_long_is_accepted(text):
    assert compiled(text).dimension is CONDITION


WORDS = [*NAMES, "+", "-", "*", "/", "<", "==", "and", "or", "not", "true", "(", ")", ",", "3 m"]
WORDS += ["abs", "max_over", "rate", "held", "age", "clamp", "2 s", "5 degC", "1e308", "km", "%"]


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_no_text_raises_anything_but_an_expression_error(text):
    with contextlib.suppress(ExpressionError):
        compiled(text)
