"""Waivers through the whole station: by Intent only, seen at once, gone when their time is over."""

from __future__ import annotations

import pytest

from gcs.messages import (
    Act,
    CriterionState,
    GateState,
    Intent,
    RevokeWaiver,
    StageCommand,
    Tick,
    Vote,
    Waive,
)
from gcs.recording.digest import snapshot_digest
from tests.helpers.hop import SECOND, TICK, Hop, changed, quicker

CARGO = Waive("cargo_secured", "the strap is slack, the net holds", 60 * SECOND)
WAVES_AHEAD = Waive("wave_heading", "turning into the waves", 60 * SECOND, "58 deg")


def loose() -> Hop:
    """In the landing burn; only loose cargo stands against the landing."""
    hop = Hop().descend()
    hop.say("CARGO_STATE", secured=0)
    hop.fly(2)
    assert hop.blocking() == {"cargo_secured"}
    assert hop.landing is GateState.NO_GO
    return hop


def turned(radians: float) -> Hop:
    """In the landing burn, the waves from the side."""
    hop = Hop()
    hop.barge.says["dp"]["wave_relative_heading"] = radians
    hop.descend().fly(2)
    assert hop.criterion("wave_heading").state is CriterionState.NO_GO
    return hop


def about_to_commit(waiver: Waive = CARGO) -> Hop:
    """Waived just so long ago that the next step sends the commit."""
    hop = loose()
    hop.intent(waiver)
    hop.fly(0.9)
    assert hop.landing is GateState.GO
    assert hop.sent("landing_commit") == []
    hop.now_ns += TICK
    return hop


def test_a_waiver_lets_the_landing_commit_and_shows_on_the_snapshot() -> None:
    hop = loose()
    outputs = hop.intent(CARGO)
    (snapshot,) = outputs.snapshots
    assert hop.criterion("cargo_secured").state is CriterionState.WAIVED
    (waiver,) = snapshot.waivers
    assert (waiver.criterion, waiver.position, waiver.reason) == (
        "cargo_secured",
        "FD",
        CARGO.reason,
    )
    assert waiver.expires_ns == hop.now_ns + 60 * SECOND
    assert hop.gate("landing_commit").state is GateState.GO
    assert hop.sent("landing_commit") == [], "GO has not stood yet"
    hop.fly(4)
    assert hop.landing is GateState.COMMITTED


def test_nothing_is_sent_on_a_waiver_that_was_revoked_in_the_same_moment() -> None:
    hop = about_to_commit()
    hop.step([*hop.telemetry(), revocation(hop), Tick()])
    assert hop.sent("landing_commit") == []
    assert hop.landing is GateState.NO_GO
    assert hop.snapshot.waivers == ()
    hop.fly(3)
    assert hop.sent("landing_commit") == []

    unrevoked = about_to_commit()
    unrevoked.step([*unrevoked.telemetry(), Tick()])
    assert unrevoked.sent("landing_commit") != []


def revocation(hop: Hop) -> Intent:
    return Intent("r", "console", "FD", hop.now_ns, 0, RevokeWaiver("cargo_secured"))


def test_nothing_is_sent_once_it_has_expired_even_if_no_tick_came_in_between() -> None:
    hop = about_to_commit(Waive("cargo_secured", "briefly", SECOND))
    (snapshot,) = hop.step(hop.telemetry()).snapshots
    assert snapshot.waivers == ()
    assert hop.landing is GateState.NO_GO
    assert hop.sent("landing_commit") == []
    assert hop.told("waiver")[-1] == "cargo secured: waiver by FD expired"


def test_a_value_beyond_its_bound_ends_it_at_once() -> None:
    hop = turned(0.9)
    hop.intent(WAVES_AHEAD)
    assert hop.criterion("wave_heading").state is CriterionState.WAIVED
    assert "to 58 deg until" in hop.criterion("wave_heading").why
    hop.barge.says["dp"]["wave_relative_heading"] = 1.02
    hop.tick()
    assert hop.criterion("wave_heading").state is CriterionState.NO_GO
    ended = hop.told("waiver")[-1]
    assert ended.startswith("waves on the bow: waiver by FD ended, 58.4")
    assert ended.endswith(" deg is beyond 58 deg")
    hop.barge.says["dp"]["wave_relative_heading"] = 0.9
    hop.fly(1)
    assert hop.criterion("wave_heading").state is CriterionState.NO_GO


