"""Links inside one process: a byte pipe and a broker, for virtual time and for tests.

The cores are plain synchronous objects without a clock: what is sent waits in
bounded inboxes until it is taken, so a loop on virtual time decides when things
arrive. `MemoryByteLink` and `MemoryTopicLink` put them behind the same interface
as real links, and pass the same conformance suites.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from gcs.links.base import ByteLink, LinkDownError, LinkEvents, TopicLink, Will, socket_retry
from gcs.links.topics import topic_matches, valid_topic

INBOX_ITEMS = 10_000
"""What an inbox holds; a pipe then refuses more, a broker drops."""

_KEEPALIVE_S = 1.0


def _nobody() -> None:
    pass


class PipeEnd:
    """One end of a pipe. `notify` is called when there may be something to take or see."""

    def __init__(self, pipe: MemoryPipe) -> None:
        self._pipe = pipe
        self._inbox: deque[bytes] = deque()
        self.notify: Callable[[], None] = _nobody

    @property
    def connected(self) -> bool:
        """Whether the pipe carries."""
        return self._pipe.connected

    @property
    def other(self) -> PipeEnd:
        """The opposite end."""
        return self._pipe.far if self is self._pipe.near else self._pipe.near

    def send(self, data: bytes) -> bool:
        """Put bytes into the other end's inbox; False when disconnected or full."""
        return self.connected and self.other.arrive(bytes(data))

    def arrive(self, data: bytes) -> bool:
        """Put bytes into this end's inbox; False when it is full."""
        if len(self._inbox) >= INBOX_ITEMS:
            return False
        self._inbox.append(data)
        if not self._pipe.frozen:
            self.notify()
        return True

    def take(self) -> list[bytes]:
        """All that has arrived, in order; empty while the pipe is frozen."""
        if self._pipe.frozen:
            return []
        taken = list(self._inbox)
        self._inbox.clear()
        return taken

    def clear(self) -> None:
        """Forget what was not taken."""
        self._inbox.clear()


class MemoryPipe:
    """A byte pipe with two ends that can be disconnected, or frozen so that nothing arrives."""

    def __init__(self) -> None:
        self.connected = True
        self.frozen = False
        self.near = PipeEnd(self)
        self.far = PipeEnd(self)

    def disconnect(self) -> None:
        """Cut it: what was under way is lost."""
        self.connected = False
        for end in (self.near, self.far):
            end.clear()
        self._notify()

    def connect(self) -> None:
        """Join it again."""
        self.connected = True
        self._notify()

    def freeze(self) -> None:
        """Hold everything back, as a peer does that stopped without closing."""
        self.frozen = True

    def thaw(self) -> None:
        """Let what was held back arrive."""
        self.frozen = False
        self._notify()

    def _notify(self) -> None:
        for end in (self.near, self.far):
            end.notify()


class TopicMessage(NamedTuple):
    """A payload as a subscriber gets it; `retained` marks what the broker had kept."""

    topic: str
    data: bytes
    retained: bool


@dataclass(eq=False)
class MemorySession:
    """A client's connection to a MemoryBroker.

    `lost` counts messages that found the inbox full.
    """

    broker: MemoryBroker
    will: Will | None
    connected: bool = True
    lost: int = 0
    notify: Callable[[], None] = _nobody
    _filters: set[str] = field(default_factory=set)
    _inbox: deque[TopicMessage] = field(default_factory=deque)
    _outbox: deque[tuple[TopicMessage, bool]] = field(default_factory=deque)

    def subscribe(self, patterns: Iterable[str]) -> None:
        """Hear these topic filters; retained payloads they cover arrive now."""
        patterns = set(patterns)
        self._filters |= patterns
        for message in self.broker.retained():
            if any(topic_matches(pattern, message.topic) for pattern in patterns):
                self.arrive(message)

    def publish(self, topic: str, data: bytes, retain: bool = False) -> bool:
        """Send a payload; False when disconnected, full, or the topic is not a topic."""
        full = len(self._outbox) >= INBOX_ITEMS
        if not self.connected or full or not valid_topic(topic):
            return False
        self._outbox.append((TopicMessage(topic, bytes(data), retained=False), retain))
        self.flush()
        return True

    def flush(self) -> None:
        """Hand the broker what it does not have yet; it takes nothing while frozen."""
        while self._outbox and not self.broker.frozen:
            message, retain = self._outbox.popleft()
            self.broker.route(message, retain)

    def take(self) -> list[TopicMessage]:
        """All that has arrived, in order."""
        taken = list(self._inbox)
        self._inbox.clear()
        return taken

    def ping(self) -> bool:
        """Whether the broker answers."""
        return self.connected and not self.broker.frozen

    def close(self) -> None:
        """Say goodbye: the will is not published."""
        self.broker.forget(self, goodbye=True)

    def drop(self) -> None:
        """Vanish: the broker publishes the will, if there is one."""
        self.broker.forget(self, goodbye=False)

    def hears(self, topic: str) -> bool:
        """Whether a subscription covers the topic."""
        return any(topic_matches(pattern, topic) for pattern in self._filters)

    def arrive(self, message: TopicMessage) -> None:
        """Put a message into the inbox; drops it, counted, when full."""
        if len(self._inbox) >= INBOX_ITEMS:
            self.lost += 1
            return
        self._inbox.append(message)
        self.notify()

    def end(self) -> None:
        """The broker ended the session."""
        self.connected = False
        self._outbox.clear()
        self.notify()


