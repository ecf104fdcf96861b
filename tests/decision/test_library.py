"""What the shipped criteria say, held against the tables and reasons they come from."""

from __future__ import annotations

import re

import pytest

from gcs.config.criteria import CriteriaFile, CriterionConfig
from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.config.parsing import parse_toml
from gcs.decision.criteria import build_criteria
from tests.helpers.contract.bench import bench_of

SECOND_NS = 1_000_000_000

# Deck category and vehicle class: pitch and roll by day and night (deg), significant heave rate
# by day and night (m/s). Inclination is half a degree more. CAP 437.
DECKS = {
    "1-heavy": (3.0, 2.0, 1.3, 1.0),
    "1-medium": (4.0, 3.0, 1.3, 1.0),
    "2-heavy": (2.0, 2.0, 1.0, 0.5),
    "2-medium": (3.0, 2.0, 1.0, 0.5),
    "3-heavy": (2.0, 1.0, 1.0, 0.5),
    "3-medium": (3.0, 1.5, 1.0, 0.5),
}
ROUNDING = 0.05
"""Heave rates are said to 0.1 m/s: half of that below its limit one reads like it."""


def deck(name: str) -> dict[str, CriterionConfig]:
    file = f"helideck-{name}.toml"
    text = (CONFIGS / "criteria" / file).read_text(encoding="utf-8")
    parsed, problems = parse_toml(file, text, CriteriaFile)
    assert parsed is not None, problems
    return parsed.criterion


def number(text: str | None, unit: str) -> float:
    assert text is not None
    value, _, said = text.partition(" ")
    assert said == unit
    return float(value)


def day_limit(entry: CriterionConfig, unit: str) -> float:
    assert entry.no_go is not None
    return number(entry.no_go.above, unit)


def night_limit(entry: CriterionConfig, unit: str) -> float:
    assert entry.require is not None
    assert entry.require.startswith("helideck.daylight == 1 or ")
    match = re.fullmatch(rf".* <=? ([\d.]+) {unit}", entry.require)
    assert match is not None
    return float(match[1])


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_is_held_to_its_category_by_day_and_by_night(name: str) -> None:
    by_day, by_night, rate_by_day, rate_by_night = DECKS[name]
    entries = deck(name)
    for what, more in (("pitch", 0.0), ("roll", 0.0), ("inclination", 0.5)):
        assert day_limit(entries[f"helideck_{what}"], "deg") == by_day + more
        assert night_limit(entries[f"night_{what}"], "deg") == by_night + more
    rate = entries["significant_heave_rate"]
    assert day_limit(rate, "m/s") == pytest.approx(rate_by_day - ROUNDING)
    assert night_limit(entries["night_heave_rate"], "m/s") == pytest.approx(
        rate_by_night - ROUNDING
    )


@pytest.mark.parametrize("name", DECKS)
def test_a_red_heave_rate_lasts_two_minutes_and_clears_by_ten(name: str) -> None:
    rate = deck(name)["significant_heave_rate"]
    assert rate.trip_after == 120 * SECOND_NS
    limit = day_limit(rate, "m/s")
    clears = f"mean_over(barge.deck.significant_heave_rate, 10 min) < {limit:g} m/s"
    assert rate.clears_when == clears


@pytest.mark.parametrize("name", DECKS)
def test_every_category_can_be_flown_to(name: str) -> None:
    path = CONFIGS / "missions" / "xzy1-hop.toml"
    files = load_mission(path).config.mission.criteria
    asked = f"../criteria/helideck-{name}.toml"
    others = tuple(asked if "helideck-1-heavy" in file else file for file in files)
    mission = load_mission(path, criteria=others)
    assert build_criteria(mission, bench_of(mission).dictionary)[1] == ()


FASTEST_M_S = 180.0
"""No stage falls faster where its legs are asked for (flown)."""


@pytest.mark.parametrize("name", ["xzy1-booster", "xzy1-cargo", "falcon9-like"])
def test_a_leg_that_does_not_lock_is_seen_while_a_divert_still_helps(name: str) -> None:
    mission = load_mission(CONFIGS / "missions" / f"{name}.toml")
    gate = next(gate for gate in mission.config.gate if gate.id == "landing_continue")
    legs = next(c for _, name_, c in mission.criterion_configs() if name_ == "legs")
    assert gate.no_go_after is not None
    closes_m = _height_m(r"landing\.height < ([\d.]+) m", gate.closes)
    asked_m = _height_m(r"landing\.height > ([\d.]+) m", legs.require or "")
    takes_s = (legs.trip_after + gate.no_go_after) / SECOND_NS
    assert asked_m - closes_m > takes_s * FASTEST_M_S
    assert _legs_height_m(mission) > asked_m + FASTEST_M_S * _deploy_s(mission)


def _height_m(pattern: str, text: str) -> float:
    match = re.search(pattern, text)
    assert match is not None
    return float(match[1])


def _legs_height_m(mission: Mission) -> float:
    assert mission.vehicle is not None
    assert mission.vehicle.model is not None
    return mission.vehicle.model.profile.legs_height_m


def _deploy_s(mission: Mission) -> float:
    assert mission.vehicle is not None
    assert mission.vehicle.model is not None
    return mission.vehicle.model.legs.deploy / SECOND_NS
