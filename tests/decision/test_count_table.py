"""The table of the count: complete, with two ends, and only its rows move it."""

from __future__ import annotations

import pytest

from gcs.decision.count_table import REFUSALS, TRANSITIONS, UNPLANNED, Trigger
from gcs.messages import CountState, HoldKind

EXPECTED = {
    (CountState.RUNNING, Trigger.HOLD): CountState.HOLD,
    (CountState.RUNNING, Trigger.BUILT_IN): CountState.HOLD,
    (CountState.RUNNING, Trigger.SCRUB): CountState.SCRUBBED,
    (CountState.RUNNING, Trigger.COMMIT): CountState.RUNNING,
    (CountState.RUNNING, Trigger.UNDONE): CountState.HOLD,
    (CountState.RUNNING, Trigger.LIFT_OFF): CountState.FLIGHT,
    (CountState.HOLD, Trigger.HOLD): CountState.HOLD,
    (CountState.HOLD, Trigger.RELEASE): CountState.RUNNING,
    (CountState.HOLD, Trigger.ENDED): CountState.RUNNING,
    (CountState.HOLD, Trigger.RECYCLE): CountState.HOLD,
    (CountState.HOLD, Trigger.SCRUB): CountState.SCRUBBED,
    (CountState.HOLD, Trigger.COMMIT): CountState.RUNNING,
    (CountState.HOLD, Trigger.UNDONE): CountState.HOLD,
    (CountState.HOLD, Trigger.LIFT_OFF): CountState.FLIGHT,
}


def test_the_table_says_exactly_this() -> None:
    rows = {(s, t): to for s, row in TRANSITIONS.items() for t, to in row.items()}
    assert rows == EXPECTED


@pytest.mark.parametrize("state", [CountState.FLIGHT, CountState.SCRUBBED])
def test_flight_and_scrub_are_ends(state: CountState) -> None:
    assert TRANSITIONS[state] == {}


def test_every_state_has_its_row_and_its_reason_to_refuse() -> None:
    assert set(TRANSITIONS) == set(REFUSALS) == set(CountState)


def test_every_hold_but_a_built_in_one_is_unplanned() -> None:
    assert set(HoldKind) - UNPLANNED == {HoldKind.NONE, HoldKind.BUILT_IN}
