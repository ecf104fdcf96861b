"""Commands: who may send them, how they are sent, and what verifies them."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gcs.command.attempt import AckResult
from gcs.command.authority import Operator
from gcs.command.commands import KEPT, STAGED_FOR_NS, Commander
from gcs.command.loading import build_commander
from gcs.command.outgoing import Dispatch
from gcs.command.session import SessionSecrets
from gcs.expressions import Expression
from gcs.messages import CommandInfo, CommandState, CommandStatus, Event, StagedStatus
from tests.helpers.joint_view import SECOND, FakeView, mission_of

PARAMETERS = {"mode": "", "left": "s"}
NUMBERS = {"COMMIT": 31001, "DIVERT": 31002, "HOLD": 31003, "LAUNCH": 31004, "ABORT": 31005}
COMMANDS = """
[station]
positions = ["FD", "GNC"]
[[phase]]
id = "p"
title = "p"
[[command]]
id = "commit"
title = "COMMIT"
mav_cmd = "COMMIT"
validity = "3 s"
retry_after = "0.5 s"
attempts = 3
allowed = "mode == 4"
refused_because = "the window is not open"
parameters = { param3 = "left" }
[[command]]
id = "divert"
title = "DIVERT"
mav_cmd = "DIVERT"
validity = "3 s"
[[command]]
id = "hold"
title = "HOLD"
mav_cmd = "HOLD"
validity = "2 s"
dangerous = false
without_authority = true
allowed = "mode < 9"
[[command]]
id = "launch"
title = "LAUNCH"
mav_cmd = "LAUNCH"
validity = "4 s"
two_person = true
allowed = "4 == mode and (left > 3 s or mode == 9 and left > 0 s)"
parameters = { param4 = "left" }
[[command]]
id = "abort"
title = "ABORT"
mav_cmd = "ABORT"
validity = "4 s"
without_authority = true
allowed = "mode < 7 and left > 0 s"
allowed_unknown = true
"""
COMPUTERS = "".join(
    f"""
