"""Polls: who must say GO, what a vote stands on, and what ends it."""

from __future__ import annotations

import pytest

from gcs.decision.gates import build_gates
from gcs.messages import CommandState, CriterionState, Event, GateState, VoteStatus
from tests.decision.one_gate import (
    AUTOMATIC,
    CONTINUING,
    CRITERION,
    EXPIRING,
    HEAD,
    PARAMETERS,
    POLLED,
    TWO_PERSONS,
    Range,
)
from tests.helpers.joint_view import SECOND, FakeView, mission_of


def test_a_poll_blocks_until_every_position_said_go() -> None:
    scene = Range(POLLED)
    assert scene.step().blocking == ("poll FD", "poll BARGE")
    assert scene.gates.vote("landing", "FD", True, 0).kind == "vote"
    assert scene.step().blocking == ("poll BARGE",)
    scene.gates.vote("landing", "BARGE", False, 0)
    assert scene.step().blocking == ("poll BARGE NO-GO",)
    scene.gates.vote("landing", "BARGE", True, 0)
    assert scene.step().state is GateState.GO


def test_votes_for_go_revoke_nothing_and_one_against_does() -> None:
    scene = Range(POLLED)
    scene.step()
    for position in ("FD", "BARGE"):
        scene.vote(position)
    scene.step()
    scene.step(1.0)
    assert scene.sent == ["commit"]
    assert scene.step(0.1).state is GateState.GO
    scene.answer(CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.COMMITTED


def test_one_vote_against_alone_is_an_objection_too() -> None:
    scene = Range(AUTOMATIC + 'polls = ["FD"]\nno_go_after = "1 s"\n')
    scene.step()
    scene.vote("FD", go=False)
    scene.step()
    assert scene.step(1.0).state is GateState.MISSED


def test_a_no_go_vote_while_the_command_is_on_its_way_gives_the_chance_up() -> None:
    scene = Range(POLLED)
    scene.step()
    for position in ("FD", "BARGE"):
        scene.gates.vote("landing", position, True, 0)
    scene.step()
    scene.step(1.0)
    scene.gates.vote("landing", "FD", False, 0)
    assert scene.step(0.1).state is GateState.MISSED


def test_a_vote_is_shown_with_who_when_and_until_when() -> None:
    scene = Range(EXPIRING)
    scene.step(7.0)
    scene.vote("FD", person="anna")
    scene.vote("BARGE", go=False, person="bo")
    go, no_go = scene.step().votes
    assert go == VoteStatus("FD", True, "anna", 7 * SECOND, 10 * SECOND, go.basis)
    assert no_go == VoteStatus("BARGE", False, "bo", 7 * SECOND, None, go.basis)
    assert len(go.basis) == 32


def test_a_vote_and_its_refusal_are_told_with_who_and_when() -> None:
    scene = Range(POLLED)
    scene.step(7.0)
    assert scene.gates.vote("landing", "FD", True, scene.now_ns) == Event(
        7 * SECOND, "vote", "FD", "LANDING: GO", 5
    )
    assert scene.gates.vote("landing", "FD", False, scene.now_ns).text == "LANDING: NO-GO"
    assert scene.gates.vote("landing", "GNC", True, scene.now_ns) == Event(
        7 * SECOND, "refused", "GNC", "vote on LANDING refused: GNC is not polled", 4
    )


def test_a_go_falls_when_what_it_stood_on_changes_and_a_no_go_stands() -> None:
    scene = Range(POLLED)
    scene.step()
    scene.gates.vote("landing", "FD", True, 0)
    scene.gates.vote("landing", "BARGE", False, 0)
    scene.criterion = CriterionState.CAUTION
    assert scene.step().blocking == ("poll FD", "poll BARGE NO-GO")
    assert [event.kind for event in scene.last.events] == ["vote"]


def test_an_expired_and_a_fallen_go_are_told_apart() -> None:
    scene = Range(EXPIRING)
    scene.step()
    scene.vote("FD")
    scene.step(3.0)
    assert scene.last.events == (Event(scene.now_ns, "vote", "FD", "LANDING: GO of FD expired", 4),)
    scene.vote("FD")
    scene.criterion = CriterionState.CAUTION
    scene.step()
    (event,) = scene.last.events
    assert event.text == "LANDING: GO of FD fell, what it stood on changed"


@pytest.mark.parametrize(
    ("gate", "position", "reason"),
    [("landing", "CHEF", "CHEF is not polled"), ("launch", "FD", "no gate 'launch'")],
)
def test_a_vote_of_nobody_or_on_nothing_is_refused(gate: str, position: str, reason: str) -> None:
    scene = Range(POLLED)
    scene.step()
    event = scene.gates.vote(gate, position, True, 0)
    assert event.kind == "refused"
    assert event.text.endswith(reason)


def test_no_go_vote_for_a_closed_gate_and_no_go_over_a_blocking_criterion() -> None:
    scene = Range(POLLED)
    assert scene.gates.vote("landing", "FD", True, 0).kind == "refused"
    scene.criterion = CriterionState.UNKNOWN
    scene.step()
    assert scene.gates.vote("landing", "FD", True, 0).text.endswith("no GO over roll")
    assert scene.gates.vote("landing", "FD", False, 0).kind == "vote"


def test_a_go_over_criteria_that_bar_names_them_all() -> None:
    two = CRITERION + CRITERION.replace("[criterion.roll]", "[criterion.pitch]")
    view = FakeView(**PARAMETERS)
    gates, _ = build_gates(mission_of(HEAD + POLLED, PARAMETERS, two), view)
    view.set("mode", 4.0)
    view.set("left", 60.0)
    gates.step(view, (), (), 0)
    text = gates.vote("landing", "FD", True, 0).text
    assert text == "vote on LANDING refused: no GO over roll, pitch"


def test_all_that_bars_and_blocks_is_listed() -> None:
    scene = Range(POLLED)
    scene.criterion = CriterionState.NO_GO
    assert scene.step().reason == "blocked by roll, poll FD, poll BARGE"
    polled = Range(POLLED)
    polled.step()
    for position in ("FD", "BARGE"):
        polled.vote(position)
    polled.step()
    polled.vote("FD", go=False)
    polled.vote("BARGE", go=False)
    assert polled.gates.interlocks(polled.now_ns)["commit"] == (
        "LANDING is blocked by poll FD NO-GO, poll BARGE NO-GO"
    )


def test_a_go_expires_and_blocks_again_and_a_no_go_does_not() -> None:
    scene = Range(EXPIRING)
    scene.step()
    scene.vote("FD")
    assert [vote.expires_ns for vote in scene.step().votes] == [3 * SECOND]
    scene.vote("BARGE", go=False)
    assert scene.step(2.9).blocking == ("poll BARGE NO-GO",)
    status = scene.step(0.1)
    assert status.blocking == ("poll FD", "poll BARGE NO-GO")
    assert [event.text for event in scene.last.events] == ["LANDING: GO of FD expired"]
    assert [(vote.position, vote.expires_ns) for vote in status.votes] == [("BARGE", None)]


def test_an_expired_go_bars_the_command_between_two_steps_too() -> None:
    scene = Range(EXPIRING.replace('"automatic"', '"confirmed"'))
    scene.step()
    for position in ("FD", "BARGE"):
        scene.vote(position)
    scene.step()
    scene.step(1.0)
    assert scene.gates.interlocks(3 * SECOND - 1) == {}
    assert "poll FD" in scene.gates.interlocks(3 * SECOND)["commit"]


def test_a_no_go_vote_bars_the_command_before_the_next_step() -> None:
    scene = Range(POLLED.replace('"automatic"', '"confirmed"'))
    scene.step()
    for position in ("FD", "BARGE"):
        scene.vote(position)
    scene.step()
    scene.step(1.0)
    scene.vote("FD", go=False)
    assert "poll FD NO-GO" in scene.gates.interlocks(scene.now_ns)["commit"]


def test_voting_again_renews_a_go() -> None:
    scene = Range(EXPIRING)
    scene.step()
    scene.vote("FD")
    scene.step(2.0)
    scene.vote("FD")
    assert scene.step(2.0).blocking == ("poll BARGE",)


@pytest.mark.parametrize(
    ("persons", "known"),
    [(("anna", "anna"), 1), (("", ""), 0), (("anna", ""), 1), (("", "bo"), 1)],
)
def test_one_person_at_two_positions_and_nobody_at_all_are_not_two_persons(
    persons: tuple[str, str], known: int
) -> None:
    scene = Range(TWO_PERSONS)
    scene.step()
    for position, person in zip(("FD", "BARGE"), persons, strict=True):
        scene.vote(position, person=person)
    assert scene.step().blocking == (f"poll needs 2 persons, has {known}",)
    assert scene.step(9.0).state is GateState.NO_GO


def test_two_persons_go() -> None:
    scene = Range(TWO_PERSONS)
    scene.step()
    scene.vote("FD", person="anna")
    scene.vote("BARGE", person="bo")
    status = scene.step()
    assert status.state is GateState.GO
    assert [(v.position, v.person, v.go) for v in status.votes] == [
        ("FD", "anna", True),
        ("BARGE", "bo", True),
    ]
    assert len({v.basis for v in status.votes}) == 1


def test_a_go_to_what_the_voter_has_not_seen_is_refused() -> None:
    scene = Range(POLLED)
    scene.step()
    scene.criterion = CriterionState.CAUTION
    scene.step(1.0)
    cast = scene.gates.vote("landing", "FD", True, 2 * SECOND, "anna", SECOND - 1)
    assert cast.text.endswith("what it stands on has changed since you looked")
    assert scene.gates.vote("landing", "FD", False, 2 * SECOND, "anna", 0).kind == "vote"
    assert scene.gates.vote("landing", "FD", True, 2 * SECOND, "anna", SECOND).kind == "vote"


def test_a_gate_that_closed_forgets_who_said_go_and_not_who_objected() -> None:
    scene = Range(POLLED)
    scene.step()
    scene.gates.vote("landing", "FD", True, 0)
    scene.gates.vote("landing", "BARGE", False, 0)
    scene.view.set("mode", 3.0)
    assert [vote.position for vote in scene.step().votes] == ["BARGE"]
    scene.view.set("mode", 4.0)
    assert scene.step().blocking == ("poll FD", "poll BARGE NO-GO")
    scene.gates.vote("landing", "BARGE", True, 0)
    assert scene.step().blocking == ("poll FD",)


def test_an_objection_to_a_gate_that_lost_its_question_still_counts_at_the_deadline() -> None:
    scene = Range(CONTINUING + 'polls = ["FD"]\n')
    scene.step()
    scene.vote("FD", go=False)
    scene.view.forget("mode")
    assert scene.step().state is GateState.CLOSED
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.MISSED
    assert scene.sent == ["divert"]
