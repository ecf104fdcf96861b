"""An MQTT 3.1.1 broker inside a process (amqtt), so that a demo needs no set-up.

Operations use Mosquitto or better: this one has no access control, and it must
only listen where its clients are trusted.
`python -m gcs.links.broker HOST PORT` runs it as a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from types import TracebackType
from typing import Any, Self

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.errors import AMQTTError, MQTTError

from gcs.links.addresses import format_address
from gcs.links.base import sentence

_LISTENER = "default"


class EmbeddedBroker:
    """A broker that listens from `async with` on until its end; anybody may connect.

    The connections are accepted here and handed to amqtt, which leaves them open
    when a client or the broker goes.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 1883) -> None:
        """`port` 0 takes any free one; `port` then tells which, once it listens."""
        self.host = host
        self.port = port
        self._broker: Broker | None = None
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        """Listen; OSError, with one sentence, where that is not possible."""
        # What amqtt logs of each client is news to nobody here.
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            self._server = await asyncio.start_server(self._called, self.host, self.port)
        except OSError as error:
            address = format_address((self.host, self.port))
            raise OSError(sentence(f"no broker on {address}", error)) from error
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._broker = Broker(_configuration(self.host, self.port))
        await self._broker.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening and end all connections; retained payloads are forgotten."""
        if self._server is not None:
            self._server.close()
        if self._broker is not None:
            await self._broker.shutdown()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients)

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.current_task()
        if call is None or self._broker is None:
            return
        self._clients.add(call)
        try:
            # Whatever a client does ends its own connection and nothing else.
            with contextlib.suppress(AMQTTError, MQTTError, OSError, asyncio.CancelledError):
                await self._broker.external_connected(
                    StreamReaderAdapter(reader), StreamWriterAdapter(writer), _LISTENER
                )
        finally:
            writer.transport.abort()
            self._clients.discard(call)


def _configuration(host: str, port: int) -> dict[str, object]:
    return {
        "listeners": {_LISTENER: {"type": "external", "bind": format_address((host, port))}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }


async def _serve(host: str, port: int) -> None:
    """Serve until a signal asks to end."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with EmbeddedBroker(host, port):
        sys.stdout.write(f"listening on {format_address((host, port))}\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> None:
    """Entry point: where it cannot listen, one sentence and exit 2."""
    try:
        asyncio.run(_serve(sys.argv[1], int(sys.argv[2])))
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
