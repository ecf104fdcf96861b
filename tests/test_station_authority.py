"""Who commands, through the whole station: authority, and what falls with it."""

from __future__ import annotations

import pytest

from gcs.messages import (
    Act,
    CancelCommand,
    ConfirmCommand,
    ConsoleChanged,
    CountState,
    GiveAuthority,
    HoldCount,
    Recycle,
    ReleaseHold,
    Resumed,
    Scrub,
    StageCommand,
    TakeAuthority,
    Vote,
)
from tests.helpers.hop import SECOND, Hop
from tests.helpers.landing import refusals, staged_divert


def test_only_the_console_with_authority_commands_and_refusals_name_it() -> None:
    hop = Hop().descend()
    hop.intent(StageCommand("divert"), "GNC")
    hop.tick()
    assert hop.snapshot.staged == ()
    assert "command authority is with console-FD (FD, fd)" in refusals(hop)[-1]
    shown = [(c.id, c.position, c.person, c.authority) for c in hop.snapshot.consoles]
    assert shown == [
        ("console-FD", "FD", "fd", True),
        ("console-GNC", "GNC", "gnc", False),
        ("console-BARGE", "BARGE", "barge", False),
    ]


def test_authority_is_handed_over_and_what_was_staged_under_it_falls() -> None:
    hop, code = staged_divert()
    hop.intent(GiveAuthority("console-GNC"))
    hop.tick()
    assert hop.snapshot.staged == ()
    hop.intent(ConfirmCommand(code))
    hop.intent(StageCommand("divert"))
    assert "command authority is with console-GNC (GNC, gnc)" in refusals(hop)[-1]
    hop.intent(StageCommand("divert"), "GNC")
    hop.tick()
    (staged,) = hop.snapshot.staged
    hop.intent(ConfirmCommand(staged.code), "GNC")
    hop.tick()
    assert [c.by for c in hop.commands("divert")] == ["GNC"]


@pytest.mark.parametrize("act", [GiveAuthority("console-BARGE"), TakeAuthority()])
def test_a_refused_hand_over_leaves_what_another_console_staged(act: Act) -> None:
    hop, code = staged_divert()
    hop.intent(act, "GNC")
    assert "authority refused: command authority is with console-FD" in refusals(hop)[-1]
    hop.intent(ConfirmCommand(code))
    assert hop.sent("divert") != []


def test_authority_of_a_console_that_died_is_taken_and_its_staged_command_is_gone() -> None:
    hop, code = staged_divert()
    hop.step([ConsoleChanged("console-FD", "FD", attached=False, person="fd")])
    hop.tick()
    assert hop.snapshot.staged == ()
    assert not any(console.authority for console in hop.snapshot.consoles)
    hop.intent(StageCommand("divert"), "GNC")
    assert "nobody holds command authority, take it first" in refusals(hop)[-1]
    hop.intent(TakeAuthority(), "GNC")
    hop.intent(StageCommand("divert"), "GNC")
    hop.tick()
    (staged,) = hop.snapshot.staged
    assert staged.code != code


def test_nobody_confirms_after_a_crash_what_was_staged_before_it() -> None:
    hop, code = staged_divert()
    hop.intent(StageCommand("abort"), "BARGE")
    hop.step([Resumed("first.mcap", SECOND)])
    hop.tick()
    assert hop.snapshot.staged == ()
    assert hop.told("command")[-2:] == [
        "DIVERT TO SEA no longer staged: the station went down",
        "ABORT no longer staged: the station went down",
    ]
    hop.step([ConsoleChanged("console-FD", "FD", attached=True, person="fd")])
    hop.intent(ConfirmCommand(code))
    assert hop.sent("divert") == []


def test_an_abort_that_a_console_staged_falls_when_it_leaves() -> None:
    hop, _ = staged_divert()
    hop.intent(StageCommand("abort"), "BARGE")
    hop.step([ConsoleChanged("console-BARGE", "BARGE", attached=False, person="barge")])
    hop.tick()
    assert [staged.console for staged in hop.snapshot.staged] == ["console-FD"]
    assert hop.told("command")[-1] == "ABORT no longer staged: console-BARGE left"


def test_an_abort_of_another_position_displaces_nothing_that_is_staged() -> None:
    hop, code = staged_divert()
    hop.intent(StageCommand("abort"), "BARGE")
    hop.tick()
    shown = [(s.console, s.command, s.person) for s in hop.snapshot.staged]
    assert shown == [("console-FD", "divert", "fd"), ("console-BARGE", "abort", "barge")]
    hop.intent(ConfirmCommand(code))
    assert hop.sent("divert") != []
    hop.tick()
    (abort,) = hop.snapshot.staged
    hop.intent(ConfirmCommand(abort.code), "BARGE")
    assert hop.sent("abort") != []


def test_abort_needs_no_authority() -> None:
    hop = Hop().born().fly(1)
    hop.intent(StageCommand("abort"), "BARGE")
    hop.tick()
    (staged,) = hop.snapshot.staged
    hop.intent(ConfirmCommand(staged.code), "BARGE")
    hop.tick()
    assert hop.sent("abort") != []


@pytest.mark.parametrize("act", [ReleaseHold(), Recycle("x", "y"), Scrub("y")])
def test_release_recycle_and_scrub_take_authority_and_a_hold_does_not(act: Act) -> None:
    hop = Hop().born().fly(1)
    hop.intent(HoldCount("boat"), "BARGE")
    hop.intent(act, "BARGE")
    hop.tick()
    assert "command authority is with console-FD" in refusals(hop)[-1]
    assert hop.snapshot.count.state is CountState.HOLD


@pytest.mark.parametrize("position", ["", "CHEF"])
@pytest.mark.parametrize(
    "act",
    [
        CancelCommand(),
        StageCommand("divert"),
        HoldCount("no"),
        ReleaseHold(),
        Vote("landing_commit", False),
    ],
    ids=lambda act: type(act).__name__,
)
def test_who_has_no_position_changes_nothing(act: Act, position: str) -> None:
    hop, code = staged_divert()
    said = len(refusals(hop))
    hop.intent(act, position)
    hop.tick()
    assert len(refusals(hop)) == said + 1
    assert "no authority" in refusals(hop)[-1]
    (staged,) = hop.snapshot.staged
    assert staged.code == code
    assert hop.snapshot.count.state is CountState.FLIGHT
