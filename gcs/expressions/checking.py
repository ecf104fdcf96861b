"""Whether a tree makes sense: names known, units agreeing, conditions where they belong.

Nothing is evaluated before it passed here, so evaluation has no units and no doubts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from gcs.expressions.errors import ExpressionError
from gcs.expressions.functions import FUNCTIONS, Function
from gcs.expressions.syntax import (
    Arithmetic,
    Call,
    Comparison,
    Logical,
    Name,
    Negative,
    Node,
    Not,
    Quantity,
    children,
    names,
)
from gcs.expressions.units import CONDITION, TIME, Dimension, Kind, Unit, unit_of

OVER_TIME = frozenset({"max_over", "min_over", "mean_over", "rms_over", "rate"})
"""Operators over the samples of a window: `max_over(x, 20 min)`."""

DEPENDS_ON_TIME = OVER_TIME | {"held", "age"}
_DEPTH_LIMIT = 100
_SECOND_NS = 1_000_000_000
_LONGEST_S = 86_400


class Scope(Protocol):
    """The parameters that an expression may name."""

    def index(self, name: str) -> int | None:
        """The parameter's index, or None if there is none of that name."""
        ...

    def dimension(self, index: int) -> Dimension:
        """Its dimension; values are in SI."""
        ...

    def stale_after_ns(self, index: int) -> int:
        """The age at which a sample no longer counts."""
        ...


@dataclass(frozen=True)
class Checked:
    """What a sound tree gives and needs."""

    kind: Kind
    reads: frozenset[int]
    windows: Mapping[int, int]
    depends_on_time: bool


def check(tree: Node, scope: Scope) -> Checked:
    """What the tree gives and needs; ExpressionError at the first mistake."""
    checker = _Checker(scope)
    kind = checker.kind(tree)
    return Checked(kind, frozenset(checker.reads), checker.windows, checker.depends_on_time)


def duration_ns(node: Node) -> int:
    """The duration that a literal such as `20 min` names; ExpressionError otherwise."""
    if isinstance(node, Quantity) and unit_at(node).dimension == TIME:
        seconds = si_value(node)
        if 0 < seconds <= _LONGEST_S:
            return round(seconds * _SECOND_NS)
    raise ExpressionError("expected a duration such as `20 min`, at most a day", node.column)


def unit_at(node: Quantity) -> Unit:
    """The unit of a literal; ExpressionError at its place if unknown."""
    try:
        return unit_of(node.unit)
    except ExpressionError as error:
        raise ExpressionError(error.message, node.column) from None


def si_value(node: Quantity) -> float:
    """A literal's value in SI; ExpressionError if no float can hold it."""
    value = unit_at(node).to_si(node.value)
    if not math.isfinite(value):
        raise ExpressionError("the number is too large", node.column)
    return value


class _Checker:
    """Walks one tree and gathers what it reads."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._depth = 0
        self._point_wise_in = ""
        self.reads: set[int] = set()
        self.windows: dict[int, int] = {}
        self.depends_on_time = False

    def kind(self, node: Node) -> Kind:
        self._depth += 1
        if self._depth > _DEPTH_LIMIT:
            raise ExpressionError("nested too deeply", node.column)
        kind = self._kind(node)
        self._depth -= 1
        return kind

    def _kind(self, node: Node) -> Kind:
        match node:
            case Quantity():
                si_value(node)
                return unit_at(node).dimension
            case Name():
                return self._scope.dimension(self._index(node))
            case Negative():
                return self._step(node.operand)
            case Arithmetic():
                return self._arithmetic(node)
            case Call():
                return self._call(node)
            case Comparison():
                _alike(node, node.operator, self.number(node.left), self.number(node.right))
            case Not() | Logical():
                for operand in children(node):
                    self.condition(operand)
        return CONDITION

    def number(self, node: Node) -> Dimension:
        kind = self.kind(node)
        if kind is CONDITION:
            raise ExpressionError("expected a number, not a condition", node.column)
        assert isinstance(kind, Dimension)
        return kind

    def condition(self, node: Node) -> None:
        if self.kind(node) is not CONDITION:
            raise ExpressionError(
                "expected a condition, not a number; compare it: `... == 1`", node.column
            )

    def _index(self, node: Name) -> int:
        index = self._scope.index(node.name)
        if index is None:
            raise ExpressionError(f"no parameter is called {node.name!r}", node.column)
        self.reads.add(index)
        return index

    def _step(self, node: Node) -> Dimension:
        """A number that may be added or scaled: no point on a scale with an offset."""
        dimension = self.number(node)
        if isinstance(node, Quantity) and unit_at(node).offset:
            raise ExpressionError(
                f"{node.unit} is a point on a scale and cannot be added or scaled: "
                "write K or delta_degC",
                node.column,
            )
        return dimension

    def _arithmetic(self, node: Arithmetic) -> Dimension:
        if node.operator == "-":
            return _alike(node, "-", self.number(node.left), self.number(node.right))
        left, right = self._step(node.left), self._step(node.right)
        if node.operator == "+":
            return _alike(node, "+", left, right)
        return left * right if node.operator == "*" else left / right

    def _call(self, node: Call) -> Kind:
        if node.function in FUNCTIONS:
            return self._function(node, FUNCTIONS[node.function])
        if node.function not in DEPENDS_ON_TIME:
            raise ExpressionError(f"no function is called {node.function!r}", node.column)
        if self._point_wise_in:
            raise ExpressionError(
                f"`{node.function}` cannot stand inside `{self._point_wise_in}`; "
                "make it a derived parameter first",
                node.column,
            )
        self.depends_on_time = True
        if node.function == "age":
            return self._age(node)
        if node.function == "held":
            return self._held(node)
        return self._over_time(node)

    def _function(self, node: Call, function: Function) -> Dimension:
        _arity(node, function.least, function.most)
        dimension = self.number(node.arguments[0])
        for argument in node.arguments[1:]:
            _alike(argument, node.function, dimension, self.number(argument))
        return function.dimension(dimension)

    def _age(self, node: Call) -> Dimension:
        _arity(node, 1, 1)
        if not isinstance(node.arguments[0], Name):
            raise ExpressionError("`age` is of a parameter", node.arguments[0].column)
        self._index(node.arguments[0])
        return TIME

    def _held(self, node: Call) -> Kind:
        _arity(node, 2, 2)
        self.condition(node.arguments[0])
        duration_ns(node.arguments[1])
        return CONDITION

    def _over_time(self, node: Call) -> Dimension:
        _arity(node, 2, 2)
        operand, window = node.arguments
        self._point_wise_in = node.function
        dimension = self.number(operand)
        self._point_wise_in = ""
        index = self._only_parameter(node.function, operand)
        self.windows[index] = max(self.windows.get(index, 0), duration_ns(window))
        return dimension / TIME if node.function == "rate" else dimension

    def _only_parameter(self, function: str, operand: Node) -> int:
        named = names(operand)
        index = self._scope.index(next(iter(named))) if len(named) == 1 else None
        if index is None:
            raise ExpressionError(
                f"`{function}` takes an expression over exactly one parameter; "
                "make a derived parameter of several",
                operand.column,
            )
        return index


def _alike(node: Node, what: str, left: Dimension, right: Dimension) -> Dimension:
    if left != right:
        raise ExpressionError(
            f"`{what}` needs equal units, but one side is {left}, the other {right}", node.column
        )
    return left


def _arity(node: Call, least: int, most: int) -> None:
    count = len(node.arguments)
    if not least <= count <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise ExpressionError(
            f"`{node.function}` takes {wanted} arguments, not {count}", node.column
        )