[[link]]
id = "{name}"
kind = "memory"
carries = "mavlink"
[[source]]
id = "{name}"
kind = "mavlink"
links = ["{name}"]
system = 1
component = {component}
flight_computer = true
"""
    for component, name in enumerate(("fc_a", "fc_b", "fc_c"), start=1)
)


def operator(position: str, person: str = "", no_authority: str = "") -> Operator:
    """At the console of a position."""
    return Operator(f"console-{position}", position, person, no_authority)


FD = operator("FD", "anna")


class Desk:
    """A Commander, its view and the time."""

    def __init__(self, seed: bytes = b"seed", more: str = "") -> None:
        self.view = FakeView(**PARAMETERS)
        self.view.set("mode", 4.0)
        self.view.set("left", 12.0)
        mission = mission_of(COMMANDS + more + COMPUTERS, PARAMETERS)
        self.commander: Commander
        self.commander, problems = build_commander(mission, self.view, seed, NUMBERS)
        assert problems == ()
        self.now_ns = 0

    def send(self, command: str = "commit") -> Dispatch:
        return self.commander.send(command, "landing", self.view, self.now_ns)

    def stage(
        self, command: str = "commit", position: str = "FD", person: str = "", barred: str = ""
    ) -> Dispatch:
        who = operator(position, person, barred)
        return self.commander.stage(command, who, self.view, self.now_ns)

    def confirm(
        self, code: str | None = None, position: str = "FD", person: str = "", barred: str = ""
    ) -> Dispatch:
        staged = self.staged()
        code = code if code is not None else staged.code if staged else "NONE"
        who = operator(position, person, barred)
        return self.commander.confirm(code, who, self.view, self.now_ns)

    def cancel(self, position: str = "FD") -> Dispatch:
        return self.commander.cancel(operator(position), self.now_ns)

    def all_staged(self) -> dict[str, StagedStatus]:
        """By console, the oldest first."""
        return {s.console: s for s in self.commander.staged(self.view, self.now_ns)}

    def staged(self, position: str = "FD") -> StagedStatus | None:
        return self.all_staged().get(f"console-{position}")

    def step(self, after_s: float) -> Dispatch:
        self.now_ns += round(after_s * SECOND)
        return self.commander.step(self.view, self.now_ns)

    def last(self) -> CommandStatus:
        return self.commander.statuses()[-1]

    def echo(self, source: str, nonce: int | None = None, command: int = 31001) -> None:
        nonce = self.last().nonce if nonce is None else nonce
        self.commander.echoed(source, nonce, command, self.now_ns)


def refusals(dispatch: Dispatch) -> list[str]:
    assert dispatch.outgoing == ()
    return [event.text for event in dispatch.events if event.kind == "refused"]


# --- Sending ---


def test_a_command_goes_to_every_flight_computer_with_nonce_and_validity() -> None:
    desk = Desk()
    outgoing = desk.send().outgoing
    assert [o.target for o in outgoing] == ["fc_a", "fc_b", "fc_c"]
    fields = outgoing[0].fields
    assert fields["command"] == 31001
    assert fields["confirmation"] == 0
    assert fields["param1"] == desk.last().nonce
    assert fields["param2"] == 3000.0
    assert fields["param3"] == 12.0
    assert [fields[f"param{i}"] for i in (4, 5, 6, 7)] == [0.0] * 4


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


def test_attempts_used_up_is_timed_out() -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_a")
    assert [len(desk.step(0.5).outgoing) for _ in range(3)] == [2, 2, 0]
    assert (desk.last().state, desk.last().attempts) == (CommandState.TIMED_OUT, 3)
    assert desk.last().detail == "1 of 2 echoes"
    assert desk.step(9.0) == Dispatch()


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


def test_a_new_command_supersedes_the_one_under_way() -> None:
    desk = Desk()
    desk.send("commit")
    desk.send("divert")
    commit, divert = desk.commander.statuses()
    assert (commit.state, commit.detail) == (CommandState.TIMED_OUT, "superseded by divert")
    assert divert.state is CommandState.SENT
    assert {o.fields["command"] for o in desk.step(0.5).outgoing} == {31002}


def test_a_refused_command_supersedes_nothing() -> None:
    desk = Desk()
    desk.send("divert")
    desk.view.set("mode", 3.0)
    desk.send("commit")
    assert desk.commander.statuses()[0].state is CommandState.SENT


def test_a_withdrawn_command_is_sent_no_more() -> None:
    desk = Desk()
    desk.send()
    desk.commander.withdraw("divert", "another one", 0)
    assert desk.last().state is CommandState.SENT
    desk.commander.withdraw("commit", "the deadline passed", 0)
    assert desk.last().detail == "withdrawn: the deadline passed"
    assert desk.step(0.5) == Dispatch()


LATE = """
[[command]]
id = "late"
title = "LATE"
mav_cmd = "DIVERT"
validity = "3 s"
allowed = "held(mode == 4, 1 s)"
parameters = { param3 = "max_over(left, 2 s)" }
"""


def test_what_looks_back_is_asked_at_the_moment_of_staging_and_of_sending() -> None:
    desk = Desk(more=LATE)
    for half_s in range(10):
        desk.view.histories[1].append(half_s * SECOND // 2, 2.0, good=True)
    desk.now_ns = 3 * SECOND
    unknown = "not known whether it is allowed (not held(mode == 4, 1 s))"
    assert refusals(desk.stage("late")) == [f"LATE refused: {unknown}"]
    desk.now_ns = 4 * SECOND
    desk.stage("late")
    assert desk.staged() is not None
    desk.now_ns = 9 * SECOND // 2
    staged = desk.staged()
    assert staged is not None
    assert staged.readback[1] == "param3 = 2 (max_over(left, 2 s))"
    sent = desk.confirm().outgoing
    assert [out.fields["param3"] for out in sent] == [2.0, 2.0, 2.0]


def test_no_confirmation_count_is_more_than_a_byte_holds() -> None:
    table = LATE.replace('allowed = "held(mode == 4, 1 s)"\n', "attempts = 300\n")
    desk = Desk(more=table.replace('parameters = { param3 = "max_over(left, 2 s)" }', ""))
    desk.send("late")
    counts = [desk.step(0.5).outgoing[0].fields["confirmation"] for _ in range(258)]
    assert counts == [*range(1, 256), 255, 255, 255]


def test_the_newest_commands_are_kept() -> None:
    desk = Desk()
    for _ in range(KEPT):
        desk.stage("hold")
    assert [c.id for c in desk.commander.statuses()] == list(range(KEPT))
    desk.stage("hold")
    assert [c.id for c in desk.commander.statuses()] == list(range(1, KEPT + 1))


# --- Verifying ---


def test_two_echoes_of_different_flight_computers_verify() -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_a")
    assert desk.last().state is CommandState.SENT
    desk.echo("fc_c")
    assert (desk.last().state, desk.last().echoed_by) == (CommandState.VERIFIED, ("fc_a", "fc_c"))
    assert desk.step(9.0) == Dispatch()


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


def test_acknowledgements_alone_never_verify() -> None:
    desk = Desk()
    desk.send()
    for source in ("fc_a", "fc_b", "fc_c"):
        desk.commander.acknowledged(source, 31001, AckResult.ACCEPTED)
    assert desk.last().state is CommandState.ACKNOWLEDGED
    assert desk.last().acknowledged_by == ("fc_a", "fc_b", "fc_c")
    for _ in range(4):
        desk.step(0.5)
    assert desk.last().state is CommandState.TIMED_OUT


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


def test_a_refusal_shows_at_once_but_stops_no_retry() -> None:
    desk = Desk()
    desk.send()
    for source in ("fc_a", "fc_b"):
        desk.commander.acknowledged(source, 31001, AckResult.DENIED)
    assert desk.last().detail == "fc_a: denied, fc_b: denied"
    assert len(desk.step(0.5).outgoing) == 3
    desk.step(0.5)
    desk.step(0.5)
    assert desk.last().state is CommandState.REFUSED


def test_one_refusal_of_three_still_leaves_two_to_echo() -> None:
    desk = Desk()
    desk.send()
    desk.commander.acknowledged("fc_a", 31001, AckResult.DENIED)
    for _ in range(3):
        desk.step(0.5)
    assert desk.last().state is CommandState.TIMED_OUT
    assert desk.last().detail == "0 of 2 echoes; fc_a: denied"


def test_a_refusal_that_was_taken_back_does_not_end_as_refused() -> None:
    desk = Desk()
    desk.send()
    for source in ("fc_a", "fc_b"):
        desk.commander.acknowledged(source, 31001, AckResult.TEMPORARILY_REJECTED)
        desk.commander.acknowledged(source, 31001, AckResult.ACCEPTED)
    for _ in range(3):
        desk.step(0.5)
    assert desk.last().state is CommandState.TIMED_OUT


@pytest.mark.parametrize(("source", "number"), [("gcs", 31001), ("fc_a", 31002)])
def test_an_acknowledgement_of_something_else_shows_nothing(source: str, number: int) -> None:
    desk = Desk()
    desk.send()
    desk.commander.acknowledged(source, number, AckResult.ACCEPTED)
    assert (desk.last().state, desk.last().acknowledged_by) == (CommandState.SENT, ())


def test_a_result_that_nobody_knows_is_no_acceptance() -> None:
    desk = Desk()
    desk.send()
    desk.commander.acknowledged("fc_a", 31001, 250)
    assert (desk.last().state, desk.last().detail) == (CommandState.SENT, "fc_a: result 250")


# --- Staging ---


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


def test_staging_cancelling_and_sending_are_told_with_who_and_when() -> None:
    desk = Desk()
    desk.now_ns = 7
    staged = Event(7, "command", "FD", "COMMIT staged, to be confirmed", 5)
    assert desk.stage().events == (staged,)
    cancelled = Event(7, "command", "FD", "COMMIT no longer staged", 5)
    assert desk.cancel().events == (cancelled,)
    nothing = "refused: this console has nothing staged"
    assert desk.cancel().events == (Event(7, "refused", "FD", nothing, 4),)
    assert desk.confirm().events == (Event(7, "refused", "FD", "refused: nothing is staged", 4),)
    assert desk.send("divert").events == (Event(7, "command", "landing", "DIVERT sent", 5),)
    assert desk.send("commit").events == (
        Event(7, "command", "divert", "DIVERT TIMED OUT: superseded by commit", 3),
        Event(7, "command", "landing", "COMMIT sent", 5),
    )
    assert desk.commander.withdraw("commit", "the deadline passed", 8).events == (
        Event(8, "command", "commit", "COMMIT TIMED OUT: withdrawn: the deadline passed", 3),
    )


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


def test_how_a_command_ended_is_told_when_it_is_seen() -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_a")
    events = [event for _ in range(3) for event in desk.step(0.5).events]
    assert events == [
        Event(1_500_000_000, "command", "commit", "COMMIT TIMED OUT: 1 of 2 echoes", 3)
    ]


def test_a_verified_command_says_who_echoed_it() -> None:
    desk = Desk()
    desk.send()
    desk.echo("fc_c")
    told = desk.commander.echoed("fc_a", desk.last().nonce, 31001, 7)
    assert told.events == (Event(7, "command", "commit", "COMMIT VERIFIED: fc_c, fc_a", 5),)


def test_the_catalogue_names_the_commands_in_file_order() -> None:
    assert Desk().commander.infos()[2:] == (
        CommandInfo("hold", "HOLD", "vehicle", dangerous=False),
        CommandInfo("launch", "LAUNCH", "vehicle", two_person=True),
        CommandInfo("abort", "ABORT", "vehicle"),
    )


def test_the_commands_say_how_much_history_their_rules_need() -> None:
    assert Desk().commander.windows() == {}
    table = COMMANDS.replace('"mode == 4"', '"max_over(mode, 3 s) == 4"')
    table = table.replace('"4 == mode and', '"max_over(mode, 2 s) == 4 and')
    table = table.replace("left > 3 s or", "min_over(left, 5 s) > 3 s or")
    view = FakeView(**PARAMETERS)
    commander, _ = build_commander(mission_of(table + COMPUTERS, PARAMETERS), view, b"s", NUMBERS)
    assert commander.windows() == {0: 3 * SECOND, 1: 5 * SECOND}


def test_a_harmless_command_goes_out_at_once() -> None:
    assert len(Desk().stage("hold").outgoing) == 3


def test_commands_are_numbered_upwards_with_who_sent_them_and_when() -> None:
    desk = Desk()
    for desk.now_ns in (7, 8, 9):
        desk.stage("hold")
    rows = [(c.id, c.by, c.sent_ns) for c in desk.commander.statuses()]
    assert rows == [(0, "FD", 7), (1, "FD", 8), (2, "FD", 9)]


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


@pytest.mark.parametrize("position", ["CHEF", ""])
def test_a_position_that_the_mission_does_not_name_has_no_authority(position: str) -> None:
    desk = Desk()
    refused = [f"COMMIT refused: {position or 'nobody'} has no authority to command"]
    assert refusals(desk.stage(position=position)) == refused
    assert desk.staged() is None
    desk.stage()
    assert refusals(desk.confirm(position=position)) == refused


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


# --- Authority and two persons ---

ELSEWHERE = "command authority is with console-2 (GNC)"


def test_without_authority_nothing_is_staged_or_confirmed_but_what_is_safe_without() -> None:
    desk = Desk()
    assert refusals(desk.stage("divert", barred=ELSEWHERE)) == [f"DIVERT refused: {ELSEWHERE}"]
    desk.stage("divert")
    assert refusals(desk.confirm(barred=ELSEWHERE)) == [f"DIVERT refused: {ELSEWHERE}"]
    assert len(desk.stage("hold", barred=ELSEWHERE).outgoing) == 3
    desk.stage("abort", barred=ELSEWHERE)
    assert len(desk.confirm(barred=ELSEWHERE).outgoing) == 3


def test_a_console_cancels_what_it_staged_and_nothing_else() -> None:
    desk = Desk()
    desk.stage("divert")
    assert refusals(desk.cancel("GNC")) == ["refused: this console has nothing staged"]
    desk.stage("abort", "GNC")
    desk.cancel("GNC")
    assert list(desk.all_staged()) == ["console-FD"]
    desk.cancel("FD")
    assert desk.all_staged() == {}


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


# --- Reading back ---


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


def test_cancel_drops_what_is_staged() -> None:
    desk = Desk()
    desk.stage()
    desk.cancel()
    assert desk.staged() is None
    assert refusals(desk.cancel()) == ["refused: this console has nothing staged"]


# --- Nonces and codes ---


def test_the_same_session_draws_the_same() -> None:
    desks = Desk(b"1"), Desk(b"1"), Desk(b"2")
    for desk in desks:
        desk.send()
        desk.stage()
    nonces = [desk.last().nonce for desk in desks]
    codes = [s.code for desk in desks if (s := desk.staged())]
    assert nonces[0] == nonces[1] != nonces[2]
    assert codes[0] == codes[1] != codes[2]


def test_no_nonce_is_used_twice_in_a_session() -> None:
    drawn = SessionSecrets(b"594")
    first = [drawn.nonce(()) for _ in range(194)]
    assert len(set(first)) == 193, "a seed whose stream repeats itself"
    desk = Desk(b"594")
    nonces = [desk.stage("hold").outgoing[0].fields["param1"] for _ in range(194)]
    assert len(set(nonces)) == 194


def test_a_nonce_that_a_flight_computer_echoes_already_is_not_drawn() -> None:
    plain = Desk()
    plain.send()
    desk = Desk()
    desk.echo("fc_a", plain.last().nonce)
    desk.send()
    assert desk.last().nonce != plain.last().nonce


# --- Anything may happen ---


class CommandLife(RuleBasedStateMachine):
    """Whatever is sent, echoed and acknowledged: VERIFIED means two true echoes of this nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.heard: dict[int, set[str]] = {}
        self.ended: dict[int, CommandState] = {}

    @rule(command=st.sampled_from(["commit", "divert", "hold"]))
    def send(self, command: str) -> None:
        self.desk.send(command)

    @rule(command=st.sampled_from(["commit", "divert", "hold"]), known=st.booleans())
    def stage_and_confirm(self, command: str, known: bool) -> None:
        self.desk.stage(command)
        self.desk.confirm(None if known else "XXXX")

    @rule(
        source=st.sampled_from(["fc_a", "fc_b", "fc_c", "gcs"]),
        back=st.integers(0, 3),
        number=st.sampled_from(list(NUMBERS.values())),
    )
    def echo(self, source: str, back: int, number: int) -> None:
        statuses = self.desk.commander.statuses()
        if back >= len(statuses):
            return
        status = statuses[-1 - back]
        if NUMBERS[status.command.upper()] == number and source != "gcs":
            self.heard.setdefault(status.id, set()).add(source)
        self.desk.echo(source, status.nonce, number)

    @rule(
        source=st.sampled_from(["fc_a", "fc_b", "gcs"]),
        number=st.sampled_from(list(NUMBERS.values())),
        result=st.integers(0, 7),
    )
    def acknowledge(self, source: str, number: int, result: int) -> None:
        self.desk.commander.acknowledged(source, number, result)

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.5, 15.0]))
    def step(self, seconds: float) -> None:
        self.desk.step(seconds)

    @rule(mode=st.sampled_from([3.0, 4.0]))
    def see(self, mode: float) -> None:
        self.desk.view.set("mode", mode)

    @invariant()
    def verified_means_echoed(self) -> None:
        for status in self.desk.commander.statuses():
            if status.state is CommandState.VERIFIED:
                assert len(self.heard.get(status.id, set())) >= 2

    @invariant()
    def an_end_is_an_end(self) -> None:
        for status in self.desk.commander.statuses():
            under_way = status.state in (CommandState.SENT, CommandState.ACKNOWLEDGED)
            if status.id in self.ended:
                assert status.state is self.ended[status.id]
            elif not under_way:
                self.ended[status.id] = status.state

    @invariant()
    def at_most_one_is_under_way_and_the_list_is_bounded(self) -> None:
        statuses = self.desk.commander.statuses()
        under_way = [
            s for s in statuses if s.state in (CommandState.SENT, CommandState.ACKNOWLEDGED)
        ]
        assert len(under_way) <= 1
        assert len(statuses) <= KEPT
        assert len({s.nonce for s in statuses}) == len(statuses)


CommandLife.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestCommandLife = CommandLife.TestCase
