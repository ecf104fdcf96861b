"""The demo as a user runs it: real processes, real bytes, faster than real time."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest

from gcs.clock import SECOND_NS
from gcs.console.client import ConsoleClient, Detached
from gcs.messages import Snapshot
from gcs.recording.layout import Step
from gcs.recording.reader import read_recording
from tests.helpers.commands import Ended, Process, Running, gcs, hop_variant, running

pytestmark = pytest.mark.slow

NEVER = """
[criterion.never]
title = "never met"
owner = "BARGE"
gates = ["landing_commit"]
require = "vehicle.bus_voltage > 1000 V"
source = "a test"
"""


@dataclass(frozen=True)
class Flight:
    """A demo that was flown to its end, and what was seen of it."""

    ended: Ended
    recording: Path
    descending: tuple[Process, ...]
    left_behind: tuple[object, ...]


def fly(directory: Path, *options: str, speed: int = 6, **additions: str) -> Flight:
    """Fly the hop to its end, and look at its processes during the descent."""
    mission = hop_variant(directory, **additions)
    record = directory / "recordings"
    command = ["demo", mission, "--speed", speed, "--headless", "--record", record, *options]
    with running(*command) as demo:
        demo.until("phase free_descent")
        descending = demo.processes()
        ended = demo.end()
        left_behind = demo.left_behind()
    (recording,) = record.iterdir()
    return Flight(ended, recording, descending, left_behind)


# --- A landing ---


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Flight:
    return fly(tmp_path_factory.mktemp("landing"))


def test_the_hop_lands_and_exits_0(landing: Flight) -> None:
    assert landing.ended.exit_code == 0
    assert landing.ended.err == ""
    assert "outcome  landed (exit 0)\n" in landing.ended.out
    # The simulator's own word, which knows the truth; that it stands is said a minute later.
    assert "landed: touched down on the deck; " in landing.ended.out


def test_the_commit_is_verified_by_two_flight_computers(landing: Flight) -> None:
    (commit,) = (
        line
        for line in landing.ended.out.splitlines()
        if line.startswith("command ") and "landing_commit: VERIFIED, echoed by " in line
    )
    echoes = commit.partition("echoed by ")[2].split(", ")
    assert len(set(echoes)) >= 2
    assert set(echoes) <= {"fc_a", "fc_b", "fc_c"}


def test_every_part_is_a_process_of_its_own(landing: Flight) -> None:
    commands = [" ".join(process.command) for process in landing.descending]
    parts = ("gcs.cli demo", "gcs.cli station", "gcs.links.broker", "firmware_sim.cli run")
    assert len(commands) == len(parts)
    for part in parts:
        assert sum(part in command for command in commands) == 1


def test_the_console_holds_nothing_that_decides_or_records(landing: Flight) -> None:
    holders = [p for p in landing.descending if landing.recording in p.files]
    assert [" ".join(p.command[:4]).endswith("gcs.cli station") for p in holders] == [True]


def test_the_recording_decides_the_same_again(landing: Flight) -> None:
    verified = gcs("replay", landing.recording, "--verify")
    assert verified.exit_code == 0
    assert verified.out.startswith("identical: all ")
    assert f"recording  {landing.recording}\n" in landing.ended.out


def test_nothing_is_left_behind(landing: Flight) -> None:
    assert landing.left_behind == ()


# --- Other flights ---


def test_a_flight_computer_on_a_serial_port_lands_too(tmp_path: Path) -> None:
    flight = fly(tmp_path, "--serial")
    (opened,) = (line for line in flight.ended.out.splitlines() if "link fc_c: up: " in line)
    assert flight.ended.exit_code == 0
    assert "open: serial " in opened
    assert "at 921600 baud" in opened
    assert "  landing_commit: VERIFIED" in flight.ended.out
    assert flight.left_behind == ()
    verified = gcs("replay", flight.recording, "--verify")
    assert verified.out.startswith("identical: "), "the recording knows the port it was flown on"


def test_a_landing_that_may_not_be_is_diverted_and_exits_3(tmp_path: Path) -> None:
    # Nothing here depends on every message being in time, so it may go faster.
    flight = fly(tmp_path, speed=10, landing=NEVER)
    assert flight.ended.exit_code == 3
    assert "outcome  diverted (exit 3)\n" in flight.ended.out
    assert "  divert: VERIFIED" in flight.ended.out
    assert re.search(r"LANDING COMMIT: NO-GO, blocked by .*\bnever\b", flight.ended.out)
    assert "  landing_commit: COMMITTED" not in flight.ended.out
    assert flight.left_behind == ()


# --- A flight that is ended ---


@pytest.fixture
def flying(tmp_path: Path) -> Iterator[Running]:
    """A demo in its climb."""
    record = tmp_path / "recordings"
    mission = hop_variant(tmp_path)
    with running("demo", mission, "--speed", "10", "--headless", "--record", record) as demo:
        demo.until("phase ascent")
        yield demo


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


def test_kill_9_of_the_station_loses_less_than_the_last_second(
    flying: Running, tmp_path: Path
) -> None:
    station = flying.part("station")
    newest_ns = asyncio.run(kill_after_snapshots(station.pid, station.option("--listen"), 20))
    ended = flying.end()
    assert ended.exit_code == 1
    assert "STATION LOST: " in ended.out
    assert ended.problems == [
        "the station was killed (signal 9): `gcs recover` mends its recording"
    ]
    assert flying.left_behind() == ()

    (cut,) = (tmp_path / "recordings").iterdir()
    mended = tmp_path / "mended.mcap"
    recovered = gcs("recover", cut, mended)
    assert recovered.exit_code == 0
    assert recovered.out.startswith("saved ")
    assert 0 < newest_ns - last_step_ns(mended) < SECOND_NS
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
