"""Alarms: raised by criteria, seen by people, put aside for a while, counted when they flood."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gcs.config.problems import ConfigError, Problem
from gcs.decision.alarm_loading import build_alarms
from gcs.decision.alarm_table import ACTIVE, WAITING
from gcs.decision.alarms import Alarms
from gcs.messages import (
    AcknowledgeAlarm,
    AlarmPriority,
    AlarmState,
    AlarmStatus,
    CriterionState,
    CriterionStatus,
    Event,
    ShelveAlarm,
    UnshelveAlarm,
)
from tests.helpers.joint_view import SECOND, FakeView, mission_of

S, C = AlarmState, CriterionState
MINUTE = 60 * SECOND
NOON = 12 * 60 * MINUTE
PARAMETERS = {"mode": "", "roll": "deg", "age": "s"}
MISSION = """
[station]
positions = ["FD", "BARGE"]
[[phase]]
id = "only"
title = "only"
"""


def criterion(name: str, alarm: str, more: str = "") -> str:
    """One that only raises an alarm; `alarm` are keys beyond its priority and action."""
    return f"""
[criterion.{name}]
title = "{name}"
owner = "BARGE"
value = "roll"
unit = "deg"
caution = {{ above = "2 deg" }}
no_go = {{ above = "3 deg" }}
source = "a test"
{more}
[criterion.{name}.alarm]
action = "turn into the waves"
{alarm}
"""


SERIOUS = 'priority = "serious"\n'
CRITICAL = 'priority = "critical"\n'
CAUTION = 'priority = "caution"\n'


class Desk:
    """The alarms of some criteria whose states a test says; time moves when told."""

    def __init__(self, *entries: str) -> None:
        self.view = FakeView(**PARAMETERS)
        mission = mission_of(MISSION, PARAMETERS, "".join(entries))
        built, problems = build_alarms(mission, self.view)
        assert problems == ()
        self.alarms = Alarms(built)
        self.criteria = {alarm.info.criterion: C.GO for alarm in built}
        self.now_ns = NOON

    def say(self, after_ns: int = SECOND, **states: CriterionState) -> list[Event]:
        """One step later, these criteria stand so and the others as before."""
        self.now_ns += after_ns
        self.criteria |= states
        statuses = [
            CriterionStatus(name, state, None, None, None, 0, f"{name} is {state}")
            for name, state in self.criteria.items()
        ]
        return self.alarms.step(self.view, statuses, self.now_ns)

    def status(self, name: str = "roll") -> AlarmStatus | None:
        return next((s for s in self.alarms.statuses() if s.id == name), None)

    def state(self, name: str = "roll") -> AlarmState:
        status = self.status(name)
        return S.NORMAL if status is None else status.state

    def acknowledge(self, name: str = "roll") -> Event:
        return self.alarms.take(AcknowledgeAlarm(name), "FD (li)", self.now_ns)

    def shelve(
        self, name: str = "roll", for_ns: int = MINUTE, reason: str = "sensor is being changed"
    ) -> Event:
        return self.alarms.take(ShelveAlarm(name, for_ns, reason), "FD (li)", self.now_ns)

    def unshelve(self, name: str = "roll") -> Event:
        return self.alarms.take(UnshelveAlarm(name), "FD", self.now_ns)


def raised(alarm: str = SERIOUS, more: str = "") -> Desk:
    desk = Desk(criterion("roll", alarm, more))
    desk.say()
    desk.say(roll=C.NO_GO)
    return desk


# --- What an alarm says ---


def test_a_raised_alarm_says_what_is_wrong_and_what_to_do() -> None:
    desk = Desk(criterion("roll", SERIOUS))
    assert desk.say() == []
    (event,) = desk.say(roll=C.NO_GO)
    assert event == Event(
        desk.now_ns,
        "alarm",
        "BARGE",
        "serious alarm: roll is NO-GO; turn into the waves",
        3,
    )
    status = desk.status()
    assert status is not None
    assert (status.state, status.since_ns, status.why) == (
        S.UNACKNOWLEDGED,
        desk.now_ns,
        "roll is NO-GO",
    )


@pytest.mark.parametrize(("priority", "severity"), [(CRITICAL, 2), (SERIOUS, 3), (CAUTION, 4)])
def test_the_more_urgent_the_graver(priority: str, severity: int) -> None:
    desk = Desk(criterion("roll", priority))
    desk.say()
    assert [event.severity for event in desk.say(roll=C.NO_GO)] == [severity]


def test_the_catalogue_names_who_answers_and_what_is_asked() -> None:
    (info,) = Desk(criterion("roll", CRITICAL)).alarms.infos()
    assert (info.id, info.criterion, info.title, info.owner) == ("roll", "roll", "roll", "BARGE")
    assert (info.priority, info.action) == (AlarmPriority.CRITICAL, "turn into the waves")


def test_caution_raises_only_where_it_is_asked_for() -> None:
    assert raised(SERIOUS).say(roll=C.CAUTION)[0].text == (
        "roll: alarm returned to normal, to be acknowledged"
    )
    early = Desk(criterion("roll", SERIOUS + 'on = "caution"'))
    early.say()
    early.say(roll=C.CAUTION)
    assert early.state() is S.UNACKNOWLEDGED


# --- What operators do about it ---


def test_acknowledging_is_signed_and_clears_nothing() -> None:
    desk = raised()
    event = desk.acknowledge()
    assert (event.kind, event.origin, event.text) == (
        "alarm",
        "FD (li)",
        "roll: alarm acknowledged by FD (li)",
    )
    desk.say()
    status = desk.status()
    assert status is not None
    assert (status.state, status.acknowledged_by, status.acknowledged_ns) == (
        S.ACKNOWLEDGED,
        "FD (li)",
        NOON + 2 * SECOND,
    )
    (event,) = desk.say(roll=C.GO)
    assert (event.text, event.severity) == ("roll: alarm returned to normal", 6)
    assert desk.status() is None


def test_it_latches_and_keeps_its_reason_until_it_was_seen() -> None:
    desk = raised()
    desk.say(roll=C.GO)
    desk.say(10 * MINUTE)
    status = desk.status()
    assert status is not None
    assert (status.state, status.why) == (S.RETURNED, "roll is NO-GO")
    desk.acknowledge()
    assert desk.status() is None


def test_who_saw_the_last_one_did_not_see_the_next() -> None:
    desk = raised()
    desk.acknowledge()
    desk.say(roll=C.GO)
    desk.say(roll=C.NO_GO)
    status = desk.status()
    assert status is not None
    assert (status.state, status.acknowledged_by, status.acknowledged_ns) == (
        S.UNACKNOWLEDGED,
        "",
        None,
    )


def test_what_stands_tells_the_newest_reason() -> None:
    desk = raised()
    desk.say(roll=C.WAIVED)
    status = desk.status()
    assert status is not None
    assert (status.state, status.why) == (S.UNACKNOWLEDGED, "roll is WAIVED")


def test_a_shelf_is_named_reasoned_and_ends_by_itself() -> None:
    desk = raised()
    event = desk.shelve(reason=" sensor  is\nbeing changed ")
    assert event.text == (
        "roll: alarm shelved by FD (li) until 12:01:02 UTC: sensor is being changed"
    )
    assert desk.say(MINUTE - 1) == []
    status = desk.status()
    assert status is not None
    assert (status.state, status.shelved_by, status.shelved_reason, status.shelved_until_ns) == (
        S.SHELVED,
        "FD (li)",
        "sensor is being changed",
        NOON + 2 * SECOND + MINUTE,
    )
    assert desk.alarms.counts().shelved == 1
    texts = [event.text for event in desk.say(1)]
    assert texts == [
        "roll: alarm is off the shelf of FD (li), time is over",
        "serious alarm: roll is NO-GO; turn into the waves",
    ]
    status = desk.status()
    assert status is not None
    assert (status.state, status.shelved_by, status.shelved_reason, status.shelved_until_ns) == (
        S.UNACKNOWLEDGED,
        "",
        "",
        None,
    )


def test_what_no_longer_holds_comes_off_the_shelf_quietly() -> None:
    desk = raised()
    desk.shelve()
    desk.say(roll=C.GO)
    assert desk.unshelve().text == "roll: alarm taken off the shelf by FD"
    assert desk.say() == []
    assert desk.status() is None


def test_it_may_be_shelved_only_as_long_as_it_says() -> None:
    desk = raised(SERIOUS + 'shelvable_for = "2 min"')
    assert desk.shelve(for_ns=2 * MINUTE + 1).text.endswith("it may be shelved for 2 min at most")
    assert desk.shelve(for_ns=2 * MINUTE).kind == "alarm"
    half_an_hour = raised()
    assert half_an_hour.shelve(for_ns=30 * MINUTE + 1).kind == "refused"
    assert half_an_hour.shelve(for_ns=30 * MINUTE).kind == "alarm"


def test_refusals_say_why_and_change_nothing() -> None:
    desk = raised()
    critical = raised(CRITICAL)
    for event, why in (
        (desk.alarms.take(AcknowledgeAlarm("x" * 99), "FD", NOON), "no such alarm"),
        (desk.unshelve(), "it is UNACK, it lies on no shelf"),
        (desk.shelve(reason=" "), "shelving needs a reason of at most 200 characters"),
        (desk.shelve(reason="x" * 201), "shelving needs a reason of at most 200 characters"),
        (desk.shelve(for_ns=0), "it may be shelved for 30 min at most"),
        (critical.shelve(), "a critical alarm is never shelved"),
    ):
        assert (event.kind, event.severity) == ("refused", 4)
        assert event.text.endswith(why)
        assert len(event.text) < 150
    assert desk.state() is critical.state() is S.UNACKNOWLEDGED
    assert desk.shelve(reason="x" * 200).kind == "alarm"
    quiet = Desk(criterion("roll", SERIOUS))
    quiet.say()
    assert quiet.acknowledge().text == (
        "alarm 'roll': it is NORMAL, there is nothing to acknowledge"
    )
    assert quiet.shelve().text == "alarm 'roll': it is NORMAL, there is nothing to shelve"


def test_what_is_done_about_it_is_told_with_who_and_when() -> None:
    desk = raised()
    now_ns = desk.now_ns
    assert desk.acknowledge() == Event(
        now_ns, "alarm", "FD (li)", "roll: alarm acknowledged by FD (li)", 6
    )
    assert desk.acknowledge() == Event(
        now_ns,
        "refused",
        "FD (li)",
        "alarm 'roll': it is ACK, there is nothing to acknowledge",
        4,
    )
    nobody = desk.alarms.take(AcknowledgeAlarm("x" * 99), "FD", now_ns)
    assert nobody.text == f"alarm '{'x' * 60}': no such alarm"
    desk.shelve()
    over, again = desk.say(MINUTE)
    text = "roll: alarm is off the shelf of FD (li), time is over"
    assert over == Event(desk.now_ns, "alarm", "roll", text, 4)
    assert again.origin == "BARGE"
    assert desk.say(roll=C.GO) == [
        Event(
            desk.now_ns, "alarm", "BARGE", "roll: alarm returned to normal, to be acknowledged", 6
        )
    ]


def test_a_status_tells_all_that_is_known_of_it() -> None:
    desk = raised()
    raised_ns = desk.now_ns
    desk.acknowledge()
    desk.say()
    assert desk.status() == AlarmStatus(
        "roll", S.ACKNOWLEDGED, raised_ns, "roll is NO-GO", True, "FD (li)", raised_ns
    )
    desk.shelve()
    assert desk.status() == AlarmStatus(
        "roll",
        S.SHELVED,
        desk.now_ns,
        "roll is NO-GO",
        first_out=False,
        shelved_by="FD (li)",
        shelved_until_ns=desk.now_ns + MINUTE,
        shelved_reason="sensor is being changed",
    )


def test_the_alarms_say_how_much_history_their_rules_need() -> None:
    assert raised().alarms.windows() == {}
    windowed = SERIOUS + 'asked_while = "max_over(mode, 3 s) == 1"'
    assert Desk(criterion("roll", windowed)).alarms.windows() == {0: 3 * SECOND}


# --- What is not known ---


def test_unknown_raises_once_it_has_lasted_beyond_the_time_to_clear() -> None:
    desk = Desk(criterion("roll", SERIOUS + 'unknown_after = "4 s"', 'clear_after = "3 s"'))
    desk.say(roll=C.UNKNOWN)
    assert desk.say(7 * SECOND - 1) == []
    (event,) = desk.say(1)
    assert event.text == "serious alarm: roll is UNKNOWN; turn into the waves"


def test_unknown_that_comes_and_goes_starts_anew() -> None:
    desk = Desk(criterion("roll", SERIOUS))
    desk.say(roll=C.UNKNOWN)
    desk.say(4 * SECOND)
    desk.say(roll=C.GO)
    desk.say(roll=C.UNKNOWN)
    assert desk.say(5 * SECOND - 1) == []
    assert desk.say(1) != []


def test_unknown_returns_nothing() -> None:
    desk = raised()
    desk.say(roll=C.UNKNOWN)
    assert desk.state() is S.UNACKNOWLEDGED
    seen = raised()
    seen.acknowledge()
    seen.say(roll=C.UNKNOWN)
    assert seen.state() is S.ACKNOWLEDGED


def test_what_nobody_could_know_yet_is_no_alarm() -> None:
    desk = Desk(criterion("roll", SERIOUS + "once_known = true"))
    desk.say(roll=C.UNKNOWN)
    desk.say(60 * MINUTE, roll=C.INHIBITED)
    desk.say(60 * MINUTE, roll=C.UNKNOWN)
    desk.say(60 * MINUTE)
    assert desk.state() in (S.NORMAL, S.SUPPRESSED)
    desk.say(roll=C.GO)
    desk.say(roll=C.UNKNOWN)
    desk.say(5 * SECOND)
    assert desk.state() is S.UNACKNOWLEDGED


def test_what_peers_say_while_they_start_is_no_news() -> None:
    desk = Desk(criterion("roll", SERIOUS, 'clear_after = "1 s"'))
    desk.say(roll=C.NO_GO)
    desk.say(3 * SECOND, roll=C.UNKNOWN)
    assert desk.say(3 * SECOND - 1, roll=C.NO_GO) == []
    assert desk.say(1) != []
    started = Desk(criterion("roll", SERIOUS, 'clear_after = "1 s"'))
    started.say(roll=C.NO_GO)
    started.say(roll=C.GO)
    assert started.say(roll=C.NO_GO) != []


FOLLOWING = (
    criterion("link", CRITICAL + 'unknown_after = "10 s"'),
    criterion("roll", SERIOUS + 'follows = ["link"]'),
    criterion("pitch", SERIOUS + 'follows = ["link"]'),
)


def test_a_lost_link_asks_once_not_once_a_sensor_behind_it() -> None:
    desk = Desk(*FOLLOWING)
    desk.say()
    desk.say(link=C.NO_GO, roll=C.UNKNOWN, pitch=C.UNKNOWN)
    desk.say(MINUTE)
    assert [status.id for status in desk.alarms.statuses()] == ["link"]


def test_a_station_that_hears_nothing_yet_asks_once() -> None:
    desk = Desk(*FOLLOWING)
    desk.say(link=C.UNKNOWN, roll=C.UNKNOWN, pitch=C.UNKNOWN)
    desk.say(MINUTE)
    assert [status.id for status in desk.alarms.statuses()] == ["link"]


def test_what_stays_unknown_when_its_link_is_back_asks_for_itself() -> None:
    desk = Desk(*FOLLOWING)
    desk.say(link=C.NO_GO, roll=C.UNKNOWN)
    desk.say(MINUTE)
    desk.say(link=C.GO)
    assert desk.say(5 * SECOND - 1) == []
    desk.say(1)
    assert desk.state("roll") is S.UNACKNOWLEDGED


def test_only_the_unknown_is_explained_away() -> None:
    desk = Desk(*FOLLOWING)
    desk.say()
    desk.say(link=C.NO_GO, roll=C.NO_GO)
    assert desk.state("roll") is S.UNACKNOWLEDGED


def test_what_is_out_of_limits_from_the_start_is_not_explained_away() -> None:
    desk = Desk(*FOLLOWING)
    desk.say(link=C.NO_GO, roll=C.NO_GO)
    desk.say(MINUTE)
    assert desk.state("roll") is S.UNACKNOWLEDGED


def test_nobody_is_silent_for_an_alarm_that_is_not_asked_for() -> None:
    idle = 'unknown_after = "1 s"\nasked_while = "mode == 1"'
    desk = Desk(criterion("link", SERIOUS + idle), FOLLOWING[1])
    desk.view.set("mode", 0.0)
    desk.say(link=C.UNKNOWN, roll=C.UNKNOWN)
    desk.say(5 * SECOND)
    assert (desk.state("link"), desk.state("roll")) == (S.SUPPRESSED, S.UNACKNOWLEDGED)


# --- When nobody asks ---


def test_an_inhibited_criterion_suppresses_its_alarm() -> None:
    desk = Desk(criterion("roll", SERIOUS))
    desk.say()
    desk.say(roll=C.INHIBITED)
    assert desk.state() is S.SUPPRESSED
    desk.say(roll=C.NO_GO)
    assert desk.state() is S.UNACKNOWLEDGED
    (event,) = desk.say(roll=C.INHIBITED)
    assert event.text == "roll: alarm suppressed, to be acknowledged"
    assert desk.state() is S.RETURNED


def test_only_a_known_no_suppresses() -> None:
    desk = Desk(criterion("roll", SERIOUS + 'asked_while = "mode == 1"'))
    desk.view.set("mode", 1.0)
    desk.say()
    for mode, state in ((0.0, S.SUPPRESSED), (1.0, S.UNACKNOWLEDGED)):
        desk.view.set("mode", mode)
        desk.say(roll=C.NO_GO)
        assert desk.state() is state
    desk.view.forget("mode")
    desk.say(MINUTE)
    assert desk.state() is S.UNACKNOWLEDGED


def test_whether_it_is_asked_about_is_asked_at_the_moment_and_each_rule_for_itself() -> None:
    held = SERIOUS + 'asked_while = "held(mode == 1, 1 s)"'
    never = SERIOUS + 'asked_while = "mode == 2"'
    desk = Desk(criterion("roll", held), criterion("pitch", never))
    desk.view.set("mode", 1.0)
    desk.say()
    desk.say(SECOND, roll=C.NO_GO, pitch=C.NO_GO)
    assert (desk.state("roll"), desk.state("pitch")) == (S.UNACKNOWLEDGED, S.SUPPRESSED)


def test_what_may_not_be_asked_about_is_given_time_to_be_known() -> None:
    desk = Desk(criterion("roll", SERIOUS + 'asked_while = "mode == 1"'))
    desk.say()
    assert desk.say(roll=C.NO_GO) == []
    assert desk.say(5 * SECOND - 1) == []
    assert desk.say(1) != []


def test_time_unknown_counts_only_while_it_is_asked_for() -> None:
    desk = Desk(criterion("roll", SERIOUS + 'asked_while = "mode == 1"'))
    desk.view.set("mode", 0.0)
    desk.say(roll=C.UNKNOWN)
    desk.say(MINUTE)
    desk.view.set("mode", 1.0)
    assert desk.say() == []
    assert desk.say(5 * SECOND) != []


# --- First-out and flood ---


def test_the_first_of_a_chain_is_marked_until_none_stands() -> None:
    desk = Desk(criterion("roll", SERIOUS), criterion("pitch", SERIOUS))
    desk.say()
    desk.say(pitch=C.NO_GO)
    desk.say(roll=C.NO_GO)
    assert {s.id: s.first_out for s in desk.alarms.statuses()} == {"roll": False, "pitch": True}
    desk.say(pitch=C.GO)
    assert {s.id: s.first_out for s in desk.alarms.statuses()} == {"roll": False, "pitch": True}
    desk.say(roll=C.GO)
    desk.say(roll=C.NO_GO)
    assert {s.id: s.first_out for s in desk.alarms.statuses()} == {"roll": True, "pitch": False}


def test_of_two_at_once_the_more_urgent_is_first() -> None:
    desk = Desk(criterion("roll", SERIOUS), criterion("pitch", CRITICAL))
    desk.say()
    desk.say(roll=C.NO_GO, pitch=C.NO_GO)
    assert [s.id for s in desk.alarms.statuses() if s.first_out] == ["pitch"]


def test_an_acknowledged_alarm_still_stands_first() -> None:
    desk = Desk(criterion("roll", SERIOUS), criterion("pitch", CRITICAL))
    desk.say()
    desk.say(roll=C.NO_GO)
    desk.acknowledge()
    desk.say(pitch=C.NO_GO)
    assert [s.id for s in desk.alarms.statuses() if s.first_out] == ["roll"]


def chatter(desk: Desk, times: int) -> list[str]:
    texts = []
    for _ in range(times):
        texts += [event.text for event in desk.say(roll=C.NO_GO)]
        texts += [event.text for event in desk.say(roll=C.GO)]
    return [text for text in texts if "flood" in text]


def test_eleven_in_ten_minutes_are_a_flood_until_they_are_fewer_than_five() -> None:
    desk = Desk(criterion("roll", SERIOUS))
    desk.say()
    assert chatter(desk, 10) == []
    counts = desk.alarms.counts()
    assert (counts.in_ten_minutes, counts.flood) == (10, False)
    (_, flood) = desk.say(roll=C.NO_GO)
    text = "alarm flood: 11 alarms in 10 min"
    assert flood == Event(desk.now_ns, "alarm", "station", text, 4)
    desk.say(roll=C.GO)
    assert desk.alarms.counts().flood
    # The seventh of them, raised 13 s after the first step, is 10 min old.
    over = NOON + SECOND + (2 * 6 + 1) * SECOND + 10 * MINUTE
    assert desk.say(over - 1 - desk.now_ns) == []
    counts = desk.alarms.counts()
    assert (counts.in_ten_minutes, counts.flood) == (5, True)
    assert desk.say(1) == [Event(over, "alarm", "station", "alarm flood over", 6)]
    counts = desk.alarms.counts()
    assert (counts.in_ten_minutes, counts.flood) == (4, False)


def test_all_that_happens_in_one_step_is_told() -> None:
    desk = Desk(criterion("roll", SERIOUS), criterion("pitch", SERIOUS))
    desk.say()
    assert len(desk.say(roll=C.NO_GO, pitch=C.NO_GO)) == 2
    desk.shelve("roll")
    desk.shelve("pitch")
    assert len(desk.say(MINUTE)) == 4


def test_an_alarm_that_was_never_raised_goes_and_comes_quietly() -> None:
    desk = Desk(criterion("roll", SERIOUS))
    desk.say()
    assert desk.say(roll=C.INHIBITED) == []
    assert desk.state() is S.SUPPRESSED
    assert desk.say(roll=C.GO) == []


def test_a_shelf_may_be_as_short_as_it_is_asked_for() -> None:
    assert raised().shelve(for_ns=1).kind == "alarm"


def test_the_counts_are_those_of_the_list() -> None:
    desk = Desk(*(criterion(name, SERIOUS) for name in ("a", "b", "c", "d", "quiet")))
    desk.say()
    desk.say(a=C.NO_GO, b=C.NO_GO, c=C.NO_GO, d=C.NO_GO)
    desk.acknowledge("b")
    desk.shelve("d")
    desk.say(c=C.GO)
    counts = desk.alarms.counts()
    assert (counts.unacknowledged, counts.active, counts.shelved) == (2, 2, 1)


# --- Mistakes in files ---


def problems_of(*entries: str) -> tuple[Problem, ...]:
    mission = mission_of(MISSION, PARAMETERS, "".join(entries))
    return build_alarms(mission, FakeView(**PARAMETERS))[1]


def test_whom_an_alarm_may_not_follow_is_told_at_once() -> None:
    assert problems_of(
        criterion("a", SERIOUS + 'follows = ["nobody", "late"]'),
        criterion("late", SERIOUS + "once_known = true"),
        criterion("b", SERIOUS + 'follows = ["c"]'),
        criterion("c", SERIOUS + 'follows = ["b"]'),
        criterion("d", SERIOUS + 'follows = ["b"]'),
        criterion("e", SERIOUS + 'asked_while = "roll"'),
        criterion("f", SERIOUS + 'asked_while = "pitch > 1"'),
    ) == (
        Problem(
            "c.toml",
            "criterion.e.alarm.asked_while",
            "expected a condition (true or false), got a number",
        ),
        Problem(
            "c.toml", "criterion.f.alarm.asked_while", "no parameter is called 'pitch' (column 1)"
        ),
        Problem(
            "c.toml",
            "criterion.a.alarm.follows",
            "no criterion with an alarm is called 'nobody'",
        ),
        Problem(
            "c.toml",
            "criterion.a.alarm.follows",
            "'late' is silent until it was known once: it explains nothing",
        ),
        Problem("c.toml", "criterion.b.alarm.follows", "follows itself: nobody would tell"),
        Problem("c.toml", "criterion.c.alarm.follows", "follows itself: nobody would tell"),
    )


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (criterion("a", ""), "is missing"),
        (criterion("a", 'priority = "high"'), "expected 'critical', 'serious' or 'caution'"),
        (
            criterion("a", CRITICAL + 'shelvable_for = "1 min"'),
            "a critical alarm is never shelved: leave `shelvable_for` out",
        ),
        (
            criterion("a", SERIOUS + 'shelvable_for = "0 s"'),
            "expected `shelvable_for` above zero, up to 8 h",
        ),
        (
            criterion("a", SERIOUS + 'shelvable_for = "481 min"'),
            "expected `shelvable_for` above zero, up to 8 h",
        ),
        (criterion("a", SERIOUS + 'unknown_after = "-1 s"'), "greater than or equal to 0"),
        (
            criterion("a", SERIOUS + 'on = "caution"').replace('caution = { above = "2 deg" }', ""),
            'an alarm `on = "caution"` needs a `caution` limit',
        ),
        (
            criterion("a", SERIOUS).split("[criterion.a.alarm]", maxsplit=1)[0],
            "expected `gates`, an `alarm` or both: a rule that nothing follows",
        ),
        (criterion("a", SERIOUS).replace("turn into the waves", ""), "must not be empty"),
    ],
)
def test_a_mistake_in_an_alarm_is_told_with_its_place(entry: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised_error:
        mission_of(MISSION, PARAMETERS, entry)
    (problem,) = raised_error.value.problems
    assert problem.file == "c.toml"
    assert problem.key.startswith("criterion.a")
    assert message in problem.message


# --- Whatever happens ---

NAMES = ("first", "second", "grave", "late", "behind")


class AnyOrder(RuleBasedStateMachine):
    """Criteria, people and time in any order."""

    @initialize()
    def open(self) -> None:
        self.desk = Desk(
            criterion("first", SERIOUS),
            criterion("second", CAUTION + 'on = "caution"\nasked_while = "mode == 1"'),
            criterion("grave", CRITICAL),
            criterion("late", SERIOUS + "once_known = true"),
            criterion("behind", SERIOUS + 'follows = ["first"]'),
        )
        self.unseen: set[str] = set()
        self.raised_ns: list[int] = []
        self.flood = False
        self.step(0, "first", C.GO)

    @rule(
        after_ns=st.sampled_from([0, SECOND, 5 * SECOND, MINUTE, 5 * MINUTE]),
        name=st.sampled_from(NAMES),
        state=st.sampled_from(list(C)),
    )
    def step(self, after_ns: int, name: str, state: CriterionState) -> None:
        events = self.desk.say(after_ns, **{name: state})
        told = [e for e in events if " alarm: " in e.text]
        self.raised_ns += [self.desk.now_ns] * len(told)
        self.unseen |= {e.text.split(": ")[1].split(" ")[0] for e in told}
        count = self.recent()
        self.flood = count >= 5 if self.flood else count > 10
        status = self.desk.status(name)
        if state is C.NO_GO and name != "second":
            assert status is not None
            assert status.state in ACTIVE | {S.SHELVED}

    @rule(mode=st.sampled_from([0.0, 1.0, None]))
    def turn(self, mode: float | None) -> None:
        if mode is None:
            self.desk.view.forget("mode")
        else:
            self.desk.view.set("mode", mode)

    @rule(name=st.sampled_from(NAMES))
    def see(self, name: str) -> None:
        before = self.desk.state(name)
        event = self.desk.acknowledge(name)
        assert (event.kind == "alarm") is (before in WAITING)
        after = {S.UNACKNOWLEDGED: S.ACKNOWLEDGED, S.RETURNED: S.NORMAL}.get(before, before)
        assert self.desk.state(name) is after
        self.unseen.discard(name)

    @rule(name=st.sampled_from(NAMES), for_ns=st.sampled_from([0, SECOND, MINUTE, 31 * MINUTE]))
    def put_aside(self, name: str, for_ns: int) -> None:
        before = self.desk.state(name)
        event = self.desk.shelve(name, for_ns)
        granted = name != "grave" and 0 < for_ns <= 30 * MINUTE and before in ACTIVE | WAITING
        assert (event.kind == "alarm") is granted
        if granted:  # who puts it aside has seen it
            self.unseen.discard(name)

    @rule(name=st.sampled_from(NAMES))
    def take_back(self, name: str) -> None:
        before = self.desk.state(name)
        assert (self.desk.unshelve(name).kind == "alarm") is (before is S.SHELVED)

    def recent(self) -> int:
        return sum(self.desk.now_ns - at < 10 * MINUTE for at in self.raised_ns)

    @invariant()
    def a_critical_alarm_is_never_shelved(self) -> None:
        assert self.desk.state("grave") is not S.SHELVED

    @invariant()
    def nothing_unseen_leaves_the_list(self) -> None:
        for name in self.unseen:
            assert self.desk.state(name) in WAITING

    @invariant()
    def a_shelf_lasts_no_longer_than_it_says(self) -> None:
        for status in self.desk.alarms.statuses():
            shelved = status.state is S.SHELVED
            assert shelved is (status.shelved_until_ns is not None) is bool(status.shelved_by)

    @invariant()
    def the_counts_are_right(self) -> None:
        states = [status.state for status in self.desk.alarms.statuses()]
        counts = self.desk.alarms.counts()
        assert counts.unacknowledged == sum(state in WAITING for state in states)
        assert counts.active == sum(state in ACTIVE for state in states)
        assert counts.shelved == states.count(S.SHELVED)
        assert (counts.in_ten_minutes, counts.flood) == (self.recent(), self.flood)

    @invariant()
    def one_at_most_is_first(self) -> None:
        statuses = self.desk.alarms.statuses()
        assert sum(status.first_out for status in statuses) <= 1
        assert all(s.state in ACTIVE | WAITING for s in statuses if s.first_out)

    @invariant()
    def what_is_signed_was_acknowledged(self) -> None:
        for status in self.desk.alarms.statuses():
            assert bool(status.acknowledged_by) is (status.state is S.ACKNOWLEDGED)


TestAnyOrder = AnyOrder.TestCase
