"""`held(cond, d)`: has the condition been true all the time for a duration?"""

from __future__ import annotations


class Held:
    """A condition's recent past, seen at instants and taken to stay as seen between them.

    True if it was true throughout [now - d, now], False if it was false at some moment of it,
    else unknown: what was before the first instant is unknown.
    """

    def __init__(self, duration_ns: int) -> None:
        self._duration_ns = duration_ns
        self._true_since_ns: int | None = None
        self._last_false_ended_ns: int | None = None
        self._was_false = False

    def step(self, condition: bool | None, now_ns: int) -> bool | None:
        """Take the condition at `now_ns`, which never decreases, and answer."""
        if condition is False:
            self._true_since_ns = None
            self._was_false = True
            return False
        if self._was_false:
            self._was_false = False
            self._last_false_ended_ns = now_ns
        if condition is None:
            self._true_since_ns = None
        elif self._true_since_ns is None:
            self._true_since_ns = now_ns
        return self._answer(now_ns)

    def _answer(self, now_ns: int) -> bool | None:
        start_ns = now_ns - self._duration_ns
        if self._true_since_ns is not None and self._true_since_ns <= start_ns:
            return True
        if self._last_false_ended_ns is not None and self._last_false_ended_ns > start_ns:
            return False
        return None
