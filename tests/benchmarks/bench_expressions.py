"""What evaluating an expression costs, live, in microseconds.

A window is also reduced by numpy from all its samples, as it would have to be at every new
one without the operators' memory.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from itertools import count

import numpy as np

from gcs.expressions import Dimension, History, compile_expression, unit_of

SECOND_NS = 1_000_000_000
WINDOW_NS = 1200 * SECOND_NS
RATES_HZ = (10, 100)


class OneParameter:
    """Scope and view of a roll angle with twenty minutes behind it."""

    def __init__(self, rate_hz: int) -> None:
        self._history = History(WINDOW_NS, SECOND_NS)
        self._period_ns = SECOND_NS // rate_hz
        self._ticks = count()
        for _ in range(WINDOW_NS // self._period_ns + 10):
            self.advance()

    def advance(self) -> int:
        """Take the next sample and give its time, ns."""
        tick = next(self._ticks)
        self._history.append(tick * self._period_ns, (tick * 37 % 101) / 2000, True)
        return tick * self._period_ns

    def samples(self, seconds: int) -> tuple[np.ndarray, np.ndarray]:
        """The last ones, as arrays of time and value."""
        last_ns = next(self._ticks) * self._period_ns
        place = self._history.after(last_ns - seconds * SECOND_NS)
        inside = slice(place - self._history.first, None)
        return np.array(self._history.times[inside]), np.array(self._history.values[inside])

    def index(self, name: str) -> int | None:
        return 0 if name == "roll" else None

    def dimension(self, index: int) -> Dimension:
        return unit_of("deg").dimension

    def stale_after_ns(self, index: int) -> int:
        return SECOND_NS

    def value(self, index: int) -> float | None:
        return 0.03

    def age_ns(self, index: int) -> int | None:
        return 0

    def history(self, index: int) -> History:
        return self._history


def _rate(times: np.ndarray, values: np.ndarray) -> float:
    seconds = (times - times[0]) / 1e9
    seconds -= seconds.mean()
    return float((seconds * (values - values[0])).sum() / (seconds * seconds).sum())


POINT_WISE = (
    "abs(roll) > 3 deg",
    "abs(roll) > 3 deg and roll < 5 deg",
    "held(abs(roll) > 3 deg, 5 s)",
)
Recompute = Callable[[np.ndarray, np.ndarray], float]
OVER_TIME: tuple[tuple[str, int, Recompute], ...] = (
    ("rate(roll, 2 s)", 2, _rate),
    ("rate(roll, 20 min)", 1200, _rate),
    ("max_over(abs(roll), 20 min)", 1200, lambda times, values: np.abs(values).max()),
    ("mean_over(roll, 20 min)", 1200, lambda times, values: values.mean()),
    ("rms_over(roll, 20 min)", 1200, lambda times, values: np.sqrt((values**2).mean())),
)


def microseconds(function: Callable[[], object], number: int) -> float:
    return min(timeit.repeat(function, number=number, repeat=3)) / number * 1e6


def costs(text: str, rate_hz: int) -> tuple[OneParameter, float, float]:
    """Of asking again, and of asking after a new sample."""
    world = OneParameter(rate_hz)
    expression = compile_expression(text, world)
    now_ns = world.advance()
    again = microseconds(lambda: expression.evaluate(world, now_ns), 5000)
    moving = microseconds(lambda: expression.evaluate(world, world.advance()), 500)
    return world, again, moving


def main() -> None:
    print(f"{'expression':46} {'asked again':>11} {'new sample':>11} {'recomputed':>11}   us")
    for text in POINT_WISE:
        _, again, moving = costs(text, RATES_HZ[0])
        print(f"{text:46} {again:11.2f} {moving:11.2f}")
    for rate_hz in RATES_HZ:
        for text, seconds, recompute in OVER_TIME:
            world, again, moving = costs(text, rate_hz)
            times, values = world.samples(seconds)
            whole = microseconds(lambda r=recompute, t=times, v=values: r(t, v), 100)
            named = f"{text} at {rate_hz} Hz"
            print(f"{named:46} {again:11.2f} {moving:11.2f} {whole:11.2f}   {whole / moving:.1f}x")


if __name__ == "__main__":
    main()
