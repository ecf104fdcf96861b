"""What keeps the landing gate shut: every limit, and whatever is not known."""

from __future__ import annotations

import math

import pytest

from gcs.messages import CriterionState, GateState
from tests.helpers.hop import COMPUTERS, Hop, hurried
from tests.helpers.landing import blocked, quick, silent

ROLLS = {"helideck_roll", "roll_rms", "night_roll", "night_inclination"}
PITCHES = {"helideck_pitch", "pitch_rms", "night_pitch", "night_inclination"}
STEEP = {"wave_steepness", "resonant_waves"}
"""What else a deck or a sea beyond one limit is beyond."""
BARGE_WORDS = [
    ("deck", {"clear": False}, "deck_clear", set()),
    ("deck", {"persons_on_board": 1}, "deck_clear", set()),
    ("deck", {"fire": True}, "deck_fire", set()),
    ("deck", {"beacon_healthy": False}, "beacon_transmitter", set()),
    ("dp", {"thrusters_available": 2}, "thrusters", set()),
    ("dp", {"wave_relative_heading": -0.9}, "wave_heading", set()),
    ("motion", {"roll": math.radians(-3.1)}, "deck_roll", ROLLS),
    ("motion", {"pitch": math.radians(3.1)}, "deck_pitch", PITCHES),
    ("position", {"station_error": 3.1}, "station_keeping", set()),
    ("power", {"generators_online": 0}, "barge_power", set()),
    ("weather", {"wind_speed_true": 12.1}, "wind", set()),
    ("weather", {"wind_gust": 16.1}, "gust", set()),
    ("weather", {"significant_wave_height": 2.6}, "waves", STEEP),
]


@pytest.mark.parametrize(
    ("topic", "words", "criterion", "others"),
    BARGE_WORDS,
    ids=[str(words)[1:24] for _, words, *_ in BARGE_WORDS],
)
def test_every_limit_of_the_barge_blocks(
    topic: str, words: dict[str, float], criterion: str, others: set[str]
) -> None:
    hop = Hop(hurried())
    hop.barge.says[topic] |= words
    hop.descend().fly(1.5)
    assert hop.criterion(criterion).state is CriterionState.NO_GO
    blocked(hop, criterion, *others)


VEHICLE_WORDS = [
    ("LANDING_STATE", {"beacon_age": 1.1}, "deck_beacon"),
    ("LANDING_STATE", {"propellant_margin": 499.0}, "propellant_margin"),
    ("LANDING_STATE", {"aim_north": 0.0}, "landing_solution"),
    ("LANDING_STATE", {"healthy": 0}, "flight_computers"),
    ("ENGINE_STATE", {"state": 1}, "engine"),
    ("ESTIMATOR_STATUS", {"pos_horiz_accuracy": 3.1}, "nav_horizontal"),
    ("ESTIMATOR_STATUS", {"pos_vert_accuracy": 4.1}, "nav_vertical"),
    ("ATTITUDE", {"pitch": math.radians(21)}, "tilt"),
    ("SYS_STATUS", {"voltage_battery": 23_900}, "vehicle_bus"),
    ("CARGO_STATE", {"secured": 0}, "cargo_secured"),
]


@pytest.mark.parametrize(
    ("message", "words", "criterion"), VEHICLE_WORDS, ids=lambda v: str(v)[:24]
)
def test_every_limit_of_the_vehicle_blocks(
    message: str, words: dict[str, float], criterion: str
) -> None:
    hop = quick()
    hop.say(message, **words)
    blocked(hop.fly(2.5), criterion)
    assert hop.criterion(criterion).state is CriterionState.NO_GO


@pytest.mark.parametrize(
    ("message", "words", "criterion"),
    [
        ("LANDING_STATE", {"beacon_age": math.nan}, "deck_beacon"),
        ("LANDING_STATE", {"propellant_margin": math.inf}, "propellant_margin"),
        ("LANDING_STATE", {"beacon_age": -1.0}, "deck_beacon"),
        ("ESTIMATOR_STATUS", {"pos_horiz_accuracy": math.nan}, "nav_horizontal"),
        ("ESTIMATOR_STATUS", {"pos_vert_accuracy": 20_000.0}, "nav_vertical"),
        ("ATTITUDE", {"pitch": -math.inf}, "tilt"),
        ("ENGINE_STATE", {"state": 9}, "engine"),
    ],
    ids=lambda v: str(v)[:30],
)
def test_nan_infinite_and_out_of_range_are_unknown_and_block(
    message: str, words: dict[str, float], criterion: str
) -> None:
    hop = quick()
    hop.say(message, **words)
    hop.fly(2.5)
    assert hop.criterion(criterion).state is CriterionState.UNKNOWN
    blocked(hop, criterion)


