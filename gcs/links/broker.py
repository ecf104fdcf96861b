"""An MQTT 3.1.1 broker inside a process (amqtt), so that a demo needs no set-up.

Operations use Mosquitto or better: this one has no access control, and it must
only listen where its clients are trusted.
`python -m gcs.links.broker HOST PORT` runs it as a process of its own.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from types import TracebackType
from typing import Self

from amqtt.broker import Broker
from amqtt.errors import BrokerError

from gcs.links.addresses import format_address
from gcs.links.base import sentence

_START_TIMEOUT_S = 5.0


class EmbeddedBroker:
    """A broker that listens from `async with` on until its end; anybody may connect."""

    def __init__(self, host: str = "127.0.0.1", port: int = 1883) -> None:
        self.host = host
        self.port = port
        self._broker: Broker | None = None

    async def __aenter__(self) -> Self:
        """Listen; OSError, with one sentence, where that is not possible."""
        # What a broker logs of each client is news to nobody here.
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        logging.getLogger("transitions").setLevel(logging.CRITICAL)
        self._broker = Broker(_configuration(self.host, self.port))
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                await self._broker.start()
        except BrokerError as error:
            cause = error.__cause__ or error
            address = format_address((self.host, self.port))
            raise OSError(sentence(f"no broker on {address}", cause)) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening; retained payloads are forgotten."""
        if self._broker is not None:
            await self._broker.shutdown()


def _configuration(host: str, port: int) -> dict[str, object]:
    return {
        "listeners": {"default": {"type": "tcp", "bind": format_address((host, port))}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }


async def _serve(host: str, port: int) -> None:
    async with EmbeddedBroker(host, port):
        sys.stdout.write(f"listening on {format_address((host, port))}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2])))
