"""A console's side of the socket: attaches, and attaches again for as long as it is wanted."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeAlias

from gcs.console.protocol import (
    MAX_FROM_STATION_BYTES,
    VERSION,
    Attach,
    Control,
    Farewell,
    FrameSplitter,
    FromStation,
    HistoryQuery,
    ProtocolError,
    Refused,
    UnixAddress,
    decode_from_station,
    encode,
    parse_address,
)
from gcs.messages import Act, Intent, Snapshot

RETRY_S = 0.5
_READ_BYTES = 256 * 1024


@dataclass(frozen=True)
class Detached:
    """The station is not there; the client keeps trying. `reason` is one sentence."""

    reason: str


Update: TypeAlias = FromStation | Detached


class ConsoleClient:
    """One console's connection to a station at `address`.

    `position` is who acts here; an empty one only watches. `person` and `token` say and
    prove who that is, where the station asks for it.
    """

    def __init__(self, address: str, position: str = "", person: str = "", token: str = "") -> None:
        self._address = parse_address(address)
        self._position = position
        self._attach = Attach(VERSION, position, person, token)
        self._name = uuid.uuid4().hex[:12]
        self._sent = 0
        self._writer: asyncio.StreamWriter | None = None

    async def updates(self) -> AsyncGenerator[Update, None]:
        """What the station says, over as many connections as it takes.

        It ends with a Farewell, or with Refused.
        """
        while True:
            try:
                async with aclosing(self._one_connection()) as messages:
                    async for message in messages:
                        yield message
                        if isinstance(message, Farewell | Refused):
                            return
                yield Detached("the station closed the connection")
            except OSError as error:
                yield Detached(f"{self._address}: {(error.strerror or str(error)).lower()}")
            except ProtocolError as error:
                yield Detached(f"{self._address}: {error}")
            await asyncio.sleep(RETRY_S)

    def send(self, act: Act, seen: Snapshot) -> bool:
        """Send an Intent decided on `seen`; False where no station is attached."""
        if self._writer is None or self._writer.is_closing():
            return False
        self._sent += 1
        intent = Intent(
            id=f"{self._name}-{self._sent}",
            console="",
            position=self._position,
            issued_ns=seen.now_ns,
            snapshot_seen=seen.sequence,
            act=act,
        )
        self._writer.write(encode(intent))
        return True

    def ask(self, question: HistoryQuery | Control) -> bool:
        """Ask for the past, or a replay to move; False where no station is attached."""
        if self._writer is None or self._writer.is_closing():
            return False
        self._writer.write(encode(question))
        return True

    async def _one_connection(self) -> AsyncGenerator[FromStation, None]:
        reader, writer = await self._connect()
        splitter = FrameSplitter(MAX_FROM_STATION_BYTES)
        try:
            writer.write(encode(self._attach))
            self._writer = writer
            while data := await reader.read(_READ_BYTES):
                for body in splitter.feed(data):
                    yield decode_from_station(body)
        finally:
            self._writer = None
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._address, UnixAddress):
            return await asyncio.open_unix_connection(self._address.path)
        return await asyncio.open_connection(self._address.host, self._address.port)
