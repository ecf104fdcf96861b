"""How many messages of a sender were lost, told from gaps in its sequence numbers.

Numbers are 8 bits wide and wrap. What looks like a gap is not always a loss:

- a number again, or one from the recent past that had come before: a *duplicate*;
- one from the recent past that was missing: a *late* message, no longer lost;
- several old numbers in a row, or a jump to zero over more than a few: a *restart*;
- always the same number: a sender that does not count, of whose losses nothing is known.

Keep one counter for each (system, component, link).
"""

from __future__ import annotations

from typing import Final

from gcs.telemetry.recent_loss import RecentLoss

RECENT: Final = 64
"""How far back a message may come late; a greater step back is a gap forward."""
RESTART_RUN: Final = 4
"""Old numbers in an unbroken row that tell a restart from a late duplicate."""
RESTART_GAP: Final = 8
"""A longer gap that ends exactly on zero is a restart: by chance 1 gap in 256 ends there."""
CONSTANT_RUN: Final = 8
"""Equal numbers in a row that tell a sender that does not count."""

_RECENT_MASK: Final = (1 << (RECENT + 1)) - 1


class LossCounter:
    """Counts one sender's messages on one link.

    `received` counts all, `lost` those that never came, `duplicates` those that came again,
    `restarts` the times that the sender began anew.
    """

    __slots__ = (
        "_equal_run",
        "_last",
        "_missing",
        "_old_run",
        "_recent",
        "_stray",
        "duplicates",
        "lost",
        "restarts",
        "total",
    )

    def __init__(self) -> None:
        self.total = 0
        self.lost = 0
        self.duplicates = 0
        self.restarts = 0
        self._last = -1
        self._missing = 0  # bit k: number `last - k` never came
        self._stray = -1
        self._old_run = 0
        self._equal_run = 0
        self._recent = RecentLoss()

    def received(self, sequence: int) -> int:
        """Take a message's number; how many more are now known to be lost (-1: one came late)."""
        self.total += 1
        lost = self._judge(sequence)
        self.lost += lost
        self._recent.received(lost)
        return lost

    @property
    def counts(self) -> bool:
        """Whether the sender counts at all; where not, its losses are unknown."""
        return self._equal_run < CONSTANT_RUN

    @property
    def loss_fraction(self) -> float:
        """Share that was lost of late, 0 to 1."""
        return self._recent.fraction

    def _judge(self, sequence: int) -> int:
        if self._last < 0:
            return self._begin_at(sequence)
        back = (self._last - sequence) & 0xFF
        if back == 0:
            self._equal_run += 1
            self.duplicates += self.counts
            return 0
        stopped_standing, self._equal_run = not self.counts, 0
        if stopped_standing:
            return self._begin_at(sequence)
        return self._old(sequence, back) if back <= RECENT else self._new(sequence)

    def _new(self, sequence: int) -> int:
        gap = (sequence - self._last - 1) & 0xFF
        self._old_run = 0
        if sequence == 0 and gap > RESTART_GAP:
            return self._restart_at(sequence)
        shifted = (self._missing << (gap + 1)) | (((1 << gap) - 1) << 1)
        self._missing = shifted & _RECENT_MASK
        self._last = sequence
        return gap

    def _old(self, sequence: int, back: int) -> int:
        in_row = self._old_run and sequence == (self._stray + 1) & 0xFF
        self._old_run = self._old_run + 1 if in_row else 1
        self._stray = sequence
        if self._missing >> back & 1:
            self._missing ^= 1 << back
            self._old_run = 0
            return -1
        self.duplicates += 1
        if self._old_run < RESTART_RUN:
            return 0
        self.duplicates -= RESTART_RUN
        return self._restart_at(sequence)

    def _restart_at(self, sequence: int) -> int:
        self.restarts += 1
        return self._begin_at(sequence)

    def _begin_at(self, sequence: int) -> int:
        self._last = sequence
        self._missing = 0
        self._old_run = 0
        return 0
