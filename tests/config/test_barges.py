"""A barge that cannot be simulated is refused in one sentence with file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcs.config.loading import CONFIGS, load_mission
from gcs.config.problems import ConfigError

MISSION = CONFIGS / "missions" / "xzy1-hop.toml"
BARGE, HULL = "../barges/atlas.toml", "../barges/flat-barge.toml"


def texts() -> dict[str, str]:
    return {**load_mission(MISSION).texts}


def refused(changed: dict[str, str]) -> list[tuple[str, str, str]]:
    with pytest.raises(ConfigError) as caught:
        load_mission(Path(MISSION.name), changed)
    return [(problem.file, problem.key, problem.message) for problem in caught.value.problems]


def with_line(file: str, line: str, other: str) -> dict[str, str]:
    found = texts()
    assert line in found[file]
    return {**found, file: found[file].replace(line, other)}


def test_the_shipped_barge_brings_its_hull() -> None:
    mission = load_mission(MISSION)
    assert mission.hull is not None
    assert mission.hull.length_m == pytest.approx(91.44)
    assert HULL in mission.texts


def test_a_hull_that_is_not_there_is_named() -> None:
    changed = with_line(BARGE, "flat-barge.toml", "raft.toml")
    (problem,) = refused(changed)
    assert problem[:2] == (BARGE, "model.hull")
    assert "cannot read ../barges/raft.toml" in problem[2]


@pytest.mark.parametrize(
    ("file", "line", "other", "key", "words"),
    [
        (BARGE, "thrust_n = 55000.0", "thrust_n = -1.0", "model.thrusters.thrust_n", "greater"),
        (BARGE, "hotel_w = 150000.0", "hotel_w = 9e9", "model", "below plant.capacity_w"),
        (BARGE, "observer_period_s = 30.0", "observer_period_s = 90.0", "model", "must lie below"),
        (BARGE, "generators = 3", "generators = 0", "model.plant.generators", "greater"),
        (HULL, "draft_m = 3.0", "draft_m = 0.0", "draft_m", "greater"),
        (HULL, "from_deg = 90.0", "from_deg = 89.0", "", "from 0 to 90 or 180 deg"),
    ],
)
def test_impossible_numbers_are_refused(
    file: str, line: str, other: str, key: str, words: str
) -> None:
    (problem,) = refused(with_line(file, line, other))
    assert problem[:2] == (file, key)
    assert words in problem[2]
