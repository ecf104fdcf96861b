"""The station as a whole: live datagrams, replay speed, memory. Prints figures; asserts nothing."""

from __future__ import annotations

import asyncio
import resource
import socket
import sys
import tempfile
import time
from pathlib import Path

from firmware_sim.world import World
from gcs.clock import SECOND_NS, ScaledClock
from gcs.config.loading import load_mission
from gcs.links.opening import open_link
from gcs.messages import Snapshot, Tick
from gcs.recording.header import header_for
from gcs.recording.recorder import Recorder
from gcs.replay import Flight, open_flight, verify
from gcs.runtime import InputQueue, Runtime, Shell
from gcs.station import Station
from gcs.summary import Summary
from gcs.telemetry.mavlink.dialect import load_dialect
from gcs.telemetry.mavlink.encoding import Encoder
from hil.rehearsal.loop import EPOCH_NS, rehearse
from hil.rehearsal.wiring import Wiring
from hil.script import load_rehearsal

ROOT = Path(__file__).parents[2]
HOP = ROOT / "configs" / "missions" / "xzy1-hop.toml"
REHEARSAL = ROOT / "configs" / "rehearsals" / "nominal-hop.toml"
RATE_HZ = 20_000
SECONDS = 5


def send_datagrams(port: int) -> None:
    """The other side of `live_datagrams`: paced frames of one flight computer."""
    mission = load_mission(HOP)
    encoder = Encoder(load_dialect(mission.dialect_text()), 1, 1)
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.connect(("127.0.0.1", port))
    began_ns = time.monotonic_ns()
    sent = 0
    while sent < RATE_HZ * SECONDS:
        due = min((time.monotonic_ns() - began_ns) * RATE_HZ // SECOND_NS, RATE_HZ * SECONDS)
        while sent < due:
            fields = {"time_boot_ms": sent // 20, "x": 1.0, "y": 2.0, "z": -3.0}
            link.send(encoder.encode("LOCAL_POSITION_NED", fields))
            sent += 1
        time.sleep(0.001)
    print(f"sent {sent} in {(time.monotonic_ns() - began_ns) / SECOND_NS:.2f} s")


class _Nobody:
    def publish(self, snapshot: Snapshot) -> None:
        """No console is attached."""


async def _receive() -> tuple[Station, Runtime, float]:
    mission = load_mission(HOP)
    station = Station(mission, seed=1)
    clock = ScaledClock.started_now()
    queue = InputQueue(clock)
    links = {link.id: open_link(link, queue, {}) for link in mission.config.link[:1]}
    shell = Shell(links, None, _Nobody(), Summary(mission.config.phase))
    runtime = Runtime(station, clock, queue, shell, to_outcome=False)
    running = asyncio.create_task(runtime.run())
    await asyncio.sleep(0.5)
    port = mission.config.link[0].port
    sender = await asyncio.create_subprocess_exec(sys.executable, __file__, "send", str(port))
    began_s = time.process_time()
    await sender.wait()
    used_s = time.process_time() - began_s
    await asyncio.sleep(0.5)
    runtime.stop()
    await running
    return station, runtime, used_s


def live_datagrams() -> None:
    """20,000 datagrams a second over loopback UDP through decode, state and criteria."""
    station, runtime, used_s = asyncio.run(_receive())
    source = next(s for s in station.sources() if s.id == "fc_a")
    wanted = RATE_HZ * SECONDS
    print(
        f"live UDP: {source.messages} of {wanted} datagrams at {RATE_HZ}/s, "
        f"{source.lost} lost, {runtime.dropped} dropped, "
        f"{used_s / SECONDS:.0%} of one core"
    )


def replayed_s(flight: Flight) -> float:
    """CPU seconds of one replay; CPU, as these machines are shared."""
    station = flight.station()
    began_s = time.process_time()
    for now_ns, batch in flight.steps():
        station.step(batch, now_ns)
    return time.process_time() - began_s


def replay_speed() -> None:
    """A hop's recording through the station as fast as it goes, and what it verifies to."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "hop.mcap"
        began_s = time.perf_counter()
        result = rehearse(load_rehearsal(REHEARSAL), 1, path)
        took_s = time.perf_counter() - began_s
        flown_s = result.flown_ns / SECOND_NS
        print(f"rehearsal: {flown_s:.0f} s in {took_s:.2f} s, {flown_s / took_s:.0f}x real time")
        flight = open_flight(path)
        took_s = sorted(replayed_s(flight) for _ in range(5))
        best, median = (f"{flown_s / took_s[i]:.0f}x" for i in (0, 2))
        print(f"replay, file to snapshots, of 5: best {best}, median {median} real time")
        print(f"verify: {verify(flight.recording, flight.station()).sentence}")


def memory_over_time() -> None:
    """Half an hour on the pad, recorded: the memory of station, simulator and recorder together."""
    mission = load_mission(HOP)
    station, world = Station(mission, seed=1), World(mission, 1, EPOCH_NS)
    wiring = Wiring(mission, world)
    header = header_for(mission, seed=1, session="bench", created_ns=EPOCH_NS)
    marks = []
    with (
        tempfile.TemporaryDirectory() as directory,
        Recorder(Path(directory) / "pad.mcap", header) as recorder,
    ):
        station.step(wiring.opened(), EPOCH_NS)
        for i in range(1, 30 * 600 + 1):
            now_ns = EPOCH_NS + i * SECOND_NS // 10
            batch = [*wiring.emit(world.advance(now_ns)), Tick()]
            recorder.step(now_ns, batch)
            station.step(batch, now_ns)
            if i % 3000 == 0:
                marks.append(resident_mb())
    print("memory after 5, 10, .. 30 min: " + ", ".join(f"{mark:.0f}" for mark in marks) + " MB")


def resident_mb() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Print all figures."""
    live_datagrams()
    replay_speed()
    memory_over_time()


if __name__ == "__main__":
    if sys.argv[1:2] == ["send"]:
        send_datagrams(int(sys.argv[2]))
    else:
        main()
