"""All gates of a mission: what is wrong with them, what they share, and what they tell."""

from __future__ import annotations

import pytest

from gcs.config.problems import Problem
from gcs.decision.gate import GateAction
from gcs.decision.gates import Gates, build_gates
from gcs.messages import CommandState, CriterionState, CriterionStatus, Event, GateInfo, GateState
from tests.decision.one_gate import (
    AUTOMATIC,
    CONFIRMED,
    CRITERION,
    HEAD,
    MARK,
    OVERRULED,
    PARAMETERS,
    POLLED,
    STANDING,
    TWO_PERSONS,
    Range,
    on_its_way,
)
from tests.helpers.joint_view import SECOND, FakeView, mission_of

SECOND_GATE = STANDING.replace('"landing"', '"other"')
OF_BOTH = CRITERION.replace('["landing"]', '["landing", "other"]')
NO_GO_AFTER = STANDING + 'no_go_after = "1 s"\n'
NO_DURATION = "expected a duration of zero or more"
TOO_FEW = "nobody can answer: 2 persons need as many polled positions"


def problems_of(table: str, criteria: str = CRITERION) -> tuple[Problem, ...]:
    mission = mission_of(HEAD + table, PARAMETERS, criteria)
    return build_gates(mission, FakeView(**PARAMETERS))[1]


