"""Legs on the deck: what they bear, where they slip, when they crush, how the vehicle falls."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from firmware_sim.faults import FaultKind, arm
from firmware_sim.vehicle.contact import over, step_clamps
from firmware_sim.vehicle.legs import leg_parameters
from firmware_sim.vehicle.state import Surface
from gcs.config.barge import DeckConfig
from gcs.config.parsing import parse_toml
from gcs.config.simulation import PadStart
from gcs.config.vehicle import VehicleFile, VehicleModel
from tests.helpers.standing import (
    DECK_HEIGHT_M,
    G_M_S2,
    Stand,
    moving_deck,
    tilted_deck,
    tilting_deck,
)

VEHICLE = Path(__file__).parents[2] / "configs" / "vehicles" / "xzy1-hop.toml"
FOOT_M = 7.0 * math.sqrt(0.5)
"""Of each foot from the axes of the hull, north and east."""


@pytest.fixture(scope="module")
def model() -> VehicleModel:
    file, problems = parse_toml(VEHICLE.name, VEHICLE.read_text(encoding="utf-8"), VehicleFile)
    assert file is not None, problems
    assert file.model is not None
    return file.model


def dropped(
    model: VehicleModel, down_m_s: float, north_m_s: float = 0.0, height_m: float = 0.02
) -> Stand:
    stand = Stand(model)
    stand.place((0.0, 0.0, -DECK_HEIGHT_M - height_m), (north_m_s, 0.0, down_m_s))
    return stand


def test_at_rest_each_leg_bears_a_quarter_and_is_pressed_in_by_its_spring(
    model: VehicleModel,
) -> None:
    stand = dropped(model, 0.5)
    stand.run(8.0)
    share_n = 0.25 * stand.mass_kg * G_M_S2
    assert stand.loads_n == pytest.approx([share_n] * 4, rel=1e-5)
    compressions = [leg.compression_m for leg in stand.v.legs]
    assert compressions == pytest.approx([share_n / 1.5e6] * 4, rel=1e-5)
    assert [leg.crush_m for leg in stand.v.legs] == [0.0] * 4


def test_on_a_tilted_deck_it_leans_as_far_as_the_springs_let_it(model: VehicleModel) -> None:
    deck_rad = math.radians(3.0)
    stand = Stand(model, move=tilting_deck(deck_rad, 10.0))
    stand.run(20.0)
    lean_rad = stand.v.contact.deck_tilt_rad
    moment_n_m = stand.mass_kg * G_M_S2 * stand.cg_height_m * math.sin(deck_rad + lean_rad)
    assert lean_rad == pytest.approx(moment_n_m / (4.0 * 1.5e6 * FOOT_M**2), rel=0.01)
    uphill, downhill = stand.loads_n[stand.loads_n.argsort()][[0, 3]]
    assert 2.0 * (downhill - uphill) * FOOT_M == pytest.approx(moment_n_m, rel=0.01)


@pytest.mark.parametrize(("wet", "friction"), [(0, 0.10), (1, 0.07)])
@pytest.mark.parametrize("side", [-0.05, 0.05])
def test_it_slides_above_the_angle_of_friction_and_not_below(
    model: VehicleModel, wet: int, friction: float, side: float
) -> None:
    angle_rad = math.atan(friction * (1.0 + side))
    stand = Stand(model, move=tilting_deck(angle_rad, 20.0))
    stand.p.friction_dry, stand.p.friction_wet, stand.deck.wet = 0.10, 0.07, wet
    stand.run(22.0)
    before_m = stand.slid_m
    stand.run(8.0)
    if side < 0.0:
        assert stand.slid_m - before_m < 1e-6
    else:
        pull_m_s2 = G_M_S2 * (math.sin(angle_rad) - friction * math.cos(angle_rad))
        assert stand.slid_m - before_m > 0.5 * pull_m_s2 * 8.0**2


@pytest.mark.parametrize(("down_m_s", "north_m_s", "tilt_deg"), [(1.5, 0.0, 0.0), (3.0, 1.5, 4.0)])
def test_energy_never_grows_in_a_bounce(
    model: VehicleModel, down_m_s: float, north_m_s: float, tilt_deg: float
) -> None:
    stand = Stand(model)
    height_m = 0.02 + FOOT_M * math.sin(math.radians(tilt_deg))
    stand.place(
        (0.0, 0.0, -DECK_HEIGHT_M - height_m), (north_m_s, 0.0, down_m_s), math.radians(tilt_deg)
    )
    energies = []
    for _ in range(500):
        energies.append(stand.energy_j)
        stand.run(0.01)
    lost_j = energies[0] - energies[-1]
    assert lost_j > 0.5 * stand.mass_kg * down_m_s**2
    assert max(np.diff(energies)) < 1e-3 * lost_j


def test_the_momentum_that_the_body_gets_is_the_impulse_of_the_legs(model: VehicleModel) -> None:
    stand = dropped(model, 1.0)
    loads = []
    for _ in range(400):
        loads.append(stand.loads_n.sum())
        stand.run(0.01)
    gained = stand.mass_kg * (stand.velocity_ned_m_s[2] - 1.0 - G_M_S2 * 4.0)
    assert -np.trapezoid(loads, dx=0.01) == pytest.approx(gained, rel=2e-3)


def test_at_3_m_s_the_core_hardly_crushes_and_at_5_it_takes_the_rest(model: VehicleModel) -> None:
    soft, hard = dropped(model, 3.0), dropped(model, 5.0)
    soft.run(5.0)
    hard.run(5.0)
    assert max(leg.crush_m for leg in soft.v.legs) < 0.05
    # Work of four legs at their crush load, over the elastic 0.2 m and the crush together.
    braking_n = 4.0 * 300e3 - hard.mass_kg * G_M_S2
    travel_m = 0.5 * hard.mass_kg * 5.0**2 / braking_n
    crushed = [leg.crush_m for leg in hard.v.legs]
    assert crushed == pytest.approx([travel_m - 0.2] * 4, abs=0.03)
    sunk_m = hard.cg_ned_m[2] - soft.cg_ned_m[2]
    assert sunk_m == pytest.approx(crushed[0] - soft.v.legs[0].crush_m, abs=0.01)
    assert hard.loads_n == pytest.approx([0.25 * hard.mass_kg * G_M_S2] * 4, rel=1e-3)


def test_a_fall_uses_up_the_stroke_and_no_more(model: VehicleModel) -> None:
    stand = dropped(model, 8.0)
    stand.run(3.0)
    assert [leg.crush_m for leg in stand.v.legs] == pytest.approx([0.8] * 4)


def test_it_tips_over_its_feet_when_they_catch_at_an_excessive_lateral_speed(
    model: VehicleModel,
) -> None:
    slow, fast = dropped(model, 1.0, north_m_s=1.5), dropped(model, 1.0, north_m_s=9.0)
    for stand in (slow, fast):
        stand.p.friction_dry = 2.0
        stand.run(10.0)
    assert (slow.v.contact.fallen, slow.v.contact.touching_now) == (0, 4)
    assert fast.v.contact.fallen == 1
    assert over(fast.v)


def test_it_slides_to_a_stop_over_the_distance_that_friction_gives(model: VehicleModel) -> None:
    stand = dropped(model, 0.1, north_m_s=2.0, height_m=0.001)
    # So slippery that it sways many times before it stops.
    stand.p.friction_dry = 0.05
    stand.run(10.0)
    distance_m = 2.0**2 / (2.0 * 0.05 * G_M_S2)
    assert stand.v.contact.moved_m == pytest.approx(distance_m, rel=0.03)
    assert stand.slid_m == pytest.approx(distance_m, rel=0.03)


def test_beyond_the_deck_edge_there_is_nothing_to_stand_on(model: VehicleModel) -> None:
    stand = Stand(model)
    stand.place((0.0, 0.5 * 51.8 + 0.3, -DECK_HEIGHT_M - 0.02), (0.0, 0.0, 0.5))
    stand.run(20.0)
    assert stand.v.contact.surface == Surface.DECK
    assert (stand.v.contact.over_edge, stand.v.contact.fallen) == (1, 1)


def test_it_stands_still_for_a_minute_on_a_moving_deck(model: VehicleModel) -> None:
    stand = Stand(model, move=moving_deck)
    stand.place((0.0, 0.0, -DECK_HEIGHT_M - 0.3), (0.2, 0.3, 0.5))
    stand.run(10.0)
    at_m, slid_m = float(stand.v.contact.moved_m), stand.slid_m
    stand.run(60.0)
    assert stand.v.contact.touching_now == 4
    assert stand.slid_m - slid_m < 1e-3
    # What is left is the elastic sway of the feet's centre.
    assert abs(stand.v.contact.moved_m - at_m) < 0.01
    assert stand.cg_ned_m[0] == pytest.approx(0.2 * 70.0, abs=0.2)


def test_first_contact_is_told_relative_to_the_moving_deck(model: VehicleModel) -> None:
    stand = Stand(model, move=moving_deck)
    stand.place((2.0, 1.0, -DECK_HEIGHT_M - 0.6), (1.2, 0.0, 2.0), tilt_rad=math.radians(2.0))
    stand.run(1.0)
    contact, at_s = stand.v.contact, 1e-9 * stand.v.contact.at_ns
    fall_m_s = 2.0 + G_M_S2 * at_s
    heave_m_s = 2.0 * math.pi / 8.0 * math.cos(2.0 * math.pi / 8.0 * at_s)
    roll_rad_s = math.radians(3.0) * 2.0 * math.pi / 7.0 * math.cos(2.0 * math.pi / 7.0 * at_s)
    assert contact.surface == Surface.DECK
    # The deck comes up with its heave, and 1 m to starboard goes down with its roll.
    assert contact.vertical_speed_m_s == pytest.approx(fall_m_s + heave_m_s - roll_rad_s, abs=0.05)
    assert contact.lateral_speed_m_s == pytest.approx(1.0, abs=0.05)
    assert contact.rate_rad_s == pytest.approx(roll_rad_s, abs=0.002)
    assert contact.miss_m == pytest.approx(math.hypot(2.0 + 1.0 * at_s, 1.0), abs=0.05)
    roll_rad = math.radians(3.0) * math.sin(2.0 * math.pi / 7.0 * at_s)
    tilt = math.acos(math.cos(math.radians(2.0)) * math.cos(roll_rad))
    assert contact.tilt_rad == pytest.approx(tilt, abs=1e-3)


def test_the_sea_beside_the_deck_ends_the_flight_where_it_is_met(model: VehicleModel) -> None:
    stand = Stand(model)
    stand.place((0.0, 120.0, -2.0), (0.5, 0.0, 3.0))
    stand.run(2.0)
    contact = stand.v.contact
    assert (contact.surface, contact.touching_now) == (Surface.WATER, 0)
    assert contact.vertical_speed_m_s == pytest.approx(
        math.sqrt(3.0**2 + 2 * G_M_S2 * 2.0), abs=0.02
    )
    assert contact.lateral_speed_m_s == pytest.approx(0.5, abs=0.01)
    assert contact.miss_m == pytest.approx(120.0, abs=0.1)
    assert over(stand.v)


def test_a_leg_that_does_not_lock_bears_nothing(model: VehicleModel) -> None:
    stand = dropped(model, 0.5)
    arm(stand.faults.leg[2], FaultKind.OFF, 0)
    stand.run(0.3)
    assert stand.v.legs[2].folded == 1
    assert stand.loads_n[2] == 0.0
    assert stand.loads_n.sum() > 0.0


def test_with_legs_folded_the_hull_itself_falls_on_the_deck(model: VehicleModel) -> None:
    stand = dropped(model, 0.5)
    stand.v.leg_extension = 0.5
    stand.run(3.0)
    assert (stand.v.contact.surface, stand.v.contact.fallen) == (Surface.DECK, 1)


def test_a_steep_deck_is_no_place_to_stand(model: VehicleModel) -> None:
    stand = Stand(model, move=tilted_deck(math.radians(30.0)))
    stand.p.friction_dry = 2.0
    stand.place((0.0, 0.0, -DECK_HEIGHT_M - 3.0))
    stand.run(20.0)
    assert stand.v.contact.fallen == 1


def test_far_from_all_surfaces_there_is_no_contact(model: VehicleModel) -> None:
    stand = Stand(model)
    stand.place((0.0, 0.0, -5_000.0))
    stand.v.out.altitude_m = 5_010.0
    stand.run(1.0)
    assert stand.velocity_ned_m_s[2] == pytest.approx(G_M_S2, rel=1e-9)


def test_clamps_let_go_when_released_and_carried(model: VehicleModel) -> None:
    stand = Stand(model)
    stand.v.held = 1
    stand.v.out.mass_kg, stand.v.out.thrust_n = 57_000.0, 500e3
    step_clamps(stand.v, 1)
    assert stand.v.held == 1
    stand.v.out.thrust_n = 600e3
    step_clamps(stand.v, 0)
    assert stand.v.held == 1
    step_clamps(stand.v, 1)
    assert stand.v.held == 0


def test_it_comes_down_on_its_own_pad_as_on_a_level_floor(model: VehicleModel) -> None:
    stand = Stand(model)
    deck = DeckConfig(length_m=91.4, width_m=51.8, height_m=DECK_HEIGHT_M)
    stand.p = leg_parameters(model, deck, stand.p.site, PadStart(north_m=-700.0, height_m=2.0))
    stand.p.earth.rate_rad_s = 0.0
    stand.place((-700.0, 3.0, -DECK_HEIGHT_M - 2.0 - 0.02), (0.0, 0.0, 0.5))
    stand.run(8.0)
    assert stand.v.contact.surface == Surface.PAD
    assert stand.loads_n == pytest.approx([0.25 * stand.mass_kg * G_M_S2] * 4, rel=1e-3)
