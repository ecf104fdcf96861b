"""One command on its way: what each answer and echo does to it, and what it says of itself."""

from __future__ import annotations

import pytest

from gcs.command.attempt import AckResult, Attempt
from gcs.config.mission import CommandConfig
from gcs.messages import CommandState, CommandStatus

S = CommandState
NUMBER, NONCE = 31001, 77


def attempt(targets: str = "abc", echoes: int = 2, verified_when: str | None = None) -> Attempt:
    """A command; with `verified_when` an order to a barge."""
    kind = {"mav_cmd": "COMMIT"}
    if verified_when is not None:
        kind = {"order": "x", "target": "barge", "verified_when": verified_when}
    config = CommandConfig.model_validate(
        {"id": "commit", "title": "COMMIT", "validity": "3 s", **kind}
    )
    return Attempt(5, config, NUMBER, NONCE, 9, frozenset(targets), echoes, {}, "landing")


def test_only_the_echo_that_verifies_it_says_so() -> None:
    tried = attempt()
    assert [tried.echo(who, NONCE, NUMBER) for who in ("a", "a", "b", "c")] == [
        False,
        False,
        True,
        False,
    ]
    assert tried.status() == CommandStatus(
        5, "commit", S.VERIFIED, NONCE, 9, 0, (), ("a", "b"), "", "landing"
    )


@pytest.mark.parametrize(
    ("who", "nonce", "number"), [("x", NONCE, NUMBER), ("a", 78, NUMBER), ("a", NONCE, 31002)]
)
def test_what_is_no_echo_of_it_ends_nothing(who: str, nonce: int, number: int) -> None:
    tried = attempt(echoes=1)
    assert not tried.echo(who, nonce, number)
    assert tried.state is S.SENT


def test_a_verified_command_no_longer_tells_of_refusals() -> None:
    tried = attempt(echoes=1)
    tried.acknowledge("a", NUMBER, AckResult.TEMPORARILY_REJECTED)
    assert tried.detail == "a: temporarily rejected"
    tried.echo("b", NONCE, NUMBER)
    assert (tried.state, tried.detail) == (S.VERIFIED, "")


def test_who_took_his_acknowledgement_back_is_not_shown_as_having_given_it() -> None:
    tried = attempt()
    tried.acknowledge("a", NUMBER, AckResult.ACCEPTED)
    tried.acknowledge("b", NUMBER, AckResult.IN_PROGRESS)
    tried.acknowledge("a", NUMBER, AckResult.DENIED)
    status = tried.status()
    assert (status.state, status.acknowledged_by) == (S.ACKNOWLEDGED, ("b",))
    assert status.detail == "a: denied"


def test_a_barges_refusal_ends_its_order_and_its_consent_does_not() -> None:
    tried = attempt("a", 1, "lit == 1")
    assert not tried.answer("a", NONCE, accepted=True, reason="")
    assert tried.state is S.ACKNOWLEDGED
    assert not tried.answer("a", 78, accepted=False, reason="busy")
    assert not tried.answer("x", NONCE, accepted=False, reason="busy")
    assert tried.answer("a", NONCE, accepted=False, reason="busy")
    assert (tried.state, tried.detail) == (S.REFUSED, "a: busy")
    assert not tried.answer("a", NONCE, accepted=True, reason="")
    assert tried.state is S.REFUSED


def test_a_barge_that_echoed_the_order_refuses_it_no_more() -> None:
    tried = attempt("a", 1, "lit == 1")
    assert not tried.echo("a", NONCE, NUMBER)
    assert not tried.answer("a", NONCE, accepted=False, reason="busy")
    assert tried.state is S.SENT


def test_the_effect_verifies_only_with_the_echo() -> None:
    tried = attempt("a", 1, "lit == 1")
    assert not tried.see(True)
    tried.echo("a", NONCE, NUMBER)
    assert not tried.see(False)
    assert tried.see(True)
    assert tried.state is S.VERIFIED
    assert not tried.see(True)


@pytest.mark.parametrize(
    ("refusing", "echoing", "state", "detail"),
    [
        ("", "", S.TIMED_OUT, "0 of 2 echoes"),
        ("a", "b", S.TIMED_OUT, "1 of 2 echoes; a: failed"),
        ("ab", "", S.REFUSED, "a: failed, b: failed"),
    ],
)
def test_how_it_ends_when_its_attempts_are_used_up(
    refusing: str, echoing: str, state: CommandState, detail: str
) -> None:
    tried = attempt()
    for who in refusing:
        tried.acknowledge(who, NUMBER, AckResult.FAILED)
    for who in echoing:
        tried.echo(who, NONCE, NUMBER)
    tried.end_unverified()
    assert (tried.state, tried.detail) == (state, detail)


def test_an_order_whose_effect_was_not_seen_says_which() -> None:
    tried = attempt("a", 1, "lit == 1")
    tried.echo("a", NONCE, NUMBER)
    tried.end_unverified()
    assert tried.detail == "1 of 1 echoes, but not lit == 1"


def test_it_awaits_echoes_while_a_target_may_still_give_one() -> None:
    tried = attempt("ab", 2)
    assert tried.awaits_echo
    tried.echo("a", NONCE, NUMBER)
    assert tried.awaits_echo
    tried.echo("b", NONCE, NUMBER)
    assert not tried.awaits_echo
