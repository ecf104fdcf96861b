"""A gate and the count: holds, recycles and scrubs, and what a missed gate asks for."""

from __future__ import annotations

import pytest

from gcs.decision.gate import GateAction
from gcs.messages import CommandState, CriterionState, GateState
from tests.decision.one_gate import (
    AUTOMATIC,
    CONFIRMED,
    CONTINUING,
    EXPIRING,
    MARK,
    STANDING,
    Range,
    on_its_way,
)


def test_a_held_count_gives_no_go() -> None:
    scene = Range()
    scene.held = "held by FD: range"
    status = scene.step(5.0)
    assert (status.state, status.blocking) == (GateState.NO_GO, ("count held by FD: range",))


def test_no_operator_sends_go_over_a_hold_of_this_very_moment() -> None:
    scene = Range(CONFIRMED)
    scene.step()
    scene.step(1.0)
    assert scene.gates.interlocks(scene.now_ns) == {}
    barred = scene.gates.interlocks(scene.now_ns, held="held by FD: range")
    assert barred == {"commit": "LANDING is blocked by count held by FD: range"}


@pytest.mark.parametrize("scrubbed", [False, True])
@pytest.mark.parametrize("answer", [CommandState.SENT, CommandState.VERIFIED])
def test_a_hold_or_a_scrub_revokes_a_command_that_is_on_its_way_or_just_arrived(
    answer: CommandState, scrubbed: bool
) -> None:
    scene = on_its_way()
    scene.held, scene.scrubbed = "held by FD: range", scrubbed
    scene.answer(answer)
    assert scene.step(0.1).state is GateState.MISSED
    assert (scene.withdrawn, scene.sent) == (["commit"], ["commit", "divert"])


def test_a_scrub_that_revokes_a_command_asks_nothing_more_of_the_count() -> None:
    scene = on_its_way(AUTOMATIC + 'no_go_count = "scrub"\n')
    scene.held, scene.scrubbed = "scrubbed by FD: range", True
    assert scene.step(0.1).state is GateState.MISSED
    assert (scene.sent, scene.asked) == (["commit", "divert"], [])


@pytest.mark.parametrize("table", [AUTOMATIC, STANDING, CONTINUING])
def test_a_scrub_ends_a_gate_and_sends_nothing(table: str) -> None:
    scene = Range(table)
    scene.step()
    scene.scrubbed, scene.held = True, "scrubbed by FD: range"
    scene.view.set("left", 0.0)
    assert scene.step(5.0).state is GateState.MISSED
    assert scene.step(60.0).reason == "the attempt was scrubbed"
    assert (scene.sent, scene.withdrawn, scene.asked) == ([], [], [])


def test_a_recycle_lets_a_missed_gate_be_asked_again_from_nothing() -> None:
    scene = Range(EXPIRING)
    scene.step()
    scene.vote("FD")
    scene.vote("BARGE", go=False)
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.MISSED
    scene.view.set("left", 60.0)
    scene.answer(CommandState.VERIFIED)
    scene.attempt = 2
    status = scene.step(1.0)
    assert (status.state, status.votes) == (GateState.CLOSED, ())
    assert scene.step().state is GateState.NO_GO
    for position in ("FD", "BARGE"):
        scene.vote(position)
    assert scene.step().state is GateState.GO, "the divert of the last attempt is over"


def test_a_recycled_gate_that_needs_no_standing_sends_at_once() -> None:
    scene = Range(AUTOMATIC.replace('stable_for = "1 s"\n', ""))
    scene.attempt = 2
    scene.step(1.0)
    assert scene.step().state is GateState.GO
    assert scene.sent == ["commit"]


def test_a_recycled_gate_that_passed_its_deadline_is_missed_again_only_if_it_opens() -> None:
    scene = Range()
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.MISSED
    scene.attempt = 2
    scene.view.forget("mode")
    assert [scene.step().state for _ in range(3)] == [GateState.CLOSED] * 3


def test_a_recycle_before_any_command_takes_the_first_no_go_command_for_its_own() -> None:
    scene = Range()
    scene.attempt = 2
    scene.step()
    scene.command("divert", CommandState.REFUSED, attempts=1)
    assert scene.step().state is GateState.MISSED


def test_a_recycle_after_a_stop_is_told_as_a_recycle() -> None:
    scene = Range()
    scene.step()
    scene.command("divert", CommandState.VERIFIED)
    assert scene.step().reason == "divert was sent"
    scene.attempt = 2
    assert scene.step().reason == "the count was recycled"


def test_a_command_on_its_way_at_a_recycle_is_first_revoked() -> None:
    scene = on_its_way()
    scene.attempt, scene.held = 2, "recycled by FD: range"
    assert scene.step(0.1).state is GateState.MISSED
    assert scene.sent == ["commit", "divert"]
    assert scene.step(0.1).state is GateState.CLOSED


