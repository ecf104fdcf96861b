"""Whatever a peer sends, nothing raises, nothing valid is lost, and the counts say what came."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.stream import (
    MOST_UNKNOWN_IDS,
    OTHER_IDS,
    MavlinkStream,
    Packet,
    StreamCounts,
)
from gcs.telemetry.mavlink.wire import LONGEST_FRAME, checksum
from tests.telemetry.mavlink.strategies import chunks, frames, noise, quiet_noise

thorough = settings(max_examples=150)


def read(dialect: Dialect, *parts: bytes) -> tuple[list[Packet], StreamCounts]:
    stream = MavlinkStream(dialect)
    packets = [packet for part in parts for packet in stream.feed(part)]
    return packets + stream.flush(), stream.counts


def heartbeats(dialect: Dialect, number: int) -> list[bytes]:
    encoder = Encoder(dialect, 1, 1)
    return [encoder.encode("HEARTBEAT", {"custom_mode": i}) for i in range(number)]


def modes(packets: list[Packet]) -> list[int]:
    return [packet.value("custom_mode") for packet in packets]


def framed_v2(message_id: int, payload: bytes, flags: int = 0, extra: int = 0) -> bytes:
    header = bytes([len(payload), flags, 0, 0, 1, 1]) + message_id.to_bytes(3, "little")
    crc = checksum(header + payload + bytes([extra]))
    return b"\xfd" + header + payload + crc.to_bytes(2, "little")


@thorough
@given(st.data())
def test_frames_are_read_alike_in_any_chunks(landfall: Dialect, data: st.DataObject) -> None:
    sent = data.draw(frames(landfall))
    parts = data.draw(chunks(b"".join(sent)))

    packets, counts = read(landfall, *parts)

    assert len(packets) == len(sent)
    assert counts.good == len(sent)
    assert counts.good_v1 == sum(frame[0] == 0xFE for frame in sent)
    assert repr(packets) == repr([p for frame in sent for p in read(landfall, frame)[0]])


@thorough
@given(st.data())
def test_noise_is_read_alike_in_any_chunks(landfall: Dialect, data: st.DataObject) -> None:
    pieces = st.one_of(noise(), frames(landfall, most=3).map(b"".join))
    stream = b"".join(data.draw(st.lists(pieces, max_size=8)))

    whole = read(landfall, stream)

    assert repr(read(landfall, *(stream[i : i + 1] for i in range(len(stream))))) == repr(whole)
    assert repr(read(landfall, *data.draw(chunks(stream)))) == repr(whole)


@thorough
@given(st.data())
def test_no_noise_between_frames_loses_one(landfall: Dialect, data: st.DataObject) -> None:
    sent = heartbeats(landfall, 6)
    gaps = data.draw(st.lists(noise(), min_size=7, max_size=7))
    stream = gaps[0] + b"".join(f + gap for f, gap in zip(sent, gaps[1:], strict=True))

    packets, _ = read(landfall, stream)

    assert set(range(6)) <= set(modes([p for p in packets if p.type.name == "HEARTBEAT"]))


@thorough
@given(st.data())
def test_each_byte_of_quiet_noise_is_counted(landfall: Dialect, data: st.DataObject) -> None:
    sent = data.draw(frames(landfall))
    gap = data.draw(quiet_noise())

    packets, counts = read(landfall, gap + gap.join(sent) + gap)

    assert len(packets) == len(sent)
    assert counts.garbage_bytes == len(gap) * (len(sent) + 1 if sent else 2)


@thorough
@given(st.binary(max_size=600))
def test_random_bytes_never_raise_and_all_are_accounted_for(landfall: Dialect, data: bytes) -> None:
    _, counts = read(landfall, data)

    refused = counts.bad_crc + counts.incompatible + counts.unknown.total()
    assert counts.garbage_bytes <= len(data)
    assert bool(data) == bool(counts.garbage_bytes + refused + counts.good)


@thorough
@given(st.data())
def test_one_wrong_byte_costs_one_frame_at_most(landfall: Dialect, data: st.DataObject) -> None:
    sent = heartbeats(landfall, 20)
    stream = bytearray(b"".join(sent))
    place = data.draw(st.integers(0, len(stream) - 1))
    stream[place] ^= data.draw(st.integers(1, 255))

    packets, counts = read(landfall, bytes(stream))

    hit = place // len(sent[0])
    assert modes(packets) == [i for i in range(20) if i != hit]
    assert counts.good == 19


def test_a_wrong_length_byte_costs_its_frame_only_where_pymavlink_loses_ten(
    landfall: Dialect,
) -> None:
    sent = heartbeats(landfall, 20)
    sent[5] = sent[5][:1] + b"\xc8" + sent[5][2:]

    packets, counts = read(landfall, b"".join(sent))

    assert modes(packets) == [i for i in range(20) if i != 5]
    assert counts.bad_crc == 1
    assert counts.garbage_bytes == 0


def test_a_bad_frame_and_what_fails_inside_it_is_one_fault(landfall: Dialect) -> None:
    encoder = Encoder(landfall, 1, 1)
    inner = bytearray(encoder.encode("HEARTBEAT", {}))
    inner[-1] ^= 1
    outer = bytearray(encoder.encode("TUNNEL", {"payload_length": 21, "payload": [*inner]}))
    outer[-1] ^= 1

    _, counts = read(landfall, bytes(outer))

    assert counts.bad_crc == 1
    assert counts.garbage_bytes == 0


def test_a_frame_inside_a_good_frame_is_payload(landfall: Dialect) -> None:
    encoder = Encoder(landfall, 1, 1)
    inner = encoder.encode("HEARTBEAT", {})
    tunnel = encoder.encode("TUNNEL", {"payload_length": 21, "payload": [*inner]})

    for parts in ([tunnel], [bytes([byte]) for byte in tunnel]):
        packets, _ = read(landfall, *parts)

        assert [packet.type.name for packet in packets] == ["TUNNEL"]


@pytest.mark.parametrize("kept", range(1, 21))
def test_a_cut_frame_is_garbage_and_the_next_is_read(landfall: Dialect, kept: int) -> None:
    first, second = heartbeats(landfall, 2)
    stream = MavlinkStream(landfall)

    assert stream.feed(first[:kept]) == []
    assert stream.flush() == []
    assert modes(stream.feed(second)) == [1]
    assert stream.counts.garbage_bytes == kept
    assert stream.counts.bad_crc == 0


def test_flush_gives_back_the_frames_that_an_unfinished_one_hid(landfall: Dialect) -> None:
    sent = heartbeats(landfall, 3)
    stream = MavlinkStream(landfall)

    assert stream.feed(b"\xfd\xff\x00" + b"".join(sent)) == []
    assert modes(stream.flush()) == [0, 1, 2]


def test_what_is_held_back_never_outgrows_a_frame(landfall: Dialect) -> None:
    stream = MavlinkStream(landfall)

    for _ in range(400):
        stream.feed(b"\xfd\xff\x00\x00\x00\x01\x01\x00\x00\x00")
        assert len(stream.held) < LONGEST_FRAME


def test_an_unknown_message_is_counted_by_its_id(landfall: Dialect) -> None:
    sent = heartbeats(landfall, 2)
    unknown = framed_v2(0x123456, b"abc")

    packets, counts = read(landfall, sent[0] + unknown + unknown + sent[1])

    assert modes(packets) == [0, 1]
    assert counts.unknown == {0x123456: 2}
    assert counts.garbage_bytes == 0
    assert counts.bad_crc == 0


def test_an_unknown_message_of_version_1_is_counted(landfall: Dialect) -> None:
    _, counts = read(landfall, b"\xfe\x01\x00\x01\x01\xc8\x00\x00\x00")

    assert counts.unknown == {0xC8: 1}


def test_unknown_ids_do_not_grow_the_counts_without_bound(landfall: Dialect) -> None:
    beyond = 50
    stream = MavlinkStream(landfall)

    for message_id in range(MOST_UNKNOWN_IDS + beyond):
        stream.feed(framed_v2(0x800000 + message_id, b"a"))
        stream.flush()

    assert len(stream.counts.unknown) == MOST_UNKNOWN_IDS + 1
    assert stream.counts.unknown[OTHER_IDS] == beyond


@pytest.mark.parametrize("flags", [0x02, 0x03, 0x80, 0xFE])
def test_unknown_incompatibility_flags_refuse_a_frame(landfall: Dialect, flags: int) -> None:
    extra = landfall.by_name["HEARTBEAT"].crc_extra
    (good,) = heartbeats(landfall, 1)

    packets, counts = read(landfall, framed_v2(0, b"\0" * 9, flags, extra) + good)

    assert modes(packets) == [0]
    assert counts.incompatible == 1
    assert counts.bad_crc == 0


def test_unknown_compatibility_flags_do_not(landfall: Dialect) -> None:
    header = bytes([9, 0, 0xFF, 7, 1, 1, 0, 0, 0])
    body = header + b"\0" * 9
    crc = checksum(body + bytes([landfall.by_name["HEARTBEAT"].crc_extra]))

    packets, _ = read(landfall, b"\xfd" + body + crc.to_bytes(2, "little"))

    assert [packet.sequence for packet in packets] == [7]


def test_zeros_that_were_cut_off_come_back(landfall: Dialect) -> None:
    message = landfall.by_name["ATTITUDE"]

    packets, _ = read(landfall, framed_v2(message.id, b"\x05", extra=message.crc_extra))

    assert packets[0].values == (5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_extensions_from_the_future_are_left_out(landfall: Dialect) -> None:
    message = landfall.by_name["ATTITUDE"]
    payload = b"\x05" + bytes(message.max_length - 1) + b"future"

    packets, _ = read(landfall, framed_v2(message.id, payload, extra=message.crc_extra))

    assert packets[0].values == (5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_text_ends_at_its_nul_and_bad_text_is_replaced(landfall: Dialect) -> None:
    message = landfall.by_name["STATUSTEXT"]
    payload = bytes([6]) + b"hot \xff!\0rest".ljust(50, b"\0")

    packets, _ = read(landfall, framed_v2(message.id, payload, extra=message.crc_extra))

    assert packets[0].values == (6, "hot \ufffd!", 0, 0)


def test_without_a_key_a_signed_frame_is_read_and_counted(landfall: Dialect) -> None:
    encoder = Encoder(landfall, 1, 1, signing_key=bytes(32))

    packets, counts = read(landfall, encoder.encode("HEARTBEAT", {}))

    assert len(packets) == 1
    assert counts.signed == 1


def test_a_field_is_found_by_name_or_is_a_key_error(landfall: Dialect) -> None:
    packets, _ = read(landfall, Encoder(landfall, 9, 8).encode("ATTITUDE", {"pitch": 0.5}))

    assert packets[0].value("pitch") == 0.5
    assert packets[0][1:3] == (9, 8)
    with pytest.raises(KeyError):
        packets[0].value("heading")
