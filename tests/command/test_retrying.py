"""A command is sent again until it is echoed, and ends after its last attempt."""

from __future__ import annotations

from gcs.command.outgoing import Dispatch
from gcs.messages import CommandState, Event
from tests.command.desk import LATE, Desk


def test_a_retry_is_the_same_command_with_a_new_confirmation_count() -> None:
    desk = Desk()
    first = desk.send().outgoing[0].fields
    desk.view.set("left", 3.0)
    assert desk.step(0.4).outgoing == ()
    again = desk.step(0.1).outgoing[0].fields
    assert again == {**first, "confirmation": 1}


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
