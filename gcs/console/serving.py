"""`gcs serve`: runs the browser view until it is ended or its station is gone."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import aclosing

from gcs.console.client import ConsoleClient
from gcs.console.protocol import Farewell
from gcs.console.web import WebConsole


class ServeError(Exception):
    """Why the view cannot be served, in one sentence."""


def run_web(address: str, port: int) -> None:
    """Serve until ^C, SIGTERM, or the run's end. ServeError where the port cannot be had."""
    asyncio.run(_serve(address, port))


async def _serve(address: str, port: int) -> None:
    web = WebConsole(address, port)
    try:
        await web.start()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ServeError(f"cannot serve on 127.0.0.1:{port}: {reason}") from error
    sys.stdout.write(f"open {web.link}\nread-only; ^C ends it\n")
    sys.stdout.flush()
    try:
        await _until_over(address)
    finally:
        await web.close()


async def _until_over(address: str) -> None:
    """Until someone asks for the end, or the station says farewell."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    watching = asyncio.ensure_future(_farewell(address))
    asked = asyncio.ensure_future(ended.wait())
    await asyncio.wait((watching, asked), return_when=asyncio.FIRST_COMPLETED)
    for task in (watching, asked):
        task.cancel()
    await asyncio.gather(watching, asked, return_exceptions=True)


async def _farewell(address: str) -> None:
    async with aclosing(ConsoleClient(address).updates()) as updates:
        async for update in updates:
            if isinstance(update, Farewell):
                return
