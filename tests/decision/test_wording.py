"""What is said of parameters and of their absence, in the operator's words and units."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gcs.config.loading import load_mission
from gcs.decision.wording import Name, Vocabulary
from gcs.expressions import Expression, compile_expression
from gcs.messages import Quality
from gcs.telemetry.speech import PLAIN, Speech
from tests.helpers.joint_view import SECOND, STALE_AFTER, FakeView

MISSION = """
[mission]
id = "m"
title = "a test's mission"
dictionaries = ["d.toml"]
[station]
positions = ["FD"]
[[phase]]
id = "p"
title = "p"
"""
HEARD = 'from = { topic = "motion", field = "x", unit = "deg" }\nunit = "deg"\nformat = ".1f"\n'
DICTIONARY = "".join(
    f'[parameter.{name}]\nstale_after = "2 s"\n{HEARD}' for name in ("roll", "pitch", "yaw", "list")
)
DICTIONARY += """
[parameter.lookout]
stale_after = "10 min"
unit = ""
format = ".0f"
valid = ["0", "1"]
from = { entered_by = ["FD"], checked = true }
"""
PARAMETERS = {"roll": "deg", "pitch": "deg", "yaw": "deg", "list": "deg", "lookout": ""}
DEG = math.radians(1.0)


class Desk:
    """A vocabulary, and a view whose parameters are all seen and good."""

    def __init__(self, dictionary: str = DICTIONARY) -> None:
        self.view = FakeView(**PARAMETERS, undeclared="")
        texts = {"m.toml": MISSION, "d.toml": dictionary}
        self.vocabulary = Vocabulary(load_mission(Path("m.toml"), texts), self.view)
        for name in self.view.names:
            self.view.set(name, DEG)

    def compiled(self, text: str) -> Expression:
        return compile_expression(text, self.view)

    def absence(self, text: str) -> str:
        rule = self.compiled(text)
        return self.vocabulary.absence(rule, self.vocabulary.in_order_of(rule), self.view)


def test_a_parameter_that_no_dictionary_declares_is_said_by_its_number() -> None:
    desk = Desk()
    index = desk.view.names.index("undeclared")
    assert desk.vocabulary.name(index) == Name(f"parameter {index}", PLAIN, 0)


def test_a_parameter_is_said_in_its_own_unit_and_format() -> None:
    desk = Desk()
    assert desk.vocabulary.name(0) == Name("roll", Speech("deg", DEG, 0.0, ".1f"), STALE_AFTER)
    assert desk.vocabulary.name(4) == Name(
        "lookout", Speech("", 1.0, 0.0, ".0f"), STALE_AFTER, True
    )


@pytest.mark.parametrize(("was", "now"), [('".1f"', '"q"'), ('unit = "deg"\n', 'unit = "x"\n')])
def test_a_parameter_whose_unit_or_format_is_a_mistake_is_said_in_si(was: str, now: str) -> None:
    assert Desk(DICTIONARY.replace(was, now)).vocabulary.name(0).speech == PLAIN


def test_a_rule_is_told_with_the_names_of_codes_and_else_as_it_is_written() -> None:
    named = 'valid = ["0", "1"]\nnames = { 0 = "no", 1 = "yes" }\n'
    told = Desk(DICTIONARY.replace('valid = ["0", "1"]\n', named)).vocabulary.told
    for _ in range(2):
        assert told("lookout == 1 and roll < 1 deg") == "lookout == 1 (yes) and roll < 1 deg"
        assert told("undeclared == 1") == "undeclared == 1"


def test_what_is_read_is_named_in_the_order_of_the_text_and_once() -> None:
    desk = Desk()
    rules = [desk.compiled("yaw + roll + yaw < 1 deg"), desk.compiled("pitch > roll")]
    assert desk.vocabulary.in_order_of(*rules) == (2, 0, 1)


@pytest.mark.parametrize(
    ("quality", "age_ns", "said"),
    [
        (Quality.NEVER, 0, "roll never seen"),
        (Quality.STALE, SECOND // 2, "roll 0.5 s old, limit 2.0 s"),
        (Quality.GOOD, STALE_AFTER + SECOND // 10, "roll 2.1 s old, limit 2.0 s"),
        (Quality.SUSPECT, 0, "roll out of range or disputed"),
        (Quality.BAD, 0, "roll rejected"),
    ],
)
def test_what_is_not_good_says_why(quality: Quality, age_ns: int, said: str) -> None:
    desk = Desk()
    desk.view.set("roll", DEG, quality, age_ns)
    assert desk.absence("roll < 1 deg") == f"no data: {said}"


def test_what_was_never_set_was_never_seen() -> None:
    desk = Desk()
    desk.view.forget("roll")
    assert desk.absence("roll < 1 deg") == "no data: roll never seen"


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        (Quality.NEVER, "lookout not entered"),
        (Quality.STALE, "lookout entry expired"),
        (Quality.SUSPECT, "lookout entered by hand, not checked yet"),
        (Quality.BAD, "lookout rejected"),
    ],
)
def test_what_is_entered_by_hand_says_what_is_to_be_done(quality: Quality, said: str) -> None:
    desk = Desk()
    desk.view.set("lookout", 1.0, quality)
    assert desk.absence("lookout == 1") == f"no data: {said}"


def test_three_absences_are_said_and_how_many_more_there_are() -> None:
    desk = Desk()
    for name in ("roll", "pitch", "yaw", "list"):
        desk.view.set(name, DEG, Quality.BAD)
    assert desk.absence("roll + pitch + yaw + list < 1 deg") == (
        "no data: roll rejected, pitch rejected, yaw rejected and 1 more"
    )
    assert desk.absence("roll + lookout * 1 deg < 1 deg") == "no data: roll rejected"


def test_good_values_without_the_past_that_a_rule_needs_say_how_much_it_needs() -> None:
    desk = Desk()
    desk.view.set("roll", DEG, age_ns=STALE_AFTER)
    assert desk.absence("max_over(roll, 60 s) < 1 deg") == "history not covered: roll over 1 min"
    rule = " + ".join(f"max_over({name}, 10 s)" for name in ("roll", "pitch", "yaw", "list"))
    assert desk.absence(f"{rule} < 1 deg") == (
        "history not covered: roll over 10.0 s, pitch over 10.0 s, yaw over 10.0 s and 1 more"
    )


def test_good_values_of_which_a_rule_makes_none_say_so() -> None:
    assert Desk().absence("yaw / (roll - roll) < 1") == (
        "no value: the rule has no answer for these data"
    )
