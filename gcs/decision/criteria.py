"""All criteria of a mission: compiled, checked, and evaluated together."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from gcs.config.loading import Mission
from gcs.config.problems import Problem
from gcs.decision.compiling import merged_windows
from gcs.decision.criterion import Criterion, Judge, Verdict
from gcs.decision.criterion_loading import CriterionLoader
from gcs.decision.trend import violates_ns
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
        self._waivers = Waivers(criteria)
        self._statuses: dict[str, CriterionStatus] = {}
        self._scene: tuple[str, frozenset[str]] | None = None

    def infos(self) -> tuple[CriterionInfo, ...]:
        """What the board's rows are called, in file order."""
        return tuple(judge.criterion.info() for judge in self._judges)

    def windows(self) -> dict[int, int]:
        """Parameter index -> ns of history that the criteria need."""
        return merged_windows(e for judge in self._judges for e in judge.criterion.expressions)

    def for_gate(self, gate: str) -> tuple[str, ...]:
        """Ids of the criteria that count for a gate, in file order."""
        return tuple(j.criterion.id for j in self._judges if gate in j.criterion.gates)

    def waive(self, act: Waive | RevokeWaiver, by: str, now_ns: int) -> Event:
        """Grant or revoke a waiver, or refuse; the next evaluation stands on it."""
        if isinstance(act, RevokeWaiver):
            return self._waivers.revoke(act.criterion, by, now_ns)
        return self._waivers.grant(act, by, self._statuses.get(act.criterion), now_ns)

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
    ) -> tuple[CriterionStatus, ...]:
        """Statuses in file order.

        With `changed` (parameter indices whose value or quality changed), criteria
        that neither read one of them nor depend on time keep their last status.
        Delays, trends and staleness are seen by the next call without it; the end of a
        waiver is seen by every call.
        """
        scene = (phase, frozenset(committed))
        renewed = None if scene != self._scene else changed
        self._scene = scene
        waived = self._waivers.changed(now_ns)
        for judge in self._judges:
            if renewed is None or judge.depends_on(renewed) or judge.criterion.id in waived:
                verdict = judge.judge(view, now_ns)
                if changed is None and judge.criterion.no_go is not None:
                    judge.trend.add(verdict.value, now_ns)
                self._renew(judge, verdict, now_ns)
        return tuple(self._statuses[judge.criterion.id] for judge in self._judges)

    def _renew(self, judge: Judge, verdict: Verdict, now_ns: int) -> None:
        criterion, trend = judge.criterion, judge.trend.slope()
        verdict = self._waivers.applied(criterion, self._inhibited(criterion, verdict), now_ns)
        before = self._statuses.get(criterion.id)
        same = before is not None and before.state is verdict.state
        self._statuses[criterion.id] = CriterionStatus(
            id=criterion.id,
            state=verdict.state,
            value=verdict.value,
            limit=verdict.limit,
            margin=verdict.margin,
            since_ns=before.since_ns if before is not None and same else now_ns,
            why=verdict.why,
            waiver=self._waivers.of(criterion.id),
            trend=trend,
            violates_ns=violates_ns(verdict.value, trend, criterion.no_go),
        )

    def _inhibited(self, criterion: Criterion, verdict: Verdict) -> Verdict:
        """The verdict, or INHIBITED where the criterion cannot change anything now."""
        assert self._scene is not None
        phase, committed = self._scene
        if criterion.phases and phase not in criterion.phases:
            return _muted(verdict, f"{criterion.title}: not judged in phase {phase}")
        if criterion.gates and committed.issuperset(criterion.gates):
            return _muted(verdict, f"{criterion.title}: {', '.join(criterion.gates)} committed")
        return verdict


def _muted(verdict: Verdict, why: str) -> Verdict:
    return Verdict(CriterionState.INHIBITED, why, verdict.value, verdict.limit, verdict.margin)
