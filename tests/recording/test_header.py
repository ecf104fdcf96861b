from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.config.loading import load_mission
from gcs.recording.header import (
    RecordingHeader,
    header_for,
    header_from,
    header_metadata,
    key_check,
    verification_obstacles,
)
from gcs.recording.layout import RecordingError, text_digest
from gcs.recording.reader import read_recording
from tests.recording.samples import HEADER, START_NS, recorded

MISSION = """
[mission]
id = "hop"
title = "Hop"
dictionaries = ["parts/dictionary.toml"]
dialect = "dialect.xml"
[[phase]]
id = "pad"
title = "Pad"
"""
FILES = {"hop.toml": MISSION, "parts/dictionary.toml": "[parameter]\n", "dialect.xml": "<m/>"}

_NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
HEADERS = st.builds(
    RecordingHeader,
    mission=_NAMES,
    texts=st.dictionaries(_NAMES, _NAMES, max_size=4),
    seed=st.integers(),
    session=_NAMES,
    created_ns=st.integers(0, 2**63 - 1),
    versions=st.dictionaries(_NAMES, _NAMES, max_size=3),
    cpu=_NAMES,
    key_checks=st.dictionaries(_NAMES, _NAMES, max_size=3),
)


@given(header=HEADERS)
def test_a_header_is_read_back_as_it_was(header: RecordingHeader) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = recorded(Path(directory) / "a.mcap", [], header)
        assert read_recording(path).header == header


def test_a_mission_is_loaded_from_the_recording_alone(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    mission = load_mission(tmp_path / "hop.toml")
    header = header_for(mission, seed=3, session="s", created_ns=START_NS, keys={"fc_a": b"k"})
    path = recorded(tmp_path / "a.mcap", [], header)
    for name in FILES:
        (tmp_path / name).unlink()

    found = read_recording(path).header
    again = load_mission(Path(found.mission), found.texts)
    assert again == mission
    assert again.dialect_text() == "<m/>"
    assert (found.seed, found.session, found.created_ns) == (3, "s", START_NS)
    assert {"python", "numpy", "landfall", "pymavlink", "numba"} <= found.versions.keys()
    assert found.cpu
    assert verification_obstacles(found, header, {"fc_a": b"k"}) == ()


@pytest.mark.parametrize("key", sorted(header_metadata(HEADER)))
def test_no_word_of_the_header_can_change_unseen(key: str) -> None:
    flat = header_metadata(HEADER)
    assert header_from(flat, HEADER.texts) == HEADER
    without = {name: value for name, value in flat.items() if name != key}
    for damaged in ({**flat, key: flat[key] + "0"}, without):
        with pytest.raises(RecordingError, match="damaged header"):
            header_from(damaged, HEADER.texts)


def test_a_config_text_cannot_change_unseen() -> None:
    with pytest.raises(RecordingError, match="damaged header"):
        header_from(header_metadata(HEADER), {**HEADER.texts, "hop.toml": "other"})


def test_another_format_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gcs.recording.header.FORMAT", "landfall-recording/2")
    flat = header_metadata(HEADER)
    monkeypatch.undo()
    with pytest.raises(RecordingError, match="landfall-recording/2"):
        header_from(flat, HEADER.texts)


def test_a_digest_of_texts_knows_names_from_texts_and_needs_no_order() -> None:
    assert text_digest({"a": "b", "c": "d"}) == text_digest({"c": "d", "a": "b"})
    digests = {
        text_digest(texts)
        for texts in ({"a": "b"}, {"b": "a"}, {"ab": ""}, {"": "ab"}, {"a": "", "b": ""}, {})
    }
    assert len(digests) == 6


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cpu": "x86_64 other"}, "recorded on x86_64 test, this is x86_64 other"),
        (
            {"versions": {"python": "3.11.9", "numpy": "2.1.0"}},
            "recorded with numpy 2.0.0, this is 2.1.0",
        ),
        (
            {"versions": {"python": "3.11.9"}},
            "recorded with numpy 2.0.0, this is not installed",
        ),
    ],
)
def test_what_stands_against_a_verification_is_said(
    change: dict[str, object], sentence: str
) -> None:
    recorded_header = msgspec.structs.replace(HEADER, key_checks={})
    here = msgspec.structs.replace(recorded_header, **change)
    assert verification_obstacles(recorded_header, here) == (sentence,)


def test_a_signing_key_that_is_absent_or_another_stands_against_a_verification() -> None:
    checks = {"fc_a": key_check(b"key", HEADER.session)}
    header = msgspec.structs.replace(HEADER, key_checks=checks)
    assert verification_obstacles(header, header, {"fc_a": b"key"}) == ()
    assert verification_obstacles(header, header, {"fc_a": b"yek"}) == (
        "another signing key for link fc_a",
    )
    assert verification_obstacles(header, header) == ("no signing key for link fc_a",)


def test_a_key_check_differs_between_sessions() -> None:
    checks = {key_check(b"key", f"session {i}") for i in range(20)}
    assert len(checks) > 15
    assert all(len(check) == 4 for check in checks)
