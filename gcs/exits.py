"""How a command ends: its exit codes, and why nothing could be started."""

from __future__ import annotations

EXIT_UNFINISHED = 1
"""A run to its outcome that ended without one."""
EXIT_CONFIG = 2


class StartUpError(Exception):
    """Why nothing could be started, in one sentence."""


class ChildEndedError(Exception):
    """A child ended before it was ready; it has said why on standard error."""

    def __init__(self, name: str, exit_code: int) -> None:
        super().__init__(f"{name} did not start")
        self.exit_code = exit_code
