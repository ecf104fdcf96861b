"""All criteria of a mission: compiled, checked, and evaluated together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

from gcs.config.loading import Mission
from gcs.config.problems import Problem
from gcs.decision.compiling import merged_windows
from gcs.decision.criterion import Criterion, Judge, Verdict
from gcs.decision.criterion_loading import CriterionLoader
from gcs.decision.limits import Limit
from gcs.decision.outlook import LimitColumns, Places
from gcs.decision.trend import Trends
from gcs.decision.view import JointView
from gcs.decision.waivers import Waivers
from gcs.expressions import Scope
from gcs.messages import (
    CriterionInfo,
    CriterionState,
    CriterionStatus,
    Event,
    RevokeWaiver,
    Waive,
)

T = TypeVar("T")


def build_criteria(
    mission: Mission, scope: Scope
) -> tuple[tuple[Criterion, ...], tuple[Problem, ...]]:
    """Compile a mission's criteria, in file order, and say all that is wrong with them."""
    loader = CriterionLoader(mission, scope)
    criteria = tuple(
        criterion
        for file, name, config in mission.criterion_configs()
        if (criterion := loader.load(file, name, config)) is not None
    )
    return criteria, loader.problems


class Criteria:
    """The criteria of a mission, evaluated against one view. One object, one caller."""

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        self._judges = tuple(Judge(criterion) for criterion in criteria)
        self._places = {judge.criterion.id: place for place, judge in enumerate(self._judges)}
        self._readers = _readers(self._judges)
        self._waivers = Waivers(criteria)
        self._all = range(len(self._judges))
        self._ids = tuple(self._places)
        self._limits = LimitColumns(
            [c.no_go or Limit() for c in criteria], [c.scale for c in criteria]
        )
        self._trends = Trends(len(self._judges))
        self._slopes = self._trends.slopes()
        self._verdicts: list[Verdict[Any]] = [_NOT_JUDGED] * len(self._judges)
        self._since_ns = [0] * len(self._judges)
        self._statuses: list[CriterionStatus] = []
        # Which verdicts the statuses do not tell yet.
        self._untold: set[int] = set()
        self._scene: tuple[str, frozenset[str]] | None = None
        # Why a criterion is INHIBITED in this scene, for those that are.
        self._inhibited: dict[int, str] = {}

    def infos(self) -> tuple[CriterionInfo, ...]:
        """What the board's rows are called, in file order."""
        return tuple(judge.criterion.info() for judge in self._judges)

    def windows(self) -> dict[int, int]:
        """Parameter index -> ns of history that the criteria need."""
        return merged_windows(e for judge in self._judges for e in judge.criterion.expressions)

    def waive(self, act: Waive | RevokeWaiver, by: str, now_ns: int) -> Event:
        """Grant or revoke a waiver, or refuse; the next evaluation stands on it."""
        if isinstance(act, RevokeWaiver):
            return self._waivers.revoke(act.criterion, by, now_ns)
        place = self._places.get(act.criterion)
        statuses = self.statuses()
        status = statuses[place] if place is not None and statuses else None
        return self._waivers.grant(act, by, status, now_ns)

    def take_events(self) -> list[Event]:
        """Which waivers ended by themselves since last asked, and why."""
        return self._waivers.take_events()

    def evaluate(
        self,
        view: JointView,
        phase: str,
        committed: AbstractSet[str],
        now_ns: int,
        changed: AbstractSet[int] | None = None,
    ) -> bool:
        """Judge; True when a state changed. `statuses` tells.

        With `changed` (parameter indices whose value or quality changed), criteria that read
        none of them keep their last verdict. Delays, trends and staleness are seen by the
        next call without it; the end of a waiver is seen by every call.
        """
        scene = (phase, frozenset(committed))
        everything = changed is None or scene != self._scene
        if scene != self._scene:
            self._scene = scene
            self._inhibited = dict(_inhibited(self._judges, *scene))
        waived = self._waivers.changed(now_ns)
        places: Sequence[int] = self._all
        if not everything and changed is not None:
            places = self._concerned(changed, waived)
        differ = self._judge(places, view, now_ns)
        if changed is None:
            self._look_ahead(now_ns)
        return differ

    def statuses(self) -> tuple[CriterionStatus, ...]:
        """What the board shows, in file order; empty before the first evaluation."""
        if len(self._untold) == len(self._all):
            self._statuses = list(self._told(slice(None)))
        elif self._untold:
            places = sorted(self._untold)
            for place, status in zip(places, self._told(places), strict=True):
                self._statuses[place] = status
        self._untold.clear()
        return tuple(self._statuses)

    def _concerned(self, changed: AbstractSet[int], waived: AbstractSet[str]) -> list[int]:
        """The places, in order, of the criteria that changes may have changed."""
        concerned = {self._places[name] for name in waived}
        for index in changed:
            concerned.update(self._readers.get(index, ()))
        return sorted(concerned)

    def _judge(self, places: Sequence[int], view: JointView, now_ns: int) -> bool:
        """Put new verdicts in the places of the last ones; True when a state differs."""
        judges, verdicts, inhibited = self._judges, self._verdicts, self._inhibited
        any_waived = self._waivers.in_force
        differ = False
        for place in places:
            judge = judges[place]
            verdict = judge.judge(view, now_ns)
            if place in inhibited:
                verdict = Verdict(CriterionState.INHIBITED, str, inhibited[place], verdict.value)
            elif any_waived:
                verdict = self._waivers.applied(judge.criterion, verdict, now_ns)
            before = verdicts[place]
            verdicts[place] = verdict
            if before is _NOT_JUDGED or before.state is not verdict.state:
                self._since_ns[place] = now_ns
                differ = True
        self._untold.update(places)
        return differ

    def _look_ahead(self, now_ns: int) -> None:
        """Take the values of a tick into the trends."""
        self._trends.add([verdict.value for verdict in self._verdicts], now_ns)
        self._slopes = self._trends.slopes()

    def _told(self, at: Places) -> Iterator[CriterionStatus]:
        """The statuses of these, made column by column."""
        verdicts, ids = _column(self._verdicts, at), _column(self._ids, at)
        values = [verdict.value for verdict in verdicts]
        outlook = self._limits.outlook(at, values, self._slopes[at])
        return map(
            CriterionStatus,
            ids,
            [verdict.state for verdict in verdicts],
            values,
            outlook.limits,
            outlook.margins,
            _column(self._since_ns, at),
            [verdict.say(verdict.seen) for verdict in verdicts],
            map(self._waivers.statuses().get, ids),
            outlook.slopes,
            outlook.violates_ns,
        )


_NOT_JUDGED: Verdict[str] = Verdict(CriterionState.UNKNOWN, str, "not judged yet")


def _inhibited(
    judges: Sequence[Judge], phase: str, committed: frozenset[str]
) -> Iterator[tuple[int, str]]:
    """The places of the criteria that cannot change anything now, and the sentence of why."""
    for place, judge in enumerate(judges):
        criterion = judge.criterion
        if criterion.phases and phase not in criterion.phases:
            yield place, f"{criterion.title}: not judged in phase {phase}"
        elif criterion.gates and committed.issuperset(criterion.gates):
            gates = ", ".join(criterion.gates)
            yield place, f"{criterion.title}: {gates} committed"


def _column(column: Sequence[T], at: Places) -> Sequence[T]:
    return column[at] if isinstance(at, slice) else [column[place] for place in at]


def _readers(judges: Sequence[Judge]) -> dict[int, list[int]]:
    """Parameter index -> places of the criteria that read it."""
    readers: dict[int, list[int]] = {}
    for place, judge in enumerate(judges):
        for index in judge.depends_on:
            readers.setdefault(index, []).append(place)
    return readers
