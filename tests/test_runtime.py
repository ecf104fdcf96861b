"""The shell around the step: what goes in, in which order, at what times, and what ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

import msgspec
import pytest

from gcs import runtime
from gcs.clock import SECOND_NS, Clock, ManualClock, ScaledClock
from gcs.config.loading import CONFIGS, load_mission
from gcs.links.base import ByteLink, TopicLink
from gcs.links.memory import MemoryByteLink, MemoryPipe
from gcs.messages import (
    HoldCount,
    Input,
    Intent,
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
from gcs.recording.layout import Digest, Step
from gcs.recording.reader import read_recording
from gcs.runtime import InputQueue, Runtime, Shell
from gcs.station import Station
from gcs.summary import Summary
from tests.links.harness import Log, is_up, on_loop, until
from tests.recording.samples import HEADER

MISSION = load_mission(CONFIGS / "missions" / "falcon9-webcast.toml")
INTENT = Intent("i-1", "console-1", "FD", 0, 1, HoldCount("a test"))


def snapshot(phase: str = "pad") -> Snapshot:
    """A real Snapshot, in a phase."""
    (first,) = Station(MISSION, seed=0).step((Tick(),), SECOND_NS).snapshots
    return msgspec.structs.replace(first, phase=msgspec.structs.replace(first.phase, id=phase))


class Script:
    """In a station's place: remembers its steps and answers with what it was given."""

    def __init__(self, answer: Callable[[Sequence[Input]], Outputs] = lambda batch: Outputs()):
        self.steps: list[tuple[int, tuple[Input, ...]]] = []
        self._answer = answer

    def step(self, batch: Sequence[Input], now_ns: int) -> Outputs:
        self.steps.append((now_ns, tuple(batch)))
        return self._answer(batch)

    def saw(self, kind: type[Input]) -> list[Input]:
        return [item for _, batch in self.steps for item in batch if isinstance(item, kind)]


class Watchers:
    def __init__(self) -> None:
        self.seen: list[Snapshot] = []

    def publish(self, snapshot: Snapshot) -> None:
        self.seen.append(snapshot)


class Flight:
    """A runtime around a script."""

    def __init__(
        self,
        script: Script,
        clock: Clock | None = None,
        links: dict[str, ByteLink | TopicLink] | None = None,
        journal: Journal | None = None,
        *,
        to_outcome: bool = False,
    ) -> None:
        self.clock = clock or ScaledClock.started_now(20.0)
        self.queue = InputQueue(self.clock)
        self.watchers = Watchers()
        self.summary = Summary(MISSION.config.phase)
        shell = Shell(links or {}, journal, self.watchers, self.summary)
        self.runtime = Runtime(
            cast("Station", script), self.clock, self.queue, shell, to_outcome=to_outcome
        )

    async def until(self, condition: Callable[[], object]) -> None:
        """Run until a condition holds, then stop in good order."""
        run = asyncio.create_task(self.runtime.run())
        try:
            await until(lambda: run.done() or condition())
        finally:
            self.runtime.stop()
            await run


# --- The queue ---


@on_loop
async def test_inputs_are_taken_all_at_once_in_the_order_they_came() -> None:
    clock = ManualClock(5)
    queue = InputQueue(clock)
    queue.changed("fc_a", LinkState.UP, "open")
    queue.received("fc_a", b"1", peer="p")
    queue.put(INTENT)
    clock.advance_to(9)
    queue.received("barge", b"2", topic="t", retained=True)
    clock.advance_to(12)
    assert await queue.take() == (
        (
            LinkChanged("fc_a", LinkState.UP, "open"),
            Received("fc_a", 5, b"1", "p"),
            INTENT,
            Received("barge", 9, b"2", "", "t", retained=True),
        ),
        7,
    )
    assert len(queue) == 0


@on_loop
async def test_the_wait_of_the_oldest_input_starts_anew_with_each_batch() -> None:
    clock = ManualClock()
    queue = InputQueue(clock)
    for came_ns, taken_ns in ((10, 30), (100, 101)):
        clock.advance_to(came_ns)
        queue.put(Tick())
        clock.advance_to(taken_ns)
        assert (await queue.take())[1] == taken_ns - came_ns


