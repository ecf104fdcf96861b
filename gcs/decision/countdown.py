"""The count: a T clock that holds and a L clock that never does.

Theory of operation. Both clocks start at the configured reading. T stops in a
hold, exactly at the reading where the hold began, and goes on from there; L runs
on. T is negative before lift-off: it waits at zero until lift-off is seen, and is
set to zero by it. Lift-off is a fact about the vehicle, so it ends a hold as well.
Without a lift-off rule T passes zero by itself. A flight that is joined under way has a
positive start: T waits there until its rule says that the vehicle is heard in flight, and
takes the vehicle's word for what T is then, where `reading` names it.

Once a commit was verified the terminal count is the vehicle's. The station then
neither stops at `hold_at` nor takes a hold: a stopped clock beside a vehicle that
counts would be a lie. Stopping the vehicle is a command.
"""

from __future__ import annotations

from typing import NamedTuple

from gcs.clock import SECOND_NS
from gcs.config.loading import Mission
from gcs.config.mission import CountConfig
from gcs.config.problems import Problem
from gcs.decision.compiling import Compiler, merged_windows, number, truth
from gcs.expressions import TIME, Expression, Scope, View
from gcs.messages import CountState, CountStatus, Event
from gcs.telemetry.speech import say_clock

_ERROR = 3
_WARNING = 4
_NOTICE = 5


class CountStep(NamedTuple):
    """The clocks now, and what happened to them."""

    status: CountStatus
    events: tuple[Event, ...]


def build_countdown(mission: Mission, scope: Scope) -> tuple[Countdown, tuple[Problem, ...]]:
    """Compile a mission's count, and say all that is wrong with it."""
    config = mission.config.count
    compiler = Compiler(scope)
    lift_off = None
    if config.lift_off is not None:
        lift_off = compiler.condition(config.lift_off, mission.file, "count.lift_off")
    reading = None
    if config.reading is not None:
        reading = compiler.number(config.reading, mission.file, "count.reading")
        if reading is not None and reading.dimension != TIME:
            message = f"expected a time, got {reading.dimension}"
            compiler.problem(mission.file, "count.reading", message)
        if config.lift_off is None:
            message = "is read at lift-off: give `lift_off` too"
            compiler.problem(mission.file, "count.reading", message)
    if config.hold_at is not None and not config.start <= config.hold_at <= 0:
        message = "expected a reading between `start` and zero"
        compiler.problem(mission.file, "count.hold_at", message)
    return Countdown(config, lift_off, reading), tuple(compiler.problems)


