"""What is not known to be allowed does not go out; a stop does, unless it is known not to be."""

from __future__ import annotations

import pytest

from gcs.command.outgoing import Dispatch
from gcs.expressions import Expression
from gcs.messages import CommandState, Event
from tests.command.desk import ELSEWHERE, FD, Desk, refusals
from tests.helpers.joint_view import FakeView


@pytest.mark.parametrize(
    ("mode", "detail"),
    [
        (3.0, "the window is not open"),
        (None, "not known whether it is allowed (the window is not open)"),
    ],
)
def test_what_is_not_known_to_be_allowed_is_refused_and_says_so(
    mode: float | None, detail: str
) -> None:
    desk = Desk()
    desk.view.forget("mode")
    if mode is not None:
        desk.view.set("mode", mode)
    assert refusals(desk.send()) == [f"COMMIT refused: {detail}"]
    assert refusals(desk.stage()) == [f"COMMIT refused: {detail}"]
    (status,) = desk.commander.statuses()
    assert (status.state, status.attempts, status.detail) == (CommandState.REFUSED, 0, detail)
    assert desk.step(9.0) == Dispatch()


def test_an_unknown_parameter_value_is_refused() -> None:
    desk = Desk()
    desk.view.forget("left")
    assert refusals(desk.send()) == ["COMMIT refused: param3 is unknown (left)"]


def test_a_rule_that_crashes_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(Expression, "evaluate", lambda *_: 1 / 0)
    (text,) = refusals(desk.send())
    assert text.startswith("COMMIT refused: check crashed: ZeroDivisionError")


def test_a_rule_that_answers_a_number_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(Expression, "evaluate", lambda *_: 1.0)
    assert refusals(desk.send()) == ["COMMIT refused: check crashed: 1.0 is neither true nor false"]


def test_a_parameter_value_that_crashes_is_unknown_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()

    def crashing(self: Expression, *_: object) -> bool:
        return self.text == "mode == 4" or 1 / 0 > 0

    monkeypatch.setattr(Expression, "evaluate", crashing)
    why = "check crashed: ZeroDivisionError: division by zero"
    assert refusals(desk.send()) == [f"COMMIT refused: param3 is unknown ({why})"]


def test_a_stop_is_sent_unless_it_is_known_not_to_be_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()
    desk.view.forget("mode")
    assert len(desk.send("abort").outgoing) == 3
    desk.stage("abort")
    staged = desk.staged()
    assert staged is not None
    assert staged.readback[2:] == ("UNKNOWN, but may be sent: mode < 7", "holds: left > 0 s")
    assert len(desk.confirm().outgoing) == 3
    desk.view.set("mode", 7.0)
    assert refusals(desk.send("abort")) == ["ABORT refused: not mode < 7 and left > 0 s"]
    monkeypatch.setattr(Expression, "evaluate", lambda *_: 1 / 0)
    sent = desk.send("abort")
    assert len(sent.outgoing) == 3
    crash = "check crashed: ZeroDivisionError: division by zero"
    told = Event(0, "command", "landing", f"ABORT sent, though its {crash}", 4)
    assert sent.events[-1] == told
    desk.stage("abort")
    staged = desk.staged()
    assert staged is not None
    assert staged.readback[2:] == (
        f"UNKNOWN ({crash}), but may be sent: mode < 7",
        f"UNKNOWN ({crash}), but may be sent: left > 0 s",
    )


def test_all_that_is_asked_of_a_stop_is_asked_at_the_moment_of_sending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, evaluate = [], Expression.evaluate

    def noting(self: Expression, view: FakeView, now_ns: int) -> float | bool | None:
        asked.append(now_ns)
        return evaluate(self, view, now_ns)

    monkeypatch.setattr(Expression, "evaluate", noting)
    Desk().send("abort")
    assert set(asked) == {0}


def test_an_unknown_command_is_refused() -> None:
    assert refusals(Desk().send("self_destruct")) == ["self_destruct refused: no such command"]
    assert refusals(Desk().stage("self_destruct")) == ["self_destruct refused: no such command"]


def test_what_staging_asked_is_asked_again_at_confirmation() -> None:
    desk = Desk()
    desk.stage()
    desk.view.set("mode", 5.0)
    assert refusals(desk.confirm()) == ["COMMIT refused: the window is not open"]
    assert desk.commander.statuses() == ()


def test_a_gate_bars_its_command_at_staging_and_at_confirmation() -> None:
    desk = Desk()
    bar = {"commit": "LANDING is NO-GO"}
    commander, view = desk.commander, desk.view
    assert refusals(commander.stage("commit", FD, view, 0, bar)) == [
        "COMMIT refused: LANDING is NO-GO"
    ]
    desk.stage(person="anna")
    (staged,) = commander.staged(view, 0)
    assert refusals(commander.confirm(staged.code, FD, view, 0, bar)) == [
        "COMMIT refused: LANDING is NO-GO"
    ]


def test_every_refusal_is_told_with_who_and_when() -> None:
    desk = Desk()
    desk.now_ns = 7
    moved = f"DIVERT refused: {ELSEWHERE}"
    assert desk.stage("divert", barred=ELSEWHERE).events == (Event(7, "refused", "FD", moved, 4),)
    desk.stage("divert")
    assert desk.confirm(barred=ELSEWHERE).events == (Event(7, "refused", "FD", moved, 4),)
    desk.stage("divert")
    other = "DIVERT refused: the code is another one"
    assert desk.confirm("0000").events == (Event(7, "refused", "FD", other, 4),)
    desk.view.set("mode", 3.0)
    shut = "COMMIT refused: the window is not open"
    assert desk.send().events == (Event(7, "refused", "landing", shut, 4),)
    unknown = "self_destruct refused: no such command"
    assert desk.send("self_destruct").events == (Event(7, "refused", "landing", unknown, 4),)
    assert desk.stage("self_destruct").events == (Event(7, "refused", "FD", unknown, 4),)
