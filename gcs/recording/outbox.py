"""Bytes on their way to a file: kept until the disk has taken them."""

from __future__ import annotations

import os
from pathlib import Path

MEBIBYTE = 1 << 20


class Outbox:
    """A write-only stream that a full or failing disk does not stop.

    Writing only queues; `drain` hands the queue to the disk, in order and
    without a gap, and what the disk refuses waits for the next `drain`. Past
    `limit_bytes` in the queue the stream is given up for good: a recording with
    a hole in it would replay as something that did not happen.
    """

    def __init__(self, path: Path, limit_bytes: int = 64 * MEBIBYTE) -> None:
        """Create the file; FileExistsError rather than overwrite one, OSError if it cannot be."""
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._limit_bytes = limit_bytes
        self._queue = bytearray()
        self._position = 0
        self.fault = ""
        self._given_up = False

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
        """Hand the queue to the operating system, from where kill -9 takes nothing back.

        Never raises for the disk: `fault` says what it refused, until it takes it.
        """
        try:
            while self._queue:
                del self._queue[: os.write(self._descriptor, self._queue)]
        except OSError as error:
            self._refused(error)
        else:
            if not self._given_up:
                self.fault = ""

    def close(self) -> None:
        """Drain, and wait until the disk itself has it."""
        self.drain()
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            self._refused(error)
        os.close(self._descriptor)

    def _refused(self, error: OSError) -> None:
        reason = error.strerror or str(error)
        if len(self._queue) > self._limit_bytes:
            self._queue.clear()
            self._given_up = True
            self.fault = f"recording stopped: {reason}"
        elif not self._given_up:
            self.fault = f"{reason}; {len(self._queue) / MEBIBYTE:.1f} MiB wait for the disk"
