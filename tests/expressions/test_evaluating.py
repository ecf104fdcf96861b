"""What an expression answers: SI numbers, three-valued conditions, never anything not finite."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.expressions import CONDITION
from gcs.expressions.functions import FUNCTIONS, VECTOR_OPERATORS
from gcs.expressions.generating import generate
from gcs.expressions.parsing import parse
from tests.expressions.fakes import SECOND_NS, FakeScope, FakeView, answer, compiled

VALUES = {
    "nav.altitude": 1500.0,
    "nav.speed": -20.0,
    "barge.deck.roll": math.radians(-2.0),
    "barge.deck.clear": 1.0,
    "barge.air.temperature": 300.0,
    "nav.time": 3.0,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4 / 2", 5.0),
        ("-nav.speed", 20.0),
        ("nav.altitude / 1 km", 1.5),
        ("abs(barge.deck.roll) / 1 deg", 2.0),
        ("min(3, 1, 2)", 1.0),
        ("max(3, 1, 2)", 3.0),
        ("sqrt(16)", 4.0),
        ("hypot(3 km, 4 km)", 5000.0),
        ("atan2(1 m, 1 m) / 1 deg", 45.0),
        ("clamp(nav.altitude, 0 m, 1 km)", 1000.0),
        ("clamp(nav.speed, 0 m/s, 1 m/s)", 0.0),
        ("clamp(5, 2, 1)", None),
        ("median(5, 1, 3)", 3.0),
        ("median(5, 1, 3, 4)", 3.5),
        ("barge.air.temperature - 26.85 degC", 0.0),
        ("1 / 0", None),
        ("0 / 0", None),
        ("sqrt(-1)", None),
        ("atan2(0 m, 0 m)", None),
        ("1e200 * 1e200", None),
        ("1 / (1e200 * 1e200)", None),
        ("hypot(1.5e308, 1.5e308)", None),
        ("barge.deck.pitch * 0", None),
        ("max(barge.deck.pitch, 5 deg)", None),
        ("median(1 deg, barge.deck.pitch, 3 deg)", None),
    ],
)
def test_number(text, expected):
    found = answer(text, VALUES)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-9))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abs(barge.deck.roll) > 3 deg", False),
        ("nav.altitude >= 1.5 km", True),
        ("nav.altitude > 1.5 km", False),
        ("nav.altitude <= 1.5 km", True),
        ("nav.altitude < 1.5 km", False),
        ("barge.deck.clear == 1", True),
        ("barge.deck.clear != 1", False),
        ("1 km > nav.altitude", False),
        ("nav.altitude > nav.altitude - 1 m", True),
        ("not barge.deck.pitch > 1 deg", None),
        ("barge.deck.pitch == barge.deck.pitch", None),
        ("barge.deck.pitch > 1 deg and barge.deck.clear == 0", False),
        ("barge.deck.clear == 0 and barge.deck.pitch > 1 deg", False),
        ("barge.deck.pitch > 1 deg or barge.deck.clear == 1", True),
        ("barge.deck.pitch > 1 deg and barge.deck.clear == 1", None),
        ("barge.deck.pitch > 1 deg or barge.deck.clear == 0", None),
        ("true", True),
        ("not true or false", False),
        ("1 / 0 > 3", None),
        ("not 1 / 0 > 3", None),
    ],
)
def test_condition(text, expected):
    assert answer(text, VALUES) is expected


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("text", ["nav.speed > 1 m/s", "not nav.speed > 1 m/s", "nav.speed"])
def test_a_value_that_is_not_finite_is_unknown(text, value):
    assert answer(text, {"nav.speed": value}) is None


def test_age():
    view, expression = FakeView(), compiled("age(nav.altitude)")
    assert expression.evaluate(view, 0) is None
    view.ages_ns["nav.altitude"] = SECOND_NS // 4
    assert expression.evaluate(view, 0) == 0.25
    assert compiled("age(nav.altitude) < 200 ms").evaluate(view, 0) is False


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def applied(operator: str) -> Callable[[float, float], float]:
    """What the language says of two numbers; NaN where it says nothing."""
    expression = compiled(f"barge.deck.roll {operator} barge.deck.pitch")

    def scalar(a: float, b: float) -> float:
        view = FakeView()
        view.values.update({"barge.deck.roll": a, "barge.deck.pitch": b})
        found = expression.evaluate(view, 0)
        return math.nan if found is None else found

    return scalar


@pytest.mark.parametrize("name", [*FUNCTIONS, *VECTOR_OPERATORS])
@given(data=st.data())
def test_live_and_array_forms_mean_the_same(name, data):
    """On what is defined, to the last bit, zero's sign too; and both know what is not."""
    if name in FUNCTIONS:
        row = FUNCTIONS[name]
        count = data.draw(st.integers(row.least, min(row.most, 5)))
        scalar, vector = row.scalar, row.vector
    else:
        count, scalar, vector = 2, applied(name), VECTOR_OPERATORS[name]
    arguments = data.draw(st.lists(NUMBERS, min_size=count, max_size=count))
    one = float(scalar(*arguments))
    with np.errstate(all="ignore"):
        many = vector(*[np.array([argument, argument]) for argument in arguments])
    assert math.isfinite(one) == np.isfinite(many).all()
    if math.isfinite(one):
        assert many.tobytes() == np.array([one, one]).tobytes()


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_array_functions_pass_on_what_is_not_defined(name):
    row = FUNCTIONS[name]
    for count in range(row.least, min(row.most, 5) + 1):
        for hole in range(count):
            arguments = [np.array([1.0, np.nan]) if i == hole else 1.0 for i in range(count)]
            with np.errstate(all="ignore"):
                assert np.isnan(row.vector(*arguments)).tolist() == [False, True]


