"""A dialect says of every message what pymavlink says of it."""

from __future__ import annotations

import importlib
import re
from types import ModuleType
from typing import Any

import pytest
from pymavlink.generator import mavparse

from gcs.telemetry.mavlink.dialect import Dialect, DialectError, load_dialect, shipped_dialect
from tests.telemetry.mavlink.conftest import LANDFALL_XML, SHIPPED


def minimal(body: str) -> str:
    return f'<mavlink><messages><message id="7" name="M">{body}</message></messages></mavlink>'


def assert_agrees(dialect: Dialect, reference: Any) -> None:
    assert dialect.messages.keys() == reference.mavlink_map.keys()
    for message_id, theirs in reference.mavlink_map.items():
        ours = dialect.messages[message_id]
        assert ours.name == theirs.msgname
        assert ours.crc_extra == theirs.crc_extra
        assert [f.name for f in ours.fields] == theirs.fieldnames
        assert [f.name for f in ours.wire_fields] == theirs.ordered_fieldnames
        assert ours.max_length == theirs.unpacker.size


@pytest.mark.parametrize("name", ["minimal", "common", "ardupilotmega", "storm32", "test"])
def test_a_shipped_dialect_is_what_pymavlink_generated_from_it(name: str) -> None:
    reference = importlib.import_module(f"pymavlink.dialects.v20.{name}")

    assert_agrees(shipped_dialect(name), reference)


def test_mavgen_accepts_landfall_and_generates_the_same_messages(
    landfall: Dialect, generated: ModuleType
) -> None:
    assert_agrees(landfall, generated)


def test_all_enums_of_landfall_have_the_values_that_mavgen_gives_them(
    landfall: Dialect, generated: ModuleType
) -> None:
    for name, theirs in generated.enums.items():
        entries = {e.name: v for v, e in theirs.items() if not e.name.endswith("_ENUM_END")}
        assert landfall.enums[name] == entries


def test_mavparse_reads_landfall_and_agrees_on_lengths(landfall: Dialect) -> None:
    parsed = mavparse.MAVXML(str(LANDFALL_XML), mavparse.PROTOCOL_2_0)

    for message in parsed.message:
        ours = landfall.messages[message.id]
        assert (ours.min_length, ours.max_length) == (
            message.wire_min_length,
            message.wire_length,
        )


def test_landfall_ids_keep_clear_of_all_public_dialects(landfall: Dialect) -> None:
    common = shipped_dialect("common")
    own_messages = landfall.messages.keys() - common.messages.keys()
    own_commands = landfall.enums["MAV_CMD"].items() - common.enums["MAV_CMD"].items()
    allocated = re.findall(r"(\d{5}) *- *(\d{5})", (SHIPPED / "all.xml").read_text())
    highest = max(int(last) for _, last in allocated)

    assert len(own_messages) == 5
    assert len(own_commands) == 5
    assert min(own_messages) > highest
    assert min(value for _, value in own_commands) > highest


def test_commands_are_looked_up_by_name_and_number(landfall: Dialect) -> None:
    number = landfall.command("MAV_CMD_LANDFALL_DIVERT")

    assert landfall.command_name(number) == "MAV_CMD_LANDFALL_DIVERT"
    assert landfall.command_name(1) == "1"
    assert landfall.enum_value("MAV_TYPE", "MAV_TYPE_ROCKET") == 9


def test_a_command_that_is_not_there_is_a_key_error(landfall: Dialect) -> None:
    with pytest.raises(KeyError, match="MAV_CMD_FLY_HOME"):
        landfall.command("MAV_CMD_FLY_HOME")


def test_an_entry_without_a_value_is_one_more_than_the_highest() -> None:
    entries = '<entry value="2**4" name="A"/><entry name="B"/><entry value="0x03" name="C"/>'
    entries += '<entry name="D"/>'
    xml = f'<mavlink><enums><enum name="E">{entries}</enum></enums></mavlink>'

    assert load_dialect(xml).enums["E"] == {"A": 16, "B": 17, "C": 3, "D": 18}


@pytest.mark.parametrize(
    ("xml", "complaint"),
    [
        ("<mavlink>", "not XML"),
        ("<mavlink><include>nowhere.xml</include></mavlink>", "nowhere.xml"),
        ("<mavlink><include>../v20/common.xml</include></mavlink>", "ships no"),
        (minimal('<field type="uint9_t" name="x"/>'), r"M\.x: unknown type 'uint9_t'"),
        (minimal('<field type="uint64_t[32]" name="x"/>'), "256 bytes"),
        (minimal(""), "0 bytes"),
        (minimal('<field type="float" name="x"/>').replace('"7"', '"seven"'), "seven"),
        (minimal('<field type="float" name="x"/>').replace('"7"', '"-7"'), "-7"),
        (
            minimal('<field type="float" name="x"/>').replace(
                "</messages>",
                '<message id="7" name="N"><field type="float" name="y"/></message></messages>',
            ),
            "id 7 is defined twice",
        ),
        (
            minimal('<field type="float" name="x"/>').replace(
                "</messages>",
                '<message id="8" name="M"><field type="float" name="y"/></message></messages>',
            ),
            "same name",
        ),
        (
            minimal('<field type="float" name="x"/><field type="float" name="x"/>'),
            "two fields",
        ),
    ],
)
def test_what_is_wrong_with_a_dialect_is_said(xml: str, complaint: str) -> None:
    with pytest.raises(DialectError, match=complaint):
        load_dialect(xml)
