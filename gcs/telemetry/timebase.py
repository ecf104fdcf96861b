"""From a source's clock to station time.

Theory of operation. A message that was measured at `s` on the source's clock and
received at `r` on the station's gives `r - s = offset + delay`, and a delay is never
negative. So the smallest `r - s` is the best bound on the offset: the estimate drops
to a smaller one at once and rises only as fast as two clocks may drift apart, counted
in the *source's* time. A burst of late data therefore keeps its age: its large
`r - s` cannot lift the estimate. All delays short of the fastest are seen as age.

Where the source answers TIMESYNC, half the round trip bounds the error instead, and
that answer wins until it is old.

Two things must not fool the estimate. A restart sets the source's clock back to near
zero; what tells it from late data is that the new clock cannot be older than the
silence since the last message of the old one. And one message with a wild time must
not move the clock, so a large drop needs `CONFIRMATIONS` messages that agree.
A source whose clock is set back without a restart stays old until TIMESYNC or a
`restart`: nothing distinguishes it from a delay, and late data must not pass as new.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from gcs.clock import MILLISECOND_NS, SECOND_NS

DRIFT_PER_MILLION: Final = 100
"""How fast two clocks may drift apart; ordinary crystals are within 50 each."""
JUMP_NS: Final = SECOND_NS
"""A change of offset that is no jitter."""
AGREEMENT_NS: Final = SECOND_NS // 2
CONFIRMATIONS: Final = 3
TIMESYNC_VALID_NS: Final = 30 * SECOND_NS
TIMESYNC_ROUND_TRIP_NS: Final = 500 * MILLISECOND_NS
TIMESYNC_KEPT: Final = 10
_REORDER_NS: Final = 2 * SECOND_NS


class _Answer(NamedTuple):
    round_trip_ns: int
    offset_ns: int
    heard_ns: int


class SourceClock:
    """One clock of one source. All times are ns; `offset_ns` is station minus source."""

    def __init__(self) -> None:
        self.restarts = 0
        self._answers: deque[_Answer] = deque(maxlen=TIMESYNC_KEPT)
        self._forget()

    def _forget(self) -> None:
        self._offset_ns: int | None = None
        self._newest_source_ns = 0
        self._newest_receipt_ns = 0
        self._candidate_ns = 0
        self._agreeing = 0
        self._answers.clear()

    def restart(self) -> None:
        """The source said that it began anew: learn its clock from scratch."""
        self.restarts += 1
        self._forget()

    def observe(self, source_ns: int, receipt_ns: int) -> None:
        """Learn from a live message. Retained messages and history must not come here."""
        observed = receipt_ns - source_ns
        if self._offset_ns is None:
            self._offset_ns = observed
        elif self._restarted(source_ns, receipt_ns):
            if not self._confirmed(observed):
                return
            self.restart()
            self._offset_ns = observed
        elif observed < self._offset_ns - JUMP_NS:
            if not self._confirmed(observed):
                return
            self._offset_ns = observed
        else:
            passed = max(0, source_ns - self._newest_source_ns)
            risen = self._offset_ns + passed * DRIFT_PER_MILLION // 1_000_000
            self._offset_ns = min(observed, risen)
        if source_ns >= self._newest_source_ns:
            self._newest_source_ns = source_ns
            self._newest_receipt_ns = receipt_ns

    def timesync(self, remote_ns: int, sent_ns: int, received_ns: int) -> bool:
        """Take an answer to a TIMESYNC of ours; False if it cannot be one.

        `remote_ns` is the source's clock (tc1), `sent_ns` our own time that it
        echoed (ts1). The best round trip of the last few answers counts.
        """
        round_trip = received_ns - sent_ns
        if not 0 <= round_trip <= TIMESYNC_ROUND_TRIP_NS:
            return False
        offset = sent_ns + round_trip // 2 - remote_ns
        self._answers.append(_Answer(round_trip, offset, received_ns))
        return True

    def offset_ns(self, now_ns: int) -> int | None:
        """Station time minus source time, ns; None before the first message."""
        if self._answers:
            fresh = [a for a in self._answers if now_ns - a.heard_ns <= TIMESYNC_VALID_NS]
            if fresh:
                return min(fresh).offset_ns
        return self._offset_ns

    def latency_ns(self, now_ns: int) -> int | None:
        """How long the newest message took, short of the fastest, ns; None before the first."""
        offset = self.offset_ns(now_ns)
        if offset is None or not self._newest_receipt_ns:
            return None
        return max(0, self._newest_receipt_ns - self._newest_source_ns - offset)

    def to_station(self, source_ns: int, receipt_ns: int) -> int:
        """Station time of a measurement, ns; never after its receipt, receipt if nothing is known.

        Pass `receipt_ns` of the message that carried it.
        """
        offset = self.offset_ns(receipt_ns) if self._answers else self._offset_ns
        if offset is None:
            return receipt_ns
        return min(source_ns + offset, receipt_ns)

    def _restarted(self, source_ns: int, receipt_ns: int) -> bool:
        """Whether a message that looks old can only come from a clock that began anew."""
        if source_ns >= self._newest_source_ns - JUMP_NS:
            return False
        silence = receipt_ns - self._newest_receipt_ns
        return source_ns <= silence + _REORDER_NS

    def _confirmed(self, observed_ns: int) -> bool:
        """Whether enough messages agree on a new offset, this one among them."""
        if self._agreeing and abs(observed_ns - self._candidate_ns) <= AGREEMENT_NS:
            self._agreeing += 1
        else:
            self._agreeing = 1
        self._candidate_ns = observed_ns
        return self._agreeing >= CONFIRMATIONS
