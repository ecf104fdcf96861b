"""Sea, wind and air are what was asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.barge import response
from firmware_sim.environment.atmosphere import density_kg_m3, pressure_pa
from firmware_sim.environment.harmonics import HarmonicGrid, Harmonics
from firmware_sim.environment.place import Place
from firmware_sim.environment.sea import SEA_STATES, jonswap, make_sea
from firmware_sim.environment.wind import height_factor, make_gusts, wind_from_north_m_s
from firmware_sim.scenario import make_scenario
from gcs.config.simulation import SimulatedSea, SimulatedWeather
from tests.helpers.flights import small_mission

SIX_HOURS_S = np.arange(0.0, 6 * 3600.0, 0.5)
SCENARIO = make_scenario(small_mission(), seed=1)


def elevation(sea_config: SimulatedSea, seed: int = 1) -> np.ndarray:
    sea = make_sea(sea_config, np.random.default_rng(seed))
    waves = sea.amplitudes_m * np.exp(1j * sea.phases_rad)
    return Harmonics(sea.frequencies_rad_s, waves[:, None]).at(SIX_HOURS_S)[:, 0]


@pytest.mark.parametrize("state", [2, 3, 4, 5])
def test_six_hours_of_sea_have_the_significant_height_asked_for(state: int) -> None:
    measured = 4.0 * elevation(SimulatedSea(state=state)).std()
    assert measured == pytest.approx(SEA_STATES[state][0], rel=0.03)


def test_the_sea_does_not_repeat_as_equally_spaced_components_would() -> None:
    z = elevation(SimulatedSea(components=200))
    repeat = round(644.0 / 0.5)
    assert abs(np.corrcoef(z[:2000], z[repeat : repeat + 2000])[0, 1]) < 0.5


def test_the_spectrum_peaks_at_the_peak_and_more_so_with_enhancement() -> None:
    w = np.linspace(0.3, 3.0, 2701)
    for enhancement in (1.0, 3.3, 7.0):
        assert w[np.argmax(jonswap(w, 0.84, enhancement))] == pytest.approx(0.84, abs=0.01)
    at_peak = np.array([0.84])
    ratio = jonswap(at_peak, 0.84, 3.3) / jonswap(at_peak, 0.84, 1.0)
    assert ratio[0] == pytest.approx(3.3)


def deck(state: int, direction_deg: float) -> np.ndarray:
    sea = make_sea(SimulatedSea(state=state, direction_deg=direction_deg), np.random.default_rng(3))
    hull = response.hull_motion(SCENARIO.barge_model, sea, 0.0)
    return hull.at(np.arange(0.0, 3600.0, 0.5))


@pytest.mark.parametrize("state", [2, 3, 4])
def test_in_head_seas_the_deck_stays_inside_three_degrees(state: int) -> None:
    motion = np.degrees(np.abs(deck(state, 0.0)))
    assert motion[:, response.PITCH].max() < 3.0
    assert motion[:, response.ROLL].max() < 0.01


def test_in_beam_seas_roll_passes_three_degrees_even_in_sea_state_three() -> None:
    assert np.degrees(np.abs(deck(3, 90.0)[:, response.ROLL])).max() > 3.0


def test_a_regular_wave_moves_the_deck_by_the_table() -> None:
    sea = make_sea(SimulatedSea(), np.random.default_rng(0))
    one = type(sea)(2.0, 9.0, 0.0, np.array([0.7]), np.array([1.0]), np.array([0.0]))
    hull = response.hull_motion(SCENARIO.barge_model, one, 0.0)
    motion = hull.at(np.arange(0.0, 2 * math.pi / 0.7, 0.001))
    assert motion[:, response.HEAVE].max() == pytest.approx(0.347, rel=1e-3)
    assert np.degrees(motion[:, response.PITCH]).max() == pytest.approx(1.64, rel=1e-3)


@pytest.mark.parametrize(
    ("value", "rate"),
    [
        (response.HEAVE, response.HEAVE_RATE),
        (response.HEAVE_RATE, response.HEAVE_ACCELERATION),
        (response.ROLL, response.ROLL_RATE),
        (response.PITCH, response.PITCH_RATE),
    ],
)
def test_every_rate_is_the_derivative_of_its_value(value: int, rate: int) -> None:
    sea = make_sea(SimulatedSea(direction_deg=45.0), np.random.default_rng(2))
    t = np.arange(0.0, 60.0, 0.01)
    motion = response.hull_motion(SCENARIO.barge_model, sea, 0.0).at(t)
    numeric = np.gradient(motion[:, value], t)[1:-1]
    assert np.abs(numeric - motion[1:-1, rate]).max() < 1e-3


def test_the_grid_holds_the_same_signals_as_the_formula() -> None:
    random = np.random.default_rng(5)
    harmonics = Harmonics(random.random(7), random.random((7, 2)) + 1j * random.random((7, 2)))
    grid = HarmonicGrid(harmonics, 20_000_000)
    for index in (0, 1, 63, 64, 5000, 3):
        assert grid.row(index) == pytest.approx(harmonics.at(np.array([index * 0.02]))[0].tolist())


def test_a_wind_from_the_north_blows_south() -> None:
    weather = SimulatedWeather(wind_speed_m_s=8.0, wind_direction_deg=0.0)
    assert wind_from_north_m_s(weather) == pytest.approx(-8.0)
    assert height_factor(10.0) == 1.0
    assert height_factor(100.0) > 1.0


def test_gusts_have_a_third_of_the_excess_as_rms() -> None:
    gusts = make_gusts(
        SimulatedWeather(wind_speed_m_s=6.0, wind_gust_m_s=9.0), np.random.default_rng(1)
    )
    assert gusts.at(SIX_HOURS_S).std() == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize(
    ("altitude_m", "pressure", "density"),
    [(0.0, 101_325.0, 1.2250), (1000.0, 89_876.0, 1.1117), (2500.0, 74_691.0, 0.9570)],
)
def test_air_is_the_standard_atmosphere(altitude_m: float, pressure: float, density: float) -> None:
    assert pressure_pa(altitude_m) == pytest.approx(pressure, rel=2e-4)
    assert density_kg_m3(altitude_m) == pytest.approx(density, rel=2e-4)


def test_a_minute_of_latitude_is_a_nautical_mile() -> None:
    latitude, longitude = Place(45.0, 10.0).at(1852.0, 0.0)
    assert (latitude - 45.0) * 60.0 == pytest.approx(1.0, rel=2e-3)
    assert longitude == 10.0
