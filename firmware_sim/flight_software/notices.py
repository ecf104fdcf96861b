"""What a flight computer has to tell the ground: codes in its record, sentences outside."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated

from firmware_sim.flight_software.commanding import COMMANDS, REASON_TEXTS, Reason
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.kernel import kernel
from firmware_sim.records import Ints, Record

ROOM = 32
"""Events that wait to be told; the oldest are lost."""


class Event(enum.IntEnum):
    """What happened."""

    MODE = 1
    """It is in another mode."""
    ACCEPTED = 2
    REFUSED = 3
    NO_COMMIT = 4
    BEACON_LOST = 5
    NO_LIFT_OFF = 6
    ENGINE_LOST = 7


class EventLog(Record):
    """A ring of events; `count` were ever logged, `told` of them were taken.

    An event is its `Event` + 2^8 command + 2^16 reason + 2^24 mode.
    """

    count: int
    told: int
    what: Annotated[Ints, ROOM]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell the ground in a sentence; `severity` is MAV_SEVERITY."""

    severity: int
    text: str


@kernel
def log_event(log: EventLog, event: int, command: int, reason: int, mode: int) -> None:
    """Put an event into the log; arguments that say nothing about it are 0."""
    log.what[log.count % ROOM] = event + (command << 8) + (reason << 16) + (mode << 24)
    log.count += 1


def take_notices(log: EventLog) -> list[Notice]:
    """What there is to tell, once."""
    first = max(int(log.told), int(log.count) - ROOM)
    codes = [int(log.what[i % ROOM]) for i in range(first, int(log.count))]
    log.told = log.count
    return [_notice(code) for code in codes]


_PLAIN: dict[Event, Notice] = {
    Event.NO_COMMIT: Notice(4, "no landing commit: open water"),
    Event.BEACON_LOST: Notice(3, "deck beacon lost: open water"),
    Event.NO_LIFT_OFF: Notice(2, "no lift-off: aborted"),
    Event.ENGINE_LOST: Notice(2, "landing engine lost: open water"),
}


def _notice(code: int) -> Notice:
    event = Event(code & 0xFF)
    mode = FlightMode(code >> 24)
    if event is Event.MODE:
        return Notice(6, mode.name.replace("_", " ").lower())
    if event in _PLAIN:
        return _PLAIN[event]
    command = COMMANDS[(code >> 8 & 0xFF) - 1].name
    if event is Event.ACCEPTED:
        return Notice(5, f"{command} accepted")
    reason = REASON_TEXTS[Reason(code >> 16 & 0xFF)].format(mode=mode.name)
    return Notice(4, f"{command} refused: {reason}")
