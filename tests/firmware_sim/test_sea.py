"""The sea is the one that was asked for, for hours, and never the same twice."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.environment.sea import SEA_STATES, Sea, elevation_m, make_sea
from firmware_sim.environment.spectrum import jonswap, spread_angle
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, save
from gcs.config.simulation import SimulatedSea
from tests.helpers.ships import spectrum_of

STEP_S = 0.5
SAMPLES = round(6 * 3600 / STEP_S)


@kernel
def _record(sea: Sea, step_ns: int, out: Floats) -> None:
    for i in range(len(out)):
        out[i] = elevation_m(sea, 0.0, 0.0, i * step_ns)


def six_hours(config: SimulatedSea, seed: int = 1) -> Floats:
    out = np.zeros(SAMPLES)
    _record(make_sea(config, seed), round(STEP_S * 1e9), out)
    return out


@pytest.mark.parametrize("state", [1, 2, 3, 4, 5, 6])
def test_the_components_have_the_energy_of_the_significant_height_exactly(state: int) -> None:
    sea = make_sea(SimulatedSea(state=state), 3)
    variance = 0.5 * float((sea.amplitude_m**2).sum())
    assert 4.0 * math.sqrt(variance) == pytest.approx(SEA_STATES[state][0], rel=1e-12)


@pytest.mark.parametrize("state", [2, 3, 4, 5])
@pytest.mark.parametrize("seed", [1, 2])
def test_six_hours_of_sea_have_the_significant_height_asked_for(state: int, seed: int) -> None:
    measured = 4.0 * six_hours(SimulatedSea(state=state), seed).std()
    assert measured == pytest.approx(SEA_STATES[state][0], rel=0.03)


@pytest.mark.parametrize("enhancement", [1.0, 3.3, 7.0])
def test_six_hours_of_sea_have_the_spectrum_asked_for(enhancement: float) -> None:
    config = SimulatedSea(state=4, peak_enhancement=enhancement)
    z = six_hours(config)
    power = np.abs(np.fft.rfft(z)) ** 2
    w = 2.0 * math.pi * np.fft.rfftfreq(SAMPLES, STEP_S)
    inside = (w > 0.5 * 2.0 * math.pi / 8.8) & (w < 4.0 * 2.0 * math.pi / 8.8)
    measured = power[inside] / power[inside].sum()
    asked = spectrum_of(config, w[inside])
    asked = asked / asked.sum()
    assert np.abs(np.cumsum(measured) - np.cumsum(asked)).max() < 0.03
    assert (measured @ w[inside]) == pytest.approx(asked @ w[inside], rel=0.03)


def test_six_hours_never_repeat() -> None:
    z = six_hours(SimulatedSea(components=200))
    length = round(1000 / STEP_S)
    first = z[:length] / np.sqrt(np.sum(z[:length] ** 2))
    spread = np.fft.irfft(np.fft.rfft(z, 2 * SAMPLES) * np.conj(np.fft.rfft(first, 2 * SAMPLES)))
    energy = np.cumsum(np.concatenate(([0.0], z**2)))
    lags = np.arange(round(300 / STEP_S), SAMPLES - length)
    likeness = spread[lags] / np.sqrt(energy[lags + length] - energy[lags])
    assert np.abs(likeness).max() < 0.7


def test_the_spectrum_peaks_at_the_peak_and_more_so_with_enhancement() -> None:
    w = np.linspace(0.3, 3.0, 2701)
    for enhancement in (1.0, 3.3, 7.0):
        assert w[np.argmax(jonswap(w, 0.84, enhancement))] == pytest.approx(0.84, abs=0.01)
    at_peak = np.array([0.84])
    ratio = jonswap(at_peak, 0.84, 3.3) / jonswap(at_peak, 0.84, 1.0)
    assert ratio[0] == pytest.approx(3.3)


@pytest.mark.parametrize("exponent", [2.0, 10.0, 25.0, 100.0])
def test_directions_spread_as_asked(exponent: float) -> None:
    """The mean cosine of cos^2s(angle / 2) is s / (s + 1)."""
    angle = spread_angle((np.arange(10_000) + 0.5) / 10_000, exponent)
    assert np.cos(angle).mean() == pytest.approx(exponent / (exponent + 1.0), abs=1e-3)
    assert angle.mean() == pytest.approx(0.0, abs=1e-3)


def test_the_energy_comes_from_the_direction_asked_for() -> None:
    sea = make_sea(SimulatedSea(state=4, direction="70 deg", spreading=25.0), 5)
    energy = sea.amplitude_m**2 / float((sea.amplitude_m**2).sum())
    mean = math.atan2(energy @ np.sin(sea.from_rad), energy @ np.cos(sea.from_rad))
    assert math.degrees(mean) == pytest.approx(70.0, abs=1.0)
    concentration = math.hypot(energy @ np.sin(sea.from_rad), energy @ np.cos(sea.from_rad))
    assert concentration == pytest.approx(25.0 / 26.0, abs=0.01)


def test_without_spreading_crests_are_long() -> None:
    sea = make_sea(SimulatedSea(state=4, direction="0 deg", spreading=0.0), 5)
    here = elevation_m(sea, 30.0, 0.0, 7 * 10**9)
    assert elevation_m(sea, 30.0, 500.0, 7 * 10**9) == pytest.approx(here, abs=1e-9)


def test_waves_travel_away_from_where_they_come_from() -> None:
    sea = make_sea(SimulatedSea(direction="0 deg", spreading=0.0), 1)
    sea.count = 1
    period_s = 2.0 * math.pi / float(sea.frequency_rad_s[0])
    length_m = 9.80665 * period_s**2 / (2.0 * math.pi)
    upstream = elevation_m(sea, 0.0, 0.0, 0)
    later = elevation_m(sea, -0.25 * length_m, 0.0, round(0.25 * period_s * 1e9))
    assert later == pytest.approx(upstream, abs=1e-9)


def test_the_same_seed_draws_the_same_sea() -> None:
    config = SimulatedSea(state=3)
    assert save(make_sea(config, 4)) == save(make_sea(config, 4))
    assert save(make_sea(config, 4)) != save(make_sea(config, 5))


def test_the_past_can_be_looked_at() -> None:
    sea = make_sea(SimulatedSea(state=3), 1)
    assert math.isfinite(elevation_m(sea, 0.0, 0.0, -1_200_000_000_000))
