"""Whole hops: the commit rule, the three computers, the touchdown."""

from __future__ import annotations

import math

import pytest

from firmware_sim.flight_software.modes import FlightMode as M
from firmware_sim.vehicle.state import FUEL, OXIDIZER, EnginePhase
from firmware_sim.vehicle.touchdown import OutcomeKind
from firmware_sim.world import Truth, World
from tests.helpers.flights import LINKS, SECOND_NS, Pilot, launched, small_mission

DECK_M = 3.5
CALM = "[simulation.weather]\nwind_speed_m_s = 0.0\nwind_gust_m_s = 0.0\n"
ROUGH = (
    "[simulation.sea]\nstate = 4\n"
    "[simulation.weather]\nwind_speed_m_s = 12.0\nwind_gust_m_s = 16.0\nwind_direction = '{} deg'\n"
)


def up_m(truth: Truth) -> float:
    """Height of the feet over the nominal deck plane."""
    return -float(truth.vehicle.out.feet_ned_m[2]) - DECK_M


def climb_m_s(truth: Truth) -> float:
    return -float(truth.vehicle.out.velocity_ned_m_s[2])


def down(truth: Truth) -> bool:
    return truth.outcome is not None


def descending(truth: Truth) -> bool:
    return truth.modes[0] is M.DESCENT


