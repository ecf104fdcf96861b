"""Text becomes the tree that the grammar means, or one sentence with a column."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.expressions import ExpressionError
from gcs.expressions.parsing import parse
from gcs.expressions.syntax import (
    Arithmetic,
    Call,
    Comparison,
    Logical,
    Name,
    Negative,
    Node,
    Not,
    Quantity,
    Truth,
)


def shape(node: Node) -> object:
    """The tree without its places, as nested tuples."""
    fields = [getattr(node, f.name) for f in dataclasses.fields(node) if f.name != "column"]
    return (type(node).__name__, *[_shape_of(value) for value in fields])


def _shape_of(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_shape_of(item) for item in value)
    return shape(value) if dataclasses.is_dataclass(value) else value


NAMES = st.sampled_from(["x", "nav.altitude", "android", "nota", "order.b2", "true.x", "age"])
QUANTITIES = st.builds(
    Quantity,
    st.floats(0, 1e9).map(abs),
    st.sampled_from(["", "m", "km/h", "m/s^2", "%", "deg", "m/s²", "kg*m"]),
    st.just(0),
)
NUMBERS = st.recursive(
    QUANTITIES | st.builds(Name, NAMES, st.just(0)),
    lambda inner: st.one_of(
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner, st.just(0)),
        st.builds(Negative, inner.filter(lambda n: not isinstance(n, Quantity)), st.just(0)),
        st.builds(
            Call,
            st.sampled_from(["abs", "max_over", "f"]),
            st.lists(inner, min_size=1, max_size=3).map(tuple),
            st.just(0),
        ),
    ),
    max_leaves=8,
)
CONDITIONS = st.recursive(
    st.builds(Truth, st.booleans(), st.just(0))
    | st.builds(
        Comparison,
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        NUMBERS,
        NUMBERS,
        st.just(0),
    ),
    lambda inner: st.one_of(
        st.builds(Not, inner, st.just(0)),
        st.builds(
            Logical,
            st.sampled_from(["and", "or"]),
            st.lists(inner, min_size=2, max_size=3).map(tuple),
            st.just(0),
        ),
    ),
    max_leaves=6,
)


def written(node: Node) -> str:
    """Text with every operand in parentheses."""
    match node:
        case Quantity():
            return f"{node.value!r} {node.unit}"
        case Truth():
            return "true" if node.value else "false"
        case Name():
            return node.name
        case Negative():
            return f"-({written(node.operand)})"
        case Not():
            return f"not ({written(node.operand)})"
        case Arithmetic() | Comparison():
            return f"({written(node.left)}) {node.operator} ({written(node.right)})"
        case Logical():
            return f" {node.operator} ".join(f"({written(item)})" for item in node.operands)
        case Call():
            return f"{node.function}({', '.join(written(item) for item in node.arguments)})"


@given(NUMBERS | CONDITIONS)
def test_a_written_tree_is_read_back(tree):
    assert shape(parse(written(tree))) == shape(tree)


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("a / b * c", "(a / b) * c"),
        ("-a * b", "(-a) * b"),
        ("a - -b", "a - (-b)"),
        ("a or b and c", "a or (b and c)"),
        ("not a and b", "(not a) and b"),
        ("not a > b", "not (a > b)"),
        ("a + b > c and d < e", "((a + b) > c) and (d < e)"),
        ("a > 5 and b > 3", "(a > (5)) and (b > (3))"),
        ("a > 5 m or b", "(a > (5 m)) or b"),
        ("5m/s", "5 m/s"),
        ("+a", "a"),
        ("a>=1", "a >= 1"),
    ],
)
def test_what_binds_tighter(text, same_as):
    assert shape(parse(text)) == shape(parse(same_as))


def test_a_unit_has_no_blanks_and_a_quotient_has():
    assert shape(parse("5 m/s")) == ("Quantity", 5.0, "m/s")
    assert shape(parse("5 m / s")) == ("Arithmetic", "/", ("Quantity", 5.0, "m"), ("Name", "s"))


def test_a_sign_belongs_to_its_number():
    assert shape(parse("-5 degC")) == ("Quantity", -5.0, "degC")


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 1, "missing"),
        ("   ", 1, "missing"),
        ("a <", 4, "ends too early"),
        ("(a", 3, "ends too early"),
        ("a < b < c", 7, "do not chain"),
        ("a = 3", 3, "equality is `==`"),
        ("a b", 3, "did not expect 'b'"),
        ("f()", 3, "did not expect ')'"),
        ("a $ b", 3, "did not expect '$'"),
        ("a and", 6, "ends too early"),
        ("Nav.altitude", 1, "did not expect 'Nav'"),
        ("1e999", 1, "too large"),
        ("a.b.", 4, "did not expect '.'"),
        ("a or\nb c", 8, "did not expect 'c'"),
        ("a or\nb $ c", 8, "did not expect '$'"),
        ("a and\nb < c < d", 13, "do not chain"),
        ("a or\nb <", 9, "ends too early"),
    ],
)
def test_mistakes_are_placed(text, column, says):
    with pytest.raises(ExpressionError, match=r".") as caught:
        parse(text)
    assert says in caught.value.message
    assert caught.value.column == column
    assert f"(column {column})" in str(caught.value)


@given(st.text(max_size=30) | st.text("ab.() <>=!+-*/,andortf5m%", max_size=30))
def test_no_text_raises_anything_but_an_expression_error(text):
    with contextlib.suppress(ExpressionError):
        parse(text)


def test_any_depth_of_parentheses_is_read():
    assert shape(parse("(" * 5000 + "a" + ")" * 5000)) == ("Name", "a")
