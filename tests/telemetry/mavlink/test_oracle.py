"""pymavlink and this codec say the same of every message of the dialect, both ways.

The reference is what pymavlink's generator makes of landfall.xml.
"""

from __future__ import annotations

import io
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import common

from gcs.telemetry.mavlink.columns import decode_columns
from gcs.telemetry.mavlink.dialect import Dialect, MessageType
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.stream import MavlinkStream
from tests.telemetry.mavlink.strategies import KEY, NAMES, edges, values

SYSTEM, COMPONENT = 42, 191
NOW_NS = 1_760_000_000_000_000_000


def edge_cases(message: MessageType) -> list[dict[str, Any]]:
    by_field = {field.name: edges(field) for field in message.fields}
    rounds = max(len(cases) for cases in by_field.values())
    return [{n: cases[i % len(cases)] for n, cases in by_field.items()} for i in range(rounds)]


def read_by_pymavlink(reference: Any, frame: bytes) -> Any:
    parser = reference.MAVLink(io.BytesIO())
    (message,) = parser.parse_buffer(frame)
    return message


def sent_by_pymavlink(reference: Any, name: str, fields: dict[str, Any], version: int) -> bytes:
    sender = reference.MAVLink(io.BytesIO(), srcSystem=SYSTEM, srcComponent=COMPONENT)
    kind = next(m for m in reference.mavlink_map.values() if m.msgname == name)
    plain = {k: v.encode() if isinstance(v, str) else v for k, v in fields.items()}
    return bytes(kind(**plain).pack(sender, force_mavlink1=version == 1))


def plain(value: Any) -> str:
    """A form in which NaN equals NaN, and pymavlink's bytes and lists our text and tuples."""
    if isinstance(value, bytes):
        return repr(value.decode("ascii", "replace"))
    return repr(tuple(value) if isinstance(value, list) else value)


def assert_same(ours: tuple[Any, ...], theirs: Any, message: MessageType) -> None:
    for field, value in zip(message.fields, ours, strict=True):
        assert plain(value) == plain(getattr(theirs, field.name)), f"{message.name}.{field.name}"


def check_both_ways(
    dialect: Dialect, reference: Any, name: str, fields: dict[str, Any], version: int
) -> None:
    message = dialect.by_name[name]
    ours = Encoder(dialect, SYSTEM, COMPONENT).encode(name, fields, version=version)
    theirs = sent_by_pymavlink(reference, name, fields, version)
    assert ours == theirs

    (packet,) = MavlinkStream(dialect).feed(theirs)
    assert (packet.type, packet.system, packet.component) == (message, SYSTEM, COMPONENT)
    assert_same(packet.values, read_by_pymavlink(reference, ours), message)


def test_every_message_goes_both_ways_at_the_edges_of_its_fields(
    landfall: Dialect, generated: ModuleType
) -> None:
    for message in landfall.messages.values():
        for fields in edge_cases(message):
            check_both_ways(landfall, generated, message.name, fields, version=2)


def test_every_message_of_version_1_goes_both_ways(
    landfall: Dialect, generated: ModuleType
) -> None:
    for message in landfall.messages.values():
        if message.id <= 0xFF and message.min_length == message.max_length:
            for fields in edge_cases(message):
                check_both_ways(landfall, generated, message.name, fields, version=1)


@settings(max_examples=150)
@given(st.data())
def test_any_values_go_both_ways(
    landfall: Dialect, generated: ModuleType, data: st.DataObject
) -> None:
    message = data.draw(st.sampled_from([*landfall.messages.values()]))
    fields = data.draw(values(message))

    check_both_ways(landfall, generated, message.name, fields, version=2)


def test_columns_of_every_message_are_what_pymavlink_reads(
    landfall: Dialect, generated: ModuleType
) -> None:
    encoder = Encoder(landfall, SYSTEM, COMPONENT)
    cases = {m.name: edge_cases(m) for m in landfall.messages.values()}
    data = b"".join(encoder.encode(n, fields) for n, rows in cases.items() for fields in rows)
    theirs = iter(generated.MAVLink(io.BytesIO()).parse_buffer(data))

    columns = decode_columns(data, landfall)

    for name, rows in cases.items():
        message = columns[name]
        assert len(message) == len(rows)
        texts = {f.name: message.text(f.name) for f in message.type.fields if f.is_text}
        for row in range(len(rows)):
            ours = tuple(
                texts[f.name][row] if f.is_text else message[f.name][row].tolist()
                for f in message.type.fields
            )
            listed = tuple(tuple(v) if isinstance(v, list) else v for v in ours)
            assert_same(listed, next(theirs), message.type)


@pytest.mark.parametrize("name", NAMES[:8])
def test_stock_pymavlink_reads_what_the_encoder_sends_of_common(
    landfall: Dialect, name: str
) -> None:
    message = landfall.by_name[name]
    for fields in edge_cases(message):
        frame = Encoder(landfall, SYSTEM, COMPONENT).encode(name, fields)

        theirs = read_by_pymavlink(common, frame)

        assert theirs.get_type() == name
        assert (theirs.get_srcSystem(), theirs.get_srcComponent()) == (SYSTEM, COMPONENT)
        assert_same(message.decode(frame[10:-2]), theirs, message)


def test_stock_pymavlink_verifies_our_signatures(landfall: Dialect) -> None:
    encoder = Encoder(landfall, SYSTEM, COMPONENT, signing_key=KEY, link_id=3)
    parser = common.MAVLink(io.BytesIO())
    parser.signing.secret_key = KEY

    for _ in range(3):
        (message,) = parser.parse_buffer(encoder.encode("HEARTBEAT", {}, now_ns=NOW_NS))

        assert message.get_signed()
        assert message.get_link_id() == 3


def test_a_heartbeat_carries_the_version_of_its_definition(landfall: Dialect) -> None:
    frame = Encoder(landfall, SYSTEM, COMPONENT).encode("HEARTBEAT", {})

    assert read_by_pymavlink(common, frame).mavlink_version == 3
