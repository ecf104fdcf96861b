"""Holds, budgets, recycles and scrubs: what a launch team does to a count."""

from __future__ import annotations

import pytest

from gcs.decision.count_loading import build_countdown
from gcs.decision.countdown import Countdown
from gcs.expressions import Expression
from gcs.messages import CountState, CountStatus, Event, HoldKind, MarkInfo
from tests.helpers.joint_view import SECOND, FakeView, mission_of

PARAMETERS = {"altitude": "m", "mode": ""}
PHASE = '[[phase]]\nid = "p"\ntitle = "p"\n'
PLAN = """
start = "-300 s"
lift_off = "altitude > 2 m"
recycle_when = "mode == 0"
hold_budget = "60 s"
hold = [
  { at = "-100 s", lasts = "20 s", title = "poll" },
  { at = "-10 s", title = "final" },
]
mark = [{ id = "top", at = "-300 s" }, { id = "chill", at = "-150 s" }]
"""
RUNNING, HOLD = CountState.RUNNING, CountState.HOLD
FLIGHT, SCRUBBED = CountState.FLIGHT, CountState.SCRUBBED


class Count:
    """A count with a vehicle on the pad, and seconds for nanoseconds."""

    def __init__(self, plan: str = PLAN) -> None:
        self.view = FakeView(**PARAMETERS)
        self.view.set("mode", 0.0)
        self.view.set("altitude", 0.0)
        mission = mission_of(f"{PHASE}[count]\n{plan}", PARAMETERS)
        self.count: Countdown
        self.count, problems = build_countdown(mission, self.view)
        assert problems == ()
        self.events: list[Event] = []
        self.at(0)

    def at(self, seconds: float, committed: bool = False) -> CountStatus:
        status, events = self.count.step(self.view, round(seconds * SECOND), committed)
        self.events += events
        return status

    def hold(self, seconds: float, kind: HoldKind = HoldKind.MANUAL, by: str = "FD") -> Event:
        return self.count.hold(by, "range", round(seconds * SECOND), kind)

    def recycle(self, seconds: float, mark: str = "chill") -> Event:
        return self.count.recycle("FD", mark, "again", self.view, round(seconds * SECOND))


def t_s(status: CountStatus) -> float:
    return status.t_ns / SECOND


# --- Built-in holds ---


def test_a_timed_hold_ends_by_itself_at_its_own_instant() -> None:
    count = Count()
    status = count.at(205)
    assert (status.state, status.hold, t_s(status)) == (HOLD, HoldKind.BUILT_IN, -100)
    assert status.reason == "poll"
    assert (status.hold_since_ns, status.hold_ends_ns) == (200 * SECOND, 220 * SECOND)
    assert status.held_by == ""
    status = count.at(223)
    assert (status.state, t_s(status), status.hold) == (RUNNING, -97, HoldKind.NONE)
    assert (status.held_by, status.reason) == ("", "")
    assert (status.hold_since_ns, status.hold_ends_ns) == (None, None)
    assert [event.text for event in count.events] == [
        "hold at T-01:40: poll",
        "the built-in hold is over, T runs from T-01:40",
    ]


def test_a_count_that_is_read_late_comes_to_the_same_clock() -> None:
    early, late = Count(), Count()
    for tick in range(1, 4000):
        early.at(tick / 10)
    assert early.at(400) == late.at(400)
    assert early.events == [] or [e.text for e in early.events] == [e.text for e in late.events]


def test_a_built_in_hold_uses_no_budget_and_is_no_reason_to_refuse_a_go() -> None:
    count = Count()
    status = count.at(215)
    assert (status.held_ns, status.budget_left_ns) == (0, 60 * SECOND)
    assert count.count.hold_reason == ""


def test_the_next_built_in_hold_is_shown_until_it_is_met() -> None:
    count = Count()
    assert count.at(1).next_hold_t_ns == -100 * SECOND
    assert count.at(201).next_hold_t_ns == -10 * SECOND
    assert count.at(320).next_hold_t_ns is None


def test_a_built_in_hold_may_be_released_before_its_time() -> None:
    count = Count()
    count.at(205)
    count.count.release("FD", 206 * SECOND)
    assert t_s(count.at(216)) == -90


