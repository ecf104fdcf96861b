"""The operators' desk: every Intent goes to the part that judges it, and comes back as an Event.

Nothing is decided here but who must be asked. What changes the ground on which verdicts
stand is taken before anything is judged, so that nothing is sent on a revoked waiver;
everything else is taken after the gates have moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gcs.command.commands import Commander, Dispatch
from gcs.decision.alarms import Alarms
from gcs.decision.countdown import Countdown
from gcs.decision.criteria import Criteria
from gcs.decision.gate import GateAction
from gcs.decision.gates import Gates
from gcs.expressions import View
from gcs.messages import (
    AcknowledgeAlarm,
    CancelCommand,
    CheckEntry,
    ConfirmCommand,
    EnterValue,
    Event,
    HoldCount,
    HoldKind,
    Input,
    Intent,
    Recycle,
    ReleaseHold,
    RevokeWaiver,
    Scrub,
    ShelveAlarm,
    StageCommand,
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

    def take_ground(self, batch: Sequence[Input], now_ns: int) -> list[Event]:
        """Acts on what verdicts stand on: before the joint state is made and judged."""
        return [
            self._ground(item, now_ns)
            for item in batch
            if isinstance(item, Intent) and isinstance(item.act, _GROUND)
        ]

    def take(self, batch: Sequence[Input], view: View, now_ns: int) -> list[Dispatch]:
        """All other acts, in order: after the gates have moved."""
        return [
            self._act(item, view, now_ns)
            for item in batch
            if isinstance(item, Intent) and not isinstance(item.act, _GROUND)
        ]

    def obey(self, action: GateAction, view: View, now_ns: int) -> Dispatch:
        """What a gate asks for."""
        gate, reason = action.gate, action.reason
        match action.act:
            case "send":
                return self.commander.send(action.command, gate, view, now_ns)
            case "withdraw":
                return self.commander.withdraw(action.command, reason, now_ns)
            case "hold":
                return _said(self.count.hold(gate, reason, now_ns, HoldKind.GATE))
            case "recycle":
                return _said(self.count.recycle(gate, action.mark, reason, view, now_ns))
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
        act, by = intent.act, intent.position
        match act:
            case StageCommand(command):
                bars = self._bars(now_ns)
                return self.commander.stage(command, by, view, now_ns, bars)
            case ConfirmCommand(code):
                bars = self._bars(now_ns)
                return self.commander.confirm(code, by, view, now_ns, bars)
        if by not in self.positions:
            return _said(_refusal(by, f"{by or 'nobody'} has no authority", now_ns))
        match act:
            case CancelCommand():
                return self.commander.cancel(by, now_ns)
            case HoldCount() | ReleaseHold() | Recycle() | Scrub():
                return _said(self._count_act(act, by, view, now_ns))
            case Vote(gate, go):
                return _said(self.gates.vote(gate, by, go, now_ns))
            case AcknowledgeAlarm() | ShelveAlarm() | UnshelveAlarm():
                author = say_author(by, intent.person)
                return _said(self.alarms.take(act, author, now_ns))
            case _:
                return _said(_refusal(by, "nobody here takes that", now_ns))

    def _bars(self, now_ns: int) -> dict[str, str]:
        """Why no operator may send a command: its gate, or a count that stopped after it moved."""
        bars = self.gates.interlocks(now_ns)
        held = self.count.hold_reason
        if held:
            sent = [gate.go_command for gate in self.gates.infos() if gate.go_command]
            bars |= dict.fromkeys(sent, f"the count is {held}")
        return bars

    def _count_act(
        self, act: HoldCount | ReleaseHold | Recycle | Scrub, by: str, view: View, now_ns: int
    ) -> Event:
        match act:
            case HoldCount(reason):
                return self.count.hold(by, reason, now_ns)
            case ReleaseHold():
                return self.count.release(by, now_ns)
            case Recycle(mark, reason):
                return self.count.recycle(by, mark, reason, view, now_ns)
            case Scrub(reason):
                return self.count.scrub(by, reason, now_ns)


def _said(event: Event) -> Dispatch:
    return Dispatch(events=(event,))


def _refusal(by: str, text: str, now_ns: int) -> Event:
    return Event(now_ns, "refused", by, text, _WARNING)
