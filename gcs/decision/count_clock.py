"""The two clocks of the count as time moves them.

Every nanosecond of L is in T, or in a hold, or in a recycle, or in the wait for
lift-off, and in only one of them. So what time alone brings (a built-in hold, its end,
the end of the hold budget) happens at its own instant, however late the clock is read.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from gcs.decision.count_table import TRANSITIONS, UNPLANNED, Trigger
from gcs.messages import CountState, CountStatus, HoldKind


class BuiltInHold(NamedTuple):
    """A planned hold: the T-time at which T stops, for how long, and what for.

    `lasts_ns` is None where it lasts until it is released.
    """

    at_ns: int
    lasts_ns: int | None
    title: str


class Due(enum.Enum):
    """What time alone brings."""

    MET = "a built-in hold"
    ENDED = "its end"
    SPENT = "the end of the hold budget"


class Passage(NamedTuple):
    """What time brought, where T was then, and what T is held for, if it is."""

    what: Due
    t_ns: int
    reason: str


@dataclass(slots=True)
class CountClock:
    """T and L, and the hold in which T stands. All times are in ns.

    `zero_ns` is where T waits for lift-off, None where it passes zero by itself.
    `armed` are the built-in holds that are still ahead.
    """

    start_ns: int
    zero_ns: int | None
    holds: tuple[BuiltInHold, ...]
    budget_ns: int | None
    state: CountState = CountState.RUNNING
    t_ns: int = 0
    armed: tuple[BuiltInHold, ...] = ()
    kind: HoldKind = HoldKind.NONE
    by: str = ""
    reason: str = ""
    attempt: int = 1
    started_ns: int | None = None
    read_ns: int = 0
    since_ns: int | None = None
    ends_ns: int | None = None
    unplanned_ns: int = 0
    spent: bool = False

    @staticmethod
    def unread(
        start_ns: int, zero_ns: int | None, holds: Iterable[BuiltInHold], budget_ns: int | None
    ) -> CountClock:
        """A clock that starts when it is first read."""
        ahead = tuple(sorted(holds, key=lambda hold: hold.at_ns))
        return CountClock(start_ns, zero_ns, ahead, budget_ns, t_ns=start_ns, armed=ahead)

    def at(self, now_ns: int) -> CountClock:
        """The clock at `now_ns`, if nothing happens until then but that time passes."""
        ahead = replace(self)
        ahead.advance(now_ns)
        return ahead

    def advance(self, now_ns: int) -> list[Passage]:
        """Move to `now_ns`; what time brought on the way, in order."""
        if self.started_ns is None:
            self.started_ns = self.read_ns = now_ns
        passages: list[Passage] = []
        while (due := self._due()) is not None and due[0] <= now_ns:
            at_ns, what = due
            self._run_to(at_ns)
            self._pass(what)
            passages.append(Passage(what, self.t_ns, self.reason))
        self._run_to(now_ns)
        return passages

    def stop(self, kind: HoldKind, by: str, reason: str, ends_ns: int | None = None) -> None:
        """T stands from the instant read last."""
        if kind is not self.kind:
            self.since_ns = self.read_ns
        self.kind, self.by, self.reason, self.ends_ns = kind, by, reason, ends_ns

    def run(self) -> None:
        """T runs from the instant read last."""
        self.kind, self.by, self.reason = HoldKind.NONE, "", ""
        self.since_ns = self.ends_ns = None

    def scrub(self, by: str, reason: str) -> None:
        """T stands for ever."""
        self.run()
        self.by, self.reason = by, reason

    def set_back(self, t_ns: int) -> None:
        """T is at an earlier reading, with the built-in holds after it ahead again."""
        self.t_ns = t_ns
        self.armed = tuple(hold for hold in self.holds if hold.at_ns > t_ns)
        self.attempt += 1

    def status(self) -> CountStatus:
        """The clocks as read last."""
        started_ns = self.read_ns if self.started_ns is None else self.started_ns
        left_ns = None if self.budget_ns is None else max(0, self.budget_ns - self.unplanned_ns)
        counting = self.state in (CountState.RUNNING, CountState.HOLD)
        return CountStatus(
            state=self.state,
            t_ns=self.t_ns,
            l_ns=self.start_ns + self.read_ns - started_ns,
            reason=self.reason,
            hold=self.kind,
            held_by=self.by,
            hold_since_ns=self.since_ns,
            hold_ends_ns=self.ends_ns,
            held_ns=self.unplanned_ns,
            budget_left_ns=left_ns,
            next_hold_t_ns=self.armed[0].at_ns if self.armed and counting else None,
            attempt=self.attempt,
        )

    def _due(self) -> tuple[int, Due] | None:
        """What time brings next, and when."""
        if self.state is CountState.RUNNING and self.armed:
            return self.read_ns + self.armed[0].at_ns - self.t_ns, Due.MET
        if self.state is CountState.HOLD and self.ends_ns is not None:
            return self.ends_ns, Due.ENDED
        spending = self.state is CountState.HOLD and self.kind in UNPLANNED and not self.spent
        if spending and self.budget_ns is not None:
            return self.read_ns + self.budget_ns - self.unplanned_ns, Due.SPENT
        return None

    def _pass(self, due: Due) -> None:
        match due:
            case Due.MET:
                hold, self.armed = self.armed[0], self.armed[1:]
                self.state = TRANSITIONS[self.state][Trigger.BUILT_IN]
                ends_ns = None if hold.lasts_ns is None else self.read_ns + hold.lasts_ns
                self.stop(HoldKind.BUILT_IN, "", hold.title, ends_ns)
            case Due.ENDED:
                self.state = TRANSITIONS[self.state][Trigger.ENDED]
                self.run()
            case Due.SPENT:
                self.spent = True

    def _run_to(self, now_ns: int) -> None:
        passed_ns = now_ns - self.read_ns
        self.read_ns = now_ns
        if self.state is CountState.HOLD:
            self.unplanned_ns += passed_ns if self.kind in UNPLANNED else 0
        elif self.state is not CountState.SCRUBBED:
            self.t_ns += passed_ns
        if self.state is CountState.RUNNING and self.zero_ns is not None:
            self.t_ns = min(self.t_ns, self.zero_ns)
