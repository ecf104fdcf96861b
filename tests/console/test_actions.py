"""Every line an operator may type becomes the right act, or one sentence of what was expected."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from msgspec.structs import replace

from gcs.clock import SECOND_NS
from gcs.console.actions import VERBS, described, parse_line
from gcs.console.line import LIMIT
from gcs.console.pages import NAMES
from gcs.console.session import Session
from gcs.console.verbs import (
    ActionError,
    ChartParameter,
    CopyPanel,
    Quit,
    Request,
    SaveScreen,
    ShowPage,
)
from gcs.messages import (
    AcknowledgeAlarm,
    Act,
    AlarmInfo,
    AlarmPriority,
    AlarmState,
    AlarmStatus,
    CancelCommand,
    Catalogue,
    CheckEntry,
    CommandInfo,
    ConfirmCommand,
    ConsoleStatus,
    EnterValue,
    EntryState,
    EntryStatus,
    GiveAuthority,
    HoldCount,
    MarkInfo,
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
    Waive,
    WithdrawEntry,
)
from tests.console.scenes import Scene, catalogue

ROLL_WAIVER = Waive("deck_roll", "swell dies down", 600 * SECOND_NS, "4 deg")
MINUTE_NS = 60 * SECOND_NS
PLAIN = Scene().snapshot()
STAGED = Scene(
    staged=(
        StagedStatus("divert", "KX4", PLAIN.now_ns + 15, "console-1", "FD"),
        StagedStatus("abort", "Q7Z", PLAIN.now_ns + 15, "console-2", "GNC"),
    )
).snapshot()


def full_catalogue() -> Catalogue:
    """The hop's catalogue with marks, alarms and what people enter."""
    base = catalogue()
    entered = {"barge.wind.mean": ("RANGE",), "barge.deck.clear": ("RANGE",)}
    return msgspec.structs.replace(
        base,
        parameters=tuple(
            msgspec.structs.replace(info, entered_by=entered.get(info.id, ()))
            for info in base.parameters
        ),
        marks=(MarkInfo("t_minus_5", -300 * SECOND_NS), MarkInfo("t_minus_1", -60 * SECOND_NS)),
        alarms=tuple(
            AlarmInfo(name, name, name, "BARGE", AlarmPriority.SERIOUS, "look")
            for name in ("deck_roll", "deck_fire", "gust")
        ),
    )


