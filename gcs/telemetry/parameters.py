"""The dictionary and what it is made of: parameters, and the routes by which values reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gcs.expressions import Dimension, Expression, Unit
from gcs.messages import UNNAMED, Codes, ParameterInfo
from gcs.telemetry.speech import Speech
from gcs.telemetry.voting import VoteRule


@dataclass(frozen=True)
class Ballots:
    """How a parameter is voted: the rule, and the parameters and source ids that vote."""

    rule: VoteRule
    parameters: tuple[int, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Derivation:
    """How a parameter is computed. `needs` are the reads whose age is the result's age."""

    expression: Expression
    needs: tuple[int, ...]


@dataclass(frozen=True)
class Entered:
    """Which positions enter a parameter by hand, and whether a second person checks it."""

    by: tuple[str, ...]
    checked: bool


@dataclass(frozen=True)
class Parameter:
    """One parameter. `low` and `high` bound what is valid, SI; `source` is "" for a plain name.

    A parameter is voted, derived, or measured (neither); one that is `entered` counts as
    measured, by a person. `origin` says in a phrase where it comes from.
    """

    index: int
    id: str
    title: str
    unit: Unit
    low: float
    high: float
    stale_after_ns: int
    format: str
    owner: str
    source: str = ""
    ballots: Ballots | None = None
    derivation: Derivation | None = None
    entered: Entered | None = None
    origin: str = ""
    codes: Codes = UNNAMED

    @property
    def is_measured(self) -> bool:
        """Whether samples reach it directly."""
        return self.ballots is None and self.derivation is None

    @property
    def speech(self) -> Speech:
        """How an operator says it and writes it."""
        return Speech(self.unit.name, self.unit.factor, self.unit.offset, self.format, self.codes)

    def info(self) -> ParameterInfo:
        """How to show it: what turns SI into the operator's unit."""
        return ParameterInfo(
            self.id,
            self.title,
            self.unit.name,
            1.0 / self.unit.factor,
            -self.unit.offset / self.unit.factor,
            self.format,
            self.stale_after_ns,
            self.owner,
            self.origin,
            self.low,
            self.high,
            self.entered.by if self.entered is not None else (),
            self.entered is not None and self.entered.checked,
            self.codes,
        )


class Scale(NamedTuple):
    """From a wire value to a judged SI value: value x factor + offset, valid in low to high.

    Both bounds are finite.
    """

    factor: float
    offset: float
    low: float
    high: float
    invalid: float | None


class MavlinkPick(NamedTuple):
    """A field of a message: its position among the values, and in its array if it is one."""

    parameter: int
    position: int
    element: int | None
    scale: Scale


class MavlinkGroup(NamedTuple):
    """Picks that are taken together; all lie in one array field, or none does.

    `array` is the position of that field. `rows` has one a pick: its place in the array, or
    among the values of the message, and its scale (factor, offset, low, high); plain tuples,
    for a step unpacks thousands. `unknowns` has the row, the place and the wire value that
    says "not known", of those picks that have one.
    """

    parameters: tuple[int, ...]
    array: int | None
    rows: tuple[tuple[int, float, float, float, float], ...]
    unknowns: tuple[tuple[int, int, float], ...]


class MavlinkSwitch(NamedTuple):
    """Which groups are taken, by the values of the fields at `positions`; none by any other."""

    positions: tuple[int, ...]
    groups: Mapping[tuple[int, ...], tuple[MavlinkGroup, ...]]


class MavlinkRoute(NamedTuple):
    """What is taken from one message of one source.

    `time_position` is the field with the time of measurement in units of
    `time_scale_ns`, or None where the message carries no time. What is always taken
    stands behind a switch of no positions.
    """

    time_position: int | None
    time_scale_ns: int
    switches: tuple[MavlinkSwitch, ...]


class FieldPick(NamedTuple):
    """A named field of a barge payload, or a column of a file."""

    parameter: int
    field: str
    scale: Scale


class StationRoute(NamedTuple):
    """A quantity that the station knows, in SI, and the link or source it is about."""

    parameter: int
    quantity: str
    of: str


@dataclass(frozen=True)
class Dictionary:
    """All parameters, and the routes to them; a Scope for expressions.

    mavlink: (source id, message id) -> route
    barge: (source id, topic) -> picks
    columns: source id -> picks
    station_routes: what the station writes itself
    derived_order: indices of derived parameters, inputs before what they feed
    """

    parameters: tuple[Parameter, ...]
    mavlink: Mapping[tuple[str, int], MavlinkRoute] = field(repr=False)
    barge: Mapping[tuple[str, str], tuple[FieldPick, ...]] = field(repr=False)
    columns: Mapping[str, tuple[FieldPick, ...]] = field(repr=False)
    station_routes: tuple[StationRoute, ...] = field(repr=False)
    derived_order: tuple[int, ...] = field(repr=False)
    _indices: Mapping[str, int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.parameters)

    def index(self, name: str) -> int | None:
        """The parameter's index, or None if there is none of that name."""
        return self._indices.get(name)

    def dimension(self, index: int) -> Dimension:
        """Its dimension; values are in SI."""
        return self.parameters[index].unit.dimension

    def stale_after_ns(self, index: int) -> int:
        """The age at which its value no longer counts."""
        return self.parameters[index].stale_after_ns

    def infos(self) -> tuple[ParameterInfo, ...]:
        """How to show each parameter, in index order."""
        return tuple(parameter.info() for parameter in self.parameters)

    def windows(self) -> dict[int, int]:
        """Index -> ns of history that derived parameters need."""
        spans: dict[int, int] = {}
        for parameter in self.parameters:
            if parameter.derivation is not None:
                for index, span_ns in parameter.derivation.expression.windows.items():
                    spans[index] = max(span_ns, spans.get(index, 0))
        return spans
