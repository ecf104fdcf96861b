"""The clocks of the count before anyone reads them."""

from __future__ import annotations

from gcs.decision.count_clock import CountClock
from gcs.messages import CountState


def test_a_clock_that_nobody_has_read_stands_at_its_start() -> None:
    status = CountClock.unread(-20, 0, (), None).status()
    assert (status.state, status.t_ns, status.l_ns) == (CountState.RUNNING, -20, -20)
