"""What an operator may ask for."""

from __future__ import annotations

from typing import TypeAlias

from gcs.messages.base import Message


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


class Recycle(Message, frozen=True, tag="recycle"):
    """Set a held T clock back to a named mark; it stays held there."""

    mark: str
    reason: str


class Scrub(Message, frozen=True, tag="scrub"):
    """End the attempt."""

    reason: str


class EnterValue(Message, frozen=True, tag="enter"):
    """Enter what no sensor sends.

    `value` is a number with the parameter's own unit. It holds for `for_ns`, 0 for as long
    as the dictionary allows.
    """

    parameter: str
    value: str
    for_ns: int = 0
    note: str = ""


class CheckEntry(Message, frozen=True, tag="check"):
    """A second person's word that an entry is right: the very one, by its time of entry."""

    parameter: str
    entered_ns: int


class WithdrawEntry(Message, frozen=True, tag="withdraw"):
    """Take an entry back before it expires."""

    parameter: str


class AcknowledgeAlarm(Message, frozen=True, tag="acknowledge"):
    """Say that an alarm was seen; it never clears the condition."""

    alarm: str


class ShelveAlarm(Message, frozen=True, tag="shelve"):
    """Put an alarm aside for a while, by name and with a reason."""

    alarm: str
    for_ns: int
    reason: str


class UnshelveAlarm(Message, frozen=True, tag="unshelve"):
    """Take an alarm off the shelf."""

    alarm: str


class GiveAuthority(Message, frozen=True, tag="give_authority"):
    """Hand command authority to another console, by its id."""

    console: str


class TakeAuthority(Message, frozen=True, tag="take_authority"):
    """Take command authority, while nobody holds it."""


Act: TypeAlias = (
    StageCommand
    | ConfirmCommand
    | CancelCommand
    | HoldCount
    | ReleaseHold
    | Recycle
    | Scrub
    | Vote
    | Waive
    | RevokeWaiver
    | EnterValue
    | CheckEntry
    | WithdrawEntry
    | AcknowledgeAlarm
    | ShelveAlarm
    | UnshelveAlarm
    | GiveAuthority
    | TakeAuthority
)


class Intent(Message, frozen=True, tag="intent"):
    """What an operator wants; the station decides whether it happens.

    `person` is who was authenticated behind the console, empty where nobody was.
    """

    id: str
    console: str
    position: str
    issued_ns: int
    snapshot_seen: int
    act: Act
    person: str = ""
