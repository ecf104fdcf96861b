"""Profiles close distances; the command desk takes each command once, in time, in its modes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.flight_software.commanding import Answer, CommandDesk
from firmware_sim.flight_software.computer import middle
from firmware_sim.flight_software.modes import ACCEPTED_IN, TOO_EARLY_IN, Command, FlightMode
from firmware_sim.flight_software.profiles import closing_slope, closing_speed, fall_time
from firmware_sim.vehicle.plant import Actuation

MS = 1_000_000
M = FlightMode
distances = st.floats(-3000, 3000)
gains = st.floats(0.1, 2.0)
accelerations = st.floats(0.3, 5.0)


@given(distances, gains, accelerations)
def test_a_profile_never_asks_for_more_than_its_acceleration(
    distance: float, gain: float, acceleration: float
) -> None:
    speed = closing_speed(distance, gain, acceleration)
    assert speed * distance >= 0.0
    assert abs(speed * closing_slope(distance, gain, acceleration)) <= acceleration * 1.0001


@given(distances, gains, accelerations)
def test_the_slope_is_the_derivative(distance: float, gain: float, acceleration: float) -> None:
    h = 1e-4
    numeric = closing_speed(distance + h, gain, acceleration) - closing_speed(
        distance - h, gain, acceleration
    )
    slope = closing_slope(distance, gain, acceleration)
    assert numeric / (2 * h) == pytest.approx(slope, rel=1e-3, abs=1e-5)


@given(st.floats(0.1, 3000), st.floats(-120, 60))
def test_a_fall_takes_its_time(height: float, speed: float) -> None:
    t = fall_time(height, speed, 9.8)
    assert height + speed * t - 0.5 * 9.8 * t * t == pytest.approx(0.0, abs=1e-6 * height + 1e-6)


@pytest.mark.parametrize("command", list(Command))
@pytest.mark.parametrize("mode", list(M))
def test_each_command_is_taken_in_its_modes_only(command: Command, mode: M) -> None:
    decision = CommandDesk().judge(command, 5.0, 1000.0, mode, 0)
    assert decision.act == (mode in ACCEPTED_IN[command])
    assert (decision.answer is Answer.ACCEPTED) == decision.act
    early = mode in TOO_EARLY_IN.get(command, ())
    assert (decision.answer is Answer.REJECTED_FOR_NOW) == early


@pytest.mark.parametrize("nonce", [0.0, -1.0, 1.5, float(2**24), math.nan, math.inf])
def test_a_nonce_that_is_none_is_denied(nonce: float) -> None:
    assert CommandDesk().judge(Command.LAUNCH, nonce, 1000.0, M.PRELAUNCH, 0).answer is (
        Answer.DENIED
    )


@pytest.mark.parametrize("validity_ms", [0.0, -5.0, math.nan, math.inf])
def test_a_validity_that_is_none_is_denied(validity_ms: float) -> None:
    decision = CommandDesk().judge(Command.LAUNCH, 5.0, validity_ms, M.PRELAUNCH, 0)
    assert decision.answer is Answer.DENIED


def test_a_repeat_is_accepted_again_but_not_acted_on() -> None:
    desk = CommandDesk()
    desk.accept(Command.LANDING_COMMIT, 5.0)
    decision = desk.judge(Command.LANDING_COMMIT, 5.0, 1000.0, M.COMMITTED, 10**12)
    assert decision.answer is Answer.ACCEPTED
    assert not decision.act


def test_an_old_nonce_is_a_replay_even_for_another_command() -> None:
    desk = CommandDesk()
    desk.accept(Command.LAUNCH, 5.0)
    desk.accept(Command.LANDING_COMMIT, 6.0)
    for command in (Command.LAUNCH, Command.DIVERT):
        assert desk.judge(command, 5.0, 1000.0, M.DESCENT, 0).reason == "the nonce was used before"
    assert desk.judge(Command.DIVERT, 6.0, 1000.0, M.DESCENT, 0).answer is Answer.DENIED


def test_validity_counts_from_the_first_reception() -> None:
    desk = CommandDesk()
    early = desk.judge(Command.LANDING_COMMIT, 5.0, 1000.0, M.COAST, 0)
    assert early.answer is Answer.REJECTED_FOR_NOW
    assert desk.judge(Command.LANDING_COMMIT, 5.0, 1000.0, M.DESCENT, 1000 * MS).act
    assert not desk.judge(Command.LANDING_COMMIT, 5.0, 1000.0, M.DESCENT, 1000 * MS + 1).act


def test_the_desk_remembers_a_bounded_number_of_refused_commands() -> None:
    desk = CommandDesk()
    for nonce in range(1, 1000):
        desk.judge(Command.LAUNCH, float(nonce), 1000.0, M.DESCENT, nonce)
    assert len(desk._first_seen_ns) <= 64  # noqa: SLF001


def test_the_vehicle_does_the_middle_of_what_is_asked() -> None:
    wild = Actuation(False, 0.0, 0.1, 9e9, False)
    sane = Actuation(True, 0.6, -0.01, 0.0, True)
    other = Actuation(True, 0.61, -0.011, 1.0, True)
    assert middle([wild, sane, other]) == Actuation(True, 0.6, -0.01, 1.0, True)
