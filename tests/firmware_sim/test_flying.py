"""Flights without a station, from the command line: a line, a table, a picture, a campaign."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from firmware_sim.cli import app
from firmware_sim.flying import Flight, fly
from firmware_sim.scenario import make_scenario
from firmware_sim.tracing import COLUMNS
from firmware_sim.vehicle.touchdown import Ending, OutcomeKind
from gcs.config.loading import CONFIGS
from tests.helpers.flights import small_mission

HOP = str(CONFIGS / "missions/xzy1-hop.toml")


@pytest.fixture(scope="module")
def hop() -> Flight:
    return fly(make_scenario(small_mission(), 7))


def test_a_committed_hop_stands_a_minute_later(hop: Flight) -> None:
    assert hop.outcome is not None
    assert hop.outcome.final
    assert hop.outcome.ending is Ending.STABLE
    assert hop.column("time_s")[-1] > 180.0


def test_the_trace_is_the_hop_that_was_flown(hop: Flight) -> None:
    """Apogee and duration within 5 % of 2.5 km and 125 s."""
    assert hop.column("height_m").max() == pytest.approx(2500.0, rel=0.05)
    airborne = hop.column("time_s")[hop.column("engines_running") > 0.0]
    assert airborne[-1] == pytest.approx(125.0, rel=0.05)
    assert hop.column("relative_north_m")[-1] == pytest.approx(0.0, abs=3.0)
    assert np.isfinite(hop.rows).all()


def test_the_table_counts_from_lift_off_and_never_back(hop: Flight) -> None:
    times_s = hop.column("time_s")
    assert (np.diff(times_s) > 0.0).all()
    assert times_s[0] == pytest.approx(-3.0, abs=0.5)
    assert hop.outcome is not None
    touched_s = hop.mission_time_s(hop.outcome.touchdown.at_ns)
    bearing = times_s[hop.column("leg_load_n") > 0.0]
    assert touched_s == pytest.approx(bearing[0], abs=0.2)


def test_without_a_commit_it_splashes_down_beside() -> None:
    flight = fly(make_scenario(small_mission(), 7), commit=False, trace=False)
    assert flight.outcome is not None
    assert flight.outcome.kind is OutcomeKind.DIVERTED
    assert flight.outcome.touchdown.miss_m > 95.0


def test_fly_prints_the_touchdown_and_leaves_a_table_and_a_picture(tmp_path: Path) -> None:
    table, picture = tmp_path / "out.csv", tmp_path / "out.png"
    done = CliRunner().invoke(
        app, ["fly", HOP, "--seed", "7", "--csv", str(table), "--plot", str(picture)]
    )
    assert done.exit_code == 0, done.output
    assert done.output.startswith("landed: stands on the deck 60 s later; vertical")
    rows = list(csv.reader(table.read_text(encoding="utf-8").splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 50_000


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["fly", HOP, "--plot", "flight.txt"], "--plot: expected a name that ends in .png"),
        (["fly", HOP, "--csv", "/nowhere/flight.csv"], "--csv: cannot write /nowhere/flight.csv"),
        (["campaign", HOP, "--csv", "/nowhere/seeds.csv"], "--csv: cannot write"),
        (["fly", HOP, "--wind", "61 m/s"], "--wind: expected at most 60 m/s, got '61 m/s'"),
        (["campaign", HOP, "--winds-to", "61 m/s"], "--winds-to: expected at most 60 m/s"),
        (["run", HOP, "--stop-after", "nan"], "--stop-after: expected seconds from 0, got nan"),
        (["run", HOP, "--stop-after", "-1"], "--stop-after: expected seconds from 0, got -1.0"),
        (["predict", HOP, "/nowhere/falling.json"], "falling.json: cannot read: No such file"),
    ],
)
def test_what_cannot_be_done_is_said_before_the_flight(wrong: list[str], said: str) -> None:
    done = CliRunner().invoke(app, wrong)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"firmware-sim: {said}")


def test_a_campaign_counts_endings_and_spreads(tmp_path: Path) -> None:
    table = tmp_path / "seeds.csv"
    done = CliRunner().invoke(
        app, ["campaign", HOP, "--seeds", "0:2", "--jobs", "1", "--csv", str(table)]
    )
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "2 flights: 2 stable"
    assert lines[2].startswith("miss, m")
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    assert [row["seed"] for row in rows] == ["0", "1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", "-1"], "--seed: expected a whole number from 0, got -1"),
        (["--wave-heading", "90"], "--wave-heading: expected an angle with its unit"),
        (["--wind", "strong"], "--wind: expected a speed with its unit"),
        (["--sea-state", "9"], "--sea-state: expected a WMO sea state from 0 to 6"),
    ],
)
def test_a_bad_option_is_one_sentence_and_exit_2(arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["fly", HOP, *arguments])
    assert done.exit_code == 2
    assert words in done.output
    assert len(done.output.strip().splitlines()) == 1


def test_an_unknown_fault_is_a_sentence_with_file_and_key(tmp_path: Path) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text('[[fault]]\nat = "70 s"\ntarget = "engine.10"\nkind = "off"\n')
    done = CliRunner().invoke(app, ["fly", HOP, "--faults", str(faults)])
    assert done.exit_code == 2
    assert "faults.toml: fault[0].target: no part, link or publisher is called" in done.output


def test_a_fault_of_the_timeline_comes_true(tmp_path: Path) -> None:
    """The one engine that there is fails at relight: it falls into the water beside."""
    faults = tmp_path / "faults.toml"
    faults.write_text('[[fault]]\nat = "65 s"\ntarget = "engine.0"\nkind = "off"\n')
    done = CliRunner().invoke(app, ["fly", HOP, "--faults", str(faults)])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("lost: met the water")
