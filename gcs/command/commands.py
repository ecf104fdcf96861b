"""Who may command the vehicle, and whether the vehicle has the command.

Theory of operation. An operator *stages* a dangerous command, reads the code that
the Snapshot shows, and *confirms* it before it expires; a gate's own command goes
out directly. Sending asks `allowed` first: what is not known to be allowed is
refused. A sent command carries a nonce and goes to every flight computer, again
and again with a rising confirmation count and the same nonce to those which have
not echoed it, until echoes enough verify it or its attempts are used up. A new
command supersedes one that is under way, so that a retry can never reach the
vehicle behind the command that was to replace it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gcs.clock import MILLISECOND_NS, SECOND_NS
from gcs.command.attempt import Attempt
from gcs.command.session import SessionSecrets
from gcs.config.mission import CommandConfig
from gcs.expressions import Expression, View
from gcs.messages import CommandInfo, CommandState, CommandStatus, Event, StagedStatus

STAGED_FOR_NS = 15 * SECOND_NS
"""How long a staged command waits for its code."""

KEPT = 16
"""How many commands the Snapshot shows, the newest."""

_NO_INTERLOCKS: Mapping[str, str] = {}
_ERROR = 3
_WARNING = 4
_NOTICE = 5


@dataclass(frozen=True)
class FlightComputer:
    """A target: its source id and its MAVLink address."""

    id: str
    system: int
    component: int


@dataclass(frozen=True)
class CommandRules:
    """A compiled command; `number` is its MAV_CMD, `parameters` fill param3 to param7."""

    config: CommandConfig
    number: int
    allowed: Expression
    parameters: Mapping[str, Expression]


class Outgoing(NamedTuple):
    """A COMMAND_LONG for one flight computer: fields by name, as the encoder takes them."""

    target: str
    fields: dict[str, int | float]


class Dispatch(NamedTuple):
    """What a call to the Commander led to."""

    outgoing: tuple[Outgoing, ...] = ()
    events: tuple[Event, ...] = ()


class Commander:
    """All commands of a session. Intents are refused with a reason, never with an exception."""

    def __init__(
        self,
        rules: Sequence[CommandRules],
        targets: Sequence[FlightComputer],
        positions: Sequence[str],
        seed: bytes,
    ) -> None:
        self._rules = {rule.config.id: rule for rule in rules}
        self._targets = tuple(targets)
        self._positions = frozenset(positions)
        self._secrets = SessionSecrets(seed)
        self._attempts: list[Attempt] = []
        self._count = 0
        self._nonces: set[int] = set()
        self._heard: dict[str, int] = {}
        self._staged: StagedStatus | None = None

    # --- What an operator asks for ---

    def stage(
        self,
        command: str,
        position: str,
        view: View,
        now_ns: int,
        interlocks: Mapping[str, str] = _NO_INTERLOCKS,
    ) -> Dispatch:
        """Stage a dangerous command, in place of any staged before; send another at once.

        `interlocks` (of the gates) are reasons not to, by command id.
        """
        refusal = self._refusal(command, position, view, now_ns, interlocks)
        if refusal:
            return self._refused(command, position, refusal, now_ns)
        if not self._rules[command].config.dangerous:
            return self.send(command, position, view, now_ns)
        code = self._secrets.code()
        self._staged = StagedStatus(command, code, now_ns + STAGED_FOR_NS, position)
        return self._said(position, f"{self._title(command)} staged, to be confirmed", now_ns)

    def confirm(
        self,
        code: str,
        position: str,
        view: View,
        now_ns: int,
        interlocks: Mapping[str, str] = _NO_INTERLOCKS,
    ) -> Dispatch:
        """Send the staged command, if the code is its own, in time, from who staged it.

        Everything that staging asked is asked again.
        """
        staged = self._staged
        if staged is None or now_ns >= staged.expires_ns:
            self._staged = None
            return self._refused("", position, "nothing is staged", now_ns)
        if position != staged.position:
            return self._refused(
                staged.command, position, f"{staged.position} staged it and confirms it", now_ns
            )
        if code.strip().upper() != staged.code:
            return self._refused(staged.command, position, "the code is another one", now_ns)
        self._staged = None
        refusal = self._refusal(staged.command, position, view, now_ns, interlocks)
        if refusal:
            return self._refused(staged.command, position, refusal, now_ns)
        return self.send(staged.command, position, view, now_ns)

    def cancel(self, position: str, now_ns: int) -> Dispatch:
        """Drop what is staged."""
        staged, self._staged = self._staged, None
        if staged is None:
            return self._refused("", position, "nothing is staged", now_ns)
        return self._said(position, f"{self._title(staged.command)} no longer staged", now_ns)

    # --- What goes out ---

    def send(self, command: str, by: str, view: View, now_ns: int) -> Dispatch:
        """Send a command for a gate or a confirmed operator; `by` names who.

        There is always a status: a command that is not allowed is REFUSED with its reason
        and no attempts.
        """
        rules = self._rules.get(command)
        if rules is None:
            return self._refused(command, by, "no such command", now_ns)
        parameters, refusal = _parameters(rules, view, now_ns)
        refusal = _not_allowed(rules, view, now_ns) or refusal
        attempt = self._new_attempt(rules, parameters, now_ns)
        if refusal:
            attempt.state, attempt.detail = CommandState.REFUSED, refusal
            return self._refused(command, by, refusal, now_ns)
        superseded = self._supersede(attempt, now_ns)
        said = self._said(by, f"{rules.config.title} sent", now_ns)
        return Dispatch(self._transmit(attempt, now_ns), (*superseded, *said.events))

    def withdraw(self, command: str, reason: str, now_ns: int) -> Dispatch:
        """Stop sending a command that is under way. It may already have arrived."""
        return Dispatch(
            events=tuple(
                self._give_up(attempt, f"withdrawn: {reason}", now_ns)
                for attempt in self._attempts
                if attempt.under_way and attempt.config.id == command
            )
        )

    def step(self, now_ns: int) -> Dispatch:
        """Retry, time out, and let what is staged expire."""
        outgoing: list[Outgoing] = []
        events: list[Event] = []
        for attempt in self._attempts:
            if not attempt.under_way or now_ns < attempt.next_ns:
                continue
            if attempt.attempts < attempt.config.attempts:
                outgoing.extend(self._transmit(attempt, now_ns))
            else:
                attempt.end_unverified()
                events.append(_ended(attempt, now_ns))
        if self._staged is not None and now_ns >= self._staged.expires_ns:
            text = f"{self._title(self._staged.command)} was not confirmed in time"
            events.append(Event(now_ns, "command", self._staged.position, text, _WARNING))
            self._staged = None
        return Dispatch(tuple(outgoing), tuple(events))

    # --- What comes back ---

    def acknowledged(self, source: str, command: int, result: int) -> None:
        """A COMMAND_ACK: MAV_CMD number and MAV_RESULT. Shown, and nothing more."""
        for attempt in self._attempts:
            attempt.acknowledge(source, command, result)

    def echoed(self, source: str, nonce: int, command: int, now_ns: int) -> Dispatch:
        """A LANDING_STATE's nonce and MAV_CMD number, from any source."""
        self._heard[source] = nonce
        return Dispatch(
            events=tuple(
                _ended(attempt, now_ns)
                for attempt in self._attempts
                if attempt.echo(source, nonce, command)
            )
        )

    # --- What a Snapshot shows ---

    def staged(self) -> StagedStatus | None:
        """The command that waits for its code."""
        return self._staged

    def statuses(self) -> tuple[CommandStatus, ...]:
        """The newest commands, oldest first."""
        return tuple(attempt.status() for attempt in self._attempts)

    def infos(self) -> tuple[CommandInfo, ...]:
        """The commands that the mission declares."""
        configs = [rule.config for rule in self._rules.values()]
        return tuple(CommandInfo(c.id, c.title, dangerous=c.dangerous) for c in configs)

    def windows(self) -> dict[int, int]:
        """Parameter index -> ns of history that the commands' rules need."""
        merged: dict[int, int] = {}
        for rules in self._rules.values():
            for expression in (rules.allowed, *rules.parameters.values()):
                for index, span_ns in expression.windows.items():
                    merged[index] = max(span_ns, merged.get(index, 0))
        return merged

    def _refusal(
        self,
        command: str,
        position: str,
        view: View,
        now_ns: int,
        interlocks: Mapping[str, str],
    ) -> str:
        """Why an operator may not have the command; empty when one may."""
        rules = self._rules.get(command)
        if rules is None:
            return "no such command"
        if position not in self._positions:
            return f"{position or 'nobody'} has no authority to command"
        return interlocks.get(command, "") or _not_allowed(rules, view, now_ns)

    def _new_attempt(
        self, rules: CommandRules, parameters: Mapping[str, float], now_ns: int
    ) -> Attempt:
        nonce = self._secrets.nonce({*self._nonces, *self._heard.values()})
        self._nonces.add(nonce)
        targets = frozenset(target.id for target in self._targets)
        attempt = Attempt(
            self._count, rules.config, rules.number, nonce, now_ns, targets, parameters
        )
        self._count += 1
        self._attempts = [*self._attempts, attempt][-KEPT:]
        return attempt

    def _supersede(self, new: Attempt, now_ns: int) -> tuple[Event, ...]:
        reason = f"superseded by {new.config.id}"
        return tuple(
            self._give_up(attempt, reason, now_ns)
            for attempt in self._attempts
            if attempt.under_way and attempt is not new
        )

    def _give_up(self, attempt: Attempt, reason: str, now_ns: int) -> Event:
        attempt.give_up(reason)
        return _ended(attempt, now_ns)

    def _transmit(self, attempt: Attempt, now_ns: int) -> tuple[Outgoing, ...]:
        """The next sending of a command, to those that have not echoed it."""
        confirmation = min(attempt.attempts, 255)
        attempt.attempts += 1
        attempt.next_ns = now_ns + attempt.config.retry_after
        return tuple(
            Outgoing(target.id, _fields(attempt, target, confirmation))
            for target in self._targets
            if target.id not in attempt.echoed
        )

    def _title(self, command: str) -> str:
        rules = self._rules.get(command)
        return rules.config.title if rules is not None else command

    def _said(self, by: str, text: str, now_ns: int) -> Dispatch:
        return Dispatch(events=(Event(now_ns, "command", by, text, _NOTICE),))

    def _refused(self, command: str, by: str, reason: str, now_ns: int) -> Dispatch:
        what = f"{self._title(command)} refused" if command else "refused"
        return Dispatch(events=(Event(now_ns, "refused", by, f"{what}: {reason}", _WARNING),))


