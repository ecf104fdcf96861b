"""Dictionary files become parameters, votes, routes; what is wrong is told in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcs.config.loading import load_mission
from gcs.telemetry.dictionary import build_dictionary
from tests.helpers.missions import (
    REPOSITORY,
    built,
    derived,
    indices,
    landfall_dialect,
    parameter,
    problems_of,
)

ROLL = parameter(
    "barge.deck.roll",
    'topic = "motion", field = "roll", unit = "rad"',
    "deg",
    valid='["-45 deg", "45 deg"]',
    title='"deck roll"',
    owner='"BARGE"',
)
NORTH = parameter(
    "nav.north",
    'message = "LOCAL_POSITION_NED", field = "x", unit = "m"',
    "m",
    sources='["fc_a", "fc_b", "fc_c"]',
    vote='{ tolerance = "15 m", frozen_after = "2 s" }',
    owner='"GNC"',
)


def test_the_shipped_missions_have_no_problems() -> None:
    for path in sorted((REPOSITORY / "configs" / "missions").glob("*.toml")):
        mission = load_mission(Path(path))
        dialect = landfall_dialect() if mission.config.mission.dialect else None
        assert build_dictionary(mission, dialect)[1] == (), path.name


def test_several_sources_become_one_parameter_each_and_their_vote() -> None:
    dictionary = built(NORTH, ROLL)[1]
    ids = [entry.id for entry in dictionary.parameters]
    assert ids == [
        "nav.north",
        "barge.deck.roll",
        "fc_a.nav.north",
        "fc_b.nav.north",
        "fc_c.nav.north",
    ]
    ballots = dictionary.parameters[0].ballots
    assert ballots is not None
    assert ballots.parameters == (2, 3, 4)
    assert ballots.sources == ("fc_a", "fc_b", "fc_c")
    assert (ballots.rule.tolerance, ballots.rule.frozen_after_ns) == (15.0, 2_000_000_000)
    assert [info.owner for info in dictionary.infos()] == ["GNC", "BARGE", "", "", ""]


def test_the_only_source_of_a_kind_needs_no_mention() -> None:
    dictionary = built(ROLL)[1]
    assert list(dictionary.barge) == [("barge", "motion")]
    assert dictionary.parameters[0].is_measured


def test_a_dictionary_is_a_scope() -> None:
    dictionary = built(ROLL)[1]
    assert dictionary.index("barge.deck.roll") == 0
    assert dictionary.index("nothing") is None
    assert str(dictionary.dimension(0)) == "rad"
    assert dictionary.stale_after_ns(0) == 1_000_000_000


def test_infos_turn_si_into_the_operators_unit() -> None:
    temperature = parameter(
        "cargo.temperature",
        'message = "CARGO_STATE", field = "temperature", unit = "degC"',
        "degC",
        sources='["fc_a"]',
    )
    roll, celsius = built(ROLL, temperature)[1].infos()
    assert roll.factor * 0.1 + roll.offset == pytest.approx(5.729578)
    assert celsius.factor * 300.0 + celsius.offset == pytest.approx(26.85)
    assert roll.title == "deck roll"


def test_the_wire_unit_may_differ_from_the_operators() -> None:
    altitude = parameter(
        "altitude",
        'message = "GLOBAL_POSITION_INT", field = "relative_alt", unit = "mm"',
        "km",
        sources='["fc_a"]',
    )
    dictionary = built(altitude)[1]
    message = landfall_dialect().by_name["GLOBAL_POSITION_INT"]
    route = dictionary.mavlink["fc_a", message.id]
    ((_, factor, *_),) = route.switches[0].groups[()][0].rows
    assert factor == pytest.approx(1e-3)
    assert route.time_position == message.field_index["time_boot_ms"]
    assert route.time_scale_ns == 1_000_000


def test_derived_parameters_come_after_what_they_read() -> None:
    dictionary = built(
        derived("c", "a + b", "deg"),
        derived("b", "2 * a", "deg"),
        derived("a", "abs(barge.deck.roll)", "deg"),
        ROLL,
    )[1]
    ids = [dictionary.parameters[index].id for index in dictionary.derived_order]
    assert ids == ["a", "b", "c"]


def test_windows_of_derived_parameters_are_told() -> None:
    dictionary = built(
        ROLL,
        derived("short", "max_over(barge.deck.roll, 1 min)", "deg"),
        derived("long", "max_over(abs(barge.deck.roll), 20 min)", "deg"),
    )[1]
    assert dictionary.windows() == {0: 1200 * 1_000_000_000}


def test_age_alone_does_not_make_a_result_old() -> None:
    dictionary = built(ROLL, derived("silence", "age(barge.deck.roll)", "s"))[1]
    derivation = dictionary.parameters[indices(dictionary)["silence"]].derivation
    assert derivation is not None
    assert derivation.needs == ()


MAVLINK = 'message = "LOCAL_POSITION_NED", field = "x", unit = "m"'
BARGE = 'topic = "motion", field = "roll", unit = "rad"'


@pytest.mark.parametrize(
    ("entry", "key", "message"),
    [
        (parameter("p", MAVLINK, "parsec", sources='["fc_a"]'), "unit", "unknown unit"),
        (parameter("p", MAVLINK, "deg", sources='["fc_a"]'), "from.unit", "convert"),
        (parameter("p", BARGE, "deg", valid='["0 m", "1 m"]'), "valid", "not a value in"),
        (parameter("p", BARGE, "deg", valid='["2 deg", "1 deg"]'), "valid", "not below"),
        (parameter("p", BARGE, "deg", format='"%d"'), "format", "does not format"),
        (parameter("p", MAVLINK, "m"), "sources", "3 of kind mavlink"),
        (parameter("p", MAVLINK, "m", sources='["barge"]'), "sources", "kind barge"),
        (
            parameter("p", 'message = "NOPE", field = "x"', sources='["fc_a"]'),
            "from",
            "no message 'NOPE'",
        ),
        (
            parameter("p", 'message = "ATTITUDE", field = "x"', sources='["fc_a"]'),
            "from",
            "no field 'x'",
        ),
        (
            parameter("p", 'message = "STATUSTEXT", field = "text"', sources='["fc_a"]'),
            "from",
            "is text",
        ),
        (
            parameter("p", 'message = "LANDING_STATE", field = "time_usec"', sources='["fc_a"]'),
            "from",
            "64 bits",
        ),
        (
            parameter("p", 'message = "BATTERY_STATUS", field = "voltages"', sources='["fc_a"]'),
            "from",
            "needs an `index`",
        ),
        (
            parameter(
                "p",
                'message = "BATTERY_STATUS", field = "voltages", index = 10',
                sources='["fc_a"]',
            ),
            "from",
            "10 elements",
        ),
        (
            parameter(
                "p",
                'message = "ENGINE_STATE", field = "state", where = { motor = 0 }',
                sources='["fc_a"]',
            ),
            "from",
            "no field 'motor'",
        ),
        (parameter("p", 'topic = "kitchen", field = "roll"'), "from", "no telemetry topic"),
        (parameter("p", 'topic = "motion", field = "yaw"'), "from", "no field 'yaw'"),
        (parameter("p", 'topic = "status", field = "boot_id"'), "from", "is text"),
        (parameter("p", 'topic = "history", field = "roll"'), "from", "no telemetry topic"),
        (parameter("p", 'quantity = "link_age", of = "fc_z"', "s"), "from.of", "fc_z"),
        (parameter("p", 'quantity = "t_clock"', "m"), "unit", "t_clock is s"),
        (
            parameter("p", MAVLINK, "m", sources='["fc_a", "fc_b"]', vote='{ tolerance = "2 s" }'),
            "vote.tolerance",
            "not a step",
        ),
        (
            parameter("p", MAVLINK, "m", sources='["fc_a", "fc_b"]', vote='{ tolerance = "-2 m" }'),
            "vote.tolerance",
            "negative",
        ),
        (
            parameter(
                "p",
                MAVLINK,
                "m",
                sources='["fc_a", "fc_b"]',
                vote='{ tolerance = "2 m", minimum_sources = 3 }',
            ),
            "vote.minimum_sources",
            "never agree",
        ),
        (derived("p", "q + 1"), "from.expression", "no parameter is called 'q'"),
        (derived("p", "1 m", "s"), "from.expression", "gives m"),
        (derived("p", "p + 1"), "from.expression", "circle"),
        (derived("p", "1", sources='["fc_a"]'), "", "neither"),
        (
            parameter("slow", BARGE, "rad", stale_after="10 s") + derived("p", "2 * slow", "rad"),
            "stale_after",
            "reads slow, which is good for 10.0 s: 1.0 s must not be shorter",
        ),
    ],
)
def test_a_mistake_is_placed_and_explained(entry: str, key: str, message: str) -> None:
    (problem,) = problems_of(entry)
    assert problem.file == "d.toml"
    assert problem.key == ('parameter."p".' + key).rstrip(".")
    assert message in problem.message


def test_all_mistakes_are_told_at_once() -> None:
    problems = problems_of(
        parameter("a", BARGE, "parsec"),
        derived("b", "c"),
        derived("c", "b"),
        derived("d", "a + missing"),
    )
    assert {problem.key.split('"')[1] for problem in problems} == {"a", "b", "c", "d"}


def test_mavlink_without_a_dialect_is_a_problem() -> None:
    mission = built(NORTH)[0]
    problems = build_dictionary(mission, None)[1]
    assert "dialect" in problems[0].message
