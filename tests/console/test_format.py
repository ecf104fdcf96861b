"""Text from outside is harmless, and numbers and clocks read as they should."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gcs.clock import SECOND_NS
from gcs.console.format import (
    MAX_TEXT,
    age,
    clock,
    escaped,
    fitted,
    minutes,
    number,
    utc_date,
    utc_time,
)


@given(st.text(max_size=3 * MAX_TEXT))
def test_escaped_text_is_printable_bounded_and_of_known_width(text: str) -> None:
    shown = escaped(text)
    assert shown.isprintable()
    assert len(shown) <= 10 * MAX_TEXT + 1
    assert cell_len(shown) == sum(cell_len(character) for character in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("deck roll 3.4 deg", "deck roll 3.4 deg"),
        ("[bold red]x[/]", "[bold red]x[/]"),
        ("\x1b[31m\n\0", "\\x1b[31m\\x0a\\x00"),
        ("e\u0301", "e\\u0301"),
        ("\u0915\u0903", "\u0915\\u0903"),
        ("\u202eabc", "\\u202eabc"),
        ("\U0001f680", "\\U0001f680"),
        ("元行者", "元行者"),
        ("● ✓ µ", "● ✓ µ"),
    ],
)
def test_what_could_move_the_cursor_or_hide_is_spelled_out(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_a_megabyte_is_cut_visibly() -> None:
    assert escaped("x" * 1_000_000) == "x" * MAX_TEXT + "…"


@given(st.text(max_size=60).map(escaped), st.integers(0, 80))
def test_fitted_text_has_exactly_its_cells_and_says_when_it_was_cut(text: str, cells: int) -> None:
    shown = fitted(text, cells)
    assert cell_len(shown) == cells
    if cells and cell_len(text) > cells:
        assert "…" in shown


@pytest.mark.parametrize(
    ("t_ns", "shown"),
    [
        (0, "T+00:00:00.0"),
        (1, "T+00:00:00.0"),
        (-1, "T-00:00:00.1"),
        (-SECOND_NS, "T-00:00:01.0"),
        (401_250_000_000, "T+00:06:41.2"),
        (-3_661 * SECOND_NS, "T-01:01:01.0"),
    ],
)
def test_the_clock_reaches_zero_never_early(t_ns: int, shown: str) -> None:
    assert clock(t_ns, "T") == shown


@pytest.mark.parametrize(
    ("value", "spec", "shown"),
    [
        (31420.4, ",.0f", "31 420"),
        (-0.25, "+.1f", "-0.2"),
        (-0.04, ".1f", "0.0"),
        (-0.04, "+.1f", "+0.0"),
        (-0.06, "+.1f", "-0.1"),
        (3.0, "d", "3"),
        (3.14159, "nonsense", "3.14"),
        (math.nan, ".1f", "----"),
        (math.inf, "d", "----"),
    ],
)
def test_numbers_are_written_by_their_format_and_never_raise(
    value: float, spec: str, shown: str
) -> None:
    assert number(value, spec) == shown


@given(st.integers(-(10**12), 10**18))
def test_an_age_is_at_most_five_characters_up_to_decades(age_ns: int) -> None:
    assert len(age(age_ns)) <= 6


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-1.0, "0.0s"), (0.1, "0.1s"), (9.94, "9.9s"), (42.0, "42s"), (720.0, "12m"), (7200.0, "2h")],
)
def test_ages(seconds: float, shown: str) -> None:
    assert age(int(seconds * SECOND_NS)) == shown


def test_utc() -> None:
    at_ns = 1_795_356_207_400_000_000
    assert (utc_date(at_ns), utc_time(at_ns)) == ("2026-11-22", "14:03:27.4")


@pytest.mark.parametrize(
    ("duration_ns", "shown"),
    [
        (0, "0:00"),
        (-5, "0:00"),
        (1, "0:01"),
        (42 * SECOND_NS, "0:42"),
        (42 * SECOND_NS + 1, "0:43"),
        (260 * SECOND_NS, "4:20"),
        (3860 * SECOND_NS, "1:04:20"),
    ],
)
def test_a_count_says_minutes_and_begun_seconds(duration_ns: int, shown: str) -> None:
    assert minutes(duration_ns) == shown
