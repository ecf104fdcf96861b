"""The gate's table, explored whole: every state against every moment."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest

from gcs.decision.gate_table import CONSEQUENCES, TRANSITIONS, Moment, Trigger, trigger_of
from gcs.messages import CommandState, CommandStatus, GateState

OPEN = (GateState.NO_GO, GateState.GO)
ENDS = (GateState.COMMITTED, GateState.MISSED)


def command(state: CommandState) -> CommandStatus:
    return CommandStatus(1, "c", state, 7, 0, 1, (), (), "")


COMMANDS = [None, *(command(state) for state in CommandState)]
COUNTS = {"counting": (False, False), "held": (True, False), "scrubbed": (True, True)}
MOMENTS = [
    Moment(opens, closes, *blocking, attempt, stop, *kind, overdue, unopposed, *count, recycled)
    for (
        opens,
        closes,
        blocking,
        attempt,
        stop,
        kind,
        overdue,
        unopposed,
        count,
        recycled,
    ) in product(
        (True, False, None),
        (True, False, None),
        (((), False), (("x",), False), (("x",), True)),
        COMMANDS,
        COMMANDS,
        ((True, False), (False, False), (False, True)),
        (True, False),
        (True, False),
        COUNTS.values(),
        (True, False),
    )
    if blocking[0] or not count[0]
]


def reached(state: GateState, opened: bool, moment: Moment) -> GateState:
    trigger = trigger_of(state, opened, moment)
    return state if trigger is None else TRANSITIONS[state][trigger]


EVERYTHING = [
    (state, opened, moment, reached(state, opened, moment))
    for state, opened, moment in product(TRANSITIONS, (True, False), MOMENTS)
]


def test_every_moment_has_its_row_and_every_row_its_moment() -> None:
    found = {
        (state, trigger)
        for state, opened, moment, _ in EVERYTHING
        if (trigger := trigger_of(state, opened, moment)) is not None
    }
    assert found == {(state, trigger) for state, row in TRANSITIONS.items() for trigger in row}


def test_go_needs_open_a_known_deadline_that_has_not_passed_and_nothing_blocking() -> None:
    for state, _, moment, target in EVERYTHING:
        waiting = state is GateState.GO and moment.attempt is not None
        if target is GateState.GO and not waiting:
            assert moment.opens is True
            assert moment.closes is not True
            assert moment.blocking == ()
            assert moment.stop is None


def test_nothing_commits_but_a_verified_command_or_a_standing_go_at_the_deadline() -> None:
    for state, _, moment, target in EVERYTHING:
        if target is GateState.COMMITTED and state is not GateState.COMMITTED:
            assert moment.stop is None
            assert not moment.scrubbed
            assert not moment.recycled
            if moment.unopposed and moment.closes is True and moment.opens is not False:
                continue
            assert state is GateState.GO
            if moment.attempt is None:
                assert moment.commits_by_standing
                assert moment.opens is True
                assert moment.closes is True
                assert moment.blocking == ()
            else:
                assert moment.attempt.state is CommandState.VERIFIED
                assert moment.closes is not True, "an echo after the deadline is too late"


def test_an_open_gate_never_outlives_its_deadline() -> None:
    for state, _, moment, target in EVERYTHING:
        if state in OPEN and moment.closes is True:
            assert target in ENDS or moment.recycled


def test_no_gate_outlives_a_scrub_and_no_command_on_its_way_outlives_a_hold() -> None:
    for state, _, moment, target in EVERYTHING:
        if state is GateState.COMMITTED:
            continue
        if moment.scrubbed:
            assert target is GateState.MISSED or moment.recycled
        if moment.held and state is GateState.GO and moment.attempt is not None:
            assert target is GateState.MISSED or (moment.recycled and moment.stop is not None)


@pytest.mark.parametrize(("held", "scrubbed"), [(True, False), (False, True)])
def test_a_hold_or_a_scrub_revokes_what_no_stop_has_overruled_yet(
    held: bool, scrubbed: bool
) -> None:
    sent = command(CommandState.SENT)
    moment = Moment(True, False, (), False, sent, held=held, scrubbed=scrubbed)
    assert trigger_of(GateState.GO, True, moment) is Trigger.REVOKED
    overruled = msgspec.structs.replace(moment, stop=sent)
    assert trigger_of(GateState.GO, True, overruled) is Trigger.OVERRULED


def test_a_recycle_closes_every_gate_but_a_committed_one() -> None:
    for state, _, moment, target in EVERYTHING:
        if moment.recycled and not (state is GateState.COMMITTED and moment.commanded):
            revoked = state is GateState.GO and moment.attempt is not None and moment.held
            assert target is GateState.CLOSED or revoked


def test_a_command_on_its_way_never_outlives_an_alarm() -> None:
    for state, _, moment, target in EVERYTHING:
        under_way = moment.attempt is not None
        if state is GateState.GO and under_way and moment.alarming:
            assert target in ENDS or moment.recycled


def test_missed_ends_only_by_a_recycle_and_committed_ends_only_by_a_verified_stop() -> None:
    for state, _, moment, target in EVERYTHING:
        if state is GateState.MISSED:
            assert target is (GateState.CLOSED if moment.recycled else GateState.MISSED)
        if state is GateState.COMMITTED and (moment.commanded or not moment.recycled):
            stopped = moment.stop is not None and moment.stop.state is CommandState.VERIFIED
            assert target is (GateState.MISSED if stopped else GateState.COMMITTED)


def test_a_stop_that_was_sent_ends_the_gate_whatever_else_is_true() -> None:
    for state, _, moment, target in EVERYTHING:
        if moment.stop is None or moment.recycled:
            continue
        if state is not GateState.COMMITTED:
            assert target is GateState.MISSED


@pytest.mark.parametrize("opens", [False, None])
def test_a_gate_that_never_opened_is_not_missed(opens: bool | None) -> None:
    moment = Moment(opens, True, ("x",), True)
    assert reached(GateState.CLOSED, False, moment) is GateState.CLOSED


def test_a_gate_that_was_open_is_missed_unless_its_question_no_longer_arises() -> None:
    lost, moot = Moment(None, True, ("x",), True), Moment(False, True, ("x",), True)
    assert reached(GateState.CLOSED, True, lost) is GateState.MISSED
    assert reached(GateState.CLOSED, True, moot) is GateState.CLOSED


def test_all_ways_of_missing_say_what_follows() -> None:
    ways = {t for row in TRANSITIONS.values() for t, s in row.items() if s is GateState.MISSED}
    assert ways == set(CONSEQUENCES)
    assert {t for t in ways if "send_no_go" in CONSEQUENCES[t]} == {
        Trigger.DEADLINE,
        Trigger.REVOKED,
        Trigger.OVERDUE,
    }
    assert [t for t in ways if "retry_no_go" in CONSEQUENCES[t]] == [Trigger.OVERRULED]
