"""What operators enter: a sample with an author and an end, and nothing less than GOOD passes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gcs.config.problems import ConfigError
from gcs.messages import (
    CheckEntry,
    EnterValue,
    EntryState,
    EntryStatus,
    Event,
    Quality,
    WithdrawEntry,
)
from gcs.telemetry.entries import QUALITIES, TRANSITIONS, Entries, Step
from gcs.telemetry.state import JointState
from tests.helpers.missions import built, indices, parameter, telemetry_mission

S = EntryState
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
NOON = 12 * 60 * MINUTE

CLEAR = parameter("clear", 'entered_by = ["FD"], checked = true', "", "10 min", valid='["0", "1"]')
WIND = parameter(
    "wind", 'entered_by = ["FD"]', "kt", "30 min", valid='["0 kt", "200 kt"]', format='".1f"'
)


class Desk:
    """Entries and the joint state that stands on them; time moves when told."""

    def __init__(self, *more: str) -> None:
        _, dictionary = built(CLEAR, WIND, *more)
        self.index = indices(dictionary)
        self.entries = Entries(dictionary)
        self.state = JointState(dictionary, dictionary.windows())
        self.now_ns = NOON
        self.settle()

    def settle(self, after_ns: int = 0) -> list[str]:
        """One step later."""
        self.now_ns += after_ns
        self.state.at(self.now_ns)
        self.state.apply(self.entries.samples(self.now_ns))
        self.state.derive()
        return [event.text for event in self.entries.take_events()]

    def enter(
        self,
        value: str,
        name: str = "wind",
        person: str = "li",
        for_ns: int = 0,
        note: str = "",
        position: str = "FD",
    ) -> Event:
        act = EnterValue(name, value, for_ns, note)
        event = self.entries.take(act, position, person, self.now_ns)
        self.settle()
        return event

    def check(
        self, name: str = "clear", person: str = "wei", entered_ns: int | None = None
    ) -> Event:
        at_ns = self.status(name).entered_ns if entered_ns is None else entered_ns
        act = CheckEntry(name, at_ns or 0)
        event = self.entries.take(act, "GNC", person, self.now_ns)
        self.settle()
        return event

    def withdraw(self, name: str = "wind", position: str = "FD") -> Event:
        event = self.entries.take(WithdrawEntry(name), position, "li", self.now_ns)
        self.settle()
        return event

    def status(self, name: str) -> EntryStatus:
        return next(s for s in self.entries.statuses() if s.parameter == name)

    def value(self, name: str) -> float | None:
        return self.state.value(self.index[name])

    def quality(self, name: str) -> Quality:
        return self.state.quality(self.index[name])


# --- What an entry is ---


def test_what_was_never_entered_is_missing_and_has_no_value() -> None:
    desk = Desk()
    assert desk.entries.statuses() == (
        EntryStatus("clear", S.MISSING, None),
        EntryStatus("wind", S.MISSING, None),
    )
    assert desk.value("wind") is None
    assert desk.quality("wind") is Quality.NEVER


def test_an_entry_is_a_good_sample_with_author_and_end() -> None:
    desk = Desk()
    event = desk.enter("20 kt", note=" balloon\nof  11:40 ")
    assert event == Event(
        NOON,
        "entry",
        "FD",
        "wind 20.0 kt entered by FD (li) until 12:30:00 UTC: balloon of 11:40",
        5,
    )
    assert desk.value("wind") == pytest.approx(20 * 1852 / 3600)
    assert desk.quality("wind") is Quality.GOOD
    status = desk.status("wind")
    assert status == EntryStatus(
        "wind",
        S.VALID,
        desk.value("wind"),
        "FD",
        "li",
        NOON,
        NOON + 30 * MINUTE,
        "",
        "balloon of 11:40",
    )
    assert desk.state.age_ns(desk.index["wind"]) == 0


def test_it_ends_when_it_is_as_old_as_the_dictionary_lets_it() -> None:
    desk = Desk()
    desk.enter("20 kt")
    assert desk.settle(30 * MINUTE - 1) == []
    assert desk.value("wind") is not None
    assert desk.settle(1) == ["wind: entry by FD expired"]
    assert (desk.value("wind"), desk.quality("wind")) == (None, Quality.STALE)
    status = desk.status("wind")
    assert (status.state, status.position, status.entered_ns) == (S.EXPIRED, "FD", NOON)
    assert desk.state.age_ns(desk.index["wind"]) == 30 * MINUTE
    assert desk.settle(MINUTE) == []


def test_its_author_may_end_it_sooner_but_not_later() -> None:
    desk = Desk()
    for for_ns in (-1, 30 * MINUTE + 1):
        event = desk.enter("20 kt", for_ns=for_ns)
        assert event.text == "entry of 'wind' refused: it holds for 30 min at most"
    desk.enter("20 kt", for_ns=MINUTE)
    desk.settle(MINUTE - 1)
    assert desk.value("wind") is not None
    desk.settle(1)
    assert (desk.value("wind"), desk.quality("wind")) == (None, Quality.STALE)
    assert desk.enter("20 kt", for_ns=30 * MINUTE).kind == "entry"


def test_a_withdrawn_entry_is_as_if_never_made() -> None:
    desk = Desk()
    desk.enter("20 kt")
    desk.settle(SECOND)
    assert desk.withdraw().text == "wind withdrawn by FD"
    assert (desk.value("wind"), desk.quality("wind")) == (None, Quality.NEVER)
    assert desk.status("wind") == EntryStatus("wind", S.MISSING, None)
    assert desk.withdraw().text == "entry of 'wind' refused: nothing is entered"
    desk.enter("21 kt")
    assert desk.value("wind") is not None


def test_an_expired_entry_can_be_cleared_away() -> None:
    desk = Desk()
    desk.enter("20 kt")
    desk.settle(30 * MINUTE)
    assert desk.withdraw().kind == "entry"
    assert desk.status("wind").state is S.MISSING


def test_a_newer_entry_replaces_an_older_one() -> None:
    desk = Desk()
    desk.enter("20 kt", for_ns=MINUTE)
    desk.enter("30 kt", person="wei")
    desk.settle(MINUTE)
    assert desk.value("wind") == pytest.approx(30 * 1852 / 3600)
    assert desk.status("wind").person == "wei"


# --- What is refused ---


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("20", "expected a number in kt, got '20'"),
        ("20 m/s", "expected a number in kt, got '20 m/s'"),
        ("fast", "expected a number in kt, got 'fast'"),
        ("", "expected a number in kt, got ''"),
        ("nan kt", "expected a number in kt, got 'nan kt'"),
        ("1e999 kt", "expected a number in kt, got '1e999 kt'"),
        ("-1 kt", "-1 kt is not within 0.0 kt to 200.0 kt"),
        ("200.1 kt", "200.1 kt is not within 0.0 kt to 200.0 kt"),
        ("1" + "0" * 50 + " kt", "expected a number in kt, got '1" + "0" * 39 + "'"),
        ("1 kt" + " " * 50, "expected a number in kt, got '1 kt" + " " * 36 + "'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_reason(text: str, why: str) -> None:
    desk = Desk()
    desk.enter("10 kt")
    event = desk.enter(text)
    assert event == Event(NOON, "refused", "FD", f"entry of 'wind' refused: {why}", 4)
    assert desk.value("wind") == pytest.approx(10 * 1852 / 3600)


LOOKOUT = parameter(
    "lookout", 'entered_by = ["FD"]', valid='["0", "1"]', names='{ 0 = "no", 1 = "yes" }'
)


@pytest.mark.parametrize("value", ["yes", " Yes ", "1"])
def test_what_has_names_is_entered_by_name_or_number(value: str) -> None:
    desk = Desk(LOOKOUT)
    event = desk.enter(value, "lookout", for_ns=SECOND)
    assert event.text.startswith("lookout yes entered by FD (li)")
    assert desk.status("lookout").value == 1.0


def test_a_name_that_there_is_not_is_refused_with_those_there_are() -> None:
    event = Desk(LOOKOUT).enter("maybe", "lookout", for_ns=SECOND)
    assert event.kind == "refused"
    assert "expected one of no, yes, got 'maybe'" in event.text


def test_the_ends_of_the_valid_range_are_valid() -> None:
    desk = Desk()
    for text in ("0 kt", "200 kt"):
        assert desk.enter(text).kind == "entry"


def test_only_who_may_enter_enters_and_withdraws() -> None:
    desk = Desk()
    refused = "entry of 'wind' refused: only FD may"
    assert desk.enter("20 kt", position="GNC").text == refused
    desk.enter("20 kt")
    assert desk.withdraw(position="GNC").text == refused
    assert desk.status("wind").state is S.VALID


def test_only_what_is_entered_by_hand_can_be_entered() -> None:
    sent = parameter("roll", 'topic = "motion", field = "roll", unit = "rad"', "rad")
    desk = Desk(sent)
    refused = "refused: no parameter of this name is entered by hand"
    assert desk.enter("0 rad", "roll").text == f"entry of 'roll' {refused}"
    assert desk.enter("0", "x" * 99).text == f"entry of '{'x' * 60}' {refused}"
    assert len(desk.entries.statuses()) == 2


def test_a_note_is_bounded() -> None:
    desk = Desk()
    assert desk.enter("1 kt", note="x" * 201).text.endswith("is longer than 200 characters")
    assert desk.enter("1 kt", note="x" * 200).kind == "entry"


# --- The second person ---


def test_what_is_to_be_checked_counts_only_then() -> None:
    desk = Desk()
    event = desk.enter("1", "clear")
    assert event.text == (
        "clear 1.0 entered by FD (li) until 12:10:00 UTC, to be checked by a second person"
    )
    assert desk.status("clear").state is S.UNCHECKED
    assert (desk.value("clear"), desk.quality("clear")) == (None, Quality.SUSPECT)
    desk.settle(SECOND)
    assert desk.check().text == "clear 1.0 of FD checked by GNC (wei)"
    assert desk.value("clear") == 1.0
    status = desk.status("clear")
    assert (status.state, status.checked_by, status.entered_ns) == (S.VALID, "GNC (wei)", NOON)
    desk.settle(10 * MINUTE - SECOND)
    assert desk.quality("clear") is Quality.STALE, "a check makes it no younger"


def test_nobody_checks_himself_wherever_he_sits() -> None:
    desk = Desk()
    desk.enter("1", "clear")
    event = desk.check(person="li")
    assert event.text == "entry of 'clear' refused: li entered it: a second person checks"
    assert desk.value("clear") is None


@pytest.mark.parametrize(("author", "checker"), [("", "wei"), ("li", ""), ("", "")])
def test_who_is_not_known_is_no_second_person(author: str, checker: str) -> None:
    desk = Desk()
    event = desk.enter("1", "clear", person=author)
    assert event.text.endswith("which nobody can: this console says no person") is (author == "")
    assert desk.check(person=checker).text == (
        "entry of 'clear' refused: a check takes two persons who are known"
    )
    assert desk.value("clear") is None


def test_a_check_counts_only_for_what_was_seen() -> None:
    desk = Desk()
    desk.enter("0", "clear")
    seen_ns = desk.status("clear").entered_ns
    desk.enter("1", "clear")
    assert desk.check(entered_ns=seen_ns).text == (
        "entry of 'clear' refused: another value was entered since: look again"
    )
    assert desk.value("clear") is None
    assert desk.check().kind == "entry"


def test_no_two_entries_are_taken_for_one_another_even_over_a_withdrawal() -> None:
    desk = Desk()
    desk.enter("0", "clear")
    seen_ns = desk.status("clear").entered_ns
    desk.withdraw("clear")
    desk.enter("1", "clear")
    assert desk.check(entered_ns=seen_ns).kind == "refused"


def test_whoever_enters_anew_no_longer_stands_by_the_old_word() -> None:
    desk = Desk()
    desk.enter("1", "clear")
    desk.check()
    desk.enter("0", "clear")
    assert (desk.value("clear"), desk.status("clear").state) == (None, S.UNCHECKED)
    assert desk.status("clear").checked_by == ""


def test_there_is_nothing_to_check_but_what_waits() -> None:
    desk = Desk()
    desk.enter("20 kt")
    for name, state in (("wind", S.VALID), ("clear", S.MISSING)):
        refused = f"entry of '{name}' refused: it is {state}, there is nothing to check"
        assert desk.check(name).text == refused
    desk.enter("1", "clear")
    desk.settle(10 * MINUTE)
    assert desk.check().text == (
        "entry of 'clear' refused: it is EXPIRED, there is nothing to check"
    )


# --- The table ---

Table = Mapping[EntryState, Mapping[Step, EntryState]]


def anew_always(table: Table) -> bool:
    rows = [(row.get(Step.ENTERED), row.get(Step.ENTERED_TO_CHECK)) for row in table.values()]
    return len(rows) == len(S) and set(rows) == {(S.VALID, S.UNCHECKED)}


def valid_only_by_a_check_or_without_need_of_one(table: Table) -> bool:
    to = {(state, step) for state, row in table.items() for step, t in row.items() if t is S.VALID}
    return to == {(state, Step.ENTERED) for state in S} | {(S.UNCHECKED, Step.CHECKED)}


def only_what_waits_is_checked(table: Table) -> bool:
    return [state for state, row in table.items() if Step.CHECKED in row] == [S.UNCHECKED]


def whatever_stands_ends(table: Table) -> bool:
    ends = {state: row.get(Step.ENDED) for state, row in table.items()}
    return ends == {
        S.MISSING: None,
        S.UNCHECKED: S.EXPIRED,
        S.VALID: S.EXPIRED,
        S.EXPIRED: None,
    }


def whatever_was_entered_is_withdrawn(table: Table) -> bool:
    back = {state: row.get(Step.WITHDRAWN) for state, row in table.items()}
    return back == dict.fromkeys((S.UNCHECKED, S.VALID, S.EXPIRED), S.MISSING) | {S.MISSING: None}


CLAIMS: tuple[Callable[[Table], bool], ...] = (
    anew_always,
    valid_only_by_a_check_or_without_need_of_one,
    only_what_waits_is_checked,
    whatever_stands_ends,
    whatever_was_entered_is_withdrawn,
)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_the_table_keeps(claim: Callable[[Table], bool]) -> None:
    assert claim(TRANSITIONS)


def mutants() -> Iterator[tuple[str, Table]]:
    for state in S:
        for step in Step:
            for target in (None, *S):
                if TRANSITIONS[state].get(step) is target:
                    continue
                table = {s: dict(row) for s, row in TRANSITIONS.items()}
                if target is None:
                    del table[state][step]
                else:
                    table[state][step] = target
                yield f"{state} {step.name} -> {target}", table


def test_no_other_row_would_pass() -> None:
    assert [name for name, table in mutants() if all(claim(table) for claim in CLAIMS)] == []


def test_only_a_valid_entry_is_good() -> None:
    assert [state for state in S if QUALITIES[state] is Quality.GOOD] == [S.VALID]
    assert set(QUALITIES) == set(S)


# --- In the dictionary ---


def test_the_dictionary_tells_who_enters_it_and_within_what() -> None:
    _, dictionary = built(CLEAR, WIND)
    clear, wind = dictionary.infos()
    assert (clear.source, clear.entered_by, clear.checked) == (
        "entered by FD, checked by a second person",
        ("FD",),
        True,
    )
    assert (wind.source, wind.entered_by, wind.checked) == ("entered by FD", ("FD",), False)
    assert wind.low == 0.0
    assert wind.high == pytest.approx(200 * 1852 / 3600)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (parameter("x", 'entered_by = ["FD"]'), "needs its `valid` range"),
        (parameter("x", "entered_by = []", valid='["0", "1"]'), "must not be empty"),
        (
            parameter("x", 'entered_by = ["FD"]', "", "0 s", valid='["0", "1"]'),
            "needs a `stale_after` above zero",
        ),
        (
            parameter("x", 'entered_by = ["FD"]', sources='["barge"]', valid='["0", "1"]'),
            "has neither `sources` nor `vote`",
        ),
        (
            parameter("x", 'entered_by = ["FD"], unit = "m"', valid='["0", "1"]'),
            "unknown key",
        ),
        (
            parameter("x", 'entered_by = ["FD", "NOBODY"]', valid='["0", "1"]'),
            "no position is called 'NOBODY'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(entry: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        telemetry_mission(entry)
    (problem,) = raised.value.problems
    assert (problem.file, problem.key.replace('"', "")[:11]) == ("d.toml", "parameter.x")
    assert message in problem.message


# --- Whatever happens ---


class AnyOrder(RuleBasedStateMachine):
    """Entries, checks, withdrawals and time in any order, against a plain model."""

    @initialize()
    def open(self) -> None:
        self.desk = Desk()
        self.entered: tuple[int, str, float] | None = None
        self.until_ns = 0
        self.checked = False

    @rule(
        value=st.sampled_from(["0", "1", "2", "1 kt"]),
        person=st.sampled_from(["li", "wei", ""]),
        for_ns=st.sampled_from([0, 1, MINUTE, 11 * MINUTE]),
    )
    def enter(self, value: str, person: str, for_ns: int) -> None:
        taken = self.desk.enter(value, "clear", person, for_ns).kind == "entry"
        assert taken is (value in ("0", "1") and for_ns <= 10 * MINUTE)
        if taken:
            at_ns = self.desk.status("clear").entered_ns
            assert at_ns is not None
            assert self.entered is None or at_ns > self.entered[0]
            self.entered = at_ns, person, float(value)
            self.until_ns = at_ns + (for_ns or 10 * MINUTE)
            self.checked = False

    @rule(person=st.sampled_from(["li", "wei", ""]), seen=st.sampled_from([0, -1]))
    def check(self, person: str, seen: int) -> None:
        at_ns = (self.entered[0] if self.entered else 0) + seen
        stands = self.entered is not None and self.desk.now_ns < self.until_ns
        author = self.entered[1] if self.entered else ""
        by_another = bool(author) and bool(person) and author != person
        granted = stands and not self.checked and by_another and seen == 0
        event = self.desk.check(person=person, entered_ns=at_ns)
        assert (event.kind == "entry") is granted
        self.checked = self.checked or granted

    @rule()
    def withdraw(self) -> None:
        assert (self.desk.withdraw("clear").kind == "entry") is (self.entered is not None)
        self.entered, self.checked = None, False

    @rule(after_ns=st.sampled_from([0, 1, SECOND, 5 * MINUTE, 10 * MINUTE]))
    def wait(self, after_ns: int) -> None:
        self.desk.settle(after_ns)

    @invariant()
    def only_what_stands_checked_has_a_value(self) -> None:
        stands = self.entered is not None and self.desk.now_ns < self.until_ns
        expected = self.entered[2] if self.entered and stands and self.checked else None
        assert self.desk.value("clear") == expected

    @invariant()
    def the_status_says_what_the_state_does(self) -> None:
        status = self.desk.status("clear")
        assert self.desk.quality("clear") is QUALITIES[status.state]
        assert (status.value is None) is (status.state is S.MISSING)
        assert status.value is None or math.isfinite(status.value)


TestAnyOrder = AnyOrder.TestCase
