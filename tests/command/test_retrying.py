"""A command is sent again until it is echoed, and ends after its last attempt."""

from __future__ import annotations

from gcs.command.outgoing import Dispatch
from gcs.messages import CommandState, Event
from tests.command.desk import LATE, Desk
from tests.helpers.joint_view import SECOND

COUNTING = """
[[command]]
id = "late"
title = "LATE"
mav_cmd = "DIVERT"
validity = "3 s"
attempts = 5
parameters = { param3 = "left" }
counting_down = ["param3"]
"""


def test_a_retry_is_the_same_command_with_a_new_confirmation_count() -> None:
    desk = Desk()
    first = desk.send().outgoing[0].fields
    assert desk.step(0.4).outgoing == ()
    again = desk.step(0.1).outgoing[0].fields
    assert again == {**first, "confirmation": 1}


def test_a_retry_carries_what_its_parameters_are_by_then() -> None:
    desk = Desk(more=LATE.replace('allowed = "held(mode == 4, 1 s)"\n', ""))
    for half_s in range(20):
        desk.view.histories[1].append(half_s * SECOND // 2, 12.0 - half_s, good=True)
    desk.now_ns = 4 * SECOND
    first = desk.send("late").outgoing[0].fields
    again = desk.step(1.0).outgoing
    assert first["param3"] == 7.0
    assert [out.fields for out in again] == [{**first, "confirmation": 1, "param3": 5.0}] * 3
    assert [out.fields["param3"] for out in desk.step(0.5).outgoing] == [4.0] * 3


def test_a_retry_says_what_is_left_of_what_counts_down() -> None:
    """Whatever the expression says by then: a count may be held, or run."""
    desk = Desk(more=COUNTING)
    desk.now_ns, told = 7 * SECOND, []
    for left, wait_s in ((2.0, 0.0), (2.0, 0.5), (1.0, 0.5), (9.0, 0.5)):
        desk.view.set("left", left)
        sent = desk.step(wait_s) if told else desk.send("late")
        told.append(sent.outgoing[0].fields["param3"])
    assert told == [2.0, 1.5, 1.0, 0.5]
    (event,) = desk.step(0.5).events
    assert event.text == "LATE not sent again: the moment that param3 told has come"
    desk.step(0.5)
    assert desk.last().state is CommandState.TIMED_OUT


def test_what_counts_down_is_unknown_where_its_expression_is() -> None:
    desk = Desk(more=COUNTING)
    desk.send("late")
    desk.view.forget("left")
    (event,) = desk.step(0.5).events
    assert event.text == "LATE not sent again: param3 is unknown (left)"


def test_a_retry_whose_parameters_are_unknown_is_spent_unsent_and_said() -> None:
    desk = Desk()
    first = desk.send().outgoing[0].fields
    desk.view.forget("left")
    said = Event(
        SECOND // 2, "command", "commit", "COMMIT not sent again: param3 is unknown (left)", 4
    )
    assert desk.step(0.5) == Dispatch(events=(said,))
    assert desk.step(0.4) == Dispatch()
    desk.view.set("left", 2.0)
    again = desk.step(0.1).outgoing
    assert [out.fields for out in again] == [{**first, "confirmation": 2, "param3": 2.0}] * 3
    desk.step(0.5)
    assert (desk.last().state, desk.last().attempts) == (CommandState.TIMED_OUT, 3)


def test_an_echo_verifies_a_command_whose_parameters_became_unknown() -> None:
    desk = Desk()
    desk.send()
    desk.view.forget("left")
    desk.step(0.5)
    desk.echo("fc_a")
    desk.echo("fc_b")
    assert desk.last().state is CommandState.VERIFIED


def test_a_retry_spares_who_echoed() -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_b")
    assert [o.target for o in desk.step(0.5).outgoing] == ["fc_a", "fc_c"]


def test_no_confirmation_count_is_more_than_a_byte_holds() -> None:
    table = LATE.replace('allowed = "held(mode == 4, 1 s)"\n', "attempts = 300\n")
    desk = Desk(more=table.replace('parameters = { param3 = "max_over(left, 2 s)" }', ""))
    desk.send("late")
    counts = [desk.step(0.5).outgoing[0].fields["confirmation"] for _ in range(258)]
    assert counts == [*range(1, 256), 255, 255, 255]


def test_attempts_used_up_is_timed_out() -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_a")
    assert [len(desk.step(0.5).outgoing) for _ in range(3)] == [2, 2, 0]
    assert (desk.last().state, desk.last().attempts) == (CommandState.TIMED_OUT, 3)
    assert desk.last().detail == "1 of 2 echoes"
    assert desk.step(9.0) == Dispatch()


def test_how_a_command_ended_is_told_when_it_is_seen() -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_a")
    events = [event for _ in range(3) for event in desk.step(0.5).events]
    assert events == [
        Event(1_500_000_000, "command", "commit", "COMMIT TIMED OUT: 1 of 2 echoes", 3)
    ]
