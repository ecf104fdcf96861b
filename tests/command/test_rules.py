"""What a command's rules say: whether it is allowed, what it carries, and whether it is there."""

from __future__ import annotations

import pytest

from gcs.command.rules import CommandRules, crash_of, not_allowed, parameter_values
from gcs.expressions import compile_expression
from tests.command.missions import COMMIT, PARAMETERS, PHASE
from tests.helpers.joint_view import SECOND, FakeView, mission_of

HELD = "held(mode == 4, 1 s)"


@pytest.fixture
def view() -> FakeView:
    """In mode 4; `left` was 2 s at every half second of the last four."""
    seen = FakeView(**PARAMETERS)
    seen.set("mode", 4.0)
    seen.set("left", 2.0)
    for half_s in range(9):
        seen.histories[1].append(half_s * SECOND // 2, 2.0, good=True)
    return seen


def rules(view: FakeView, more: str = "") -> CommandRules:
    (config,) = mission_of(PHASE + COMMIT + more, PARAMETERS).config.command
    return CommandRules(
        config,
        7,
        compile_expression(HELD, view),
        {"param3": compile_expression("max_over(left, 2 s)", view)},
        (),
        compile_expression(HELD, view),
    )


def test_it_is_asked_at_this_very_moment_whether_it_is_allowed(view: FakeView) -> None:
    commit = rules(view)
    unknown = f"not known whether it is allowed (not {HELD})"
    assert not_allowed(commit, view, 3 * SECOND) == unknown
    assert not_allowed(commit, view, 4 * SECOND) == ""
    assert crash_of(commit, view, 5 * SECOND) == ""


def test_it_carries_what_its_expressions_say_at_this_very_moment(view: FakeView) -> None:
    assert parameter_values(rules(view), view, 4 * SECOND) == ({"param3": 2.0}, "")
    told = "param3 is unknown (max_over(left, 2 s))"
    assert parameter_values(rules(view), view, 40 * SECOND) == ({}, told)


def test_its_effect_is_asked_at_this_very_moment(view: FakeView) -> None:
    commit = rules(view)
    assert not commit.effect(view, 3 * SECOND)
    assert commit.effect(view, 4 * SECOND)


def test_a_command_without_an_effect_never_shows_one(view: FakeView) -> None:
    bare = CommandRules(rules(view).config, 7, compile_expression("true", view), {})
    assert not bare.effect(view, 0)
    assert bare.expressions == (bare.allowed,)


def test_all_that_its_rules_ask_is_known(view: FakeView) -> None:
    commit = rules(view)
    assert commit.expressions == (
        commit.allowed,
        commit.parameters["param3"],
        commit.verified_when,
    )
