"""TCP: a peer that listens (client), and a port on which peers call (server)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import cast

from gcs.links.addresses import format_address
from gcs.links.base import ByteLink, LinkDownError, LinkEvents, socket_retry

MAX_PEERS = 32
"""Peers that a server keeps at a time; a further one is turned away."""

_CONNECT_TIMEOUT_S = 1.0
_UNSENT_BYTES = 262_144
_USER_TIMEOUT_MS = 3_000


class _Peer(asyncio.Protocol):
    """One connection; tells its owner what comes and when it ends."""

    def __init__(
        self,
        on_made: Callable[[_Peer], None],
        on_data: Callable[[bytes, str], None],
        on_lost: Callable[[_Peer, str], None],
    ) -> None:
        self._on_made = on_made
        self._on_data = on_data
        self._on_lost = on_lost
        self.address = ""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.address = format_address(transport.get_extra_info("peername") or ("?", 0))
        _watch_for_silence(transport.get_extra_info("socket"))
        self._on_made(self)

    def data_received(self, data: bytes) -> None:
        self._on_data(data, self.address)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        reason = "closed by the peer" if exc is None else " ".join(str(exc).split()).lower()
        self._on_lost(self, reason)

    def write(self, data: bytes) -> bool:
        """Take all of `data`, or none of it when the peer does not read."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() + len(data) > _UNSENT_BYTES:
            return False
        transport.write(data)
        return True

    def abort(self) -> None:
        """Close without waiting for the peer."""
        if self._transport is not None:
            self._transport.abort()


class TcpClientByteLink(ByteLink):
    """A connection to a peer that listens; calls again for ever."""

    def __init__(self, link_id: str, events: LinkEvents, *, host: str, port: int) -> None:
        super().__init__(link_id, events, socket_retry())
        self._host = host
        self._port = port
        self._peer: _Peer | None = None

    @property
    def name(self) -> str:
        """The peer's address."""
        return f"tcp {format_address((self._host, self._port))}"

    async def _session(self) -> None:
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[str] = loop.create_future()
        peer = _Peer(self._connected, self._deliver, lambda _, why: _settle(lost, why))
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                await loop.create_connection(lambda: peer, self._host, self._port)
            reason = await lost
        finally:
            self._peer = None
            peer.abort()
        raise LinkDownError(f"{self.name}: {reason}")

    def _connected(self, peer: _Peer) -> None:
        self._peer = peer
        self._up(f"connected to {peer.address}")

    def _write(self, data: bytes, peer: str) -> bool:
        connected = self._peer
        return connected is not None and peer in ("", connected.address) and connected.write(data)


class TcpServerByteLink(ByteLink):
    """A port on which peers call. UP means that it listens; the detail names who is there.

    A peer is `host:port`; an empty peer in `send` means all.
    """

    def __init__(self, link_id: str, events: LinkEvents, *, host: str, port: int) -> None:
        super().__init__(link_id, events, socket_retry())
        self._host = host
        self._port = port
        self._bound_port = port
        self._peers: dict[str, _Peer] = {}

    @property
    def name(self) -> str:
        """The address that listens."""
        return f"tcp server {format_address((self._host, self._bound_port))}"

    @property
    def port(self) -> int:
        """The port that listens; the one that was bound, once open."""
        return self._bound_port

    @property
    def peers(self) -> tuple[str, ...]:
        """Who is connected, in order of arrival."""
        return tuple(self._peers)

    async def _session(self) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._called, self._host, self._port)
        try:
            self._bound_port = int(server.sockets[0].getsockname()[1])
            self._say_who()
            await server.serve_forever()
        finally:
            server.close()
            for peer in tuple(self._peers.values()):
                peer.abort()
            self._peers.clear()

    def _called(self) -> _Peer:
        return _Peer(self._arrived, self._deliver, self._left)

    def _arrived(self, peer: _Peer) -> None:
        if len(self._peers) >= MAX_PEERS:
            peer.abort()
            return
        self._peers[peer.address] = peer
        self._say_who()

    def _left(self, peer: _Peer, reason: str) -> None:
        if self._peers.get(peer.address) is peer:
            del self._peers[peer.address]
            self._say_who()

    def _say_who(self) -> None:
        who = ", ".join(self._peers) or "nobody yet"
        self._up(f"listening on {format_address((self._host, self._bound_port))}: {who}")

    def _write(self, data: bytes, peer: str) -> bool:
        if peer:
            return peer in self._peers and self._peers[peer].write(data)
        taken = [connected.write(data) for connected in self._peers.values()]
        return any(taken)


def _settle(future: asyncio.Future[str], reason: str) -> None:
    if not future.done():
        future.set_result(reason)


def _watch_for_silence(connection: socket.socket | None) -> None:
    """Let the kernel end a connection whose other host has gone silent within seconds."""
    if connection is None:
        return
    options = [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_NODELAY", None), 1),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPIDLE", None), 1),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPINTVL", None), 1),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPCNT", None), 2),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_USER_TIMEOUT", None), _USER_TIMEOUT_MS),
    ]
    for level, option, value in options:
        if option is not None:
            with contextlib.suppress(OSError):
                connection.setsockopt(level, option, value)
