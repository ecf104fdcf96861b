from __future__ import annotations

from pathlib import Path

import pytest

from gcs.messages import Event
from gcs.recording.layout import RecordingError
from gcs.recording.reader import read_recording
from gcs.recording.recorder import Recorder
from gcs.recording.recover import recover
from tests.recording.samples import (
    HEADER,
    START_NS,
    TENTH_NS,
    flight,
    full_disk_at,
    put,
    read,
    recorded,
)


def crashed(path: Path, lost_bytes: int = 0) -> Path:
    """A recording that was flushed, never closed, and then lost its end."""
    recorder = Recorder(path, HEADER)
    put(recorder, flight(25))
    recorder.event(Event(START_NS + 24 * TENTH_NS, "link", "fc_a", "up"))
    recorder.settle()
    data = path.read_bytes()
    recorder.close()
    path.write_bytes(data[: len(data) - lost_bytes])
    return path


def test_a_crashed_recording_becomes_a_whole_one(tmp_path: Path) -> None:
    report = recover(crashed(tmp_path / "a.mcap"), tmp_path / "b.mcap")
    mended = read_recording(tmp_path / "b.mcap")
    assert mended.header == HEADER
    assert not mended.truncated
    assert read(mended) == flight(25)
    assert (report.steps, report.digests, report.events) == (25, 12, 1)
    assert (report.first_ns, report.last_ns) == (START_NS, START_NS + 24 * TENTH_NS)
    assert report.bytes_lost == 0


def test_what_cannot_be_read_is_counted_and_named(tmp_path: Path) -> None:
    source = crashed(tmp_path / "a.mcap", lost_bytes=300)
    report = recover(source, tmp_path / "b.mcap")
    survivors = read(read_recording(source))
    assert read(read_recording(tmp_path / "b.mcap")) == survivors
    assert 0 < len(survivors) < len(flight(25))
    assert report.bytes_lost > 0
    sound = source.stat().st_size - report.bytes_lost
    assert f"byte {sound}: " in report.damage
    assert f"{report.bytes_lost} bytes could not be read" in str(report)


def test_a_mended_recording_needs_no_mending(tmp_path: Path) -> None:
    recover(crashed(tmp_path / "a.mcap", lost_bytes=300), tmp_path / "b.mcap")
    report = recover(tmp_path / "b.mcap", tmp_path / "c.mcap")
    assert report.damage == ""
    assert "is whole" in str(report)
    assert (tmp_path / "c.mcap").read_bytes() == (tmp_path / "b.mcap").read_bytes()


def test_a_header_alone_is_mended_to_an_empty_recording(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.mcap", HEADER):
        report = recover(tmp_path / "a.mcap", tmp_path / "b.mcap")
    assert (report.steps, report.first_ns, report.last_ns) == (0, None, None)
    assert read(read_recording(tmp_path / "b.mcap")) == []


def test_recovery_never_writes_over_a_file(tmp_path: Path) -> None:
    source = recorded(tmp_path / "a.mcap", flight(2))
    before = source.read_bytes()
    with pytest.raises(RecordingError, match=r"a\.mcap: File exists"):
        recover(source, source)
    assert source.read_bytes() == before


def test_a_file_without_a_header_cannot_be_recovered(tmp_path: Path) -> None:
    source = crashed(tmp_path / "a.mcap")
    source.write_bytes(source.read_bytes()[:100])
    with pytest.raises(RecordingError, match="ends before its header is whole"):
        recover(source, tmp_path / "b.mcap")
    assert not (tmp_path / "b.mcap").exists()


def test_a_full_disk_fails_the_recovery_and_spares_the_source(tmp_path: Path) -> None:
    source = crashed(tmp_path / "a.mcap")
    before = source.read_bytes()
    with full_disk_at(900), pytest.raises(RecordingError, match=r"b\.mcap: "):
        recover(source, tmp_path / "b.mcap")
    assert source.read_bytes() == before
