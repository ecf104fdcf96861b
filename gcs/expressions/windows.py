"""The operators over a window of samples: `max_over`, `min_over`, `mean_over`, `rms_over`, `rate`.

An answer depends on nothing but the samples in the window, to the last bit: not on the
order in which they came, nor on when it was asked before. A sample costs work when it
enters the window and when it leaves it, and none in between, however long the window is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Mapping

from gcs.expressions.history import History
from gcs.expressions.sums import Line, exact, mean, root_mean_square, slope

PointWise = Callable[[float], float | None]
"""The expression over one sample; None where it is not defined."""


class _Aggregate(ABC):
    """Something about a set of samples that is known without looking through it."""

    @abstractmethod
    def enter(self, time_ns: int, value: float) -> None:
        """Take a sample newer than all others."""

    @abstractmethod
    def enter_late(self, time_ns: int, value: float) -> None:
        """Take a sample of any other time."""

    @abstractmethod
    def leave(self, time_ns: int, value: float) -> None:
        """Let go of the oldest sample."""

    @abstractmethod
    def answer(self) -> float | None:
        """The answer over at least one sample."""


class _Extreme(_Aggregate):
    """The largest value, or with `sign` -1 the smallest.

    Kept are the samples that are larger than all newer ones: the others will never be
    the largest, as these leave later. So the values fall, and the first is the answer.
    """

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._kept: deque[tuple[int, float]] = deque()

    def enter(self, time_ns: int, value: float) -> None:
        self._put(len(self._kept), time_ns, self._sign * value)

    def enter_late(self, time_ns: int, value: float) -> None:
        at = bisect_left(self._kept, (time_ns,))
        value *= self._sign
        if at == len(self._kept) or self._kept[at][1] < value:
            self._put(at, time_ns, value)

    def _put(self, at: int, time_ns: int, value: float) -> None:
        kept = self._kept
        while at and kept[at - 1][1] <= value:
            at -= 1
            del kept[at]
        kept.insert(at, (time_ns, value))

    def leave(self, time_ns: int, value: float) -> None:
        if self._kept[0][0] == time_ns:
            self._kept.popleft()

    def answer(self) -> float | None:
        # Adding nothing makes of -0.0 the 0.0 that it equals.
        return self._sign * self._kept[0][1] + 0.0


class _Mean(_Aggregate):
    """The mean of the values, each raised to `power`, and what `finish` makes of it."""

    def __init__(self, power: int, finish: Callable[[int, int], float | None]) -> None:
        self._power = power
        self._finish = finish
        self._count = 0
        self._total = 0

    def enter(self, time_ns: int, value: float) -> None:
        self._count += 1
        self._total += exact(value) ** self._power

    enter_late = enter

    def leave(self, time_ns: int, value: float) -> None:
        self._count -= 1
        self._total -= exact(value) ** self._power

    def answer(self) -> float | None:
        return self._finish(self._count, self._total)


class _Rate(_Aggregate):
    """The slope of the straight line that fits the samples best (least squares), per second.

    Unknown with fewer than two samples.
    """

    def __init__(self) -> None:
        # The line is the same wherever time is counted from; small numbers are quicker.
        self._origin_ns: int | None = None
        self._count = self._times = self._squares = self._values = self._products = 0

    def enter(self, time_ns: int, value: float) -> None:
        self._add(1, time_ns, value)

    enter_late = enter

    def leave(self, time_ns: int, value: float) -> None:
        self._add(-1, time_ns, value)

    def _add(self, sign: int, time_ns: int, value: float) -> None:
        if self._origin_ns is None:
            self._origin_ns = time_ns
        time, scaled = time_ns - self._origin_ns, sign * exact(value)
        self._count += sign
        self._times += sign * time
        self._squares += sign * time * time
        self._values += scaled
        self._products += time * scaled

    def answer(self) -> float | None:
        return slope(Line(self._count, self._times, self._squares, self._values, self._products))


_AGGREGATES: Mapping[str, Callable[[], _Aggregate]] = {
    "max_over": lambda: _Extreme(1),
    "min_over": lambda: _Extreme(-1),
    "mean_over": lambda: _Mean(1, mean),
    "rms_over": lambda: _Mean(2, root_mean_square),
    "rate": _Rate,
}


class WindowOperator:
    """One operator at one place of an expression: follows the samples of (now - window, now]."""

    def __init__(self, name: str, point_wise: PointWise, window_ns: int) -> None:
        self._new = _AGGREGATES[name]
        self._point_wise = point_wise
        self._window_ns = window_ns
        self._history: History | None = None
        self._answer: float | None = None
        self._answered = False
        self._restart(0, 0)

    def __call__(self, history: History, now_ns: int) -> float | None:
        """Its value; None is unknown. `now_ns` never decreases for one history."""
        history.trim(now_ns)
        start_ns = now_ns - self._window_ns
        self._follow(history, start_ns, now_ns)
        covered_ns = history.covered_between(self._first, self._end, start_ns, now_ns)
        if self._first == self._end or covered_ns * 100 < self._window_ns * 99:
            return None
        if not self._answered:
            self._answer = None if self._undefined else self._aggregate.answer()
            self._answered = True
        return self._answer

    def _restart(self, place: int, revision: int) -> None:
        """Forget everything; the window is empty and begins at a place."""
        self._aggregate = self._new()
        self._undefined = 0
        self._first = self._end = place
        self._revision = revision
        self._start_ns = self._now_ns = 0
        self._answered = False

    def _follow(self, history: History, start_ns: int, now_ns: int) -> None:
        if (
            history is not self._history
            or history.revision != self._revision
            or history.first > self._first
        ):
            self._catch_up(history, start_ns)
        for time_ns, value in history.until(self._end, now_ns):
            self._end += 1
            self._pass(self._aggregate.enter, 1, time_ns, value)
        for time_ns, value in history.until(self._first, start_ns):
            self._first += 1
            self._pass(self._aggregate.leave, -1, time_ns, value)
        self._start_ns, self._now_ns = start_ns, now_ns

    def _catch_up(self, history: History, start_ns: int) -> None:
        """Take what came late, or begin anew."""
        late = history.late(self._revision) if history is self._history else None
        if late is None or history.first > self._first:
            # Another past, or too much of this one came or went since the last look.
            self._history = history
            self._restart(history.after(start_ns), history.revision)
            return
        self._revision = history.revision
        for time_ns, value in late:
            self._enter_late(time_ns, value)

    def _enter_late(self, time_ns: int, value: float) -> None:
        if time_ns > self._now_ns:
            return
        self._end += 1
        if time_ns <= self._start_ns:
            self._first += 1
        else:
            self._pass(self._aggregate.enter_late, 1, time_ns, value)

    def _pass(
        self, tell: Callable[[int, float], None], sign: int, time_ns: int, sampled: float
    ) -> None:
        """Tell the aggregate of a sample, or count it where the expression is not defined."""
        self._answered = False
        value = self._point_wise(sampled)
        if value is None:
            self._undefined += sign
        else:
            tell(time_ns, value)
