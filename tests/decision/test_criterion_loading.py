"""From a criterion as configured to a Criterion: what is wrong with it is told with its place."""

from __future__ import annotations

import math

import pytest

from gcs.config.problems import Problem
from gcs.decision.criterion import Criterion
from gcs.decision.criterion_loading import CriterionLoader
from gcs.decision.limits import Limit
from tests.helpers.joint_view import FakeView, mission_of

PARAMETERS = {"roll": "deg", "clear": "", "gauge": "degC", "bus": "V"}
MISSION = """
[station]
positions = ["FD", "BARGE"]
[[phase]]
id = "p"
title = "p"
[[gate]]
id = "landing"
title = "LANDING"
opens = "true"
closes = "false"
"""
HEAD = """
[criterion.roll]
title = "deck roll"
owner = "BARGE"
gates = ["landing"]
source = "a test"
"""
BARE = HEAD + 'value = "abs(roll)"\nunit = "deg"\nno_go = { above = "3 deg" }\n'
ROLL = BARE + 'caution = { above = "2 deg" }\nhysteresis = "0.5 deg"\n'
CLEAR = HEAD + 'require = "clear == 1"\n'
BUS = HEAD + 'value = "bus"\nunit = "V"\nno_go = { below = "24 V" }\ncaution = { below = "25 V" }\n'
WAIVABLE = 'waivable_by = ["FD"]\nwaivable_for = "10 min"\n'

NO_RULE = "reads no parameter: a rule that cannot fail is no rule"
NO_CONDITION = "expected a condition (true or false), got a number"
NO_DURATION = "expected a duration of zero or more"
NO_CAUTION = "a caution limit must lie inside the no-go limit"
NO_BEYOND = "must lie beyond the no-go limit of its side"
NO_ANGLE = "expected a quantity of rad, got {!r}, which is m"
NO_ROOM = "no room is left inside these limits and their hysteresis"
TOO_LONG = "looks back 21 min, but the station keeps 20 min (station.longest_window)"


def load(entry: str) -> tuple[Criterion | None, tuple[Problem, ...]]:
    mission = mission_of(MISSION, PARAMETERS, entry)
    loader = CriterionLoader(mission, FakeView(**PARAMETERS))
    ((file, name, config),) = mission.criterion_configs()
    return loader.load(file, name, config), loader.problems


def loaded(entry: str) -> Criterion:
    criterion, problems = load(entry)
    assert problems == ()
    assert criterion is not None
    return criterion