def test_an_operator_who_takes_over_a_timed_hold_ends_it_himself() -> None:
    count = Count()
    count.at(205)
    count.hold(210)
    status = count.at(240)
    assert (status.state, status.hold, status.held_by) == (HOLD, HoldKind.MANUAL, "FD")
    assert (status.hold_ends_ns, status.held_ns) == (None, 30 * SECOND)


# --- Holds that nobody planned ---


@pytest.mark.parametrize("kind", [HoldKind.MANUAL, HoldKind.GATE])
def test_an_unplanned_hold_uses_the_budget_and_bars_a_go(kind: HoldKind) -> None:
    count = Count()
    count.hold(10, kind)
    status = count.at(25)
    assert (status.held_ns, status.budget_left_ns) == (15 * SECOND, 45 * SECOND)
    assert count.count.hold_reason == "held by FD: range"
    count.count.release("FD", 30 * SECOND)
    assert count.count.hold_reason == ""
    assert count.at(40).budget_left_ns == 40 * SECOND


def test_a_spent_budget_scrubs_at_its_very_instant() -> None:
    count = Count()
    count.hold(10)
    count.count.release("FD", 40 * SECOND)
    count.hold(50)
    assert count.at(80 - 1e-9).state is HOLD
    status = count.at(80)
    assert (status.state, status.budget_left_ns) == (SCRUBBED, 0)
    assert status.reason == "the hold budget of 1 min is spent"
    assert count.events[-1].text.startswith("scrubbed at T-04:40: the hold budget")


def test_a_release_at_the_instant_at_which_the_budget_is_spent_is_too_late() -> None:
    count = Count()
    count.hold(10)
    assert count.count.release("FD", 70 * SECOND).kind == "refused"
    assert count.at(70).state is SCRUBBED


def test_a_spent_budget_may_leave_it_to_people() -> None:
    count = Count(f'{PLAN}when_spent = "hold"\n')
    count.hold(10)
    status = count.at(100)
    assert (status.state, status.budget_left_ns) == (HOLD, 0)
    told = [e.text for e in count.events if "spent" in e.text]
    assert told == ["the hold budget of 1 min is spent: recycle, release or scrub"]
    count.count.release("FD", 100 * SECOND)
    assert count.at(101).state is RUNNING
    count.hold(102)
    assert count.at(110).state is HOLD
    assert len([e for e in count.events if "spent" in e.text]) == 1


def test_without_a_budget_a_hold_lasts() -> None:
    count = Count(PLAN.replace('hold_budget = "60 s"\n', ""))
    count.hold(10)
    status = count.at(100_000)
    assert (status.state, status.budget_left_ns) == (HOLD, None)


def test_a_gate_takes_over_no_persons_hold_but_a_person_a_gates() -> None:
    count = Count()
    count.hold(10)
    told = count.hold(11, HoldKind.GATE, "launch_commit")
    assert (told.kind, told.text) == ("refused", "hold refused: already held by FD: range")
    assert count.at(12).held_by == "FD"
    count.count.release("FD", 13 * SECOND)
    count.hold(14, HoldKind.GATE, "launch_commit")
    count.hold(15)
    assert (count.at(16).held_by, count.at(16).hold) == ("FD", HoldKind.MANUAL)


def test_a_gate_holds_on_after_a_built_in_hold() -> None:
    count = Count()
    count.at(205)
    count.hold(210, HoldKind.GATE, "launch_commit")
    assert count.at(230).state is HOLD


# --- Recycle ---


def test_a_recycle_sets_t_back_holds_it_there_and_never_touches_l() -> None:
    count = Count()
    count.at(205)
    count.hold(210)
    told = count.recycle(212)
    assert told.text == "recycled to chill, T-02:30, for attempt 2: again"
    status = count.at(215)
    assert (status.state, status.hold, t_s(status)) == (HOLD, HoldKind.RECYCLED, -150)
    assert (status.attempt, status.l_ns) == (2, -85 * SECOND)
    assert count.count.attempt == 2
    assert count.count.hold_reason == "held by FD: again"
    count.count.release("FD", 220 * SECOND)
    assert t_s(count.at(230)) == -140


def test_a_recycle_arms_the_built_in_holds_after_the_mark_again() -> None:
    count = Count()
    count.at(205)
    count.recycle(206)
    assert count.at(206).next_hold_t_ns == -100 * SECOND
    count.count.release("FD", 210 * SECOND)
    status = count.at(265)
    assert (status.hold, t_s(status)) == (HoldKind.BUILT_IN, -100)


