"""The standard atmosphere is that of the tables, and of an independent integration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from ambiance import Atmosphere

from firmware_sim.environment.atmosphere import atmosphere

# US Standard Atmosphere 1976, tables I: geometric height, m; temperature, K; pressure, Pa;
# density, kg/m3; speed of sound, m/s.
TABLE = (
    (-2000.0, 301.154, 1.27783e5, 1.4782, 347.89),
    (0.0, 288.150, 1.01325e5, 1.2250, 340.29),
    (2500.0, 271.906, 7.4692e4, 9.5695e-1, 330.56),
    (5000.0, 255.676, 5.4048e4, 7.3643e-1, 320.55),
    (10000.0, 223.252, 2.6500e4, 4.1351e-1, 299.53),
    (15000.0, 216.650, 1.2112e4, 1.9476e-1, 295.07),
    (20000.0, 216.650, 5.5293e3, 8.8910e-2, 295.07),
    (30000.0, 226.509, 1.1970e3, 1.8410e-2, 301.71),
    (40000.0, 250.350, 2.8714e2, 3.9957e-3, 317.19),
    (50000.0, 270.650, 7.9779e1, 1.0269e-3, 329.80),
    (60000.0, 247.021, 2.1959e1, 3.0968e-4, 315.07),
    (70000.0, 219.585, 5.2209, 8.2829e-5, 297.06),
    (80000.0, 198.639, 1.0525, 1.8458e-5, 282.54),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0] / 1000:g} km")
def test_is_the_published_table_to_its_last_digit(row: tuple[float, ...]) -> None:
    altitude_m, temperature, pressure, density, sound = row
    computed = atmosphere(altitude_m)
    assert computed[0] == pytest.approx(pressure, rel=6e-5)
    assert computed[1] == pytest.approx(density, rel=6e-5)
    assert computed[2] == pytest.approx(temperature, abs=2e-3)
    assert computed[3] == pytest.approx(sound, abs=1e-2)


def test_is_that_of_another_implementation_at_every_height() -> None:
    heights_m = np.linspace(-4900.0, 80_000.0, 850)
    other = Atmosphere(heights_m)
    columns = (other.pressure, other.density, other.temperature, other.speed_of_sound)
    ours = np.array([atmosphere(height) for height in heights_m.tolist()])
    for column, values in enumerate(columns):
        assert ours[:, column] == pytest.approx(values, rel=3e-6)


def test_is_in_hydrostatic_balance_over_every_layer() -> None:
    """dp/dz = -density g, with g falling with height as the standard has it."""
    for altitude_m in np.arange(500.0, 86_000.0, 250.0):
        gravity = 9.80665 * (6_356_766.0 / (6_356_766.0 + altitude_m)) ** 2
        slope = (atmosphere(altitude_m + 0.5)[0] - atmosphere(altitude_m - 0.5)[0]) / 1.0
        assert slope == pytest.approx(-atmosphere(altitude_m)[1] * gravity, rel=1e-4)


def test_thin_air_balances_to_two_parts_in_a_hundred() -> None:
    for altitude_m in np.arange(86_500.0, 120_000.0, 500.0):
        gravity = 9.80665 * (6_356_766.0 / (6_356_766.0 + altitude_m)) ** 2
        slope = (atmosphere(altitude_m + 50.0)[0] - atmosphere(altitude_m - 50.0)[0]) / 100.0
        assert slope == pytest.approx(-atmosphere(altitude_m)[1] * gravity, rel=0.03)


@pytest.mark.parametrize(
    ("altitude_m", "pressure", "density"),
    [(100e3, 3.2011e-2, 5.604e-7), (150e3, 4.5422e-4, 2.076e-9), (200e3, 8.4736e-5, 2.541e-10)],
)
def test_thin_air_is_that_of_the_table(altitude_m: float, pressure: float, density: float) -> None:
    assert atmosphere(altitude_m)[:2] == pytest.approx((pressure, density), rel=1e-9)


def test_nothing_jumps_and_everything_thins() -> None:
    heights = np.arange(-5000.0, 1_000_000.0, 100.0)
    logs = np.log([atmosphere(height)[:2] for height in heights])
    steps = np.diff(logs, axis=0)
    assert (steps < 0.0).all()
    assert steps.min() > -0.025
    temperatures = np.array([atmosphere(height)[2] for height in heights])
    assert np.abs(np.diff(temperatures)).max() < 1.6


def test_heights_beyond_both_ends_are_still_air() -> None:
    for altitude_m in (-50_000.0, 2e6, 1e8):
        assert all(math.isfinite(value) and value > 0.0 for value in atmosphere(altitude_m))
