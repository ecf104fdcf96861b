"""How the count moves: one table.

Theory of operation. T runs, is held, flies or is scrubbed. What comes to it is one of:

- HOLD: an operator or a gate stops T. Over a hold it takes that hold over.
- BUILT_IN: T reached a hold that the mission has planned.
- RELEASE: an operator lets T run on from where it stands.
- ENDED: the time of a built-in hold is over, which is its release.
- RECYCLE: T is set back to a mark and stays held there until it is released. There is no
  recycle of a running clock: first hold, then go back.
- SCRUB: the attempt ends, by an operator, a gate or a hold budget that is spent.
- COMMIT: a gate's commit was verified. The vehicle counts, so T runs on beside it.
- UNDONE: that commit was undone by a verified command. The vehicle waits, so T stops.
  Where the vehicle had stopped by itself, T may be held already.
- LIFT_OFF: flight time begins. It is a fact about the vehicle, so it ends a hold as well.

FLIGHT and SCRUBBED are ends.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from gcs.messages import CountState, HoldKind


class Trigger(enum.Enum):
    """What comes to the count."""

    HOLD = "hold"
    BUILT_IN = "built-in hold"
    RELEASE = "release"
    ENDED = "end of the built-in hold"
    RECYCLE = "recycle"
    SCRUB = "scrub"
    COMMIT = "commit"
    UNDONE = "commit undone"
    LIFT_OFF = "lift-off"


_S, _T = CountState, Trigger

TRANSITIONS: Mapping[CountState, Mapping[Trigger, CountState]] = {
    _S.RUNNING: {
        _T.HOLD: _S.HOLD,
        _T.BUILT_IN: _S.HOLD,
        _T.SCRUB: _S.SCRUBBED,
        _T.COMMIT: _S.RUNNING,
        _T.UNDONE: _S.HOLD,
        _T.LIFT_OFF: _S.FLIGHT,
    },
    _S.HOLD: {
        _T.HOLD: _S.HOLD,
        _T.RELEASE: _S.RUNNING,
        _T.ENDED: _S.RUNNING,
        _T.RECYCLE: _S.HOLD,
        _T.SCRUB: _S.SCRUBBED,
        _T.COMMIT: _S.RUNNING,
        _T.UNDONE: _S.HOLD,
        _T.LIFT_OFF: _S.FLIGHT,
    },
    _S.FLIGHT: {},
    _S.SCRUBBED: {},
}
"""State and trigger to the next state. What is not here cannot happen."""

REFUSALS: Mapping[CountState, str] = {
    _S.RUNNING: "the count is not held",
    _S.HOLD: "the count is held",
    _S.FLIGHT: "the vehicle flies",
    _S.SCRUBBED: "the attempt is scrubbed",
}
"""Why an act that has no row in a state is refused."""

UNPLANNED = frozenset({HoldKind.MANUAL, HoldKind.GATE, HoldKind.RECYCLED})
"""The holds that use the hold budget, and during which no gate gives a GO."""
