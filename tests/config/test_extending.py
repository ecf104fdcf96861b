"""A mission that extends another says only what differs, and mistakes stand in their own file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gcs.config.extending import merged
from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.config.problems import ConfigError
from gcs.station import Station

BASE = """
[mission]
id = "base"
title = "the base"
dictionaries = ["d.toml"]

[count]
start = "-20 s"
hold = [{ at = "-10 s" }, { at = "-5 s" }]

[[phase]]
id = "pad"
title = "pad"

[[phase]]
id = "flight"
title = "flight"

[[transition]]
from = ["pad"]
to = "flight"
when = "x > 1 m"

[[gate]]
id = "launch"
title = "LAUNCH"
opens = "x < 1 m"
closes = "x > 1 m"
polls = ["FD"]
"""
OVER = """
[mission]
id = "over"
title = "the other"
extends = "base.toml"
"""
DICTIONARY = """
[parameter.x]
unit = "m"
stale_after = "2 s"
from = { topic = "motion", field = "x", unit = "m" }
"""


def texts(over: str, base: str = BASE) -> dict[str, str]:
    return {"over.toml": OVER + over, "base.toml": base, "d.toml": DICTIONARY}


def loaded(over: str, base: str = BASE) -> Mission:
    return load_mission(Path("over.toml"), texts(over, base))


def told(over: str, base: str = BASE) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        Station(loaded(over, base), seed=0)
    return [str(problem) for problem in raised.value.problems]


def test_what_is_not_said_is_the_bases() -> None:
    mission = loaded("")
    assert (mission.config.mission.id, mission.config.mission.title) == ("over", "the other")
    assert [phase.id for phase in mission.config.phase] == ["pad", "flight"]
    assert mission.config.count.start == -20_000_000_000
    assert mission.file == "over.toml"


def test_tables_are_merged_by_key_and_named_entries_by_id() -> None:
    config = loaded(
        '[count]\nstart = "-300 s"\n'
        '[[gate]]\nid = "launch"\ntitle = "GO"\n'
        '[[phase]]\nid = "scrubbed"\ntitle = "scrubbed"\noutcome = "scrubbed"\n'
    ).config
    assert (config.count.start, len(config.count.hold)) == (-300_000_000_000, 2)
    assert (config.gate[0].title, config.gate[0].opens) == ("GO", "x < 1 m")
    assert [phase.id for phase in config.phase] == ["pad", "flight", "scrubbed"]


def test_other_lists_and_values_are_replaced() -> None:
    config = loaded(
        '[count]\nhold = [{ at = "-1 s" }]\n'
        '[[transition]]\nfrom = ["flight"]\nto = "pad"\nwhen = "x < 1 m"\n'
        '[[gate]]\nid = "launch"\npolls = []\n[station]\npositions = ["LD"]\n'
    ).config
    assert [hold.at for hold in config.count.hold] == [-1_000_000_000]
    assert [(row.origin, row.to) for row in config.transition] == [(("flight",), "pad")]
    assert config.gate[0].polls == ()


def test_both_texts_are_kept_and_the_whole_is_told_as_written() -> None:
    mission = loaded('[count]\nstart = "-300 s"\n')
    assert set(mission.texts) == {"over.toml", "base.toml", "d.toml"}
    assert mission.written["count"]["start"] == "-300 s"
    again = load_mission(Path(mission.file), mission.texts)
    assert again.config == mission.config


@pytest.mark.parametrize(
    ("over", "base", "place"),
    [
        ('[count]\nstart = "3"\n', BASE, "over.toml: count.start"),
        ("", BASE.replace('"-20 s"', '"-20"'), "base.toml: count.start"),
        ('[[gate]]\nid = "two"\n', BASE, "over.toml: gate[0].title"),
        ("", BASE.replace('title = "LAUNCH"', ""), "base.toml: gate[0].title"),
        ('[[gate]]\nid = "launch"\npoll = 1\n', BASE, "over.toml: gate[0].poll"),
        ('[[gate]]\nid = "launch"\nopens = "y > 1"\n', BASE, "over.toml: gate[0].opens"),
        ("", BASE.replace("x < 1 m", "y < 1 m"), "base.toml: gate[0].opens"),
        ("", BASE.replace("x > 1 m", "x > 1 s"), "base.toml: gate[0].closes"),
        ("", BASE.replace('"-5 s"', '"5 s"'), "base.toml: count.hold[1].at"),
        ('[count]\nhold = [{ at = "5 s" }]\n', BASE, "over.toml: count.hold[0].at"),
        ('[[gate]]\nid = "launch"\npolls = ["XX"]\n', BASE, "over.toml: gate[0].polls"),
        ('[misson]\nid = "x"\n', BASE, "over.toml: misson"),
        ('[[phase]]\nid = "a b"\ntitle = "a"\n', BASE, "over.toml: phase[0].id"),
    ],
)
def test_a_mistake_is_told_in_the_file_that_makes_it(over: str, base: str, place: str) -> None:
    assert any(text.startswith(f"{place}: ") for text in told(over, base)), told(over, base)


def test_all_mistakes_of_both_files_are_told_at_once() -> None:
    found = told('[count]\nstart = "3"\n', BASE.replace('title = "LAUNCH"', 'name = "LAUNCH"'))
    places = {text.rpartition(": ")[0] for text in found}
    assert places == {
        "over.toml: count.start",
        "base.toml: gate[0].title",
        "base.toml: gate[0].name",
    }


def test_dictionaries_add_up() -> None:
    files = texts("") | {"e.toml": DICTIONARY.replace("parameter.x", "parameter.y")}
    files["over.toml"] += 'dictionaries = ["e.toml", "d.toml"]\n'
    mission = load_mission(Path("over.toml"), files)
    assert mission.config.mission.dictionaries == ("d.toml", "e.toml")


def test_an_id_that_a_file_has_twice_is_no_merge() -> None:
    twice = '[[phase]]\nid = "pad"\ntitle = "A"\n[[phase]]\nid = "pad"\ntitle = "B"\n'
    assert told(twice) == ["over.toml: phase: 'pad' is declared twice"]


@pytest.mark.parametrize(
    ("over", "base", "text"),
    [
        ("", None, "over.toml: mission.extends: cannot read base.toml: no text of this name"),
        ("", "= 3", "base.toml: not TOML"),
        ("", BASE.replace("[mission]", '[mission]\nextends = "over.toml"'), "extends this file"),
        ("", BASE.replace("[mission]", '[mission]\nextends = "base.toml"'), "extends this file"),
    ],
)
def test_a_base_that_cannot_be_had_is_told(over: str, base: str | None, text: str) -> None:
    files = texts(over, base or "")
    if base is None:
        del files["base.toml"]
    with pytest.raises(ConfigError) as raised:
        load_mission(Path("over.toml"), files)
    assert any(text in str(problem) for problem in raised.value.problems)


def test_a_base_in_another_folder_names_its_files_from_there(tmp_path: Path) -> None:
    (tmp_path / "bases").mkdir()
    (tmp_path / "bases" / "base.toml").write_text(BASE)
    (tmp_path / "bases" / "d.toml").write_text(DICTIONARY)
    over = tmp_path / "over.toml"
    over.write_text(OVER.replace("base.toml", "bases/base.toml"))
    mission = load_mission(over)
    assert mission.config.mission.dictionaries == ("bases/d.toml",)
    assert set(mission.texts) == {"over.toml", "bases/base.toml", "bases/d.toml"}


def test_a_chain_of_three_is_one_mission() -> None:
    files = texts("") | {
        "top.toml": '[mission]\nid = "top"\ntitle = "top"\nextends = "over.toml"\n'
        '[count]\nstart = "-1 min"\n'
    }
    mission = load_mission(Path("top.toml"), files)
    assert mission.config.count.start == -60_000_000_000
    assert len(mission.config.phase) == 2


@pytest.mark.parametrize(
    ("base", "over", "whole"),
    [
        ({"a": 1, "b": {"c": 1}}, {"b": {"d": 2}}, {"a": 1, "b": {"c": 1, "d": 2}}),
        ({"a": {"b": 1}}, {"a": 3}, {"a": 3}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        (
            {"a": [{"id": "x", "v": 1}]},
            {"a": [{"id": "x", "w": 2}]},
            {"a": [{"id": "x", "v": 1, "w": 2}]},
        ),
        ({"a": [{"id": "x"}]}, {"a": [{"v": 2}]}, {"a": [{"v": 2}]}),
        ({"a": [{"id": 1}]}, {"a": [{"id": 1}]}, {"a": [{"id": 1}]}),
        (
            {"a": [{"id": "x", "v": 1}, {"id": "x", "v": 2}]},
            {"a": [{"id": "x", "v": 3}]},
            {"a": [{"id": "x", "v": 3}, {"id": "x", "v": 2}]},
        ),
    ],
)
def test_merging(base: dict[str, Any], over: dict[str, Any], whole: dict[str, Any]) -> None:
    before = repr((base, over))
    assert merged(base, over) == whole
    assert repr((base, over)) == before, "neither is changed"


def test_a_mission_without_a_base_is_as_written() -> None:
    path = CONFIGS / "missions" / "xzy1-hop.toml"
    assert load_mission(path).written == tomllib.loads(path.read_text(encoding="utf-8"))
