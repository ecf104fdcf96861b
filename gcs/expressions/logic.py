"""Kleene's strong three-valued logic: True, False, and None for unknown.

An answer is known exactly when it is the same whatever the unknown operands are.
"""

from __future__ import annotations

from collections.abc import Iterable


def negation(value: bool | None) -> bool | None:
    """Not; unknown stays unknown."""
    return None if value is None else not value


def conjunction(values: Iterable[bool | None]) -> bool | None:
    """And: False as soon as one is False, else unknown if one is unknown.

    Stops reading `values` at the first False.
    """
    unknown = False
    for value in values:
        if value is None:
            unknown = True
        elif not value:
            return False
    return None if unknown else True


def disjunction(values: Iterable[bool | None]) -> bool | None:
    """Or: True as soon as one is True, else unknown if one is unknown.

    Stops reading `values` at the first True.
    """
    unknown = False
    for value in values:
        if value is None:
            unknown = True
        elif value:
            return True
    return None if unknown else False
