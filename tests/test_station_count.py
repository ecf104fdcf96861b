"""The count through the whole station: what a launch team calls out reaches gates and vehicle."""

from __future__ import annotations

from functools import cache

import pytest

from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.messages import (
    Act,
    CommandState,
    ConfirmCommand,
    CountState,
    GateState,
    HoldCount,
    HoldKind,
    Intent,
    Recycle,
    ReleaseHold,
    Scrub,
    StageCommand,
    Vote,
)
from tests.helpers.hop import Hop, changed

SECOND = 1_000_000_000
MARKS = (
    '[[count.hold]]\nat = "-10 s"',
    '[[count.mark]]\nid = "top"\nat = "-22 s"\n\n[[count.hold]]\nat = "-10 s"',
)
RULE = ('start = "-25 s"', 'start = "-25 s"\nrecycle_when = "landing.mode == 0"')
BUDGET = ('start = "-25 s"', 'start = "-25 s"\nhold_budget = "10 s"')


@cache
def recyclable() -> Mission:
    return changed(RULE, MARKS)


def reading(hop: Hop, name: str) -> float:
    names = [info.id for info in hop.station.catalogue("LIVE").parameters]
    return hop.snapshot.readings.values[names.index(name)]


def committed(mission: Mission | None = None) -> Hop:
    """The launch is committed and the vehicle counts."""
    hop = Hop(mission or recyclable()).born()
    for _ in range(600):
        hop.tick()
        if hop.gate("launch_commit").state is GateState.COMMITTED:
            hop.say("LANDING_STATE", mode=1)
            return hop.fly(0.3)
    raise AssertionError(hop.gate("launch_commit"))


def test_what_the_count_is_can_be_read_like_any_parameter() -> None:
    hop = Hop(changed(BUDGET)).born().fly(2)
    assert (reading(hop, "count.held"), reading(hop, "count.scrubbed")) == (0, 0)
    hop.intent(HoldCount("boat"), "BARGE")
    hop.fly(4)
    assert reading(hop, "count.held") == 1
    assert reading(hop, "count.hold_budget_left") == pytest.approx(6, abs=0.11)
    hop.fly(7)
    assert (reading(hop, "count.held"), reading(hop, "count.scrubbed")) == (0, 1)
    assert hop.snapshot.phase.id == "scrubbed"


def test_a_recycle_is_an_attempt_more_and_the_marks_are_in_the_catalogue() -> None:
    hop = Hop(recyclable()).born().fly(8)
    hop.intent(HoldCount("boat"))
    hop.intent(Recycle("top", "again"))
    hop.fly(0.2)
    count = hop.snapshot.count
    assert (count.state, count.hold, count.t_ns) == (
        CountState.HOLD,
        HoldKind.RECYCLED,
        -22 * SECOND,
    )
    assert reading(hop, "count.attempt") == 2
    assert [mark.id for mark in hop.station.catalogue("LIVE").marks] == ["top"]


def test_a_recycle_is_refused_while_the_vehicle_is_not_known_to_wait() -> None:
    hop = Hop(recyclable()).born().fly(8)
    hop.intent(HoldCount("boat"))
    for computer in hop.computers.values():
        computer.silent.add("LANDING_STATE")
    hop.fly(2)
    hop.intent(Recycle("top", "again"))
    assert hop.told("refused")[-1] == "recycle refused: not known: landing.mode == 0"


@pytest.mark.parametrize("position", ["FD", "BARGE"])
def test_a_hold_stops_the_vehicle_that_counts_and_the_clock_with_it(position: str) -> None:
    hop = committed()
    hop.intent(HoldCount("thruster"), position)
    assert hop.sent("hold") != []
    hop.say("LANDING_STATE", mode=0)
    hop.fly(0.5)
    assert [c.state for c in hop.commands("hold")] == [CommandState.VERIFIED]
    assert hop.gate("launch_commit").state is GateState.MISSED
    count = hop.snapshot.count
    assert (count.state, count.hold) == (CountState.HOLD, HoldKind.GATE)
    assert any("hold asked of the vehicle: thruster" in text for text in hop.told("count"))


def test_a_hold_that_the_vehicle_has_not_verified_stops_nothing() -> None:
    hop = committed()
    for computer in hop.computers.values():
        computer.hears = False
    hop.intent(HoldCount("thruster"))
    hop.fly(5)
    assert hop.gate("launch_commit").state is GateState.COMMITTED
    assert hop.snapshot.count.state is CountState.RUNNING


