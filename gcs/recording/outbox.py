"""Bytes on their way to a file: kept until the disk has taken them, which nobody waits for."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from pathlib import Path
from typing import Final, NamedTuple

MEBIBYTE: Final = 1 << 20
STALLED_S: Final = 5.0
"""A disk that is so far behind is a fault; assumed, ten flushes of a recorder."""


class _Parcel(NamedTuple):
    """Bytes that wait for the disk, and since when."""

    since_s: float
    data: bytes


class Outbox:
    """A write-only stream that a full, failing or slow disk does not stop.

    Writing only queues; `drain` hands the queue to a thread, which hands it to the disk, in
    order and without a gap. What the disk refuses waits for the next `drain`. Past
    `limit_bytes` in the queue the stream is given up for good: a recording with a hole in
    it would replay as something that did not happen. Only the thread touches the disk.
    """

    def __init__(self, path: Path, limit_bytes: int = 64 * MEBIBYTE) -> None:
        """Create the file; FileExistsError rather than overwrite one, OSError if it cannot be."""
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._limit_bytes = limit_bytes
        self._queue = bytearray()
        self._position = 0
        # Below: of both threads, under the condition's lock.
        self._moved = threading.Condition()
        self._handed: deque[_Parcel] = deque()
        self._handed_bytes = 0
        self._taken_bytes = 0
        self._free_bytes = 0
        self._free_since_s = time.monotonic()
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
                self._handed.append(_Parcel(time.monotonic(), bytes(self._queue)))
                self._handed_bytes += len(self._queue)
            self._queue.clear()
            if self._handed_bytes > self._limit_bytes:
                self._give_up("recording stopped")
            self._to_try = True
            self._moved.notify_all()

    def settle(self) -> None:
        """Drain, and wait until the operating system has all, refuses it, or does not move."""
        self.drain()
        with self._moved:
            while self._handed and self._to_try:
                before = self._taken_bytes
                self._moved.wait(STALLED_S)
                if self._taken_bytes == before and self._is_behind():
                    return

    def close(self) -> None:
        """Drain, and wait until the disk itself has it; not for a disk that does not move."""
        self.settle()
        with self._moved:
            if self._handed:
                self._give_up("recording cut")
            self._closing = True
            self._moved.notify_all()
        self._thread.join(STALLED_S)
        if self._thread.is_alive():
            self._given_up = self._given_up or "recording cut: the disk does not answer"

    @property
    def fault(self) -> str:
        """What is wrong now, one sentence; empty where nothing is."""
        with self._moved:
            trouble = self._trouble()
            if self._given_up or not trouble:
                return self._given_up
            return f"{trouble}; {self._handed_bytes / MEBIBYTE:.1f} MiB wait for the disk"

    @property
    def taken_bytes(self) -> int:
        """How much of the file the operating system has."""
        return self._taken_bytes

    @property
    def free_bytes(self) -> int:
        """Free space beside the file, as last seen; 0 where that was too long ago."""
        with self._moved:
            return 0 if time.monotonic() - self._free_since_s > STALLED_S else self._free_bytes

    def _is_behind(self) -> bool:
        return bool(self._handed) and time.monotonic() - self._handed[0].since_s > STALLED_S

    def _trouble(self) -> str:
        if self._refusal:
            return self._refusal
        if not self._thread.is_alive() and not self._closing:
            return "the thread that records has ended"
        if self._is_behind():
            return f"the disk is {time.monotonic() - self._handed[0].since_s:.0f} s behind"
        return ""

    def _give_up(self, how: str) -> None:
        self._given_up = f"{how}: {self._trouble() or 'the disk is too slow'}"
        self._handed.clear()
        self._handed_bytes = 0

    # --- The thread ---

    def _deliver(self) -> None:
        while (data := self._next()) is not None:
            try:
                taken, refusal = os.write(self._descriptor, data), ""
            except OSError as error:
                taken, refusal = 0, error.strerror or str(error)
            except MemoryError as error:
                taken, refusal = 0, f"out of memory: {error}"
            self._delivered(data, taken, refusal, self._free())
        self._finish()

    def _next(self) -> bytes | None:
        """What to write next, once there is something; None at the end."""
        with self._moved:
            self._moved.wait_for(lambda: self._closing or (bool(self._handed) and self._to_try))
            return None if self._closing else self._handed[0].data

    def _free(self) -> int:
        try:
            found = os.fstatvfs(self._descriptor)
        except OSError:
            return 0
        return found.f_bavail * found.f_frsize

    def _delivered(self, data: bytes, taken: int, refusal: str, free_bytes: int) -> None:
        with self._moved:
            self._refusal = refusal
            self._to_try = not refusal
            self._taken_bytes += taken
            self._free_bytes, self._free_since_s = free_bytes, time.monotonic()
            if self._handed and self._handed[0].data is data:
                self._handed_bytes -= taken
                parcel = self._handed.popleft()
                if taken < len(data):
                    self._handed.appendleft(_Parcel(parcel.since_s, data[taken:]))
            self._moved.notify_all()

    def _finish(self) -> None:
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            self._given_up = self._given_up or f"recording cut: {error.strerror or error}"
        os.close(self._descriptor)
