"""Whole flights of the cargo vehicle, from burnout to the deck or to open water beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from firmware_sim.core import Core
from firmware_sim.flight_software.entering import EntryStage
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flying import Flight, fly
from firmware_sim.scenario import make_scenario
from firmware_sim.vehicle.touchdown import OutcomeKind
from gcs.config.loading import load_mission
from tests.helpers.vehicles import vehicle_model

MISSION = Path(__file__).parents[2] / "configs" / "missions" / "xzy1-cargo.toml"
MODEL = vehicle_model("xzy1-cargo")
LIFT_OFF_TO_BURNOUT_S = 540.0


@pytest.fixture(scope="module")
def flight() -> Flight:
    """Committed, as by a station with every criterion GO."""
    return fly(make_scenario(load_mission(MISSION), 7))


def test_it_lands_on_the_deck_and_stands(flight: Flight) -> None:
    outcome, limits = flight.outcome, MODEL.touchdown
    assert outcome is not None
    assert outcome.ending == "stable", outcome
    touchdown = outcome.touchdown
    assert touchdown.miss_m < 2.0
    assert touchdown.vertical_speed_m_s < limits.vertical_speed_m_s
    assert touchdown.lateral_speed_m_s < limits.lateral_speed_m_s
    assert np.degrees(touchdown.tilt_rad) < limits.tilt_deg
    assert touchdown.propellant_kg > MODEL.propellant.reserve_kg


def test_it_takes_less_than_an_hour_from_lift_off(flight: Flight) -> None:
    assert flight.outcome is not None
    at_s = LIFT_OFF_TO_BURNOUT_S + 1e-9 * flight.outcome.touchdown.at_ns
    assert 30 * 60 < at_s < 60 * 60


def test_the_entry_is_as_gentle_as_the_concept_asks() -> None:
    core = Core(make_scenario(load_mission(MISSION), 7))
    vehicle, entry = core.state.vehicle, core.state.computers[0].cargo.entry
    load_m_s2, heat_w_m2 = 0.0, 0.0
    while entry.stage != EntryStage.FLIP:
        core.run(100)
        load_m_s2 = max(load_m_s2, float(np.linalg.norm(vehicle.out.specific_force_m_s2)))
        heat_w_m2 = max(heat_w_m2, float(vehicle.out.heat_flux_w_m2))
    assert 3.0 < load_m_s2 / 9.80665 < 4.5
    assert heat_w_m2 == pytest.approx(0.75e6, rel=0.05)
    assert vehicle.cold_gas_kg > 0.5 * MODEL.cold_gas.gas_kg
    assert vehicle.out.altitude_m == pytest.approx(5000.0, abs=200.0)
    assert np.linalg.norm(vehicle.out.velocity_ned_m_s) == pytest.approx(97.0, abs=10.0)


def test_without_a_commit_it_comes_down_in_open_water() -> None:
    outcome = fly(make_scenario(load_mission(MISSION), 8), commit=False, trace=False).outcome
    assert outcome is not None
    assert outcome.kind is OutcomeKind.DIVERTED, outcome
    assert outcome.touchdown.miss_m > MODEL.touchdown.keep_out_m


def test_the_three_computers_bank_the_same_way() -> None:
    """They predict on their own navigation; none may turn alone for longer than a period."""
    core = Core(make_scenario(load_mission(MISSION), 9))
    apart, entries = 0, [computer.cargo.entry for computer in core.state.computers]
    while core.mode is not FlightMode.ENTRY:
        core.run(100)
    while all(entry.stage == EntryStage.BANK for entry in entries):
        core.run(100)
        apart += len({float(entry.sign) for entry in entries}) > 1
    assert apart <= 4
