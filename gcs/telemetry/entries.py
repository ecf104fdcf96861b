"""What operators enter by hand: what no sensor sends, with its author and its end.

Theory of operation. An entry is a sample of its parameter, measured when it was entered.
It is GOOD while it is VALID, and so passes or blocks like any other; what was never
entered, was withdrawn, waits for a second person's check or has expired is not GOOD, and
blocks. A newer entry always replaces an older one, also with one that is yet to be
checked: whoever enters anew no longer stands by what was entered before.

A check is bound to the very entry that was seen, by its time of entry, which no other
entry of the parameter shares. It takes two persons who are known and differ; where
nobody is known behind a console, an entry that asks for a check never counts.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass

from gcs.messages import (
    CheckEntry,
    EnterValue,
    EntryState,
    EntryStatus,
    Event,
    Quality,
    WithdrawEntry,
)
from gcs.telemetry.parameters import Dictionary, Entered, Parameter
from gcs.telemetry.samples import SampleBatch, SampleWriter
from gcs.telemetry.speech import Speech, say_author, say_duration, say_utc

NOTE_AT_MOST = 200
_QUOTED_AT_MOST = 40
_WARNING, _NOTICE = 4, 5
_NOTHING = SampleWriter().take()


class Step(enum.Enum):
    """What moves an entry."""

    ENTERED = "entered"
    ENTERED_TO_CHECK = "entered, to be checked"
    CHECKED = "checked"
    WITHDRAWN = "withdrawn"
    ENDED = "its time is over"


_S = EntryState
_ANEW = {Step.ENTERED: _S.VALID, Step.ENTERED_TO_CHECK: _S.UNCHECKED}

TRANSITIONS: Mapping[EntryState, Mapping[Step, EntryState]] = {
    _S.MISSING: _ANEW,
    _S.UNCHECKED: {
        **_ANEW,
        Step.CHECKED: _S.VALID,
        Step.WITHDRAWN: _S.MISSING,
        Step.ENDED: _S.EXPIRED,
    },
    _S.VALID: {**_ANEW, Step.WITHDRAWN: _S.MISSING, Step.ENDED: _S.EXPIRED},
    _S.EXPIRED: {**_ANEW, Step.WITHDRAWN: _S.MISSING},
}
"""State and step to the next state; what has no row is refused."""

QUALITIES: Mapping[EntryState, Quality] = {
    _S.MISSING: Quality.NEVER,
    _S.UNCHECKED: Quality.SUSPECT,
    _S.VALID: Quality.GOOD,
    _S.EXPIRED: Quality.STALE,
}
"""What a sample is worth while its entry stands so."""


class _RefusedError(Exception):
    """Why an act on an entry is refused, in one sentence."""


@dataclass(slots=True)
class _Entry:
    """One parameter that is entered, and the entry that stands."""

    parameter: Parameter
    rule: Entered
    state: EntryState = EntryState.MISSING
    value: float = math.nan
    position: str = ""
    person: str = ""
    entered_ns: int = 0
    expires_ns: int = 0
    checked_by: str = ""
    note: str = ""

    def move(self, step: Step) -> bool:
        """Take a row of the table; False where there is none."""
        state = TRANSITIONS[self.state].get(step)
        if state is None:
            return False
        self.state = state
        return True

    def clear(self) -> None:
        """Forget what was entered, but not when: no later entry may be taken for it."""
        self.value, self.position, self.person = math.nan, "", ""
        self.checked_by, self.note = "", ""

    def status(self) -> EntryStatus:
        """What consoles see of it."""
        if self.state is EntryState.MISSING:
            return EntryStatus(self.parameter.id, self.state, None)
        return EntryStatus(
            parameter=self.parameter.id,
            state=self.state,
            value=self.value,
            position=self.position,
            person=self.person,
            entered_ns=self.entered_ns,
            expires_ns=self.expires_ns,
            checked_by=self.checked_by,
            note=self.note,
        )


class Entries:
    """All that is entered by hand. One object, one caller."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._entries = {
            parameter.id: _Entry(parameter, parameter.entered)
            for parameter in dictionary.parameters
            if parameter.entered is not None
        }
        self._writer = SampleWriter()
        self._events: list[Event] = []

    def statuses(self) -> tuple[EntryStatus, ...]:
        """What stands for each parameter that is entered, in the dictionary's order."""
        return tuple(entry.status() for entry in self._entries.values())

    def take(
        self,
        act: EnterValue | CheckEntry | WithdrawEntry,
        position: str,
        person: str,
        now_ns: int,
    ) -> Event:
        """What an operator enters, checks or withdraws, or the reason why not."""
        try:
            entry = self._found(act.parameter)
            match act:
                case EnterValue():
                    said = self._enter(entry, act, position, person, now_ns)
                case CheckEntry():
                    said = self._check(entry, act, position, person, now_ns)
                case WithdrawEntry():
                    said = self._withdraw(entry, position, now_ns)
        except _RefusedError as error:
            text = f"entry of {act.parameter[:60]!r} refused: {error}"
            return Event(now_ns, "refused", position, text, _WARNING)
        return Event(now_ns, "entry", position, f"{entry.parameter.id} {said}", _NOTICE)

    def samples(self, now_ns: int) -> SampleBatch:
        """The samples that entries have become since last asked; ends what is over."""
        for entry in self._entries.values():
            if now_ns >= entry.expires_ns and entry.move(Step.ENDED):
                text = f"{entry.parameter.id}: entry by {entry.position} expired"
                self._events.append(Event(now_ns, "entry", entry.parameter.id, text, _WARNING))
                self._write(entry, now_ns)
        return self._writer.take() if len(self._writer) else _NOTHING

    def take_events(self) -> list[Event]:
        """Which entries ended by themselves since last asked."""
        taken, self._events = self._events, []
        return taken

    def _enter(
        self, entry: _Entry, act: EnterValue, position: str, person: str, now_ns: int
    ) -> str:
        _check_author(entry, position)
        value = _value(entry.parameter, act.value)
        for_ns = _span(entry.parameter, act.for_ns)
        note = " ".join(act.note.split())
        if len(note) > NOTE_AT_MOST:
            raise _RefusedError(f"its note is longer than {NOTE_AT_MOST} characters")
        entry.move(Step.ENTERED_TO_CHECK if entry.rule.checked else Step.ENTERED)
        entry.value, entry.position, entry.person = value, position, person
        entry.entered_ns = max(now_ns, entry.entered_ns + 1)
        entry.expires_ns = entry.entered_ns + for_ns
        entry.checked_by, entry.note = "", note
        self._write(entry, now_ns)
        said = f"{entry.parameter.speech.say(value)} entered by {say_author(position, person)}"
        said += f" until {say_utc(entry.expires_ns)}"
        if entry.rule.checked:
            said += ", to be checked by a second person"
            said += "" if person else ", which nobody can: this console says no person"
        return f"{said}: {note}" if note else said

    def _check(
        self, entry: _Entry, act: CheckEntry, position: str, person: str, now_ns: int
    ) -> str:
        if entry.state is not EntryState.UNCHECKED:
            raise _RefusedError(f"it is {entry.state}, there is nothing to check")
        if act.entered_ns != entry.entered_ns:
            raise _RefusedError("another value was entered since: look again")
        if not person or not entry.person:
            raise _RefusedError("a check takes two persons who are known")
        if person == entry.person:
            raise _RefusedError(f"{person} entered it: a second person checks")
        entry.move(Step.CHECKED)
        entry.checked_by = say_author(position, person)
        self._write(entry, now_ns)
        said = entry.parameter.speech.say(entry.value)
        return f"{said} of {entry.position} checked by {entry.checked_by}"

    def _withdraw(self, entry: _Entry, position: str, now_ns: int) -> str:
        _check_author(entry, position)
        if not entry.move(Step.WITHDRAWN):
            raise _RefusedError("nothing is entered")
        entry.clear()
        self._write(entry, now_ns)
        return f"withdrawn by {position}"

    def _found(self, name: str) -> _Entry:
        entry = self._entries.get(name)
        if entry is None:
            raise _RefusedError("no parameter of this name is entered by hand")
        return entry

    def _write(self, entry: _Entry, now_ns: int) -> None:
        self._writer.append(
            entry.parameter.index,
            entry.entered_ns,
            now_ns,
            entry.value,
            int(QUALITIES[entry.state]),
        )


def _check_author(entry: _Entry, position: str) -> None:
    if position not in entry.rule.by:
        raise _RefusedError(f"only {', '.join(entry.rule.by)} may")


def _value(parameter: Parameter, text: str) -> float:
    speech = parameter.speech
    value = speech.read(text) if len(text) <= _QUOTED_AT_MOST else None
    if value is None:
        raise _RefusedError(f"expected {_expected(speech)}, got {text[:_QUOTED_AT_MOST]!r}")
    if not parameter.low <= value <= parameter.high:
        low, high = speech.say(parameter.low), speech.say(parameter.high)
        raise _RefusedError(f"{text[:_QUOTED_AT_MOST]} is not within {low} to {high}")
    return value


def _expected(speech: Speech) -> str:
    if speech.codes.names:
        return f"one of {', '.join(name for _, name in speech.codes.names)}"
    return f"a number {f'in {speech.unit}' if speech.unit else 'without a unit'}"


def _span(parameter: Parameter, for_ns: int) -> int:
    if not 0 <= for_ns <= parameter.stale_after_ns:
        raise _RefusedError(f"it holds for {say_duration(parameter.stale_after_ns)} at most")
    return for_ns or parameter.stale_after_ns
