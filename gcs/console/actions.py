"""What an operator may type, in one registry: `:` and a word, turned into the act it asks for.

A line that does not begin with `:` is the code of a staged command. Nothing is
decided here: the station may refuse any act, and says why as an event.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from gcs.config.model import parse_duration_ns
from gcs.console.format import escaped
from gcs.messages import (
    Act,
    CancelCommand,
    Catalogue,
    ConfirmCommand,
    HoldCount,
    ReleaseHold,
    RevokeWaiver,
    Snapshot,
    StageCommand,
    Vote,
    Waive,
)


class ActionError(ValueError):
    """The line means nothing here; says what was expected."""


@dataclass(frozen=True)
class ShowPage:
    """Show another page of this console."""

    page: str


@dataclass(frozen=True)
class ChartParameter:
    """Chart the parameter in this catalogue column."""

    index: int


@dataclass(frozen=True)
class Quit:
    """Leave this console."""


Request: TypeAlias = Act | ShowPage | ChartParameter | Quit
_Parse: TypeAlias = Callable[[str, Catalogue], Request]


@dataclass(frozen=True)
class Verb:
    """One `:` command: its word, what follows it, what it does."""

    word: str
    arguments: str
    purpose: str
    parse: _Parse


def parse_line(line: str, catalogue: Catalogue, snapshot: Snapshot) -> Request:
    """What a typed line asks for; ActionError where it means nothing."""
    text = line.strip()
    if text.startswith(":"):
        return _parse_verb(text[1:].strip(), catalogue)
    if snapshot.staged is None:
        raise ActionError("a command begins with `:`, for example :help")
    # Codes are read back by people: the case of what they type does not matter.
    same = text.casefold() == snapshot.staged.code.casefold()
    return ConfirmCommand(snapshot.staged.code if same else text)


def described(act: Act) -> str:
    """The act in the operator's words."""
    match act:
        case StageCommand(command):
            return f"stage {command}"
        case ConfirmCommand():
            return "code"
        case CancelCommand():
            return "cancel"
        case HoldCount(reason):
            return f"hold: {escaped(reason, 60)}"
        case ReleaseHold():
            return "release"
        case Vote(gate, go):
            return f"vote {gate} {'GO' if go else 'NO-GO'}"
        case Waive(criterion):
            return f"waive {criterion}"
        case RevokeWaiver(criterion):
            return f"unwaive {criterion}"
        case _:
            return "act"


def _parse_verb(text: str, catalogue: Catalogue) -> Request:
    word, _, rest = text.partition(" ")
    verb = next((v for v in VERBS if v.word == word.lower()), None)
    if verb is not None:
        return verb.parse(rest.strip(), catalogue)
    if rest.strip():
        raise ActionError(f"no command {escaped(word, 30)!r}; :help lists them")
    return StageCommand(command_named(word, catalogue))


def command_named(word: str, catalogue: Catalogue) -> str:
    """The vehicle command that `word` names: its id, or the last part of one id only."""
    wanted, ids = word.lower(), [command.id for command in catalogue.commands]
    if wanted in ids:
        return wanted
    found = [name for name in ids if wanted == name.rpartition("_")[2]]
    if len(found) == 1:
        return found[0]
    expected = ", ".join(ids) or "none in this mission"
    raise ActionError(f"no command {escaped(word, 30)!r}; vehicle commands: {expected}")


def _stage(rest: str, catalogue: Catalogue) -> Request:
    return StageCommand(command_named(rest, catalogue))


def _hold(rest: str, catalogue: Catalogue) -> Request:
    return HoldCount(rest[:200] or "operator")


def _release(rest: str, catalogue: Catalogue) -> Request:
    return ReleaseHold()


def _cancel(rest: str, catalogue: Catalogue) -> Request:
    return CancelCommand()


def _vote(rest: str, catalogue: Catalogue) -> Request:
    gates = [gate.id for gate in catalogue.gates]
    gate, _, answer = rest.lower().rpartition(" ")
    if gate.strip() not in gates or answer not in ("go", "nogo"):
        raise ActionError(f"expected :vote GATE go|nogo with a gate of {', '.join(gates)}")
    return Vote(gate.strip(), go=answer == "go")


def _waive(rest: str, catalogue: Catalogue) -> Request:
    match = _WAIVER.fullmatch(rest)
    if match is None:
        raise ActionError(
            "expected :waive CRITERION BOUND DURATION REASON such as"
            " :waive CRITERION 4 deg 10 min REASON; BOUND is - where there is no value"
        )
    return Waive(
        criterion=_criterion(match["criterion"], catalogue),
        reason=match["reason"],
        for_ns=parse_duration_ns(match["duration"]),
        bound="" if match["bound"] == "-" else match["bound"],
    )


def _unwaive(rest: str, catalogue: Catalogue) -> Request:
    return RevokeWaiver(_criterion(rest, catalogue))


def _criterion(name: str, catalogue: Catalogue) -> str:
    ids = [info.id for info in catalogue.criteria]
    if name.lower() in ids:
        return name.lower()
    near = [known for known in ids if name and name.lower() in known][:4]
    hint = f"; near: {', '.join(near)}" if near else ""
    raise ActionError(f"no criterion {escaped(name, 40)!r}{hint}")


def _page(rest: str, catalogue: Catalogue) -> Request:
    if rest.lower() not in PAGES:
        raise ActionError(f"pages: {', '.join(PAGES)}")
    return ShowPage(rest.lower())


def _strip(rest: str, catalogue: Catalogue) -> Request:
    ids = [info.id for info in catalogue.parameters]
    if rest not in ids:
        near = [name for name in ids if rest and rest in name][:4]
        hint = f"; near: {', '.join(near)}" if near else ""
        raise ActionError(f"no parameter {escaped(rest, 40)!r}{hint}")
    return ChartParameter(ids.index(rest))


def _help(rest: str, catalogue: Catalogue) -> Request:
    return ShowPage("help")


def _quit(rest: str, catalogue: Catalogue) -> Request:
    return Quit()


_WAIVER = re.compile(
    r"(?P<criterion>\S+)\s+(?P<bound>-|[+-]?[\d.]\S*(?:\s+[^\s\d]\S*)?)"
    r"\s+(?P<duration>\d{1,6}(?:\.\d{1,6})?\s*(?:s|min|h))\s+(?P<reason>\S.*)",
    re.ASCII,
)
"""`deck_roll 4 deg 10 min the reason`. A unit never begins with a digit, a duration always does."""

PAGES = (
    "main",
    "board",
    "vehicle",
    "barge",
    "links",
    "events",
    "strips",
    "profile",
    "deck",
    "help",
)

VERBS = (
    Verb("vote", "GATE go|nogo", "answer a gate's poll from your position", _vote),
    Verb("waive", "CRITERION BOUND DURATION REASON", "let a NO-GO pass up to a bound", _waive),
    Verb("unwaive", "CRITERION", "end a waiver before its time", _unwaive),
    Verb("hold", "[REASON]", "stop the T clock", _hold),
    Verb("release", "", "let the T clock run again", _release),
    Verb("stage", "COMMAND", "ask for a vehicle command; its word alone does the same", _stage),
    Verb("cancel", "", "drop the staged command (Esc on an empty line does the same)", _cancel),
    Verb("strip", "PARAMETER", "chart a parameter", _strip),
    Verb("page", "PAGE", f"show {', '.join(PAGES)}", _page),
    Verb("help", "", "show this page", _help),
    Verb("quit", "", "leave this console; the station runs on", _quit),
)
