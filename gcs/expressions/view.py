"""What an expression asks of the world."""

from __future__ import annotations

from typing import Protocol

from gcs.expressions.history import History


class View(Protocol):
    """What an expression may ask of the joint state."""

    def value(self, index: int) -> float | None:
        """The parameter's value in SI if it is GOOD now, else None."""
        ...

    def age_ns(self, index: int) -> int | None:
        """Time since it was measured, or None if it never was."""
        ...

    def history(self, index: int) -> History:
        """Its past, for the parameters and spans that `Expression.windows` names."""
        ...
