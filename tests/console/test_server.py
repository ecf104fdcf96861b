"""The station's socket: many consoles, hostile ones too, and the station waits for none."""

from __future__ import annotations

import asyncio
import os
import pwd
import socket
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from gcs.console.client import ConsoleClient, Detached, Update
from gcs.console.identity import Identity
from gcs.console.protocol import (
    VERSION,
    Attach,
    Farewell,
    FrameSplitter,
    Refused,
    Welcome,
    decode_from_station,
    encode,
)
from gcs.console.server import MAX_CONSOLES, ConsoleServer
from gcs.messages import Catalogue, ConsoleChanged, Event, HoldCount, Intent, Snapshot, Vote
from tests.console.conditions import until, until_closed
from tests.console.scenes import Scene, catalogue


class Station:
    """A server on a free port and what it reported."""

    def __init__(self, address: str = "tcp:127.0.0.1:0", identity: Identity | None = None) -> None:
        self.inputs: list[Intent | ConsoleChanged] = []
        self.server = ConsoleServer(
            address, catalogue(), self.inputs.append, identity or Identity()
        )

    @property
    def intents(self) -> list[Intent]:
        return [i for i in self.inputs if isinstance(i, Intent)]

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self.server.address.removeprefix("tcp:").rsplit(":", 1)
        return await asyncio.open_connection(host, int(port))


def run(scenario: Callable[[Station], Awaitable[None]]) -> None:
    async def main() -> None:
        station = Station()
        async with station.server:
            await scenario(station)

    asyncio.run(main())


async def collect(client: ConsoleClient, updates: list[Update]) -> None:
    async with aclosing(client.updates()) as stream:
        async for update in stream:
            updates.append(update)  # noqa: PERF401 (seen one at a time)


def test_a_console_gets_the_catalogue_then_the_newest_snapshot_then_the_farewell() -> None:
    async def scenario(station: Station) -> None:
        for sequence in (1, 2, 3):
            station.server.publish(Scene(sequence=sequence).snapshot())
        updates: list[Update] = []
        following = asyncio.ensure_future(
            collect(ConsoleClient(station.server.address, "FD"), updates)
        )
        await until(lambda: len(updates) == 3)
        station.server.publish(Scene(sequence=4).snapshot())
        await until(lambda: len(updates) == 4)
        await station.server.close(Farewell(0, "landed"))
        await following
        assert updates[0] == Welcome("console-1", "FD", "")
        assert isinstance(updates[1], Catalogue)
        assert [u.sequence for u in updates if isinstance(u, Snapshot)] == [3, 4]
        assert updates[-1] == Farewell(0, "landed")

    run(scenario)


def test_an_intent_carries_the_connections_identity_not_the_one_written_in_it() -> None:
    async def scenario(station: Station) -> None:
        _, writer = await station.raw()
        writer.write(encode(Attach(VERSION, "FD")))
        writer.write(encode(Intent("x", "console-9", "RANGE", 1, 2, Vote("landing_commit", True))))
        await until(lambda: bool(station.intents))
        (intent,) = station.intents
        assert (intent.console, intent.position) == ("console-1", "FD")
        assert station.inputs[0] == ConsoleChanged("console-1", "FD", attached=True)
        writer.close()
        await until(lambda: len(station.inputs) == 3)
        assert station.inputs[-1] == ConsoleChanged("console-1", "FD", attached=False)

    run(scenario)


def test_an_intent_carries_who_the_station_knows_not_who_it_claims() -> None:
    async def scenario() -> None:
        station = Station(identity=Identity("declared"))
        async with station.server:
            _, writer = await station.raw()
            writer.write(encode(Attach(VERSION, "FD", "anna")))
            act = Vote("landing_commit", True)
            writer.write(encode(Intent("x", "", "FD", 1, 2, act, person="bo")))
            await until(lambda: bool(station.intents))
            assert station.intents[0].person == "anna"
            assert station.inputs[0] == ConsoleChanged("console-1", "FD", True, "anna")
            writer.close()
            await until(lambda: len(station.inputs) == 3)
            assert station.inputs[-1] == ConsoleChanged("console-1", "FD", False, "anna")

    asyncio.run(scenario())


def test_over_a_unix_socket_the_kernel_says_who_it_is(tmp_path: Path) -> None:
    async def scenario() -> None:
        station = Station(f"unix:{tmp_path / 'console.sock'}")
        async with station.server:
            updates: list[Update] = []
            client = ConsoleClient(station.server.address, "FD")
            following = asyncio.ensure_future(collect(client, updates))
            await until(lambda: bool(updates))
            assert updates[0] == Welcome("console-1", "FD", pwd.getpwuid(os.getuid()).pw_name)
            following.cancel()

    asyncio.run(scenario())


def test_a_console_that_is_refused_hears_why_and_does_not_come_back() -> None:
    async def scenario() -> None:
        station = Station(identity=Identity("token"))
        async with station.server:
            updates: list[Update] = []
            client = ConsoleClient(station.server.address, "FD", token="a guess")
            await asyncio.wait_for(collect(client, updates), 5.0)
            assert updates == [Refused("nobody has this token")]
            assert station.inputs == []
            assert station.server.consoles == ()
            assert station.server.faults == 1

    asyncio.run(scenario())


