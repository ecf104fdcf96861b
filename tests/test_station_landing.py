"""The landing rule, played through the whole station on the shipped hop mission."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from gcs.messages import (
    CommandState,
    CriterionState,
    GateState,
    LinkChanged,
    LinkState,
    Quality,
    Received,
)
from gcs.station import Station
from tests.helpers.hop import (
    ASCENT,
    COMMITTED,
    COMPUTERS,
    DESCENT,
    ROOT,
    SECOND,
    START,
    TICK,
    Hop,
    command_number,
    hurried,
)

COMMIT = command_number("landing_commit")


def quick() -> Hop:
    """In the landing burn at T+0.3 s; commit close is T+8 s, divert close T+14 s."""
    return Hop(hurried()).descend()


def deaf(hop: Hop) -> Hop:
    """No computer hears the station any more."""
    for computer in hop.computers.values():
        computer.hears = False
    return hop


def silent(hop: Hop, *links: str) -> Hop:
    for link in links:
        hop.computers[link].silent = {"*"}
    return hop


# --- The rule itself ---


def test_a_sound_flight_commits_continues_and_sends_no_divert() -> None:
    hop = quick().fly(16)
    assert hop.landing is GateState.COMMITTED
    assert hop.gate("landing_continue").state is GateState.COMMITTED
    assert [c.state for c in hop.commands("landing_commit")] == [CommandState.VERIFIED]
    assert hop.sent("divert") == []


def test_the_commit_goes_to_all_three_with_one_24_bit_nonce_and_its_validity() -> None:
    hop = quick().fly(4)
    sent = hop.sent("landing_commit")
    assert sorted(p.value("target_component") for p in sent) == [1, 2, 3]
    (nonce,) = {int(p.value("param1")) for p in sent}
    assert 0 < nonce < 1 << 24
    assert {p.value("param2") for p in sent} == {3000.0}
    assert hop.commands("landing_commit")[0].nonce == nonce


def test_two_echoes_verify_a_commit_and_one_does_not() -> None:
    hop = quick()
    hop.computers["fc_c"].hears = False
    assert hop.fly(3).landing is GateState.COMMITTED
    hop = quick()
    for link in ("fc_b", "fc_c"):
        hop.computers[link].hears = False
    hop.fly(3)
    assert hop.landing is GateState.GO
    assert hop.commands("landing_commit")[0].echoed_by == ("fc_a",)


def test_acknowledgements_alone_never_verify() -> None:
    hop = quick()
    for computer in hop.computers.values():
        computer.echoes = False
    hop.fly(3)
    (command,) = hop.commands("landing_commit")
    assert command.acknowledged_by == COMPUTERS
    assert command.state is CommandState.ACKNOWLEDGED
    assert hop.landing is not GateState.COMMITTED


def test_an_old_acknowledgement_changes_nothing() -> None:
    hop = quick()
    ack = {"command": COMMIT, "target_system": 255, "target_component": 190}
    old = [
        Received(link, hop.now_ns, hop.computers[link].encode("COMMAND_ACK", ack))
        for link in COMPUTERS
    ]
    deaf(hop)
    for _ in range(40):
        hop.tick(*old)
    assert hop.landing is not GateState.COMMITTED
    assert all(c.state is not CommandState.VERIFIED for c in hop.commands("landing_commit"))


@pytest.mark.parametrize(
    "echo",
    [
        {"nonce": 0, "command": COMMIT},
        {"nonce": 12345, "command": COMMIT},
        {"nonce": (1 << 24) + 1, "command": COMMIT},
    ],
    ids=["none", "old", "too wide"],
)
def test_an_echo_of_another_nonce_never_verifies(echo: dict[str, int]) -> None:
    hop = deaf(quick())
    hop.say("LANDING_STATE", **echo)
    assert hop.fly(3).landing is not GateState.COMMITTED


def test_the_nonce_of_the_commit_under_another_command_never_verifies() -> None:
    hop = deaf(quick()).fly(2.5)
    nonce = hop.commands("landing_commit")[-1].nonce
    hop.say("LANDING_STATE", nonce=nonce, command=command_number("launch"))
    assert hop.fly(1).landing is not GateState.COMMITTED
    hop.say("LANDING_STATE", nonce=nonce, command=COMMIT)
    assert hop.fly(1).landing is GateState.COMMITTED, "the same echo with its own command does"


def test_one_computer_that_speaks_twice_is_one_echo() -> None:
    hop = deaf(quick()).fly(2.5)
    nonce = hop.commands("landing_commit")[-1].nonce
    hop.say("LANDING_STATE", "fc_a", nonce=nonce, command=COMMIT)
    assert hop.fly(1).landing is not GateState.COMMITTED
    forged = hop.computers["fc_a"].encode(
        "LANDING_STATE", hop.computers["fc_a"].says["LANDING_STATE"]
    )
    assert hop.tick(Received("fc_b", hop.now_ns, forged)).snapshots
    assert hop.landing is not GateState.COMMITTED, "who it is from counts, not the link it came on"


def test_a_commit_unverified_at_the_deadline_is_missed_and_divert_goes_out() -> None:
    hop = deaf(quick()).fly(8)
    assert hop.landing is GateState.MISSED
    assert hop.commands("landing_commit")[-1].state is CommandState.TIMED_OUT
    assert {p.value("target_component") for p in hop.sent("divert")} == {1, 2, 3}


def test_a_commit_on_its_way_at_the_deadline_is_withdrawn_for_the_divert() -> None:
    hop = deaf(quick())
    hop.say("ENGINE_STATE", state=1)
    hop.fly(5.5)
    hop.say("ENGINE_STATE", state=2)
    hop.fly(2.6)
    (command,) = hop.commands("landing_commit")
    assert hop.landing is GateState.MISSED
    assert command.detail == "withdrawn: the deadline passed"
    assert hop.sent("divert") != []


def test_nothing_of_the_commit_goes_out_after_its_deadline() -> None:
    hop = deaf(quick()).fly(7.9)
    assert hop.landing is GateState.MISSED
    hop.transmits.clear()
    hop.fly(8)
    assert hop.sent("landing_commit") == []
    assert hop.sent("divert") != []


def test_an_echo_after_the_deadline_comes_too_late() -> None:
    hop = deaf(quick()).fly(8)
    nonce = hop.commands("landing_commit")[-1].nonce
    hop.say("LANDING_STATE", nonce=nonce, command=COMMIT)
    assert hop.fly(1).landing is GateState.MISSED


def test_the_deadline_falls_on_its_tick_and_not_one_later() -> None:
    hop = Hop(hurried()).descend()
    hop.barge.says["deck"]["fire"] = True
    while hop.snapshot.count.t_ns + TICK <= 8 * SECOND:
        hop.tick()
        assert hop.landing is GateState.NO_GO
    assert hop.tick().snapshots[0].count.t_ns > 8 * SECOND
    assert hop.landing is GateState.MISSED


def test_divert_goes_out_although_nothing_is_heard_of_the_vehicle() -> None:
    hop = quick()
    hop.say("ENGINE_STATE", state=1)
    silent(hop.fly(1), *COMPUTERS)
    hop.fly(4)
    assert hop.landing is GateState.CLOSED
    hop.fly(4)
    assert hop.landing is GateState.MISSED
    assert hop.sent("divert") != [], "it may have the commit, and the uplink may work"


# --- After a verified commit ---


def test_no_go_between_the_two_closings_diverts() -> None:
    hop = Hop(hurried()).commit()
    hop.barge.says["deck"]["fire"] = True
    hop.fly(0.9)
    assert hop.sent("divert") == []
    hop.fly(0.4)
    assert hop.gate("landing_continue").state is GateState.MISSED
    assert hop.landing is GateState.MISSED
    assert [c.state for c in hop.commands("divert")] == [CommandState.VERIFIED]


def test_no_go_after_divert_close_sends_nothing_and_landing_criteria_are_inhibited() -> None:
    hop = Hop(hurried()).commit().fly(10)
    assert hop.snapshot.count.t_ns > 14 * SECOND
    hop.barge.says["deck"]["fire"] = True
    hop.fly(5)
    assert hop.sent("divert") == []
    assert hop.criterion("deck_fire").state is CriterionState.INHIBITED
    assert hop.landing is GateState.COMMITTED


@pytest.mark.parametrize("tenths", [1, 5, 8])
def test_a_no_go_too_late_to_stand_its_second_diverts_no_more(tenths: int) -> None:
    hop = Hop(hurried()).commit()
    while hop.snapshot.count.t_ns < 14 * SECOND - tenths * TICK:
        hop.tick()
    hop.barge.says["deck"]["fire"] = True
    hop.fly(15)
    assert hop.sent("divert") == []
    assert hop.gate("landing_continue").state is GateState.MISSED
    assert any("no longer clears the barge" in text for text in hop.told("refused"))


def gone(hop: Hop) -> None:
    hop.downlink = False


def vehicle_gone(hop: Hop) -> None:
    silent(hop, *COMPUTERS)


def barge_gone(hop: Hop) -> None:
    hop.barge.silent = {"*"}


def two_computers_gone(hop: Hop) -> None:
    silent(hop, "fc_a", "fc_b")


def one_message_gone(hop: Hop) -> None:
    for computer in hop.computers.values():
        computer.silent = {"ATTITUDE"}


def motion_gone(hop: Hop) -> None:
    hop.barge.silent = {"motion"}


LOSSES = [gone, vehicle_gone, barge_gone, two_computers_gone, one_message_gone, motion_gone]


@pytest.mark.parametrize("loss", LOSSES)
def test_silence_after_a_verified_commit_does_not_divert(loss: Callable[[Hop], None]) -> None:
    hop = Hop(hurried()).commit()
    loss(hop)
    hop.fly(15)
    assert hop.landing is GateState.COMMITTED
    assert hop.gate("landing_continue").state is GateState.COMMITTED
    assert hop.sent("divert") == []
    assert hop.told("refused") == []
    assert hop.criterion("tilt").state is CriterionState.INHIBITED


@pytest.mark.parametrize("seconds", [0.6, 3.0])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_link_that_comes_back_after_a_commit_does_not_divert(
    loss: Callable[[Hop], None], seconds: float
) -> None:
    hop = Hop(hurried()).commit()
    loss(hop)
    hop.fly(seconds)
    hop.downlink = True
    hop.barge.silent = set()
    for computer in hop.computers.values():
        computer.silent = set()
    hop.fly(3)
    assert hop.landing is GateState.COMMITTED
    assert hop.sent("divert") == []


def test_a_no_go_seen_before_the_silence_still_diverts_once_it_is_seen_again() -> None:
    hop = Hop(hurried()).commit()
    hop.barge.silent = {"*"}
    hop.fly(3)
    hop.barge.silent = set()
    hop.barge.says["deck"]["persons_on_board"] = 2
    hop.fly(2)
    assert hop.sent("divert") != []


def test_before_the_commit_is_verified_silence_revokes_it() -> None:
    hop = deaf(quick()).fly(2.5)
    assert hop.commands("landing_commit") != []
    barge_gone(hop)
    hop.fly(4)
    assert hop.landing is GateState.MISSED
    assert hop.sent("divert") != []


# --- Why it does not go ---


def blocked(hop: Hop, *criteria: str) -> None:
    """The gate stays shut for just these, and says so."""
    assert hop.landing is GateState.NO_GO
    assert hop.blocking() == set(criteria)
    assert set(hop.gate("landing_commit").blocking) == set(criteria)
    assert hop.sent("landing_commit") == []
    for name in criteria:
        assert hop.criterion(name).why


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


# --- Three computers ---


def wrong(hop: Hop) -> None:
    hop.computers["fc_b"].altitude_m += 500.0


def frozen(hop: Hop) -> None:
    hop.computers["fc_b"].climbs_m_s = 0.0


def one_silent(hop: Hop) -> None:
    hop.computers["fc_b"].silent = {"*"}


@pytest.mark.parametrize(
    ("failure", "word"), [(wrong, "wrong"), (frozen, "frozen"), (one_silent, "silent")]
)
def test_one_computer_that_is_wrong_frozen_or_silent_is_voted_out_and_the_landing_goes_on(
    failure: Callable[[Hop], None], word: str
) -> None:
    hop = Hop(hurried()).descend()
    hop.say("CARGO_STATE", secured=0)
    failure(hop)
    hop.fly(4)
    blocked(hop, "cargo_secured")
    texts = [text for text in hop.told("vote") if "nav.altitude" in text or "silent" in text]
    assert any(f"fc_b is out of the vote, {word}" in text for text in texts), hop.told("vote")
    hop.say("CARGO_STATE", secured=1)
    assert hop.fly(3).landing is GateState.COMMITTED


def test_two_computers_that_disagree_with_each_other_and_all_others_leave_no_vote() -> None:
    hop = quick()
    hop.say("LANDING_STATE", "fc_a", propellant_margin=5000.0)
    hop.say("LANDING_STATE", "fc_b", propellant_margin=9000.0)
    hop.fly(2.5)
    assert hop.criterion("propellant_margin").state is CriterionState.UNKNOWN
    blocked(hop, "propellant_margin")


def test_one_computer_that_lies_about_the_mode_opens_nothing() -> None:
    hop = Hop(hurried()).born()
    hop.fly(1)
    hop.lift_off()
    hop.enter(DESCENT, "fc_a")
    assert hop.fly(2).landing is GateState.CLOSED
    assert hop.computers["fc_b"].says["LANDING_STATE"]["mode"] == ASCENT


def test_modes_claimed_without_a_verified_command_are_no_commit() -> None:
    hop = deaf(quick())
    hop.say("LANDING_STATE", mode=COMMITTED)
    hop.fly(3)
    assert hop.landing is not GateState.COMMITTED


# --- Time ---


def test_a_late_burst_of_good_old_data_is_old_data() -> None:
    hop = quick()
    hop.say("ENGINE_STATE", state=1)
    hop.fly(1)
    kept = [hop.barge.payload(t, w, hop.now_ns) for t, w in hop.barge.says.items()]
    hop.barge.silent = {"*"}
    hop.fly(5.5)
    burst = [
        Received("barge", hop.now_ns, data, topic=f"{ROOT}/{topic}")
        for topic, data in zip(hop.barge.says, kept, strict=True)
    ]
    hop.tick(*burst)
    assert hop.criterion("deck_clear").state is CriterionState.UNKNOWN
    assert "old, limit" in hop.criterion("deck_clear").why
    assert hop.criterion("thrusters").state is CriterionState.UNKNOWN


def test_a_vehicle_whose_words_arrive_two_seconds_late_is_not_heard_in_time() -> None:
    hop = quick()
    for computer in hop.computers.values():
        computer.late_ns = 2 * SECOND
    hop.fly(1.5)
    assert hop.landing is not GateState.GO
    assert hop.sent("landing_commit") == []


def test_a_barge_that_stalls_and_resends_the_same_moment_goes_stale() -> None:
    hop = quick()
    hop.say("ENGINE_STATE", state=1)
    hop.fly(1)
    repeated = list(hop.barge.speak(hop.now_ns))
    hop.barge.silent = {"*"}
    for _ in range(55):
        at_ns = hop.now_ns + TICK
        hop.tick(*(Received("barge", at_ns, data, topic=topic) for topic, data in repeated))
    assert hop.criterion("deck_clear").state is CriterionState.UNKNOWN
    assert hop.criterion("deck_roll").state is CriterionState.UNKNOWN
    assert hop.criterion("barge_link").state is CriterionState.GO, "the link is not the barge"


def test_retained_words_of_a_dead_barge_never_become_current() -> None:
    hop = Hop(hurried())
    hop.barge.silent = {"*"}
    hop.born()
    retained = [
        Received("barge", hop.now_ns, data, topic=f"{ROOT}/{t}", retained=True)
        for t, words in hop.barge.says.items()
        for data in [hop.barge.payload(t, words, hop.now_ns)]
    ]
    hop.tick(*retained)
    assert hop.criterion("deck_clear").state is CriterionState.UNKNOWN


def test_the_history_at_birth_fills_windows_and_makes_no_current_value() -> None:
    hop = Hop(hurried())
    hop.barge.silent = {"motion"}
    hop.born().fly(0.5)
    ids = [info.id for info in hop.station.catalogue("LIVE").parameters]
    assert hop.snapshot.readings.qualities[ids.index("barge.deck.roll")] == Quality.NEVER
    assert hop.criterion("deck_roll").state is CriterionState.UNKNOWN
    hop.barge.silent = set()
    hop.fly(0.5)
    assert "inside for" in hop.criterion("deck_roll").why, "a minute of roll is known at once"


def test_a_roll_in_the_history_still_counts() -> None:
    hop = Hop(hurried())
    quiet = dict(hop.barge.says["motion"])
    hop.barge.says["motion"]["roll"] = math.radians(4)
    data = hop.barge.history(START - 30 * SECOND)
    hop.barge.says["motion"] = quiet
    hop.step([Received("barge", hop.now_ns, data, topic=f"{ROOT}/history", retained=True)])
    hop.fly(1)
    assert hop.criterion("deck_roll").state is not CriterionState.GO


# --- Simulated and real ---


@pytest.mark.parametrize("real", ["fc_b", "barge"])
def test_simulated_mixed_with_real_is_no_go(real: str) -> None:
    hop = quick()
    if real == "barge":
        hop.barge.simulated = False
    else:
        hop.say("HEARTBEAT", real, base_mode=1)
    hop.fly(3)
    assert hop.criterion("one_world").state is CriterionState.NO_GO
    blocked(hop, "one_world")


def test_all_real_is_as_good_as_all_simulated() -> None:
    hop = Hop(hurried())
    hop.barge.simulated = False
    hop.say("HEARTBEAT", base_mode=1)
    for computer in hop.computers.values():
        computer.silent = set()
    hop.born().fly(1)
    assert hop.criterion("one_world").state is CriterionState.GO


def test_a_computer_that_has_not_said_whether_it_is_simulated_blocks() -> None:
    hop = Hop(hurried())
    hop.computers["fc_c"].silent = {"HEARTBEAT"}
    hop.born().fly(3)
    assert hop.criterion("one_world").state is CriterionState.UNKNOWN


# --- A station that comes late ---


def test_a_station_started_in_the_landing_burn_knows_no_clock_and_gives_no_commit_in_the_past() -> (
    None
):
    hop = Hop(hurried()).descend().fly(1)
    late = Hop(hurried())
    late.station = Station(late.mission, seed=9)
    late.computers, late.barge, late.now_ns = hop.computers, hop.barge, hop.now_ns
    late.born().fly(3)
    assert late.snapshot.fault == ""
    assert late.landing is not GateState.COMMITTED


@pytest.mark.parametrize("away_s", [2, 40])
def test_a_station_that_was_away_sends_nothing_again_before_it_looked(away_s: int) -> None:
    hop = deaf(Hop().descend())
    while not hop.sent("landing_commit"):
        hop.tick()
    sent = len(hop.sent("landing_commit"))
    hop.now_ns += away_s * SECOND
    hop.step([LinkChanged("fc_a", LinkState.UP, "memory")])
    assert hop.landing is GateState.MISSED
    assert len(hop.sent("landing_commit")) == sent
