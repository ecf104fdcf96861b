"""UDP: a port that listens to any number of peers, or a socket bound to one remote.

asyncio's own datagram transport takes one datagram per turn of the event loop.
This link reads the socket itself and drains many per turn, so that a burst costs
one wake-up, and asks the kernel for a large buffer, so that a busy loop loses none.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import OrderedDict

from gcs.links.addresses import SocketAddress, format_address, parse_address
from gcs.links.base import ByteLink, LinkDownError, LinkEvents, socket_retry

MAX_PEERS = 64
"""Peers remembered; the one not heard longest gives way to a new one."""

_BATCH = 256  # datagrams per wake-up, so that a flood cannot starve the other links
_DATAGRAM_BYTES = 65_535
_BUFFER_BYTES = 8 * 1024 * 1024
_SO_RCVBUFFORCE = 33  # Linux, socket(7); may exceed rmem_max, needs CAP_NET_ADMIN
_SO_MEMINFO = 55  # Linux, sock_diag(7): nine uint32, the last is the drop count
_MEMINFO = struct.Struct("=9I")


class UdpByteLink(ByteLink):
    """A UDP socket; a peer is `host:port`.

    Without `remote` it listens on `host:port`; an empty peer in `send` means every
    peer heard. With `remote` it exchanges datagrams with that one address only,
    from `port` (0 takes any).
    """

    def __init__(
        self, link_id: str, events: LinkEvents, *, host: str, port: int, remote: str = ""
    ) -> None:
        super().__init__(link_id, events, socket_retry())
        self._host = host
        self._port = port
        self._remote = parse_address(remote) if remote else None
        self._socket: socket.socket | None = None
        self._lost: asyncio.Future[None] | None = None
        self._names: OrderedDict[SocketAddress, str] = OrderedDict()
        self._addresses: dict[str, SocketAddress] = {}

    @property
    def name(self) -> str:
        """The remote, or the port that listens."""
        return f"udp {format_address(self._remote or (self._host, self._port))}"

    @property
    def port(self) -> int:
        """The local port; the one that was bound, while open."""
        return int(self._socket.getsockname()[1]) if self._socket else self._port

    @property
    def peers(self) -> tuple[str, ...]:
        """The peers heard, the latest last."""
        return tuple(self._names.values())

    @property
    def receive_buffer_bytes(self) -> int:
        """What the kernel lets wait for this socket, its own overhead included; 0 while closed."""
        if self._socket is None:
            return 0
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    def kernel_drops(self) -> int:
        """Datagrams that arrived and found the socket's buffer full; 0 where not knowable."""
        if self._socket is None:
            return 0
        try:
            info = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        except OSError:
            return 0
        return int(_MEMINFO.unpack(info)[-1]) if len(info) == _MEMINFO.size else 0

    async def _session(self) -> None:
        loop = asyncio.get_running_loop()
        with await self._open(loop) as opened:
            self._socket = opened
            self._lost = loop.create_future()
            loop.add_reader(opened, self._drain)
            try:
                verb = "listening on" if self._remote is None else "exchanging with"
                self._up(f"{verb} {format_address(self._remote or opened.getsockname())}")
                await self._lost
            finally:
                loop.remove_reader(opened)
                self._socket = None

    async def _open(self, loop: asyncio.AbstractEventLoop) -> socket.socket:
        local = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, address = local[0]
        opened = socket.socket(family, kind, protocol)
        try:
            opened.setblocking(False)
            _enlarge_buffers(opened)
            opened.bind(address)
            if self._remote is not None:
                # connect() on a datagram socket only sets the filter and the target.
                remotes = await loop.getaddrinfo(
                    *self._remote, family=family, type=socket.SOCK_DGRAM
                )
                opened.connect(remotes[0][4])
        except BaseException:
            opened.close()
            raise
        return opened

    def _drain(self) -> None:
        for data, address in self._read_batch():
            self._deliver(data, self._names.get(address) or self._remember(address))
            self._names.move_to_end(address)

    def _read_batch(self) -> list[tuple[bytes, SocketAddress]]:
        batch: list[tuple[bytes, SocketAddress]] = []
        if self._socket is None:
            return batch
        receive = self._socket.recvfrom
        try:
            while len(batch) < _BATCH:
                batch.append(receive(_DATAGRAM_BYTES))
        except (BlockingIOError, InterruptedError, ConnectionRefusedError):
            # Refused: an ICMP answer to what we sent; the peer is not there yet.
            pass
        except OSError as error:
            if self._lost is not None and not self._lost.done():
                self._lost.set_exception(LinkDownError(f"{self.name}: {error}"))
        return batch

    def _remember(self, address: SocketAddress) -> str:
        if len(self._names) >= MAX_PEERS:
            _, forgotten = self._names.popitem(last=False)
            del self._addresses[forgotten]
        name = self._names[address] = format_address(address)
        self._addresses[name] = address
        return name

    def _write(self, data: bytes, peer: str) -> bool:
        if self._remote is not None:
            known = not peer or peer in self._addresses or peer == format_address(self._remote)
            return known and self._send_to(data, None)
        if peer:
            address = self._addresses.get(peer)
            return address is not None and self._send_to(data, address)
        sent = [self._send_to(data, address) for address in self._names]
        return any(sent)

    def _send_to(self, data: bytes, address: SocketAddress | None) -> bool:
        if self._socket is None:
            return False
        try:
            if address is None:
                self._socket.send(data)
            else:
                self._socket.sendto(data, address)
        except OSError:  # full, too long, unreachable or refused: a datagram may be lost
            return False
        return True


def _enlarge_buffers(opened: socket.socket) -> None:
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
    with contextlib.suppress(OSError):
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
