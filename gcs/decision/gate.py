"""One gate as it lives: what it looks at, remembers and sends.

How it moves stands in `gate_table`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from gcs.decision.gate_rules import GateRules
from gcs.decision.gate_table import CONSEQUENCES, TRANSITIONS, Moment, Trigger, trigger_of
from gcs.decision.no_go import RETRY_REST_NS, OwedNoGo, telling, under_way
from gcs.decision.polls import Basis, Poll
from gcs.expressions import Expression, View, truth
from gcs.messages import (
    CommandStatus,
    CriterionState,
    CriterionStatus,
    Event,
    GateState,
    GateStatus,
)
from gcs.telemetry.speech import say_duration

PASSING = frozenset({CriterionState.GO, CriterionState.CAUTION, CriterionState.WAIVED})
"""The states that let an open gate go. INHIBITED is not among them."""

_ALARMING = frozenset({CriterionState.NO_GO, CriterionState.UNKNOWN})
_SEVERITY = {
    GateState.CLOSED: 6,
    GateState.NO_GO: 4,
    GateState.GO: 5,
    GateState.COMMITTED: 5,
    GateState.MISSED: 2,
}
_WARNING = 4
_NOTICE = 5


class Scene(NamedTuple):
    """What a gate must know of the count and the flight.

    `held` says who holds or scrubbed the count, empty while nobody does; no GO is given
    then. `attempt` rises with each recycle. `flies`: flight time has begun.
    """

    held: str = ""
    attempt: int = 1
    scrubbed: bool = False
    phase: str = ""
    flies: bool = False


Wish = Literal["send", "withdraw", "hold", "recycle", "scrub"]


class GateAction(NamedTuple):
    """What a gate wants done with a `command`, or with the count, back to a `mark`."""

    gate: str
    act: Wish
    command: str
    reason: str
    mark: str = ""


class Gate:
    """One gate: its state, its poll, and its commands on their way."""

    def __init__(self, rules: GateRules, configuration: str) -> None:
        self.config = rules.config
        self.state = GateState.CLOSED
        self._rules = rules
        self._poll = Poll(rules.config.polls, rules.config.go_expires, rules.config.two_person)
        self._basis = Basis(configuration)
        self._since_ns = 0
        self._stepped = False
        self._opened = False
        self._committed_in_flight = False
        self._why = Trigger.SHUT.value
        self._blocking: tuple[str, ...] = ()
        self._barring: tuple[str, ...] = ()
        self._objected_ns: int | None = None
        self._deadline_ns: int | None = None
        self._last_command = -1
        self._last_recycled = -1
        self._turn = Scene().attempt
        self._attempt: CommandStatus | None = None
        self._rest_ns = 0
        self._no_go = OwedNoGo(rules.config.no_go_command)
        self._actions: list[GateAction] = []
        self._events: list[Event] = []
        self._crashes: set[str] = set()

    @property
    def hands_over(self) -> bool:
        """Whether the vehicle goes on by itself, as this gate let it."""
        return self.state is GateState.COMMITTED and self._rules.hands_over

    def expressions(self) -> tuple[Expression, ...]:
        """What it asks of the view."""
        return self._rules.opens, self._rules.closes

    def take_actions(self) -> list[GateAction]:
        """What it wants done since last asked."""
        taken, self._actions = self._actions, []
        return taken

    def take_events(self) -> list[Event]:
        """What happened since last asked."""
        taken, self._events = self._events, []
        return taken

    def status(self) -> GateStatus:
        """The gate as last stepped."""
        return GateStatus(
            id=self.config.id,
            state=self.state,
            since_ns=self._since_ns,
            deadline_ns=self._deadline_ns,
            blocking=self._blocking,
            reason=self._reason(),
            votes=self._poll.statuses(),
        )

    def step(
        self,
        view: View,
        criteria: Mapping[str, CriterionStatus],
        commands: Sequence[CommandStatus],
        now_ns: int,
        scene: Scene,
    ) -> None:
        """Look, move at most once, and note what is to be sent."""
        if not self._stepped:
            self._stepped, self._since_ns = True, now_ns
        moment = self._look(view, criteria, commands, now_ns, scene)
        self._attempt = moment.attempt
        trigger = trigger_of(self.state, self._opened, moment)
        self._opened = self._opened or moment.opens is True
        self._blocking = moment.blocking if self._is_open(moment) else ()
        self._deadline_ns = self._deadline(view, now_ns)
        if trigger is not None:
            self._why = _reason_of(trigger, moment)
            self._move(trigger, commands, scene, now_ns)
        self._send_go_when_due(commands, now_ns)
        if self._opened and self._no_go.take(self._stops(commands), now_ns):
            self._act("send", self.config.no_go_command, self._why)

    def vote(
        self, position: str, go: bool, now_ns: int, person: str, seen_ns: int | None = None
    ) -> Event:
        """Take a vote, or refuse it with the reason.

        `seen_ns` is the moment of the Snapshot on which the voter decided, where it is known:
        a GO to what has changed since is no answer to what stands now.
        """
        refusal = self._vote_refusal(position, go, now_ns if seen_ns is None else seen_ns)
        title = self.config.title
        if refusal:
            text = f"vote on {title} refused: {refusal}"
            return Event(now_ns, "refused", position, text, _WARNING)
        self._poll.cast(position, person, go, self._basis.hash, now_ns)
        return Event(now_ns, "vote", position, f"{title}: {'GO' if go else 'NO-GO'}", _NOTICE)

    def stopped_by(self, commands: Sequence[CommandStatus]) -> CommandStatus | None:
        """The stop that is on its way now, whoever sent it."""
        return under_way(self._all_stops(commands))

    def bar(self, now_ns: int, commands: Sequence[CommandStatus], held: str = "") -> str:
        """Why the GO command may not be sent now; empty when it may.

        Votes, commands and the count are asked anew: they may have changed since the last step.
        """
        title = self.config.title
        if self.state is not GateState.GO:
            return f"{title} is {self.state.value}: {self._reason()}"
        stop = telling(self._stops(commands))
        if stop is not None:
            return f"{title} is overruled: {stop.command} was sent"
        against = (*self._poll.missing(now_ns), *((f"count {held}",) if held else ()))
        if against:
            return f"{title} is blocked by {', '.join(against)}"
        if self._attempt is not None:
            return f"{title} is on its way"
        standing_ns = now_ns - self._since_ns
        if standing_ns < self._rest_ns:
            return (
                f"{title} has stood at GO for {say_duration(standing_ns)}"
                f" of {say_duration(self._rest_ns)}"
            )
        return ""

    def _look(
        self,
        view: View,
        criteria: Mapping[str, CriterionStatus],
        commands: Sequence[CommandStatus],
        now_ns: int,
        scene: Scene,
    ) -> Moment:
        opens = self._truth(self._rules.opens, "opens", view, now_ns)
        closes = self._truth(self._rules.closes, "closes", view, now_ns)
        closes = True if scene.phase in self.config.closes_in else closes
        counting = [criteria.get(name) or _unjudged(name, now_ns) for name in self._rules.criteria]
        self._renew_poll(counting, now_ns)
        against = [status for status in counting if status.state not in PASSING]
        self._barring = tuple(status.id for status in against)
        self._note_objections(against, now_ns)
        blocking = [*self._barring, *self._poll.missing(now_ns)]
        if closes is None:
            blocking.append("deadline unknown")
        if scene.held:
            blocking.append(f"count {scene.held}")
        stop = self.stopped_by(commands)
        if stop is not None:
            blocking.append(f"{stop.command} on its way")
        return Moment(
            opens=opens,
            closes=closes,
            blocking=tuple(blocking),
            alarming=self._poll.refused() or any(s.state in _ALARMING for s in against),
            attempt=self._newest_go(commands),
            stop=None if self._is_past(scene) else telling(self._stops(commands)),
            commanded=bool(self.config.go_command),
            commits_by_standing=not self.config.go_command and self._stood(now_ns),
            overdue=self._overdue(now_ns),
            unopposed=self._stands_unanswered() and self._objected_ns is None,
            held=bool(scene.held),
            scrubbed=scene.scrubbed,
            recycled=scene.attempt != self._turn,
        )

    def _truth(self, rule: Expression, field: str, view: View, now_ns: int) -> bool | None:
        holds, crash = truth(rule, view, now_ns)
        if crash and field not in self._crashes:
            self._crashes.add(field)
            text = f"{self.config.title}, `{field}`: {crash}"
            self._events.append(Event(now_ns, "fault", self.config.id, text, _WARNING))
        return holds

    def _renew_poll(self, criteria: Sequence[CriterionStatus], now_ns: int) -> None:
        if not self._poll.positions:
            return
        self._basis.see(criteria, now_ns)
        for position, why in self._poll.drop_outdated(self._basis.hash, now_ns):
            text = f"{self.config.title}: GO of {position} {why}"
            self._events.append(Event(now_ns, "vote", position, text, _WARNING))

    def _newest_go(self, commands: Sequence[CommandStatus]) -> CommandStatus | None:
        go, after = self.config.go_command, self._last_command
        return next((c for c in reversed(commands) if c.command == go and c.id > after), None)

    def _stops(self, commands: Sequence[CommandStatus]) -> list[CommandStatus]:
        """What was to stop this gate since the last recycle."""
        return [c for c in self._all_stops(commands) if c.id > self._last_recycled]

    def _all_stops(self, commands: Sequence[CommandStatus]) -> list[CommandStatus]:
        return [c for c in commands if c.command in self._rules.stops]

    def _stood(self, now_ns: int) -> bool:
        return self.state is GateState.GO and now_ns - self._since_ns >= self.config.stable_for

    def _is_past(self, scene: Scene) -> bool:
        """Whether nothing takes the commit back: what was let go on the ground flies since."""
        on_the_ground = self.state is GateState.COMMITTED and not self._committed_in_flight
        return on_the_ground and scene.flies

    def _stands_unanswered(self) -> bool:
        return self.config.without_answer == "stands"

    def _note_objections(self, against: Sequence[CriterionStatus], now_ns: int) -> None:
        """Since when something has been known to be NO-GO; what is unknown objects to nothing."""
        no_go = any(s.state is CriterionState.NO_GO for s in against)
        if not (no_go or self._poll.refused()):
            self._objected_ns = None
        elif self._objected_ns is None:
            self._objected_ns = now_ns

    def _overdue(self, now_ns: int) -> bool:
        limit_ns = self.config.no_go_after
        if limit_ns is None or self._objected_ns is None:
            return False
        return now_ns - max(self._since_ns, self._objected_ns) >= limit_ns

    def _deadline(self, view: View, now_ns: int) -> int | None:
        rule = self._rules.deadline
        return None if rule is None else rule.at_ns(view, now_ns)

    def _is_open(self, moment: Moment) -> bool:
        ended = self.state in (GateState.COMMITTED, GateState.MISSED)
        return not ended and moment.opens is True

    def _move(
        self, trigger: Trigger, commands: Sequence[CommandStatus], scene: Scene, now_ns: int
    ) -> None:
        target = TRANSITIONS[self.state][trigger]
        if trigger is Trigger.RECYCLED:
            self._begin_again(commands, scene)
        if target is self.state:
            return
        was, self.state, self._since_ns = self.state, target, now_ns
        if target is GateState.GO:
            self._prepare_go(commands)
        elif target is GateState.CLOSED:
            self._poll.drop_go()
        elif target is GateState.COMMITTED:
            self._committed_in_flight = scene.flies
        elif target is GateState.MISSED:
            self._miss(was, trigger, scene, now_ns)
        if trigger is Trigger.FAILED:
            self._rest_ns = max(self.config.stable_for, RETRY_REST_NS)
        text = f"{self.config.title}: {target.value}, {self._reason()}"
        self._events.append(Event(now_ns, "gate", self.config.id, text, _SEVERITY[target]))

    def _begin_again(self, commands: Sequence[CommandStatus], scene: Scene) -> None:
        """No objection, no vote and no command of the last attempt counts."""
        self._turn = scene.attempt
        self._poll.clear()
        self._opened, self._objected_ns, self._rest_ns = False, None, 0
        self._last_recycled = max((c.id for c in commands), default=-1)
        self._no_go.forget()

    def _prepare_go(self, commands: Sequence[CommandStatus]) -> None:
        """From here on a newer GO command is this gate's own."""
        self._last_command = max((c.id for c in commands), default=-1)
        self._rest_ns = max(self.config.stable_for, self._rest_ns)
        self._attempt = None

    def _send_go_when_due(self, commands: Sequence[CommandStatus], now_ns: int) -> None:
        """Ask for it at each step in which it may go: once there is an attempt, that bars it."""
        if self.config.mode != "automatic" or not self.config.go_command:
            return
        if not self.bar(now_ns, commands):
            self._act("send", self.config.go_command, "GO")

    def _miss(self, was: GateState, trigger: Trigger, scene: Scene, now_ns: int) -> None:
        consequences = CONSEQUENCES[trigger]
        on_its_way = was is GateState.GO and self._attempt is not None
        if "withdraw_go" in consequences and on_its_way:
            self._act("withdraw", self.config.go_command, self._why)
        if "send_no_go" in consequences:
            self._no_go.owe(now_ns)
        if "retry_no_go" in consequences:
            self._no_go.retry(now_ns)
        if "stop_count" in consequences and not scene.scrubbed:
            self._stop_count(scene)

    def _stop_count(self, scene: Scene) -> None:
        """Hold, recycle or scrub; a count that is to be recycled is held before."""
        wish, reason = self.config.no_go_count, f"{self.config.title}: {self._why}"
        if wish in ("hold", "recycle") and not scene.held:
            self._act("hold", "", reason)
        if wish == "recycle":
            self._act("recycle", "", reason, self.config.recycle_to)
        if wish == "scrub":
            self._act("scrub", "", reason)

    def _act(self, act: Wish, command: str, reason: str, mark: str = "") -> None:
        self._actions.append(GateAction(self.config.id, act, command, reason, mark))

    def _vote_refusal(self, position: str, go: bool, seen_ns: int) -> str:
        if position not in self._poll.positions:
            return f"{position} is not polled"
        if self.state not in (GateState.NO_GO, GateState.GO):
            return f"the gate is {self.state.value}"
        if go and self._barring:
            return f"no GO over {', '.join(self._barring)}"
        if go and seen_ns < self._basis.since_ns:
            return "what it stands on has changed since you looked"
        return ""

    def _reason(self) -> str:
        if self.state is GateState.GO:
            return self._go_reason()
        if self.state is GateState.NO_GO and self._blocking:
            return f"blocked by {', '.join(self._blocking)}"
        return self._why

    def _go_reason(self) -> str:
        if self._attempt is not None:
            return f"{self.config.go_command} {self._attempt.state.value.lower()}"
        if self.config.go_command and self.config.mode == "confirmed":
            return f"{self.config.go_command} may be staged"
        return "all criteria pass"


def _reason_of(trigger: Trigger, moment: Moment) -> str:
    stop = moment.stop if trigger is Trigger.OVERRULED else None
    return trigger.value if stop is None else f"{stop.command} was sent"


def _unjudged(name: str, now_ns: int) -> CriterionStatus:
    """What a criterion is that nobody evaluated: unknown."""
    return CriterionStatus(
        name, CriterionState.UNKNOWN, None, None, None, now_ns, f"{name}: not evaluated"
    )