def test_a_recycle_takes_back_no_commit_of_the_vehicle() -> None:
    scene = on_its_way()
    scene.answer(CommandState.VERIFIED)
    scene.step(0.1)
    scene.attempt = 2
    assert [scene.step(0.1).state for _ in range(3)] == [GateState.COMMITTED] * 3


def test_a_stop_that_is_verified_after_a_recycle_lets_a_committed_gate_be_asked_again() -> None:
    scene = on_its_way()
    scene.answer(CommandState.VERIFIED)
    scene.step(0.1)
    scene.attempt = 2
    scene.step(0.1)
    scene.command("divert", CommandState.VERIFIED)
    assert [scene.step(0.1).state for _ in range(3)] == [
        GateState.MISSED,
        GateState.CLOSED,
        GateState.GO,
    ]


def test_a_recycle_asks_a_gate_again_that_committed_by_standing() -> None:
    scene = Range(STANDING + 'polls = ["FD"]\n')
    scene.step()
    scene.vote("FD")
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step(1.0).state is GateState.COMMITTED
    assert scene.step(9.0).state is GateState.COMMITTED
    scene.view.set("left", 60.0)
    scene.attempt = 2
    status = scene.step()
    assert (status.state, status.votes) == (GateState.CLOSED, ())
    assert scene.step().blocking == ("poll FD",)


def test_a_recycle_forgets_the_objections_to_a_gate_that_is_shut() -> None:
    scene = Range(EXPIRING)
    scene.step()
    scene.vote("FD", go=False)
    scene.view.forget("mode")
    assert scene.step().state is GateState.CLOSED
    scene.attempt = 2
    assert scene.step().votes == ()


@pytest.mark.parametrize("state", [CommandState.SENT, CommandState.ACKNOWLEDGED])
def test_a_stop_that_is_on_its_way_over_a_recycle_blocks_until_it_has_ended(
    state: CommandState,
) -> None:
    scene = Range()
    scene.step()
    scene.command("divert", state)
    assert scene.step().state is GateState.MISSED
    scene.attempt = 2
    assert scene.step().state is GateState.CLOSED
    assert scene.step(9.0).blocking == ("divert on its way",)
    assert scene.sent == []
    scene.answer(CommandState.TIMED_OUT)
    assert scene.step().state is GateState.GO


@pytest.mark.parametrize(
    ("wish", "held", "asked"),
    [
        ("hold", "", [("hold", "")]),
        ("hold", "held by FD: x", []),
        ("recycle", "", [("hold", ""), ("recycle", "engines")]),
        ("recycle", "held by FD: x", [("recycle", "engines")]),
        ("scrub", "", [("scrub", "")]),
    ],
)
def test_a_missed_gate_does_to_the_count_what_it_declares(
    wish: str, held: str, asked: list[tuple[str, str]]
) -> None:
    table = AUTOMATIC + f'no_go_count = "{wish}"\n'
    table += f'recycle_to = "engines"\n{MARK}' if wish == "recycle" else ""
    scene = Range(table)
    scene.criterion, scene.held = CriterionState.NO_GO, held
    scene.step()
    assert scene.asked == []
    scene.view.set("left", 0.0)
    scene.step()
    assert scene.asked == asked
    scene.step(5.0)
    assert scene.asked == asked


def test_what_revokes_a_command_holds_the_count_too_where_declared() -> None:
    scene = on_its_way(AUTOMATIC + 'no_go_count = "hold"\n')
    scene.criterion = CriterionState.NO_GO
    scene.step(0.1)
    assert scene.asked == [("hold", "")]


def test_what_it_asks_of_the_count_says_which_gate_and_why() -> None:
    wish = 'no_go_count = "recycle"\nrecycle_to = "engines"\n'
    scene = Range(MARK + AUTOMATIC + wish)
    scene.step()
    scene.view.set("left", 0.0)
    scene.step()
    why = "LANDING: the deadline passed"
    assert scene.last.actions == (
        GateAction("landing", "hold", "", why),
        GateAction("landing", "recycle", "", why, "engines"),
        GateAction("landing", "send", "divert", "the deadline passed"),
    )


def test_a_scrub_that_it_asks_for_says_which_gate_and_why() -> None:
    scene = Range(AUTOMATIC + 'no_go_count = "scrub"\n')
    scene.step()
    scene.view.set("left", 0.0)
    scene.step()
    assert scene.last.actions[0] == GateAction(
        "landing", "scrub", "", "LANDING: the deadline passed"
    )


def test_a_divert_by_an_operator_asks_nothing_of_the_count() -> None:
    scene = Range(AUTOMATIC + 'no_go_count = "scrub"\n')
    scene.step()
    scene.command("divert")
    assert scene.step().state is GateState.MISSED
    assert scene.asked == []
