from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcap.writer import Writer

from gcs.recording.header import header_metadata
from gcs.recording.layout import MAGIC, METADATA_NAME, STEP_TOPIC, Record, RecordingError
from gcs.recording.reader import read_recording
from gcs.recording.recorder import Recorder
from tests.recording.samples import HEADER, flight, put, read, recorded


def header_end(directory: Path) -> int:
    """Size of a recording at the moment its header is whole."""
    path = directory / "head.mcap"
    with Recorder(path, HEADER):
        return path.stat().st_size


def read_bytes(path: Path, data: bytes) -> tuple[list[Record], bool, str] | None:
    """(records, truncated, damage), or None where the header could not be read."""
    # ext4 writes a truncated file to the disk when it is closed, but not a new one.
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    try:
        recording = read_recording(path)
    except RecordingError:
        return None
    assert recording.header == HEADER
    records = read(recording)
    return records, recording.truncated, recording.damage


def test_a_whole_recording_says_that_it_is_whole(tmp_path: Path) -> None:
    recording = read_recording(recorded(tmp_path / "a.mcap", flight(20)))
    assert read(recording) == flight(20)
    assert not recording.truncated
    assert recording.damage == ""


def test_records_start_anew_at_each_call(tmp_path: Path) -> None:
    recording = read_recording(recorded(tmp_path / "a.mcap", flight(4)))
    assert read(recording) == read(recording) == flight(4)


def test_a_cut_at_every_byte_reads_a_beginning_and_says_so(tmp_path: Path) -> None:
    records = flight(14)
    whole = recorded(tmp_path / "a.mcap", records).read_bytes()
    head = header_end(tmp_path)
    lengths = []
    for size in range(len(whole)):
        result = read_bytes(tmp_path / "cut.mcap", whole[:size])
        assert (result is None) == (size < head)
        if result is not None:
            found, truncated, damage = result
            assert found == records[: len(found)]
            assert truncated
            assert damage
            lengths.append(len(found))
    assert lengths == sorted(lengths)
    assert lengths[0] == 0
    assert lengths[-1] == len(records)
    assert len(set(lengths)) == 4


@pytest.mark.parametrize("rot", [lambda byte: byte ^ 0x01, lambda byte: byte ^ 0xFF, lambda _: 255])
def test_a_rotten_byte_anywhere_reads_a_beginning(
    tmp_path: Path, rot: Callable[[int], int]
) -> None:
    records = flight(8)
    whole = recorded(tmp_path / "a.mcap", records).read_bytes()
    for position in range(len(whole)):
        rotten = bytearray(whole)
        rotten[position] = rot(rotten[position])
        result = read_bytes(tmp_path / "rotten.mcap", bytes(rotten))
        if result is not None:
            found, _, damage = result
            assert found == records[: len(found)]
            assert len(found) == len(records) or damage


@given(tail=st.binary(max_size=200))
def test_garbage_behind_the_header_is_damage_never_an_exception(tail: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.mcap"
        with Recorder(path, HEADER):
            head = path.read_bytes()
        result = read_bytes(path, head + tail)
        assert result is not None
        assert result[0] == []
        assert result[1]


@given(data=st.binary(max_size=200), magic=st.booleans())
def test_a_file_that_is_no_recording_is_refused_by_name(data: bytes, magic: bool) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.mcap"
        path.write_bytes(MAGIC + data if magic else data)
        with pytest.raises(RecordingError, match=r"a\.mcap: "):
            read_recording(path)


@pytest.mark.parametrize("name", ["absent.mcap", "."])
def test_a_file_that_cannot_be_opened_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordingError, match=r"No such file|Is a directory"):
        read_recording(tmp_path / name)


def test_nothing_behind_a_missing_piece_is_given_out(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    sizes = []
    with Recorder(path, HEADER) as recorder:
        for i in range(0, 18, 6):
            put(recorder, flight(18)[i : i + 6])
            recorder.settle()
            sizes.append(path.stat().st_size)
    data = path.read_bytes()
    path.write_bytes(data[: sizes[0]] + data[sizes[1] :])
    recording = read_recording(path)
    assert read(recording) == flight(18)[:6]
    assert recording.damage == f"byte {sizes[0]}: message 7 is missing"


def test_a_record_that_another_tool_added_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    recorder = Recorder(path, HEADER)
    head = path.stat().st_size
    put(recorder, flight(6))
    recorder.close()
    data = path.read_bytes()
    added = b"\x80" + (3).to_bytes(8, "little") + b"abc"
    path.write_bytes(data[:head] + added + data[head:])
    recording = read_recording(path)
    assert read(recording) == flight(6)
    assert recording.damage == ""


def foreign(path: Path, metadata: dict[str, str] | None) -> Path:
    """What another tool writes: one message on a channel that it never declared."""
    with path.open("wb") as stream:
        writer = Writer(stream)
        writer.start()
        if metadata is not None:
            writer.add_metadata(METADATA_NAME, metadata)
        writer.add_message(9, log_time=1, data=b"", publish_time=1, sequence=1)
        writer.finish()  # type: ignore[no-untyped-call]
    return path


def test_a_recording_of_another_kind_is_refused_for_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="without the header of a recording"):
        read_recording(foreign(tmp_path / "a.mcap", None))


def test_a_message_on_no_channel_is_damage(tmp_path: Path) -> None:
    header = msgspec.structs.replace(HEADER, texts={})
    recording = read_recording(foreign(tmp_path / "a.mcap", header_metadata(header)))
    assert read(recording) == []
    assert "message 1 has no channel" in recording.damage


def test_a_message_of_another_version_ends_the_reading_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with Recorder(path, HEADER) as recorder:
        put(recorder, flight(1))
        recorder.copy(STEP_TOPIC, 5, msgspec.msgpack.encode([5, [["unheard of"]]]))
        put(recorder, flight(1))
    recording = read_recording(path)
    assert read(recording) == flight(1)
    assert STEP_TOPIC in recording.damage


def test_a_recording_being_written_can_be_read_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with Recorder(path, HEADER) as recorder:
        put(recorder, flight(13))
        recorder.settle()
        seen = read(read_recording(path))
    assert seen == flight(13)