def test_a_vehicle_that_is_no_longer_heard_is_told_to_hold_while_it_may_stand_on_its_pad() -> None:
    hop = committed()
    hop.downlink = False
    hop.fly(3)
    hop.intent(HoldCount("nothing is heard"), "BARGE")
    assert hop.sent("hold")


def test_a_hold_that_never_arrived_does_not_miss_the_attempt_after_a_recycle() -> None:
    hop = Hop(recyclable()).born()
    for computer in hop.computers.values():
        computer.hears = False
    while not hop.sent("launch"):
        hop.tick()
    hop.intent(HoldCount("boat"))
    hop.fly(2)
    hop.intent(Recycle("top", "nothing was heard"))
    hop.fly(8)
    held = hop.commands("hold")
    assert [status.state for status in held] == [CommandState.TIMED_OUT]
    assert hop.gate("launch_commit").state is not GateState.MISSED


def test_after_a_hold_of_the_vehicle_the_count_goes_back_and_launches() -> None:
    hop = committed()
    hop.intent(HoldCount("thruster"))
    hop.say("LANDING_STATE", mode=0)
    hop.fly(0.5)
    hop.intent(Recycle("top", "again"))
    hop.fly(0.3)
    assert hop.gate("launch_commit").state is GateState.CLOSED
    hop.intent(ReleaseHold())
    before = len(hop.sent("launch"))
    hop.fly(30)
    assert len(hop.sent("launch")) > before
    assert hop.gate("launch_commit").state is GateState.COMMITTED


def launch_on_its_way() -> Hop:
    """LAUNCH is sent, and no computer hears it yet."""
    hop = Hop(recyclable()).born()
    for computer in hop.computers.values():
        computer.hears = False
    for _ in range(600):
        hop.tick()
        if hop.sent("launch"):
            return hop
    raise AssertionError(hop.gate("launch_commit"))


@pytest.mark.parametrize("act", [HoldCount("boat"), Scrub("boat")])
def test_a_launch_on_its_way_is_withdrawn_by_a_hold_and_by_a_scrub(act: Act) -> None:
    hop = launch_on_its_way()
    hop.intent(act)
    hop.tick()
    sent = len(hop.sent("launch"))
    hop.fly(5)
    assert len(hop.sent("launch")) == sent
    assert hop.sent("hold") != [], "the vehicle may have heard it"
    assert hop.gate("launch_commit").state is GateState.MISSED


@pytest.mark.parametrize("act", [HoldCount("boat"), Scrub("boat")])
def test_a_confirmation_behind_a_hold_or_a_scrub_of_the_same_step_sends_nothing(act: Act) -> None:
    hop = Hop(
        changed(
            (
                'mode = "automatic"\nstable_for = "2 s"\ngo_command = "launch"',
                'mode = "confirmed"\nstable_for = "2 s"\ngo_command = "launch"',
            )
        )
    )
    hop.born()
    for _ in range(600):
        hop.tick()
        hop.intent(StageCommand("launch"))
        hop.tick()
        if hop.snapshot.staged:
            break
    (staged,) = hop.snapshot.staged
    confirm = ConfirmCommand(staged.code)
    wishes = [
        Intent(str(i), "console-FD", "FD", hop.now_ns, 0, wish, "fd")
        for i, wish in enumerate((act, confirm))
    ]
    hop.step(wishes)
    hop.fly(1)
    assert hop.sent("launch") == []


LOAD = (
    '[[gate]]\nid = "launch_commit"',
    '''[[gate]]
id = "load"
title = "PROPELLANT LOAD"
opens = "t_clock > -24 s"
closes = "t_clock > -18 s"
polls = ["FD"]

[[gate]]
id = "launch_commit"''',
)


def loaded() -> Hop:
    """A poll without a command has committed by standing; LAUNCH itself may not go."""
    hop = Hop(changed(RULE, MARKS, LOAD)).born().fly(2)
    hop.say("CARGO_STATE", secured=0)
    hop.intent(Vote("load", True))
    hop.fly(6)
    assert hop.gate("load").state is GateState.COMMITTED
    return hop


@pytest.mark.parametrize("act", [HoldCount("boat"), Scrub("boat")])
def test_a_poll_that_committed_by_standing_takes_no_hold_and_no_scrub_away(act: Act) -> None:
    hop = loaded()
    hop.intent(act)
    hop.tick()
    assert hop.snapshot.count.state is not CountState.RUNNING
    assert hop.told("refused") == []


def test_a_poll_that_committed_by_standing_takes_no_built_in_hold_away() -> None:
    count = loaded().fly(12).snapshot.count
    assert (count.hold, count.t_ns) == (HoldKind.BUILT_IN, -10 * SECOND)


