"""The console's screen: one paint tick, panels that repaint what changed, a command line.

Snapshots arrive at any rate and only replace the last one; ten times a second the
newest is drawn. Keys edit one line or choose a page; every act goes to the station
as an Intent, and what comes of it is read from the next Snapshot.
"""

from __future__ import annotations

import sys
from contextlib import aclosing
from typing import ClassVar

from textual import events as keys
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from gcs.clock import Clock, ScaledClock
from gcs.console.actions import ChartParameter, Quit, Request, ShowPage, described
from gcs.console.client import ConsoleClient
from gcs.console.format import escaped
from gcs.console.panel import Panel
from gcs.console.panels.board import board
from gcs.console.panels.command import command
from gcs.console.panels.deck import deck
from gcs.console.panels.events import events
from gcs.console.panels.header import BEATS, header
from gcs.console.panels.help import help_page
from gcs.console.panels.links import links
from gcs.console.panels.profile import profile
from gcs.console.panels.readings import barge, barge_page, vehicle, vehicle_page, vitals
from gcs.console.panels.rows import Builder
from gcs.console.panels.strips import strips
from gcs.console.session import Session
from gcs.console.summary import summary_lines
from gcs.messages import Act

PAINT_S = 0.1
SLOW = 3
"""Paints from one drawing of numbers to the next: faster than 3 Hz they only flicker."""

CHART = 5
PLOT = 2
"""Paints from one drawing of a plot to the next: 5 Hz."""

WHOLE_BEATS = 50
"""Paints from one full repaint to the next: mends a terminal that something else wrote to."""

SMALLEST = (80, 24)
MEDIUM = (110, 34)
LARGE = (150, 44)

_PAGES: dict[str, Builder] = {
    "board": board,
    "vehicle": vehicle_page,
    "barge": barge_page,
    "links": links,
    "events": events,
    "strips": strips,
    "profile": profile,
    "deck": deck,
    "help": help_page,
}
_PAGE_KEYS = {
    "f1": "help",
    "f2": "main",
    "f3": "events",
    "f4": "vehicle",
    "f5": "barge",
    "f6": "links",
    "f7": "board",
    "f8": "strips",
    "f9": "profile",
    "f10": "deck",
}


def run_console(address: str, position: str = "FD") -> int:
    """Show the station at `address` until its run ends or the operator leaves.

    Returns the run's own exit code, 0 where the operator left first. ValueError
    on a malformed address. Prints the summary of a finished run.
    """
    app = ConsoleApp(ConsoleClient(address, position), position)
    app.run(mouse=False)
    sys.stdout.write("".join(f"{line}\n" for line in app.last_words()))
    return app.return_code or 0


