"""Ends a console whose terminal is gone: nobody sees it, so it must not go on holding a position.

It leaves in good order where it can. A console that waits for a terminal that takes no
more bytes cannot: after a moment it ends as it is.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable

LEAVE_WITHIN_S = 3.0
EXIT_HUNG_UP = 1


class HangUp:
    """Watches for the end of one console's terminal."""

    def __init__(self) -> None:
        self._timer = threading.Timer(LEAVE_WITHIN_S, os._exit, (EXIT_HUNG_UP,))
        self._timer.daemon = True

    def watch(self, leave: Callable[[], None]) -> None:
        """Call `leave` when the terminal hangs up or someone asks for the end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self._hung_up, leave)

    def _hung_up(self, leave: Callable[[], None]) -> None:
        if not self._timer.is_alive():
            self._timer.start()
        leave()

    def left(self) -> None:
        """The console has left in good order."""
        self._timer.cancel()
