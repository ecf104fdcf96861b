"""Recordings as files: which reader suits one, what a new one is called, room on the disk."""

from __future__ import annotations

import enum
import re
from datetime import UTC, datetime
from pathlib import Path

from gcs.recording.layout import RecordingError

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class FileKind(enum.Enum):
    """What can be replayed, and the reader for it."""

    RECORDING = "our own recording"  # gcs.recording.reader
    TLOG = "MAVLink telemetry log"  # gcs.recording.tlog
    COLUMNS = "columns of a flight"  # gcs.recording.columns


_KIND_BY_SUFFIX = {
    ".mcap": FileKind.RECORDING,
    ".tlog": FileKind.TLOG,
    ".csv": FileKind.COLUMNS,
    ".json": FileKind.COLUMNS,
}


def kind_of(path: Path) -> FileKind:
    """The kind of a file by its name; RecordingError where it cannot be replayed."""
    if not path.is_file():
        raise RecordingError(f"{path}: {'is not a file' if path.exists() else 'does not exist'}")
    kind = _KIND_BY_SUFFIX.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(_KIND_BY_SUFFIX)
        raise RecordingError(f"{path}: cannot replay {path.suffix or 'this'}, only {known}")
    return kind


def new_recording_path(directory: Path, mission: str, now_ns: int) -> Path:
    """`<directory>/<mission>-<UTC>.mcap`, a name not yet taken; makes the directory.

    Names sort by time. Raises OSError where the directory cannot be made.
    """
    directory.mkdir(parents=True, exist_ok=True)
    moment = datetime.fromtimestamp(now_ns // 1_000_000_000, tz=UTC)
    stem = f"{_NOT_IN_A_NAME.sub('_', mission) or 'mission'}-{moment:%Y%m%dT%H%M%SZ}"
    path = directory / f"{stem}.mcap"
    attempt = 1
    while path.exists():
        attempt += 1
        path = directory / f"{stem}-{attempt}.mcap"
    return path
