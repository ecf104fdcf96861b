from __future__ import annotations

from pathlib import Path

import pytest

from gcs.recording.files import FileKind, kind_of, new_recording_path
from gcs.recording.layout import RecordingError

NOON_NS = 1_795_608_000_000_000_000  # 2026-11-25T12:00:00Z


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mcap", FileKind.RECORDING),
        ("a.tlog", FileKind.TLOG),
        ("a.csv", FileKind.COLUMNS),
        ("a.JSON", FileKind.COLUMNS),
    ],
)
def test_the_name_tells_the_reader(tmp_path: Path, name: str, kind: FileKind) -> None:
    path = tmp_path / name
    path.touch()
    assert kind_of(path) is kind


def test_what_cannot_be_replayed_is_refused_with_what_can(tmp_path: Path) -> None:
    (tmp_path / "a.bag").touch()
    with pytest.raises(RecordingError, match=r"\.bag, only \.mcap, \.tlog, \.csv, \.json"):
        kind_of(tmp_path / "a.bag")
    with pytest.raises(RecordingError, match="does not exist"):
        kind_of(tmp_path / "a.mcap")
    with pytest.raises(RecordingError, match="is not a file"):
        kind_of(tmp_path)


def test_a_new_recording_is_named_after_mission_and_moment(tmp_path: Path) -> None:
    path = new_recording_path(tmp_path / "new" / "recordings", "xzy1-hop", NOON_NS + 999_999_999)
    assert path == tmp_path / "new" / "recordings" / "xzy1-hop-20261125T120000Z.mcap"
    assert path.parent.is_dir()


def test_a_taken_name_is_not_taken_again(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        path = new_recording_path(tmp_path, "hop", NOON_NS)
        path.touch()
        names.append(path.name)
    stem = "hop-20261125T120000Z"
    assert names == [f"{stem}.mcap", f"{stem}-2.mcap", f"{stem}-3.mcap"]


@pytest.mark.parametrize("mission", ["../../etc/x", "a/b c\n", ""])
def test_a_mission_name_cannot_leave_the_directory(tmp_path: Path, mission: str) -> None:
    path = new_recording_path(tmp_path, mission, NOON_NS)
    assert path.resolve().parent == tmp_path.resolve()
    path.touch()
