"""Kleene's strong three-valued logic: True, False, and None for unknown.

An answer is known exactly when it is the same whatever the unknown operands are. Operands
are asked with two arguments, a view and a moment, from left to right; what one decides
alone the others are not asked for, unless all are to be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

A = TypeVar("A")
B = TypeVar("B")
Asked: TypeAlias = Callable[[A, B], bool | None]


def negation(operand: Asked[A, B]) -> Asked[A, B]:
    """Not; unknown stays unknown."""

    def negated(view: A, moment: B) -> bool | None:
        value = operand(view, moment)
        return None if value is None else not value

    return negated


def conjunction(operands: Sequence[Asked[A, B]], *, ask_all: bool = False) -> Asked[A, B]:
    """And: False as soon as one is False, else unknown if one is unknown."""
    return _joined(operands, False, ask_all)


def disjunction(operands: Sequence[Asked[A, B]], *, ask_all: bool = False) -> Asked[A, B]:
    """Or: True as soon as one is True, else unknown if one is unknown."""
    return _joined(operands, True, ask_all)


def _joined(operands: Sequence[Asked[A, B]], decisive: bool, ask_all: bool) -> Asked[A, B]:
    """Known as soon as one operand is `decisive`, which it then is."""

    def joined(view: A, moment: B) -> bool | None:
        decided = unknown = False
        for operand in operands:
            value = operand(view, moment)
            if value is None:
                unknown = True
            elif value == decisive:
                if not ask_all:
                    return decisive
                decided = True
        if decided:
            return decisive
        return None if unknown else not decisive

    return joined
