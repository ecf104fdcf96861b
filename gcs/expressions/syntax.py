"""What a text says, as a tree: no units resolved, no names bound, nothing evaluated.

Every reader of the language (checking, live evaluation, evaluation over columns)
walks this one tree. `column` is the place in the whole text, counted from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Quantity:
    """A number with its unit as written; an empty `unit` is a plain number.

    A sign is part of it: -5 degC is five below freezing, not the opposite of 278.15 K.
    """

    value: float
    unit: str
    column: int


@dataclass(frozen=True)
class Truth:
    """`true` or `false`."""

    value: bool
    column: int


@dataclass(frozen=True)
class Name:
    """A parameter."""

    name: str
    column: int


@dataclass(frozen=True)
class Negative:
    """Minus something."""

    operand: Node
    column: int


@dataclass(frozen=True)
class Arithmetic:
    """`operator` is one of + - * /."""

    operator: str
    left: Node
    right: Node
    column: int


@dataclass(frozen=True)
class Comparison:
    """`operator` is one of < <= > >= == !=."""

    operator: str
    left: Node
    right: Node
    column: int


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    operand: Node
    column: int


@dataclass(frozen=True)
class Logical:
    """`operator` is `and` or `or`, over two or more operands."""

    operator: str
    operands: tuple[Node, ...]
    column: int


@dataclass(frozen=True)
class Call:
    """A function applied to its arguments."""

    function: str
    arguments: tuple[Node, ...]
    column: int


Node: TypeAlias = (
    Quantity | Truth | Name | Negative | Arithmetic | Comparison | Not | Logical | Call
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, left to right."""
    match node:
        case Negative() | Not():
            return (node.operand,)
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case Logical():
            return node.operands
        case Call():
            return node.arguments
    return ()


def names(node: Node) -> frozenset[str]:
    """Every parameter that the tree below names."""
    if isinstance(node, Name):
        return frozenset({node.name})
    return frozenset().union(*(names(child) for child in children(node)))
