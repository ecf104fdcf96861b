"""After a verified commit: a NO-GO diverts while it still can, and silence never does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gcs.messages import CommandState, CriterionState, GateState
from tests.helpers.hop import COMPUTERS, SECOND, TICK, Hop, hurried
from tests.helpers.landing import deaf, quick, silent


def test_no_go_between_the_two_closings_diverts() -> None:
    hop = Hop(hurried()).commit()
    hop.barge.says["deck"]["fire"] = True
    hop.fly(0.9)
    assert hop.sent("divert") == []
    hop.fly(0.4)
    assert hop.gate("landing_continue").state is GateState.MISSED
    assert hop.landing is GateState.MISSED
    assert [c.state for c in hop.commands("divert")] == [CommandState.VERIFIED]


def test_no_go_after_divert_close_sends_nothing_and_landing_criteria_are_inhibited() -> None:
    hop = Hop(hurried()).commit().fly(10)
    assert hop.snapshot.count.t_ns > 14 * SECOND
    hop.barge.says["deck"]["fire"] = True
    hop.fly(5)
    assert hop.sent("divert") == []
    assert hop.criterion("deck_fire").state is CriterionState.INHIBITED
    assert hop.landing is GateState.COMMITTED


@pytest.mark.parametrize("tenths", [1, 5, 8])
def test_a_no_go_too_late_to_stand_its_second_diverts_no_more(tenths: int) -> None:
    hop = Hop(hurried()).commit()
    while hop.snapshot.count.t_ns < 14 * SECOND - tenths * TICK:
        hop.tick()
    hop.barge.says["deck"]["fire"] = True
    hop.fly(15)
    assert hop.sent("divert") == []
    assert hop.gate("landing_continue").state is GateState.MISSED
    assert any("no longer clears the barge" in text for text in hop.told("refused"))


def gone(hop: Hop) -> None:
    hop.downlink = False


def vehicle_gone(hop: Hop) -> None:
    silent(hop, *COMPUTERS)


def barge_gone(hop: Hop) -> None:
    hop.barge.silent = {"*"}


def two_computers_gone(hop: Hop) -> None:
    silent(hop, "fc_a", "fc_b")


def one_message_gone(hop: Hop) -> None:
    for computer in hop.computers.values():
        computer.silent = {"ATTITUDE"}


def motion_gone(hop: Hop) -> None:
    hop.barge.silent = {"motion"}


LOSSES = [gone, vehicle_gone, barge_gone, two_computers_gone, one_message_gone, motion_gone]


@pytest.mark.parametrize("loss", LOSSES)
def test_silence_after_a_verified_commit_does_not_divert(loss: Callable[[Hop], None]) -> None:
    hop = Hop(hurried()).commit()
    loss(hop)
    hop.fly(15)
    assert hop.landing is GateState.COMMITTED
    assert hop.gate("landing_continue").state is GateState.COMMITTED
    assert hop.sent("divert") == []
    assert hop.told("refused") == []
    assert hop.criterion("tilt").state is CriterionState.INHIBITED


@pytest.mark.parametrize("seconds", [0.6, 3.0])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_link_that_comes_back_after_a_commit_does_not_divert(
    loss: Callable[[Hop], None], seconds: float
) -> None:
    hop = Hop(hurried()).commit()
    loss(hop)
    hop.fly(seconds)
    hop.downlink = True
    hop.barge.silent = set()
    for computer in hop.computers.values():
        computer.silent = set()
    hop.fly(3)
    assert hop.landing is GateState.COMMITTED
    assert hop.sent("divert") == []


def test_a_no_go_seen_before_the_silence_still_diverts_once_it_is_seen_again() -> None:
    hop = Hop(hurried()).commit()
    hop.barge.silent = {"*"}
    hop.fly(3)
    hop.barge.silent = set()
    hop.barge.says["deck"]["persons_on_board"] = 2
    hop.fly(2)
    assert hop.sent("divert") != []


def test_before_the_commit_is_verified_silence_revokes_it() -> None:
    hop = deaf(quick()).fly(2.5)
    assert hop.commands("landing_commit") != []
    barge_gone(hop)
    hop.fly(4)
    assert hop.landing is GateState.MISSED
    assert hop.sent("divert") != []