def test_a_hold_at_the_mark_itself_is_not_held_twice() -> None:
    count = Count(PLAN.replace('at = "-150 s"', 'at = "-100 s"'))
    count.at(205)
    count.recycle(206)
    count.count.release("FD", 207 * SECOND)
    assert t_s(count.at(217)) == -90


def test_waiting_at_a_mark_uses_the_budget_and_a_recycle_does_not_restore_it() -> None:
    count = Count()
    count.hold(170)
    count.recycle(190, "top")
    assert count.at(200).budget_left_ns == 30 * SECOND
    assert count.at(230).state is SCRUBBED


@pytest.mark.parametrize(("mode", "why"), [(1.0, "not mode == 0"), (None, "not known: mode == 0")])
def test_there_is_no_recycle_unless_the_vehicle_is_known_to_be_able_to(
    mode: float | None, why: str
) -> None:
    count = Count()
    count.hold(170)
    count.view.forget("mode")
    if mode is not None:
        count.view.set("mode", mode)
    told = count.recycle(171)
    assert (told.kind, told.text) == ("refused", f"recycle refused: {why}")
    assert (t_s(count.at(172)), count.count.attempt) == (-130, 1)


@pytest.mark.parametrize(
    ("mark", "why"),
    [
        ("chill", "chill at T-02:30 is ahead of T-03:20"),
        ("Chill", "no mark is called 'Chill', there is top, chill"),
        ("", "no mark is called '', there is top, chill"),
    ],
)
def test_a_recycle_goes_back_and_to_a_mark_that_is_there(mark: str, why: str) -> None:
    count = Count()
    count.hold(100)
    assert count.recycle(101, mark).text == f"recycle refused: {why}"


def test_a_running_count_is_held_before_it_is_recycled() -> None:
    count = Count()
    count.at(170)
    assert count.recycle(171).text == "recycle refused: the count is not held"


def test_a_mission_without_marks_refuses_every_recycle() -> None:
    count = Count('start = "-20 s"\n')
    count.hold(1)
    assert count.recycle(2, "top").text == "recycle refused: no mark is called 'top', there is none"


# --- Scrub ---


@pytest.mark.parametrize("held", [False, True])
def test_a_scrub_ends_the_attempt_for_good(held: bool) -> None:
    count = Count()
    if held:
        count.hold(50)
    assert count.count.scrub("FD", "winds", 60 * SECOND).text.startswith("scrubbed at T-04:")
    status = count.at(300)
    assert (status.state, status.hold) == (SCRUBBED, HoldKind.NONE)
    assert status.l_ns == 0, "L never stops"
    assert count.count.hold_reason == "scrubbed by FD: winds"
    for told in (
        count.hold(301),
        count.recycle(301, "top"),
        count.count.release("FD", 301 * SECOND),
        count.count.scrub("FD", "", 301 * SECOND),
    ):
        assert (told.kind, told.text.partition(": ")[2]) == ("refused", "the attempt is scrubbed")
    assert t_s(count.at(400)) == t_s(status)


def test_a_lift_off_after_a_scrub_is_said_loudly_once_and_changes_nothing() -> None:
    count = Count()
    count.count.scrub("FD", "winds", 60 * SECOND)
    count.view.set("altitude", 3.0)
    assert count.at(61).state is SCRUBBED
    count.at(62)
    assert count.events == [Event(61 * SECOND, "count", "count", "lift-off after the scrub", 1)]


def test_a_commit_after_a_scrub_is_said_loudly_once_and_changes_nothing() -> None:
    count = Count()
    count.count.scrub("FD", "winds", 60 * SECOND)
    assert count.at(61, committed=True).state is SCRUBBED
    count.at(62, committed=True)
    told = "the vehicle counts after the scrub: send it a command"
    assert count.events == [Event(61 * SECOND, "count", "count", told, 1)]


# --- The vehicle's own count ---


def test_a_counting_vehicle_is_neither_held_nor_scrubbed_nor_recycled() -> None:
    count = Count()
    count.at(205)
    count.view.set("mode", 1.0)
    count.at(206, committed=True)
    for told in (
        count.hold(207),
        count.recycle(207, "top"),
        count.count.release("FD", 207 * SECOND),
        count.count.scrub("FD", "", 207 * SECOND),
    ):
        assert told.text.endswith("refused: the vehicle counts by itself, send it a command")


