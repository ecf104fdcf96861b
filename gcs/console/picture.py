"""All that a paint needs: the station's side (Model) and this console's own (what is typed)."""

from __future__ import annotations

from dataclasses import dataclass

from gcs.console.completion import Palette
from gcs.console.keymap import DEFAULT_KEYMAP, Keymap
from gcs.console.model import Model
from gcs.console.protocol import Playback
from gcs.console.selection import NOTHING_CHOSEN, Selection
from gcs.console.trails import Trails
from gcs.messages import StagedStatus


@dataclass(frozen=True)
class Picture:
    """What the panels draw.

    `beat` counts paints: it moves as long as this screen is alive. `answer` is
    what the console said to the last line typed; `strips` are the columns charted;
    `selection` is what the keys point at, `keymap` which key does what. `refused` where
    the answer is a refusal; `hint` is what the typed line may become, `palette` all that
    may be typed while it is open; `console` is this console's id in the station's list, empty
    where it was not told; `playback` says where a replay stands.
    """

    model: Model
    beat: int
    position: str
    typed: str
    answer: str
    trails: Trails
    strips: tuple[int, ...]
    selection: Selection = NOTHING_CHOSEN
    keymap: Keymap = DEFAULT_KEYMAP
    refused: bool = False
    hint: str = ""
    palette: Palette | None = None
    console: str = ""
    playback: Playback | None = None

    @property
    def staged(self) -> StagedStatus | None:
        """The staged command that this console has before it."""
        return self.model.snapshot.staged_for(self.console)

    def may_confirm(self, staged: StagedStatus) -> bool:
        """Whether its code may be typed here: at its own console, or at another of two persons."""
        return staged.two_person != (staged.console == self.console)
