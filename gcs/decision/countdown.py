"""The count: a T clock that holds and a L clock that never does.

Theory of operation. Both clocks start at the configured reading. T stops in a hold,
exactly at the reading where the hold began, and goes on from there; L runs on. T is
negative before lift-off: it waits at zero until lift-off is seen, and is set to zero by
it. Without a lift-off rule T passes zero by itself. A flight that is joined under way
has a positive start: T waits there until its rule says that the vehicle is heard in
flight, and takes the vehicle's word for what T is then, where `reading` names it.

A held count may be set back to a mark, while the vehicle is known to be in a state from
which it can count again; it stays held there until it is released. A scrub ends the
attempt: T stands, and no gate gives a GO any more.

Once a commit was verified the terminal count is the vehicle's. The station then neither
stops at a built-in hold nor takes a hold or a scrub: a stopped clock beside a vehicle
that counts would be a lie. Stopping the vehicle is a command; when that is verified the
commit is undone, and T stops by itself. Where the vehicle is known to have stopped by
itself, the count takes everything again.

A gate's recycle that must wait for the vehicle stays owed while the gate's own hold
stands, until somebody does something else to the count.

How the count moves stands in `count_table`, how time moves it in `count_clock`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gcs.clock import SECOND_NS
from gcs.config.mission import CountConfig, MarkConfig
from gcs.decision.compiling import merged_windows
from gcs.decision.count_clock import BuiltInHold, CountClock, Due, Passage
from gcs.decision.count_table import REFUSALS, TRANSITIONS, UNPLANNED, Trigger
from gcs.expressions import Expression, View, number, truth
from gcs.messages import CountState, CountStatus, Event, HoldKind, MarkInfo
from gcs.telemetry.speech import say_clock, say_duration

_ALERT = 1
_ERROR = 3
_WARNING = 4
_NOTICE = 5
_NO_REASON = "no reason given"


class CountStep(NamedTuple):
    """The clocks now, and what happened to them."""

    status: CountStatus
    events: tuple[Event, ...]


@dataclass(frozen=True)
class CountRules:
    """The compiled expressions of a count; None where the mission has none."""

    lift_off: Expression | None
    reading: Expression | None
    recycle_when: Expression | None
    stopped_when: Expression | None


class OwedRecycle(NamedTuple):
    """What a gate wants done once the vehicle can count again."""

    by: str
    mark: str
    reason: str


class Countdown:
    """The two clocks. `step` moves them; the other acts are an operator's or a gate's."""

    def __init__(self, config: CountConfig, rules: CountRules) -> None:
        self._config = config
        self._rules = rules
        self._zero_ns = max(config.start, 0)
        self._clock = CountClock.unread(
            config.start,
            None if rules.lift_off is None else self._zero_ns,
            [BuiltInHold(hold.at, hold.lasts, hold.title) for hold in config.hold],
            config.hold_budget,
        )
        self._committed = False
        self._stopped = False
        self._owed: OwedRecycle | None = None
        self._pending: list[Event] = []
        self._told: set[str] = set()

    # --- What others ask ---

    @property
    def hold_reason(self) -> str:
        """Why no gate may give a GO: an unplanned hold or a scrub; empty otherwise."""
        clock = self._clock
        if clock.state is CountState.SCRUBBED:
            return f"scrubbed by {clock.by}: {clock.reason}"
        held = clock.state is CountState.HOLD and clock.kind in UNPLANNED
        return f"held by {clock.by}: {clock.reason}" if held else ""

    @property
    def handed_over(self) -> bool:
        """Whether the vehicle counts by itself, and T runs beside it."""
        counts = self._committed and not self._stopped
        return counts and self._clock.state is CountState.RUNNING

    @property
    def attempt(self) -> int:
        """1, and one more with every recycle."""
        return self._clock.attempt

    def infos(self) -> tuple[MarkInfo, ...]:
        """The marks to which the count may be recycled, in file order."""
        return tuple(MarkInfo(mark.id, mark.at) for mark in self._config.mark)

    def windows(self) -> dict[int, int]:
        """Parameter index -> ns of history that its expressions need."""
        rules = self._rules
        return merged_windows(
            [rules.lift_off, rules.reading, rules.recycle_when, rules.stopped_when]
        )

    def status(self, now_ns: int) -> CountStatus:
        """The clocks at `now_ns`, if nothing happens until then but that time passes."""
        return self._clock.at(now_ns).status()

    # --- What time and the vehicle do ---

    def step(self, view: View, now_ns: int, committed: bool = False) -> CountStep:
        """Move the clocks to `now_ns`. `committed`: the vehicle was verified to count by itself."""
        self._advance(now_ns)
        self._stopped = committed and self._has_stopped(view, now_ns)
        self._take_commit(committed, now_ns)
        self._recycle_when_able(view, now_ns)
        self._meet_zero(view, now_ns)
        events, self._pending = self._pending, []
        return CountStep(self._clock.status(), tuple(events))

    # --- What operators and gates ask for ---

    def hold(self, by: str, reason: str, now_ns: int, kind: HoldKind = HoldKind.MANUAL) -> Event:
        """Stop T, or take over the hold in which it stands. A gate takes over no person's."""
        self._advance(now_ns)
        refusal = self._refusal(Trigger.HOLD)
        if kind is HoldKind.GATE and self._clock.kind in UNPLANNED:
            refusal = f"already {self.hold_reason}"
        if refusal:
            return _refused(by, "hold", refusal, now_ns)
        self._move(Trigger.HOLD)
        self._clock.stop(kind, by, reason or _NO_REASON)
        return _said(by, f"{self._hold_text()}: {self._clock.reason}", now_ns, _WARNING)

    def release(self, by: str, now_ns: int) -> Event:
        """Let T run on from where it stopped."""
        self._advance(now_ns)
        refusal = self._refusal(Trigger.RELEASE)
        if refusal:
            return _refused(by, "release", refusal, now_ns)
        self._move(Trigger.RELEASE)
        self._clock.run()
        return _said(by, f"released at {say_clock(self._clock.t_ns)}", now_ns)

    def recycle(self, by: str, mark: str, reason: str, view: View, now_ns: int) -> Event:
        """Set a held T back to a mark, where it stays held."""
        self._advance(now_ns)
        to = next((m for m in self._config.mark if m.id == mark), None)
        refusal = self._refusal(Trigger.RECYCLE) or self._mark_refusal(to, mark)
        if to is None or refusal or (refusal := self._vehicle_refusal(view, now_ns)):
            return _refused(by, "recycle", refusal, now_ns)
        self._move(Trigger.RECYCLE)
        clock = self._clock
        clock.set_back(to.at)
        clock.stop(HoldKind.RECYCLED, by, reason or _NO_REASON)
        at = f"{mark}, {say_clock(to.at)}, for attempt {clock.attempt}"
        return _said(by, f"recycled to {at}: {clock.reason}", now_ns, _WARNING)

    def recycle_or_owe(self, by: str, mark: str, reason: str, view: View, now_ns: int) -> Event:
        """Recycle for a gate, in whose hold it stays owed until the vehicle can count again."""
        waits_for = self._vehicle_refusal(view, now_ns)
        own = self._clock.kind is HoldKind.GATE and self._clock.by == by
        to = next((m for m in self._config.mark if m.id == mark), None)
        if not waits_for or not own or self._mark_refusal(to, mark):
            return self.recycle(by, mark, reason, view, now_ns)
        self._owed = OwedRecycle(by, mark, reason)
        return _said(by, f"recycle to {mark} waits: {waits_for}", now_ns, _WARNING)

    def scrub(self, by: str, reason: str, now_ns: int) -> Event:
        """End the attempt."""
        self._advance(now_ns)
        refusal = self._refusal(Trigger.SCRUB)
        if refusal:
            return _refused(by, "scrub", refusal, now_ns)
        return self._scrubbed(by, reason or _NO_REASON, now_ns)

    # --- How it does that ---

    def _advance(self, now_ns: int) -> None:
        for passage in self._clock.advance(now_ns):
            self._pending.append(self._event_of(passage, now_ns))

    def _event_of(self, passage: Passage, now_ns: int) -> Event:
        match passage.what:
            case Due.MET:
                text = f"hold at {say_clock(passage.t_ns)}: {passage.reason}"
                return _said("count", text, now_ns)
            case Due.ENDED:
                text = f"the built-in hold is over, T runs from {say_clock(passage.t_ns)}"
                return _said("count", text, now_ns)
            case Due.SPENT:
                return self._spent(now_ns)

    def _spent(self, now_ns: int) -> Event:
        text = f"the hold budget of {say_duration(self._config.hold_budget or 0)} is spent"
        if self._config.when_spent == "scrub":
            return self._scrubbed("count", text, now_ns)
        return _said("count", f"{text}: recycle, release or scrub", now_ns, _WARNING)

    def _scrubbed(self, by: str, reason: str, now_ns: int) -> Event:
        self._move(Trigger.SCRUB)
        self._clock.scrub(by, reason)
        at = say_clock(self._clock.t_ns)
        return _said(by, f"scrubbed at {at}: {reason}", now_ns, _WARNING)

    def _take_commit(self, committed: bool, now_ns: int) -> None:
        """A verified commit lets T run beside the vehicle; one that is undone stops it."""
        state, clock = self._clock.state, self._clock
        if state is CountState.FLIGHT or committed is self._committed:
            return
        if state is CountState.SCRUBBED:
            if committed:
                self._alert("the vehicle counts after the scrub: send it a command", now_ns)
            return
        self._committed = committed
        if committed:
            self._move(Trigger.COMMIT)
            clock.armed = ()
            clock.run()
            if state is CountState.HOLD:
                text = f"committed: the count runs on from {say_clock(clock.t_ns)}"
                self._pending.append(_said("count", text, now_ns))
        else:
            self._move(Trigger.UNDONE)
            if clock.kind in UNPLANNED:
                return
            clock.stop(HoldKind.GATE, "count", "the commit was undone, the vehicle waits")
            text = f"{self._hold_text()}: {clock.reason}"
            self._pending.append(_said("count", text, now_ns, _WARNING))

    def _has_stopped(self, view: View, now_ns: int) -> bool:
        """Whether the vehicle is known not to count."""
        rules = {"stop": self._rules.stopped_when, "recycle": self._rules.recycle_when}
        return any(self._known(name, rule, view, now_ns) for name, rule in rules.items() if rule)

    def _recycle_when_able(self, view: View, now_ns: int) -> None:
        owed = self._owed
        if owed is not None and not self._vehicle_refusal(view, now_ns):
            self._pending.append(self.recycle(*owed, view, now_ns))

    def _meet_zero(self, view: View, now_ns: int) -> None:
        """Lift-off, seen or by the clock; until then T waits."""
        clock = self._clock
        lifted = self._lifted(view, now_ns)
        if clock.state is CountState.FLIGHT:
            return
        if lifted and clock.state is CountState.SCRUBBED:
            self._alert("lift-off after the scrub", now_ns)
        elif lifted:
            self._lift_off(view, now_ns)
        elif clock.t_ns == self._zero_ns and clock.state is CountState.RUNNING:
            clock.reason = "waiting for lift-off" if not self._zero_ns else "not heard in flight"

    def _lift_off(self, view: View, now_ns: int) -> None:
        self._move(Trigger.LIFT_OFF)
        self._clock.run()
        text = "T-0 by the clock"
        if self._rules.lift_off is not None:
            self._clock.t_ns = self._first_ns(view, now_ns)
            text = "joined in flight" if self._zero_ns else "lift-off"
        self._pending.append(_said("count", text, now_ns))

    def _first_ns(self, view: View, now_ns: int) -> int:
        """T as flight time begins: what the vehicle says, if it is known and asked for."""
        if self._rules.reading is None:
            return self._zero_ns
        said, crash = number(self._rules.reading, view, now_ns)
        if crash:
            self._pending.append(Event(now_ns, "fault", "count", f"reading: {crash}", _ERROR))
        return self._zero_ns if said is None else round(said * SECOND_NS)

    def _lifted(self, view: View, now_ns: int) -> bool:
        if self._rules.lift_off is None:
            return self._clock.state is CountState.RUNNING and self._clock.t_ns >= 0
        return self._known("lift-off", self._rules.lift_off, view, now_ns)

    def _known(self, name: str, rule: Expression, view: View, now_ns: int) -> bool:
        """Whether a rule is known to hold. One that crashes knows nothing, which is told once."""
        holds, crash = truth(rule, view, now_ns)
        if crash and name not in self._told:
            self._told.add(name)
            text = f"{name} rule: {crash}"
            self._pending.append(Event(now_ns, "fault", "count", text, _ERROR))
        return holds is True

    def _alert(self, text: str, now_ns: int) -> None:
        """What must not be, said loudly and once."""
        if text not in self._told:
            self._told.add(text)
            self._pending.append(_said("count", text, now_ns, _ALERT))

    def _refusal(self, trigger: Trigger) -> str:
        """Why an act cannot be now; empty when it can."""
        state = self._clock.state
        if self.handed_over:
            return "the vehicle counts by itself, send it a command"
        return "" if trigger in TRANSITIONS[state] else REFUSALS[state]

    def _mark_refusal(self, mark: MarkConfig | None, name: str) -> str:
        if mark is None:
            known = ", ".join(m.id for m in self._config.mark) or "none"
            return f"no mark is called {name!r}, there is {known}"
        if mark.at > self._clock.t_ns:
            return f"{name} at {say_clock(mark.at)} is ahead of {say_clock(self._clock.t_ns)}"
        return ""

    def _vehicle_refusal(self, view: View, now_ns: int) -> str:
        """Why the vehicle cannot count again; empty only where it is known that it can."""
        rule = self._rules.recycle_when
        if rule is None:
            return "nothing says when the vehicle can count again"
        holds, crash = truth(rule, view, now_ns)
        if holds is True:
            return ""
        return crash or (f"not {rule.text}" if holds is False else f"not known: {rule.text}")

    def _move(self, trigger: Trigger) -> None:
        """What was owed before falls: whoever moves the count has decided anew."""
        self._clock.state = TRANSITIONS[self._clock.state][trigger]
        self._owed = None

    def _hold_text(self) -> str:
        return f"hold at {say_clock(self._clock.t_ns)}"


def _said(by: str, text: str, now_ns: int, severity: int = _NOTICE) -> Event:
    return Event(now_ns, "count", by, text, severity)


def _refused(by: str, act: str, why: str, now_ns: int) -> Event:
    return Event(now_ns, "refused", by, f"{act} refused: {why}", _WARNING)
