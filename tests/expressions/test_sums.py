"""Sums without error: equal to rational arithmetic, whatever went in and out again."""

from __future__ import annotations

import math
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.expressions.sums import exact, mean, root_mean_square, slope

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
MODERATE = st.floats(-1e100, 1e100)
TIMES = st.integers(-(2**62), 2**62)


@given(FLOATS)
def test_every_float_is_an_integer_at_this_scale(value):
    assert Fraction(exact(value), exact(1.0)) == Fraction(value)


@pytest.mark.parametrize("value", [5e-324, sys.float_info.min, sys.float_info.max, -0.0])
def test_so_are_the_smallest_and_the_largest(value):
    assert Fraction(exact(value), exact(1.0)) == Fraction(value)


@given(st.lists(FLOATS, min_size=1))
def test_mean_is_the_true_one_rounded_once(values):
    true = sum(map(Fraction, values)) / len(values)
    assert mean(len(values), sum(map(exact, values))) == float(true)


@given(st.lists(MODERATE, min_size=1))
def test_root_mean_square_is_the_root_of_the_true_mean_rounded(values):
    true = sum(Fraction(value) ** 2 for value in values) / len(values)
    found = root_mean_square(len(values), sum(exact(value) ** 2 for value in values))
    assert found == math.sqrt(float(true))


@given(st.dictionaries(TIMES, MODERATE, min_size=2, max_size=20))
def test_slope_is_the_true_one_of_the_least_squares_line_rounded_once(points):
    times, values = [Fraction(t) for t in points], [Fraction(x) for x in points.values()]
    middle, level = sum(times) / len(times), sum(values) / len(values)
    above = sum((t - middle) * (x - level) for t, x in zip(times, values, strict=True))
    true = above / sum((t - middle) ** 2 for t in times) * 10**9
    found = slope(
        len(points),
        sum(points),
        sum(t * t for t in points),
        sum(map(exact, points.values())),
        sum(t * exact(x) for t, x in points.items()),
    )
    assert found == float(true)


def test_what_no_float_can_hold_is_unknown():
    assert root_mean_square(1, exact(1e200) ** 2) is None
    assert slope(2, 1, 1, exact(1e308), exact(1e308)) is None
    assert slope(1, 0, 0, exact(1.0), 0) is None
