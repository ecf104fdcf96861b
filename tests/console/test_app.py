"""The whole screen, flown by keys, at the three sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcs.clock import SECOND_NS
from gcs.console.client import Detached
from gcs.console.keymap import DEFAULT_KEYS, Keymap
from gcs.console.protocol import (
    Control,
    Farewell,
    HistoryQuery,
    Playback,
    PlaybackAct,
    Refused,
)
from gcs.console.settings import Settings
from gcs.messages import (
    Act,
    CancelCommand,
    ConfirmCommand,
    CriterionState,
    GateState,
    HoldCount,
    ReleaseHold,
    RevokeWaiver,
    StageCommand,
    StagedStatus,
    Vote,
    Waive,
)
from tests.console.desk import Desk, at_desk
from tests.console.flown import landing_burn, scene_at
from tests.console.scenes import EPOCH_NS, Scene, catalogue, column, replayed
from tests.console.screens import assert_looks_like

SIZES = [(160, 50), (120, 40), (80, 24)]


def own(command: str, code: str, scene: Scene) -> StagedStatus:
    """What this console staged just now."""
    return StagedStatus(command, code, scene.now_ns + 15 * SECOND_NS, "", "FD")


@pytest.mark.parametrize(
    ("line", "act"),
    [
        (":commit", StageCommand("landing_commit")),
        (":divert", StageCommand("divert")),
        (":abort", StageCommand("abort")),
        (":hold gusts", HoldCount("gusts")),
        (":release", ReleaseHold()),
        (":vote landing_commit go", Vote("landing_commit", go=True)),
        (":vote landing_commit nogo", Vote("landing_commit", go=False)),
        (":waive waves 3 m 90 s calming", Waive("waves", "calming", 90_000_000_000, "3 m")),
        (":unwaive waves", RevokeWaiver("waves")),
    ],
)
def test_a_typed_line_sends_its_act_and_says_so(line: str, act: Act) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        await desk.types(line)
        assert desk.client.acts == [act]
        assert "sent to the station" in desk.screen

    at_desk(scenario)


def test_a_dangerous_command_is_staged_read_back_and_confirmed_by_its_code() -> None:
    async def scenario(desk: Desk) -> None:
        scene = Scene()
        await desk.says(catalogue(), scene.snapshot())
        await desk.types(":divert")
        scene.staged = (own("divert", "KX4", scene),)
        await desk.says(scene.snapshot())
        assert "type  KX4  and Enter within 15.0 s" in desk.screen
        assert "◆ DIVERT staged by FD" in desk.screen
        await desk.types("kx4")
        assert desk.client.acts == [StageCommand("divert"), ConfirmCommand("KX4")]
        scene.staged = ()
        await desk.says(scene.snapshot())
        assert "staged by" not in desk.screen

    at_desk(scenario)


def test_no_bare_letter_acts_and_escape_cancels_what_is_staged() -> None:
    async def scenario(desk: Desk) -> None:
        scene = Scene()
        await desk.says(catalogue(), scene.snapshot())
        await desk.types("divert")
        assert desk.client.acts == []
        assert "a command begins with `:`" in desk.screen
        scene.staged = (own("divert", "KX4", scene),)
        await desk.says(scene.snapshot())
        await desk.pilot.press("K", "escape")
        assert desk.client.acts == []
        await desk.pilot.press("escape")
        assert desk.client.acts == [CancelCommand()]

    at_desk(scenario)


def test_abort_is_two_presses_of_one_key() -> None:
    async def scenario(desk: Desk) -> None:
        scene = Scene()
        await desk.says(catalogue(), scene.snapshot())
        await desk.pilot.press("f12")
        scene.staged = (own("abort", "Q7Z", scene),)
        await desk.says(scene.snapshot())
        await desk.pilot.press("f12")
        assert desk.client.acts == [StageCommand("abort"), ConfirmCommand("Q7Z")]

    at_desk(scenario)


def test_an_act_that_no_station_takes_says_so() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        desk.client.attached = False
        await desk.types(":divert")
        assert "stage divert NOT sent: no station" in desk.screen

    at_desk(scenario)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("f1", "─ HELP "),
        ("f3", "─ EVENTS "),
        ("ctrl+v", "─ VEHICLE XZY-1 · all sources"),
        ("ctrl+g", "─ BARGE ATLAS · all sources"),
        ("f6", "─ LINKS "),
        ("f7", "─ GO / NO-GO "),
        ("f8", "─ STRIP altitude"),
    ],
)
def test_every_page_opens_by_its_key_and_escape_goes_back(
    key: str, title: str, size: tuple[int, int]
) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        await desk.pilot.press(key)
        await desk.settle()
        assert any(row.startswith(title) for row in desk.screen.splitlines())
        await desk.pilot.press("escape")
        await desk.settle()
        assert "LANDING COMMIT verdict" in desk.screen

    at_desk(scenario, size)


def test_the_screen_follows_the_terminals_size_and_says_when_it_is_too_small() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        for width, height, has, lacks in (
            (80, 24, "─ VITALS", "─ LINKS"),
            (79, 24, "terminal too small: 79x24, at least 80x24", "GO / NO-GO"),
            (120, 40, "─ LINKS", "─ STRIP"),
            (160, 50, "─ STRIP", "too small"),
        ):
            await desk.pilot.resize_terminal(width, height)
            await desk.settle()
            await desk.settle()
            assert has in desk.screen
            assert lacks not in desk.screen

    at_desk(scenario)


def test_no_station_a_silent_station_and_a_lost_one_look_different() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.settle()
        assert "▼ NO STATION" in desk.screen
        await desk.says(catalogue(), Scene().snapshot())
        assert "● all 24 GO" in desk.screen
        desk.wall.advance_to(5 * SECOND_NS)
        await desk.settle()
        assert "▼ STATION SILENT for 4.0 s" in desk.screen
        await desk.says(Detached("connection reset"))
        assert "▼ STATION LOST: connection reset" in desk.screen
        assert "● all" not in desk.screen
        await desk.says(catalogue(), Scene(sequence=2).snapshot())
        assert "● all 24 GO" in desk.screen

    at_desk(scenario)


def test_an_ordinary_paint_redraws_the_rows_that_changed() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        rolling = Scene(
            landing=GateState.NO_GO,
            blocking=("deck_roll",),
            criteria={"deck_roll": (CriterionState.NO_GO, "deck roll 3.4 deg, limit 3.0 deg")},
        )
        desk.client.said.put_nowait(rolling.snapshot())
        await desk.client.said.join()
        desk.app.paint()
        await desk.pilot.pause()
        assert "◆ deck roll" in desk.screen
        assert "▼ NO-GO closes in 18.0 s" in desk.screen

    at_desk(scenario)


def test_the_console_ends_with_the_run_and_leaves_its_summary() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        await desk.says(Farewell(3, "diverted to open water"))

    desk = at_desk(scenario)
    assert desk.app.return_code == 3
    assert "outcome  diverted to open water (exit 3)" in desk.app.last_words()


def test_leaving_early_is_no_failure_and_claims_no_outcome() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        await desk.pilot.press("ctrl+q")

    desk = at_desk(scenario)
    assert desk.app.return_code == 0
    assert desk.app.last_words() == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(("key", "page"), [("ctrl+f", "profile"), ("ctrl+d", "deck")])
def test_profile_and_deck_are_pages_of_their_own(
    key: str, page: str, size: tuple[int, int]
) -> None:
    async def scenario(desk: Desk) -> None:
        path = [scene_at(second).snapshot() for second in range(0, 104, 2)]
        await desk.says(catalogue(), *path, landing_burn().snapshot())
        await desk.pilot.press(key)
        await desk.settle()
        assert_looks_like(desk.app, f"{page}-{size[0]}x{size[1]}")

    at_desk(scenario, size)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_landing_is_seen_on_the_main_screen(size: tuple[int, int]) -> None:
    async def scenario(desk: Desk) -> None:
        path = [scene_at(second).snapshot() for second in range(0, 104, 2)]
        await desk.says(catalogue(), *path, landing_burn().snapshot())
        assert_looks_like(desk.app, f"landing-{size[0]}x{size[1]}")

    at_desk(scenario, size)


# --- Keys, focus, copy, pictures ---


def test_keys_of_ones_own_replace_the_given_ones() -> None:
    keys = Keymap({**DEFAULT_KEYS, "links": ("f2",), "main": ("f6",), "quit": ("alt+x",)})

    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        assert "F6 main" in desk.screen
        assert "Alt+X quit" in desk.screen
        await desk.pilot.press("f2")
        assert desk.app.session.selection.page == "links"
        await desk.pilot.press("f6")
        assert desk.app.session.selection.page == "main"
        await desk.pilot.press("ctrl+q", "ctrl+c")
        assert desk.app.is_running
        await desk.pilot.press("alt+x")

    desk = at_desk(scenario, settings=Settings(keymap=keys))
    assert desk.app.return_code == 0


def test_tab_on_an_empty_line_moves_the_focus_and_help_is_about_it() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        await desk.pilot.press("tab", "tab")
        await desk.settle()
        assert "═ BARGE ATLAS" in desk.screen
        await desk.pilot.press("shift+tab")
        await desk.settle()
        assert "═ VEHICLE XZY-1" in desk.screen
        assert "═ BARGE" not in desk.screen
        await desk.pilot.press("f1")
        assert desk.app.session.selection.help_for == "vehicle"

    at_desk(scenario)


def test_the_focus_goes_through_the_panels_in_view_and_ends_where_it_began() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        seen = []
        for _ in range(3):
            await desk.pilot.press("tab")
            seen.append(desk.app.session.selection.focus)
        assert seen == ["vitals", "board", ""]

    at_desk(scenario, (80, 24))


def test_the_panel_in_focus_the_page_or_a_named_panel_is_copied_as_text() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        await desk.types(":copy board")
        assert desk.app.clipboard.startswith("─ GO / NO-GO ")
        await desk.pilot.press("tab", "ctrl+y")
        assert desk.app.clipboard.startswith("═ VEHICLE XZY-1")
        await desk.pilot.press("f6")
        await desk.settle()
        await desk.pilot.press("ctrl+y")
        assert desk.app.clipboard.startswith("─ LINKS ")
        assert "links copied as text" in desk.screen or await settled(desk, "links copied as text")
        await desk.types(":copy board")
        assert "board is not in view" in desk.screen

    at_desk(scenario)


async def settled(desk: Desk, text: str) -> bool:
    await desk.settle()
    return text in desk.screen


def test_a_picture_is_saved_once_and_a_place_that_cannot_hold_it_is_told(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        file = tmp_path / "screen.svg"
        await desk.types(f":screenshot {file}")
        assert "<svg" in file.read_text()
        await desk.types(f":screenshot {file}")
        assert "not saved: file exists" in desk.screen
        await desk.types(f":screenshot {tmp_path / 'nowhere' / 'x.svg'}")
        assert "not saved: no such file" in desk.screen

    at_desk(scenario)


def test_a_chosen_parameter_is_charted_and_its_past_asked_once() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        before = list(desk.client.asked)
        await desk.types(":strip barge.wind.gust")
        await desk.settle()
        gust = column("barge.wind.gust")
        assert [q for q in desk.client.asked if q not in before] == [HistoryQuery(gust)]
        assert "STRIP gust" in desk.screen

    at_desk(scenario)


@pytest.mark.parametrize(
    ("keys", "control"),
    [
        (("ctrl+t",), Control(PlaybackAct.PAUSE)),
        (("left",), Control(PlaybackAct.SKIP, -10.0)),
        (("shift+right",), Control(PlaybackAct.STEP, 1.0)),
        (("ctrl+right",), Control(PlaybackAct.NEXT)),
        ((*":speed", "space", "4", "enter"), Control(PlaybackAct.SPEED, 4.0)),
        ((*":seek", "space", *"T-1:30", "enter"), Control(PlaybackAct.SEEK, -90.0)),
        ((*":seek", "space", *"1:02:03.5", "enter"), Control(PlaybackAct.SEEK, 3723.5)),
        ((*":skip", "space", *"-5", "enter"), Control(PlaybackAct.SKIP, -5.0)),
        ((*":step", "enter"), Control(PlaybackAct.STEP, 1.0)),
        ((*":play", "enter"), Control(PlaybackAct.PLAY)),
        ((*":pause", "enter"), Control(PlaybackAct.PAUSE)),
        ((*":next", "enter"), Control(PlaybackAct.NEXT)),
        ((*":previous", "enter"), Control(PlaybackAct.PREVIOUS)),
    ],
    ids=lambda value: "".join(value) if isinstance(value, tuple) else "",
)
def test_a_replay_is_led_by_keys_and_words(keys: tuple[str, ...], control: Control) -> None:
    playing = Playback(EPOCH_NS, EPOCH_NS, EPOCH_NS, complete=True, playing=True, speed=1.0)

    async def scenario(desk: Desk) -> None:
        await desk.says(replayed(catalogue()), Scene().snapshot(), playing)
        await desk.pilot.press(*keys)
        assert desk.client.asked[-1] == control

    at_desk(scenario, (80, 24))


@pytest.mark.parametrize("line", [":speed 0", ":speed x", ":seek noon", ":skip", ":step 1.5"])
def test_a_replay_word_that_means_nothing_says_what_was_expected(line: str) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(replayed(catalogue()), Scene().snapshot())
        await desk.types(line)
        assert f"expected {line.split()[0]}" in desk.screen

    at_desk(scenario, (80, 24))


def test_nothing_is_commanded_in_a_replay() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(replayed(catalogue()), Scene().snapshot())
        await desk.types(":divert")
        assert "■ this is a replay: what happened cannot be changed" in desk.screen
        assert desk.client.acts == []

    at_desk(scenario)


def test_time_is_not_led_where_it_is_no_replay() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene().snapshot())
        asked = len(desk.client.asked)
        for keys in (("left",), (*":pause", "enter")):
            await desk.pilot.press(*keys)
            assert "this is no replay" in desk.screen or await settled(desk, "this is no replay")
        assert len(desk.client.asked) == asked

    at_desk(scenario)


def test_a_station_that_does_not_take_this_console_ends_it_with_the_reason() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(Refused("FD is not a position of anna"))

    desk = at_desk(scenario)
    assert desk.app.return_code == 2
    assert desk.app.last_words() == [
        "the station refused this console: FD is not a position of anna"
    ]


def test_a_stalled_source_and_a_stalled_station_look_different_and_neither_healthy() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.says(catalogue(), Scene(ages_s={"nav.altitude": 6.2}).snapshot())
        source = desk.screen
        assert "? altitude" in source
        assert "SILENT" not in source
        await desk.says(catalogue(), Scene(sequence=2).snapshot())
        desk.wall.advance_to(desk.wall.now_ns() + 3 * SECOND_NS)
        await desk.settle()
        assert "▼ STATION SILENT for 3.0 s" in desk.screen
        assert "rec ?" in desk.screen
        assert "● GO " not in desk.screen

    at_desk(scenario)
