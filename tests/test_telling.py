"""Every act and every change is told as one sentence: who, what, of what, why, until when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest

from gcs.config.loading import CONFIGS, load_mission
from gcs.messages import (
    AcknowledgeAlarm,
    Act,
    AlarmState,
    AlarmStatus,
    CancelCommand,
    CheckEntry,
    CommandState,
    CommandStatus,
    ConfirmCommand,
    ConsoleStatus,
    CountState,
    CountStatus,
    CriterionState,
    EnterValue,
    EntryState,
    EntryStatus,
    Event,
    GateState,
    GiveAuthority,
    HoldCount,
    HoldKind,
    Intent,
    Outputs,
    PhaseStatus,
    Recycle,
    ReleaseHold,
    RevokeWaiver,
    Scrub,
    ShelveAlarm,
    Snapshot,
    StageCommand,
    StagedStatus,
    TakeAuthority,
    UnshelveAlarm,
    Vote,
    VoteStatus,
    Waive,
    WaiverStatus,
    WithdrawEntry,
)
from gcs.recording.auditor import Auditor, canonical
from gcs.recording.chain import Entry
from gcs.telling import Teller
from tests.console.scenes import Scene

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
NOON = 12 * 60 * MINUTE
"""A moment at 12:00:00 UTC."""
T = -5 * MINUTE
COUNT = load_mission(CONFIGS / "missions" / "xzy1-hop-count.toml")

ACTS: list[tuple[Act, str]] = [
    (StageCommand("divert"), "asks for DIVERT TO SEA (divert)"),
    (ConfirmCommand("KX4"), "confirms what is staged with the code KX4"),
    (CancelCommand(), "cancels what is staged"),
    (HoldCount("a ship"), "asks to hold the count: a ship"),
    (ReleaseHold(), "asks to release the hold"),
    (Recycle("top", "winds"), "asks to recycle the count to top: winds"),
    (Scrub("winds"), "asks to scrub the attempt: winds"),
    (Vote("landing_commit", go=True), "votes GO on LANDING COMMIT (landing_commit)"),
    (Vote("landing_commit", go=False), "votes NO-GO on LANDING COMMIT (landing_commit)"),
    (
        Waive("nav_vertical", "flat sea", 10 * MINUTE, "5 m"),
        "asks to waive nav sigma vertical (nav_vertical) as far as 5 m for 10 min,"
        " until 12:10:00 UTC: flat sea",
    ),
    (
        Waive("deck_fire", "drill", 90 * SECOND),
        "asks to waive no fire on deck (deck_fire) for 90.0 s, until 12:01:30 UTC: drill",
    ),
    (RevokeWaiver("nav_vertical"), "asks to end the waiver of nav sigma vertical (nav_vertical)"),
    (
        EnterValue("range.surveillance", "1", 10 * MINUTE, "radar up"),
        "enters surveillance (range.surveillance) = yes for 10 min, until 12:10:00 UTC: radar up",
    ),
    (
        EnterValue("weather.upper_wind", "12 m/s"),
        "enters strongest wind aloft on the path (weather.upper_wind) = 12 m/s"
        " for as long as it may hold",
    ),
    (
        CheckEntry("range.surveillance", NOON - 3 * SECOND),
        "says that surveillance (range.surveillance), entered at 11:59:57 UTC, is right",
    ),
    (
        WithdrawEntry("range.surveillance"),
        "withdraws the entry of surveillance (range.surveillance)",
    ),
    (AcknowledgeAlarm("deck_fire"), "acknowledges the alarm no fire on deck (deck_fire)"),
    (
        ShelveAlarm("nav_vertical", 5 * MINUTE, "known"),
        "asks to shelve the alarm nav sigma vertical (nav_vertical) for 5 min,"
        " until 12:05:00 UTC: known",
    ),
    (UnshelveAlarm("deck_fire"), "takes the alarm no fire on deck (deck_fire) off the shelf"),
    (GiveAuthority("console-2"), "hands command authority to console-2"),
    (TakeAuthority(), "asks for command authority"),
]


def entries(auditor: Auditor, intents: list[Intent], outputs: Outputs) -> Iterator[Entry]:
    """What the log holds of one step at noon."""
    for finding in auditor.see(intents, outputs):
        kind, subject, text, facts = finding
        yield Entry(1, NOON, T, kind, subject, text, canonical(facts))


def teller(*, running: bool = False) -> Teller:
    made = Teller(COUNT)
    state = "RUNNING" if running else "HOLD"
    made.tell(Entry(1, NOON, T, "count", state, state, {"t_ns": T, "held_by": "", "attempt": 1}))
    return made


def told(act: Act, *, person: str = "wang", running: bool = False) -> str:
    intent = Intent("1", "console-1", "FD", NOON, 7, act, person)
    (entry,) = entries(Auditor(), [intent], Outputs())
    return teller(running=running).tell(entry)


@pytest.mark.parametrize(("act", "sentence"), ACTS, ids=lambda one: type(one).__name__)
def test_an_act_is_one_sentence(act: Act, sentence: str) -> None:
    assert told(act) == f"FD (wang) on console-1 {sentence}"


def test_every_act_has_its_sentence() -> None:
    assert {type(act) for act, _ in ACTS} == set(get_args(Act))


def test_who_is_not_known_has_no_name() -> None:
    assert told(ReleaseHold(), person="") == "FD on console-1 asks to release the hold"


def test_while_t_runs_a_moment_ahead_is_told_by_both_clocks() -> None:
    sentence = told(ShelveAlarm("deck_fire", 2 * MINUTE, "known"), running=True)
    assert "for 2 min, until 12:02:00 UTC (T-03:00 without a hold): known" in sentence


# --- What came of them ---


def first() -> Snapshot:
    return msgspec.structs.replace(Scene().snapshot(), now_ns=NOON, alarms=(), consoles=())


def changed(**fields: Any) -> list[str]:
    """What is told of the step after which these fields of the Snapshot are others."""
    auditor = Auditor()
    auditor.see([], Outputs((first(),)))
    after = msgspec.structs.replace(first(), **fields)
    one = teller()
    return [one.tell(entry) for entry in entries(auditor, [], Outputs((after,)))]


def gone(**fields: Any) -> list[str]:
    """What is told when these fields are as before again."""
    auditor = Auditor()
    auditor.see([], Outputs((msgspec.structs.replace(first(), **fields),)))
    one = teller()
    return [one.tell(entry) for entry in entries(auditor, [], Outputs((first(),)))]


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (
            CountStatus(CountState.HOLD, T, 0, "a ship", HoldKind.MANUAL, "FD"),
            "the count stands at T-05:00, manual hold by FD: a ship",
        ),
        (
            CountStatus(CountState.HOLD, T, 0, "poll", HoldKind.BUILT_IN),
            "the count stands at T-05:00, built-in hold: poll",
        ),
        (
            CountStatus(CountState.RUNNING, T, 0, "", attempt=2),
            "the count runs from T-05:00, attempt 2",
        ),
        (
            CountStatus(CountState.SCRUBBED, T, 0, "winds"),
            "the attempt is scrubbed at T-05:00: winds",
        ),
    ],
)
def test_the_count_is_told(count: CountStatus, sentence: str) -> None:
    assert changed(count=count) == [sentence]


def test_lift_off_is_told() -> None:
    running = CountStatus(CountState.RUNNING, -SECOND, 0, "")
    assert gone(count=running) == ["T counts from lift-off, T+01:18"]


def test_a_phase_is_told_with_the_one_before() -> None:
    assert changed(phase=PhaseStatus("hover", NOON, ())) == [
        "phase hover begins, after landing burn"
    ]


def entry(state: EntryState, **more: Any) -> tuple[EntryStatus, ...]:
    status = EntryStatus("range.surveillance", state, 1.0, "RANGE", "li", NOON, NOON + 10 * MINUTE)
    return (msgspec.structs.replace(status, **more),)


@pytest.mark.parametrize(
    ("entries_", "sentence"),
    [
        (
            entry(EntryState.VALID, checked_by="FD (wang)", note="radar up"),
            "is yes by RANGE (li), checked by FD (wang), until 12:10:00 UTC: radar up",
        ),
        (
            entry(EntryState.UNCHECKED),
            "is yes by RANGE (li), not yet checked by a second person, until 12:10:00 UTC",
        ),
        (entry(EntryState.EXPIRED), "is not known any more: the entry of RANGE (li) has expired"),
    ],
)
def test_an_entry_is_told(entries_: tuple[EntryStatus, ...], sentence: str) -> None:
    assert changed(entries=entries_) == [f"surveillance (range.surveillance) {sentence}"]


def test_a_withdrawn_entry_is_told() -> None:
    auditor = Auditor()
    auditor.see([], Outputs((msgspec.structs.replace(first(), entries=entry(EntryState.VALID)),)))
    missing = EntryStatus("range.surveillance", EntryState.MISSING, None)
    after = msgspec.structs.replace(first(), entries=(missing,))
    (found,) = entries(auditor, [], Outputs((after,)))
    assert teller().tell(found) == (
        "surveillance (range.surveillance) is not entered any more: the entry is withdrawn"
    )


def test_a_criterion_and_its_waiver_are_told() -> None:
    waiver = WaiverStatus("deck_fire", "FD", "drill", None, NOON, NOON + MINUTE)
    status = next(s for s in first().criteria if s.id == "deck_fire")
    others = tuple(s for s in first().criteria if s.id != "deck_fire")
    waived = msgspec.structs.replace(
        status, state=CriterionState.WAIVED, why="fire on deck: yes", waiver=waiver
    )
    assert changed(criteria=(*others, waived)) == [
        "no fire on deck (deck_fire) turns from GO to WAIVED: fire on deck: yes",
        "no fire on deck (deck_fire) is waived by FD until 12:01:00 UTC: drill",
    ]
    assert gone(criteria=(*others, waived))[1] == "no fire on deck (deck_fire) is no longer waived"


def test_a_reason_does_not_repeat_the_title() -> None:
    status = AlarmStatus("deck_fire", AlarmState.UNACKNOWLEDGED, NOON, "no fire on deck not met: x")
    name = "alarm no fire on deck (deck_fire)"
    assert changed(alarms=(status,)) == [f"{name} turns from NORMAL to UNACK: not met: x"]
    criterion = next(s for s in first().criteria if s.id == "deck_fire")
    others = tuple(s for s in first().criteria if s.id != "deck_fire")
    failed = msgspec.structs.replace(
        criterion, state=CriterionState.NO_GO, why="no fire on deck not met: x"
    )
    assert changed(criteria=(*others, failed)) == [
        "no fire on deck (deck_fire) turns from GO to NO-GO: not met: x"
    ]


def test_a_gate_and_its_votes_are_told() -> None:
    gate = next(g for g in first().gates if g.id == "landing_commit")
    vote = VoteStatus(
        "FD", go=True, person="wang", cast_ns=NOON, expires_ns=NOON + MINUTE, basis=""
    )
    voted = msgspec.structs.replace(
        gate, state=GateState.NO_GO, reason="blocked by gust", votes=(vote,)
    )
    others = tuple(g for g in first().gates if g.id != "landing_commit")
    name = "LANDING COMMIT (landing_commit)"
    assert changed(gates=(*others, voted)) == [
        f"the GO of FD (wang) on {name} stands until 12:01:00 UTC",
        f"gate {name} turns from GO to NO-GO: blocked by gust",
    ]
    committed = msgspec.structs.replace(gate, state=GateState.COMMITTED, reason="committed")
    assert changed(gates=(*others, committed)) == [f"gate {name} turns from GO to COMMITTED"]
    assert gone(gates=(*others, voted))[0] == f"the vote of FD on {name} falls"


def test_a_command_is_told_with_its_sender_and_what_confirmed_it() -> None:
    status = CommandStatus(
        3, "divert", CommandState.VERIFIED, 9, NOON, 2, ("fc_a",), ("fc_a", "fc_b"), "", "FD"
    )
    name = "DIVERT TO SEA (divert) #3 of FD is VERIFIED"
    told_of = f"{name}, sent 2 times, received by fc_a, echoed by fc_a, fc_b"
    assert changed(commands=(*first().commands, status)) == [told_of]
    refused = msgspec.structs.replace(
        status, state=CommandState.REFUSED, attempts=1, echoed_by=(), by="", detail="too late"
    )
    assert changed(commands=(*first().commands, refused)) == [
        "DIVERT TO SEA (divert) #3 is REFUSED, received by fc_a: too late"
    ]


def test_what_is_staged_is_told_with_its_console_and_its_read_back() -> None:
    wait = StagedStatus("divert", "KX4Q", NOON, "console-2", "FD", "wang")
    staged = msgspec.structs.replace(wait, readback=("to fc_a, fc_b", "T-10 s or later"))
    by = "DIVERT TO SEA (divert) is staged by FD (wang) on console-2"
    assert changed(staged=(wait,)) == [by]
    assert changed(staged=(staged,)) == [f"{by}: to fc_a, fc_b; T-10 s or later"]
    assert gone(staged=(staged,)) == ["DIVERT TO SEA (divert) is no longer staged on console-2"]


def test_an_alarm_is_told() -> None:
    status = AlarmStatus("deck_fire", AlarmState.UNACKNOWLEDGED, NOON, "fire on deck: yes")
    name = "alarm no fire on deck (deck_fire)"
    assert changed(alarms=(status,)) == [f"{name} turns from NORMAL to UNACK: fire on deck: yes"]
    assert gone(alarms=(status,)) == [f"{name} turns from UNACK to NORMAL"]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (ConsoleStatus("console-2", "GNC", "chen", False), "(GNC, chen) is attached"),
        (ConsoleStatus("console-2", "FD", "", True), "(FD) has command authority"),
        (ConsoleStatus("console-2", "", "", False), "(watching only) is attached"),
    ],
)
def test_a_console_is_told(status: ConsoleStatus, sentence: str) -> None:
    assert changed(consoles=(status,)) == [f"console-2 {sentence}"]
    assert gone(consoles=(status,)) == ["console-2 left"]


@pytest.mark.parametrize(
    ("kind", "origin", "sentence"),
    [
        ("refused", "FD", "answer to FD: recycle refused"),
        ("fault", "station", "STATION FAULT: recycle refused"),
        ("resumed", "station", "recycle refused"),
    ],
)
def test_what_no_snapshot_shows_is_told(kind: str, origin: str, sentence: str) -> None:
    event = Event(NOON, kind, origin, "recycle refused")
    (found,) = entries(Auditor(), [], Outputs(events=(event,)))
    assert teller().tell(found).removeprefix("station ") == sentence


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"act": 5, "position": "FD", "person": "", "console": "c"},
        {"act": {"kind": "dance"}, "position": "FD", "person": "", "console": "c"},
        {"act": {"kind": "vote"}, "position": "FD", "person": "", "console": "c"},
        {"act": {"kind": "check", "parameter": "p", "entered_ns": "x"}, "position": 1, "person": 2},
    ],
)
def test_an_entry_of_another_version_is_told_by_its_own_text(facts: dict[str, Any]) -> None:
    strange = Entry(1, NOON, T, "intent", "dance", "FD asks: dance", facts)
    assert teller().tell(strange) == "dance FD asks: dance"


def test_what_the_mission_does_not_name_is_told_by_its_id() -> None:
    assert told(StageCommand("fly")) == "FD (wang) on console-1 asks for fly"
    assert told(EnterValue("luck", "7")).endswith("enters luck = 7 for as long as it may hold")
