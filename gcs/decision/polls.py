"""Votes of the polled positions, each bound to what it stood on and to a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from gcs.config.loading import Mission
from gcs.messages import CriterionStatus, VoteStatus

PERSONS_NEEDED = 2
"""How many different persons stand behind a GO that two persons must give."""


class Fallen(NamedTuple):
    """A GO that no longer stands, and why."""

    position: str
    why: str


class Poll:
    """The votes on one gate.

    A GO falls when its basis changes (the states of the gate's criteria, their waivers or
    the configuration) and `expires_ns` after it was cast. A NO-GO stands until its
    position says otherwise. With `two_person` the votes for GO must come of two different
    known persons; who is not known counts as nobody.
    """

    def __init__(self, positions: Sequence[str], expires_ns: int, two_person: bool) -> None:
        self.positions = tuple(positions)
        self._expires_ns = expires_ns
        self._two_person = two_person
        self._votes: dict[str, VoteStatus] = {}

    def cast(self, position: str, person: str, go: bool, basis: str, now_ns: int) -> None:
        """Take a vote in place of the position's last one."""
        expires_ns = now_ns + self._expires_ns if go else None
        self._votes[position] = VoteStatus(position, go, person, now_ns, expires_ns, basis)

    def drop_outdated(self, basis: str, now_ns: int) -> tuple[Fallen, ...]:
        """Drop each GO that stood on something else or is too old; who voted them."""
        fallen = tuple(
            Fallen(position, "expired" if vote.basis == basis else "fell, what it stood on changed")
            for position, vote in self._votes.items()
            if vote.go and (vote.basis != basis or _expired(vote, now_ns))
        )
        for position, _ in fallen:
            del self._votes[position]
        return fallen

    def drop_go(self) -> None:
        """Forget the votes for GO: the question is asked no longer. Who objects still does."""
        self._votes = {position: vote for position, vote in self._votes.items() if not vote.go}

    def clear(self) -> None:
        """Forget all votes."""
        self._votes.clear()

    def statuses(self) -> tuple[VoteStatus, ...]:
        """The votes that stand, in the order of the positions."""
        return tuple(self._votes[p] for p in self.positions if p in self._votes)

    def refused(self) -> bool:
        """Whether a position voted NO-GO."""
        return any(not vote.go for vote in self._votes.values())

    def missing(self, now_ns: int) -> tuple[str, ...]:
        """What the poll still blocks by: `poll FD` without an answer, `poll FD NO-GO` with one."""
        missing = [self._asked(position, now_ns) for position in self.positions]
        named = tuple(text for text in missing if text)
        return named or self._too_few()

    def _asked(self, position: str, now_ns: int) -> str:
        vote = self._votes.get(position)
        if vote is None or _expired(vote, now_ns):
            return f"poll {position}"
        return "" if vote.go else f"poll {position} NO-GO"

    def _too_few(self) -> tuple[str, ...]:
        persons = {vote.person for vote in self._votes.values()} - {""}
        if not self._two_person or len(persons) >= PERSONS_NEEDED:
            return ()
        return (f"poll needs {PERSONS_NEEDED} persons, has {len(persons)}",)


def _expired(vote: VoteStatus, now_ns: int) -> bool:
    return vote.expires_ns is not None and now_ns >= vote.expires_ns


@dataclass(slots=True)
class Basis:
    """What votes on a gate stand on now: its hash, and since when it is this one."""

    configuration: str
    hash: str = ""
    since_ns: int = 0
    _seen: tuple[object, ...] | None = field(default=None, init=False)

    def see(self, criteria: Sequence[CriterionStatus], now_ns: int) -> None:
        """Take the gate's criteria as they are now."""
        seen = tuple((status.id, status.state, status.waiver) for status in criteria)
        if seen != self._seen:
            self._seen, self.since_ns = seen, now_ns
            self.hash = basis_of(self.configuration, criteria)


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
    files = msgspec.msgpack.encode(sorted(mission.texts.items()))
    return hashlib.blake2b(files, digest_size=16).hexdigest()
