"""Flight modes, and which commands each of them takes."""

from __future__ import annotations

import enum

from firmware_sim.kernel import kernel


class FlightMode(enum.IntEnum):
    """LANDFALL_FLIGHT_MODE."""

    PRELAUNCH = 0
    TERMINAL_COUNT = 1
    ASCENT = 2
    COAST = 3
    DESCENT = 4
    COMMITTED = 5
    DIVERTING = 6
    LANDED = 7
    DOWN = 8
    ABORTED = 9
    ENTRY = 10
    SAFING = 11
    SAFE = 12


class Command(enum.StrEnum):
    """The commands of the landfall dialect, by the name of their MAV_CMD entry."""

    LAUNCH = "MAV_CMD_LANDFALL_LAUNCH"
    LANDING_COMMIT = "MAV_CMD_LANDFALL_LANDING_COMMIT"
    DIVERT = "MAV_CMD_LANDFALL_DIVERT"
    HOLD = "MAV_CMD_LANDFALL_HOLD"
    ABORT = "MAV_CMD_LANDFALL_ABORT"


_M = FlightMode
ON_PAD = frozenset({_M.PRELAUNCH, _M.TERMINAL_COUNT})
IN_FLIGHT = frozenset({_M.ASCENT, _M.COAST, _M.ENTRY, _M.DESCENT, _M.COMMITTED, _M.DIVERTING})
POWERED_DESCENT = frozenset({_M.DESCENT, _M.COMMITTED, _M.DIVERTING})
STANDING = frozenset({_M.LANDED, _M.SAFING, _M.SAFE})
ENDED = STANDING | {_M.DOWN, _M.ABORTED}

ACCEPTED_IN: dict[Command, frozenset[FlightMode]] = {
    Command.LAUNCH: frozenset({_M.PRELAUNCH}),
    Command.LANDING_COMMIT: frozenset({_M.DESCENT}),
    Command.DIVERT: IN_FLIGHT,
    Command.HOLD: ON_PAD,
    Command.ABORT: ON_PAD | IN_FLIGHT,
}
"""A command is taken in these modes only; the commit latches until the final descent."""

TOO_EARLY_IN: dict[Command, frozenset[FlightMode]] = {
    Command.LANDING_COMMIT: frozenset({_M.ASCENT, _M.COAST, _M.ENTRY}),
}
"""Modes in which the command may be taken later: rejected for now, not denied."""

LEADS_TO: dict[Command, FlightMode] = {
    Command.LAUNCH: _M.TERMINAL_COUNT,
    Command.LANDING_COMMIT: _M.COMMITTED,
    Command.HOLD: _M.PRELAUNCH,
    Command.ABORT: _M.ABORTED,
}
"""A computer that already followed the others there still takes the command that leads there."""

_SOON_NS = 200_000_000
_RETRIED_NS = 2_000_000_000

FOLLOWS: dict[tuple[FlightMode, FlightMode], int] = {
    (_M.PRELAUNCH, _M.TERMINAL_COUNT): _SOON_NS,
    (_M.TERMINAL_COUNT, _M.PRELAUNCH): _RETRIED_NS,
    (_M.PRELAUNCH, _M.ABORTED): _SOON_NS,
    (_M.TERMINAL_COUNT, _M.ABORTED): _SOON_NS,
    (_M.DESCENT, _M.COMMITTED): _SOON_NS,
    (_M.DESCENT, _M.DIVERTING): _SOON_NS,
    (_M.COMMITTED, _M.DIVERTING): _SOON_NS,
}
"""(mine, theirs): once both others have been in `theirs` for this long, ns, go with them.

Out of a terminal count only after the station had time to reach the others again.
"""

NEVER_NS = -1
_FOLLOW_WAITS = tuple(FOLLOWS.get((mine, theirs), NEVER_NS) for mine in _M for theirs in _M)
_MODES = len(_M)


@kernel
def follow_wait_ns(mine: int, theirs: int) -> int:
    """`FOLLOWS` for kernels; NEVER_NS where a computer stays."""
    return _FOLLOW_WAITS[mine * _MODES + theirs]


@kernel
def in_powered_descent(mode: int) -> bool:
    """Whether the mode is one of `POWERED_DESCENT`."""
    return mode in (FlightMode.DESCENT, FlightMode.COMMITTED, FlightMode.DIVERTING)


@kernel
def in_flight(mode: int) -> bool:
    """Whether the mode is one of `IN_FLIGHT`."""
    return mode in (FlightMode.ASCENT, FlightMode.COAST, FlightMode.ENTRY) or in_powered_descent(
        mode
    )


@kernel
def on_pad(mode: int) -> bool:
    """Whether the mode is one of `ON_PAD`."""
    return mode in (FlightMode.PRELAUNCH, FlightMode.TERMINAL_COUNT)


@kernel
def standing(mode: int) -> bool:
    """Whether the mode is one of `STANDING`."""
    return mode in (FlightMode.LANDED, FlightMode.SAFING, FlightMode.SAFE)