@pytest.mark.parametrize(
    ("was", "now", "key", "message"),
    [
        ("abs(roll)", "abs(yaw)", "value", "no parameter is called 'yaw' (column 5)"),
        ("abs(roll)", "abs(roll) +", "value", "the expression ends too early (column 12)"),
        (
            "abs(roll)",
            "roll > 1 deg",
            "value",
            "expected a number, got a condition (true or false)",
        ),
        ("abs(roll)", "3 deg", "value", NO_RULE),
        ("abs(roll)", "3 m", "value", NO_RULE),
        ("abs(roll)", "max_over(roll, 21 min)", "value", TOO_LONG),
        ("abs(roll)", "max_over(gauge, 21 min)", "value", TOO_LONG),
        ('unit = "deg"', 'unit = "m"', "unit", "the value is rad, which 'm' is not"),
        ('unit = "deg"', 'unit = "furlongs"', "unit", "unknown unit 'furlongs' (column 1)"),
        ('"3 deg"', '"3 m"', "no_go.above", NO_ANGLE.format("3 m")),
        (
            'above = "3 deg"',
            'below = "3 m"',
            "no_go.below",
            NO_ANGLE.format("3 m"),
        ),
        (
            '"3 deg"',
            '"three"',
            "no_go.above",
            "expected a number with its unit such as \"5 km\", got 'three' (column 1)",
        ),
        ('"2 deg"', '"2 m"', "caution.above", NO_ANGLE.format("2 m")),
        ('"2 deg"', '"4 deg"', "caution.above", NO_CAUTION),
        ('"2 deg"', '"3 deg"', "caution.above", NO_CAUTION),
        (
            'caution = { above = "2 deg" }',
            'caution = { above = "2 deg", below = "1.5 deg" }',
            "caution",
            NO_ROOM,
        ),
        (
            '"0.5 deg"',
            '"0.5 m"',
            "hysteresis",
            NO_ANGLE.format("0.5 m"),
        ),
        ('"0.5 deg"', '"-0.5 deg"', "hysteresis", "expected zero or more"),
        ("hysteresis", 'format = "q"\nhysteresis', "format", "expected a number format, got 'q'"),
        ("hysteresis", 'trip_after = "-1 s"\nhysteresis', "trip_after", NO_DURATION),
        ("hysteresis", 'clear_after = "-1 ns"\nhysteresis', "clear_after", NO_DURATION),
        ('above = "3 deg"', 'above = "3 deg", below = "4 deg"', "no_go", NO_ROOM),
        ('above = "3 deg"', 'above = "3 deg", below = "2.1 deg"', "no_go", NO_ROOM),
        (
            "hysteresis",
            'clears_when = "gauge < 280 m"\nhysteresis',
            "clears_when",
            "`<` needs equal units, but one side is K, the other m (column 7)",
        ),
        ("hysteresis", 'clears_when = "gauge"\nhysteresis', "clears_when", NO_CONDITION),
        ("hysteresis", 'clears_when = "true"\nhysteresis', "clears_when", NO_RULE),
        (
            "hysteresis",
            'clears_when = "mean_over(gauge, 21 min) < 280 K"\nhysteresis',
            "clears_when",
            TOO_LONG,
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_alone(
    was: str, now: str, key: str, message: str
) -> None:
    assert was in ROLL
    criterion, problems = load(ROLL.replace(was, now))
    assert criterion is None
    assert problems == (Problem("c.toml", f"criterion.roll.{key}", message),)


@pytest.mark.parametrize(
    ("was", "now", "key", "message"),
    [
        ('"25 V"', '"24 V"', "caution.below", NO_CAUTION),
        ('"25 V"', '"23 V"', "caution.below", NO_CAUTION),
    ],
)
def test_a_mistake_on_the_lower_side_is_told_likewise(
    was: str, now: str, key: str, message: str
) -> None:
    criterion, problems = load(BUS.replace(was, now))
    assert criterion is None
    assert problems == (Problem("c.toml", f"criterion.roll.{key}", message),)


@pytest.mark.parametrize(
    ("rule", "message"),
    [("true", NO_RULE), ("1 < 2", NO_RULE), ("clear", NO_CONDITION)],
)
def test_a_requirement_that_cannot_fail_or_is_none_is_a_load_error(rule: str, message: str) -> None:
    criterion, problems = load(CLEAR.replace("clear == 1", rule))
    assert criterion is None
    assert problems == (Problem("c.toml", "criterion.roll.require", message),)


@pytest.mark.parametrize(
    ("entry", "key", "message"),
    [
        (BARE + 'waivable_to = { above = "3 deg" }', "above", NO_BEYOND),
        (BARE + 'waivable_to = { below = "-3 deg" }', "below", NO_BEYOND),
        (BUS + 'waivable_to = { below = "24 V" }', "below", NO_BEYOND),
        (BUS + 'waivable_to = { above = "30 V" }', "above", NO_BEYOND),
        (BARE + 'waivable_to = { above = "5 m" }', "above", NO_ANGLE.format("5 m")),
    ],
)
def test_what_may_be_waived_lies_beyond_a_limit(entry: str, key: str, message: str) -> None:
    criterion, problems = load(entry + f"\n{WAIVABLE}")
    assert criterion is None
    assert problems == (Problem("c.toml", f"criterion.roll.waivable_to.{key}", message),)


def test_all_mistakes_are_told_at_once() -> None:
    _, problems = load(ROLL.replace('"3 deg"', '"3 m"').replace('"0.5 deg"', '"0.5 m"'))
    assert [problem.key for problem in problems] == [
        "criterion.roll.hysteresis",
        "criterion.roll.no_go.above",
    ]


@pytest.mark.parametrize("given", ["", 'hysteresis = "0 deg"\n'])
def test_without_hysteresis_a_trip_clears_at_its_limit(given: str) -> None:
    assert loaded(BARE + given).no_go == Limit(math.radians(3.0), -math.inf, 0.0)


@pytest.mark.parametrize(("above", "hysteresis"), [("24 V", "0 V"), ("25 V", "0.5 V")])
def test_limits_leave_more_than_a_single_point_between_them(above: str, hysteresis: str) -> None:
    criterion, problems = load(narrow(above, hysteresis))
    assert criterion is None
    assert problems == (Problem("c.toml", "criterion.roll.no_go", NO_ROOM),)


def test_limits_may_be_as_near_as_their_hysteresis_lets_a_trip_clear() -> None:
    assert loaded(narrow("25 V", "0.49 V")).no_go == Limit(25.0, 24.0, 0.49)


def narrow(above: str, hysteresis: str) -> str:
    between = BUS.replace('below = "24 V" }', f'below = "24 V", above = "{above}" }}', 1)
    return between.replace('caution = { below = "25 V" }\n', f'hysteresis = "{hysteresis}"\n')


def test_a_window_may_be_as_long_as_the_history_that_is_kept() -> None:
    loaded(ROLL.replace("abs(roll)", "max_over(roll, 20 min)"))


def test_a_condition_is_said_as_a_plain_number() -> None:
    info = loaded(CLEAR + 'format = ".3f"\n').info()
    assert (info.unit, info.factor, info.offset, info.format) == ("", 1.0, 0.0, ".3f")
