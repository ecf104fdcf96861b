"""The count: holds stop T and never lose time; L never stops; lift-off makes T zero."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.decision.count_loading import build_countdown
from gcs.decision.countdown import Countdown
from gcs.expressions import Expression
from gcs.messages import CountState, Event
from gcs.telemetry.speech import say_clock
from tests.helpers.joint_view import SECOND, FakeView, mission_of

PARAMETERS = {"altitude": "m", "clock": "s"}
PHASE = '[[phase]]\nid = "p"\ntitle = "p"\n'
FULL = 'start = "-20 s"\nlift_off = "altitude > 2 m"\nhold = [{ at = "-10 s" }]\n'
NO_HOLD = 'start = "-20 s"\nlift_off = "altitude > 2 m"\n'
RUNNING, HOLD, FLIGHT = CountState.RUNNING, CountState.HOLD, CountState.FLIGHT


def count_of(table: str) -> tuple[Countdown, FakeView]:
    view = FakeView(**PARAMETERS)
    count, problems = build_countdown(mission_of(f"{PHASE}[count]\n{table}", PARAMETERS), view)
    assert problems == ()
    return count, view


def t_at(count: Countdown, view: FakeView, seconds: float, committed: bool = False) -> float:
    return count.step(view, round(seconds * SECOND), committed).status.t_ns / SECOND


def test_both_clocks_start_at_the_configured_reading() -> None:
    count, view = count_of(NO_HOLD)
    status = count.step(view, 123).status
    assert (status.state, status.t_ns, status.l_ns) == (RUNNING, -20 * SECOND, -20 * SECOND)


def test_the_built_in_hold_stops_t_exactly_there_and_l_not() -> None:
    count, view = count_of(FULL)
    t_at(count, view, 0)
    status = count.step(view, 12 * SECOND).status
    assert (status.state, status.t_ns, status.l_ns) == (HOLD, -10 * SECOND, -8 * SECOND)
    assert status.reason == "built-in hold"


def test_reaching_the_built_in_hold_to_the_nanosecond_is_reaching_it() -> None:
    count, view = count_of(FULL)
    count.step(view, 0)
    assert count.step(view, 10 * SECOND - 1).status.state is RUNNING
    assert count.step(view, 10 * SECOND).status.state is HOLD


def test_a_release_goes_on_from_where_it_stopped_and_holds_there_once() -> None:
    count, view = count_of(FULL)
    t_at(count, view, 0)
    t_at(count, view, 30)
    assert count.release("FD", 40 * SECOND).text == "released at T-00:10"
    assert t_at(count, view, 43) == -7


def test_an_operators_hold_stops_t_at_that_instant_and_names_him() -> None:
    count, view = count_of(FULL)
    t_at(count, view, 0)
    count.hold("FD", "range not clear", 5 * SECOND)
    assert t_at(count, view, 60) == -15
    assert count.hold_reason == "held by FD: range not clear"
    count.release("FD", 60 * SECOND)
    assert count.hold_reason == ""
    assert t_at(count, view, 61) == -14


def test_a_built_in_hold_is_no_operators_hold() -> None:
    count, view = count_of(FULL)
    t_at(count, view, 0)
    t_at(count, view, 30)
    assert count.hold_reason == ""


def test_t_waits_at_zero_until_lift_off_is_seen() -> None:
    count, view = count_of(NO_HOLD)
    t_at(count, view, 0)
    status = count.step(view, 25 * SECOND).status
    assert (status.state, status.t_ns, status.reason) == (RUNNING, 0, "waiting for lift-off")
    view.set("altitude", 3.0)
    assert t_at(count, view, 26) == 0
    step = count.step(view, 27 * SECOND)
    assert (step.status.state, step.status.t_ns, step.status.reason) == (FLIGHT, SECOND, "")


@pytest.mark.parametrize("seconds", [1, 12])
def test_lift_off_is_a_fact_also_in_a_running_count_or_a_hold(seconds: int) -> None:
    count, view = count_of(FULL)
    t_at(count, view, 0)
    t_at(count, view, seconds)
    view.set("altitude", 3.0)
    step = count.step(view, (seconds + 1) * SECOND)
    assert (step.status.state, step.status.t_ns) == (FLIGHT, 0)
    assert step.events[-1].text == "lift-off"


def test_after_lift_off_t_never_goes_back_nor_holds() -> None:
    count, view = count_of(FULL)
    t_at(count, view, 0)
    view.set("altitude", 3.0)
    t_at(count, view, 1)
    view.set("altitude", 0.0)
    assert t_at(count, view, 5) == 4
    assert count.hold("FD", "", 5 * SECOND).kind == "refused"
    assert t_at(count, view, 6) == 5


def test_a_flight_joined_under_way_waits_at_its_start_until_it_is_heard() -> None:
    count, view = count_of('start = "151 s"\nlift_off = "altitude > 2 m"\n')
    assert t_at(count, view, 0) == 151
    assert t_at(count, view, 60) == 151
    assert count.status(80 * SECOND).t_ns == 151 * SECOND
    assert count.status(80 * SECOND).reason == "not heard in flight"
    view.set("altitude", 58_800.0)
    status = count.step(view, 90 * SECOND)
    assert (status.status.state, status.status.t_ns) == (FLIGHT, 151 * SECOND)
    assert [event.text for event in status.events] == ["joined in flight"]
    assert t_at(count, view, 95) == 156


JOINED = 'start = "151 s"\nlift_off = "altitude > 2 m"\nreading = "clock + age(clock)"\n'


def test_a_flight_joined_under_way_takes_the_vehicles_word_for_t() -> None:
    count, view = count_of(JOINED)
    t_at(count, view, 0)
    view.set("altitude", 58_800.0)
    view.set("clock", 160.0, age_ns=SECOND // 2)
    assert t_at(count, view, 90) == 160.5
    assert t_at(count, view, 95) == 165.5


def test_where_the_vehicle_says_nothing_t_runs_on_from_its_start() -> None:
    count, view = count_of(JOINED)
    t_at(count, view, 0)
    view.set("altitude", 58_800.0)
    assert t_at(count, view, 90) == 151


def test_the_vehicles_word_is_asked_at_the_moment_of_lift_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count, view = count_of(JOINED)
    t_at(count, view, 0)

    def asked(rule: Expression, _: object, now_ns: int) -> float | bool:
        return True if "altitude" in rule.text else 2 * now_ns / SECOND

    monkeypatch.setattr(Expression, "evaluate", asked)
    assert t_at(count, view, 90) == 180


def test_a_reading_that_crashes_says_so_and_t_runs_on_from_its_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count, view = count_of(JOINED)
    t_at(count, view, 0)

    def crashing(rule: Expression, *_: object) -> bool:
        return "altitude" in rule.text or 1 / 0 > 0

    monkeypatch.setattr(Expression, "evaluate", crashing)
    step = count.step(view, 7)
    assert step.status.t_ns == 151 * SECOND
    why = "reading: check crashed: ZeroDivisionError: division by zero"
    assert step.events == (
        Event(7, "fault", "count", why, 3),
        Event(7, "count", "count", "joined in flight", 5),
    )


@pytest.mark.parametrize("said", [math.nan, math.inf, -math.inf])
def test_a_clock_that_is_not_finite_is_none(said: float) -> None:
    count, view = count_of(JOINED)
    t_at(count, view, 0)
    view.set("altitude", 58_800.0)
    view.set("clock", said)
    assert t_at(count, view, 90) == 151


def test_lift_off_unknown_is_no_lift_off() -> None:
    count, view = count_of(NO_HOLD)
    t_at(count, view, 0)
    assert t_at(count, view, 99) == 0


def test_without_a_lift_off_rule_t_passes_zero_by_itself() -> None:
    count, view = count_of('start = "-2 s"\n')
    t_at(count, view, 0)
    assert count.step(view, 2 * SECOND - 1).status.state is RUNNING
    step = count.step(view, 2 * SECOND)
    assert step.status.state is FLIGHT
    assert step.events == (Event(2 * SECOND, "count", "count", "T-0 by the clock", 5),)
    assert t_at(count, view, 4) == 2


def test_without_a_lift_off_rule_a_clock_that_is_read_late_has_lost_no_time() -> None:
    count, view = count_of('start = "-2 s"\n')
    t_at(count, view, 0)
    assert count.status(5 * SECOND).t_ns == 3 * SECOND
    step = count.step(view, 5 * SECOND)
    assert (step.status.state, step.status.t_ns) == (FLIGHT, 3 * SECOND)


def test_lift_off_is_asked_at_the_moment_of_the_step_and_told_with_it() -> None:
    count, view = count_of('start = "-20 s"\nlift_off = "held(altitude > 2 m, 1 s)"\n')
    view.set("altitude", 3.0)
    assert t_at(count, view, 0) == -20
    step = count.step(view, SECOND)
    assert step.events == (Event(SECOND, "count", "count", "lift-off", 5),)


def test_once_committed_the_count_is_the_vehicles() -> None:
    count, view = count_of(FULL)
    t_at(count, view, 0)
    t_at(count, view, 15)
    status = count.step(view, 16 * SECOND, committed=True).status
    assert (status.state, status.t_ns) == (RUNNING, -10 * SECOND)
    assert count.hold("FD", "", 17 * SECOND).kind == "refused"
    assert t_at(count, view, 18, committed=True) == -8


def test_a_commit_before_the_built_in_hold_passes_it() -> None:
    count, view = count_of(FULL)
    t_at(count, view, 0, committed=True)
    assert t_at(count, view, 15, committed=True) == -5


def test_releasing_what_is_not_held_is_refused() -> None:
    count, view = count_of(FULL)
    t_at(count, view, 0)
    assert count.release("FD", 1).kind == "refused"


def test_a_lift_off_rule_that_crashes_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    count, view = count_of(NO_HOLD)
    monkeypatch.setattr(Expression, "evaluate", lambda *_: 1 / 0)
    why = "lift-off rule: check crashed: ZeroDivisionError: division by zero"
    assert count.step(view, 7).events == (Event(7, "fault", "count", why, 3),)
    assert count.step(view, 8).events == ()


@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["wait", "hold", "release"]), st.integers(0, 4 * SECOND)),
        max_size=30,
    )
)
def test_holds_never_lose_time(acts: list[tuple[str, int]]) -> None:
    count, view = count_of(NO_HOLD)
    count.step(view, 0)
    now = held = 0
    for act, wait in acts:
        was_held = count.status(now).state is HOLD
        now += wait
        held += wait if was_held else 0
        if act == "hold":
            count.hold("FD", "", now)
        elif act == "release":
            count.release("FD", now)
        status = count.step(view, now).status
        assert status.l_ns == -20 * SECOND + now
        assert status.t_ns == min(-20 * SECOND + now - held, 0)


@pytest.mark.parametrize(
    ("seconds", "text"), [(-10, "T-00:10"), (-9.2, "T-00:09"), (0, "T+00:00"), (96, "T+01:36")]
)
def test_a_clock_reads_as_people_say_it(seconds: float, text: str) -> None:
    assert say_clock(round(seconds * SECOND)) == text
