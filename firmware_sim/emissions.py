"""What leaves the simulated world."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Emission:
    """Bytes that leave the world: a frame on a byte link, or a payload under a topic."""

    link: str
    at_ns: int
    data: bytes
    topic: str = ""
    retain: bool = False
