"""A telemetry log gives back every record, whatever lies between them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gcs.recording.tlog import TlogSummary, read_tlog, split_tlog, tlog_columns, tlog_summary
from gcs.telemetry.mavlink.dialect import Dialect, shipped_dialect
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.stream import MavlinkStream
from tests.helpers.data import shared_data

START_US = 1_760_000_000_000_000
US_NS = 1_000


@pytest.fixture(scope="module")
def dialect() -> Dialect:
    return shipped_dialect("ardupilotmega")


def record(time_us: int, frame: bytes) -> bytes:
    return time_us.to_bytes(8, "big") + frame


def heartbeats(dialect: Dialect, number: int) -> list[bytes]:
    encoder = Encoder(dialect, 1, 1)
    return [
        encoder.encode("HEARTBEAT", {"custom_mode": i}, version=1 + i % 2) for i in range(number)
    ]


def log_of(frames: list[bytes], step_us: int = 1000) -> bytes:
    return b"".join(record(START_US + i * step_us, frame) for i, frame in enumerate(frames))


def cut(data: bytes) -> list[tuple[int, bytes]]:
    (starts, ends), receipts_ns = split_tlog(data)
    return [
        (int(receipt), data[a:b]) for receipt, a, b in zip(receipts_ns, starts, ends, strict=True)
    ]


def modes(dialect: Dialect, data: bytes) -> list[int]:
    stream = MavlinkStream(dialect)
    packets = [p for _, part in cut(data) for p in [*stream.feed(part), *stream.flush()]]
    return [packet.value("custom_mode") for packet in packets if packet.type.name == "HEARTBEAT"]


def written(folder: Path, data: bytes) -> Path:
    path = folder / "flight.tlog"
    path.write_bytes(data)
    return path


def summary_of_shared(name: str, dialect: Dialect) -> tuple[TlogSummary, MavlinkStream]:
    """The summary of a log, and the stream that was fed the same log record by record."""
    path = shared_data(f"tlogs/{name}.tlog")
    stream = MavlinkStream(dialect)
    for receipt_ns, frame in read_tlog(path):
        stream.feed(frame, receipt_ns)
        stream.flush()
    return tlog_summary(path, dialect), stream


def test_a_real_log_of_five_sources_is_counted(dialect: Dialect) -> None:
    summary, stream = summary_of_shared("ardusub_small", dialect)

    assert (summary.good, summary.bad_crc) == (35_912, 4)
    assert len(summary.sources) == 5
    assert len(summary.messages) == 46
    assert stream.counts == summary.counts


def test_a_real_log_full_of_bad_frames_loses_no_good_neighbour(dialect: Dialect) -> None:
    summary, stream = summary_of_shared("ardusub_pymavlink_bug", dialect)

    assert (summary.good, summary.bad_crc) == (50_136, 1_967)
    assert sum(summary.messages.values()) == sum(summary.sources.values()) == 50_136
    assert stream.counts == summary.counts


@pytest.mark.parametrize("name", ["ardusub_small", "ardusub_pymavlink_bug"])
def test_a_real_log_cut_anywhere_near_its_end_is_read_to_there(dialect: Dialect, name: str) -> None:
    data = shared_data(f"tlogs/{name}.tlog").read_bytes()[:60_000]
    whole = cut(data)

    for removed in range(1, 120, 7):
        assert cut(data[:-removed])[: len(whole) - 10] == whole[:-10]


def test_records_come_back_with_their_times(dialect: Dialect, tmp_path: Path) -> None:
    frames = heartbeats(dialect, 5)

    records = list(read_tlog(written(tmp_path, log_of(frames))))

    assert records == [((START_US + i * 1000) * US_NS, frame) for i, frame in enumerate(frames)]


def test_the_columns_of_a_log_know_when_each_row_was_received(
    dialect: Dialect, tmp_path: Path
) -> None:
    columns, receipts_ns = tlog_columns(written(tmp_path, log_of(heartbeats(dialect, 5))), dialect)

    message = columns["HEARTBEAT"]

    assert message["custom_mode"].tolist() == [0, 1, 2, 3, 4]
    assert receipts_ns[message.segment].tolist() == [
        (START_US + i * 1000) * US_NS for i in range(5)
    ]


def test_a_summary_names_sources_messages_and_span(dialect: Dialect, tmp_path: Path) -> None:
    other = Encoder(dialect, 255, 190).encode("ATTITUDE", {"roll": 0.5})

    summary = tlog_summary(written(tmp_path, log_of([*heartbeats(dialect, 3), other])), dialect)

    assert summary.messages == {"HEARTBEAT": 3, "ATTITUDE": 1}
    assert summary.sources == {(1, 1): 3, (255, 190): 1}
    assert summary.last_ns - summary.first_ns == 3000 * US_NS


@pytest.mark.parametrize("step_us", [-1000, 0, 40_000_000_000])
def test_a_clock_that_goes_back_stands_or_jumps_loses_no_record(
    dialect: Dialect, step_us: int
) -> None:
    assert modes(dialect, log_of(heartbeats(dialect, 20), step_us)) == list(range(20))


def test_damaged_records_in_a_row_keep_their_own_times(dialect: Dialect) -> None:
    frames = heartbeats(dialect, 12)
    for bad in (3, 4, 5):
        frames[bad] = frames[bad][:1] + b"\xc7" + frames[bad][2:]

    assert cut(log_of(frames)) == [
        ((START_US + i * 1000) * US_NS, frame) for i, frame in enumerate(frames)
    ]


@settings(max_examples=100)
@given(st.data())
def test_damage_to_one_byte_costs_no_other_frame(dialect: Dialect, data: st.DataObject) -> None:
    frames = heartbeats(dialect, 12)
    log = bytearray(log_of(frames))
    record_at = data.draw(st.integers(0, 11))
    begin = sum(len(frame) + 8 for frame in frames[:record_at])
    place = begin + data.draw(st.integers(0, len(frames[record_at]) + 7))
    log[place] ^= data.draw(st.integers(1, 255))

    found = modes(dialect, bytes(log))

    assert [mode for mode in range(12) if mode not in found] in ([], [record_at])


@settings(max_examples=100)
@given(st.binary(max_size=60), st.integers(0, 12))
@example(bytes.fromhex("fe9f000000"), 3)
def test_rubbish_between_two_records_hides_neither(
    dialect: Dialect, rubbish: bytes, place: int
) -> None:
    frames = heartbeats(dialect, 12)

    log = log_of(frames[:place]) + rubbish + log_of(frames[place:])

    assert set(modes(dialect, log)) == set(range(12))


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(b"\0\5\xfd\xfe")).map(bytes)))
def test_any_bytes_are_cut_into_parts_that_do_not_overlap(data: bytes) -> None:
    (starts, ends), receipts_ns = split_tlog(data)

    assert (starts < ends).all()
    assert (starts[1:] >= ends[:-1]).all()
    assert len(receipts_ns) == len(starts)
    assert not data or ends[-1] == len(data)


def test_an_empty_log_has_no_records_and_a_summary(dialect: Dialect, tmp_path: Path) -> None:
    path = written(tmp_path, b"")

    assert list(read_tlog(path)) == []
    assert tlog_summary(path, dialect).good == 0