@on_loop
async def test_a_full_queue_drops_bytes_counts_them_and_takes_everything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runtime, "MAX_QUEUED", 3)
    queue = InputQueue(ManualClock())
    for number in range(5):
        queue.received("fc_a", bytes([number]))
    queue.put(INTENT)
    queue.changed("fc_a", LinkState.DOWN, "gone")
    batch, _ = await queue.take()
    assert [i.data for i in batch if isinstance(i, Received)] == [b"\0", b"\1", b"\2"]
    assert batch[3:] == (INTENT, LinkChanged("fc_a", LinkState.DOWN, "gone"))
    assert queue.dropped == 2
    queue.received("fc_a", b"again")
    assert len(queue) == 1


# --- Steps ---


class Unsteady(ScaledClock):
    """A clock that somebody sets back by a minute after every third look."""

    def now_ns(self) -> int:
        looks = getattr(self, "looks", 0)
        object.__setattr__(self, "looks", looks + 1)
        return super().now_ns() - looks // 3 * 60 * SECOND_NS


@on_loop
async def test_the_time_of_a_step_never_decreases() -> None:
    clock = Unsteady(10**18, ScaledClock.started_now().anchor_ns)
    script = Script()
    flight = Flight(script, clock)
    # Its ticks wait for a clock that runs away from them, so the inputs come from here.
    run = asyncio.create_task(flight.runtime.run())
    for number in range(20):
        flight.queue.put(INTENT)
        await until(lambda wanted=number + 1: len(script.saw(Intent)) >= wanted)
    flight.runtime.stop()
    await run
    times = [now_ns for now_ns, _ in script.steps]
    assert times == sorted(times)
    assert clock.now_ns() < times[0]


@on_loop
async def test_a_tick_comes_every_tenth_of_a_second_and_health_every_second() -> None:
    script = Script()
    flight = Flight(script)
    await flight.until(lambda: len(script.saw(Tick)) >= 45)
    first_ns, last_ns = script.steps[0][0], script.steps[-1][0]
    span_ns = last_ns - first_ns
    # Late ticks are left out, never made up for: at most so many, and one at the start.
    assert len(script.saw(Tick)) <= span_ns // runtime.TICK_NS + 2
    health = cast("list[ShellHealth]", script.saw(ShellHealth))
    assert 2 <= len(health) <= span_ns // runtime.HEALTH_NS + 2
    assert not health[0].recorder_ok
    assert health[-1].dropped == 0
    assert (health[-1].disk_free_bytes, health[-1].recorded_bytes) == (0, 0), "nothing is recorded"


@on_loop
async def test_what_crashes_a_step_was_recorded_before_it(tmp_path: Path) -> None:
    def crash(batch: Sequence[Input]) -> Outputs:
        if INTENT in batch:
            raise RuntimeError("crashed")
        return Outputs(snapshots=(snapshot(),))

    path = tmp_path / "a.mcap"
    with closing(Journal(path, HEADER)) as journal:
        flight = Flight(Script(crash), journal=journal)
        flight.queue.changed("fc_a", LinkState.UP, "before it")
        asyncio.get_running_loop().call_later(0.05, flight.queue.put, INTENT)
        with pytest.raises(ExceptionGroup) as raised:
            await flight.runtime.run()
    assert raised.group_contains(RuntimeError, match="crashed")
    records = list(read_recording(path).records())
    last = [record for record in records if isinstance(record, Step)][-1]
    assert INTENT in last.inputs
    assert any(isinstance(record, Digest) for record in records)


@on_loop
async def test_health_says_how_large_the_recording_is(tmp_path: Path) -> None:
    script = Script()
    path = tmp_path / "a.mcap"
    with closing(Journal(path, HEADER)) as journal:
        await Flight(script, journal=journal).until(lambda: len(script.saw(ShellHealth)) >= 2)
    last = cast("list[ShellHealth]", script.saw(ShellHealth))[-1]
    assert last.recorder_ok
    assert 0 < last.recorded_bytes <= path.stat().st_size


