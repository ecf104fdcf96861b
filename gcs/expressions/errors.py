"""The one error of this package."""

from __future__ import annotations


class ExpressionError(ValueError):
    """What is wrong with a text, in one sentence, and where (`column` counts from 1)."""

    def __init__(self, message: str, column: int = 1) -> None:
        super().__init__(message, column)
        self.message = message
        self.column = column

    def __str__(self) -> str:
        return f"{self.message} (column {self.column})"
