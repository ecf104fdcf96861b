"""One criterion: what it demands, and how it is judged from moment to moment."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, TypeVar

import msgspec

from gcs.decision.limits import Latch, Limit, Side, Standing
from gcs.decision.sentences import ConditionSentences, Evidence, ValueSentences
from gcs.decision.view import JointView
from gcs.decision.wording import NAMED_AT_MOST, Vocabulary
from gcs.expressions import Expression, say_crash
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

    @property
    def scale(self) -> tuple[float, float]:
        """What a margin of 1 means at the upper and at the lower limit, SI.

        Half the band, else the limit's size, else one unit of what is said.
        """
        no_go = self.no_go or Limit()
        width = no_go.above - no_go.below
        if math.isfinite(width):
            return width / 2, width / 2
        unit = abs(self.speech.factor)
        return abs(no_go.above) or unit, abs(no_go.below) or unit

    def limits_text(self) -> str:
        """The limits in one line, in the operator's unit."""
        parts = []
        if self.caution is not None:
            parts.append(f"caution {_limit_text(self.caution, self.speech)}")
        if self.no_go is not None:
            parts.append(f"no-go {_limit_text(self.no_go, self.speech)}")
        else:
            parts.append(f"required: {self.vocabulary.told(self.expression.text)}")
        if self.clears_when is not None:
            parts.append(f"clears when {self.vocabulary.told(self.clears_when.text)}")
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
            expression=self.vocabulary.told(self.expression.text),
            reads=self.vocabulary.in_order_of(*self.expressions),
            waivable=self.waivable_text(),
            unwaivable=self.unwaivable,
        )


Seen = TypeVar("Seen")


class Verdict(msgspec.Struct, Generic[Seen], frozen=True, gc=False):
    """What a criterion says now, before phases and commits are considered. SI.

    `say` makes the sentence of why, of what was `seen` when it was judged: most verdicts
    are outdated before anyone reads them.
    """

    state: CriterionState
    say: Callable[[Seen], str]
    seen: Seen
    value: float | None = None


