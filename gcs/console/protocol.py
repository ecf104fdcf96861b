"""The console socket's language: length-prefixed msgpack, both ways, no input or output here.

A console connects and sends one Attach. The station says whom it takes it for, or why it
does not take it, then sends the Catalogue, then Snapshots for as long as it runs, then a
Farewell. An attached console sends Intents whenever its operator acts.

    console                     station
       | -- Attach ---------------> |
       | <--------------- Welcome - |   or Refused, and the end
       | <------------- Catalogue - |
       | <-------------- Snapshot - |   newest only: a slow console misses some
       | -- Intent ---------------> |
       | -- HistoryQuery ---------> |
       | <--------------- History - |   what was before the console attached
       | -- Control --------------> |   in a replay only: play, pause, seek ...
       | <-------------- Playback - |   where the replay stands
       | <-------------- Farewell - |   the run is over; a bare end of file is a crash

A frame is a 4-byte big-endian length and that many bytes of msgpack. Both sides
bound the length before they hold a byte of the body.
"""

from __future__ import annotations

import enum
import ipaddress
import struct
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from gcs.messages import Catalogue, Intent, Message, Snapshot

VERSION = 2
MAX_FROM_STATION_BYTES = 8 * 1024 * 1024
MAX_FROM_CONSOLE_BYTES = 4096
MAX_NAME_LENGTH = 32
MAX_TOKEN_LENGTH = 256
_UNIX_PATH_BYTES = 107
_LENGTH = struct.Struct(">I")


class ProtocolError(Exception):
    """The peer did not speak this language; says what was wrong."""


class Attach(Message, frozen=True, tag="attach"):
    """A console's first message. An empty `position` only watches.

    `person` is who its operator says to be, `token` what proves it where the station asks
    for one; it is compared and forgotten.
    """

    version: int
    position: str
    person: str = ""
    token: str = ""


class Welcome(Message, frozen=True, tag="welcome"):
    """The console's own id, as in `Snapshot.consoles`, and whom the station takes it for."""

    console: str
    position: str
    person: str


class Refused(Message, frozen=True, tag="refused"):
    """This console was not taken; trying again would not help. `reason` is one sentence."""

    reason: str


class Farewell(Message, frozen=True, tag="farewell"):
    """The run is over. `exit_code` is the run's, `reason` one sentence for the operator.

    `story` tells line by line how it went.
    """

    exit_code: int
    reason: str
    story: tuple[str, ...] = ()


class HistoryQuery(Message, frozen=True, tag="history_query"):
    """Asks for the past of one parameter, by its catalogue column."""

    parameter: int


class History(Message, frozen=True, tag="history"):
    """The past of one parameter as shown: station times, rising, and GOOD values in SI."""

    parameter: int
    times_ns: tuple[int, ...]
    values: tuple[float, ...]


class PlaybackAct(enum.StrEnum):
    """What may be done with a replay; the value that goes with it in brackets."""

    PLAY = "play"
    PAUSE = "pause"
    SPEED = "speed"  # times real time
    SEEK = "seek"  # s on the T clock
    SKIP = "skip"  # s, either way
    STEP = "step"  # snapshots, either way
    NEXT = "next"
    PREVIOUS = "previous"


class Control(Message, frozen=True, tag="control"):
    """Asks a replay to do something; a station that is none ignores it."""

    act: PlaybackAct
    value: Annotated[float, Meta(ge=-1e9, le=1e9)] = 0.0


class Playback(Message, frozen=True, tag="playback"):
    """Where a replay stands, in station time; `mark` is the event that it was led to, `sought`
    says of a reading of the T clock that is sought and not found how far T goes.

    `last_ns` is the last moment known so far, of the whole flight once `complete`.
    `speed` is None for as fast as it goes.
    """

    at_ns: int
    first_ns: int
    last_ns: int
    complete: bool
    playing: bool
    speed: float | None
    mark: str = ""
    sought: str = ""


FromConsole: TypeAlias = Attach | Intent | HistoryQuery | Control
FromStation: TypeAlias = Welcome | Refused | Catalogue | Snapshot | Farewell | History | Playback

_encoder = msgspec.msgpack.Encoder()
_from_console: msgspec.msgpack.Decoder[FromConsole] = msgspec.msgpack.Decoder(FromConsole)
_from_station: msgspec.msgpack.Decoder[FromStation] = msgspec.msgpack.Decoder(FromStation)


def encode(message: FromConsole | FromStation) -> bytes:
    """The message as one frame."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


def decode_from_console(body: bytes) -> FromConsole:
    """What a console sent; ProtocolError for anything else."""
    try:
        message = _from_console.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProtocolError(f"not a console message: {error}") from error
    if isinstance(message, Attach):
        _check_attach(message)
    return message


def decode_from_station(body: bytes) -> FromStation:
    """What a station sent; ProtocolError for anything else."""
    try:
        return _from_station.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProtocolError(f"not a station message: {error}") from error


def _check_attach(attach: Attach) -> None:
    if attach.version != VERSION:
        raise ProtocolError(f"protocol {attach.version}, expected {VERSION}")
    for what, text, longest in (
        ("position", attach.position, MAX_NAME_LENGTH),
        ("person", attach.person, MAX_NAME_LENGTH),
        ("token", attach.token, MAX_TOKEN_LENGTH),
    ):
        if len(text) > longest or not text.isprintable():
            raise ProtocolError(f"a {what} is at most {longest} printable characters")


class FrameSplitter:
    """Cuts a byte stream into frame bodies; holds at most one unfinished frame."""

    def __init__(self, max_body_bytes: int) -> None:
        self._max_body_bytes = max_body_bytes
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies that `data` completes.

        ProtocolError where a frame announces more than the bound; the stream
        cannot be followed after that.
        """
        self._buffer += data
        bodies: list[bytes] = []
        while (body := self._take()) is not None:
            bodies.append(body)
        return bodies

    def _take(self) -> bytes | None:
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > self._max_body_bytes:
            raise ProtocolError(f"frame of {length} bytes, at most {self._max_body_bytes}")
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[_LENGTH.size : end])
        del self._buffer[:end]
        return body


@dataclass(frozen=True)
class UnixAddress:
    """A Unix socket's path."""

    path: str

    def __str__(self) -> str:
        return f"unix:{self.path}"


@dataclass(frozen=True)
class TcpAddress:
    """A loopback TCP port; 0 asks the system for a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"tcp:{self.host}:{self.port}"


Address: TypeAlias = UnixAddress | TcpAddress


def parse_address(text: str) -> Address:
    """The address that `unix:PATH` or `tcp:HOST:PORT` names.

    ValueError with one sentence otherwise. Only loopback hosts are taken: this
    language is not encrypted, so it must not leave the machine.
    """
    kind, _, rest = text.partition(":")
    if kind == "unix":
        return _unix(rest)
    if kind == "tcp":
        return _tcp(rest)
    raise ValueError(f'expected "unix:PATH" or "tcp:127.0.0.1:PORT", got {text!r}')


def _unix(path: str) -> UnixAddress:
    if not 0 < len(path.encode()) <= _UNIX_PATH_BYTES:
        raise ValueError(f"a Unix socket's path has 1 to {_UNIX_PATH_BYTES} bytes, got {path!r}")
    return UnixAddress(path)


def _tcp(rest: str) -> TcpAddress:
    host, _, port = rest.rpartition(":")
    host = "127.0.0.1" if host == "localhost" else host.strip("[]")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise ValueError(f'expected "tcp:127.0.0.1:PORT", got {"tcp:" + rest!r}')
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(f"consoles attach over loopback only, got host {host!r}")
    return TcpAddress(host, int(port))
