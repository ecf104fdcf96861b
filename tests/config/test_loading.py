"""Every problem of a mission is told at once, with file and key."""

from pathlib import Path

import pytest

from gcs.config.loading import load_mission, with_serial
from gcs.config.mission import MissionFile
from gcs.config.parsing import parse_toml
from gcs.config.problems import ConfigError, Problem

CRITERIA = """
[criterion.roll]
title = "roll"
owner = "BARGE"
gates = ["landing"]
value = "barge.roll"
no_go = { above = "3 deg" }
source = "a book"
"""
DICTIONARY = """
[parameter."barge.roll"]
unit = "deg"
from = { topic = "motion", field = "roll", unit = "rad" }
sources = ["barge"]
stale_after = "1 s"
"""
MISSION = """
[mission]
id = "test"
title = "test"
dictionaries = ["dictionary.toml"]
criteria = ["criteria.toml"]

[[link]]
id = "barge"
kind = "mqtt"
carries = "barge"
subscribe = ["landfall/#"]

[[source]]
id = "barge"
kind = "barge"
links = ["barge"]
root = "landfall/atlas"

[[phase]]
id = "flight"
title = "flight"

[[gate]]
id = "landing"
title = "LANDING"
opens = "true"
closes = "false"
"""


@pytest.fixture
def files() -> dict[str, str]:
    return {"mission.toml": MISSION, "dictionary.toml": DICTIONARY, "criteria.toml": CRITERIA}


def problems_of(files: dict[str, str]) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        load_mission(Path("mission.toml"), files)
    return list(caught.value.problems)


def test_a_sound_mission_loads_with_all_its_files(files):
    mission = load_mission(Path("mission.toml"), files)
    assert mission.texts == files
    assert [name for _, name, _ in mission.parameters()] == ["barge.roll"]
    assert [name for _, name, _ in mission.criterion_configs()] == ["roll"]


def test_ten_mistakes_in_three_files_give_ten_problems(files):
    files["mission.toml"] = (
        MISSION.replace('title = "test"', "title = 5")
        .replace('kind = "mqtt"', 'kind = "mqtt"\nport = 70000\ncolour = "blue"')
        .replace('root = "landfall/atlas"', "")
        .replace('opens = "true"', "opens = true")
    )
    files["dictionary.toml"] = DICTIONARY.replace('"1 s"', '"1"').replace('"deg"', "3")
    files["criteria.toml"] = CRITERIA.replace('source = "a book"', 'source = ""').replace(
        'no_go = { above = "3 deg" }', "no_go = {}"
    )
    files["mission.toml"] += '\n[[command]]\nid = "Bad Name"\nvalidity = "soon"\n'
    told = {(problem.file, problem.key) for problem in problems_of(files)}
    assert {
        ("mission.toml", "mission.title"),
        ("mission.toml", "link[0].port"),
        ("mission.toml", "link[0].colour"),
        ("mission.toml", "source[0]"),
        ("mission.toml", "gate[0].opens"),
        ("mission.toml", "command[0].id"),
        ("mission.toml", "command[0].validity"),
        ("mission.toml", "command[0].title"),
        ("dictionary.toml", 'parameter."barge.roll".stale_after'),
        ("dictionary.toml", 'parameter."barge.roll".unit'),
        ("criteria.toml", "criterion.roll.source"),
        ("criteria.toml", "criterion.roll.no_go"),
    } <= told


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "message"),
    [
        ("mission.toml", 'links = ["barge"]', 'links = ["sat"]', "source[0].links", "'sat'"),
        ("criteria.toml", '["landing"]', '["takeoff"]', "criterion.roll.gates", "'takeoff'"),
        (
            "dictionary.toml",
            '["barge"]',
            '["ship"]',
            'parameter."barge.roll".sources',
            "'ship'",
        ),
        (
            "mission.toml",
            '"dictionary.toml"',
            '"nowhere.toml"',
            "mission.dictionaries",
            "nowhere.toml",
        ),
        (
            "mission.toml",
            'closes = "false"',
            'closes = "false"\ngo_command = "jump"',
            "gate[0]",
            "'jump'",
        ),
        (
            "mission.toml",
            'closes = "false"',
            'closes = "false"\npolls = ["COOK"]',
            "gate[0].polls",
            "'COOK'",
        ),
        (
            "mission.toml",
            'closes = "false"',
            'closes = "false"\ncloses_in = ["orbit"]',
            "gate[0].closes_in",
            "'orbit'",
        ),
        (
            "mission.toml",
            'closes = "false"',
            'closes = "false"\nno_go_count = "recycle"\nrecycle_to = "engines"',
            "gate[0].recycle_to",
            "'engines'",
        ),
        (
            "mission.toml",
            "[[link]]",
            '[station]\nidentify = "token"\n[[link]]',
            "station.persons_env",
            "persons file",
        ),
        (
            "mission.toml",
            "[[link]]",
            '[station]\nidentify = "declared"\npersons_env = "P"\n[[link]]',
            "station.persons_env",
            "only declares",
        ),
        (
            "mission.toml",
            "[[link]]",
            '[station]\npositions = ["FD", "FD"]\n[[link]]',
            "station.positions",
            "named twice",
        ),
        (
            "mission.toml",
            "[[phase]]",
            '[[command]]\nid = "go"\ntitle = "GO"\nmav_cmd = "G"\nvalidity = "1 s"\n'
            "dangerous = false\ntwo_person = true\n[[phase]]",
            "command[0].two_person",
            "nobody confirms it",
        ),
        (
            "mission.toml",
            "[[phase]]",
            '[[gate]]\nid = "g"\ntitle = "G"\nopens = "true"\ncloses = "false"\n'
            'mode = "automatic"\ngo_command = "go"\n'
            '[[command]]\nid = "go"\ntitle = "GO"\nmav_cmd = "G"\n'
            'validity = "1 s"\nallowed_unknown = true\n[[phase]]',
            "command[0].allowed_unknown",
            "only while it is known to be allowed",
        ),
        (
            "mission.toml",
            "[[phase]]",
            '[[gate]]\nid = "g"\ntitle = "G"\nopens = "true"\ncloses = "false"\n'
            'mode = "automatic"\ngo_command = "go"\n'
            '[[command]]\nid = "go"\ntitle = "GO"\nmav_cmd = "G"\nvalidity = "1 s"\n'
            '[[command]]\nid = "again"\ntitle = "GO AGAIN"\nmav_cmd = "G"\n'
            'parameters = { param3 = "1" }\n'
            'validity = "1 s"\nallowed_unknown = true\n[[phase]]',
            "command[1].allowed_unknown",
            "only while it is known to be allowed",
        ),
        (
            "mission.toml",
            "[[phase]]",
            '[[command]]\nid = "open"\ntitle = "OPEN"\ntarget = "barge"\norder = "deck_open"\n'
            'validity = "1 s"\nallowed_unknown = true\n[[phase]]',
            "command[0].allowed_unknown",
            "only the vehicle refuses by itself",
        ),
        (
            "mission.toml",
            "[[phase]]",
            '[[command]]\nid = "go"\ntitle = "GO"\nmav_cmd = "G"\nvalidity = "1 s"\n'
            "two_person = true\nallowed_unknown = true\n[[phase]]",
            "command[0].allowed_unknown",
            "what takes two persons",
        ),
    ],
)
def test_a_name_that_nothing_declares_is_a_problem(files, file, old, new, key, message):
    files[file] = files[file].replace(old, new)
    assert [(p.file, p.key) for p in problems_of(files)] == [(file, key)]
    assert message in problems_of(files)[0].message


