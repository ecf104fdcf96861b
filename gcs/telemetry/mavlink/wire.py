"""The MAVLink wire format: markers, sizes and the checksum.

Source: https://mavlink.io/en/guide/serialization.html.

Version 1: marker, length, sequence, system, component, id; payload; checksum.
Version 2: marker, length, incompatibility flags, compatibility flags, sequence,
system, component, id (24 bits); payload without its trailing zeros; checksum;
13 bytes of signature if the flags say so. All integers are little-endian.
"""

from __future__ import annotations

import struct
from typing import Final

from fastcrc import crc16

MARKER_V1: Final = 0xFE
MARKER_V2: Final = 0xFD

HEADER_LENGTH_V1: Final = 6
HEADER_LENGTH_V2: Final = 10
CHECKSUM_LENGTH: Final = 2
SIGNATURE_LENGTH: Final = 13
OVERHEAD_V1: Final = HEADER_LENGTH_V1 + CHECKSUM_LENGTH
OVERHEAD_V2: Final = HEADER_LENGTH_V2 + CHECKSUM_LENGTH
LONGEST_FRAME: Final = OVERHEAD_V2 + 255 + SIGNATURE_LENGTH

FLAG_SIGNED: Final = 0x01
"""The one incompatibility flag that is understood here."""

HEADER_V1: Final = struct.Struct("<BBBBBB")
HEADER_V2: Final = struct.Struct("<BBBBBBBHB")
CHECKSUM: Final = struct.Struct("<H")


def checksum(data: bytes) -> int:
    """CRC-16/MCRF4XX of `data`: the frame without its marker, then the message's CRC_EXTRA."""
    return int(crc16.mcrf4xx(data))
