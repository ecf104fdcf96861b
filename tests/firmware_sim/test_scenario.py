"""A mission that cannot be simulated says all that it lacks, by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_sim.scenario import make_scenario
from gcs.config.loading import load_mission
from gcs.config.problems import ConfigError
from tests.helpers.flights import CONFIGS, mission_texts

FLIGHT = """
[simulation.start]
kind = "flight"
source = "a test"
after_lift_off = "151 s"
range_to_go_m = 423000.0
bearing = "137 deg"
altitude_m = 58800.0
speed_m_s = 2020.0
path_angle = "26.5 deg"
"""


def problems(texts: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        make_scenario(load_mission(Path("mission.toml"), texts), seed=1)
    return [str(problem) for problem in caught.value.problems]


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
    ("old", "new", "key", "expected"),
    [
        ("dry_kg = 30000.0", "dry_kg = 60000.0", "model", "mass.dry_kg lies above mass.wet_kg"),
        ("wet_kg = 57000.0", "wet_kg = 77000.0", "model", "do not add up to mass.wet_kg"),
        ("load_kg = 5870.0", "load_kg = 9870.0", "model", "do not add up to mass.wet_kg"),
        ("thrust_sea_level_n = 690e3", "thrust_sea_level_n = 900e3", "model.engine", "in vacuum"),
        ("isp_vacuum_s = 310.0", "isp_vacuum_s = -310.0", "model.engine.isp_vacuum_s", "than 0"),
        ("isp_vacuum_s = 310.0", "isp_vacuum_s = 330.0", "model.engine", "must be the same flow"),
        ("minimum_throttle = 0.45", "minimum_throttle = 1.2", "model.engine.minimum_throttle", "1"),
        ("exit_area_m2 = 0.60", "exit_area_m2 = 0.9", "model.engine", "expected F_sl"),
        ("starts = 3", "starts = 3\nlanding = [4]", "model.engine", "there is no engine 4"),
        ("aim_offset_m = 130.0", "aim_offset_m = 90.0", "model", "outside touchdown.keep_out_m"),
        ("reserve_kg = 1500.0", "reserve_kg = 28000.0", "model", "must be below"),
        ("mass_kg = 200.0", "mass_kg = 40000.0", "model", "cargo.mass_kg is part of mass.dry_kg"),
        ("thrust_vacuum_n = 751e3", "thrust_vacuum_n = inf", "model.engine.thrust_vacuum_n", "fin"),
        ("hover_height_m = 25.0", "hover_m = 25.0", "model.profile.hover_m", "unknown key"),
        ("mass_kg = 200.0", "mass_kg = 200.0\nvolume_m3 = 900.0", "model", "fit into the hull"),
        ("bottom_m = 10.5", "bottom_m = 25.0", "model", "propellant.fuel lies beyond"),
        ("dry_cg_height_m = 10.3", "dry_cg_height_m = 103.0", "model", "lies beyond body.length_m"),
        ("starts = 3", "starts = 3\nring_radius_m = 3.0", "model", "lies beyond half"),
        ("starts = 3", "starts = 3\nlanding = []", "model.engine.landing", "must not be empty"),
        ("starts = 3", "starts = 3\nlanding = [0, 0]", "model.engine", "named twice"),
        ('deploy = "4 s"', 'deploy = "-4 s"', "model.legs.deploy", "0"),
        (
            "[model.sensors]",
            '[model.sensors]\ngnss_latency = "2 s"',
            "model.sensors",
            "gnss_latency",
        ),
        ("mach = 1.0", "mach = 0.0", "model.aerodynamics", "rise in mach"),
        ("friction_wet = 0.25", 'friction_wet = "slick"', "model.legs.friction_wet", "number"),
    ],
)
def test_an_impossible_vehicle_is_refused_in_a_sentence(
    old: str, new: str, key: str, expected: str
) -> None:
    texts = mission_texts()
    assert old in texts["vehicle.toml"]
    texts["vehicle.toml"] = texts["vehicle.toml"].replace(old, new, 1)
    told = next(line for line in problems(texts) if line.startswith(f"vehicle.toml: {key}: "))
    assert expected in told


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[simulation.sea]\nstate = 9\n", "simulation.sea.state"),
        ('[simulation.sea]\ndirection = "90"\n', "simulation.sea.direction"),
        ("[simulation.sea]\ndirection = 90.0\n", "simulation.sea.direction"),
        ("[simulation.sea]\ncomponents = 50\n", "simulation.sea.components"),
        ("[simulation.weather]\nwind_speed_m_s = nan\n", "simulation.weather.wind_speed_m_s"),
        ("[simulation.wether]\n", "simulation.wether"),
        ('[simulation.barge]\nhistory = "20"\n', "simulation.barge.history"),
        ('[simulation.barge]\nheading = "north"\n', "simulation.barge.heading"),
        (
            '[[simulation.weather.aloft]]\naltitude_m = 0\nspeed_m_s = 9\ndirection = "0 deg"\n',
            "simulation.weather.aloft[0].altitude_m",
        ),
        ('[simulation.beacon]\nlatency = "1 s"\n', "simulation.beacon"),
        ('[simulation.barge]\nhistory = "-20 s"\n', "simulation.barge.history"),
        ('[simulation.start]\nkind = "orbit"\n', "simulation.start"),
        (FLIGHT.replace("2020.0", "-2020.0"), "simulation.start.speed_m_s"),
        (FLIGHT.replace('"26.5 deg"', "26.5"), "simulation.start.path_angle"),
        (FLIGHT + "speed = 3.0\n", "simulation.start.speed"),
    ],
)
def test_an_impossible_simulation_is_refused_in_a_sentence(text: str, key: str) -> None:
    (told,) = problems(mission_texts(text))
    assert told.startswith(f"mission.toml: {key}: ")


def test_a_wave_heading_without_a_unit_is_told_what_to_write() -> None:
    (told,) = problems(mission_texts("[simulation.sea]\ndirection = 90.0\n"))
    assert 'expected an angle with its unit such as "90 deg", got 90.0' in told


def test_unknown_faults_are_refused_with_the_mission() -> None:
    texts = mission_texts()
    mission = load_mission(Path("mission.toml"), texts)
    with pytest.raises(ConfigError) as caught:
        make_scenario(mission, seed=1, faults=Path("nowhere.toml"))
    assert [problem.file for problem in caught.value.problems] == ["nowhere.toml"]


def test_faults_of_a_file_come_with_the_scenario(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('[[fault]]\nat = "T+70 s"\ntarget = "engine.0"\nkind = "off"\n')
    mission = load_mission(Path("mission.toml"), mission_texts())
    scenario = make_scenario(mission, seed=1, faults=file)
    assert [fault.target for fault in scenario.faults.fault] == ["engine.0"]


@pytest.mark.parametrize("path", sorted((CONFIGS / "missions").glob("xzy1-*.toml")))
def test_every_mission_of_ours_can_be_simulated(path: Path) -> None:
    scenario = make_scenario(load_mission(path), seed=1)
    assert len(scenario.units) == 3
