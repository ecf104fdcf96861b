"""Dots, marks and labels stand where their numbers say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.console.panels.plot import Plot, nice_bounds, nice_ceiling
from gcs.console.theme import Line, Tone


def texts(plot: Plot) -> list[str]:
    return [joined(line) for line in plot.lines()]


def joined(line: Line) -> str:
    return "".join(span.text for span in line)


def test_the_corners_of_a_plot_are_its_corner_cells() -> None:
    plot = Plot(8, 4, (-2.0, 2.0), (0.0, 100.0))
    assert plot.cell(-2.0, 0.0) == (0, 3)
    assert plot.cell(2.0, 100.0) == (7, 0)
    assert plot.cell(0.1, 60.0) == (4, 1)
    assert plot.cell(-9.0, 999.0) == (0, 0)


def test_dots_are_drawn_inside_only_and_nan_is_nowhere() -> None:
    plot = Plot(2, 1, (0.0, 4.0), (0.0, 4.0))
    plot.dots(np.array([0.5, 3.5, 9.0, -1.0, math.nan]), np.array([0.5, 3.5, 1.0, 1.0, 1.0]))
    assert texts(plot) == ["⡀⠈"]


def test_crossing_curves_both_show() -> None:
    plot = Plot(1, 1, (0.0, 2.0), (0.0, 4.0))
    plot.dots(np.array([0.5, 1.5]), np.array([0.5, 3.5]))
    plot.dots(np.array([0.5, 1.5]), np.array([3.5, 0.5]))
    assert texts(plot) == ["⣉"]


def test_a_mark_covers_dots_and_a_label_moves_out_of_its_way() -> None:
    plot = Plot(6, 2, (0.0, 6.0), (0.0, 2.0))
    plot.write(1, 0, "▲", Tone.BRIGHT)
    plot.label(0, 0, "near", Tone.DIM)
    plot.label(9, 0, "end", Tone.DIM)
    assert texts(plot) == [" ▲ end", "near  "]
    assert ("▲", Tone.BRIGHT) in plot.lines()[0]


def test_a_label_without_a_free_place_is_left_out() -> None:
    plot = Plot(3, 1, (0.0, 1.0), (0.0, 1.0))
    plot.label(0, 0, "much too long", Tone.DIM)
    plot.write(1, 0, "▲", Tone.BRIGHT)
    plot.label(0, 0, "abc", Tone.DIM)
    assert texts(plot) == [" ▲ "]


def test_a_row_is_as_wide_as_the_plot_whatever_is_written() -> None:
    plot = Plot(5, 1, (0.0, 1.0), (0.0, 1.0))
    plot.write(3, 0, "漢字", Tone.DIM)
    assert joined(plot.lines()[0]).startswith("   漢")


@given(st.floats(1e-6, 1e9))
def test_a_nice_ceiling_is_not_below_and_not_far_above(value: float) -> None:
    ceiling = nice_ceiling(value)
    assert value <= ceiling * (1 + 1e-5)
    assert ceiling <= 1.7 * value


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        ([0.0, 2487.0], (0.0, 2500.0)),
        ([-0.3, 2487.0, math.nan], (0.0, 2500.0)),
        ([-160.0, 35.0], (-200.0, 40.0)),
        ([-160.0], (-200.0, 0.0)),
        ([], (0.0, 10.0)),
        ([math.inf, 3.0], (0.0, 10.0)),
    ],
)
def test_bounds_are_round_and_hold_zero(values: list[float], bounds: tuple[float, float]) -> None:
    assert nice_bounds(values, 10.0) == pytest.approx(bounds)
