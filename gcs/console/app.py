"""The console's screen: one paint tick, panels that repaint what changed, a command line.

Snapshots arrive at any rate and only replace the last one; ten times a second the
newest is drawn. Keys edit one line, point at things or choose a page; every act goes
to the station as an Intent, and what comes of it is read from the next Snapshot.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from textual import events as keys
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Static

from gcs.clock import Clock, ScaledClock
from gcs.console.client import ConsoleClient
from gcs.console.format import escaped
from gcs.console.hangup import EXIT_HUNG_UP, HangUp
from gcs.console.layout import LAYOUTS, MAIN_PANELS, SMALLEST, layout_for, panels
from gcs.console.panel import Panel
from gcs.console.panels.command import read_back_rows
from gcs.console.panels.header import BEATS
from gcs.console.panels.views import VIEWS
from gcs.console.picture import Picture
from gcs.console.protocol import Control
from gcs.console.replaying import MOVES, control_words
from gcs.console.screenshot import save_picture
from gcs.console.session import Session
from gcs.console.settings import DEFAULT_SETTINGS, Settings
from gcs.console.summary import summary_lines
from gcs.console.themes import MONOCHROME
from gcs.console.verbs import (
    ChartParameter,
    CopyPanel,
    Quit,
    Request,
    SaveScreen,
    ShowPage,
)
from gcs.console.watchdog import Watchdog
from gcs.messages import Act

PAINT_S = 0.1
EXIT_REFUSED = 2
"""The station does not take this console."""

WHOLE_BEATS = 50
"""Paints from one full repaint to the next: mends a terminal that something else wrote to."""


def run_console(
    address: str,
    position: str = "FD",
    settings: Settings = DEFAULT_SETTINGS,
    person: str = "",
    token: str = "",
) -> int:
    """Show the station at `address` until its run ends or the operator leaves.

    Returns the run's own exit code, 0 where the operator left first, 2 where the station
    does not take this console. ValueError on a malformed address. Prints the summary of
    a finished run.
    """
    if os.environ.get("NO_COLOR"):
        settings = replace(settings, theme=MONOCHROME)
    client = ConsoleClient(address, position, person, token)
    wall = ScaledClock.started_now()
    watchdog = Watchdog(wall)
    hang_up = HangUp()
    app = ConsoleApp(client, position, wall, settings, watchdog, hang_up)
    watchdog.start()
    try:
        app.run(mouse=False)
    finally:
        watchdog.stop()
        hang_up.left()
    sys.stdout.write("".join(f"{line}\n" for line in app.last_words()))
    return app.return_code or 0


class _Screen(Screen[None], inherit_bindings=False):
    """A screen without keys of its own: the keymap has them all."""


class ConsoleApp(App[None], inherit_bindings=False):
    """The screen of one console."""

    CSS_PATH = "landfall.tcss"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        client: ConsoleClient,
        position: str,
        wall: Clock | None = None,
        settings: Settings = DEFAULT_SETTINGS,
        watchdog: Watchdog | None = None,
        hang_up: HangUp | None = None,
    ) -> None:
        # Without colours of its own a theme leaves the terminal's as they are.
        super().__init__(ansi_color=not settings.theme.background)
        self._client = client
        self._settings = settings
        self._wall = wall or ScaledClock.started_now()
        self._watchdog = watchdog or Watchdog(self._wall)
        self._hang_up = hang_up
        self._session = Session(position, settings)
        self._beat = 0
        self._whole = True
        self._noticed = ""
        self._notice_board = Static("", id="notice", markup=False)
        self._panels = {panel.id: panel for panel in panels(settings.theme.styles)}
        self._acts = self._table_of_acts()

    @property
    def session(self) -> Session:
        """What this console knows and what its operator points at."""
        return self._session

    # --- What stands on the screen ---

    def get_default_screen(self) -> Screen[None]:
        """The one screen."""
        return _Screen(id="_default")

    def compose(self) -> ComposeResult:
        """All panels of all sizes; the style sheet shows those that a size has room for."""
        yield self._notice_board
        yield self._panels["header"]
        with Container(id="main"):
            for column, ids in LAYOUTS.items():
                with Container(id=column):
                    for panel_id in ids:
                        yield self._panels[panel_id]
        for panel_id in ("page", "palette", "command"):
            yield self._panels[panel_id]

    def on_mount(self) -> None:
        """Start to listen and to paint."""
        theme = self._settings.theme
        self.screen.styles.background = theme.background or "ansi_default"
        self.screen.styles.color = theme.foreground or "ansi_default"
        if self._hang_up is not None:
            self._hang_up.watch(lambda: self.exit(return_code=EXIT_HUNG_UP))
        self.run_worker(self._listen(), name="station")
        self.set_interval(PAINT_S, self.paint)

    async def _listen(self) -> None:
        async with aclosing(self._client.updates()) as updates:
            async for update in updates:
                self._session.receive(update, self._wall.now_ns())
        farewell = self._session.farewell
        self.exit(return_code=farewell.exit_code if farewell is not None else EXIT_REFUSED)

    def on_resize(self, event: keys.Resize) -> None:
        """Choose the layout for the terminal's size."""
        layout = layout_for(event.size.width, event.size.height)
        for name in ("medium", "small"):
            self.screen.set_class(name == layout, name)
        self._repaint()

    # --- Painting ---

    def paint(self, whole: bool = False) -> None:
        """Draw the newest Snapshot; only rows that changed reach the terminal.

        `whole` draws every panel now, whatever its own pace.
        """
        if not self.is_running:
            return  # its screen goes before its timers do
        self._beat += 1
        self._whole |= self._watchdog.painted()
        picture = self._picture()
        notice = self._notice(attached=picture is not None)
        if notice != self._noticed:
            self._noticed = notice
            self.screen.set_class(bool(notice), "noticed")
            self._notice_board.update(notice)
            self._repaint()
        if picture is None or notice:
            return
        for question in self._session.questions():
            self._client.ask(question)
        self._make_room(picture)
        whole = whole or self._whole or self._beat % WHOLE_BEATS == 0
        self._whole = False
        for panel in self._in_view():
            panel.show(picture, self._beat, whole)

    def _in_view(self) -> list[Panel]:
        """The panels that have a place on the screen now."""
        middle = MAIN_PANELS if self._session.selection.page == "main" else ("page",)
        names = ("header", *middle, "palette", "command")
        return [self._panels[name] for name in names if self._panels[name].seen]

    def _picture(self) -> Picture | None:
        return self._session.picture(self._wall.now_ns(), self._beat)

    def _notice(self, attached: bool) -> str:
        """What stands in place of the panels, if anything."""
        width, height = self.size
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return f"terminal too small: {width}x{height}, at least {SMALLEST[0]}x{SMALLEST[1]}"
        if attached:
            return ""
        beat = BEATS[self._beat % len(BEATS)]
        leave = self._settings.keymap.shown("quit")
        return f"▼ NO STATION {beat} {escaped(self._session.detached, 300)}\n\n{leave} leaves"

    def _make_room(self, picture: Picture) -> None:
        """The command panel grows with what is read back; the palette comes and goes."""
        command = self._panels["command"]
        least = 3 if self.screen.has_class("small") else 4
        height = least + read_back_rows(picture)
        if command.styles.height is None or command.styles.height.value != height:
            command.styles.height = height
            self._repaint()
        if self.screen.has_class("choosing") != (picture.palette is not None):
            self.screen.set_class(picture.palette is not None, "choosing")
            self._repaint()

    def _repaint(self) -> None:
        """Draw everything as soon as the new layout has its sizes."""
        self._whole = True
        self.call_after_refresh(self.paint)

    def _paint_line(self) -> None:
        """Show a key at once rather than at the next paint."""
        picture = self._picture()
        if picture is not None and not self._noticed and self.is_running:
            self._make_room(picture)
            for panel in self._in_view():
                if panel.id in ("command", "palette", "page"):
                    panel.show(picture, 0)

    # --- Keys ---

    def on_key(self, event: keys.Key) -> None:
        """A mapped key acts; printable characters are typed and never act by themselves."""
        act = self._acts.get(self._settings.keymap.action(event.key))
        if act is not None:
            act()
        elif event.is_printable and event.character:
            self._session.type(event.character)
        self._paint_line()

    def on_paste(self, event: keys.Paste) -> None:
        """A paste is typed as one line; it never submits itself."""
        for character in event.text:
            if character.isprintable():
                self._session.type(character)
        self._paint_line()

    def _table_of_acts(self) -> Mapping[str, Callable[[], None]]:
        """What each action of the keymap does."""
        session = self._session

        def showing(page: str) -> Callable[[], None]:
            return lambda: self._show_page(page)

        def leading(move: str) -> Callable[[], None]:
            return lambda: self._request(session.replay_move(move))

        return {
            **{page: showing(page) for page in ("main", *VIEWS)},
            "submit": lambda: self._request(session.submit()),
            "escape": lambda: self._request(session.escape()),
            "erase": session.erase,
            "complete": lambda: self._complete(1),
            "focus_back": lambda: self._complete(-1),
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "page_up": lambda: self._move(-self._page_rows()),
            "page_down": lambda: self._move(self._page_rows()),
            "first": lambda: self._move(-sys.maxsize),
            "last": lambda: self._move(sys.maxsize),
            "palette": session.open_palette,
            "acknowledge": lambda: self._request(session.acknowledge()),
            "copy": lambda: self._request(CopyPanel("")),
            "screenshot": lambda: self._request(SaveScreen("")),
            **{move: leading(move) for move in ("play", *MOVES)},
            "abort": lambda: self._request(session.abort()),
            "quit": lambda: self._request(Quit()),
        }

    def _complete(self, by: int) -> None:
        """Tab completes what is typed; on an empty line it moves the focus."""
        if self._session.line.text:
            self._session.complete()
        elif self._session.selection.page == "main":
            ids = tuple(name for name in MAIN_PANELS if self._panels[name].seen)
            self._session.focus(ids, by)
            self._repaint()

    def _move(self, by: int) -> None:
        picture = self._picture()
        if picture is not None:
            self._session.move(by, picture, self._page_rows())

    def _page_rows(self) -> int:
        return max(1, self._panels["page"].size.height)

    # --- Requests ---

    def _request(self, request: Request | None) -> None:
        match request:
            case None:
                pass
            case ShowPage(page):
                self._show_page(page)
            case ChartParameter(index):
                self._session.chart(index)
                self._repaint()
            case CopyPanel(panel):
                self._copy(panel)
            case SaveScreen(file):
                self._save_screen(file)
            case Quit():
                self.exit(return_code=0)
            case Control():
                self._lead(request)
            case _:
                self._send(request)

    def _send(self, act: Act) -> None:
        bar = self._session.bar
        if bar:
            self._session.say(bar, refused=True)
            return
        snapshot = self._session.snapshot
        taken = snapshot is not None and self._client.send(act, snapshot)
        self._session.sent(act, self._wall.now_ns(), taken=taken)

    def _lead(self, control: Control) -> None:
        """Ask a replay to do something."""
        taken = self._client.ask(control)
        outcome = "asked of the replay" if taken else "NOT asked: no replay"
        self._session.say(f"{control_words(control)} {outcome}", refused=not taken)

    def _show_page(self, page: str) -> None:
        self._session.show_page(page)
        view = VIEWS.get(page)
        self.screen.set_class(view is not None, "paged")
        if view is not None:
            self._panels["page"].replace_builder(view.builder)
        self._repaint()

    def _copy(self, name: str) -> None:
        """A panel's text to the clipboard: the named one, else the page or panel in focus."""
        selection = self._session.selection
        wanted = name or selection.focus or selection.page
        paged = selection.page != "main"
        if paged:
            panel = self._panels["page"] if wanted == selection.page else None
        else:
            panel = next((p for p in self._in_view() if p.id == wanted), None)
        if panel is None:
            self._session.say(f"{wanted} is not in view: Tab chooses a panel", refused=True)
            return
        self.copy_to_clipboard(panel.text)
        self._session.say(f"{wanted} copied as text, {len(panel.text.splitlines())} lines")

    def _save_screen(self, name: str) -> None:
        now_ns = self._session.snapshot.now_ns if self._session.snapshot is not None else 0
        file = Path(name or f"landfall-{now_ns // 1_000_000_000}.svg").expanduser()
        try:
            save_picture(self.export_screenshot(title="Landfall"), file)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self._session.say(f"{file} not saved: {reason}", refused=True)
            return
        self._session.say(f"screen saved in {file}")

    def last_words(self) -> list[str]:
        """The summary of a run that ended while this console watched, or why it could not."""
        if self._session.refusal:
            return [f"the station refused this console: {escaped(self._session.refusal, 300)}"]
        model = self._session.model(self._wall.now_ns())
        if model is None or self._session.farewell is None:
            return []
        return list(summary_lines(model, self._session.farewell))
