"""MAVLink 2 message signing: producing it, verifying it, refusing replays.

A signature is a link id, a timestamp and the first six bytes of a SHA-256 over
the secret key, the frame, the link id and the timestamp. Timestamps count 10 us
since 2015-01-01 UTC. Source: https://mavlink.io/en/guide/message_signing.html.

The replay window moves only after the signature was found good: a forged frame
leaves no trace but a count.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
from collections.abc import Collection
from typing import Final

from gcs.telemetry.mavlink.wire import SIGNATURE_LENGTH

KEY_LENGTH: Final = 32
EPOCH_NS: Final = 1_420_070_400_000_000_000
TICK_NS: Final = 10_000
NEW_STREAM_TOLERANCE: Final = 60 * 1_000_000_000 // TICK_NS
"""How far behind the local time a stream may start, in ticks of 10 us: one minute."""

_TIMESTAMP_MASK: Final = (1 << 48) - 1
_DIGEST_LENGTH: Final = 6


class Verdict(enum.Enum):
    """What became of a frame's signature."""

    ACCEPTED = "accepted"
    FORGED = "forged"
    REPLAYED = "replayed"


def timestamp_at(now_ns: int) -> int:
    """Ticks of 10 us since 2015-01-01 at `now_ns` (ns since the Unix epoch); never negative."""
    return max(0, now_ns - EPOCH_NS) // TICK_NS


def signature(key: bytes, frame: bytes, link_id: int, timestamp: int) -> bytes:
    """The 13 bytes that follow `frame` (marker to checksum, its signed flag set)."""
    stamp = bytes([link_id]) + (timestamp & _TIMESTAMP_MASK).to_bytes(6, "little")
    return stamp + hashlib.sha256(key + frame + stamp).digest()[:_DIGEST_LENGTH]


class Signer:
    """Signs what one sender sends over one link; its timestamps always rise."""

    def __init__(self, key: bytes, link_id: int) -> None:
        self._key = checked_key(key)
        self._link_id = link_id
        self._last = 0

    def sign(self, frame: bytes, now_ns: int) -> bytes:
        """`frame` and its signature."""
        self._last = max(self._last + 1, timestamp_at(now_ns))
        return frame + signature(self._key, frame, self._link_id, self._last)


class SigningPolicy:
    """Which frames a receiver that has a key accepts.

    One policy serves all links that share the key, so that a frame heard on one
    is a replay on the next. `unsigned_ids` are messages that are taken without a
    signature (a telemetry radio's RADIO_STATUS, for one); all others must be signed.
    """

    def __init__(self, key: bytes, unsigned_ids: Collection[int] = ()) -> None:
        self._key = checked_key(key)
        self._unsigned_ids = frozenset(unsigned_ids)
        self._last_by_stream: dict[tuple[int, int, int], int] = {}
        self._newest = 0

    def accepts_unsigned(self, message_id: int) -> bool:
        """Whether a message may come without a signature."""
        return message_id in self._unsigned_ids

    def judge(self, frame: bytes, system: int, component: int, now_ns: int = 0) -> Verdict:
        """Verify a whole signed frame, and move the window if it is good.

        `now_ns` (ns since the Unix epoch) bounds how old a stream may start; where
        it is 0, the newest verified timestamp stands for it.
        """
        signed, given = frame[:-SIGNATURE_LENGTH], frame[-SIGNATURE_LENGTH:]
        link_id, timestamp = given[0], int.from_bytes(given[1:7], "little")
        if not hmac.compare_digest(signature(self._key, signed, link_id, timestamp), given):
            return Verdict.FORGED
        stream = (link_id, system, component)
        if timestamp < self._earliest(stream, now_ns):
            return Verdict.REPLAYED
        self._last_by_stream[stream] = timestamp
        self._newest = max(self._newest, timestamp)
        return Verdict.ACCEPTED

    def _earliest(self, stream: tuple[int, int, int], now_ns: int) -> int:
        last = self._last_by_stream.get(stream)
        if last is not None:
            return last + 1
        local = timestamp_at(now_ns) if now_ns else self._newest
        return local - NEW_STREAM_TOLERANCE


def checked_key(key: bytes) -> bytes:
    """`key` itself; ValueError if it is not 32 bytes."""
    if len(key) != KEY_LENGTH:
        raise ValueError(f"a signing key has {KEY_LENGTH} bytes, this one {len(key)}")
    return key
