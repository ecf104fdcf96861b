"""What every byte link must do. A test class inherits this and makes a pair of links."""

from __future__ import annotations

import asyncio
import gc
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from gcs.links.base import ByteLink, LinkEvents
from gcs.messages import LinkState
from tests.links.harness import Log, is_down, is_up, on_loop, running, until

EVERY_BYTE = bytes(range(256))

Pair: TypeAlias = tuple[ByteLink, ByteLink]


class ByteLinkContract(ABC):
    """Back to back: the link under test and a far end, both links.

    `far_speaks_first` is for links that learn their peer by hearing it.
    `notices_loss` is for links that can tell whether the far end is there.
    """

    notices_loss = True
    far_speaks_first = False
    seen_within_s = 1.0
    back_within_s = 1.5

    @abstractmethod
    def make_pair(self, events: LinkEvents, tmp_path: Path) -> Pair:
        """The link under test and the far end, not running; ids `link` and `far`."""

    @pytest.fixture
    def log(self) -> Log:
        return Log()

    @pytest.fixture
    def pair(self, log: Log, tmp_path: Path) -> Pair:
        return self.make_pair(log, tmp_path)

    async def meet(self, log: Log, link: ByteLink, far: ByteLink) -> None:
        """Let both hear the other once; some links can answer only then."""
        ways = [(far, link), (link, far)]
        for speaker, listener in ways if self.far_speaks_first else reversed(ways):
            log.of(listener).clear()
            await until(lambda speaker=speaker: speaker.send(b"hello"))
            await until(lambda listener=listener: log.bytes_of(listener) == b"hello")
        log.of(link).clear()
        log.of(far).clear()

    @on_loop
    async def test_every_byte_value_passes_both_ways(self, log: Log, pair: Pair) -> None:
        link, far = pair
        async with running(far, link):
            await self.meet(log, link, far)
            assert far.send(EVERY_BYTE)
            assert link.send(EVERY_BYTE)
            await until(lambda: log.bytes_of(link) == EVERY_BYTE)
            await until(lambda: log.bytes_of(far) == EVERY_BYTE)

    @on_loop
    async def test_a_long_transfer_arrives_whole_and_in_order(self, log: Log, pair: Pair) -> None:
        link, far = pair
        chunks = list(numbered_chunks(150))
        async with running(far, link):
            await self.meet(log, link, far)
            for chunk in chunks:
                await until(lambda chunk=chunk: far.send(chunk))
            whole = b"".join(chunks)
            await until(lambda: log.bytes_of(link) == whole)

    @on_loop
    async def test_counts_say_what_passed(self, log: Log, pair: Pair) -> None:
        link, far = pair
        async with running(far, link):
            await self.meet(log, link, far)
            received, sent = link.counts.received_bytes, link.counts.sent_bytes
            far.send(b"12345")
            link.send(b"123")
            await until(lambda: link.counts.received_bytes == received + 5)
            assert link.counts.sent_bytes == sent + 3
            assert log.bytes_of(link) == b"12345"

    @on_loop
    async def test_it_refuses_bytes_while_not_up_and_counts_them(self, pair: Pair) -> None:
        link, _ = pair
        assert not link.send(b"early")
        assert (link.counts.sent, link.counts.refused) == (0, 1)

    @on_loop
    async def test_it_refuses_a_peer_that_it_does_not_know(self, pair: Pair) -> None:
        link, far = pair
        async with running(far, link):
            assert not link.send(b"whom?", peer="203.0.113.1:9")
            assert not link.send(b"whom?", peer="not an address")

    @on_loop
    async def test_it_says_connecting_then_up_then_down(self, log: Log, pair: Pair) -> None:
        link, far = pair
        async with running(far, up=False), running(link):
            pass
        states = log.states_of(link)
        assert states[0] is LinkState.CONNECTING
        assert states[-2:] == [LinkState.UP, LinkState.DOWN]
        assert link.detail == "stopped"
        assert all(change.detail and "\n" not in change.detail for change in log.changes[link.id])

    @on_loop
    async def test_it_runs_again_after_a_stop(self, log: Log, pair: Pair) -> None:
        link, far = pair
        async with running(far, up=False):
            async with running(link):
                pass
            async with running(link):
                await self.meet(log, link, far)

    @on_loop
    async def test_it_waits_for_an_absent_far_end_and_then_carries(
        self, log: Log, pair: Pair
    ) -> None:
        link, far = pair
        async with running(link, up=False):
            if self.notices_loss:
                await until(lambda: is_down(link))
                assert not link.send(b"nobody")
            async with running(far):
                await until(lambda: is_up(link), within_s=self.back_within_s)
                await self.meet(log, link, far)

    @on_loop
    async def test_a_far_end_that_vanishes_is_seen_and_taken_back(
        self, log: Log, pair: Pair
    ) -> None:
        link, far = pair
        async with running(link, up=False):
            async with running(far):
                await until(lambda: is_up(link))
            if self.notices_loss:
                await until(lambda: is_down(link), within_s=self.seen_within_s)
            async with running(far):
                await until(lambda: is_up(link), within_s=self.back_within_s)
                await self.meet(log, link, far)

    @on_loop
    async def test_retrying_is_no_news(self, log: Log, pair: Pair) -> None:
        link, _ = pair
        async with running(link, up=False):
            if self.notices_loss:
                await until(lambda: link.counts.attempts >= 4)
            else:
                await until(lambda: is_up(link))
            settled = LinkState.DOWN if self.notices_loss else LinkState.UP
            assert log.states_of(link) == [LinkState.CONNECTING, settled]

    @on_loop
    async def test_it_leaves_no_descriptor_open(self, pair: Pair) -> None:
        link, far = pair
        await asyncio.to_thread(gc.collect)  # the pool's thread exists from here on
        before = open_descriptors()
        for _ in range(3):
            async with running(far, link):
                pass
        gc.collect()
        await until(lambda: open_descriptors() <= before)


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def numbered_chunks(count: int) -> Iterator[bytes]:
    """Chunks of 1 to 280 bytes, as MAVLink frames are, each telling its number."""
    for number in range(count):
        yield f"<{number}>".encode().ljust(1 + number * 37 % 280, b"~")
