"""What operators may do, through the whole station: codes, expiry, and what is allowed by then."""

from __future__ import annotations

import pytest

from gcs.messages import CancelCommand, CommandState, ConfirmCommand, GateState, StageCommand
from tests.helpers.hop import SECOND, Hop
from tests.helpers.landing import refusals, staged_divert


def test_a_dangerous_command_waits_for_its_code() -> None:
    hop, code = staged_divert()
    (staged,) = hop.snapshot.staged
    assert (staged.command, staged.position, len(code)) == ("divert", "FD", 4)
    assert staged.expires_ns == hop.now_ns - SECOND // 10 + 15 * SECOND
    assert hop.sent("divert") == []
    hop.intent(ConfirmCommand(code))
    hop.fly(0.2)
    assert hop.snapshot.staged == ()
    assert [c.state for c in hop.commands("divert")] == [CommandState.VERIFIED]
    assert hop.landing is GateState.MISSED, "an operator's divert ends the landing gate"


@pytest.mark.parametrize("code", ["", "XXXX", "divert", "\x00" * 4, "A" * 10_000])
def test_a_wrong_code_sends_nothing_and_leaves_the_staged_one(code: str) -> None:
    hop, right = staged_divert()
    hop.intent(ConfirmCommand(code))
    hop.tick()
    assert hop.sent("divert") == []
    assert "the code is another one" in refusals(hop)[-1]
    hop.intent(ConfirmCommand(f" {right.lower()} "))
    hop.tick()
    assert hop.sent("divert") != []


@pytest.mark.parametrize("position", ["GNC", "BARGE", "", "CHEF", "fd"])
def test_only_who_staged_it_confirms_it(position: str) -> None:
    hop, code = staged_divert()
    hop.intent(ConfirmCommand(code), position)
    hop.tick()
    assert hop.sent("divert") == []
    assert len(refusals(hop)) == 1
    assert hop.snapshot.staged != ()


def test_a_code_works_once() -> None:
    hop, code = staged_divert()
    hop.intent(ConfirmCommand(code))
    before = len(hop.sent("divert"))
    hop.intent(ConfirmCommand(code))
    assert len(hop.sent("divert")) == before
    assert "nothing is staged" in refusals(hop)[-1]


def test_a_staged_command_expires_and_its_code_with_it() -> None:
    hop, code = staged_divert()
    hop.fly(14.8)
    assert hop.snapshot.staged != ()
    hop.fly(0.2)
    assert hop.snapshot.staged == ()
    hop.intent(ConfirmCommand(code))
    hop.tick()
    assert hop.sent("divert") == []
    assert any("was not confirmed in time" in text for text in hop.told("command"))


def test_a_code_is_refused_at_its_expiry_even_if_no_tick_came_in_between() -> None:
    hop, code = staged_divert()
    hop.now_ns += 15 * SECOND
    hop.intent(ConfirmCommand(code))
    assert hop.sent("divert") == []


def test_a_cancelled_command_is_gone() -> None:
    hop, code = staged_divert()
    hop.intent(CancelCommand(), "GNC")
    hop.tick()
    assert hop.snapshot.staged != ()
    assert refusals(hop)[-1] == "refused: this console has nothing staged"
    hop.intent(CancelCommand())
    hop.intent(ConfirmCommand(code))
    hop.tick()
    assert hop.snapshot.staged == ()
    assert hop.sent("divert") == []


def test_the_read_back_says_what_goes_where_and_what_it_takes() -> None:
    hop, _ = staged_divert()
    (staged,) = hop.snapshot.staged
    first, sending, allowed = staged.readback
    assert first == "MAV_CMD_LANDFALL_DIVERT to fc_a, fc_b, fc_c"
    assert sending == "valid 3.0 s, sent up to 5 times, verified by 2 equal echoes"
    assert allowed.startswith("holds: landing.mode == 3 or")
    assert staged.person == "fd"


def test_what_was_allowed_when_staged_is_asked_again_when_confirmed() -> None:
    hop = Hop().born().fly(1)
    hop.intent(StageCommand("abort"))
    hop.tick()
    (staged,) = hop.snapshot.staged
    code = staged.code
    hop.say("LANDING_STATE", mode=7)
    hop.fly(0.5)
    hop.intent(ConfirmCommand(code))
    hop.tick()
    assert hop.sent("abort") == []
    assert "the landing can no longer be changed" in refusals(hop)[-1]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("divert", "there is nothing to divert"),
        ("landing_commit", "LANDING COMMIT is CLOSED"),
        ("launch", "LAUNCH is CLOSED"),
        ("self_destruct", "no such command"),
        ("", "no such command"),
    ],
)
def test_on_the_pad_what_is_not_allowed_is_not_even_staged(command: str, told: str) -> None:
    hop = Hop().born().fly(1)
    hop.intent(StageCommand(command))
    hop.tick()
    assert hop.snapshot.staged == ()
    assert told in refusals(hop)[-1]


def test_an_operator_cannot_commit_past_a_blocked_gate() -> None:
    hop = Hop().descend()
    hop.barge.says["deck"]["fire"] = True
    hop.fly(1)
    hop.intent(StageCommand("landing_commit"))
    hop.tick()
    assert hop.snapshot.staged == ()
    assert "blocked by deck_fire" in refusals(hop)[-1]


def test_a_harmless_command_goes_out_at_once() -> None:
    hop = Hop().born().fly(1)
    hop.intent(StageCommand("hold"), "GNC")
    hop.fly(0.2)
    assert [c.state for c in hop.commands("hold")] == [CommandState.VERIFIED]


def test_intents_do_nothing_after_a_fault() -> None:
    hop, code = staged_divert()
    hop.station._state.derive = None  # type: ignore[assignment] # noqa: SLF001
    hop.tick()
    assert hop.snapshot.fault
    hop.intent(ConfirmCommand(code))
    hop.fly(1)
    assert hop.sent("divert") == []
