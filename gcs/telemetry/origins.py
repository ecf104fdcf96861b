"""Says where a parameter comes from, in one phrase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gcs.config.dictionary import (
    FromBarge,
    FromColumn,
    FromExpression,
    FromMavlink,
    FromOperator,
    FromStation,
)

SENDERS: Mapping[type, str] = {FromMavlink: "mavlink", FromBarge: "barge", FromColumn: "columns"}
"""What kind of source sends what has this origin."""


def say_origin(
    origin: FromMavlink | FromBarge | FromColumn | FromExpression | FromStation | FromOperator,
    sources: Sequence[str] = (),
) -> str:
    """The field, expression, quantity or position behind a parameter, and who sends it."""
    match origin:
        case FromExpression():
            return origin.expression
        case FromStation():
            return f"station {origin.quantity}" + (f" of {origin.of}" if origin.of else "")
        case FromOperator():
            text = f"entered by {' or '.join(origin.entered_by)}"
            return f"{text}, checked by a second person" if origin.checked else text
        case _:
            text = _field(origin)
            return f"{text} from {', '.join(sources)}" if sources else text


def _field(origin: FromMavlink | FromBarge | FromColumn) -> str:
    if isinstance(origin, FromColumn):
        return f"column {origin.column}"
    if isinstance(origin, FromBarge):
        return f"{origin.topic}.{origin.field}"
    index = "" if origin.index is None else f"[{origin.index}]"
    where = " and ".join(f"{field} = {value}" for field, value in origin.where.items())
    return f"{origin.message}.{origin.field}{index}" + (f" where {where}" if where else "")
