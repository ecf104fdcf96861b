"""Reads and writes a terminal's file descriptor from the event loop.

pyserial's asyncio transport is not used for this: pyserial's `write` spins on a
full output buffer when it must not block, which stops the whole event loop, and
its graceful close waits in a thread for a line that may never drain.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

_READ_BYTES = 65_536


class DescriptorPump:
    """Non-blocking bytes in and out of a descriptor; `lost` is done when it hangs up.

    The owner opens and closes the descriptor. Unsent bytes are held up to
    `limit_bytes`.
    """

    def __init__(self, fd: int, on_data: Callable[[bytes], None], limit_bytes: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._on_data = on_data
        self._limit_bytes = limit_bytes
        self._unsent = bytearray()
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        self._loop.add_reader(fd, self._readable)

    def write(self, data: bytes) -> bool:
        """Take all of `data`, or none of it when it does not fit."""
        if self.lost.done() or len(self._unsent) + len(data) > self._limit_bytes:
            return False
        idle = not self._unsent
        self._unsent += data
        if idle:
            self._writable()
            if self._unsent:
                self._loop.add_writer(self._fd, self._writable)
        return True

    def stop(self) -> None:
        """Let go of the descriptor, before it is closed."""
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, _READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._lose(os.strerror(error.errno or 0).lower())
            return
        if data:
            self._on_data(data)
        else:
            self._lose("hung up")

    def _writable(self) -> None:
        try:
            count = os.write(self._fd, self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._lose(os.strerror(error.errno or 0).lower())
            return
        del self._unsent[:count]
        if not self._unsent:
            self._loop.remove_writer(self._fd)

    def _lose(self, reason: str) -> None:
        self.stop()
        self._unsent.clear()
        if not self.lost.done():
            self.lost.set_result(reason)
