"""Alarms: what a criterion asks of an operator when it turns bad."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gcs.config.model import ConfigModel, Duration, ExpressionText, Identifiers, Span
from gcs.messages import AlarmPriority

SECOND_NS = 1_000_000_000
SHELVABLE_AT_MOST_NS = 8 * 3_600 * SECOND_NS
"""One watch (assumed): what is put aside for longer is a changed rule."""


class AlarmConfig(ConfigModel):
    """Asks for `action` while its criterion is NO-GO, or already at `on = "caution"`.

    An UNKNOWN criterion raises it too, `unknown_after` beyond the criterion's own
    `clear_after`, as does a NO-GO before it ever passed; with `once_known` only after it
    was known, for what nobody can know yet when a station starts. `follows` names alarms
    that explain an UNKNOWN of this one, such as that of the link which carries it: while
    one of them stands or is UNKNOWN itself, this one asks for nothing more. While
    `asked_while` is known to be false it is suppressed, as it is wherever its criterion
    is INHIBITED. It may be put aside for `shelvable_for` (30 min where that is left out,
    assumed), never if it is critical.
    """

    priority: Annotated[AlarmPriority, Field(strict=False)]
    action: Annotated[str, Field(min_length=1)]
    on: Literal["no_go", "caution"] = "no_go"
    unknown_after: Span = 5 * SECOND_NS
    once_known: bool = False
    follows: Identifiers = ()
    asked_while: ExpressionText | None = None
    shelvable_for: Duration | None = None

    @model_validator(mode="after")
    def _critical_stays(self) -> AlarmConfig:
        if self.shelvable_for is None:
            return self
        if self.priority is AlarmPriority.CRITICAL:
            raise ValueError("a critical alarm is never shelved: leave `shelvable_for` out")
        if not 0 < self.shelvable_for <= SHELVABLE_AT_MOST_NS:
            raise ValueError("expected `shelvable_for` above zero, up to 8 h")
        return self
