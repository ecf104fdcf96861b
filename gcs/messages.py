"""The messages that cross the station's edge: what goes in, what comes out.

All are frozen and serialise with msgspec, so one definition serves the queue,
the recording and the console socket. Times are integer nanoseconds.
"""

from __future__ import annotations

import enum
from typing import TypeAlias

import msgspec


class Message(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Base of all messages."""


# --- Inputs -----------------------------------------------------------------


class LinkState(enum.StrEnum):
    """What a link says of itself."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"


class Received(Message, frozen=True, tag="received"):
    """Bytes from a link. `topic` is empty on a byte link, `peer` names a remote address."""

    link: str
    receipt_ns: int
    data: bytes
    peer: str = ""
    topic: str = ""
    retained: bool = False


class Tick(Message, frozen=True, tag="tick"):
    """The 10 Hz beat: evaluate everything and show it."""


class LinkChanged(Message, frozen=True, tag="link"):
    """A link went up or down; `detail` is one sentence for the operator."""

    link: str
    state: LinkState
    detail: str


class ConsoleChanged(Message, frozen=True, tag="console"):
    """A console attached or left."""

    console: str
    position: str
    attached: bool


class ShellHealth(Message, frozen=True, tag="health"):
    """What the shell knows of itself and the pure core cannot see."""

    recorder_ok: bool
    disk_free_bytes: int
    queue_depth: int
    queue_lag_ns: int
    dropped: int


class TransmitResult(Message, frozen=True, tag="transmitted"):
    """Whether the link took a Transmit."""

    link: str
    ok: bool
    detail: str = ""


class ForecastResult(Message, frozen=True, tag="forecast"):
    """What the forecast worker answered to a ForecastRequest."""

    id: int
    forecast: str
    basis_ns: int
    values: dict[str, float]
    reason: str = ""


class StageCommand(Message, frozen=True, tag="stage"):
    """Ask for a command; a dangerous one must then be confirmed with its code."""

    command: str


class ConfirmCommand(Message, frozen=True, tag="confirm"):
    """Confirm a staged command with the code that the Snapshot shows."""

    code: str


class CancelCommand(Message, frozen=True, tag="cancel"):
    """Drop the staged command."""


class HoldCount(Message, frozen=True, tag="hold"):
    """Stop the T clock."""

    reason: str


class ReleaseHold(Message, frozen=True, tag="release"):
    """Let the T clock run again."""


class Vote(Message, frozen=True, tag="vote"):
    """A polled position's answer."""

    gate: str
    go: bool


class Waive(Message, frozen=True, tag="waive"):
    """Let a criterion pass while it is NO-GO, for a while, up to a bound.

    `bound` is a number with the criterion's own unit, empty where it has no value.
    """

    criterion: str
    reason: str
    for_ns: int
    bound: str = ""


class RevokeWaiver(Message, frozen=True, tag="unwaive"):
    """End a waiver before its time."""

    criterion: str


Act: TypeAlias = (
    StageCommand
    | ConfirmCommand
    | CancelCommand
    | HoldCount
    | ReleaseHold
    | Vote
    | Waive
    | RevokeWaiver
)


class Intent(Message, frozen=True, tag="intent"):
    """What an operator wants; the station decides whether it happens."""

    id: str
    console: str
    position: str
    issued_ns: int
    snapshot_seen: int
    act: Act


Input: TypeAlias = (
    Received
    | Tick
    | Intent
    | LinkChanged
    | ConsoleChanged
    | ShellHealth
    | TransmitResult
    | ForecastResult
)


# --- Snapshot ---------------------------------------------------------------


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


class CommandState(enum.StrEnum):
    """The life of a sent command; only VERIFIED means that the vehicle has it."""

    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    VERIFIED = "VERIFIED"
    REFUSED = "REFUSED"
    TIMED_OUT = "TIMED OUT"


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
    """

    id: str
    state: CriterionState
    value: float | None
    limit: float | None
    margin: float | None
    since_ns: int
    why: str
    waiver: WaiverStatus | None = None


class GateStatus(Message, frozen=True):
    """A gate: its state, what blocks it, and when it closes."""

    id: str
    state: GateState
    since_ns: int
    deadline_ns: int | None
    blocking: tuple[str, ...]
    reason: str


class CommandStatus(Message, frozen=True):
    """A command's life, and the flight computers that echoed its nonce."""

    id: int
    command: str
    state: CommandState
    nonce: int
    sent_ns: int
    attempts: int
    acknowledged_by: tuple[str, ...]
    echoed_by: tuple[str, ...]
    detail: str


class StagedStatus(Message, frozen=True):
    """A dangerous command that waits for its code."""

    command: str
    code: str
    expires_ns: int
    position: str


class LinkStatus(Message, frozen=True):
    """One link: its state and what came over it."""

    id: str
    state: LinkState
    detail: str
    rate_hz: float
    bytes_total: int
    faults: int
    last_receipt_ns: int


class SourceStatus(Message, frozen=True):
    """One telemetry source on one link (system, component, link)."""

    id: str
    link: str
    messages: int
    lost: int
    loss_fraction: float
    unknown: int
    clock_offset_ns: int | None
    last_receipt_ns: int


class CountStatus(Message, frozen=True):
    """The T and L clocks. `t_ns` is negative before a lift-off that is awaited."""

    state: CountState
    t_ns: int
    l_ns: int
    reason: str


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
    staged: StagedStatus | None
    links: tuple[LinkStatus, ...]
    sources: tuple[SourceStatus, ...]
    events: tuple[Event, ...]
    simulated: bool
    recorder_ok: bool
    fault: str

    @property
    def waivers(self) -> tuple[WaiverStatus, ...]:
        """The waivers in force, in the criteria's order."""
        return tuple(s.waiver for s in self.criteria if s.waiver is not None)


# --- Outputs ----------------------------------------------------------------


class Transmit(Message, frozen=True, tag="transmit"):
    """Bytes to send. On a byte link an empty `peer` means every peer heard."""

    link: str
    data: bytes
    peer: str = ""
    topic: str = ""
    qos: int = 0
    retain: bool = False


class ForecastRequest(Message, frozen=True, tag="forecast_request"):
    """Work for the forecast process; the answer comes back as a ForecastResult."""

    id: int
    forecast: str
    basis_ns: int
    seed: int
    inputs: dict[str, float]


class Outputs(Message, frozen=True):
    """All that one step gives back."""

    snapshots: tuple[Snapshot, ...] = ()
    transmits: tuple[Transmit, ...] = ()
    events: tuple[Event, ...] = ()
    forecasts: tuple[ForecastRequest, ...] = ()


# --- What a console needs once ----------------------------------------------


class ParameterInfo(Message, frozen=True):
    """How to show a parameter: SI value x `factor` + `offset` is in `unit`."""

    id: str
    title: str
    unit: str
    factor: float
    offset: float
    format: str
    stale_after_ns: int
    owner: str


class CriterionInfo(Message, frozen=True):
    """What a board row is called and who answers for it."""

    id: str
    title: str
    owner: str
    gates: tuple[str, ...]
    unit: str
    factor: float
    offset: float
    format: str
    limits: str
    source: str


class GateInfo(Message, frozen=True):
    """What a gate is called."""

    id: str
    title: str


class PhaseInfo(Message, frozen=True):
    """What a phase is called, in flight order."""

    id: str
    title: str


class Display(Message, frozen=True):
    """The columns that a console draws, None where the mission names no parameter.

    The names are those of the mission's `[display]`.
    """

    altitude: int | None = None
    range: int | None = None
    deck_north: int | None = None
    deck_east: int | None = None
    aim_north: int | None = None
    aim_east: int | None = None
    heading: int | None = None
    miss: int | None = None
    height: int | None = None
    time_to_go: int | None = None
    heave: int | None = None
    roll: int | None = None
    pitch: int | None = None


class Catalogue(Message, frozen=True, tag="catalogue"):
    """The names behind a Snapshot's columns; sent once, when a console attaches.

    `mode` is LIVE or REPLAY; SIM shows when the data say so.
    """

    mission: str
    title: str
    mode: str
    vehicle: str
    barge: str
    parameters: tuple[ParameterInfo, ...]
    criteria: tuple[CriterionInfo, ...]
    gates: tuple[GateInfo, ...]
    phases: tuple[PhaseInfo, ...]
    commands: tuple[str, ...]
    deck_length_m: float
    deck_width_m: float
    display: Display = Display()
