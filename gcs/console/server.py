"""The station's side of the console socket: many consoles, and it waits for none.

Publishing encodes once and leaves the frame in one slot a console; each console's
own task writes its slot when the socket takes more, so a stalled console costs one
frame of memory and misses Snapshots, nothing else. Whatever a console sends that is
not the protocol ends that console's connection and is counted. Who is behind a console
is `identity`'s to say, at the attach; from then on its Intents carry that name.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

import msgspec

from gcs.clock import SECOND_NS
from gcs.console.identity import Identity, RefusedError, peer_of
from gcs.console.protocol import (
    MAX_FROM_CONSOLE_BYTES,
    Address,
    Attach,
    Control,
    Farewell,
    FrameSplitter,
    FromConsole,
    History,
    HistoryQuery,
    Playback,
    ProtocolError,
    Refused,
    TcpAddress,
    UnixAddress,
    Welcome,
    decode_from_console,
    encode,
    parse_address,
)
from gcs.console.trails import Trails
from gcs.messages import Catalogue, ConsoleChanged, Intent, Snapshot

MAX_CONSOLES = 16
ATTACH_WITHIN_S = 5.0
FAREWELL_WITHIN_S = 1.0
INTENT_SPACING_S = 0.02
_READ_BYTES = 4096

PAST_NS = SECOND_NS // 2
PAST_ROWS = 2400
"""Twenty minutes at 2 Hz of every parameter, for charts of consoles that attach late."""
ANSWERS_KEPT = 32
"""Answers that wait for a slow console; more are dropped, and it may ask again."""

_BY_PEER = Identity()

OnInput: TypeAlias = Callable[[Intent | ConsoleChanged], None]
OnControl: TypeAlias = Callable[[Control], None]


class ConsoleServer:
    """Serves consoles on `address` (`unix:PATH` or `tcp:127.0.0.1:PORT`).

    `on_input` gets every attach and leave and every Intent, from the event loop's
    thread; it must not block. An Intent's console, position and person are those of
    the connection, whatever the console wrote. Use as an async context manager.
    """

    def __init__(
        self,
        address: str,
        catalogue: Catalogue,
        on_input: OnInput,
        identity: Identity = _BY_PEER,
        on_control: OnControl | None = None,
    ) -> None:
        """`on_control` takes what consoles with a position ask of a replay."""
        self._address = parse_address(address)
        self._catalogue_frame = encode(catalogue)
        self._on_input = on_input
        self._identity = identity
        self._on_control = on_control
        self._past = Trails(len(catalogue.parameters), capacity=PAST_ROWS, spacing_ns=PAST_NS)
        self._latest: bytes | None = None
        self._consoles: dict[str, _Connection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._served = 0
        self._faults = 0
        self._closing = False
        self._listener: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """Where consoles attach; the port is the real one once started."""
        return str(self._address)

    @property
    def consoles(self) -> tuple[str, ...]:
        """The ids of the attached consoles."""
        return tuple(self._consoles)

    @property
    def faults(self) -> int:
        """Connections and messages refused because they broke the protocol."""
        return self._faults

    async def start(self) -> None:
        """Listen; OSError with the reason where the address cannot be had."""
        listening = _listening_socket(self._address)
        self._listener = await asyncio.start_server(self._accept, sock=listening)
        if isinstance(self._address, TcpAddress):
            self._address = TcpAddress(self._address.host, listening.getsockname()[1])

    def publish(self, snapshot: Snapshot, playback: Playback | None = None) -> None:
        """Offer a Snapshot to every console; returns at once. A newer one replaces it."""
        self._past.add(snapshot)
        self._latest = encode(snapshot) + (b"" if playback is None else encode(playback))
        for connection in self._consoles.values():
            connection.offer(self._latest)

    async def close(self, farewell: Farewell | None = None) -> None:
        """Stop listening, say farewell to whoever still reads, and drop everyone."""
        self._closing = True
        if self._listener is not None:
            self._listener.close()
        if farewell is not None:
            frame = encode(farewell)
            await asyncio.gather(*(c.finish(frame) for c in self._consoles.values()))
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        _forget(self._address)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closing or len(self._tasks) >= MAX_CONSOLES:
            self._faults += 1
            writer.transport.abort()
            return
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inbox = _Inbox(reader)
        try:
            async with asyncio.timeout(ATTACH_WITHIN_S):
                first = await inbox.next()
            if not isinstance(first, Attach):
                raise ProtocolError("an attach must come first")
            person = self._identity.person(first, peer_of(writer))
            await self._attached(first.position, person, inbox, writer)
        except RefusedError as error:
            self._faults += 1
            await _turn_away(writer, str(error))
        except (ProtocolError, TimeoutError):
            self._faults += 1
        except (OSError, EOFError):
            pass
        finally:
            writer.transport.abort()

    async def _attached(
        self, position: str, person: str, inbox: _Inbox, writer: asyncio.StreamWriter
    ) -> None:
        self._served += 1
        who = ConsoleChanged(f"console-{self._served}", position, attached=True, person=person)
        welcome = encode(Welcome(who.console, position, person))
        connection = _Connection(writer)
        connection.offer(self._latest)
        self._consoles[who.console] = connection
        self._on_input(who)
        writing = asyncio.ensure_future(connection.write(welcome + self._catalogue_frame))
        try:
            await self._listen(who, inbox, connection)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            del self._consoles[who.console]
            self._on_input(msgspec.structs.replace(who, attached=False))

    async def _listen(self, who: ConsoleChanged, inbox: _Inbox, connection: _Connection) -> None:
        while True:
            message = await inbox.next()
            if isinstance(message, HistoryQuery):
                connection.answer(encode(self._history(message.parameter)))
            elif isinstance(message, Attach):
                raise ProtocolError("attached already")
            elif not who.position:
                raise ProtocolError("a console without a position only watches")
            elif isinstance(message, Control):
                if self._on_control is not None:
                    self._on_control(message)
            else:
                self._on_input(
                    msgspec.structs.replace(
                        message, console=who.console, position=who.position, person=who.person
                    )
                )
            # The excess of a flood waits in the console's own socket, not in the station.
            await asyncio.sleep(INTENT_SPACING_S)

    def _history(self, parameter: int) -> History:
        """The past of a column; empty where there is no such column."""
        times_ns, values = self._past.column(parameter)
        return History(parameter, tuple(times_ns.tolist()), tuple(values.tolist()))


async def _turn_away(writer: asyncio.StreamWriter, reason: str) -> None:
    """Say why, for a moment only."""
    writer.transport.set_write_buffer_limits(high=0)
    writer.write(encode(Refused(reason)))
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(FAREWELL_WITHIN_S):
            await writer.drain()


class _Connection:
    """One console's outgoing slot and the task body that empties it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        # With a zero high-water mark `drain` returns only once the socket took it all.
        writer.transport.set_write_buffer_limits(high=0)
        self._writer = writer
        self._slot: bytes | None = None
        self._answers: deque[bytes] = deque(maxlen=ANSWERS_KEPT)
        self._filled = asyncio.Event()
        self._last = False
        self._done = asyncio.Event()

    def offer(self, frame: bytes | None) -> None:
        """Replace what waits to be written."""
        if frame is not None and not self._last:
            self._slot = frame
            self._filled.set()

    def answer(self, frame: bytes) -> None:
        """Add an answer to what waits to be written."""
        if not self._last:
            self._answers.append(frame)
            self._filled.set()

    async def finish(self, frame: bytes) -> None:
        """Write `frame` after the newest Snapshot, for a moment only."""
        self._slot = (self._slot or b"") + frame
        self._last = True
        self._filled.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_WITHIN_S):
                await self._done.wait()

    async def write(self, first: bytes) -> None:
        """Write `first`, then the newest frame each time the socket is free."""
        try:
            await self._put(first)
            while not (self._last and self._slot is None):
                await self._filled.wait()
                self._filled.clear()
                while self._answers:
                    await self._put(self._answers.popleft())
                frame, self._slot = self._slot, None
                if frame is not None:
                    await self._put(frame)
        except OSError:
            # The reading side sees the same end and leaves.
            pass
        finally:
            self._done.set()

    async def _put(self, frame: bytes) -> None:
        self._writer.write(frame)
        await self._writer.drain()


class _Inbox:
    """Messages of one console, in order; EOFError at the end of its stream."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._splitter = FrameSplitter(MAX_FROM_CONSOLE_BYTES)
        self._waiting: list[bytes] = []

    async def next(self) -> FromConsole:
        """The next message; ProtocolError where it is not one."""
        while not self._waiting:
            data = await self._reader.read(_READ_BYTES)
            if not data:
                raise EOFError
            self._waiting = self._splitter.feed(data)
        return decode_from_console(self._waiting.pop(0))


def _listening_socket(address: Address) -> socket.socket:
    if isinstance(address, TcpAddress):
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server((address.host, address.port), family=family)
    return _unix_socket(Path(address.path))


def _forget(address: Address) -> None:
    if isinstance(address, UnixAddress):
        Path(address.path).unlink(missing_ok=True)


def _unix_socket(path: Path) -> socket.socket:
    """A bound Unix socket that only its owner may open."""
    _remove_abandoned(path)
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(str(path))
        path.chmod(0o600)
    except OSError:
        listening.close()
        raise
    return listening


def _remove_abandoned(path: Path) -> None:
    """Unlink a socket that nobody listens on; OSError where somebody does."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(f"another station listens on unix:{path}")
