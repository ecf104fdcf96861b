"""Who may command vehicle and barge, and whether they have the command.

Theory of operation. An operator with command authority *stages* a dangerous command,
reads back what the Snapshot shows, and *confirms* it with its code before it expires;
where two persons are needed, another one confirms it. Each console stages one command
and displaces no other console's. A gate's own command goes
out directly. Sending asks `allowed` first: what is not known to be allowed is
refused. A sent command carries a nonce and goes to every flight computer, again
and again with a rising confirmation count and the same nonce to those which have
not echoed it, until echoes enough verify it or its attempts are used up. A new
command supersedes what contradicts it; a stop on its way refuses what is none
(`superseding`). An order to the barge lives the same life, beside those that it does not
contradict; its nonce comes back in the barge's own state (`telemetry.orders`), and it is
verified only once that state shows its effect as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gcs.clock import SECOND_NS
from gcs.command.attempt import Attempt
from gcs.command.authority import Operator
from gcs.command.outgoing import Dispatch, joined, sending
from gcs.command.readback import readback
from gcs.command.rules import CommandRules, crash_of, not_allowed, parameter_values, values_again
from gcs.command.session import SessionSecrets
from gcs.command.superseding import contradict, stop_under_way
from gcs.expressions import View
from gcs.messages import CommandInfo, CommandState, CommandStatus, Event, StagedStatus
from gcs.telemetry.speech import say_author

STAGED_FOR_NS = 15 * SECOND_NS
"""How long a staged command waits for its code."""

KEPT = 16
"""How many commands the Snapshot shows: what is on its way, and the newest."""

_NO_INTERLOCKS: Mapping[str, str] = {}
_WARNING = 4
_NOTICE = 5


class Commander:
    """All commands of a session. Intents are refused with a reason, never with an exception."""

    def __init__(
        self,
        rules: Sequence[CommandRules],
        computers: Sequence[str],
        positions: Sequence[str],
        seed: bytes,
        barges: Sequence[str] = (),
    ) -> None:
        self._rules = {rule.config.id: rule for rule in rules}
        self._targets = {"vehicle": tuple(computers), "barge": tuple(barges)}
        self._positions = frozenset(positions)
        self._secrets = SessionSecrets(seed)
        self._attempts: list[Attempt] = []
        self._count = 0
        self._nonces: set[int] = set()
        self._heard: dict[str, int] = {}
        self._staged: dict[str, StagedStatus] = {}

    # --- What an operator asks for ---

    def stage(
        self,
        command: str,
        who: Operator,
        view: View,
        now_ns: int,
        interlocks: Mapping[str, str] = _NO_INTERLOCKS,
    ) -> Dispatch:
        """Stage a dangerous command, in place of this console's one before; send another at once.

        `interlocks` (of the gates) are reasons not to, by command id.
        """
        refusal = self._refusal(command, who, view, now_ns, interlocks)
        if refusal:
            return self._refused(command, who.position, refusal, now_ns)
        if not self._rules[command].config.dangerous:
            return self.send(command, who.position, view, now_ns)
        title = self._title(command)
        taken = {staged.code for staged in self._staged.values()}
        replaced = self._falling(self._staged_at(who.console), f"replaced by {title}", now_ns)
        self._staged[who.console] = StagedStatus(
            command,
            self._secrets.code(taken),
            now_ns + STAGED_FOR_NS,
            who.console,
            who.position,
            who.person,
            self._rules[command].config.two_person,
        )
        said = self._said(who.position, f"{title} staged, to be confirmed", now_ns)
        return Dispatch(events=(*replaced.events, *said.events))

    def confirm(
        self,
        code: str,
        who: Operator,
        view: View,
        now_ns: int,
        interlocks: Mapping[str, str] = _NO_INTERLOCKS,
    ) -> Dispatch:
        """Send the staged command of that code, if in time, from who may confirm it.

        Everything that staging asked is asked again.
        """
        waiting = [staged for staged in self._staged.values() if now_ns < staged.expires_ns]
        own = next((staged for staged in waiting if staged.console == who.console), None)
        staged = next((s for s in waiting if s.code == code.strip().upper()), None)
        if staged is None:
            reason = "the code is another one" if waiting else "nothing is staged"
            return self._refused(own.command if own else "", who.position, reason, now_ns)
        refusal = self._not_to_confirm(staged, who)
        if refusal:
            return self._refused(staged.command, who.position, refusal, now_ns)
        del self._staged[staged.console]
        # Of two persons it is the first whose console holds authority.
        asking = who._replace(no_authority="") if staged.two_person else who
        refusal = self._refusal(staged.command, asking, view, now_ns, interlocks)
        if refusal:
            return self._refused(staged.command, who.position, refusal, now_ns)
        return self.send(staged.command, who.position, view, now_ns)

    def cancel(self, who: Operator, now_ns: int) -> Dispatch:
        """Drop what this console has staged."""
        staged = self._staged.pop(who.console, None)
        if staged is None:
            return self._refused("", who.position, "this console has nothing staged", now_ns)
        text = f"{self._title(staged.command)} no longer staged"
        return self._said(who.position, text, now_ns)

    def authority_moved(self, now_ns: int) -> Dispatch:
        """Command authority went to somebody else: what was staged under it falls."""
        fallen = [
            staged
            for staged in self._staged.values()
            if not self._rules[staged.command].config.without_authority
        ]
        return self._falling(fallen, "command authority moved", now_ns)

    def left(self, console: str, now_ns: int) -> Dispatch:
        """A console went: what it had staged falls, for whoever was to confirm it."""
        return self._falling(self._staged_at(console), f"{console} left", now_ns)

    def alone(self, now_ns: int) -> Dispatch:
        """The station itself went down and came back: whoever staged something is gone.

        So is what it drew last and could not record: it comes back at no moment twice.
        """
        self._secrets.leave(f"back at {now_ns}")
        return self._falling(tuple(self._staged.values()), "the station went down", now_ns)

    # --- What goes out ---

    def send(self, command: str, by: str, view: View, now_ns: int) -> Dispatch:
        """Send a command for a gate or a confirmed operator; `by` names who.

        There is always a status: a command that is not allowed is REFUSED with its reason
        and no attempts.
        """
        rules = self._rules.get(command)
        if rules is None:
            return self._refused(command, by, "no such command", now_ns)
        parameters, refusal = parameter_values(rules, view, now_ns)
        refusal = self._stopped(rules) or not_allowed(rules, view, now_ns) or refusal
        attempt = self._new_attempt(rules, parameters, by, now_ns)
        if refusal:
            attempt.state, attempt.detail = CommandState.REFUSED, refusal
            return self._refused(command, by, refusal, now_ns)
        superseded = self._supersede(attempt, now_ns)
        crash = crash_of(rules, view, now_ns)
        text = f"{rules.config.title} sent" + (f", though its {crash}" if crash else "")
        said = Event(now_ns, "command", by, text, _WARNING if crash else _NOTICE)
        sent = sending(attempt, attempt.begin_try(now_ns))
        return sent._replace(events=(*superseded, said))

    def withdraw(self, command: str, reason: str, now_ns: int) -> Dispatch:
        """Stop sending a command that is under way. It may already have arrived."""
        return Dispatch(
            events=tuple(
                self._give_up(attempt, f"withdrawn: {reason}", now_ns)
                for attempt in self._attempts
                if attempt.under_way and attempt.config.id == command
            )
        )

    def step(self, view: View, now_ns: int) -> Dispatch:
        """Look for effects, retry, time out, and let what is staged expire."""
        done: list[Dispatch] = []
        for attempt in self._attempts:
            if attempt.see(self._rules[attempt.config.id].effect(view, now_ns)):
                done.append(Dispatch(events=(attempt.ending(now_ns),)))
            if not attempt.under_way or now_ns < attempt.next_ns:
                continue
            if attempt.attempts < attempt.config.attempts:
                done.append(self._send_again(attempt, view, now_ns))
            else:
                attempt.end_unverified()
                done.append(Dispatch(events=(attempt.ending(now_ns),)))
        late = [staged for staged in self._staged.values() if now_ns >= staged.expires_ns]
        fallen = (self._fall(staged, "was not confirmed in time", now_ns) for staged in late)
        return joined((*done, Dispatch(events=tuple(fallen))))

    # --- What comes back ---

    def acknowledged(self, source: str, command: int, result: int) -> None:
        """A COMMAND_ACK: MAV_CMD number and MAV_RESULT. Shown, and nothing more."""
        for attempt in self._attempts:
            attempt.acknowledge(source, command, result)

    def answered(
        self, source: str, nonce: int, accepted: bool, reason: str, now_ns: int
    ) -> Dispatch:
        """A barge's answer to an order; only the refusal of the very order ends it."""
        return Dispatch(
            events=tuple(
                attempt.ending(now_ns)
                for attempt in self._attempts
                if attempt.answer(source, nonce, accepted, reason)
            )
        )

    def echoed(self, source: str, nonce: int, command: int, now_ns: int) -> Dispatch:
        """The nonce and MAV_CMD number (0: a barge's) in a state, from any source."""
        self._heard[source] = nonce
        return Dispatch(
            events=tuple(
                attempt.ending(now_ns)
                for attempt in self._attempts
                if attempt.echo(source, nonce, command)
            )
        )

    # --- What a Snapshot shows ---

    def staged(
        self, view: View, now_ns: int, interlocks: Mapping[str, str] = _NO_INTERLOCKS
    ) -> tuple[StagedStatus, ...]:
        """The commands that wait for their codes, the oldest first, and what they read back now."""
        return tuple(
            msgspec.structs.replace(
                staged, readback=self._readback(staged.command, view, now_ns, interlocks)
            )
            for staged in self._staged.values()
        )

    def statuses(self) -> tuple[CommandStatus, ...]:
        """The commands on their way and the newest others, oldest first."""
        return tuple(attempt.status() for attempt in self._attempts)

    def infos(self) -> tuple[CommandInfo, ...]:
        """The commands that the mission declares."""
        configs = [rule.config for rule in self._rules.values()]
        return tuple(
            CommandInfo(c.id, c.title, c.target, c.dangerous, c.two_person) for c in configs
        )

    def windows(self) -> dict[int, int]:
        """Parameter index -> ns of history that the commands' rules need."""
        merged: dict[int, int] = {}
        for rules in self._rules.values():
            for expression in rules.expressions:
                for index, span_ns in expression.windows.items():
                    merged[index] = max(span_ns, merged.get(index, span_ns))
        return merged

    def _readback(
        self, command: str, view: View, now_ns: int, interlocks: Mapping[str, str]
    ) -> tuple[str, ...]:
        rules = self._rules[command]
        targets = self._targets[rules.config.target]
        barred = interlocks.get(command) or self._stopped(rules)
        return readback(rules, targets, view, now_ns, barred)

    def _staged_at(self, console: str) -> tuple[StagedStatus, ...]:
        """What a console has staged: one command or none."""
        staged = self._staged.get(console)
        return () if staged is None else (staged,)

    def _falling(self, fallen: Iterable[StagedStatus], why: str, now_ns: int) -> Dispatch:
        why = f"no longer staged: {why}"
        return Dispatch(events=tuple(self._fall(staged, why, now_ns) for staged in fallen))

    def _fall(self, staged: StagedStatus, why: str, now_ns: int) -> Event:
        """Drop what nobody asked to drop."""
        del self._staged[staged.console]
        text = f"{self._title(staged.command)} {why}"
        return Event(now_ns, "command", staged.position, text, _WARNING)

    def _refusal(
        self,
        command: str,
        who: Operator,
        view: View,
        now_ns: int,
        interlocks: Mapping[str, str],
    ) -> str:
        """Why an operator may not have the command; empty when one may."""
        rules = self._rules.get(command)
        if rules is None:
            return "no such command"
        if who.position not in self._positions:
            return f"{who.position or 'nobody'} has no authority to command"
        if rules.config.two_person and not who.person:
            return "it takes two persons, and who is here is not known"
        no_authority = "" if rules.config.without_authority else who.no_authority
        barred = interlocks.get(command) or self._stopped(rules)
        return no_authority or barred or not_allowed(rules, view, now_ns)

    def _stopped(self, rules: CommandRules) -> str:
        """Why a command may not go out beside a stop on its way; empty where it may."""
        under_way = (a.config.id for a in self._attempts if a.under_way)
        return stop_under_way(rules, (self._rules[command] for command in under_way))

    def _not_to_confirm(self, staged: StagedStatus, who: Operator) -> str:
        """Why this operator may not confirm what is staged; empty when one may."""
        if who.position not in self._positions:
            return f"{who.position or 'nobody'} has no authority to command"
        if not staged.two_person:
            same = who[:3] == (staged.console, staged.position, staged.person)
            by = say_author(staged.position, staged.person)
            return "" if same else f"{by} on {staged.console} staged it and confirms it"
        if who.person in ("", staged.person):
            return f"{staged.person} staged it, another known person confirms it"
        return ""

    def _new_attempt(
        self, rules: CommandRules, parameters: Mapping[str, float], by: str, now_ns: int
    ) -> Attempt:
        nonce = self._secrets.nonce({*self._nonces, *self._heard.values()})
        self._nonces.add(nonce)
        config = rules.config
        targets = frozenset(self._targets[config.target])
        echoes = len(targets) if config.target == "barge" else config.echoes
        attempt = Attempt(
            self._count, config, rules.number, nonce, now_ns, targets, echoes, parameters, by
        )
        self._count += 1
        self._attempts = [*self._attempts, attempt]
        if len(self._attempts) > KEPT:
            self._attempts.remove(min(self._attempts, key=_worth_keeping))
        return attempt

    def _supersede(self, new: Attempt, now_ns: int) -> tuple[Event, ...]:
        reason, rules = f"superseded by {new.config.id}", self._rules[new.config.id]
        return tuple(
            self._give_up(attempt, reason, now_ns)
            for attempt in self._attempts
            if attempt is not new and attempt.awaits_echo
            if contradict(rules, self._rules[attempt.config.id])
        )

    def _give_up(self, attempt: Attempt, reason: str, now_ns: int) -> Event:
        attempt.give_up(reason)
        return attempt.ending(now_ns)

    def _send_again(self, attempt: Attempt, view: View, now_ns: int) -> Dispatch:
        """The next try, with what its parameters say now; unknown, it is spent unsent.

        An order says what it said: the barge ages it from then and judges it once.
        """
        confirmation = attempt.begin_try(now_ns)
        if attempt.config.target == "vehicle":
            rules = self._rules[attempt.config.id]
            age_ns = now_ns - attempt.sent_ns
            attempt.parameters, unknown = values_again(rules, attempt.first, age_ns, view, now_ns)
            if unknown:
                text = f"{attempt.config.title} not sent again: {unknown}"
                event = Event(now_ns, "command", attempt.config.id, text, _WARNING)
                return Dispatch(events=(event,))
        return sending(attempt, confirmation)

    def _title(self, command: str) -> str:
        rules = self._rules.get(command)
        return rules.config.title if rules is not None else command

    def _said(self, by: str, text: str, now_ns: int) -> Dispatch:
        return Dispatch(events=(Event(now_ns, "command", by, text, _NOTICE),))

    def _refused(self, command: str, by: str, reason: str, now_ns: int) -> Dispatch:
        what = f"{self._title(command)} refused" if command else "refused"
        return Dispatch(events=(Event(now_ns, "refused", by, f"{what}: {reason}", _WARNING),))


def _worth_keeping(attempt: Attempt) -> tuple[bool, bool]:
    """The oldest of the least goes first: what waits for an echo is what a gate waits for."""
    return attempt.under_way, attempt.awaits_echo
