"""The whole screen, flown by keys, at the three sizes."""

from __future__ import annotations

import pytest

from gcs.clock import SECOND_NS
from gcs.console.client import Detached
from gcs.console.protocol import Farewell
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
from tests.console.scenes import Scene, catalogue
from tests.console.screens import assert_looks_like

SIZES = [(160, 50), (120, 40), (80, 24)]


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
        scene.staged = StagedStatus("divert", "KX4", scene.now_ns + 15 * SECOND_NS, "FD")
        await desk.says(scene.snapshot())
        assert "type  KX4  and Enter within 15.0 s" in desk.screen
        assert "◆ DIVERT staged by FD" in desk.screen
        await desk.types("kx4")
        assert desk.client.acts == [StageCommand("divert"), ConfirmCommand("KX4")]
        scene.staged = None
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
        scene.staged = StagedStatus("divert", "KX4", scene.now_ns + 15 * SECOND_NS, "FD")
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
        scene.staged = StagedStatus("abort", "Q7Z", scene.now_ns + 15 * SECOND_NS, "FD")
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
