"""Generated signals with gaps, bursts, late and repeated samples; and live evaluation of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from gcs.expressions import Column, History, compile_expression
from tests.expressions.fakes import NAMES, SECOND_NS, FakeScope

TENTH_NS = SECOND_NS // 10
EPOCH_NS = 1_760_000_000 * SECOND_NS
STALE_AFTER_NS = 5 * TENTH_NS
SPAN_NS = 20 * SECOND_NS


@dataclass(frozen=True)
class Received:
    """One sample, as it came."""

    receipt_ns: int
    name: str
    source_ns: int
    value: float
    good: bool


@dataclass
class Live:
    """What the joint state says of signals: newest source time wins, late data are old data."""

    now_ns: int = 0

    def __post_init__(self) -> None:
        self._newest: dict[str, Received] = {}
        self._histories = {name: History(SPAN_NS, STALE_AFTER_NS) for name in NAMES}

    def take(self, sample: Received) -> None:
        self._histories[sample.name].append(sample.source_ns, sample.value, sample.good)
        newest = self._newest.get(sample.name)
        if newest is None or sample.source_ns >= newest.source_ns:
            self._newest[sample.name] = sample

    def value(self, index: int) -> float | None:
        newest = self._newest.get(NAMES[index])
        if newest is None or not newest.good or self.now_ns - newest.source_ns > STALE_AFTER_NS:
            return None
        return newest.value

    def age_ns(self, index: int) -> int | None:
        newest = self._newest.get(NAMES[index])
        return None if newest is None else max(0, self.now_ns - newest.source_ns)

    def history(self, index: int) -> History:
        return self._histories[NAMES[index]]


Answer = float | bool | None


def live(text: str, samples: Sequence[Received], at_ns: Sequence[int]) -> list[Answer]:
    """The answers at moments, each sample taken at its receipt."""
    expression = compile_expression(text, FakeScope(STALE_AFTER_NS))
    view, coming, answers = Live(), list(samples), []
    for view.now_ns in at_ns:
        while coming and coming[0].receipt_ns <= view.now_ns:
            view.take(coming.pop(0))
        answers.append(expression.evaluate(view, view.now_ns))
    return answers


def columns(samples: Sequence[Received]) -> Mapping[int, Column]:
    """The same samples, a column a parameter."""
    found = {}
    for index, name in enumerate(NAMES):
        mine = [sample for sample in samples if sample.name == name]
        if mine:
            found[index] = Column(
                np.array([sample.source_ns for sample in mine]),
                np.array([sample.receipt_ns for sample in mine]),
                np.array([sample.value for sample in mine]),
                np.array([sample.good for sample in mine]),
            )
    return found


def same(answer: Answer, batch: float) -> bool:
    """To the last bit; the sign of zero too."""
    if answer is None or math.isnan(batch):
        return answer is None and math.isnan(batch)
    return answer == batch and math.copysign(1.0, float(answer)) == math.copysign(1.0, batch)


VALUES = st.one_of(
    st.floats(-1e3, 1e3),
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.25, math.nan, math.inf, 1e300, 1e-310]),
)


_GAPS_NS = st.sampled_from([TENTH_NS] * 12 + [0, 1, 4 * TENTH_NS, 11 * TENTH_NS])
_DELAYS_NS = st.sampled_from(
    [0] * 9
    + [1, TENTH_NS // 3, TENTH_NS, 9 * TENTH_NS, 13 * TENTH_NS // 7, 3 * SECOND_NS]
    # Of the future.
    + [-1, -5 * TENTH_NS]
)
_GOOD = st.sampled_from([True] * 9 + [False])


@st.composite
def signals(draw: st.DrawFn, names: Sequence[str] = NAMES[:3], most: int = 12) -> list[Received]:
    """At most `most` samples of each name, in the order of receipt.

    Most come every tenth of a second as they are measured; some come seconds late, some in
    a burst after a gap, some twice, some of the future, some are not good. Now and then
    nothing comes for longer than a sample counts.
    """
    received: list[Received] = []
    for name in names:
        now_ns = EPOCH_NS + draw(st.sampled_from([0, 1, SECOND_NS]))
        steps = st.tuples(_GAPS_NS, _DELAYS_NS, VALUES, _GOOD)
        for gap_ns, delay_ns, value, good in draw(st.lists(steps, max_size=most)):
            now_ns += gap_ns
            received.append(Received(now_ns, name, now_ns - delay_ns, value, good))
    return sorted(received, key=lambda sample: sample.receipt_ns)


@st.composite
def moments(draw: st.DrawFn) -> list[int]:
    """When to ask: at any time, also twice at one, and long after the last sample."""
    steps = draw(st.lists(st.sampled_from([0, 1, TENTH_NS, TENTH_NS, TENTH_NS * 7]), max_size=30))
    start_ns = EPOCH_NS + draw(st.integers(-SECOND_NS, 3 * SECOND_NS))
    return [start_ns + int(passed) for passed in np.cumsum([0, *steps])]
