"""From a checked tree to a function that answers at every step.

A tree becomes nested closures once, at load time. Unknown is None and spreads through
arithmetic and functions, whatever the other operands are; through `and`, `or` and `not`
it spreads by Kleene's logic. A result that is not finite, and a division by zero, is unknown.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from gcs.expressions.checking import OVER_TIME, Scope, check, duration_ns, si_value
from gcs.expressions.functions import FUNCTIONS, OPERATORS
from gcs.expressions.held import Held
from gcs.expressions.history import History
from gcs.expressions.logic import conjunction, disjunction, negation
from gcs.expressions.parsing import parse
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
    Truth,
    children,
    names,
)
from gcs.expressions.units import CONDITION, Kind
from gcs.expressions.windows import PointWise, WindowOperator

_SECOND_NS = 1e9
_INFINITE = math.inf


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


Number = Callable[[View, int], float | None]
Truthful = Callable[[View, int], bool | None]

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Expression:
    """A compiled expression.

    It remembers what `held` and the windows need from one evaluation to the next:
    one object has one caller, whose `now_ns` never decreases.

    text: as written; `tree` and `scope` are what it was compiled from
    dimension: of the number it gives, or CONDITION
    reads: indices of the parameters it names
    windows: index -> nanoseconds of history it needs
    depends_on_time: whether its answer can change while no value and no quality does
    """

    def __init__(self, text: str, tree: Node, scope: Scope) -> None:
        checked = check(tree, scope)
        self.text = text
        self.tree = tree
        self.scope = scope
        self.dimension: Kind = checked.kind
        self.reads = checked.reads
        self.windows: Mapping[int, int] = MappingProxyType(dict(checked.windows))
        self.depends_on_time = checked.depends_on_time
        compiler = _Compiler(scope)
        self._function: Number | Truthful = (
            compiler.condition(tree) if checked.kind is CONDITION else compiler.number(tree)
        )

    def evaluate(self, view: View, now_ns: int) -> float | bool | None:
        """The value in SI, or whether the condition holds; None is unknown."""
        return self._function(view, now_ns)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def compile_expression(text: str, scope: Scope) -> Expression:
    """The expression that a text says; ExpressionError if it says none."""
    return Expression(text, parse(text), scope)


class _Compiler:
    """Trees that passed `check` to closures."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def number(self, node: Node) -> Number:
        """A closure that gives a finite number or None."""
        match node:
            case Quantity():
                return _constant(si_value(node))
            case Name():
                return _value(self._index(node))
            case Negative():
                return _negative(self.number(node.operand))
            case Arithmetic():
                apply = OPERATORS[node.operator]
                return _binary(apply, self.number(node.left), self.number(node.right))
            case Call():
                return self._call(node)
        raise AssertionError(f"not a number: {node}")

    def condition(self, node: Node) -> Truthful:
        """A closure that gives True, False or None."""
        match node:
            case Truth():
                return _truth(node.value)
            case Comparison():
                return self._comparison(node)
            case Not():
                return negation(self.condition(node.operand))
            case Logical():
                return self._logical(node)
            case Call():
                return self._held(node)
        raise AssertionError(f"not a condition: {node}")

    def _index(self, node: Node) -> int:
        assert isinstance(node, Name)
        index = self._scope.index(node.name)
        assert index is not None
        return index

    def _comparison(self, node: Comparison) -> Truthful:
        compare = _COMPARISONS[node.operator]
        left = self.number(node.left)
        if isinstance(node.right, Quantity):
            return _against(compare, left, si_value(node.right))
        return _compared(compare, left, self.number(node.right))

    def _logical(self, node: Logical) -> Truthful:
        operands = tuple(self.condition(operand) for operand in node.operands)
        # `held` must see every instant, also those at which its neighbour decides alone.
        ask_all = any(_remembers(operand) for operand in node.operands)
        join = conjunction if node.operator == "and" else disjunction
        return join(operands, ask_all=ask_all)

    def _call(self, node: Call) -> Number:
        if node.function == "age":
            return _age(self._index(node.arguments[0]))
        if node.function in OVER_TIME:
            return self._over_time(node)
        function = FUNCTIONS[node.function].scalar
        arguments = tuple(self.number(argument) for argument in node.arguments)
        if len(arguments) == 1:
            return _unary(function, arguments[0])
        if len(arguments) == 2:
            return _binary(function, *arguments)
        return _many(function, arguments)

    def _over_time(self, node: Call) -> Number:
        operand, window = node.arguments
        index = self._scope.index(next(iter(names(operand))))
        assert index is not None
        point_wise = None if isinstance(operand, Name) else _point_wise(self.number(operand))
        over = WindowOperator(node.function, point_wise, duration_ns(window))

        present = _value(index)

        def windowed(view: View, now_ns: int) -> float | None:
            # The past answers for nothing while the present is unknown.
            return None if present(view, now_ns) is None else over(view.history(index), now_ns)

        return windowed

    def _held(self, node: Call) -> Truthful:
        condition, duration = node.arguments
        inner, held = self.condition(condition), Held(duration_ns(duration))
        return lambda view, now_ns: held.step(inner(view, now_ns), now_ns)


