from __future__ import annotations

import socket
from pathlib import Path

from gcs.links.base import ByteLink, LinkEvents
from gcs.links.udp import MAX_PEERS, UdpByteLink
from gcs.messages import LinkState
from tests.links.conformance.byte_link import ByteLinkContract, Pair
from tests.links.harness import Log, free_port, is_down, on_loop, running, until

LOOPBACK = "127.0.0.1"


def listener(log: LinkEvents) -> UdpByteLink:
    return UdpByteLink("link", log, host=LOOPBACK, port=free_port())


def caller(log: LinkEvents, link: UdpByteLink, link_id: str = "far") -> UdpByteLink:
    return UdpByteLink(link_id, log, host=LOOPBACK, port=0, remote=f"{LOOPBACK}:{link.port}")


class TestListener(ByteLinkContract):
    notices_loss = False
    far_speaks_first = True

    def make_pair(self, events: LinkEvents, tmp_path: Path) -> Pair:
        link = listener(events)
        return link, caller(events, link)


class TestRemote(ByteLinkContract):
    notices_loss = False

    def make_pair(self, events: LinkEvents, tmp_path: Path) -> Pair:
        far = UdpByteLink("far", events, host=LOOPBACK, port=free_port())
        return caller(events, far, "link"), far


@on_loop
async def test_each_peer_is_named_and_can_be_answered_alone() -> None:
    log = Log()
    link = listener(log)
    one, two = caller(log, link, "one"), caller(log, link, "two")
    async with running(link, one, two):
        one.send(b"1")
        two.send(b"2")
        await until(lambda: len(log.of(link)) == 2)
        peer_of = {heard.data: heard.peer for heard in log.of(link)}
        assert peer_of[b"1"] == f"{LOOPBACK}:{one.port}"
        assert link.send(b"for two", peer=peer_of[b"2"])
        assert link.send(b"for all")
        await until(lambda: len(log.of(one)) == 1 and len(log.of(two)) == 2)
        assert log.bytes_of(one) == b"for all"
        assert log.bytes_of(two) == b"for twofor all"


@on_loop
async def test_a_burst_while_the_loop_is_busy_loses_nothing() -> None:
    log = Log()
    link = listener(log)
    async with running(link):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            room = link.receive_buffer_bytes // 4_096  # the kernel charges far more than 60 bytes
            burst = [number.to_bytes(4, "big") * 15 for number in range(min(room, 5_000))]
            for datagram in burst:
                sender.sendto(datagram, (LOOPBACK, link.port))
        await until(lambda: len(log.of(link)) == len(burst))
        assert [heard.data for heard in log.of(link)] == burst
        assert link.kernel_drops() == 0


@on_loop
async def test_what_the_kernel_drops_is_known() -> None:
    log = Log()
    link = listener(log)
    async with running(link):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sent = 0
            while not link.kernel_drops():
                sender.sendto(b"flood" * 200, (LOOPBACK, link.port))
                sent += 1
        await until(lambda: len(log.of(link)) + link.kernel_drops() == sent)


@on_loop
async def test_strangers_cannot_make_it_remember_without_bound() -> None:
    log = Log()
    link = listener(log)
    async with running(link):
        for number in range(MAX_PEERS + 5):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.sendto(b"%d" % number, (LOOPBACK, link.port))
        await until(lambda: len(log.of(link)) == MAX_PEERS + 5)
        assert len(link.peers) <= MAX_PEERS
        longest_silent, latest = log.of(link)[0].peer, log.of(link)[-1].peer
        assert link.peers[-1] == latest
        assert longest_silent not in link.peers
        assert not link.send(b"forgotten", peer=longest_silent)


@on_loop
async def test_a_remote_that_refuses_does_not_end_the_link() -> None:
    log = Log()
    far = UdpByteLink("far", log, host=LOOPBACK, port=free_port())
    link = caller(log, far, "link")
    async with running(link):
        for _ in range(5):
            link.send(b"anybody?")
        async with running(far):
            await until(lambda: link.send(b"there?") and log.of(far))
            await until(lambda: far.send(b"yes") and log.of(link))
        assert link.counts.attempts == 1


@on_loop
async def test_an_empty_datagram_is_heard() -> None:
    log = Log()
    link = listener(log)
    far = caller(log, link)
    async with running(link, far):
        far.send(b"")
        far.send(b"after")
        await until(lambda: [heard.data for heard in log.of(link)] == [b"", b"after"])


@on_loop
async def test_a_datagram_too_long_is_refused() -> None:
    log = Log()
    link = listener(log)
    far = caller(log, link)
    async with running(link, far):
        assert not far.send(bytes(70_000))
        assert far.send(b"short")


@on_loop
async def test_a_port_in_use_is_a_state_until_it_is_free() -> None:
    log = Log()
    first = listener(log)
    second: ByteLink = UdpByteLink("second", log, host=LOOPBACK, port=first.port)
    async with running(first), running(second, up=False):
        await until(lambda: is_down(second))
        assert second.detail == f"udp {LOOPBACK}:{first.port}: address already in use"
    async with running(second):
        assert log.states_of(second)[-1] is LinkState.UP
