"""What the link tests stand on: an event log, deadlines, brokers and a relay that can fail."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, NamedTuple, ParamSpec

from gcs.links.base import Link
from gcs.messages import LinkState

P = ParamSpec("P")
_LOOK_S = 0.002
_TEST_S = 30.0
_FIRST_PORT = 20_000 + os.getpid() % 24 * 500
_PORTS = itertools.cycle(range(_FIRST_PORT, _FIRST_PORT + 500))
"""Processes that test at the same time have ports of their own."""


def on_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test on an event loop of its own; what the loop complains of fails it."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        complaints: list[dict[str, Any]] = []

        async def bounded() -> None:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, context: complaints.append(context))
            async with asyncio.timeout(_TEST_S):
                await test(*args, **kwargs)

        asyncio.run(bounded())
        assert not complaints, "\n".join(map(str, complaints))

    return run


async def until(condition: Callable[[], object], within_s: float = 5.0) -> None:
    """Wait for a condition; TimeoutError when it does not come in time."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - the condition is nobody's event
            await asyncio.sleep(_LOOK_S)


class Heard(NamedTuple):
    data: bytes
    peer: str
    topic: str
    retained: bool


class Change(NamedTuple):
    state: LinkState
    detail: str


@dataclass
class Log:
    """A LinkEvents that remembers, by link id."""

    heard: dict[str, list[Heard]] = field(default_factory=dict)
    changes: dict[str, list[Change]] = field(default_factory=dict)

    def received(
        self, link: str, data: bytes, peer: str = "", topic: str = "", retained: bool = False
    ) -> None:
        self.heard.setdefault(link, []).append(Heard(data, peer, topic, retained))

    def changed(self, link: str, state: LinkState, detail: str) -> None:
        self.changes.setdefault(link, []).append(Change(state, detail))

    def of(self, link: Link) -> list[Heard]:
        return self.heard.setdefault(link.id, [])

    def bytes_of(self, link: Link) -> bytes:
        return b"".join(heard.data for heard in self.of(link))

    def states_of(self, link: Link) -> list[LinkState]:
        return [change.state for change in self.changes.get(link.id, [])]


def is_up(link: Link) -> bool:
    return link.state is LinkState.UP


def is_down(link: Link) -> bool:
    """Whether it tried and failed."""
    return link.state is LinkState.DOWN and link.counts.attempts > 0


@contextlib.asynccontextmanager
async def running(*links: Link, up: bool = True) -> AsyncIterator[None]:
    """Run links for the length of the block; first wait until they are UP."""
    tasks = [asyncio.create_task(link.run()) for link in links]
    try:
        if up:
            await until(lambda: all(is_up(link) for link in links))
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def free_port() -> int:
    """A loopback port that nobody uses now, be it for TCP or UDP, nor is given soon.

    It lies below those that the system gives to whoever asks for any: there somebody else may
    get it meanwhile, and who calls a port of his own range may even reach himself.
    """
    return next(port for port in _PORTS if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Relay:
    """A network path to a port, which can be severed without a goodbye or frozen."""

    def __init__(self, target_port: int) -> None:
        self.port = free_port()
        self._target_port = target_port
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._calls: set[asyncio.Task[Any]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._called, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.sever()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls)
        self._open.set()

    def sever(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self) -> None:
        self._open.clear()

    def thaw(self) -> None:
        self._open.set()

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.current_task()
        assert call is not None
        self._calls.add(call)
        self._writers.add(writer)
        # Cancelled calls end quietly: asyncio's stream server reports any other end.
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._open.wait()
            onward_reader, onward = await asyncio.open_connection("127.0.0.1", self._target_port)
            self._writers.add(onward)
            await asyncio.gather(self._pass(reader, onward), self._pass(onward_reader, writer))
        writer.transport.abort()
        self._calls.discard(call)

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                await self._open.wait()
                target.write(data)
                await target.drain()
        target.close()
