"""One command on its way: who must echo it, how often it was sent, and how it ended."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from gcs.config.mission import CommandConfig
from gcs.messages import CommandState, CommandStatus, Event


class AckResult(enum.IntEnum):
    """MAV_RESULT of a COMMAND_ACK (MAVLink common)."""

    ACCEPTED = 0
    TEMPORARILY_REJECTED = 1
    DENIED = 2
    UNSUPPORTED = 3
    FAILED = 4
    IN_PROGRESS = 5
    CANCELLED = 6

    @classmethod
    def name_of(cls, result: int) -> str:
        """A word for any number that a peer may send."""
        try:
            return cls(result).name.lower().replace("_", " ")
        except ValueError:
            return f"result {result}"


_LARGEST_CONFIRMATION = 255
_ERROR = 3
_NOTICE = 5
_POSITIVE = frozenset({AckResult.ACCEPTED, AckResult.IN_PROGRESS})


@dataclass
class Attempt:
    """A command with its nonce. Acknowledgements are shown; only echoes verify.

    A COMMAND_ACK names neither nonce nor attempt, so an old one can neither verify
    a command nor stop its retries; it only colours the ending when none came. A barge's
    answer names its nonce: its refusal ends the order. `parameters` are the last try's,
    `first` those of the first.
    """

    id: int
    config: CommandConfig
    number: int
    nonce: int
    sent_ns: int
    targets: frozenset[str]
    echoes: int
    parameters: Mapping[str, float]
    by: str = ""
    state: CommandState = CommandState.SENT
    detail: str = ""
    attempts: int = 0
    next_ns: int = 0
    acknowledged: dict[str, None] = field(default_factory=dict)
    echoed: dict[str, None] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    first: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.first = self.parameters

    @property
    def under_way(self) -> bool:
        """Whether it waits for its verification."""
        return self.state.under_way

    def acknowledge(self, source: str, command: int, result: int) -> None:
        """Note a COMMAND_ACK of this command's number from a target."""
        if not self.under_way or command != self.number or source not in self.targets:
            return
        if result in _POSITIVE:
            self.refused.pop(source, None)
            self.acknowledged[source] = None
            self.state = CommandState.ACKNOWLEDGED
        else:
            self.acknowledged.pop(source, None)
            self.refused[source] = AckResult.name_of(result)
        self.detail = ", ".join(f"{who}: {word}" for who, word in self.refused.items())

    def answer(self, source: str, nonce: int, accepted: bool, reason: str) -> bool:
        """Note a barge's answer to this very order; True when it ended the order."""
        mine = nonce == self.nonce and source in self.targets
        if not self.under_way or not mine or source in self.echoed:
            return False
        if accepted:
            self.acknowledged[source] = None
            self.state = CommandState.ACKNOWLEDGED
            return False
        self.state, self.detail = CommandState.REFUSED, f"{source}: {reason}"
        return True

    def echo(self, source: str, nonce: int, command: int) -> bool:
        """Note the nonce in a target's state; True when it was the echo that verified the command.

        `command` is the MAV_CMD number of a LANDING_STATE, 0 of a barge's state.
        """
        mine = nonce == self.nonce and command == self.number
        if not self.under_way or not mine or source not in self.targets:
            return False
        self.echoed[source] = None
        return self.config.verified_when is None and self._verify()

    def see(self, done: bool) -> bool:
        """Note whether the effect is known to be there; True when that verified the command."""
        return self.under_way and done and self._verify()

    @property
    def awaits_echo(self) -> bool:
        """Whether it may be sent again to a target that has not echoed it."""
        return self.under_way and len(self.echoed) < len(self.targets)

    def _verify(self) -> bool:
        if len(self.echoed) < self.echoes:
            return False
        self.state, self.detail = CommandState.VERIFIED, ""
        return True

    def end_unverified(self) -> None:
        """Attempts are used up: refused where echoes enough can no longer be had."""
        possible = len(self.targets) - len(self.refused)
        if possible < self.echoes:
            self.state = CommandState.REFUSED
            return
        self.state = CommandState.TIMED_OUT
        echoes = f"{len(self.echoed)} of {self.echoes} echoes"
        if len(self.echoed) >= self.echoes:
            echoes = f"{echoes}, but not {self.config.verified_when}"
        self.detail = f"{echoes}; {self.detail}" if self.detail else echoes

    def begin_try(self, now_ns: int) -> int:
        """Count one more try, whether it goes out or not; its confirmation count."""
        confirmation = min(self.attempts, _LARGEST_CONFIRMATION)
        self.attempts += 1
        self.next_ns = now_ns + self.config.retry_after
        return confirmation

    def give_up(self, reason: str) -> None:
        """Send it no more, whatever came of it."""
        self.state, self.detail = CommandState.TIMED_OUT, reason

    def ending(self, now_ns: int) -> Event:
        """How it ended, as the event of that moment."""
        verified = self.state is CommandState.VERIFIED
        detail = ", ".join(self.echoed) if verified else self.detail
        text = f"{self.config.title} {self.state.value}: {detail}"
        severity = _NOTICE if verified else _ERROR
        return Event(now_ns, "command", self.config.id, text, severity)

    def status(self) -> CommandStatus:
        """The row that a console shows."""
        return CommandStatus(
            id=self.id,
            command=self.config.id,
            state=self.state,
            nonce=self.nonce,
            sent_ns=self.sent_ns,
            attempts=self.attempts,
            acknowledged_by=tuple(self.acknowledged),
            echoed_by=tuple(self.echoed),
            detail=self.detail,
            by=self.by,
        )
