"""What a staged command reads back, as it is at that moment."""

from __future__ import annotations

import pytest

from gcs.command.readback import parts_of, readback
from gcs.command.rules import CommandRules
from gcs.expressions import compile_expression
from tests.command.missions import COMMIT, PARAMETERS, PHASE
from tests.helpers.joint_view import SECOND, FakeView, mission_of


def rules(view: FakeView, allowed: str, **parameters: str) -> CommandRules:
    (config,) = mission_of(PHASE + COMMIT, PARAMETERS).config.command
    condition = compile_expression(allowed, view)
    values = {name: compile_expression(text, view) for name, text in parameters.items()}
    return CommandRules(config, 7, condition, values, (condition,))


def test_it_tells_target_parameters_sending_and_prerequisites() -> None:
    view = FakeView(**PARAMETERS)
    view.set("mode", 4.0)
    view.set("left", 1.5)
    commit = rules(view, "mode == 4", param3="left")
    assert readback(commit, ("fc_a", "fc_b"), view, 0, "") == (
        "COMMIT to fc_a, fc_b",
        "param3 = 1.5 (left)",
        "valid 3.0 s, sent up to 5 times, verified by 2 equal echoes",
        "holds: mode == 4",
    )


def test_it_says_that_nobody_would_get_it() -> None:
    view = FakeView(**PARAMETERS)
    assert readback(rules(view, "true"), (), view, 0, "")[0] == "COMMIT to nobody"


def test_what_looks_back_is_asked_at_this_very_moment() -> None:
    view = FakeView(**PARAMETERS)
    view.set("mode", 4.0)
    view.set("left", 2.0)
    for half_s in range(9):
        view.histories[1].append(half_s * SECOND // 2, 2.0, good=True)
    commit = rules(view, "held(mode == 4, 1 s)", param3="max_over(left, 2 s)")
    readback(commit, ("fc_a",), view, 3 * SECOND, "")
    told = readback(commit, ("fc_a",), view, 4 * SECOND, "")
    assert told[1] == "param3 = 2 (max_over(left, 2 s))"
    assert told[3] == "holds: held(mode == 4, 1 s)"


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        ("mode == 4", ("mode == 4",)),
        ("mode == 4 and left > 0 s", ("mode == 4", "left > 0 s")),
        ("mode == 4 or mode == 5 and left > 0 s", ("mode == 4 or mode == 5 and left > 0 s",)),
        ("(mode == 4 or mode == 5) and left > 0 s", ("(mode == 4 or mode == 5)", "left > 0 s")),
        (
            "mode < 7 and not (mode == 5 and left > 0 s)",
            ("mode < 7", "not (mode == 5 and left > 0 s)"),
        ),
        ("(mode == 4 and left > 0 s)", ("(mode == 4 and left > 0 s)",)),
        ("mode == 4 and left > 0 s and left < 9 s", ("mode == 4", "left > 0 s", "left < 9 s")),
        ("fc.and == 1 and and.fc == 1", ("fc.and == 1", "and.fc == 1")),
        ("held(mode == 4, 1 s) and left > 0 s", ("held(mode == 4, 1 s) and left > 0 s",)),
    ],
)
def test_a_condition_is_told_in_the_parts_that_and_joins(
    condition: str, parts: tuple[str, ...]
) -> None:
    assert parts_of(condition) == parts
