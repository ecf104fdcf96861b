"""Nonces and confirmation codes, drawn from the recorded session seed.

They are unpredictable only to who does not hold the seed, which is enough for their
purpose (no accidental or outdated confirmation) and lets a replay draw the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container

NONCE_BITS = 24
"""A nonce travels as a float32 parameter, which holds 24-bit integers exactly."""

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 4


class SessionSecrets:
    """A stream of nonces and a stream of codes for one session."""

    def __init__(self, seed: bytes) -> None:
        self._seed = hashlib.blake2b(seed, digest_size=32).digest()
        self._drawn = {"nonce": 0, "code": 0}

    def nonce(self, taken: Container[int]) -> int:
        """A nonce that is neither 0 (no command yet) nor taken."""
        while True:
            drawn = int.from_bytes(self._draw("nonce"), "little")
            nonce = 1 + drawn % ((1 << NONCE_BITS) - 1)
            if nonce not in taken:
                return nonce

    def code(self, taken: Container[str]) -> str:
        """A code that a person reads off a screen and types: no 0/O, no 1/I; none that is taken."""
        while True:
            drawn = self._draw("code")[:_CODE_LENGTH]
            code = "".join(_CODE_LETTERS[byte % len(_CODE_LETTERS)] for byte in drawn)
            if code not in taken:
                return code

    def _draw(self, stream: str) -> bytes:
        counter = self._drawn[stream]
        self._drawn[stream] = counter + 1
        label = f"{stream} {counter}".encode()
        return hashlib.blake2b(label, key=self._seed, digest_size=16).digest()
