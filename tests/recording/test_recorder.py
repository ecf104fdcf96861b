from __future__ import annotations

import itertools
import json
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcap.reader import make_reader

from gcs.messages import Event, Input, Tick
from gcs.recording.layout import (
    AUDIT_TOPIC,
    DIGEST_TOPIC,
    EVENT_TOPIC,
    STEP_TOPIC,
    Digest,
    Record,
    Step,
)
from gcs.recording.reader import read_recording
from gcs.recording.recorder import FLUSH_NS, Recorder
from tests.recording.samples import (
    HEADER,
    INPUTS,
    START_NS,
    TENTH_NS,
    flight,
    full_disk_at,
    put,
    read,
    recorded,
)


@given(batches=st.lists(st.lists(INPUTS, max_size=4), max_size=8))
def test_every_input_is_read_back_as_it_was(batches: list[list[Input]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.mcap"
        with Recorder(path, HEADER) as recorder:
            for i, batch in enumerate(batches):
                recorder.step(START_NS + i, batch)
        assert read(read_recording(path)) == [
            Step(START_NS + i, tuple(batch)) for i, batch in enumerate(batches)
        ]


def test_a_digest_stands_behind_the_step_that_made_it(tmp_path: Path) -> None:
    records: list[Record] = [
        Step(START_NS, (Tick(),)),
        Digest(START_NS, 4, b"d" * 16),
        Step(START_NS, ()),
        Digest(START_NS, 5, b"e" * 16),
    ]
    assert read(read_recording(recorded(tmp_path / "a.mcap", records))) == records


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.mcap", flight(3))
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        Recorder(path, HEADER)
    assert path.read_bytes() == before


def test_the_same_flight_makes_the_same_bytes(tmp_path: Path) -> None:
    one, other = (recorded(tmp_path / name, flight(50)) for name in ("a.mcap", "b.mcap"))
    assert one.read_bytes() == other.read_bytes()


def test_the_header_is_on_disk_before_the_first_step(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.mcap", HEADER):
        recording = read_recording(tmp_path / "a.mcap")
    assert recording.header == HEADER
    assert recording.truncated


def test_what_is_half_a_second_old_is_handed_to_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"

    def oldest_missing_ns(now_ns: int) -> int:
        on_disk = [step.now_ns for step in read(read_recording(path))]
        return now_ns - (max(on_disk) if on_disk else START_NS - TENTH_NS)

    with Recorder(path, HEADER) as recorder:
        for record in flight(40):
            put(recorder, [record])
            deadline_s = time.monotonic() + 10.0
            while oldest_missing_ns(record.now_ns) > FLUSH_NS:
                assert time.monotonic() < deadline_s


def test_what_is_settled_is_on_disk(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.mcap", HEADER) as recorder:
        put(recorder, flight(2))
        recorder.settle()
        assert read(read_recording(tmp_path / "a.mcap")) == flight(2)


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.mcap", HEADER) as recorder:
        put(recorder, flight(2))
        recorder.close()
    assert not read_recording(tmp_path / "a.mcap").truncated


def test_other_tools_seek_in_it_by_its_summary(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.mcap", flight(30))
    with path.open("rb") as stream:
        reader = make_reader(stream)
        summary = reader.get_summary()
        assert summary is not None
        assert summary.statistics is not None
        assert summary.statistics.message_count == 45
        assert summary.statistics.message_start_time == START_NS
        assert summary.statistics.message_end_time == START_NS + 29 * TENTH_NS
        topics = {channel.topic for channel in summary.channels.values()}
        assert topics == {STEP_TOPIC, DIGEST_TOPIC, EVENT_TOPIC, AUDIT_TOPIC}
        late = reader.iter_messages(topics=[STEP_TOPIC], starting_at=START_NS + 20 * TENTH_NS)
        assert [message.log_time for _, _, message in late] == [
            START_NS + i * TENTH_NS for i in range(20, 30)
        ]
        texts = {item.name: item.data.decode() for item in reader.iter_attachments()}
        assert texts == HEADER.texts


def test_other_tools_read_events_as_a_log(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with Recorder(path, HEADER) as recorder:
        for severity in range(8):
            at_ns = 12_000_000_034 + severity
            recorder.event(Event(at_ns, "gate", "landing_commit", "opened", severity))
    with path.open("rb") as stream:
        found = list(make_reader(stream).iter_messages())
    entries = [json.loads(message.data) for _, _, message in found]
    assert {schema.name for schema, _, _ in found if schema} == {"foxglove.Log"}
    assert entries[0]["timestamp"] == {"sec": 12, "nsec": 34}
    assert entries[0]["message"] == "opened"
    levels = [entry["level"] for entry in entries]
    assert levels[0] == 5
    assert all(worse >= better for worse, better in itertools.pairwise(levels))


def test_a_full_disk_is_said_and_nothing_is_lost_when_there_is_room_again(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with Recorder(path, HEADER) as recorder:
        with full_disk_at(path.stat().st_size + 100):
            put(recorder, flight(30))
            recorder.settle()
            assert "File too large" in recorder.fault
            assert path.stat().st_size > 0
        recorder.settle()
        assert recorder.fault == ""
    recording = read_recording(path)
    assert read(recording) == flight(30)
    assert recording.damage == ""


def test_a_disk_that_stays_full_leaves_a_sound_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    recorder = Recorder(path, HEADER)
    with full_disk_at(path.stat().st_size + 700):
        put(recorder, flight(60))
        recorder.close()
        assert recorder.fault != ""
    recording = read_recording(path)
    records = read(recording)
    assert records == flight(60)[: len(records)]
    assert 0 < len(records) < 90
    assert recording.truncated
