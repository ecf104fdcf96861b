"""What a console needs once: the names behind a Snapshot's columns."""

from __future__ import annotations

import math

from gcs.messages.base import Message
from gcs.messages.codes import UNNAMED, Codes
from gcs.messages.states import AlarmPriority


class ParameterInfo(Message, frozen=True):
    """How to show a parameter: SI value x `factor` + `offset` is in `unit`.

    `source` says where it comes from; `low` and `high` bound its valid range (SI, infinite
    where unbounded); `entered_by` are the positions that may enter it, none for all others;
    `codes` are the names of its values where they are no quantity.
    """

    id: str
    title: str
    unit: str
    factor: float
    offset: float
    format: str
    stale_after_ns: int
    owner: str
    source: str = ""
    low: float = -math.inf
    high: float = math.inf
    entered_by: tuple[str, ...] = ()
    checked: bool = False
    codes: Codes = UNNAMED


class CriterionInfo(Message, frozen=True):
    """What a board row is called, who answers for it, and what it stands on.

    `reads` are catalogue columns; `waivable` says who may waive it, how long and how far,
    and is empty where nobody may. What is `unwaivable` nobody may ever be let waive.
    """

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
    expression: str = ""
    reads: tuple[int, ...] = ()
    waivable: str = ""
    unwaivable: bool = False


class GateInfo(Message, frozen=True):
    """What a gate is called, who is polled, and what follows."""

    id: str
    title: str
    polls: tuple[str, ...] = ()
    two_person: bool = False
    go_command: str = ""
    no_go_command: str = ""


class CommandInfo(Message, frozen=True):
    """A command that may be asked for; `target` is vehicle or barge."""

    id: str
    title: str
    target: str = "vehicle"
    dangerous: bool = True
    two_person: bool = False


class AlarmInfo(Message, frozen=True):
    """What an alarm is called and what it asks of the operator. `criterion` raises it."""

    id: str
    title: str
    criterion: str
    owner: str
    priority: AlarmPriority
    action: str


class MarkInfo(Message, frozen=True):
    """A mark of the count to which it may be recycled."""

    id: str
    t_ns: int


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
    commands: tuple[CommandInfo, ...]
    deck_length_m: float
    deck_width_m: float
    display: Display = Display()
    alarms: tuple[AlarmInfo, ...] = ()
    marks: tuple[MarkInfo, ...] = ()
    positions: tuple[str, ...] = ()