def test_a_commit_that_is_undone_holds_the_count_and_a_recycle_starts_again() -> None:
    count = Count()
    count.at(295)
    count.at(301, committed=True)
    status = count.at(306)
    assert (status.state, status.hold, t_s(status)) == (HOLD, HoldKind.GATE, -14)
    assert count.count.hold_reason != ""
    count.recycle(307, "chill")
    count.count.release("FD", 308 * SECOND)
    assert t_s(count.at(318)) == -140


def test_a_commit_in_flight_or_its_end_moves_nothing() -> None:
    count = Count()
    count.view.set("altitude", 3.0)
    count.at(10)
    count.at(11, committed=True)
    assert (count.at(12).state, t_s(count.at(12))) == (FLIGHT, 2)


def test_the_count_says_how_much_history_its_rules_need() -> None:
    plan = PLAN.replace("altitude > 2 m", "max_over(altitude, 3 s) > 2 m")
    plan = plan.replace("mode == 0", "max_over(mode, 4 s) == 0")
    assert Count(plan).count.windows() == {0: 3 * SECOND, 1: 4 * SECOND}
    plan = f'{PLAN}stopped_when = "max_over(mode, 5 s) == 9"\n'
    assert Count(plan).count.windows() == {1: 5 * SECOND}


@pytest.mark.parametrize(
    ("act", "kind", "text", "severity"),
    [
        ("hold", "count", "hold at T-04:10: range", 4),
        ("release", "refused", "release refused: the count is not held", 4),
        ("recycle", "refused", "recycle refused: the count is not held", 4),
        ("scrub", "count", "scrubbed at T-04:10: range", 4),
    ],
)
def test_what_is_done_to_the_count_is_told_with_who_and_when(
    act: str, kind: str, text: str, severity: int
) -> None:
    count, now_ns = Count(), 50 * SECOND
    said = {
        "hold": lambda: count.count.hold("FD", "range", now_ns),
        "release": lambda: count.count.release("FD", now_ns),
        "recycle": lambda: count.recycle(50),
        "scrub": lambda: count.count.scrub("FD", "range", now_ns),
    }[act]()
    assert said == Event(now_ns, kind, "FD", text, severity)


def test_a_release_and_a_recycle_are_told_with_who_and_when() -> None:
    count = Count()
    count.hold(50)
    text = "recycled to top, T-05:00, for attempt 2: again"
    assert count.recycle(51, "top") == Event(51 * SECOND, "count", "FD", text, 4)
    text = "released at T-05:00"
    assert count.count.release("FD", 52 * SECOND) == Event(52 * SECOND, "count", "FD", text, 5)


def test_what_a_scrubbed_count_refuses_is_told_with_who_and_when() -> None:
    count = Count()
    count.count.scrub("FD", "range", SECOND)
    why = "refused: the attempt is scrubbed"
    assert count.hold(2) == Event(2 * SECOND, "refused", "FD", f"hold {why}", 4)
    assert count.count.scrub("FD", "", 2 * SECOND) == Event(
        2 * SECOND, "refused", "FD", f"scrub {why}", 4
    )


def test_a_count_that_is_held_at_the_mark_itself_may_be_recycled_there() -> None:
    count = Count()
    count.hold(150)
    assert count.recycle(151, "chill").kind == "count"


def test_whether_the_vehicle_can_count_again_is_asked_at_that_moment() -> None:
    count = Count(PLAN.replace('"mode == 0"', '"held(mode == 0, 1 s)"'))
    count.hold(50)
    assert [count.recycle(at, "top").kind for at in (51, 52)] == ["refused", "count"]


def test_a_commit_that_is_undone_is_a_hold_by_the_count() -> None:
    count = Count()
    count.at(295)
    count.at(301, committed=True)
    assert count.at(306).held_by == "count"


def test_a_spent_budget_that_is_left_to_people_is_told() -> None:
    count = Count(PLAN + 'when_spent = "hold"\n')
    count.hold(50)
    count.at(111)
    text = "the hold budget of 1 min is spent: recycle, release or scrub"
    assert count.events[-1] == Event(111 * SECOND, "count", "count", text, 4)


def test_what_nobody_gave_a_reason_for_says_so() -> None:
    count = Count()
    assert count.count.hold("FD", "", SECOND).text == "hold at T-04:59: no reason given"
    assert count.count.recycle("FD", "top", "", count.view, SECOND).text == (
        "recycled to top, T-05:00, for attempt 2: no reason given"
    )
    assert count.count.scrub("FD", "", SECOND).text == "scrubbed at T-05:00: no reason given"