class ConsoleApp(App[None]):
    """The screen of one console."""

    CSS_PATH = "landfall.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"page('{page}')", show=False) for key, page in _PAGE_KEYS.items()),
        Binding("f12", "abort", show=False),
        Binding("enter", "submit", show=False),
        Binding("escape", "escape", show=False),
        Binding("backspace", "erase", show=False),
        Binding("ctrl+q", "quit", show=False, priority=True),
    ]

    def __init__(self, client: ConsoleClient, position: str, wall: Clock | None = None) -> None:
        super().__init__()
        self._client = client
        self._wall = wall or ScaledClock.started_now()
        self._session = Session(position)
        self._beat = 0
        self._whole = True
        self._noticed = ""

    def compose(self) -> ComposeResult:
        """All panels of all sizes; the style sheet shows those that a size has room for."""
        yield Static("", id="notice", markup=False)
        yield Panel(header, "header")
        with Container(id="main"):
            with Container(id="left"):
                yield Panel(vehicle, "vehicle", SLOW)
                yield Panel(barge, "barge", SLOW)
                yield Panel(links, "links", SLOW)
                yield Panel(vitals, "vitals", SLOW)
            with Container(id="middle"):
                yield Panel(profile, "profile", PLOT)
                yield Panel(deck, "deck", PLOT)
                yield Panel(strips, "strips", CHART)
            with Container(id="right"):
                yield Panel(board, "board")
                yield Panel(events, "events")
        yield Panel(help_page, "page", SLOW)
        yield Panel(command, "command")

    def on_mount(self) -> None:
        """Start to listen and to paint."""
        self.run_worker(self._listen(), name="station")
        self.set_interval(PAINT_S, self.paint)

    async def _listen(self) -> None:
        async with aclosing(self._client.updates()) as updates:
            async for update in updates:
                self._session.receive(update, self._wall.now_ns())
        farewell = self._session.farewell
        self.exit(return_code=farewell.exit_code if farewell is not None else 0)

    def paint(self, whole: bool = False) -> None:
        """Draw the newest Snapshot; only rows that changed reach the terminal.

        `whole` draws every panel now, whatever its own pace.
        """
        self._beat += 1
        picture = self._session.picture(self._wall.now_ns(), self._beat)
        notice = self._notice(attached=picture is not None)
        if notice != self._noticed:
            self._noticed = notice
            self.screen.set_class(bool(notice), "noticed")
            self.query_one("#notice", Static).update(notice)
            self._repaint()
        if picture is None or notice:
            return
        whole = whole or self._whole or self._beat % WHOLE_BEATS == 0
        self._whole = False
        for panel in self.query(Panel):
            panel.show(picture, self._beat, whole)

    def _notice(self, attached: bool) -> str:
        """What stands in place of the panels, if anything."""
        width, height = self.size
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return f"terminal too small: {width}x{height}, at least {SMALLEST[0]}x{SMALLEST[1]}"
        if attached:
            return ""
        beat = BEATS[self._beat % len(BEATS)]
        return f"▼ NO STATION {beat} {escaped(self._session.detached, 300)}\n\n^Q leaves"

    def on_resize(self, event: keys.Resize) -> None:
        """Choose the layout for the terminal's size."""
        large = event.size.width >= LARGE[0] and event.size.height >= LARGE[1]
        medium = event.size.width >= MEDIUM[0] and event.size.height >= MEDIUM[1]
        self.screen.set_class(medium and not large, "medium")
        self.screen.set_class(not medium, "small")
        self._repaint()

    def on_key(self, event: keys.Key) -> None:
        """Printable characters go to the command line; none of them acts by itself."""
        if event.is_printable and event.character:
            self._session.type(event.character)
            self._paint_command()

    def on_paste(self, event: keys.Paste) -> None:
        """A paste is typed as one line; it never submits itself."""
        for character in event.text:
            if character.isprintable():
                self._session.type(character)
        self._paint_command()

    def action_page(self, page: str) -> None:
        """Show a page, or the main one."""
        self._show_page(page)

    def action_submit(self) -> None:
        """Act on the typed line."""
        self._request(self._session.submit())

    def action_escape(self) -> None:
        """Clear the line, cancel what is staged, or go back to the main page."""
        idle = not self._session.typed
        request = self._session.escape()
        self._request(request)
        if idle and request is None:
            self._show_page("main")

    def action_erase(self) -> None:
        """Take back one character."""
        self._session.erase()
        self._paint_command()

    def action_abort(self) -> None:
        """Stage the abort; the second time, confirm it."""
        self._request(self._session.abort())

    def _request(self, request: Request | None) -> None:
        match request:
            case None:
                pass
            case ShowPage(page):
                self._show_page(page)
            case ChartParameter(index):
                self._session.chart(index)
                self._repaint()
            case Quit():
                self.exit(return_code=0)
            case _:
                self._send(request)
        self._paint_command()

    def _send(self, act: Act) -> None:
        snapshot = self._session.snapshot
        sent = snapshot is not None and self._client.send(act, snapshot)
        outcome = "sent to the station" if sent else "NOT sent: no station"
        self._session.answer = f"{described(act)} {outcome}"

    def _show_page(self, page: str) -> None:
        builder = _PAGES.get(page)
        self.screen.set_class(builder is not None, "paged")
        if builder is not None:
            self.query_one("#page", Panel).replace_builder(builder)
        self._repaint()

    def _repaint(self) -> None:
        """Draw everything as soon as the new layout has its sizes."""
        self._whole = True
        self.call_after_refresh(self.paint)

    def _paint_command(self) -> None:
        """Show a key at once rather than at the next paint."""
        picture = self._session.picture(self._wall.now_ns(), self._beat)
        if picture is not None:
            self.query_one("#command", Panel).show(picture, 0)

    def last_words(self) -> list[str]:
        """The summary of the run, where it ended while this console watched."""
        model = self._session.model(self._wall.now_ns())
        if model is None or self._session.farewell is None:
            return []
        return list(summary_lines(model, self._session.farewell))
