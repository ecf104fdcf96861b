"""How far values are from their no-go limits, and how soon they will be there.

All criteria are looked at together, as columns: with hundreds of them, ten times a second,
that is several times cheaper than one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gcs.clock import SECOND_NS
from gcs.decision.limits import Limit

HORIZON_NS = 3600 * SECOND_NS
"""What a line through ten seconds says of the time beyond is not worth saying; assumed."""

Numbers: TypeAlias = NDArray[np.float64]
Places: TypeAlias = slice | list[int]
"""Which of the criteria, as numpy picks rows; all of them, as a slice, are not copied."""


class Outlook(NamedTuple):
    """A row a criterion; None where there is no value, no slope, or no limit ahead.

    limits: the no-go limit that the value is closest to leaving by, or has left by most; SI
    margins: how far inside it is, in scales; negative outside; None where not finite
    violates_ns: time until a value that goes on with its slope leaves its limits
    slopes: as they were given; SI per second
    """

    limits: list[float | None]
    margins: list[float | None]
    violates_ns: list[int | None]
    slopes: list[float | None]


class LimitColumns:
    """The no-go limits of criteria, as columns."""

    def __init__(self, limits: Sequence[Limit], scales: Sequence[tuple[float, float]]) -> None:
        """`scales`: what a margin of 1 means at the upper and at the lower limit, SI."""
        self._above = np.array([limit.above for limit in limits])
        self._below = np.array([limit.below for limit in limits])
        self._scale_above, self._scale_below = np.array(scales).reshape(-1, 2).T

    def outlook(
        self,
        at: Places,
        values: Sequence[float | None],
        slopes: Numbers,
    ) -> Outlook:
        """Of the criteria `at` these places; their SI values, their slopes per second or NaN."""
        value = np.array(values, np.float64)
        above, below = self._above[at], self._below[at]
        with np.errstate(all="ignore"):
            to_above, to_below = above - value, value - below
            upper = to_above <= to_below
            margin = np.where(
                upper, to_above / self._scale_above[at], to_below / self._scale_below[at]
            )
            # Without a slope, none of the ways ahead is a number within the horizon.
            left = np.where(slopes > 0.0, to_above, to_below)
            ahead_ns = left / np.abs(slopes) * SECOND_NS
            inside = (to_above >= 0.0) & (to_below >= 0.0)
            ahead = inside & (ahead_ns <= HORIZON_NS)
        return Outlook(
            _told(np.where(upper, above, below), np.isfinite(value)),
            _told(margin, np.isfinite(margin)),
            _told(np.rint(np.where(ahead, ahead_ns, 0.0)).astype(np.int64), ahead),
            _told(slopes, np.isfinite(slopes)),
        )


def _told(column: NDArray[Any], where: NDArray[np.bool_]) -> list[Any]:
    """The numbers as they are, None elsewhere."""
    objects = column.astype(np.object_)
    objects[~where] = None
    numbers: list[Any] = objects.tolist()
    return numbers
