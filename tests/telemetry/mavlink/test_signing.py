"""With a key set only its holder is heard, once; a forger changes nothing but a count."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import common

from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.mavlink.encoding import Encoder, EncodingError
from gcs.telemetry.mavlink.signing import (
    EPOCH_NS,
    NEW_STREAM_TOLERANCE,
    TICK_NS,
    Signer,
    SigningPolicy,
    Verdict,
    signature,
    timestamp_at,
)
from gcs.telemetry.mavlink.stream import MavlinkStream
from tests.telemetry.mavlink.strategies import KEY, OTHER_KEY

NOW_NS = 1_760_000_000_000_000_000
LATEST = (1 << 48) - 1


def sender(dialect: Dialect, key: bytes | None = KEY, link_id: int = 1) -> Encoder:
    return Encoder(dialect, 1, 1, signing_key=key, link_id=link_id)


def guarded(dialect: Dialect) -> MavlinkStream:
    return MavlinkStream(dialect, SigningPolicy(KEY))


def stamped(dialect: Dialect, timestamp: int, key: bytes = KEY, component: int = 1) -> bytes:
    """A heartbeat signed with a timestamp of our choice."""
    frame = Encoder(dialect, 1, component, signing_key=key).encode("HEARTBEAT", {})[:-13]
    return frame + signature(key, frame, 1, timestamp)


def test_signed_frames_are_heard(landfall: Dialect) -> None:
    stream, encoder = guarded(landfall), sender(landfall)

    heard = [stream.feed(encoder.encode("HEARTBEAT", {}, NOW_NS), NOW_NS) for _ in range(5)]

    assert [len(packets) for packets in heard] == [1] * 5
    assert stream.counts.signed == stream.counts.good == 5


def test_unsigned_frames_of_both_versions_are_refused(landfall: Dialect) -> None:
    stream, encoder = guarded(landfall), sender(landfall, key=None)

    assert stream.feed(encoder.encode("HEARTBEAT", {})) == []
    assert stream.feed(encoder.encode("HEARTBEAT", {}, version=1)) == []
    assert stream.counts.unsigned == 2
    assert stream.counts.good == 0


def test_only_the_messages_named_may_come_unsigned(landfall: Dialect) -> None:
    radio_status = landfall.by_name["RADIO_STATUS"].id
    stream = MavlinkStream(landfall, SigningPolicy(KEY, unsigned_ids=[radio_status]))
    encoder = sender(landfall, key=None)

    assert len(stream.feed(encoder.encode("RADIO_STATUS", {}))) == 1
    assert len(stream.feed(encoder.encode("RADIO_STATUS", {}, version=1))) == 1
    assert stream.feed(encoder.encode("HEARTBEAT", {})) == []


def test_another_key_is_a_forgery(landfall: Dialect) -> None:
    stream = guarded(landfall)

    assert stream.feed(sender(landfall, OTHER_KEY).encode("HEARTBEAT", {}, NOW_NS)) == []
    assert stream.counts.bad_signature == 1


@settings(max_examples=60)
@given(st.integers(0, 12), st.integers(1, 255))
def test_one_wrong_byte_of_a_signature_is_a_forgery(
    landfall: Dialect, place: int, change: int
) -> None:
    frame = bytearray(sender(landfall).encode("HEARTBEAT", {}, NOW_NS))
    frame[-13 + place] ^= change
    stream = guarded(landfall)

    assert stream.feed(bytes(frame)) == []
    assert stream.counts.bad_signature == 1
    assert stream.counts.replayed == 0


def test_a_replayed_frame_is_heard_once(landfall: Dialect) -> None:
    frame = sender(landfall).encode("HEARTBEAT", {}, NOW_NS)
    stream = guarded(landfall)

    assert len(stream.feed(frame + frame + frame)) == 1
    assert stream.counts.replayed == 2


def test_a_frame_heard_on_one_link_is_a_replay_on_the_next(landfall: Dialect) -> None:
    frame = sender(landfall).encode("HEARTBEAT", {}, NOW_NS)
    policy = SigningPolicy(KEY)

    assert len(MavlinkStream(landfall, policy).feed(frame)) == 1
    assert MavlinkStream(landfall, policy).feed(frame) == []


def test_a_forged_frame_with_the_last_timestamp_blocks_nobody(landfall: Dialect) -> None:
    stream, encoder = guarded(landfall), sender(landfall)
    before = encoder.encode("HEARTBEAT", {}, NOW_NS)
    forged = stamped(landfall, LATEST, OTHER_KEY)
    after = encoder.encode("HEARTBEAT", {}, NOW_NS)

    assert len(stream.feed(before + forged + after)) == 2
    assert len(stream.feed(forged + stamped(landfall, timestamp_at(NOW_NS), component=9))) == 1
    assert stream.counts.bad_signature == 2


def test_that_forged_frame_does_block_stock_pymavlink(landfall: Dialect) -> None:
    parser = common.MAVLink(io.BytesIO())
    parser.signing.secret_key = KEY
    parser.robust_parsing = True
    parser.parse_buffer(stamped(landfall, LATEST, OTHER_KEY))

    (message,) = parser.parse_buffer(sender(landfall).encode("HEARTBEAT", {}, NOW_NS))

    assert message.get_type() == "BAD_DATA"


@pytest.mark.parametrize(
    ("behind", "verdict"),
    [
        (NEW_STREAM_TOLERANCE, Verdict.ACCEPTED),
        (NEW_STREAM_TOLERANCE + 1, Verdict.REPLAYED),
        (0, Verdict.ACCEPTED),
        (-1, Verdict.ACCEPTED),
    ],
)
def test_a_new_stream_may_start_a_minute_behind_and_no_more(
    landfall: Dialect, behind: int, verdict: Verdict
) -> None:
    frame = stamped(landfall, timestamp_at(NOW_NS) - behind)

    assert SigningPolicy(KEY).judge(frame, 1, 1, NOW_NS) is verdict


def test_without_a_clock_the_newest_verified_timestamp_is_the_time(landfall: Dialect) -> None:
    policy = SigningPolicy(KEY)
    newest = timestamp_at(NOW_NS)
    old = stamped(landfall, newest - NEW_STREAM_TOLERANCE - 1, component=2)

    assert policy.judge(stamped(landfall, newest), 1, 1) is Verdict.ACCEPTED
    assert policy.judge(old, 1, 2) is Verdict.REPLAYED
    assert policy.judge(stamped(landfall, newest - 5, component=3), 1, 3) is Verdict.ACCEPTED


@given(st.lists(st.integers(0, 2**60), max_size=30))
def test_timestamps_of_a_signer_always_rise(clock_ns: list[int]) -> None:
    signer = Signer(KEY, 1)

    stamps = [
        int.from_bytes(signer.sign(b"frame", EPOCH_NS + now_ns)[-12:-6], "little")
        for now_ns in clock_ns
    ]

    assert stamps == sorted(set(stamps))


@given(st.integers(0, 2**60))
def test_a_timestamp_counts_10_us_since_2015(since_ns: int) -> None:
    assert timestamp_at(EPOCH_NS + since_ns) == since_ns // TICK_NS
    assert timestamp_at(EPOCH_NS - since_ns - 1) == 0


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(landfall: Dialect, length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SigningPolicy(bytes(length))
    with pytest.raises(ValueError, match="32 bytes"):
        sender(landfall, bytes(length))


def test_version_1_cannot_be_signed(landfall: Dialect) -> None:
    with pytest.raises(EncodingError, match="version 1"):
        sender(landfall).encode("HEARTBEAT", {}, version=1)
