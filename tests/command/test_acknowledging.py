"""An acknowledgement shows what a flight computer said, and neither verifies nor ends."""

from __future__ import annotations

import pytest

from gcs.command.attempt import AckResult
from gcs.messages import CommandState
from tests.command.desk import Desk


def test_acknowledgements_alone_never_verify() -> None:
    desk = Desk()
    desk.send()
    for source in ("fc_a", "fc_b", "fc_c"):
        desk.commander.acknowledged(source, 31001, AckResult.ACCEPTED)
    assert desk.last().state is CommandState.ACKNOWLEDGED
    assert desk.last().acknowledged_by == ("fc_a", "fc_b", "fc_c")
    for _ in range(4):
        desk.step(0.5)
    assert desk.last().state is CommandState.TIMED_OUT


def test_a_refusal_shows_at_once_but_stops_no_retry() -> None:
    desk = Desk()
    desk.send()
    for source in ("fc_a", "fc_b"):
        desk.commander.acknowledged(source, 31001, AckResult.DENIED)
    assert desk.last().detail == "fc_a: denied, fc_b: denied"
    assert len(desk.step(0.5).outgoing) == 3
    desk.step(0.5)
    desk.step(0.5)
    assert desk.last().state is CommandState.REFUSED


def test_one_refusal_of_three_still_leaves_two_to_echo() -> None:
    desk = Desk()
    desk.send()
    desk.commander.acknowledged("fc_a", 31001, AckResult.DENIED)
    for _ in range(3):
        desk.step(0.5)
    assert desk.last().state is CommandState.TIMED_OUT
    assert desk.last().detail == "0 of 2 echoes; fc_a: denied"


def test_a_refusal_that_was_taken_back_does_not_end_as_refused() -> None:
    desk = Desk()
    desk.send()
    for source in ("fc_a", "fc_b"):
        desk.commander.acknowledged(source, 31001, AckResult.TEMPORARILY_REJECTED)
        desk.commander.acknowledged(source, 31001, AckResult.ACCEPTED)
    for _ in range(3):
        desk.step(0.5)
    assert desk.last().state is CommandState.TIMED_OUT


@pytest.mark.parametrize(("source", "number"), [("gcs", 31001), ("fc_a", 31002)])
def test_an_acknowledgement_of_something_else_shows_nothing(source: str, number: int) -> None:
    desk = Desk()
    desk.send()
    desk.commander.acknowledged(source, number, AckResult.ACCEPTED)
    assert (desk.last().state, desk.last().acknowledged_by) == (CommandState.SENT, ())


def test_a_result_that_nobody_knows_is_no_acceptance() -> None:
    desk = Desk()
    desk.send()
    desk.commander.acknowledged("fc_a", 31001, 250)
    assert (desk.last().state, desk.last().detail) == (CommandState.SENT, "fc_a: result 250")
