"""The expression language of derived parameters, criteria, phases, scripts and expectations.

Text is parsed to a tree (`syntax`), checked against the dictionary's units (`checking`) and
compiled to closures (`evaluating`). Logic is three-valued: None is unknown.
"""

from gcs.expressions.checking import Scope
from gcs.expressions.errors import ExpressionError
from gcs.expressions.evaluating import Expression, View, compile_expression
from gcs.expressions.history import History
from gcs.expressions.units import (
    CONDITION,
    DIMENSIONLESS,
    Condition,
    Dimension,
    Kind,
    Unit,
    parse_difference,
    parse_quantity,
    unit_of,
)

__all__ = [
    "CONDITION",
    "DIMENSIONLESS",
    "Condition",
    "Dimension",
    "Expression",
    "ExpressionError",
    "History",
    "Kind",
    "Scope",
    "Unit",
    "View",
    "compile_expression",
    "parse_difference",
    "parse_quantity",
    "unit_of",
]
