"""Flight modes, and which commands each of them takes."""

from __future__ import annotations

import enum


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


class Command(enum.StrEnum):
    """The commands of the landfall dialect, by the name of their MAV_CMD entry."""

    LAUNCH = "MAV_CMD_LANDFALL_LAUNCH"
    LANDING_COMMIT = "MAV_CMD_LANDFALL_LANDING_COMMIT"
    DIVERT = "MAV_CMD_LANDFALL_DIVERT"
    HOLD = "MAV_CMD_LANDFALL_HOLD"
    ABORT = "MAV_CMD_LANDFALL_ABORT"


_M = FlightMode
ON_PAD = frozenset({_M.PRELAUNCH, _M.TERMINAL_COUNT})
POWERED_DESCENT = frozenset({_M.DESCENT, _M.COMMITTED, _M.DIVERTING})
ENDED = frozenset({_M.LANDED, _M.DOWN, _M.ABORTED})

ACCEPTED_IN: dict[Command, frozenset[FlightMode]] = {
    Command.LAUNCH: frozenset({_M.PRELAUNCH}),
    Command.LANDING_COMMIT: frozenset({_M.DESCENT}),
    Command.DIVERT: frozenset({_M.ASCENT, _M.COAST, _M.DESCENT, _M.COMMITTED, _M.DIVERTING}),
    Command.HOLD: ON_PAD,
    Command.ABORT: ON_PAD | {_M.ASCENT, _M.COAST, _M.DESCENT, _M.COMMITTED, _M.DIVERTING},
}
"""A command is taken in these modes only; the commit latches until the final descent."""

TOO_EARLY_IN: dict[Command, frozenset[FlightMode]] = {
    Command.LANDING_COMMIT: frozenset({_M.ASCENT, _M.COAST}),
}
"""Modes in which the command may be taken later: rejected for now, not denied."""

FOLLOWS: frozenset[tuple[FlightMode, FlightMode]] = frozenset(
    {
        (_M.PRELAUNCH, _M.TERMINAL_COUNT),
        (_M.TERMINAL_COUNT, _M.PRELAUNCH),
        (_M.PRELAUNCH, _M.ASCENT),
        (_M.PRELAUNCH, _M.ABORTED),
        (_M.TERMINAL_COUNT, _M.ABORTED),
        (_M.DESCENT, _M.COMMITTED),
        (_M.DESCENT, _M.DIVERTING),
        (_M.COMMITTED, _M.DIVERTING),
    }
)
"""(mine, theirs): where both other computers are in `theirs`, this one goes with them."""
