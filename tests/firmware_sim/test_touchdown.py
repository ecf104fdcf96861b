"""The verdict on a touchdown: what it stands on, and when it is final."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from firmware_sim.records import make
from firmware_sim.vehicle.state import Surface, VehicleState
from firmware_sim.vehicle.touchdown import STAND_NS, Ending, Outcome, OutcomeKind, judge
from gcs.clock import SECOND_NS
from gcs.config.parsing import parse_toml
from gcs.config.vehicle import VehicleFile, VehicleModel
from tests.helpers.standing import DECK_HEIGHT_M, Stand, moving_deck

VEHICLE = Path(__file__).parents[2] / "configs" / "vehicles" / "xzy1-hop.toml"
AT_NS = 125 * SECOND_NS


@pytest.fixture(scope="module")
def model() -> VehicleModel:
    file, problems = parse_toml(VEHICLE.name, VEHICLE.read_text(encoding="utf-8"), VehicleFile)
    assert file is not None, problems
    assert file.model is not None
    return file.model


@pytest.fixture
def vehicle() -> VehicleState:
    """Just down on the deck, softly."""
    v = make(VehicleState)
    v.contact.surface, v.contact.at_ns = int(Surface.DECK), AT_NS
    v.contact.vertical_speed_m_s, v.contact.lateral_speed_m_s = 1.2, 0.3
    v.contact.tilt_rad, v.contact.rate_rad_s = math.radians(1.0), math.radians(0.5)
    v.contact.miss_m, v.contact.propellant_kg = 2.0, 6_000.0
    v.contact.touching_now = 4
    return v


def verdict(v: VehicleState, model: VehicleModel, after_s: float = 60.0) -> Outcome:
    outcome = judge(v, model.touchdown, model.legs, AT_NS + round(after_s * SECOND_NS))
    assert outcome is not None
    return outcome


def test_before_contact_there_is_no_verdict(model: VehicleModel) -> None:
    assert judge(make(VehicleState), model.touchdown, model.legs, AT_NS) is None


def test_a_landing_is_provisional_for_a_minute_and_then_stable(
    vehicle: VehicleState, model: VehicleModel
) -> None:
    early, late = verdict(vehicle, model, 59.99), verdict(vehicle, model, 60.0)
    assert (early.kind, early.ending, early.final) == (OutcomeKind.LANDED, Ending.TOUCHED, False)
    assert (late.kind, late.ending, late.final) == (OutcomeKind.LANDED, Ending.STABLE, True)
    assert late.reason == "stands on the deck 60 s later"


def test_the_numbers_are_those_of_contact_and_of_the_standing_vehicle(
    vehicle: VehicleState, model: VehicleModel
) -> None:
    vehicle.contact.moved_m, vehicle.contact.deck_tilt_rad = 0.4, 0.01
    vehicle.legs[1].slid_m, vehicle.legs[3].crush_m = 0.5, 0.2
    outcome = judge(vehicle, model.touchdown, model.legs, AT_NS, start_ns=7)
    assert outcome is not None
    assert outcome.touchdown.at_ns == AT_NS + 7
    assert (outcome.touchdown.vertical_speed_m_s, outcome.touchdown.miss_m) == (1.2, 2.0)
    standing = outcome.standing
    assert (standing.moved_m, standing.slid_m, standing.crush_m) == (0.4, 0.5, 0.2)
    assert (standing.feet, standing.tilt_rad) == (4, 0.01)


def test_a_stable_landing_beyond_its_limits_says_so(
    vehicle: VehicleState, model: VehicleModel
) -> None:
    vehicle.contact.vertical_speed_m_s, vehicle.contact.miss_m = 3.4, 12.0
    outcome = verdict(vehicle, model)
    assert outcome.kind is OutcomeKind.LANDED
    assert outcome.reason == (
        "stands on the deck 60 s later; vertical speed 3.4 m/s, limit 3.0 m/s;"
        " miss 12.0 m, limit 10.0 m"
    )


@pytest.mark.parametrize(
    ("change", "ending", "reason"),
    [
        ({"over_edge": 1}, Ending.SLID, "went over the deck's edge"),
        ({"moved_m": 2.5}, Ending.SLID, "slid 2.5 m on the deck"),
        ({"fallen": 1, "fallen_ns": AT_NS + 9 * SECOND_NS}, Ending.TIPPED, "9.0 s after contact"),
        ({"touching_now": 2}, Ending.TIPPED, "rocks on 2 feet"),
    ],
)
def test_what_does_not_stand_is_lost(
    vehicle: VehicleState,
    model: VehicleModel,
    change: dict[str, float],
    ending: Ending,
    reason: str,
) -> None:
    for name, value in change.items():
        setattr(vehicle.contact, name, value)
    outcome = verdict(vehicle, model)
    assert (outcome.kind, outcome.ending, outcome.final) == (OutcomeKind.LOST, ending, True)
    assert reason in outcome.reason


def test_a_leg_without_stroke_left_is_crushed(vehicle: VehicleState, model: VehicleModel) -> None:
    vehicle.legs[2].crush_m = model.legs.stroke_m
    outcome = verdict(vehicle, model, 1.0)
    assert (outcome.ending, outcome.final) == (Ending.CRUSHED, True)
    assert outcome.reason == "used up a leg's stroke of 0.80 m"


@pytest.mark.parametrize(
    ("miss_m", "speed_m_s", "kind", "ending"),
    [
        (96.0, 2.0, OutcomeKind.DIVERTED, Ending.DIVERTED),
        (95.0, 2.0, OutcomeKind.LOST, Ending.MISSED),
        (200.0, 5.1, OutcomeKind.LOST, Ending.MISSED),
    ],
)
def test_water_is_a_divert_only_softly_and_outside_keep_out(
    vehicle: VehicleState,
    model: VehicleModel,
    miss_m: float,
    speed_m_s: float,
    kind: OutcomeKind,
    ending: Ending,
) -> None:
    c = vehicle.contact
    c.surface = int(Surface.WATER)
    c.miss_m, c.vertical_speed_m_s, c.lateral_speed_m_s = miss_m, speed_m_s, 0.0
    outcome = verdict(vehicle, model, 0.0)
    assert (outcome.kind, outcome.ending, outcome.final) == (kind, ending, True)


def test_the_pad_is_no_landing(vehicle: VehicleState, model: VehicleModel) -> None:
    vehicle.contact.surface = int(Surface.PAD)
    assert verdict(vehicle, model).kind is OutcomeKind.LOST


@pytest.mark.parametrize(
    ("down_m_s", "north_m_s", "ending"),
    [(1.0, 0.5, Ending.STABLE), (8.0, 0.0, Ending.CRUSHED), (0.5, 6.0, Ending.SLID)],
)
def test_what_the_legs_do_is_what_is_judged(
    model: VehicleModel, down_m_s: float, north_m_s: float, ending: Ending
) -> None:
    stand = Stand(model, move=moving_deck)
    stand.p.friction_dry = 0.1 if ending is Ending.SLID else 0.4
    stand.place((0.0, 0.0, -DECK_HEIGHT_M - 0.3), (0.2 + north_m_s, 0.0, down_m_s))
    stand.run(62.0)
    outcome = judge(stand.v, model.touchdown, model.legs, stand.now_ns)
    assert outcome is not None
    assert stand.now_ns - outcome.touchdown.at_ns >= STAND_NS
    assert outcome.ending is ending