# --- Outputs ---


@on_loop
async def test_a_transmit_that_no_link_takes_comes_back_as_refused() -> None:
    pipe = MemoryPipe()
    pipe.disconnect()
    links: dict[str, ByteLink | TopicLink] = {"fc_a": MemoryByteLink("fc_a", Log(), pipe.near)}
    sent = [Transmit("fc_a", b"down"), Transmit("nowhere", b"lost")]

    def once(batch: Sequence[Input]) -> Outputs:
        return Outputs(transmits=(sent.pop(0),)) if sent else Outputs()

    script = Script(once)
    await Flight(script, links=links).until(lambda: len(script.saw(TransmitResult)) >= 2)
    assert script.saw(TransmitResult) == [
        TransmitResult("fc_a", ok=False, detail="the link did not take it"),
        TransmitResult("nowhere", ok=False, detail="the link did not take it"),
    ]


@on_loop
async def test_a_transmit_that_is_taken_arrives_and_nothing_comes_back() -> None:
    pipe = MemoryPipe()
    near = MemoryByteLink("fc_a", Log(), pipe.near)
    sent = [Transmit("fc_a", b"commit")]

    def when_up(batch: Sequence[Input]) -> Outputs:
        return Outputs(transmits=(sent.pop(),)) if sent and is_up(near) else Outputs()

    script = Script(when_up)
    await Flight(script, links={"fc_a": near}).until(lambda: not sent and len(script.saw(Tick)) > 3)
    assert pipe.far.take() == [b"commit"]
    assert script.saw(TransmitResult) == []


@on_loop
async def test_a_queue_that_never_runs_dry_starves_neither_ticks_nor_the_end() -> None:
    script = Script(lambda batch: Outputs(transmits=(Transmit("nowhere", b""),)))
    await Flight(script).until(lambda: len(script.saw(Tick)) >= 10)
    assert len(script.saw(TransmitResult)) > 10


@on_loop
async def test_every_snapshot_is_shown_and_told() -> None:
    script = Script(lambda batch: Outputs(snapshots=(snapshot("coast"),)))
    flight = Flight(script)
    await flight.until(lambda: len(script.steps) >= 3)
    assert len(flight.watchers.seen) == len(script.steps)
    assert [phase for phase, _ in flight.summary.passed] == ["coast"]


# --- The end ---


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> int:
    """A linger that a test can wait for, ns."""
    monkeypatch.setattr(runtime, "LINGER_NS", SECOND_NS // 4)
    return SECOND_NS // 4


@on_loop
async def test_a_run_to_its_outcome_ends_by_itself_after_a_moment(brief: int) -> None:
    script = Script(lambda batch: Outputs(snapshots=(snapshot("touchdown"),)))
    flight = Flight(script, to_outcome=True)
    await asyncio.wait_for(flight.runtime.run(), 10.0)
    lingered_ns = script.steps[-1][0] - script.steps[0][0]
    assert lingered_ns >= brief
    assert (flight.summary.outcome, flight.summary.exit_code) == ("landed", 0)


@on_loop
async def test_other_runs_go_on_after_an_outcome_until_they_are_stopped(brief: int) -> None:
    script = Script(lambda batch: Outputs(snapshots=(snapshot("touchdown"),)))
    flight = Flight(script, to_outcome=False)

    def flown_ns() -> int:
        return script.steps[-1][0] - script.steps[0][0] if script.steps else 0

    await flight.until(lambda: flown_ns() > 50 * brief)
    assert flown_ns() > 50 * brief
    assert flight.summary.outcome == "landed"


@on_loop
async def test_stop_ends_a_run_whose_links_would_go_on_for_ever() -> None:
    near = MemoryByteLink("fc_a", Log(), MemoryPipe().near)
    await Flight(Script(), links={"fc_a": near}).until(lambda: is_up(near))
    assert near.state is LinkState.DOWN