def test_the_client_says_which_snapshot_its_operator_saw() -> None:
    async def scenario(station: Station) -> None:
        client = ConsoleClient(station.server.address, "FD")
        seen = Scene(sequence=41).snapshot()
        assert not client.send(HoldCount("wind"), seen)
        updates: list[Update] = []
        following = asyncio.ensure_future(collect(client, updates))
        await until(lambda: bool(updates))
        assert client.send(HoldCount("wind"), seen)
        assert client.send(HoldCount("wind"), seen)
        await until(lambda: len(station.intents) == 2)
        first, second = station.intents
        assert (first.snapshot_seen, first.issued_ns) == (41, seen.now_ns)
        assert first.id != second.id
        following.cancel()

    run(scenario)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff" * 64,
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        encode(Intent("x", "", "FD", 1, 2, HoldCount("before the attach"))),
        encode(Attach(VERSION, "FD")) + encode(Attach(VERSION, "FD")),
        encode(Attach(VERSION, "FD")) + b"\x00\x00\x00\x03\xc1\xc1\xc1",
        encode(Attach(VERSION, "")) + encode(Intent("x", "", "", 1, 2, HoldCount("a watcher"))),
    ],
)
def test_a_console_that_breaks_the_protocol_is_dropped_and_the_others_are_served(
    garbage: bytes,
) -> None:
    async def scenario(station: Station) -> None:
        updates: list[Update] = []
        good = asyncio.ensure_future(collect(ConsoleClient(station.server.address), updates))
        await until(lambda: len(updates) == 2)
        reader, writer = await station.raw()
        writer.write(garbage)
        await until(lambda: station.server.faults == 1)
        await until_closed(reader)
        station.server.publish(Scene().snapshot())
        await until(lambda: len(updates) == 3)
        assert not station.intents
        writer.close()
        good.cancel()

    run(scenario)


def test_a_console_that_never_reads_costs_one_frame_and_delays_nobody() -> None:
    async def scenario(station: Station) -> None:
        _, stalled = await station.raw()
        stalled.write(encode(Attach(VERSION, "FD")))
        await until(lambda: len(station.server.consoles) == 1)
        updates: list[Update] = []
        good = asyncio.ensure_future(collect(ConsoleClient(station.server.address), updates))
        await until(lambda: len(updates) == 2)
        for sequence in range(1, 2001):
            station.server.publish(Scene(sequence=1).snapshot() if sequence == 1 else LAST)
            if sequence % 50 == 0:
                await asyncio.sleep(0)
        await until(lambda: updates[-1] == LAST)
        await station.server.close(Farewell(0, "landed"))
        await good
        assert updates[-1] == Farewell(0, "landed")
        stalled.close()

    run(scenario)


LAST = Scene(sequence=2000).snapshot()


def test_more_consoles_than_the_cap_are_turned_away() -> None:
    async def scenario(station: Station) -> None:
        writers = [(await station.raw())[1] for _ in range(MAX_CONSOLES + 1)]
        for writer in writers[:MAX_CONSOLES]:
            writer.write(encode(Attach(VERSION, "")))
        await until(lambda: len(station.server.consoles) == MAX_CONSOLES)
        await until(lambda: station.server.faults == 1)
        for writer in writers:
            writer.close()

    run(scenario)


def test_a_client_attaches_again_when_the_station_comes_back(tmp_path: Path) -> None:
    address = f"unix:{tmp_path / 'console.sock'}"

    async def scenario() -> None:
        updates: list[Update] = []
        following = asyncio.ensure_future(collect(ConsoleClient(address), updates))
        await until(lambda: len(updates) == 1)
        assert isinstance(updates[0], Detached)
        first = Station(address)
        async with first.server:
            await until(lambda: isinstance(updates[-1], Catalogue))
        await until(lambda: isinstance(updates[-1], Detached))
        second = Station(address)
        async with second.server:
            await until(lambda: isinstance(updates[-1], Catalogue))
        following.cancel()

    asyncio.run(scenario())


def test_a_unix_socket_is_its_owners_alone_and_is_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "console.sock"

    async def scenario() -> None:
        async with Station(f"unix:{path}").server:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            with pytest.raises(OSError, match="another station"):
                await Station(f"unix:{path}").server.start()

    asyncio.run(scenario())
    assert not path.exists()


def test_the_socket_of_a_killed_station_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "console.sock"
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(path))

    async def scenario() -> None:
        async with Station(f"unix:{path}").server as server:
            assert server.address == f"unix:{path}"

    asyncio.run(scenario())


def test_a_stalled_console_that_reads_again_ends_with_the_last_snapshot_and_the_farewell() -> None:
    async def scenario(station: Station) -> None:
        reader, writer = await station.raw()
        writer.write(encode(Attach(VERSION, "")))
        await until(lambda: len(station.server.consoles) == 1)
        for _ in range(1000):
            station.server.publish(BULKY)
            await asyncio.sleep(0)
        station.server.publish(LAST)
        closing = asyncio.ensure_future(station.server.close(Farewell(0, "landed")))
        await asyncio.sleep(0)
        bodies = FrameSplitter(1 << 20).feed(await reader.read())
        await closing
        assert [decode_from_station(body) for body in bodies[-2:]] == [LAST, Farewell(0, "landed")]
        assert len(bodies) < 1000
        writer.close()

    run(scenario)


BULKY = Scene(events=tuple(Event(n, "k", "o", "x" * 1000) for n in range(60))).snapshot()


@pytest.mark.parametrize("module", ["server", "client", "headless"])
def test_a_station_serves_consoles_without_loading_a_screen(module: str) -> None:
    code = f"import sys, gcs.console.{module}; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
