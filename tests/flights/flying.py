"""A whole flight of the demo in real time, watched from outside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.helpers.commands import Ended, Process, hop_variant, running

SPEED = 4
"""Two flights at a time leave half of two cores idle, and a process may be late by 0.1 s."""


@dataclass(frozen=True)
class Flight:
    """A demo that was flown to its end, and what was seen of it."""

    ended: Ended
    recording: Path
    descending: tuple[Process, ...]
    left_behind: tuple[object, ...]


def fly(directory: Path, *options: str, **additions: str) -> Flight:
    """Fly the hop to its end, and look at its processes during the descent."""
    mission = hop_variant(directory, **additions)
    record = directory / "recordings"
    command = ["demo", mission, "--speed", SPEED, "--headless", "--record", record, *options]
    with running(*command) as demo:
        demo.until("phase free_descent")
        descending = demo.processes()
        ended = demo.end()
        left_behind = demo.left_behind()
    (recording,) = record.iterdir()
    return Flight(ended, recording, descending, left_behind)
