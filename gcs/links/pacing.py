"""How fast a serial line carries bytes."""

from __future__ import annotations

_SECOND_NS = 1_000_000_000
_BITS_PER_BYTE = 10  # 8N1: a start bit, eight data bits, a stop bit


class SerialLine:
    """One direction of an 8N1 line: when does each byte come out? Time is an argument.

    A byte comes out ten bit times after it, or the byte before it, went in: never
    early. A caller that looks late finds all that came out meanwhile, so lateness
    adds delay and takes no throughput.
    """

    def __init__(self, baud: int) -> None:
        """`baud` in bits a second; ValueError unless positive."""
        if baud <= 0:
            raise ValueError(f"a baud rate is positive, got {baud}")
        self._baud = baud
        self._started_ns = 0
        self._came_out = 0

    def start(self, now_ns: int) -> None:
        """The idle line gets a first byte now."""
        self._started_ns = now_ns
        self._came_out = 0

    def due(self, now_ns: int) -> int:
        """Bytes that came out by now and were not taken, while the line stays busy."""
        elapsed_ns = max(0, now_ns - self._started_ns)
        return elapsed_ns * self._baud // (_BITS_PER_BYTE * _SECOND_NS) - self._came_out

    def take(self, count: int) -> None:
        """`count` of the bytes due were taken."""
        self._came_out += count

    def wait_ns(self, now_ns: int, count: int) -> int:
        """How long until `count` bytes are due."""
        bits = (self._came_out + count) * _BITS_PER_BYTE
        return max(0, self._started_ns + -(-bits * _SECOND_NS // self._baud) - now_ns)
