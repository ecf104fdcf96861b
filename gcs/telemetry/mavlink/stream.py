"""From a byte stream to MAVLink messages: framing, checksum, signature, decoding.

Theory of operation. The stream is searched from left to right. At every marker
byte stands a *candidate*: the bytes that would be a frame if its length byte told
the truth. A candidate that proves itself (checksum, and signature where a key is
set) is a message, and the search goes on behind it. One that does not is counted
and the search goes on at its *next byte*, because its length byte may be the very
byte that is wrong, and good frames may lie inside. A refused candidate casts a
*shadow* over its bytes: what fails again inside is the same fault, so it is not
counted and casts no shadow of its own. A good frame ends all shadows.

What is found depends on the bytes only, not on the chunks in which they came. At
most one unfinished candidate is held back, so the buffer never outgrows a frame.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, Final, NamedTuple

from fastcrc import crc16

from gcs.telemetry.mavlink.dialect import Dialect, MessageType
from gcs.telemetry.mavlink.signing import SigningPolicy, Verdict
from gcs.telemetry.mavlink.wire import (
    FLAG_SIGNED,
    HEADER_LENGTH_V1,
    HEADER_LENGTH_V2,
    MARKER_V1,
    MARKER_V2,
    OVERHEAD_V1,
    OVERHEAD_V2,
    SIGNATURE_LENGTH,
)

OTHER_IDS: Final = -1
"""The key of `StreamCounts.unknown` for all ids after the first `MOST_UNKNOWN_IDS`."""
MOST_UNKNOWN_IDS: Final = 256

# Both start behind the marker and length. The id of version 2 is read with the byte
# behind it, which every frame has, as one word.
_HEADER_V1: Final = Struct("<BBBB").unpack_from
_HEADER_V2: Final = Struct("<BBBBBI").unpack_from
_ID_MASK_V2: Final = 0xFFFFFF

_INCOMPLETE: Final = 0
_next_marker: Final = re.compile(b"[%c%c]" % (MARKER_V1, MARKER_V2)).search
_mcrf4xx: Final = crc16.mcrf4xx
_new_tuple: Final = tuple.__new__


class Packet(NamedTuple):
    """One message; `values` stand in the declared order of `type.fields`.

    Text is `str` up to its NUL, an array is a tuple.
    """

    type: MessageType
    system: int
    component: int
    sequence: int
    values: tuple[Any, ...]

    def value(self, field_name: str) -> Any:
        """The value of a field by name; KeyError if the message has no such field."""
        return self.values[self.type.field_index[field_name]]


@dataclass(slots=True)
class StreamCounts:
    """What a stream held. All but `garbage_bytes` count frames.

    `unknown` is by message id: framed like a message, but not in the dialect, so
    that nothing proves it. `garbage_bytes` belong to no frame, good or refused.
    """

    good_v1: int = 0
    good_v2: int = 0
    signed: int = 0
    bad_crc: int = 0
    bad_signature: int = 0
    unsigned: int = 0
    replayed: int = 0
    incompatible: int = 0
    garbage_bytes: int = 0
    unknown: Counter[int] = field(default_factory=Counter)

    @property
    def good(self) -> int:
        """Messages that were decoded, of either version."""
        return self.good_v1 + self.good_v2


class MavlinkStream:
    """Reads the messages of one peer. Nothing a peer sends raises.

    With a `signing` policy, frames that are unsigned, wrongly signed or replayed are
    refused. Without one, signatures are not looked at.
    """

    __slots__ = ("_known", "_now_ns", "_packets", "_pending", "_shadow", "_signing", "counts")

    def __init__(self, dialect: Dialect, signing: SigningPolicy | None = None) -> None:
        self._known = {
            message.id: (message, bytes([message.crc_extra]))
            for message in dialect.messages.values()
        }
        self._signing = signing
        self._pending = b""
        self._shadow = 0
        self._now_ns = 0
        self._packets: list[Packet] = []
        self.counts = StreamCounts()

    def feed(self, data: bytes, now_ns: int = 0) -> list[Packet]:
        """The messages that `data` completes, in order.

        `now_ns` (ns since the Unix epoch) is used by the signing policy only.
        """
        buffer = self._pending + data if self._pending else bytes(data)
        self._now_ns = now_ns
        packets: list[Packet] = []
        self._packets = packets
        position = self._search(buffer)
        self._pending = buffer[position:]
        self._shadow = max(0, self._shadow - position)
        return packets

    def flush(self, now_ns: int = 0) -> list[Packet]:
        """The messages that an unfinished candidate hid; call it where the input ends.

        The end of a file is one such place, the end of a datagram another: no frame
        goes on in the next one.
        """
        found: list[Packet] = []
        while self._pending:
            self.counts.garbage_bytes += self._shadow == 0
            self._shadow = max(0, self._shadow - 1)
            rest, self._pending = self._pending[1:], b""
            found += self.feed(rest, now_ns)
        self._shadow = 0
        return found

    @property
    def held(self) -> bytes:
        """The unfinished candidate that waits for more; less than a frame."""
        return self._pending

    def _search(self, buffer: bytes) -> int:
        """Take what `buffer` holds; where the unfinished candidate begins that is left."""
        position, size = 0, len(buffer)
        while position < size:
            marker = buffer[position]
            if marker == MARKER_V2:
                step = self._take_v2(buffer, position, size)
            elif marker == MARKER_V1:
                step = self._take_v1(buffer, position, size)
            else:
                step = self._skip(buffer, position)
            if step == _INCOMPLETE:
                break
            position += step
        return position

    def _take_v2(self, buffer: bytes, position: int, size: int) -> int:
        if size - position < OVERHEAD_V2:
            return _INCOMPLETE
        length = buffer[position + 1]
        flags, _, sequence, system, component, word = _HEADER_V2(buffer, position + 2)
        stop = position + HEADER_LENGTH_V2 + length
        end = stop + 2 + SIGNATURE_LENGTH if flags & FLAG_SIGNED else stop + 2
        if flags & ~FLAG_SIGNED:
            return self._refuse_incompatible(position, end)
        if end > size:
            return _INCOMPLETE
        known = self._known.get(word & _ID_MASK_V2)
        if known is None:
            return self._refuse_unknown(position, end, word & _ID_MASK_V2)
        message, extra = known
        if _mcrf4xx(buffer[position + 1 : stop] + extra) != buffer[stop] | buffer[stop + 1] << 8:
            return self._refuse_crc(position, end)
        if (self._signing is not None or flags) and not self._signature_holds(
            buffer[position:end], message.id, system, component, flags
        ):
            return self._refuse(position, end)
        if length >= message.max_length:
            flat = message.struct.unpack_from(buffer, position + HEADER_LENGTH_V2)
        else:
            payload = buffer[position + HEADER_LENGTH_V2 : stop]
            flat = message.struct.unpack(payload.ljust(message.max_length, b"\0"))
        self.counts.good_v2 += 1
        self._shadow = end
        self._packets.append(
            _new_tuple(Packet, (message, system, component, sequence, message.arrange(flat)))
        )
        return end - position

    def _take_v1(self, buffer: bytes, position: int, size: int) -> int:
        if size - position < OVERHEAD_V1:
            return _INCOMPLETE
        stop = position + HEADER_LENGTH_V1 + buffer[position + 1]
        end = stop + 2
        if end > size:
            return _INCOMPLETE
        sequence, system, component, message_id = _HEADER_V1(buffer, position + 2)
        known = self._known.get(message_id)
        if known is None:
            return self._refuse_unknown(position, end, message_id)
        message, extra = known
        if _mcrf4xx(buffer[position + 1 : stop] + extra) != buffer[stop] | buffer[stop + 1] << 8:
            return self._refuse_crc(position, end)
        if self._signing is not None and not self._signature_holds(
            b"", message_id, system, component, 0
        ):
            return self._refuse(position, end)
        values = message.decode(buffer[position + HEADER_LENGTH_V1 : stop])
        self.counts.good_v1 += 1
        self._shadow = end
        self._packets.append(Packet(message, system, component, sequence, values))
        return end - position

    def _signature_holds(
        self, frame: bytes, message_id: int, system: int, component: int, flags: int
    ) -> bool:
        """Whether the signature lets a frame in; counts it either way."""
        if self._signing is None:
            self.counts.signed += 1
            return True
        if not flags & FLAG_SIGNED:
            accepted = self._signing.accepts_unsigned(message_id)
            self.counts.unsigned += not accepted
            return accepted
        verdict = self._signing.judge(frame, system, component, self._now_ns)
        self.counts.signed += verdict is Verdict.ACCEPTED
        self.counts.bad_signature += verdict is Verdict.FORGED
        self.counts.replayed += verdict is Verdict.REPLAYED
        return verdict is Verdict.ACCEPTED

    def _skip(self, buffer: bytes, position: int) -> int:
        """Pass over bytes that begin no frame, to the next marker or the end."""
        marker = _next_marker(buffer, position)
        end = len(buffer) if marker is None else marker.start()
        self.counts.garbage_bytes += max(0, end - max(position, self._shadow))
        return end - position

    def _refuse_crc(self, position: int, end: int) -> int:
        self.counts.bad_crc += position >= self._shadow
        return self._refuse(position, end)

    def _refuse_incompatible(self, position: int, end: int) -> int:
        self.counts.incompatible += position >= self._shadow
        return self._refuse(position, end)

    def _refuse_unknown(self, position: int, end: int, message_id: int) -> int:
        if position >= self._shadow:
            unknown = self.counts.unknown
            room = message_id in unknown or len(unknown) < MOST_UNKNOWN_IDS
            unknown[message_id if room else OTHER_IDS] += 1
        return self._refuse(position, end)

    def _refuse(self, position: int, end: int) -> int:
        """Cast the shadow of a refused candidate; the search goes on at its next byte."""
        if position >= self._shadow:
            self._shadow = end
        return 1
