"""The wind is the forecast's by height, and gusts have the spectrum and strength asked for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from firmware_sim.environment.air import (
    Air,
    AirParameters,
    air_parameters,
    make_air,
    mean_wind,
    step_air,
    turbulence,
)
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, make, restore, save
from firmware_sim.vehicle.state import VehicleOutputs
from gcs.config.simulation import SimulatedWeather, WindAloft

STEP_NS = 10_000_000
SAMPLES = 1 << 20
AIRSPEED_M_S = 60.0


def weather(**values: Any) -> SimulatedWeather:
    return SimulatedWeather(**values)


def aloft_row(**values: Any) -> WindAloft:
    return WindAloft(**values)


def wind_at(p: AirParameters, altitude_m: float) -> tuple[Floats, Floats]:
    wind, gradient = np.empty(3), np.empty(3)
    mean_wind(p, altitude_m, wind, gradient)
    return wind, gradient


@kernel
def blow(air: Air, p: AirParameters, out: VehicleOutputs, gusts: Floats) -> None:
    """The gusts of successive cycles, one a row."""
    for i in range(gusts.shape[0]):
        step_air(air, p, out, i * STEP_NS)
        for j in range(3):
            gusts[i, j] = air.gust_ned_m_s[j]


def gusts_at(
    altitude_m: float,
    samples: int = SAMPLES,
    seed: int = 1,
    airspeed_m_s: float = AIRSPEED_M_S,
    direction: str = "180 deg",
) -> Floats:
    """Along north, east and down, one row a cycle; the wind blows north by default."""
    p = air_parameters(weather(wind_speed_m_s=6.0, wind_gust_m_s=9.0, wind_direction=direction))
    air, out = make(Air), make(VehicleOutputs)
    make_air(air, seed)
    out.altitude_m, out.airspeed_m_s = altitude_m, airspeed_m_s
    gusts = np.empty((samples, 3))
    blow(air, p, out, gusts)
    return gusts


def test_a_wind_from_the_north_blows_south_and_grows_with_height() -> None:
    p = air_parameters(weather(wind_speed_m_s=8.0, wind_direction="0 deg"))
    assert wind_at(p, 10.0)[0] == pytest.approx((-8.0, 0.0, 0.0))
    assert wind_at(p, 100.0)[0][0] == pytest.approx(-8.0 * 10.0**0.11)
    assert wind_at(p, 9000.0)[0][0] == pytest.approx(-8.0 * 100.0**0.11)


def test_between_rows_aloft_components_are_linear() -> None:
    aloft = (
        aloft_row(altitude_m=1000.0, speed_m_s=10.0, direction="90 deg"),
        aloft_row(altitude_m=2000.0, speed_m_s=20.0, direction="180 deg"),
    )
    p = air_parameters(weather(wind_speed_m_s=4.0, wind_direction="0 deg", aloft=aloft))
    assert wind_at(p, 5.0)[0] == pytest.approx((-4.0, 0.0, 0.0))
    assert wind_at(p, 505.0)[0] == pytest.approx((-2.0, -5.0, 0.0))
    assert wind_at(p, 1500.0)[0] == pytest.approx((10.0, -5.0, 0.0), abs=1e-9)
    assert wind_at(p, 30e3)[0] == pytest.approx((20.0, 0.0, 0.0), abs=1e-9)


@pytest.mark.parametrize("altitude_m", [5.0, 50.0, 700.0, 1500.0, 5000.0])
def test_the_gradient_is_the_slope_of_the_wind(altitude_m: float) -> None:
    aloft = (aloft_row(altitude_m=2000.0, speed_m_s=30.0, direction="115 deg"),)
    for rows in ((), aloft):
        p = air_parameters(weather(aloft=rows))
        rise = wind_at(p, altitude_m + 0.1)[0] - wind_at(p, altitude_m - 0.1)[0]
        assert wind_at(p, altitude_m)[1] == pytest.approx(rise / 0.2, rel=1e-3, abs=1e-9)


def test_as_many_rows_as_a_mission_may_have_fit() -> None:
    aloft = tuple(
        aloft_row(altitude_m=100.0 * i, speed_m_s=1.0, direction="0 deg") for i in range(1, 61)
    )
    assert air_parameters(weather(aloft=aloft)).rows == 61
    with pytest.raises(ValueError, match="at most 60 items"):
        weather(aloft=(*aloft, aloft_row(altitude_m=9e3, speed_m_s=1.0, direction="0 deg")))


def test_scale_lengths_and_intensities_are_those_of_the_specification() -> None:
    """MIL-F-8785C, figures 10 and 11: at 10 ft, 500 ft, 1000 ft; and from 2000 ft on."""
    feet = 0.3048
    horizontal, vertical, level, upright = turbulence(500 * feet)
    assert horizontal / feet == pytest.approx(500 / (0.177 + 0.4115) ** 1.2)
    assert vertical / feet == pytest.approx(500)
    assert (level, upright) == pytest.approx((1.0, (0.177 + 0.4115) ** 0.4))
    assert turbulence(1000 * feet) == pytest.approx((1000 * feet, 1000 * feet, 1.0, 1.0))
    assert turbulence(1500 * feet)[:2] == pytest.approx((1375 * feet, 1375 * feet))
    assert turbulence(5000 * feet) == pytest.approx((1750 * feet, 1750 * feet, 1.0, 1.0))
    assert turbulence(25_000.0)[2:] == (0.0, 0.0)


@pytest.mark.parametrize("altitude_m", [60.0, 5000.0])
def test_gusts_have_a_third_of_the_excess_as_rms(altitude_m: float) -> None:
    level, upright = turbulence(altitude_m)[2:]
    expected = np.array([level, level, upright])
    assert gusts_at(altitude_m).std(axis=0) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("altitude_m", [60.0, 5000.0])
def test_gusts_have_the_dryden_spectrum(altitude_m: float) -> None:
    """Averaged periodograms against MIL-F-8785C, 3.7.1.2, two-sided, within 10 %."""
    gusts = gusts_at(altitude_m)
    horizontal, vertical, level, upright = turbulence(altitude_m)
    length, dt = 1 << 14, 1e-9 * STEP_NS
    pieces = gusts.reshape(-1, length, 3) * np.hanning(length)[None, :, None]
    power = (np.abs(np.fft.rfft(pieces, axis=1)) ** 2).mean(axis=0)
    power *= dt / (np.hanning(length) ** 2).sum() / (2.0 * math.pi)
    omega = 2.0 * math.pi * np.fft.rfftfreq(length, dt)
    for low, high in ((0.1, 0.5), (0.5, 2.0), (2.0, 8.0)):
        band = (omega > low) & (omega < high)
        for column, scale, sigma in (
            (0, horizontal, level),
            (1, horizontal, level),
            (2, vertical, upright),
        ):
            t = scale / AIRSPEED_M_S * omega[band]
            shape = 2.0 / (1.0 + t**2) if column == 0 else (1.0 + 3.0 * t**2) / (1.0 + t**2) ** 2
            density = sigma**2 * scale / AIRSPEED_M_S / (2.0 * math.pi) * shape
            assert power[band, column].sum() == pytest.approx(density.sum(), rel=0.1)


def test_gusts_are_exact_however_far_apart_they_are_asked_for() -> None:
    """Correlations from cycle to cycle with a cycle as long as the filters' time constants:
    exp(-1) along, (1 - 1/2) exp(-1) across and down, and no wider than over short cycles.
    """
    horizontal_m = turbulence(5000.0)[0]
    gusts = gusts_at(5000.0, 1 << 18, airspeed_m_s=horizontal_m / (1e-9 * STEP_NS))
    correlation = (gusts[1:] * gusts[:-1]).mean(axis=0)
    expected = np.array([1.0, 0.5, 0.5]) * math.exp(-1.0)
    assert correlation == pytest.approx(expected, abs=0.01)
    assert gusts.std(axis=0) == pytest.approx(np.ones(3), rel=0.01)


def test_gusts_turn_with_the_wind() -> None:
    north, east = gusts_at(200.0, 100), gusts_at(200.0, 100, direction="270 deg")
    assert east[:, 1] == pytest.approx(north[:, 0])
    assert east[:, 0] == pytest.approx(-north[:, 1])
    assert east[:, 2] == pytest.approx(north[:, 2])


def test_a_steady_forecast_brings_no_gusts() -> None:
    p = air_parameters(weather(wind_speed_m_s=6.0, wind_gust_m_s=6.0, wind_direction="0 deg"))
    air, out = make(Air), make(VehicleOutputs)
    make_air(air, 1)
    step_air(air, p, out, 0)
    assert air.gust_ned_m_s == pytest.approx(np.zeros(3))
    assert air.wind_ned_m_s[0] < 0.0


def test_gusts_go_on_bit_for_bit_from_a_saved_record() -> None:
    p = air_parameters(weather())
    air, other, out = make(Air), make(Air), make(VehicleOutputs)
    make_air(air, 5)
    out.altitude_m, out.airspeed_m_s = 300.0, 40.0
    first, again = np.empty((50, 3)), np.empty((50, 3))
    blow(air, p, out, first)
    restore(other, save(air))
    blow(air, p, out, first)
    blow(other, p, out, again)
    assert first.tobytes() == again.tobytes()
    assert gusts_at(300.0, 50, seed=5).tobytes() != gusts_at(300.0, 50, seed=6).tobytes()
