"""The real console in a real pseudo-terminal, attached to a real server that plays a script."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_KEPT_BYTES = 4_000_000
_DEADLINE_S = 30.0
_OWN = frozenset({"COLORTERM", "NO_COLOR", "COLUMNS", "LINES"})
"""What the environment says of the terminal that the tests themselves run in."""


class Terminal:
    """A process in a pseudo-terminal; what it paints is read at once and timed."""

    def __init__(
        self, command: list[str], size: tuple[int, int], environment: Mapping[str, str]
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        inherited = {name: value for name, value in os.environ.items() if name not in _OWN}
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**inherited, "TERM": "xterm-256color", **environment},
            start_new_session=True,
        )
        os.close(slave)
        self._deaf = False
        self.bytes_total = 0
        self._painted = bytearray()
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._deaf:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            with self._changed:
                self.bytes_total += len(data)
                self._painted += data
                del self._painted[:-_KEPT_BYTES]
                self._changed.notify_all()

    def stop_reading(self) -> None:
        """From the next bytes on take none: the terminal's buffer fills."""
        self._deaf = True

    def forget(self) -> None:
        """Begin anew with what was painted."""
        with self._changed:
            self._painted.clear()

    @property
    def painted(self) -> bytes:
        """What was painted since it was last forgotten."""
        with self._changed:
            return bytes(self._painted)

    def awaits(self, wanted: str) -> float:
        """Wait until a text is painted; the time then. TimeoutError if it never is."""
        raw = wanted.encode()
        with self._changed:
            if not self._changed.wait_for(lambda: raw in self._painted, _DEADLINE_S):
                raise TimeoutError(f"{wanted!r} was never painted")
            return time.perf_counter()

    def typed(self, letter: str) -> float:
        """Type a letter; seconds until it is painted."""
        self.forget()
        began_s = time.perf_counter()
        self.press(letter)
        return self.awaits(letter) - began_s

    def press(self, keys: str) -> None:
        """Send what keys send."""
        os.write(self._master, keys.encode())

    def cpu_s(self) -> float:
        """CPU seconds that the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """Resident memory of the process."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def ended(self) -> int:
        """Wait for the process; its exit code."""
        return self.process.wait(_DEADLINE_S)

    def close(self) -> None:
        """End the process, whatever it does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
        self._reader.join(5)


@contextmanager
def console_on(
    mode: str,
    size: tuple[int, int] = (160, 50),
    hz: float = 10.0,
    options: tuple[str, ...] = (),
    **environment: str,
) -> Iterator[Terminal]:
    """A scripted station in one process and the console on it in another, painting."""
    with tempfile.TemporaryDirectory() as directory:
        address = f"unix:{directory}/station"
        with subprocess.Popen(
            [sys.executable, "-m", "tests.console.scripted", address, mode, str(hz)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        ) as station:
            assert station.stdout is not None
            station.stdout.readline()
            command = [sys.executable, "-m", "gcs.cli", "console", address, *options]
            terminal = Terminal(command, size, environment)
            try:
                terminal.awaits("CMD >")
                yield terminal
            finally:
                terminal.close()
                station.terminate()
