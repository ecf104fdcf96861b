"""The deck moves as the sea and the hull's table say, and as one rigid body."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.barge.response import Table
from firmware_sim.barge.ship import step_ship
from firmware_sim.records import Floats, restore, save
from gcs.config.barge import MOTIONS
from gcs.config.simulation import SimulatedBarge, SimulatedSea
from tests.helpers.ships import (
    CYCLE_NS,
    DRIFT,
    HEAVE,
    PITCH,
    ROLL,
    TURN,
    WAVES,
    Voyage,
    set_sail,
    shipped_hull,
    simulation,
    spectrum_of,
)

THREE_HOURS_S = 3 * 3600.0


def in_sea(state: int, from_deg: float, seed: int = 1) -> Voyage:
    """Heading north, waves from an angle."""
    sea = SimulatedSea(state=state, direction=f"{from_deg} deg", current_m_s=0.0)
    return set_sail(simulation(sea=sea, barge=SimulatedBarge(heading="0 deg")), seed)


def expected_rms(config: SimulatedSea, from_rad: float) -> Floats:
    """Root of the integral of |response|^2 x spectrum x spreading over both."""
    period_s = 8.8
    w = np.linspace(0.5, 4.0, 1200) * 2.0 * math.pi / period_s
    angle = np.linspace(-math.pi, math.pi, 361)
    spreading = np.cos(0.5 * angle) ** (2.0 * config.spreading)
    spreading /= np.trapezoid(spreading, angle)
    grid_w, grid_angle = np.meshgrid(w, angle, indexing="ij")
    square = np.abs(Table(shipped_hull()).motion(grid_w, from_rad + grid_angle)) ** 2
    energy = spectrum_of(config, w)[:, None] * spreading
    total = np.trapezoid(np.trapezoid(square * energy[..., None], angle, axis=1), w, axis=0)
    return np.sqrt(total)


@pytest.mark.parametrize(
    ("from_deg", "moved"),
    [
        (0.0, ("surge", "heave", "pitch")),
        (45.0, ("surge", "sway", "heave", "roll", "pitch", "yaw")),
        (90.0, ("sway", "heave", "roll")),
    ],
)
def test_hours_of_deck_motion_have_the_rms_of_response_and_spectrum(
    from_deg: float, moved: tuple[str, ...]
) -> None:
    log = in_sea(4, from_deg).sail(THREE_HOURS_S, every_s=0.5)
    expected = expected_rms(SimulatedSea(state=4), math.radians(from_deg))
    for name in moved:
        i = MOTIONS.index(name)
        assert log[:, WAVES + i].std() == pytest.approx(expected[i], rel=0.05), name
    for column, name in ((HEAVE, "heave"), (ROLL, "roll"), (PITCH, "pitch")):
        if name in moved:
            i = MOTIONS.index(name)
            assert log[:, column].std() == pytest.approx(expected[i], rel=0.05), name


@pytest.mark.parametrize("state", [2, 3, 4])
def test_in_head_seas_the_deck_stays_inside_three_degrees(state: int) -> None:
    log = in_sea(state, 0.0).sail(1200.0, every_s=0.1)
    assert np.degrees(np.abs(log[:, [ROLL, PITCH]])).max() < 3.0


@pytest.mark.parametrize("state", [3, 4])
def test_in_beam_seas_roll_passes_three_degrees(state: int) -> None:
    log = in_sea(state, 90.0).sail(1200.0, every_s=0.1)
    assert np.degrees(np.abs(log[:, ROLL])).max() > 3.0


def test_head_seas_turn_the_bow_into_the_waves() -> None:
    sea = SimulatedSea(state=3, direction="230 deg")
    voyage = set_sail(simulation(sea=sea, barge=SimulatedBarge(heading="head seas")))
    assert math.degrees(voyage.p.heading_rad) == pytest.approx(230.0)
    assert np.degrees(np.abs(voyage.sail(600.0)[:, TURN])).max() < 2.0
    assert math.degrees(float(voyage.ship.deck.heading_rad)) == pytest.approx(230.0, abs=2.0)


def walk(voyage: Voyage, cycles: int) -> list[dict[str, Floats | float]]:
    """Copies of the deck, cycle by cycle."""
    decks = []
    for _ in range(cycles):
        voyage.cycle += 1
        step_ship(voyage.ship, voyage.p, voyage.faults, voyage.cycle * CYCLE_NS)
        deck = voyage.ship.deck
        decks.append({name: np.copy(deck[name]) for name in deck.dtype.names})  # type: ignore[attr-defined,index]
    return decks


def columns(decks: list[dict[str, Floats | float]], name: str) -> Floats:
    return np.array([deck[name] for deck in decks])


def slope(values: Floats) -> Floats:
    """Central differences at the inner points."""
    found: Floats = (values[2:] - values[:-2]) / (2e-9 * CYCLE_NS)
    return found


@pytest.mark.parametrize("from_deg", [20.0, 80.0, 200.0])
def test_velocity_and_rates_are_the_derivatives_of_the_pose(from_deg: float) -> None:
    decks = walk(in_sea(5, from_deg), 1500)
    pairs = [
        ("position_m", "velocity_m_s", 2e-3),
        ("velocity_m_s", "acceleration_m_s2", 2e-2),
        ("roll_rad", "roll_rate_rad_s", 2e-4),
        ("pitch_rad", "pitch_rate_rad_s", 2e-4),
        ("heave_m", "heave_rate_m_s", 2e-3),
        ("heave_rate_m_s", "heave_acceleration_m_s2", 2e-2),
    ]
    for value, rate, tolerance in pairs:
        error = np.abs(slope(columns(decks, value)) - columns(decks, rate)[1:-1]).max()
        assert error < tolerance, value


def test_angular_velocity_turns_the_deck_axes() -> None:
    decks = walk(in_sea(5, 60.0), 600)
    axes, rate = columns(decks, "ned_from_deck"), columns(decks, "rate_rad_s")
    turning = np.einsum("nij,nkj->nik", slope(axes), axes[1:-1])
    found = np.stack([turning[:, 2, 1], turning[:, 0, 2], turning[:, 1, 0]], axis=1)
    assert np.abs(found - rate[1:-1]).max() < 2e-4
    assert np.abs(np.einsum("nij,nkj->nik", axes, axes) - np.eye(3)).max() < 1e-12


def test_the_deck_axes_are_those_of_roll_pitch_and_heading() -> None:
    for deck in walk(in_sea(5, 60.0), 50):
        bow, starboard = deck["ned_from_deck"][:, 0], deck["ned_from_deck"][:, 1]  # type: ignore[index]
        assert -bow[2] == pytest.approx(math.sin(deck["pitch_rad"]))
        assert starboard[2] == pytest.approx(
            math.sin(deck["roll_rad"]) * math.cos(deck["pitch_rad"])
        )
        heading = math.atan2(bow[1], bow[0]) % (2.0 * math.pi)
        assert heading == pytest.approx(deck["heading_rad"])


def test_the_deck_lies_at_its_height_over_calm_water() -> None:
    voyage = set_sail(simulation(sea=SimulatedSea(state=0, current_m_s=0.0)))
    voyage.sail(10.0)
    assert voyage.ship.deck.position_m[2] == pytest.approx(-3.5, abs=1e-9)
    assert voyage.ship.deck.heave_m == pytest.approx(0.0, abs=1e-9)


def test_the_deck_is_wet_over_sea_state_three() -> None:
    assert not in_sea(3, 0.0).ship.deck.wet
    assert in_sea(4, 0.0).ship.deck.wet


def test_a_saved_ship_goes_on_bit_for_bit() -> None:
    voyage = in_sea(4, 30.0)
    voyage.sail(33.3)
    saved, cycle = save(voyage.ship), voyage.cycle
    voyage.sail(60.0)
    later = save(voyage.ship)
    restore(voyage.ship, saved)
    voyage.cycle = cycle
    voyage.sail(60.0)
    assert save(voyage.ship) == later


def test_the_same_seed_sails_the_same_voyage_however_time_is_cut() -> None:
    one, other = in_sea(3, 0.0, seed=9), in_sea(3, 0.0, seed=9)
    one.sail(30.0, every_s=30.0)
    other.sail(30.0, every_s=0.01)
    assert save(one.ship) == save(other.ship)
    assert save(in_sea(3, 0.0, seed=10).ship) != save(in_sea(3, 0.0, seed=9).ship)


def test_slow_drift_pushes_as_the_table_says_in_the_mean() -> None:
    """Newman's slow force has the mean that energy x mean force gives, and is no wave force."""
    voyage = in_sea(4, 90.0)
    p = voyage.p
    count = p.response.count
    root = p.response.drift[0, :count, 1]
    log = voyage.sail(7200.0)
    assert log[:, DRIFT].mean() == pytest.approx((root * np.abs(root)).sum(), rel=0.1)
    assert log[:, DRIFT].max() <= 0.0
