"""Demos that are ended before their time: what they leave behind, and what is saved."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from gcs.clock import SECOND_NS
from gcs.console.client import ConsoleClient, Detached
from gcs.messages import Snapshot
from gcs.recording.layout import Step
from gcs.recording.reader import read_recording
from tests.helpers.commands import gcs, hop_variant, running

pytestmark = pytest.mark.slow


@pytest.fixture
def signals_heard() -> Iterator[None]:
    """Where tests run in the background, some signals are ignored here and in every child."""
    before = {n: signal.signal(n, signal.SIG_DFL) for n in (signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals_heard")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_ended_leaves_nothing_but_a_whole_recording(
    how: signal.Signals, tmp_path: Path
) -> None:
    record = tmp_path / "recordings"
    with running("demo", hop_variant(tmp_path), "--headless", "--record", record) as demo:
        demo.until("barge is online")
        if how == signal.SIGTERM:
            demo.process.terminate()
        else:  # from the terminal, to everyone at once
            os.killpg(demo.process.pid, how)
        ended = demo.end()
        left_behind = demo.left_behind()
    assert (ended.exit_code, ended.err) == (1, "")
    assert left_behind == ()
    (recording,) = record.iterdir()
    assert not read_recording(recording).truncated


def test_kill_9_of_the_station_loses_less_than_the_last_second(tmp_path: Path) -> None:
    record = tmp_path / "recordings"
    with running("demo", hop_variant(tmp_path), "--headless", "--record", record) as demo:
        demo.until("barge is online")
        station = demo.part("station")
        newest_ns = asyncio.run(kill_after_snapshots(station.pid, station.option("--listen"), 30))
        ended = demo.end()
        left_behind = demo.left_behind()
    assert ended.exit_code == 1
    assert "STATION LOST: " in ended.out
    assert ended.problems == [
        "the station was killed (signal 9): `gcs recover` mends its recording"
    ]
    assert left_behind == ()

    (cut,) = record.iterdir()
    mended = tmp_path / "mended.mcap"
    recovered = gcs("recover", cut, mended)
    assert recovered.exit_code == 0
    assert recovered.out.startswith("saved ")
    assert newest_ns - last_step_ns(mended) < SECOND_NS
    verified = gcs("replay", mended, "--verify")
    assert verified.exit_code == 0
    assert verified.out.startswith("identical: all ")


async def kill_after_snapshots(pid: int, address: str, count: int) -> int:
    """Attach, take snapshots, kill; the time of the newest that ever left the station."""
    newest_ns = seen = 0
    async with aclosing(ConsoleClient(address).updates()) as updates:
        async for update in updates:
            if isinstance(update, Detached):
                break
            if isinstance(update, Snapshot):
                newest_ns, seen = update.now_ns, seen + 1
                if seen == count:
                    os.kill(pid, signal.SIGKILL)
    return newest_ns


def last_step_ns(recording: Path) -> int:
    return max(r.now_ns for r in read_recording(recording).records() if isinstance(r, Step))
