"""Everything a console may show, at one moment."""

from __future__ import annotations

from gcs.messages.base import Message
from gcs.messages.inputs import LinkState
from gcs.messages.states import (
    AlarmState,
    CommandState,
    CountState,
    CriterionState,
    EntryState,
    GateState,
    HoldKind,
)


class Readings(Message, frozen=True):
    """All parameters' values, columns in catalogue order; SI units.

    `values` holds NaN where never seen; `sampled_ns` is station time of the
    measurement, 0 where never seen.
    """

    values: tuple[float, ...]
    sampled_ns: tuple[int, ...]
    qualities: tuple[int, ...]


class WaiverStatus(Message, frozen=True):
    """A waiver in force, whether its criterion needs it now or not.

    `bound` is the last value (SI) that it covers, None where the criterion has no value.
    """

    criterion: str
    position: str
    reason: str
    bound: float | None
    granted_ns: int
    expires_ns: int


class CriterionStatus(Message, frozen=True):
    """One row of the board. `value` and `limit` are in SI; `why` speaks the operator's units.

    `waiver` is the one in force; only where `state` is WAIVED does the row pass by it.
    `trend` is the value's slope in SI per second, `violates_ns` the time until the no-go
    limit at that slope; None where there is none. The evidence is the readings of the
    parameters that `CriterionInfo.reads` names, in the same Snapshot.
    """

    id: str
    state: CriterionState
    value: float | None
    limit: float | None
    margin: float | None
    since_ns: int
    why: str
    waiver: WaiverStatus | None = None
    trend: float | None = None
    violates_ns: int | None = None


class VoteStatus(Message, frozen=True):
    """A polled position's standing answer; `basis` is the hash of what it stood on."""

    position: str
    go: bool
    person: str
    cast_ns: int
    expires_ns: int | None
    basis: str


class GateStatus(Message, frozen=True):
    """A gate: its state, what blocks it, when it closes, and the votes that stand."""

    id: str
    state: GateState
    since_ns: int
    deadline_ns: int | None
    blocking: tuple[str, ...]
    reason: str
    votes: tuple[VoteStatus, ...] = ()


class CommandStatus(Message, frozen=True):
    """A command's life, who sent it (position or gate), and who echoed its nonce."""

    id: int
    command: str
    state: CommandState
    nonce: int
    sent_ns: int
    attempts: int
    acknowledged_by: tuple[str, ...]
    echoed_by: tuple[str, ...]
    detail: str
    by: str = ""


class StagedStatus(Message, frozen=True):
    """A dangerous command that waits for its code, and the console at which it was staged.

    `readback` tells line by line what will be sent to whom, and what it takes. With
    `two_person` another person confirms it, else the console itself.
    """

    command: str
    code: str
    expires_ns: int
    console: str
    position: str
    person: str = ""
    two_person: bool = False
    readback: tuple[str, ...] = ()


class LinkStatus(Message, frozen=True):
    """One link: its state and what came over it.

    `signed` says whether it refuses unsigned messages; None where there are no signatures.
    """

    id: str
    state: LinkState
    detail: str
    rate_hz: float
    bytes_total: int
    faults: int
    last_receipt_ns: int
    signed: bool | None = None


class SourceStatus(Message, frozen=True):
    """One telemetry source on one link (system, component, link).

    `latency_ns` is how much longer the newest dated message took than the fastest; None where
    no message of the source is dated.
    """

    id: str
    link: str
    messages: int
    lost: int
    loss_fraction: float
    unknown: int
    clock_offset_ns: int | None
    last_receipt_ns: int
    latency_ns: int | None = None


class CountStatus(Message, frozen=True):
    """The T and L clocks. `t_ns` is negative before a lift-off that is awaited.

    In a hold: its kind, who holds, since when, and the station time at which it ends by
    itself (None: when released). `held_ns` is what the unplanned holds have used,
    `budget_left_ns` what is left to them (None: no budget). `next_hold_t_ns` is the T-time
    of the next built-in hold; `attempt` counts recycles.
    """

    state: CountState
    t_ns: int
    l_ns: int
    reason: str
    hold: HoldKind = HoldKind.NONE
    held_by: str = ""
    hold_since_ns: int | None = None
    hold_ends_ns: int | None = None
    held_ns: int = 0
    budget_left_ns: int | None = None
    next_hold_t_ns: int | None = None
    attempt: int = 1


class AlarmStatus(Message, frozen=True):
    """One alarm that is not NORMAL: since when, why, and who did what about it."""

    id: str
    state: AlarmState
    since_ns: int
    why: str
    first_out: bool = False
    acknowledged_by: str = ""
    acknowledged_ns: int | None = None
    shelved_by: str = ""
    shelved_until_ns: int | None = None
    shelved_reason: str = ""


class AlarmCounts(Message, frozen=True):
    """The alarm list at a glance. `flood`: more came in ten minutes than a person can work."""

    unacknowledged: int = 0
    active: int = 0
    shelved: int = 0
    in_ten_minutes: int = 0
    flood: bool = False


class EntryStatus(Message, frozen=True):
    """An operator-entered parameter: the entry that stands, if any. `value` in SI."""

    parameter: str
    state: EntryState
    value: float | None
    position: str = ""
    person: str = ""
    entered_ns: int | None = None
    expires_ns: int | None = None
    checked_by: str = ""
    note: str = ""


class ConsoleStatus(Message, frozen=True):
    """An attached console; `authority` marks the one that may command."""

    id: str
    position: str
    person: str
    authority: bool


class PhaseStatus(Message, frozen=True):
    """The flight phase, the table row that led to it, and when."""

    id: str
    since_ns: int
    passed: tuple[str, ...]


class Event(Message, frozen=True, tag="event"):
    """Something that happened, in one sentence. `severity` follows MAV_SEVERITY (0-7)."""

    at_ns: int
    kind: str
    origin: str
    text: str
    severity: int = 6


class Snapshot(Message, frozen=True, tag="snapshot"):
    """Everything a console may show, at one moment."""

    sequence: int
    now_ns: int
    count: CountStatus
    phase: PhaseStatus
    readings: Readings
    criteria: tuple[CriterionStatus, ...]
    gates: tuple[GateStatus, ...]
    commands: tuple[CommandStatus, ...]
    staged: tuple[StagedStatus, ...]
    links: tuple[LinkStatus, ...]
    sources: tuple[SourceStatus, ...]
    events: tuple[Event, ...]
    simulated: bool
    recorder_ok: bool
    fault: str
    alarms: tuple[AlarmStatus, ...] = ()
    alarm_counts: AlarmCounts = AlarmCounts()
    entries: tuple[EntryStatus, ...] = ()
    consoles: tuple[ConsoleStatus, ...] = ()

    def staged_for(self, console: str) -> StagedStatus | None:
        """What a console has before it: its own, what waits for a second person, or the newest."""
        return max(
            reversed(self.staged),
            key=lambda staged: (staged.console == console, staged.two_person),
            default=None,
        )

    @property
    def waivers(self) -> tuple[WaiverStatus, ...]:
        """The waivers in force, in the criteria's order."""
        return tuple(s.waiver for s in self.criteria if s.waiver is not None)
