"""Codes are told by name, and no dictionary can give one another name than the wire does."""

from __future__ import annotations

import pytest

from gcs.config.problems import ConfigError
from gcs.messages import Codes
from gcs.telemetry.naming import told_with_names
from gcs.telemetry.speech import Speech
from tests.helpers.missions import built, parameter, problems_of, telemetry_mission

MODES = Codes(((0, "PRELAUNCH"), (12, "SAFE")))
FLAGS = Codes(bits=("ATTITUDE", "VELOCITY", "POSITION"))


def codes_of(name: str) -> Codes:
    return {"mode": MODES, "flags": FLAGS}.get(name, Codes())


@pytest.mark.parametrize(
    ("codes", "value", "said"),
    [
        (MODES, 0.0, "PRELAUNCH"),
        (MODES, 12.0, "SAFE"),
        (MODES, 1.0, None),
        (MODES, 0.5, None),
        (FLAGS, 1.0, "1: ATTITUDE"),
        (FLAGS, 7.0, "7: ATTITUDE+VELOCITY+POSITION"),
        (FLAGS, 6.0, "6: VELOCITY+POSITION"),
        (FLAGS, 0.0, None),
        (FLAGS, 8.0, None),
        (FLAGS, 9.0, None),
        (FLAGS, 1.5, None),
        (FLAGS, -1.0, None),
        (FLAGS, float("nan"), None),
        (FLAGS, float("inf"), None),
        (Codes(((7, "ALL"),), FLAGS.bits), 7.0, "ALL"),
        (Codes(), 0.0, None),
    ],
)
def test_a_value_is_called_by_its_name_or_stays_a_number(
    codes: Codes, value: float, said: str | None
) -> None:
    assert codes.say(value) == said


def test_speech_says_and_reads_names_and_numbers_alike() -> None:
    speech = Speech("", 1.0, 0.0, ".0f", MODES)
    assert (speech.say(12.0), speech.say(3.0)) == ("SAFE", "3")
    assert (speech.read(" safe "), speech.read("12"), speech.read("landed")) == (12.0, 12.0, None)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("mode == 0", "mode == 0 (PRELAUNCH)"),
        ("mode==12", "mode==12 (SAFE)"),
        (
            "not (mode != 12 or altitude > 12 m) and mode == 0",
            "not (mode != 12 (SAFE) or altitude > 12 m) and mode == 0 (PRELAUNCH)",
        ),
        ("held(mode == 12, 2 s)", "held(mode == 12 (SAFE), 2 s)"),
        ("mode == 12.0", "mode == 12.0 (SAFE)"),
        ("mode == 12e0", "mode == 12e0 (SAFE)"),
        ("mode == 1.2E+1", "mode == 1.2E+1 (SAFE)"),
        ("mode == .12e2", "mode == .12e2 (SAFE)"),
        ("mode == 0 or\nmode == 12", "mode == 0 (PRELAUNCH) or\nmode == 12 (SAFE)"),
        ("mode == 0\n  or\tmode ==\n12", "mode == 0 (PRELAUNCH)\n  or\tmode ==\n12 (SAFE)"),
        ("flags == 3", "flags == 3 (3: ATTITUDE+VELOCITY)"),
        ("mode == 3", "mode == 3"),
        ("altitude == 12", "altitude == 12"),
        ("mode + 1 == 12", "mode + 1 == 12"),
        ("12 m", "12 m"),
    ],
)
def test_a_rule_is_told_with_the_names_of_its_codes(rule: str, told: str) -> None:
    assert told_with_names(rule, codes_of) == told


STATE = 'message = "ENGINE_STATE", field = "state", where = { engine = 0 }'
FLAGS_FIELD = 'message = "ESTIMATOR_STATUS", field = "flags"'
DP = 'topic = "dp", field = "mode"'
CLEAR = 'topic = "deck", field = "clear"'


def test_names_reach_the_catalogue_and_the_sources_of_a_vote() -> None:
    named = parameter(
        "engine",
        STATE,
        sources='["fc_a", "fc_b"]',
        vote='{ tolerance = "0.5" }',
        names='{ 0 = "OFF", 2 = "RUNNING" }',
    )
    infos = {info.id: info for info in built(named)[1].infos()}
    assert {name: info.codes.say(2.0) for name, info in infos.items()} == {
        "engine": "RUNNING",
        "fc_a.engine": "RUNNING",
        "fc_b.engine": "RUNNING",
    }


def test_what_the_wire_does_not_name_the_dictionary_may() -> None:
    assert not problems_of(parameter("clear", CLEAR, names='{ 0 = "no", 1 = "yes" }'))
    flags = parameter(
        "f", FLAGS_FIELD, sources='["fc_a"]', bits='["ATTITUDE"]', names='{ 3 = "BOTH" }'
    )
    assert not problems_of(flags)


@pytest.mark.parametrize(
    ("origin", "names", "message"),
    [
        (STATE, {"names": '{ 4 = "RUNNING" }'}, "4 is LANDFALL_ENGINE_STATE_FAILED on the wire"),
        (STATE, {"names": '{ 5 = "RUNNING" }'}, "5 is nothing on the wire, not 'RUNNING'"),
        (STATE, {"names": '{ 2 = "NING" }'}, "not 'NING'"),
        (DP, {"names": '{ 3 = "FAILED" }'}, "3 is holding on the wire, not 'FAILED'"),
        (FLAGS_FIELD, {"bits": '["VELOCITY HORIZ"]'}, "1 is ESTIMATOR_ATTITUDE on the wire"),
    ],
)
def test_a_name_that_is_another_on_the_wire_is_a_problem(
    origin: str, names: dict[str, str], message: str
) -> None:
    source = '["barge"]' if origin is DP else '["fc_a"]'
    (problem,) = problems_of(parameter("p", origin, sources=source, **names))
    assert problem.key == f'parameter."p".{next(iter(names))}'
    assert message in problem.message


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"names": '{ one = "ON" }'}, "expected a whole number"),
        ({"names": '{ -1 = "ON" }'}, "expected a whole number"),
        ({"names": '{ 0 = "" }'}, "must match"),
        ({"names": '{ 0 = "1" }'}, "must match"),
        ({"names": '{ 0 = "no", 1 = "No" }'}, "two codes have the same name"),
        ({"names": '{ 0 = "no" }', "unit": "m"}, "no quantity and has no unit"),
        ({"bits": '["A"]', "unit": "m"}, "no quantity and has no unit"),
    ],
)
def test_names_that_cannot_be_told_are_load_errors(names: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        telemetry_mission(parameter("p", CLEAR, **names))
