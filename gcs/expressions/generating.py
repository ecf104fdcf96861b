"""Writes a tree as one Python function: a call for each node would cost twice as much.

    abs(deck.roll) < 3 deg or age(deck.roll) > 2 s

becomes, of parameter 7 and with names shortened,

    def answer(view, now_ns):
        return (
            True
            if (c := None
                if (a := view.value(7)) is None
                or not -INFINITE < a < INFINITE
                or not -INFINITE < (b := abs(a)) < INFINITE
                else b < 0.05235987755982988
            ) is True
            or (e := None if (d := view.age_ns(7)) is None else d / 1e9 > 2.0) is True
            else None if c is None or e is None
            else False
        )

A number is written as its *doubts* and as what it is where none of them holds. Doubts are
asked in the order of the text; what one decides the others are not asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import CodeType
from typing import NamedTuple, cast

from gcs.expressions.checking import OVER_TIME, Scope, duration_ns, si_value
from gcs.expressions.functions import FUNCTIONS, divide
from gcs.expressions.held import Held
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
from gcs.expressions.view import View
from gcs.expressions.windows import PointWise, WindowOperator

_NOT_FINITE = "not -1e999 < {} < 1e999"
"""Also of NaN; Python reads 1e999 as infinite."""
_CODES_KEPT = 4096

Answer = Callable[[View, int], float | bool | None]


class _Number(NamedTuple):
    """Python for a number: for what makes it unknown, and for what it is otherwise."""

    doubts: tuple[str, ...]
    said: str

    def text(self) -> str:
        """Both in one."""
        return _unless(self.doubts, self.said)


def generate(tree: Node, kind: Kind, scope: Scope) -> Answer:
    """The function of a tree that passed `check`, which found that it says this kind."""
    writer = _Writer(scope)
    text = writer.condition(tree) if kind is CONDITION else writer.number(tree).text()
    return cast("Answer", _function("view, now_ns", text, writer.uses))


def _point_wise(operand: Node, scope: Scope) -> PointWise:
    """The function of an expression over one sample."""
    writer = _Writer(scope, sample="sampled")
    text = writer.number(operand).text()
    return cast("PointWise", _function("sampled", text, writer.uses))


def _function(arguments: str, text: str, uses: dict[str, object]) -> object:
    exec(_compiled(f"def answer({arguments}):\n    return {text}\n"), uses)
    return uses["answer"]


@lru_cache(_CODES_KEPT)
def _compiled(source: str) -> CodeType:
    """Stations of one mission share their texts, and one process may build many of them."""
    return compile(source, "<expression>", "exec")


def _unless(doubts: Sequence[str], said: str) -> str:
    return f"None if {' or '.join(doubts)} else {said}" if doubts else said


class _Writer:
    """Writes nodes as Python; `uses` is what the text refers to by name.

    With `sample`, the only parameter named is that variable: finite, and always known.
    """

    def __init__(self, scope: Scope, sample: str = "") -> None:
        self._scope = scope
        self._sample = sample
        self._variables = 0
        self.uses: dict[str, object] = {}

    def number(self, node: Node) -> _Number:
        """A number: finite, where it is known."""
        match node:
            case Quantity():
                return _Number((), f"({si_value(node)!r})")
            case Name():
                return self._value(node)
            case Negative():
                doubts, said = self.number(node.operand)
                return _Number(doubts, f"(-{said})")
            case Arithmetic():
                return self._arithmetic(node)
            case Call():
                return self._call(node)
        raise AssertionError(f"not a number: {node}")

    def condition(self, node: Node) -> str:
        """True, False, or None for unknown."""
        match node:
            case Truth():
                return str(node.value)
            case Comparison():
                left, right = self.number(node.left), self.number(node.right)
                holds = f"{left.said} {node.operator} {right.said}"
                return _unless((*left.doubts, *right.doubts), holds)
            case Not():
                name = self._variable()
                inner = self.condition(node.operand)
                return f"None if ({name} := {inner}) is None else not {name}"
            case Logical():
                return self._logical(node)
            case Call():
                return self._held(node)
        raise AssertionError(f"not a condition: {node}")

    def _variable(self) -> str:
        self._variables += 1
        return f"x{self._variables}"

    def _use(self, name: str, what: object) -> str:
        """Let the text refer to something by a name."""
        self.uses[name] = what
        return name

    def _index(self, node: Name) -> int:
        index = self._scope.index(node.name)
        assert index is not None
        return index

    def _value(self, node: Name) -> _Number:
        if self._sample:
            return _Number((), self._sample)
        name = self._variable()
        unknown = f"({name} := view.value({self._index(node)})) is None"
        return _Number((unknown, _NOT_FINITE.format(name)), name)

    def _finite(self, inputs: Sequence[_Number], value: str) -> _Number:
        """What is made of other numbers: unknown where one of them is, or where it is too large."""
        name = self._variable()
        doubts = [doubt for one in inputs for doubt in one.doubts]
        return _Number((*doubts, _NOT_FINITE.format(f"({name} := {value})")), name)

    def _arithmetic(self, node: Arithmetic) -> _Number:
        left, right = self.number(node.left), self.number(node.right)
        value = f"{left.said} {node.operator} {right.said}"
        if node.operator == "/":
            value = f"{self._use('divide', divide)}({left.said}, {right.said})"
        return self._finite((left, right), value)

    def _call(self, node: Call) -> _Number:
        if node.function == "age":
            return self._age(node.arguments[0])
        if node.function in OVER_TIME:
            return self._over_time(node)
        arguments = [self.number(argument) for argument in node.arguments]
        function = self._use(node.function, FUNCTIONS[node.function].scalar)
        return self._finite(arguments, f"{function}({', '.join(a.said for a in arguments)})")

    def _age(self, parameter: Node) -> _Number:
        assert isinstance(parameter, Name)
        name = self._variable()
        unknown = f"({name} := view.age_ns({self._index(parameter)})) is None"
        return _Number((unknown,), f"({name} / 1e9)")

    def _over_time(self, node: Call) -> _Number:
        operand, window = node.arguments
        parameter = Name(next(iter(names(operand))), operand.column)
        inner = None if isinstance(operand, Name) else _point_wise(operand, self._scope)
        name = self._variable()
        operator = WindowOperator(node.function, inner, duration_ns(window))
        over = self._use(f"over_{name}", operator)
        # The past answers for nothing while the present is unknown.
        doubts, _ = self._value(parameter)
        unknown = f"({name} := {over}(view.history({self._index(parameter)}), now_ns)) is None"
        return _Number((*doubts, unknown), name)

    def _logical(self, node: Logical) -> str:
        decisive = node.operator == "or"
        terms = [(self._variable(), self.condition(operand)) for operand in node.operands]
        asked = [f"({name} := {condition})" for name, condition in terms]
        decides = " or ".join(f"{term} is {decisive}" for term in asked)
        if any(_remembers(operand) for operand in node.operands):
            # `held` must see every instant, also those at which its neighbour decides alone.
            decides = f"{decisive} in ({', '.join(asked)})"
        unknown = " or ".join(f"{name} is None" for name, _ in terms)
        return f"{decisive} if {decides} else None if {unknown} else {not decisive}"

    def _held(self, node: Call) -> str:
        condition, duration = node.arguments
        held = self._use(f"held_{self._variable()}", Held(duration_ns(duration)).step)
        return f"{held}({self.condition(condition)}, now_ns)"


def _remembers(node: Node) -> bool:
    if isinstance(node, Call) and node.function == "held":
        return True
    return any(_remembers(child) for child in children(node))
