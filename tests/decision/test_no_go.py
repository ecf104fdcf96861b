"""The NO-GO command that a missed gate owes: how often it is sent, and what ends that."""

from __future__ import annotations

import pytest

from gcs.decision.no_go import NO_GO_TRIES, RETRY_REST_NS, OwedNoGo
from gcs.messages import CommandState, CommandStatus

REFUSED, VERIFIED = CommandState.REFUSED, CommandState.VERIFIED


def sent(state: CommandState, command: str = "divert", number: int = 0) -> CommandStatus:
    return CommandStatus(number, command, state, number + 1, 0, 1, (), (), "")


def owed(tries: int = 1) -> OwedNoGo:
    """Owed since the moment 0, and sent so often since."""
    no_go = OwedNoGo("divert")
    no_go.owe(0)
    for i in range(tries):
        assert no_go.take([sent(REFUSED)] if i else (), i * RETRY_REST_NS)
    return no_go


def test_what_was_never_owed_is_not_sent() -> None:
    assert not OwedNoGo("divert").take([sent(REFUSED)], 10 * RETRY_REST_NS)


def test_a_gate_without_such_a_command_owes_nothing() -> None:
    no_go = OwedNoGo("")
    no_go.owe(0)
    assert not no_go.take((), 0)


def test_a_failed_one_is_sent_again_after_a_rest() -> None:
    no_go = owed()
    assert not no_go.take([sent(REFUSED)], RETRY_REST_NS - 1)
    assert no_go.take([sent(REFUSED)], RETRY_REST_NS)


@pytest.mark.parametrize("tries", [0, 1])
def test_what_is_forgotten_is_not_sent_again(tries: int) -> None:
    no_go = owed(tries)
    no_go.forget()
    assert not no_go.take([sent(REFUSED)], 10 * RETRY_REST_NS)


def test_it_is_not_sent_for_ever() -> None:
    no_go = owed(NO_GO_TRIES)
    assert not no_go.take([sent(REFUSED)], 99 * RETRY_REST_NS)


def test_it_is_over_where_nothing_is_seen_of_it() -> None:
    no_go = owed()
    assert [no_go.take((), i * RETRY_REST_NS) for i in (1, 2)] == [False, False]


def test_a_newer_command_ends_it_for_good() -> None:
    no_go = owed()
    newer = [sent(REFUSED), sent(REFUSED, "hold", 1)]
    assert [no_go.take(newer, i * RETRY_REST_NS) for i in (1, 2)] == [False, False]
    assert not no_go.take([sent(REFUSED)], 3 * RETRY_REST_NS)


def test_a_verified_one_ends_it_for_good() -> None:
    no_go = owed()
    assert not no_go.take([sent(VERIFIED)], RETRY_REST_NS)
    assert not no_go.take([sent(VERIFIED), sent(REFUSED, number=1)], 2 * RETRY_REST_NS)
