"""A replay for consoles: the flight is decided ahead, and shown where a person stands in it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gcs.console.protocol import Control, Playback, PlaybackAct
from gcs.console.server import ConsoleServer
from gcs.hosting import farewell, hosting
from gcs.replay import Flight, StepInput
from gcs.station import Station
from gcs.summary import Summary
from gcs.timeline import Player, Timeline

SHOW_S = 0.05
"""Between two looks at what is to be shown: half a console's paint."""
AGAIN_S = 0.4
"""A replay that stands still says so again, or consoles would take it for dead."""
_ATTACH_WITHIN_S = 3.0

_ACTS: Mapping[PlaybackAct, Callable[[Player, float], None]] = {
    PlaybackAct.PLAY: lambda player, _: player.play(),
    PlaybackAct.PAUSE: lambda player, _: player.pause(),
    PlaybackAct.SPEED: lambda player, value: player.set_speed(value),
    PlaybackAct.SEEK: lambda player, value: player.seek_clock(value),
    PlaybackAct.SKIP: lambda player, value: player.skip(value),
    PlaybackAct.STEP: lambda player, value: player.step(round(value)),
    PlaybackAct.NEXT: lambda player, _: player.next_mark(),
    PlaybackAct.PREVIOUS: lambda player, _: player.previous_mark(),
}


async def run_replay(flight: Flight, listen: str, speed: float | None) -> Summary:
    """Play a flight for consoles at `speed` times real time; None is as fast as it goes.

    It begins when the first console has attached, or after a moment: a short flight at
    full speed would be over before anybody saw it. It ends with the flight, unless a
    console took a hand in it: then it stays until it is ended.
    """
    station, summary = flight.station(), Summary(flight.mission.config.phase)
    attached, stopped = asyncio.Event(), asyncio.Event()
    with Timeline() as timeline:
        player = Player(timeline, speed)
        server = ConsoleServer(
            listen,
            station.catalogue("REPLAY"),
            lambda _: attached.set(),
            on_control=lambda asked: control(player, asked),
        )
        async with hosting(server, stopped.set, lambda: farewell(summary, summary.exit_code)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(attached.wait(), _ATTACH_WITHIN_S)
            decider = Decider(station, flight.steps(), timeline, summary)
            await play(decider, player, server, stopped)
    return summary


def control(player: Player, asked: Control) -> None:
    """Do what a console asked of the replay."""
    _ACTS[asked.act](player, asked.value)


@dataclass(frozen=True)
class Decider:
    """Decides a flight into a timeline."""

    station: Station
    steps: Iterator[StepInput]
    timeline: Timeline
    summary: Summary

    async def run(self) -> None:
        """Decide all of it, as fast as it goes; others get their turn after every step."""
        for now_ns, batch in self.steps:
            outputs = self.station.step(batch, now_ns)
            self.timeline.mark(outputs.events)
            for snapshot in outputs.snapshots:
                self.timeline.append(snapshot)
                self.summary.see(snapshot)
            await asyncio.sleep(0)
        self.timeline.complete = True


async def play(
    decider: Decider, player: Player, server: ConsoleServer, stopped: asyncio.Event
) -> None:
    """Show a flight until its end, or until it is stopped where a person took a hand in it."""
    deciding = asyncio.ensure_future(decider.run())
    try:
        await _show(decider.timeline, player, server, stopped)
        if deciding.done():
            deciding.result()
    finally:
        deciding.cancel()
        await asyncio.gather(deciding, return_exceptions=True)


async def _show(
    timeline: Timeline, player: Player, server: ConsoleServer, stopped: asyncio.Event
) -> None:
    last_s = time.monotonic()
    shown: Playback | None = None
    shown_s = last_s
    while not stopped.is_set():
        now_s = time.monotonic()
        index = player.advance(round((now_s - last_s) * 1e9))
        last_s = now_s
        if index is not None:
            status = _status(timeline, player)
            if status != shown or now_s - shown_s >= AGAIN_S:
                shown, shown_s = status, now_s
                server.publish(timeline.snapshot(index), status)
        over = player.over and not player.touched
        if over or (timeline.complete and not len(timeline)):
            return
        await asyncio.sleep(SHOW_S)


def _status(timeline: Timeline, player: Player) -> Playback:
    return Playback(
        at_ns=player.at_ns,
        first_ns=timeline.first_ns,
        last_ns=timeline.last_ns,
        complete=timeline.complete,
        playing=player.playing,
        speed=player.speed,
        mark=player.mark,
        sought=player.sought,
    )
