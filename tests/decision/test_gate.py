"""One gate: what opens it, what blocks it, when it closes, and what is told of it."""

from __future__ import annotations

import pytest

from gcs.decision.gate import PASSING, GateAction
from gcs.expressions import Expression
from gcs.messages import CommandState, CriterionState, Event, GateState, GateStatus
from tests.decision.one_gate import AUTOMATIC, CONFIRMED, STANDING, Range, on_its_way
from tests.helpers.joint_view import SECOND


def test_before_it_was_looked_at_it_is_not_open() -> None:
    (status,) = Range().gates.statuses()
    assert (status.state, status.reason) == (GateState.CLOSED, "not open")


def test_it_opens_goes_and_sends_after_having_stood() -> None:
    scene = Range()
    assert scene.step().state is GateState.GO
    scene.step(0.9)
    assert scene.sent == []
    scene.step(0.1)
    assert scene.last.actions == (GateAction("landing", "send", "commit", "GO"),)
    assert scene.sent == ["commit"]
    scene.step(0.1)
    assert scene.sent == ["commit"]


@pytest.mark.parametrize("state", [s for s in CriterionState if s not in PASSING])
def test_what_does_not_pass_blocks_and_is_named(state: CriterionState) -> None:
    scene = Range()
    scene.criterion = state
    status = scene.step(5.0)
    assert status.state is GateState.NO_GO
    assert status.blocking == ("roll",)
    scene.step(5.0)
    assert scene.sent == []


@pytest.mark.parametrize("state", sorted(PASSING))
def test_caution_and_a_waiver_pass(state: CriterionState) -> None:
    scene = Range()
    scene.criterion = state
    assert scene.step().state is GateState.GO


def test_a_flicker_starts_the_standing_anew() -> None:
    scene = Range()
    scene.step()
    scene.criterion = CriterionState.UNKNOWN
    scene.step(0.9)
    scene.criterion = CriterionState.GO
    scene.step(0.1)
    scene.step(0.9)
    assert scene.sent == []
    scene.step(0.1)
    assert scene.sent == ["commit"]


def test_a_criterion_that_nobody_evaluated_blocks() -> None:
    scene = Range()
    status = scene.gates.step(scene.view, (), (), 0).statuses[0]
    assert (status.state, status.blocking) == (GateState.NO_GO, ("roll",))


def test_unknown_opening_is_closed() -> None:
    scene = Range()
    scene.view.forget("mode")
    assert scene.step().state is GateState.CLOSED


def test_what_opens_and_closes_it_is_asked_at_the_moment_of_the_step() -> None:
    held = AUTOMATIC.replace('"mode == 4"', '"held(mode == 4, 2 s)"')
    scene = Range(held.replace('"left <= 0 s"', '"held(left <= 10 s, 2 s)"'))
    assert [scene.step(after).state for after in (0.0, 1.9)] == [GateState.CLOSED] * 2
    scene.view.set("left", 9.0)
    assert [scene.step(after).state for after in (0.1, 1.9)] == [GateState.GO] * 2
    assert scene.step(0.1).state is GateState.MISSED


def test_a_rule_that_crashes_is_unknown_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Range()
    monkeypatch.setattr(Expression, "evaluate", lambda *_: 1 / 0)
    assert scene.step(7.0).state is GateState.CLOSED
    why = "check crashed: ZeroDivisionError: division by zero"
    assert scene.last.events == (
        Event(7 * SECOND, "fault", "landing", f"LANDING, `opens`: {why}", 4),
        Event(7 * SECOND, "fault", "landing", f"LANDING, `closes`: {why}", 4),
    )
    scene.step(1.0)
    assert scene.last.events == ()


def test_an_unknown_deadline_blocks_but_does_not_miss() -> None:
    scene = Range()
    scene.view.forget("left")
    status = scene.step()
    assert (status.state, status.blocking) == (GateState.NO_GO, ("deadline unknown",))
    scene.view.set("left", 60.0)
    assert scene.step().state is GateState.GO


def test_a_gate_that_never_opened_and_is_not_known_to_open_is_not_missed() -> None:
    scene = Range()
    scene.view.forget("mode")
    scene.view.set("left", 0.0)
    assert [scene.step(1.0).state for _ in range(2)] == [GateState.CLOSED] * 2


def test_a_no_go_gate_at_its_deadline_is_missed_and_diverts() -> None:
    scene = Range()
    scene.criterion = CriterionState.NO_GO
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.MISSED
    assert (scene.withdrawn, scene.sent) == ([], ["divert"])


def test_a_gate_that_lost_sight_of_its_opening_still_meets_its_deadline() -> None:
    scene = Range()
    scene.step()
    scene.view.forget("mode")
    assert scene.step(0.1).state is GateState.CLOSED
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.MISSED
    assert scene.sent == ["divert"]


def test_a_phase_may_close_a_gate_whatever_its_rule_says() -> None:
    other = '[[phase]]\nid = "q"\ntitle = "q"\n[[transition]]\nfrom = ["p"]\nto = "q"\n'
    scene = Range(AUTOMATIC + 'closes_in = ["q"]\n' + other + 'when = "mode == 9"\n')
    assert scene.step().state is GateState.GO
    scene.view.forget("left")
    scene.phase = "q"
    assert scene.step().state is GateState.MISSED
    assert scene.sent == ["divert"]


def test_its_status_tells_since_when_until_when_and_what_blocks() -> None:
    scene = Range()
    scene.view.set("mode", 3.0)
    scene.step(7.0)
    assert scene.step(1.0) == GateStatus(
        "landing", GateState.CLOSED, 7 * SECOND, 68 * SECOND, (), "not open"
    )
    scene.view.set("mode", 4.0)
    scene.criterion = CriterionState.NO_GO
    assert scene.step(1.0) == GateStatus(
        "landing", GateState.NO_GO, 9 * SECOND, 69 * SECOND, ("roll",), "blocked by roll"
    )
    assert Range(AUTOMATIC.replace("left <= 0 s", "mode == 9")).step().deadline_ns is None
    scene.command("divert")
    scene.step(1.0)
    assert scene.step(1.0).blocking == ()


def test_each_move_is_told_as_grave_as_it_is() -> None:
    scene = on_its_way()
    assert scene.last.events == ()
    scene.view.set("left", 0.0)
    scene.step()
    assert scene.last.events == (
        Event(scene.now_ns, "gate", "landing", "LANDING: MISSED, the deadline passed", 2),
    )


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (AUTOMATIC, "all criteria pass"),
        (CONFIRMED, "commit may be staged"),
        (STANDING, "all criteria pass"),
        (STANDING.replace('"automatic"', '"confirmed"'), "all criteria pass"),
    ],
)
def test_a_gate_at_go_says_what_comes_next(table: str, reason: str) -> None:
    assert Range(table).step().reason == reason


def test_a_gate_with_a_command_on_its_way_says_how_that_stands() -> None:
    assert on_its_way().step().reason == "commit sent"


def test_a_gate_whose_command_failed_says_so() -> None:
    scene = on_its_way()
    scene.answer(CommandState.REFUSED)
    status = scene.step()
    assert (status.state, status.reason) == (GateState.NO_GO, "the command failed")
