"""On full uniform windows, live and batch say what rtamt says, and what numpy says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from gcs.expressions import compile_expression, evaluate_columns
from tests.expressions.fakes import NAMES, FakeScope
from tests.expressions.rtamt_peer import NO_RTAMT
from tests.expressions.signals import (
    EPOCH_NS,
    STALE_AFTER_NS,
    TENTH_NS,
    Received,
    columns,
    live,
    same,
)

COUNT = 400
TIMES_NS = [EPOCH_NS + i * TENTH_NS for i in range(COUNT)]
ALTITUDE, SPEED = NAMES[:2]


def signals() -> dict[str, list[float]]:
    """Both swing and jump: conditions on them hold now for long, now shortly."""
    random, steps = np.random.default_rng(7), np.arange(COUNT)
    x = 4 * np.sin(steps / 31) + random.normal(size=COUNT)
    y = 4 * np.sin(steps / 9) + random.normal(size=COUNT)
    return {"x": x.tolist(), "y": y.tolist()}


SIGNALS = signals()
SAMPLES = [
    Received(at_ns, name, at_ns, value, good=True)
    for at_ns, *values in zip(TIMES_NS, SIGNALS["x"], SIGNALS["y"], strict=True)
    for name, value in zip((ALTITUDE, SPEED), values, strict=True)
]

RTAMT = {
    "max_over(nav.altitude, 2 s)": "once[0,19](x)",
    "min_over(abs(nav.altitude) * 2 - 1 m, 2 s)": "historically[0,19](abs(x) * 2.0 - 1.0)",
    "max_over(sqrt(abs(nav.speed)) / 1 m, 700 ms)": "once[0,6](sqrt(abs(y)))",
    "max_over(nav.altitude, 1 s) / 1 m - min_over(nav.speed, 3 s) / 1 m/s": (
        "(once[0,9](x)) - (historically[0,29](y))"
    ),
    "nav.altitude * 3 / 1 m + nav.speed / 2 m/s": "x * 3.0 + y / 2.0",
    "nav.altitude > 1 m and not (nav.speed <= 2 m/s or nav.altitude < 3 m)": (
        "(x > 1.0) and not((y <= 2.0) or (x < 3.0))"
    ),
    "max_over(abs(nav.speed), 20 s) < 6 m/s or nav.altitude >= 4 m": (
        "((once[0,199](abs(y))) < 6.0) or (x >= 4.0)"
    ),
    "min_over(nav.speed, 2 s) > -4.5 m/s and max_over(nav.altitude, 300 ms) < 2 m": (
        "((historically[0,19](y)) > -4.5) and ((once[0,2](x)) < 2.0)"
    ),
    "held(nav.speed > -1 m/s, 1 s)": "historically[0,10](y > -1.0)",
    "not held(nav.speed > 1 m/s or nav.altitude < 0 m, 500 ms)": (
        "not(historically[0,5]((y > 1.0) or (x < 0.0)))"
    ),
}
FULL_FROM = 200


def ours(text: str) -> list[float]:
    """What batch says, which is what live says."""
    expression = compile_expression(text, FakeScope(STALE_AFTER_NS))
    found = evaluate_columns(expression, columns(SAMPLES), np.array(TIMES_NS)).tolist()
    lived = live(text, SAMPLES, TIMES_NS)
    assert all(same(a, b) for a, b in zip(lived, found, strict=True))
    return found


@pytest.fixture(scope="module")
def rtamt() -> dict[str, list[float]]:
    peer = Path(__file__).with_name("rtamt_peer.py")
    asked = json.dumps({"signals": SIGNALS, "specifications": list(RTAMT.values())})
    done = subprocess.run(
        [sys.executable, peer],
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode == NO_RTAMT:
        pytest.skip(f"NOT COMPARED WITH RTAMT: it cannot be imported: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return dict(zip(RTAMT, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("text", RTAMT)
def test_equals_rtamt_on_full_windows(text, rtamt):
    """Its conditions are true above 0: a limit is nowhere hit exactly."""
    found, theirs = np.array(ours(text)), np.array(rtamt[text])
    if any(sign in text for sign in "<>"):
        assert (theirs[FULL_FROM:] != 0.0).all()
        theirs = np.where(theirs > 0.0, 1.0, 0.0)
        assert set(found[FULL_FROM:]) == {0.0, 1.0}
    assert found[FULL_FROM:] == pytest.approx(theirs[FULL_FROM:], rel=1e-14)


def over(operator: Callable[..., Sequence[float]], count: int) -> np.ndarray:
    """A numpy reduction of every full window of x, from the row at which the first one ends."""
    return np.asarray(operator(sliding_window_view(np.array(SIGNALS["x"]), count), axis=1))


def slopes(windows: np.ndarray, axis: int) -> np.ndarray:
    times = np.arange(windows.shape[axis]) / 10
    return np.array([np.polyfit(times, window, 1)[0] for window in windows])


NUMPY = {
    "max_over": np.max,
    "min_over": np.min,
    "mean_over": np.mean,
    "rms_over": lambda windows, axis: np.sqrt(np.mean(windows**2, axis=axis)),
    "rate": slopes,
}


@pytest.mark.parametrize("operator", NUMPY)
@pytest.mark.parametrize("tenths", [2, 7, 20, 200])
def test_equals_numpy_on_full_windows(operator, tenths):
    found = np.array(ours(f"{operator}(nav.altitude, {tenths * 100} ms)"))
    expected = over(NUMPY[operator], tenths)
    # The first sample covers no time yet; with few samples that is more than 1 %.
    first = tenths if tenths < 100 else tenths - 1
    assert np.isnan(found[: first - 1]).all()
    assert found[first:] == pytest.approx(expected[first - tenths + 1 :], rel=1e-9, abs=1e-9)
