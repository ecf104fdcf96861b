"""The scenes that show what a criterion's limits demand: raw levels, moments and states.

The states come from the words of the entry (`above`, `hysteresis`, `trip_after` ...), read
here by a dozen lines of arithmetic that share nothing with the latch under test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gcs.config.criteria import CriterionConfig, LimitConfig
from gcs.decision.criterion import Criterion
from gcs.expressions import parse_difference, parse_quantity
from gcs.messages import CriterionState
from tests.helpers.contract.bench import Bench, Handle, handles_of
from tests.helpers.contract.rig import Step
from tests.helpers.contract.solving import Along, directions, solved, value_at

GO, CAUTION, NO_GO, UNKNOWN = (
    CriterionState.GO,
    CriterionState.CAUTION,
    CriterionState.NO_GO,
    CriterionState.UNKNOWN,
)
SLACK = 1e-6
"""Just inside and just outside: this part of the limit away from it."""


class ToothlessError(AssertionError):
    """A criterion that cannot fail, or cannot pass."""


@dataclass(frozen=True)
class Look:
    """A step, and what the criterion must say then."""

    step: Step
    state: CriterionState
    or_unknown: bool = False

    def allows(self, state: CriterionState) -> bool:
        """Whether the criterion may say this."""
        return state is self.state or (self.or_unknown and state is UNKNOWN)


@dataclass(frozen=True)
class Scene:
    """Steps from a standing start."""

    title: str
    looks: tuple[Look, ...]


@dataclass(frozen=True)
class Edge:
    """One limit on one side: `out` is +1 for above, -1 for below. SI."""

    kind: str
    side: str
    at: float
    hysteresis: float

    @property
    def out(self) -> int:
        return 1 if self.side == "above" else -1

    @property
    def slack(self) -> float:
        return SLACK * (abs(self.at) or self.hysteresis or 1.0)

    @property
    def clears_at(self) -> float:
        return self.at - self.out * self.hysteresis

    def is_out(self, value: float) -> bool:
        return (value - self.at) * self.out > 0

    def clears(self, value: float) -> bool:
        return (value - self.clears_at) * self.out <= 0


def edges_of(config: CriterionConfig) -> list[Edge]:
    """Every limit of an entry."""
    hysteresis = parse_difference(config.hysteresis)[0] if config.hysteresis else 0.0
    found = []
    for kind in ("caution", "no_go"):
        limit: LimitConfig | None = getattr(config, kind)
        for side in ("above", "below"):
            text = getattr(limit, side) if limit else None
            if text:
                found.append(Edge(kind, side, parse_quantity(text)[0], hysteresis))
    return found


class Solution:
    """Raw levels for a criterion's values."""

    def __init__(self, bench: Bench, criterion: Criterion, config: CriterionConfig) -> None:
        self.bench = bench
        self.criterion = criterion
        self.config = config
        self.edges = edges_of(config)
        self.handles: tuple[Handle, ...] = handles_of(bench, criterion.expression)
        self.windowed = any(handle.windowed for handle in self.handles)
        self._along, self._range = self._way()
        self.calm = self.levels(_calm(self.edges))

    def calm_for(self, variable: str) -> dict[str, float]:
        """Levels at which the criterion passes and this input counts: every one does."""
        del variable
        return self.calm

    def failing(self, variable: str) -> dict[str, float]:
        """Levels just outside."""
        del variable
        edge = next(edge for edge in self.edges if edge.kind == "no_go")
        return self.levels(edge.at + edge.out * edge.slack)

    def levels(self, value: float) -> dict[str, float]:
        """Raw levels at which the criterion's value is this."""
        found = self._levels(self._along, self._range, value)
        if found is None:
            raise ToothlessError(f"{self.criterion.id}: no raw value gives {value!r} (SI)")
        return found

    def other_levels(self, value: float) -> dict[str, float] | None:
        """Other raw levels with this value, where there are: to starboard as to port."""
        found = solved(
            self.bench,
            self.criterion.expression,
            self._along,
            self._range,
            value,
            from_the_top=True,
        )
        return found if found != self.levels(value) else None

    def value(self, levels: Mapping[str, float]) -> float:
        """The criterion's value where the inputs stand still."""
        value = value_at(self.bench, self.criterion.expression, levels)
        assert value is not None
        return value

    def _levels(
        self, along: Along, limits: tuple[float, float], value: float
    ) -> dict[str, float] | None:
        return solved(self.bench, self.criterion.expression, along, limits, value)

    def _way(self) -> tuple[Along, tuple[float, float]]:
        """The first way to turn the inputs on which the criterion both passes and fails."""
        targets = [_calm(self.edges)]
        for edge in self.edges:
            targets += [edge.at, edge.at + edge.out * edge.slack, edge.clears_at]
        missing: float | None = None
        for along, limits in directions(self.handles):
            missing = next((t for t in targets if self._levels(along, limits, t) is None), None)
            if missing is None:
                return along, limits
        raise ToothlessError(
            f"{self.criterion.id}: no raw value gives {missing!r} (SI):"
            " it cannot fail, or cannot pass"
        )


def _calm(edges: list[Edge]) -> float:
    """A value well inside every limit and its hysteresis."""
    inner = {edge.side: edge for edge in edges if edge.kind == "caution"} or {
        edge.side: edge for edge in edges
    }
    reaches = [e.clears_at - e.out * 0.1 * (abs(e.at) or 1.0) for e in inner.values()]
    return math.fsum(reaches) / len(reaches)