class MemoryBroker:
    """A broker's meaning without a network: routing, retained payloads, wills, failures."""

    def __init__(self) -> None:
        self.running = True
        self.frozen = False
        self._sessions: list[MemorySession] = []
        self._retained: dict[str, bytes] = {}
        self._wills: list[Will] = []

    def connect(self, will: Will | None = None) -> MemorySession:
        """A new session; ConnectionRefusedError when stopped, TimeoutError when frozen."""
        if not self.running:
            raise ConnectionRefusedError("the broker is not running")
        if self.frozen:
            raise TimeoutError("the broker does not answer")
        session = MemorySession(self, will)
        self._sessions.append(session)
        return session

    def retained(self) -> tuple[TopicMessage, ...]:
        """What a new subscriber would be told."""
        return tuple(TopicMessage(t, d, retained=True) for t, d in self._retained.items())

    def route(self, message: TopicMessage, retain: bool) -> None:
        """Give a message to all who subscribed; an empty retained payload clears the topic."""
        if retain and message.data:
            self._retained[message.topic] = message.data
        elif retain:
            self._retained.pop(message.topic, None)
        for session in tuple(self._sessions):
            if session.hears(message.topic):
                session.arrive(message)

    def forget(self, session: MemorySession, *, goodbye: bool) -> None:
        """End a session; without a goodbye its will is published."""
        if session not in self._sessions:
            return
        self._sessions.remove(session)
        session.end()
        if session.will is not None and not goodbye:
            self._wills.append(session.will)
            self._publish_wills()

    def sever(self) -> None:
        """Lose every client at once, as a network does: all wills are published."""
        for session in tuple(self._sessions):
            session.drop()

    def freeze(self) -> None:
        """Stop doing anything without closing anything."""
        self.frozen = True

    def thaw(self) -> None:
        """Go on, with what clients sent in the meantime first."""
        self.frozen = False
        for session in tuple(self._sessions):
            session.flush()
        self._publish_wills()

    def stop(self) -> None:
        """Die: sessions end, retained payloads are forgotten, no will is published."""
        self.running = False
        self._retained.clear()
        sessions, self._sessions = self._sessions, []
        self._wills.clear()
        for session in sessions:
            session.end()

    def _publish_wills(self) -> None:
        while self._wills and not self.frozen:
            will = self._wills.pop(0)
            self.route(TopicMessage(will.topic, will.data, retained=False), will.retain)

    def start(self) -> None:
        """Accept sessions again."""
        self.running = True
        self.frozen = False


class MemoryByteLink(ByteLink):
    """A pipe's end as a link."""

    def __init__(self, link_id: str, events: LinkEvents, end: PipeEnd) -> None:
        super().__init__(link_id, events, socket_retry())
        self._end = end

    @property
    def name(self) -> str:
        """The kind; a pipe has no address."""
        return "memory pipe"

    async def _session(self) -> None:
        if not self._end.connected:
            raise LinkDownError("memory pipe: disconnected")
        wake = asyncio.Event()
        self._end.notify = wake.set
        try:
            self._up("memory pipe: connected")
            while self._end.connected:
                for data in self._end.take():
                    self._deliver(data)
                await wake.wait()
                wake.clear()
        finally:
            self._end.notify = _nobody
        raise LinkDownError("memory pipe: disconnected")

    def _write(self, data: bytes, peer: str) -> bool:
        return not peer and self._end.send(data)


class MemoryTopicLink(TopicLink):
    """A client of a MemoryBroker as a link; it finds a frozen broker by asking, as MQTT does."""

    def __init__(
        self,
        link_id: str,
        events: LinkEvents,
        broker: MemoryBroker,
        *,
        subscribe: tuple[str, ...] = (),
        will: Will | None = None,
    ) -> None:
        super().__init__(link_id, events, socket_retry())
        self._broker = broker
        self._subscribe = subscribe
        self._will = will
        self._current: MemorySession | None = None

    @property
    def name(self) -> str:
        """The kind; a memory broker has no address."""
        return "memory broker"

    async def _session(self) -> None:
        session = self._current = self._broker.connect(self._will)
        wake = asyncio.Event()
        session.notify = wake.set
        try:
            self._up("memory broker: connected")
            session.subscribe(self._subscribe)
            await self._carry(session, wake)
        finally:
            session.close()
            self._current = None

    async def _carry(self, session: MemorySession, wake: asyncio.Event) -> None:
        unanswered = 0
        while session.connected:
            for message in session.take():
                self._deliver(message.data, topic=message.topic, retained=message.retained)
            try:
                async with asyncio.timeout(0.5 * _KEEPALIVE_S):
                    await wake.wait()
                wake.clear()
            except TimeoutError:
                unanswered = 0 if session.ping() else unanswered + 1
                if unanswered >= 2:
                    raise LinkDownError("memory broker: the broker does not answer") from None
        raise LinkDownError("memory broker: connection lost")

    def _write(self, topic: str, data: bytes, qos: int, retain: bool) -> bool:
        return self._current is not None and self._current.publish(topic, data, retain)
