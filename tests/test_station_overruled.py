"""An operator's stop through the whole station: no GO beside it, and it is seen through."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import pytest

from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.messages import (
    Act,
    CancelCommand,
    CommandState,
    ConfirmCommand,
    CountState,
    GateState,
    HoldCount,
    Intent,
    ReleaseHold,
    Scrub,
    StageCommand,
    Vote,
)
from tests.helpers.hop import COMMITTED, QUICKER, Hop, changed, command_number, hurried
from tests.helpers.landing import ticks_to_launch

BY_HAND = (
    'mode = "automatic"\nstable_for = "2 s"\ngo_command = "launch"',
    'mode = "confirmed"\nstable_for = "2 s"\ngo_command = "launch"',
)
LATER = changed(QUICKER, ("96 s", "8 s"), ("108 s", "40 s"))


@cache
def confirmed_launch() -> Mission:
    return changed(QUICKER, BY_HAND)


def before_launch(ticks: int) -> Hop:
    hop = Hop().born()
    for _ in range(ticks_to_launch() - ticks):
        hop.tick()
    return hop


def hears(hop: Hop, heard: bool) -> Hop:
    for computer in hop.computers.values():
        computer.hears = heard
    return hop


def staged(hop: Hop, command: str, position: str = "FD") -> ConfirmCommand:
    hop.intent(StageCommand(command), position)
    hop.tick()
    return ConfirmCommand(next(s.code for s in hop.snapshot.staged if s.command == command))


def send(hop: Hop, command: str, position: str = "FD") -> Hop:
    hop.intent(staged(hop, command, position), position)
    return hop


def wish(hop: Hop, act: Act, position: str) -> Intent:
    name = f"{position}-{type(act).__name__}-{act}"
    return Intent(name, f"console-{position}", position, hop.now_ns, 0, act, position.lower())


def orders(hop: Hop) -> list[int]:
    """The commands as one computer got them, in the order sent."""
    return [packet.value("command") for packet in hop.packets("COMMAND_LONG", "fc_a")]


def until_committed(mission: Mission | None = None) -> Hop:
    """LAUNCH is committed, and the vehicle counts."""
    hop = Hop(mission).born()
    while hop.gate("launch_commit").state is not GateState.COMMITTED:
        hop.tick()
    hop.say("LANDING_STATE", mode=1)
    return hop.fly(0.3)


# --- No GO beside a stop ---


def test_no_launch_goes_out_while_an_abort_is_on_its_way() -> None:
    hop = send(hears(before_launch(7), False), "abort", "BARGE").fly(0.9)
    hears(hop, True).fly(3)
    assert hop.sent("launch") == []
    assert [c.state for c in hop.commands("abort")] == [CommandState.VERIFIED]
    launch = hop.gate("launch_commit")
    assert (launch.state, launch.reason) == (GateState.MISSED, "abort was sent")


def test_no_launch_goes_out_after_an_abort_that_was_never_heard() -> None:
    hop = hears(before_launch(7), False)
    hop.say("CARGO_STATE", secured=0)
    send(hop, "abort", "BARGE").fly(4)
    hop.say("CARGO_STATE", secured=1)
    hears(hop, True).fly(8)
    assert hop.sent("launch") == []
    assert [c.state for c in hop.commands("hold")] == [CommandState.VERIFIED], "it was owed"
    assert hop.sent("divert") == [], "no landing was asked about yet"


def test_no_landing_commit_goes_out_while_an_abort_is_on_its_way() -> None:
    hop = Hop(hurried()).descend()
    hop.barge.says["deck"]["clear"] = False
    hears(hop.fly(4), False)
    hop.barge.says["deck"]["clear"] = True
    send(hop.fly(0.3), "abort").fly(1.5)
    hears(hop, True).fly(2.5)
    assert hop.sent("landing_commit") == []
    assert hop.landing is GateState.MISSED


def test_a_launch_is_not_confirmed_while_an_abort_is_on_its_way() -> None:
    hop = hears(Hop(confirmed_launch()).born().fly(30), False)
    launch = staged(hop, "launch")
    send(hop, "abort", "BARGE").fly(0.3)
    hop.intent(launch)
    hop.fly(1)
    assert hop.sent("launch") == []
    assert hop.told("refused") == ["LAUNCH refused: LAUNCH is MISSED: abort was sent"]


@pytest.mark.parametrize("stop", ["abort", "hold"])
def test_a_stop_in_the_very_batch_in_which_a_launch_is_due_comes_first(stop: str) -> None:
    hop = before_launch(2)
    act: Act = staged(hop, "abort", "BARGE")
    if stop == "hold":
        act = StageCommand("hold")
    assert hop.sent("launch") == []
    hop.tick(wish(hop, act, "BARGE"))
    hop.fly(0.3)
    assert set(orders(hop)) == {command_number(stop)}
    assert "launch refused: LAUNCH is overruled: " + f"{stop} was sent" in hop.told("refused")
    assert hop.told("refused") == hop.told("refused")[:1], "it is not asked for again"


@pytest.mark.parametrize("order", list(permutations((0, 1))))
def test_an_abort_and_a_launch_confirmed_in_one_batch_send_the_abort(
    order: tuple[int, int],
) -> None:
    hop = Hop(confirmed_launch()).born().fly(30)
    launch, abort = staged(hop, "launch"), staged(hop, "abort", "BARGE")
    acts = (wish(hop, launch, "FD"), wish(hop, abort, "BARGE"))
    hop.step([acts[i] for i in order])
    hop.fly(1)
    assert set(orders(hop)) == {command_number("abort")}
    assert hop.told("refused") == ["LAUNCH refused: LAUNCH is overruled: abort was sent"]


def test_staging_and_cancelling_in_one_batch_keep_their_order() -> None:
    hop = Hop(confirmed_launch()).born().fly(30)
    staged(hop, "abort")
    cancel, abort = wish(hop, CancelCommand(), "FD"), wish(hop, StageCommand("abort"), "FD")
    hop.tick(cancel, abort)
    assert [staged.command for staged in hop.snapshot.staged] == ["abort"]
    hop.tick(wish(hop, StageCommand("launch"), "FD"), cancel)
    assert hop.snapshot.staged == ()


def test_a_launch_that_was_kept_back_by_a_hold_is_asked_for_again() -> None:
    hop = before_launch(1)
    hop.intent(StageCommand("x"), "BARGE")
    hold, release = wish(hop, HoldCount("boat"), "BARGE"), wish(hop, ReleaseHold(), "FD")
    hop.tick(hold, release)
    assert hop.sent("launch") == []
    hop.fly(1)
    assert hop.sent("launch") != []
    refused = [text for text in hop.told("refused") if "launch" in text]
    assert refused == ["launch refused: LAUNCH is blocked by count held by BARGE: boat"]


def test_a_launch_that_is_staged_and_confirmed_in_one_batch_waits_for_a_stop_in_it() -> None:
    def ready() -> Hop:
        hop = Hop(confirmed_launch()).born().fly(30)
        hop.intent(StageCommand("x"))
        return hop

    code = staged(ready(), "launch")
    hop = ready()
    acts = (StageCommand("launch"), code)
    hop.step([*(wish(hop, a, "FD") for a in acts), wish(hop, StageCommand("hold"), "BARGE")])
    assert hop.snapshots[-1].staged == ()
    assert set(orders(hop)) == {command_number("hold")}
    assert hop.told("refused")[-1] == "LAUNCH refused: LAUNCH is overruled: hold was sent"


@cache
def harmless_launch() -> Mission:
    """Whoever stages LAUNCH sends it."""
    rule = 'validity = "2 s"\nallowed = "landing.mode == 0"'
    return changed(QUICKER, (rule, f"dangerous = false\n{rule}"))


def test_a_launch_that_needs_no_confirmation_waits_for_a_stop_in_its_batch() -> None:
    hop = Hop(harmless_launch()).born()
    for _ in range(ticks_to_launch() - 1):
        hop.tick()
    hop.intent(StageCommand("x"))
    hop.tick(wish(hop, StageCommand("launch"), "FD"), wish(hop, StageCommand("hold"), "BARGE"))
    assert set(orders(hop)) == {command_number("hold")}


def test_a_vote_for_go_brings_back_nothing_in_the_batch_of_a_vote_against() -> None:
    polled = ('go_command = "launch"', 'go_command = "launch"\npolls = ["FD"]')
    mission = changed(QUICKER, polled)

    def voted() -> Hop:
        hop = Hop(mission).born().fly(30)
        hop.intent(Vote("launch_commit", True))
        return hop

    probe, ticks = voted(), 0
    while not probe.sent("launch"):
        probe.tick()
        ticks += 1
    hop = voted()
    for _ in range(ticks - 1):
        hop.tick()
    against, for_it = (wish(hop, Vote("launch_commit", go), "FD") for go in (False, True))
    hop.tick(against, for_it)
    assert hop.sent("launch") == []
    hop.fly(3)
    assert hop.sent("launch") != []


# --- A NO-GO is seen through ---


def deck_not_clear() -> Hop:
    """The landing gate was missed with nobody hearing the DIVERT."""
    hop = Hop(changed(QUICKER, ("96 s", "8 s"), ("108 s", "30 s"))).descend()
    hop.barge.says["deck"]["clear"] = False
    hears(hop, False)
    while hop.landing is not GateState.MISSED:
        hop.tick()
    return hop.fly(0.5)


@pytest.mark.parametrize("other", ["monitors_on", "abort"])
def test_a_divert_that_is_owed_survives_every_other_command(other: str) -> None:
    hop = deck_not_clear()
    if other == "abort":
        send(hop, other, "BARGE")
    else:
        hop.intent(StageCommand(other), "BARGE")
    hop.fly(3)
    hears(hop, True).fly(4)
    assert hop.commands("divert")[-1].state is CommandState.VERIFIED


def test_an_abort_that_arrived_is_all_that_was_owed() -> None:
    hop = deck_not_clear()
    hears(hop, True)
    send(hop, "abort", "BARGE").fly(6)
    assert hop.commands("abort")[-1].state is CommandState.VERIFIED
    assert len(hop.commands("divert")) == 1


def test_a_divert_by_hand_that_never_arrived_is_sent_again_after_a_commit() -> None:
    hop = Hop(LATER).commit().fly(0.5)
    send(hears(hop, False), "divert").fly(4)
    assert hop.landing is GateState.COMMITTED
    hears(hop, True).fly(3)
    assert [c.state for c in hop.commands("divert")] == [
        CommandState.TIMED_OUT,
        CommandState.VERIFIED,
    ]
    assert hop.landing is GateState.MISSED


def test_an_abort_and_the_divert_of_a_gate_in_one_step_send_the_abort_alone() -> None:
    def deadline() -> Hop:
        hop = Hop(hurried()).descend()
        hop.barge.says["deck"]["clear"] = False
        return hop

    probe, ticks = deadline(), 0
    while not probe.sent("divert"):
        probe.tick()
        ticks += 1
    hop = deadline()
    for _ in range(ticks - 2):
        hop.tick()
    abort = staged(hop, "abort")
    hop.tick(wish(hop, abort, "FD"))
    assert hop.sent("abort") != []
    hop.fly(5)
    assert hop.sent("divert") == []
    assert hop.told("refused") == []


# --- After a commit ---


def test_a_verified_abort_undoes_a_launch_and_the_count_waits() -> None:
    hop = send(until_committed(), "abort").fly(0.3)
    hop.say("LANDING_STATE", mode=9)
    hop.fly(0.3)
    assert hop.gate("launch_commit").state is GateState.MISSED
    assert hop.snapshot.count.state is CountState.HOLD
    hop.intent(Scrub("it gave up"))
    assert hop.fly(0.2).snapshot.count.state is CountState.SCRUBBED


@pytest.mark.parametrize("command", ["divert", "abort"])
def test_a_verified_stop_undoes_a_landing_and_turns_the_lights_red(command: str) -> None:
    hop = send(Hop(LATER).commit(), command).fly(1)
    assert hop.landing is GateState.MISSED
    assert hop.gate("landing_continue").state is GateState.MISSED
    assert hop.barge.says["deck"]["lights"] == "red"


def test_an_abort_that_nobody_heard_leaves_the_commit() -> None:
    hop = hears(Hop(LATER).commit(), False)
    send(hop, "abort").fly(1)
    assert hop.landing is GateState.COMMITTED
    assert hop.gate("landing_continue").state is GateState.MISSED


def test_an_abort_in_flight_takes_back_the_landing_and_not_the_launch() -> None:
    hop = until_committed().lift_off()
    hop.enter(COMMITTED - 1)
    send(hop.fly(0.3), "abort").fly(1)
    assert hop.commands("abort")[-1].state is CommandState.VERIFIED
    assert hop.gate("launch_commit").state is GateState.COMMITTED
    assert hop.landing is GateState.MISSED


@pytest.mark.parametrize("mission", ["xzy1-hop", "xzy1-booster", "xzy1-cargo", "falcon9-like"])
def test_an_abort_overrules_every_gate_of_a_flight(mission: str) -> None:
    gates = load_mission(CONFIGS / "missions" / f"{mission}.toml").config.gate
    flight = [gate for gate in gates if gate.id != "reboard"]
    assert [gate.overruled_by for gate in flight] == [("abort",)] * len(flight)


# --- An objection ---


@pytest.mark.parametrize("flicker", [False, True])
def test_an_objection_outlives_a_link_that_flickers(flicker: bool) -> None:
    waits = 'no_go_after = "1 s"\nwithout_answer = "stands"'
    polled = 'without_answer = "stands"\npolls = ["FD", "BARGE"]'
    hop = Hop(changed(QUICKER, ("96 s", "8 s"), ("108 s", "16 s"), (waits, polled))).commit()
    hop.intent(Vote("landing_continue", False), "BARGE")
    hop.fly(0.5)
    for computer in hop.computers.values():
        computer.silent = {"LANDING_STATE"} if flicker else set()
    hop.fly(2)
    assert (hop.gate("landing_continue").state is GateState.CLOSED) == flicker
    for computer in hop.computers.values():
        computer.silent = set()
    hop.fly(12)
    assert hop.gate("landing_continue").state is GateState.MISSED
