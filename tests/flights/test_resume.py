"""A station that was killed in a hold goes on from its recording, and lands the stage."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gcs.children import Child, child
from gcs.clock import SECOND_NS, ScaledClock
from gcs.config.loading import load_mission
from gcs.console.client import ConsoleClient
from gcs.console.protocol import Farewell
from gcs.demo import broker_address
from gcs.messages import Act, CountState, CriterionState, HoldCount, ReleaseHold, Snapshot, Waive
from tests.flights.flying import SPEED
from tests.helpers.commands import gcs, hop_variant

pytestmark = pytest.mark.slow
GIVES_UP_NS = 600 * SECOND_NS
WAIVER = Waive("wave_heading", "calm", 600 * SECOND_NS, "50 deg")


@dataclass(frozen=True)
class Site:
    """A mission on free ports, its broker and simulator, and one clock for all."""

    mission: Path
    clock: str
    directory: Path

    @contextmanager
    def station(self, *flown: object):
        """A station's process in a directory of its own, and where consoles attach."""
        number = len(list(self.directory.glob("recordings-*")))
        record = self.directory / f"recordings-{number}"
        record.mkdir()
        address = f"unix:{self.directory}/station-{number}"
        options = ["--listen", address, "--record", record, "--clock", self.clock, "--to-outcome"]
        with child("the station", ["gcs.cli", "station", *map(str, (*flown, *options))]) as process:
            yield process, process.ready(), record


@contextmanager
def site(directory: Path):
    mission = hop_variant(directory)
    clock = str(ScaledClock.started_now(SPEED))
    broker = ["gcs.links.broker", *broker_address(load_mission(mission))]
    simulator = ["firmware_sim.cli", "run", str(mission), "--clock", clock, "--seed", "1"]
    with child("the broker", broker) as embedded:
        embedded.ready()
        with child("the simulator", simulator) as simulated:
            simulated.ready()
            yield Site(mission, clock, directory)


async def attend(
    address: str, acts: list[Act], done: Callable[[Snapshot], bool]
) -> tuple[Snapshot, int | None]:
    """Attach as FD, act in turn, and watch until something is so; the farewell's exit code."""
    client = ConsoleClient(address, "FD")
    shown: Snapshot | None = None
    first_ns = 0
    waiting = list(acts)
    async with aclosing(client.updates()) as updates:
        async for update in updates:
            if isinstance(update, Farewell):
                assert shown is not None
                return shown, update.exit_code
            if not isinstance(update, Snapshot):
                continue
            shown, first_ns = update, first_ns or update.now_ns
            if waiting and (_judged(update) or not isinstance(waiting[0], Waive)):
                client.send(waiting.pop(0), update)
            if not waiting and done(update):
                return update, None
            assert update.now_ns < first_ns + GIVES_UP_NS, update.gates[0].reason
    raise AssertionError("the station said nothing")


def _judged(shown: Snapshot) -> bool:
    """Whether the criterion that is to be waived is known: nothing else can be waived."""
    states = {status.id: status.state for status in shown.criteria}
    return states[WAIVER.criterion] is not CriterionState.UNKNOWN


def killed(process: Child) -> None:
    os.kill(process.pid, signal.SIGKILL)


def held_and_waived(shown: Snapshot) -> bool:
    waived = [waiver.criterion for waiver in shown.waivers]
    return shown.count.state is CountState.HOLD and waived == [WAIVER.criterion]


def for_a_second(shown: Snapshot) -> bool:
    """A kill loses the last moment: what is to be kept must be older."""
    return held_and_waived(shown) and shown.now_ns - shown.waivers[0].granted_ns > SECOND_NS


def test_a_killed_station_goes_on_with_its_hold_and_waiver_and_lands(directory: Path) -> None:
    with site(directory) as here:
        with here.station(here.mission, "--seed", "1") as (process, address, record):
            before, _ = asyncio.run(attend(address, [HoldCount("a boat"), WAIVER], for_a_second))
            killed(process)
        (cut,) = record.iterdir()
        with here.station("--resume", cut) as (process, address, record):
            after, _ = asyncio.run(attend(address, [], lambda _: True))
            assert held_and_waived(after)
            assert after.count.t_ns == before.count.t_ns
            assert after.count.held_by == "FD"
            assert after.waivers == before.waivers
            _, exit_code = asyncio.run(attend(address, [ReleaseHold()], lambda _: False))
    assert exit_code == 0, "landed"
    (whole,) = record.iterdir()
    assert gcs("replay", whole, "--verify", within_s=120).out.startswith("identical: all ")
    audited = gcs("audit", whole)
    assert audited.exit_code == 0
    assert f"resumed from {cut.name} after " in audited.out
