"""Expressions over recorded columns: the same trees, all moments at once.

`evaluate_columns` gives what live evaluation gave, to the last bit, for every moment at which
it was asked, *as received*: a sample exists from its receipt, and is ordered by source time.
Only the bound on live memory is not drawn here (`History`'s capacity).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gcs.expressions.checking import OVER_TIME, Scope, duration_ns, si_value
from gcs.expressions.columns import (
    Column,
    Flags,
    Numbers,
    Present,
    Times,
    Windowed,
    covered,
    largest,
    totals,
    windowed,
)
from gcs.expressions.evaluating import Expression
from gcs.expressions.functions import FUNCTIONS, VECTOR_OPERATORS
from gcs.expressions.sums import exact, mean, root_mean_square, slope
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
    names,
)
from gcs.expressions.units import CONDITION

_SECOND_NS = 1e9


def evaluate_columns(
    expression: Expression, columns: Mapping[int, Column], at_ns: Times
) -> Numbers:
    """An expression's answers at moments `at_ns`, which never decrease.

    SI values; 1 and 0 where a condition holds and where not; NaN where it is unknown.
    `columns` go by the parameter's index in the expression's scope; one that is missing
    was never received.
    """
    if (np.diff(at_ns) < 0).any():
        raise ValueError("the moments of a question never decrease")
    batch = _Batch(expression.scope, columns, at_ns)
    with np.errstate(all="ignore"):
        if expression.dimension is not CONDITION:
            return np.array(np.broadcast_to(batch.number(expression.tree), at_ns.shape))
        truth = batch.condition(expression.tree)
        known = np.where(truth.true, 1.0, np.where(truth.false, 0.0, np.nan))
        return np.array(np.broadcast_to(known, at_ns.shape))


@dataclass(frozen=True, eq=False)
class _Truth:
    """Where a condition is known to hold, and where it is known not to."""

    true: Flags
    false: Flags


_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


class _PointWise:
    """Trees without time over arrays: NaN is unknown. `value` gives the array of a name."""

    def __init__(self, value: Callable[[Name], Numbers]) -> None:
        self._value = value

    def number(self, node: Node) -> Numbers:
        match node:
            case Quantity():
                return np.float64(si_value(node))  # type: ignore[return-value]
            case Name():
                return self._value(node)
            case Negative():
                return -self.number(node.operand)
            case Arithmetic():
                return self._applied(VECTOR_OPERATORS[node.operator], (node.left, node.right))
            case Call():
                return self.call(node)
        raise AssertionError(f"not a number: {node}")

    def call(self, node: Call) -> Numbers:
        return self._applied(FUNCTIONS[node.function].vector, node.arguments)

    def _applied(self, function: Callable[..., Any], arguments: tuple[Node, ...]) -> Numbers:
        result = function(*[self.number(argument) for argument in arguments])
        # Infinite is not a large number: 1 / infinite must not come back as 0.
        return np.where(np.isfinite(result), result, np.nan)


class _Batch(_PointWise):
    """Whole trees over the rows."""

    def __init__(self, scope: Scope, columns: Mapping[int, Column], at_ns: Times) -> None:
        super().__init__(self._present_value)
        self._scope = scope
        self._columns = columns
        self._at_ns = at_ns

    def condition(self, node: Node) -> _Truth:
        match node:
            case Truth():
                return _Truth(np.array(node.value), np.array(not node.value))
            case Comparison():
                return self._comparison(node)
            case Not():
                inner = self.condition(node.operand)
                return _Truth(inner.false, inner.true)
            case Logical():
                return self._logical(node)
            case Call():
                return self._held(node)
        raise AssertionError(f"not a condition: {node}")

    def _comparison(self, node: Comparison) -> _Truth:
        left, right = self.number(node.left), self.number(node.right)
        known = ~(np.isnan(left) | np.isnan(right))
        holds = _COMPARISONS[node.operator](left, right)
        return _Truth(known & holds, known & ~holds)

    def _logical(self, node: Logical) -> _Truth:
        operands = [self.condition(operand) for operand in node.operands]
        true = np.broadcast_arrays(*(operand.true for operand in operands))
        false = np.broadcast_arrays(*(operand.false for operand in operands))
        if node.operator == "and":
            return _Truth(np.logical_and.reduce(true), np.logical_or.reduce(false))
        return _Truth(np.logical_or.reduce(true), np.logical_and.reduce(false))

    def call(self, node: Call) -> Numbers:
        if node.function == "age":
            ages_ns, seen = self._present(node.arguments[0])[0].ages_ns()
            return np.where(seen, ages_ns / _SECOND_NS, np.nan)
        return self._over_time(node) if node.function in OVER_TIME else super().call(node)

    def _present(self, node: Node) -> tuple[Present, int]:
        assert isinstance(node, Name)
        index = self._index(node.name)
        return Present(self._column(index), self._at_ns), index

    def _present_value(self, node: Name) -> Numbers:
        present, index = self._present(node)
        return present.values(self._scope.stale_after_ns(index))

    def _index(self, name: str) -> int:
        index = self._scope.index(name)
        assert index is not None
        return index

    def _column(self, index: int) -> Column:
        return self._columns.get(index) or _NEVER

    # --- Over time ---

    def _over_time(self, node: Call) -> Numbers:
        operand, window_ns = node.arguments[0], duration_ns(node.arguments[1])
        name = next(iter(names(operand)))
        index = self._index(name)
        samples = windowed(self._column(index), self._at_ns, window_ns)
        stale_after_ns = self._scope.stale_after_ns(index)
        covered_ns = covered(samples, self._at_ns, window_ns, stale_after_ns)
        values = _PointWise(lambda _: samples.value).number(operand)
        values = np.broadcast_to(values, samples.value.shape) + 0.0
        undefined = self._totals(samples, np.isnan(values).astype(np.int64))
        answers = self._reduced(node.function, samples, np.where(np.isnan(values), 0.0, values))
        known = ~np.isnan(self._present_value(Name(name, operand.column)))
        known &= (covered_ns * 100 >= window_ns * 99) & (undefined == 0)
        return np.where(known & np.isfinite(answers), answers, np.nan)

    def _totals(self, samples: Windowed, amounts: NDArray[Any]) -> NDArray[Any]:
        return totals(samples, amounts, len(self._at_ns))

    def _reduced(self, function: str, samples: Windowed, values: Numbers) -> Numbers:
        """The operator's answers where every sample of the window is defined."""
        if function in ("max_over", "min_over"):
            sign = 1 if function == "max_over" else -1
            return sign * largest(samples, sign * values, len(self._at_ns)) + 0.0
        count = self._totals(samples, np.ones(len(values), np.int64))
        scaled = np.array([exact(value) for value in values.tolist()], object)
        if function == "rate":
            return self._rates(samples, count, scaled)
        power, finish = (1, mean) if function == "mean_over" else (2, root_mean_square)
        return _finished(finish, count, self._totals(samples, scaled**power))

    def _rates(self, samples: Windowed, count: Times, scaled: NDArray[Any]) -> Numbers:
        times = samples.source_ns.astype(object)
        times = times - times[0] if len(times) else times
        lines = (times, times * times, scaled, times * scaled)
        return _finished(slope, count, *(self._totals(samples, of) for of in lines))

    # --- Held ---

    def _held(self, node: Call) -> _Truth:
        """As `Held`, whose three memories are running maxima over the rows."""
        inner = self.condition(node.arguments[0])
        true, false = (
            np.broadcast_to(side, self._at_ns.shape) for side in (inner.true, inner.false)
        )
        start_ns = self._at_ns - duration_ns(node.arguments[1])
        rows = np.arange(len(self._at_ns))
        # A run of rows at which it is true began after the last row at which it was not.
        began = np.maximum.accumulate(np.where(true, -1, rows)) + 1
        holds = true & (self._at_ns[np.minimum(began, rows)] <= start_ns)
        was_false = np.concatenate(([False], false[:-1]))[: len(rows)]
        ended = np.maximum.accumulate(np.where(was_false & ~false, rows, -1))
        recently = (ended >= 0) & (self._at_ns[ended] > start_ns)
        return _Truth(holds, false | (~holds & recently))


def _finished(finish: Callable[..., float | None], count: Times, *sums: NDArray[Any]) -> Numbers:
    """Every row's answer from its sums; NaN where the window is empty or nothing comes of it."""
    answers = (
        finish(*row) if row[0] else None
        for row in zip(count.tolist(), *(of.tolist() for of in sums), strict=True)
    )
    return np.array([np.nan if answer is None else answer for answer in answers], np.float64)


_NEVER = Column(
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.bool_)
)
