"""The expression language of derived parameters, criteria, phases, scripts and expectations.

    nav.altitude < 5 km and abs(barge.deck.roll) <= 3 deg
    max_over(abs(barge.deck.roll), 20 min) < 5 deg or age(barge.deck.roll) > 2 s
    held(rate(nav.speed, 1 s) < -2 m/s^2, 0.5 s)

Values
: dotted parameter names; numbers, with a unit written without blanks (`5 m/s^2`); `true` and
  `false`. Everything is in SI inside. Yes-or-no parameters are numbers: `barge.deck.clear == 1`.

Operators
: `+ - * /`, `< <= > >= == !=` (they do not chain), `not`, `and`, `or`, binding in that order.
  Both sides have equal units; angle is a dimension of its own, so `3 deg` is no plain number.

Functions
: `abs min max sqrt hypot atan2 clamp median`.

Over time
: `max_over`, `min_over`, `mean_over`, `rms_over` and `rate` (least-squares slope, per second) take
  an expression over exactly one parameter, apply it to each of its GOOD samples with
  now - window < source time <= now, and reduce these; samples are not weighted by time. Less than
  99 % of the window within `stale_after` of a GOOD sample is unknown, and so is a window with no
  sample in it or with one at which the expression is not defined. While the parameter itself is
  not GOOD now, its window is unknown, however full it is.
  `held(cond, 5 s)` looks at the instants at which it was evaluated. `age(x)` is the time
  since x was measured, good or not, and unknown if it never was.

Unknown
: is None. It spreads through numbers; through logic unless the answer does not depend on it
  (Kleene). Division by zero and everything not finite is unknown.

Text is parsed to a tree (`syntax`), checked against the dictionary's units (`checking`), and
written as one Python function (`generating`) that an `Expression` (`evaluating`) asks.
`evaluate_columns` (`batch`) answers the same over columns of recorded samples, for many moments
at once. `truth` and `number` (`asking`) ask safely: what crashes is unknown.
"""

from gcs.expressions.asking import number, say_crash, truth
from gcs.expressions.batch import evaluate_columns
from gcs.expressions.checking import Scope
from gcs.expressions.columns import Column
from gcs.expressions.errors import ExpressionError
from gcs.expressions.evaluating import Expression, compile_expression
from gcs.expressions.history import History
from gcs.expressions.units import (
    CONDITION,
    DIMENSIONLESS,
    TIME,
    Condition,
    Dimension,
    Kind,
    Unit,
    parse_difference,
    parse_quantity,
    unit_of,
)
from gcs.expressions.view import View

__all__ = [
    "CONDITION",
    "DIMENSIONLESS",
    "TIME",
    "Column",
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
    "evaluate_columns",
    "number",
    "parse_difference",
    "parse_quantity",
    "say_crash",
    "truth",
    "unit_of",
]
