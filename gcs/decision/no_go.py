"""What stops a gate: its NO-GO command and those that overrule it, and the NO-GO that it owes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gcs.clock import SECOND_NS
from gcs.messages import CommandState, CommandStatus

RETRY_REST_NS = SECOND_NS
"""The least rest between a failed command and the next try of it."""

NO_GO_TRIES = 10
"""How often a missed gate sends its NO-GO command while it fails."""


def verified(commands: Sequence[CommandStatus]) -> bool:
    """Whether one of them is known to have arrived."""
    return any(c.state is CommandState.VERIFIED for c in commands)


def under_way(commands: Sequence[CommandStatus]) -> CommandStatus | None:
    """The first of them that still waits for its verification."""
    return next((c for c in commands if c.state.under_way), None)


def telling(stops: Sequence[CommandStatus]) -> CommandStatus | None:
    """The one to go by: of those that reached a link a verified one first, then the newest.

    What was refused here never happened.
    """
    sent = [c for c in stops if c.attempts > 0]
    return max(sent, key=lambda c: (c.state is CommandState.VERIFIED, c.id), default=None)


@dataclass(slots=True)
class OwedNoGo:
    """Sends a command until a stop is verified or tries run out; while one is under way it waits.

    Only stops count: no other command ends what is owed.
    """

    command: str
    _owed: int = field(default=0, init=False)
    _from_ns: int = field(default=0, init=False)

    def owe(self, now_ns: int) -> None:
        """From now on it is due."""
        if self.command:
            self._owed, self._from_ns = NO_GO_TRIES, now_ns

    def retry(self, now_ns: int) -> None:
        """Somebody has sent a stop: that was the first try."""
        if self.command:
            self._owed, self._from_ns = NO_GO_TRIES - 1, now_ns + RETRY_REST_NS

    def forget(self) -> None:
        """It is due no longer: what it was to undo has ended."""
        self._owed = 0

    def take(self, stops: Sequence[CommandStatus], now_ns: int) -> bool:
        """Whether to send it now, beside the stops since the last recycle; counts the try."""
        if verified(stops):
            self._owed = 0
        if self._owed == 0 or now_ns < self._from_ns or under_way(stops) is not None:
            return False
        self._owed -= 1
        self._from_ns = now_ns + RETRY_REST_NS
        return True
