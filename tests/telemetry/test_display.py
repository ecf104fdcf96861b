"""What a console draws is named in the mission, and wrong names are told at load time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gcs.config.loading import CONFIGS, load_mission
from gcs.config.mission import DisplayConfig
from gcs.config.problems import ConfigError
from gcs.messages import Display
from gcs.station import Station
from gcs.telemetry.dictionary import build_dictionary
from gcs.telemetry.display import build_display

HOP = CONFIGS / "missions" / "xzy1-hop.toml"


def displayed(path: Path, **changes: str) -> Station:
    mission = load_mission(path)
    display = mission.config.display.model_copy(update=changes)
    config = mission.config.model_copy(update={"display": display})
    return Station(replace(mission, config=config), seed=1)


def test_the_hop_names_every_axis_and_the_catalogue_carries_their_columns() -> None:
    catalogue = displayed(HOP).catalogue("LIVE")
    ids = [info.id for info in catalogue.parameters]
    display = catalogue.display
    assert None not in [getattr(display, axis) for axis in Display.__struct_fields__]
    assert display.altitude == ids.index("nav.altitude")
    assert display.aim_east == ids.index("landing.aim_east")
    assert display.heading == ids.index("barge.heading")


def test_what_a_mission_leaves_out_has_no_column() -> None:
    webcast = displayed(CONFIGS / "missions" / "falcon9-webcast.toml").catalogue("LIVE")
    assert webcast.display == Display(altitude=1)


def test_config_and_catalogue_have_the_same_axes() -> None:
    assert set(DisplayConfig.model_fields) == set(Display.__struct_fields__)


def test_unknown_names_and_wrong_units_are_told_together_with_file_and_key() -> None:
    with pytest.raises(ConfigError) as raised:
        displayed(HOP, altitude="nav.altitud", heading="landing.miss")
    assert [str(problem) for problem in raised.value.problems] == [
        "xzy1-hop.toml: display.altitude: no parameter is called 'nav.altitud'",
        "xzy1-hop.toml: display.heading: 'landing.miss' does not convert to 'rad'",
    ]


def test_a_display_problem_stands_beside_the_problems_of_other_parts() -> None:
    text = HOP.read_text()
    broken = text.replace('altitude = "nav.altitude"', 'altitude = "nowhere"', 1)
    broken = broken.replace('closes = "t_clock > 96 s"', 'closes = "t_clok > 96 s"', 1)
    assert broken.count("nowhere") == broken.count("t_clok") == 1
    mission = load_mission(HOP)
    texts = {**mission.texts, str(HOP): broken}
    with pytest.raises(ConfigError) as raised:
        Station(load_mission(HOP, texts), seed=1)
    keys = {problem.key for problem in raised.value.problems}
    assert "display.altitude" in keys
    assert any(key.startswith("gate[1]") for key in keys)


def test_every_axis_has_its_unit() -> None:
    mission = load_mission(HOP)
    dictionary, _ = build_dictionary(mission, None)
    for axis in DisplayConfig.model_fields:
        wrong = "landing.healthy"
        config = mission.config.model_copy(update={"display": DisplayConfig(**{axis: wrong})})
        _, problems = build_display(replace(mission, config=config), dictionary)
        assert [problem.key for problem in problems] == [f"display.{axis}"]