DECK_RECORD = {"motion_record", "significant_heave_rate", "edge_heave", "helideck_inclination"}
NIGHT = {"night_roll", "night_pitch", "night_inclination", "night_heave_rate"}
TOPICS = {
    "motion": {"deck_roll", "deck_pitch", "barge_turn", "on_deck"}
    | ROLLS
    | PITCHES
    | DECK_RECORD
    | NIGHT,
    "position": {"station_keeping", "barge_drift", "relative_wind"},
    "dp": {"thrusters", "wave_heading", "dp_holding", "dp_reserve"},
    "deck": {"deck_clear", "deck_fire", "beacon_transmitter"},
    "weather": {"wind", "gust", "waves", "visibility", "air_temperature"}
    | STEEP
    | {"relative_wind", "on_deck"},
    "power": {"barge_power", "barge_ballast", "barge_battery", "barge_bus", "barge_fuel"},
    "systems": {"beacon_switch", "deck_closed", "monitors_quiet", "robot_parked", "verdict_heard"},
}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_barge_topic_never_heard_blocks(topic: str) -> None:
    hop = Hop(hurried())
    hop.barge.silent = {topic}
    hop.descend().fly(5)
    blocked(hop, *TOPICS[topic])
    for name in TOPICS[topic]:
        assert hop.criterion(name).state is CriterionState.UNKNOWN
        assert "never seen" in hop.criterion(name).why


@pytest.mark.parametrize("topic", TOPICS)
def test_a_barge_topic_that_falls_silent_blocks_once_it_is_stale(topic: str) -> None:
    hop = Hop()
    hop.descend()
    hop.say("ENGINE_STATE", state=1)
    hop.barge.silent = {topic}
    hop.fly(11)
    blocked(hop, "engine", *TOPICS[topic])
    for name in TOPICS[topic]:
        assert hop.criterion(name).state is CriterionState.UNKNOWN
        assert "old, limit" in hop.criterion(name).why or "covered" in hop.criterion(name).why


MESSAGES = {
    "ATTITUDE": {"tilt", "tilt_rate", "spin"},
    "ESTIMATOR_STATUS": {
        "nav_horizontal",
        "nav_vertical",
        "nav_innovation_horizontal",
        "nav_innovation_vertical",
        "nav_valid",
    },
    "ENGINE_STATE": {"engine", "chamber_pressure", "gimbal"},
    "SYS_STATUS": {"vehicle_bus", "vehicle_battery"},
    "CARGO_STATE": {"cargo_secured", "cargo_shift"},
}


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_that_falls_silent_on_two_computers_blocks_and_on_one_does_not(
    message: str,
) -> None:
    for links, criteria in ((("fc_a",), set()), (("fc_a", "fc_c"), MESSAGES[message])):
        hop = Hop().descend()
        hop.barge.says["deck"]["fire"] = True
        for link in links:
            hop.computers[link].silent = {message}
        hop.fly(5.5)
        blocked(hop, "deck_fire", *criteria)


def test_a_barge_that_was_never_heard_blocks_with_all_that_it_answers_for() -> None:
    hop = Hop(hurried())
    hop.barge.silent = {"*"}
    hop.descend().fly(5)
    blocked(hop, "barge_link", "clock", *set().union(*TOPICS.values()))


def test_a_vehicle_that_falls_silent_shuts_the_gate() -> None:
    hop = quick()
    hop.say("ENGINE_STATE", state=1)
    hop.fly(1)
    silent(hop, *COMPUTERS)
    hop.fly(3)
    assert hop.landing is GateState.CLOSED
    assert hop.criterion("vehicle_links").state is CriterionState.NO_GO
    assert hop.criterion("flight_computers").state is CriterionState.UNKNOWN
