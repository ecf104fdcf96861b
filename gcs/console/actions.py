"""What an operator may type, in one registry: `:` and a word, turned into the act it asks for.

A line that does not begin with `:` is the code of a staged command. Nothing is
decided here: the station may refuse any act, and says why as an event.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from gcs.console import replaying, verbs
from gcs.console.format import escaped
from gcs.console.pages import NAMES
from gcs.console.verbs import ActionError, Known, Names, Parse, Request, command_named, nearest
from gcs.messages import (
    AcknowledgeAlarm,
    Act,
    CancelCommand,
    Catalogue,
    CheckEntry,
    ConfirmCommand,
    EnterValue,
    GiveAuthority,
    HoldCount,
    Recycle,
    ReleaseHold,
    RevokeWaiver,
    Scrub,
    ShelveAlarm,
    Snapshot,
    StageCommand,
    TakeAuthority,
    UnshelveAlarm,
    Vote,
    Waive,
    WithdrawEntry,
)


@dataclass(frozen=True)
class Verb:
    """One `:` command: its word, what follows it, what it does.

    `places` say what may be typed in its first places, for completion.
    """

    word: str
    arguments: str
    purpose: str
    parse: Parse
    places: tuple[Names, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the word with its completed places is a whole line."""
        return len(self.arguments.split()) == len(self.places) or self.arguments.startswith("[")


VERBS = (
    Verb(
        "vote",
        "GATE go|nogo",
        "answer a gate's poll from your position",
        verbs.vote,
        (verbs.gates, verbs.answers),
    ),
    Verb("hold", "[REASON]", "stop the T clock", verbs.hold),
    Verb("release", "", "let the T clock run again", verbs.release),
    Verb("recycle", "MARK REASON", "set a held T clock back", verbs.recycle, (verbs.marks,)),
    Verb("scrub", "REASON", "end the attempt", verbs.scrub),
    Verb(
        "waive",
        "CRITERION BOUND DURATION REASON",
        "let a NO-GO pass up to a bound",
        verbs.waive,
        (verbs.criteria,),
    ),
    Verb("unwaive", "CRITERION", "end a waiver before its time", verbs.unwaive, (verbs.waived,)),
    Verb(
        "enter",
        "PARAMETER VALUE [for DURATION] [note TEXT]",
        "enter what no sensor sends",
        verbs.enter,
        (verbs.enterable,),
    ),
    Verb(
        "check",
        "PARAMETER",
        "say as a second person that an entry is right",
        verbs.check,
        (verbs.unchecked,),
    ),
    Verb("withdraw", "PARAMETER", "take an entry back", verbs.withdraw, (verbs.entered,)),
    Verb(
        "ack",
        "[ALARM]",
        "say that an alarm was seen; the first that waits where none is named",
        verbs.acknowledge,
        (verbs.unacknowledged,),
    ),
    Verb(
        "shelve",
        "ALARM DURATION REASON",
        "put an alarm aside for a while",
        verbs.shelve,
        (verbs.shelvable,),
    ),
    Verb("unshelve", "ALARM", "take an alarm off the shelf", verbs.unshelve, (verbs.shelved,)),
    Verb(
        "stage",
        "COMMAND",
        "ask for a command; its word alone does the same",
        verbs.stage,
        (verbs.commands,),
    ),
    Verb("cancel", "", "drop the staged command (Esc on an empty line too)", verbs.cancel),
    Verb("give", "CONSOLE", "hand over command authority", verbs.give, (verbs.consoles,)),
    Verb("take", "", "take command authority while nobody holds it", verbs.take),
    Verb("strip", "PARAMETER", "chart a parameter", verbs.strip, (verbs.parameters,)),
    Verb("page", "PAGE", f"show {', '.join(NAMES)}", verbs.page, (verbs.pages,)),
    Verb("copy", "[PANEL]", "copy a panel as text to the clipboard", verbs.copy, (verbs.pages,)),
    Verb("screenshot", "[FILE]", "save the screen as an SVG picture", verbs.screenshot),
    Verb("play", "", "let a replay run", replaying.play),
    Verb("pause", "", "let a replay stand", replaying.pause),
    Verb("speed", "N", "play a replay at N times real time", replaying.speed),
    Verb("seek", "T", "lead a replay to a reading of the T clock", replaying.seek),
    Verb("skip", "SECONDS", "lead a replay on, or back", replaying.skip),
    Verb("step", "[N]", "lead a replay on by snapshots, or back", replaying.step),
    Verb("next", "", "lead a replay to the next event", replaying.next_event),
    Verb("previous", "", "lead a replay to the event before", replaying.previous_event),
    Verb("help", "", "show the help page", verbs.help_page),
    Verb("quit", "", "leave this console; the station runs on", verbs.leave),
)


def parse_line(line: str, catalogue: Catalogue, snapshot: Snapshot) -> Request:
    """What a typed line asks for; ActionError where it means nothing."""
    text = line.strip()
    if text.startswith(":"):
        return _parse_verb(text[1:].strip(), Known(catalogue, snapshot))
    if not snapshot.staged:
        raise ActionError("a command begins with `:`, for example :help")
    # Codes are read back by people: the case of what they type does not matter.
    codes = {staged.code.casefold(): staged.code for staged in snapshot.staged}
    return ConfirmCommand(codes.get(text.casefold(), text))


def verb_named(word: str) -> Verb | None:
    """The verb of that word."""
    return next((verb for verb in VERBS if verb.word == word.lower()), None)


def _parse_verb(text: str, known: Known) -> Request:
    word, _, rest = text.partition(" ")
    verb = verb_named(word)
    if verb is not None:
        if rest.strip() and not verb.arguments:
            raise ActionError(f"nothing follows :{verb.word}")
        return verb.parse(rest.strip(), known)
    if not rest.strip():
        with contextlib.suppress(ActionError):
            return StageCommand(command_named(word, known.catalogue))
    ids = (each.id for each in known.catalogue.commands)
    words = list(dict.fromkeys([*(each.word for each in VERBS), *ids]))
    near = ", ".join(nearest(word.lower(), words))
    hint = f"; near: {near}" if near else ""
    raise ActionError(f"no command {escaped(word, 30)!r}{hint}; :help lists them all")


_WORDS: Mapping[type[Act], str] = {
    StageCommand: "stage {0.command}",
    ConfirmCommand: "code",
    CancelCommand: "cancel",
    HoldCount: "hold: {0.reason}",
    ReleaseHold: "release",
    Recycle: "recycle to {0.mark}: {0.reason}",
    Scrub: "scrub: {0.reason}",
    Vote: "vote {0.gate}",
    Waive: "waive {0.criterion}",
    RevokeWaiver: "unwaive {0.criterion}",
    EnterValue: "enter {0.parameter} {0.value}",
    CheckEntry: "check {0.parameter}",
    WithdrawEntry: "withdraw {0.parameter}",
    AcknowledgeAlarm: "acknowledge {0.alarm}",
    ShelveAlarm: "shelve {0.alarm}",
    UnshelveAlarm: "unshelve {0.alarm}",
    GiveAuthority: "give authority to {0.console}",
    TakeAuthority: "take authority",
}


def described(act: Act) -> str:
    """The act in the operator's words."""
    text = _WORDS[type(act)].format(act)
    if isinstance(act, Vote):
        text += " GO" if act.go else " NO-GO"
    return escaped(text, 80)
