"""What a console says of itself when it attaches: what it is here, why, and what to type."""

from __future__ import annotations

from gcs.console.keymap import Keymap
from gcs.messages import Catalogue, ConsoleStatus, Snapshot


def greeting(
    catalogue: Catalogue, snapshot: Snapshot, console: str, position: str, keymap: Keymap
) -> str | None:
    """One sentence; None while the station has not listed this console yet."""
    if catalogue.mode == "REPLAY":
        return "a replay: :seek T+60, :speed 4, :step and arrow keys lead it; no act leaves it"
    if not position:
        known = ", ".join(catalogue.positions)
        return f"this console only watches; attach with --position to act as {known or 'FD'}"
    own = next((each for each in snapshot.consoles if each.id == console), None)
    if own is None:
        return None
    who = f"you are {position}{f' ({own.person})' if own.person else ''}"
    return f"{who} {_may(own, snapshot)}; {keymap.shown('palette')} lists what to type"


def _may(own: ConsoleStatus, snapshot: Snapshot) -> str:
    if own.authority:
        return "with command authority"
    holder = next((each for each in snapshot.consoles if each.authority), None)
    if holder is None:
        return "and nobody has command authority: :take"
    return f"without command authority: {holder.position} may :give {own.id}"