def _fields(attempt: Attempt, target: FlightComputer, confirmation: int) -> dict[str, int | float]:
    empty = {f"param{i}": 0.0 for i in range(3, 8)}
    return {
        "target_system": target.system,
        "target_component": target.component,
        "command": attempt.number,
        "confirmation": confirmation,
        "param1": float(attempt.nonce),
        "param2": attempt.config.validity / MILLISECOND_NS,
        **empty,
        **attempt.parameters,
    }


def _not_allowed(rules: CommandRules, view: View, now_ns: int) -> str:
    """Why the command is not known to be allowed; empty when it is."""
    try:
        allowed = rules.allowed.evaluate(view, now_ns)
    except Exception as error:
        return f"check crashed: {type(error).__name__}: {error}"
    if allowed is True:
        return ""
    because = rules.config.refused_because or f"not {rules.allowed.text}"
    return because if allowed is False else f"not known whether it is allowed ({because})"


def _parameters(rules: CommandRules, view: View, now_ns: int) -> tuple[dict[str, float], str]:
    """The values of param3 to param7 now, and why they cannot be had."""
    values: dict[str, float] = {}
    for name, expression in rules.parameters.items():
        try:
            value = expression.evaluate(view, now_ns)
        except Exception as error:
            return {}, f"{name} crashed: {type(error).__name__}: {error}"
        if value is None:
            return {}, f"{name} is unknown ({expression.text})"
        values[name] = float(value)
    return values, ""


_SEVERITIES = {CommandState.VERIFIED: _NOTICE}


def _ended(attempt: Attempt, now_ns: int) -> Event:
    text = f"{attempt.config.title} {attempt.state.value}"
    detail = ", ".join(attempt.echoed) if attempt.state is CommandState.VERIFIED else attempt.detail
    severity = _SEVERITIES.get(attempt.state, _ERROR)
    return Event(now_ns, "command", attempt.config.id, f"{text}: {detail}", severity)
