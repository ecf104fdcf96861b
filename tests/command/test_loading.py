"""What is wrong with a mission's commands is told at the start: which key, and what is expected."""

from __future__ import annotations

import pytest

from gcs.command.commands import Commander
from gcs.command.loading import build_commander
from gcs.config.problems import Problem
from gcs.telemetry.barge import BargeOrder
from tests.command.missions import BARGE, COMMIT, PHASE, vehicle_sources
from tests.command.missions import PARAMETERS as MODE_AND_LEFT
from tests.helpers.joint_view import FakeView, mission_of

PARAMETERS = {**MODE_AND_LEFT, "turn": "deg", "length": "m"}
NUMBERS = {"COMMIT": 31001}
VEHICLE = f"""{COMMIT}retry_after = "0.5 s"
echoes = 2
allowed = "mode == 4"
parameters = {{ param3 = "left" }}
"""
ORDER = """
[[command]]
id = "turn"
title = "TURN"
target = "barge"
order = "heading"
verified_when = "mode == 0"
validity = "2 s"
retry_after = "0.4 s"
parameters = { heading_true = "turn" }
"""
COMPUTERS = vehicle_sources("fc_a", "fc_b", other="camera")
MISSION = f"""
[station]
positions = ["FD"]
{PHASE}{VEHICLE}{ORDER}{COMPUTERS}{BARGE}"""


def built(*changes: tuple[str, str]) -> tuple[Commander, tuple[Problem, ...]]:
    text = MISSION
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    mission = mission_of(text, PARAMETERS)
    return build_commander(mission, FakeView(**PARAMETERS), b"seed", NUMBERS)


def test_a_sound_mission_has_its_commands_and_no_problems() -> None:
    commander, problems = built()
    assert problems == ()
    assert [info.id for info in commander.infos()] == ["commit", "turn"]


def test_a_command_goes_to_the_flight_computers_alone() -> None:
    commander, _ = built()
    view = FakeView(**PARAMETERS)
    view.set("mode", 4.0)
    view.set("left", 1.0)
    sent = commander.send("commit", "FD", view, 0).outgoing
    assert [out.target for out in sent] == ["fc_a", "fc_b"]


ORDERS = ", ".join(BargeOrder)
AT_COMMIT, AT_TURN = "command[0]", "command[1]"


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ('mav_cmd = "COMMIT"', 'mav_cmd = "GO"', f"{AT_COMMIT}.mav_cmd", "the dialect has no 'GO'"),
        (
            'mav_cmd = "COMMIT"',
            'mav_cmd = "COMMIT"\norder = "heading"',
            f"{AT_COMMIT}.order",
            'an order goes to the barge: expected target = "barge"',
        ),
        (
            'param3 = "left"',
            'heading_true = "turn"',
            f"{AT_COMMIT}.parameters.heading_true",
            "no MAV_CMD has it",
        ),
        (
            "echoes = 2",
            "echoes = 3",
            f"{AT_COMMIT}.echoes",
            "3 echoes can never come from 2 flight computers",
        ),
        (
            'allowed = "mode == 4"',
            'allowed = "mode"',
            f"{AT_COMMIT}.allowed",
            "expected a condition (true or false)",
        ),
        ('param3 = "left"', 'param3 = "left > 1 s"', f"{AT_COMMIT}.parameters.param3", "a number"),
        (
            'parameters = { param3 = "left" }',
            'parameters = { param3 = "left" }\ncounting_down = ["param4"]',
            f"{AT_COMMIT}.counting_down",
            "param4 is none of its parameters",
        ),
        (
            'parameters = { param3 = "left" }',
            'parameters = { param3 = "mode" }\ncounting_down = ["param3"]',
            f"{AT_COMMIT}.counting_down",
            "param3 is no time",
        ),
        (
            'parameters = { heading_true = "turn" }',
            'parameters = { heading_true = "turn" }\ncounting_down = ["heading_true"]',
            f"{AT_TURN}.counting_down",
            "an order to the barge says no time",
        ),
        ('"3 s"', '"0.9 ms"', f"{AT_COMMIT}.validity", "expected 1 ms to 4.6 h"),
        ('"3 s"', '"16777.217 s"', f"{AT_COMMIT}.validity", "expected 1 ms to 4.6 h"),
        (
            'retry_after = "0.5 s"',
            'retry_after = "0 s"',
            f"{AT_COMMIT}.retry_after",
            "expected a duration of more than zero",
        ),
        (
            'order = "heading"',
            'order = "heading"\nmav_cmd = "COMMIT"',
            f"{AT_TURN}.mav_cmd",
            "an order to the barge has none",
        ),
        (BARGE, "", f"{AT_TURN}.target", "the mission has no barge source"),
        (
            'verified_when = "mode == 0"\n',
            "",
            f"{AT_TURN}.verified_when",
            "expected what the barge's state shows once the order is carried out",
        ),
        (
            '"mode == 0"',
            '"length"',
            f"{AT_TURN}.verified_when",
            "expected a condition (true or false)",
        ),
        ('"2 s"', '"600.001 s"', f"{AT_TURN}.validity", "expected at most 10 min to the barge"),
        (
            'order = "heading"',
            'order = "sink"',
            f"{AT_TURN}.order",
            f"no order 'sink'; there are {ORDERS}",
        ),
        (
            'parameters = { heading_true = "turn" }',
            "",
            f"{AT_TURN}.parameters",
            "heading takes heading_true",
        ),
        ("heading_true", "param3", f"{AT_TURN}.parameters", "heading takes heading_true"),
        (
            'order = "heading"',
            'order = "deck_close"',
            f"{AT_TURN}.parameters",
            "deck_close takes no parameters",
        ),
        ('"turn" }', '"length" }', f"{AT_TURN}.parameters.heading_true", "expected an angle"),
    ],
)
def test_a_mistake_is_a_problem_that_names_file_key_and_what_is_expected(
    old: str, new: str, key: str, told: str
) -> None:
    _, (problem,) = built((old, new))
    assert (problem.file, problem.key) == ("m.toml", key)
    assert problem.message.removeprefix("expected ") == told.removeprefix("expected ")


def test_what_an_expression_lacks_is_told_in_its_own_words() -> None:
    _, (problem,) = built(('"mode == 4"', '"height > 2 m"'))
    assert problem.key == f"{AT_COMMIT}.allowed"
    assert "height" in problem.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"3 s"', '"1 ms"'),
        ('"3 s"', '"16777.216 s"'),
        ('"2 s"', '"600 s"'),
        ('retry_after = "0.5 s"', 'retry_after = "1 ns"'),
    ],
)
def test_a_duration_at_its_bound_is_sound(old: str, new: str) -> None:
    assert built((old, new))[1] == ()


def test_a_command_with_a_mistake_is_not_there_and_the_others_are() -> None:
    commander, _ = built(('mav_cmd = "COMMIT"', 'mav_cmd = "GO"'))
    assert [info.id for info in commander.infos()] == ["turn"]


def test_commands_without_flight_computers_can_never_be_verified() -> None:
    _, (problem,) = built((COMPUTERS, ""))
    assert problem.key == f"{AT_COMMIT}.echoes"
    assert problem.message == "2 echoes can never come from 0 flight computers"
