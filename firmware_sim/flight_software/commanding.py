"""Which commands a flight computer takes: nonces, validity, mode.

Every computer judges for itself. The nonce is what the station sees echoed, so
it moves only when a command is accepted.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Annotated

from firmware_sim.flight_software.modes import ACCEPTED_IN, TOO_EARLY_IN, Command, FlightMode
from firmware_sim.records import Ints, Record

MILLISECOND_NS = 1_000_000
REMEMBERED = 64
"""Nonces that were accepted, and commands that were seen: the oldest are forgotten."""
_LARGEST_NONCE = 2**24 - 1

COMMANDS = tuple(Command)
"""A command's number in a record is its place here + 1; 0 is none."""


class Answer(enum.StrEnum):
    """What COMMAND_ACK says, by the name of its MAV_RESULT entry."""

    ACCEPTED = "MAV_RESULT_ACCEPTED"
    REJECTED_FOR_NOW = "MAV_RESULT_TEMPORARILY_REJECTED"
    DENIED = "MAV_RESULT_DENIED"
    UNSUPPORTED = "MAV_RESULT_UNSUPPORTED"


class Reason(enum.IntEnum):
    """Why a command is not acted on."""

    NONE = 0
    REPEATED = 1
    NO_NONCE = 2
    NO_VALIDITY = 3
    USED_NONCE = 4
    EXPIRED = 5
    TOO_EARLY = 6
    WRONG_MODE = 7
    NO_COUNTDOWN = 8
    IGNITED = 9
    FINAL_DESCENT = 10
    DIVERTED = 11
    NO_BEACON = 12
    TOO_LOW = 13


REASON_TEXTS: dict[Reason, str] = {
    Reason.NONE: "",
    Reason.REPEATED: "repeated",
    Reason.NO_NONCE: "no nonce of 24 bits",
    Reason.NO_VALIDITY: "the validity is not a time",
    Reason.USED_NONCE: "the nonce was used before",
    Reason.EXPIRED: "its validity has passed",
    Reason.TOO_EARLY: "too early in {mode}",
    Reason.WRONG_MODE: "not in {mode}",
    Reason.NO_COUNTDOWN: "no usable countdown",
    Reason.IGNITED: "ignition has begun",
    Reason.FINAL_DESCENT: "final descent has begun",
    Reason.DIVERTED: "a divert was accepted",
    Reason.NO_BEACON: "deck beacon is not heard",
    Reason.TOO_LOW: "too low to reach the deck",
}
"""A STATUSTEXT of 50 characters holds the longest after `LANDING_COMMIT refused: `."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, whether the command is to be acted on now, and why not."""

    answer: Answer
    act: bool
    why: Reason
    mode: FlightMode

    @property
    def reason(self) -> str:
        """The reason in words."""
        return REASON_TEXTS[self.why].format(mode=self.mode.name)


class DeskState(Record):
    """What a command desk remembers; lists are rings, `*_count` counts what was ever put in."""

    command: int
    nonce: int
    """Those last accepted."""
    accepted_count: int
    accepted_nonce: Annotated[Ints, REMEMBERED]
    seen_count: int
    seen_command: Annotated[Ints, REMEMBERED]
    seen_nonce: Annotated[Ints, REMEMBERED]
    seen_first_ns: Annotated[Ints, REMEMBERED]


class CommandDesk:
    """Judges received commands; all that it remembers is in `state`."""

    def __init__(self, state: DeskState) -> None:
        self._state = state

    @property
    def command(self) -> Command | None:
        """The command last accepted."""
        number = int(self._state.command)
        return COMMANDS[number - 1] if number > 0 else None

    @property
    def nonce(self) -> int:
        """The nonce last accepted; 0 if none was."""
        return int(self._state.nonce)

    def judge(
        self,
        command: Command,
        nonce: float,
        validity_ms: float,
        mode: FlightMode,
        now_ns: int,
    ) -> Decision:
        """Decide on one reception. Repeats of the command last accepted are accepted, not acted on.

        A nonce accepted before is a replay; a command first received longer ago than
        its validity has expired, however often it comes again.
        """
        number = _nonce(nonce)
        if number is None:
            return denied(Reason.NO_NONCE, mode)
        if not (math.isfinite(validity_ms) and validity_ms > 0.0):
            return denied(Reason.NO_VALIDITY, mode)
        if number == self.nonce and command is self.command:
            return Decision(Answer.ACCEPTED, False, Reason.REPEATED, mode)
        if number in self._state.accepted_nonce:
            return denied(Reason.USED_NONCE, mode)
        first_ns = self._seen(command, number, now_ns)
        if now_ns - first_ns > validity_ms * MILLISECOND_NS:
            return denied(Reason.EXPIRED, mode)
        if mode in TOO_EARLY_IN.get(command, ()):
            return Decision(Answer.REJECTED_FOR_NOW, False, Reason.TOO_EARLY, mode)
        if mode not in ACCEPTED_IN[command]:
            return denied(Reason.WRONG_MODE, mode)
        return Decision(Answer.ACCEPTED, True, Reason.NONE, mode)

    def accept(self, command: Command, nonce: float) -> None:
        """Make this command the one that is echoed."""
        state = self._state
        state.command, state.nonce = COMMANDS.index(command) + 1, int(nonce)
        state.accepted_nonce[state.accepted_count % REMEMBERED] = state.nonce
        state.accepted_count += 1

    def _seen(self, command: Command, nonce: int, now_ns: int) -> int:
        """When it first came; forgets the oldest, so that a peer cannot fill memory."""
        state, number = self._state, COMMANDS.index(command) + 1
        same = (state.seen_command == number) & (state.seen_nonce == nonce)
        if same.any():
            return int(state.seen_first_ns[same.argmax()])
        slot = state.seen_count % REMEMBERED
        state.seen_command[slot], state.seen_nonce[slot] = number, nonce
        state.seen_first_ns[slot] = now_ns
        state.seen_count += 1
        return now_ns


def _nonce(value: float) -> int | None:
    whole = math.isfinite(value) and value == int(value) and 1 <= value <= _LARGEST_NONCE
    return int(value) if whole else None


def denied(why: Reason, mode: FlightMode) -> Decision:
    """A refusal for good."""
    return Decision(Answer.DENIED, False, why, mode)
