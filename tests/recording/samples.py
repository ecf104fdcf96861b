"""Recordings to test with."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hypothesis import strategies as st

from gcs.messages import (
    CancelCommand,
    ConfirmCommand,
    ConsoleChanged,
    ForecastResult,
    HoldCount,
    Input,
    Intent,
    LinkChanged,
    LinkState,
    Received,
    ReleaseHold,
    RevokeWaiver,
    ShellHealth,
    StageCommand,
    Tick,
    TransmitResult,
    Vote,
    Waive,
)
from gcs.recording.header import RecordingHeader
from gcs.recording.layout import Digest, Record, Step
from gcs.recording.reader import Recording
from gcs.recording.recorder import Recorder

START_NS = 1_780_000_000_000_000_000
TENTH_NS = 100_000_000

HEADER = RecordingHeader(
    mission="hop.toml",
    texts={"hop.toml": 'title = "Höhe"\n', "landfall.xml": "<mavlink/>"},
    seed=7,
    session="session-1",
    created_ns=START_NS,
    versions={"python": "3.11.9", "numpy": "2.0.0"},
    cpu="x86_64 test",
    key_checks={"fc_a": "beef"},
)


def flight(steps: int) -> list[Record]:
    """Steps at 10 Hz, each with bytes of its own, every second one with a digest behind."""
    records: list[Record] = []
    for i in range(steps):
        now_ns = START_NS + i * TENTH_NS
        data = f"frame {i}".encode()
        records.append(Step(now_ns, (Tick(), Received("fc_a", now_ns, data, "127.0.0.1:1"))))
        if i % 2:
            records.append(Digest(now_ns, i, bytes([i % 256]) * 16))
    return records


def put(recorder: Recorder, records: Sequence[Record]) -> None:
    """Record what `flight` made."""
    for record in records:
        if isinstance(record, Step):
            recorder.step(record.now_ns, record.inputs)
        else:
            recorder.digest(record.now_ns, record.sequence, record.digest)


def recorded(path: Path, records: Sequence[Record], header: RecordingHeader = HEADER) -> Path:
    """A closed recording of these records."""
    with Recorder(path, header) as recorder:
        put(recorder, records)
    return path


def read(recording: Recording) -> list[Record]:
    """All records that can be read."""
    return list(recording.records())


@contextmanager
def full_disk_at(size_bytes: int) -> Iterator[None]:
    """The system refuses to let any file grow past this size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


_TEXT = st.text(max_size=20)
_TIME = st.integers(0, 2**63 - 1)
_COUNT = st.integers(0, 2**40)

ACTS = st.one_of(
    st.builds(StageCommand, _TEXT),
    st.builds(ConfirmCommand, _TEXT),
    st.builds(CancelCommand),
    st.builds(HoldCount, _TEXT),
    st.builds(ReleaseHold),
    st.builds(Vote, _TEXT, st.booleans()),
    st.builds(Waive, _TEXT, _TEXT, _TIME, _TEXT),
    st.builds(RevokeWaiver, _TEXT),
)

INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.builds(Received, _TEXT, _TIME, st.binary(max_size=300), _TEXT, _TEXT, st.booleans()),
    st.builds(Tick),
    st.builds(Intent, _TEXT, _TEXT, _TEXT, _TIME, _COUNT, ACTS),
    st.builds(LinkChanged, _TEXT, st.sampled_from(LinkState), _TEXT),
    st.builds(ConsoleChanged, _TEXT, _TEXT, st.booleans()),
    st.builds(ShellHealth, st.booleans(), _COUNT, _COUNT, _COUNT, _COUNT),
    st.builds(TransmitResult, _TEXT, st.booleans(), _TEXT),
    st.builds(
        ForecastResult,
        _COUNT,
        _TEXT,
        _TIME,
        st.dictionaries(_TEXT, st.floats(allow_nan=False)),
        _TEXT,
    ),
)
