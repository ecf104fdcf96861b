"""Every operator, and every nesting of them to depth two, for all of true, false and unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pytest

from gcs.expressions import Column, compile_expression, evaluate_columns
from gcs.expressions.functions import FUNCTIONS
from tests.expressions.fakes import NAMES, SECOND_NS, UNITS, FakeScope, FakeView

TRUTHS = (True, False, None)
LEAVES = [name for name in NAMES if name != "barge.air.temperature"]
Case = Mapping[str, float | None]


class Form:
    """A condition over leaves that each occur once, and what it is where all are known."""

    def __init__(self, text: str, classical: Callable[[Iterator[bool]], bool]) -> None:
        self.text = text
        self.classical = classical

    def written(self, leaves: Iterator[str]) -> str:
        """With the names of parameters in the place of `?`."""
        pieces = self.text.split("?")
        return pieces[0] + "".join(
            f"{(name := next(leaves))} > 0 {UNITS[name]}{piece}" for piece in pieces[1:]
        )


LEAF = Form("?", lambda values: next(values))


def inverted(form: Form) -> Form:
    return Form(f"not ({form.text})", lambda values: not form.classical(values))


def joined(word: str, join: Callable[[list[bool]], bool], forms: Sequence[Form]) -> Form:
    text = f" {word} ".join(f"({form.text})" for form in forms)
    return Form(text, lambda values: join([form.classical(values) for form in forms]))


def one_deeper(forms: Sequence[Form], widest: int) -> list[Form]:
    """`not`, `and` and `or` over every choice of two of the forms, and up to `widest` leaves."""
    found = [inverted(form) for form in forms]
    for word, join in (("and", all), ("or", any)):
        found += [joined(word, join, pair) for pair in product(forms, repeat=2)]
        found += [joined(word, join, [LEAF] * wide) for wide in range(3, widest + 1)]
    return found


DEPTH_1 = [LEAF, *one_deeper([LEAF], 3)]
NARROW = [form for form in DEPTH_1 if form.text.count("?") < 3]
DEPTH_2 = list({form.text: form for form in (*DEPTH_1, *one_deeper(NARROW, 4))}.values())


def kleene(form: Form, truths: Sequence[bool | None]) -> bool | None:
    """Known exactly where it is the same whatever the unknown leaves are."""
    known = [(True, False) if truth is None else (truth,) for truth in truths]
    answers = {form.classical(iter(case)) for case in product(*known)}
    return answers.pop() if len(answers) == 1 else None


def live(text: str, cases: Sequence[Case]) -> list[float | bool | None]:
    expression, answers = compile_expression(text, FakeScope()), []
    for case in cases:
        view = FakeView()
        view.values.update({name: value for name, value in case.items() if value is not None})
        answers.append(expression.evaluate(view, 0))
    return answers


def batch(text: str, cases: Sequence[Case]) -> list[float | bool | None]:
    """A case a second; what is unknown came, and was not good."""
    expression = compile_expression(text, FakeScope())
    at_ns = np.arange(len(cases)) * SECOND_NS
    columns = {}
    for name in cases[0]:
        values = [case[name] for case in cases]
        good = np.array([value is not None for value in values])
        filled = np.array([0.0 if value is None else value for value in values])
        columns[NAMES.index(name)] = Column(at_ns, at_ns, filled, good)
    found = evaluate_columns(expression, columns, at_ns).tolist()
    return [None if np.isnan(answer) else answer for answer in found]


@pytest.mark.parametrize("form", DEPTH_2, ids=lambda form: form.text)
@pytest.mark.parametrize("evaluated", [live, batch])
def test_logic_answers_where_the_unknown_cannot_matter_and_only_there(form, evaluated):
    names = LEAVES[: form.text.count("?")]
    combinations = list(product(TRUTHS, repeat=len(names)))
    said = {True: 1.0, False: -1.0, None: None}
    cases = [
        dict(zip(names, (said[truth] for truth in truths), strict=True)) for truths in combinations
    ]
    found = evaluated(form.written(iter(names)), cases)
    assert found == [kleene(form, truths) for truths in combinations]


def test_so_many_nestings_are_all():
    assert len(DEPTH_1) == 1 + 1 + 2 * 2
    assert len(DEPTH_2) == 6 + 3 + 2 * (4 * 4 - 1 + 1)


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize("evaluated", [live, batch])
def test_no_comparison_answers_where_a_side_is_unknown(operator, evaluated):
    values = (0.0, 1.0, None)
    cases = [dict(zip(LEAVES[:2], pair, strict=True)) for pair in product(values, repeat=2)]
    text = f"{LEAVES[0]} / 1 m {operator} {LEAVES[1]} / 1 m/s"
    expected = [
        None if a is None or b is None else eval(f"{a} {operator} {b}")
        for a, b in (case.values() for case in cases)
    ]
    assert evaluated(text, cases) == expected


@pytest.mark.parametrize("name", [*FUNCTIONS, "+", "-", "*", "/", "negative"])
@pytest.mark.parametrize("evaluated", [live, batch])
def test_no_number_comes_of_an_unknown_one(name, evaluated):
    arity = FUNCTIONS[name].least if name in FUNCTIONS else 1 if name == "negative" else 2
    arguments = [f"{leaf} / 1 {UNITS[leaf]}" if UNITS[leaf] else leaf for leaf in LEAVES[:arity]]
    text = f"{name}({', '.join(arguments)})"
    if name not in FUNCTIONS:
        text = f"-({arguments[0]})" if arity == 1 else f"({arguments[0]}) {name} ({arguments[1]})"
    values = [(float(i + 1), None) for i in range(arity)]
    cases = [dict(zip(LEAVES, case, strict=False)) for case in product(*values)]
    found = evaluated(text, cases)
    assert found[0] is not None
    assert found[1:] == [None] * (2**arity - 1)
