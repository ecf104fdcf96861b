"""The landing rule, played through the whole station on the shipped hop mission."""

from __future__ import annotations

import pytest

from gcs.messages import CommandState, GateState, LinkChanged, LinkState, Received
from gcs.station import Station
from tests.helpers.hop import COMPUTERS, SECOND, TICK, Hop, command_number, hurried
from tests.helpers.landing import COMMIT, deaf, quick, silent


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
