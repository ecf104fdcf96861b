"""From `[count]` to a Countdown: what is wrong with it is told with its place."""

from __future__ import annotations

import pytest

from gcs.config.problems import ConfigError, Problem
from gcs.decision.count_loading import build_countdown
from tests.helpers.joint_view import FakeView, mission_of

PARAMETERS = {"altitude": "m", "clock": "s", "mode": ""}
PHASE = '[[phase]]\nid = "p"\ntitle = "p"\n'
LIFT_OFF = 'lift_off = "altitude > 2 m"\n'
AGAIN = 'recycle_when = "mode == 0"\n'
START = 'start = "-20 s"\n'

OUTSIDE = "expected a reading between `start` and zero"
AT_ONE_READING = "two built-in holds at one reading"
NO_WAY_BACK = "the marks need a condition under which the count may go back to them"


def problems_of(count: str) -> tuple[Problem, ...]:
    mission = mission_of(f"{PHASE}[count]\n{count}\n", PARAMETERS)
    return build_countdown(mission, FakeView(**PARAMETERS))[1]


@pytest.mark.parametrize(
    ("count", "key", "message"),
    [
        (START + 'hold = [{ at = "-21 s" }]', "hold[0].at", OUTSIDE),
        (START + 'hold = [{ at = "-9 s" }, { at = "5 s" }]', "hold[1].at", OUTSIDE),
        (START + 'hold = [{ at = "1 ns" }]', "hold[0].at", OUTSIDE),
        (START + AGAIN + 'mark = [{ id = "m", at = "-21 s" }]', "mark[0].at", OUTSIDE),
        (START + AGAIN + 'mark = [{ id = "m", at = "1 ns" }]', "mark[0].at", OUTSIDE),
        (START + 'mark = [{ id = "m", at = "-9 s" }]', "recycle_when", NO_WAY_BACK),
        (AGAIN, "recycle_when", "there is no `mark` to go back to"),
        (
            'lift_off = "altitude > 2 s"',
            "lift_off",
            "`>` needs equal units, but one side is m, the other s (column 10)",
        ),
        ('lift_off = "altitude"', "lift_off", "expected a condition (true or false), got a number"),
        (LIFT_OFF + 'reading = "altitude"', "reading", "expected a time, got m"),
        ('reading = "clock"', "reading", "is read at lift-off: give `lift_off` too"),
        (
            LIFT_OFF + 'reading = "clock > 2 s"',
            "reading",
            "expected a number, got a condition (true or false)",
        ),
        (
            START + 'mark = [{ id = "m", at = "-9 s" }]\nrecycle_when = "mode"',
            "recycle_when",
            "expected a condition (true or false), got a number",
        ),
        (
            START + 'stopped_when = "mode"',
            "stopped_when",
            "expected a condition (true or false), got a number",
        ),
        (
            START + 'mark = [{ id = "m", at = "-9 s" }]\nrecycle_when = "mood == 0"',
            "recycle_when",
            "no parameter is called 'mood' (column 1)",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(count: str, key: str, message: str) -> None:
    assert problems_of(count) == (Problem("m.toml", f"count.{key}", message),)


def test_two_of_a_kind_are_each_told() -> None:
    assert problems_of(START + 'hold = [{ at = "-9 s" }, { at = "-9 s" }, { at = "-8 s" }]') == (
        Problem("m.toml", "count.hold[0].at", AT_ONE_READING),
        Problem("m.toml", "count.hold[1].at", AT_ONE_READING),
    )
    marks = 'mark = [{ id = "m", at = "-9 s" }, { id = "m", at = "-8 s" }]'
    assert problems_of(START + AGAIN + marks) == (
        Problem("m.toml", "count.mark[0].id", "'m' is declared twice"),
        Problem("m.toml", "count.mark[1].id", "'m' is declared twice"),
    )


@pytest.mark.parametrize("at", ["-20 s", "0 s"])
def test_a_hold_and_a_mark_may_lie_at_the_start_and_at_zero(at: str) -> None:
    assert problems_of(START + f'hold = [{{ at = "{at}" }}]') == ()
    assert problems_of(START + AGAIN + f'mark = [{{ id = "m", at = "{at}" }}]') == ()


def test_a_key_that_nobody_knows_is_a_load_error() -> None:
    with pytest.raises(ConfigError, match="unknown key"):
        problems_of('marks = [{ id = "m", at = "-9 s" }]')
