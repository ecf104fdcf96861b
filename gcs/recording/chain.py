"""The audit's chain: each entry carries a hash of itself and of all before it.

    hash = BLAKE2b-256(hash of the entry before + the entry's JSON, byte for byte)

The first stands on the seal of the recording's header, and so on every config file. Who
changes, drops, adds or moves an entry breaks the chain from there on; who cuts the log
takes its last entry away, which says `closed`. Whoever keeps the last hash elsewhere (on
paper, signed) can tell a log that was made anew as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from gcs.recording.header import RecordingHeader, header_metadata
from gcs.recording.layout import Audit

CLOSED = "closed"
"""The kind of the last entry of a log that was closed properly."""

_encoder = msgspec.json.Encoder()
_HASH_BYTES = 32


class Entry(msgspec.Struct, frozen=True):
    """One thing that happened: `facts` in the station's own words and SI, `text` for people."""

    number: int
    at_ns: int
    t_ns: int
    kind: str
    subject: str
    text: str
    facts: dict[str, Any] = {}


_decoder = msgspec.json.Decoder(Entry)


def first_hash(header: RecordingHeader) -> bytes:
    """What the first entry of a recording's audit stands on."""
    seal = header_metadata(header)["digest"]
    return blake2b(f"landfall-audit/1 {seal}".encode(), digest_size=_HASH_BYTES).digest()


class Chain:
    """Forges one entry to the next."""

    def __init__(self, first: bytes) -> None:
        self._hash = first

    @property
    def head(self) -> str:
        """The hash of the last entry, hex."""
        return self._hash.hex()

    def append(self, entry: Entry) -> Audit:
        """The entry as it is recorded."""
        body = _encoder.encode(entry)
        self._hash = _next(self._hash, body)
        return Audit(hash=self.head, entry=msgspec.Raw(body))


@dataclass(frozen=True)
class ChainCheck:
    """What a recording's audit is worth. `broken` is one sentence, empty where it is sound."""

    entries: tuple[Entry, ...]
    head: str
    broken: str

    @property
    def closed(self) -> bool:
        """Whether the log ends as a closed one does."""
        return bool(self.entries) and self.entries[-1].kind == CLOSED


def check_chain(first: bytes, audits: Iterable[Audit]) -> ChainCheck:
    """Follow a chain; the entries up to where it breaks."""
    entries: list[Entry] = []
    now = first
    for audit in audits:
        body = bytes(audit.entry)
        found, where = _next(now, body), f"entry {len(entries) + 1}"
        if found.hex() != audit.hash:
            return ChainCheck(tuple(entries), now.hex(), f"{where} is not what was recorded")
        try:
            entry = _decoder.decode(body)
        except msgspec.MsgspecError as error:
            return ChainCheck(tuple(entries), now.hex(), f"{where} cannot be read: {error}")
        if entry.number != len(entries) + 1:
            return ChainCheck(tuple(entries), now.hex(), f"{where} is numbered {entry.number}")
        if entries and entries[-1].kind == CLOSED:
            return ChainCheck(tuple(entries), now.hex(), f"{where} comes after the closing one")
        entries.append(entry)
        now = found
    return ChainCheck(tuple(entries), now.hex(), "" if entries else "there is no audit in it")


def _next(before: bytes, body: bytes) -> bytes:
    return blake2b(before + body, digest_size=_HASH_BYTES).digest()
