"""A command goes to whom it is for, once it may; a newer one takes its place."""

from __future__ import annotations

from gcs.command.commands import KEPT
from gcs.command.loading import build_commander
from gcs.command.outgoing import Dispatch
from gcs.command.session import SessionSecrets
from gcs.messages import CommandInfo, CommandState, Event
from tests.command.desk import COMMANDS, COMPUTERS, LATE, NUMBERS, Desk, refusals
from tests.command.missions import PARAMETERS
from tests.helpers.joint_view import SECOND, FakeView, mission_of


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


def test_a_harmless_command_goes_out_at_once() -> None:
    assert len(Desk().stage("hold").outgoing) == 3


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


def test_commands_are_numbered_upwards_with_who_sent_them_and_when() -> None:
    desk = Desk()
    for desk.now_ns in (7, 8, 9):
        desk.stage("hold")
    rows = [(c.id, c.by, c.sent_ns) for c in desk.commander.statuses()]
    assert rows == [(0, "FD", 7), (1, "FD", 8), (2, "FD", 9)]


def test_the_newest_commands_are_kept() -> None:
    desk = Desk()
    for _ in range(KEPT):
        desk.stage("hold")
    assert [c.id for c in desk.commander.statuses()] == list(range(KEPT))
    desk.stage("hold")
    assert [c.id for c in desk.commander.statuses()] == list(range(1, KEPT + 1))


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


def test_a_nonce_that_a_flight_computer_echoes_already_is_not_drawn() -> None:
    plain = Desk()
    plain.send()
    desk = Desk()
    desk.echo("fc_a", plain.last().nonce)
    desk.send()
    assert desk.last().nonce != plain.last().nonce


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
