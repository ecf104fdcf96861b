"""Kleene's logic: an answer is known exactly when the unknown cannot change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest

from gcs.expressions.logic import conjunction, disjunction, negation

TRUTHS = (True, False, None)


def completions(values: Sequence[bool | None]) -> Iterator[tuple[bool, ...]]:
    return product(*[(True, False) if value is None else (value,) for value in values])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
@pytest.mark.parametrize(("kleene", "classical"), [(conjunction, all), (disjunction, any)])
def test_answer_is_known_when_every_completion_agrees(kleene, classical, count):
    for values in product(TRUTHS, repeat=count):
        answers = {classical(case) for case in completions(values)}
        assert kleene(values) == (answers.pop() if len(answers) == 1 else None)


def test_negation_of_unknown_is_unknown():
    assert [negation(value) for value in TRUTHS] == [False, True, None]


def test_de_morgan():
    for values in product(TRUTHS, repeat=3):
        opposite = [negation(value) for value in values]
        assert negation(conjunction(values)) == disjunction(opposite)
