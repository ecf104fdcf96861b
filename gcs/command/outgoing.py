"""What leaves for a vehicle or a barge: its addressees and its fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gcs.clock import MILLISECOND_NS
from gcs.command.attempt import Attempt
from gcs.messages import Event
from gcs.telemetry.barge import BargeOrder


class Outgoing(NamedTuple):
    """A COMMAND_LONG for one flight computer: fields by name, all but its address."""

    target: str
    fields: dict[str, int | float]


class OutgoingOrder(NamedTuple):
    """An order for one barge. It ages from `said_ns`, however often it is sent again."""

    target: str
    order: BargeOrder
    nonce: int
    said_ns: int
    valid_ms: int
    heading_rad: float | None


class Dispatch(NamedTuple):
    """What a call to the Commander led to."""

    outgoing: tuple[Outgoing, ...] = ()
    events: tuple[Event, ...] = ()
    orders: tuple[OutgoingOrder, ...] = ()


def joined(dispatches: Iterable[Dispatch]) -> Dispatch:
    """What several calls led to, each kind in order."""
    parts = tuple(dispatches)
    return Dispatch(
        tuple(out for part in parts for out in part.outgoing),
        tuple(event for part in parts for event in part.events),
        tuple(order for part in parts for order in part.orders),
    )


def sending(attempt: Attempt, confirmation: int) -> Dispatch:
    """A command to those of its targets that have not echoed it."""
    awaited = [target for target in sorted(attempt.targets) if target not in attempt.echoed]
    if attempt.config.target == "barge":
        return Dispatch(orders=tuple(_order(attempt, target) for target in awaited))
    fields = _fields(attempt, confirmation)
    return Dispatch(tuple(Outgoing(target, fields) for target in awaited))


def _order(attempt: Attempt, target: str) -> OutgoingOrder:
    return OutgoingOrder(
        target,
        BargeOrder(attempt.config.order),
        attempt.nonce,
        attempt.sent_ns,
        attempt.config.validity // MILLISECOND_NS,
        attempt.parameters.get("heading_true"),
    )


def _fields(attempt: Attempt, confirmation: int) -> dict[str, int | float]:
    empty = {f"param{i}": 0.0 for i in range(3, 8)}
    return {
        "command": attempt.number,
        "confirmation": confirmation,
        "param1": float(attempt.nonce),
        "param2": attempt.config.validity / MILLISECOND_NS,
        **empty,
        **attempt.parameters,
    }
