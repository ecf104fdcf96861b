"""The outlook: which limit is nearest, how far off it is, and when it will be reached."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gcs.decision.limits import Limit
from gcs.decision.outlook import HORIZON_NS, LimitColumns, Numbers, Outlook

SECOND = 1_000_000_000
BAND = Limit(above=4.0, below=-2.0)


def numbers(*slopes: float | None) -> Numbers:
    return np.array(slopes, np.float64)


def outlook(value: float | None, slope: float | None, limit: Limit | None = BAND) -> Outlook:
    """Of one criterion between two others, which must not disturb it."""
    limits = LimitColumns(
        [Limit(above=1.0), limit or Limit(), BAND], [(1.0, 1.0), (3.0, 6.0), (9.0, 9.0)]
    )
    several = limits.outlook([1, 0, 1], [value, 0.5, None], numbers(slope, -1.0, 1.0))
    alone = limits.outlook([1], [value], numbers(slope))
    assert [column[0] for column in several] == [column[0] for column in alone]
    assert [column[2] for column in several] == [None, None, None, 1.0]
    every = limits.outlook(slice(None), [0.5, value, None], numbers(-1.0, slope, 1.0))
    assert list(every) == [[column[1], column[0], column[2]] for column in several]
    assert alone.slopes == [slope if slope is not None and math.isfinite(slope) else None]
    return alone


def ahead_ns(value: float | None, slope: float | None, limit: Limit | None = BAND) -> int | None:
    return outlook(value, slope, limit).violates_ns[0]


@pytest.mark.parametrize(
    ("value", "limit", "margin"),
    [
        (3.0, 4.0, 1 / 3),
        (5.5, 4.0, -0.5),
        (-2.0, -2.0, 0.0),
        (0.0, -2.0, 1 / 3),
        (-5.0, -2.0, -0.5),
    ],
)
def test_the_margin_is_counted_from_the_nearest_limit(
    value: float, limit: float, margin: float
) -> None:
    assert outlook(value, None)[:2] == ([limit], [pytest.approx(margin)])


def test_in_the_middle_the_upper_limit_is_the_nearest() -> None:
    assert outlook(1.0, None)[:2] == ([4.0], [1.0])


def test_where_one_side_alone_is_limited_it_is_the_nearest() -> None:
    assert outlook(-1e9, None, Limit(above=4.0)).limits == [4.0]
    assert outlook(1e9, None, Limit(below=-2.0)).limits == [-2.0]


def test_what_has_no_value_has_neither_limit_nor_margin() -> None:
    assert outlook(None, 1.0) == ([None], [None], [None], [1.0])


@pytest.mark.parametrize("value", [4.0, 4.5, 3.5])
def test_a_margin_that_is_no_finite_number_is_none(value: float) -> None:
    limits = LimitColumns([Limit(above=4.0, below=4.0)], [(0.0, 0.0)])
    assert limits.outlook([0], [value], numbers(None))[:2] == ([4.0], [None])


def test_without_limits_there_is_no_margin() -> None:
    assert outlook(1.0, None, Limit()).margins == [None]


@pytest.mark.parametrize(
    ("value", "slope", "seconds"),
    [(1.0, 0.5, 6.0), (1.0, -0.5, 6.0), (4.0, 1.0, 0.0), (-2.0, -1.0, 0.0), (-2.0, 1.0, 6.0)],
)
def test_a_limit_is_as_far_as_the_slope_takes_to_it(
    value: float, slope: float, seconds: float
) -> None:
    assert ahead_ns(value, slope) == seconds * SECOND


def test_the_time_to_a_limit_is_told_to_the_nanosecond() -> None:
    told_ns = ahead_ns(0.0, 3.0)
    assert told_ns == 1_333_333_333
    assert isinstance(told_ns, int)


@pytest.mark.parametrize(
    ("value", "slope", "limit"),
    [
        (None, 1.0, BAND),
        (1.0, None, BAND),
        (1.0, 0.0, BAND),
        (4.0, 0.0, BAND),
        (1.0, 1.0, None),
        (4.1, 1.0, BAND),
        (4.1, -1.0, BAND),
        (-2.1, -1.0, BAND),
        (-2.1, 1.0, BAND),
        (1.0, -1.0, Limit(above=4.0)),
        (1.0, 1e-300, BAND),
        (1.0, math.inf, Limit()),
    ],
)
def test_there_is_none_where_no_limit_lies_ahead(
    value: float | None, slope: float | None, limit: Limit | None
) -> None:
    assert ahead_ns(value, slope, limit) is None


def test_an_hour_ahead_is_the_last_that_is_said() -> None:
    hour_s = HORIZON_NS / SECOND
    assert ahead_ns(0.0, 4.0 / hour_s) == HORIZON_NS
    assert ahead_ns(0.0, 3.999 / hour_s) is None


def test_no_criteria_have_no_outlook() -> None:
    assert LimitColumns([], []).outlook(slice(None), [], numbers()) == ([], [], [], [])
