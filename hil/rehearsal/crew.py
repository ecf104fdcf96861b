"""The operators of a rehearsal: they watch every Snapshot and act when their moment comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gcs.expressions import Expression
from gcs.messages import ConsoleChanged, Event, Intent, Snapshot
from gcs.station import Station
from gcs.summary import t_text
from hil.acts import ActConfig
from hil.expectations import Finding


@dataclass
class Part:
    """An act in a crew's hands: when it was done, and what the station said to it."""

    config: ActConfig
    when: Expression | None
    done_ns: int | None = None
    done_t_ns: int = 0
    refusal: str = ""


class Crew:
    """All acts of a script, in its order; each is done once."""

    def __init__(self, acts: Sequence[ActConfig], station: Station, authority: str) -> None:
        self._station = station
        self._authority = authority
        self._parts = [
            Part(act, None if act.when is None else station.compile(act.when)) for act in acts
        ]

    def attach(self) -> list[ConsoleChanged]:
        """Everyone's console, the one that is to command first."""
        seats = {part.config.console: part.config for part in self._parts}
        order = sorted(seats.values(), key=lambda act: act.position != self._authority)
        return [ConsoleChanged(act.console, act.position, True, act.person) for act in order]

    def acts(self, snapshot: Snapshot) -> Iterator[tuple[Part, Intent]]:
        """Whose moment has come by this Snapshot, in the order of the script."""
        for i, part in enumerate(self._parts):
            before = self._parts[i - 1] if i else None
            if part.done_ns is None and self._has_come(part, before, snapshot):
                part.done_ns, part.done_t_ns = snapshot.now_ns, snapshot.count.t_ns
                yield part, self._intent(i, part.config, snapshot)

    def hear(self, part: Part, events: Sequence[Event]) -> None:
        """What the station said to an act."""
        part.refusal = next((event.text for event in events if event.kind == "refused"), "")

    def findings(self) -> list[Finding]:
        """Whether each act was done and taken as the script says."""
        return [_finding(part) for part in self._parts]

    def _has_come(self, part: Part, before: Part | None, snapshot: Snapshot) -> bool:
        act = part.config
        if part.when is not None:
            return part.when.evaluate(self._station.view, snapshot.now_ns) is True
        if act.at is not None:
            return snapshot.count.t_ns >= act.at
        done_ns = None if before is None else before.done_ns
        return done_ns is not None and snapshot.now_ns - done_ns >= (act.after or 0)

    def _intent(self, i: int, act: ActConfig, snapshot: Snapshot) -> Intent:
        return Intent(
            id=f"act-{i}",
            console=act.console,
            position=act.position,
            issued_ns=snapshot.now_ns,
            snapshot_seen=snapshot.sequence,
            act=act.deed.act(snapshot, act.console),
            person=act.person,
        )


def _finding(part: Part) -> Finding:
    wanted = part.config.refused
    text = f"{part.config}{', refused' if wanted else ''}"
    if part.done_ns is None:
        return Finding(text, False, "its moment never came")
    at = f"at {t_text(part.done_t_ns)}"
    told = part.refusal or ("taken" if wanted else "")
    return Finding(text, bool(part.refusal) == wanted, f"{at}, {told}" if told else at)
