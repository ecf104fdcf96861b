"""Compiles configured expressions, and gathers what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gcs.config.problems import Problem
from gcs.expressions import (
    CONDITION,
    Dimension,
    Expression,
    ExpressionError,
    Kind,
    Scope,
    Unit,
    compile_expression,
    parse_difference,
    parse_quantity,
    unit_of,
)


class Compiler:
    """Compiles for one scope. A mistake becomes a Problem and the answer None."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.problems: list[Problem] = []

    def problem(self, file: str, key: str, message: str) -> None:
        """Note a mistake."""
        self.problems.append(Problem(file, key, message))

    def condition(self, text: str, file: str, key: str) -> Expression | None:
        """An expression that is true or false."""
        expression = self._compiled(text, file, key)
        if expression is None or expression.dimension == CONDITION:
            return expression
        self.problem(file, key, "expected a condition (true or false), got a number")
        return None

    def number(self, text: str, file: str, key: str) -> Expression | None:
        """An expression that is a number."""
        expression = self._compiled(text, file, key)
        if expression is None or expression.dimension != CONDITION:
            return expression
        self.problem(file, key, "expected a number, got a condition (true or false)")
        return None

    def unit(self, text: str, file: str, key: str) -> Unit | None:
        """A unit; an empty text is a plain number."""
        try:
            return unit_of(text)
        except ExpressionError as error:
            self.problem(file, key, str(error))
            return None

    def quantity(self, text: str, of: Kind, file: str, key: str) -> float | None:
        """A number with a unit of dimension `of`, in SI."""
        return self._parsed(parse_quantity, text, of, file, key)

    def difference(self, text: str, of: Kind, file: str, key: str) -> float | None:
        """A step of dimension `of`, in SI: 2 degC is 2 K here."""
        return self._parsed(parse_difference, text, of, file, key)

    def _parsed(
        self,
        parse: Callable[[str], tuple[float, Dimension]],
        text: str,
        of: Kind,
        file: str,
        key: str,
    ) -> float | None:
        try:
            value, dimension = parse(text)
        except ExpressionError as error:
            self.problem(file, key, str(error))
            return None
        if dimension == of:
            return value
        self.problem(file, key, f"expected a quantity of {of}, got {text!r}, which is {dimension}")
        return None

    def _compiled(self, text: str, file: str, key: str) -> Expression | None:
        try:
            return compile_expression(text, self._scope)
        except ExpressionError as error:
            self.problem(file, key, str(error))
            return None


def merged_windows(expressions: Iterable[Expression | None]) -> dict[int, int]:
    """Parameter index -> ns of history that the longest window over it needs."""
    merged: dict[int, int] = {}
    for expression in expressions:
        windows: Mapping[int, int] = expression.windows if expression is not None else {}
        for index, span_ns in windows.items():
            merged[index] = max(span_ns, merged.get(index, 0))
    return merged


def key_of(table: str, name: str, *fields: str) -> str:
    """The key of a configured entry as load errors write it: `criterion."a.b".value`."""
    quoted = f'"{name}"' if "." in name else name
    return ".".join((table, quoted, *fields))
