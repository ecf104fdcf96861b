"""Makes a whole recording of one that a crash cut."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from gcs.recording.layout import DIGEST_TOPIC, EVENT_TOPIC, STEP_TOPIC, RecordingError
from gcs.recording.reader import read_recording
from gcs.recording.recorder import Recorder

_SETTLED_EVERY = 10_000
"""Messages after which the disk is waited for: they come faster than it may take them."""


@dataclass(frozen=True)
class RecoveryReport:
    """What was saved. `damage` says where and why reading stopped; empty for a whole file.

    `first_ns` and `last_ns` are station times of the first and last message saved,
    None where there was none.
    """

    source: Path
    destination: Path
    steps: int
    digests: int
    events: int
    first_ns: int | None
    last_ns: int | None
    damage: str
    bytes_lost: int

    def __str__(self) -> str:
        saved = f"{self.steps} steps, {self.digests} snapshot digests, {self.events} events"
        if not self.damage:
            return f"{self.source} is whole; copied {saved} to {self.destination}"
        return (
            f"saved {saved} to {self.destination}; "
            f"{self.bytes_lost} bytes could not be read: {self.damage}"
        )


def recover(source: Path, destination: Path) -> RecoveryReport:
    """Copy the sound part of a recording into a closed one.

    Raises RecordingError where the source has no whole header, or where the
    destination exists or cannot be written.
    """
    recording = read_recording(source)
    saved: Counter[str] = Counter()
    first_ns = last_ns = None
    try:
        with Recorder(destination, recording.header) as recorder:
            for topic, at_ns, data in recording.entries():
                recorder.copy(topic, at_ns, data)
                saved[topic] += 1
                if saved.total() % _SETTLED_EVERY == 0:
                    recorder.settle()
                first_ns = at_ns if first_ns is None else first_ns
                last_ns = at_ns
    except OSError as error:
        raise RecordingError(f"{destination}: {error.strerror or error}") from error
    if recorder.fault:
        raise RecordingError(f"{destination}: {recorder.fault}")
    return RecoveryReport(
        source=source,
        destination=destination,
        steps=saved[STEP_TOPIC],
        digests=saved[DIGEST_TOPIC],
        events=saved[EVENT_TOPIC],
        first_ns=first_ns,
        last_ns=last_ns,
        damage=recording.damage,
        bytes_lost=source.stat().st_size - recording.sound_bytes if recording.damage else 0,
    )
