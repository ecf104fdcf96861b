"""A virtual serial port: a pseudo-terminal whose far end is a device path.

One program runs a `PtyByteLink`, another opens `path` as a serial port and cannot
tell it from a cable: bytes go at the line's speed, go nowhere when nobody listens,
and the port hangs up and returns as an adapter does that is unplugged and replugged.
"""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import Callable
from pathlib import Path

from gcs.links.base import ByteLink, LinkDownError, LinkEvents, serial_retry
from gcs.links.pacing import SerialLine

_UNSENT_BYTES = 16_384
_LOOK_NS = 2_000_000  # how often a busy line is looked at
_SECOND_NS = 1_000_000_000


class PtyByteLink(ByteLink):
    """The near end of a virtual serial cable; the far end is the device `path`.

    `path` is a symbolic link made while plugged; an older one is replaced, another
    kind of file is not. Without `path` the device is `device`, which changes with
    each plugging. 8N1 at `baud` of wall time, both ways; a run at ten times the speed
    needs ten times the baud rate.
    """

    def __init__(self, link_id: str, events: LinkEvents, *, baud: int, path: str = "") -> None:
        super().__init__(link_id, events, serial_retry())
        self._baud = baud
        self._path = Path(path) if path else None
        self._plugged = asyncio.Event()
        self._plugged.set()
        self._end: _PtyEnd | None = None

    @property
    def name(self) -> str:
        """The device path, where one was asked for."""
        return f"virtual serial port {self._path or ''}".rstrip()

    @property
    def device(self) -> str:
        """The device to open; empty while unplugged."""
        return self._end.device if self._end else ""

    def unplug(self) -> None:
        """Pull the cable: the device disappears, and whoever has it open sees a hang-up."""
        self._plugged.clear()
        if self._end is not None:
            self._end.lose("unplugged")

    def plug(self) -> None:
        """Put it back: the device returns within a tenth of a second."""
        self._plugged.set()

    async def _session(self) -> None:
        await self._plugged.wait()
        end = self._end = _PtyEnd(self._baud, self._deliver)
        try:
            if self._path is not None:
                _point(self._path, end.device)
            self._up(f"{self.name}: {end.device}")
            reason = await end.lost
        finally:
            self._end = None
            end.close()
            if self._path is not None and _points_at(self._path, end.device):
                self._path.unlink()
        self._retry.reset()
        raise LinkDownError(f"{self.name}: {reason}")

    def _write(self, data: bytes, peer: str) -> bool:
        return not peer and self._end is not None and self._end.write(data)


class _PtyEnd:
    """An open pseudo-terminal and its two lines."""

    def __init__(self, baud: int, on_data: Callable[[bytes], None]) -> None:
        # The far side stays open here too: else the near side would hang up
        # whenever the program at the far end closes the port.
        self._near, self._far = os.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        self.device = os.ttyname(self._far)
        self._on_data = on_data
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        self._outward = SerialLine(baud)
        self._inward = SerialLine(baud)
        self._unsent = bytearray()
        self._timers: dict[Callable[[], None], asyncio.TimerHandle] = {}
        self._loop.add_reader(self._near, self._first_inward)

    def write(self, data: bytes) -> bool:
        """Put bytes in front of the line; all, or none when too many wait."""
        if self.lost.done() or len(self._unsent) + len(data) > _UNSENT_BYTES:
            return False
        if data and not self._unsent:
            self._outward.start(self._now_ns())
            self._look_again(self._outward_due, self._outward, len(data))
        self._unsent += data
        return True

    def lose(self, reason: str) -> None:
        """End the session that waits for `lost`."""
        if not self.lost.done():
            self.lost.set_result(reason)

    def close(self) -> None:
        """Hang up, and let go of everything."""
        self._loop.remove_reader(self._near)
        for timer in self._timers.values():
            timer.cancel()
        os.close(self._near)
        os.close(self._far)

    def _outward_due(self) -> None:
        due = self._outward.due(self._now_ns())
        chunk = bytes(self._unsent[:due])
        del self._unsent[:due]
        self._outward.take(len(chunk))
        try:
            os.write(self._near, chunk)
        except (BlockingIOError, InterruptedError):
            pass  # nobody listens: the bytes leave the cable's end unread
        except OSError as error:
            self.lose(os.strerror(error.errno or 0).lower())
            return
        if self._unsent:
            self._look_again(self._outward_due, self._outward, len(self._unsent))

    def _first_inward(self) -> None:
        self._loop.remove_reader(self._near)
        self._inward.start(self._now_ns())
        self._look_again(self._inward_due, self._inward, 1)

    def _inward_due(self) -> None:
        due = self._inward.due(self._now_ns())
        try:
            data = os.read(self._near, due) if due else b""
        except (BlockingIOError, InterruptedError):
            data = b""
        except OSError as error:
            self.lose(os.strerror(error.errno or 0).lower())
            return
        self._inward.take(len(data))
        if len(data) < due:  # the line ran dry
            self._loop.add_reader(self._near, self._first_inward)
        else:
            self._look_again(self._inward_due, self._inward, _UNSENT_BYTES)
        if data:
            self._on_data(data)

    def _look_again(self, look: Callable[[], None], line: SerialLine, waiting: int) -> None:
        wait_ns = min(line.wait_ns(self._now_ns(), waiting), _LOOK_NS)
        self._timers[look] = self._loop.call_later(wait_ns / _SECOND_NS, look)

    def _now_ns(self) -> int:
        return int(self._loop.time() * _SECOND_NS)


def _point(path: Path, device: str) -> None:
    """Make `path` a symbolic link to `device`; LinkDownError if something else is there."""
    if path.exists() and not path.is_symlink():
        raise LinkDownError(f"virtual serial port {path}: another file is in the way")
    path.unlink(missing_ok=True)
    path.symlink_to(device)


def _points_at(path: Path, device: str) -> bool:
    return path.is_symlink() and str(path.readlink()) == device
