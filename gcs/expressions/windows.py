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
from gcs.expressions.sums import exact, mean, root_mean_square, slope

PointWise = Callable[[float], float | None]
"""The expression over one sample; None where it is not defined."""


class _Aggregate(ABC):
    """Something about a set of samples that is known without looking through it."""

    __slots__ = ()

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

    __slots__ = ("_kept", "_sign")

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._kept: deque[tuple[int, float]] = deque()

    def enter(self, time_ns: int, value: float) -> None:
        kept, value = self._kept, self._sign * value
        while kept and kept[-1][1] <= value:
            kept.pop()
        kept.append((time_ns, value))

    def enter_late(self, time_ns: int, value: float) -> None:
        kept, value = self._kept, self._sign * value
        at = bisect_left(kept, (time_ns,))
        if at < len(kept) and kept[at][1] >= value:
            return
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
    """The mean of the values."""

    __slots__ = ("_count", "_total")

    def __init__(self) -> None:
        self._count = self._total = 0

    def enter(self, time_ns: int, value: float) -> None:
        self._count += 1
        self._total += exact(value)

    enter_late = enter

    def leave(self, time_ns: int, value: float) -> None:
        self._count -= 1
        self._total -= exact(value)

    def answer(self) -> float | None:
        return mean(self._count, self._total)


class _RootMeanSquare(_Aggregate):
    """The root of the mean of the values' squares."""

    __slots__ = ("_count", "_total")

    def __init__(self) -> None:
        self._count = self._total = 0

    def enter(self, time_ns: int, value: float) -> None:
        self._count += 1
        self._total += exact(value) ** 2

    enter_late = enter

    def leave(self, time_ns: int, value: float) -> None:
        self._count -= 1
        self._total -= exact(value) ** 2

    def answer(self) -> float | None:
        return root_mean_square(self._count, self._total)


class _Rate(_Aggregate):
    """The slope of the straight line that fits the samples best (least squares), per second.

    Unknown with fewer than two samples.
    """

    __slots__ = ("_count", "_origin_ns", "_products", "_squares", "_times", "_values")

    def __init__(self) -> None:
        # The line is the same wherever time is counted from; small numbers are quicker.
        self._origin_ns: int | None = None
        self._count = self._times = self._squares = self._values = self._products = 0

    def enter(self, time_ns: int, value: float) -> None:
        if self._origin_ns is None:
            self._origin_ns = time_ns
        time, scaled = time_ns - self._origin_ns, exact(value)
        self._count += 1
        self._times += time
        self._squares += time * time
        self._values += scaled
        self._products += time * scaled

    enter_late = enter

    def leave(self, time_ns: int, value: float) -> None:
        assert self._origin_ns is not None
        time, scaled = time_ns - self._origin_ns, exact(value)
        self._count -= 1
        self._times -= time
        self._squares -= time * time
        self._values -= scaled
        self._products -= time * scaled

    def answer(self) -> float | None:
        return slope(self._count, self._times, self._squares, self._values, self._products)


_AGGREGATES: Mapping[str, Callable[[], _Aggregate]] = {
    "max_over": lambda: _Extreme(1),
    "min_over": lambda: _Extreme(-1),
    "mean_over": _Mean,
    "rms_over": _RootMeanSquare,
    "rate": _Rate,
}


class _Through(_Aggregate):
    """An aggregate over an expression of each sample; unknown where it is not defined for one."""

    __slots__ = ("_aggregate", "_point_wise", "_undefined")

    def __init__(self, aggregate: _Aggregate, point_wise: PointWise) -> None:
        self._aggregate = aggregate
        self._point_wise = point_wise
        self._undefined = 0

    def enter(self, time_ns: int, value: float) -> None:
        seen = self._point_wise(value)
        if seen is None:
            self._undefined += 1
        else:
            self._aggregate.enter(time_ns, seen)

    def enter_late(self, time_ns: int, value: float) -> None:
        seen = self._point_wise(value)
        if seen is None:
            self._undefined += 1
        else:
            self._aggregate.enter_late(time_ns, seen)

    def leave(self, time_ns: int, value: float) -> None:
        seen = self._point_wise(value)
        if seen is None:
            self._undefined -= 1
        else:
            self._aggregate.leave(time_ns, seen)

    def answer(self) -> float | None:
        return None if self._undefined else self._aggregate.answer()


class WindowOperator:
    """One operator at one place of an expression: follows the samples of (now - window, now]."""

    __slots__ = (
        "_aggregate",
        "_answer",
        "_answered",
        "_end",
        "_first",
        "_history",
        "_name",
        "_now_ns",
        "_point_wise",
        "_revision",
        "_start_ns",
        "_window_ns",
    )

    def __init__(self, name: str, point_wise: PointWise | None, window_ns: int) -> None:
        """`point_wise` is None over the samples as they are."""
        self._name = name
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
        if (
            history is not self._history
            or history.revision != self._revision
            or history.first > self._first
        ):
            self._catch_up(history, start_ns)
        self._follow(history, start_ns, now_ns)
        first, end = self._first, self._end
        if first == end:
            return None
        covered_ns = history.covered_ns(first, end, start_ns, now_ns)
        if covered_ns * 100 < self._window_ns * 99:
            return None
        if not self._answered:
            self._answer = self._aggregate.answer()
            self._answered = True
        return self._answer

    def _restart(self, place: int, revision: int) -> None:
        """Forget everything; the window is empty and begins at a place."""
        self._aggregate = _AGGREGATES[self._name]()
        if self._point_wise is not None:
            self._aggregate = _Through(self._aggregate, self._point_wise)
        self._first = self._end = place
        self._revision = revision
        self._start_ns = self._now_ns = 0
        self._answered = False

    def _follow(self, history: History, start_ns: int, now_ns: int) -> None:
        """Let samples enter up to now, and leave up to the start."""
        times, values, dropped = history.times, history.values, history.first
        at, count = self._end - dropped, len(times)
        while at < count and times[at] <= now_ns:
            self._aggregate.enter(times[at], values[at])
            at += 1
            self._answered = False
        self._end = at + dropped
        at = self._first - dropped
        while at < count and times[at] <= start_ns:
            self._aggregate.leave(times[at], values[at])
            at += 1
            self._answered = False
        self._first = at + dropped
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
            self._aggregate.enter_late(time_ns, value)
            self._answered = False