def test_a_confirmed_gate_needs_a_position_that_may_confirm(files):
    go = '[[command]]\nid = "go"\ntitle = "GO"\nmav_cmd = "G"\nvalidity = "1 s"\n'
    files["mission.toml"] = "station = { positions = [] }\n" + files["mission.toml"].replace(
        'closes = "false"', f'closes = "false"\ngo_command = "go"\n{go}'
    )
    (problem,) = problems_of(files)
    assert problem.key == "gate[0].mode"
    assert problem.message.startswith("nobody can answer")


def test_a_parameter_without_a_known_origin_is_one_problem(files):
    files["dictionary.toml"] = DICTIONARY.replace("topic =", "subject =")
    (problem,) = problems_of(files)
    assert problem.key == 'parameter."barge.roll".from'
    assert "message, topic, column, expression, quantity" in problem.message


def test_a_mistake_in_an_origin_has_the_key_as_written(files):
    files["dictionary.toml"] = DICTIONARY.replace("field =", "fild =")
    assert {p.key for p in problems_of(files)} == {
        'parameter."barge.roll".from.field',
        'parameter."barge.roll".from.fild',
    }


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("mission = 3", "mission", "expected a table"),
        ("[[link]]\nid = 'x'", "link[0]", "'kind' is missing"),
        ("[[link]]\nkind = 'pigeon'", "link[0]", "'kind' cannot be 'pigeon'; expected 'serial'"),
        ("station = { positions = 'FD' }", "station.positions", "expected a list"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_in_plain_words(text, key, message):
    _, problems = parse_toml("mission.toml", text, MissionFile)
    assert any(p.key == key and p.message.startswith(message) for p in problems), problems


def test_only_who_has_a_mavlink_address_may_be_a_flight_computer(files):
    files["mission.toml"] = MISSION.replace(
        'kind = "barge"', 'kind = "barge"\nflight_computer = true'
    )
    (problem,) = problems_of(files)
    assert problem.key == "source[0]"
    assert problem.message == "only a mavlink source may be a flight computer"


def test_one_id_for_two_things_is_a_problem(files):
    files["mission.toml"] += '\n[[phase]]\nid = "flight"\ntitle = "again"\n'
    assert Problem("mission.toml", "phase", "'flight' is declared twice") in problems_of(files)


def test_text_that_is_not_toml_says_where(files):
    files["criteria.toml"] = "[criterion]\nroll = = 3"
    (problem,) = problems_of(files)
    assert problem.file == "criteria.toml"
    assert "line 2" in problem.message


def test_links_put_on_serial_ports_come_back_from_the_recorded_texts(files):
    files["mission.toml"] += """
[[link]]
id = "fc_a"
kind = "udp"
carries = "mavlink"
port = 14551
"""
    flown = with_serial(load_mission(Path("mission.toml"), files), ["fc_a=/dev/ttyUSB0:57600"])
    again = load_mission(Path("mission.toml"), flown.texts)
    assert again.config == flown.config != load_mission(Path("mission.toml"), files).config
    assert again.texts == flown.texts