def full_snapshot() -> Snapshot:
    """A snapshot with alarms, entries and consoles."""
    now_ns = PLAIN.now_ns
    return msgspec.structs.replace(
        PLAIN,
        alarms=(
            AlarmStatus("deck_fire", AlarmState.ACKNOWLEDGED, now_ns, "fire"),
            AlarmStatus("deck_roll", AlarmState.UNACKNOWLEDGED, now_ns, "rolls"),
            AlarmStatus("gust", AlarmState.SHELVED, now_ns, "gusts"),
        ),
        entries=(
            EntryStatus("barge.wind.mean", EntryState.UNCHECKED, 7.0, "RANGE", "", now_ns - 5),
            EntryStatus("barge.deck.clear", EntryState.MISSING, None),
        ),
        consoles=(
            ConsoleStatus("console-1", "FD", "", authority=True),
            ConsoleStatus("console-2", "GNC", "", authority=False),
            ConsoleStatus("console-3", "", "", authority=False),
        ),
    )


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        (":commit", StageCommand("landing_commit")),
        (":landing_commit", StageCommand("landing_commit")),
        (":divert", StageCommand("divert")),
        (":DIVERT", StageCommand("divert")),
        (":abort", StageCommand("abort")),
        (":launch", StageCommand("launch")),
        (":stage hold", StageCommand("hold")),
        (":hold", HoldCount("operator")),
        (":hold wind gusts", HoldCount("wind gusts")),
        (":recycle t_minus_5 ship in the area", Recycle("t_minus_5", "ship in the area")),
        (":scrub winds aloft", Scrub("winds aloft")),
        (":enter barge.deck.clear 1", EnterValue("barge.deck.clear", "1")),
        (":enter barge.deck.clear Yes", EnterValue("barge.deck.clear", "Yes")),
        (
            ":enter barge.deck.clear no for 90 s note a boat",
            EnterValue("barge.deck.clear", "no", 90 * SECOND_NS, "a boat"),
        ),
        (":enter barge.wind.mean 6.5 m/s", EnterValue("barge.wind.mean", "6.5 m/s")),
        (
            ":enter barge.wind.mean 6.5 m/s for 20 min note balloon at 14:00",
            EnterValue("barge.wind.mean", "6.5 m/s", 20 * MINUTE_NS, "balloon at 14:00"),
        ),
        (
            ":enter barge.deck.clear 1 note cutter at the line",
            EnterValue("barge.deck.clear", "1", 0, "cutter at the line"),
        ),
        (":enter barge.deck.clear 0 for 90 s", EnterValue("barge.deck.clear", "0", 90 * SECOND_NS)),
        (":check barge.wind.mean", CheckEntry("barge.wind.mean", PLAIN.now_ns - 5)),
        (":withdraw barge.wind.mean", WithdrawEntry("barge.wind.mean")),
        (":ack deck_roll", AcknowledgeAlarm("deck_roll")),
        (":ack", AcknowledgeAlarm("deck_roll")),
        (":shelve gust 10 min known front", ShelveAlarm("gust", 10 * MINUTE_NS, "known front")),
        (":unshelve gust", UnshelveAlarm("gust")),
        (":give console-2", GiveAuthority("console-2")),
        (":take", TakeAuthority()),
        (":copy", CopyPanel("")),
        (":copy board", CopyPanel("board")),
        (":screenshot", SaveScreen("")),
        (":screenshot My Screen.svg", SaveScreen("My Screen.svg")),
        (":release", ReleaseHold()),
        (":cancel", CancelCommand()),
        (":vote landing_commit go", Vote("landing_commit", go=True)),
        (":vote landing_commit NOGO", Vote("landing_commit", go=False)),
        (":waive deck_roll 4 deg 10 min swell dies down", ROLL_WAIVER),
        (":WAIVE Deck_Roll 4 deg  10min  swell dies down", ROLL_WAIVER),
        (":waive deck_roll 4 90 s 2 of 3", Waive("deck_roll", "2 of 3", 90 * SECOND_NS, "4")),
        (":waive deck_roll -4.5 m/s 1 h x", Waive("deck_roll", "x", 3600 * SECOND_NS, "-4.5 m/s")),
        (":waive deck_beacon - 1.5 s blind", Waive("deck_beacon", "blind", 3 * SECOND_NS // 2)),
        (":unwaive deck_roll", RevokeWaiver("deck_roll")),
        (":page links", ShowPage("links")),
        (":help", ShowPage("help")),
        (":quit", Quit()),
        (" : divert ", StageCommand("divert")),
    ],
)
def test_a_line_is_the_act_it_says(line: str, request_: Request) -> None:
    assert parse_line(line, full_catalogue(), full_snapshot()) == request_