def scenes_of(solution: Solution) -> Iterator[Scene]:
    """Every scene of a criterion with limits."""
    yield Scene("settles", tuple(_settling(solution)))
    for edge in solution.edges:
        name = f"{edge.kind} {edge.side}"
        yield Scene(f"{name}: at the limit", _holding(solution, edge, edge.at))
        inside = edge.at - edge.out * edge.slack
        yield Scene(f"{name}: just inside", _holding(solution, edge, inside))
        yield Scene(f"{name}: just outside, and back", tuple(_tripping(solution, edge)))
        other = solution.other_levels(edge.at + edge.out * edge.slack)
        if other is not None:
            looks = _trips(solution, edge, other)
            yield Scene(f"{name}: just outside, the other way", tuple(looks))
        if solution.windowed:
            yield from _windows(solution, edge)


def _settling(solution: Solution) -> Iterator[Look]:
    """From nothing to GO: after `clear_after`, and not before."""
    return delayed(solution.calm, solution.criterion.clear_after_ns, UNKNOWN, GO)


def delayed(
    levels: Mapping[str, float],
    delay_ns: int,
    before: CriterionState,
    after: CriterionState,
    *,
    or_unknown: bool = False,
) -> Iterator[Look]:
    """The state changes once the levels have held for a delay, to the nanosecond."""
    if delay_ns == 0:
        yield Look(Step(0, levels), after, or_unknown)
        return
    yield Look(Step(0, levels), before, or_unknown)
    yield Look(Step(delay_ns - 1, levels), before, or_unknown)
    yield Look(Step(1, levels), after, or_unknown)


def _inner(solution: Solution, edge: Edge, value: float) -> CriterionState:
    """What a value inside this limit is by the caution limits, entered from GO."""
    cautions = [e for e in solution.edges if e.kind == "caution" and e is not edge]
    return CAUTION if any(e.is_out(value) for e in cautions) else GO


def _outer(edge: Edge) -> CriterionState:
    return NO_GO if edge.kind == "no_go" else CAUTION


def _holding(solution: Solution, edge: Edge, value: float) -> tuple[Look, ...]:
    """A value that is not out never trips, however long it lasts."""
    levels = solution.levels(value)
    criterion = solution.criterion
    if edge.is_out(solution.value(levels)):
        # A root or a mean may miss the limit by the last bit; that bit is not the claim.
        levels = solution.levels(value - edge.out * edge.slack * SLACK)
    inner = _inner(solution, edge, value)
    return (
        *_settling(solution),
        *delayed(levels, criterion.trip_after_ns, GO, inner),
        Look(Step(criterion.trip_after_ns + 1, levels), inner),
    )


def _trips(solution: Solution, edge: Edge, out: Mapping[str, float]) -> Iterator[Look]:
    """Out counts after `trip_after`, and not before."""
    yield from _settling(solution)
    yield from delayed(out, solution.criterion.trip_after_ns, GO, _outer(edge))


def _tripping(solution: Solution, edge: Edge) -> Iterator[Look]:
    """Out counts after `trip_after`; back counts past the hysteresis after `clear_after`.

    What also takes a condition to clear is shown by hand.
    """
    criterion = solution.criterion
    bad = _outer(edge)
    yield from _trips(solution, edge, solution.levels(edge.at + edge.out * edge.slack))
    if criterion.clears_when is not None:
        return
    if edge.hysteresis:
        band = solution.levels(edge.clears_at + edge.out * edge.slack)
        yield Look(Step(0, band), bad)
        yield Look(Step(criterion.clear_after_ns + 1, band), bad)
    back = solution.levels(edge.clears_at)
    if not edge.clears(solution.value(back)):
        back = solution.levels(edge.clears_at - edge.out * edge.slack * SLACK)
    cautions = [e for e in solution.edges if e.kind == "caution" and e is not edge]
    stays = any(not e.clears(edge.clears_at) for e in cautions if e.side == edge.side)
    yield from delayed(back, criterion.clear_after_ns, bad, CAUTION if stays else GO)


def _windows(solution: Solution, edge: Edge) -> Iterator[Scene]:
    """One sample that is out counts as long as it is in the window, to the nanosecond."""
    if edge.kind != "no_go":
        return
    rest, peak, value = _peak(solution, edge)
    settled = _inner(solution, edge, solution.value(rest))
    clear_ns = solution.criterion.clear_after_ns
    for window_ns in sorted(solution.criterion.expression.windows.values()):
        pulse = {peak: (window_ns - 1, value)}
        counts = (Look(Step(0, rest, pulse), NO_GO),)
        yield Scene(f"{edge.kind} {edge.side}: one peak counts to the end of the window", counts)
        left = tuple(
            Look(Step(look.step.after_ns, rest, {peak: (window_ns, value)}), look.state)
            for look in delayed(rest, clear_ns, UNKNOWN, settled)
        )
        yield Scene(f"{edge.kind} {edge.side}: one peak leaves with the window", left)


def _peak(solution: Solution, edge: Edge) -> tuple[Mapping[str, float], str, float]:
    """Levels that pass, and the sample of one input that takes them out while it is there.

    It outweighs no mean of a thousand others: there the levels are at the limit's edge.
    """
    out = solution.levels(edge.at + edge.out * max(edge.slack, 0.05 * abs(edge.at)))
    peak = next(name for name in out if out[name] != solution.calm[name])
    text = solution.config.value or ""
    if "mean_over" not in text and "rms_over" not in text:
        return solution.calm, peak, out[peak]
    handle = next(handle for handle in solution.handles if handle.name == peak)
    rest = solution.levels(edge.at - edge.out * edge.slack)
    return rest, peak, 0.99 * handle.parameter.high
