"""What cannot be sent is refused with its name; what can is sent as the standard says."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.mavlink.encoding import Encoder, EncodingError
from gcs.telemetry.mavlink.stream import MavlinkStream


def values(dialect: Dialect, name: str, fields: dict[str, Any]) -> dict[str, Any]:
    (packet,) = MavlinkStream(dialect).feed(Encoder(dialect, 1, 1).encode(name, fields))
    return {field.name: packet.value(field.name) for field in packet.type.fields}


def test_sequence_numbers_count_every_frame_and_wrap(landfall: Dialect) -> None:
    encoder, stream = Encoder(landfall, 1, 1), MavlinkStream(landfall)

    sent = b"".join(encoder.encode("HEARTBEAT", {}, version=1 + count % 2) for count in range(260))

    assert [p.sequence for p in stream.feed(sent)] == [count % 256 for count in range(260)]


def test_a_frame_that_is_refused_takes_no_number(landfall: Dialect) -> None:
    encoder = Encoder(landfall, 1, 1)
    with pytest.raises(EncodingError):
        encoder.encode("HEARTBEAT", {"type": 256})

    (packet,) = MavlinkStream(landfall).feed(encoder.encode("HEARTBEAT", {}))

    assert packet.sequence == 0


def test_enum_entries_may_be_given_by_name(landfall: Dialect) -> None:
    sent = {"command": "MAV_CMD_LANDFALL_DIVERT", "mode": "LANDFALL_FLIGHT_MODE_DIVERTING"}

    read = values(landfall, "LANDING_STATE", sent)

    assert read["command"] == landfall.command("MAV_CMD_LANDFALL_DIVERT")
    assert read["mode"] == 6


def test_short_arrays_and_texts_are_filled_up(landfall: Dialect) -> None:
    assert values(landfall, "STATION_VERDICT", {"gate": "landing"})["gate"] == "landing"
    assert values(landfall, "TUNNEL", {"payload": b"\1\2"})["payload"] == (1, 2) + (0,) * 126


def test_text_may_fill_its_room_to_the_last_byte(landfall: Dialect) -> None:
    assert values(landfall, "STATION_VERDICT", {"gate": "g" * 16})["gate"] == "g" * 16


def test_a_command_of_ours_survives_a_float_to_the_bit(landfall: Dialect) -> None:
    nonce = 2**24 - 1

    assert values(landfall, "COMMAND_LONG", {"param1": nonce})["param1"] == nonce


def test_not_a_number_is_a_value(landfall: Dialect) -> None:
    assert math.isnan(
        values(landfall, "LANDING_STATE", {"time_to_touchdown": math.nan})["time_to_touchdown"]
    )


def test_a_message_of_zeros_keeps_one_byte_of_payload(landfall: Dialect) -> None:
    assert len(Encoder(landfall, 1, 1).encode("ATTITUDE", {})) == 13


def test_version_1_leaves_extensions_out(landfall: Dialect) -> None:
    message = landfall.by_name["STATUSTEXT"]

    frame = Encoder(landfall, 1, 1).encode("STATUSTEXT", {"text": "x", "id": 5}, version=1)

    assert frame[1] == message.min_length == 51
    assert MavlinkStream(landfall).feed(frame)[0].value("id") == 0


@pytest.mark.parametrize(
    ("name", "fields", "complaint"),
    [
        ("WARP_DRIVE", {}, "no message 'WARP_DRIVE'"),
        ("ATTITUDE", {"heading": 1.0}, "ATTITUDE has no field heading"),
        ("HEARTBEAT", {"type": 256}, "HEARTBEAT: type"),
        ("HEARTBEAT", {"base_mode": -1}, "HEARTBEAT: base_mode"),
        ("HEARTBEAT", {"base_mode": 1.5}, "HEARTBEAT: base_mode"),
        ("HEARTBEAT", {"type": "MAV_TYPE_TEAPOT"}, r"HEARTBEAT\.type: no entry 'MAV_TYPE_TEAPOT'"),
        ("ATTITUDE", {"roll": "flat"}, r"ATTITUDE\.roll: no entry 'flat'"),
        ("ATTITUDE", {"roll": 1e39}, "ATTITUDE: roll"),
        ("ATTITUDE", {"roll": None}, "ATTITUDE: roll"),
        ("STATUSTEXT", {"text": "x" * 51}, r"STATUSTEXT\.text: .* too long"),
        ("STATUSTEXT", {"text": 7}, r"STATUSTEXT\.text: 7 is not text"),
        ("TUNNEL", {"payload": [0] * 129}, "129 elements are too many"),
        ("TUNNEL", {"payload": [256]}, "TUNNEL: payload"),
        ("TUNNEL", {"payload": 7}, r"TUNNEL\.payload: 7 is not an array"),
    ],
)
def test_what_does_not_fit_is_named(
    landfall: Dialect, name: str, fields: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(EncodingError, match=complaint):
        Encoder(landfall, 1, 1).encode(name, fields)


def test_a_wide_id_cannot_be_sent_in_version_1(landfall: Dialect) -> None:
    with pytest.raises(EncodingError, match="version 1"):
        Encoder(landfall, 1, 1).encode("ENGINE_STATE", {}, version=1)


@pytest.mark.parametrize(("system", "component"), [(256, 1), (-1, 1), (1, 256)])
def test_an_address_that_a_frame_cannot_carry_is_refused(
    landfall: Dialect, system: int, component: int
) -> None:
    with pytest.raises(EncodingError, match="address"):
        Encoder(landfall, system, component)
