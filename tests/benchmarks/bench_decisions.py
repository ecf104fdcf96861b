"""Deciding at scale: 500 criteria over 2,000 parameters. Prints figures; asserts nothing.

The mission is the hop with its three voted computers, barge and criteria, and with as many
measured channels and criteria over them as make up these numbers. Channels come as a rocket's
do, packed: 58 to a DEBUG_FLOAT_ARRAY, each at 10 Hz.
"""

from __future__ import annotations

import asyncio
import gc
import math
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from firmware_sim.world import World
from gcs.clock import SECOND_NS, Clock, ScaledClock
from gcs.config.loading import Mission, load_mission
from gcs.links.opening import open_link
from gcs.messages import Input, Outputs, Received, Snapshot, Tick
from gcs.runtime import InputQueue, Runtime, Shell
from gcs.station import Station
from gcs.summary import Summary
from gcs.telemetry.mavlink.dialect import Dialect, load_dialect
from gcs.telemetry.mavlink.encoding import Encoder
from hil.rehearsal.loop import EPOCH_NS
from hil.rehearsal.wiring import Wiring

HOP = Path(__file__).parents[2] / "configs" / "missions" / "xzy1-hop.toml"
CRITERIA = 500
PARAMETERS = 2_000
PACKED = 58
TICK_NS = SECOND_NS // 10
RATE_HZ = 5_000
PORT = 24_551
"""Not the hop's, so that a station under way is left alone."""
LIVE_S = 20


# --- The mission ------------------------------------------------------------


def channel(number: int) -> str:
    """One channel's entry in a dictionary."""
    array, index = divmod(number, PACKED)
    return f"""
[parameter."channel.c{number}"]
title = "channel {number}"
owner = "VEHICLE"
unit = "bar"
format = ".2f"
from = {{ message = "DEBUG_FLOAT_ARRAY", field = "data", index = {index}, unit = "bar", \
where = {{ array_id = {array} }} }}
sources = ["fc_a"]
valid = ["-100 bar", "100 bar"]
stale_after = "1 s"
"""


def rule(number: int, channels: int) -> str:
    """One criterion: most look at a value, some over time, some at two channels."""
    a, b = (f"channel.c{(number * step) % channels}" for step in (7, 11))
    values = (
        a,
        f"abs({a})",
        f"max({a}, {b}) - min({a}, {b})",
        f"{a} - {b}",
        f"max_over(abs({a}), 60 s)",
        f"mean_over({a}, 60 s)",
        f"rate({a}, 2 s) * 1 s",
    )
    limits = 'caution = { above = "40 bar" }\nno_go = { above = "50 bar", below = "-50 bar" }'
    measured = f'value = "{values[number % len(values)]}"\nunit = "bar"\nformat = ".2f"\n{limits}'
    asked = f'require = "{a} < 50 bar and ({b} > -50 bar or age({a}) < 1 s)"'
    return f"""
[criterion.rule_{number}]
title = "rule {number}"
owner = "VEHICLE"
gates = ["launch_commit"]
{asked if number % 5 == 0 else measured}
trip_after = "0.5 s"
clear_after = "1 s"
source = "generated"
"""


def generated(directory: Path) -> tuple[Mission, int]:
    """The mission, and how many channels were generated."""
    hop = load_mission(HOP)
    named, ruled = (
        len(Station(hop, seed=1).catalogue("LIVE").parameters),
        len(list(hop.criterion_configs())),
    )
    channels = PARAMETERS - named
    (directory / "channels.toml").write_text("".join(map(channel, range(channels))))
    rules = "".join(rule(number, channels) for number in range(CRITERIA - ruled))
    (directory / "rules.toml").write_text(rules)
    (directory / "scale.toml").write_text(
        f"""
[mission]
extends = "{HOP}"
id = "scale"
title = "{CRITERIA} criteria over {PARAMETERS} parameters"
dictionaries = ["channels.toml"]
criteria = ["rules.toml"]

[[link]]
id = "fc_a"
port = {PORT}
"""
    )
    return load_mission(directory / "scale.toml"), channels


