"""Sums that are exact, and what is made of them.

A float is an integer times a power of two, so a sum of floats can be kept as an integer.
It has no error: taking a sample out undoes having taken it in, an hour later as well, and
the order in which samples came leaves no trace. One division at the end rounds, once.
"""

from __future__ import annotations

import math

_DIGITS = 2.0**53
_LEAST_EXPONENT = -1073
_SCALE_BITS = 53 - _LEAST_EXPONENT
"""Every finite float times 2 to this power is an integer."""
_SECOND_NS = 1_000_000_000


def exact(value: float) -> int:
    """A finite float times 2^1126."""
    fraction, exponent = math.frexp(value)
    return int(fraction * _DIGITS) << (exponent - _LEAST_EXPONENT)


def mean(count: int, total: int) -> float | None:
    """Of `count` values, from the sum of their `exact`."""
    return total / (count << _SCALE_BITS)


def root_mean_square(count: int, total: int) -> float | None:
    """Of `count` values, from the sum of the squares of their `exact`; None if too large."""
    try:
        return math.sqrt(total / (count << 2 * _SCALE_BITS))
    except OverflowError:
        return None


def slope(count: int, times: int, squares: int, values: int, products: int) -> float | None:
    """Of the least-squares line through points (time ns, `exact` value), per second.

    Wanted are their number and the sums of times, of times squared, of values, and of times
    by values. None of fewer than two points, or if too large.
    """
    if count < 2:
        return None
    above = count * products - times * values
    below = count * squares - times * times
    try:
        return above * _SECOND_NS / (below << _SCALE_BITS)
    except OverflowError:
        return None
