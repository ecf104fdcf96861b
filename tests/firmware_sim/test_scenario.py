"""A mission that cannot be simulated says all that it lacks, by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_sim.scenario import make_scenario
from gcs.config.loading import load_mission
from gcs.config.parsing import parse_toml
from gcs.config.problems import ConfigError
from gcs.config.vehicle import VehicleFile
from tests.helpers.flights import mission_texts, small_mission

VEHICLE = mission_texts()["vehicle.toml"]


def problems(texts: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        make_scenario(load_mission(Path("mission.toml"), texts), seed=1)
    return [str(problem) for problem in caught.value.problems]


def test_streams_of_random_numbers_are_independent_and_repeat() -> None:
    one, again = make_scenario(small_mission(), 3), make_scenario(small_mission(), 3)
    assert one.random("sea").random() == again.random("sea").random()
    assert one.random("sea").random() != one.random("gusts").random()


def test_everything_that_is_missing_is_told_at_once() -> None:
    texts = mission_texts(computers=2)
    texts["mission.toml"] = texts["mission.toml"].split("[simulation]")[0]
    texts["vehicle.toml"] = 'id = "v"\ntitle = "v"\n'
    told = problems(texts)
    assert "mission.toml: simulation: expected a table: the simulator needs it" in told
    assert "vehicle.toml: model: expected a table to simulate" in told
    assert any(line.startswith("mission.toml: source: expected 3") for line in told)


def test_a_deck_smaller_than_the_legs_is_refused() -> None:
    texts = mission_texts()
    texts["barge.toml"] = texts["barge.toml"].replace("width_m = 51.8", "width_m = 12.0")
    assert problems(texts) == [
        "barge.toml: deck: the deck is smaller than the vehicle's legs, 14 m"
    ]


def test_an_unknown_barge_source_is_named() -> None:
    told = problems(mission_texts('barge_source = "ship"\n'))
    assert told == [
        "mission.toml: simulation.barge_source: no barge source with a link is called 'ship'"
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("dry_kg = 30000.0", "dry_kg = 60000.0", "does not lift"),
        ("isp_vacuum_s = 310.0", "isp_vacuum_s = -310.0", "greater than 0"),
        ("minimum_throttle = 0.45", "minimum_throttle = 1.2", "less than 1"),
        ("isp_vacuum_s = 310.0", "isp_vacuum_s = 330.0", "must be the same flow"),
        ("exit_area_m2 = 0.60", "exit_area_m2 = 0.9", "expected F_sl"),
        ("aim_offset_m = 130.0", "aim_offset_m = 90.0", "outside touchdown.keep_out_m"),
        ("reserve_kg = 1500.0", "reserve_kg = 28000.0", "must be below"),
        ("thrust_vacuum_n = 751e3", "thrust_vacuum_n = inf", "finite"),
    ],
)
def test_an_impossible_vehicle_is_refused_with_a_reason(old: str, new: str, expected: str) -> None:
    assert old in VEHICLE
    _, found = parse_toml("v.toml", VEHICLE.replace(old, new), VehicleFile)
    assert len(found) == 1
    assert expected in found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "[simulation.sea]\nstate = 9\n",
        '[simulation.sea]\ndirection_deg = "0"\n',
        "[simulation.sea]\ncomponents = 50\n",
        "[simulation.weather]\nwind_speed_m_s = nan\n",
        "[simulation.wether]\n",
        '[simulation.barge]\nhistory = "20"\n',
    ],
)
def test_an_impossible_simulation_is_refused(text: str) -> None:
    assert len(problems(mission_texts(text))) == 1
