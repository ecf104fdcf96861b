"""The console as a terminal sees it: colours, the clipboard, and what it leaves behind."""

from __future__ import annotations

import base64
import re
import signal
from pathlib import Path

import pytest

from tests.console.terminal import console_on

TRUE_COLOUR = re.compile(rb"\x1b\[[\d;]*[34]8;2;")
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:[34]8;[\d;]+|[34][0-7]|9[0-7]|10[0-7])(?:;\d+)*m")
INDEXED = re.compile(rb"[34]8;5;\d+")


def test_a_terminal_of_256_colours_gets_no_other() -> None:
    with console_on("nogo") as terminal:
        terminal.awaits("DECK")
        assert INDEXED.search(terminal.painted)
        assert not TRUE_COLOUR.search(terminal.painted)


def test_where_no_colour_is_wanted_none_is_sent() -> None:
    with console_on("nogo", NO_COLOR="1") as terminal:
        terminal.awaits("NO-GO")
        terminal.awaits("DECK")
        assert not COLOUR.search(terminal.painted)


def test_a_panel_is_copied_as_text_through_the_terminal() -> None:
    with console_on("nogo") as terminal:
        terminal.awaits("DECK")
        terminal.press(":copy board\r")
        terminal.awaits("copied as text")
        found = re.search(rb"\x1b\]52;c;([^\x07]+)\x07", terminal.painted)
        assert found is not None
        copied = base64.b64decode(found[1]).decode()
        assert copied.startswith("─ GO / NO-GO ")
        assert "◆ deck roll" in copied


def test_the_screen_is_saved_as_a_picture_that_fetches_nothing(tmp_path: Path) -> None:
    file = tmp_path / "screen.svg"
    with console_on("nogo") as terminal:
        terminal.awaits("DECK")
        terminal.press(f":screenshot {file}\r")
        terminal.awaits("screen saved in")
        terminal.press(f":screenshot {file}\r")
        terminal.awaits("not saved: file exists")
    svg = file.read_text()
    assert "deck roll" in svg.replace("&#160;", " ")
    assert re.findall(r"https?://[^\"'\s)]+", svg) == ["http://www.w3.org/2000/svg"]


def test_leaving_gives_the_terminal_back() -> None:
    with console_on("nominal") as terminal:
        terminal.press("\x11")
        assert terminal.ended() == 0
        assert b"\x1b[?1049l" in terminal.painted
        assert b"\x1b[?25h" in terminal.painted


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGTERM])
def test_a_console_whose_terminal_is_gone_does_not_live_on(how: signal.Signals) -> None:
    with console_on("nominal") as terminal:
        terminal.awaits("DECK")
        terminal.process.send_signal(how)
        assert terminal.ended() == 1


def test_not_even_where_the_terminal_takes_no_more_bytes() -> None:
    with console_on("nominal") as terminal:
        terminal.awaits("DECK")
        terminal.stop_reading()
        terminal.process.send_signal(signal.SIGHUP)
        assert terminal.ended() == 1
