"""One console's state: what the station said last, and what its operator is typing.

Free of Textual: updates and keys come in, Pictures and requests come out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gcs.console.actions import ActionError, Request, command_named, parse_line
from gcs.console.client import Detached, Update
from gcs.console.model import Model
from gcs.console.panels.readings import barge_columns, vehicle_columns
from gcs.console.picture import Picture
from gcs.console.protocol import Farewell
from gcs.console.trails import Trails
from gcs.messages import CancelCommand, Catalogue, ConfirmCommand, Snapshot, StageCommand

LINE_LIMIT = 120
STRIPS_SHOWN = 2


@dataclass
class Session:
    """State of one console that acts as `position`."""

    position: str
    catalogue: Catalogue | None = None
    snapshot: Snapshot | None = None
    farewell: Farewell | None = None
    detached: str = "not attached yet"
    typed: str = ""
    answer: str = ""
    strips: tuple[int, ...] = ()
    trails: Trails = field(default_factory=lambda: Trails(0))
    _arrived_ns: int = 0

    def receive(self, update: Update, wall_ns: int) -> None:
        """Take what the station said at wall time `wall_ns`."""
        match update:
            case Catalogue():
                self._attach(update)
            case Snapshot():
                self.snapshot, self._arrived_ns, self.detached = update, wall_ns, ""
                self.trails.add(update)
            case Farewell():
                self.farewell = update
            case Detached():
                self.detached = update.reason

    def _attach(self, catalogue: Catalogue) -> None:
        if catalogue == self.catalogue:
            return
        # Another catalogue means other columns: nothing of the old run fits it.
        self.catalogue, self.snapshot = catalogue, None
        self.trails = Trails(len(catalogue.parameters))
        self.strips = (*vehicle_columns(catalogue)[:1], *barge_columns(catalogue)[:1])

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
        return Picture(
            model, beat, self.position, self.typed, self.answer, self.trails, self.strips
        )

    def type(self, character: str) -> None:
        """One more character on the command line."""
        if len(self.typed) < LINE_LIMIT:
            self.typed += character

    def erase(self) -> None:
        """One character less."""
        self.typed = self.typed[:-1]

    def escape(self) -> Request | None:
        """Clear the line; on an empty line ask to cancel what is staged."""
        if self.typed:
            self.typed = ""
            return None
        staged = self.snapshot is not None and self.snapshot.staged is not None
        return CancelCommand() if staged else None

    def submit(self) -> Request | None:
        """Read the typed line and clear it; what is wrong with it becomes the answer."""
        line, self.typed = self.typed.strip(), ""
        if not line or self.catalogue is None or self.snapshot is None:
            return None
        try:
            return parse_line(line, self.catalogue, self.snapshot)
        except ActionError as error:
            self.answer = str(error)
            return None

    def abort(self) -> Request | None:
        """The two-key path: stage the abort; once it is staged, confirm it."""
        if self.catalogue is None or self.snapshot is None:
            return None
        try:
            wanted = command_named("abort", self.catalogue)
        except ActionError as error:
            self.answer = str(error)
            return None
        staged = self.snapshot.staged
        if staged is not None and staged.command == wanted:
            return ConfirmCommand(staged.code)
        return StageCommand(wanted)

    def chart(self, index: int) -> None:
        """Chart one more parameter, in place of the oldest chosen."""
        kept = tuple(chosen for chosen in self.strips if chosen != index)
        self.strips = (index, *kept)[:STRIPS_SHOWN]
