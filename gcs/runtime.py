"""The asyncio shell around `Station.step`: links, ticks and consoles in, outputs out.

Everything that happens becomes an Input in one queue; one task takes the whole
queue, reads the clock once, steps, and hands the outputs on. Nothing here decides.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from gcs.clock import MILLISECOND_NS, SECOND_NS, Clock
from gcs.links.base import ByteLink, TopicLink
from gcs.messages import (
    Input,
    LinkChanged,
    LinkState,
    Outputs,
    Received,
    ShellHealth,
    Snapshot,
    Tick,
    Transmit,
    TransmitResult,
)
from gcs.recording.journal import Journal
from gcs.station import Station
from gcs.summary import Summary

TICK_NS = 100 * MILLISECOND_NS
HEALTH_NS = SECOND_NS
LINGER_NS = 3 * SECOND_NS
"""How long a run goes on after its outcome, so that everyone sees it: on the wall, too."""
MAX_QUEUED = 200_000
"""Ten seconds at the highest rate the station is built for; more is dropped and counted."""


def linger_ns(clock: Clock) -> int:
    """Station time of the linger: people look no faster where the clock runs faster."""
    wall_ns = clock.wall_s(LINGER_NS) * SECOND_NS
    return LINGER_NS if wall_ns >= LINGER_NS or wall_ns == 0 else int(LINGER_NS**2 / wall_ns)


class InputQueue:
    """All inputs in order of arrival; bounded for bytes, never for anything else."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._inputs: deque[Input] = deque()
        self._arrived = asyncio.Event()
        self._oldest_ns = 0
        self.dropped = 0

    def put(self, item: Input) -> None:
        """Add one input and wake the step task."""
        if not self._inputs:
            self._oldest_ns = self._clock.now_ns()
        self._inputs.append(item)
        self._arrived.set()

    def received(
        self, link: str, data: bytes, peer: str = "", topic: str = "", retained: bool = False
    ) -> None:
        """LinkEvents: bytes came in."""
        if len(self._inputs) >= MAX_QUEUED:
            self.dropped += 1
            return
        self.put(Received(link, self._clock.now_ns(), data, peer, topic, retained))

    def changed(self, link: str, state: LinkState, detail: str) -> None:
        """LinkEvents: a link went up or down."""
        self.put(LinkChanged(link, state, detail))

    async def take(self) -> tuple[tuple[Input, ...], int]:
        """Everything queued, and how long the oldest waited, ns."""
        await self._arrived.wait()
        self._arrived.clear()
        batch = tuple(self._inputs)
        self._inputs.clear()
        return batch, max(0, self._clock.now_ns() - self._oldest_ns)

    def __len__(self) -> int:
        return len(self._inputs)


class Audience(Protocol):
    """Whoever watches: the consoles."""

    def publish(self, snapshot: Snapshot) -> None:
        """Offer the newest Snapshot; must not block."""
        ...


@dataclass
class Shell:
    """Where outputs go."""

    links: Mapping[str, ByteLink | TopicLink]
    journal: Journal | None
    consoles: Audience
    summary: Summary

    def deliver(self, outputs: Outputs, now_ns: int) -> Iterable[TransmitResult]:
        """Send, record and show what a step gave back; the refusals of the links."""
        if self.journal is not None:
            self.journal.decided(now_ns, outputs)
        for snapshot in outputs.snapshots:
            self.consoles.publish(snapshot)
            self.summary.see(snapshot)
        return [
            TransmitResult(transmit.link, ok=False, detail="the link did not take it")
            for transmit in outputs.transmits
            if not self._send(transmit)
        ]

    def _send(self, transmit: Transmit) -> bool:
        link = self.links.get(transmit.link)
        if isinstance(link, TopicLink):
            return link.publish(transmit.topic, transmit.data, transmit.qos, transmit.retain)
        return link is not None and link.send(transmit.data, transmit.peer)


class Runtime:
    """One station on its links, until stopped or, if asked, until the flight has an outcome."""

    def __init__(
        self,
        station: Station,
        clock: Clock,
        queue: InputQueue,
        shell: Shell,
        *,
        to_outcome: bool,
        since_ns: int = 0,
    ) -> None:
        """`since_ns` is the last moment that the station has decided already."""
        self._station = station
        self._clock = clock
        self._queue = queue
        self._shell = shell
        self._to_outcome = to_outcome
        self._last_ns = since_ns
        self._lag_ns = 0
        self._ends_ns: int | None = None
        self._stopped = asyncio.Event()

    @property
    def dropped(self) -> int:
        """Inputs that found the queue full."""
        return self._queue.dropped

    def stop(self) -> None:
        """End the run after the current step."""
        self._stopped.set()

    async def run(self) -> None:
        """Run links, ticks and steps; returns after `stop` or the outcome."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(link.run()) for link in self._shell.links.values()]
            tasks.append(group.create_task(self._every(TICK_NS, lambda: self._queue.put(Tick()))))
            tasks.append(group.create_task(self._every(HEALTH_NS, self._report_health)))
            tasks.append(group.create_task(self._steps()))
            await self._stopped.wait()
            for task in tasks:
                task.cancel()

    async def _steps(self) -> None:
        while True:
            batch, self._lag_ns = await self._queue.take()
            # Never decreasing, and recorded: a replay sees the same times.
            self._last_ns = now_ns = max(self._last_ns, self._clock.now_ns())
            if self._shell.journal is not None:
                self._shell.journal.step(now_ns, batch)
            outputs = self._station.step(batch, now_ns)
            for refused in self._shell.deliver(outputs, now_ns):
                self._queue.put(refused)
            self._consider_the_end(now_ns)
            # Links get their turn even when the queue never runs dry.
            await asyncio.sleep(0)

    def _consider_the_end(self, now_ns: int) -> None:
        if not (self._to_outcome and self._shell.summary.outcome):
            return
        if self._ends_ns is None:
            self._ends_ns = now_ns + linger_ns(self._clock)
        if now_ns >= self._ends_ns:
            self.stop()

    async def _every(self, period_ns: int, act: Callable[[], None]) -> None:
        due_ns = self._clock.now_ns()
        while True:
            act()
            now_ns = self._clock.now_ns()
            due_ns = max(due_ns + period_ns, now_ns - now_ns % period_ns)
            await asyncio.sleep(max(0.0, self._clock.wall_s(due_ns - now_ns)))

    def _report_health(self) -> None:
        # Of the disk only what its own thread saw: asking could halt every decision.
        journal = self._shell.journal
        self._queue.put(
            ShellHealth(
                recorder_ok=journal is not None and not journal.fault,
                disk_free_bytes=0 if journal is None else journal.disk_free_bytes,
                queue_depth=len(self._queue),
                queue_lag_ns=self._lag_ns,
                dropped=self._queue.dropped,
                recorded_bytes=0 if journal is None else journal.recorded_bytes,
            )
        )
