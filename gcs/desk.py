"""The operators' desk: every Intent goes to the part that judges it, and comes back as an Event.

Nothing is decided here but who must be asked. What changes the ground on which verdicts
stand is taken before anything is judged, so that nothing is sent on a revoked waiver;
everything else is taken after the gates have moved: first all that lets nothing go, then
what the gates ask for, then what may send a GO or let the count go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gcs.command.authority import Authority, Operator
from gcs.command.commands import Commander
from gcs.command.outgoing import Dispatch
from gcs.decision.alarms import Alarms
from gcs.decision.countdown import Countdown
from gcs.decision.criteria import Criteria
from gcs.decision.gate import GateAction
from gcs.decision.gates import Gates
from gcs.expressions import View
from gcs.messages import (
    AcknowledgeAlarm,
    Act,
    CancelCommand,
    CheckEntry,
    ConfirmCommand,
    ConsoleChanged,
    EnterValue,
    Event,
    GiveAuthority,
    HoldCount,
    HoldKind,
    Input,
    Intent,
    Recycle,
    ReleaseHold,
    Resumed,
    RevokeWaiver,
    Scrub,
    ShelveAlarm,
    StageCommand,
    StagedStatus,
    TakeAuthority,
    UnshelveAlarm,
    Vote,
    Waive,
    WithdrawEntry,
)
from gcs.telemetry.entries import Entries
from gcs.telemetry.speech import say_author

_GROUND = (Waive, RevokeWaiver, EnterValue, CheckEntry, WithdrawEntry)
_WARNING = 4


@dataclass(frozen=True)
class Desk:
    """Who judges what an operator asks for."""

    positions: tuple[str, ...]
    criteria: Criteria
    gates: Gates
    count: Countdown
    commander: Commander
    alarms: Alarms
    entries: Entries
    authority: Authority

    def consoles_changed(self, batch: Sequence[Input], now_ns: int) -> list[Event]:
        """Who came and left: before anybody asks for anything."""
        held_by = self.authority.holder
        events: list[Event] = []
        for item in batch:
            if isinstance(item, ConsoleChanged):
                events += self.authority.changed(item, now_ns)
                if not item.attached:
                    events += self.commander.left(item.console, now_ns).events
            elif isinstance(item, Resumed):
                events += self.authority.alone(now_ns)
                events += self.commander.alone(now_ns).events
        if self.authority.holder != held_by:
            events += self.commander.authority_moved(now_ns).events
        return events

    def staged(self, view: View, now_ns: int) -> tuple[StagedStatus, ...]:
        """The commands that wait for their codes, with what they read back."""
        return self.commander.staged(view, now_ns, self._bars(now_ns))

    def take_ground(self, batch: Sequence[Input], now_ns: int) -> list[Event]:
        """Acts on what verdicts stand on: before the joint state is made and judged."""
        return [
            self._ground(item, now_ns)
            for item in batch
            if isinstance(item, Intent) and isinstance(item.act, _GROUND)
        ]

    def split(
        self, batch: Sequence[Input], view: View, now_ns: int
    ) -> tuple[list[Intent], list[Intent]]:
        """All other acts, each lot in order: those that go before a gate's own GO, and the rest."""
        first: list[Intent] = []
        then: list[Intent] = []
        for item in batch:
            if isinstance(item, Intent) and not isinstance(item.act, _GROUND):
                (then if self._lets_go(item.act, view, now_ns) else first).append(item)
        return first, then

    def take(self, intents: Sequence[Intent], view: View, now_ns: int) -> list[Dispatch]:
        """What operators ask for, in order."""
        return [self._act(intent, view, now_ns) for intent in intents]

    def obey(self, action: GateAction, view: View, now_ns: int) -> Dispatch:
        """What a gate asks for."""
        gate, reason = action.gate, action.reason
        match action.act:
            case "send":
                bar = self._bars(now_ns).get(action.command)
                if bar:
                    return _said(_refusal(gate, f"{action.command} refused: {bar}", now_ns))
                if self.gates.spares(action, self.commander.statuses()):
                    return Dispatch()
                return self.commander.send(action.command, gate, view, now_ns)
            case "withdraw":
                return self.commander.withdraw(action.command, reason, now_ns)
            case "hold":
                return _said(self.count.hold(gate, reason, now_ns, HoldKind.GATE))
            case "recycle":
                return _said(self.count.recycle_or_owe(gate, action.mark, reason, view, now_ns))
            case "scrub":
                return _said(self.count.scrub(gate, reason, now_ns))

    def _ground(self, intent: Intent, now_ns: int) -> Event:
        act, by = intent.act, intent.position
        if isinstance(act, Waive | RevokeWaiver):
            return self.criteria.waive(act, by, now_ns)
        assert isinstance(act, EnterValue | CheckEntry | WithdrawEntry)
        if by not in self.positions:
            return _refusal(by, f"{by or 'nobody'} has no authority", now_ns)
        return self.entries.take(act, by, intent.person, now_ns)

    def _act(self, intent: Intent, view: View, now_ns: int) -> Dispatch:
        act, who = intent.act, self._operator(intent)
        by = who.position
        match act:
            case StageCommand(command):
                return self.commander.stage(command, who, view, now_ns, self._bars(now_ns))
            case ConfirmCommand(code):
                return self.commander.confirm(code, who, view, now_ns, self._bars(now_ns))
        if by not in self.positions:
            return _said(_refusal(by, f"{by or 'nobody'} has no authority", now_ns))
        match act:
            case CancelCommand():
                return self.commander.cancel(who, now_ns)
            case GiveAuthority() | TakeAuthority():
                return self._hand_over(act, who, now_ns)
            case HoldCount(reason):
                return self._hold(reason, who, view, now_ns)
            case ReleaseHold() | Recycle() | Scrub():
                return _said(self._count_act(act, who, view, now_ns))
            case Vote(gate, go):
                seen_ns = intent.issued_ns
                return _said(self.gates.vote(gate, by, go, now_ns, who.person, seen_ns))
            case AcknowledgeAlarm() | ShelveAlarm() | UnshelveAlarm():
                return _said(self.alarms.take(act, say_author(by, intent.person), now_ns))
            case _:
                return _said(_refusal(by, "nobody here takes that", now_ns))

    def _operator(self, intent: Intent) -> Operator:
        no_authority = self.authority.refusal(intent.console)
        return Operator(intent.console, intent.position, intent.person, no_authority)

    def _hand_over(
        self, act: GiveAuthority | TakeAuthority, who: Operator, now_ns: int
    ) -> Dispatch:
        held_by = self.authority.holder
        if isinstance(act, TakeAuthority):
            event = self.authority.take(who, now_ns)
        else:
            event = self.authority.give(who, act.console, now_ns)
        if self.authority.holder == held_by:
            return _said(event)
        return Dispatch(events=(event, *self.commander.authority_moved(now_ns).events))

    def _bars(self, now_ns: int) -> dict[str, str]:
        """Why a command may not be sent: its gate, or what stopped that or the count since."""
        return self.gates.interlocks(now_ns, self.commander.statuses(), self.count.hold_reason)

    def _lets_go(self, act: Act, view: View, now_ns: int) -> bool:
        """Whether an act may send a gate's GO, or lets the count go on."""
        goes = self.gates.goes()
        match act:
            case ConfirmCommand(code):
                staged = self.commander.staged(view, now_ns)
                known = {s.command for s in staged if s.code == code.strip().upper()}
                return not known or not known.isdisjoint(goes)
            case StageCommand(command):
                at_once = {info.id for info in self.commander.infos() if not info.dangerous}
                return command in goes & at_once
            case Vote(_, go):
                return go
        return isinstance(act, ReleaseHold | Recycle)

    def _hold(self, reason: str, who: Operator, view: View, now_ns: int) -> Dispatch:
        """Stop T. Where the vehicle counts by itself, stop the vehicle: T stops with it."""
        command = self.gates.undoing() if self.count.handed_over else ""
        if not command:
            return _said(self.count.hold(who.position, reason, now_ns))
        asked = Event(
            now_ns, "count", who.position, f"hold asked of the vehicle: {reason}", _WARNING
        )
        sent = self.commander.stage(command, who, view, now_ns, self._bars(now_ns))
        return sent._replace(events=(asked, *sent.events))

    def _count_act(
        self, act: ReleaseHold | Recycle | Scrub, who: Operator, view: View, now_ns: int
    ) -> Event:
        by = who.position
        if who.no_authority:
            return _refusal(by, f"{_words(act)} refused: {who.no_authority}", now_ns)
        match act:
            case ReleaseHold():
                return self.count.release(by, now_ns)
            case Recycle(mark, reason):
                return self.count.recycle(by, mark, reason, view, now_ns)
            case Scrub(reason):
                return self.count.scrub(by, reason, now_ns)


def _words(act: ReleaseHold | Recycle | Scrub) -> str:
    return {ReleaseHold: "release", Recycle: "recycle", Scrub: "scrub"}[type(act)]


def _said(event: Event) -> Dispatch:
    return Dispatch(events=(event,))


def _refusal(by: str, text: str, now_ns: int) -> Event:
    return Event(now_ns, "refused", by, text, _WARNING)
