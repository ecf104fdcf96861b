"""What follows each `:` word: how it is read, and what may be typed in each of its places.

A parser reads the rest of the line against the Catalogue and the Snapshot. Nothing is
decided here: a name that exists is enough, whether the act may happen is the station's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple, TypeAlias

from gcs.config.model import parse_duration_ns
from gcs.console.format import escaped
from gcs.console.pages import NAMES
from gcs.console.protocol import Control
from gcs.messages import (
    AcknowledgeAlarm,
    Act,
    AlarmState,
    CancelCommand,
    Catalogue,
    CheckEntry,
    EnterValue,
    EntryState,
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

MAX_TEXT = 200
"""Characters of a reason or a note."""


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
class CopyPanel:
    """Copy a panel or page as text; an empty one is what is in view."""

    panel: str


@dataclass(frozen=True)
class SaveScreen:
    """Save a picture of the screen; an empty file is named after the time."""

    file: str


@dataclass(frozen=True)
class Quit:
    """Leave this console."""


Request: TypeAlias = Act | Control | ShowPage | ChartParameter | CopyPanel | SaveScreen | Quit


class Known(NamedTuple):
    """What names are read against."""

    catalogue: Catalogue
    snapshot: Snapshot


Names: TypeAlias = Callable[[Known], Sequence[str]]
Parse: TypeAlias = Callable[[str, Known], Request]


# --- What may be typed in a place ---


def gates(known: Known) -> Sequence[str]:
    """The gates that are polled; all of them where the mission polls none."""
    polled = [gate.id for gate in known.catalogue.gates if gate.polls]
    return polled or [gate.id for gate in known.catalogue.gates]


def answers(known: Known) -> Sequence[str]:
    """A vote."""
    return ("go", "nogo")


def criteria(known: Known) -> Sequence[str]:
    """All criteria."""
    return [info.id for info in known.catalogue.criteria]


def waived(known: Known) -> Sequence[str]:
    """The criteria with a waiver in force."""
    return [waiver.criterion for waiver in known.snapshot.waivers]


def marks(known: Known) -> Sequence[str]:
    """The marks to which the count may be recycled."""
    return [mark.id for mark in known.catalogue.marks]


def commands(known: Known) -> Sequence[str]:
    """The commands of vehicle and barge."""
    return [command.id for command in known.catalogue.commands]


def enterable(known: Known) -> Sequence[str]:
    """The parameters that people enter."""
    return [info.id for info in known.catalogue.parameters if info.entered_by]


def unchecked(known: Known) -> Sequence[str]:
    """The entries that wait for a second person."""
    return [e.parameter for e in known.snapshot.entries if e.state is EntryState.UNCHECKED]


def entered(known: Known) -> Sequence[str]:
    """The entries that may be taken back."""
    return [e.parameter for e in known.snapshot.entries if e.entered_ns is not None]


def unacknowledged(known: Known) -> Sequence[str]:
    """The alarms that nobody has acknowledged, most urgent first as listed."""
    waiting = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)
    return [alarm.id for alarm in known.snapshot.alarms if alarm.state in waiting]


def shelvable(known: Known) -> Sequence[str]:
    """The alarms that are on the list and not put aside."""
    return [alarm.id for alarm in known.snapshot.alarms if alarm.state is not AlarmState.SHELVED]


def shelved(known: Known) -> Sequence[str]:
    """The alarms on the shelf."""
    return [alarm.id for alarm in known.snapshot.alarms if alarm.state is AlarmState.SHELVED]


def consoles(known: Known) -> Sequence[str]:
    """The other consoles that may be handed command authority."""
    return [c.id for c in known.snapshot.consoles if c.position and not c.authority]


def parameters(known: Known) -> Sequence[str]:
    """All parameters."""
    return [info.id for info in known.catalogue.parameters]


def pages(known: Known) -> Sequence[str]:
    """All pages."""
    return NAMES


# --- How the rest of a line is read ---


def vote(rest: str, known: Known) -> Request:
    """`GATE go|nogo`."""
    ids = [gate.id for gate in known.catalogue.gates]
    gate, _, answer = rest.lower().rpartition(" ")
    if gate.strip() not in ids or answer not in answers(known):
        raise ActionError(f"expected :vote GATE go|nogo with a gate of {', '.join(ids)}")
    return Vote(gate.strip(), go=answer == "go")


def hold(rest: str, known: Known) -> Request:
    """`[REASON]`."""
    return HoldCount(rest[:MAX_TEXT] or "operator")


def release(rest: str, known: Known) -> Request:
    """Nothing follows."""
    return ReleaseHold()


def recycle(rest: str, known: Known) -> Request:
    """`MARK REASON`."""
    mark, _, reason = rest.partition(" ")
    if not reason.strip():
        raise ActionError("expected :recycle MARK REASON")
    return Recycle(_named(mark, marks(known), "mark"), reason.strip()[:MAX_TEXT])


def scrub(rest: str, known: Known) -> Request:
    """`REASON`."""
    if not rest:
        raise ActionError("expected :scrub REASON")
    return Scrub(rest[:MAX_TEXT])


def waive(rest: str, known: Known) -> Request:
    """`CRITERION BOUND DURATION REASON`."""
    match = _WAIVER.fullmatch(rest)
    if match is None:
        raise ActionError(
            "expected :waive CRITERION BOUND DURATION REASON such as"
            " :waive CRITERION 4 deg 10 min REASON; BOUND is - where there is no value"
        )
    return Waive(
        criterion=_named(match["criterion"], criteria(known), "criterion"),
        reason=match["reason"][:MAX_TEXT],
        for_ns=parse_duration_ns(match["duration"]),
        bound="" if match["bound"] == "-" else match["bound"],
    )


def unwaive(rest: str, known: Known) -> Request:
    """`CRITERION`."""
    return RevokeWaiver(_named(rest, criteria(known), "criterion"))


def enter(rest: str, known: Known) -> Request:
    """`PARAMETER VALUE [for DURATION] [note TEXT]`."""
    match = _ENTRY.fullmatch(rest)
    names = _code_names(known, match["parameter"]) if match is not None else ()
    if match is None or (match["name"] and match["name"].lower() not in names):
        said = f"one of {', '.join(names)}, or " if names else ""
        raise ActionError(
            f"expected {said}:enter PARAMETER VALUE [for DURATION] [note TEXT] such as"
            " :enter PARAMETER 12 m/s for 20 min note balloon at 14:00"
        )
    return EnterValue(
        parameter=_named(match["parameter"], enterable(known), "parameter that people enter"),
        value=match["value"],
        for_ns=parse_duration_ns(match["duration"]) if match["duration"] else 0,
        note=(match["note"] or "")[:MAX_TEXT],
    )


def _code_names(known: Known, parameter: str) -> Sequence[str]:
    """What the values of a parameter are called, in lower case."""
    infos = (info for info in known.catalogue.parameters if info.id == parameter.lower())
    return [name.lower() for info in infos for _, name in info.codes.names]


def check(rest: str, known: Known) -> Request:
    """`PARAMETER`: the very entry that this console shows."""
    name = _named(rest, unchecked(known), "entry that waits for a check")
    entry = next(entry for entry in known.snapshot.entries if entry.parameter == name)
    assert entry.entered_ns is not None
    return CheckEntry(name, entry.entered_ns)


def withdraw(rest: str, known: Known) -> Request:
    """`PARAMETER`."""
    return WithdrawEntry(_named(rest, entered(known), "entry"))


def acknowledge(rest: str, known: Known) -> Request:
    """`[ALARM]`, the first that waits where none is named."""
    waiting = unacknowledged(known)
    if not rest and not waiting:
        raise ActionError("no alarm waits to be acknowledged")
    return AcknowledgeAlarm(_named(rest or waiting[0], _alarms(known), "alarm"))


def shelve(rest: str, known: Known) -> Request:
    """`ALARM DURATION REASON`."""
    match = _SHELVING.fullmatch(rest)
    if match is None:
        raise ActionError("expected :shelve ALARM DURATION REASON such as :shelve ALARM 10 min X")
    return ShelveAlarm(
        alarm=_named(match["alarm"], _alarms(known), "alarm"),
        for_ns=parse_duration_ns(match["duration"]),
        reason=match["reason"][:MAX_TEXT],
    )


def unshelve(rest: str, known: Known) -> Request:
    """`ALARM`."""
    return UnshelveAlarm(_named(rest, _alarms(known), "alarm"))


def give(rest: str, known: Known) -> Request:
    """`CONSOLE`."""
    return GiveAuthority(_named(rest, [c.id for c in known.snapshot.consoles], "console"))


def take(rest: str, known: Known) -> Request:
    """Nothing follows."""
    return TakeAuthority()


def stage(rest: str, known: Known) -> Request:
    """`COMMAND`."""
    return StageCommand(command_named(rest, known.catalogue))


def cancel(rest: str, known: Known) -> Request:
    """Nothing follows."""
    return CancelCommand()


def strip(rest: str, known: Known) -> Request:
    """`PARAMETER`."""
    name = _named(rest, parameters(known), "parameter")
    return ChartParameter([info.id for info in known.catalogue.parameters].index(name))


def page(rest: str, known: Known) -> Request:
    """`PAGE`."""
    return ShowPage(_named(rest, NAMES, "page"))


def copy(rest: str, known: Known) -> Request:
    """`[PANEL]`."""
    return CopyPanel(_named(rest, NAMES, "panel") if rest else "")


def screenshot(rest: str, known: Known) -> Request:
    """`[FILE]`."""
    return SaveScreen(rest)


def help_page(rest: str, known: Known) -> Request:
    """Nothing follows."""
    return ShowPage("help")


def leave(rest: str, known: Known) -> Request:
    """Nothing follows."""
    return Quit()


def command_named(word: str, catalogue: Catalogue) -> str:
    """The command that `word` names: its id, or the last part of one id only."""
    wanted, ids = word.lower(), [command.id for command in catalogue.commands]
    if wanted in ids:
        return wanted
    found = [name for name in ids if wanted == name.rpartition("_")[2]]
    if len(found) == 1:
        return found[0]
    expected = ", ".join(ids) or "none in this mission"
    raise ActionError(f"no command {escaped(word, 30)!r}; vehicle commands: {expected}")


def _alarms(known: Known) -> Sequence[str]:
    """Every alarm that there is: the station says whether it is on the list."""
    return [info.id for info in known.catalogue.alarms]


def nearest(name: str, ids: Sequence[str]) -> list[str]:
    """The few that contain it; where none does, those that are spelt much like it."""
    return [known for known in ids if name in known][:4] or get_close_matches(name, ids, 4)


def _named(word: str, ids: Sequence[str], kind: str) -> str:
    """The id that `word` is; ActionError with the nearest ones otherwise."""
    name = word.strip().lower()
    if name in ids:
        return name
    near = nearest(name, ids)
    hint = f"; near: {', '.join(near)}" if near else ""
    raise ActionError(f"no {kind} {escaped(word.strip(), 40)!r}{hint}")


_DURATION = r"\d{1,6}(?:\.\d{1,6})?\s*(?:s|min|h)"
_NUMBER = r"[+-]?[\d.]\S*"
_WAIVER = re.compile(
    rf"(?P<criterion>\S+)\s+(?P<bound>-|{_NUMBER}(?:\s+[^\s\d]\S*)?)"
    rf"\s+(?P<duration>{_DURATION})\s+(?P<reason>\S.*)",
    re.ASCII,
)
"""`deck_roll 4 deg 10 min the reason`. A unit never begins with a digit, a duration always does."""

_ENTRY = re.compile(
    rf"(?P<parameter>\S+)\s+(?P<value>(?P<name>[a-z]\S*)|{_NUMBER}(?:\s+(?!for\s|note\s)[^\s\d]\S*)?)"
    rf"(?:\s+for\s+(?P<duration>{_DURATION}))?(?:\s+note\s+(?P<note>\S.*))?",
    re.ASCII | re.IGNORECASE,
)
_SHELVING = re.compile(rf"(?P<alarm>\S+)\s+(?P<duration>{_DURATION})\s+(?P<reason>\S.*)", re.ASCII)
