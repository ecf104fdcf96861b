"""What a recording consists of: the one page that writer and readers share.

A recording is an MCAP file. Its order is what makes a cut file readable:

    attachments   the text of every config file and of the dialect
    metadata      who recorded what with which versions, and a digest of all that
    chunks        one message a step, a snapshot, an event and an entry of the audit;
                  closed every half second
    summary       written at the end only, so its absence tells that the file was cut

The metadata record closes the header: where it was read and its digest fits,
the header is whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import TypeAlias

import msgspec

from gcs.messages import Input

FORMAT = "landfall-recording/1"
PROFILE = "landfall"
METADATA_NAME = "landfall"
MAGIC = b"\x89MCAP0\r\n"

STEP_TOPIC = "station/steps"
DIGEST_TOPIC = "station/digests"
EVENT_TOPIC = "station/events"
AUDIT_TOPIC = "station/audit"

UINT32 = 0xFFFF_FFFF
"""Messages are numbered from 1 over all topics, modulo this plus one: a gap shows."""


class RecordingError(ValueError):
    """A file is not a recording that can be read; the message is one sentence for the operator."""


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One call of `Station.step`: the inputs in order and the time that was read for them, ns."""

    now_ns: int
    inputs: tuple[Input, ...]


class Digest(msgspec.Struct, frozen=True, array_like=True):
    """What the Snapshot of this sequence number was, as `snapshot_digest` names it."""

    now_ns: int
    sequence: int
    digest: bytes


class Audit(msgspec.Struct, frozen=True):
    """One entry of the audit's chain (see `chain`), as JSON: other tools read it too."""

    hash: str
    entry: msgspec.Raw

    def encoded(self) -> bytes:
        """Its JSON."""
        return msgspec.json.encode(self)


Record: TypeAlias = Step | Digest | Audit


def text_digest(texts: Mapping[str, str]) -> str:
    """One name, hex, for named texts, whatever their order; also where they run into each other."""
    hasher = blake2b(digest_size=16)
    for name in sorted(texts):
        for part in (name, texts[name]):
            data = part.encode()
            hasher.update(len(data).to_bytes(8, "little"))
            hasher.update(data)
    return hasher.hexdigest()
