"""Cost of recording: time and bytes a step, the longest pause of a flush, memory kept, reading."""

from __future__ import annotations

import random
import tempfile
import time
import tracemalloc
from pathlib import Path

from gcs.messages import Received, Tick
from gcs.recording.header import RecordingHeader, cpu_model, versions
from gcs.recording.reader import read_recording
from gcs.recording.recorder import FLUSH_NS, Recorder

DATAGRAMS = 60_000
RATE_HZ = 20_000
START_NS = 1_780_000_000_000_000_000


def header() -> RecordingHeader:
    """A header without configs."""
    return RecordingHeader("bench.toml", {}, 1, "bench", START_NS, versions(), cpu_model())


def datagrams() -> list[Received]:
    """Frames of 42 bytes of which 12 are noise, as telemetry's low bits are."""
    noise = random.Random(1)
    fixed = [noise.randbytes(30) for _ in range(8)]
    return [
        Received(
            "fc_a",
            START_NS + i * 1_000_000_000 // RATE_HZ,
            fixed[i % 8] + noise.randbytes(12),
            "127.0.0.1:14551",
        )
        for i in range(DATAGRAMS)
    ]


def bench_steps(path: Path) -> None:
    """One datagram a step, at 20,000 a second of station time."""
    longest_s = 0.0
    received = datagrams()
    with Recorder(path, header()) as recorder:
        began = time.process_time()
        for datagram in received:
            before = time.perf_counter()
            recorder.step(datagram.receipt_ns, (datagram,))
            longest_s = max(longest_s, time.perf_counter() - before)
        spent_s = time.process_time() - began
    print(f"record: {spent_s / DATAGRAMS * 1e6:.1f} us a step, longest {longest_s * 1e3:.1f} ms")
    print(f"record: {path.stat().st_size / DATAGRAMS:.0f} bytes a step of a 42-byte datagram")


def bench_reading(path: Path) -> None:
    """All steps back, decoded and checked."""
    began = time.process_time()
    count = sum(1 for _ in read_recording(path).records())
    print(f"read: {(time.process_time() - began) / count * 1e6:.1f} us a step")


def bench_memory(path: Path) -> None:
    """What an hour of station time leaves in memory: the index of its chunks."""
    flushes = 3_600_000_000_000 // FLUSH_NS
    tracemalloc.start()
    with Recorder(path, header()) as recorder:
        before, _ = tracemalloc.get_traced_memory()
        for i in range(flushes):
            recorder.step(START_NS + i * FLUSH_NS, (Tick(),))
        after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"memory: {(after - before) / 1e6:.1f} MB an hour")


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as directory:
        bench_steps(Path(directory) / "steps.mcap")
        bench_reading(Path(directory) / "steps.mcap")
        bench_memory(Path(directory) / "hour.mcap")


if __name__ == "__main__":
    main()
