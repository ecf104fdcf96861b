"""A list shows what is around its cursor, says what it leaves out, and cuts nothing unseen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gcs.console.panels.chart import chart, chart_bins
from gcs.console.panels.listing import beside, listed, outside, scrolled, told, window, wrapped
from gcs.console.theme import Line, Span, Tone

COUNTS = st.integers(0, 60)
HEIGHTS = st.integers(1, 40)


def text(line: Line) -> str:
    return "".join(span.text for span in line)


@given(count=COUNTS, height=HEIGHTS, at=st.integers(0, 59))
def test_the_row_at_the_cursor_is_in_the_window_which_is_as_full_as_it_can_be(
    count: int, height: int, at: int
) -> None:
    shown = window(count, height, at)
    assert 0 <= shown.start <= shown.stop <= count
    rows = shown.stop - shown.start
    assert rows == count if count <= height else rows == height - 1
    if at < count and height > 1:
        assert shown.start <= at < shown.stop


@given(count=COUNTS, height=HEIGHTS, at=st.integers(0, 59))
def test_what_is_out_of_view_is_counted_in_the_room_there_is(
    count: int, height: int, at: int
) -> None:
    shown = window(count, height, at)
    said = outside(shown, 60)
    assert shown.stop - shown.start + len(said) <= height
    if said:
        assert f"{shown.start} above, {count - shown.stop} below" in text(said[0])


def test_a_list_that_fits_says_nothing_of_more_and_one_that_does_not_marks_its_row() -> None:
    rows = [(Span(f"row {place}"),) for place in range(5)]
    assert [text(line).rstrip() for line in scrolled(rows, 20, 5, 3)] == [
        f" row {place}" for place in range(5)
    ]
    cut = [text(line).rstrip() for line in scrolled(rows, 20, 4, 4)]
    assert cut == [" row 2", " row 3", "▸row 4", "   2 above, 0 below"]


def test_only_rows_in_view_are_drawn_and_the_chosen_one_is_marked() -> None:
    drawn: list[str] = []

    def draw(key: str) -> Line:
        drawn.append(key)
        return (Span(key),)

    ids = [f"id{place}" for place in range(100)]
    lines = listed(ids, "id50", draw, 20, 11)
    assert drawn == ids[45:55]
    assert text(lines[5]).rstrip() == "▸id50"


def test_no_row_is_marked_where_the_chosen_one_is_not_listed() -> None:
    lines = listed(["a", "b"], "gone", lambda key: (Span(key),), 10, 5)
    assert [text(line).rstrip() for line in lines] == [" a", " b"]


@given(
    words=st.lists(st.text("ab試", min_size=1, max_size=30), max_size=20), width=st.integers(2, 40)
)
def test_wrapping_keeps_every_character_and_the_width(words: list[str], width: int) -> None:
    rows = wrapped(" ".join(words), width)
    assert all(cell_len(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == "".join(words)


def test_words_stay_whole_where_they_fit() -> None:
    assert wrapped("four five sixth", 9) == ["four five", "sixth"]
    assert wrapped("four five sixth", 8) == ["four", "five", "sixth"]


@pytest.mark.parametrize(("most", "cut"), [(1, True), (2, True), (3, False)])
def test_a_told_text_ends_or_says_that_it_does_not(most: int, cut: bool) -> None:
    lines = told("why", "four five sixth", 20, Tone.SERIOUS, most)
    assert len(lines) == most
    assert text(lines[-1]).rstrip().endswith("…") is cut
    assert [span.tone for line in lines for span in line if span.tone is Tone.SERIOUS] == [
        Tone.SERIOUS
    ]


def test_two_columns_are_as_long_as_the_longer_one() -> None:
    left: list[Line] = [(Span("left"),)]
    right: list[Line] = [(Span("a"),), (Span("b"),)]
    assert [text(line) for line in beside(left, right, 4)] == ["left a", "     b"]


def test_a_chart_has_its_limit_in_view_as_a_dotted_line() -> None:
    values = np.full(chart_bins(40), 2.0)
    lines = [text(line) for line in chart(values, ".1f", 40, 5, limit=0.0)]
    assert lines[0].startswith("       2.0┤⠉⠉")
    assert lines[-1].startswith("       0.0┤⡀⡀")
    assert lines[2].strip() == "┤"


@pytest.mark.parametrize(
    ("values", "spec", "ends"),
    [
        ((5.0, 5.1), ".1f", ("6.0", "4.0")),
        ((5.0, 5.0), "+.2f", ("+5.10", "+4.90")),
        ((0.0, 3.0), ".0f", ("12", "-8")),
        ((0.0, 3.0), ".1f", ("3.0", "0.0")),
        ((0.0, 3.0), ".3g", ("3", "0")),
    ],
)
def test_noise_does_not_fill_a_chart(
    values: tuple[float, float], spec: str, ends: tuple[str, str]
) -> None:
    curve = np.linspace(*values, chart_bins(40))
    lines = [text(line).partition("┤")[0].strip() for line in chart(curve, spec, 40, 5)]
    assert (lines[0], lines[-1]) == ends


def test_a_chart_of_nothing_says_so() -> None:
    (line,) = chart(np.full(chart_bins(40), np.nan), ".1f", 60, 5)
    assert "nothing good seen" in text(line)
