"""Every line an operator may type becomes the right act, or one sentence of what was expected."""

from __future__ import annotations

import msgspec
import pytest

from gcs.clock import SECOND_NS
from gcs.console.actions import (
    PAGES,
    ActionError,
    ChartParameter,
    Quit,
    Request,
    ShowPage,
    described,
    parse_line,
)
from gcs.console.session import LINE_LIMIT, Session
from gcs.messages import (
    Act,
    CancelCommand,
    CommandInfo,
    ConfirmCommand,
    HoldCount,
    ReleaseHold,
    RevokeWaiver,
    StageCommand,
    StagedStatus,
    Vote,
    Waive,
)
from tests.console.scenes import Scene, catalogue

ROLL_WAIVER = Waive("deck_roll", "swell dies down", 600 * SECOND_NS, "4 deg")
PLAIN = Scene().snapshot()
STAGED = Scene(staged=StagedStatus("divert", "KX4", PLAIN.now_ns + 15, "FD")).snapshot()


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
    assert parse_line(line, catalogue(), PLAIN) == request_


def test_a_parameter_is_charted_by_its_id() -> None:
    request = parse_line(":strip barge.deck.heave", catalogue(), PLAIN)
    assert isinstance(request, ChartParameter)
    assert catalogue().parameters[request.index].id == "barge.deck.heave"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("divert", "begins with `:`"),
        (":", "no command"),
        (":fly", "landing_commit, divert"),
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
        (":page nowhere", "main, board"),
        (":strip altitude", "near: fc_a.nav.altitude"),
        (":strip", "no parameter"),
        (":\x1b[31m", "x1b"),
    ],
)
def test_a_line_that_means_nothing_says_what_was_expected(line: str, expected: str) -> None:
    with pytest.raises(ActionError) as caught:
        parse_line(line, catalogue(), PLAIN)
    assert expected in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(("line", "code"), [("KX4", "KX4"), ("kx4", "KX4"), ("KX5", "KX5")])
def test_with_a_command_staged_a_bare_line_is_its_code(line: str, code: str) -> None:
    assert parse_line(line, catalogue(), STAGED) == ConfirmCommand(code)


def test_a_word_that_names_two_commands_names_none() -> None:
    names = ("launch_abort", "landing_abort")
    commands = tuple(CommandInfo(name, name) for name in names)
    two = msgspec.structs.replace(catalogue(), commands=commands)
    with pytest.raises(ActionError):
        parse_line(":abort", two, PLAIN)


@pytest.mark.parametrize(
    "act",
    [
        StageCommand("divert"),
        ConfirmCommand("KX4"),
        CancelCommand(),
        HoldCount("wind"),
        ReleaseHold(),
        Vote("landing_commit", go=False),
        Waive("deck_roll", "swell", SECOND_NS, "4 deg"),
        RevokeWaiver("deck_roll"),
    ],
)
def test_every_act_has_words(act: Act) -> None:
    assert described(act)


def test_every_page_word_is_accepted() -> None:
    assert [parse_line(f":page {page}", catalogue(), PLAIN) for page in PAGES] == [
        ShowPage(page) for page in PAGES
    ]


def attached(staged: StagedStatus | None = None) -> Session:
    session = Session("FD")
    session.receive(catalogue(), 0)
    session.receive(Scene(staged=staged).snapshot(), 0)
    return session


def test_abort_takes_two_keys_and_the_second_only_once_the_first_is_staged() -> None:
    session = attached()
    assert session.abort() == StageCommand("abort")
    assert session.abort() == StageCommand("abort")
    session.receive(Scene(staged=StagedStatus("abort", "Q7Z", 1, "FD")).snapshot(), 0)
    assert session.abort() == ConfirmCommand("Q7Z")


def test_the_abort_key_never_confirms_another_command() -> None:
    assert attached(StagedStatus("divert", "KX4", 1, "FD")).abort() == StageCommand("abort")


def test_escape_clears_the_line_before_it_cancels() -> None:
    session = attached(StagedStatus("divert", "KX4", 1, "FD"))
    session.type("K")
    assert session.escape() is None
    assert session.typed == ""
    assert session.escape() == CancelCommand()
    assert attached().escape() is None


def test_the_line_is_bounded_and_clears_when_submitted() -> None:
    session = attached()
    for _ in range(LINE_LIMIT + 5):
        session.type("x")
    assert len(session.typed) == LINE_LIMIT
    assert session.submit() is None
    assert session.typed == ""
    assert "begins with" in session.answer


def test_nothing_is_asked_of_a_station_that_was_never_seen() -> None:
    session = Session("FD")
    session.type(":")
    assert session.submit() is None
    assert session.abort() is None
    assert session.escape() is None
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
