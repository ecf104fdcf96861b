"""The operators over a window of samples: `max_over`, `min_over`, `mean_over`, `rms_over`, `rate`.

An answer depends on nothing but the samples in the window, so it is the same
however they came in and whenever it was asked before. Work is done when samples enter or
leave the window, not at every evaluation, and in numpy, not in Python: the extremes look
at the entering samples only, until the extreme itself leaves.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from gcs.expressions.history import History
from gcs.expressions.pointwise import PointWise, Samples

_SECOND_NS = 1e9


class WindowOperator(Protocol):
    """One operator at one place of an expression."""

    def __call__(self, history: History, now_ns: int) -> float | None:
        """Its value over (now - window, now]; None is unknown."""
        ...


class _Remembering(ABC):
    """Answers again what it answered, until the samples in the window change."""

    def __init__(self, point_wise: PointWise, window_ns: int) -> None:
        self._point_wise = point_wise
        self._window_ns = window_ns
        self._seen: tuple[History, int, int, int] | None = None
        self._answer: float | None = None

    def __call__(self, history: History, now_ns: int) -> float | None:
        places = history.select(now_ns, self._window_ns)
        if places is None:
            return None
        seen = (history, history.revision, *places)
        if seen != self._seen:
            with np.errstate(all="ignore"):
                answer = self._compute(history, *places)
            self._answer = answer if answer is not None and math.isfinite(answer) else None
            self._seen = seen
        return self._answer

    @abstractmethod
    def _compute(self, history: History, first: int, end: int) -> float | None:
        """The answer from the samples at these places."""


class _Extreme(_Remembering):
    """The largest sample, or with `sign` -1 the smallest.

    A sample at which the expression is not defined makes the answer unknown until
    it leaves: NaN is an extreme like the others.
    """

    def __init__(self, point_wise: PointWise, window_ns: int, sign: int) -> None:
        super().__init__(point_wise, window_ns)
        self._sign = sign
        self._place = -1
        self._extreme = math.nan

    def _compute(self, history: History, first: int, end: int) -> float:
        known_end = self._still_known(history, first, end)
        if known_end is None:
            self._place, self._extreme = self._scan(history, first, end)
        elif known_end < end and not math.isnan(self._extreme):
            place, extreme = self._scan(history, known_end, end)
            if not extreme < self._extreme:
                self._place, self._extreme = place, extreme
        return self._sign * self._extreme

    def _still_known(self, history: History, first: int, end: int) -> int | None:
        """Where the samples end that the remembered extreme speaks for, if it still stands."""
        if self._seen is None:
            return None
        seen_history, revision, seen_first, seen_end = self._seen
        same = seen_history is history and revision == history.revision
        onward = seen_first <= first <= self._place and seen_end <= end
        return seen_end if same and onward else None

    def _scan(self, history: History, first: int, end: int) -> tuple[int, float]:
        values = self._sign * self._point_wise(history.values(first, end))
        at = int(np.argmax(values))  # the first NaN, if there is one
        return first + at, float(values[at])


class _Reduction(_Remembering):
    """A number made of all samples of the window."""

    def __init__(
        self, point_wise: PointWise, window_ns: int, reduce: Callable[[Samples], float]
    ) -> None:
        super().__init__(point_wise, window_ns)
        self._reduce = reduce

    def _compute(self, history: History, first: int, end: int) -> float:
        return self._reduce(self._point_wise(history.values(first, end)))


class _Rate(_Remembering):
    """The slope of the straight line that fits the samples best (least squares), per second.

    Unknown with fewer than two samples.
    """

    def _compute(self, history: History, first: int, end: int) -> float | None:
        if end - first < 2:
            return None
        times_ns = history.times_ns(first, end)
        # Nanoseconds since 1970 do not fit a double; those since the first sample do.
        times = (times_ns - times_ns[0]) / _SECOND_NS
        times -= times.mean()
        values = self._point_wise(history.values(first, end))
        # Only differences matter; a large common part would eat their digits.
        values = values - values[0]
        return float((times * values).sum() / (times * times).sum())


def _mean(values: Samples) -> float:
    return float(values.sum()) / len(values)


def _rms(values: Samples) -> float:
    return math.sqrt(_mean(values * values))


_BUILDERS: Mapping[str, Callable[[PointWise, int], WindowOperator]] = {
    "max_over": lambda point_wise, window_ns: _Extreme(point_wise, window_ns, 1),
    "min_over": lambda point_wise, window_ns: _Extreme(point_wise, window_ns, -1),
    "mean_over": lambda point_wise, window_ns: _Reduction(point_wise, window_ns, _mean),
    "rms_over": lambda point_wise, window_ns: _Reduction(point_wise, window_ns, _rms),
    "rate": _Rate,
}


def window_operator(name: str, point_wise: PointWise, window_ns: int) -> WindowOperator:
    """The operator of that name over (now - `window_ns`, now]."""
    return _BUILDERS[name](point_wise, window_ns)
