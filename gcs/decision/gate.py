"""One gate as it lives: what it looks at, remembers and sends.

How it moves stands in `gate_table`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gcs.clock import SECOND_NS
from gcs.config.mission import GateConfig
from gcs.decision.compiling import truth
from gcs.decision.deadline import ClockDeadline
from gcs.decision.gate_table import CONSEQUENCES, TRANSITIONS, Moment, Trigger, trigger_of
from gcs.decision.polls import Poll, basis_of
from gcs.expressions import Expression, View
from gcs.messages import (
    CommandState,
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

RETRY_REST_NS = SECOND_NS
"""The least rest between a failed command and the next try of it."""

NO_GO_TRIES = 10
"""How often a missed gate sends its NO-GO command while it fails."""

_ALARMING = frozenset({CriterionState.NO_GO, CriterionState.UNKNOWN})
_FAILED = frozenset({CommandState.REFUSED, CommandState.TIMED_OUT})
_SEVERITY = {
    GateState.CLOSED: 6,
    GateState.NO_GO: 4,
    GateState.GO: 5,
    GateState.COMMITTED: 5,
    GateState.MISSED: 2,
}
_WARNING = 4
_NOTICE = 5


class GateAction(NamedTuple):
    """What a gate wants done with a command."""

    gate: str
    act: Literal["send", "withdraw"]
    command: str
    reason: str


@dataclass(frozen=True)
class GateRules:
    """A compiled gate; `criteria` are the ids of those that count for it."""

    config: GateConfig
    opens: Expression
    closes: Expression
    criteria: tuple[str, ...]
    deadline: ClockDeadline | None = None


class Gate:
    """One gate: its state, its poll, and its commands on their way."""

    def __init__(self, rules: GateRules, configuration: str) -> None:
        self.config = rules.config
        self.state = GateState.CLOSED
        self._rules = rules
        self._configuration = configuration
        self._poll = Poll(rules.config.polls)
        self._criteria: tuple[CriterionStatus, ...] = ()
        self._since_ns = 0
        self._stepped = False
        self._opened = False
        self._trigger = Trigger.SHUT
        self._blocking: tuple[str, ...] = ()
        self._barring: tuple[str, ...] = ()
        self._objected_ns: int | None = None
        self._deadline_ns: int | None = None
        self._last_command = -1
        self._asked = False
        self._attempt: CommandStatus | None = None
        self._rest_ns = 0
        self._owed = 0
        self._owed_from_ns = 0
        self._actions: list[GateAction] = []
        self._events: list[Event] = []
        self._crashes: set[str] = set()

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
        )

    def step(
        self,
        view: View,
        criteria: Mapping[str, CriterionStatus],
        commands: Sequence[CommandStatus],
        now_ns: int,
        held: str,
    ) -> None:
        """Look, move at most once, and note what is to be sent."""
        if not self._stepped:
            self._stepped, self._since_ns = True, now_ns
        moment = self._look(view, criteria, commands, now_ns, held)
        self._attempt = moment.attempt
        trigger = trigger_of(self.state, self._opened, moment)
        self._opened = self._opened or moment.opens is True
        self._blocking = moment.blocking if self._is_open(moment) else ()
        self._deadline_ns = self._deadline(view, now_ns)
        if trigger is not None:
            self._move(trigger, commands, now_ns)
        self._send_go_when_due(now_ns)
        self._send_no_go_while_owed(commands, now_ns)

    def vote(self, position: str, go: bool, now_ns: int) -> Event:
        """Take a vote, or refuse it with the reason."""
        refusal = self._vote_refusal(position, go)
        title = self.config.title
        if refusal:
            text = f"vote on {title} refused: {refusal}"
            return Event(now_ns, "refused", position, text, _WARNING)
        self._poll.cast(position, go, basis_of(self._configuration, self._criteria))
        return Event(now_ns, "vote", position, f"{title}: {'GO' if go else 'NO-GO'}", _NOTICE)

    def bar(self, now_ns: int) -> str:
        """Why an operator may not send the GO command now; empty when one may."""
        title = self.config.title
        if self.state is not GateState.GO:
            return f"{title} is {self.state.value}: {self._reason()}"
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
        held: str,
    ) -> Moment:
        opens = self._truth(self._rules.opens, "opens", view, now_ns)
        closes = self._truth(self._rules.closes, "closes", view, now_ns)
        self._criteria = tuple(
            criteria.get(name) or _unjudged(name, now_ns) for name in self._rules.criteria
        )
        self._renew_poll(now_ns)
        self._barring = tuple(s.id for s in self._criteria if s.state not in PASSING)
        self._note_objections(now_ns)
        missing = self._poll.missing()
        blocking = [*self._barring, *missing]
        if closes is None:
            blocking.append("deadline unknown")
        if held:
            blocking.append(f"count {held}")
        return Moment(
            opens=opens,
            closes=closes,
            blocking=tuple(blocking),
            alarming=self._poll.refused() or any(s.state in _ALARMING for s in self._criteria),
            attempt=self._newest(commands, self.config.go_command, self._last_command),
            no_go=self._last_sent(commands, self.config.no_go_command),
            commits_by_standing=not self.config.go_command and self._stood(now_ns),
            overdue=self._overdue(now_ns),
            unopposed=self._waits_for_objections() and self._objected_ns is None,
        )

    def _truth(self, rule: Expression, field: str, view: View, now_ns: int) -> bool | None:
        holds, crash = truth(rule, view, now_ns)
        if crash and field not in self._crashes:
            self._crashes.add(field)
            text = f"{self.config.title}, `{field}`: {crash}"
            self._events.append(Event(now_ns, "fault", self.config.id, text, _WARNING))
        return holds

    def _renew_poll(self, now_ns: int) -> None:
        if not self._poll.voted:
            return
        basis = basis_of(self._configuration, self._criteria)
        for position in self._poll.drop_outdated(basis):
            text = f"{self.config.title}: GO of {position} fell, what it stood on changed"
            self._events.append(Event(now_ns, "vote", position, text, _WARNING))

    def _newest(
        self, commands: Sequence[CommandStatus], command: str, after: int
    ) -> CommandStatus | None:
        mine = [c for c in commands if c.command == command and c.id > after]
        return max(mine, key=lambda c: c.id, default=None)

    def _last_sent(self, commands: Sequence[CommandStatus], command: str) -> CommandStatus | None:
        """The newest of a command that reached a link; what was refused here never did."""
        return self._newest([c for c in commands if c.attempts > 0], command, -1)

    def _stood(self, now_ns: int) -> bool:
        return self.state is GateState.GO and now_ns - self._since_ns >= self.config.stable_for

    def _waits_for_objections(self) -> bool:
        return self.config.no_go_after is not None and not self.config.go_command

    def _note_objections(self, now_ns: int) -> None:
        """Since when something has been known to be NO-GO; what is unknown objects to nothing."""
        no_go = any(s.state is CriterionState.NO_GO for s in self._criteria)
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

    def _move(self, trigger: Trigger, commands: Sequence[CommandStatus], now_ns: int) -> None:
        target = TRANSITIONS[self.state][trigger]
        self._trigger = trigger
        if target is self.state:
            return
        was, self.state, self._since_ns = self.state, target, now_ns
        if target is GateState.GO:
            self._prepare_go(commands)
        elif target is GateState.CLOSED:
            self._poll.clear()
        elif target is GateState.MISSED:
            self._miss(was, trigger, now_ns)
        if trigger is Trigger.FAILED:
            self._rest_ns = max(self.config.stable_for, RETRY_REST_NS)
        text = f"{self.config.title}: {target.value}, {self._reason()}"
        self._events.append(Event(now_ns, "gate", self.config.id, text, _SEVERITY[target]))

    def _prepare_go(self, commands: Sequence[CommandStatus]) -> None:
        """From here on a newer GO command is this gate's own."""
        self._last_command = max((c.id for c in commands), default=-1)
        self._rest_ns = max(self.config.stable_for, self._rest_ns)
        self._asked, self._attempt = False, None

    def _send_go_when_due(self, now_ns: int) -> None:
        if self.config.mode != "automatic" or not self.config.go_command or self._asked:
            return
        if self.state is GateState.GO and not self.bar(now_ns):
            self._asked = True
            self._act("send", self.config.go_command, "GO")

    def _miss(self, was: GateState, trigger: Trigger, now_ns: int) -> None:
        consequences = CONSEQUENCES[trigger]
        under_way = was is GateState.GO and (self._asked or self._attempt is not None)
        if "withdraw_go" in consequences and under_way:
            self._act("withdraw", self.config.go_command, trigger.value)
        if "send_no_go" in consequences and self.config.no_go_command:
            self._owed, self._owed_from_ns = NO_GO_TRIES, now_ns

    def _send_no_go_while_owed(self, commands: Sequence[CommandStatus], now_ns: int) -> None:
        """Send the NO-GO command until it is verified, tries run out, or another one is sent."""
        if self._owed == 0 or now_ns < self._owed_from_ns:
            return
        newest = max(commands, key=lambda c: c.id, default=None)
        if self._owed < NO_GO_TRIES:
            if newest is None or newest.command != self.config.no_go_command:
                self._owed = 0
                return
            if newest.state not in _FAILED:
                if newest.state is CommandState.VERIFIED:
                    self._owed = 0
                return
        self._owed -= 1
        self._owed_from_ns = now_ns + RETRY_REST_NS
        self._act("send", self.config.no_go_command, self._trigger.value)

    def _act(self, act: Literal["send", "withdraw"], command: str, reason: str) -> None:
        self._actions.append(GateAction(self.config.id, act, command, reason))

    def _vote_refusal(self, position: str, go: bool) -> str:
        if position not in self._poll.positions:
            return f"{position} is not polled"
        if self.state not in (GateState.NO_GO, GateState.GO):
            return f"the gate is {self.state.value}"
        if go and self._barring:
            return f"no GO over {', '.join(self._barring)}"
        return ""

    def _reason(self) -> str:
        if self.state is GateState.GO:
            return self._go_reason()
        if self.state is GateState.NO_GO and self._blocking:
            return f"blocked by {', '.join(self._blocking)}"
        return self._trigger.value

    def _go_reason(self) -> str:
        if self._attempt is not None:
            return f"{self.config.go_command} {self._attempt.state.value.lower()}"
        if self.config.go_command and self.config.mode == "confirmed":
            return f"{self.config.go_command} may be staged"
        return "all criteria pass"


def _unjudged(name: str, now_ns: int) -> CriterionStatus:
    """What a criterion is that nobody evaluated: unknown."""
    return CriterionStatus(
        name, CriterionState.UNKNOWN, None, None, None, now_ns, f"{name}: not evaluated"
    )
