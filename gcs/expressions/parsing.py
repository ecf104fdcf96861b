"""From text to tree, or to one sentence about what is wrong with the text."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from gcs.expressions.errors import ExpressionError
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
)


def parse(text: str) -> Node:
    """The tree of an expression; ExpressionError if it is none."""
    if not text.strip():
        raise ExpressionError("an expression is missing")
    try:
        return _parser().parse(text)  # type: ignore[return-value]
    except UnexpectedInput as error:
        raise _explained(text, error) from None
    except VisitError as error:
        raise error.orig_exc from None


@cache
def _parser() -> Lark:
    grammar = files("gcs.expressions").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", transformer=_TreeBuilder())


def _explained(text: str, error: UnexpectedInput) -> ExpressionError:
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        token: Token = error.token
        return ExpressionError(f"did not expect {str(token)!r} here", _place(token))
    if isinstance(error, UnexpectedCharacters):
        place = error.pos_in_stream or 0
        found = text[place]
        hint = "; equality is `==`" if found == "=" else ""
        return ExpressionError(f"did not expect {found!r} here{hint}", place + 1)
    return ExpressionError("the expression ends too early", len(text) + 1)


def _place(item: Node | Token) -> int:
    return (item.start_pos or 0) + 1 if isinstance(item, Token) else item.column


class _TreeBuilder(Transformer[Token, Node]):
    """One method a rule of the grammar; called as the parser reduces."""

    def any_of(self, items: list[Node]) -> Node:
        return Logical("or", tuple(items), items[0].column)

    def all_of(self, items: list[Node]) -> Node:
        return Logical("and", tuple(items), items[0].column)

    def inverted(self, items: list[Node | Token]) -> Node:
        return Not(_node(items[1]), _place(items[0]))

    def compared(self, items: list[Node | Token]) -> Node:
        if len(items) > 3:
            raise ExpressionError(
                "comparisons do not chain: write `a < b and b < c`", _place(items[3])
            )
        left, operator, right = items
        return Comparison(str(operator), _node(left), _node(right), _place(operator))

    def arithmetic(self, items: list[Node | Token]) -> Node:
        left, operator, right = items
        return Arithmetic(str(operator), _node(left), _node(right), _place(operator))

    def signed(self, items: list[Node | Token]) -> Node:
        operand = _node(items[1])
        if items[0] == "+":
            return operand
        if isinstance(operand, Quantity):
            return Quantity(-operand.value, operand.unit, _place(items[0]))
        return Negative(operand, _place(items[0]))

    def quantity(self, items: list[Token]) -> Node:
        value = float(items[0])
        if not math.isfinite(value):
            raise ExpressionError(f"{items[0]} is too large", _place(items[0]))
        return Quantity(value, str(items[1]) if len(items) > 1 else "", _place(items[0]))

    def truth(self, items: list[Token]) -> Node:
        return Truth(items[0] == "true", _place(items[0]))

    def name(self, items: list[Token]) -> Node:
        return Name(str(items[0]), _place(items[0]))

    def call(self, items: list[Node | Token]) -> Node:
        arguments = tuple(_node(item) for item in items[1:])
        return Call(str(items[0]), arguments, _place(items[0]))


def _node(item: Node | Token) -> Node:
    assert not isinstance(item, Token)
    return item
