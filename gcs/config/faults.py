"""Fault timelines: what breaks when, how, and for how long.

    [[fault]]
    at = "T+70 s"            # or since_start = "5 s", or mode = "DESCENT" with after = "2 s"
    target = "engine.2"
    kind = "off"
    for = "5 s"              # without it, for good

The same fault as a line typed while a simulation runs: `engine.2 off for=5s`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from gcs.config.model import (
    ConfigModel,
    Duration,
    Finite,
    Share,
    Span,
    listed,
    parse_duration_ns,
)
from gcs.config.parsing import problems_of

_MOST = 1e9
"""A figure beyond it says nothing that a smaller one does not, and overflows the wires."""
Figure = Annotated[Finite, Field(ge=-_MOST, le=_MOST)]
Amplitude = Annotated[Finite, Field(ge=0, le=_MOST)]
PositiveDuration = Annotated[Duration, Field(gt=0)]
Kind = Literal["off", "stuck", "garbage", "wrong", "slow", "delayed", "intermittent"]

_NEEDS = {"slow": ("time_constant",), "delayed": ("delay",)}
_TAKES = {
    "off": (),
    "stuck": (),
    "garbage": ("amplitude",),
    "wrong": ("bias", "scale"),
    "slow": ("time_constant",),
    "delayed": ("delay",),
    "intermittent": ("duty", "period"),
}
_FIGURES = ("bias", "scale", "amplitude", "time_constant", "delay", "duty", "period")


def _mission_time(value: object) -> int:
    """Nanoseconds from lift-off of a text such as `T+70 s` or `70 s`."""
    return parse_duration_ns(value.removeprefix("T") if isinstance(value, str) else value)


class FaultOrder(ConfigModel):
    """What breaks and how. SI units of the part; wrong is scale x value + bias.

    `amplitude` of garbage is each way about the true value, by default one that the part
    makes plain. Intermittent is silent in a share `duty` of the periods, at random.
    """

    target: Annotated[str, Field(min_length=1)]
    kind: Kind
    lasts: PositiveDuration | None = Field(default=None, alias="for")
    bias: Figure | None = None
    scale: Figure | None = None
    amplitude: Amplitude | None = None
    time_constant: PositiveDuration | None = None
    delay: PositiveDuration | None = None
    duty: Share | None = None
    period: PositiveDuration | None = None

    @model_validator(mode="after")
    def _figures_fit_the_kind(self) -> FaultOrder:
        given = [name for name in _FIGURES if getattr(self, name) is not None]
        strange = [name for name in given if name not in _TAKES[self.kind]]
        if strange:
            raise ValueError(f"`{strange[0]}` does not go with kind {self.kind!r}")
        missing = [name for name in _NEEDS.get(self.kind, ()) if name not in given]
        if missing:
            raise ValueError(f"kind {self.kind!r} needs `{missing[0]}`")
        if self.kind == "wrong" and not given:
            raise ValueError("kind 'wrong' needs `bias` or `scale`")
        return self


class FaultConfig(FaultOrder):
    """One entry of a timeline, due by exactly one of three clocks.

    `at` counts from lift-off, `since_start` from the start of the simulation; `mode` is a
    flight mode of the flight computers, and `after` counts from when they first enter it.
    """

    at: Annotated[int, BeforeValidator(_mission_time)] | None = None
    since_start: Span | None = None
    mode: Annotated[str, Field(min_length=1)] | None = None
    after: Span | None = None

    @model_validator(mode="after")
    def _one_clock(self) -> FaultConfig:
        if sum(clock is not None for clock in (self.at, self.since_start, self.mode)) != 1:
            raise ValueError("expected exactly one of `at`, `since_start`, `mode`")
        if self.after is not None and self.mode is None:
            raise ValueError("`after` goes with `mode`")
        return self


class FaultsFile(ConfigModel):
    """A timeline of faults, in any order."""

    fault: Annotated[tuple[FaultConfig, ...], BeforeValidator(listed)] = ()


class ClearOrder(ConfigModel):
    """A line that mends: a target, or `all`."""

    target: str


class LineError(ValueError):
    """A typed line that says nothing; one sentence."""


_USAGE = "expected `TARGET KIND [name=value ...]`, `clear TARGET` or `clear all`"
_PAIR = re.compile(r"([a-z_]+)=(\S+)")
_NUMBERS = ("bias", "scale", "amplitude", "duty")


def parse_fault_line(text: str) -> FaultOrder | ClearOrder:
    """A typed line such as `fc_b.gnss wrong bias=50 for=10s`; LineError says what it lacks."""
    words = text.split()
    if len(words) < 2:
        raise LineError(f"{_USAGE}, got {text.strip()!r}")
    if words[0] == "clear":
        if len(words) > 2:
            raise LineError(f"expected `clear TARGET` or `clear all`, got {text.strip()!r}")
        return ClearOrder(target=words[1])
    raw: dict[str, Any] = {"target": words[0], "kind": words[1]}
    for word in words[2:]:
        match = _PAIR.fullmatch(word)
        if match is None:
            raise LineError(f"expected name=value without spaces, got {word!r}")
        if match[1] in raw:
            raise LineError(f"{match[1]} is given twice")
        raw[match[1]] = _number(match[1], match[2]) if match[1] in _NUMBERS else match[2]
    return _validated(raw)


def _validated(raw: dict[str, Any]) -> FaultOrder:
    try:
        return FaultOrder.model_validate(raw)
    except ValidationError as error:
        problem = problems_of("", error)[0]
        raise LineError(f"{problem.key}: {problem.message}".removeprefix(": ")) from None


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise LineError(f"{name}: expected a number, got {text!r}") from None
