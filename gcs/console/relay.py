"""One console in a process of its own for one browser, and the pipe between the two.

The process speaks the language of Textual's web driver over its standard streams: a
line `__GANGLION__`, then packets of a letter, a 4-byte big-endian length and so many
bytes. `D` is what a terminal would get or type, `M` is JSON: resize, focus, quit.

A browser's session ends with its process: first asked, then told, then killed. The other
way round, a console whose server is gone ends by itself (`end_with_parent`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence

import msgspec

PRELUDE = b"__GANGLION__\n"
MAX_PACKET_BYTES = 4 * 1024 * 1024
"""A whole repaint of the largest terminal is some hundred kB."""
START_WITHIN_S = 15.0
ASKED_S = 2.0
TOLD_S = 1.0
_DRIVER = "textual.drivers.web_driver:WebDriver"

Show = Callable[[bytes], Awaitable[None]]


class RelayError(Exception):
    """The console did not start, or does not speak the driver's language."""


class Relay:
    """A console's process and its streams. Always `stop` it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout

    @property
    def pid(self) -> int:
        """The console's process."""
        return self._process.pid

    @classmethod
    async def start(cls, command: Sequence[str], width: int, height: int) -> Relay:
        """Start a console of `width` x `height` cells; RelayError where it does not come up."""
        environment = {
            **os.environ,
            "TEXTUAL_DRIVER": _DRIVER,
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "COLUMNS": str(width),
            "ROWS": str(height),
        }
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            limit=MAX_PACKET_BYTES,
        )
        relay = cls(process)
        try:
            async with asyncio.timeout(START_WITHIN_S):
                await relay._hear_prelude()
        except BaseException:
            await relay.stop()
            raise
        return relay

    async def _hear_prelude(self) -> None:
        while line := await self._stdout.readline():
            if line == PRELUDE:
                return
        raise RelayError("the console ended before it showed anything")

    async def show(self, show: Show) -> None:
        """Hand on what the console draws, until it ends; RelayError on another language."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                head = await self._stdout.readexactly(5)
                size = int.from_bytes(head[1:], "big")
                if size > MAX_PACKET_BYTES:
                    raise RelayError(f"a packet of {size} bytes")
                body = await self._stdout.readexactly(size)
                if head[:1] == b"D":
                    await show(body)

    async def type(self, data: bytes) -> None:
        """What was typed in the browser."""
        await self._send(b"D", data)

    async def tell(self, kind: str, **facts: int) -> None:
        """Tell the console of its window: resize, focus, blur, quit."""
        await self._send(b"M", msgspec.json.encode({"type": kind, **facts}))

    async def _send(self, letter: bytes, body: bytes) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            self._stdin.write(letter + len(body).to_bytes(4, "big") + body)
            await self._stdin.drain()

    async def stop(self) -> None:
        """End the process, whatever it does."""
        for act, within_s in ((self._ask, ASKED_S), (self._process.terminate, TOLD_S)):
            with contextlib.suppress(ProcessLookupError):
                act()
            if await self._ended(within_s):
                return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def _ask(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            body = b'{"type":"quit"}'
            self._stdin.write(b"M" + len(body).to_bytes(4, "big") + body)
            self._stdin.close()

    async def _ended(self, within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                # A full pipe would keep it from ending.
                while await self._stdout.read(65536):
                    pass
                await self._process.wait()
        except TimeoutError:
            return False
        return True


def console_command(address: str) -> list[str]:
    """The command of a console that only watches, and ends with its server."""
    return [sys.executable, "-m", "gcs.cli", "watch-console", address]


def end_with_parent(check_s: float = 0.5, grace_s: float = 3.0) -> None:
    """End this process once its parent has ended, even by kill -9: nobody sees it any more."""
    parent = os.getppid()

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(check_s)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace_s)
        os._exit(1)

    threading.Thread(target=look, name="end-with-parent", daemon=True).start()
