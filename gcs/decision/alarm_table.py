"""How an alarm moves (ISA-18.2): one table.

Theory of operation. An alarm watches a criterion and asks for an operator's act. What
the criterion says now is a `Trigger`: RAISED while the condition holds, RETURNED while
it is known not to, SUPPRESSED while nobody asks (another phase, a committed gate).
Operators add ACKNOWLEDGED, SHELVED and UNSHELVED; an expired shelf is UNSHELVED too.

- It latches: what was raised stays in sight until somebody acknowledged it, even if it
  returned or its question no longer arises meanwhile. Acknowledging clears nothing.
- A WAIVED criterion lets a gate pass, but the condition holds: no waiver silences.
- UNKNOWN moves nothing at first: a standing alarm stands, a quiet one stays quiet. Once
  it has lasted, it raises (`alarms`). It never returns one.
- A shelved alarm says nothing until it comes off the shelf; then it is judged afresh,
  and a condition that still holds is raised as if it were new.

An act without a row is refused.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Literal

from gcs.messages import AlarmState, CriterionState

On = Literal["no_go", "caution"]
"""What of a criterion raises its alarm."""


class Trigger(enum.Enum):
    """What moves an alarm."""

    RAISED = "raised"
    RETURNED = "returned to normal"
    SUPPRESSED = "suppressed"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"


_S, _T, _C = AlarmState, Trigger, CriterionState

TRANSITIONS: Mapping[AlarmState, Mapping[Trigger, AlarmState]] = {
    _S.NORMAL: {
        _T.RAISED: _S.UNACKNOWLEDGED,
        _T.RETURNED: _S.NORMAL,
        _T.SUPPRESSED: _S.SUPPRESSED,
    },
    _S.UNACKNOWLEDGED: {
        _T.RAISED: _S.UNACKNOWLEDGED,
        _T.RETURNED: _S.RETURNED,
        _T.SUPPRESSED: _S.RETURNED,
        _T.ACKNOWLEDGED: _S.ACKNOWLEDGED,
        _T.SHELVED: _S.SHELVED,
    },
    _S.ACKNOWLEDGED: {
        _T.RAISED: _S.ACKNOWLEDGED,
        _T.RETURNED: _S.NORMAL,
        _T.SUPPRESSED: _S.SUPPRESSED,
        _T.SHELVED: _S.SHELVED,
    },
    _S.RETURNED: {
        _T.RAISED: _S.UNACKNOWLEDGED,
        _T.RETURNED: _S.RETURNED,
        _T.SUPPRESSED: _S.RETURNED,
        _T.ACKNOWLEDGED: _S.NORMAL,
        _T.SHELVED: _S.SHELVED,
    },
    _S.SHELVED: {
        _T.RAISED: _S.SHELVED,
        _T.RETURNED: _S.SHELVED,
        _T.SUPPRESSED: _S.SHELVED,
        _T.UNSHELVED: _S.NORMAL,
    },
    _S.SUPPRESSED: {
        _T.RAISED: _S.UNACKNOWLEDGED,
        _T.RETURNED: _S.NORMAL,
        _T.SUPPRESSED: _S.SUPPRESSED,
    },
}
"""State and trigger to the next state."""

CONDITIONS: Mapping[On, Mapping[CriterionState, Trigger | None]] = {
    "no_go": {
        _C.GO: _T.RETURNED,
        _C.CAUTION: _T.RETURNED,
        _C.NO_GO: _T.RAISED,
        _C.WAIVED: _T.RAISED,
        _C.UNKNOWN: None,
        _C.INHIBITED: _T.SUPPRESSED,
    },
    "caution": {
        _C.GO: _T.RETURNED,
        _C.CAUTION: _T.RAISED,
        _C.NO_GO: _T.RAISED,
        _C.WAIVED: _T.RAISED,
        _C.UNKNOWN: None,
        _C.INHIBITED: _T.SUPPRESSED,
    },
}
"""What a criterion's state means to its alarm; None for what is not known."""

ACTIVE = frozenset({_S.UNACKNOWLEDGED, _S.ACKNOWLEDGED})
"""The condition holds, and operators are told so."""
WAITING = frozenset({_S.UNACKNOWLEDGED, _S.RETURNED})
"""Somebody has yet to acknowledge it."""
