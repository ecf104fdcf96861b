"""What asking an expression safely answers: a crash and nonsense are unknown, and say so."""

from __future__ import annotations

import math

import pytest

from gcs.expressions import Expression, number, truth
from tests.expressions.fakes import FakeView, compiled

CRASH = "check crashed: ZeroDivisionError: division by zero"
HIGH = compiled("nav.altitude > 1 km")
ALTITUDE = compiled("nav.altitude")


def view(altitude_m: float | None) -> FakeView:
    seen = FakeView()
    if altitude_m is not None:
        seen.values["nav.altitude"] = altitude_m
    return seen


@pytest.mark.parametrize(("altitude_m", "holds"), [(2e3, True), (5e2, False), (None, None)])
def test_a_condition_is_true_false_or_unknown(altitude_m: float | None, holds: bool | None) -> None:
    assert truth(HIGH, view(altitude_m), 0) == (holds, "")


@pytest.mark.parametrize("altitude_m", [2e3, -1.0, 0.0, None])
def test_a_number_has_a_value_in_si_or_is_unknown(altitude_m: float | None) -> None:
    assert number(ALTITUDE, view(altitude_m), 0) == (altitude_m, "")


def test_both_ask_at_the_moment_that_they_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        Expression, "evaluate", lambda _, seen, now_ns: asked.append((seen, now_ns))
    )
    here = view(1.0)
    truth(HIGH, here, 7)
    number(ALTITUDE, here, 8)
    assert asked == [(here, 7), (here, 8)]


def test_a_crash_is_unknown_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Expression, "evaluate", lambda *_: 1 / 0)
    assert truth(HIGH, view(1.0), 0) == (None, CRASH)
    assert number(ALTITUDE, view(1.0), 0) == (None, CRASH)


@pytest.mark.parametrize("nonsense", [0.0, 1.0, math.nan, "true"])
def test_what_is_neither_true_nor_false_is_unknown(
    nonsense: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Expression, "evaluate", lambda *_: nonsense)
    told = f"check crashed: {nonsense!r} is neither true nor false"
    assert truth(HIGH, view(1.0), 0) == (None, told)


@pytest.mark.parametrize("nonsense", [True, False, math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_unknown(
    nonsense: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Expression, "evaluate", lambda *_: nonsense)
    told = f"check crashed: {nonsense!r} is not a finite number"
    assert number(ALTITUDE, view(1.0), 0) == (None, told)