class Judge:
    """Judges one criterion; remembers trips, delays and hysteresis between moments.

    Theory of operation. Most criteria pass most of the time, and look at a value that lies
    within all limits while nothing is about to move. Such a value changes nothing that is
    remembered (`limits.MOVES`), so nothing beyond it is looked at: the judge is *calm*.
    """

    def __init__(self, criterion: Criterion) -> None:
        self.criterion = criterion
        self._vocabulary = criterion.vocabulary
        self._reads = self._vocabulary.in_order_of(criterion.expression)
        self._told = self._reads[:NAMED_AT_MOST]
        self._conditions = ConditionSentences(
            criterion.title, [self._vocabulary.name(index) for index in self._reads]
        )
        self._values = _value_sentences(criterion)
        self._say_passing: Callable[[Any], str] = (self._values or self._conditions).of
        self.depends_on = frozenset().union(*(e.reads for e in criterion.expressions))
        delays = (criterion.trip_after_ns, criterion.clear_after_ns)
        self._no_go = Latch(*delays)
        self._caution = Latch(*delays)
        self._may_clear = True
        self._expression = criterion.expression
        self._calm = False
        self._least, self._most = _within_all(criterion)

    def judge(self, view: JointView, now_ns: int) -> Verdict[Any]:
        """The verdict at `now_ns`. Never raises: a check that crashes is UNKNOWN."""
        try:
            answer = self._expression.evaluate(view, now_ns)
            if self._calm:
                if answer.__class__ is float and self._least <= answer <= self._most:
                    return Verdict(_GO, self._say_passing, answer, answer)
                if answer is True and self._values is None:
                    return Verdict(_GO, self._say_passing, self._seen(view))
            self._may_clear = self._clears(view, now_ns)
            verdict = self._verdict(answer, view, now_ns)
        except Exception as error:
            verdict = self._unknown(say_crash(error), now_ns)
        self._calm = self._is_calm()
        return verdict

    def _verdict(self, answer: float | bool | None, view: JointView, now_ns: int) -> Verdict[Any]:
        if answer is None:
            absence = self._vocabulary.absence(self.criterion.expression, self._reads, view)
            return self._unknown(absence, now_ns)
        if self._values is None:
            return self._judge_condition(answer, view, now_ns)
        return self._judge_value(answer, self._values, now_ns)

    def _is_calm(self) -> bool:
        """Whether an answer that passes would leave everything as it is."""
        criterion = self.criterion
        return (
            criterion.clears_when is None
            and self._no_go.rests_clear
            and (criterion.caution is None or self._caution.rests_clear)
        )

    def _clears(self, view: JointView, now_ns: int) -> bool:
        """Whether a trip may clear now; what is unknown forgives nothing."""
        clears_when = self.criterion.clears_when
        return clears_when is None or clears_when.evaluate(view, now_ns) is True

    def _side(self, side: Side) -> Side:
        """The side that counts: not out, but no way back either, is as between the limits."""
        return Side.BAND if side is Side.IN and not self._may_clear else side

    def _unknown(self, why: str, now_ns: int) -> Verdict[str]:
        self._no_go.step(Side.UNKNOWN, now_ns)
        self._caution.step(Side.UNKNOWN, now_ns)
        return Verdict(CriterionState.UNKNOWN, str, f"{self.criterion.title}: {why}")

    def _judge_condition(
        self, answer: float | bool, view: JointView, now_ns: int
    ) -> Verdict[str] | Verdict[Evidence]:
        if not isinstance(answer, bool):
            return self._unknown(f"check crashed: {answer!r} is neither true nor false", now_ns)
        standing = self._no_go.step(self._side(Side.IN if answer else Side.OUT), now_ns)
        say = partial(self._conditions.of_answer, answer, self._waiting(now_ns))
        return Verdict(_STATES[standing], say, self._seen(view))

    def _judge_value(
        self, answer: float | bool, sentences: ValueSentences, now_ns: int
    ) -> Verdict[str] | Verdict[float]:
        if isinstance(answer, bool) or not math.isfinite(answer):
            return self._unknown(f"check crashed: {answer!r} is not a finite number", now_ns)
        state = self._state_of(answer, sentences.no_go, now_ns)
        say = partial(sentences.of_state, state, self._waiting(now_ns))
        return Verdict(state, say, answer, answer)

    def _state_of(self, value: float, no_go: Limit, now_ns: int) -> CriterionState:
        state = _STATES[self._no_go.step(self._side(no_go.side(value)), now_ns)]
        caution = self.criterion.caution
        if caution is None:
            return state
        standing = self._caution.step(caution.side(value), now_ns)
        if state is CriterionState.GO and standing is not Standing.CLEAR:
            return CriterionState.CAUTION
        return state

    def _seen(self, view: JointView) -> Evidence:
        """The values that a condition's sentence tells."""
        return list(map(view.value, self._told))

    def _waiting(self, now_ns: int) -> str:
        """How long the verdict has been about to change, and what else a trip waits for."""
        text = ""
        standing, moving_for_ns = self._no_go.standing, self._no_go.moving_for_ns(now_ns)
        if moving_for_ns is not None:
            word, delay_ns = "inside", self.criterion.clear_after_ns
            if standing is Standing.CLEAR:
                word, delay_ns = "out", self.criterion.trip_after_ns
            text = f", {word} for {say_duration(moving_for_ns)} of {say_duration(delay_ns)}"
        clears_when = self.criterion.clears_when
        if standing is Standing.TRIPPED and not self._may_clear and clears_when is not None:
            text += f", clears when {self._vocabulary.told(clears_when.text)}"
        return text


_STATES = {
    Standing.UNSEEN: CriterionState.UNKNOWN,
    Standing.CLEAR: CriterionState.GO,
    Standing.TRIPPED: CriterionState.NO_GO,
}
_GO: Final = CriterionState.GO


def _value_sentences(criterion: Criterion) -> ValueSentences | None:
    if criterion.no_go is None:
        return None
    return ValueSentences(criterion.title, criterion.speech, criterion.no_go, criterion.caution)


def _within_all(criterion: Criterion) -> tuple[float, float]:
    """The least and the largest finite value within all limits; none for a condition."""
    no_go, caution = criterion.no_go, criterion.caution or Limit()
    if no_go is None:
        return math.inf, -math.inf
    least = max(no_go.below, caution.below, -sys.float_info.max)
    return least, min(no_go.above, caution.above, sys.float_info.max)


def _limit_text(limit: Limit, speech: Speech) -> str:
    parts = []
    if math.isfinite(limit.above):
        parts.append(f"above {speech.say(limit.above)}")
    if math.isfinite(limit.below):
        parts.append(f"below {speech.say(limit.below)}")
    return " or ".join(parts)
