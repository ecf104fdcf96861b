"""What a dictionary is made of: parameters, and the routes by which values reach them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gcs.expressions import Expression, Unit
from gcs.messages import ParameterInfo
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
class Parameter:
    """One parameter. `low` and `high` bound what is valid, SI; `source` is "" for a plain name.

    A parameter is voted, derived, or measured (neither).
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

    @property
    def is_measured(self) -> bool:
        """Whether samples reach it directly."""
        return self.ballots is None and self.derivation is None

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
        )


class Scale(NamedTuple):
    """From a wire value to a judged SI value: value x factor + offset, valid in low to high."""

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
    """Picks that hold while the fields at `where` (position, value) have these values."""

    where: tuple[tuple[int, int], ...]
    parameters: tuple[int, ...]
    picks: tuple[MavlinkPick, ...]


class MavlinkRoute(NamedTuple):
    """What is taken from one message of one source.

    `time_position` is the field with the time of measurement in units of
    `time_scale_ns`, or None where the message carries no time.
    """

    time_position: int | None
    time_scale_ns: int
    groups: tuple[MavlinkGroup, ...]


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