class _Sample:
    """One sample of the only parameter below an operator over time, as a View."""

    def __init__(self) -> None:
        self.sampled = math.nan

    def value(self, index: int) -> float:
        return self.sampled

    def age_ns(self, index: int) -> int | None:
        raise AssertionError("nothing over time stands inside an operator over time")

    def history(self, index: int) -> History:
        raise AssertionError("nothing over time stands inside an operator over time")


def _point_wise(operand: Number) -> PointWise:
    sample = _Sample()

    def point_wise(sampled: float) -> float | None:
        sample.sampled = sampled
        return operand(sample, 0)

    return point_wise


def _remembers(node: Node) -> bool:
    if isinstance(node, Call) and node.function == "held":
        return True
    return any(_remembers(child) for child in children(node))


def _constant(value: float) -> Number:
    return lambda view, now_ns: value


def _truth(value: bool) -> Truthful:
    return lambda view, now_ns: value


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _value(index: int) -> Number:
    def value(view: View, now_ns: int) -> float | None:
        known = view.value(index)
        return known if known is not None and -_INFINITE < known < _INFINITE else None

    return value


def _age(index: int) -> Number:
    def age(view: View, now_ns: int) -> float | None:
        age_ns = view.age_ns(index)
        return None if age_ns is None else age_ns / _SECOND_NS

    return age


def _negative(operand: Number) -> Number:
    def negative(view: View, now_ns: int) -> float | None:
        value = operand(view, now_ns)
        return None if value is None else -value

    return negative


def _unary(function: Callable[..., float], argument: Number) -> Number:
    def apply(view: View, now_ns: int) -> float | None:
        value = argument(view, now_ns)
        return None if value is None else _finite(function(value))

    return apply


def _binary(function: Callable[..., float], left: Number, right: Number) -> Number:
    def apply(view: View, now_ns: int) -> float | None:
        a, b = left(view, now_ns), right(view, now_ns)
        return None if a is None or b is None else _finite(function(a, b))

    return apply


def _many(function: Callable[..., float], arguments: tuple[Number, ...]) -> Number:
    def apply(view: View, now_ns: int) -> float | None:
        values = [argument(view, now_ns) for argument in arguments]
        return None if None in values else _finite(function(*values))

    return apply


def _against(compare: Callable[[float, float], bool], left: Number, limit: float) -> Truthful:
    """Against a constant, the commonest comparison of all."""

    def against(view: View, now_ns: int) -> bool | None:
        value = left(view, now_ns)
        return None if value is None else compare(value, limit)

    return against


def _compared(compare: Callable[[float, float], bool], left: Number, right: Number) -> Truthful:
    def compared(view: View, now_ns: int) -> bool | None:
        a, b = left(view, now_ns), right(view, now_ns)
        return None if a is None or b is None else compare(a, b)

    return compared
