"""A process that consoles attach to: it says where, ends when asked, and says farewell."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from gcs.console.protocol import Farewell
from gcs.console.server import ConsoleServer
from gcs.exits import StartUpError
from gcs.links.base import sentence
from gcs.summary import Summary


@asynccontextmanager
async def hosting(
    server: ConsoleServer, stop: Callable[[], None], end: Callable[[], Farewell]
) -> AsyncIterator[None]:
    """Consoles attach within the block; its first line tells who started the process where.

    Requests to end call `stop`. After the block `end` gives the last word to the consoles.
    """
    try:
        await server.start()
    except OSError as error:
        raise StartUpError(sentence(f"cannot listen on {server.address}", error)) from error
    try:
        with _signals_calling(stop):
            sys.stdout.write(f"ready {server.address}\n")
            sys.stdout.flush()
            yield
    finally:
        await server.close(end())


def farewell(summary: Summary, exit_code: int) -> Farewell:
    """The last word of a run that came to this."""
    return Farewell(exit_code, summary.outcome or "open", tuple(summary.lines()))


@contextmanager
def _signals_calling(stop: Callable[[], None]) -> Iterator[None]:
    """Requests to end call `stop`; after the block the end has begun, and they change nothing."""
    loop = asyncio.get_running_loop()
    requests = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    heard = [number for number in requests if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heard:  # but nohup stays nohup
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        # Whoever watches asks for the end once it has read the farewell: it must not
        # find a process whose handlers are gone and which it would kill half-way.
        signal.pthread_sigmask(signal.SIG_BLOCK, heard)
        for number in heard:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, heard)
