"""Finds raw values at which a criterion has a wanted value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from gcs.expressions import CONDITION, Expression, History
from gcs.telemetry.samples import judge
from tests.helpers.contract.bench import Bench, Handle
from tests.helpers.contract.rig import START_NS

_FAR = 1e12


class Still:
    """The joint state if its inputs had always said what they say now: a View."""

    def __init__(self, bench: Bench, levels: Mapping[str, float]) -> None:
        self._parameters = bench.dictionary.parameters
        self._levels = {bench.parameter(name).index: value for name, value in levels.items()}

    def value(self, index: int) -> float | None:
        parameter = self._parameters[index]
        value: float | bool | None
        if parameter.derivation is not None:
            value = parameter.derivation.expression.evaluate(self, START_NS)
        else:
            value = self._levels.get(index)
        if value is None or judge(float(value), parameter.low, parameter.high):
            return None
        return float(value)

    def age_ns(self, index: int) -> int | None:
        return None if self.value(index) is None else 0

    def history(self, index: int) -> History:
        span_ns = 1 << 50
        history = History(span_ns, span_ns)
        value = self.value(index)
        if value is not None:
            history.append(START_NS - (span_ns >> 1), value, good=True)
            history.append(START_NS, value, good=True)
        return history


Along = Callable[[float], dict[str, float]]
"""One number to levels of every handle."""


def value_at(bench: Bench, expression: Expression, levels: Mapping[str, float]) -> float | None:
    """What an expression gives when its inputs stand still."""
    value = expression.evaluate(Still(bench, levels), START_NS)
    assert expression.dimension is not CONDITION
    return None if value is None else float(value)


def directions(handles: Sequence[Handle]) -> Iterator[tuple[Along, tuple[float, float]]]:
    """Ways to turn the inputs: one alone while the others rest, or all of them alike."""
    for rest in _RESTS:
        resting = {handle.name: rest(handle) for handle in handles}
        for handle in handles:
            yield _one(handle, resting), _range(handle)
    ranges = [_range(handle) for handle in handles]
    common = max(low for low, _ in ranges), min(high for _, high in ranges)
    if len(handles) > 1 and common[0] < common[1]:
        yield (lambda x: {handle.name: x for handle in handles}), common


def _one(handle: Handle, resting: Mapping[str, float]) -> Along:
    return lambda x: {**resting, handle.name: x}


def _range(handle: Handle) -> tuple[float, float]:
    return max(handle.parameter.low, -_FAR), min(handle.parameter.high, _FAR)


_RESTS: Sequence[Callable[[Handle], float]] = (
    lambda handle: min(max(0.0, _range(handle)[0]), _range(handle)[1]),
    lambda handle: sum(_range(handle)) / 2,
)


def solved(
    bench: Bench,
    expression: Expression,
    along: Along,
    limits: tuple[float, float],
    target: float,
    *,
    from_the_top: bool = False,
) -> dict[str, float] | None:
    """Levels on a way at which the expression gives the target, as exactly as floats go.

    Where several do: those of the lowest raw value, or of the highest.
    """

    def off(x: float) -> float:
        value = value_at(bench, expression, along(x))
        return math.nan if value is None else value - target

    grid = _grid(*limits)
    if from_the_top:
        grid.reverse()
    offs = [off(x) for x in grid]
    best: float | None = None
    for i, distance in enumerate(offs):
        if distance == 0:
            return along(grid[i])
        if i and distance * offs[i - 1] < 0:
            best = _bisected(off, grid[i - 1], grid[i])
            if off(best) == 0:
                return along(best)
    near = best is not None and abs(off(best)) <= 1e-9 * max(abs(target), 1e-9)
    return along(best) if near and best is not None else None


def _grid(low: float, high: float) -> list[float]:
    scales = [10.0**k for k in range(-6, 13)]
    between = [low + (high - low) * i / 8 for i in range(1, 8)]
    wanted = [0.0, low, high, *between, *scales, *(-scale for scale in scales)]
    return sorted({x for x in wanted if low <= x <= high})


def _bisected(off: Callable[[float], float], low: float, high: float) -> float:
    """Where the distance changes its sign, down to neighbouring floats."""
    sign = math.copysign(1.0, off(low))
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return min((low, high), key=lambda x: abs(off(x)))
        distance = off(middle)
        if distance == 0:
            return middle
        if math.copysign(1.0, distance) == sign:
            low = middle
        else:
            high = middle
