"""The cursor follows the thing chosen, not its row, and stops at the ends of its list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.console.pages import NAMES, PAGES, page_named
from gcs.console.panels.views import VIEWS
from gcs.console.selection import MAIN, Kind, Selection, moved

KINDS = (Kind.PARAMETER, Kind.CRITERION, Kind.ALARM)


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_move_chooses_the_first_row_and_later_ones_stop_at_the_ends(kind: Kind) -> None:
    rows = ("a", "b", "c")
    chosen = moved(Selection(), kind, rows, 1)
    assert chosen.chosen(kind) == "a"
    assert moved(chosen, kind, rows, 1).chosen(kind) == "b"
    assert moved(chosen, kind, rows, 20).chosen(kind) == "c"
    assert moved(chosen, kind, rows, -20).chosen(kind) == "a"


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_that_changes_its_order_keeps_the_thing_chosen(kind: Kind) -> None:
    chosen = Selection().choosing(kind, "b")
    assert moved(chosen, kind, ("c", "b", "a"), 1).chosen(kind) == "a"
    assert moved(chosen, kind, (), 1).chosen(kind) == "b"
    assert moved(chosen, kind, ("x", "y"), 1).chosen(kind) == "x"
    assert [chosen.chosen(other) for other in KINDS if other is not kind] == ["", ""]


@given(st.lists(st.integers(-30, 30)), st.integers(0, 20))
def test_scrolling_never_leaves_the_rows(steps: list[int], count: int) -> None:
    selection = Selection()
    for step in steps:
        selection = moved(selection, Kind.NONE, ["row"] * count, step)
        assert 0 <= selection.row <= max(0, count - 1)


def test_another_page_begins_at_its_top_and_help_explains_the_page_that_was_left() -> None:
    selection = Selection().searching("roll").choosing(Kind.PARAMETER, "nav.roll")
    alarms = moved(selection.showing("alarms"), Kind.NONE, "abc", 2)
    assert (alarms.page, alarms.search, alarms.row) == ("alarms", "", 2)
    helped = alarms.showing("help")
    assert (helped.page, helped.help_for, helped.row) == ("help", "alarms", 0)
    assert helped.showing("help").help_for == "alarms"
    assert helped.parameter == "nav.roll"


def test_every_page_but_the_main_one_has_something_that_draws_it() -> None:
    assert set(VIEWS) == set(NAMES) - {MAIN}
    assert {view.opens for view in VIEWS.values()} <= {"", *NAMES}


def test_pages_have_names_and_keys_of_their_own_and_say_what_they_mean() -> None:
    assert len(set(NAMES)) == len({page.key for page in PAGES}) == len(PAGES)
    assert all(page.help and page.title for page in PAGES)
    assert page_named("deck") in PAGES
    assert page_named("nowhere") is None
