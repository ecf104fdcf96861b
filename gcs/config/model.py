"""The base of every config model, and the field types they share."""

from __future__ import annotations

import math
import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_UNIT_NS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_DURATION = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(ns|us|ms|s|min|h)")


class ConfigModel(BaseModel):
    """Frozen; unknown keys and implicit conversions are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def parse_duration_ns(text: object) -> int:
    """Nanoseconds of a text such as `0.5 s` or `20 min`; ValueError otherwise."""
    match = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError(
            f'expected a duration with its unit such as "0.5 s" or "20 min", got {text!r}'
        )
    return round(float(match[1]) * _UNIT_NS[match[2]])


_ANGLE = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(deg|rad)")


def parse_angle_rad(text: object) -> float:
    """Radians of a text such as `90 deg`; ValueError otherwise."""
    match = _ANGLE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f'expected an angle with its unit such as "90 deg", got {text!r}')
    return float(match[1]) if match[2] == "rad" else math.radians(float(match[1]))


def listed(value: object) -> object:
    """A list as a tuple; anything else as it is: TOML has lists, models are frozen."""
    return tuple(value) if isinstance(value, list) else value


Duration = Annotated[int, BeforeValidator(parse_duration_ns)]
"""A duration in nanoseconds, written with its unit."""

Angle = Annotated[float, BeforeValidator(parse_angle_rad)]
"""An angle in radians, written with its unit."""

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
"""A dotted lower-case name."""

Quantity = str
"""A number with its unit, such as `5 km`; read by `gcs.expressions`."""

ExpressionText = str
"""Source text in the expression language; compiled by `gcs.expressions`."""

Strings = Annotated[tuple[str, ...], BeforeValidator(listed)]
Identifiers = Annotated[tuple[Identifier, ...], BeforeValidator(listed)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[Finite, Field(gt=0)]
NonNegative = Annotated[Finite, Field(ge=0)]
Share = Annotated[Finite, Field(ge=0, le=1)]
Span = Annotated[Duration, Field(ge=0)]
"""A duration that does not run backwards."""

Source = Annotated[str, Field(min_length=1)]
"""Who says so: a paper, a standard, or `assumed`."""
