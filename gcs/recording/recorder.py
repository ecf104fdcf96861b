"""Writes a recording, so that kill -9 at any moment loses less than the last second."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

import msgspec
from mcap.writer import CompressionType, Writer

from gcs.messages import Event, Input
from gcs.recording.header import RecordingHeader, header_metadata
from gcs.recording.layout import (
    AUDIT_TOPIC,
    DIGEST_TOPIC,
    EVENT_TOPIC,
    METADATA_NAME,
    PROFILE,
    STEP_TOPIC,
    UINT32,
    Digest,
    Step,
)
from gcs.recording.outbox import Outbox

FLUSH_NS = 500_000_000
_LIBRARY = "landfall"
_MEDIA_TYPES = {".toml": "application/toml", ".xml": "application/xml"}

_LOG_SCHEMA = {
    "title": "foxglove.Log",
    "type": "object",
    "properties": {
        "timestamp": {
            "type": "object",
            "title": "time",
            "properties": {"sec": {"type": "integer"}, "nsec": {"type": "integer"}},
        },
        "level": {"type": "integer"},
        "message": {"type": "string"},
        "name": {"type": "string"},
        "file": {"type": "string"},
        "line": {"type": "integer"},
    },
}
_AUDIT_SCHEMA = {
    "title": "landfall.Audit",
    "type": "object",
    "properties": {
        "hash": {"type": "string"},
        "entry": {
            "type": "object",
            "properties": {
                "number": {"type": "integer"},
                "at_ns": {"type": "integer"},
                "t_ns": {"type": "integer"},
                "kind": {"type": "string"},
                "subject": {"type": "string"},
                "text": {"type": "string"},
                "facts": {"type": "object"},
            },
        },
    },
}
_LOG_LEVEL_BY_SEVERITY = (5, 5, 5, 4, 3, 2, 2, 1)
"""foxglove.Log levels (1 debug to 5 fatal) of MAV_SEVERITY 0 to 7."""


class Recorder:
    """Records what went into the station and what came out of it.

    What it does in the caller's turn takes some microseconds a step, and every half
    second of the `now_ns` it is given it flushes. It never waits for the disk and never
    raises for it: see `fault`.
    """

    def __init__(self, path: Path, header: RecordingHeader) -> None:
        """Create the file with its header; FileExistsError rather than overwrite one."""
        self.path = path
        self._outbox = Outbox(path)
        self._writer = Writer(cast("IO[Any]", self._outbox), compression=CompressionType.ZSTD)
        self._encoder = msgspec.msgpack.Encoder()
        self._flushed_ns: int | None = None
        self._count = 0
        self._closed = False
        self._write_header(header)
        self._channels = self._register_channels()

    def step(self, now_ns: int, batch: Sequence[Input]) -> None:
        """Record one call of `Station.step`; before it is made, so that what crashed it is kept."""
        self.copy(STEP_TOPIC, now_ns, self._encoder.encode(Step(now_ns, tuple(batch))))

    def digest(self, now_ns: int, sequence: int, digest: bytes) -> None:
        """Record which Snapshot came out."""
        data = self._encoder.encode(Digest(now_ns, sequence, digest))
        self.copy(DIGEST_TOPIC, now_ns, data)

    def event(self, event: Event) -> None:
        """Record an event as other tools read it; a replay decides its own anew."""
        self.copy(EVENT_TOPIC, event.at_ns, msgspec.json.encode(_log_entry(event)))

    def audit(self, now_ns: int, entry: bytes) -> None:
        """Record an entry of the audit's chain."""
        self.copy(AUDIT_TOPIC, now_ns, entry)

    def copy(self, topic: str, now_ns: int, data: bytes) -> None:
        """Record a message of one of the topics in its recorded form."""
        self._count += 1
        self._writer.add_message(self._channels[topic], now_ns, data, now_ns, self._count & UINT32)
        if self._flushed_ns is None:
            self._flushed_ns = now_ns
        elif now_ns - self._flushed_ns >= FLUSH_NS:
            self.flush()
            self._flushed_ns = now_ns

    def flush(self) -> None:
        """Close the chunk and have it handed to the operating system."""
        self._writer.flush()  # type: ignore[no-untyped-call]
        self._outbox.drain()

    def settle(self) -> None:
        """Flush, and wait until the operating system has all or refuses it.

        For who records faster than time passes, and would run ahead of the disk.
        """
        self._writer.flush()  # type: ignore[no-untyped-call]
        self._outbox.settle()

    def close(self) -> None:
        """Write the summary and close; afterwards `fault` says whether all is on disk."""
        if self._closed:
            return
        self._closed = True
        self._writer.finish()  # type: ignore[no-untyped-call]
        self._outbox.close()

    @property
    def fault(self) -> str:
        """What is wrong with the recording, one sentence; empty where nothing is."""
        return self._outbox.fault

    @property
    def recorded_bytes(self) -> int:
        """How much of the file the operating system has."""
        return self._outbox.taken_bytes

    @property
    def disk_free_bytes(self) -> int:
        """Free space beside the file; 0 where the disk has not answered of late."""
        return self._outbox.free_bytes

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write_header(self, header: RecordingHeader) -> None:
        at_ns = header.created_ns
        self._writer.start(profile=PROFILE, library=_LIBRARY)
        for name, text in header.texts.items():
            media_type = _MEDIA_TYPES.get(Path(name).suffix, "text/plain")
            self._writer.add_attachment(at_ns, at_ns, name, media_type, text.encode())
        self._writer.add_metadata(METADATA_NAME, header_metadata(header))
        self._outbox.settle()

    def _register_channels(self) -> dict[str, int]:
        log = self._writer.register_schema(
            "foxglove.Log", "jsonschema", msgspec.json.encode(_LOG_SCHEMA)
        )
        audit = self._writer.register_schema(
            "landfall.Audit", "jsonschema", msgspec.json.encode(_AUDIT_SCHEMA)
        )
        return {
            STEP_TOPIC: self._writer.register_channel(STEP_TOPIC, "msgpack", 0),
            DIGEST_TOPIC: self._writer.register_channel(DIGEST_TOPIC, "msgpack", 0),
            EVENT_TOPIC: self._writer.register_channel(EVENT_TOPIC, "json", log),
            AUDIT_TOPIC: self._writer.register_channel(AUDIT_TOPIC, "json", audit),
        }


def _log_entry(event: Event) -> dict[str, object]:
    seconds, nanoseconds = divmod(event.at_ns, 1_000_000_000)
    return {
        "timestamp": {"sec": seconds, "nsec": nanoseconds},
        "level": _LOG_LEVEL_BY_SEVERITY[event.severity & 7],
        "message": event.text,
        "name": f"{event.origin} {event.kind}",
        "file": "",
        "line": 0,
    }
