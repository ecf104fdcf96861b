"""The command panel: what is typed, what will be sent, why not, and which key does what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gcs.clock import SECOND_NS
from gcs.console.keymap import DEFAULT_KEYMAP, DEFAULT_KEYS, Keymap
from gcs.console.panels.command import MOST_READ_BACK, command, read_back_rows
from gcs.console.panels.rows import text_width
from gcs.console.theme import Line
from gcs.messages import CommandState, CommandStatus, StagedStatus
from tests.console.moments import moment
from tests.console.scenes import Scene


def panel(scene: Scene, width: int = 120, height: int = 4, **changes: object) -> list[str]:
    """The panel's rows as text; each exactly as wide as the panel."""
    base = moment("nominal")
    model = replace(base.model, snapshot=scene.snapshot())
    lines: list[Line] = command(replace(base, model=model, **changes), width, height)  # type: ignore[arg-type]
    assert len(lines) <= height
    assert all(text_width(line) == width for line in lines)
    return ["".join(span.text for span in line).rstrip() for line in lines]


def staged(*readback: str) -> Scene:
    scene = Scene()
    scene.staged = StagedStatus(
        "divert", "KX4", scene.now_ns + 12 * SECOND_NS, "FD", "anna", readback
    )
    return scene


def test_a_read_back_tells_who_what_and_what_it_takes() -> None:
    scene = staged("MAV_CMD 31010 to fc_a", "holds: landing.mode == 4")
    rows = panel(scene, height=4 + read_back_rows(scene.snapshot()))
    assert rows[1].endswith("type  KX4  and Enter within 12.0 s · Esc cancels")
    assert rows[2] == " ◆ DIVERT staged by FD (anna)"
    assert rows[3:5] == ["   MAV_CMD 31010 to fc_a", "   holds: landing.mode == 4"]


def test_a_long_read_back_says_that_there_is_more() -> None:
    scene = staged(*(f"line {number}" for number in range(30)))
    assert read_back_rows(scene.snapshot()) == MOST_READ_BACK
    rows = panel(scene, height=4 + MOST_READ_BACK)
    told = [row for row in rows if row.startswith("   line ")]
    assert len(told) == MOST_READ_BACK - 2
    assert f"… {30 - len(told)} more lines: see the commands page" in "\n".join(rows)


def test_nothing_is_read_back_where_nothing_is_staged() -> None:
    assert read_back_rows(Scene().snapshot()) == 0


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