@pytest.mark.parametrize(
    ("table", "key", "message"),
    [
        (
            AUTOMATIC.replace("mode == 4", "mode"),
            ".opens",
            "expected a condition (true or false), got a number",
        ),
        (
            AUTOMATIC.replace("left <= 0 s", "left <= 0 m"),
            ".closes",
            "`<=` needs equal units, but one side is s, the other m (column 6)",
        ),
        (
            AUTOMATIC.replace('"commit"', '"divert"'),
            ".no_go_command",
            "GO and NO-GO send the same command",
        ),
        (AUTOMATIC.replace('"1 s"', '"-1 ns"'), ".stable_for", NO_DURATION),
        (
            NO_GO_AFTER.replace('no_go_after = "1 s"', 'no_go_after = "-1 ns"'),
            ".no_go_after",
            NO_DURATION,
        ),
        (
            NO_GO_AFTER.replace('no_go_command = "divert"\n', ""),
            ".no_go_after",
            "there is no `no_go_command` to send and no `no_go_count` to do",
        ),
        (
            AUTOMATIC + 'without_answer = "stands"',
            ".without_answer",
            "silence cannot stand for a command that must be verified",
        ),
        (
            AUTOMATIC + 'no_go_count = "recycle"',
            ".no_go_count",
            "a recycle needs the mark `recycle_to`",
        ),
        (
            AUTOMATIC + f'recycle_to = "engines"\n{MARK}',
            ".recycle_to",
            'only `no_go_count = "recycle"` goes to a mark',
        ),
        (
            AUTOMATIC + 'go_expires = "5 min"',
            ".go_expires",
            "nobody is polled, so there is no vote that could expire",
        ),
        (POLLED + 'go_expires = "0 s"', ".go_expires", "expected a duration of more than zero"),
        (AUTOMATIC + 'polls = ["FD", "FD"]', ".polls", "a position is polled twice"),
        (AUTOMATIC + 'polls = ["FD"]\ntwo_person = true', ".two_person", TOO_FEW),
        (AUTOMATIC + "two_person = true", ".two_person", TOO_FEW),
        (
            AUTOMATIC + 'overruled_by = ["stop"]',
            ".overruled_by",
            "no command is called 'stop'",
        ),
        (
            AUTOMATIC + 'overruled_by = ["commit"]',
            ".overruled_by",
            "'commit' is its own GO command",
        ),
        (
            AUTOMATIC + 'overruled_by = ["divert"]',
            ".overruled_by",
            "'divert' is its own NO-GO command",
        ),
        (
            AUTOMATIC + 'overruled_by = ["deck_open"]',
            ".overruled_by",
            "'deck_open' goes to the barge: only the vehicle is stopped so",
        ),
        (
            OVERRULED.replace('no_go_command = "divert"', 'no_go_command = "deck_open"'),
            ".overruled_by",
            "no command to the vehicle does what its NO-GO orders the barge to do",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(table: str, key: str, message: str) -> None:
    assert problems_of(table) == (Problem("m.toml", f"gate[0]{key}", message),)


def test_what_nothing_decides_is_no_gate() -> None:
    assert problems_of(AUTOMATIC + SECOND_GATE) == (
        Problem("m.toml", "gate[1]", "no criterion and no poll decides this gate"),
    )


@pytest.mark.parametrize(
    "table",
    [
        NO_GO_AFTER.replace('no_go_after = "1 s"', 'no_go_after = "0 s"'),
        AUTOMATIC.replace('"1 s"', '"0 s"'),
        POLLED + 'go_expires = "1 ns"',
        AUTOMATIC.replace('no_go_command = "divert"', 'no_go_command = "deck_open"'),
        OVERRULED.replace('no_go_command = "divert"\n', ""),
    ],
)
def test_what_means_something_may_be_declared(table: str) -> None:
    assert problems_of(table) == ()


def two_gates(first: str, second: str) -> tuple[Gates, FakeView]:
    """Two gates over one criterion that is judged GO, both open for a minute."""
    view = FakeView(**PARAMETERS)
    gates, problems = build_gates(mission_of(HEAD + first + second, PARAMETERS, OF_BOTH), view)
    assert problems == ()
    view.set("mode", 4.0)
    view.set("left", 60.0)
    return gates, view


ROLL_GO = CriterionStatus("roll", CriterionState.GO, None, None, None, 0, "")


def test_a_gate_without_a_command_bars_none_and_hides_none() -> None:
    gates, view = two_gates(SECOND_GATE, CONFIRMED)
    gates.step(view, (ROLL_GO,), (), 0)
    assert gates.interlocks(0) == {"commit": "LANDING has stood at GO for 0.0 s of 1.0 s"}


def test_a_vote_on_a_gate_that_is_none_is_refused() -> None:
    assert Range(POLLED).gates.vote("launch", "FD", True, 7) == Event(
        7, "refused", "FD", "vote refused: no gate 'launch'", 4
    )


def test_a_vote_stands_on_the_configuration_of_the_mission() -> None:
    def basis(table: str) -> str:
        scene = Range(table)
        scene.step()
        scene.vote("FD")
        (vote,) = scene.step().votes
        return vote.basis

    assert basis(POLLED) != basis(POLLED.replace('"1 s"', '"2 s"'))


def test_a_vote_of_a_person_who_is_not_told_is_nobodys() -> None:
    scene = Range(POLLED)
    scene.step()
    scene.gates.vote("landing", "FD", True, 0)
    assert [vote.person for vote in scene.step().votes] == [""]


def test_gates_that_share_a_command_ask_for_it_once() -> None:
    gates, view = two_gates(AUTOMATIC, SECOND_GATE)
    view.set("left", 0.0)
    assert [action.command for action in gates.step(view, (), (), 0).actions] == ["divert"]


def test_the_catalogue_tells_who_is_polled_and_what_follows() -> None:
    (info,) = Range(TWO_PERSONS).gates.infos()
    assert info == GateInfo("landing", "LANDING", ("FD", "BARGE"), True, "commit", "divert")


def test_the_gates_say_how_much_history_their_windows_need() -> None:
    assert Range().gates.windows() == {}
    windowed = AUTOMATIC.replace("mode == 4", "max_over(mode, 3 s) == 4")
    assert Range(windowed).gates.windows() == {0: 3 * SECOND}
    assert Range(windowed).gates.reads == {0, 1}


def test_only_a_commit_that_stands_has_what_undoes_it() -> None:
    scene = on_its_way()
    assert scene.gates.undoing() == ""
    scene.answer(CommandState.VERIFIED)
    scene.step()
    assert scene.gates.undoing() == "divert"
    lasting = on_its_way(AUTOMATIC.replace('no_go_command = "divert"\n', ""))
    lasting.answer(CommandState.VERIFIED)
    assert lasting.step().state is GateState.COMMITTED
    assert lasting.gates.undoing() == ""


def committed(table: str) -> Range:
    scene = on_its_way(table)
    assert not scene.gates.handed_over()
    scene.answer(CommandState.VERIFIED)
    assert scene.step().state is GateState.COMMITTED
    return scene


def test_a_commit_of_the_vehicle_hands_over_until_it_is_undone() -> None:
    scene = committed(AUTOMATIC)
    assert scene.gates.handed_over()
    scene.command("divert", CommandState.VERIFIED)
    scene.step()
    assert not scene.gates.handed_over()


def test_a_commit_by_standing_hands_nothing_over_and_there_is_nothing_to_undo() -> None:
    scene = Range(STANDING)
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step(1.0).state is GateState.COMMITTED
    assert not scene.gates.handed_over()
    assert scene.gates.undoing() == ""


def test_an_order_to_the_barge_hands_nothing_over() -> None:
    scene = Range(AUTOMATIC.replace('"commit"', '"deck_open"').replace('"1 s"', '"0 s"'))
    scene.step()
    assert scene.sent == ["deck_open"]
    scene.answer(CommandState.VERIFIED)
    assert scene.step().state is GateState.COMMITTED
    assert not scene.gates.handed_over()


def test_the_goes_are_the_commands_that_gates_let_go() -> None:
    assert Range(AUTOMATIC).gates.goes() == {"commit"}
    assert Range(STANDING).gates.goes() == set()


@pytest.mark.parametrize("stop", ["divert", "abort"])
@pytest.mark.parametrize("state", CommandState)
def test_a_gate_spares_its_no_go_while_a_stop_is_on_its_way(stop: str, state: CommandState) -> None:
    scene = Range(OVERRULED)
    scene.command(stop, state)
    commands = tuple(scene.commands.values())
    waits = state in (CommandState.SENT, CommandState.ACKNOWLEDGED)
    assert scene.gates.spares(GateAction("landing", "send", "divert", ""), commands) is waits
    assert not scene.gates.spares(GateAction("landing", "send", "commit", ""), commands)
    assert not scene.gates.spares(GateAction("landing", "send", "divert", ""), ())
