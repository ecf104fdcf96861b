"""Which commands a flight computer takes: nonces, validity, mode.

Every computer judges for itself. The nonce is what the station sees echoed, so
it moves only when a command is accepted.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from firmware_sim.flight_software.modes import ACCEPTED_IN, TOO_EARLY_IN, Command, FlightMode

MILLISECOND_NS = 1_000_000
_LARGEST_NONCE = 2**24 - 1
_REMEMBERED = 64


class Answer(enum.StrEnum):
    """What COMMAND_ACK says, by the name of its MAV_RESULT entry."""

    ACCEPTED = "MAV_RESULT_ACCEPTED"
    REJECTED_FOR_NOW = "MAV_RESULT_TEMPORARILY_REJECTED"
    DENIED = "MAV_RESULT_DENIED"
    UNSUPPORTED = "MAV_RESULT_UNSUPPORTED"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, whether the command is to be acted on now, and why."""

    answer: Answer
    act: bool
    reason: str


class CommandDesk:
    """Judges received commands; `command` and `nonce` are those last accepted."""

    def __init__(self) -> None:
        self.command: Command | None = None
        self.nonce = 0
        self._accepted: dict[int, Command] = {}
        self._first_seen_ns: dict[tuple[Command, int], int] = {}

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
            return _denied("the nonce is not a whole number of 24 bits above zero")
        if not (math.isfinite(validity_ms) and validity_ms > 0.0):
            return _denied("the validity is not a time")
        if number == self.nonce and command is self.command:
            return Decision(Answer.ACCEPTED, False, "repeated")
        if number in self._accepted:
            return _denied("the nonce was used before")
        first_ns = self._seen(command, number, now_ns)
        if now_ns - first_ns > validity_ms * MILLISECOND_NS:
            return _denied("its validity has passed")
        if mode in TOO_EARLY_IN.get(command, ()):
            return Decision(Answer.REJECTED_FOR_NOW, False, f"too early in {mode.name}")
        if mode not in ACCEPTED_IN[command]:
            return _denied(f"not in {mode.name}")
        return Decision(Answer.ACCEPTED, True, "")

    def accept(self, command: Command, nonce: float) -> None:
        """Make this command the one that is echoed."""
        self.command, self.nonce = command, int(nonce)
        self._accepted[self.nonce] = command

    def _seen(self, command: Command, nonce: int, now_ns: int) -> int:
        """When it first came; forgets the oldest, so that a peer cannot fill memory."""
        key = (command, nonce)
        if key not in self._first_seen_ns and len(self._first_seen_ns) >= _REMEMBERED:
            del self._first_seen_ns[next(iter(self._first_seen_ns))]
        return self._first_seen_ns.setdefault(key, now_ns)


def _nonce(value: float) -> int | None:
    whole = math.isfinite(value) and value == int(value) and 1 <= value <= _LARGEST_NONCE
    return int(value) if whole else None


def _denied(reason: str) -> Decision:
    return Decision(Answer.DENIED, False, reason)
