"""Equal echoes of its nonce verify a command; acknowledgements and old echoes never do."""

from __future__ import annotations

import pytest

from gcs.command.outgoing import Dispatch
from gcs.messages import CommandState, Event
from tests.command.desk import Desk


def test_two_echoes_of_different_flight_computers_verify() -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_a")
    assert desk.last().state is CommandState.SENT
    desk.echo("fc_c")
    assert (desk.last().state, desk.last().echoed_by) == (CommandState.VERIFIED, ("fc_a", "fc_c"))
    assert desk.step(9.0) == Dispatch()


def test_a_verified_command_says_who_echoed_it() -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_c")
    told = desk.commander.echoed("fc_a", desk.last().nonce, 31001, 7)
    assert told.events == (Event(7, "command", "commit", "COMMIT VERIFIED: fc_c, fc_a", 5),)


def test_one_flight_computer_twice_does_not() -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_a")
    desk.echo("fc_a")
    assert desk.last().state is CommandState.SENT


@pytest.mark.parametrize(
    ("source", "nonce_off", "number"), [("fc_b", 1, 31001), ("fc_b", 0, 31002), ("gcs", 0, 31001)]
)
def test_another_nonce_command_or_source_is_no_echo(
    source: str, nonce_off: int, number: int
) -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_a")
    desk.echo(source, desk.last().nonce + nonce_off, number)
    assert desk.last().state is CommandState.SENT


def test_an_old_echo_never_verifies_a_new_command() -> None:
    desk = Desk()
    desk.send()
    old = desk.last().nonce
    desk.echo("fc_a")
    desk.echo("fc_b")
    desk.send()
    for source in ("fc_a", "fc_b", "fc_c"):
        desk.echo(source, old)
    assert [s.state for s in desk.commander.statuses()] == [
        CommandState.VERIFIED,
        CommandState.SENT,
    ]


def test_an_echo_after_the_end_changes_nothing() -> None:
    desk = Desk()
    desk.send()
    desk.commander.withdraw("commit", "x", 0)
    desk.echo("fc_a")
    desk.echo("fc_b")
    assert desk.last().state is CommandState.TIMED_OUT
