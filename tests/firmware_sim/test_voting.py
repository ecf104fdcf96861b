"""The vehicle does the middle of what is asked, and no computer alone can move it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.flight_software.computer import ComputerState
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.flight_software.voting import vote
from firmware_sim.records import Record, make


class Crew(Record):
    computers: Annotated[Sequence[ComputerState], 3]
    actuation: Actuation


@pytest.fixture(name="crew", scope="module")
def a_crew() -> Crew:
    return make(Crew)


def voted(crew: Crew, throttles: Sequence[float], runs: Sequence[int] = (1, 1, 1)) -> Actuation:
    for computer, throttle, run in zip(crew.computers, throttles, runs, strict=True):
        computer.actuation.throttle = throttle
        computer.actuation.gimbal_pitch_rad = -throttle
        computer.actuation.cold_gas_torque_n_m[1] = 100.0 * throttle
        computer.actuation.run[2] = run
    vote(crew.computers, crew.actuation)
    return crew.actuation


@pytest.fixture(autouse=True)
def _all_speak(crew: Crew) -> None:
    for computer in crew.computers:
        computer.silent = 0


numbers = st.floats(-1e6, 1e6)


@given(numbers, numbers, numbers)
def test_three_numbers_give_their_middle(a: float, b: float, c: float) -> None:
    crew = _CREW
    asked = voted(crew, (a, b, c))
    assert asked.throttle == sorted((a, b, c))[1]
    assert asked.gimbal_pitch_rad == -asked.throttle


_CREW = make(Crew)


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_number_that_is_none_has_no_vote(crew: Crew, broken: float, place: int) -> None:
    throttles = [0.5, 0.5, 0.5]
    throttles[place] = broken
    asked = voted(crew, throttles)
    assert asked.throttle == 0.5
    assert asked.cold_gas_torque_n_m[1] == 50.0


def test_two_of_three_start_an_engine(crew: Crew) -> None:
    assert voted(crew, (0.5, 0.5, 0.5), (1, 0, 0)).run[2] == 0
    assert voted(crew, (0.5, 0.5, 0.5), (1, 0, 1)).run[2] == 1


def test_a_silent_computer_has_no_vote(crew: Crew) -> None:
    crew.computers[0].silent = 1
    asked = voted(crew, (9.0, 0.4, 0.6), (0, 1, 1))
    assert asked.throttle == pytest.approx(0.5)
    assert asked.run[2] == 1


def test_a_tie_leaves_an_engine_as_it_is(crew: Crew) -> None:
    for before in (0, 1):
        voted(crew, (0.5, 0.5, 0.5), (before,) * 3)
        crew.computers[1].silent = 1
        assert voted(crew, (0.5, 0.5, 0.5), (0, 0, 1)).run[2] == before
        crew.computers[1].silent = 0


def test_if_nobody_speaks_the_actuation_stays(crew: Crew) -> None:
    voted(crew, (0.7, 0.7, 0.7))
    for computer in crew.computers:
        computer.silent = 1
    asked = voted(crew, (0.1, 0.1, 0.1), (0, 0, 0))
    assert (asked.throttle, asked.run[2]) == (0.7, 1)


def test_every_computer_learns_what_was_voted(crew: Crew) -> None:
    voted(crew, (0.01, 0.02, 0.09))
    assert [c.control.voted_gimbal_rad[0] for c in crew.computers] == [-0.02] * 3


def test_two_of_three_open_the_vents(crew: Crew) -> None:
    for votes, wanted in (((1, 0, 0), 0), ((1, 1, 0), 1), ((0, 1, 1), 1), ((0, 0, 0), 0)):
        for computer, vent in zip(crew.computers, votes, strict=True):
            computer.actuation.vent = vent
        assert voted(crew, (0.5, 0.5, 0.5)).vent == wanted
