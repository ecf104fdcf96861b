"""The real console in a real pseudo-terminal, attached to a real server, everything changing.

`python tests/benchmarks/bench_console.py [soak]`: CPU share of one core at 160x50 and 10 Hz,
key to paint, bytes a second; with `soak` half an hour's snapshots and paints, and the memory
they leave.
"""

from __future__ import annotations

import fcntl
import os
import pty
import random
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = (160, 50)
SECONDS = 20.0
KEYS = 200
LETTERS = "жщцфябдюэъ"
"""Letters that stand nowhere on the screen but where they are typed."""

SOAK_HZ = 100
SOAK_SNAPSHOTS = 18_000
"""Half an hour at 10 Hz."""

_TICKS_S = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Terminal:
    """A console process in a pseudo-terminal; what it paints is read at once and timed."""

    def __init__(self, command: list[str], size: tuple[int, int]) -> None:
        self._master, slave = pty.openpty()
        packed = struct.pack("HHHH", size[1], size[0], 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, packed)
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": ""}
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self.bytes_total = 0
        self._awaited = b""
        self._seen = threading.Event()
        self._seen_s = 0.0
        self._tail = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            now_s = time.perf_counter()
            self.bytes_total += len(data)
            if self._awaited and self._awaited in self._tail + data:
                self._awaited, self._seen_s = b"", now_s
                self._seen.set()
            self._tail = data[-8:]

    def typed(self, letter: str) -> float:
        """Type a letter; seconds until it is painted."""
        self._seen.clear()
        self._tail, self._awaited = b"", letter.encode()
        began_s = time.perf_counter()
        os.write(self._master, letter.encode())
        if not self._seen.wait(5.0):
            raise TimeoutError(f"{letter!r} was never painted")
        return self._seen_s - began_s

    def press(self, raw: bytes) -> None:
        """Send a key's own bytes."""
        os.write(self._master, raw)

    def cpu_s(self) -> float:
        """CPU seconds that the console has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_S

    def resident_mb(self) -> float:
        """Resident memory of the console."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * _PAGE / 1e6

    def close(self) -> None:
        """End the console and wait for it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self._master)


@contextmanager
def console(hz: float, size: tuple[int, int] = SIZE) -> Iterator[Terminal]:
    """A busy station in one process and a console on it in another, warmed up."""
    with tempfile.TemporaryDirectory() as directory:
        address = f"unix:{directory}/station"
        station = subprocess.Popen(
            [sys.executable, "-m", "tests.console.scripted", address, "busy", str(hz)],
            stdout=subprocess.PIPE,
        )
        assert station.stdout is not None
        station.stdout.readline()
        terminal = Terminal([sys.executable, "-m", "gcs.cli", "console", address], size)
        try:
            wait_for_paints(terminal)
            yield terminal
        finally:
            terminal.close()
            station.terminate()
            station.wait()


def wait_for_paints(terminal: Terminal) -> None:
    """Until the console has begun to paint, and a little longer."""
    deadline_s = time.monotonic() + 20.0
    while terminal.bytes_total < 20_000:
        if time.monotonic() > deadline_s:
            raise TimeoutError("the console paints nothing")
        select.select([], [], [], 0.1)
    time.sleep(3.0)


def paint_cost() -> None:
    """CPU share and bytes, untouched; then key to paint."""
    with console(10.0) as terminal:
        used_s, painted, began_s = terminal.cpu_s(), terminal.bytes_total, time.monotonic()
        time.sleep(SECONDS)
        took_s = time.monotonic() - began_s
        share = (terminal.cpu_s() - used_s) / took_s
        rate = (terminal.bytes_total - painted) / took_s / 1e3
        print(f"{SIZE[0]}x{SIZE[1]}, 10 Hz, everything changing: {share:.1%} of one core, ", end="")
        print(f"{rate:.0f} kB/s to the terminal")
        delays = sorted(key_delays(terminal))
        shown = (f"p{p:g} {delays[int(len(delays) * p / 100)] * 1e3:.0f}" for p in (50, 95, 99))
        print(f"key to paint, {KEYS} keys: {', '.join(shown)} ms")


def key_delays(terminal: Terminal) -> Iterator[float]:
    """Seconds from key to paint, at times that have nothing to do with the paint tick."""
    draw = random.Random(1)
    for count in range(KEYS):
        time.sleep(draw.uniform(0.03, 0.17))
        yield terminal.typed(LETTERS[count % len(LETTERS)])
        terminal.press(b"\x7f")


def soak() -> None:
    """Memory over half an hour's snapshots: at start, and after each sixth of them."""
    with console(SOAK_HZ) as terminal:
        marks = [terminal.resident_mb()]
        for _ in range(6):
            time.sleep(SOAK_SNAPSHOTS / SOAK_HZ / 6)
            marks.append(terminal.resident_mb())
        print("memory over 30 min of snapshots: " + ", ".join(f"{m:.1f}" for m in marks) + " MB")


if __name__ == "__main__":
    paint_cost()
    if "soak" in sys.argv[1:]:
        soak()
