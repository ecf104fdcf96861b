"""What columns answer is what was answered live, to the last bit, whatever came how."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gcs.expressions import Column, compile_expression, evaluate_columns
from tests.expressions.fakes import NAMES, SECOND_NS, FakeScope
from tests.expressions.signals import (
    EPOCH_NS,
    STALE_AFTER_NS,
    TENTH_NS,
    Received,
    columns,
    live,
    moments,
    same,
    signals,
)

OVER_TIME = ("max_over", "min_over", "mean_over", "rms_over", "rate")
POINT_WISE = (
    "nav.altitude",
    "-nav.altitude / 3 m",
    "1 m / nav.altitude + nav.speed / 1 m/s",
    "sqrt(nav.altitude * nav.altitude) - abs(nav.altitude)",
    "hypot(nav.altitude, 3 m)",
    "atan2(nav.altitude, nav.altitude * nav.altitude / 1 m)",
    "clamp(nav.altitude, nav.speed * 1 s, 1 km)",
    "median(nav.altitude, 3 m, nav.speed * 2 s, -1 m)",
    "min(nav.altitude, -nav.altitude, 0 m) / max(nav.speed, -nav.speed, 0 m/s)",
    "age(nav.altitude)",
)
CONDITIONS = (
    "true",
    "nav.altitude > 0 m",
    "nav.altitude == 0 m or nav.speed != 1 m/s and not barge.deck.roll <= 0 deg",
    "not (nav.altitude < nav.speed * 1 s or nav.speed >= 0 m/s or false)",
    "held(nav.altitude >= 0 m, 400 ms)",
    "held(not held(nav.altitude > 1 m, 200 ms) or nav.speed > 0 m/s, 700 ms)",
    "nav.altitude > 1 m and held(nav.speed > 0 m/s, 300 ms)",
    "age(nav.altitude) < 200 ms or max_over(abs(nav.speed), 1 s) > 5 m/s",
)
INSIDES = ("nav.altitude", "abs(nav.altitude) * 3 - 1 m", "1 m / (nav.altitude - 1 m)")


def batch(text: str, samples: list[Received], at_ns: list[int]) -> list[float]:
    expression = compile_expression(text, FakeScope(STALE_AFTER_NS))
    return evaluate_columns(expression, columns(samples), np.array(at_ns, np.int64)).tolist()


def assert_equal(text: str, samples: list[Received], at_ns: list[int]) -> None:
    lived, found = live(text, samples, at_ns), batch(text, samples, at_ns)
    assert len(lived) == len(found)
    wrong = [row for row in zip(at_ns, lived, found, strict=True) if not same(*row[1:])]
    assert not wrong, f"{text}: {wrong[0]}"


@pytest.mark.parametrize("text", POINT_WISE + CONDITIONS)
@given(samples=signals(), at_ns=moments())
def test_batch_is_live(text, samples, at_ns):
    assert_equal(text, samples, at_ns)


@pytest.mark.parametrize("operator", OVER_TIME)
@pytest.mark.parametrize("inside", INSIDES)
@given(
    samples=signals(NAMES[:1], most=40),
    at_ns=moments(),
    window=st.sampled_from(["1 ns", "100 ms", "1 s", "2.5 s"]),
)
def test_batch_is_live_over_time(operator, inside, samples, at_ns, window):
    assert_equal(f"{operator}({inside}, {window})", samples, at_ns)


def steady(seconds: int, period_ns: int = TENTH_NS, seed: int = 1) -> list[Received]:
    """A signal that covers its windows; a third of it comes late and out of order."""
    random = np.random.default_rng(seed)
    samples = []
    for i in range(seconds * SECOND_NS // period_ns):
        source_ns = EPOCH_NS + i * period_ns
        delay_ns = int(random.integers(0, SECOND_NS)) if random.random() < 1 / 3 else 0
        value = float(random.normal(1.0, 3.0))
        samples.append(Received(source_ns + delay_ns, NAMES[0], source_ns, value, good=True))
    return sorted(samples, key=lambda sample: sample.receipt_ns)


@pytest.mark.parametrize("operator", OVER_TIME)
@pytest.mark.parametrize("seed", range(3))
def test_batch_is_live_over_full_windows_too(operator, seed):
    at_ns = [EPOCH_NS + i * TENTH_NS // 3 for i in range(1200)]
    samples = steady(40, seed=seed)
    text = f"{operator}(nav.altitude, 3 s)"
    assert_equal(text, samples, at_ns)
    known = np.isfinite(batch(text, samples, at_ns))
    assert 300 < known.sum() < 1150


@given(st.integers(-(2**62), 2**62), st.integers(-(2**62), 2**62))
@example(2**62, -(2**62))
def test_times_that_no_clock_shows_do_no_harm(first_ns, second_ns):
    samples = [
        Received(EPOCH_NS + i, NAMES[0], source_ns, float(i), good=True)
        for i, source_ns in enumerate([EPOCH_NS, first_ns, second_ns, EPOCH_NS + 1])
    ]
    for operator in ("max_over", "mean_over"):
        assert_equal(f"{operator}(nav.altitude, 1 s)", samples, [EPOCH_NS + 9, EPOCH_NS + 10])


def test_the_last_word_stands_whatever_its_time():
    came = [(0, 5, 1.0), (1, 3, 2.0), (2, 4, 3.0)]
    receipt, source, value = (np.array(side) for side in zip(*came, strict=True))
    expression = compile_expression("nav.altitude", FakeScope(STALE_AFTER_NS))
    measured, computed = (
        evaluate_columns(
            expression,
            {0: Column(source, receipt, value, value > 0, last_word)},
            np.arange(-1, 4),
        ).tolist()
        for last_word in (False, True)
    )
    assert measured[1:] == [1.0, 1.0, 1.0, 1.0]
    assert computed[1:] == [1.0, 2.0, 3.0, 3.0]
    assert np.isnan([measured[0], computed[0]]).all()


def test_what_was_never_received_is_unknown():
    at_ns = [EPOCH_NS, EPOCH_NS + 1]
    for text in (*POINT_WISE, *(f"{operator}(nav.altitude, 1 s)" for operator in OVER_TIME)):
        assert np.isnan(batch(text, [], at_ns)).all()
    assert batch("nav.altitude > 1 m or true", [], at_ns) == [1.0, 1.0]
    assert batch("nav.altitude > 1 m", [], []) == []


def test_moments_that_go_back_are_refused():
    with pytest.raises(ValueError, match="never decrease"):
        batch("nav.altitude", [], [2, 1])


def test_columns_that_cannot_be_are_refused():
    ones, two = np.ones(1, np.int64), np.array([2, 1])
    with pytest.raises(ValueError, match="equal lengths"):
        Column(ones, two, ones.astype(float), ones > 0)
    with pytest.raises(ValueError, match="order of receipt"):
        Column(two, two, two.astype(float), two > 0)
