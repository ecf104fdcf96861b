"""Who may stage and confirm: with authority, at the console that staged it, or two persons."""

from __future__ import annotations

import pytest

from gcs.command.outgoing import Dispatch
from gcs.messages import Event
from tests.command.desk import ELSEWHERE, FD, Desk, refusals


def test_without_authority_nothing_is_staged_or_confirmed_but_what_is_safe_without() -> None:
    desk = Desk()
    assert refusals(desk.stage("divert", barred=ELSEWHERE)) == [f"DIVERT refused: {ELSEWHERE}"]
    desk.stage("divert")
    assert refusals(desk.confirm(barred=ELSEWHERE)) == [f"DIVERT refused: {ELSEWHERE}"]
    assert len(desk.stage("hold", barred=ELSEWHERE).outgoing) == 3
    desk.stage("abort", barred=ELSEWHERE)
    assert len(desk.confirm(barred=ELSEWHERE).outgoing) == 3


@pytest.mark.parametrize("position", ["CHEF", ""])
def test_a_position_that_the_mission_does_not_name_has_no_authority(position: str) -> None:
    desk = Desk()
    refused = [f"COMMIT refused: {position or 'nobody'} has no authority to command"]
    assert refusals(desk.stage(position=position)) == refused
    assert desk.staged() is None
    desk.stage()
    assert refusals(desk.confirm(position=position)) == refused


def test_what_is_staged_falls_when_authority_moves_unless_it_needs_none() -> None:
    desk = Desk()
    desk.stage("divert")
    text = "DIVERT no longer staged: command authority moved"
    assert desk.commander.authority_moved(7) == Dispatch(
        events=(Event(7, "command", "FD", text, 4),)
    )
    assert desk.staged() is None
    assert desk.commander.authority_moved(0) == Dispatch()
    desk.stage("abort")
    assert desk.commander.authority_moved(0) == Dispatch()
    assert desk.staged() is not None


def test_only_who_staged_it_confirms_it() -> None:
    desk = Desk()
    desk.now_ns = 7
    desk.stage(position="FD")
    told = "COMMIT refused: FD on console-FD staged it and confirms it"
    assert desk.confirm(position="GNC").events == (Event(7, "refused", "GNC", told, 4),)
    assert refusals(desk.confirm(position="GNC")) == [
        "COMMIT refused: FD on console-FD staged it and confirms it"
    ]


@pytest.mark.parametrize(("position", "person"), [("FD", "bo"), ("FD", ""), ("GNC", "anna")])
def test_who_came_to_a_console_later_does_not_confirm_what_was_staged_there(
    position: str, person: str
) -> None:
    desk = Desk()
    desk.stage(person="anna")
    (staged,) = desk.all_staged().values()
    who = FD._replace(position=position, person=person)
    refused = desk.commander.confirm(staged.code, who, desk.view, 0)
    told = "COMMIT refused: FD (anna) on console-FD staged it and confirms it"
    assert refusals(refused) == [told]
    assert len(desk.confirm(person="anna").outgoing) == 3


def test_two_persons_send_what_takes_two() -> None:
    desk = Desk()
    desk.stage("launch", person="anna")
    sent = desk.confirm(position="GNC", person="bo", barred=ELSEWHERE)
    assert len(sent.outgoing) == 3
    assert desk.last().by == "GNC"


@pytest.mark.parametrize(
    ("position", "person", "told"),
    [
        ("GNC", "anna", "anna staged it, another known person confirms it"),
        ("FD", "anna", "anna staged it, another known person confirms it"),
        ("GNC", "", "anna staged it, another known person confirms it"),
        ("CHEF", "bo", "CHEF has no authority to command"),
        ("", "bo", "nobody has no authority to command"),
    ],
)
def test_nobody_and_the_same_person_are_no_second_person(
    position: str, person: str, told: str
) -> None:
    desk = Desk()
    desk.stage("launch", person="anna")
    assert refusals(desk.confirm(position=position, person=person)) == [f"LAUNCH refused: {told}"]
    assert len(desk.confirm(position="GNC", person="bo").outgoing) == 3


def test_an_unknown_person_does_not_stage_what_takes_two() -> None:
    desk = Desk()
    assert refusals(desk.stage("launch")) == [
        "LAUNCH refused: it takes two persons, and who is here is not known"
    ]
