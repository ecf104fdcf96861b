"""Reads a recording, whole or cut, as far as its bytes are sound."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, NamedTuple

import msgspec
from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, Chunk, McapRecord, Message, Metadata, Statistics
from mcap.stream_reader import breakup_chunk

from gcs.recording.header import RecordingHeader, header_from
from gcs.recording.layout import (
    AUDIT_TOPIC,
    DIGEST_TOPIC,
    MAGIC,
    METADATA_NAME,
    STEP_TOPIC,
    UINT32,
    Audit,
    Digest,
    Record,
    RecordingError,
    Step,
)

_RECORD_HEAD = struct.Struct("<BQ")
_FOOTER_HEAD = _RECORD_HEAD.pack(Opcode.FOOTER, 20)
_FOOTER_BYTES = _RECORD_HEAD.size + 20
_READERS: dict[int, Callable[[ReadDataStream], McapRecord]] = {
    Opcode.ATTACHMENT: Attachment.read,
    Opcode.METADATA: Metadata.read,
    Opcode.CHUNK: Chunk.read,
    Opcode.STATISTICS: Statistics.read,
}
_BEHIND_HEADER = frozenset((Opcode.CHUNK, Opcode.MESSAGE, Opcode.DATA_END))
_DECODERS: dict[str, Callable[[bytes], Record]] = {
    STEP_TOPIC: msgspec.msgpack.Decoder(Step).decode,
    DIGEST_TOPIC: msgspec.msgpack.Decoder(Digest).decode,
    AUDIT_TOPIC: msgspec.json.Decoder(Audit).decode,
}


class Entry(NamedTuple):
    """A message as it stands in the file."""

    topic: str
    log_ns: int
    data: bytes


@dataclass
class Recording:
    """A recording on disk. `truncated` is known at once: the file was never closed.

    `damage` is known when `records` or `entries` has come to its end: where and
    why reading stopped, empty where the file is sound to its end. What lies after
    a damage is never given out: its inputs met a state that nobody has.
    """

    path: Path
    header: RecordingHeader
    truncated: bool
    damage: str = ""
    sound_bytes: int = field(default=0, repr=False)

    def records(self) -> Iterator[Record]:
        """Steps, digests and audit entries as recorded; from the start at each call."""
        for topic, _, data in self.entries():
            decode = _DECODERS.get(topic)
            if decode is None:
                continue
            try:
                record = decode(data)
            except msgspec.MsgspecError as error:
                self._stopped(f"a message on {topic} is not what this version records: {error}")
                return
            yield record

    def entries(self) -> Iterator[Entry]:
        """All messages in their recorded form; from the start at each call."""
        self.damage = ""
        self.sound_bytes = len(MAGIC)
        contents = _Contents()
        opcode = 0
        with self.path.open("rb") as stream:
            stream.seek(len(MAGIC))
            while (raw := _raw_record(stream)) is not None:
                try:
                    entries = contents.entries(raw)
                except _UnsoundError as error:
                    self._stopped(str(error))
                    return
                yield from entries
                self.sound_bytes += len(raw)
                opcode = raw[0]
        if self.truncated or opcode != Opcode.FOOTER:
            self._stopped("the file ends here without having been closed")

    def _stopped(self, reason: str) -> None:
        self.damage = f"byte {self.sound_bytes}: {reason}"


class _UnsoundError(ValueError):
    """Bytes that are not the record that belongs there."""


class _Contents:
    """Follows channels and numbering, so that a piece missing between sound ones is noticed."""

    def __init__(self) -> None:
        self._topics: dict[int, str] = {}
        self._count = 0

    def entries(self, raw: bytes) -> list[Entry]:
        """The messages of a top-level record."""
        found = []
        for record in _parsed(raw):
            if isinstance(record, Message):
                found.append(self._entry(record))
            elif isinstance(record, Channel):
                self._topics[record.id] = record.topic
            elif isinstance(record, Statistics) and record.message_count != self._count:
                raise _UnsoundError(
                    f"{record.message_count} messages were recorded, not all are here"
                )
        return found

    def _entry(self, message: Message) -> Entry:
        self._count += 1
        if message.sequence != self._count & UINT32:
            raise _UnsoundError(f"message {self._count} is missing")
        topic = self._topics.get(message.channel_id)
        if topic is None:
            raise _UnsoundError(f"message {self._count} has no channel")
        return Entry(topic, message.log_time, message.data)


def read_recording(path: Path) -> Recording:
    """Open a recording; RecordingError where even its header cannot be read."""
    try:
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                raise RecordingError(f"{path}: is not an MCAP file")
            header = _header(path, stream)
            return Recording(path, header, truncated=not _closed(stream))
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error


def _header(path: Path, stream: IO[bytes]) -> RecordingHeader:
    texts: dict[str, str] = {}
    try:
        while (raw := _raw_record(stream)) is not None:
            if raw[0] in _BEHIND_HEADER:
                raise RecordingError("is an MCAP file, but without the header of a recording")
            for record in _parsed(raw):
                if isinstance(record, Attachment):
                    texts[record.name] = record.data.decode()
                elif isinstance(record, Metadata) and record.name == METADATA_NAME:
                    return header_from(record.metadata, texts)
    except (_UnsoundError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: has a damaged header: {error}") from error
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from error
    raise RecordingError(f"{path}: ends before its header is whole; there is nothing to replay")


def _closed(stream: IO[bytes]) -> bool:
    """Whether the file ends as a closed one does: a footer, then the magic again."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _FOOTER_BYTES - len(MAGIC)))
    tail = stream.read()
    return tail.endswith(MAGIC) and tail.startswith(_FOOTER_HEAD)


def _raw_record(stream: IO[bytes]) -> bytes | None:
    """The next record with its head, or None where no whole one is left.

    The head is checked against the bytes that are there: a rotten length must
    not be believed, let alone allocated.
    """
    start = stream.tell()
    head = stream.read(_RECORD_HEAD.size)
    if len(head) < _RECORD_HEAD.size:
        return None
    _, length = _RECORD_HEAD.unpack(head)
    left = stream.seek(0, os.SEEK_END) - start - _RECORD_HEAD.size
    if length > left:
        return None
    stream.seek(start)
    return stream.read(_RECORD_HEAD.size + length)


def _parsed(raw: bytes) -> list[McapRecord]:
    """What a top-level record says: itself, or a chunk's content with its CRC checked."""
    read = _READERS.get(raw[0])
    if read is None:  # an index, or something that another tool added
        return []
    try:
        record = read(ReadDataStream(BytesIO(raw[_RECORD_HEAD.size :])))
        return breakup_chunk(record, validate_crc=True) if isinstance(record, Chunk) else [record]
    except Exception as error:  # rotten bytes fail in every layer: struct, zstd, UTF-8, memory
        raise _UnsoundError(f"{type(error).__name__} {error}".strip()) from error
