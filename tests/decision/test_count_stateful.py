"""Whatever is done to a count, in any order: no time is lost, and a scrub is the end."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gcs.decision.count_loading import build_countdown
from gcs.decision.count_table import UNPLANNED
from gcs.messages import CountState, CountStatus, HoldKind
from tests.helpers.joint_view import SECOND, FakeView, mission_of

PARAMETERS = {"altitude": "m", "mode": ""}
BUDGET = 40 * SECOND
MARKS = {"top": -90 * SECOND, "late": -30 * SECOND}
PLAN = """
[[phase]]
id = "p"
title = "p"
[count]
start = "-90 s"
lift_off = "altitude > 2 m"
recycle_when = "mode == 0"
hold_budget = "40 s"
hold = [{ at = "-50 s", lasts = "7 s" }, { at = "-20 s" }]
mark = [{ id = "top", at = "-90 s" }, { id = "late", at = "-30 s" }]
"""
WAITS = st.integers(0, 12 * SECOND) | st.sampled_from([0, 1, 7 * SECOND, 40 * SECOND])
COUNTING = (CountState.RUNNING, CountState.HOLD)


class CountMachine(RuleBasedStateMachine):
    """A count beside books of where its time went, kept by hand and second by second."""

    def __init__(self) -> None:
        super().__init__()
        self.view = FakeView(**PARAMETERS)
        self.view.set("mode", 0.0)
        self.view.set("altitude", 0.0)
        self.count, problems = build_countdown(mission_of(PLAN, PARAMETERS), self.view)
        assert problems == ()
        self.now = self.planned = self.unplanned = self.recycled = self.waited = 0
        self.attempt = 1
        self.committed = self.scrubbed = self.flew = False
        self.stood: int | None = None
        self.status = self.count.step(self.view, 0).status

    def counts_by_itself(self) -> bool:
        return self.committed and self.view.value(1) != 0.0

    def step(self) -> CountStatus:
        self.status = self.count.step(self.view, self.now, self.committed).status
        return self.status

    @rule(wait=WAITS)
    def time_passes(self, wait: int) -> None:
        """Time is booked in pieces no longer than what can happen in it."""
        end = self.now + wait
        while self.now < end:
            ahead = [end - self.now, 500_000_000, *self.until_something_is_due()]
            piece = min(due for due in ahead if due > 0)
            before = self.status
            self.now += piece
            after = self.step()
            self.book(before, after, piece)
        self.step()

    def until_something_is_due(self) -> list[int]:
        status = self.status
        due = []
        if status.state is CountState.RUNNING and status.next_hold_t_ns is not None:
            due.append(status.next_hold_t_ns - status.t_ns)
        if status.state is CountState.RUNNING:
            due.append(-status.t_ns)
        if status.hold_ends_ns is not None:
            due.append(status.hold_ends_ns - self.now)
        if status.hold in UNPLANNED:
            due.append(BUDGET - self.unplanned)
        return due

    def book(self, before: CountStatus, after: CountStatus, piece: int) -> None:
        if before.state is CountState.HOLD and before.hold in UNPLANNED:
            self.unplanned += piece
        elif before.state is CountState.HOLD:
            self.planned += piece
        elif before.state is CountState.RUNNING and before.t_ns == 0:
            self.waited += piece

    @rule(kind=st.sampled_from([HoldKind.MANUAL, HoldKind.GATE]))
    def hold(self, kind: HoldKind) -> None:
        before = self.status
        refused = self.count.hold("FD", "why", self.now, kind).kind == "refused"
        running = before.state is CountState.RUNNING
        possible = before.state in COUNTING and not (running and self.counts_by_itself())
        taken = kind is HoldKind.GATE and before.hold in UNPLANNED
        assert refused == (not possible or taken)
        self.step()

    @rule()
    def release(self) -> None:
        before = self.status
        refused = self.count.release("FD", self.now).kind == "refused"
        assert refused == (before.state is not CountState.HOLD)
        self.step()

    @rule(mark=st.sampled_from(sorted(MARKS)), able=st.booleans())
    def recycle(self, mark: str, able: bool) -> None:
        self.see(0.0 if able else 1.0)
        before = self.status
        refused = self.count.recycle("FD", mark, "", self.view, self.now).kind == "refused"
        possible = before.state is CountState.HOLD and able and MARKS[mark] <= before.t_ns
        assert refused == (not possible)
        if not refused:
            self.recycled += before.t_ns - MARKS[mark]
            self.attempt += 1
            assert self.step().hold is HoldKind.RECYCLED

    @precondition(lambda self: self.now > 60 * SECOND)
    @rule()
    def scrub(self) -> None:
        refused = self.count.scrub("FD", "", self.now).kind == "refused"
        running = self.status.state is CountState.RUNNING
        counts = running and self.counts_by_itself()
        assert refused == (self.status.state not in COUNTING or counts)
        self.step()

    @rule(mode=st.sampled_from([0.0, 1.0, None]))
    def see(self, mode: float | None) -> None:
        self.view.forget("mode")
        if mode is not None:
            self.view.set("mode", mode)
        self.step()

    @precondition(lambda self: not self.committed)
    @rule()
    def commit(self) -> None:
        self.committed = True
        self.step()

    @precondition(lambda self: self.committed and self.status.state in COUNTING)
    @rule()
    def undo(self) -> None:
        self.committed = False
        assert self.step().state is CountState.HOLD

    @precondition(lambda self: self.now > 100 * SECOND and self.status.t_ns > -10 * SECOND)
    @rule()
    def lift_off(self) -> None:
        before = self.status
        self.view.set("altitude", 10.0)
        after = self.step()
        if before.state is CountState.SCRUBBED:
            assert after.state is CountState.SCRUBBED
        elif before.state in COUNTING:
            assert (after.state, after.t_ns) == (CountState.FLIGHT, 0)

    @invariant()
    def l_never_stops(self) -> None:
        assert self.status.l_ns == -90 * SECOND + self.now

    @invariant()
    def every_nanosecond_is_somewhere(self) -> None:
        if self.status.state in COUNTING:
            lost = self.planned + self.unplanned + self.recycled + self.waited
            assert self.status.l_ns - self.status.t_ns == lost
            assert self.status.t_ns <= 0

    @invariant()
    def the_budget_is_what_unplanned_holds_used(self) -> None:
        assert self.status.held_ns == self.unplanned
        assert self.status.budget_left_ns == BUDGET - self.unplanned
        assert self.unplanned < BUDGET or self.status.state is not CountState.HOLD

    @invariant()
    def a_scrub_and_a_flight_never_end(self) -> None:
        assert not self.scrubbed or self.status.state is CountState.SCRUBBED
        assert not self.flew or self.status.state is CountState.FLIGHT
        self.scrubbed = self.status.state is CountState.SCRUBBED
        self.flew = self.status.state is CountState.FLIGHT
        if self.scrubbed:
            assert self.stood in (None, self.status.t_ns), "T stands"
            self.stood = self.status.t_ns

    @invariant()
    def a_hold_that_nobody_planned_and_a_scrub_bar_every_go(self) -> None:
        scrubbed = self.status.state is CountState.SCRUBBED
        barred = self.status.hold in UNPLANNED or scrubbed
        assert bool(self.count.hold_reason) == barred

    @invariant()
    def attempts_are_recycles(self) -> None:
        assert self.status.attempt == self.count.attempt == self.attempt


CountMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestCount = CountMachine.TestCase
