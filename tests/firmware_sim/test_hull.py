"""The hull's table is that of the barge it names, and is read as it is meant."""

from __future__ import annotations

import math
import tomllib

import numpy as np
import pytest
from pydantic import ValidationError

from firmware_sim.barge.hull import MOTIONS, SIGNS, Barge, solve
from firmware_sim.barge.response import HEAVE, PITCH, ROLL, SURGE, YAW, Table
from gcs.config.barge import HullFile
from gcs.config.loading import CONFIGS
from tests.helpers.ships import shipped_hull

PUBLISHED = {
    0.5: (0.799, 1.25, 0.995, 1.54),
    0.7: (0.347, 1.64, 1.012, 3.52),
    0.9: (0.189, 0.83, 0.930, 8.30),
    1.1: (0.097, 0.57, 0.468, 2.54),
}
"""Flat barge 91.44 x 30.48 x 3 m: head sea heave m/m, pitch deg/m; beam sea heave, roll."""
AHEAD, STARBOARD, ASTERN, PORT = 0.0, 0.5 * math.pi, math.pi, -0.5 * math.pi


def response(frequency_rad_s: float, from_rad: float) -> np.ndarray:
    table = Table(shipped_hull())
    return table.motion(np.array([frequency_rad_s]), np.array([from_rad]))[0]


def drift(frequency_rad_s: float, from_rad: float) -> np.ndarray:
    table = Table(shipped_hull())
    return table.drift(np.array([frequency_rad_s]), np.array([from_rad]))[0]


@pytest.mark.parametrize(("frequency", "values"), PUBLISHED.items())
def test_the_shipped_table_agrees_with_the_figures_of_the_flat_barge(
    frequency: float, values: tuple[float, ...]
) -> None:
    ahead, abeam = np.abs(response(frequency, AHEAD)), np.abs(response(frequency, STARBOARD))
    found = (ahead[HEAVE], np.degrees(ahead[PITCH]), abeam[HEAVE], np.degrees(abeam[ROLL]))
    assert found == pytest.approx(values, rel=0.04)


def test_very_long_waves_carry_the_ship_as_they_carry_water() -> None:
    long = response(0.2, AHEAD)
    assert long[HEAVE] == pytest.approx(1.0, abs=0.02)
    assert abs(long[SURGE]) == pytest.approx(1.0, abs=0.06)
    slope_rad_m = 0.2**2 / 9.80665
    assert abs(long[PITCH]) == pytest.approx(slope_rad_m, rel=0.05)


def test_the_bow_rises_as_a_crest_comes_toward_it() -> None:
    """Elevation cos(wt) amidships; a quarter of a period before, the crest is at the bow."""
    assert np.degrees(np.angle(response(0.3, AHEAD)[PITCH])) == pytest.approx(-90.0, abs=5.0)
    assert np.degrees(np.angle(response(0.3, ASTERN)[PITCH])) == pytest.approx(90.0, abs=5.0)


def test_the_ship_leans_away_from_a_crest_that_comes() -> None:
    """Starboard down is positive: a crest to starboard lifts starboard."""
    assert np.degrees(np.angle(response(0.3, STARBOARD)[ROLL])) == pytest.approx(90.0, abs=10.0)
    assert np.degrees(np.angle(response(0.3, PORT)[ROLL])) == pytest.approx(-90.0, abs=10.0)


@pytest.mark.parametrize("frequency", [0.4, 0.7, 0.9, 1.2])
def test_port_and_starboard_fore_and_aft_are_alike(frequency: float) -> None:
    mirrored = response(frequency, -0.7)
    sign = np.array([1, -1, 1, -1, 1, -1])
    assert mirrored == pytest.approx(sign * response(frequency, 0.7))
    abaft = response(frequency, math.pi - 0.7)
    assert abaft == pytest.approx(np.array([-1, 1, 1, 1, -1, -1]) * response(frequency, 0.7))


def test_rows_of_the_table_come_back() -> None:
    hull = shipped_hull()
    row, column = 4, 10
    heading = hull.heading[row]
    found = response(hull.frequencies_rad_s[column], math.radians(heading.from_deg))
    lag = math.radians(heading.yaw_lag_deg[column])
    assert found[YAW] == pytest.approx(
        math.radians(heading.yaw[column]) * complex(math.cos(lag), math.sin(lag))
    )


def test_waves_push_the_ship_where_they_go() -> None:
    assert drift(1.0, AHEAD)[0] < 0.0
    assert drift(1.0, ASTERN)[0] > 0.0
    assert drift(1.0, STARBOARD)[1] < 0.0
    assert drift(1.0, PORT)[1] > 0.0


def test_short_waves_are_reflected_by_the_whole_side() -> None:
    """Mean drift of total reflection: half rho g L (Maruo 1960)."""
    hull = shipped_hull()
    reflected = 0.5 * 1025.0 * 9.80665 * hull.length_m
    assert -drift(1.5, STARBOARD)[1] == pytest.approx(reflected, rel=0.1)


def test_a_wave_shorter_than_the_table_moves_nothing() -> None:
    assert not response(3.0, AHEAD).any()
    assert response(0.1, AHEAD) == pytest.approx(response(0.2, AHEAD))


def test_the_script_computes_what_ships() -> None:
    pytest.importorskip("capytaine", reason="needs the extra hydro: pip install 'landfall[hydro]'")
    frequencies, from_deg = np.array([0.7, 0.9, 1.1]), np.array([0.0, 90.0])
    dataset = solve(Barge(), frequencies, from_deg)
    for wave, angle in zip(np.pi - np.radians(from_deg), (AHEAD, STARBOARD), strict=True):
        found = dataset["rao"].sel(wave_direction=wave, method="nearest")
        for omega in frequencies:
            computed = SIGNS * found.sel(omega=omega, radiating_dof=list(MOTIONS)).values
            assert computed == pytest.approx(response(omega, angle), rel=0.03, abs=1e-4)


def broken(**change: object) -> str:
    text = (CONFIGS / "barges" / "flat-barge.toml").read_text(encoding="utf-8")
    with pytest.raises(ValidationError) as caught:
        HullFile.model_validate({**tomllib.loads(text), **change})
    return str(caught.value)


def test_an_incomplete_table_is_refused() -> None:
    hull = tomllib.loads((CONFIGS / "barges" / "flat-barge.toml").read_text(encoding="utf-8"))
    assert "expected 3 values a row" in broken(frequencies_rad_s=[0.2, 0.3, 0.4])
    assert "must be positive and rise" in broken(frequencies_rad_s=[0.3, 0.2])
    assert "from 0 to 90 or 180 deg" in broken(heading=hull["heading"][:-1])
    assert "must rise in from_deg" in broken(heading=hull["heading"][::-1])
