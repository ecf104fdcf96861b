"""The NO-GO command that a missed gate owes, sent until the vehicle has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gcs.clock import SECOND_NS
from gcs.messages import CommandState, CommandStatus

RETRY_REST_NS = SECOND_NS
"""The least rest between a failed command and the next try of it."""

NO_GO_TRIES = 10
"""How often a missed gate sends its NO-GO command while it fails."""

_FAILED = frozenset({CommandState.REFUSED, CommandState.TIMED_OUT})


@dataclass(slots=True)
class OwedNoGo:
    """Sends a command until it is verified, tries run out, or another one is sent."""

    command: str
    _owed: int = field(default=0, init=False)
    _from_ns: int = field(default=0, init=False)

    def owe(self, now_ns: int) -> None:
        """From now on it is due."""
        if self.command:
            self._owed, self._from_ns = NO_GO_TRIES, now_ns

    def forget(self) -> None:
        """It is due no longer: what it was to undo has ended."""
        self._owed = 0

    def take(self, commands: Sequence[CommandStatus], now_ns: int) -> bool:
        """Whether to send it now; counts the try."""
        if self._owed == 0 or now_ns < self._from_ns:
            return False
        if self._owed < NO_GO_TRIES and not self._failed(commands):
            return False
        self._owed -= 1
        self._from_ns = now_ns + RETRY_REST_NS
        return True

    def _failed(self, commands: Sequence[CommandStatus]) -> bool:
        """Whether the newest command is this one and failed; what is done or replaced ends it."""
        newest = max(commands, key=lambda c: c.id, default=None)
        if newest is None or newest.command != self.command:
            self._owed = 0
            return False
        if newest.state is CommandState.VERIFIED:
            self._owed = 0
        return newest.state in _FAILED
