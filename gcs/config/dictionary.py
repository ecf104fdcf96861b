"""Dictionary files: where parameters come from and what they mean."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from gcs.config.model import (
    ConfigModel,
    Duration,
    ExpressionText,
    Identifier,
    Quantity,
    Strings,
    listed,
)
from gcs.messages import UNNAMED, Codes


class FromMavlink(ConfigModel):
    """A field of a MAVLink message. `index` picks from an array field.

    `unit` is the unit on the wire. `invalid` is the wire value that means "not known".
    `where` picks one instance of a repeated message, e.g. `{engine = 0}`.
    """

    message: str
    field: str
    index: int | None = None
    unit: str = ""
    invalid: float | int | None = None
    where: dict[str, int] = Field(default_factory=dict)


class FromBarge(ConfigModel):
    """A field of a barge topic's payload; `unit` is the unit on the wire."""

    topic: str
    field: str
    unit: str = ""


class FromColumn(ConfigModel):
    """A column of a columnar recording; `unit` is the unit in the file."""

    column: str
    unit: str = ""


class FromExpression(ConfigModel):
    """A value computed from other parameters."""

    expression: ExpressionText


class FromStation(ConfigModel):
    """A value that the station knows: links, the count, alarms, recorder, disk, queue.

    `quantity` names it; `of` names the link or source it is about.
    """

    quantity: Literal[
        "t_clock",
        "count_held",
        "count_scrubbed",
        "count_attempt",
        "hold_budget_left",
        "alarms_active",
        "alarms_unacknowledged",
        "alarm_flood",
        "phase_time",
        "recorder_ok",
        "disk_free",
        "recorded",
        "queue_lag",
        "link_up",
        "link_age",
        "loss_fraction",
        "clock_offset",
        "simulated_mixed_with_real",
        "deck_lights_wanted",
    ]
    of: str = ""


class FromOperator(ConfigModel):
    """What no sensor sends: one of these positions enters it by hand.

    An entry holds for the parameter's `stale_after` at most. With `checked` it counts
    only once a second person has said that it is right.
    """

    entered_by: Annotated[Strings, Field(min_length=1)]
    checked: bool = False


class VoteConfig(ConfigModel):
    """How a parameter of several sources becomes one: median of those that agree.

    A source further than `tolerance` from the median is voted out and said so;
    a source whose value stays bit-equal for `frozen_after` while others move is frozen.
    """

    tolerance: Quantity
    frozen_after: Duration | None = None
    minimum_sources: int = Field(default=2, ge=1)


_WHOLE = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
_ORIGIN_KEYS = ("message", "topic", "column", "expression", "quantity", "entered_by")


def _origin_kind(origin: object) -> str | None:
    """The key that tells what kind of origin a table is."""
    if isinstance(origin, dict):
        return next((key for key in _ORIGIN_KEYS if key in origin), None)
    return next((key for key in _ORIGIN_KEYS if hasattr(origin, key)), None)


Origin = Annotated[
    Annotated[FromMavlink, Tag("message")]
    | Annotated[FromBarge, Tag("topic")]
    | Annotated[FromColumn, Tag("column")]
    | Annotated[FromExpression, Tag("expression")]
    | Annotated[FromStation, Tag("quantity")]
    | Annotated[FromOperator, Tag("entered_by")],
    Discriminator(
        _origin_kind,
        custom_error_type="origin",
        custom_error_message=f"expected a table with one of {', '.join(_ORIGIN_KEYS)}",
    ),
]


_Word = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9 _-]{0,23}$")]


def _coded(value: object) -> object:
    """A table's keys as the whole numbers that they stand for; TOML has texts."""
    if not isinstance(value, dict):
        return value
    return {int(k) if _WHOLE.fullmatch(str(k)) else k: name for k, name in value.items()}


class ParameterConfig(ConfigModel):
    """One parameter. `unit` is the operator's; inside, everything is SI.

    `sources` lists the source ids that carry it: with several, one parameter a
    source is made (`fc_b.nav.altitude`) and `vote` makes the plain name.
    """

    title: str = ""
    unit: str = ""
    origin: Origin = Field(alias="from")
    sources: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    vote: VoteConfig | None = None
    valid: Annotated[tuple[Quantity, Quantity] | None, BeforeValidator(listed)] = None
    stale_after: Duration
    format: str = ".1f"
    owner: str = ""
    names: Annotated[dict[int, _Word], BeforeValidator(_coded)] = Field(default_factory=dict)
    bits: Annotated[tuple[_Word, ...], BeforeValidator(listed)] = ()

    @property
    def codes(self) -> Codes:
        """What its values are called."""
        named = bool(self.names or self.bits)
        return Codes(tuple(self.names.items()), self.bits) if named else UNNAMED

    @model_validator(mode="after")
    def _codes_are_plain(self) -> ParameterConfig:
        if self.unit and (self.names or self.bits):
            raise ValueError("what has names for its values is no quantity and has no unit")
        words = [name.casefold() for name in self.names.values()]
        if len(set(words)) < len(words):
            raise ValueError("two codes have the same name")
        return self

    @model_validator(mode="after")
    def _vote_needs_sources(self) -> ParameterConfig:
        if len(self.sources) > 1 and self.vote is None:
            raise ValueError("several sources need a vote table with a tolerance")
        return self

    @model_validator(mode="after")
    def _entries_are_bounded(self) -> ParameterConfig:
        if not isinstance(self.origin, FromOperator):
            return self
        if self.sources or self.vote is not None:
            raise ValueError("an entered parameter has neither `sources` nor `vote`")
        if self.valid is None:
            raise ValueError("an entered parameter needs its `valid` range: fingers slip")
        if self.stale_after <= 0:
            raise ValueError("an entered parameter needs a `stale_after` above zero")
        return self


class DictionaryFile(ConfigModel):
    """A dictionary file."""

    parameter: dict[Identifier, ParameterConfig]
