"""Kleene's logic: an answer is known exactly when the unknown cannot change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

import pytest

from gcs.expressions.logic import conjunction, disjunction, negation

TRUTHS = (True, False, None)


Kleene = Callable[[object, int], bool | None]


def saying(value: bool | None) -> Kleene:
    return lambda view, now_ns: value


def answer(kleene: Kleene) -> bool | None:
    return kleene(None, 0)


def completions(values: Sequence[bool | None]) -> Iterator[tuple[bool, ...]]:
    return product(*[(True, False) if value is None else (value,) for value in values])


@pytest.mark.parametrize("ask_all", [False, True])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
@pytest.mark.parametrize(("kleene", "classical"), [(conjunction, all), (disjunction, any)])
def test_answer_is_known_when_every_completion_agrees(kleene, classical, count, ask_all):
    for values in product(TRUTHS, repeat=count):
        answers = {classical(case) for case in completions(values)}
        operands = [saying(value) for value in values]
        known = answers.pop() if len(answers) == 1 else None
        assert answer(kleene(operands, ask_all=ask_all)) is known


def test_negation_of_unknown_is_unknown():
    assert [answer(negation(saying(value))) for value in TRUTHS] == [False, True, None]


def test_de_morgan():
    for values in product(TRUTHS, repeat=3):
        operands = [saying(value) for value in values]
        opposite = [negation(operand) for operand in operands]
        assert answer(negation(conjunction(operands))) is answer(disjunction(opposite))


@pytest.mark.parametrize(("kleene", "decisive"), [(conjunction, False), (disjunction, True)])
def test_beyond_what_decides_alone_nothing_is_asked_unless_all_are_to_be(kleene, decisive):
    def asked(ask_all: bool) -> list[str]:
        said = []
        values = {"first": None, "second": decisive, "third": not decisive}
        operands = [
            lambda view, now_ns, name=name, value=value: (said.append(name), value)[1]
            for name, value in values.items()
        ]
        assert answer(kleene(operands, ask_all=ask_all)) is decisive
        return said

    assert asked(ask_all=False) == ["first", "second"]
    assert asked(ask_all=True) == ["first", "second", "third"]


def test_all_operands_are_asked_about_the_same_moment_of_the_same_view():
    def echo(view, now_ns):
        return view[now_ns]

    for kleene in (conjunction, disjunction):
        assert kleene([echo, echo])({7: None}, 7) is None
    assert negation(echo)({7: True}, 7) is False
