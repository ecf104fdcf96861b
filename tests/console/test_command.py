"""The command panel: what is typed, what will be sent, why not, and which key does what."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace

from gcs.clock import SECOND_NS
from gcs.console.keymap import DEFAULT_KEYMAP, DEFAULT_KEYS, Keymap
from gcs.console.panels.command import MOST_READ_BACK, command, read_back_rows
from gcs.console.panels.rows import text_width
from gcs.console.picture import Picture
from gcs.console.theme import Line
from gcs.messages import CommandState, CommandStatus, StagedStatus
from tests.console.moments import moment
from tests.console.scenes import Scene

HERE = "console-1"


def pictured(scene: Scene, **changes: object) -> Picture:
    base = moment("nominal")
    model = dataclasses.replace(base.model, snapshot=scene.snapshot())
    return dataclasses.replace(base, model=model, **changes)  # type: ignore[arg-type]


def rows_of(scene: Scene) -> int:
    """The rows that what is staged takes on this console."""
    return read_back_rows(pictured(scene))


def panel(scene: Scene, width: int = 120, height: int = 4, **changes: object) -> list[str]:
    """The panel's rows as text; each exactly as wide as the panel."""
    lines: list[Line] = command(pictured(scene, **changes), width, height)
    assert len(lines) <= height
    assert all(text_width(line) == width for line in lines)
    return ["".join(span.text for span in line).rstrip() for line in lines]


def staged(*readback: str) -> Scene:
    scene = Scene()
    scene.staged = (
        StagedStatus(
            "divert", "KX4", scene.now_ns + 12 * SECOND_NS, HERE, "FD", "anna", readback=readback
        ),
    )
    return scene


def test_a_read_back_tells_who_what_and_what_it_takes() -> None:
    scene = staged("MAV_CMD 31010 to fc_a", "holds: landing.mode == 4")
    rows = panel(scene, height=4 + rows_of(scene))
    assert rows[1].endswith("type  KX4  and Enter within 12.0 s · Esc cancels")
    assert rows[2] == " ◆ DIVERT staged by FD (anna)"
    assert rows[3:5] == ["   MAV_CMD 31010 to fc_a", "   holds: landing.mode == 4"]


def test_what_another_console_staged_is_read_back_and_says_who_confirms_it() -> None:
    scene = staged("MAV_CMD 31010 to fc_a")
    scene.staged = (replace(scene.staged[0], console="console-2"),)
    rows = panel(scene, height=4 + rows_of(scene), hint="a hint")
    assert rows[1] == " CMD > █  a hint"
    assert rows[2] == " ◆ DIVERT staged by FD (anna) · console-2 confirms it within 12.0 s"
    assert rows[3] == "   MAV_CMD 31010 to fc_a"


def test_of_two_persons_the_second_reads_the_code_and_the_first_waits() -> None:
    scene = staged()
    mine = replace(scene.staged[0], two_person=True)
    scene.staged = (mine,)
    assert panel(scene, height=5)[2] == (
        " ◆ DIVERT staged by FD (anna) · another person confirms it within 12.0 s · Esc cancels"
    )
    scene.staged = (replace(mine, console="console-2"),)
    assert panel(scene, height=5)[1].endswith("type  KX4  and Enter within 12.0 s")


def test_what_is_staged_here_comes_first_and_what_others_staged_has_a_row_each() -> None:
    scene = staged("MAV_CMD 31010 to fc_a")
    (mine,) = scene.staged
    other = replace(mine, command="abort", code="Q7Z", console="console-2", position="GNC")
    both = replace(other, command="launch", code="W3X", console="console-3", two_person=True)
    scene.staged = (both, mine, other)
    assert rows_of(scene) == 4
    rows = panel(scene, height=4 + rows_of(scene))
    assert "type  KX4  and Enter" in rows[1]
    assert rows[2] == " ◆ DIVERT staged by FD (anna)"
    assert "LAUNCH staged by GNC (anna) · type W3X and Enter within 12.0 s" in rows[4]
    assert "ABORT staged by GNC (anna) · console-2 confirms it within 12.0 s" in rows[5]
    scene.staged = (both, other)
    assert "type  W3X  and Enter" in panel(scene, height=8)[1]


