"""The sentences of criteria say what one written plainly, of nothing made before, would say."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.decision.limits import Limit, Side
from gcs.decision.sentences import ConditionSentences, ValueSentences
from gcs.decision.wording import Name
from gcs.messages import Codes, CriterionState
from gcs.telemetry.speech import PLAIN, Speech

GO, CAUTION, NO_GO = CriterionState.GO, CriterionState.CAUTION, CriterionState.NO_GO
WAITING = ", out for 0.2 s of 0.5 s"
MODES = Codes(names=((0, "OFF"), (1, "ON"), (1, "never said")), bits=("A", "B"))
SPEECHES = (
    PLAIN,
    Speech("bar", 1e5, 0.0, ".2f"),
    Speech("deg", math.radians(1.0), 0.0, "+.1f"),
    Speech("degC", 1.0, 273.15, ".0f"),
    Speech("", 1.0, 0.0, ".3e"),
    Speech("", 1.0, 0.0, ".0f", MODES),
)
DECK = Speech("m", 1.0, 0.0, ".1f")


def plain(speech: Speech, value: float) -> str:
    """A number as its unit, format and codes ask for."""
    for code, name in speech.codes.names:
        if code == value:
            return name
    if speech.codes.bits and value in (2, 3):
        return f"{value:.0f}: {'B' if value == 2 else 'A+B'}"
    digits = format((value - speech.offset) / speech.factor, speech.format)
    return f"{digits} {speech.unit}".strip()


def plain_apart(speech: Speech, value: float, other: float) -> str:
    """A number that does not read as another one that it is not."""
    if value == other or plain(speech, value) != plain(speech, other):
        return plain(speech, value)
    return f"{(value - speech.offset) / speech.factor:.9g} {speech.unit}".strip()


@dataclass(frozen=True)
class Rule:
    """A criterion's limits, and the plain sentence of a value against them."""

    speech: Speech
    no_go: Limit
    caution: Limit | None

    def sentences(self) -> ValueSentences:
        return ValueSentences("deck roll", self.speech, self.no_go, self.caution)

    def told(self, value: float, state: CriterionState, waiting: str) -> str:
        limit = self.no_go.nearest(value)
        parts = [f"deck roll {plain_apart(self.speech, value, limit)}"]
        if state is CAUTION and self.caution is not None:
            parts.append(f"caution {plain(self.speech, self.caution.nearest(value))}")
        parts.append(f"limit {plain(self.speech, limit)}")
        if state is NO_GO and self.no_go.side(value) is Side.BAND:
            parts.append(f"clears at {plain(self.speech, self.no_go.clears_at(value))}")
        return ", ".join(parts) + waiting


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    speech = draw(st.sampled_from(SPEECHES))

    def limit(low: float, high: float) -> Limit:
        sides = draw(st.sampled_from(("above", "below", "both")))
        above, below = (speech.offset + speech.factor * said for said in (high, low))
        return Limit(
            above if sides != "below" else math.inf,
            below if sides != "above" else -math.inf,
            draw(st.sampled_from((0.0, 0.2))) * speech.factor,
        )

    return Rule(speech, limit(-3, 3), draw(st.none() | st.builds(limit, st.just(-2), st.just(2))))


@st.composite
def values(draw: st.DrawFn, speech: Speech) -> float:
    """Anything finite; mostly what lies at a limit or a code, or reads as if it did."""
    said = draw(st.sampled_from((-3.0, -2.8, -2.0, 0.0, 1.0, 2.0, 2.8, 3.0)))
    near = said + draw(st.sampled_from((0.0, 1e-3, -1e-3, 1e-7, -1e-7, 0.1, -0.1)))
    wide = draw(st.floats(-1e9, 1e9))
    return draw(st.sampled_from((speech.offset + speech.factor * near, said, wide)))


@given(data=st.data(), rule=rules(), state=st.sampled_from(CriterionState))
def test_a_value_is_told_as_if_nothing_had_been_put_into_words_before(
    data: st.DataObject, rule: Rule, state: CriterionState
) -> None:
    value = data.draw(values(rule.speech))
    waiting = data.draw(st.sampled_from(("", WAITING)))
    sentences = rule.sentences()
    assert sentences.of_state(state, waiting, value) == rule.told(value, state, waiting)
    assert sentences.of(value) == rule.told(value, GO, "")


BAND = Rule(DECK, Limit(3.0, -3.0, 0.5), Limit(2.0, -2.0, 0.5))


@pytest.mark.parametrize(
    ("value", "state", "told"),
    [
        (1.0, GO, "deck roll 1.0 m, limit 3.0 m"),
        (0.0, GO, "deck roll 0.0 m, limit 3.0 m"),
        (-0.1, GO, "deck roll -0.1 m, limit -3.0 m"),
        (3.0, GO, "deck roll 3.0 m, limit 3.0 m"),
        (2.96, CAUTION, "deck roll 2.96 m, caution 2.0 m, limit 3.0 m, out for 0.2 s of 0.5 s"),
        (-2.3, CAUTION, "deck roll -2.3 m, caution -2.0 m, limit -3.0 m, out for 0.2 s of 0.5 s"),
        (3.04, NO_GO, "deck roll 3.04 m, limit 3.0 m, out for 0.2 s of 0.5 s"),
        (
            -2.7,
            NO_GO,
            "deck roll -2.7 m, limit -3.0 m, clears at -2.5 m, out for 0.2 s of 0.5 s",
        ),
    ],
)
def test_a_value_is_told_with_the_limits_that_matter_to_its_state(
    value: float, state: CriterionState, told: str
) -> None:
    said = BAND.sentences()
    assert (said.of(value) if state is GO else said.of_state(state, WAITING, value)) == told


def test_without_a_caution_limit_none_is_told() -> None:
    sentences = Rule(DECK, Limit(above=3.0), None).sentences()
    assert sentences.of_state(CAUTION, "", 2.0) == "deck roll 2.0 m, limit 3.0 m"


# --- Conditions -------------------------------------------------------------

NAMES = tuple(Name(text, DECK, 0) for text in ("roll", "pitch", "yaw", "list", "heave"))


@pytest.mark.parametrize(
    ("count", "evidence"),
    [
        (1, "roll 1.0 m"),
        (2, "roll 1.0 m, pitch unknown"),
        (3, "roll 1.0 m, pitch unknown, yaw 2.0 m"),
        (4, "roll 1.0 m, pitch unknown, yaw 2.0 m and 1 more"),
        (5, "roll 1.0 m, pitch unknown, yaw 2.0 m and 2 more"),
    ],
)
def test_three_values_are_told_and_how_many_more_there_are(count: int, evidence: str) -> None:
    sentences = ConditionSentences("deck", NAMES[:count])
    seen = (1.0, None, 2.0)[:count]
    assert sentences.of(seen) == f"deck met: {evidence}"
    assert sentences.of_answer(True, "", seen) == f"deck met: {evidence}"
    assert sentences.of_answer(False, WAITING, seen) == f"deck not met: {evidence}{WAITING}"


@given(data=st.data(), speech=st.sampled_from(SPEECHES))
def test_each_value_is_told_in_the_words_of_its_parameter(
    data: st.DataObject, speech: Speech
) -> None:
    value = data.draw(values(speech))
    told = ConditionSentences("deck", [Name("x", speech, 0)]).of([value])
    assert told == f"deck met: x {plain(speech, value)}"