def flown(pilot: Pilot, commit: bool = True, wait_s: float = 5.0) -> Truth:
    pilot.run_until(descending)
    pilot.run(wait_s)
    if commit:
        pilot.send("LANDING_COMMIT", 12)
    pilot.run_until(down)
    return pilot.run(2.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_committed_hop_lands_on_the_deck(seed: int) -> None:
    truth = flown(launched(World(small_mission(), seed)))
    outcome = truth.outcome
    assert outcome is not None
    assert outcome.kind is OutcomeKind.LANDED
    assert outcome.touchdown.vertical_speed_m_s < 2.0
    assert outcome.touchdown.miss_m < 3.0
    assert truth.modes == (M.LANDED,) * 3
    assert truth.vehicle.engines[0].phase == EnginePhase.OFF


@pytest.mark.parametrize("wind_from_deg", [0, 180])
def test_it_lands_at_the_limits_of_wind_and_sea(wind_from_deg: int) -> None:
    truth = flown(launched(World(small_mission(ROUGH.format(wind_from_deg)), 4)), wait_s=20.0)
    assert truth.outcome is not None
    assert truth.outcome.kind is OutcomeKind.LANDED, truth.outcome


def test_the_hop_is_the_one_that_was_flown() -> None:
    pilot = launched(World(small_mission(CALM), 1))
    lift_off = pilot.run_until(lambda t: not t.vehicle.held).now_ns
    cutoff = pilot.run_until(lambda t: t.modes[0] is M.COAST)
    apogee_m = up_m(pilot.run_until(lambda t: climb_m_s(t) < 0.0))
    relight = pilot.run_until(descending)
    falling_m_s = -climb_m_s(relight)
    pilot.send("LANDING_COMMIT", 12)
    touchdown = pilot.run_until(down)
    times = [(t.now_ns - lift_off) / SECOND_NS for t in (cutoff, relight, touchdown)]
    assert apogee_m == pytest.approx(2500.0, rel=0.05)
    assert times == pytest.approx([57.0, 72.0, 125.5], rel=0.05)
    assert falling_m_s == pytest.approx(95.0, abs=3.0)


def test_without_a_commit_it_goes_into_open_water() -> None:
    pilot = launched(World(small_mission(), 2))
    truth = flown(pilot, commit=False)
    assert truth.outcome is not None
    assert truth.outcome.kind is OutcomeKind.DIVERTED
    assert truth.modes == (M.DOWN,) * 3
    assert truth.outcome.touchdown.miss_m > 120.0
    texts = [p.value("text") for link in LINKS for p in pilot.packets(link, "STATUSTEXT")]
    assert "no landing commit: open water" in texts


def test_before_a_commit_the_engine_off_impact_stays_outside_keep_out() -> None:
    pilot = launched(World(small_mission(), 5))
    pilot.run_until(lambda t: not t.vehicle.held)
    while True:
        truth = pilot.run(0.5)
        if truth.outcome is not None:
            break
        climb, height = climb_m_s(truth), max(up_m(truth) + DECK_M, 0.0)
        fall_s = (climb + math.sqrt(climb**2 + 2 * 9.81 * height)) / 9.81
        place, speed = truth.vehicle.out.feet_ned_m, truth.vehicle.out.velocity_ned_m_s
        assert math.hypot(*(place + speed * fall_s)[:2]) > 95.0


def test_a_divert_after_the_commit_goes_back_beside() -> None:
    pilot = launched(World(small_mission(), 3))
    pilot.run_until(descending)
    pilot.run(5.0)
    pilot.send("LANDING_COMMIT", 12)
    pilot.run_until(lambda t: up_m(t) < 60.0)
    pilot.send("DIVERT", 13)
    truth = pilot.run_until(down)
    assert truth.outcome is not None
    assert truth.outcome.kind is OutcomeKind.DIVERTED


def test_in_the_final_descent_a_divert_is_denied_and_it_lands() -> None:
    pilot = launched(World(small_mission(), 3))
    pilot.run_until(descending)
    pilot.send("LANDING_COMMIT", 12)
    pilot.run_until(lambda t: up_m(t) < 15.0)
    pilot.send("DIVERT", 13)
    truth = pilot.run_until(down)
    assert truth.outcome is not None
    assert truth.outcome.kind is OutcomeKind.LANDED
    assert pilot.packets("fc_a", "COMMAND_ACK")[-1].value("result") == 2


def test_a_commit_heard_by_one_computer_is_no_commit() -> None:
    pilot = launched(World(small_mission(), 3))
    pilot.run_until(descending)
    pilot.send("LANDING_COMMIT", 12, links=["fc_b"])
    truth = pilot.run_until(down)
    assert truth.outcome is not None
    assert truth.outcome.kind is OutcomeKind.DIVERTED


def test_a_commit_heard_by_two_lands_and_the_third_goes_along_without_echo() -> None:
    pilot = launched(World(small_mission(), 3))
    pilot.run_until(descending)
    pilot.send("LANDING_COMMIT", 12, links=["fc_a", "fc_c"])
    assert pilot.run(1.0).modes == (M.COMMITTED,) * 3
    pilot.run(1.0)
    echoes = [pilot.packets(link, "LANDING_STATE")[-1].value("nonce") for link in LINKS]
    assert echoes == [12, 11, 12]
    truth = pilot.run_until(down)
    assert truth.outcome is not None
    assert truth.outcome.kind is OutcomeKind.LANDED


def test_an_early_commit_is_rejected_for_now_and_a_late_one_denied() -> None:
    pilot = launched(World(small_mission(), 3))
    pilot.run_until(lambda t: t.modes[0] is M.COAST)
    pilot.send("LANDING_COMMIT", 12)
    pilot.run_until(lambda t: t.modes[0] is M.DIVERTING)
    pilot.send("LANDING_COMMIT", 14)
    pilot.run(0.5)
    results = [p.value("result") for p in pilot.packets("fc_a", "COMMAND_ACK")]
    assert results[-2:] == [1, 2]


def test_a_commit_too_low_to_be_flown_is_denied_and_it_stays_beside() -> None:
    pilot = launched(World(small_mission(), 3))
    pilot.run_until(lambda t: t.modes[0] is M.DESCENT and up_m(t) < 26.0)
    pilot.send("LANDING_COMMIT", 12)
    truth = pilot.run_until(down)
    assert pilot.packets("fc_a", "COMMAND_ACK")[-1].value("result") == 2
    assert truth.outcome is not None
    assert truth.outcome.kind is OutcomeKind.DIVERTED
    texts = [p.value("text") for p in pilot.packets("fc_a", "STATUSTEXT")]
    assert "LANDING_COMMIT refused: too low to reach the deck" in texts


def test_a_divert_during_ascent_means_diverting_from_relight_on() -> None:
    pilot = launched(World(small_mission(), 3))
    pilot.run_until(lambda t: t.modes[0] is M.ASCENT)
    pilot.send("DIVERT", 12)
    pilot.run_until(lambda t: t.modes[0] is M.DIVERTING)
    pilot.send("LANDING_COMMIT", 13)
    truth = pilot.run_until(down)
    assert truth.outcome is not None
    assert truth.outcome.kind is OutcomeKind.DIVERTED


def test_it_waits_on_the_pad_for_launch() -> None:
    pilot = Pilot(World(small_mission(), 3))
    truth = pilot.run(20.0)
    assert truth.modes == (M.PRELAUNCH,) * 3
    assert truth.vehicle.held
    assert truth.vehicle.x[OXIDIZER] + truth.vehicle.x[FUEL] == 27_000.0


def test_a_hold_stops_the_count_and_a_new_launch_starts_another() -> None:
    pilot = launched(World(small_mission(), 3), countdown_s=5.0)
    assert pilot.run(1.0).modes == (M.TERMINAL_COUNT,) * 3
    pilot.send("HOLD", 12)
    assert pilot.run(10.0).modes == (M.PRELAUNCH,) * 3
    pilot.send("LAUNCH", 13, param3=3.0)
    pilot.run_until(lambda t: t.modes == (M.ASCENT,) * 3, limit_s=5.0)


def test_a_launch_heard_by_two_takes_the_third_along() -> None:
    pilot = Pilot(World(small_mission(), 3))
    pilot.run(0.5)
    pilot.send("LAUNCH", 11, links=["fc_a", "fc_b"], param3=4.0)
    assert pilot.run(1.0).modes == (M.TERMINAL_COUNT,) * 3


@pytest.mark.parametrize("apart_s", [0.04, 0.5])
def test_a_command_that_reaches_the_computers_one_by_one_is_taken_by_all(apart_s: float) -> None:
    pilot = Pilot(World(small_mission(), 3))
    pilot.run(0.5)
    for link in LINKS:
        pilot.send("LAUNCH", 11, links=[link], param3=5.0)
        pilot.run(apart_s)
    assert pilot.run(0.5).modes == (M.TERMINAL_COUNT,) * 3
    pilot.run_until(descending)
    for link in LINKS:
        pilot.send("LANDING_COMMIT", 12, links=[link])
        pilot.run(apart_s)
    assert pilot.run(0.5).modes == (M.COMMITTED,) * 3
    for link in LINKS:
        acks = [p.value("result") for p in pilot.packets(link, "COMMAND_ACK")]
        assert acks == [0, 0]
        assert pilot.packets(link, "LANDING_STATE")[-1].value("nonce") == 12


def test_a_launch_heard_by_one_alone_is_given_up() -> None:
    pilot = Pilot(World(small_mission(), 3))
    pilot.run(0.5)
    pilot.send("LAUNCH", 11, links=["fc_b"], param3=8.0)
    assert pilot.run(1.0).modes[1] is M.TERMINAL_COUNT
    assert pilot.run(20.0).modes == (M.PRELAUNCH,) * 3


def test_a_computer_that_followed_into_a_divert_takes_no_late_commit() -> None:
    pilot = launched(World(small_mission(), 3))
    pilot.run_until(descending)
    pilot.send("DIVERT", 12, links=["fc_a", "fc_b"])
    assert pilot.run(1.0).modes == (M.DIVERTING,) * 3
    pilot.send("LANDING_COMMIT", 13, links=["fc_c"])
    assert pilot.run(1.0).modes == (M.DIVERTING,) * 3
    assert pilot.packets("fc_c", "COMMAND_ACK")[-1].value("result") == 2


def test_a_hold_after_ignition_is_denied() -> None:
    pilot = launched(World(small_mission(), 3), countdown_s=5.0)
    pilot.run_until(lambda t: t.vehicle.engines[0].phase == EnginePhase.STARTING)
    pilot.send("HOLD", 12)
    pilot.run_until(lambda t: t.modes[0] is M.ASCENT, limit_s=5.0)


def test_an_abort_on_the_pad_is_the_end() -> None:
    pilot = launched(World(small_mission(), 3), countdown_s=5.0)
    pilot.run(1.0)
    pilot.send("ABORT", 12)
    truth = pilot.run(10.0)
    assert truth.modes == (M.ABORTED,) * 3
    assert truth.vehicle.held
    pilot.send("LAUNCH", 13, param3=3.0)
    assert pilot.run(5.0).modes == (M.ABORTED,) * 3


@pytest.mark.parametrize("countdown_s", [0.0, -3.0, math.nan, math.inf])
def test_a_launch_without_a_usable_countdown_is_denied(countdown_s: float) -> None:
    pilot = launched(World(small_mission(), 3), countdown_s=countdown_s)
    assert pilot.run(1.0).modes == (M.PRELAUNCH,) * 3
