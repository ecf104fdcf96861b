"""All gates of a mission: what is wrong with them, what they share, and what they tell."""

from __future__ import annotations

import pytest

from gcs.decision.gates import Gates, build_gates
from gcs.messages import CommandState, GateInfo, GateState
from tests.decision.one_gate import (
    AUTOMATIC,
    CRITERION,
    HEAD,
    MARK,
    PARAMETERS,
    POLLED,
    TWO_PERSONS,
    Range,
    on_its_way,
)
from tests.helpers.joint_view import SECOND, FakeView, mission_of


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (AUTOMATIC.replace("mode == 4", "mode"), "gate[0].opens"),
        (AUTOMATIC.replace("left <= 0 s", "left <= 0 m"), "gate[0].closes"),
        (AUTOMATIC.replace('"commit"', '"divert"'), "gate[0].no_go_command"),
        (AUTOMATIC.replace('"1 s"', '"-1 s"'), "gate[0].stable_for"),
        (
            AUTOMATIC.replace('no_go_command = "divert"', 'no_go_after = "1 s"'),
            "gate[0].no_go_after",
        ),
        (AUTOMATIC.replace('"landing"', '"other"'), "gate[0]"),
        (AUTOMATIC + 'without_answer = "stands"', "gate[0].without_answer"),
        (AUTOMATIC + 'no_go_count = "recycle"', "gate[0].no_go_count"),
        (AUTOMATIC + f'recycle_to = "engines"\n{MARK}', "gate[0].recycle_to"),
        (AUTOMATIC + 'go_expires = "5 min"', "gate[0].go_expires"),
        (POLLED + 'go_expires = "0 s"', "gate[0].go_expires"),
        (AUTOMATIC + 'polls = ["FD", "FD"]', "gate[0].polls"),
        (AUTOMATIC + 'polls = ["FD"]\ntwo_person = true', "gate[0].two_person"),
        (AUTOMATIC + "two_person = true", "gate[0].two_person"),
    ],
)
def test_mistakes_are_load_errors_that_name_their_key(table: str, key: str) -> None:
    criteria = "[criterion]" if "other" in table else CRITERION
    mission = mission_of(HEAD + table, PARAMETERS, criteria)
    _, problems = build_gates(mission, FakeView(**PARAMETERS))
    assert [problem.key for problem in problems] == [key]


def test_gates_that_share_a_command_ask_for_it_once() -> None:
    second = AUTOMATIC.replace('"landing"', '"other"')
    criteria = CRITERION.replace('["landing"]', '["landing", "other"]')
    view = FakeView(**PARAMETERS)
    gates, _ = build_gates(mission_of(HEAD + AUTOMATIC + second, PARAMETERS, criteria), view)
    view.set("mode", 4.0)
    view.set("left", 0.0)
    assert isinstance(gates, Gates)
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