class Channels:
    """Frames that carry all channels, each a slow swing of its own."""

    def __init__(self, dialect: Dialect, count: int) -> None:
        self.encoder = Encoder(dialect, 1, 1)
        self._phases = np.linspace(0.0, 2 * math.pi, -(-count // PACKED) * PACKED)

    def frames(self, at_ns: int) -> Iterator[bytes]:
        """One frame of every array, measured now."""
        values = 20 * np.sin(self._phases + at_ns % (100 * SECOND_NS) / SECOND_NS)
        for array, data in enumerate(values.reshape(-1, PACKED).tolist()):
            fields = {"time_usec": at_ns // 1000, "array_id": array, "data": data}
            yield self.encoder.encode("DEBUG_FLOAT_ARRAY", fields)


# --- The cost of a step -----------------------------------------------------


def quantiles(values: Sequence[float], unit: str) -> str:
    """The distribution in one line."""
    marks = np.percentile(values, [50, 99, 99.9, 100])
    names = ("p50", "p99", "p99.9", "worst")
    return ", ".join(f"{n} {v:.2f}" for n, v in zip(names, marks, strict=True)) + f" {unit}"


def batches(mission: Mission, channels: int, seconds: int) -> Iterator[tuple[int, list[Input]]]:
    """What a station at the pad gets: simulator and channels, 100 ms a batch."""
    world = World(mission, 1, EPOCH_NS)
    wiring = Wiring(mission, world)
    packed = Channels(load_dialect(mission.dialect_text()), channels)
    yield EPOCH_NS, list(wiring.opened())
    for tick in range(1, seconds * 10 + 1):
        now_ns = EPOCH_NS + tick * TICK_NS
        simulated = wiring.emit(world.advance(now_ns))
        frames = [Received("fc_a", now_ns, frame, "") for frame in packed.frames(now_ns)]
        yield now_ns, [*simulated, *frames, Tick()]


def step_cost(mission: Mission, channels: int, seconds: int = 120) -> None:
    """CPU time of a station that decides on everything ten times a second."""
    station = Station(mission, seed=1)
    took_ms = []
    snapshot: Snapshot | None = None
    for now_ns, batch in batches(mission, channels, seconds):
        began_ns = time.process_time_ns()
        outputs = station.step(batch, now_ns)
        took_ms.append((time.process_time_ns() - began_ns) / 1e6)
        snapshot = outputs.snapshots[-1] if outputs.snapshots else snapshot
    steady = took_ms[len(took_ms) // 2 :]
    assert snapshot is not None
    print(
        f"step with {len(snapshot.criteria)} criteria, {len(snapshot.readings.values)} parameters "
        f"at 10 Hz, {len(batch)} messages: mean {np.mean(steady):.2f} ms, "
        f"{np.mean(steady):.1f} % of one core; {quantiles(steady, 'ms')}"
    )


# --- From receipt to verdict ------------------------------------------------


class Timed:
    """A station that notes how long ago each message was received when it has decided on it."""

    def __init__(self, station: Station, clock: Clock) -> None:
        self._station = station
        self._clock = clock
        self.waited_ms: list[float] = []

    def step(self, batch: Sequence[Input], now_ns: int) -> Outputs:
        outputs = self._station.step(batch, now_ns)
        decided_ns = self._clock.now_ns()
        self.waited_ms += [
            (decided_ns - item.receipt_ns) / 1e6 for item in batch if isinstance(item, Received)
        ]
        return outputs


def send(port: int, channels: int) -> None:
    """The other side of `live`: all channels at 10 Hz, and positions up to the full rate."""
    dialect = load_dialect(load_mission(HOP).dialect_text())
    packed = Channels(dialect, channels)
    # One sender, one count: with two the station would take the gaps for losses.
    encoder = packed.encoder
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.connect(("127.0.0.1", port))
    began_ns = time.monotonic_ns()
    frames: list[bytes] = []
    for sent in range(RATE_HZ * LIVE_S):
        while time.monotonic_ns() < began_ns + sent * SECOND_NS // RATE_HZ:
            time.sleep(0.0005)
        if sent % (RATE_HZ // 10) == 0:
            frames = list(packed.frames(time.time_ns()))
        fields = {"time_boot_ms": sent // 5, "x": sent / 1000, "y": 2.0, "z": -3.0}
        link.send(frames.pop() if frames else encoder.encode("LOCAL_POSITION_NED", fields))


class _Nobody:
    def publish(self, snapshot: Snapshot) -> None:
        """No console is attached."""


async def _live(mission: Mission, channels: int) -> tuple[Timed, Station, float]:
    clock = ScaledClock.started_now()
    station = Station(mission, seed=1)
    timed = Timed(station, clock)
    queue = InputQueue(clock)
    links = {link.id: open_link(link, queue, {}) for link in mission.config.link[:1]}
    shell = Shell(links, None, _Nobody(), Summary(mission.config.phase))
    runtime = Runtime(timed, clock, queue, shell, to_outcome=False)  # type: ignore[arg-type]
    running = asyncio.create_task(runtime.run())
    await asyncio.sleep(0.5)
    sender = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "send", str(mission.config.link[0].port), str(channels)
    )
    began_s = time.process_time()
    await sender.wait()
    used_s = time.process_time() - began_s
    await asyncio.sleep(0.5)
    runtime.stop()
    await running
    return timed, station, used_s


def live(mission: Mission, channels: int) -> None:
    """From a datagram's receipt to the verdict that stands on it, over loopback UDP."""
    timed, station, used_s = asyncio.run(_live(mission, channels))
    lost = next(s.lost for s in station.sources() if s.id == "fc_a")
    print(
        f"receipt to verdict, {len(timed.waited_ms)} messages at {RATE_HZ}/s, {lost} lost, "
        f"{used_s / LIVE_S:.0%} of one core: {quantiles(timed.waited_ms, 'ms')}"
    )


def main() -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory() as directory:
        mission, channels = generated(Path(directory))
        gc.freeze()  # as `gcs run` does with what it has built
        step_cost(mission, channels)
        live(mission, channels)


if __name__ == "__main__":
    if sys.argv[1:2] == ["send"]:
        send(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
