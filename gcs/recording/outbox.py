"""Bytes on their way to a file: kept until the disk has taken them, which nobody waits for."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from pathlib import Path
from typing import Final

MEBIBYTE: Final = 1 << 20
STALLED_S: Final = 5.0
"""A disk that has a write in hand for so long is a fault; assumed, ten flushes of a recorder."""


class Outbox:
    """A write-only stream that a full, failing or slow disk does not stop.

    Writing only queues; `drain` hands the queue to a thread, which hands it to the disk, in
    order and without a gap. What the disk refuses waits for the next `drain`. Past
    `limit_bytes` in the queue the stream is given up for good: a recording with a hole in
    it would replay as something that did not happen.
    """

    def __init__(self, path: Path, limit_bytes: int = 64 * MEBIBYTE) -> None:
        """Create the file; FileExistsError rather than overwrite one, OSError if it cannot be."""
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._limit_bytes = limit_bytes
        self._queue = bytearray()
        self._position = 0
        # Below: of both threads, under the condition's lock.
        self._moved = threading.Condition()
        self._handed: deque[bytes] = deque()
        self._handed_bytes = 0
        self._writing_since_s: float | None = None
        self._refusal = ""
        self._to_try = False
        self._given_up = ""
        self._closing = False
        self._thread = threading.Thread(target=self._deliver, name="recording", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> int:
        """Queue bytes; their number."""
        if not self._given_up:
            self._queue += data
            self._position += len(data)
        return len(data)

    def tell(self) -> int:
        """The offset in the file of the next byte written."""
        return self._position

    def flush(self) -> None:
        """Nothing: the owner decides when to `drain`."""

    def drain(self) -> None:
        """Have the queue handed to the operating system, from where kill -9 takes nothing back.

        Never waits for the disk and never raises for it: see `fault`.
        """
        with self._moved:
            if self._queue and not self._given_up:
                self._handed.append(bytes(self._queue))
                self._handed_bytes += len(self._queue)
            self._queue.clear()
            if self._handed_bytes > self._limit_bytes:
                self._given_up = f"recording stopped: {self._trouble() or 'the disk is too slow'}"
                self._handed.clear()
                self._handed_bytes = 0
            self._to_try = True
            self._moved.notify_all()

    def settle(self) -> None:
        """Drain, and wait until the operating system has all or refuses it."""
        self.drain()
        with self._moved:
            self._moved.wait_for(lambda: not self._handed or not self._to_try)

    def close(self) -> None:
        """Drain, and wait until the disk itself has it."""
        self.settle()
        with self._moved:
            self._closing = True
            self._moved.notify_all()
        self._thread.join()
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            self._refusal = error.strerror or str(error)
        os.close(self._descriptor)

    @property
    def fault(self) -> str:
        """What is wrong now, one sentence; empty where nothing is."""
        with self._moved:
            trouble = self._trouble()
            if self._given_up or not trouble:
                return self._given_up
            return f"{trouble}; {self._handed_bytes / MEBIBYTE:.1f} MiB wait for the disk"

    def _trouble(self) -> str:
        since_s = self._writing_since_s
        if since_s is not None and time.monotonic() - since_s > STALLED_S:
            return f"the disk has taken nothing for {time.monotonic() - since_s:.0f} s"
        return self._refusal

    # --- The thread ---

    def _deliver(self) -> None:
        while (data := self._next()) is not None:
            try:
                taken, refusal = os.write(self._descriptor, data), ""
            except OSError as error:
                taken, refusal = 0, error.strerror or str(error)
            self._delivered(data, taken, refusal)

    def _next(self) -> bytes | None:
        """What to write next, once there is something; None at the end."""
        with self._moved:
            self._moved.wait_for(lambda: self._closing or (bool(self._handed) and self._to_try))
            if self._closing:
                return None
            self._writing_since_s = time.monotonic()
            return self._handed[0]

    def _delivered(self, data: bytes, taken: int, refusal: str) -> None:
        with self._moved:
            self._writing_since_s = None
            self._refusal = refusal
            self._to_try = not refusal
            if self._handed and self._handed[0] is data:
                self._handed_bytes -= taken
                self._handed[0] = data[taken:]
                if not self._handed[0]:
                    self._handed.popleft()
            self._moved.notify_all()
