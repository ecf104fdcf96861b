"""Waiting for what must happen, with a deadline instead of a guess."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

DEADLINE_S = 30.0


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until `condition` holds."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 (any condition, over both ends of a socket)
            await asyncio.sleep(0)


async def until_closed(reader: asyncio.StreamReader) -> None:
    """Read to the end of the stream, however it ends."""
    async with asyncio.timeout(DEADLINE_S):
        with contextlib.suppress(ConnectionError):
            await reader.read()
