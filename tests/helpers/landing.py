"""A hop in its landing burn, and what it can be made to do there."""

from __future__ import annotations

from functools import cache

from gcs.messages import GateState, StageCommand
from tests.helpers.hop import Hop, command_number, hurried

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
    """Nothing more is heard on these links."""
    for link in links:
        hop.computers[link].silent = {"*"}
    return hop


def blocked(hop: Hop, *criteria: str) -> None:
    """The gate stays shut for just these, and says so."""
    assert hop.landing is GateState.NO_GO
    assert hop.blocking() == set(criteria)
    assert set(hop.gate("landing_commit").blocking) == set(criteria)
    assert hop.sent("landing_commit") == []
    for name in criteria:
        assert hop.criterion(name).why


def staged_divert() -> tuple[Hop, str]:
    """FD staged a divert in the landing burn; its code."""
    hop = Hop().descend()
    hop.barge.says["deck"]["clear"] = False
    hop.fly(0.5)
    hop.intent(StageCommand("divert"))
    hop.tick()
    (staged,) = hop.snapshot.staged
    return hop, staged.code


def refusals(hop: Hop) -> list[str]:
    """What was refused so far, in the station's words."""
    return hop.told("refused")


@cache
def ticks_to_launch() -> int:
    """Ticks after birth until LAUNCH goes out by itself."""
    hop = Hop().born()
    for tick in range(1, 400):
        hop.tick()
        if hop.sent("launch"):
            return tick
    raise AssertionError(hop.gate("launch_commit"))
