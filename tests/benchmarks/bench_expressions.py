"""What evaluating an expression costs, live, in microseconds."""

from __future__ import annotations

import timeit
from itertools import count

from gcs.expressions import Dimension, History, compile_expression, unit_of

SECOND_NS = 1_000_000_000
PERIOD_NS = SECOND_NS // 10
WINDOW_NS = 1200 * SECOND_NS


class OneParameter:
    """Scope and view of a roll angle at 10 Hz with twenty minutes behind it."""

    def __init__(self) -> None:
        self._history = History(WINDOW_NS, SECOND_NS)
        self._ticks = count()
        for _ in range(WINDOW_NS // PERIOD_NS + 10):
            self.advance()

    def advance(self) -> int:
        """Take the next sample and give its time, ns."""
        tick = next(self._ticks)
        self._history.append(tick * PERIOD_NS, (tick * 37 % 101) / 2000, True)
        return tick * PERIOD_NS

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


TEXTS = (
    "abs(roll) > 3 deg",
    "abs(roll) > 3 deg and roll < 5 deg",
    "held(abs(roll) > 3 deg, 5 s)",
    "rate(roll, 2 s)",
    "max_over(abs(roll), 20 min) < 3 deg",
    "mean_over(roll, 20 min)",
    "rms_over(roll, 20 min)",
)


def microseconds(function: object, number: int) -> float:
    return min(timeit.repeat(function, number=number, repeat=3)) / number * 1e6  # type: ignore[call-overload,no-any-return]


def main() -> None:
    print(f"{'expression':40} {'asked again':>12} {'new sample':>12}   us")
    for text in TEXTS:
        world = OneParameter()
        expression = compile_expression(text, world)
        now_ns = world.advance()
        again = microseconds(lambda e=expression, w=world, t=now_ns: e.evaluate(w, t), 5000)
        moving = microseconds(lambda e=expression, w=world: e.evaluate(w, w.advance()), 500)
        print(f"{text:40} {again:12.2f} {moving:12.2f}")


if __name__ == "__main__":
    main()
