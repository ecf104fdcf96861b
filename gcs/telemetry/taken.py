"""What telemetry hands on besides samples: typed messages, and what they are gathered in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gcs.clock import SECOND_NS
from gcs.messages import Event
from gcs.telemetry.samples import SampleBatch, SampleWriter

_QUIET_NS: Final = 10 * SECOND_NS


class Acknowledgement(NamedTuple):
    """A COMMAND_ACK. It has no correlation id: an old one looks like a new one."""

    source: str
    command: int
    result: int
    receipt_ns: int
    target_system: int
    target_component: int


class Echo(NamedTuple):
    """The last command that a flight computer accepted, as its LANDING_STATE says."""

    source: str
    nonce: int
    command: int
    mode: int
    receipt_ns: int


class OrderAnswer(NamedTuple):
    """A barge's answer to an order, by the order's nonce."""

    source: str
    nonce: int
    accepted: bool
    reason: str


class OrderEcho(NamedTuple):
    """The nonce of an order that a barge took, as its state shows; of the last one, last."""

    source: str
    nonce: int


class TimesyncRequest(NamedTuple):
    """A peer asks what time it is; `asked_ns` is its clock, to be sent back."""

    source: str
    link: str
    peer: str
    asked_ns: int


class Heartbeat(NamedTuple):
    """A HEARTBEAT of a declared source."""

    source: str
    base_mode: int
    system_status: int
    receipt_ns: int


@dataclass(frozen=True)
class Taken:
    """All that was received since the last take, in receipt order a kind."""

    batch: SampleBatch
    acknowledgements: tuple[Acknowledgement, ...] = ()
    echoes: tuple[Echo, ...] = ()
    timesync_requests: tuple[TimesyncRequest, ...] = ()
    heartbeats: tuple[Heartbeat, ...] = ()
    events: tuple[Event, ...] = ()
    order_answers: tuple[OrderAnswer, ...] = ()
    order_echoes: tuple[OrderEcho, ...] = ()


@dataclass
class Gathering:
    """What is being received: samples of now and of the past, and typed messages."""

    samples: SampleWriter = field(default_factory=SampleWriter)
    past: SampleWriter = field(default_factory=SampleWriter)
    acknowledgements: list[Acknowledgement] = field(default_factory=list)
    echoes: list[Echo] = field(default_factory=list)
    timesync_requests: list[TimesyncRequest] = field(default_factory=list)
    heartbeats: list[Heartbeat] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    order_answers: list[OrderAnswer] = field(default_factory=list)
    order_echoes: list[OrderEcho] = field(default_factory=list)

    def take(self) -> Taken:
        """All of it; what is received next starts from nothing."""
        past = self.past.take() if len(self.past) else None
        taken = Taken(
            self.samples.take(past),
            tuple(self.acknowledgements),
            tuple(self.echoes),
            tuple(self.timesync_requests),
            tuple(self.heartbeats),
            tuple(self.events),
            tuple(self.order_answers),
            tuple(self.order_echoes),
        )
        for kind in (
            self.acknowledgements,
            self.echoes,
            self.timesync_requests,
            self.heartbeats,
            self.events,
            self.order_answers,
            self.order_echoes,
        ):
            kind.clear()
        return taken


class Quiet:
    """Lets a repeated complaint through once in ten seconds.

    Keys are the caller's own names, not a peer's, so that there are few of them.
    """

    def __init__(self) -> None:
        self._said_ns: dict[tuple[str, ...], int] = {}

    def lets(self, now_ns: int, *key: str) -> bool:
        """Whether it may be said now; remembers that it was."""
        last_ns = self._said_ns.get(key)
        if last_ns is not None and now_ns - last_ns < _QUIET_NS:
            return False
        self._said_ns[key] = now_ns
        return True
