"""What compiled expressions need together, and how an entry's key is written."""

from __future__ import annotations

import pytest

from gcs.decision.compiling import key_of, merged_windows
from gcs.expressions import compile_expression
from tests.helpers.joint_view import SECOND, FakeView

VIEW = FakeView(roll="deg", pitch="deg")


def test_the_longest_window_over_a_parameter_is_what_is_kept_of_it() -> None:
    long, short, other, none = (
        compile_expression(text, VIEW)
        for text in ("max_over(roll, 9 s)", "rate(roll, 2 s)", "mean_over(pitch, 1 ns)", "pitch")
    )
    for order in ((long, short, other, none, None), (None, none, other, short, long)):
        assert merged_windows(order) == {0: 9 * SECOND, 1: 1}
    assert merged_windows([short, none]) == {0: 2 * SECOND}


@pytest.mark.parametrize(
    ("name", "key"),
    [("roll", "criterion.roll.no_go.above"), ("deck.roll", 'criterion."deck.roll".no_go.above')],
)
def test_a_name_with_dots_is_quoted_in_a_key(name: str, key: str) -> None:
    assert key_of("criterion", name, "no_go", "above") == key