def test_a_recycle_asks_a_poll_again_that_committed_by_standing() -> None:
    hop = loaded()
    hop.intent(HoldCount("boat"))
    hop.intent(Recycle("top", "again"))
    hop.fly(0.3)
    load = hop.gate("load")
    assert (load.state, load.votes) == (GateState.NO_GO, ())


@pytest.mark.parametrize("mode", [0, 9])
def test_a_vehicle_that_gave_up_by_itself_leaves_the_count_to_people(mode: int) -> None:
    hop = committed()
    hop.fly(14)
    hop.say("LANDING_STATE", mode=mode)
    hop.fly(1)
    assert hop.snapshot.count.state is CountState.RUNNING
    hop.intent(HoldCount("it gave up"))
    assert hop.tick().snapshots[0].count.state is CountState.HOLD
    assert hop.sent("hold") == []
    hop.intent(Recycle("top", "again"))
    hop.tick()
    refused = ["recycle refused: not landing.mode == 0"] if mode else []
    assert hop.told("refused") == refused
    hop.intent(Scrub("enough"))
    assert hop.tick().snapshots[0].count.state is CountState.SCRUBBED


def test_a_vehicle_that_may_count_keeps_the_count() -> None:
    hop = committed()
    hop.say("LANDING_STATE", mode=9)
    hop.fly(0.3)
    for computer in hop.computers.values():
        computer.silent.add("LANDING_STATE")
    hop.fly(3)
    hop.intent(Scrub("silence"))
    assert hop.told("refused") == ["scrub refused: the vehicle counts by itself, send it a command"]


BACK = (
    'no_go_command = "hold"\n',
    'no_go_command = "hold"\nno_go_count = "recycle"\nrecycle_to = "top"\n',
)


def revoked_while_it_counts() -> Hop:
    """The vehicle took LAUNCH unheard; a criterion revoked it, and the gate wants to go back."""
    hop = Hop(changed(RULE, MARKS, BACK)).born()
    for computer in hop.computers.values():
        computer.echoes = False
    while not hop.sent("launch"):
        hop.tick()
    hop.say("LANDING_STATE", mode=1)
    hop.tick()
    hop.say("CARGO_STATE", secured=0)
    hop.fly(1)
    assert hop.gate("launch_commit").state is GateState.MISSED
    assert hop.snapshot.count.hold is HoldKind.GATE
    return hop


def test_a_gates_recycle_waits_until_the_vehicle_can_count_again() -> None:
    hop = revoked_while_it_counts()
    hop.say("LANDING_STATE", mode=0)
    hop.fly(0.5)
    count = hop.snapshot.count
    assert (count.hold, count.t_ns, count.attempt) == (HoldKind.RECYCLED, -22 * SECOND, 2)
    assert hop.gate("launch_commit").state is GateState.CLOSED
    assert hop.told("refused") == []
    waits = [text for text in hop.told("count") if "waits" in text]
    assert waits == ["recycle to top waits: not landing.mode == 0"]


def test_a_gates_recycle_that_waits_ends_where_a_person_takes_the_hold_over() -> None:
    hop = revoked_while_it_counts()
    hop.intent(HoldCount("let me see"))
    hop.say("LANDING_STATE", mode=0)
    hop.fly(3)
    count = hop.snapshot.count
    assert (count.hold, count.attempt) == (HoldKind.MANUAL, 1)


def test_nothing_but_safing_is_sent_after_a_scrub() -> None:
    hop = Hop(recyclable()).born().fly(5)
    hop.intent(Scrub("winds"))
    hop.fly(40)
    assert hop.sent("launch") == []
    assert hop.gate("launch_commit").state is GateState.MISSED
    for act in (ReleaseHold(), HoldCount("x"), Recycle("top", "x"), StageCommand("launch")):
        hop.intent(act)
        assert "refused" in hop.told("refused")[-1]
    hop.intent(StageCommand("hold"))
    assert hop.sent("hold") != []
    assert hop.snapshot.count.state is CountState.SCRUBBED


def test_the_full_count_is_the_hop_and_what_differs() -> None:
    full = load_mission(CONFIGS / "missions" / "xzy1-hop-count.toml")
    hop = load_mission(CONFIGS / "missions" / "xzy1-hop.toml")
    assert full.config.phase == hop.config.phase
    assert full.config.command == hop.config.command
    assert full.config.gate[1:] == hop.config.gate[1:]
    assert set(full.texts) > set(hop.texts)
    assert full.vehicle == hop.vehicle
