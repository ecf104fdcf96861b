"""The last moments at which the station's gates still send are early enough for the vehicle.

Heights are those at which a gate closes, less what the vehicle falls while the command is valid.
"""

from __future__ import annotations

import pytest

from firmware_sim.core import Core
from firmware_sim.flight_software.commanding import Answer
from firmware_sim.flight_software.modes import Command, FlightMode
from firmware_sim.scenario import make_scenario
from firmware_sim.vehicle.touchdown import Outcome, OutcomeKind
from gcs.config.loading import CONFIGS, load_mission

EARLY_M = 3400.0
LONGEST_CYCLES = 60_000


class Descent:
    """A return, flown to the heights at which a test commands."""

    def __init__(self, mission: str) -> None:
        self.core = Core(make_scenario(load_mission(CONFIGS / f"missions/{mission}.toml"), 1))

    def send_at(self, height_m: float, mode: FlightMode, command: Command, nonce: int) -> None:
        """A command to all computers, once the vehicle is in the mode and so low."""
        core = self.core
        while core.mode is not mode or core.computers[0].solution.height_m > height_m:
            assert core.cycle < LONGEST_CYCLES
            core.run(10)
        answers = [c.command(command, nonce, 1000.0, 0.0, core.now_ns) for c in core.computers]
        assert answers == [Answer.ACCEPTED] * 3

    def down(self) -> Outcome:
        """Fly on to what came of it."""
        while self.core.cycle < LONGEST_CYCLES:
            outcome = self.core.outcome()
            if outcome is not None and outcome.final:
                return outcome
            self.core.run(10)
        raise AssertionError("it does not come down")


@pytest.mark.parametrize(
    ("mission", "height_m"), [("falcon9-like", 2700.0), ("xzy1-booster", 1100)]
)
def test_a_commit_taken_as_late_as_can_be_still_reaches_the_deck(
    mission: str, height_m: float
) -> None:
    descent = Descent(mission)
    descent.send_at(height_m, FlightMode.DESCENT, Command.LANDING_COMMIT, 7)
    outcome = descent.down()
    assert outcome.kind is OutcomeKind.LANDED, outcome
    assert outcome.touchdown.lateral_speed_m_s < 1.5


@pytest.mark.parametrize(
    ("mission", "height_m", "keep_out_m"),
    [("falcon9-like", 850.0, 110.0), ("xzy1-booster", 260.0, 110.0)],
)
def test_a_divert_taken_as_late_as_can_be_still_leaves_the_keep_out(
    mission: str, height_m: float, keep_out_m: float
) -> None:
    descent = Descent(mission)
    descent.send_at(EARLY_M, FlightMode.DESCENT, Command.LANDING_COMMIT, 7)
    descent.send_at(height_m, FlightMode.COMMITTED, Command.DIVERT, 8)
    assert descent.down().touchdown.miss_m > keep_out_m + 20.0
