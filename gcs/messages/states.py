"""The words for states, each with the table that moves it."""

from __future__ import annotations

import enum


class Quality(enum.IntEnum):
    """How far a value may be trusted. Only GOOD makes a GO."""

    GOOD = 0
    SUSPECT = 1
    BAD = 2
    STALE = 3
    NEVER = 4


class CriterionState(enum.StrEnum):
    """The verdict on one criterion."""

    GO = "GO"
    CAUTION = "CAUTION"
    NO_GO = "NO-GO"
    UNKNOWN = "UNKNOWN"
    WAIVED = "WAIVED"
    INHIBITED = "INHIBITED"


class GateState(enum.StrEnum):
    """The life of a gate; the table of moves is `decision.gates.TRANSITIONS`."""

    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"
    NO_GO = "NO-GO"
    GO = "GO"
    COMMITTED = "COMMITTED"
    MISSED = "MISSED"


class CountState(enum.StrEnum):
    """The T clock."""

    RUNNING = "RUNNING"
    HOLD = "HOLD"
    FLIGHT = "FLIGHT"
    SCRUBBED = "SCRUBBED"


class CommandState(enum.StrEnum):
    """The life of a sent command; only VERIFIED means that the vehicle has it."""

    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    VERIFIED = "VERIFIED"
    REFUSED = "REFUSED"
    TIMED_OUT = "TIMED OUT"

    @property
    def under_way(self) -> bool:
        """Whether a later message or retry can still change it."""
        return self in (CommandState.SENT, CommandState.ACKNOWLEDGED)


class HoldKind(enum.StrEnum):
    """Why the T clock stands; empty while it does not."""

    NONE = ""
    BUILT_IN = "built-in"
    MANUAL = "manual"
    GATE = "gate"
    RECYCLED = "recycled"


class AlarmState(enum.StrEnum):
    """The life of an alarm (ISA-18.2); the table of moves is `decision.alarm_table`."""

    NORMAL = "NORMAL"
    UNACKNOWLEDGED = "UNACK"
    ACKNOWLEDGED = "ACK"
    RETURNED = "RTN"
    SHELVED = "SHELVED"
    SUPPRESSED = "SUPPRESSED"


class AlarmPriority(enum.StrEnum):
    """How fast an operator must act, most urgent first."""

    CRITICAL = "critical"
    SERIOUS = "serious"
    CAUTION = "caution"


class EntryState(enum.StrEnum):
    """What an operator's entry is worth; only VALID is a GOOD sample."""

    MISSING = "MISSING"
    UNCHECKED = "UNCHECKED"
    VALID = "VALID"
    EXPIRED = "EXPIRED"
