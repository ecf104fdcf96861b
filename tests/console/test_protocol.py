"""The socket's language: frames survive any cutting, bounds hold, strangers are told apart."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.console.protocol import (
    MAX_FROM_CONSOLE_BYTES,
    VERSION,
    Attach,
    Farewell,
    FrameSplitter,
    ProtocolError,
    Refused,
    TcpAddress,
    UnixAddress,
    Welcome,
    decode_from_console,
    decode_from_station,
    encode,
    parse_address,
)
from gcs.messages import Intent, StageCommand, Vote
from tests.console.scenes import Scene, catalogue

INTENT = Intent("a-1", "", "FD", 5, 7, Vote("landing_commit", go=True))


@pytest.mark.parametrize(
    "message",
    [
        Welcome("console-1", "FD", "anna"),
        Refused("nobody has this token"),
        catalogue(),
        Scene().snapshot(),
        Farewell(3, "diverted"),
    ],
)
def test_what_a_station_sends_arrives_whole(message: object) -> None:
    (body,) = FrameSplitter(1 << 20).feed(encode(message))  # type: ignore[arg-type]
    assert decode_from_station(body) == message


@pytest.mark.parametrize("message", [Attach(VERSION, "FD", "anna", "a token"), INTENT])
def test_what_a_console_sends_arrives_whole(message: Attach | Intent) -> None:
    (body,) = FrameSplitter(MAX_FROM_CONSOLE_BYTES).feed(encode(message))
    assert decode_from_console(body) == message


@given(st.lists(st.binary(max_size=40), max_size=8), st.data())
def test_frames_come_out_however_the_stream_is_cut(
    bodies: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(struct.pack(">I", len(body)) + body for body in bodies)
    splitter = FrameSplitter(40)
    out: list[bytes] = []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        out += splitter.feed(stream[:cut])
        stream = stream[cut:]
    assert out == bodies


@pytest.mark.parametrize(("length", "refused"), [(40, False), (41, True)])
def test_a_frame_over_the_bound_is_refused_at_its_header(length: int, refused: bool) -> None:
    splitter = FrameSplitter(40)
    header = struct.pack(">I", length)
    if refused:
        with pytest.raises(ProtocolError, match="41 bytes, at most 40"):
            splitter.feed(header)
    else:
        assert splitter.feed(header) == []


@given(st.binary(max_size=200))
def test_random_bytes_are_a_protocol_error_or_a_message(body: bytes) -> None:
    for decode in (decode_from_console, decode_from_station):
        try:
            decode(body)
        except ProtocolError:
            continue


@given(st.data())
def test_a_damaged_intent_is_a_protocol_error_or_a_message(data: st.DataObject) -> None:
    body = bytearray(encode(INTENT)[4:])
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] = data.draw(st.integers(0, 255))
    try:
        decode_from_console(bytes(body))
    except ProtocolError:
        return


@pytest.mark.parametrize(
    "attach",
    [
        Attach(VERSION + 1, "FD"),
        Attach(VERSION, "F" * 33),
        Attach(VERSION, "F\x1b[31m"),
        Attach(VERSION, "FD", "a" * 33),
        Attach(VERSION, "FD", "a\nb"),
        Attach(VERSION, "FD", "anna", "t" * 257),
    ],
)
def test_an_attach_of_another_version_or_with_an_odd_name_is_refused(attach: Attach) -> None:
    with pytest.raises(ProtocolError):
        decode_from_console(encode(attach)[4:])


def test_a_console_cannot_send_what_only_a_station_sends() -> None:
    with pytest.raises(ProtocolError):
        decode_from_console(encode(Farewell(0, "landed"))[4:])
    with pytest.raises(ProtocolError):
        decode_from_station(encode(Intent("a", "", "", 0, 0, StageCommand("divert")))[4:])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("unix:/run/landfall.sock", UnixAddress("/run/landfall.sock")),
        ("tcp:127.0.0.1:7700", TcpAddress("127.0.0.1", 7700)),
        ("tcp:localhost:0", TcpAddress("127.0.0.1", 0)),
        ("tcp:[::1]:7700", TcpAddress("::1", 7700)),
    ],
)
def test_addresses_are_read(text: str, address: object) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unix:",
        "unix:" + "x" * 108,
        "tcp:127.0.0.1",
        "tcp:127.0.0.1:65536",
        "tcp:127.0.0.1:-1",
        "tcp:0.0.0.0:7700",
        "tcp:192.168.1.4:7700",
        "tcp:example.org:7700",
        "udp:127.0.0.1:7700",
    ],
)
def test_an_address_that_is_malformed_or_leaves_the_machine_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_address(text)
