"""Asking an expression safely: what crashes or answers nonsense is unknown, and says so.

A check that crashes must block, not stop the station.
"""

from __future__ import annotations

import math

from gcs.expressions.evaluating import Expression
from gcs.expressions.view import View


def truth(expression: Expression, view: View, now_ns: int) -> tuple[bool | None, str]:
    """A condition's truth, None when unknown, and what crashed, if it did."""
    try:
        value = expression.evaluate(view, now_ns)
    except Exception as error:
        return None, say_crash(error)
    if value is None or isinstance(value, bool):
        return value, ""
    return None, f"check crashed: {value!r} is neither true nor false"


def number(expression: Expression, view: View, now_ns: int) -> tuple[float | None, str]:
    """A number's value in SI, None when unknown, and what crashed, if it did."""
    try:
        value = expression.evaluate(view, now_ns)
    except Exception as error:
        return None, say_crash(error)
    if value is None:
        return None, ""
    if isinstance(value, bool) or not math.isfinite(value):
        return None, f"check crashed: {value!r} is not a finite number"
    return float(value), ""


def say_crash(error: Exception) -> str:
    """What is said of a check that crashed."""
    return f"check crashed: {type(error).__name__}: {error}"