def test_beyond_what_decides_alone_nothing_is_asked():
    class Asked(FakeView):
        def __init__(self) -> None:
            super().__init__()
            self.values = {"nav.altitude": 1.0, "nav.speed": 1.0}
            self.asked: list[int] = []

        def value(self, index: int) -> float | None:
            self.asked.append(index)
            return super().value(index)

    for text in (
        "nav.altitude > 2 m and nav.speed > 0 m/s",
        "nav.altitude < 2 m or nav.speed > 0 m/s",
    ):
        view = Asked()
        assert compiled(text).evaluate(view, 0) is not None
        assert len(view.asked) == 1


@pytest.mark.parametrize(
    "text",
    [
        "not " * 99 + "true",
        "held(" * 49 + "true" + ", 1 s)" * 49,
        "+".join(["1"] * 99) + " > 0",
        "(true and (false or " * 49 + "true" + "))" * 49,
        "abs(" * 98 + "-1" + ")" * 98 + " == 1",
        "mean_over(" + "abs(" * 97 + "nav.altitude" + ")" * 97 + ", 2 s) > 0 m",
    ],
)
def test_the_deepest_that_is_allowed_can_be_asked(text):
    assert compiled(text).evaluate(FakeView(), 0) in (True, False, None)


@pytest.mark.parametrize(
    "text",
    [
        "abs(nav.altitude) / 3 m > 2 or held(age(nav.speed) < 2 s, 5 s) and not true",
        "max(rate(nav.altitude, 2 s), nav.speed) < -4 m/s",
        "clamp(mean_over(abs(barge.deck.roll), 20 s), 1 deg, 2 deg) - barge.deck.pitch != 5 deg",
    ],
)
def test_no_word_of_the_text_is_in_the_code(text):
    code = generate(parse(text), CONDITION, FakeScope()).__code__
    asked = {"value", "age_ns", "history"}
    assert set(code.co_names) <= asked | {"divide", *FUNCTIONS}
    names = re.fullmatch(r"view,now_ns(,[gx]\d+)*", ",".join(code.co_varnames))
    assert names is not None
    assert {type(constant) for constant in code.co_consts} <= {type(None), bool, float}


def test_importing_the_language_does_not_import_pint_or_read_a_clock():
    code = (
        "import sys, gcs.expressions\n"
        "owned = [m for n, m in sys.modules.items() if n.startswith('gcs.expressions')]\n"
        "assert 'pint' not in sys.modules\n"
        "names = {'time', 'random', 'os', 'socket', 'asyncio'}\n"
        "assert not any(names & set(vars(module)) for module in owned)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
