"""Gates without a command: they commit by standing, and silence may stand too."""

from __future__ import annotations

from gcs.messages import CriterionState, GateState
from tests.decision.one_gate import CONTINUING, STANDING, Range
from tests.helpers.joint_view import SECOND


def test_a_gate_without_a_command_commits_at_its_deadline_if_it_stands_at_go() -> None:
    scene = Range(STANDING)
    scene.step()
    assert scene.step(1.0).state is GateState.GO
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.COMMITTED


def test_it_must_have_stood_since_it_went_go_not_since_the_clock_began() -> None:
    scene = Range(STANDING)
    scene.now_ns = 1000 * SECOND
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step(0.9).state is GateState.MISSED


def test_it_does_not_when_it_has_not_stood_long_enough_or_is_blocked() -> None:
    scene = Range(STANDING)
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step(0.9).state is GateState.MISSED
    scene = Range(STANDING)
    scene.step()
    scene.criterion = CriterionState.NO_GO
    scene.view.set("left", 0.0)
    assert scene.step(5.0).state is GateState.MISSED


def test_no_go_after_diverts_before_the_deadline() -> None:
    scene = Range(CONTINUING)
    scene.step()
    scene.criterion = CriterionState.NO_GO
    scene.step()
    assert scene.step(0.9).state is GateState.NO_GO
    assert scene.step(0.1).state is GateState.MISSED
    assert scene.sent == ["divert"]


def test_no_go_after_may_hold_the_count_without_a_command() -> None:
    table = STANDING.replace('no_go_command = "divert"\n', "")
    scene = Range(table + 'no_go_count = "hold"\nno_go_after = "1 s"\n')
    scene.criterion = CriterionState.NO_GO
    scene.step()
    assert scene.step(1.0).state is GateState.MISSED
    assert (scene.sent, scene.asked) == ([], [("hold", "")])


def test_what_is_unknown_blocks_a_continuing_gate_and_diverts_nobody() -> None:
    scene = Range(CONTINUING)
    scene.step()
    scene.criterion = CriterionState.UNKNOWN
    assert scene.step().state is GateState.NO_GO
    assert scene.step(60.0).state is GateState.NO_GO
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.COMMITTED
    assert scene.sent == []


def test_no_go_after_counts_from_what_is_known_to_be_no_go_not_from_the_silence_before() -> None:
    scene = Range(CONTINUING)
    scene.step()
    scene.criterion = CriterionState.UNKNOWN
    scene.step()
    scene.step(60.0)
    scene.criterion = CriterionState.NO_GO
    assert scene.step().state is GateState.NO_GO
    assert scene.step(0.9).state is GateState.NO_GO
    assert scene.step(0.1).state is GateState.MISSED


def test_a_known_no_go_misses_a_continuing_gate_at_its_deadline() -> None:
    scene = Range(CONTINUING)
    scene.step()
    scene.criterion = CriterionState.NO_GO
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.MISSED
    assert scene.sent == ["divert"]


def test_a_continuing_gate_that_lost_its_question_stands_at_the_deadline() -> None:
    scene = Range(CONTINUING)
    scene.step()
    scene.view.forget("mode")
    scene.criterion = CriterionState.UNKNOWN
    assert scene.step(0.1).state is GateState.CLOSED
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.COMMITTED
    assert scene.sent == []


def test_silence_stands_only_where_the_gate_says_so() -> None:
    silent = STANDING + 'no_go_after = "1 s"\n'
    scene = Range(silent)
    scene.step()
    scene.criterion = CriterionState.UNKNOWN
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.MISSED
