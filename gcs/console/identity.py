"""Who is behind a console, as far as the station can know it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import pwd
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gcs.config.persons import PersonsFile
from gcs.console.protocol import Attach

_CREDENTIALS = struct.Struct("3i")
"""struct ucred: process, user, group (unix(7))."""


class RefusedError(Exception):
    """This console may not attach like that; one sentence for its operator."""


@dataclass(frozen=True)
class Identity:
    """How persons become known; see `StationConfig.identify`.

    With `persons` only they may take a position, and only those that are theirs. Whoever
    takes no position only watches and need not be known. `positions` are those that there
    are to take; None where that does not matter, as in a replay.
    """

    by: Literal["peer", "token", "declared"] = "peer"
    persons: PersonsFile | None = None
    positions: tuple[str, ...] | None = None

    def person(self, attach: Attach, peer: str) -> str:
        """The person behind a console whose socket's peer is user `peer`; empty for nobody.

        RefusedError with the reason where the position or the claim does not fit the person.
        """
        if attach.position and attach.position not in (self.positions or (attach.position,)):
            raise RefusedError(no_such_position(attach.position, self.positions or ()))
        person = self._known(attach, peer)
        if self.by != "declared" and attach.person not in ("", person):
            raise RefusedError(f"you are {person or 'not known'} here, not {attach.person}")
        if attach.position and self.persons is not None:
            self._check_position(person, attach.position)
        return person

    def _known(self, attach: Attach, peer: str) -> str:
        if self.by == "peer":
            return peer
        if self.by == "declared":
            # One person who types a name in two ways is not two.
            return " ".join(attach.person.split()).casefold()
        if not attach.token:
            if attach.position:
                raise RefusedError("this station asks for a token: set LANDFALL_TOKEN")
            return ""
        return self._holder(attach.token)

    def _holder(self, token: str) -> str:
        """Who has this token. All are compared, so that time tells nothing."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        known = self.persons.person if self.persons is not None else {}
        holders = [
            name
            for name, person in known.items()
            if hmac.compare_digest(person.token_sha256, digest)
        ]
        if not holders:
            raise RefusedError("nobody has this token")
        return holders[0]

    def _check_position(self, person: str, position: str) -> None:
        assert self.persons is not None
        known = self.persons.person.get(person)
        if known is None or position not in known.positions:
            raise RefusedError(f"{person or 'who is not known'} may not act as {position}")


def no_such_position(position: str, positions: Sequence[str]) -> str:
    """That a mission lacks a position, which it has, and what to type."""
    known = ", ".join(positions)
    return f"the mission has no position {position!r}: --position takes {known}, --watch none"


def peer_of(writer: asyncio.StreamWriter) -> str:
    """The user at the other end of a Unix socket, by the kernel's word; empty over TCP."""
    connection: socket.socket = writer.get_extra_info("socket")
    if connection.family != socket.AF_UNIX:
        return ""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(raw)
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"uid-{user}"
