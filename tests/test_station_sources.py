"""What the sources say against each other: a vote of three, late words, simulated and real."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from gcs.messages import CriterionState, GateState, Quality, Received
from tests.helpers.hop import ASCENT, COMMITTED, DESCENT, ROOT, SECOND, START, TICK, Hop, hurried
from tests.helpers.landing import blocked, deaf, quick


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
