"""STATUSTEXT: long texts come in chunks, and a sender may talk too much."""

from __future__ import annotations

from typing import Final

CHUNK_LENGTH: Final = 50
MAX_CHUNKS: Final = 10
MAX_A_SECOND: Final = 10
"""Texts let through a second; the rest is dropped and said so once."""


class Texts:
    """Puts one sender's chunks together and bounds how much it says."""

    def __init__(self) -> None:
        self._id = 0
        self._chunks: list[str] = []
        self._second = 0
        self._said = 0

    def take(self, text: str, identity: int, chunk: int, second: int) -> list[str]:
        """The texts that a message completes; `identity` 0 is a text that is whole."""
        complete: list[str] = []
        if self._chunks and (identity != self._id or chunk != len(self._chunks)):
            complete.append(self._join() + " ...")
        if identity == 0:
            complete.append(text)
        else:
            complete += self._add(text, identity)
        return self._bounded(complete, second)

    def _add(self, text: str, identity: int) -> list[str]:
        self._id = identity
        self._chunks.append(text)
        ends = len(text.encode()) < CHUNK_LENGTH or len(self._chunks) >= MAX_CHUNKS
        return [self._join()] if ends else []

    def _join(self) -> str:
        text = "".join(self._chunks)
        self._chunks.clear()
        return text

    def _bounded(self, texts: list[str], second: int) -> list[str]:
        if second != self._second:
            self._second, self._said = second, 0
        let_through = texts[: max(0, MAX_A_SECOND - self._said)]
        self._said += len(texts)
        if self._said - len(texts) <= MAX_A_SECOND < self._said:
            let_through.append("... talks too much; the rest of this second is dropped")
        return let_through