def test_what_time_brings_is_told_when_it_is_seen() -> None:
    count = Count()
    count.at(201)
    count.at(225)
    count.hold(225)
    count.at(400)
    told = [(e.at_ns // SECOND, e.kind, e.origin, e.text, e.severity) for e in count.events]
    assert told == [
        (201, "count", "count", "hold at T-01:40: poll", 5),
        (225, "count", "count", "the built-in hold is over, T runs from T-01:40", 5),
        (400, "count", "count", "scrubbed at T-01:35: the hold budget of 1 min is spent", 4),
    ]


def test_a_commit_out_of_a_hold_and_its_end_are_told() -> None:
    count = Count()
    count.hold(281)
    count.at(281)
    count.events.clear()
    count.at(301, committed=True)
    count.at(306)
    told = [(e.at_ns // SECOND, e.kind, e.origin, e.text, e.severity) for e in count.events]
    assert told == [
        (301, "count", "count", "committed: the count runs on from T-00:39", 5),
        (306, "count", "count", "hold at T-00:34: the commit was undone, the vehicle waits", 4),
    ]


def test_the_marks_are_listed_for_the_console() -> None:
    assert Count().count.infos() == (
        MarkInfo("top", -300 * SECOND),
        MarkInfo("chill", -150 * SECOND),
    )


# --- The vehicle has stopped by itself ---


STOPPED = f'{PLAN}stopped_when = "mode == 9"\n'


def counting(plan: str = STOPPED) -> Count:
    """Committed at T-60 s; the vehicle counts by itself, and the count knows it at 241 s."""
    count = Count(plan)
    count.view.set("mode", 1.0)
    count.at(205)
    count.at(240, committed=True)
    count.at(241, committed=True)
    assert count.count.handed_over
    return count


@pytest.mark.parametrize("mode", [0.0, 9.0])
def test_a_vehicle_that_is_known_to_have_stopped_leaves_the_count_to_people(mode: float) -> None:
    count = counting()
    count.view.set("mode", mode)
    assert count.at(242, committed=True).state is RUNNING
    assert not count.count.handed_over
    assert count.hold(243).kind == "count"
    assert count.at(244, committed=True).state is HOLD
    assert count.recycle(245).kind == ("refused" if mode else "count")
    assert count.count.scrub("FD", "enough", 246 * SECOND).kind == "count"


@pytest.mark.parametrize("mode", [1.0, None])
def test_a_vehicle_that_may_count_keeps_the_count(mode: float | None) -> None:
    count = counting()
    count.view.set("mode", 9.0)
    count.at(242, committed=True)
    count.view.forget("mode")
    if mode is not None:
        count.view.set("mode", mode)
    count.at(243, committed=True)
    assert count.count.handed_over
    assert count.count.scrub("FD", "", 244 * SECOND).kind == "refused"


def test_without_a_commit_nothing_was_handed_over() -> None:
    count = Count(STOPPED)
    count.view.set("mode", 1.0)
    count.at(5)
    assert not count.count.handed_over


def test_a_mission_may_say_only_when_its_vehicle_can_count_again() -> None:
    count = counting(PLAN)
    count.view.set("mode", 0.0)
    count.at(242, committed=True)
    assert not count.count.handed_over
    plan = 'start = "-300 s"\nstopped_when = "mode == 9"\n'
    count = Count(plan)
    count.view.set("mode", 9.0)
    count.at(5, committed=True)
    assert not count.count.handed_over


def test_a_commit_that_is_undone_takes_over_no_persons_hold() -> None:
    count = counting()
    count.view.set("mode", 9.0)
    count.at(242, committed=True)
    count.hold(243)
    count.at(244, committed=True)
    told = len(count.events)
    status = count.at(245)
    assert (status.state, status.hold, status.held_by) == (HOLD, HoldKind.MANUAL, "FD")
    assert len(count.events) == told
    count.count.release("FD", 246 * SECOND)
    assert count.at(247).state is RUNNING
    assert not count.count.handed_over


def test_a_commit_that_is_undone_in_a_built_in_hold_bars_a_go() -> None:
    count = counting()
    count.view.set("mode", 0.0)
    count.at(242, committed=True)
    count.hold(243)
    count.recycle(244)
    count.count.release("FD", 245 * SECOND)
    assert count.at(300, committed=True).hold is HoldKind.BUILT_IN
    status = count.at(301)
    assert (status.hold, status.held_by) == (HoldKind.GATE, "count")


def test_a_stop_rule_that_crashes_knows_nothing_and_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = counting()
    monkeypatch.setattr(Expression, "evaluate", lambda *_: 1 / 0)
    count.at(242, committed=True)
    count.at(243, committed=True)
    assert count.count.handed_over
    why = "check crashed: ZeroDivisionError: division by zero"
    told = [Event(242 * SECOND, "fault", "count", f"{name} rule: {why}", 3) for name in RULES]
    assert [event for event in count.events if event.kind == "fault"] == told


RULES = ("stop", "recycle", "lift-off")


# --- A gate's recycle ---


def gate_recycle(count: Count, seconds: float, by: str = "launch", mark: str = "chill") -> Event:
    return count.count.recycle_or_owe(by, mark, "missed", count.view, round(seconds * SECOND))


def waiting(mode: float | None = 1.0) -> Count:
    """Held by a gate at T-130 s, and its recycle waits for the vehicle."""
    count = Count()
    count.view.forget("mode")
    if mode is not None:
        count.view.set("mode", mode)
    count.hold(170, HoldKind.GATE, "launch")
    why = "not mode == 0" if mode is not None else "not known: mode == 0"
    text = f"recycle to chill waits: {why}"
    assert gate_recycle(count, 171) == Event(171 * SECOND, "count", "launch", text, 4)
    return count


@pytest.mark.parametrize("mode", [1.0, None])
def test_a_gates_recycle_waits_for_the_vehicle_and_is_done_once(mode: float | None) -> None:
    count = waiting(mode)
    assert count.at(180).attempt == 1
    assert count.events == []
    count.view.set("mode", 0.0)
    status = count.at(181)
    assert (status.attempt, status.hold, status.held_by) == (2, HoldKind.RECYCLED, "launch")
    text = "recycled to chill, T-02:30, for attempt 2: missed"
    assert count.events == [Event(181 * SECOND, "count", "launch", text, 4)]
    assert count.at(182).attempt == 2


def test_a_gates_recycle_is_done_at_once_where_the_vehicle_can() -> None:
    count = Count()
    count.hold(170, HoldKind.GATE, "launch")
    text = "recycled to chill, T-02:30, for attempt 2: missed"
    assert gate_recycle(count, 171) == Event(171 * SECOND, "count", "launch", text, 4)
    count.count.release("FD", 172 * SECOND)
    assert count.at(173).attempt == 2


def test_a_gates_recycle_asks_of_the_vehicle_at_each_moment() -> None:
    count = Count(PLAN.replace('"mode == 0"', '"held(mode == 0, 2 s)"'))
    count.hold(170, HoldKind.GATE, "launch")
    assert (
        gate_recycle(count, 171).text == "recycle to chill waits: not known: held(mode == 0, 2 s)"
    )
    assert [count.at(at).attempt for at in (172, 173)] == [1, 2]


@pytest.mark.parametrize("act", ["hold", "release", "scrub"])
def test_whoever_moves_the_count_ends_a_recycle_that_waits(act: str) -> None:
    count = waiting()
    if act == "hold":
        count.hold(172)
    elif act == "release":
        count.count.release("FD", 172 * SECOND)
    else:
        count.count.scrub("FD", "", 172 * SECOND)
    count.hold(173, HoldKind.GATE, "launch")
    count.view.set("mode", 0.0)
    assert count.at(174).attempt == 1


def test_a_gates_recycle_waits_only_in_its_own_hold() -> None:
    for kind, by in ((HoldKind.MANUAL, "launch"), (HoldKind.GATE, "other")):
        count = Count()
        count.view.set("mode", 1.0)
        count.hold(170, kind, by)
        assert gate_recycle(count, 171).text == "recycle refused: not mode == 0"
        count.view.set("mode", 0.0)
        assert count.at(172).attempt == 1


def test_a_gates_recycle_to_a_mark_ahead_is_refused_for_good() -> None:
    count = Count()
    count.view.set("mode", 1.0)
    count.hold(100, HoldKind.GATE, "launch")
    text = "recycle refused: chill at T-02:30 is ahead of T-03:20"
    assert gate_recycle(count, 101).text == text
    count.view.set("mode", 0.0)
    assert count.at(102).attempt == 1
