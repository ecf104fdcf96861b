"""From a checked tree to a function that answers at every step.

A tree becomes one Python function once, at load time: `generating` writes it. Unknown is
None and spreads through arithmetic and functions, whatever the other operands are; through
`and`, `or` and `not` it spreads by Kleene's logic. A result that is not finite, and a division
by zero, is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gcs.expressions.checking import Scope, check
from gcs.expressions.generating import generate
from gcs.expressions.parsing import parse
from gcs.expressions.syntax import Node
from gcs.expressions.units import Kind
from gcs.expressions.view import View


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
        self._function = generate(tree, checked.kind, scope)

    def evaluate(self, view: View, now_ns: int) -> float | bool | None:
        """The value in SI, or whether the condition holds; None is unknown."""
        return self._function(view, now_ns)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def compile_expression(text: str, scope: Scope) -> Expression:
    """The expression that a text says; ExpressionError if it says none."""
    return Expression(text, parse(text), scope)
