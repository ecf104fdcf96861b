"""Nonces and confirmation codes, drawn from the recorded session seed.

They are unpredictable only to who does not hold the seed, which is enough for their
purpose (no accidental or outdated confirmation) and lets a replay draw the same.

A crash may lose the record of what was drawn last, and flight computers deny a nonce that
they know: a station that comes back leaves its streams for others, which never give what
the old ones would have given next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container

NONCE_BITS = 24
"""A nonce travels as a float32 parameter, which holds 24-bit integers exactly."""

LOST_DRAWS = 64
"""More than can have been drawn in the second that a crash may lose."""

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 4


class SessionSecrets:
    """A stream of nonces and a stream of codes for one session."""

    def __init__(self, seed: bytes) -> None:
        self._seed = hashlib.blake2b(seed, digest_size=32).digest()
        self._drawn = {"nonce": 0, "code": 0}
        self._lost_nonces: set[int] = set()
        self._lost_codes: set[str] = set()

    def leave(self, why: str) -> None:
        """Go over to streams of their own for `why`, a recorded fact that comes about once."""
        self._lost_nonces.update(self._next_nonce() for _ in range(LOST_DRAWS))
        self._lost_codes.update(self._next_code() for _ in range(LOST_DRAWS))
        self._seed = hashlib.blake2b(why.encode(), key=self._seed, digest_size=32).digest()

    def nonce(self, taken: Container[int]) -> int:
        """A nonce that is neither 0 (no command yet) nor taken."""
        while True:
            nonce = self._next_nonce()
            if nonce not in taken and nonce not in self._lost_nonces:
                return nonce

    def code(self, taken: Container[str]) -> str:
        """A code that a person reads off a screen and types: no 0/O, no 1/I; none that is taken."""
        while True:
            code = self._next_code()
            if code not in taken and code not in self._lost_codes:
                return code

    def _next_nonce(self) -> int:
        drawn = int.from_bytes(self._draw("nonce"), "little")
        return 1 + drawn % ((1 << NONCE_BITS) - 1)

    def _next_code(self) -> str:
        drawn = self._draw("code")[:_CODE_LENGTH]
        return "".join(_CODE_LETTERS[byte % len(_CODE_LETTERS)] for byte in drawn)

    def _draw(self, stream: str) -> bytes:
        counter = self._drawn[stream]
        self._drawn[stream] = counter + 1
        label = f"{stream} {counter}".encode()
        return hashlib.blake2b(label, key=self._seed, digest_size=16).digest()
