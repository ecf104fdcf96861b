"""Votes, through the whole station: a polled gate waits for them, and they fall."""

from __future__ import annotations

import pytest

from gcs.messages import GateState, Vote
from tests.helpers.hop import QUICKER, Hop, changed
from tests.helpers.landing import refusals


def polled() -> Hop:
    """The landing gate asks FD and BARGE."""
    commit = 'go_command = "landing_commit"'
    mission = changed(QUICKER, (commit, f'{commit}\npolls = ["FD", "BARGE"]'))
    return Hop(mission).descend()


def test_a_polled_gate_waits_for_every_vote_and_commits_with_them() -> None:
    hop = polled().fly(3)
    assert set(hop.gate("landing_commit").blocking) == {"poll FD", "poll BARGE"}
    hop.intent(Vote("landing_commit", True), "FD")
    hop.fly(2)
    assert hop.gate("landing_commit").blocking == ("poll BARGE",)
    hop.intent(Vote("landing_commit", True), "BARGE")
    hop.fly(2)
    assert hop.landing is GateState.COMMITTED


def test_a_vote_falls_when_a_criterion_it_stood_on_changes() -> None:
    hop = polled().fly(3)
    for position in ("FD", "BARGE"):
        hop.intent(Vote("landing_commit", True), position)
    hop.barge.says["deck"]["fire"] = True
    hop.tick()
    hop.barge.says["deck"]["fire"] = False
    hop.fly(3)
    assert hop.landing is GateState.NO_GO
    assert set(hop.gate("landing_commit").blocking) == {"poll FD", "poll BARGE"}


@pytest.mark.parametrize(
    ("gate", "position", "told"),
    [
        ("landing_commit", "GNC", "GNC is not polled"),
        ("launch_commit", "FD", "FD is not polled"),
        ("landing", "FD", "no gate 'landing'"),
        ("", "FD", "no gate ''"),
    ],
)
def test_a_vote_that_nobody_asked_for_is_refused(gate: str, position: str, told: str) -> None:
    hop = polled().fly(3)
    hop.intent(Vote(gate, True), position)
    assert told in refusals(hop)[-1]


def test_a_no_go_vote_while_the_commit_is_on_its_way_diverts() -> None:
    hop = polled()
    for computer in hop.computers.values():
        computer.hears = False
    hop.fly(3)
    for position in ("FD", "BARGE"):
        hop.intent(Vote("landing_commit", True), position)
    hop.fly(1.5)
    assert hop.commands("landing_commit") != []
    hop.intent(Vote("landing_commit", False), "FD")
    hop.fly(0.2)
    assert hop.landing is GateState.MISSED
    assert hop.sent("divert") != []
