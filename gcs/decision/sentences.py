"""The sentences of why a criterion is what it is.

Hundreds are said ten times a second, nearly all of criteria that pass: what is the same in
each of them is put into words once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from gcs.decision.limits import Limit, Side
from gcs.decision.wording import NAMED_AT_MOST, Name, and_more
from gcs.messages import CriterionState
from gcs.telemetry.speech import Speech

Evidence: TypeAlias = Sequence[float | None]
"""The SI values that a condition's sentence tells, None where unknown."""


class _Bound(NamedTuple):
    """One side of a limit: as it is said, and how that ends a sentence."""

    said: str
    ending: str


class ValueSentences:
    """What is said of one criterion's values: `deck roll 2.5 deg, caution 2.0 deg, limit 3.0 deg`.

    Each tells the no-go limit that the value is closest to leaving by, or has left by most.
    """

    def __init__(self, title: str, speech: Speech, no_go: Limit, caution: Limit | None) -> None:
        self._head = f"{title} "
        self._speech = speech
        self._say = speech.say
        self.no_go = no_go
        self._caution = caution
        self._above, self._below = no_go.above, no_go.below
        self._bound_above, self._bound_below = (
            _Bound(said, f", limit {said}") for said in map(speech.say, (no_go.above, no_go.below))
        )

    def of(self, value: float, caution: str = "", rest: str = "") -> str:
        """Of a value that passes; what else there is to say stands before and after the limit."""
        to_above, to_below = self._above - value, value - self._below
        limit_said, ending = self._bound_above if to_above <= to_below else self._bound_below
        said = self._say(value)
        if said == limit_said:
            said = self._speech.say_apart(value, self.no_go.nearest(value))
        return f"{self._head}{said}{caution}{ending}{rest}"

    def of_state(self, state: CriterionState, waiting: str, value: float) -> str:
        """Of a value in a state, and what the verdict waits for."""
        caution, rest = "", waiting
        if state is CriterionState.CAUTION and self._caution is not None:
            caution = f", caution {self._say(self._caution.nearest(value))}"
        if state is CriterionState.NO_GO and self.no_go.side(value) is Side.BAND:
            rest = f", clears at {self._say(self.no_go.clears_at(value))}{waiting}"
        return self.of(value, caution, rest)


class ConditionSentences:
    """What is said of one required condition: `deck clear met: barge.deck.clear yes`.

    Told are the values of the first few of `names`, what it reads.
    """

    def __init__(self, title: str, names: Sequence[Name]) -> None:
        self._met, self._not_met = f"{title} met: ", f"{title} not met: "
        self._told = [
            (place, f"{', ' if place else ''}{name.text} ", name.speech.say)
            for place, name in enumerate(names[:NAMED_AT_MOST])
        ]
        self._rest = and_more(len(self._told), len(names))

    def of(self, seen: Evidence) -> str:
        """Of a condition that is met."""
        return self._sentence(self._met, seen)

    def of_answer(self, met: bool, waiting: str, seen: Evidence) -> str:
        """Of a condition that may not be met, and what the verdict waits for."""
        return self._sentence(self._met if met else self._not_met, seen) + waiting

    def _sentence(self, text: str, seen: Evidence) -> str:
        for place, head, say in self._told:
            value = seen[place]
            text += head + ("unknown" if value is None else say(value))
        return text + self._rest
