"""The alarm's table, explored whole: what latches, what silences, what never does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from gcs.decision.alarm_table import ACTIVE, CONDITIONS, TRANSITIONS, WAITING, On, Trigger
from gcs.messages import AlarmState, CriterionState

S, T, C = AlarmState, Trigger, CriterionState
Table = Mapping[AlarmState, Mapping[Trigger, AlarmState]]
SAID = (T.RAISED, T.RETURNED, T.SUPPRESSED)
"""What a criterion says; the others are what operators do, or a shelf's end."""


def rows(table: Table) -> Iterator[tuple[AlarmState, Trigger, AlarmState]]:
    return ((state, t, target) for state, row in table.items() for t, target in row.items())


def reached(table: Table, start: AlarmState, triggers: tuple[Trigger, ...]) -> set[AlarmState]:
    """All that these triggers, in any order and number, can lead to."""
    found, ahead = {start}, [start]
    while ahead:
        row = table[ahead.pop()]
        for trigger in triggers:
            if trigger in row and row[trigger] not in found:
                found.add(row[trigger])
                ahead.append(row[trigger])
    return found


def every_state_hears_its_criterion(table: Table) -> bool:
    return all(trigger in row for row in table.values() for trigger in SAID)


def what_holds_is_told_unless_shelved(table: Table) -> bool:
    told = {target for state, t, target in rows(table) if t is T.RAISED and state is not S.SHELVED}
    return told == ACTIVE


def only_what_holds_is_active(table: Table) -> bool:
    return all(
        target not in ACTIVE or t in (T.RAISED, T.ACKNOWLEDGED) for _, t, target in rows(table)
    )


def nothing_is_acknowledged_but_by_a_person(table: Table) -> bool:
    return all(
        target is not S.ACKNOWLEDGED or t is T.ACKNOWLEDGED or state is S.ACKNOWLEDGED
        for state, t, target in rows(table)
    )


def what_was_raised_stays_in_sight_until_somebody_saw_it(table: Table) -> bool:
    return reached(table, S.UNACKNOWLEDGED, SAID) == WAITING


def acknowledging_clears_nothing(table: Table) -> bool:
    """It ends the wait alone: what holds still stands, and what returned is gone."""
    acknowledged = {state: row.get(T.ACKNOWLEDGED) for state, row in table.items()}
    return {state: to for state, to in acknowledged.items() if to is not None} == {
        S.UNACKNOWLEDGED: S.ACKNOWLEDGED,
        S.RETURNED: S.NORMAL,
    }


def what_was_seen_is_not_raised_again_while_it_holds(table: Table) -> bool:
    return table[S.ACKNOWLEDGED].get(T.RAISED) is S.ACKNOWLEDGED


def what_was_seen_and_returned_is_over(table: Table) -> bool:
    row = table[S.ACKNOWLEDGED]
    return (row.get(T.RETURNED), row.get(T.SUPPRESSED)) == (S.NORMAL, S.SUPPRESSED)


def what_returned_and_comes_back_is_raised_anew(table: Table) -> bool:
    again = (S.NORMAL, S.RETURNED, S.SUPPRESSED)
    return all(table[state].get(T.RAISED) is S.UNACKNOWLEDGED for state in again)


def an_unseen_alarm_that_returns_or_is_not_asked_for_waits(table: Table) -> bool:
    return all(
        table[state].get(t) is S.RETURNED for state in WAITING for t in (T.RETURNED, T.SUPPRESSED)
    )


def an_unseen_alarm_that_holds_is_not_yet_seen(table: Table) -> bool:
    return table[S.UNACKNOWLEDGED].get(T.RAISED) is S.UNACKNOWLEDGED


def a_quiet_alarm_is_quiet_or_not_asked_for(table: Table) -> bool:
    said = {T.RETURNED: S.NORMAL, T.SUPPRESSED: S.SUPPRESSED}
    quiet = (S.NORMAL, S.SUPPRESSED)
    return all(table[state].get(t) is to for state in quiet for t, to in said.items())


def only_what_is_listed_is_shelved(table: Table) -> bool:
    shelved = {state for state, t, target in rows(table) if t is T.SHELVED and target is S.SHELVED}
    listed = {state for state, t, _ in rows(table) if t is T.SHELVED}
    return shelved == listed == ACTIVE | WAITING


def a_shelf_is_left_only_by_its_end_and_then_judged_afresh(table: Table) -> bool:
    stays = reached(table, S.SHELVED, SAID) == {S.SHELVED}
    left = {(state, to) for state, t, to in rows(table) if t is T.UNSHELVED}
    return stays and left == {(S.SHELVED, S.NORMAL)}


CLAIMS: tuple[Callable[[Table], bool], ...] = (
    every_state_hears_its_criterion,
    what_holds_is_told_unless_shelved,
    only_what_holds_is_active,
    nothing_is_acknowledged_but_by_a_person,
    what_was_raised_stays_in_sight_until_somebody_saw_it,
    acknowledging_clears_nothing,
    what_was_seen_is_not_raised_again_while_it_holds,
    what_was_seen_and_returned_is_over,
    what_returned_and_comes_back_is_raised_anew,
    an_unseen_alarm_that_returns_or_is_not_asked_for_waits,
    an_unseen_alarm_that_holds_is_not_yet_seen,
    a_quiet_alarm_is_quiet_or_not_asked_for,
    only_what_is_listed_is_shelved,
    a_shelf_is_left_only_by_its_end_and_then_judged_afresh,
)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_the_table_keeps(claim: Callable[[Table], bool]) -> None:
    assert claim(TRANSITIONS)


def mutants() -> Iterator[tuple[str, Table]]:
    """Every table with one row changed, taken out or put in."""
    for state in AlarmState:
        for trigger in Trigger:
            for target in (None, *AlarmState):
                if TRANSITIONS[state].get(trigger) is target:
                    continue
                table = {s: dict(row) for s, row in TRANSITIONS.items()}
                if target is None:
                    del table[state][trigger]
                else:
                    table[state][trigger] = target
                yield f"{state} {trigger.name} -> {target}", table


def test_no_other_row_would_pass() -> None:
    survivors = [name for name, table in mutants() if all(claim(table) for claim in CLAIMS)]
    assert survivors == []


def test_every_state_of_a_criterion_says_something_or_is_unknown() -> None:
    for on in ("no_go", "caution"):
        assert set(CONDITIONS[on]) == set(CriterionState)
        assert [c for c, t in CONDITIONS[on].items() if t is None] == [C.UNKNOWN]


@pytest.mark.parametrize(
    ("on", "raising"),
    [("no_go", {C.NO_GO, C.WAIVED}), ("caution", {C.NO_GO, C.WAIVED, C.CAUTION})],
)
def test_a_violation_raises_even_if_it_is_waived(on: On, raising: set[CriterionState]) -> None:
    said = CONDITIONS[on]
    assert {c for c, t in said.items() if t is T.RAISED} == raising
    assert {c for c, t in said.items() if t is T.RETURNED} == {C.GO, C.CAUTION} - raising
    assert {c for c, t in said.items() if t is T.SUPPRESSED} == {C.INHIBITED}
