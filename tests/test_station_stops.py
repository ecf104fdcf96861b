"""What stops a flight goes out though little is known, and comes before any GO."""

from __future__ import annotations

import pytest

from gcs.config.loading import CONFIGS, load_mission
from gcs.messages import (
    Act,
    ConfirmCommand,
    ConsoleChanged,
    CountState,
    GateState,
    HoldCount,
    Intent,
    ReleaseHold,
    Scrub,
    StageCommand,
)
from tests.helpers.hop import COMMITTED, Hop, changed, hurried
from tests.helpers.landing import refusals, ticks_to_launch

STOPS = ("abort", "divert")


def unheard(mission: str = "xzy1-hop") -> Hop:
    """A mission whose vehicle was never heard."""
    hop = Hop(load_mission(CONFIGS / "missions" / f"{mission}.toml"))
    hop.downlink = False
    return hop.fly(1)


def stop(hop: Hop, command: str) -> None:
    """FD stages a command and confirms it."""
    hop.intent(StageCommand(command))
    hop.tick()
    for staged in hop.snapshot.staged:
        hop.intent(ConfirmCommand(staged.code))
        hop.tick()


@pytest.mark.parametrize("command", ["launch", "landing_commit", "divert"])
def test_what_stops_nothing_is_refused_before_anything_is_known(command: str) -> None:
    hop = unheard()
    stop(hop, command)
    assert len(refusals(hop)) == 1
    assert hop.snapshot.commands == ()


@pytest.mark.parametrize(
    ("mission", "command"),
    [
        ("xzy1-hop", "hold"),
        ("xzy1-hop", "abort"),
        *((m, c) for m in ("xzy1-booster", "xzy1-cargo", "falcon9-like") for c in STOPS),
    ],
)
def test_a_stop_goes_to_a_vehicle_that_nobody_hears(mission: str, command: str) -> None:
    hop = unheard(mission)
    stop(hop, command)
    assert hop.sent(command) != [], refusals(hop)


@pytest.mark.parametrize("command", STOPS)
def test_a_stop_goes_to_computers_that_disagree_about_their_mode(command: str) -> None:
    hop = Hop().descend()
    hop.computers["fc_c"].silent = {"*"}
    hop.enter(COMMITTED, "fc_a")
    hop.fly(2)
    hop.intent(StageCommand(command))
    hop.tick()
    (staged,) = hop.snapshot.staged
    hop.intent(ConfirmCommand(staged.code))
    assert hop.sent(command) != []


def test_the_read_back_of_a_stop_says_that_it_may_be_sent_unknown() -> None:
    hop = unheard()
    hop.intent(StageCommand("abort"))
    hop.tick()
    (staged,) = hop.snapshot.staged
    assert staged.readback[2] == "UNKNOWN, but may be sent: landing.mode < 7"


def test_a_stop_that_is_known_to_be_too_late_is_refused() -> None:
    hop = Hop(hurried()).commit().fly(10)
    hop.say("LANDING_STATE", mode=7)
    hop.fly(0.5)
    for command in ("abort", "hold"):
        stop(hop, command)
        assert hop.sent(command) == []
    assert "the landing can no longer be changed" in refusals(hop)[-2]
    assert "the vehicle neither waits on its pad nor counts there" in refusals(hop)[-1]


def test_divert_is_refused_with_the_reason_after_divert_close() -> None:
    hop = Hop(hurried()).commit().fly(10)
    hop.intent(StageCommand("divert"))
    hop.tick()
    assert hop.snapshot.staged == ()
    assert "no longer clears the barge" in refusals(hop)[-1]


# --- A stop that comes with a GO ---


@pytest.mark.parametrize("act", [HoldCount("a boat"), Scrub("enough")])
def test_a_stop_in_the_very_step_of_a_go_comes_first(act: Act) -> None:
    hop = Hop().born()
    for _ in range(ticks_to_launch() - 1):
        hop.tick()
    assert not hop.sent("launch")
    hop.step([ConsoleChanged("console", "FD", True, "anna")])
    wish = Intent("x", "console", "FD", hop.now_ns, 0, act, "anna")
    hop.tick(wish)
    hop.fly(3)
    assert not hop.sent("launch"), "LAUNCH went out beside the stop"
    assert hop.gate("launch_commit").state is not GateState.COMMITTED


def test_a_hold_and_a_confirmation_in_one_step_send_nothing() -> None:
    hop = Hop(changed(('mode = "automatic"\nstable_for = "2 s"', 'mode = "confirmed"')))
    hop.born().fly(34)
    hop.intent(StageCommand("launch"))
    hop.tick()
    (staged,) = hop.snapshot.staged
    acts = (HoldCount("boat"), ConfirmCommand(staged.code))
    hop.step(
        Intent(str(n), "console-FD", "FD", hop.now_ns, 0, act, "fd") for n, act in enumerate(acts)
    )
    assert hop.sent("launch") == []
    assert "LAUNCH is blocked by count held by FD: boat" in refusals(hop)[-1]


def test_a_hold_stops_t_and_bars_the_launch_until_it_is_released() -> None:
    hop = Hop().born().fly(8)
    hop.intent(HoldCount("boat in the area"), "BARGE")
    t_ns = hop.tick().snapshots[0].count.t_ns
    hop.fly(20)
    count = hop.snapshot.count
    assert (count.state, count.t_ns) == (CountState.HOLD, t_ns)
    assert hop.sent("launch") == []
    assert hop.gate("launch_commit").blocking == ("count held by BARGE: boat in the area",)
    hop.intent(ReleaseHold(), "FD")
    hop.fly(20)
    assert hop.sent("launch") != []


def test_releasing_what_is_not_held_and_holding_what_flies_is_refused() -> None:
    hop = Hop().born().fly(1)
    hop.intent(ReleaseHold())
    assert "not held" in refusals(hop)[-1]
    hop = Hop().descend()
    hop.intent(HoldCount("no"))
    assert "the vehicle flies" in refusals(hop)[-1]
