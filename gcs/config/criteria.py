"""Criteria files: the rules of a go/no-go decision."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from gcs.config.model import (
    ConfigModel,
    Duration,
    ExpressionText,
    Identifier,
    Identifiers,
    Quantity,
    Strings,
)


class LimitConfig(ConfigModel):
    """What is out: above, below, or both (outside a band)."""

    above: Quantity | None = None
    below: Quantity | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> LimitConfig:
        if self.above is None and self.below is None:
            raise ValueError("expected `above`, `below` or both")
        return self


class CriterionConfig(ConfigModel):
    """One rule: a `value` against limits, or a `require`d condition."""

    title: str
    owner: str
    gates: Identifiers
    phases: Identifiers = ()
    value: ExpressionText | None = None
    unit: str = ""
    caution: LimitConfig | None = None
    no_go: LimitConfig | None = None
    require: ExpressionText | None = None
    hysteresis: Quantity | None = None
    trip_after: Duration = 0
    clear_after: Duration = 0
    format: str = ".1f"
    source: Annotated[str, Field(min_length=1)]
    waivable_by: Strings = ()

    @model_validator(mode="after")
    def _value_or_condition(self) -> CriterionConfig:
        if (self.value is None) == (self.require is None):
            raise ValueError("expected either `value` with `no_go`, or `require`")
        if self.value is not None and self.no_go is None:
            raise ValueError("a `value` needs a `no_go` limit: a rule that cannot fail is no rule")
        if self.require is not None and (self.no_go or self.caution or self.hysteresis):
            raise ValueError("limits and hysteresis go with `value`, not with `require`")
        return self


class CriteriaFile(ConfigModel):
    """A criteria file."""

    criterion: dict[Identifier, CriterionConfig]
