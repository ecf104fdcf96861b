"""Truth tables of conditions: for every comparison, the points around it at which it decides."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gcs.expressions import Expression, History
from gcs.expressions.checking import duration_ns, si_value
from gcs.expressions.parsing import parse
from gcs.expressions.syntax import Call, Comparison, Node, Quantity, children, names
from gcs.telemetry.parameters import Dictionary
from tests.helpers.contract.bench import Bench
from tests.helpers.contract.rig import START_NS

_SLACK = 1e-6
_MOST_POINTS = 20_000
AGE = "age of "
PAST = "past of "
REACH = "reach of "

Point = Mapping[str, float]
"""Variable -> value, SI. `age of x`, `past of x` and `reach of x` are variables beside `x`."""


class Direct:
    """A View in which parameters say at `now_ns` what a point says, with no joint state below.

    A past is one sample with the `past of` value, `reach of` seconds ago; before it and
    after it the parameter always said what it says now.
    """

    def __init__(self, dictionary: Dictionary, point: Point, now_ns: int = START_NS) -> None:
        self._dictionary = dictionary
        self._point = {_subject(dictionary, name): value for name, value in point.items()}
        self._now_ns = now_ns

    def value(self, index: int) -> float | None:
        age_ns = self.age_ns(index)
        if age_ns is None or age_ns > self._dictionary.parameters[index].stale_after_ns:
            return None
        return self._point.get(("", index))

    def age_ns(self, index: int) -> int | None:
        age_s = self._point.get((AGE, index))
        known = ("", index) in self._point or age_s is not None
        return None if not known else round((age_s or 0.0) * 1e9)

    def history(self, index: int) -> History:
        span_ns = 1 << 50
        history = History(span_ns, span_ns)
        value = self._point.get(("", index))
        past = self._point.get((PAST, index))
        if value is not None:
            history.append(self._now_ns - (span_ns >> 1), value, good=True)
            history.append(self._now_ns, value, good=True)
        if past is not None:
            reach_ns = round(self._point[REACH, index] * 1e9)
            history.append(self._now_ns - reach_ns, past, good=True)
        return history


def _subject(dictionary: Dictionary, variable: str) -> tuple[str, int]:
    prefix = next((p for p in (AGE, PAST, REACH) if variable.startswith(p)), "")
    index = dictionary.index(variable.removeprefix(prefix))
    assert index is not None, variable
    return prefix, index


@dataclass(frozen=True)
class Row:
    """Held from nothing for `after_ns`, at a point: whether the condition is true then."""

    point: Point
    after_ns: int
    truth: bool | None


Evaluate = Callable[[Point, int], bool | None]


def evaluator(bench: Bench, text: str, node: Node | None = None) -> Evaluate:
    """The condition, or a part of it, as a function of a point that has held for some ns."""
    tree = parse(text) if node is None else node
    shared = Expression(text, tree, bench.dictionary)
    remembers = "held" in text

    def evaluate(point: Point, after_ns: int) -> bool | None:
        expression = Expression(text, tree, bench.dictionary) if remembers else shared
        truth = expression.evaluate(Direct(bench.dictionary, point), START_NS)
        if after_ns:
            then_ns = START_NS + after_ns
            truth = expression.evaluate(Direct(bench.dictionary, point, then_ns), then_ns)
        assert truth is None or isinstance(truth, bool)
        return truth

    return evaluate


def atoms_of(node: Node) -> Iterator[Comparison]:
    """Every comparison below, left to right."""
    if isinstance(node, Comparison):
        yield node
    for child in children(node):
        yield from atoms_of(child)


def _calls(node: Node, function: str) -> Iterator[Call]:
    if isinstance(node, Call) and node.function == function:
        yield node
    for child in children(node):
        yield from _calls(child, function)


def _windows(node: Node) -> dict[str, set[int]]:
    """Parameter -> the windows over it, ns."""
    found: dict[str, set[int]] = {}
    for function in _OVER:
        for call in _calls(node, function):
            for name in names(call):
                found.setdefault(name, set()).add(duration_ns(call.arguments[1]))
    return found


def variables_of(node: Node) -> list[str]:
    """What a point of the condition must say."""
    aged = {name for call in _calls(node, "age") for name in names(call)}
    unaged = names(_without_age(node))
    past = {prefix + name for name in _windows(node) for prefix in (PAST, REACH)}
    return sorted(unaged | {AGE + name for name in aged} | past)


def _without_age(node: Node) -> Node:
    """The tree, `age(x)` replaced by a number."""
    match node:
        case Call(function="age"):
            return Quantity(0.0, "", node.column)
        case Call():
            parts = tuple(_without_age(child) for child in node.arguments)
            return Call(node.function, parts, node.column)
        case Comparison():
            left, right = _without_age(node.left), _without_age(node.right)
            return Comparison(node.operator, left, right, node.column)
    parts = tuple(_without_age(child) for child in children(node))
    return Call("all", parts, node.column) if parts else node


Standing = Callable[[str], Sequence[str]]
"""The variables that a variable of the text stands on: itself, its raw inputs, or none."""


def _itself(variable: str) -> Sequence[str]:
    return (variable,)


def candidates(node: Node, standing: Standing = _itself) -> dict[str, list[float]]:
    """Variable -> values at, just below and just above every constant that it meets."""
    found: dict[str, set[float]] = {}
    for atom in atoms_of(node):
        constants = [si_value(q) for q in _constants(atom)] or [0.0]
        if _signs(atom) != (1,):
            constants = [0.0, *constants]
        around = {x for c in constants for sign in _signs(atom) for x in _around(sign * c)}
        for name in variables_of(atom):
            below = () if name.startswith(REACH) else standing(name)
            # What is derived may double it, or need half of each of two: one may not reach so far.
            derived = list(below) != [name]
            more = {x for c in constants for x in _around(c / 2)} if derived else set()
            for variable in below:
                found.setdefault(variable, set()).update(around | more)
    for name, windows_ns in _windows(node).items():
        if PAST + name not in found:
            continue
        edges_ns = {edge_ns for ns in windows_ns for edge_ns in (ns - 1, ns)}
        found[REACH + name] = {edge_ns / 1e9 for edge_ns in edges_ns}
    return {name: sorted(values) for name, values in found.items()}


def _around(constant: float) -> tuple[float, float, float]:
    slack = _SLACK * (abs(constant) or 1.0)
    return constant - slack, constant, constant + slack


def _signs(atom: Comparison) -> tuple[int, ...]:
    """Both where more than a name meets the constant: `abs(x) < 1`."""
    plain = not isinstance(atom.left, Call) and len(names(atom)) == 1
    return (1,) if plain and not _windows(atom) else (1, -1)


def _constants(node: Node) -> Iterator[Quantity]:
    """Numbers that are compared or added; durations of operators over time are not."""
    if isinstance(node, Quantity):
        yield node
    elif isinstance(node, Call) and node.function in ("held", *_OVER):
        yield from _constants(node.arguments[0])
    else:
        for child in children(node):
            yield from _constants(child)


_OVER = ("max_over", "min_over", "mean_over", "rms_over", "rate")


def points_of(values: Mapping[str, Sequence[float]]) -> list[dict[str, float]]:
    """All combinations of candidates, or a fixed sample of them."""
    count = 1
    for column in values.values():
        count *= len(column)
    if count <= _MOST_POINTS:
        return [
            dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())
        ]
    chance = random.Random(1)
    return [
        {name: chance.choice(column) for name, column in values.items()}
        for _ in range(_MOST_POINTS)
    ]


def holds_ns(node: Node) -> list[int]:
    """Moments after the start at which to look: about the end of every `held`."""
    durations = {duration_ns(call.arguments[1]) for call in _calls(node, "held")}
    return [0, *sorted({d - 1 for d in durations} | durations)]


def rows_of(text: str, part: Callable[[Node], Evaluate], standing: Standing = _itself) -> list[Row]:
    """A few rows in which every comparison, about each of its constants, is seen to decide.

    For each variable: around each constant, pairs of neighbouring values between which
    the truth changes, everything else being equal; one pair for each way in which the
    comparisons answer before and after. `part` evaluates the condition and the comparisons in it.
    """
    node = parse(text)
    moments = holds_ns(node)
    values = candidates(node, standing)
    points = points_of(values)
    whole, atoms = part(node), [part(atom) for atom in atoms_of(node)]
    truths = {
        _key(point): (whole(point, moments[-1]), *(atom(point, 0) for atom in atoms))
        for point in points
    }
    chosen: dict[tuple[float, ...], dict[str, float]] = {}
    for name, column in values.items():
        for low, high in itertools.pairwise(column):
            for pair in _pairs(points, truths, name, low, high):
                for point in pair:
                    chosen.setdefault(_key(point), point)
    return [
        Row(point, after_ns, whole(point, after_ns))
        for point in chosen.values()
        for after_ns in moments
    ]


Truths = tuple[bool | None, ...]
"""Of the whole, then of every comparison in it."""


def _pairs(
    points: Sequence[dict[str, float]],
    truths: Mapping[tuple[float, ...], Truths],
    name: str,
    low: float,
    high: float,
) -> Iterator[tuple[dict[str, float], dict[str, float]]]:
    """Pairs of points between which one variable alone decides, one pair for each way."""
    seen: set[tuple[Truths, Truths]] = set()
    for point in points:
        if point[name] != low:
            continue
        other = {**point, name: high}
        if _key(other) not in truths:
            continue
        before, after = truths[_key(point)], truths[_key(other)]
        way = (before, after)
        if before[0] != after[0] and way not in seen:
            seen.add(way)
            yield point, other


def _key(point: Point) -> tuple[float, ...]:
    return tuple(point[name] for name in sorted(point))


def decisive(rows: Sequence[Row]) -> set[str]:
    """The variables that alone turn a true row into one that is not."""
    final = {_key(row.point): row for row in rows}
    found = set()
    for row, other in itertools.permutations(final.values(), 2):
        differing = [name for name in row.point if row.point[name] != other.point[name]]
        if len(differing) == 1 and row.truth is True and other.truth is not True:
            found.add(differing[0])
    return found
