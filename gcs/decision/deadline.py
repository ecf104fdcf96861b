"""The moment at which a gate closes, where its rule is a reading of a clock or a countdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gcs.clock import SECOND_NS
from gcs.config.dictionary import FromStation
from gcs.config.loading import Mission
from gcs.expressions import TIME, ExpressionError, Scope, View, parse_quantity
from gcs.expressions.parsing import parse
from gcs.expressions.syntax import Comparison, Name, Quantity


@dataclass(frozen=True)
class Deadline:
    """A rule of the form `t_clock > 96 s` or `forecast.commit_close < 0 s`.

    `runs` is 1 where the parameter counts up with time and -1 where it counts down.
    """

    parameter: int
    reading_s: float
    runs: Literal[1, -1]

    def at_ns(self, view: View, now_ns: int) -> int | None:
        """Station time of the deadline if time alone passes; None while it is unknown."""
        now_s = view.value(self.parameter)
        age_ns = view.age_ns(self.parameter)
        if now_s is None or age_ns is None:
            return None
        return now_ns - age_ns + self.runs * round((self.reading_s - now_s) * SECOND_NS)


def deadline_of(text: str, mission: Mission, scope: Scope) -> Deadline | None:
    """The deadline that a `closes` rule names; None for every other form."""
    try:
        tree = parse(text)
    except ExpressionError:
        return None
    match tree:
        case Comparison(operator, left=Name(name=name), right=Quantity() as reading):
            index = scope.index(name)
            if index is None:
                return None
            at_s = parse_quantity(f"{reading.value!r} {reading.unit}")[0]
            if operator in (">", ">=") and _said_by_station(name, mission) == "t_clock":
                return Deadline(index, at_s, 1)
            counts_down = scope.dimension(index) == TIME and not _said_by_station(name, mission)
            if operator in ("<", "<=") and counts_down:
                return Deadline(index, at_s, -1)
    return None


def _said_by_station(name: str, mission: Mission) -> str:
    """The station's own quantity behind a parameter; empty for all others."""
    for _, parameter, config in mission.parameters():
        if parameter == name and isinstance(config.origin, FromStation):
            return config.origin.quantity
    return ""
