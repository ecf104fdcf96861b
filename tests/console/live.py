"""Consoles on a real station: a real ConsoleServer between them, the vehicle played by hand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.events import Paste
from textual.pilot import Pilot

from gcs.clock import SECOND_NS, ManualClock
from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.console.app import ConsoleApp
from gcs.console.client import ConsoleClient
from gcs.console.identity import Identity
from gcs.console.server import ConsoleServer
from gcs.messages import ConsoleChanged, Intent, Snapshot
from tests.console.conditions import until
from tests.console.screens import screen_text
from tests.helpers.hop import MISSION, Hop, shipped

RULES = """
[criterion.gusts]
title = "gusts"
owner = "WEATHER"
gates = ["launch_commit"]
value = "barge.wind.gust"
unit = "m/s"
no_go = { above = "16 m/s" }
source = "test"
waivable_by = ["FD"]
waivable_for = "10 min"
waivable_to = { above = "20 m/s" }

[criterion.fire]
title = "no fire on deck"
owner = "BARGE"
gates = ["launch_commit", "landing_commit", "landing_continue"]
require = "barge.deck.fire == 0"
source = "test"
unwaivable = true

[criterion.fire.alarm]
priority = "serious"
action = "start the monitors"

[criterion.cleared]
title = "range clear"
owner = "RANGE"
gates = ["launch_commit"]
require = "range.surveillance == 1"
source = "test"
"""
"""Few rules, so that what blocks in a test is what the test says."""

RANGE = "../dictionaries/range.toml"


def staffed() -> Mission:
    """The hop with a poll, marks, an alarm and entries, under the rules above alone."""
    texts = dict(shipped().texts) | {"rules.toml": RULES}
    texts[RANGE] = (CONFIGS / "dictionaries" / "range.toml").read_text()
    criteria = ", ".join(f'"{name}"' for name in shipped().config.mission.criteria)
    for file, old, new in (
        (MISSION.name, f"criteria = [{criteria}]", 'criteria = ["rules.toml"]'),
        (MISSION.name, 'dictionaries = ["', f'dictionaries = ["{RANGE}", "'),
        (
            MISSION.name,
            'positions = ["FD", "GNC", "BARGE"]',
            'positions = ["FD", "GNC", "BARGE", "RANGE"]',
        ),
        (MISSION.name, 'go_command = "launch"', 'go_command = "launch"\npolls = ["FD", "GNC"]'),
        (MISSION.name, 'id = "divert"', 'id = "divert"\ntwo_person = true'),
        (MISSION.name, 'start = "-25 s"', 'start = "-25 s"\nrecycle_when = "landing.mode == 0"'),
        (
            MISSION.name,
            "[[count.hold]]",
            '[[count.mark]]\nid = "begin"\nat = "-24 s"\n\n[[count.hold]]',
        ),
    ):
        assert old in texts[file], old
        texts[file] = texts[file].replace(old, new, 1)
    vehicle = shipped().config.mission.vehicle
    texts[vehicle] = re.sub(r"required_criteria = \[[^]]*\]", "", texts[vehicle])
    texts[MISSION.name] = re.sub(r"red_unless = \[[^]]*\]", "", texts[MISSION.name])
    return load_mission(MISSION.relative_to(MISSION.parent), texts)


class Seat:
    """One console and the hands on it."""

    def __init__(self, address: str, seat: str) -> None:
        position, _, person = seat.partition("/")
        self.wall = ManualClock(SECOND_NS)
        self.app = ConsoleApp(ConsoleClient(address, position, person), position, self.wall)
        self.pilot: Pilot[None]

    async def settle(self) -> None:
        """Paint what there is."""
        await self.pilot.pause()
        self.app.paint(whole=True)
        await self.pilot.pause()

    async def keys(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)
        await self.settle()

    async def types(self, line: str) -> None:
        """Put a line on the command line, then Enter."""
        self.app.post_message(Paste(line))
        await self.keys("enter")

    @property
    def screen(self) -> str:
        """What stands on it."""
        return screen_text(self.app)


class ControlRoom:
    """A station at the hop, tick by tick, and the consoles attached to it."""

    def __init__(
        self, hop: Hop, server: ConsoleServer, said: list[Intent | ConsoleChanged]
    ) -> None:
        self.hop = hop
        self.server = server
        self._said = said
        self.seats: list[Seat] = []

    @property
    def snapshot(self) -> Snapshot:
        """The station's newest."""
        return self.hop.snapshots[-1]

    async def flies(self, seconds: float) -> None:
        """Ticks of virtual time; what consoles said goes in with the first."""
        for _ in range(round(seconds * 10)):
            said = tuple(self._said)
            self._said.clear()
            self.hop.tick(*said)
            self.server.publish(self.snapshot)
        await self.shown()

    async def shown(self) -> None:
        """Until every console has the newest snapshot, painted."""
        for seat in self.seats:
            session = seat.app.session
            await until(
                lambda s=session: (
                    s.snapshot is not None  # type: ignore[misc]
                    and s.snapshot.sequence >= self.snapshot.sequence
                )
            )
            await seat.settle()

    async def heard(self) -> None:
        """Until a console's Intent reached the station; then it is judged and shown."""
        await until(lambda: any(isinstance(item, Intent) for item in self._said))
        await self.flies(0.2)

    async def asks(self, line: str, seat: Seat | None = None) -> str:
        """Type a line that the station must judge; the screen after it did."""
        chosen = seat or self.seats[0]
        await chosen.types(line)
        await self.heard()
        return chosen.screen


def in_room(
    scenario: Callable[[ControlRoom], Awaitable[None]],
    seats: tuple[str, ...] = ("FD",),
    size: tuple[int, int] = (160, 50),
) -> None:
    """Run a scenario with a console for each `POSITION/PERSON`, all attached and shown."""

    async def main() -> None:
        hop = Hop(staffed()).born()
        said: list[Intent | ConsoleChanged] = []
        async with AsyncExitStack() as stack:
            directory = stack.enter_context(TemporaryDirectory())
            address = f"unix:{Path(directory) / 'station'}"
            catalogue, identity = hop.station.catalogue("LIVE"), Identity("declared")
            server = ConsoleServer(address, catalogue, said.append, identity)
            await stack.enter_async_context(server)
            room = ControlRoom(hop, server, said)
            for name in seats:
                seat = Seat(address, name)
                seat.pilot = await stack.enter_async_context(seat.app.run_test(size=size))
                attached = len(server.consoles) + 1
                await until(lambda n=attached: len(server.consoles) >= n)  # type: ignore[misc]
                room.seats.append(seat)
            await room.flies(1.0)
            await scenario(room)

    asyncio.run(main())
