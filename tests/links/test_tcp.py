from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path

from gcs.links.base import LinkEvents
from gcs.links.tcp import MAX_PEERS, TcpClientByteLink, TcpServerByteLink
from tests.links.conformance.byte_link import ByteLinkContract, Pair
from tests.links.harness import Log, free_port, is_down, is_up, on_loop, running, until

LOOPBACK = "127.0.0.1"


def client(log: LinkEvents, port: int, link_id: str = "client") -> TcpClientByteLink:
    return TcpClientByteLink(link_id, log, host=LOOPBACK, port=port)


def server(log: LinkEvents, port: int, link_id: str = "server") -> TcpServerByteLink:
    return TcpServerByteLink(link_id, log, host=LOOPBACK, port=port)


class TestClient(ByteLinkContract):
    def make_pair(self, events: LinkEvents, tmp_path: Path) -> Pair:
        port = free_port()
        return client(events, port, "link"), server(events, port, "far")


class TestServer(ByteLinkContract):
    notices_loss = False
    far_speaks_first = True

    def make_pair(self, events: LinkEvents, tmp_path: Path) -> Pair:
        port = free_port()
        return server(events, port, "link"), client(events, port, "far")


@on_loop
async def test_a_refused_call_is_a_state_with_the_reason() -> None:
    log = Log()
    port = free_port()
    link = client(log, port)
    async with running(link, up=False):
        await until(lambda: is_down(link))
        assert link.detail == f"tcp {LOOPBACK}:{port}: connection refused"


@on_loop
async def test_a_host_that_does_not_exist_is_a_state() -> None:
    log = Log()
    link = TcpClientByteLink("client", log, host="no.such.host.invalid", port=1)
    async with running(link, up=False):
        await until(lambda: is_down(link))
        assert link.detail.startswith("tcp no.such.host.invalid:1: ")


@on_loop
async def test_the_server_names_its_peers_and_answers_each_alone() -> None:
    log = Log()
    port = free_port()
    link = server(log, port)
    one, two = client(log, port, "one"), client(log, port, "two")
    async with running(link, one, two):
        one.send(b"1")
        two.send(b"2")
        await until(lambda: len(log.of(link)) == 2)
        peer_of = {heard.data: heard.peer for heard in log.of(link)}
        assert set(link.peers) == set(peer_of.values())
        assert all(peer in link.detail for peer in link.peers)
        assert link.send(b"for two", peer=peer_of[b"2"])
        assert link.send(b"for all")
        await until(lambda: log.bytes_of(one) == b"for all")
        await until(lambda: log.bytes_of(two) == b"for twofor all")


@on_loop
async def test_a_peer_that_leaves_is_forgotten_and_said() -> None:
    log = Log()
    port = free_port()
    link = server(log, port)
    async with running(link):
        async with running(client(log, port)):
            await until(lambda: link.peers)
        await until(lambda: not link.peers)
        assert is_up(link)
        assert link.detail.endswith("nobody yet")


@on_loop
async def test_one_caller_too_many_is_turned_away() -> None:
    log = Log()
    link = server(log, free_port())
    async with running(link):
        callers = [await asyncio.open_connection(LOOPBACK, link.port) for _ in range(MAX_PEERS + 1)]
        reader, _ = callers[-1]
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        assert len(link.peers) == MAX_PEERS
        for _, writer in callers:
            writer.transport.abort()
        await until(lambda: not link.peers)


@on_loop
async def test_a_peer_that_does_not_read_fills_up_and_never_blocks() -> None:
    log = Log()
    with socket.create_server((LOOPBACK, 0)) as listening:
        link = client(log, listening.getsockname()[1])
        async with running(link):
            await until(lambda: not link.send(bytes(60_000)))
            assert is_up(link)
            assert link.counts.refused >= 1


@on_loop
async def test_the_detail_says_who_closed() -> None:
    log = Log()
    with socket.create_server((LOOPBACK, 0)) as listening:
        link = client(log, listening.getsockname()[1])
        async with running(link):
            connection, _ = listening.accept()
            connection.close()
            await until(
                lambda: any("closed by the peer" in c.detail for c in log.changes["client"])
            )
