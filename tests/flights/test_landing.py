"""The demo as a user runs it: real processes, real bytes, faster than real time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flights.flying import Flight, fly
from tests.helpers.commands import gcs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def landing(directory: Path) -> Flight:
    return fly(directory)


def test_the_hop_lands_and_exits_0(landing: Flight) -> None:
    assert landing.ended.exit_code == 0
    assert landing.ended.err == ""
    assert "outcome  landed (exit 0)\n" in landing.ended.out
    # The simulator's own word, which knows the truth; that it stands is said a minute later.
    assert "landed: touched down on the deck; " in landing.ended.out


def test_the_commit_is_verified_by_two_flight_computers(landing: Flight) -> None:
    (commit,) = (
        line
        for line in landing.ended.out.splitlines()
        if line.startswith("command ") and "landing_commit: VERIFIED, echoed by " in line
    )
    echoes = commit.partition("echoed by ")[2].split(", ")
    assert len(set(echoes)) >= 2
    assert set(echoes) <= {"fc_a", "fc_b", "fc_c"}


def test_every_part_is_a_process_of_its_own(landing: Flight) -> None:
    commands = [" ".join(process.command) for process in landing.descending]
    parts = ("gcs.cli demo", "gcs.cli station", "gcs.links.broker", "firmware_sim.cli run")
    assert len(commands) == len(parts)
    for part in parts:
        assert sum(part in command for command in commands) == 1


def test_the_console_holds_nothing_that_decides_or_records(landing: Flight) -> None:
    holders = [p for p in landing.descending if landing.recording in p.files]
    assert [" ".join(p.command[:4]).endswith("gcs.cli station") for p in holders] == [True]


def test_the_recording_decides_the_same_again(landing: Flight) -> None:
    verified = gcs("replay", landing.recording, "--verify")
    assert verified.exit_code == 0
    assert verified.out.startswith("identical: all ")
    assert f"recording  {landing.recording}\n" in landing.ended.out


def test_nothing_is_left_behind(landing: Flight) -> None:
    assert landing.left_behind == ()
