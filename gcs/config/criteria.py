"""Criteria files: the rules of a go/no-go decision."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from gcs.config.alarms import AlarmConfig
from gcs.config.model import (
    ConfigModel,
    Duration,
    ExpressionText,
    Identifier,
    Identifiers,
    Quantity,
    Strings,
)

WAIVABLE_AT_MOST_NS = 24 * 3_600_000_000_000
"""What must hold for longer is a changed rule, not a waiver."""


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
    """One rule: a `value` against limits, or a `require`d condition.

    Once NO-GO it clears only while `clears_when` is true, where that is given.
    The positions in `waivable_by`, and nobody else, may let it pass while it is NO-GO,
    each time for at most `waivable_for`, and a `value` only as far as `waivable_to`.
    What is `unwaivable` may name none: to let it pass is to change the rule.
    It counts for its `gates`, raises its `alarm`, or both.
    """

    title: str
    owner: str
    gates: Identifiers = ()
    phases: Identifiers = ()
    value: ExpressionText | None = None
    unit: str = ""
    caution: LimitConfig | None = None
    no_go: LimitConfig | None = None
    require: ExpressionText | None = None
    clears_when: ExpressionText | None = None
    hysteresis: Quantity | None = None
    trip_after: Duration = 0
    clear_after: Duration = 0
    format: str = ".1f"
    source: Annotated[str, Field(min_length=1)]
    unwaivable: bool = False
    waivable_by: Strings = ()
    waivable_for: Duration | None = None
    waivable_to: LimitConfig | None = None
    alarm: AlarmConfig | None = None

    @model_validator(mode="after")
    def _value_or_condition(self) -> CriterionConfig:
        if (self.value is None) == (self.require is None):
            raise ValueError("expected either `value` with `no_go`, or `require`")
        if self.value is not None and self.no_go is None:
            raise ValueError("a `value` needs a `no_go` limit: a rule that cannot fail is no rule")
        if self.require is not None and (self.no_go or self.caution or self.hysteresis):
            raise ValueError("limits and hysteresis go with `value`, not with `require`")
        return self

    @model_validator(mode="after")
    def _of_use(self) -> CriterionConfig:
        if not self.gates and self.alarm is None:
            raise ValueError("expected `gates`, an `alarm` or both: a rule that nothing follows")
        on_caution = self.alarm is not None and self.alarm.on == "caution"
        if on_caution and self.caution is None:
            raise ValueError('an alarm `on = "caution"` needs a `caution` limit')
        return self

    @model_validator(mode="after")
    def _waivers_have_bounds(self) -> CriterionConfig:
        if self.unwaivable and self.waivable_by:
            raise ValueError("it is `unwaivable`: nobody may be in `waivable_by`")
        if not self.waivable_by:
            if self.waivable_for is not None or self.waivable_to is not None:
                raise ValueError("`waivable_for` and `waivable_to` go with `waivable_by`")
            return self
        if self.waivable_for is None or not 0 < self.waivable_for <= WAIVABLE_AT_MOST_NS:
            raise ValueError("`waivable_by` needs `waivable_for`, the longest waiver, up to 24 h")
        if self.value is not None and self.waivable_to is None:
            raise ValueError("a waivable `value` needs `waivable_to`, the farthest it may go")
        if self.require is not None and self.waivable_to is not None:
            raise ValueError("`waivable_to` goes with `value`, not with `require`")
        return self


class CriteriaFile(ConfigModel):
    """A criteria file."""

    criterion: dict[Identifier, CriterionConfig]
