"""Which orders a barge's state shows as taken.

Theory of operation. The state repeats one nonce, that of the order taken last. Of two orders
on their way at once the barge may take both before it says its state again, and the first
one's nonce never comes. But an answer names its nonce, and the barge's own clock dates both:
a nonce that the state shows only since after an order's answer is that of a later order,
so that order was taken as well. A state that shows no other nonce since shows nothing.
"""

from __future__ import annotations

REMEMBERED = 32
"""Answers that wait for the state: the oldest are forgotten."""


class OrdersTaken:
    """The orders of one barge, until its state shows them; times are of the barge's clock."""

    def __init__(self) -> None:
        self._answered_us: dict[int, int] = {}
        self._nonce = 0
        self._since_us = 0

    def answered(self, nonce: int, at_us: int) -> None:
        """The barge said that it took an order; its first answer counts."""
        self._answered_us.setdefault(nonce, at_us)
        if len(self._answered_us) > REMEMBERED:
            del self._answered_us[next(iter(self._answered_us))]

    def shown(self, nonce: int, at_us: int) -> tuple[int, ...]:
        """The nonces that a state shows as taken: its own, the last, and those before it."""
        if nonce != self._nonce:
            self._nonce, self._since_us = nonce, at_us
        self._answered_us.pop(nonce, None)
        if not nonce:
            return (nonce,)
        before = [n for n, taken_us in self._answered_us.items() if taken_us < self._since_us]
        for each in before:
            del self._answered_us[each]
        return (*before, nonce)
