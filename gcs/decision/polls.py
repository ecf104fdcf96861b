"""Votes of the polled positions, each bound to what it stood on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from gcs.config.loading import Mission
from gcs.messages import CriterionStatus


@dataclass(frozen=True, slots=True)
class CastVote:
    """A position's answer, and the hash of what it saw."""

    go: bool
    basis: str


class Poll:
    """The votes on one gate.

    A GO falls when its basis changes: the states of the gate's criteria, their
    waivers or the configuration. A NO-GO stands until its position says otherwise.
    """

    def __init__(self, positions: Sequence[str]) -> None:
        self.positions = tuple(positions)
        self._votes: dict[str, CastVote] = {}

    @property
    def voted(self) -> bool:
        """Whether any vote stands."""
        return bool(self._votes)

    def cast(self, position: str, go: bool, basis: str) -> None:
        """Take a vote in place of the position's last one."""
        self._votes[position] = CastVote(go, basis)

    def drop_outdated(self, basis: str) -> tuple[str, ...]:
        """Drop each GO that stood on something else; who voted them."""
        fallen = tuple(p for p, vote in self._votes.items() if vote.go and vote.basis != basis)
        for position in fallen:
            del self._votes[position]
        return fallen

    def clear(self) -> None:
        """Forget all votes."""
        self._votes.clear()

    def refused(self) -> bool:
        """Whether a position voted NO-GO."""
        return any(not vote.go for vote in self._votes.values())

    def missing(self) -> tuple[str, ...]:
        """What the poll still blocks by: `poll FD` without an answer, `poll FD NO-GO` with one."""
        return tuple(
            f"poll {position}" if vote is None else f"poll {position} NO-GO"
            for position in self.positions
            if (vote := self._votes.get(position)) is None or not vote.go
        )


def basis_of(configuration: str, criteria: Iterable[CriterionStatus]) -> str:
    """The hash of what a vote stands on: configuration, criterion ids, states and waivers.

    A waiver is in it even while its criterion does not need it. Values are not: a vote
    does not fall because the wind moved within its limits.
    """
    digest = hashlib.blake2b(configuration.encode(), digest_size=16)
    for status in criteria:
        digest.update(f"\n{status.id}={status.state.value}".encode())
        digest.update(msgspec.msgpack.encode(status.waiver))
    return digest.hexdigest()


def configuration_digest(mission: Mission) -> str:
    """The hash of every file that the mission is made of."""
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(mission.texts):
        for part in (name, mission.texts[name]):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "little"))
            digest.update(data)
    return digest.hexdigest()
