"""Says on the terminal itself that this console has stopped painting.

A console whose event loop stands still can say nothing, and its last picture looks like
a quiet station. A thread beside the loop looks at the time of the last paint.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from gcs.clock import SECOND_NS, Clock

STALLED_AFTER_NS = 2 * SECOND_NS
"""Wall time without a paint after which a console says so; twenty paints."""

_LOOK_S = 0.5
_AT_TOP = "\x1b7\x1b[1;1H\x1b[0;1;7m"
_BACK = "\x1b[0m\x1b8"


def to_terminal(text: str) -> None:
    """Write where Textual paints."""
    if sys.__stderr__ is not None:
        sys.__stderr__.write(text)
        sys.__stderr__.flush()


class Watchdog:
    """Watches the paints of one console; `write` reaches the terminal past the event loop."""

    def __init__(self, wall: Clock, write: Callable[[str], None] = to_terminal) -> None:
        self._wall = wall
        self._write = write
        self._painted_ns = wall.now_ns()
        self._cried = False
        self._ended = threading.Event()

    def painted(self) -> bool:
        """A paint was made; True where the terminal was written to meanwhile."""
        self._painted_ns = self._wall.now_ns()
        cried, self._cried = self._cried, False
        return cried

    def look(self) -> None:
        """Say it, and for how long, where the last paint is too long ago."""
        stalled_ns = self._wall.now_ns() - self._painted_ns
        if stalled_ns > STALLED_AFTER_NS:
            self._cried = True
            text = (
                f" ▼ CONSOLE STALLED for {stalled_ns / SECOND_NS:.0f} s: nothing here is current "
            )
            self._write(f"{_AT_TOP}{text}\x1b[K{_BACK}")

    def start(self) -> None:
        """Look from a thread of its own, until `stop`."""
        self.painted()
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(_LOOK_S):
            self.look()
