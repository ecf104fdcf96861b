"""Whole returns of the booster: from staging to deck or water, through every part."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from firmware_sim.conditions import with_conditions
from firmware_sim.core import Core
from firmware_sim.faults import FaultKind
from firmware_sim.flight_software.modes import Command, FlightMode
from firmware_sim.flight_software.return_state import Stage
from firmware_sim.scenario import make_scenario
from gcs.config.loading import load_mission

MISSION = Path(__file__).parents[2] / "configs" / "missions" / "xzy1-booster.toml"
KEEP_OUT_M = 110.0
LATEST_CYCLES = 45_000
COMMIT_AFTER_S = 2.0

Act = Callable[[Core], None]


class Return:
    """One flown return, up to first contact."""

    def __init__(
        self, seed: int, act: Act = lambda _: None, commit: bool = True, wind: str = ""
    ) -> None:
        self.core = Core(make_scenario(with_conditions(load_mission(MISSION), wind=wind), seed))
        self.descent_ns: int | None = None
        self.touchdowns_ns: list[int] = []
        """Predicted at every tenth of a second of the landing burn."""
        while self.core.cycle < LATEST_CYCLES and not self.core.state.vehicle.contact.surface:
            self._command(commit)
            act(self.core)
            self.core.run(10)

    def _command(self, commit: bool) -> None:
        core = self.core
        if core.mode is FlightMode.DESCENT and self.descent_ns is None:
            self.descent_ns = core.now_ns
        if self.descent_ns is None:
            return
        to_go_s = float(core.state.computers[0].steering.time_to_touchdown_s)
        self.touchdowns_ns.append(core.now_ns + round(to_go_s * 1e9))
        late = core.now_ns - self.descent_ns >= COMMIT_AFTER_S * 1e9
        if commit and late and core.mode is FlightMode.DESCENT:
            core.commit()

    @property
    def miss_m(self) -> float:
        """Of the feet's centre from the deck's, at first contact."""
        return float(self.core.state.vehicle.contact.miss_m)


def divert_at(height_m: float) -> Act:
    """Send DIVERT when the committed stage has come down to a height."""

    def act(core: Core) -> None:
        height = float(core.state.computers[0].solution.height_m)
        if core.mode is FlightMode.COMMITTED and height < height_m:
            for computer in core.computers:
                computer.command(Command.DIVERT, 77, 3000.0, 0.0, core.now_ns)

    return act


def lose_at_ignition(*engines: int) -> Act:
    """Engines that fail as soon as the landing burn begins."""

    def act(core: Core) -> None:
        if core.state.computers[0].returning.stage >= Stage.BRAKE:
            for engine in engines:
                fault = core.state.faults.engine[engine]
                fault.kind, fault.until_ns = FaultKind.OFF, 10**18

    return act


@pytest.fixture(scope="module")
def landed() -> list[Return]:
    return [Return(seed) for seed in (11, 12, 13)]


def test_returns_touch_down_in_the_middle_of_the_deck_softly_and_upright(
    landed: list[Return],
) -> None:
    for flown in landed:
        contact = flown.core.state.vehicle.contact
        assert flown.core.mode is FlightMode.COMMITTED
        assert flown.miss_m < 2.0
        assert contact.vertical_speed_m_s < 1.5
        assert contact.lateral_speed_m_s < 1.0
        assert math.degrees(contact.tilt_rad) < 3.0
        assert contact.propellant_kg > flown.core.scenario.vehicle.propellant.reserve_kg


def test_the_time_to_touchdown_told_at_ignition_holds_but_for_the_wait_over_the_deck(
    landed: list[Return],
) -> None:
    for flown in landed:
        really_ns = flown.core.state.vehicle.contact.at_ns
        early = np.array(flown.touchdowns_ns[20:100])
        assert np.ptp(early) < 2.5e9
        assert np.all(early < really_ns + 1e9)
        assert np.all(early > really_ns - 8e9)


@pytest.mark.parametrize("wind", ["12 m/s"])
def test_winds_up_to_the_criteria_do_not_keep_it_from_the_deck(wind: str) -> None:
    flown = Return(21, wind=wind)
    assert flown.core.mode is FlightMode.COMMITTED
    assert flown.miss_m < 5.0
    assert flown.core.state.vehicle.contact.lateral_speed_m_s < 1.5


def test_winds_that_no_forecast_told_are_felt_on_the_way_down() -> None:
    core = Core(make_scenario(load_mission(MISSION), 5))
    core.parameters.computer.returning.air.rows = 0
    core.parameters.computer.returning.air.speed_m_s = 0.0
    while core.state.computers[0].returning.stage < Stage.BRAKE:
        core.run(10)
    returning = core.state.computers[0].returning
    assert np.hypot(*returning.miss_m) < 60.0


def test_without_a_commit_it_comes_down_beside_the_barge_softly() -> None:
    flown = Return(14, commit=False)
    contact = flown.core.state.vehicle.contact
    assert flown.core.mode is not FlightMode.COMMITTED
    assert flown.miss_m > KEEP_OUT_M
    assert contact.vertical_speed_m_s < 2.0


@pytest.mark.parametrize("height_m", [2000.0, 500.0, 150.0])
def test_a_divert_after_the_commit_still_leaves_the_keep_out(height_m: float) -> None:
    flown = Return(15, divert_at(height_m))
    assert flown.core.mode is FlightMode.DIVERTING
    assert flown.miss_m > KEEP_OUT_M
    assert flown.core.state.vehicle.contact.vertical_speed_m_s < 5.0


@pytest.mark.parametrize("engines", [(1,), (1, 5), (0,), (0, 1, 5)])
def test_an_engine_that_fails_at_ignition_sends_it_into_open_water(
    engines: tuple[int, ...],
) -> None:
    flown = Return(16, lose_at_ignition(*engines))
    assert flown.core.mode in (FlightMode.DIVERTING, FlightMode.DOWN)
    assert flown.miss_m > KEEP_OUT_M
    said = [notice.text for notice in flown.core.computers[0].notices()]
    assert "landing engine lost: open water" in said
    assert "no landing commit: open water" not in said


def test_the_prediction_at_the_end_of_the_entry_burn_finds_ignition() -> None:
    core = Core(make_scenario(load_mission(MISSION), 17))
    while core.state.computers[0].returning.stage < Stage.FALL:
        core.run(10)
    core.run(200)
    returning = core.state.computers[0].returning
    height_m, at_ns = returning.ignition_height_m, returning.ignition_ns
    while core.state.computers[0].returning.stage < Stage.BRAKE:
        core.run(10)
    assert core.now_ns == pytest.approx(at_ns, abs=1.5e9)
    assert core.state.computers[0].solution.height_m == pytest.approx(height_m, rel=0.03)
