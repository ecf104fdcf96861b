"""What is sent again, through the whole station: it says what is true by then."""

from __future__ import annotations

import pytest

from gcs.messages import CommandState, ConfirmCommand, CountState, StageCommand
from tests.helpers.hop import SECOND, TICK, Hop
from tests.helpers.landing import deaf, quick


def test_computers_that_hear_different_tries_of_launch_lift_off_together() -> None:
    hop = Hop().born()
    awaited = [hop.computers["fc_b"], hop.computers["fc_c"]]
    for computer in awaited:
        computer.hears = False
    while not hop.sent("launch"):
        hop.tick()
    zeros_ns = []
    while hop.commands("launch")[-1].state is not CommandState.VERIFIED:
        known = len(hop.sent("launch"))
        hop.tick()
        t_ns, sent = hop.snapshot.count.t_ns, hop.sent("launch")[known:]
        zeros_ns += [t_ns + packet.value("param3") * SECOND for packet in sent]
        awaited[0].hears = hop.commands("launch")[-1].attempts > 3
    assert len(zeros_ns) >= 6
    assert all(abs(zero_ns) <= TICK for zero_ns in zeros_ns)


def test_so_they_do_where_the_count_is_held_until_launch_is_committed() -> None:
    hop = Hop().born()
    hop.say("CARGO_STATE", secured=0)
    hop.fly(25)
    assert hop.snapshot.count.state is CountState.HOLD
    hop.computers["fc_b"].hears = hop.computers["fc_c"].hears = False
    hop.say("CARGO_STATE", secured=1)
    while not hop.sent("launch") or hop.commands("launch")[-1].attempts < 4:
        hop.tick()
    hop.computers["fc_b"].hears = True
    hop.fly(1)
    assert hop.commands("launch")[-1].state is CommandState.VERIFIED
    sent_ns = hop.commands("launch")[-1].sent_ns
    told = sorted({packet.value("param3") for packet in hop.sent("launch")}, reverse=True)
    assert told == pytest.approx([told[0] - 0.5 * tries for tries in range(len(told))])
    assert len(told) >= 4
    assert abs(sent_ns + told[0] * SECOND - (hop.now_ns - hop.snapshot.count.t_ns)) < 3 * SECOND


def test_a_landing_commit_that_comes_due_ends_no_abort() -> None:
    hop = quick()
    hop.barge.says["deck"]["clear"] = False
    hop.fly(4)
    deaf(hop)
    hop.intent(StageCommand("abort"))
    hop.tick()
    (staged,) = hop.snapshot.staged
    hop.intent(ConfirmCommand(staged.code))
    hop.barge.says["deck"]["clear"] = True
    hop.fly(1.5)
    assert hop.sent("landing_commit") == []
    (abort,) = hop.commands("abort")
    assert (abort.state, abort.attempts) == (CommandState.SENT, 4)
