"""A dangerous command waits, read back, for the code that its own console gives."""

from __future__ import annotations

import pytest

from gcs.command.commands import STAGED_FOR_NS
from gcs.command.outgoing import Dispatch
from gcs.command.session import SessionSecrets
from gcs.messages import Event
from tests.command.desk import ELSEWHERE, Desk, operator, refusals
from tests.helpers.joint_view import SECOND


def test_a_dangerous_command_waits_for_its_code() -> None:
    desk = Desk()
    assert desk.stage().outgoing == ()
    staged = desk.staged()
    assert staged is not None
    assert (staged.command, staged.position) == ("commit", "FD")
    assert staged.expires_ns == STAGED_FOR_NS
    assert len(desk.confirm().outgoing) == 3
    assert desk.staged() is None
    assert refusals(desk.confirm()) == ["refused: nothing is staged"]


def test_the_read_back_tells_each_prerequisite_as_it_is_now() -> None:
    desk = Desk()
    desk.stage("launch", person="anna")
    staged = desk.staged()
    assert staged is not None
    assert staged.readback == (
        "LAUNCH to fc_a, fc_b, fc_c",
        "param4 = 12 (left)",
        "valid 4.0 s, sent up to 5 times, verified by 2 equal echoes",
        "holds: 4 == mode",
        "holds: (left > 3 s or mode == 9 and left > 0 s)",
        "to be confirmed by another person",
    )
    desk.view.set("mode", 3.0)
    desk.view.forget("left")
    (barred,) = desk.commander.staged(desk.view, 0, {"launch": "LAUNCH is NO-GO"})
    assert barred.readback[1:2] == ("param4 = UNKNOWN (left)",)
    assert barred.readback[3:6] == (
        "BARRED: LAUNCH is NO-GO",
        "DOES NOT HOLD: 4 == mode",
        "UNKNOWN: (left > 3 s or mode == 9 and left > 0 s)",
    )


def test_the_code_may_be_typed_in_small_letters() -> None:
    desk = Desk()
    desk.stage()
    staged = desk.staged()
    assert staged is not None
    assert len(desk.confirm(f" {staged.code.lower()} ").outgoing) == 3


def test_a_wrong_code_is_refused_and_the_right_one_still_counts() -> None:
    desk = Desk()
    desk.stage()
    assert refusals(desk.confirm("0000")) == ["COMMIT refused: the code is another one"]
    assert refusals(desk.confirm("")) == ["COMMIT refused: the code is another one"]
    assert len(desk.confirm().outgoing) == 3


def test_the_code_of_an_earlier_staging_is_a_wrong_one() -> None:
    desk = Desk()
    desk.stage("divert")
    old = desk.staged()
    desk.stage("commit")
    assert old is not None
    assert refusals(desk.confirm(old.code)) == ["COMMIT refused: the code is another one"]


def test_cancel_drops_what_is_staged() -> None:
    desk = Desk()
    desk.stage()
    desk.cancel()
    assert desk.staged() is None
    assert refusals(desk.cancel()) == ["refused: this console has nothing staged"]


def test_staging_expires_to_the_nanosecond() -> None:
    desk = Desk()
    desk.stage()
    desk.now_ns = STAGED_FOR_NS
    assert refusals(desk.confirm()) == ["refused: nothing is staged"]
    desk.now_ns = 0
    desk.stage()
    desk.now_ns = STAGED_FOR_NS - 1
    assert len(desk.confirm().outgoing) == 3


def test_an_expired_staging_leaves_the_snapshot() -> None:
    desk = Desk()
    desk.stage()
    assert desk.step(14.9) == Dispatch()
    text = "COMMIT was not confirmed in time"
    assert desk.step(0.1).events == (Event(15 * SECOND, "command", "FD", text, 4),)
    assert desk.staged() is None


# --- What several consoles have staged ---


def test_no_console_displaces_what_another_one_staged() -> None:
    desk = Desk()
    desk.stage("divert", "FD")
    desk.stage("abort", "GNC", barred=ELSEWHERE)
    desk.stage("abort", "GNC", barred=ELSEWHERE)
    assert [(s.console, s.command) for s in desk.all_staged().values()] == [
        ("console-FD", "divert"),
        ("console-GNC", "abort"),
    ]
    assert len(desk.confirm(position="FD").outgoing) == 3
    theirs = desk.staged("GNC")
    assert theirs is not None
    assert len(desk.confirm(theirs.code, "GNC", barred=ELSEWHERE).outgoing) == 3
    assert desk.all_staged() == {}


