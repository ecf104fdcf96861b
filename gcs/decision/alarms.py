"""All alarms of a mission: what the criteria say and operators did, put through the table.

Theory of operation. An alarm has no rule of its own: it reads the state of its
criterion, whose hysteresis, `trip_after` and `clear_after` are its deadband and delays.
What the table cannot see is decided here:

- An UNKNOWN criterion raises its alarm once it has lasted, unless an alarm that it
  `follows` explains it: one lost link asks once, not once a sensor behind it. A NO-GO of
  a criterion that has never yet passed is given the same time: what peers say while they
  start is no news. So is one of which it is not known whether it is asked about.
- The first alarm raised while none stood is marked first-out: what came first is
  likelier the cause than what followed.
- More than ten raised in ten minutes is a flood, until they are fewer than five.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gcs.clock import SECOND_NS
from gcs.decision.alarm_table import ACTIVE, CONDITIONS, TRANSITIONS, WAITING, On, Trigger
from gcs.decision.compiling import merged_windows
from gcs.decision.view import JointView
from gcs.expressions import Expression, truth
from gcs.messages import (
    AcknowledgeAlarm,
    AlarmCounts,
    AlarmInfo,
    AlarmPriority,
    AlarmState,
    AlarmStatus,
    CriterionStatus,
    Event,
    ShelveAlarm,
    UnshelveAlarm,
)
from gcs.telemetry.speech import say_duration, say_utc

FLOOD_WITHIN_NS = 600 * SECOND_NS
FLOOD_ABOVE = 10
FLOOD_OVER_BELOW = 5
REASON_AT_MOST = 200
_SEVERITIES = {AlarmPriority.CRITICAL: 2, AlarmPriority.SERIOUS: 3, AlarmPriority.CAUTION: 4}
_URGENCY = {priority: place for place, priority in enumerate(AlarmPriority)}
_WARNING, _INFO = 4, 6


class _RefusedError(Exception):
    """Why an act on an alarm is refused, in one sentence."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One as configured. `unknown_after_ns` includes what its criterion takes to clear.

    `shelvable_ns` is the longest time that it may be put aside, 0 for never.
    """

    info: AlarmInfo
    on: On
    unknown_after_ns: int
    once_known: bool
    follows: tuple[str, ...]
    asked_while: Expression | None
    shelvable_ns: int


@dataclass(slots=True)
class _Life:
    """One as it stands."""

    alarm: Alarm
    state: AlarmState = AlarmState.NORMAL
    since_ns: int = 0
    why: str = ""
    known: bool = False
    settled: bool = False
    unsettled_since_ns: int | None = None
    acknowledged_by: str = ""
    acknowledged_ns: int | None = None
    shelved_by: str = ""
    shelved_until_ns: int | None = None
    shelved_reason: str = ""

    def move(self, trigger: Trigger, now_ns: int) -> bool:
        """Take a row of the table; False where there is none. A move ends what it outdates."""
        state = TRANSITIONS[self.state].get(trigger)
        if state is None:
            return False
        if state is not self.state:
            self.state, self.since_ns = state, now_ns
            if state is not AlarmState.ACKNOWLEDGED:
                self.acknowledged_by, self.acknowledged_ns = "", None
            if state is not AlarmState.SHELVED:
                self.shelved_by, self.shelved_until_ns, self.shelved_reason = "", None, ""
        return True

    def status(self, *, first_out: bool) -> AlarmStatus:
        """What consoles see of it."""
        return AlarmStatus(
            id=self.alarm.info.id,
            state=self.state,
            since_ns=self.since_ns,
            why=self.why,
            first_out=first_out,
            acknowledged_by=self.acknowledged_by,
            acknowledged_ns=self.acknowledged_ns,
            shelved_by=self.shelved_by,
            shelved_until_ns=self.shelved_until_ns,
            shelved_reason=self.shelved_reason,
        )


@dataclass
class _Scene:
    """What all alarms look at in one step."""

    view: JointView
    now_ns: int
    criteria: Mapping[str, CriterionStatus]
    asked: dict[str, bool | None] = field(default_factory=dict)


class Alarms:
    """The alarms of a mission. One object, one caller."""

    def __init__(self, alarms: Sequence[Alarm]) -> None:
        self._lives = {alarm.info.id: _Life(alarm) for alarm in alarms}
        self._first_out = ""
        self._raised_ns: deque[int] = deque()
        self._flood = False

    def infos(self) -> tuple[AlarmInfo, ...]:
        """What the alarms are called and ask for, in file order."""
        return tuple(life.alarm.info for life in self._lives.values())

    def windows(self) -> dict[int, int]:
        """Parameter index -> ns of history that the alarms need."""
        return merged_windows(life.alarm.asked_while for life in self._lives.values())

    def statuses(self) -> tuple[AlarmStatus, ...]:
        """All that are not NORMAL, in file order."""
        return tuple(
            life.status(first_out=name == self._first_out and life.state in ACTIVE | WAITING)
            for name, life in self._lives.items()
            if life.state is not AlarmState.NORMAL
        )

    def counts(self) -> AlarmCounts:
        """The list at a glance."""
        states = [life.state for life in self._lives.values()]
        return AlarmCounts(
            unacknowledged=sum(state in WAITING for state in states),
            active=sum(state in ACTIVE for state in states),
            shelved=states.count(AlarmState.SHELVED),
            in_ten_minutes=len(self._raised_ns),
            flood=self._flood,
        )

    # --- What the criteria say ---

    def step(
        self, view: JointView, statuses: Sequence[CriterionStatus], now_ns: int
    ) -> list[Event]:
        """Move all alarms by the criteria's statuses at `now_ns`; what there is to tell."""
        scene = _Scene(view, now_ns, {status.id: status for status in statuses})
        stood = any(life.state in ACTIVE for life in self._lives.values())
        events: list[Event] = []
        raised: list[_Life] = []
        for life in self._lives.values():
            before = life.state
            events += self._off_the_shelf(life, now_ns)
            trigger = self._judge(life, scene)
            if life.state is before:
                continue
            if life.state is AlarmState.UNACKNOWLEDGED:
                raised.append(life)
                events.append(_raised(life, now_ns))
            elif before in ACTIVE and trigger is not None:
                events.append(_ended(life, trigger, now_ns))
        if raised and not stood:
            first = min(raised, key=lambda life: _URGENCY[life.alarm.info.priority])
            self._first_out = first.alarm.info.id
        return events + self._flooded(len(raised), now_ns)

    def _off_the_shelf(self, life: _Life, now_ns: int) -> list[Event]:
        until_ns = life.shelved_until_ns
        if until_ns is None or now_ns < until_ns:
            return []
        text = f"{life.alarm.info.title}: alarm is off the shelf of {life.shelved_by}, time is over"
        life.move(Trigger.UNSHELVED, now_ns)
        return [Event(now_ns, "alarm", life.alarm.info.id, text, _WARNING)]

    def _judge(self, life: _Life, scene: _Scene) -> Trigger | None:
        status = scene.criteria[life.alarm.info.criterion]
        trigger = self._trigger(life, status, scene)
        if trigger is not None:
            life.move(trigger, scene.now_ns)
        if life.state is not AlarmState.RETURNED:  # what returned tells why it was raised
            life.why = status.why
        return trigger

    def _trigger(self, life: _Life, status: CriterionStatus, scene: _Scene) -> Trigger | None:
        """What the criterion says to the alarm now; None where it moves nothing yet."""
        asked = self._is_asked(life, scene)
        said = CONDITIONS[life.alarm.on][status.state]
        life.known = life.known or said in (Trigger.RAISED, Trigger.RETURNED)
        if asked is False or said is Trigger.SUPPRESSED:
            life.unsettled_since_ns = None
            return Trigger.SUPPRESSED
        if said is Trigger.RETURNED:
            life.unsettled_since_ns, life.settled = None, True
            return said
        if said is Trigger.RAISED and asked and life.settled:
            life.unsettled_since_ns = None
            return said
        return self._unsettled(life, said, scene)

    def _unsettled(self, life: _Life, said: Trigger | None, scene: _Scene) -> Trigger | None:
        """What is not known, or was never yet in order, raises once it has lasted."""
        early = life.alarm.once_known and not life.known
        if said is None and (early or self._explained(life, scene)):
            life.unsettled_since_ns = None
            return None
        if life.unsettled_since_ns is None:
            life.unsettled_since_ns = scene.now_ns
        lasted = scene.now_ns - life.unsettled_since_ns >= life.alarm.unknown_after_ns
        return Trigger.RAISED if lasted else None

    def _is_asked(self, life: _Life, scene: _Scene) -> bool | None:
        """Whether its question arises; None where that is not known."""
        asked_while = life.alarm.asked_while
        if asked_while is None:
            return True
        text = asked_while.text  # many alarms ask the same
        if text not in scene.asked:
            scene.asked[text] = truth(asked_while, scene.view, scene.now_ns)[0]
        return scene.asked[text]

    def _explained(self, life: _Life, scene: _Scene) -> bool:
        """Whether another alarm, one that is asked for, accounts for this one's UNKNOWN."""
        for name in life.alarm.follows:
            other = self._lives[name]
            state = scene.criteria[other.alarm.info.criterion].state
            stands = CONDITIONS[other.alarm.on][state] in (Trigger.RAISED, None)
            if stands and self._is_asked(other, scene) is not False:
                return True
        return False

    def _flooded(self, raised: int, now_ns: int) -> list[Event]:
        """Count what was raised; say when it is a flood, and when that is over."""
        self._raised_ns.extend([now_ns] * raised)
        while self._raised_ns and now_ns - self._raised_ns[0] >= FLOOD_WITHIN_NS:
            self._raised_ns.popleft()
        count = len(self._raised_ns)
        flood = count >= FLOOD_OVER_BELOW if self._flood else count > FLOOD_ABOVE
        if flood is self._flood:
            return []
        self._flood = flood
        text = f"alarm flood: {count} alarms in 10 min" if flood else "alarm flood over"
        return [Event(now_ns, "alarm", "station", text, _WARNING if flood else _INFO)]

    # --- What operators do ---

    def take(
        self, act: AcknowledgeAlarm | ShelveAlarm | UnshelveAlarm, by: str, now_ns: int
    ) -> Event:
        """What a known operator does about an alarm, or the reason why not."""
        try:
            life = self._found(act.alarm)
            match act:
                case AcknowledgeAlarm():
                    said = self._acknowledge(life, by, now_ns)
                case ShelveAlarm():
                    said = self._shelve(life, act, by, now_ns)
                case UnshelveAlarm():
                    said = self._unshelve(life, by, now_ns)
        except _RefusedError as error:
            text = f"alarm {act.alarm[:60]!r}: {error}"
            return Event(now_ns, "refused", by, text, _WARNING)
        return Event(now_ns, "alarm", by, f"{life.alarm.info.title}: {said}", _INFO)

    def _found(self, name: str) -> _Life:
        life = self._lives.get(name)
        if life is None:
            raise _RefusedError("no such alarm")
        return life

    def _acknowledge(self, life: _Life, by: str, now_ns: int) -> str:
        if not life.move(Trigger.ACKNOWLEDGED, now_ns):
            raise _RefusedError(f"it is {life.state}, there is nothing to acknowledge")
        if life.state is AlarmState.ACKNOWLEDGED:
            life.acknowledged_by, life.acknowledged_ns = by, now_ns
        return f"alarm acknowledged by {by}"

    def _shelve(self, life: _Life, act: ShelveAlarm, by: str, now_ns: int) -> str:
        reason = " ".join(act.reason.split())
        if not life.alarm.shelvable_ns:
            raise _RefusedError("a critical alarm is never shelved")
        if not reason or len(reason) > REASON_AT_MOST:
            raise _RefusedError(f"shelving needs a reason of at most {REASON_AT_MOST} characters")
        if not 0 < act.for_ns <= life.alarm.shelvable_ns:
            most = say_duration(life.alarm.shelvable_ns)
            raise _RefusedError(f"it may be shelved for {most} at most")
        if not life.move(Trigger.SHELVED, now_ns):
            raise _RefusedError(f"it is {life.state}, there is nothing to shelve")
        life.shelved_by, life.shelved_reason = by, reason
        life.shelved_until_ns = now_ns + act.for_ns
        return f"alarm shelved by {by} until {say_utc(life.shelved_until_ns)}: {reason}"

    def _unshelve(self, life: _Life, by: str, now_ns: int) -> str:
        if not life.move(Trigger.UNSHELVED, now_ns):
            raise _RefusedError(f"it is {life.state}, it lies on no shelf")
        return f"alarm taken off the shelf by {by}"


def _raised(life: _Life, now_ns: int) -> Event:
    info = life.alarm.info
    text = f"{info.priority} alarm: {life.why}; {info.action}"
    return Event(now_ns, "alarm", info.owner, text, _SEVERITIES[info.priority])


def _ended(life: _Life, trigger: Trigger, now_ns: int) -> Event:
    info = life.alarm.info
    waits = ", to be acknowledged" if life.state in WAITING else ""
    return Event(now_ns, "alarm", info.owner, f"{info.title}: alarm {trigger.value}{waits}", _INFO)
