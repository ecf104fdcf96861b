"""What was before a console attached: asked for by column, answered beside the snapshots."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import msgspec
import numpy as np
import pytest

from gcs.clock import SECOND_NS
from gcs.console.client import ConsoleClient, Update
from gcs.console.protocol import Control, History, HistoryQuery, Playback, PlaybackAct
from gcs.console.server import PAST_NS, PAST_ROWS, ConsoleServer
from gcs.console.trails import Trails
from gcs.messages import Quality, Snapshot
from tests.console.conditions import until
from tests.console.scenes import Scene, catalogue

COLUMN = 3


def shown(step: int, value: float = 1.0, quality: Quality = Quality.GOOD) -> Snapshot:
    """A Snapshot half a second after the one before, with one value of its own."""
    snapshot = Scene(sequence=step).snapshot()
    readings = snapshot.readings
    values, qualities = list(readings.values), list(readings.qualities)
    values[COLUMN], qualities[COLUMN] = value, int(quality)
    changed = msgspec.structs.replace(readings, values=tuple(values), qualities=tuple(qualities))
    return msgspec.structs.replace(snapshot, now_ns=10**18 + step * PAST_NS, readings=changed)


class Console:
    """One that is attached, and what it was told."""

    def __init__(self, address: str, position: str = "") -> None:
        self.client = ConsoleClient(address, position)
        self.told: list[Update] = []

    async def follow(self) -> None:
        async with aclosing(self.client.updates()) as updates:
            async for update in updates:
                self.told.append(update)

    def histories(self) -> list[History]:
        return [update for update in self.told if isinstance(update, History)]


def attached(
    scenario: Callable[[ConsoleServer, Console, list[Control]], Awaitable[None]],
    position: str = "",
) -> None:
    async def main() -> None:
        asked: list[Control] = []
        server = ConsoleServer(
            "tcp:127.0.0.1:0", catalogue(), lambda _: None, on_control=asked.append
        )
        async with server:
            for step in range(6):
                server.publish(shown(step, value=float(step)))
            console = Console(server.address, position)
            following = asyncio.ensure_future(console.follow())
            await until(lambda: len(console.told) >= 2)
            try:
                await scenario(server, console, asked)
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    asyncio.run(main())


def test_a_console_that_comes_late_gets_the_past_that_it_asks_for() -> None:
    async def scenario(_: ConsoleServer, console: Console, __: list[Control]) -> None:
        assert console.client.ask(HistoryQuery(COLUMN))
        await until(lambda: console.histories())
        (history,) = console.histories()
        assert history.parameter == COLUMN
        assert history.values == (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
        assert history.times_ns == tuple(10**18 + step * PAST_NS for step in range(6))

    attached(scenario)


@pytest.mark.parametrize("column", [-1, 10**6, 2**40])
def test_a_column_that_is_none_has_no_past(column: int) -> None:
    async def scenario(_: ConsoleServer, console: Console, __: list[Control]) -> None:
        console.client.ask(HistoryQuery(column))
        await until(lambda: console.histories())
        assert console.histories() == [History(column, (), ())]

    attached(scenario)


def test_who_only_watches_may_ask_but_leads_no_replay() -> None:
    async def scenario(server: ConsoleServer, console: Console, asked: list[Control]) -> None:
        console.client.ask(Control(PlaybackAct.PAUSE))
        await until(lambda: server.faults == 1)
        assert asked == []

    attached(scenario)


def test_a_position_leads_a_replay_and_hears_where_it_stands() -> None:
    async def scenario(server: ConsoleServer, console: Console, asked: list[Control]) -> None:
        console.client.ask(Control(PlaybackAct.SEEK, 72.0))
        await until(lambda: asked)
        assert asked == [Control(PlaybackAct.SEEK, 72.0)]
        status = Playback(5, 0, 9, complete=True, playing=False, speed=2.0, mark="ascent")
        server.publish(shown(7), status)
        await until(lambda: status in console.told)

    attached(scenario, position="FD")


def test_the_past_is_bounded() -> None:
    trails = Trails(len(catalogue().parameters), capacity=50, spacing_ns=PAST_NS)
    for step in range(120):
        trails.add(shown(step, value=float(step)))
    times_ns, values = trails.column(COLUMN)
    assert list(values) == [float(step) for step in range(70, 120)]
    assert np.all(np.diff(times_ns) == PAST_NS)
    assert PAST_ROWS * PAST_NS == 20 * 60 * SECOND_NS


def test_only_good_values_are_the_past() -> None:
    trails = Trails(len(catalogue().parameters), capacity=50, spacing_ns=PAST_NS)
    trails.add(shown(1, 1.0))
    trails.add(shown(2, 99.0, Quality.SUSPECT))
    trails.add(shown(3, 3.0))
    assert list(trails.column(COLUMN)[1]) == [1.0, 3.0]


# --- What the console makes of it ---


def charted(trails: Trails, now_step: int) -> list[float]:
    """Ten slices of half a second up to a step."""
    now_ns = 10**18 + now_step * PAST_NS
    return [float(v) for v in trails.binned(COLUMN, now_ns, 10 * PAST_NS, 10)]


def test_a_chart_begins_before_the_console_attached() -> None:
    trails = Trails(len(catalogue().parameters))
    trails.add(shown(8, 8.0))
    trails.remember(COLUMN, [10**18 + s * PAST_NS for s in range(8)], [float(s) for s in range(8)])
    assert charted(trails, 9)[:9] == [float(step) for step in range(9)]


def test_what_both_know_is_taken_once() -> None:
    trails = Trails(len(catalogue().parameters))
    trails.add(shown(5, 50.0))
    trails.remember(COLUMN, [10**18 + s * PAST_NS for s in (4, 5, 6)], [4.0, 5.0, 6.0])
    assert charted(trails, 9)[4:6] == [4.0, 50.0]
    assert np.isnan(charted(trails, 9)[6])


def test_a_replay_that_is_sought_back_in_has_no_future() -> None:
    trails = Trails(len(catalogue().parameters))
    for step in range(8):
        trails.add(shown(step, float(step)))
    trails.add(shown(2, 2.0))
    known = [value for value in charted(trails, 9) if not np.isnan(value)]
    assert known == [2.0]
