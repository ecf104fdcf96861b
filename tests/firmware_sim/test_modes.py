"""The kernels decide by the same tables as Python, and the dialect names the same modes."""

from __future__ import annotations

import itertools
from pathlib import Path
from xml.etree import ElementTree

import pytest

from firmware_sim.flight_software.modes import (
    ACCEPTED_IN,
    FOLLOWS,
    IN_FLIGHT,
    NEVER_NS,
    ON_PAD,
    POWERED_DESCENT,
    STANDING,
    TOO_EARLY_IN,
    Command,
    FlightMode,
    follow_wait_ns,
    in_flight,
    in_powered_descent,
    on_pad,
    standing,
)

DIALECT = Path(__file__).parents[2] / "configs" / "mavlink" / "landfall.xml"
M = FlightMode


def test_kernels_and_tables_agree_on_who_follows_whom() -> None:
    for mine, theirs in itertools.product(M, M):
        assert follow_wait_ns(int(mine), int(theirs)) == FOLLOWS.get((mine, theirs), NEVER_NS)


def test_kernels_and_sets_agree_on_every_mode() -> None:
    for mode in M:
        assert in_flight(int(mode)) == (mode in IN_FLIGHT)
        assert on_pad(int(mode)) == (mode in ON_PAD)
        assert in_powered_descent(int(mode)) == (mode in POWERED_DESCENT)
        assert standing(int(mode)) == (mode in STANDING)


def test_a_stage_that_stands_takes_no_command() -> None:
    assert not any(STANDING & modes for modes in ACCEPTED_IN.values())


def test_the_dialect_has_the_same_modes() -> None:
    entries = ElementTree.parse(DIALECT).findall(".//enum[@name='LANDFALL_FLIGHT_MODE']/entry")
    named = {entry.attrib["name"]: int(entry.attrib["value"]) for entry in entries}
    assert named == {f"LANDFALL_FLIGHT_MODE_{mode.name}": int(mode) for mode in M}


@pytest.mark.parametrize("command", [Command.DIVERT, Command.ABORT])
def test_an_entry_can_be_diverted(command: Command) -> None:
    assert M.ENTRY in ACCEPTED_IN[command]


def test_a_commit_in_an_entry_is_too_early() -> None:
    assert M.ENTRY in TOO_EARLY_IN[Command.LANDING_COMMIT]
    assert M.ENTRY not in ACCEPTED_IN[Command.LANDING_COMMIT]