class Countdown:
    """The two clocks. `step` moves them; `hold` and `release` are an operator's."""

    def __init__(
        self, config: CountConfig, lift_off: Expression | None, reading: Expression | None
    ) -> None:
        self._lift_off = lift_off
        self._reading = reading
        self._start_ns = config.start
        self._zero_ns = max(config.start, 0)
        self._hold_at_ns = config.hold_at
        self._started_ns: int | None = None
        self._state = CountState.RUNNING
        self._reason = ""
        self._held_by = ""
        self._t_ns = config.start
        self._read_ns = 0
        self._committed = False
        self._crashed = False

    @property
    def hold_reason(self) -> str:
        """Who holds the count and why; empty unless an operator does."""
        return f"held by {self._held_by}: {self._reason}" if self._held_by else ""

    def windows(self) -> dict[int, int]:
        """Parameter index -> ns of history that its expressions need."""
        return merged_windows([self._lift_off, self._reading])

    def step(self, view: View, now_ns: int, committed: bool = False) -> CountStep:
        """Move the clocks to `now_ns`. `committed`: a gate's commit was verified."""
        events: list[Event] = []
        self._advance(now_ns)
        self._take_commit(committed, now_ns, events)
        self._meet_hold_at(now_ns, events)
        self._meet_zero(view, now_ns, events)
        return CountStep(self.status(now_ns), tuple(events))

    def status(self, now_ns: int) -> CountStatus:
        """The clocks as last moved; L as of `now_ns`."""
        started_ns = now_ns if self._started_ns is None else self._started_ns
        l_ns = self._start_ns + now_ns - started_ns
        return CountStatus(self._state, self._t_ns, l_ns, self._reason)

    def reading(self, now_ns: int) -> int:
        """T at `now_ns`, ns, if nothing happens until then but that time passes."""
        if self._started_ns is None or self._state is CountState.HOLD:
            return self._t_ns
        t_ns = self._t_ns + now_ns - self._read_ns
        if self._state is CountState.RUNNING:
            ends_ns = [] if self._lift_off is None else [self._zero_ns]
            ends_ns += [] if self._hold_at_ns is None else [self._hold_at_ns]
            t_ns = min([t_ns, *ends_ns])
        return t_ns

    def hold(self, position: str, reason: str, now_ns: int) -> Event:
        """Stop T, if there is something to stop."""
        if self._state is CountState.FLIGHT:
            return _refusal(position, "hold refused: the vehicle flies", now_ns)
        if self._committed:
            return _refusal(
                position, "hold refused: the vehicle counts by itself, send it a command", now_ns
            )
        self._advance(now_ns)
        self._state, self._held_by = CountState.HOLD, position
        self._reason = reason or "no reason given"
        return Event(now_ns, "count", position, f"{self._hold_text()}: {self._reason}", _WARNING)

    def release(self, position: str, now_ns: int) -> Event:
        """Let T run on from where it stopped."""
        if self._state is not CountState.HOLD:
            return _refusal(position, "release refused: the count is not held", now_ns)
        self._advance(now_ns)
        if self._hold_at_ns is not None and self._t_ns >= self._hold_at_ns:
            self._hold_at_ns = None
        self._run()
        return Event(now_ns, "count", position, f"released at {say_clock(self._t_ns)}", _NOTICE)

    def _advance(self, now_ns: int) -> None:
        if self._started_ns is None:
            self._started_ns = self._read_ns = now_ns
        if self._state is not CountState.HOLD:
            self._t_ns += now_ns - self._read_ns
        if self._state is CountState.RUNNING and self._lift_off is not None:
            self._t_ns = min(self._t_ns, self._zero_ns)
        self._read_ns = now_ns

    def _take_commit(self, committed: bool, now_ns: int, events: list[Event]) -> None:
        if not committed or self._committed or self._state is CountState.FLIGHT:
            return
        self._committed, self._hold_at_ns = True, None
        if self._state is CountState.HOLD:
            self._run()
            text = f"committed: the count runs on from {say_clock(self._t_ns)}"
            events.append(Event(now_ns, "count", "count", text, _NOTICE))

    def _meet_hold_at(self, now_ns: int, events: list[Event]) -> None:
        hold_at_ns = self._hold_at_ns
        if self._state is not CountState.RUNNING or hold_at_ns is None:
            return
        if self._t_ns >= hold_at_ns:
            self._t_ns, self._hold_at_ns = hold_at_ns, None
            self._state, self._reason = CountState.HOLD, "built-in hold"
            text = f"{self._hold_text()}: built-in hold"
            events.append(Event(now_ns, "count", "count", text, _NOTICE))

    def _meet_zero(self, view: View, now_ns: int, events: list[Event]) -> None:
        """Lift-off, seen or by the clock; until then T waits."""
        lifted = self._lifted(view, now_ns, events)
        if self._state is CountState.FLIGHT:
            return
        if lifted:
            self._run(CountState.FLIGHT)
            text = "T-0 by the clock"
            if self._lift_off is not None:
                self._t_ns = self._first_ns(view, now_ns)
                text = "joined in flight" if self._zero_ns else "lift-off"
            events.append(Event(now_ns, "count", "count", text, _NOTICE))
        elif self._t_ns == self._zero_ns and self._state is CountState.RUNNING:
            self._reason = "waiting for lift-off" if not self._zero_ns else "not heard in flight"

    def _first_ns(self, view: View, now_ns: int) -> int:
        """T as flight time begins: what the vehicle says, if it is known and asked for."""
        said = None if self._reading is None else number(self._reading, view, now_ns)
        return self._zero_ns if said is None else round(said * SECOND_NS)

    def _lifted(self, view: View, now_ns: int, events: list[Event]) -> bool:
        if self._lift_off is None:
            return self._state is CountState.RUNNING and self._t_ns >= 0
        holds, crash = truth(self._lift_off, view, now_ns)
        if crash and not self._crashed:
            self._crashed = True
            events.append(Event(now_ns, "fault", "count", f"lift-off rule: {crash}", _ERROR))
        return holds is True

    def _run(self, state: CountState = CountState.RUNNING) -> None:
        self._state, self._reason, self._held_by = state, "", ""

    def _hold_text(self) -> str:
        return f"hold at {say_clock(self._t_ns)}"


def _refusal(position: str, text: str, now_ns: int) -> Event:
    return Event(now_ns, "refused", position, text, _WARNING)
