"""Other weather by command line: what it changes, and what it refuses."""

from __future__ import annotations

import math

import pytest

from firmware_sim.conditions import with_conditions, with_drawn_wind
from gcs.config.problems import ConfigError
from gcs.config.simulation import SimulationConfig
from tests.helpers.flights import small_mission

ALOFT = """
[[simulation.weather.aloft]]
altitude_m = 1000.0
speed_m_s = 12.0
direction = "270 deg"
"""


def changed(
    wind: str = "", sea_state: str = "", wave_heading: str = "", extra: str = ""
) -> SimulationConfig:
    mission = with_conditions(small_mission(extra), wind, sea_state, wave_heading)
    simulation = mission.config.simulation
    assert simulation is not None
    return simulation


def test_nothing_asked_changes_nothing() -> None:
    mission = small_mission()
    assert with_conditions(mission) is mission


def test_wind_keeps_the_ratio_of_gust_to_mean_and_what_is_aloft() -> None:
    weather = changed(wind="12 m/s", extra=ALOFT).weather
    assert weather.wind_speed_m_s == 12.0
    assert weather.wind_gust_m_s == pytest.approx(17.0)
    assert weather.aloft[0].speed_m_s == 12.0
    assert changed(wind="10 kt").weather.wind_speed_m_s == pytest.approx(5.144, abs=1e-3)


def test_a_sea_state_replaces_height_and_period() -> None:
    sea = changed(sea_state="5", extra="[simulation.sea]\nsignificant_wave_height_m = 0.3\n").sea
    assert (sea.state, sea.significant_wave_height_m, sea.peak_period_s) == (5, None, None)


def test_a_wave_heading_is_relative_to_the_bow_which_then_holds() -> None:
    simulation = changed(wave_heading="90 deg", extra="[simulation.sea]\ndirection = '30 deg'\n")
    assert simulation.barge.heading == pytest.approx(math.radians(30.0))
    assert simulation.sea.direction == pytest.approx(math.radians(120.0))


def test_what_means_nothing_is_refused_all_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        changed(wind="12", sea_state="7", wave_heading="90")
    texts = [str(problem) for problem in error.value.problems]
    assert [text.partition(":")[0] for text in texts] == ["--wind", "--sea-state", "--wave-heading"]
    assert 'expected an angle with its unit such as "90 deg"' in texts[2]


def test_a_drawn_wind_is_the_seeds_own_and_turns_what_is_aloft_along() -> None:
    mission = small_mission(ALOFT)
    drawn = [with_drawn_wind(mission, 12.0, seed).config.simulation for seed in range(200)]
    weathers = [simulation.weather for simulation in drawn if simulation is not None]
    speeds = [weather.wind_speed_m_s for weather in weathers]
    assert 0.0 <= min(speeds) < 0.5
    assert 11.5 < max(speeds) <= 12.0
    for weather in weathers:
        between = weather.aloft[0].direction - weather.wind_direction
        assert between == pytest.approx(math.radians(250.0))
        assert weather.wind_gust_m_s == pytest.approx(4 / 3 * weather.wind_speed_m_s)
    assert with_drawn_wind(mission, 12.0, 7).config == with_drawn_wind(mission, 12.0, 7).config
