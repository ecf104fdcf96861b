"""Who sits at a console: the position it acts as, the person, and the person's token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gcs.console.identity import no_such_position
from gcs.environment import operator_token
from gcs.exits import StartUpError


@dataclass(frozen=True)
class Seat:
    """Who sits at a console: an empty `position` only watches; `token` proves the person."""

    position: str = "FD"
    person: str = ""
    token: str = field(default="", repr=False)


def seat(
    position: str | None, person: str, positions: Sequence[str] = (), *, watch: bool = False
) -> Seat:
    """A seat whose token comes from the environment, where there is one.

    Without a `position` it is the first of the mission's `positions`, as far as they are known
    here. StartUpError where the mission has no such position.
    """
    if watch and position is not None:
        raise StartUpError("--watch takes no position: leave --position out")
    if position == "":
        raise StartUpError("--position is empty: leave it out, or only --watch")
    token = operator_token()
    if watch:
        return Seat("", person, token)
    wanted = position or (positions[0] if positions else Seat.position)
    if positions and wanted not in positions:
        raise StartUpError(no_such_position(wanted, positions))
    return Seat(wanted, person, token)


def seated(address: str, who: Seat, *, given: bool) -> str:
    """What a console at `address` is about to be; `given` where its position was asked for."""
    if not who.position:
        return f"{address}: this console only watches"
    why = "" if given else ", as no --position was given (--watch takes none)"
    return f"{address}: this console acts as {who.position}{why}"
