"""What a console knows: the Catalogue, the newest Snapshot, and how long ago it came.

Nothing here decides: a verdict is read from the Snapshot or not shown. The only
judgement is of age, and it can only make a value look worse.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from gcs.clock import SECOND_NS
from gcs.console.format import number
from gcs.messages import (
    AlarmInfo,
    AlarmPriority,
    AlarmStatus,
    Catalogue,
    CriterionInfo,
    CriterionStatus,
    Event,
    GateInfo,
    GateStatus,
    LinkState,
    ParameterInfo,
    Quality,
    Snapshot,
)

SILENT_AFTER_NS = 1_500_000_000
"""Wall time without a Snapshot after which nothing on the screen is trusted."""

LOST_FACTOR = 10
"""A value this many times older than its limit is no longer shown at all."""


QUIET_AFTER_NS = 3 * SECOND_NS
"""An open link or a source from which nothing came for so long: heartbeats come each second."""


class Hearing(enum.Enum):
    """Whether anything comes from a link that is open, or from a source."""

    HEARD = "heard"
    QUIET = "quiet"
    NEVER = "unheard"


class Freshness(enum.Enum):
    """How a value may be shown."""

    GOOD = "good"
    SUSPECT = "suspect"
    BAD = "bad"
    STALE = "stale"
    LOST = "lost"
    NEVER = "never"


@dataclass(frozen=True)
class Reading:
    """One parameter ready to show; `value` is in the operator's unit."""

    info: ParameterInfo
    value: float
    age_ns: int
    freshness: Freshness

    @property
    def known(self) -> bool:
        """Whether anything may be drawn at the value."""
        return self.freshness is Freshness.GOOD and math.isfinite(self.value)

    @property
    def shown(self) -> str:
        """The number or a code's name as text, dashes where it must not be read any more."""
        if self.freshness in (Freshness.LOST, Freshness.NEVER):
            return "----"
        return self.info.codes.name(self.value) or number(self.value, self.info.format)

    @property
    def said(self) -> str:
        """What is shown, with the names of the bits where it has some."""
        if self.freshness in (Freshness.LOST, Freshness.NEVER):
            return self.shown
        return self.info.codes.say(self.value) or self.shown


@dataclass(frozen=True)
class Model:
    """Catalogue and Snapshot together. `silent_ns` is wall time since the Snapshot arrived."""

    catalogue: Catalogue
    snapshot: Snapshot
    silent_ns: int = 0
    detached: str = ""

    @property
    def silent(self) -> bool:
        """Whether the station has stopped talking to this console."""
        return bool(self.detached) or self.silent_ns > SILENT_AFTER_NS

    @property
    def mode(self) -> str:
        """LIVE, SIM, REPLAY or REPLAY SIM."""
        if not self.snapshot.simulated:
            return self.catalogue.mode
        return "SIM" if self.catalogue.mode == "LIVE" else f"{self.catalogue.mode} SIM"

    @cached_property
    def phase_index(self) -> int:
        """Where the flight is in the catalogue's phases; -1 where the phase is not listed."""
        ids = [phase.id for phase in self.catalogue.phases]
        return ids.index(self.snapshot.phase.id) if self.snapshot.phase.id in ids else -1

    @property
    def phase_title(self) -> str:
        """The phase's title, or its id where the catalogue has none."""
        if self.phase_index < 0:
            return self.snapshot.phase.id
        return self.catalogue.phases[self.phase_index].title

    def reading(self, index: int) -> Reading:
        """The parameter in the catalogue's column `index`."""
        info = self.catalogue.parameters[index]
        readings = self.snapshot.readings
        value = readings.values[index] * info.factor + info.offset
        age_ns = self.snapshot.now_ns + self.silent_ns - readings.sampled_ns[index]
        return Reading(
            info, value, age_ns, self._freshness(info, readings.qualities[index], age_ns)
        )

    def hearing(self, last_receipt_ns: int) -> Hearing:
        """Whether something came lately when the station last spoke; 0 is never."""
        if not last_receipt_ns:
            return Hearing.NEVER
        age_ns = self.snapshot.now_ns - last_receipt_ns
        return Hearing.HEARD if age_ns <= QUIET_AFTER_NS else Hearing.QUIET

    @property
    def links_heard(self) -> int:
        """How many links are up and bring something."""
        return sum(
            link.state is LinkState.UP and self.hearing(link.last_receipt_ns) is Hearing.HEARD
            for link in self.snapshot.links
        )

    def known_si(self, index: int | None) -> float | None:
        """The SI value in a column that may be drawn; None where it may not, or has no column."""
        if index is None or not self.reading(index).known:
            return None
        return self.snapshot.readings.values[index]

    def _freshness(self, info: ParameterInfo, quality: int, age_ns: int) -> Freshness:
        if quality == Quality.NEVER:
            return Freshness.NEVER
        if age_ns > LOST_FACTOR * info.stale_after_ns:
            return Freshness.LOST
        if quality == Quality.STALE or age_ns > info.stale_after_ns or self.silent:
            return Freshness.STALE
        if quality == Quality.GOOD:
            return Freshness.GOOD
        return Freshness.SUSPECT if quality == Quality.SUSPECT else Freshness.BAD

    @property
    def board(self) -> Iterable[tuple[CriterionInfo, CriterionStatus]]:
        """The criteria in catalogue order, each with its status."""
        statuses = {status.id: status for status in self.snapshot.criteria}
        return ((i, statuses[i.id]) for i in self.catalogue.criteria if i.id in statuses)

    @property
    def gates(self) -> Iterable[tuple[GateInfo, GateStatus]]:
        """The gates in catalogue order, each with its status."""
        statuses = {status.id: status for status in self.snapshot.gates}
        return ((i, statuses[i.id]) for i in self.catalogue.gates if i.id in statuses)

    @property
    def alarms(self) -> Iterable[tuple[AlarmInfo, AlarmStatus]]:
        """Every alarm that is not normal; one that the catalogue lacks is shown by its id."""
        infos = {info.id: info for info in self.catalogue.alarms}
        return ((infos.get(s.id) or _unlisted(s.id), s) for s in self.snapshot.alarms)

    def time_left_ns(self, deadline_ns: int) -> int:
        """Until a deadline, counted from the Snapshot; never negative."""
        return max(0, deadline_ns - self.snapshot.now_ns - self.silent_ns)


def _unlisted(alarm: str) -> AlarmInfo:
    return AlarmInfo(alarm, alarm, "", "", AlarmPriority.SERIOUS, "")


def main_parameters(catalogue: Catalogue) -> tuple[int, ...]:
    """Columns worth a row of their own: not the single sources of a voted parameter.

    A source's parameter is named after the voted one, `fc_b.nav.altitude` under
    `nav.altitude`, and is found by that.
    """
    ids = {info.id for info in catalogue.parameters}
    return tuple(
        index
        for index, info in enumerate(catalogue.parameters)
        if info.id.partition(".")[2] not in ids
    )


def owned_by(catalogue: Catalogue, owner: str) -> tuple[int, ...]:
    """The main parameters of one owner, in catalogue order."""
    return tuple(i for i in main_parameters(catalogue) if catalogue.parameters[i].owner == owner)


def newer_events(events: Sequence[Event], last: Event | None) -> Sequence[Event]:
    """The events after `last`; all of them where `last` has left the Snapshot's tail."""
    for index in range(len(events) - 1, -1, -1):
        if events[index] == last:
            return events[index + 1 :]
    return events


def whole_seconds(time_ns: int) -> int:
    """Seconds completed, for things that happen once a second."""
    return time_ns // SECOND_NS