def test_silence_is_unknown_whatever_is_waived() -> None:
    hop = turned(0.9)
    hop.say("CARGO_STATE", secured=0)
    hop.fly(2)
    hop.intent(CARGO)
    assert hop.criterion("cargo_secured").state is CriterionState.WAIVED
    for computer in hop.computers.values():
        computer.silent = {"CARGO_STATE"}
    hop.fly(8)
    assert hop.criterion("cargo_secured").state is CriterionState.UNKNOWN


@pytest.mark.parametrize(
    ("act", "position", "reason"),
    [
        (CARGO, "GNC", "only FD may"),
        (CARGO, "", "only FD may"),
        (RevokeWaiver("cargo_secured"), "GNC", "only FD may"),
        (RevokeWaiver("cargo_secured"), "FD", "not waived"),
        (Waive("deck_clear", "a gull", SECOND), "FD", "it is unwaivable"),
        (Waive("thrusters", "one is enough", SECOND), "FD", "nobody may waive it"),
        (Waive("\x1b[2J", "x", SECOND), "FD", "no such criterion"),
        (Waive("cargo_secured", "long", 3600 * SECOND), "FD", "10 min at most"),
        (Waive("cargo_secured", "", SECOND), "FD", "needs a reason"),
        (Waive("wave_heading", "wide", SECOND, "61 deg"), "FD", "above 45 deg to 60 deg"),
        (Waive("wave_heading", "wrong", SECOND, "1 rad"), "FD", "a bound in deg"),
    ],
    ids=str,
)
def test_a_refusal_is_an_event_with_its_reason(act: Act, position: str, reason: str) -> None:
    hop = loose()
    hop.intent(act, position)
    hop.tick()
    assert reason in hop.told("refused")[-1]
    assert len(hop.told("refused")) == 1
    assert hop.snapshot.waivers == ()
    assert hop.blocking() == {"cargo_secured"}


def polled() -> Hop:
    """Both are asked, and FD has said GO; the commit waits for GNC."""
    mission = changed(
        ('clear_after = "30 s"', 'clear_after = "10 s"'),
        ('stable_for = "1 s"', 'stable_for = "1 s"\npolls = ["FD", "GNC"]'),
    )
    hop = Hop(mission).descend()
    hop.fly(2)
    assert hop.gate("landing_commit").blocking == ("poll FD", "poll GNC")
    hop.intent(Vote("landing_commit", go=True))
    hop.tick()
    assert hop.gate("landing_commit").blocking == ("poll GNC",)
    return hop


def test_a_vote_falls_when_a_waiver_comes_and_when_it_goes() -> None:
    hop = polled()
    hop.intent(CARGO)
    hop.tick()
    assert hop.gate("landing_commit").blocking == ("poll FD", "poll GNC")
    hop.intent(Vote("landing_commit", go=True))
    hop.tick()
    assert hop.gate("landing_commit").blocking == ("poll GNC",)
    hop.intent(RevokeWaiver("cargo_secured"))
    hop.tick()
    assert hop.gate("landing_commit").blocking == ("poll FD", "poll GNC")


def test_a_waiver_and_a_command_of_one_moment_are_judged_waiver_first() -> None:
    hop = loose()
    hop.intent(CARGO)
    hop.fly(0.5)
    acts: tuple[Act, ...] = (StageCommand("landing_commit"), RevokeWaiver("cargo_secured"))
    hop.step([Intent(str(n), "console", "FD", hop.now_ns, 0, act) for n, act in enumerate(acts)])
    hop.tick()
    assert hop.snapshot.staged == ()
    assert hop.landing is GateState.NO_GO


def test_a_waived_flight_replays_bit_for_bit() -> None:
    def flight() -> list[bytes]:
        hop = Hop(quicker()).descend()
        hop.say("CARGO_STATE", secured=0)
        hop.fly(2)
        hop.intent(CARGO)
        hop.fly(1)
        hop.intent(RevokeWaiver("cargo_secured"))
        hop.intent(Waive("cargo_secured", "again", SECOND))
        hop.fly(2)
        return [snapshot_digest(snapshot) for snapshot in hop.snapshots]

    first = flight()
    assert first == flight()
    assert len(set(first)) == len(first)
