"""An audit's entries as sentences: who did what to what, why, and until when.

The log keeps facts in the station's words and SI; people read titles, units and times of
day. An entry that another version wrote, whose facts are not those known here, is told
by the text that stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from gcs.config.loading import Mission
from gcs.messages import EntryState
from gcs.recording.chain import Entry
from gcs.telemetry.naming import speech_of
from gcs.telemetry.speech import PLAIN, Speech, say_author, say_clock, say_duration, say_utc

_Facts: TypeAlias = Mapping[str, Any]
_Told: TypeAlias = Callable[[_Facts], str]


class Teller:
    """Tells entries in their order: whether T runs decides what T a moment ahead will have."""

    def __init__(self, mission: Mission) -> None:
        config = mission.config
        self._phases = {phase.id: phase.title for phase in config.phase}
        self._gates = {gate.id: gate.title for gate in config.gate}
        self._commands = {command.id: command.title for command in config.command}
        self._criteria = {name: its.title for _, name, its in mission.criterion_configs()}
        self._parameters = {name: its for _, name, its in mission.parameters()}
        self._acts: Mapping[str, _Told] = {
            "stage": self._stage,
            "confirm": self._confirm,
            "cancel": self._cancel,
            "hold": self._hold,
            "release": self._release,
            "recycle": self._recycle,
            "scrub": self._scrub,
            "vote": self._votes,
            "waive": self._waive,
            "unwaive": self._unwaive,
            "enter": self._enter,
            "check": self._check,
            "withdraw": self._withdraw,
            "acknowledge": self._acknowledge,
            "shelve": self._shelve,
            "unshelve": self._unshelve,
            "give_authority": self._give,
            "take_authority": self._take,
        }
        self._kinds: Mapping[str, _Told] = {
            "intent": self._intent,
            "phase": self._phase,
            "count": self._count,
            "entry": self._standing_entry,
            "criterion": self._verdict,
            "waiver": self._waiver,
            "gate": self._gate_turns,
            "vote": self._vote,
            "staged": self._staged,
            "command": self._command_moves,
            "alarm": self._alarm,
            "console": self._console,
            "refused": self._refused,
            "fault": self._fault,
        }
        self._t_runs = False
        self._entry = Entry(0, 0, 0, "", "", "")

    def tell(self, entry: Entry) -> str:
        """One sentence."""
        self._entry = entry
        if entry.kind == "count":
            self._t_runs = entry.subject in ("RUNNING", "FLIGHT")
        teller = self._kinds.get(entry.kind)
        try:
            return teller(entry.facts) if teller is not None else entry.text
        except (AttributeError, KeyError, TypeError, ValueError):
            return f"{entry.subject} {entry.text}".strip()

    # --- Acts ---

    def _intent(self, facts: _Facts) -> str:
        act = facts["act"]
        who = say_author(facts["position"] or "nobody", facts["person"])
        return f"{who} on {facts['console']} {self._acts[act['kind']](act)}"

    def _stage(self, act: _Facts) -> str:
        return f"asks for {self._command(act['command'])}"

    def _confirm(self, act: _Facts) -> str:
        return f"confirms what is staged with the code {act['code']}"

    def _cancel(self, act: _Facts) -> str:
        return "cancels what is staged"

    def _hold(self, act: _Facts) -> str:
        return f"asks to hold the count{_because(act)}"

    def _release(self, act: _Facts) -> str:
        return "asks to release the hold"

    def _recycle(self, act: _Facts) -> str:
        return f"asks to recycle the count to {act['mark']}{_because(act)}"

    def _scrub(self, act: _Facts) -> str:
        return f"asks to scrub the attempt{_because(act)}"

    def _votes(self, act: _Facts) -> str:
        return f"votes {_go(act)} on {self._gate(act['gate'])}"

    def _waive(self, act: _Facts) -> str:
        bound = f" as far as {act['bound']}" if act["bound"] else ""
        what = self._criterion(act["criterion"])
        return f"asks to waive {what}{bound}{self._for(act)}{_because(act)}"

    def _unwaive(self, act: _Facts) -> str:
        return f"asks to end the waiver of {self._criterion(act['criterion'])}"

    def _enter(self, act: _Facts) -> str:
        speech = self._speech(act["parameter"])
        value = speech.read(act["value"])
        said = act["value"] if value is None else speech.say(value)
        span = self._for(act) or " for as long as it may hold"
        note = f": {act['note']}" if act["note"] else ""
        return f"enters {self._parameter(act['parameter'])} = {said}{span}{note}"

    def _check(self, act: _Facts) -> str:
        entered = say_utc(act["entered_ns"])
        return f"says that {self._parameter(act['parameter'])}, entered at {entered}, is right"

    def _withdraw(self, act: _Facts) -> str:
        return f"withdraws the entry of {self._parameter(act['parameter'])}"

    def _acknowledge(self, act: _Facts) -> str:
        return f"acknowledges the alarm {self._criterion(act['alarm'])}"

    def _shelve(self, act: _Facts) -> str:
        what = self._criterion(act["alarm"])
        return f"asks to shelve the alarm {what}{self._for(act)}{_because(act)}"

    def _unshelve(self, act: _Facts) -> str:
        return f"takes the alarm {self._criterion(act['alarm'])} off the shelf"

    def _give(self, act: _Facts) -> str:
        return f"hands command authority to {act['console']}"

    def _take(self, act: _Facts) -> str:
        return "asks for command authority"

    # --- What came of them ---

    def _phase(self, facts: _Facts) -> str:
        phase = self._entry.subject
        after = f", after {self._phases.get(facts['was'], facts['was'])}" if facts["was"] else ""
        return f"phase {self._phases.get(phase, phase)} begins{after}"

    def _count(self, facts: _Facts) -> str:
        state, at = self._entry.subject, say_clock(facts["t_ns"])
        rest = self._entry.text.removeprefix(state)
        if facts["held_by"]:
            rest = rest.replace(" hold", f" hold by {facts['held_by']}", 1)
        attempt = f", attempt {facts['attempt']}" if facts["attempt"] > 1 else ""
        return f"{_COUNTS[state].format(at=at)}{attempt}{rest}"

    def _standing_entry(self, facts: _Facts) -> str:
        what, state = self._parameter(self._entry.subject), facts["state"]
        if state == EntryState.MISSING:
            return f"{what} is not entered any more: the entry is withdrawn"
        by = say_author(facts["position"], facts["person"])
        if state == EntryState.EXPIRED:
            return f"{what} is not known any more: the entry of {by} has expired"
        said = self._speech(self._entry.subject).say(facts["value"])
        checked = f", checked by {facts['checked_by']}" if facts["checked_by"] else ""
        if state == EntryState.UNCHECKED:
            checked = ", not yet checked by a second person"
        note = f": {facts['note']}" if facts["note"] else ""
        return f"{what} is {said} by {by}{checked}, {self._until(facts['expires_ns'])}{note}"

    def _verdict(self, facts: _Facts) -> str:
        turned = f"turns from {facts['was']} to {facts['now']}"
        why = self._untitled(self._entry.text.partition(": ")[2])
        return f"{self._criterion(self._entry.subject)} {turned}: {why}"

    def _waiver(self, facts: _Facts) -> str:
        what = self._criterion(self._entry.subject)
        if not facts:
            return f"{what} is no longer waived"
        until = self._until(facts["expires_ns"])
        return f"{what} is waived by {facts['position']} {until}{_because(facts)}"

    def _gate_turns(self, facts: _Facts) -> str:
        why = self._entry.text.partition(": ")[2]
        said = f": {why}" if why.casefold() != facts["now"].casefold() else ""
        gate = self._gate(self._entry.subject)
        return f"gate {gate} turns from {facts['was']} to {facts['now']}{said}"

    def _vote(self, facts: _Facts) -> str:
        gate = self._gate(self._entry.subject)
        if "go" not in facts:
            return f"the vote of {facts['position']} on {gate} falls"
        who = say_author(facts["position"], facts["person"])
        ends = f" {self._until(facts['expires_ns'])}" if facts["expires_ns"] is not None else ""
        return f"the {_go(facts)} of {who} on {gate} stands{ends}"

    def _staged(self, facts: _Facts) -> str:
        what, console = self._command(self._entry.subject), facts["console"]
        if "readback" not in facts:
            return f"{what} is no longer staged on {console}"
        by = say_author(facts["position"], facts["person"])
        readback = "; ".join(facts["readback"])
        return f"{what} is staged by {by} on {console}" + (f": {readback}" if readback else "")

    def _command_moves(self, facts: _Facts) -> str:
        tried = f", sent {facts['attempts']} times" if facts["attempts"] > 1 else ""
        received = facts["acknowledged_by"]
        taken = f", received by {', '.join(received)}" if received else ""
        echoed = f", echoed by {', '.join(facts['echoed_by'])}" if facts["echoed_by"] else ""
        by = f" of {facts['by']}" if facts["by"] else ""
        detail = f": {facts['detail']}" if facts["detail"] else ""
        name = f"{self._command(self._entry.subject)} #{facts['id']}{by}"
        return f"{name} is {facts['state']}{tried}{taken}{echoed}{detail}"

    def _alarm(self, facts: _Facts) -> str:
        turns, _, why = self._entry.text.partition(": ")
        was, now = turns.split(" -> ")
        because = f": {self._untitled(why)}" if why else ""
        return f"alarm {self._criterion(self._entry.subject)} turns from {was} to {now}{because}"

    def _console(self, facts: _Facts) -> str:
        console = self._entry.subject
        if not facts:
            return f"{console} left"
        position = self._entry.text.rpartition(" may command")[0] if facts["authority"] else ""
        position = position or self._entry.text.rpartition(" attached")[0]
        person = f", {facts['person']}" if facts["person"] else ""
        who = "watching only" if position == "watching" else position + person
        may = "has command authority" if facts["authority"] else "is attached"
        return f"{console} ({who}) {may}"

    def _refused(self, facts: _Facts) -> str:
        return f"answer to {self._entry.subject or 'nobody'}: {self._entry.text}"

    def _fault(self, facts: _Facts) -> str:
        return f"STATION FAULT: {self._entry.text}"

    # --- Words ---

    def _gate(self, name: str) -> str:
        return _titled(self._gates.get(name, ""), name)

    def _command(self, name: str) -> str:
        return _titled(self._commands.get(name, ""), name)

    def _criterion(self, name: str) -> str:
        return _titled(self._criteria.get(name, ""), name)

    def _untitled(self, why: str) -> str:
        """A reason without the title of its criterion, which is told already."""
        title = self._criteria.get(self._entry.subject, "")
        rest = why.removeprefix(title).lstrip(" ,:") if title else why
        return rest or why

    def _parameter(self, name: str) -> str:
        config = self._parameters.get(name)
        return _titled(config.title if config is not None else "", name)

    def _speech(self, name: str) -> Speech:
        config = self._parameters.get(name)
        return speech_of(config) if config is not None else PLAIN

    def _for(self, act: _Facts) -> str:
        """For how long an act asks, and until when; empty where it asks for none."""
        if not act["for_ns"]:
            return ""
        until = self._until(self._entry.at_ns + act["for_ns"])
        return f" for {say_duration(act['for_ns'])}, {until}"

    def _until(self, at_ns: int) -> str:
        """A moment ahead by both clocks; where T stands, it has none yet."""
        ahead_ns = at_ns - self._entry.at_ns
        t = f" ({say_clock(self._entry.t_ns + ahead_ns)} without a hold)" if self._t_runs else ""
        return f"until {say_utc(at_ns)}{t}"


_COUNTS = {
    "RUNNING": "the count runs from {at}",
    "HOLD": "the count stands at {at}",
    "FLIGHT": "T counts from lift-off, {at}",
    "SCRUBBED": "the attempt is scrubbed at {at}",
}


def _titled(title: str, name: str) -> str:
    return f"{title} ({name})" if title and title != name else name


def _because(facts: _Facts) -> str:
    return f": {facts['reason']}" if facts["reason"] else ""


def _go(facts: _Facts) -> str:
    return "GO" if facts["go"] else "NO-GO"