def test_a_parameter_is_charted_by_its_id() -> None:
    request = parse_line(":strip barge.deck.heave", catalogue(), PLAIN)
    assert isinstance(request, ChartParameter)
    assert catalogue().parameters[request.index].id == "barge.deck.heave"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("divert", "begins with `:`"),
        (":", "no command"),
        (":fly", "no command 'fly'; :help lists them all"),
        (":hodl", "no command 'hodl'; near: hold; :help lists them all"),
        (":hodl a ship", "near: hold"),
        (":land", "near: landing_commit"),
        (":divert now", ":help"),
        (":stage fly", "landing_commit"),
        (":vote landing_commit maybe", "GATE go|nogo"),
        (":vote nothing go", "launch_commit, landing_commit"),
        (":vote", "GATE go|nogo"),
        (":waive", "CRITERION BOUND DURATION REASON"),
        (":waive deck_roll 4 deg 10 min", "CRITERION BOUND DURATION REASON"),
        (":waive deck_roll 10 min swell", "CRITERION BOUND DURATION REASON"),
        (":waive deck_roll 4 deg forever swell", "CRITERION BOUND DURATION REASON"),
        (":waive deck_roll 4 deg 9999999999999999999 h swell", "CRITERION BOUND DURATION REASON"),
        (":waive deck 4 deg 10 min swell", "near: launch_deck_clear, deck_beacon, deck_roll"),
        (":unwaive", "no criterion"),
        (":unwaive all", "no criterion 'all'"),
        (":page nowhere", "no page 'nowhere'"),
        (":page link", "near: links"),
        (":release now", "nothing follows :release"),
        (":recycle t_minus_5", "expected :recycle MARK REASON"),
        (":recycle lift_off x", "no mark 'lift_off'"),
        (":recycle t_mnius_5 x", "near: t_minus_5, t_minus_1"),
        (":recycle minus x", "near: t_minus_5, t_minus_1"),
        (":scrub", "expected :scrub REASON"),
        (":enter nav.altitude 5 m", "no parameter that people enter 'nav.altitude'"),
        (":enter barge.wind.mean", "expected :enter PARAMETER VALUE"),
        (":enter barge.deck.clear maybe", "expected one of no, yes, or :enter PARAMETER VALUE"),
        (":enter barge.wind.mean calm", "expected :enter PARAMETER VALUE"),
        (":enter barge.wind.mean 5 m/s for ever", "expected :enter PARAMETER VALUE"),
        (":enter barge.deck.clear 1 boat gone by", "expected :enter PARAMETER VALUE"),
        (":check barge.deck.clear", "no entry that waits for a check"),
        (":withdraw barge.deck.clear", "no entry 'barge.deck.clear'"),
        (":ack nothing", "no alarm 'nothing'"),
        (":shelve gust known front", "expected :shelve ALARM DURATION REASON"),
        (":shelve gust 10 min", "expected :shelve ALARM DURATION REASON"),
        (":shelve breeze 10 min x", "no alarm 'breeze'"),
        (":give", "no console ''; near: console-1"),
        (":copy everything", "no panel 'everything'"),
        (":strip altitude", "near: fc_a.nav.altitude"),
        (":strip", "no parameter"),
        (":\x1b[31m", "x1b"),
    ],
)
def test_a_line_that_means_nothing_says_what_was_expected(line: str, expected: str) -> None:
    with pytest.raises(ActionError) as caught:
        parse_line(line, full_catalogue(), full_snapshot())
    assert expected in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("line", "code"), [("KX4", "KX4"), ("kx4", "KX4"), ("q7z", "Q7Z"), ("KX5", "KX5")]
)
def test_with_a_command_staged_a_bare_line_is_its_code(line: str, code: str) -> None:
    assert parse_line(line, catalogue(), STAGED) == ConfirmCommand(code)


def test_a_word_that_names_two_commands_names_none() -> None:
    names = ("launch_abort", "landing_abort")
    commands = tuple(CommandInfo(name, name) for name in names)
    two = msgspec.structs.replace(catalogue(), commands=commands)
    with pytest.raises(ActionError):
        parse_line(":abort", two, PLAIN)


@pytest.mark.parametrize("act", get_args(Act), ids=lambda act: act.__name__)
def test_every_act_has_words_and_a_way_to_be_typed(act: type) -> None:
    example = next(request for request in map(parsed, EXAMPLES) if isinstance(request, act))
    assert described(example)
    assert described(example).isprintable()


EXAMPLES = (
    *(":stage divert", ":cancel", ":hold x", ":release", ":recycle t_minus_5 x", ":scrub x"),
    *(":vote landing_commit go", ":waive deck_roll 4 deg 1 min x", ":unwaive deck_roll"),
    *(":enter barge.deck.clear 1", ":check barge.wind.mean", ":withdraw barge.wind.mean"),
    *(":ack", ":shelve gust 1 min x", ":unshelve gust", ":give console-2", ":take", "KX4"),
)


