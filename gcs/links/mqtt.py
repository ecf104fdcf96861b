"""MQTT 3.1.1 and 5 over aiomqtt: a broker's topics, with a last will.

aiomqtt does not reconnect, so each session is a new client. A frozen broker is
found by asking: every half keepalive the link drops a subscription that nobody
holds, which every broker must acknowledge (MQTT 3.1.1, 3.10.4). Two questions in a
row without an answer end the session, two keepalives after the freeze at the
latest. The steady questions also keep the broker from ending a quiet link, which
it may after one and a half keepalives.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, cast

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from gcs.links.base import LinkDownError, LinkEvents, TopicLink, Will, socket_retry
from gcs.links.topics import valid_topic

_SECOND_NS = 1_000_000_000
_OUTBOX_MESSAGES = 1_000
_CANCEL_AGAIN_S = 0.05
_PROBE_FILTER = "landfall/link/probe"
_SUBSCRIBE_QOS = 1
_REFUSED_CODE = 128  # SUBACK codes from here on are failures
_VERSIONS = {"3.1.1": aiomqtt.ProtocolVersion.V311, "5": aiomqtt.ProtocolVersion.V5}

# paho and aiomqtt report through their logger what the link says in its state.
_quiet = logging.getLogger(f"{__name__}.client")
_quiet.setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class MqttOptions:
    """How to reach a broker, and what to hear there.

    `subscribe` are topic filters. An empty `client_id` lets the client choose one;
    an empty `ca_file` trusts the system's authorities.
    """

    host: str
    port: int = 1883
    version: Literal["3.1.1", "5"] = "3.1.1"
    subscribe: tuple[str, ...] = ()
    client_id: str = ""
    user: str = ""
    password: str = ""
    tls: bool = False
    ca_file: str = ""
    keepalive_ns: int = _SECOND_NS


@dataclass(frozen=True)
class _Outgoing:
    topic: str
    data: bytes
    qos: int
    retain: bool


class _Inbox(asyncio.Queue[aiomqtt.Message]):
    """aiomqtt's queue of incoming messages, which passes each on at once and so holds none."""

    def __init__(self, deliver: Callable[[aiomqtt.Message], None], maxsize: int = 0) -> None:
        super().__init__(maxsize)
        self._deliver = deliver

    def put_nowait(self, item: aiomqtt.Message) -> None:
        self._deliver(item)


class _Client(aiomqtt.Client):
    """aiomqtt's client, which also bounds the TLS handshake and leaves nothing behind."""

    def bound_handshake(self, timeout_s: float) -> None:
        """Let the connecting thread wait at most this long for the socket and TLS."""
        self._client.connect_timeout = timeout_s

    def leave_nothing(self) -> None:
        """Close an attempt that timed out, and read the exception of a lost connection.

        Else a late CONNACK makes a session that nobody owns, and asyncio complains
        of an exception that nobody read.
        """
        self._client.disconnect()
        if self._disconnected.done():
            self._disconnected.exception()

    def _on_socket_register_write(self, client: Any, userdata: Any, sock: Any) -> None:
        """Watch the socket only if it is still open when the loop comes to it.

        aiomqtt connects in a thread, and a peer that is no broker may have ended it by then.
        """

        def register() -> None:
            if sock.fileno() >= 0:
                self._loop.add_writer(sock.fileno(), self._write_out)

        self._loop.call_soon_threadsafe(register)

    def _write_out(self) -> None:
        try:
            self._client.loop_write()
        except Exception as error:  # of whatever kind, the connection is broken
            if not self._disconnected.done():
                self._disconnected.set_exception(error)

    def _on_disconnect(self, *arguments: Any) -> None:
        """Ignore the end of an attempt that was cancelled, over which aiomqtt stumbles."""
        if not self._connected.cancelled():
            super()._on_disconnect(*arguments)


