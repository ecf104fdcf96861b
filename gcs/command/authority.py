"""Command authority: of all attached consoles at most one may command the vehicle.

Theory of operation. The first console that attaches with a position of the mission, while
nobody holds authority, gets it. It hands it over to another attached console by name; a
console that leaves holding it leaves it to nobody, and then any console with a position may
take it. It is never taken from who holds it. A console that never attached holds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gcs.messages import ConsoleChanged, ConsoleStatus, Event

_WARNING = 4
_NOTICE = 5


class Operator(NamedTuple):
    """Who asks for something: console, position, and the person where one is known.

    `no_authority` says why this console may not command, empty where it may.
    """

    console: str
    position: str
    person: str
    no_authority: str


class Authority:
    """The attached consoles, and which of them holds command authority.

    `declared` says that persons are known by their consoles' word alone.
    """

    def __init__(self, positions: Sequence[str], *, declared: bool = False) -> None:
        self._positions = frozenset(positions)
        self._declared = declared
        self._attached: dict[str, ConsoleChanged] = {}
        self._holder = ""

    def changed(self, change: ConsoleChanged, now_ns: int) -> list[Event]:
        """A console attached or left; what that did to authority."""
        word = "attached" if change.attached else "left"
        said = [Event(now_ns, "console", change.console, f"{word} ({self._who(change)})")]
        if change.attached:
            self._attached[change.console] = change
        else:
            self._attached.pop(change.console, None)
        if change.console == self._holder and not self._may_hold(change.console):
            said.append(self._hand("", now_ns))
        if change.attached and not self._holder and self._may_hold(change.console):
            said.append(self._hand(change.console, now_ns))
        return said

    def alone(self, now_ns: int) -> list[Event]:
        """The station itself went down and came back: all consoles are gone."""
        self._attached.clear()
        return [self._hand("", now_ns)] if self._holder else []

    def give(self, who: Operator, console: str, now_ns: int) -> Event:
        """Hand authority over to another attached console that has a position."""
        refusal = self.refusal(who.console)
        if not refusal and console == who.console:
            refusal = "this console holds it already"
        if not refusal and not self._may_hold(console):
            refusal = f"no console {console!r} with a position is attached"
        if refusal:
            return _refused(who, refusal, now_ns)
        return self._hand(console, now_ns)

    def take(self, who: Operator, now_ns: int) -> Event:
        """Take authority that nobody holds."""
        if self._holder:
            return _refused(who, f"command authority is with {self._named()}", now_ns)
        if not self._may_hold(who.console):
            return _refused(who, "only an attached console with a position may hold it", now_ns)
        return self._hand(who.console, now_ns)

    @property
    def holder(self) -> str:
        """The console that holds it; empty for nobody."""
        return self._holder

    def refusal(self, console: str) -> str:
        """Why a console may not command; empty for the one that holds authority."""
        if not self._holder:
            return "nobody holds command authority, take it first"
        return "" if console == self._holder else f"command authority is with {self._named()}"

    def statuses(self) -> tuple[ConsoleStatus, ...]:
        """The attached consoles, in the order in which they came."""
        return tuple(
            ConsoleStatus(c.console, c.position, c.person, c.console == self._holder)
            for c in self._attached.values()
        )

    def _may_hold(self, console: str) -> bool:
        attached = self._attached.get(console)
        return attached is not None and attached.position in self._positions

    def _hand(self, console: str, now_ns: int) -> Event:
        self._holder = console
        text = f"command authority is with {self._named()}" if console else "left to nobody"
        severity = _NOTICE if console else _WARNING
        return Event(now_ns, "authority", console or "station", text, severity)

    def _named(self) -> str:
        return f"{self._holder} ({self._who(self._attached[self._holder])})"

    def _who(self, console: ConsoleChanged) -> str:
        if not console.person:
            return console.position or "watching"
        word = " by its own word" if self._declared else ""
        return f"{console.position or 'watching'}, {console.person}{word}"


def _refused(who: Operator, reason: str, now_ns: int) -> Event:
    return Event(now_ns, "refused", who.position, f"authority refused: {reason}", _WARNING)
