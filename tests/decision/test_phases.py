"""The phase table: one row at a time, and only on what is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gcs.config.problems import Problem
from gcs.decision.phases import PhaseMachine, build_phases
from gcs.expressions import Expression
from gcs.messages import Event, PhaseInfo
from tests.helpers.joint_view import SECOND, FakeView, mission_of

PARAMETERS = {"mode": "", "speed": "m/s"}
TABLE = """
[[phase]]
id = "pad"
title = "on the pad"
[[phase]]
id = "up"
title = "ascent"
[[phase]]
id = "down"
title = "descent"
[[transition]]
from = ["pad"]
to = "up"
when = "mode == 1"
[[transition]]
from = ["up"]
to = "down"
when = "held(speed < 0 m/s, 2 s)"
[[transition]]
from = ["pad", "up"]
to = "down"
when = "mode == 2"
"""


def flight() -> tuple[PhaseMachine, FakeView]:
    view = FakeView(**PARAMETERS)
    machine, problems = build_phases(mission_of(TABLE, PARAMETERS), view)
    assert problems == ()
    return machine, view


def test_it_starts_in_the_first_phase() -> None:
    machine, view = flight()
    step = machine.step(view, 7)
    assert (step.status.id, step.status.since_ns, step.status.passed) == ("pad", 7, ())
    assert step.events == ()


def test_unknown_moves_nothing() -> None:
    machine, view = flight()
    for now in range(5):
        assert machine.step(view, now * SECOND).status.id == "pad"


def test_a_step_makes_one_transition_and_says_which_row() -> None:
    machine, view = flight()
    view.set("mode", 1)
    view.set("speed", -1)
    machine.step(view, 0)
    step = machine.step(view, 5 * SECOND)
    assert (step.status.id, step.status.passed) == ("down", ("pad", "up"))
    assert step.events == (
        Event(5 * SECOND, "phase", "down", "descent: held(speed < 0 m/s, 2 s)", 5),
    )


def test_of_two_true_rows_the_first_is_taken() -> None:
    machine, view = flight()
    view.set("mode", 2)
    assert machine.step(view, 0).status.id == "down"


def test_a_row_of_another_phase_is_not_taken() -> None:
    machine, view = flight()
    view.set("speed", -1)
    machine.step(view, 0)
    assert machine.step(view, 9 * SECOND).status.id == "pad"


def test_what_was_held_before_the_phase_began_counts() -> None:
    machine, view = flight()
    view.set("speed", -1)
    machine.step(view, 0)
    machine.step(view, 2 * SECOND)
    view.set("mode", 1)
    machine.step(view, 3 * SECOND)
    assert machine.phase == "up"
    machine.step(view, 3 * SECOND)
    assert machine.phase == "down"


def test_the_table_says_how_much_history_its_windows_need() -> None:
    table = TABLE.replace("held(speed < 0 m/s, 2 s)", "max_over(speed, 3 s) < 0 m/s")
    view = FakeView(**PARAMETERS)
    machine, _ = build_phases(mission_of(table, PARAMETERS), view)
    assert machine.windows() == {view.index("speed"): 3 * SECOND}


def test_a_row_that_crashes_moves_nothing_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, view = flight()
    monkeypatch.setattr(Expression, "evaluate", lambda *_: 1 / 0)
    first, second = machine.step(view, 0), machine.step(view, 1)
    assert first.status.id == second.status.id == "pad"
    assert [event.origin for event in first.events] == ["up", "down", "down"]
    assert first.events[0] == Event(
        0, "fault", "up", "transition to up: check crashed: ZeroDivisionError: division by zero", 3
    )
    assert second.events == ()


@pytest.mark.parametrize("when", ["speed", "altitude > 1 m", "speed > 1 deg"])
def test_a_bad_condition_is_a_load_error(when: str) -> None:
    view = FakeView(**PARAMETERS)
    _, problems = build_phases(mission_of(TABLE.replace("mode == 2", when), PARAMETERS), view)
    assert [(p.file, p.key) for p in problems] == [("m.toml", "transition[2].when")]


def test_a_mission_without_phases_is_a_load_error_and_has_no_phase() -> None:
    mission = mission_of(TABLE, PARAMETERS)
    empty = mission.config.model_copy(update={"phase": (), "transition": ()})
    machine, problems = build_phases(replace(mission, config=empty), FakeView(**PARAMETERS))
    assert problems == (Problem("m.toml", "phase", "a mission needs at least one phase"),)
    assert machine.phase == ""


def test_the_phases_are_listed_in_flight_order() -> None:
    machine, _ = flight()
    assert machine.infos() == (
        PhaseInfo("pad", "on the pad"),
        PhaseInfo("up", "ascent"),
        PhaseInfo("down", "descent"),
    )


def test_a_transition_to_itself_is_a_load_error() -> None:
    table = TABLE.replace('to = "up"', 'to = "pad"')
    _, problems = build_phases(mission_of(table, PARAMETERS), FakeView(**PARAMETERS))
    assert problems == (Problem("m.toml", "transition[0]", "a transition from 'pad' to itself"),)
