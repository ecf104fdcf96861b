"""`gcs run --resume`: a station is what its inputs made it, so they make it again.

The recorded inputs are decided anew, step by step, into a new recording that holds
everything from the beginning and goes on. What was sent then is not sent again. Count,
votes, waivers, windows, entries, alarms and commands stand as they stood; what time does
to them meanwhile, the next step does.

Another signing key is refused: it would take other frames. Another build goes on, for a
vehicle in flight waits for no inquiry, and the one that crashed may be mended in it. But it
decides by its own lights what the old one decided: the station warns of that, first of all
and as an error, and says whether a recorded Snapshot came out otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gcs.config.loading import Mission
from gcs.messages import ConsoleChanged, ConsoleStatus, Input, Resumed
from gcs.recording.header import (
    RecordingHeader,
    cpu_model,
    key_obstacles,
    verification_obstacles,
    versions,
)
from gcs.recording.journal import Journal
from gcs.recording.layout import RecordingError
from gcs.recording.reader import Recording
from gcs.replay import DigestCheck, Flight, Verification, open_flight
from gcs.station import Station
from gcs.summary import Summary

_SETTLED_EVERY = 1_000
"""Steps after which the disk is waited for: they come faster than it may take them."""


@dataclass(frozen=True)
class Resumption:
    """A run to go on with."""

    flight: Flight
    recording: Recording

    @property
    def header(self) -> RecordingHeader:
        """Who recorded it, with which versions."""
        return self.recording.header

    @property
    def mission(self) -> Mission:
        """What was flown, as it was recorded."""
        return self.flight.mission


@dataclass(frozen=True)
class Standing:
    """Where the recorded inputs have brought the station; `last_ns` is the last moment decided.

    `warning` says why it may not stand as it stood; empty where it does.
    """

    recording: str
    last_ns: int
    consoles: tuple[ConsoleStatus, ...]
    warning: str

    def first_inputs(self, now_ns: int) -> list[Input]:
        """What the station must hear first: that time is missing, and that nobody watches."""
        gone = [ConsoleChanged(c.id, c.position, False, c.person) for c in self.consoles]
        return [Resumed(self.recording, now_ns - self.last_ns, self.warning), *gone]


def open_resumption(path: Path) -> Resumption:
    """A recording to go on with; RecordingError where it is none of our own, or empty."""
    flight = open_flight(path)
    if flight.recording is None:
        raise RecordingError(f"{path}: only our own recordings can be resumed")
    return Resumption(flight, flight.recording)


def check_keys(resumption: Resumption, keys: Mapping[str, bytes]) -> None:
    """RecordingError where a signing key is not the one that was flown with."""
    obstacles = key_obstacles(resumption.header, keys)
    if obstacles:
        raise RecordingError(f"{resumption.flight.path}: {'; '.join(obstacles)}")


def bring_back(
    resumption: Resumption, station: Station, journal: Journal | None, summary: Summary
) -> Standing:
    """Decide the recorded inputs anew into `journal`; nothing is sent."""
    check = DigestCheck(resumption.recording)
    last_ns, snapshot = 0, None
    for count, (now_ns, batch) in enumerate(resumption.flight.steps(), 1):
        if journal is not None:
            journal.step(now_ns, batch)
        outputs = station.step(batch, now_ns)
        if journal is not None:
            journal.decided(now_ns, outputs)
            if count % _SETTLED_EVERY == 0:
                journal.settle()
        for snapshot in outputs.snapshots:
            summary.see(snapshot)
            check.see(snapshot, now_ns)
        last_ns = now_ns
    if snapshot is None:
        raise RecordingError(f"{resumption.flight.path}: holds nothing to resume")
    warning = _warning(resumption.header, check.verification())
    return Standing(resumption.flight.path.name, last_ns, snapshot.consoles, warning)


def _warning(recorded: RecordingHeader, check: Verification) -> str:
    """What an operator must know of how the state came about; empty where it is what it was.

    Keys were checked before, and a cut at the end is what a crash leaves.
    """
    keyless = msgspec.structs.replace(recorded, key_checks={})
    here = msgspec.structs.replace(keyless, versions=versions(), cpu=cpu_model())
    others = verification_obstacles(keyless, here)
    differs = check.sentence if check.differing or check.missing else ""
    if not others and not differs:
        return ""
    alike = f"all {check.snapshots} recorded snapshots came out again"
    found = f"{differs}: check count, gates and commands" if differs else alike
    return f"decided anew: {'; '.join((*others, found))}"
