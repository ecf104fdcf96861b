"""One short name for a whole Snapshot, equal where and only where the Snapshot is."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from gcs.messages import Snapshot

DIGEST_BYTES = 16
_NAN = float("nan")
_encoder = msgspec.msgpack.Encoder()


def snapshot_digest(snapshot: Snapshot) -> bytes:
    """BLAKE2b-128 of the Snapshot's msgpack form.

    Never-seen readings are NaN, and NaN has many bit patterns: all count as one.
    Zero and minus zero differ, as they do on the screen.
    """
    readings = snapshot.readings
    plain = tuple(_NAN if value != value else value for value in readings.values)
    canonical = msgspec.structs.replace(
        snapshot, readings=msgspec.structs.replace(readings, values=plain)
    )
    return blake2b(_encoder.encode(canonical), digest_size=DIGEST_BYTES).digest()
