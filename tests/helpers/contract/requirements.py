"""The scenes that show what a required condition demands."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from gcs.config.criteria import CriterionConfig
from gcs.decision.criterion import Criterion
from gcs.expressions import CONDITION, Expression, compile_expression
from gcs.expressions.syntax import Node
from tests.helpers.contract.bench import Bench, handles_of
from tests.helpers.contract.conditions import AGE, PAST, Evaluate, Point, Row, decisive, rows_of
from tests.helpers.contract.limits import (
    GO,
    NO_GO,
    UNKNOWN,
    Look,
    Scene,
    ToothlessError,
    delayed,
)
from tests.helpers.contract.rig import START_NS, Step
from tests.helpers.contract.solving import Still


class Requirement:
    """A condition's truth table over raw levels."""

    def __init__(self, bench: Bench, criterion: Criterion, config: CriterionConfig) -> None:
        assert config.require is not None
        assert criterion.expression.dimension is CONDITION
        self.criterion = criterion
        self.handles = handles_of(bench, criterion.expression)
        self.windowed = any(handle.windowed for handle in self.handles)
        self.rows = [
            row
            for row in rows_of(config.require, _stills(bench), StandingOn(bench))
            if row.truth is not None
        ]
        self._check()
        # The vote leaves out a source that disagrees: a condition over single sources
        # is then unknown where plain logic calls it false.
        self.or_unknown = any(handle.parameter.source for handle in self.handles)
        self.calm: Point = self._deciding(self.handles[0].name)[0]

    def _check(self) -> None:
        for truth, does in ((True, "passes"), (False, "fails")):
            if not any(row.truth is truth for row in self.rows):
                raise ToothlessError(f"{self.criterion.id}: no raw values with which it {does}")
        idle = {handle.name for handle in self.handles} - decisive(self.rows)
        if idle:
            raise ToothlessError(f"{self.criterion.id}: cannot fail by {', '.join(sorted(idle))}")

    def _deciding(self, variable: str) -> tuple[Point, Point]:
        """A true point and a false one that differ in one variable."""
        for good, bad in self._pairs():
            if good[variable] != bad[variable]:
                return good, bad
        raise AssertionError(variable)

    def failing(self, variable: str) -> Point:
        """The point beside it at which it fails by this variable alone."""
        return self._deciding(variable)[1]

    def calm_for(self, variable: str) -> Point:
        """A true point at which this variable decides."""
        return self._deciding(variable)[0]

    def _pairs(self) -> Iterator[tuple[Point, Point]]:
        for row, other in itertools.permutations(self.rows, 2):
            if row.truth is True and other.truth is False and _differing(row, other) == 1:
                yield row.point, other.point

    def turns(self) -> Iterator[tuple[str, Point, Point]]:
        """For every variable, each truth-changing pair of neighbours."""
        for good, bad in self._pairs():
            variable = next(name for name in good if good[name] != bad[name])
            yield variable, good, bad


def _differing(row: Row, other: Row) -> int:
    return sum(row.point[name] != other.point[name] for name in row.point)


def _stills(bench: Bench) -> Callable[[Node], Evaluate]:
    """Evaluates conditions over raw levels that stand still."""

    def part(node: Node) -> Evaluate:
        expression = Expression("", node, bench.dictionary)

        def evaluate(point: Point, after_ns: int) -> bool | None:
            assert after_ns == 0, "a criterion that holds needs a hand-written witness"
            truth = expression.evaluate(Still(bench, point), START_NS)
            assert truth is None or isinstance(truth, bool)
            return truth

        return evaluate

    return part


class StandingOn:
    """The raw inputs below a parameter."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def __call__(self, variable: str) -> Sequence[str]:
        assert not variable.startswith(AGE), "a criterion over `age` needs a hand-written witness"
        if variable.startswith(PAST):
            return ()  # its past is as its present
        expression = compile_expression(variable, self._bench.dictionary)
        return [handle.name for handle in handles_of(self._bench, expression)]


def scenes_of(requirement: Requirement) -> Iterator[Scene]:
    """Every scene of a required condition."""
    criterion, or_unknown = requirement.criterion, requirement.or_unknown
    for i, row in enumerate(requirement.rows):
        if row.truth:
            looks = list(delayed(row.point, criterion.clear_after_ns, UNKNOWN, GO))
            yield Scene(f"met {i}", tuple(looks))
        else:
            looks = [Look(Step(0, row.point), NO_GO, or_unknown)]
            yield Scene(f"not met {i}", tuple(looks))
    for i, (variable, good, bad) in enumerate(requirement.turns()):
        yield Scene(f"turns {i}, by {variable}", tuple(_turning(requirement, good, bad)))
        yield from _windows(requirement, variable, good, bad[variable], f"turns {i}")


def _windows(
    requirement: Requirement, variable: str, good: Point, bad: float, turn: str
) -> Iterator[Scene]:
    """One bad sample counts as long as it is in the window, to the nanosecond."""
    criterion = requirement.criterion
    windowed = {handle.name for handle in requirement.handles if handle.windowed}
    for window_ns in sorted(criterion.expression.windows.values()) if variable in windowed else ():
        counts = (Look(Step(0, good, {variable: (window_ns - 1, bad)}), NO_GO),)
        yield Scene(f"{turn}: one peak of {variable} counts to the window's end", counts)
        left = tuple(
            Look(Step(look.step.after_ns, good, {variable: (window_ns, bad)}), look.state)
            for look in delayed(good, criterion.clear_after_ns, UNKNOWN, GO)
        )
        yield Scene(f"{turn}: one peak of {variable} leaves with the window", left)


def _turning(requirement: Requirement, good: Point, bad: Point) -> Iterator[Look]:
    criterion, or_unknown = requirement.criterion, requirement.or_unknown
    clear_ns = criterion.clear_after_ns
    yield from delayed(good, clear_ns, UNKNOWN, GO)
    yield from delayed(bad, criterion.trip_after_ns, GO, NO_GO, or_unknown=or_unknown)
    yield Look(Step(clear_ns + 1, bad), NO_GO, or_unknown)
    *waiting, last = delayed(good, clear_ns, NO_GO, GO)
    for look in waiting:
        yield Look(look.step, look.state, or_unknown)
    yield last
