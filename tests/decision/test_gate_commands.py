"""The commands of a gate: what commits it, what revokes it, and what is sent again."""

from __future__ import annotations

import pytest

from gcs.decision.gate import GateAction
from gcs.decision.no_go import NO_GO_TRIES, RETRY_REST_NS
from gcs.messages import CommandState, CriterionState, GateState
from tests.decision.one_gate import AUTOMATIC, CONFIRMED, OVERRULED, Range, on_its_way
from tests.helpers.joint_view import SECOND


def test_only_a_verified_command_commits() -> None:
    scene = on_its_way()
    scene.answer(CommandState.ACKNOWLEDGED)
    assert scene.step(0.1).state is GateState.GO
    assert scene.gates.committed() == frozenset()
    scene.answer(CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.COMMITTED
    assert scene.gates.committed() == {"landing"}


def test_a_verified_commit_latches_whatever_follows() -> None:
    scene = on_its_way()
    scene.answer(CommandState.VERIFIED)
    scene.step(0.1)
    scene.criterion = CriterionState.NO_GO
    scene.view.forget("mode")
    scene.view.set("left", 0.0)
    assert scene.step(9.0).state is GateState.COMMITTED
    assert scene.sent == ["commit"]


def test_the_commit_itself_may_end_what_opened_the_gate() -> None:
    scene = on_its_way()
    scene.view.set("mode", 5.0)
    scene.criterion = CriterionState.INHIBITED
    assert scene.step(0.1).state is GateState.GO
    scene.answer(CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.COMMITTED


def test_unverified_at_the_deadline_is_no_commit() -> None:
    scene = on_its_way()
    scene.answer(CommandState.ACKNOWLEDGED)
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.MISSED
    assert scene.withdrawn == ["commit"]
    assert scene.sent == ["commit", "divert"]
    scene.command_state(0, CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.MISSED


def test_a_criterion_that_is_evaluated_no_longer_revokes_a_command_on_its_way() -> None:
    scene = on_its_way()
    commands = tuple(scene.commands.values())
    status = scene.gates.step(scene.view, (), commands, scene.now_ns).statuses[0]
    assert status.state is GateState.MISSED


@pytest.mark.parametrize("state", [CriterionState.NO_GO, CriterionState.UNKNOWN])
def test_an_alarm_while_the_command_is_on_its_way_gives_the_chance_up(
    state: CriterionState,
) -> None:
    scene = on_its_way()
    scene.criterion = state
    assert scene.step(0.1).state is GateState.MISSED
    assert (scene.withdrawn, scene.sent) == (["commit"], ["commit", "divert"])


def test_a_command_is_withdrawn_only_where_one_is_on_its_way() -> None:
    scene = Range()
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.MISSED
    assert scene.withdrawn == []


def test_a_withdrawal_says_which_gate_and_why() -> None:
    scene = on_its_way()
    scene.view.set("left", 0.0)
    scene.step()
    assert scene.last.actions[0] == GateAction(
        "landing", "withdraw", "commit", "the deadline passed"
    )


def test_a_go_that_was_asked_for_and_kept_back_is_asked_for_again() -> None:
    scene = on_its_way()
    scene.commands.clear()
    scene.step(0.1)
    assert scene.sent == ["commit", "commit"]
    scene.step(0.1)
    assert scene.sent == ["commit", "commit"]


def test_a_command_that_an_operator_sent_is_withdrawn_too() -> None:
    scene = Range(CONFIRMED)
    scene.step()
    scene.command("commit")
    scene.step()
    scene.criterion = CriterionState.NO_GO
    scene.step()
    assert scene.withdrawn == ["commit"]


def test_a_failed_command_is_tried_again_after_a_rest() -> None:
    scene = on_its_way()
    scene.answer(CommandState.TIMED_OUT)
    assert scene.step(0.1).state is GateState.NO_GO
    status = scene.step(0.1)
    assert (status.state, status.reason) == (GateState.GO, "all criteria pass")
    scene.step(RETRY_REST_NS / SECOND - 0.1)
    assert scene.sent == ["commit"]
    scene.step(0.1)
    assert scene.sent == ["commit", "commit"]


def test_a_command_that_needs_no_standing_still_rests_after_it_failed() -> None:
    scene = Range(AUTOMATIC.replace('"1 s"', '"0 s"'))
    scene.step()
    scene.answer(CommandState.REFUSED)
    scene.step(0.1)
    scene.step(0.1)
    scene.step(RETRY_REST_NS / SECOND - 0.1)
    assert scene.sent == ["commit"]
    scene.step(0.1)
    assert scene.sent == ["commit", "commit"]


def test_a_divert_by_anyone_ends_the_gate() -> None:
    scene = Range()
    scene.step()
    scene.command("divert")
    assert scene.step(0.1).state is GateState.MISSED
    scene.step(9.0)
    assert scene.sent == []


def test_a_divert_that_was_refused_here_never_happened() -> None:
    scene = Range()
    scene.step()
    scene.command("divert", CommandState.REFUSED, attempts=0)
    assert scene.step(0.1).state is GateState.GO


def test_after_a_commit_only_a_verified_divert_counts() -> None:
    scene = on_its_way()
    scene.answer(CommandState.VERIFIED)
    scene.step(0.1)
    scene.command("divert")
    assert scene.step(0.1).state is GateState.COMMITTED
    scene.answer(CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.MISSED


def test_a_missed_gate_repeats_its_divert_while_it_fails_and_not_for_ever() -> None:
    scene = Range()
    scene.view.set("left", 0.0)
    scene.step()
    for _ in range(3 * NO_GO_TRIES):
        scene.answer(CommandState.TIMED_OUT)
        scene.step(1.0)
    assert scene.sent == ["divert"] * NO_GO_TRIES


@pytest.mark.parametrize("state", [CommandState.SENT, CommandState.VERIFIED])
def test_a_divert_on_its_way_or_verified_is_not_repeated(state: CommandState) -> None:
    scene = Range()
    scene.view.set("left", 0.0)
    scene.step()
    scene.answer(state)
    scene.step(5.0)
    assert scene.sent == ["divert"]


def test_a_divert_is_repeated_whatever_else_was_sent() -> None:
    scene = Range()
    scene.view.set("left", 0.0)
    scene.step()
    scene.answer(CommandState.TIMED_OUT)
    scene.command("commit")
    scene.step(5.0)
    assert scene.sent == ["divert", "divert"]


def test_a_divert_that_was_once_verified_is_owed_no_more() -> None:
    scene = Range()
    scene.view.set("left", 0.0)
    scene.step()
    scene.answer(CommandState.VERIFIED)
    scene.step(5.0)
    scene.command("divert", CommandState.REFUSED)
    scene.step(5.0)
    assert scene.sent == ["divert"]


def test_a_confirmed_gate_sends_nothing_itself_and_bars_its_command_until_it_stood() -> None:
    scene = Range(CONFIRMED)
    assert set(scene.gates.interlocks(0)) == {"commit"}
    scene.step()
    assert "commit" in scene.gates.interlocks(scene.now_ns)
    scene.step(1.0)
    assert scene.gates.interlocks(scene.now_ns) == {}
    scene.command("commit")
    scene.step(0.1)
    assert scene.gates.interlocks(scene.now_ns) == {"commit": "LANDING is on its way"}
    scene.answer(CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.COMMITTED
    assert scene.sent == []


def test_a_command_verified_before_the_gate_went_go_does_not_commit_it() -> None:
    scene = Range(CONFIRMED)
    scene.command("commit", CommandState.VERIFIED)
    scene.step()
    assert scene.step(5.0).state is GateState.GO


# --- Stops ---


@pytest.mark.parametrize("stop", ["divert", "abort"])
def test_a_stop_by_anyone_ends_the_gate_and_is_named(stop: str) -> None:
    scene = Range(OVERRULED)
    scene.step()
    scene.command(stop)
    status = scene.step()
    assert (status.state, status.reason) == (GateState.MISSED, f"{stop} was sent")
    assert scene.step(60.0).reason == f"{stop} was sent"
    assert scene.sent == []


def test_a_command_that_overrules_nothing_ends_nothing() -> None:
    scene = Range(AUTOMATIC)
    scene.step()
    scene.command("abort")
    assert scene.step().state is GateState.GO


def test_a_stop_withdraws_the_command_on_its_way_and_says_why() -> None:
    scene = on_its_way(OVERRULED)
    scene.command("abort")
    scene.step()
    assert scene.last.actions == (GateAction("landing", "withdraw", "commit", "abort was sent"),)


def test_a_stop_since_the_last_step_bars_the_command_and_is_named() -> None:
    scene = Range(OVERRULED)
    scene.step()
    scene.step(0.9)
    scene.now_ns += SECOND
    scene.command("abort")
    barred = scene.gates.interlocks(scene.now_ns, tuple(scene.commands.values()))
    assert barred == {"commit": "LANDING is overruled: abort was sent"}
    assert scene.gates.interlocks(scene.now_ns) == {}


@pytest.mark.parametrize("stop", ["divert", "abort"])
def test_a_stop_that_failed_leaves_the_no_go_owed(stop: str) -> None:
    scene = Range(OVERRULED)
    scene.step()
    scene.command(stop)
    scene.step()
    scene.answer(CommandState.TIMED_OUT)
    scene.step(RETRY_REST_NS / SECOND - 0.1)
    assert scene.sent == []
    scene.step(0.1)
    assert scene.last.actions == (GateAction("landing", "send", "divert", f"{stop} was sent"),)


def test_a_stop_that_arrived_leaves_nothing_owed() -> None:
    scene = Range(OVERRULED)
    scene.step()
    scene.command("abort")
    scene.step()
    scene.answer(CommandState.VERIFIED)
    scene.step(60.0)
    assert scene.sent == []


def test_a_gate_that_never_was_open_owes_its_no_go_once_it_would_open() -> None:
    scene = Range(OVERRULED)
    scene.view.set("mode", 3.0)
    scene.step()
    scene.command("abort", CommandState.TIMED_OUT)
    assert scene.step().state is GateState.MISSED
    scene.step(60.0)
    assert scene.sent == []
    scene.view.set("mode", 4.0)
    scene.step(0.1)
    assert scene.sent == ["divert"]


@pytest.mark.parametrize("stop", ["divert", "abort"])
def test_after_a_commit_only_a_verified_stop_ends_the_gate(stop: str) -> None:
    scene = on_its_way(OVERRULED)
    scene.answer(CommandState.VERIFIED)
    scene.step()
    number = scene.command(stop)
    assert scene.step().state is GateState.COMMITTED
    scene.command("divert", CommandState.TIMED_OUT)
    scene.command_state(number, CommandState.VERIFIED)
    status = scene.step()
    assert (status.state, status.reason) == (GateState.MISSED, f"{stop} was sent")
    scene.step(60.0)
    assert scene.sent == ["commit"]


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        (False, True, GateState.COMMITTED),
        (True, True, GateState.MISSED),
        (False, False, GateState.MISSED),
    ],
)
def test_a_stop_in_flight_takes_back_what_was_committed_in_flight(
    before: bool, after: bool, state: GateState
) -> None:
    scene = on_its_way(OVERRULED)
    scene.flies = before
    scene.answer(CommandState.VERIFIED)
    scene.step()
    scene.flies = after
    scene.step()
    scene.command("abort", CommandState.VERIFIED)
    assert scene.step().state is state


def test_a_stop_in_flight_ends_a_gate_that_is_not_committed() -> None:
    scene = Range(OVERRULED)
    scene.step()
    scene.flies = True
    scene.command("abort")
    assert scene.step().state is GateState.MISSED
