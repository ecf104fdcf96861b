"""MAVLink decoding against pymavlink, on the same bytes in one run.

python tests/benchmarks/bench_mavlink.py [LOG.tlog]

Without a log, messages of twelve kinds from four systems are made up. All figures are
messages per second of CPU time, the best of several runs.
"""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pymavlink.dialects.v20 import ardupilotmega

from gcs.recording.tlog import read_tlog, tlog_columns
from gcs.telemetry.mavlink.columns import decode_columns
from gcs.telemetry.mavlink.dialect import Dialect, shipped_dialect
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.stream import MavlinkStream

MESSAGES = 48_000
CHUNK_BYTES = 4096
NAMES = (
    "ATTITUDE",
    "ATTITUDE_QUATERNION",
    "LOCAL_POSITION_NED",
    "GLOBAL_POSITION_INT",
    "RAW_IMU",
    "SCALED_PRESSURE",
    "SYS_STATUS",
    "HEARTBEAT",
    "VFR_HUD",
    "GPS_RAW_INT",
    "RC_CHANNELS",
    "NAMED_VALUE_FLOAT",
)
START_US = 1_760_000_000_000_000


def made_up(dialect: Dialect) -> list[bytes]:
    """Frames of four systems, all fields filled so that few zeros are cut off."""
    encoders = [Encoder(dialect, system, 1) for system in (1, 2, 3, 4)]
    fields = {
        name: {f.name: 3 for f in dialect.by_name[name].fields if not (f.is_text or f.count)}
        for name in NAMES
    }
    return [
        encoders[i % 4].encode(NAMES[i % len(NAMES)], fields[NAMES[i % len(NAMES)]])
        for i in range(MESSAGES)
    ]


def best_s(work: Callable[[], object], runs: int) -> float:
    """Seconds of CPU of the fastest run."""
    fastest = float("inf")
    for _ in range(runs):
        begin = time.process_time()
        work()
        fastest = min(fastest, time.process_time() - begin)
    return fastest


def pymavlink_parser() -> ardupilotmega.MAVLink:
    parser = ardupilotmega.MAVLink(io.BytesIO())
    parser.robust_parsing = True
    return parser


def feed_each_to_pymavlink(frames: list[bytes]) -> None:
    parser = pymavlink_parser()
    for frame in frames:
        parser.parse_buffer(frame)


def feed_each(dialect: Dialect, frames: list[bytes]) -> None:
    stream = MavlinkStream(dialect)
    for frame in frames:
        stream.feed(frame)


def feed_chunks(dialect: Dialect, data: bytes) -> None:
    """As a reader of a fast link does it, who keeps no message."""
    stream = MavlinkStream(dialect)
    for begin in range(0, len(data), CHUNK_BYTES):
        stream.feed(data[begin : begin + CHUNK_BYTES])


def mavlogdump(log: Path) -> None:
    """pymavlink's own tool, to JSON, in this process so that its start is not counted."""
    os.environ["MAVLINK20"] = "1"
    arguments, sys.argv = sys.argv, ["mavlogdump", "--format", "json", str(log)]
    try:
        with (
            Path(os.devnull).open("w") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.suppress(SystemExit),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            runpy.run_module("pymavlink.tools.mavlogdump", run_name="__main__")
    finally:
        sys.argv = arguments


def measure(dialect: Dialect, log: Path) -> None:
    frames = [frame for _, frame in read_tlog(log)]
    data = b"".join(frames)
    number = len(MavlinkStream(dialect).feed(data))
    tlog_columns(log, dialect)
    reference_s = best_s(lambda: pymavlink_parser().parse_buffer(data), 2)
    each_s = best_s(lambda: feed_each_to_pymavlink(frames), 2)
    dump_s = best_s(lambda: mavlogdump(log), 1)
    print(f"{number} messages, {len(data)} bytes")
    figures = (
        ("pymavlink parse_buffer, whole", reference_s),
        ("pymavlink parse_buffer, a frame a call", each_s),
        ("mavlogdump to JSON", dump_s),
        ("stream, in chunks", best_s(lambda: feed_chunks(dialect, data), 4)),
        ("stream, a frame a call", best_s(lambda: feed_each(dialect, frames), 4)),
        ("columns", best_s(lambda: decode_columns(data, dialect), 8)),
        (
            "columns of the log, receipt times with it",
            best_s(lambda: tlog_columns(log, dialect), 8),
        ),
    )
    for name, seconds in figures:
        print(
            f"{name:44}{number / seconds:12,.0f}/s"
            f"{reference_s / seconds:8.1f} x whole{each_s / seconds:8.1f} x a call"
            f"{dump_s / seconds:8.1f} x mavlogdump"
        )


def main() -> None:
    dialect = shipped_dialect("ardupilotmega")
    if len(sys.argv) > 1:
        measure(dialect, Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "made-up.tlog"
        records = enumerate(made_up(dialect))
        log.write_bytes(
            b"".join((START_US + i * 1000).to_bytes(8, "big") + frame for i, frame in records)
        )
        measure(dialect, log)


if __name__ == "__main__":
    main()
