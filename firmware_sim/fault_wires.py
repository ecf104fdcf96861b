"""Broken links and publishers: bytes that never come, come late, or come garbled."""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from firmware_sim.emissions import Emission
from firmware_sim.fault_targets import LINK, PUBLISHER, RECEIVER
from firmware_sim.faults import FaultKind, hashed

_BYTES_A_FLIP = 24
"""Garbled bytes lie about so far apart; there is at least one."""
_LEAVES, _REACHES = 0, 1
"""Which way a message goes, so that both ways are garbled in their own way."""


Heard = tuple[str, bytes, str]
"""Link, data, topic of a message that reaches the world."""


@dataclass(frozen=True, slots=True)
class WireFault:
    """What ails one link or publisher in [from_ns, until_ns)."""

    kind: FaultKind
    from_ns: int
    until_ns: int
    seed: int
    delay_ns: int = 0
    duty: float = 0.0
    period_ns: int = 1

    def active(self, now_ns: int) -> bool:
        """Whether it is in force."""
        return self.from_ns <= now_ns < self.until_ns

    def silent(self, now_ns: int) -> bool:
        """Whether nothing passes."""
        if self.kind is FaultKind.INTERMITTENT:
            return hashed(self.seed, (now_ns - self.from_ns) // self.period_ns, 0) < self.duty
        return self.kind is FaultKind.OFF

    def garbled(self, data: bytes, now_ns: int, way: int) -> bytes:
        """`data` with some bytes changed."""
        spoilt = bytearray(data)
        for n in range(1 + len(data) // _BYTES_A_FLIP if data else 0):
            place = int(hashed(self.seed + way, now_ns, 2 * n) * len(spoilt))
            spoilt[place] ^= 1 + int(hashed(self.seed + way, now_ns, 2 * n + 1) * 255.0)
        return bytes(spoilt)


SavedWires = tuple[
    dict[str, WireFault],
    dict[str, bytes],
    list[tuple[int, int, Emission]],
    list[tuple[int, int, Heard]],
    int,
]


class FaultyWires:
    """Stands between the world and its links. Times are those of the emissions.

    Links are broken both ways; publishers only as they publish, receivers as they hear.
    """

    def __init__(self) -> None:
        self._faults: dict[str, WireFault] = {}
        self._leaving: list[tuple[int, int, Emission]] = []
        self._reaching: list[tuple[int, int, Heard]] = []
        self._count = 0
        self._stuck: dict[str, bytes] = {}

    def arm(self, target: str, fault: WireFault) -> None:
        """Break a link or publisher; an older fault of it ends."""
        self._faults[target] = fault
        self._stuck.pop(target, None)

    def clear(self, target: str) -> None:
        """Mend it; what is under way with delay still arrives."""
        self._faults.pop(target, None)

    def clear_all(self) -> None:
        """Mend everything."""
        self._faults.clear()

    def sent(self, emissions: Sequence[Emission], to_ns: int) -> Sequence[Emission]:
        """Of what the world emitted up to `to_ns`, and what was held back: what gets out now."""
        if not self._faults and not self._leaving:
            return emissions
        for emission in emissions:
            self._send(emission)
        return list(self._due(self._leaving, to_ns))

    def hear(self, link: str, data: bytes, topic: str, now_ns: int) -> None:
        """Take in a message that reaches the world on `link` at `now_ns`."""
        due_ns = now_ns
        for target in (LINK + link, RECEIVER + topic.rpartition("/")[2]):
            fault = self._active(target, now_ns)
            if fault is None:
                continue
            if fault.silent(now_ns):
                return
            if fault.kind is FaultKind.GARBAGE:
                data = fault.garbled(data, now_ns, _REACHES)
            due_ns += fault.delay_ns
        self._push(self._reaching, due_ns, (link, data, topic))

    def heard(self, now_ns: int) -> Iterable[Heard]:
        """What the world hears by `now_ns`, in order of arrival."""
        return list(self._due(self._reaching, now_ns))

    def save(self) -> SavedWires:
        """All that changes, to be put back by `restore`."""
        return (
            dict(self._faults),
            dict(self._stuck),
            list(self._leaving),
            list(self._reaching),
            self._count,
        )

    def restore(self, saved: SavedWires) -> None:
        """Put back what `save` gave; it may be put back any number of times."""
        faults, stuck, leaving, reaching, self._count = saved
        self._faults, self._stuck = dict(faults), dict(stuck)
        self._leaving, self._reaching = list(leaving), list(reaching)

    def _active(self, target: str, now_ns: int) -> WireFault | None:
        fault = self._faults.get(target)
        return fault if fault is not None and fault.active(now_ns) else None

    def _send(self, emission: Emission) -> None:
        due_ns, data = emission.at_ns, emission.data
        for target in (PUBLISHER + emission.topic.rpartition("/")[2], LINK + emission.link):
            fault = self._active(target, emission.at_ns)
            if fault is None:
                continue
            if fault.silent(emission.at_ns):
                return
            if fault.kind is FaultKind.STUCK:
                data = self._stuck.setdefault(target, data)
            if fault.kind is FaultKind.GARBAGE:
                data = fault.garbled(data, emission.at_ns, _LEAVES)
            due_ns += fault.delay_ns
        if due_ns != emission.at_ns or data is not emission.data:
            emission = dataclasses.replace(emission, at_ns=due_ns, data=data)
        self._push(self._leaving, due_ns, emission)

    def _push(self, queue: list[tuple[int, int, Any]], due_ns: int, message: object) -> None:
        heapq.heappush(queue, (due_ns, self._count, message))
        self._count += 1

    @staticmethod
    def _due(queue: list[tuple[int, int, Any]], now_ns: int) -> Iterable[Any]:
        while queue and queue[0][0] <= now_ns:
            yield heapq.heappop(queue)[2]
