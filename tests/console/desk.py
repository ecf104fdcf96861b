"""A console under test and the hands on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from textual.events import Paste
from textual.pilot import Pilot

from gcs.clock import SECOND_NS, ManualClock
from gcs.console.app import ConsoleApp
from gcs.console.client import ConsoleClient, Update
from gcs.console.protocol import Control, Farewell, HistoryQuery, Refused
from gcs.console.settings import DEFAULT_SETTINGS, Settings
from gcs.messages import Act, Snapshot
from tests.console.screens import screen_text


class ScriptedClient(ConsoleClient):
    """A client whose station is the test."""

    def __init__(self) -> None:
        super().__init__("unix:/nowhere")
        self.said: asyncio.Queue[Update] = asyncio.Queue()
        self.acts: list[Act] = []
        self.asked: list[HistoryQuery | Control] = []
        self.attached = True

    async def updates(self) -> AsyncGenerator[Update, None]:
        while True:
            update = await self.said.get()
            yield update
            self.said.task_done()
            if isinstance(update, Farewell | Refused):
                return

    def send(self, act: Act, seen: Snapshot) -> bool:
        if self.attached:
            self.acts.append(act)
        return self.attached

    def ask(self, question: HistoryQuery | Control) -> bool:
        if self.attached:
            self.asked.append(question)
        return self.attached


class Desk:
    """One console under test and the hands on it."""

    def __init__(self, settings: Settings) -> None:
        self.client = ScriptedClient()
        self.wall = ManualClock(SECOND_NS)
        self.app = ConsoleApp(self.client, "FD", self.wall, settings)
        self.pilot: Pilot[None]

    async def says(self, *updates: Update) -> None:
        for update in updates:
            self.client.said.put_nowait(update)
        async with asyncio.timeout(10):
            await self.client.said.join()
        await self.settle()

    async def settle(self) -> None:
        await self.pilot.pause()
        self.app.paint(whole=True)
        await self.pilot.pause()

    async def types(self, line: str) -> None:
        self.app.post_message(Paste(line))
        await self.pilot.press("enter")
        await self.settle()

    @property
    def screen(self) -> str:
        return screen_text(self.app)


def at_desk(
    scenario: Callable[[Desk], Awaitable[None]],
    size: tuple[int, int] = (160, 50),
    settings: Settings = DEFAULT_SETTINGS,
) -> Desk:
    async def main() -> Desk:
        desk = Desk(settings)
        async with desk.app.run_test(size=size) as desk.pilot:
            await scenario(desk)
        return desk

    return asyncio.run(main())