class MqttTopicLink(TopicLink):
    """A client of an MQTT broker.

    `will` is what the broker publishes when this client vanishes; it does not when
    `run` is cancelled, which says goodbye.
    """

    def __init__(
        self, link_id: str, events: LinkEvents, options: MqttOptions, will: Will | None = None
    ) -> None:
        super().__init__(link_id, events, socket_retry())
        self._options = options
        self._will = will
        self._keepalive_s = max(1, round(options.keepalive_ns / _SECOND_NS))
        self._outbox: asyncio.Queue[_Outgoing] = asyncio.Queue(_OUTBOX_MESSAGES)

    @property
    def name(self) -> str:
        """The broker's address."""
        return f"mqtt {self._options.host}:{self._options.port}"

    async def _session(self) -> None:
        # In a task of its own, because aiomqtt can swallow a cancellation: see _first_end.
        await _first_end(self._converse())

    async def _converse(self) -> None:
        # A new outbox: what an earlier session did not send is too old to send now.
        self._outbox = asyncio.Queue(_OUTBOX_MESSAGES)
        await self._reachable()
        client = self._client()
        try:
            async with client:
                await self._subscribe(client)
                self._up(f"connected to {self.name}, version {self._options.version}")
                await self._carry(client)
        except aiomqtt.MqttError as error:
            raise LinkDownError(f"{self.name}: {_reason(error)}") from error
        finally:
            client.leave_nothing()

    async def _reachable(self) -> None:
        """Raise OSError soon if the broker cannot be reached or trusted.

        aiomqtt connects in a thread, which cannot be cancelled, and which loses a
        socket when a handshake fails. So it only gets to call whom this could call.
        """
        options = self._options
        async with asyncio.timeout(self._keepalive_s):
            _, writer = await asyncio.open_connection(
                options.host, options.port, ssl=_tls_context(options)
            )
        writer.transport.abort()

    def _client(self) -> _Client:
        options = self._options
        inbox = functools.partial(_Inbox, self._heard)
        client = _Client(
            options.host,
            options.port,
            username=options.user or None,
            password=options.password or None,
            logger=_quiet,
            identifier=options.client_id or None,
            queue_type=cast("type[asyncio.Queue[aiomqtt.Message]]", inbox),
            protocol=_VERSIONS[options.version],
            will=_mqtt_will(self._will),
            timeout=float(self._keepalive_s),
            keepalive=self._keepalive_s,
            tls_context=_tls_context(options),
            # Without this a small message waits up to 40 ms for the last one's acknowledgement.
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        client.bound_handshake(float(self._keepalive_s))
        return client

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        filters = [(pattern, _SUBSCRIBE_QOS) for pattern in self._options.subscribe]
        if not filters:
            return
        codes = await client.subscribe(filters)
        for (pattern, _), code in zip(filters, codes, strict=True):
            if _refused(code):
                raise LinkDownError(f"{self.name}: the broker refused to subscribe to {pattern}")

    async def _carry(self, client: aiomqtt.Client) -> None:
        """Until the session is lost; announces DOWN at once, before the client is closed."""
        try:
            await _first_end(self._watch(client), self._pump(client), self._probe(client))
        except aiomqtt.MqttError as error:
            self._down(f"{self.name}: {_reason(error)}")
        except LinkDownError as fault:
            self._down(str(fault))

    async def _watch(self, client: aiomqtt.Client) -> None:
        async for _ in client.messages:  # the inbox passed them on; this waits for the end
            pass

    async def _pump(self, client: aiomqtt.Client) -> None:
        while True:
            message = await self._outbox.get()
            await client.publish(message.topic, message.data, message.qos, message.retain)

    async def _probe(self, client: aiomqtt.Client) -> None:
        unanswered = 0
        while unanswered < 2:  # one may be late because this process was
            try:
                await client.unsubscribe(_PROBE_FILTER, timeout=0.75 * self._keepalive_s)
            except aiomqtt.MqttError:
                unanswered += 1
            else:
                unanswered = 0
                await asyncio.sleep(0.5 * self._keepalive_s)
        raise LinkDownError(f"{self.name}: the broker does not answer")

    def _heard(self, message: aiomqtt.Message) -> None:
        data = message.payload if isinstance(message.payload, bytes) else b""
        self._deliver(data, topic=message.topic.value, retained=message.retain)

    def _write(self, topic: str, data: bytes, qos: int, retain: bool) -> bool:
        if not valid_topic(topic) or self._outbox.full():
            return False
        self._outbox.put_nowait(_Outgoing(topic, data, qos, retain))
        return True


async def _first_end(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until the first ends, cancel the others, and raise what it raised.

    aiomqtt waits with `asyncio.wait_for`, which in Python 3.11 swallows a
    cancellation that comes together with its result. So the works are cancelled
    until they have ended, and the caller, which waits otherwise, always can be.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    for task in tasks:
        # A second cancellation ends the wait below before every task was asked how it ended.
        task.add_done_callback(_ask)
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        while unfinished := [task for task in tasks if not task.done()]:
            for task in unfinished:
                task.cancel()
            await asyncio.wait(unfinished, timeout=_CANCEL_AGAIN_S)
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _ask(task: asyncio.Future[None]) -> None:
    """Nobody else may come to ask; asyncio would report the exception as one never retrieved."""
    if not task.cancelled():
        task.exception()


def _mqtt_will(will: Will | None) -> aiomqtt.Will | None:
    if will is None:
        return None
    return aiomqtt.Will(will.topic, will.data, will.qos, will.retain)


def _refused(code: object) -> bool:
    """Whether a SUBACK code, a number in 3.1.1 and a ReasonCode in 5, is a failure."""
    number = code.value if isinstance(code, ReasonCode) else code
    return not isinstance(number, int) or number >= _REFUSED_CODE


def _tls_context(options: MqttOptions) -> ssl.SSLContext | None:
    if not options.tls:
        return None
    return ssl.create_default_context(cafile=options.ca_file or None)


def _reason(error: aiomqtt.MqttError) -> str:
    cause = error.__cause__
    text = str(cause if isinstance(cause, aiomqtt.MqttError) else error)
    return " ".join(text.split()).lower() or "connection lost"
