"""A console that stops painting says so on the terminal, past its own event loop."""

from __future__ import annotations

from gcs.clock import SECOND_NS, ManualClock
from gcs.console.watchdog import STALLED_AFTER_NS, Watchdog


def watched() -> tuple[Watchdog, ManualClock, list[str]]:
    wall, said = ManualClock(SECOND_NS), list[str]()
    return Watchdog(wall, said.append), wall, said


def test_a_console_that_paints_says_nothing() -> None:
    watchdog, wall, said = watched()
    for _ in range(50):
        wall.advance_to(wall.now_ns() + STALLED_AFTER_NS)
        watchdog.look()
        assert not watchdog.painted()
    assert said == []


def test_a_stalled_console_says_for_how_long_over_its_own_header() -> None:
    watchdog, wall, said = watched()
    wall.advance_to(wall.now_ns() + STALLED_AFTER_NS + 1)
    watchdog.look()
    wall.advance_to(wall.now_ns() + SECOND_NS)
    watchdog.look()
    assert "▼ CONSOLE STALLED for 2 s: nothing here is current" in said[0]
    assert "▼ CONSOLE STALLED for 3 s" in said[1]
    assert said[0].startswith("\x1b7\x1b[1;1H")
    assert said[0].endswith("\x1b8")


def test_the_first_paint_after_a_stall_mends_the_screen_once() -> None:
    watchdog, wall, said = watched()
    wall.advance_to(wall.now_ns() + 2 * STALLED_AFTER_NS)
    watchdog.look()
    assert watchdog.painted()
    assert not watchdog.painted()
    watchdog.look()
    assert len(said) == 1


def test_its_thread_ends_when_told() -> None:
    watchdog, _, said = watched()
    watchdog.start()
    watchdog.stop()
    assert said == []
