"""The processes that a command starts beside itself, and the address they meet at."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gcs.exits import EXIT_CONFIG, ChildEndedError

_STOP_WITHIN_S = 5.0


class Child:
    """A process of ours that says on its first line when it can be used."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def ready(self) -> str:
        """Wait for it; the last word of its first line. ChildEndedError if it ended instead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ChildEndedError(self.name, self._process.wait() or EXIT_CONFIG)
        return line.split()[-1]

    def stop(self) -> None:
        """Ask it to end."""
        if self._process.poll() is None:
            self._process.terminate()

    def end(self) -> tuple[int, str]:
        """Wait until it has ended; its exit code and what else it printed."""
        try:
            rest, _ = self._process.communicate(timeout=_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            rest, _ = self._process.communicate()
        return self._process.returncode, rest


@contextmanager
def child(name: str, command: Sequence[str], *, heard: bool = False) -> Iterator[Child]:
    """A child process that is stopped when the block ends; `heard` prints its last words."""
    process = Child(name, command)
    try:
        yield process
    finally:
        process.stop()
        _, last_words = process.end()
        if heard:
            sys.stdout.write(last_words)


@contextmanager
def private_address() -> Iterator[str]:
    """A Unix socket address that only this user can reach, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="landfall-") as directory:
        yield f"unix:{directory}/station"
