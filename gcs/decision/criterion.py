"""One criterion: what it demands, and how it is judged from moment to moment."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from gcs.decision.limits import Latch, Limit, Side, Standing
from gcs.decision.trend import Trend
from gcs.decision.view import JointView
from gcs.decision.wording import Vocabulary
from gcs.expressions import Expression
from gcs.messages import CriterionInfo, CriterionState
from gcs.telemetry.speech import Speech, say_duration


@dataclass(frozen=True, slots=True)
class Waivable:
    """Who may waive a criterion, for how long, and how far (None for a required condition).

    A side of `to` that is infinite may not be waived.
    """

    by: tuple[str, ...]
    for_ns: int
    to: Limit | None


@dataclass(frozen=True)
class Criterion:
    """A compiled rule. `no_go` is None for a required condition. SI; durations in ns.

    Once it has tripped it clears only while `clears_when` is true, where it has one.
    `waivable` is None where nobody may waive it; where it is `unwaivable`, nobody ever may.
    """

    id: str
    title: str
    owner: str
    gates: tuple[str, ...]
    phases: frozenset[str]
    expression: Expression
    no_go: Limit | None
    caution: Limit | None
    trip_after_ns: int
    clear_after_ns: int
    speech: Speech
    source: str
    vocabulary: Vocabulary = field(repr=False)
    waivable: Waivable | None = None
    unwaivable: bool = False
    clears_when: Expression | None = None

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """What it evaluates: the rule itself, and what lets it clear."""
        return (self.expression, *([self.clears_when] if self.clears_when else ()))

    def limits_text(self) -> str:
        """The limits in one line, in the operator's unit."""
        parts = []
        if self.caution is not None:
            parts.append(f"caution {_limit_text(self.caution, self.speech)}")
        if self.no_go is not None:
            parts.append(f"no-go {_limit_text(self.no_go, self.speech)}")
        else:
            parts.append(f"required: {self.expression.text}")
        if self.clears_when is not None:
            parts.append(f"clears when {self.clears_when.text}")
        return ", ".join(parts)

    def waivable_text(self) -> str:
        """Who may waive it, how long and how far; empty where nobody may."""
        if self.waivable is None:
            return ""
        text = f"{', '.join(self.waivable.by)}, {say_duration(self.waivable.for_ns)} at most"
        if self.waivable.to is None:
            return text
        return f"{text}, as far as {_limit_text(self.waivable.to, self.speech)}"

    def info(self) -> CriterionInfo:
        """What a console needs once. Its factor and offset go from SI to the unit."""
        return CriterionInfo(
            id=self.id,
            title=self.title,
            owner=self.owner,
            gates=self.gates,
            unit=self.speech.unit,
            factor=1.0 / self.speech.factor,
            offset=0.0 - self.speech.offset / self.speech.factor,
            format=self.speech.format,
            limits=self.limits_text(),
            source=self.source,
            expression=self.expression.text,
            reads=self.vocabulary.in_order_of(*self.expressions),
            waivable=self.waivable_text(),
            unwaivable=self.unwaivable,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a criterion says now, before phases and commits are considered. SI."""

    state: CriterionState
    why: str
    value: float | None = None
    limit: float | None = None
    margin: float | None = None


class Judge:
    """Judges one criterion; remembers trips, delays, hysteresis and trend between moments."""

    def __init__(self, criterion: Criterion) -> None:
        self.criterion = criterion
        self._vocabulary = criterion.vocabulary
        self._reads = self._vocabulary.in_order_of(criterion.expression)
        self._depends_on = frozenset().union(*(e.reads for e in criterion.expressions))
        delays = (criterion.trip_after_ns, criterion.clear_after_ns)
        self._no_go = Latch(*delays)
        self._caution = Latch(*delays)
        self._may_clear = True
        self.trend = Trend()

    def depends_on(self, changed: AbstractSet[int]) -> bool:
        """Whether the verdict may differ now that these parameters changed."""
        return not changed.isdisjoint(self._depends_on)

    def judge(self, view: JointView, now_ns: int) -> Verdict:
        """The verdict at `now_ns`. Never raises: a check that crashes is UNKNOWN."""
        try:
            self._may_clear = self._clears(view, now_ns)
            answer = self.criterion.expression.evaluate(view, now_ns)
            if answer is None:
                absence = self._vocabulary.absence(self.criterion.expression, view, now_ns)
                return self._unknown(absence, now_ns)
            if self.criterion.no_go is None:
                return self._judge_condition(answer, view, now_ns)
            return self._judge_value(answer, self.criterion.no_go, now_ns)
        except Exception as error:
            return self._unknown(f"check crashed: {type(error).__name__}: {error}", now_ns)

    def _clears(self, view: JointView, now_ns: int) -> bool:
        """Whether a trip may clear now; what is unknown forgives nothing."""
        clears_when = self.criterion.clears_when
        return clears_when is None or clears_when.evaluate(view, now_ns) is True

    def _side(self, side: Side) -> Side:
        """The side that counts: not out, but no way back either, is as between the limits."""
        return Side.BAND if side is Side.IN and not self._may_clear else side

    def _unknown(self, why: str, now_ns: int) -> Verdict:
        self._no_go.step(Side.UNKNOWN, now_ns)
        self._caution.step(Side.UNKNOWN, now_ns)
        return Verdict(CriterionState.UNKNOWN, f"{self.criterion.title}: {why}")

    def _judge_condition(self, answer: float | bool, view: JointView, now_ns: int) -> Verdict:
        if not isinstance(answer, bool):
            return self._unknown(f"check crashed: {answer!r} is neither true nor false", now_ns)
        standing = self._no_go.step(self._side(Side.IN if answer else Side.OUT), now_ns)
        evidence = self._vocabulary.values(self._reads, view)
        word = "met" if answer else "not met"
        why = f"{self.criterion.title} {word}: {evidence}{self._waiting(now_ns)}"
        return Verdict(_STATES[standing], why + self._way_back(standing))

    def _judge_value(self, answer: float | bool, no_go: Limit, now_ns: int) -> Verdict:
        if isinstance(answer, bool) or not math.isfinite(answer):
            return self._unknown(f"check crashed: {answer!r} is not a finite number", now_ns)
        state = self._state_of(answer, no_go, now_ns)
        limit = no_go.nearest(answer)
        way_back = self._way_back(self._no_go.standing)
        return Verdict(
            state,
            self._sentence(answer, state, no_go) + self._waiting(now_ns) + way_back,
            answer,
            limit,
            no_go.distance(answer) / _scale(no_go, limit, self.criterion.speech),
        )

    def _state_of(self, value: float, no_go: Limit, now_ns: int) -> CriterionState:
        state = _STATES[self._no_go.step(self._side(no_go.side(value)), now_ns)]
        caution = self.criterion.caution
        if caution is None:
            return state
        standing = self._caution.step(caution.side(value), now_ns)
        if state is CriterionState.GO and standing is not Standing.CLEAR:
            return CriterionState.CAUTION
        return state

    def _sentence(self, value: float, state: CriterionState, no_go: Limit) -> str:
        speech = self.criterion.speech
        limit = no_go.nearest(value)
        text = f"{self.criterion.title} {speech.say_apart(value, limit)}"
        caution = self.criterion.caution
        if state is CriterionState.CAUTION and caution is not None:
            text += f", caution {speech.say(caution.nearest(value))}"
        text += f", limit {speech.say(limit)}"
        if state is CriterionState.NO_GO and no_go.side(value) is Side.BAND:
            text += f", clears at {speech.say(no_go.clears_at(value))}"
        return text

    def _way_back(self, standing: Standing) -> str:
        """What else a trip waits for, where it does."""
        clears_when = self.criterion.clears_when
        if clears_when is None or standing is not Standing.TRIPPED or self._may_clear:
            return ""
        return f", clears when {clears_when.text}"

    def _waiting(self, now_ns: int) -> str:
        """How long the verdict has been about to change, where a delay holds it."""
        moving_for_ns = self._no_go.moving_for_ns(now_ns)
        if moving_for_ns is None:
            return ""
        if self._no_go.standing is Standing.CLEAR:
            word, delay_ns = "out", self.criterion.trip_after_ns
        else:
            word, delay_ns = "inside", self.criterion.clear_after_ns
        return f", {word} for {say_duration(moving_for_ns)} of {say_duration(delay_ns)}"


_STATES = {
    Standing.UNSEEN: CriterionState.UNKNOWN,
    Standing.CLEAR: CriterionState.GO,
    Standing.TRIPPED: CriterionState.NO_GO,
}


def _scale(no_go: Limit, limit: float, speech: Speech) -> float:
    """What a margin of 1 means: half the band, else the limit's size, else one unit."""
    width = no_go.above - no_go.below
    if math.isfinite(width):
        return width / 2
    return abs(limit) or abs(speech.factor)


def _limit_text(limit: Limit, speech: Speech) -> str:
    parts = []
    if math.isfinite(limit.above):
        parts.append(f"above {speech.say(limit.above)}")
    if math.isfinite(limit.below):
        parts.append(f"below {speech.say(limit.below)}")
    return " or ".join(parts)
