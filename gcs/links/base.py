"""What every link is: a pipe that never blocks its user and never gives up.

A link delivers what it hears to a `LinkEvents` and says there when its state
changes. `run` opens, carries, and opens again for ever; only cancelling ends it.
A link knows no message: telemetry makes sense of the bytes.

To write a link: subclass `ByteLink` or `TopicLink`, open and carry in `_session`
(call `_up` once it works, return or raise when it is lost), take bytes in
`_write`, and let the conformance suite of `tests/links` judge it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import ssl
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

from gcs.messages import LinkState

_log = logging.getLogger(__name__)


class LinkEvents(Protocol):
    """Who listens to links. Both calls come from the event loop's thread and must not raise."""

    def received(
        self, link: str, data: bytes, peer: str = "", topic: str = "", retained: bool = False
    ) -> None:
        """Bytes of `link`; `peer` names a remote address, `topic` is set on topic links."""
        ...

    def changed(self, link: str, state: LinkState, detail: str) -> None:
        """`link` is in `state`; `detail` is one sentence for the operator."""
        ...


class LinkDownError(Exception):
    """Why a link is down, in one sentence for the operator."""


@dataclass(frozen=True)
class Will:
    """What a broker publishes for a client that vanishes without a goodbye."""

    topic: str
    data: bytes
    qos: int = 1
    retain: bool = True


@dataclass
class LinkCounts:
    """What a link did since it was made. `refused` counts sends that it did not take."""

    attempts: int = 0
    received: int = 0
    received_bytes: int = 0
    sent: int = 0
    sent_bytes: int = 0
    refused: int = 0


class Retry:
    """How long to wait before the next attempt: doubling, jittered, never above the ceiling."""

    def __init__(self, first_s: float, ceiling_s: float, chance: random.Random | None = None):
        self._first_s = first_s
        self._ceiling_s = ceiling_s
        self._chance = chance or random.Random()
        self._delay_s = first_s

    def next_s(self) -> float:
        """Seconds to wait now; at most the ceiling."""
        delay_s = self._delay_s
        self._delay_s = min(2 * delay_s, self._ceiling_s)
        return delay_s * self._chance.uniform(0.5, 1.0)

    def reset(self) -> None:
        """The attempt succeeded: start from the first delay again."""
        self._delay_s = self._first_s


def socket_retry() -> Retry:
    """The delays of links over sockets: at most 1 s."""
    return Retry(first_s=0.1, ceiling_s=1.0)


def serial_retry() -> Retry:
    """The delays of serial ports: at most 0.4 s, so that a replugged device is back in 0.5 s."""
    return Retry(first_s=0.1, ceiling_s=0.4)


def sentence(what: str, error: BaseException) -> str:
    """`what` failed because of `error`, for the operator: one line, the system's own words."""
    return f"{what}: {' '.join(_reason(error).split())}"


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        # asyncio puts its own text into strerror; the system's is shorter and the same everywhere.
        known = error.errno is not None and error.errno > 0
        text = os.strerror(error.errno or 0) if known else error.strerror
        return (text or str(error)).lower() or type(error).__name__
    return str(error) or type(error).__name__


class Link(ABC):
    """The part that all links share: identity, state, counts and the endless retry."""

    def __init__(self, link_id: str, events: LinkEvents, retry: Retry) -> None:
        self.id = link_id
        self.counts = LinkCounts()
        self._events = events
        self._retry = retry
        self._state = LinkState.DOWN
        self._detail = "not started"

    @property
    def state(self) -> LinkState:
        """The state last announced."""
        return self._state

    @property
    def detail(self) -> str:
        """The sentence last announced with the state."""
        return self._detail

    async def run(self) -> None:
        """Open and carry, for ever; returns only by cancellation, then announces DOWN.

        Retrying is no news: after the first attempt the link stays DOWN, with the
        latest reason, until it is UP.
        """
        self._announce(LinkState.CONNECTING, f"opening {self.name}")
        try:
            while True:
                await self._attempt()
                await asyncio.sleep(self._retry.next_s())
        finally:
            self._announce(LinkState.DOWN, "stopped")

    @property
    @abstractmethod
    def name(self) -> str:
        """What is opened, for the operator: a device, an address."""

    @abstractmethod
    async def _session(self) -> None:
        """Open, call `_up`, carry until lost. Raises LinkDownError or OSError with the reason."""

    async def _attempt(self) -> None:
        self.counts.attempts += 1
        try:
            await self._session()
        except LinkDownError as fault:
            self._down(str(fault))
        except OSError as error:
            self._down(sentence(self.name, error))
        except Exception as error:  # a defect in one link must not take the others down
            _log.exception("link %s", self.id)
            self._down(f"{self.name}: internal fault {type(error).__name__}: {error}")
        if self._state is LinkState.UP:
            self._down(f"{self.name}: closed")

    def _up(self, detail: str) -> None:
        self._retry.reset()
        self._announce(LinkState.UP, detail)

    def _down(self, detail: str) -> None:
        self._announce(LinkState.DOWN, detail)

    def _announce(self, state: LinkState, detail: str) -> None:
        if (state, detail) == (self._state, self._detail):
            return
        self._state, self._detail = state, detail
        self._events.changed(self.id, state, detail)

    def _deliver(
        self, data: bytes, peer: str = "", topic: str = "", retained: bool = False
    ) -> None:
        self.counts.received += 1
        self.counts.received_bytes += len(data)
        self._events.received(self.id, data, peer, topic, retained)

    def _count_sent(self, taken: bool, size: int) -> bool:
        if taken:
            self.counts.sent += 1
            self.counts.sent_bytes += size
        else:
            self.counts.refused += 1
        return taken


class ByteLink(Link):
    """A link that carries bytes: a stream, or datagrams."""

    def send(self, data: bytes, peer: str = "") -> bool:
        """Hand over bytes, to one peer or to every peer heard; never blocks.

        True means taken, not arrived. False when the link is down or full, or the
        peer is unknown; then nothing of `data` was taken.
        """
        taken = self._state is LinkState.UP and self._write(data, peer)
        return self._count_sent(taken, len(data))

    @abstractmethod
    def _write(self, data: bytes, peer: str) -> bool:
        """Take all of `data` or none; never block. Called only while UP."""


class TopicLink(Link):
    """A link that carries payloads under topics."""

    def publish(self, topic: str, data: bytes, qos: int = 0, retain: bool = False) -> bool:
        """Hand over a payload; never blocks.

        True means taken, not arrived. False when the link is down or full; what was
        taken and not yet sent when a link goes down is dropped, never sent late.
        """
        taken = self._state is LinkState.UP and self._write(topic, data, qos, retain)
        return self._count_sent(taken, len(data))

    @abstractmethod
    def _write(self, topic: str, data: bytes, qos: int, retain: bool) -> bool:
        """Take the payload or refuse; never block. Called only while UP."""
