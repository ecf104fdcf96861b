"""One console's state: what the station said last, and what its operator is typing.

Free of Textual: updates and keys come in, Pictures and requests come out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gcs.console.actions import described, parse_line
from gcs.console.client import Detached, Update
from gcs.console.completion import completed
from gcs.console.format import escaped
from gcs.console.greeting import greeting
from gcs.console.line import CommandLine
from gcs.console.model import Model, newer_events
from gcs.console.panels.readings import barge_columns, vehicle_columns
from gcs.console.panels.views import VIEWS, View
from gcs.console.picture import Picture
from gcs.console.protocol import (
    Control,
    Farewell,
    History,
    HistoryQuery,
    Playback,
    Refused,
    Welcome,
)
from gcs.console.replaying import MOVES, toggled
from gcs.console.selection import NOTHING_CHOSEN, Kind, Selection, moved
from gcs.console.settings import DEFAULT_SETTINGS, Settings
from gcs.console.trails import Trails
from gcs.console.verbs import ActionError, Known, Request, ShowPage, command_named
from gcs.messages import (
    AcknowledgeAlarm,
    Act,
    CancelCommand,
    Catalogue,
    ConfirmCommand,
    Event,
    Snapshot,
    StageCommand,
)

STRIPS_SHOWN = 2
UNANSWERED_AFTER_NS = 2_000_000_000
"""Wall time after which a missing answer of the station is told."""

_WARNING = 4
_LAYOUT = View(lambda picture, width, height: [])
"""The main page is a layout of panels: it draws no rows of its own and has no list."""


@dataclass
class Session:
    """State of one console that acts as `position`; `console` is its id at the station."""

    position: str
    settings: Settings = DEFAULT_SETTINGS
    catalogue: Catalogue | None = None
    snapshot: Snapshot | None = None
    farewell: Farewell | None = None
    console: str = ""
    person: str = ""
    refusal: str = ""
    playback: Playback | None = None
    detached: str = "not attached yet"
    line: CommandLine = field(default_factory=CommandLine)
    answer: str = ""
    greeting: str = ""
    refused: bool = False
    selection: Selection = NOTHING_CHOSEN
    strips: tuple[int, ...] = ()
    trails: Trails = field(default_factory=lambda: Trails(0))
    _announced: Catalogue | None = None
    _asked: set[int] = field(default_factory=set)
    _arrived_ns: int = 0
    _greeted: bool = False
    _awaited: _Awaited | None = None

    # --- What the station says ---

    def receive(self, update: Update, wall_ns: int) -> None:
        """Take what the station said at wall time `wall_ns`."""
        match update:
            case Catalogue():
                self._attach(update)
            case Snapshot():
                self._show(update, wall_ns)
            case Welcome(console, _, person):
                self.console, self.person, self._greeted = console, person, False
            case Refused(reason):
                self.refusal = reason
            case History(parameter, times_ns, values):
                self.trails.remember(parameter, times_ns, values)
            case Playback():
                self._follow(update)
            case Farewell():
                self.farewell = update
            case Detached():
                self.detached = update.reason

    def _show(self, snapshot: Snapshot, wall_ns: int) -> None:
        if self.snapshot is not None and snapshot.now_ns < self.snapshot.now_ns:
            self._asked.clear()  # a replay went back, and the trails with it
        self.snapshot, self._arrived_ns, self.detached = snapshot, wall_ns, ""
        self.trails.add(snapshot)
        self._look_for_answer(snapshot)
        if not self._greeted and self.catalogue is not None and self.console:
            self._greet(self.catalogue, snapshot)

    def _greet(self, catalogue: Catalogue, snapshot: Snapshot) -> None:
        """Say what this console is, once an attach."""
        keymap = self.settings.keymap
        said = greeting(catalogue, snapshot, self.console, self.position, keymap)
        self._greeted = said is not None
        self.greeting = escaped(said or "", 300)

    def _follow(self, playback: Playback) -> None:
        """Where a replay stands; what became of a reading that is sought is an answer."""
        before = self.playback.sought if self.playback is not None else ""
        if playback.sought and playback.sought != before:
            self.say(playback.sought, refused=playback.complete)
        self.playback = playback

    def _attach(self, catalogue: Catalogue) -> None:
        self._asked.clear()
        if catalogue == self._announced:
            return
        # Another catalogue means other columns: nothing of the old run fits it.
        self._announced, self.snapshot = catalogue, None
        self.catalogue = self.settings.units.applied(catalogue)
        criteria = [info.id for info in catalogue.criteria]
        self.trails = Trails(len(catalogue.parameters), criteria)
        self.strips = (*vehicle_columns(catalogue)[:1], *barge_columns(catalogue)[:1])

    def _look_for_answer(self, snapshot: Snapshot) -> None:
        """The first event from this position after an act is what the station says to it."""
        if self._awaited is None:
            return
        newer = newer_events(snapshot.events, self._awaited.last)
        own = next((event for event in newer if event.origin == self.position), None)
        if own is not None:
            self.say(own.text, refused=own.kind == "refused" or own.severity <= _WARNING)

    def questions(self) -> list[HistoryQuery]:
        """What must be asked of the station so that what is drawn has its past; each once."""
        if self.catalogue is None or self.snapshot is None:
            return []
        ids = [info.id for info in self.catalogue.parameters]
        chosen = self.selection.parameter
        display = self.catalogue.display
        named = (display.altitude, display.range, ids.index(chosen) if chosen in ids else None)
        drawn = {*self.strips, *(index for index in named if index is not None)}
        wanted = sorted(drawn - self._asked)
        self._asked.update(wanted)
        return [HistoryQuery(index) for index in wanted]

    # --- What a paint needs ---

    def model(self, wall_ns: int) -> Model | None:
        """The station's side, or None before the first Snapshot."""
        if self.catalogue is None or self.snapshot is None:
            return None
        return Model(self.catalogue, self.snapshot, wall_ns - self._arrived_ns, self.detached)

    def picture(self, wall_ns: int, beat: int) -> Picture | None:
        """All that a paint needs, or None before the first Snapshot."""
        model = self.model(wall_ns)
        if model is None:
            return None
        hint = self._hint()
        # A greeting gives way to all that is asked, answered or typed.
        idle = not hint and model.snapshot.staged_for(self.console) is None
        answer, refused = self.answer or (self.greeting if idle else ""), self.refused
        if self._awaited is not None and wall_ns - self._awaited.sent_ns > UNANSWERED_AFTER_NS:
            answer, refused = f"{answer}: NO ANSWER from the station", True
        return Picture(
            model=model,
            beat=beat,
            position=self.position,
            typed=self.line.text,
            answer=answer,
            trails=self.trails,
            strips=self.strips,
            selection=self.selection,
            keymap=self.settings.keymap,
            refused=refused,
            hint=hint,
            palette=self.line.palette,
            console=self.console,
            playback=self.playback,
        )

    def _hint(self) -> str:
        known = self._known()
        if known is None or self.line.palette is not None:
            return ""
        return completed(self.line.text, known).hint

    def _known(self) -> Known | None:
        if self.catalogue is None or self.snapshot is None:
            return None
        return Known(self.catalogue, self.snapshot)

    # --- The command line ---

    def type(self, character: str) -> None:
        """One more character on the command line."""
        self.line.type(character, self._known())
        self._search()

    def erase(self) -> None:
        """One character less."""
        self.line.erase(self._known())
        self._search()

    def complete(self) -> None:
        """Complete the last word of the line as far as it is certain."""
        self.line.complete(self._known())

    def open_palette(self) -> None:
        """Show all that may be typed, or close that again."""
        self.line.open_palette(self._known())

    def _search(self) -> None:
        """A line that begins with `/` narrows the list in view as it is typed."""
        if self.view.searched and self.line.palette is None and self.line.text.startswith("/"):
            self.selection = self.selection.searching(self.line.text[1:])

    def escape(self) -> Request | None:
        """Close the palette, clear the line, cancel what is staged here, or go back: in order."""
        if self.line.palette is not None or self.line.text:
            self.line.clear()
            return None
        staged = self.snapshot.staged if self.snapshot is not None else ()
        if any(each.console == self.console for each in staged):
            return CancelCommand()
        if self.selection.search:
            self.selection = self.selection.searching("")
            return None
        return ShowPage("main")

    def submit(self) -> Request | None:
        """Act on the line and clear it; what is wrong with it becomes the answer."""
        line, known = self.line.taken(), self._known()
        if line is None or known is None or line.startswith("/"):
            return None
        if not line:
            return self._open_chosen()
        return self._read(line, known)

    def _read(self, line: str, known: Known) -> Request | None:
        try:
            return parse_line(line, known.catalogue, known.snapshot)
        except ActionError as error:
            self.say(str(error), refused=True)
            return None

    # --- Pages, lists and panels ---

    @property
    def view(self) -> View:
        """How the page in view is drawn; a page without a list on the main screen."""
        return VIEWS.get(self.selection.page, _LAYOUT)

    def show_page(self, page: str) -> None:
        """Another page; its search goes, what was chosen stays."""
        if page != self.selection.page or self.selection.focus:
            self.selection = self.selection.showing(page)

    def focus(self, panels: tuple[str, ...], by: int) -> None:
        """Move the focus through the main page's panels; past the ends nothing has it."""
        ring = ("", *panels)
        here = ring.index(self.selection.focus) if self.selection.focus in ring else 0
        self.selection = self.selection.focusing(ring[(here + by) % len(ring)])

    def move(self, by: int, picture: Picture, height: int) -> None:
        """The cursor of the palette or the list in view; without one, lines typed before."""
        items = self.view.items(picture, height)
        if self.line.palette is not None:
            self.line.palette = self.line.palette.moved(by)
        elif items:
            self.selection = moved(self.selection, self.view.kind, items, by)
        else:
            self.line.recall(1 if by > 0 else -1)

    def _open_chosen(self) -> Request | None:
        """Enter on an empty line: open what the cursor is on."""
        chosen = self.selection.chosen(self.view.kind)
        if chosen and self.view.opens:
            return ShowPage(self.view.opens)
        if chosen and self.view.kind is Kind.ALARM:
            self.line.text = f":ack {chosen}"
        return None

    def chart(self, index: int) -> None:
        """Chart one more parameter, in place of the oldest chosen."""
        kept = tuple(chosen for chosen in self.strips if chosen != index)
        self.strips = (index, *kept)[:STRIPS_SHOWN]

    # --- Acts ---

    @property
    def bar(self) -> str:
        """Why no act can leave this console; empty where one can."""
        if self.catalogue is not None and self.catalogue.mode == "REPLAY":
            return "this is a replay: what happened cannot be changed"
        return "" if self.position else "this console only watches: it has no position"

    def abort(self) -> Request | None:
        """The two-key path: stage the abort; once it is staged, confirm it."""
        if self.catalogue is None or self.snapshot is None:
            return None
        try:
            wanted = command_named("abort", self.catalogue)
        except ActionError as error:
            self.say(str(error), refused=True)
            return None
        for staged in self.snapshot.staged:
            here = staged.two_person or staged.console == self.console
            if staged.command == wanted and here:
                return ConfirmCommand(staged.code)
        return StageCommand(wanted)

    def acknowledge(self) -> Request | None:
        """Acknowledge the alarm under the cursor, else the first that waits."""
        known = self._known()
        if known is None:
            return None
        if self.view.kind is Kind.ALARM and self.selection.alarm:
            return AcknowledgeAlarm(self.selection.alarm)
        return self._read(":ack", known)

    def replay_move(self, action: str) -> Control | None:
        """What a key of a replay asks for; None, and a word why, where there is none."""
        if self.catalogue is None or self.catalogue.mode != "REPLAY":
            self.say("this is no replay: time goes its own way", refused=True)
            return None
        return toggled(self.playback) if action == "play" else MOVES[action]

    def sent(self, act: Act, wall_ns: int, *, taken: bool) -> None:
        """An act left for the station, or found none."""
        if not taken:
            self.say(f"{described(act)} NOT sent: no station", refused=True)
            return
        self.say(f"{described(act)} sent to the station")
        events = self.snapshot.events if self.snapshot is not None else ()
        self._awaited = _Awaited(events[-1] if events else None, wall_ns)

    def say(self, text: str, *, refused: bool = False) -> None:
        """Answer the operator on the command panel; nothing more is awaited."""
        self.answer, self.refused, self._awaited = escaped(text, 300), refused, None


@dataclass(frozen=True)
class _Awaited:
    """The newest event when an act was sent, and when that was."""

    last: Event | None
    sent_ns: int
