"""Number trees over arrays: one parameter's samples in, one value a sample out.

NaN stands for what is not defined, and spreads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gcs.expressions.checking import si_value
from gcs.expressions.functions import FUNCTIONS, VECTOR_OPERATORS
from gcs.expressions.syntax import Arithmetic, Call, Name, Negative, Node, Quantity

Samples = NDArray[np.float64]
PointWise = Callable[[Samples], Samples]


def point_wise(tree: Node) -> PointWise:
    """The function that a checked number tree over one parameter is.

    A result that is not finite is NaN. Floating-point warnings are the caller's
    to silence (`np.errstate`).
    """
    if isinstance(tree, Name):
        return _itself
    function = _compiled(tree)

    def filled(samples: Samples) -> Samples:
        return np.broadcast_to(function(samples), samples.shape)

    return filled


def _itself(samples: Samples) -> Samples:
    return samples


def _compiled(node: Node) -> Callable[[Samples], Any]:
    match node:
        case Name():
            return _itself
        case Quantity():
            value = si_value(node)
            return lambda samples: value
        case Negative():
            operand = _compiled(node.operand)
            return lambda samples: -operand(samples)
        case Arithmetic():
            return _applied(VECTOR_OPERATORS[node.operator], (node.left, node.right))
        case Call():
            return _applied(FUNCTIONS[node.function].vector, node.arguments)
    raise AssertionError(f"not a number over samples: {node}")


def _applied(function: Callable[..., Any], arguments: tuple[Node, ...]) -> Callable[[Samples], Any]:
    compiled = [_compiled(argument) for argument in arguments]

    def apply(samples: Samples) -> Any:
        result = function(*[argument(samples) for argument in compiled])
        # Infinite is not a large number: 1 / infinite must not come back as 0.
        return np.where(np.isfinite(result), result, np.nan)

    return apply
