"""What belongs into the audit: every act, and every change that a console could see, once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gcs.messages import (
    AlarmState,
    AlarmStatus,
    CommandState,
    CommandStatus,
    ConsoleStatus,
    CountState,
    CountStatus,
    CriterionState,
    CriterionStatus,
    EntryState,
    EntryStatus,
    Event,
    GateState,
    GateStatus,
    HoldCount,
    HoldKind,
    Intent,
    Outputs,
    PhaseStatus,
    Snapshot,
    StagedStatus,
    Tick,
    VoteStatus,
    WaiverStatus,
)
from gcs.recording.auditor import Auditor, Finding
from tests.recording.test_digest import SNAPSHOT

ROLL = CriterionStatus("deck_roll", CriterionState.GO, 1.0, 3.0, 0.5, 0, "deck roll 1.0 deg")
GATE = GateStatus("landing_commit", GateState.NO_GO, 0, None, ("deck_roll",), "blocked")
VOTE = VoteStatus("FD", True, "anna", 5, 100, "abcd")
SENT = CommandStatus(1, "divert", CommandState.SENT, 77, 5, 1, (), (), "", "FD")
BASE = msgspec.structs.replace(SNAPSHOT, criteria=(ROLL,), gates=(GATE,))


def found(*changes: dict[str, Any]) -> list[Finding]:
    """What the last change adds, each change made upon the one before."""
    auditor, snapshot = Auditor(), BASE
    auditor.see([], Outputs((BASE,)))
    findings: list[Finding] = []
    for change in changes:
        snapshot = msgspec.structs.replace(snapshot, **change)
        findings = auditor.see([Tick()], Outputs((snapshot,)))
    return findings


def test_a_snapshot_that_shows_nothing_new_adds_nothing() -> None:
    assert found({"sequence": 4, "now_ns": 2_000}) == []


def test_an_act_is_logged_with_who_asked_and_what_they_saw() -> None:
    intent = Intent("1", "console-1", "FD", 9, 3, HoldCount("a boat"), "anna")
    (finding,) = Auditor().see([Tick(), intent], Outputs())
    assert finding.kind == "intent"
    assert finding.text == "FD (anna) asks: hold a boat"
    assert finding.facts["act"] == {"kind": "hold", "reason": "a boat"}
    assert finding.facts["snapshot_seen"] == 3


@pytest.mark.parametrize("kind", ["refused", "fault", "resumed"])
def test_events_that_no_state_shows_are_logged(kind: str) -> None:
    (finding,) = Auditor().see([], Outputs((), (), (Event(1, kind, "FD", "why"),)))
    assert finding == Finding(kind, "FD", "why", {})


def test_other_events_are_left_to_the_states_that_they_announce() -> None:
    assert Auditor().see([], Outputs((), (), (Event(1, "gate", "g", "opened"),))) == []


OUT = msgspec.structs.replace(ROLL, state=CriterionState.NO_GO, value=4.0, why="deck roll 4.0 deg")
WAIVER = WaiverStatus("deck_roll", "FD", "calm", 5.0, 1, 9)
WAIVED = msgspec.structs.replace(ROLL, waiver=WAIVER)
OPEN = msgspec.structs.replace(GATE, state=GateState.GO, reason="all pass")
VOTED = msgspec.structs.replace(GATE, votes=(VOTE,))
HELD = CountStatus(CountState.HOLD, -5, -5, "a boat", HoldKind.MANUAL, "FD")
VERIFIED = msgspec.structs.replace(SENT, state=CommandState.VERIFIED, echoed_by=("fc_a", "fc_b"))
ALARM = AlarmStatus("deck_roll", AlarmState.UNACKNOWLEDGED, 5, "deck roll 4.0 deg")
ENTRY = EntryStatus("range.clear", EntryState.UNCHECKED, 1.0, "RANGE", "ben", 5)
CONSOLE = ConsoleStatus("console-1", "FD", "anna", False)
STAGED = StagedStatus("divert", "KX4Q", 9, "console-1", "FD")
IN_CHARGE = msgspec.structs.replace(CONSOLE, authority=True)


@pytest.mark.parametrize(
    ("changes", "kind", "subject", "text"),
    [
        ([{"criteria": (OUT,)}], "criterion", "deck_roll", "GO -> NO-GO: deck roll 4.0 deg"),
        ([{"criteria": (WAIVED,)}], "waiver", "deck_roll", "waived by FD: calm"),
        (
            [{"criteria": (WAIVED,)}, {"criteria": (ROLL,)}],
            "waiver",
            "deck_roll",
            "no longer waived",
        ),
        ([{"gates": (OPEN,)}], "gate", "landing_commit", "NO-GO -> GO: all pass"),
        ([{"gates": (VOTED,)}], "vote", "landing_commit", "FD (anna): GO"),
        (
            [{"gates": (VOTED,)}, {"gates": (GATE,)}],
            "vote",
            "landing_commit",
            "the vote of FD fell",
        ),
        ([{"count": HELD}], "count", "HOLD", "HOLD, manual hold: a boat"),
        ([{"phase": PhaseStatus("burn", 5, ())}], "phase", "burn", "descent -> burn"),
        ([{"commands": (SENT,)}], "command", "divert", "#1 SENT"),
        (
            [{"commands": (SENT,)}, {"commands": (VERIFIED,)}],
            "command",
            "divert",
            "#1 VERIFIED, echoed by fc_a, fc_b",
        ),
        ([{"staged": (STAGED,)}], "staged", "divert", "staged by FD"),
        (
            [{"staged": (STAGED,)}, {"staged": ()}],
            "staged",
            "divert",
            "no longer staged",
        ),
        ([{"alarms": (ALARM,)}], "alarm", "deck_roll", "NORMAL -> UNACK: deck roll 4.0 deg"),
        ([{"alarms": (ALARM,)}, {"alarms": ()}], "alarm", "deck_roll", "UNACK -> NORMAL"),
        ([{"entries": (ENTRY,)}], "entry", "range.clear", "UNCHECKED by RANGE"),
        ([{"consoles": (CONSOLE,)}], "console", "console-1", "FD attached"),
        (
            [{"consoles": (CONSOLE,)}, {"consoles": (IN_CHARGE,)}],
            "console",
            "console-1",
            "FD may command",
        ),
        ([{"consoles": (CONSOLE,)}, {"consoles": ()}], "console", "console-1", "left"),
    ],
)
def test_each_change_is_one_entry(
    changes: list[dict[str, Any]], kind: str, subject: str, text: str
) -> None:
    (finding,) = found(*changes)
    assert (finding.kind, finding.subject, finding.text) == (kind, subject, text)
    assert found(*changes, {"sequence": 9}) == []


def test_a_vote_is_logged_with_the_values_that_it_stood_on() -> None:
    (finding,) = found({"gates": (VOTED,)})
    assert finding.facts["stood_on"] == {"deck_roll": [CriterionState.GO, 1.0]}
    assert finding.facts["basis"] == "abcd"


def test_votes_that_fall_together_are_logged_in_the_order_of_the_positions() -> None:
    positions = ("RANGE", "FD", "WEATHER", "GNC", "BARGE", "CARGO", "STATION", "LINKS")
    votes = tuple(msgspec.structs.replace(VOTE, position=position) for position in positions)
    polled = msgspec.structs.replace(GATE, votes=votes)
    findings = found({"gates": (polled,)}, {"gates": (GATE,)})
    assert tuple(finding.facts["position"] for finding in findings) == positions


def test_the_first_snapshot_tells_where_everything_began() -> None:
    findings = Auditor().see([], Outputs((BASE,)))
    assert [(f.kind, f.subject) for f in findings] == [
        ("phase", "descent"),
        ("count", "RUNNING"),
        ("criterion", "deck_roll"),
        ("gate", "landing_commit"),
    ]


def test_the_codes_of_dangerous_commands_are_not_in_it() -> None:
    (finding,) = found({"staged": (STAGED,)})
    assert "KX4Q" not in repr(finding)


def test_what_was_staged_ends_at_its_console_and_before_what_replaces_it() -> None:
    newer = StagedStatus("abort", "WX3P", 12, "console-1", "FD")
    again = msgspec.structs.replace(STAGED, code="WX3P")
    other = msgspec.structs.replace(STAGED, code="WX3P", console="console-2")
    told = [
        [
            (f.subject, f.text, f.facts["console"])
            for f in found({"staged": before}, {"staged": now})
        ]
        for before, now in (
            ((STAGED,), (newer,)),
            ((STAGED,), (again,)),
            ((STAGED, other), (STAGED,)),
            ((STAGED,), (msgspec.structs.replace(STAGED, readback=("holds: x",)),)),
        )
    ]
    ended, staged = ("divert", "no longer staged", "console-1"), "staged by FD"
    assert told == [
        [ended, ("abort", staged, "console-1")],
        [ended, ("divert", staged, "console-1")],
        [("divert", "no longer staged", "console-2")],
        [("divert", staged, "console-1")],
    ]


def two(first: Snapshot, second: Snapshot) -> list[Finding]:
    auditor = Auditor()
    auditor.see([], Outputs((BASE,)))
    return auditor.see([], Outputs((first, second)))


def test_two_snapshots_of_one_step_are_both_looked_at() -> None:
    out = msgspec.structs.replace(BASE, criteria=(OUT,))
    assert [f.text for f in two(out, BASE)] == [
        "GO -> NO-GO: deck roll 4.0 deg",
        "NO-GO -> GO: deck roll 1.0 deg",
    ]
