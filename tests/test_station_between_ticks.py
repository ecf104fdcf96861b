"""Between ticks too, nothing is sent or committed on what time alone has changed."""

from __future__ import annotations

import pytest

from gcs.clock import MILLISECOND_NS
from gcs.messages import ConfirmCommand, GateState, StageCommand
from tests.helpers.hop import (
    COMMITTED,
    COMPUTERS,
    QUICKER,
    SECOND,
    TICK,
    Hop,
    changed,
    command_number,
    hurried,
)

DEADLINE_NS = 8 * SECOND
CONFIRMED = (
    QUICKER,
    ('mode = "automatic"\nstable_for = "1 s"', 'mode = "confirmed"\nstable_for = "1 s"'),
)


def echo_between_ticks(hop: Hop, after_ns: int) -> None:
    """All computers echo the commit, so long after the last tick and with none since."""
    hop.now_ns += after_ns
    nonce = hop.commands("landing_commit")[-1].nonce
    for computer in hop.computers.values():
        computer.says["LANDING_STATE"] |= {
            "nonce": nonce,
            "command": command_number("landing_commit"),
            "mode": COMMITTED,
        }
    hop.step(item for item in hop.telemetry() if item.link in COMPUTERS)


def unanswered_until(t_ns: int) -> Hop:
    """A commit is on its way, which no computer echoes; the last tick is just before `t_ns`."""
    hop = Hop(hurried()).descend()
    for computer in hop.computers.values():
        computer.echoes = False
    hop.barge.says["deck"]["clear"] = False
    while hop.snapshot.count.t_ns < DEADLINE_NS - 3.5 * SECOND:
        hop.tick()
    hop.barge.says["deck"]["clear"] = True
    while hop.snapshot.count.t_ns < t_ns - TICK:
        hop.tick()
    assert hop.sent("landing_commit")
    return hop


@pytest.mark.parametrize(
    ("after_ms", "state"), [(60, GateState.COMMITTED), (150, GateState.MISSED)]
)
def test_an_echo_after_the_deadline_commits_nothing(after_ms: int, state: GateState) -> None:
    hop = unanswered_until(DEADLINE_NS)
    assert hop.snapshot.count.t_ns == DEADLINE_NS - TICK
    echo_between_ticks(hop, after_ms * MILLISECOND_NS)
    assert hop.landing is state


@pytest.mark.parametrize(("after_ms", "sent"), [(20, True), (150, False)])
def test_a_confirmation_stands_on_what_is_known_at_its_moment(after_ms: int, sent: bool) -> None:
    """The attitude was last heard 0.4 s before the last tick, and is stale after 0.5 s."""
    hop = Hop(changed(*CONFIRMED)).descend().fly(4)
    hop.intent(StageCommand("landing_commit"))
    hop.tick()
    hop.downlink = False
    hop.fly(0.4)
    assert hop.landing is GateState.GO
    hop.now_ns += after_ms * MILLISECOND_NS
    hop.intent(ConfirmCommand(hop.snapshot.staged[0].code))
    assert bool(hop.sent("landing_commit")) is sent


def test_two_ticks_that_do_not_come_are_made_up_for() -> None:
    hop = Hop().descend().fly(1)
    before = hop.snapshot.sequence
    for silent_ns in (TICK, TICK):
        hop.now_ns += silent_ns
        hop.step(item for item in hop.telemetry() if item.link == "fc_a")
    assert hop.snapshot.sequence == before + 1
