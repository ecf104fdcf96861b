"""The moment at which a gate closes, where its rule is a reading of the T clock."""

from __future__ import annotations

from dataclasses import dataclass

from gcs.clock import SECOND_NS
from gcs.config.dictionary import FromStation
from gcs.config.loading import Mission
from gcs.expressions import ExpressionError, Scope, View, parse_quantity
from gcs.expressions.parsing import parse
from gcs.expressions.syntax import Comparison, Name, Quantity


@dataclass(frozen=True)
class ClockDeadline:
    """A rule of the form `t_clock > 96 s`: the clock's parameter and its reading in s."""

    clock: int
    reading_s: float

    def at_ns(self, view: View, now_ns: int) -> int | None:
        """Station time of the deadline if T runs on from now; None while T is unknown."""
        t_s = view.value(self.clock)
        age_ns = view.age_ns(self.clock)
        if t_s is None or age_ns is None:
            return None
        return now_ns - age_ns + round((self.reading_s - t_s) * SECOND_NS)


def clock_deadline(text: str, mission: Mission, scope: Scope) -> ClockDeadline | None:
    """The deadline that a `closes` rule names; None for every other form."""
    try:
        tree = parse(text)
    except ExpressionError:
        return None
    match tree:
        case Comparison(operator=">" | ">=", left=Name(name=name), right=Quantity() as reading):
            index = scope.index(name)
            if index is None or not _is_t_clock(name, mission):
                return None
            return ClockDeadline(index, parse_quantity(f"{reading.value!r} {reading.unit}")[0])
    return None


def _is_t_clock(name: str, mission: Mission) -> bool:
    return any(
        parameter == name
        and isinstance(config.origin, FromStation)
        and config.origin.quantity == "t_clock"
        for _, parameter, config in mission.parameters()
    )