def parsed(line: str) -> Request:
    snapshot = full_snapshot() if line.startswith(":") else STAGED
    return parse_line(line, full_catalogue(), snapshot)


def test_a_vote_says_which_way() -> None:
    assert described(Vote("landing_commit", go=False)) == "vote landing_commit NO-GO"


def test_nothing_to_acknowledge_is_said() -> None:
    with pytest.raises(ActionError, match="no alarm waits"):
        parse_line(":ack", full_catalogue(), PLAIN)


def test_a_reason_is_bounded() -> None:
    request = parse_line(":scrub " + "x" * 500, full_catalogue(), PLAIN)
    assert isinstance(request, Scrub)
    assert len(request.reason) == 200


def test_no_two_verbs_share_a_word() -> None:
    words = [verb.word for verb in VERBS]
    assert len(set(words)) == len(words)


def test_every_page_word_is_accepted() -> None:
    assert [parse_line(f":page {page}", catalogue(), PLAIN) for page in NAMES] == [
        ShowPage(page) for page in NAMES
    ]


def attached(*staged: StagedStatus) -> Session:
    session = Session("FD", console="console-1")
    session.receive(catalogue(), 0)
    session.receive(Scene(staged=staged).snapshot(), 0)
    return session


def test_abort_takes_two_keys_and_the_second_only_once_the_first_is_staged() -> None:
    session = attached()
    assert session.abort() == StageCommand("abort")
    assert session.abort() == StageCommand("abort")
    session.receive(
        Scene(staged=(StagedStatus("abort", "Q7Z", 1, "console-1", "FD"),)).snapshot(), 0
    )
    assert session.abort() == ConfirmCommand("Q7Z")


def test_the_abort_key_never_confirms_another_command() -> None:
    assert attached(StagedStatus("divert", "KX4", 1, "console-1", "FD")).abort() == StageCommand(
        "abort"
    )


def test_the_abort_key_confirms_what_another_console_staged_only_where_it_takes_two() -> None:
    theirs = StagedStatus("abort", "Q7Z", 1, "console-2", "GNC", "li")
    assert attached(theirs).abort() == StageCommand("abort")
    assert attached(replace(theirs, two_person=True)).abort() == ConfirmCommand("Q7Z")
    mine = replace(theirs, console="console-1", code="KX4")
    assert attached(theirs, mine).abort() == ConfirmCommand("KX4")


def test_escape_cancels_what_is_staged_here_and_nothing_else() -> None:
    theirs = StagedStatus("abort", "Q7Z", 1, "console-2", "GNC")
    assert attached(theirs).escape() == ShowPage("main")
    assert attached(theirs, replace(theirs, console="console-1")).escape() == CancelCommand()


def test_escape_clears_the_line_before_it_cancels() -> None:
    session = attached(StagedStatus("divert", "KX4", 1, "console-1", "FD"))
    session.type("K")
    assert session.escape() is None
    assert session.line.text == ""
    assert session.escape() == CancelCommand()
    assert attached().escape() == ShowPage("main")


def test_the_line_is_bounded_and_clears_when_submitted() -> None:
    session = attached()
    for _ in range(LIMIT + 5):
        session.type("x")
    assert len(session.line.text) == LIMIT
    assert session.submit() is None
    assert session.line.text == ""
    assert "begins with" in session.answer


def test_nothing_is_asked_of_a_station_that_was_never_seen() -> None:
    session = Session("FD")
    session.type(":")
    assert session.submit() is None
    assert session.abort() is None
    assert session.acknowledge() is None
    assert session.picture(0, 0) is None


def test_another_run_starts_from_nothing() -> None:
    session = attached()
    session.receive(msgspec.structs.replace(catalogue(), mission="another"), 0)
    assert session.picture(0, 0) is None


def test_the_newest_chosen_strips_stay() -> None:
    session = attached()
    first, second = session.strips
    session.chart(7)
    assert session.strips == (7, first)
    session.chart(first)
    assert session.strips == (first, 7)
    assert second not in session.strips