def test_a_long_read_back_says_that_there_is_more() -> None:
    scene = staged(*(f"line {number}" for number in range(30)))
    assert rows_of(scene) == MOST_READ_BACK
    rows = panel(scene, height=4 + MOST_READ_BACK)
    told = [row for row in rows if row.startswith("   line ")]
    assert len(told) == MOST_READ_BACK - 2
    assert f"… {30 - len(told)} more lines: see the commands page" in "\n".join(rows)


def test_nothing_is_read_back_where_nothing_is_staged() -> None:
    assert rows_of(Scene()) == 0


def test_what_the_station_reads_back_is_shown_harmless() -> None:
    rows = panel(staged("\x1b[31mred", "x" * 500), height=7)
    assert "   \\x1b[31mred" in rows
    assert any(row.endswith("…") for row in rows)


@pytest.mark.parametrize("height", range(1, 8))
def test_at_every_height_the_command_line_is_there(height: int) -> None:
    rows = panel(staged("one", "two"), height=height, typed="kx")
    assert any("CMD > kx█" in row for row in rows)


def test_a_refusal_is_marked_and_an_answer_is_not() -> None:
    assert "■ LAUNCH refused: no" in panel(Scene(), answer="LAUNCH refused: no", refused=True)[1]
    assert "■" not in panel(Scene(), answer="released")[1]


def test_an_answer_moves_down_while_a_hint_or_a_code_needs_the_line() -> None:
    for scene, hint in ((Scene(), ":vote GATE go|nogo"), (staged(), "")):
        rows = panel(scene, height=5, answer="the code is another one", refused=True, hint=hint)
        line = next(place for place, row in enumerate(rows) if "CMD >" in row)
        assert "another one" not in rows[line]
        assert any("■ the code is another one" in row for row in rows[line + 1 :])


@pytest.mark.parametrize(
    ("state", "verified", "word"),
    [
        (CommandState.SENT, (), "not verified"),
        (CommandState.ACKNOWLEDGED, (), "not verified"),
        (CommandState.VERIFIED, ("fc_a", "fc_b"), "VERIFIED (echoed by fc_a, fc_b)"),
        (CommandState.TIMED_OUT, ("fc_a",), "not verified (echoed by fc_a)"),
    ],
)
def test_an_echo_alone_is_not_called_verified(
    state: CommandState, verified: tuple[str, ...], word: str
) -> None:
    status = CommandStatus(7, "divert", state, 1, Scene().now_ns, 2, (), verified, "", "FD")
    (row,) = [row for row in panel(Scene(commands=(status,)), 160) if "last: #7" in row]
    assert f"by FD x2 · received by nobody yet · {word}" in row


def test_a_command_that_was_refused_was_not_sent() -> None:
    status = CommandStatus(7, "divert", CommandState.REFUSED, 1, 0, 0, (), (), "too late")
    assert any("#7 DIVERT ◆ REFUSED not sent" in row for row in panel(Scene(commands=(status,))))


@pytest.mark.parametrize("width", [80, 120, 160, 300])
def test_the_keys_are_as_mapped_and_none_is_cut_in_two(width: int) -> None:
    (row,) = panel(Scene(), width)[-1:]
    assert "…" not in row
    assert "F1 help" in row
    assert "F12 abort (2x)" in row
    remapped = Keymap({**DEFAULT_KEYS, "help": ("alt+h",), "abort": ("f9",), "count": ("f12",)})
    (row,) = panel(Scene(), width, keymap=remapped)[-1:]
    assert "Alt+H help" in row
    assert "F9 abort (2x)" in row


def test_on_a_wide_screen_every_page_is_named() -> None:
    (row,) = panel(Scene(), 300)[-1:]
    assert "^D deck" in row
    assert DEFAULT_KEYMAP.shown("deck") == "^D"
