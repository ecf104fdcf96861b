"""What Tab makes of a line, what the palette finds, and what an empty line and keys do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gcs.console.completion import HINTED, completed, palette_for
from gcs.console.line import CommandLine
from gcs.console.session import Session
from gcs.console.verbs import Known, ShowPage
from gcs.messages import AcknowledgeAlarm, ReleaseHold, StageCommand
from tests.console.desk import Desk, at_desk
from tests.console.scenes import Scene
from tests.console.test_actions import full_catalogue, full_snapshot

KNOWN = Known(full_catalogue(), full_snapshot())


@pytest.mark.parametrize(
    ("line", "line_after", "choices"),
    [
        (":wai", ":waive ", ("waive",)),
        (":w", ":w", ("waive", "withdraw")),
        (":wi", ":withdraw ", ("withdraw",)),
        (":vote la", ":vote la", ("launch_commit", "landing_commit")),
        (":vote lau", ":vote launch_commit ", ("launch_commit",)),
        (":VOTE LAU", ":VOTE launch_commit ", ("launch_commit",)),
        (":vote launch_commit n", ":vote launch_commit nogo ", ("nogo",)),
        (":vote launch_commit ", ":vote launch_commit ", ("go", "nogo")),
        (":recycle ", ":recycle t_minus_", ("t_minus_5", "t_minus_1")),
        (":ack ", ":ack deck_roll ", ("deck_roll",)),
        (":shelve deck_f", ":shelve deck_fire ", ("deck_fire",)),
        (":unshelve ", ":unshelve gust ", ("gust",)),
        (":give ", ":give console-2 ", ("console-2",)),
        (":check ", ":check barge.wind.mean ", ("barge.wind.mean",)),
        (":enter barge.d", ":enter barge.deck.clear ", ("barge.deck.clear",)),
        (":stage div", ":stage divert ", ("divert",)),
        (":div", ":divert ", ("divert",)),
        (":copy boa", ":copy board ", ("board",)),
        (":strip heave", ":strip heave", ("barge.deck.heave", "barge.deck.heave_rate")),
        (":hold gus", ":hold gus", ()),
        (":nothing x", ":nothing x", ()),
        ("KX4", "KX4", ()),
        ("", "", ()),
    ],
)
def test_tab_completes_as_far_as_it_is_certain(
    line: str, line_after: str, choices: tuple[str, ...]
) -> None:
    found = completed(line, KNOWN)
    assert (found.line, found.choices) == (line_after, choices)


def test_every_verb_is_completed_from_its_word() -> None:
    assert "scrub" in completed(":", KNOWN).choices
    assert "divert" in completed(":", KNOWN).choices


def test_a_hint_names_the_usage_and_counts_what_it_does_not_name() -> None:
    hint = completed(":strip ", KNOWN).hint
    assert hint.startswith(":strip PARAMETER   ")
    left_out = len(KNOWN.catalogue.parameters) - HINTED
    assert hint.endswith(f"and {left_out} more")


def test_the_palette_finds_every_line_in_which_all_words_occur() -> None:
    found = [entry.line for entry in palette_for("vote nogo", KNOWN).found]
    assert found == [":vote launch_commit nogo", ":vote landing_commit nogo"]
    assert palette_for("no such thing", KNOWN).chosen is None


def test_the_palette_has_every_command_and_says_what_is_whole() -> None:
    entries = {entry.line: entry for entry in palette_for("", KNOWN).found}
    for line in (":divert", ":abort", ":release", ":take", ":ack deck_roll", ":page links"):
        assert entries[line].whole, line
    for line in (":waive deck_roll", ":scrub", ":recycle t_minus_5", ":enter barge.deck.clear"):
        assert not entries[line].whole, line


def test_the_palette_stages_a_command_that_is_called_like_a_verb() -> None:
    """`:hold` alone stops the count and sends the vehicle nothing."""
    catalogue = full_catalogue()
    hold = replace(catalogue.commands[0], id="hold", title="HOLD")
    known = Known(replace(catalogue, commands=(hold,)), full_snapshot())
    purposes = {entry.line: entry.purpose for entry in palette_for("", known).found}
    assert purposes[":stage hold"].startswith("HOLD (")
    assert purposes[":hold"] == "stop the T clock"


def test_the_cursor_of_the_palette_stops_at_both_ends() -> None:
    palette = palette_for("vote", KNOWN)
    assert palette.moved(-3).row == 0
    assert palette.moved(99).row == len(palette.found) - 1
    assert palette_for("no such thing", KNOWN).moved(1).row == 0


# --- On the screen ---


def told(desk: Desk) -> str:
    return desk.screen.rpartition("─ COMMAND ")[2]


def test_a_hint_stands_beside_the_line_and_tab_completes_it() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(full_catalogue(), full_snapshot())
        await desk.pilot.press(*":vote")
        await desk.pilot.press("space", "l", "a", "u")
        assert ":vote GATE go|nogo   launch_commit" in told(desk)
        await desk.pilot.press("tab")
        assert "CMD > :vote launch_commit █" in told(desk)

    at_desk(scenario)


def test_the_palette_narrows_takes_and_leaves() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(full_catalogue(), full_snapshot())
        await desk.pilot.press("ctrl+p")
        await desk.settle()
        assert "─ PALETTE " in desk.screen
        assert "─ GO / NO-GO " in desk.screen
        await desk.pilot.press(*"divert")
        await desk.settle()
        assert "▸ :divert" in desk.screen
        await desk.pilot.press("enter")
        assert desk.client.acts == [StageCommand("divert")]
        await desk.settle()
        assert "─ PALETTE " not in desk.screen
        await desk.pilot.press("ctrl+p", *"release", "escape")
        await desk.settle()
        assert "─ PALETTE " not in desk.screen
        assert desk.client.acts == [StageCommand("divert")]
        await desk.pilot.press("ctrl+p", *"scrub", "enter")
        assert "CMD > :scrub █" in told(desk)

    at_desk(scenario)


def test_the_palettes_cursor_moves_by_keys() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(full_catalogue(), full_snapshot())
        await desk.pilot.press("ctrl+p", *"vote", "down", "down", "up")
        await desk.settle()
        assert "▸ :vote launch_commit nogo" in desk.screen

    at_desk(scenario, (80, 24))


def test_lines_typed_before_come_back() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(full_catalogue(), full_snapshot())
        await desk.types(":release")
        await desk.types(":hold wind")
        await desk.pilot.press("up", "up")
        assert "CMD > :release█" in told(desk)
        await desk.pilot.press("enter")
        assert desk.client.acts[-1] == ReleaseHold()
        await desk.pilot.press("up", "down")
        assert "CMD > █" in told(desk)

    at_desk(scenario)


def test_a_list_has_a_cursor_and_enter_opens_what_it_is_on() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(full_catalogue(), full_snapshot())
        await desk.pilot.press("f7", "down", "down", "enter")
        await desk.settle()
        chosen = full_catalogue().criteria[1].title
        assert desk.app.session.selection.page == "criterion"
        assert chosen in desk.screen
        await desk.pilot.press("f4", "down", "enter")
        assert "CMD > :ack " in told(desk)

    at_desk(scenario)


def test_a_search_narrows_as_it_is_typed_and_escape_ends_it() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(full_catalogue(), full_snapshot())
        await desk.pilot.press("f5", "slash", *"heave")
        await desk.settle()
        assert "barge.deck.heave_rate" in desk.screen
        assert "nav.pitch" not in desk.screen
        await desk.pilot.press("enter")
        assert desk.app.session.selection.search == "heave"
        await desk.pilot.press("escape")
        assert desk.app.session.selection.search == ""
        assert desk.app.session.selection.page == "parameters"

    at_desk(scenario)


def test_the_acknowledge_key_takes_the_first_alarm_or_the_one_under_the_cursor() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(full_catalogue(), full_snapshot())
        await desk.pilot.press("ctrl+k")
        assert desk.client.acts == [AcknowledgeAlarm("deck_roll")]
        await desk.pilot.press("f4", "end", "ctrl+k")
        assert desk.client.acts[-1] == AcknowledgeAlarm(desk.app.session.selection.alarm)

    at_desk(scenario)


def test_escape_goes_from_the_nearest_to_the_farthest() -> None:
    session = Session("FD")
    session.receive(full_catalogue(), 0)
    session.receive(Scene().snapshot(), 0)
    session.open_palette()
    assert session.escape() is None
    assert session.line.palette is None
    assert session.escape() == ShowPage("main")


def line_typed(given: str, *typed: str) -> str:
    line = CommandLine()
    line.give(given)
    for character in "".join(typed):
        line.type(character, KNOWN)
    return line.text


def test_a_colon_begins_anew_after_a_blank_on_a_search_and_on_a_line_that_nobody_typed() -> None:
    assert line_typed(":waive deck_roll ", ":hold") == ":hold"
    assert line_typed(":divert", ":hold") == ":hold"
    assert line_typed("", ":scrub ", ":hold") == ":hold"
    assert line_typed("", "/altitude", ":hold") == ":hold"


def test_a_colon_within_a_word_stays() -> None:
    assert line_typed("", ":seek T+1:30") == ":seek T+1:30"
    assert line_typed(":enter barge.wind.mean ", "6 m/s note at 14:00").endswith("note at 14:00")
