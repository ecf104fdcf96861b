"""The compiled decoder finds what the stream finds: message for message, count for count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcs.telemetry.mavlink.columns import Columns, Segments, decode_columns
from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.stream import MOST_UNKNOWN_IDS, OTHER_IDS, MavlinkStream, StreamCounts
from tests.telemetry.mavlink.strategies import KEY, frames, noise
from tests.telemetry.mavlink.test_stream import framed_v2

Row = tuple[int, str, int, int, int, str]


def rows(columns: Columns) -> list[Row]:
    """Every message, in the order of the input."""
    found: list[Row] = []
    for name, message in columns.messages.items():
        texts = {f.name: message.text(f.name) for f in message.type.fields if f.is_text}
        for row in range(len(message)):
            values = tuple(
                texts[f.name][row] if f.is_text else _plain(message[f.name][row].tolist())
                for f in message.type.fields
            )
            sender = int(message.system[row]), int(message.component[row])
            found.append(
                (int(message.offset[row]), name, *sender, int(message.sequence[row]), repr(values))
            )
    return sorted(found)


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def streamed(dialect: Dialect, parts: list[bytes]) -> tuple[list[tuple[object, ...]], StreamCounts]:
    stream = MavlinkStream(dialect)
    packets = [p for part in parts for p in [*stream.feed(part), *stream.flush()]]
    found = [(p.type.name, p.system, p.component, p.sequence, repr(p.values)) for p in packets]
    return found, stream.counts


@settings(max_examples=150)
@given(st.data())
def test_columns_are_what_the_stream_reads_from_frames_and_noise(
    landfall: Dialect, data: st.DataObject
) -> None:
    pieces = st.one_of(noise(), frames(landfall, most=3).map(b"".join))
    buffer = b"".join(data.draw(st.lists(pieces, max_size=8)))
    packets, counts = streamed(landfall, [buffer])

    columns = decode_columns(buffer, landfall)

    assert [row[1:] for row in rows(columns)] == packets
    assert columns.counts == counts


@settings(max_examples=80)
@given(st.data())
def test_segments_stand_for_themselves(landfall: Dialect, data: st.DataObject) -> None:
    piece = st.one_of(noise(), frames(landfall, most=2).map(b"".join))
    parts = data.draw(st.lists(piece, min_size=1, max_size=6))
    ends = np.cumsum([len(part) for part in parts])
    segments = Segments(ends - [len(part) for part in parts], ends)
    packets, counts = streamed(landfall, parts)

    columns = decode_columns(b"".join(parts), landfall, segments=segments)

    assert [row[1:] for row in rows(columns)] == packets
    assert columns.counts == counts
    for message in columns.messages.values():
        assert (segments.starts[message.segment] <= message.offset).all()
        assert (message.offset < segments.ends[message.segment]).all()


@settings(max_examples=80)
@given(st.binary(max_size=400))
def test_random_bytes_count_alike(landfall: Dialect, data: bytes) -> None:
    assert decode_columns(data, landfall).counts == streamed(landfall, [data])[1]


def test_only_the_messages_wanted_are_gathered_and_all_are_counted(landfall: Dialect) -> None:
    encoder = Encoder(landfall, 1, 1)
    data = b"".join(encoder.encode(n, {}) for n in ("HEARTBEAT", "ATTITUDE", "HEARTBEAT"))

    columns = decode_columns(data, landfall, wanted=["ATTITUDE", "ENGINE_STATE"])

    assert [*columns.messages] == ["ATTITUDE"]
    assert "ENGINE_STATE" not in columns
    assert columns.counts.good == 3


def test_a_column_keeps_the_type_of_its_field(landfall: Dialect) -> None:
    frame = Encoder(landfall, 1, 1).encode("GPS_STATUS", {"satellite_prn": [3, 4]})

    message = decode_columns(frame, landfall)["GPS_STATUS"]

    assert message["satellite_prn"].shape == (1, 20)
    assert message["satellite_prn"].dtype == np.uint8
    assert message.system.dtype == np.uint32


def test_signed_frames_are_read_and_counted(landfall: Dialect) -> None:
    encoder = Encoder(landfall, 1, 1, signing_key=KEY)
    data = encoder.encode("HEARTBEAT", {}) + encoder.encode("ATTITUDE", {"roll": 0.25})

    columns = decode_columns(data, landfall)

    assert columns.counts.signed == 2
    assert columns["ATTITUDE"]["roll"].tolist() == [0.25]


def test_many_unknown_ids_are_counted_as_the_stream_does(landfall: Dialect) -> None:
    parts = [framed_v2(0x800000 + i, b"a") for i in range(MOST_UNKNOWN_IDS + 9)]
    ends = np.cumsum([len(part) for part in parts])
    segments = Segments(ends - len(parts[0]), ends)

    counts = decode_columns(b"".join(parts), landfall, segments=segments).counts

    assert counts.unknown[OTHER_IDS] == 9
    assert counts == streamed(landfall, parts)[1]


def test_no_bytes_have_no_messages(landfall: Dialect) -> None:
    columns = decode_columns(b"", landfall)

    assert not columns.messages
    assert columns.counts == StreamCounts()


def test_a_wanted_message_that_the_dialect_lacks_is_a_key_error(landfall: Dialect) -> None:
    with pytest.raises(KeyError, match="WARP_DRIVE"):
        decode_columns(b"", landfall, wanted=["WARP_DRIVE"])


@pytest.mark.parametrize(
    ("starts", "ends"), [([0], [11]), ([-1], [5]), ([0, 4], [5, 10]), ([5], [4])]
)
def test_segments_that_do_not_fit_the_input_are_refused(
    landfall: Dialect, starts: list[int], ends: list[int]
) -> None:
    segments = Segments(np.array(starts), np.array(ends))

    with pytest.raises(ValueError, match="segments"):
        decode_columns(bytes(10), landfall, segments=segments)