def test_a_console_that_stages_again_has_only_the_newer_one() -> None:
    desk = Desk()
    desk.stage("divert", "FD")
    desk.stage("abort", "GNC")
    assert desk.stage("abort", "FD").events == (
        Event(0, "command", "FD", "DIVERT no longer staged: replaced by ABORT", 4),
        Event(0, "command", "FD", "ABORT staged, to be confirmed", 5),
    )
    assert [(s.console, s.command) for s in desk.all_staged().values()] == [
        ("console-GNC", "abort"),
        ("console-FD", "abort"),
    ]


def test_two_consoles_of_one_position_stage_each_its_own() -> None:
    desk = Desk()
    here, there = operator("FD")._replace(console="1"), operator("FD")._replace(console="2")
    for who in (here, there):
        desk.commander.stage("abort", who, desk.view, 0)
    first, second = desk.commander.staged(desk.view, 0)
    refused = desk.commander.confirm(first.code, there, desk.view, 0)
    assert refusals(refused) == ["ABORT refused: FD on 1 staged it and confirms it"]
    assert len(desk.commander.confirm(second.code, there, desk.view, 0).outgoing) == 3


def test_no_two_staged_commands_have_one_code(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([b"AAAA", b"AAAA", b"BBBB", b"AAAA", b"BBBB", b"CCCC"])
    monkeypatch.setattr(SessionSecrets, "_draw", lambda *_: next(drawn))
    desk = Desk()
    for position in ("FD", "GNC", "GNC"):
        desk.stage("abort", position)
    first, second = desk.all_staged().values()
    assert first.code != second.code
    assert list(drawn) == []


def test_who_has_nothing_staged_is_told_that_the_code_is_no_ones() -> None:
    desk = Desk()
    desk.stage("divert", "FD")
    assert refusals(desk.confirm("0000", "GNC")) == ["refused: the code is another one"]


def test_a_console_cancels_what_it_staged_and_nothing_else() -> None:
    desk = Desk()
    desk.stage("divert")
    assert refusals(desk.cancel("GNC")) == ["refused: this console has nothing staged"]
    desk.stage("abort", "GNC")
    desk.cancel("GNC")
    assert list(desk.all_staged()) == ["console-FD"]
    desk.cancel("FD")
    assert desk.all_staged() == {}


def test_all_that_is_staged_expires_and_falls_by_itself() -> None:
    desk = Desk()
    desk.stage("divert", "FD")
    desk.step(1.0)
    desk.stage("abort", "GNC")
    assert [e.text for e in desk.step(14.0).events] == ["DIVERT was not confirmed in time"]
    assert list(desk.all_staged()) == ["console-GNC"]
    assert [e.text for e in desk.step(1.0).events] == ["ABORT was not confirmed in time"]
    desk.stage("divert", "FD")
    desk.stage("divert", "GNC")
    desk.stage("abort", "FD")
    fallen = desk.commander.authority_moved(0).events
    assert [(e.origin, e.text) for e in fallen] == [
        ("GNC", "DIVERT no longer staged: command authority moved")
    ]
    assert list(desk.all_staged()) == ["console-FD"]


def test_all_that_is_staged_falls_when_the_station_went_down() -> None:
    desk = Desk()
    desk.stage("launch", person="anna")
    desk.stage("abort", "GNC")
    assert desk.commander.alone(7).events == (
        Event(7, "command", "FD", "LAUNCH no longer staged: the station went down", 4),
        Event(7, "command", "GNC", "ABORT no longer staged: the station went down", 4),
    )
    assert desk.all_staged() == {}


def test_what_a_console_staged_falls_when_it_leaves() -> None:
    desk = Desk()
    desk.stage("launch", person="anna")
    desk.stage("abort", "GNC")
    text = "LAUNCH no longer staged: console-FD left"
    assert desk.commander.left("console-FD", 7).events == (Event(7, "command", "FD", text, 4),)
    assert list(desk.all_staged()) == ["console-GNC"]
    assert desk.commander.left("console-FD", 7) == Dispatch()
