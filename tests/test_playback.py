"""A replay for consoles: it ends by itself, unless a person takes a hand in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from gcs.config.loading import CONFIGS
from gcs.console.client import ConsoleClient, Update
from gcs.console.protocol import Control, Playback, PlaybackAct
from gcs.console.server import ConsoleServer
from gcs.messages import Snapshot
from gcs.playback import Decider, control, play
from gcs.replay import open_flight
from gcs.summary import Summary
from gcs.timeline import Player, Timeline
from hil.rehearsal.loop import EPOCH_NS, rehearse
from hil.script import load_rehearsal
from tests.links.harness import until

SECOND = 1_000_000_000
SECONDS = 14


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The nominal hop's count, to a second after the launch commit."""
    rehearsal = load_rehearsal(CONFIGS / "rehearsals" / "nominal-hop.toml")
    path = tmp_path_factory.mktemp("playback") / "hop.mcap"
    head = rehearsal.script.rehearsal.model_copy(update={"duration": SECONDS * SECOND})
    script = rehearsal.script.model_copy(update={"rehearsal": head})
    rehearse(replace(rehearsal, script=script), 1, path)
    return path


class Watcher:
    """A console on a replay."""

    def __init__(self, address: str) -> None:
        self.client = ConsoleClient(address, "FD")
        self.snapshots: list[Snapshot] = []
        self.playbacks: list[Playback] = []
        self.playing: asyncio.Task[None] | None = None

    async def follow(self) -> None:
        async with aclosing(self.client.updates()) as updates:
            async for update in updates:
                self.take(update)

    def take(self, update: Update) -> None:
        if isinstance(update, Snapshot):
            self.snapshots.append(update)
        elif isinstance(update, Playback):
            self.playbacks.append(update)

    async def asks(self, act: PlaybackAct, value: float = 0.0) -> Playback:
        """Ask, and what the replay then says of itself."""
        before = len(self.playbacks)
        assert self.client.ask(Control(act, value))
        await until(lambda: len(self.playbacks) > before, within_s=10)
        return self.playbacks[-1]

    async def stands_decided(self) -> None:
        """Pause near the beginning, and wait until all of the flight is known."""
        await until(lambda: bool(self.snapshots), within_s=20)
        assert not (await self.asks(PlaybackAct.PAUSE)).playing
        await until(lambda: self.playbacks[-1].complete, within_s=60)

    @property
    def at_s(self) -> float:
        """Seconds into the flight that are shown."""
        return (self.snapshots[-1].now_ns - EPOCH_NS) / SECOND


@asynccontextmanager
async def replaying(recording: Path, speed: float | None) -> AsyncIterator[Watcher]:
    flight = open_flight(recording)
    station, summary = flight.station(), Summary(flight.mission.config.phase)
    stopped = asyncio.Event()
    with Timeline() as timeline:
        player = Player(timeline, speed)
        server = ConsoleServer(
            "tcp:127.0.0.1:0",
            station.catalogue("REPLAY"),
            lambda _: None,
            on_control=lambda asked: control(player, asked),
        )
        async with server:
            watcher = Watcher(server.address)
            following = asyncio.ensure_future(watcher.follow())
            await until(lambda: bool(server.consoles))
            decider = Decider(station, flight.steps(), timeline, summary)
            watcher.playing = asyncio.ensure_future(play(decider, player, server, stopped))
            try:
                yield watcher
            finally:
                stopped.set()
                await watcher.playing
                following.cancel()
                with suppress(asyncio.CancelledError):
                    await following


def watched(
    recording: Path, speed: float | None, scenario: Callable[[Watcher], Awaitable[None]]
) -> None:
    async def main() -> None:
        async with replaying(recording, speed) as watcher:
            await scenario(watcher)

    asyncio.run(main())


def test_a_replay_that_nobody_touches_ends_with_the_flight(recording: Path) -> None:
    async def scenario(watcher: Watcher) -> None:
        assert watcher.playing is not None
        async with asyncio.timeout(60):
            await watcher.playing
        await until(lambda: watcher.at_s >= SECONDS - 0.2 and watcher.playbacks[-1].complete)

    watched(recording, None, scenario)


def test_it_stands_where_a_person_stops_it_and_stays_at_the_end(recording: Path) -> None:
    async def scenario(watcher: Watcher) -> None:
        await watcher.stands_decided()
        stands = await watcher.asks(PlaybackAct.SPEED, 100.0)
        assert stands.speed == 100.0
        assert (await watcher.asks(PlaybackAct.PLAY)).playing
        await until(lambda: watcher.at_s >= SECONDS - 0.2, within_s=60)
        assert watcher.playing is not None
        assert not watcher.playing.done(), "who took a hand in it may still seek"
        back = await watcher.asks(PlaybackAct.SEEK, -20.0)
        await until(lambda: 4.9 <= watcher.at_s <= 12.0)
        assert back.at_ns < back.last_ns

    watched(recording, 1.0, scenario)


def test_a_replay_that_stands_still_is_not_silent(recording: Path) -> None:
    async def scenario(watcher: Watcher) -> None:
        await watcher.stands_decided()
        before = len(watcher.snapshots)
        await until(lambda: len(watcher.snapshots) >= before + 3)
        assert len({snapshot.now_ns for snapshot in watcher.snapshots[before:]}) == 1

    watched(recording, 1.0, scenario)


def test_events_are_led_to_by_name(recording: Path) -> None:
    async def scenario(watcher: Watcher) -> None:
        await watcher.stands_decided()
        led = await watcher.asks(PlaybackAct.NEXT)
        while "LAUNCH: " not in led.mark:
            led = await watcher.asks(PlaybackAct.NEXT)
        assert not led.playing
        assert led.mark.startswith("LAUNCH: NO-GO, ")

    watched(recording, 1.0, scenario)


def test_a_step_shows_the_very_snapshot_before(recording: Path) -> None:
    async def scenario(watcher: Watcher) -> None:
        await watcher.stands_decided()
        await watcher.asks(PlaybackAct.SEEK, -15.0)
        here = watcher.snapshots[-1].sequence
        await watcher.asks(PlaybackAct.STEP, -1.0)
        assert watcher.snapshots[-1].sequence == here - 1

    watched(recording, 1.0, scenario)
