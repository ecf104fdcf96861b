"""A Falcon 9-like stage against real descents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from firmware_sim.flying import Flight
from firmware_sim.scenario import make_scenario
from firmware_sim.webcast import (
    Webcast,
    first_moment,
    fly_from,
    landing_burn,
    last_moment,
    load_webcast,
    report,
    speeds_at,
    start_at,
    told_speeds_at,
)
from gcs.config.loading import load_mission
from gcs.config.problems import ConfigError
from tests.helpers.data import shared_data

MISSIONS = Path(__file__).parents[2] / "configs" / "missions"
ALTITUDES_M = 1000.0 * np.array([20, 17, 15, 12, 10, 8, 6, 5, 4, 3, 2, 1.5, 1])
DESCENT_FROM_S = 575.5
"""FormoSat-5's first stage comes into view again."""
TOUCHDOWN_S = 647.5
"""By extrapolation, to about a second."""


@pytest.fixture(scope="module")
def formosat() -> Flight:
    moment = first_moment(load_webcast(shared_data("falcon9/FormoSat-5.json")), DESCENT_FROM_S)
    return fly_from(make_scenario(load_mission(MISSIONS / "falcon9-like.toml"), 1), moment)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"time_s": [1, 2]}',
        '{"time_s": [1, 2], "speed_m_s": [1, 2], "altitude_km": [1]}',
        '{"time_s": [1], "speed_m_s": [1], "altitude_km": [1]}',
        '{"time_s": [2, 1], "speed_m_s": [1, 2], "altitude_km": [1, 1]}',
        '{"time_s": [1, 2], "speed_m_s": [1, NaN], "altitude_km": [1, 1]}',
    ],
)
def test_a_file_of_another_kind_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "told.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"told\.json: .*expected"):
        load_webcast(path)


def test_no_moment_lies_after_the_end_or_where_too_little_is_told() -> None:
    told = Webcast(np.array([0.0, 60.0]), np.array([300.0, 300.0]), np.array([9e3, 8e3]))
    with pytest.raises(ValueError, match=r"the webcast ends at T\+60 s, before 61 s"):
        first_moment(told, 61.0)
    with pytest.raises(ValueError, match="tells too little"):
        first_moment(told, 0.0)


def test_the_state_at_27_km_follows_from_the_webcast() -> None:
    moment = first_moment(load_webcast(shared_data("falcon9/FormoSat-5.json")), DESCENT_FROM_S)
    assert moment.altitude_m == pytest.approx(27_600.0, abs=50.0)
    assert moment.speed_m_s == pytest.approx(894.4, abs=0.1)
    assert np.degrees(moment.path_angle_rad) == pytest.approx(-71.0, abs=1.0)


def test_the_mission_starts_from_that_state() -> None:
    start = load_mission(MISSIONS / "falcon9-like.toml").config.simulation
    assert start is not None
    moment = first_moment(load_webcast(shared_data("falcon9/FormoSat-5.json")), DESCENT_FROM_S)
    begun = start_at(make_scenario(load_mission(MISSIONS / "falcon9-like.toml"), 1), moment)
    written, solved = start.start.model_dump(), begun.simulation.start.model_dump()
    assert written["altitude_m"] == pytest.approx(solved["altitude_m"], abs=1.0)
    assert written["path_angle"] == pytest.approx(solved["path_angle"], abs=2e-3)
    assert written["range_to_go_m"] == pytest.approx(solved["range_to_go_m"], abs=100.0)


def test_the_landing_burn_begins_where_real_ones_do(formosat: Flight) -> None:
    burn = landing_burn(formosat)
    assert 290.0 <= burn.speed_m_s <= 315.0
    assert 3900.0 <= burn.altitude_m <= 4600.0
    assert 28.0 <= burn.to_touchdown_s <= 32.0


def test_speed_over_altitude_is_that_of_the_real_stage_from_20_to_1_km(
    formosat: Flight, record_property: Callable[[str, object], None]
) -> None:
    real = told_speeds_at(load_webcast(shared_data("falcon9/FormoSat-5.json")), ALTITUDES_M)
    error = speeds_at(formosat, ALTITUDES_M) / real - 1.0
    record_property("ours over the real speed, %", np.round(100.0 * error, 1).tolist())
    assert np.max(np.abs(error)) < 0.10


def test_it_touches_down_when_the_real_one_did_and_stands(formosat: Flight) -> None:
    assert formosat.outcome is not None
    assert formosat.outcome.kind.value == "landed"
    burn = landing_burn(formosat)
    assert DESCENT_FROM_S + burn.touchdown_s == pytest.approx(TOUCHDOWN_S, abs=3.0)


def test_what_follows_bulgariasats_last_state_is_told_as_a_prediction(
    record_property: Callable[[str, object], None],
) -> None:
    moment = last_moment(load_webcast(shared_data("falcon9/BulgariaSat-1.json")))
    flight = fly_from(make_scenario(load_mission(MISSIONS / "falcon9-like.toml"), 1), moment)
    lines = list(report("BulgariaSat-1", moment, flight))
    record_property("prediction", lines)
    assert moment.speed_m_s == pytest.approx(1606.4, abs=0.1)
    assert lines[1].startswith("predicted thrust onset: ")
    assert lines[2].startswith("predicted touchdown: ")
    burn = landing_burn(flight)
    assert 250.0 < burn.speed_m_s < 330.0
    assert 25.0 < burn.to_touchdown_s < 35.0


def test_a_flight_that_starts_from_a_pad_has_no_moment() -> None:
    scenario = make_scenario(load_mission(MISSIONS / "xzy1-hop.toml"), 1)
    moment = last_moment(load_webcast(shared_data("falcon9/BulgariaSat-1.json")))
    with pytest.raises(ConfigError, match="expected a start in flight"):
        start_at(scenario, moment)
