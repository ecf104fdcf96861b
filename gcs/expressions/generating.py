"""Writes a tree as one Python function: a call for each node would cost twice as much.

    abs(deck.roll) < 3 deg or age(deck.roll) > 2 s

becomes, of parameter 7 and with names shortened,

    def answer(view, now_ns, roll=7, least=0.05235987755982988, age=7, most=2.0):
        return (
            True
            if (c := None
                if (a := view.value(roll)) is None
                or not -INFINITE < a < INFINITE
                or not -INFINITE < (b := abs(a)) < INFINITE
                else b < least
            ) is True
            or (e := None if (d := view.age_ns(age)) is None else d / 1e9 > most) is True
            else None if c is None or e is None
            else False
        )

A number is written as its *doubts* and as what it is where none of them holds. Doubts are
asked in the order of the text; what one decides the others are not asked for. What differs
between expressions of one shape stands in the arguments' defaults: they share one code, which
so is found in the cache of the processor, and is compiled once. No word of what a person wrote
is in it: only numbered names, and the language's own functions and operators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import CodeType, FunctionType
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
_CALLED = {name: function.scalar for name, function in FUNCTIONS.items()} | {"divide": divide}

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
    return cast("Answer", _function(("view", "now_ns"), text, writer.givens))


def _point_wise(operand: Node, scope: Scope) -> PointWise:
    """The function of an expression over one sample."""
    writer = _Writer(scope, sample="sampled")
    text = writer.number(operand).text()
    return cast("PointWise", _function(("sampled",), text, writer.givens))


def _function(asked: tuple[str, ...], text: str, givens: Mapping[str, object]) -> FunctionType:
    code = _compiled(", ".join((*asked, *givens)), text)
    return FunctionType(code, _CALLED, "answer", tuple(givens.values()))


@lru_cache(_CODES_KEPT)
def _compiled(arguments: str, text: str) -> CodeType:
    source = f"def answer({arguments}):\n    return {text}\n"
    (code,) = (
        part
        for part in compile(source, "<expression>", "exec").co_consts
        if isinstance(part, CodeType)
    )
    return code


def _unless(doubts: Sequence[str], said: str) -> str:
    return f"None if {' or '.join(doubts)} else {said}" if doubts else said


class _Writer:
    """Writes nodes as Python; `givens` is what the text is given by name.

    With `sample`, the only parameter named is that variable: finite, and always known.
    """

    def __init__(self, scope: Scope, sample: str = "") -> None:
        self._scope = scope
        self._sample = sample
        self._variables = 0
        self.givens: dict[str, object] = {}

    def number(self, node: Node) -> _Number:
        """A number: finite, where it is known."""
        match node:
            case Quantity():
                return _Number((), self._given(si_value(node)))
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

    def _given(self, what: object) -> str:
        """A name in the text for something that is not the same in all of its shape."""
        name = f"g{len(self.givens)}"
        self.givens[name] = what
        return name

    def _parameter(self, node: Node) -> str:
        assert isinstance(node, Name)
        return self._given(self._scope.index(node.name))

    def _value(self, node: Name) -> _Number:
        if self._sample:
            return _Number((), self._sample)
        name = self._variable()
        unknown = f"({name} := view.value({self._parameter(node)})) is None"
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
            value = f"divide({left.said}, {right.said})"
        return self._finite((left, right), value)

    def _call(self, node: Call) -> _Number:
        if node.function == "age":
            return self._age(node.arguments[0])
        if node.function in OVER_TIME:
            return self._over_time(node)
        arguments = [self.number(argument) for argument in node.arguments]
        told = ", ".join(argument.said for argument in arguments)
        return self._finite(arguments, f"{node.function}({told})")

    def _age(self, parameter: Node) -> _Number:
        name = self._variable()
        unknown = f"({name} := view.age_ns({self._parameter(parameter)})) is None"
        return _Number((unknown,), f"({name} / 1e9)")

    def _over_time(self, node: Call) -> _Number:
        operand, window = node.arguments
        parameter = Name(next(iter(names(operand))), operand.column)
        inner = None if isinstance(operand, Name) else _point_wise(operand, self._scope)
        name = self._variable()
        over = self._given(WindowOperator(node.function, inner, duration_ns(window)))
        # The past answers for nothing while the present is unknown.
        doubts, _ = self._value(parameter)
        past = f"view.history({self._parameter(parameter)})"
        unknown = f"({name} := {over}({past}, now_ns)) is None"
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
        held = self._given(Held(duration_ns(duration)).step)
        return f"{held}({self.condition(condition)}, now_ns)"


def _remembers(node: Node) -> bool:
    if isinstance(node, Call) and node.function == "held":
        return True
    return any(_remembers(child) for child in children(node))
