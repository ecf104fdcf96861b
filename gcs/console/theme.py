"""Tones, symbols and words: grey unless abnormal, and never told by colour alone.

How a tone looks is the theme's affair (`console.themes`).
"""

from __future__ import annotations

import enum
from typing import NamedTuple, TypeAlias

from gcs.messages import (
    AlarmPriority,
    AlarmState,
    CommandState,
    CriterionState,
    EntryState,
    GateState,
    LinkState,
)


class Tone(enum.IntEnum):
    """How a piece of text is drawn; the abnormal ones in order of severity."""

    PLAIN = 0
    DIM = 1
    BRIGHT = 2
    RULE = 3
    STALE = 4
    BADGE = 5
    STANDBY = 6
    CAUTION = 7
    SERIOUS = 8
    CRITICAL = 9


class Mark(NamedTuple):
    """A symbol and its tone."""

    symbol: str
    tone: Tone


OFF = Mark("○", Tone.DIM)
STANDBY = Mark("◎", Tone.STANDBY)
NORMAL = Mark("●", Tone.PLAIN)
CAUTION = Mark("■", Tone.CAUTION)
SERIOUS = Mark("◆", Tone.SERIOUS)
CRITICAL = Mark("▼", Tone.CRITICAL)
UNSURE = Mark("?", Tone.STALE)

CRITERION_MARKS: dict[CriterionState, Mark] = {
    CriterionState.GO: NORMAL,
    CriterionState.CAUTION: CAUTION,
    CriterionState.NO_GO: SERIOUS,
    CriterionState.UNKNOWN: Mark("?", Tone.SERIOUS),
    CriterionState.WAIVED: Mark("■", Tone.CAUTION),
    CriterionState.INHIBITED: OFF,
}

BLOCKING = frozenset({CriterionState.NO_GO, CriterionState.UNKNOWN})
"""States that a gate does not pass."""

ATTENTION: dict[CriterionState, int] = {
    CriterionState.NO_GO: 0,
    CriterionState.UNKNOWN: 1,
    CriterionState.WAIVED: 2,
    CriterionState.CAUTION: 3,
    CriterionState.GO: 4,
    CriterionState.INHIBITED: 5,
}
"""Which criterion is looked at first where not all fit."""

GATE_MARKS: dict[GateState, Mark] = {
    GateState.CLOSED: OFF,
    GateState.NO_GO: CRITICAL,
    GateState.GO: NORMAL,
    GateState.COMMITTED: Mark("✓", Tone.BRIGHT),
    GateState.MISSED: CRITICAL,
    GateState.UNKNOWN: Mark("?", Tone.SERIOUS),
}

COMMAND_MARKS: dict[CommandState, Mark] = {
    CommandState.SENT: STANDBY,
    CommandState.ACKNOWLEDGED: STANDBY,
    CommandState.VERIFIED: Mark("✓", Tone.PLAIN),
    CommandState.REFUSED: SERIOUS,
    CommandState.TIMED_OUT: SERIOUS,
}

LINK_MARKS: dict[LinkState, Mark] = {
    LinkState.CONNECTING: STANDBY,
    LinkState.UP: NORMAL,
    LinkState.DOWN: SERIOUS,
}

PRIORITY_MARKS: dict[AlarmPriority, Mark] = {
    AlarmPriority.CRITICAL: CRITICAL,
    AlarmPriority.SERIOUS: SERIOUS,
    AlarmPriority.CAUTION: CAUTION,
}

ALARM_ORDER: dict[AlarmState, int] = {
    AlarmState.UNACKNOWLEDGED: 0,
    AlarmState.RETURNED: 1,
    AlarmState.ACKNOWLEDGED: 2,
    AlarmState.SHELVED: 3,
    AlarmState.SUPPRESSED: 4,
    AlarmState.NORMAL: 5,
}
"""Which alarm is looked at first: those that nobody has answered."""

STANDING = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED})
"""Alarms whose condition holds now."""

PUT_ASIDE = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED})
"""Alarms that ask for nothing now."""

ENTRY_MARKS: dict[EntryState, Mark] = {
    EntryState.MISSING: UNSURE,
    EntryState.UNCHECKED: STANDBY,
    EntryState.VALID: NORMAL,
    EntryState.EXPIRED: UNSURE,
}


def alarm_mark(state: AlarmState, priority: AlarmPriority) -> Mark:
    """A standing alarm's priority; one that is over but unseen waits, one put aside is off."""
    if state in STANDING:
        return PRIORITY_MARKS[priority]
    return STANDBY if state is AlarmState.RETURNED else OFF


def severity_mark(severity: int) -> Mark:
    """The mark of an event by its MAV_SEVERITY."""
    if severity <= 2:
        return CRITICAL
    if severity == 3:
        return SERIOUS
    return CAUTION if severity == 4 else Mark(" ", Tone.PLAIN)


class Span(NamedTuple):
    """Text in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Line: TypeAlias = tuple[Span, ...]
"""One row of a panel."""
