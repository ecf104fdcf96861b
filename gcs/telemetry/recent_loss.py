"""What share of a sender's messages was lost of late: an old outage is forgotten."""

from __future__ import annotations

from collections import deque
from typing import Final

WINDOW: Final = 512
"""Messages over which the share looks back."""


class RecentLoss:
    """Remembers the losses before each of the last `WINDOW` messages."""

    __slots__ = ("_losses", "_lost")

    def __init__(self) -> None:
        self._losses: deque[int] = deque()
        self._lost = 0

    def received(self, lost: int) -> None:
        """Take a message, and how many before it are now known to be lost (-1: it came late)."""
        self._losses.append(lost)
        self._lost += lost
        if len(self._losses) > WINDOW:
            self._lost -= self._losses.popleft()

    @property
    def fraction(self) -> float:
        """Share of those messages and the gaps between them that was lost, 0 to 1."""
        expected = len(self._losses) + self._lost
        return max(0.0, self._lost / expected) if expected > 0 else 0.0
