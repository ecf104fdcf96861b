"""What stops a gate, and the NO-GO command that it owes: how often it is sent, what ends that."""

from __future__ import annotations

import pytest

from gcs.decision.no_go import NO_GO_TRIES, RETRY_REST_NS, OwedNoGo, telling, under_way, verified
from gcs.messages import CommandState, CommandStatus

SENT, ACKNOWLEDGED = CommandState.SENT, CommandState.ACKNOWLEDGED
REFUSED, VERIFIED = CommandState.REFUSED, CommandState.VERIFIED
TIMED_OUT = CommandState.TIMED_OUT
ENDED = (REFUSED, VERIFIED, TIMED_OUT)


def stop(state: CommandState, number: int = 0, attempts: int = 1) -> CommandStatus:
    return CommandStatus(number, "divert", state, number + 1, 0, attempts, (), (), "")


def owed(tries: int = 1) -> OwedNoGo:
    """Owed since the moment 0, and sent so often since."""
    no_go = OwedNoGo("divert")
    no_go.owe(0)
    for i in range(tries):
        assert no_go.take([stop(REFUSED)] if i else (), i * RETRY_REST_NS)
    return no_go


# --- Stops ---


def test_only_what_waits_for_its_verification_is_under_way() -> None:
    assert under_way([stop(state) for state in ENDED]) is None
    for state in (SENT, ACKNOWLEDGED):
        waiting = stop(state, 7)
        assert under_way([stop(REFUSED), waiting]) is waiting


def test_any_verified_stop_is_one() -> None:
    assert verified([stop(VERIFIED), stop(REFUSED, 1)])
    assert not verified([stop(state) for state in CommandState if state is not VERIFIED])


def test_the_stop_to_go_by_is_a_verified_one_and_else_the_newest() -> None:
    old, new = stop(TIMED_OUT, 3), stop(SENT, 4)
    assert telling([old, new]) is new
    assert telling([new, old]) is new
    done = stop(VERIFIED, 2)
    assert telling([done, old, new]) is done


def test_a_stop_that_was_refused_here_never_happened() -> None:
    assert telling([]) is None
    assert telling([stop(REFUSED, attempts=0)]) is None
    sent = stop(REFUSED, attempts=1)
    assert telling([sent, stop(REFUSED, 1, attempts=0)]) is sent


# --- What is owed ---


def test_what_was_never_owed_is_not_sent() -> None:
    assert not OwedNoGo("divert").take([stop(REFUSED)], 10 * RETRY_REST_NS)


def test_a_gate_without_such_a_command_owes_nothing() -> None:
    no_go = OwedNoGo("")
    no_go.owe(0)
    assert not no_go.take((), 0)
    no_go.retry(0)
    assert not no_go.take((), RETRY_REST_NS)


def test_what_is_owed_is_sent_at_once_and_not_before() -> None:
    no_go = OwedNoGo("divert")
    no_go.owe(7)
    assert not no_go.take((), 6)
    assert no_go.take((), 7)


@pytest.mark.parametrize("state", [REFUSED, TIMED_OUT])
def test_a_failed_one_is_sent_again_after_a_rest(state: CommandState) -> None:
    no_go = owed()
    assert not no_go.take([stop(state)], RETRY_REST_NS - 1)
    assert no_go.take([stop(state)], RETRY_REST_NS)


def test_one_that_was_kept_back_is_sent_again_after_a_rest() -> None:
    no_go = owed()
    assert not no_go.take((), RETRY_REST_NS - 1)
    assert no_go.take((), RETRY_REST_NS)


@pytest.mark.parametrize("state", [SENT, ACKNOWLEDGED])
def test_it_waits_while_any_stop_is_on_its_way(state: CommandState) -> None:
    no_go = owed()
    others = [stop(REFUSED), stop(state, 1), stop(REFUSED, 2)]
    assert not no_go.take(others, 9 * RETRY_REST_NS)
    assert no_go.take([stop(REFUSED), stop(TIMED_OUT, 1)], 10 * RETRY_REST_NS)


@pytest.mark.parametrize("tries", [0, 1])
def test_what_is_forgotten_is_not_sent_again(tries: int) -> None:
    no_go = owed(tries)
    no_go.forget()
    assert not no_go.take([stop(REFUSED)], 10 * RETRY_REST_NS)


def test_it_is_not_sent_for_ever() -> None:
    no_go = owed(NO_GO_TRIES)
    assert not no_go.take([stop(REFUSED)], 99 * RETRY_REST_NS)


def test_a_stop_that_somebody_sent_was_the_first_try() -> None:
    no_go = OwedNoGo("divert")
    no_go.retry(0)
    assert not no_go.take([stop(REFUSED)], RETRY_REST_NS - 1)
    sent = [no_go.take([stop(REFUSED)], i * RETRY_REST_NS) for i in range(1, NO_GO_TRIES + 1)]
    assert sent == [True] * (NO_GO_TRIES - 1) + [False]


def test_a_verified_one_ends_it_for_good() -> None:
    no_go = owed()
    assert not no_go.take([stop(VERIFIED)], RETRY_REST_NS)
    assert not no_go.take([stop(REFUSED, number=1)], 2 * RETRY_REST_NS)
