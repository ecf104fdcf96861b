"""The functions of the language, one row each: how many arguments, which units, what value.

Each has two forms with one meaning, to the last bit: over floats for live evaluation, over
arrays for recorded columns. Both take finite numbers and answer NaN where the result is not
defined; the array forms pass NaN on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from gcs.expressions.units import ANGLE, Dimension

Scalar = Callable[..., float]
Vector = Callable[..., Any]


@dataclass(frozen=True)
class Function:
    """A function of `least` to `most` numbers. All arguments share one dimension."""

    least: int
    most: int
    dimension: Callable[[Dimension], Dimension]
    scalar: Scalar
    vector: Vector


def _same(dimension: Dimension) -> Dimension:
    return dimension


def _root(dimension: Dimension) -> Dimension:
    return dimension ** Fraction(1, 2)


def _angle(_: Dimension) -> Dimension:
    return ANGLE


def _sqrt(x: float) -> float:
    return math.sqrt(x) if x >= 0.0 else math.nan


def _atan2(y: float, x: float) -> float:
    """No direction leads from a point to itself."""
    return math.atan2(y, x) if x or y else math.nan


# numpy has both, but in the last digit they are not those of `math`.
_hypot_each = np.frompyfunc(math.hypot, 2, 1)
_atan2_each = np.frompyfunc(_atan2, 2, 1)


def _hypot_array(x: Any, y: Any) -> Any:
    return np.asarray(_hypot_each(x, y), np.float64)


def _atan2_array(y: Any, x: Any) -> Any:
    return np.asarray(_atan2_each(y, x), np.float64)


def _clamp(x: float, low: float, high: float) -> float:
    return min(max(x, low), high) if low <= high else math.nan


def _clamp_array(x: Any, low: Any, high: Any) -> Any:
    return np.where(low <= high, _min_array(_max_array(x, low), high), np.nan)


def _middle(ordered: Any, count: int) -> Any:
    if count % 2:
        return ordered[count // 2]
    # Halves first: the sum of the two may be too large.
    return ordered[count // 2 - 1] / 2 + ordered[count // 2] / 2


def _median(*values: float) -> float:
    return float(_middle(sorted(values), len(values)))


def _median_array(*values: Any) -> Any:
    ordered = np.sort(np.stack(np.broadcast_arrays(*values)), axis=0, kind="stable")
    # Sorting puts NaN last.
    return np.where(np.isnan(ordered[-1]), np.nan, _middle(ordered, len(values)))


# Of 0.0 and -0.0 the first stays, as with `min` and `max`; numpy's own may take either.
def _min_array(*values: Any) -> Any:
    return reduce(lambda a, b: np.where(np.isnan(b) | (b < a), b, a), values)


def _max_array(*values: Any) -> Any:
    return reduce(lambda a, b: np.where(np.isnan(b) | (b > a), b, a), values)


_MANY = 64

FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(1, 1, _same, abs, np.abs),
    "min": Function(2, _MANY, _same, min, _min_array),
    "max": Function(2, _MANY, _same, max, _max_array),
    "sqrt": Function(1, 1, _root, _sqrt, np.sqrt),
    "hypot": Function(2, 2, _same, math.hypot, _hypot_array),
    "atan2": Function(2, 2, _angle, _atan2, _atan2_array),
    "clamp": Function(3, 3, _same, _clamp, _clamp_array),
    "median": Function(2, _MANY, _same, _median, _median_array),
}


def divide(a: float, b: float) -> float:
    """What `/` says; the other operators say the same of floats as Python does."""
    return a / b if b else math.nan


VECTOR_OPERATORS: Mapping[str, Vector] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
