"""The hop in three dimensions: the flight that was flown, the deck, the sea beside it."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from firmware_sim.core import Core
from firmware_sim.flight_software.hop_state import Stage
from firmware_sim.flight_software.modes import Command
from firmware_sim.flight_software.modes import FlightMode as M
from firmware_sim.scenario import make_scenario
from firmware_sim.vehicle.touchdown import Outcome, OutcomeKind
from tests.helpers.flights import small_mission

SECOND_NS = 1_000_000_000
KEEP_OUT_M = 95.0
CALM = "[simulation.weather]\nwind_speed_m_s = 0.0\nwind_gust_m_s = 0.0\n"
LIMIT = (
    '[simulation.weather]\nwind_speed_m_s = 12.0\nwind_gust_m_s = 16.0\nwind_direction = "{} deg"\n'
)


class Flight:
    """A hop from its launch on, and what was seen of it each tenth of a second."""

    def __init__(self, simulation: str = "", seed: int = 1) -> None:
        self.core = Core(make_scenario(small_mission(simulation), seed))
        self.core.launch(3.0)
        self.apogee_m = self.impact_m = math.nan
        self.modes: dict[M, float] = {}

    def until(self, condition: Callable[[], bool], longest_s: float = 250.0) -> Flight:
        for _ in range(round(longest_s * 10)):
            if condition():
                return self
            self.core.run(10)
            self._watch()
        raise AssertionError(f"not within {longest_s} s; the mode is {self.core.mode.name}")

    def _watch(self) -> None:
        self.modes.setdefault(self.core.mode, self.core.mission_time_s)
        out = self.core.state.vehicle.out
        north, east, down = out.feet_ned_m
        self.apogee_m = max(-down, self.apogee_m) if self.apogee_m == self.apogee_m else -down
        if self.core.mode not in (M.ASCENT, M.COAST, M.DESCENT, M.DIVERTING):
            return
        rate = out.velocity_ned_m_s[2]
        fall_s = (math.sqrt(rate**2 + 19.6 * max(-down, 0.0)) - rate) / 9.8
        impact_m = math.hypot(
            north + fall_s * out.velocity_ned_m_s[0], east + fall_s * out.velocity_ned_m_s[1]
        )
        self.impact_m = min(impact_m, self.impact_m) if self.impact_m > 0.0 else impact_m

    def send(self, command: Command, nonce: int) -> None:
        for computer in self.core.computers:
            computer.command(command, nonce, 3000.0, 0.0, self.core.now_ns)

    def committed(self) -> Flight:
        self.until(lambda: self.core.mode is M.DESCENT)
        self.until(lambda: self.core.mission_time_s > self.modes[M.DESCENT] + 2.0)
        self.core.commit()
        return self

    def down(self) -> Outcome:
        self.until(lambda: self.core.outcome() is not None)
        outcome = self.core.outcome()
        assert outcome is not None
        return outcome

    @property
    def height_m(self) -> float:
        return -float(self.core.state.vehicle.out.feet_ned_m[2])


def test_the_hop_is_the_one_that_was_flown() -> None:
    flight = Flight()
    outcome = flight.committed().down()
    assert outcome.kind is OutcomeKind.LANDED
    assert flight.apogee_m == pytest.approx(2500.0, rel=0.05)
    assert flight.core.mission_time_s == pytest.approx(125.0, rel=0.05)
    assert flight.modes[M.COAST] == pytest.approx(57.0, rel=0.05)
    assert flight.modes[M.DESCENT] == pytest.approx(72.0, rel=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_it_touches_down_softly_upright_and_in_the_middle(seed: int) -> None:
    touchdown = Flight(seed=seed).committed().down().touchdown
    assert touchdown.vertical_speed_m_s < 2.0
    assert touchdown.lateral_speed_m_s < 0.7
    assert math.degrees(touchdown.tilt_rad) < 3.0
    assert touchdown.miss_m < 1.5


@pytest.mark.parametrize("wind_from_deg", [0, 90, 180])
def test_it_lands_at_the_limit_of_wind(wind_from_deg: int) -> None:
    outcome = Flight(LIMIT.format(wind_from_deg), seed=4).committed().down()
    assert outcome.kind is OutcomeKind.LANDED, outcome
    assert outcome.touchdown.miss_m < 3.0
    assert outcome.touchdown.lateral_speed_m_s < 1.0


@pytest.mark.parametrize("weather", [CALM, LIMIT.format(180)])
def test_without_a_commit_it_never_threatens_the_barge(weather: str) -> None:
    flight = Flight(weather, seed=2)
    outcome = flight.down()
    assert outcome.kind is OutcomeKind.DIVERTED, outcome
    assert outcome.touchdown.miss_m > KEEP_OUT_M
    assert flight.impact_m > KEEP_OUT_M


def test_a_divert_out_of_the_hover_over_the_deck_gets_clear() -> None:
    flight = Flight().committed()
    flight.until(lambda: flight.core.state.computers[0].hop.stage == Stage.HOVER)
    flight.send(Command.DIVERT, 12)
    outcome = flight.down()
    assert outcome.kind is OutcomeKind.DIVERTED
    assert outcome.touchdown.miss_m > KEEP_OUT_M


def test_in_the_final_descent_it_lands_whatever_is_commanded() -> None:
    flight = Flight().committed()
    computers = flight.core.state.computers
    flight.until(lambda: all(computer.hop.stage == Stage.FINAL for computer in computers))
    flight.send(Command.DIVERT, 12)
    assert flight.down().kind is OutcomeKind.LANDED
    said = [notice.text for notice in flight.core.computers[0].notices()]
    assert "DIVERT refused: final descent has begun" in said


def test_it_knows_when_it_will_touch_down_and_what_will_be_left() -> None:
    flight = Flight().committed()
    seen = []
    for before_s in (40.0, 20.0, 5.0):
        flight.until(lambda to_go=before_s: flight.core.mission_time_s > 127.0 - to_go)  # type: ignore[misc]
        landing = flight.core.computers[0].landing(flight.core.now_ns)
        arrives_s = flight.core.mission_time_s + landing.time_to_touchdown_s
        seen.append((arrives_s, landing.propellant_margin_kg))
    touchdown = flight.down().touchdown
    touched_s = flight.core.mission_time_s
    left_kg = touchdown.propellant_kg - 1500.0
    assert [arrives_s for arrives_s, _ in seen] == pytest.approx([touched_s] * 3, abs=2.5)
    assert [margin_kg for _, margin_kg in seen] == pytest.approx([left_kg] * 3, abs=500.0)


def test_engines_are_cut_when_it_stands() -> None:
    flight = Flight().committed()
    flight.down()
    flight.core.run(100)
    assert flight.core.mode is M.LANDED
    assert flight.core.state.vehicle.out.thrust_n == 0.0
    assert flight.core.computers[0].landing(flight.core.now_ns).time_to_touchdown_s == 0.0
