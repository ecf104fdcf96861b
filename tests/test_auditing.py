"""`gcs audit`: a sound log says so, a forged one cannot, and the story is told by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from gcs.auditing import HEAD, AuditReport, audit, story
from gcs.config.loading import CONFIGS
from gcs.recording.chain import Chain, Entry, first_hash
from gcs.recording.header import header_for
from gcs.recording.journal import Journal
from gcs.recording.layout import Audit, Digest, Record, RecordingError, Step
from gcs.recording.reader import read_recording
from gcs.recording.recorder import Recorder
from gcs.replay import open_flight
from hil.rehearsal.loop import rehearse
from hil.script import load_rehearsal
from tests.helpers.commands import gcs_here
from tests.helpers.hop import shipped

SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The nominal hop's count, to a second after the launch commit."""
    rehearsal = load_rehearsal(CONFIGS / "rehearsals" / "nominal-hop.toml")
    path = tmp_path_factory.mktemp("audit") / "hop.mcap"
    head = rehearsal.script.rehearsal.model_copy(update={"duration": 14 * SECOND})
    script = rehearsal.script.model_copy(update={"rehearsal": head})
    rehearse(replace(rehearsal, script=script), 1, path)
    return path


def rewritten(
    source: Path, target: Path, change: Callable[[list[Entry]], list[Entry]] | None, *, seal: bool
) -> Path:
    """The recording with other audit entries; with `seal` the chain is forged anew."""
    recording = read_recording(source)
    records: list[Record] = list(recording.records())
    audits = [record for record in records if isinstance(record, Audit)]
    entries = [msgspec.json.decode(bytes(a.entry), type=Entry) for a in audits]
    entries = change(entries) if change is not None else entries
    chain = Chain(first_hash(recording.header))
    sealed = [chain.append(entry) for entry in entries]
    if not seal:
        sealed = [Audit(old.hash, new.entry) for old, new in zip(audits, sealed, strict=False)]
    with Recorder(target, recording.header) as recorder:
        last_ns = 0
        for record in records:
            if isinstance(record, Step):
                recorder.step(record.now_ns, record.inputs)
                last_ns = record.now_ns
            elif isinstance(record, Digest):
                recorder.digest(record.now_ns, record.sequence, record.digest)
        for entry in sealed:
            recorder.audit(last_ns, entry.encoded())
    return target


def report(path: Path, *, again: bool = False) -> AuditReport:
    return audit(open_flight(path), again=again)


def test_a_flight_leaves_a_sound_and_closed_log(recording: Path) -> None:
    found = report(recording, again=True)
    assert found.sound
    assert found.sentence.startswith("chain sound: ")
    assert "decided again alike" in found.sentence
    assert found.check.head in found.sentence


def test_an_entry_that_was_changed_breaks_the_chain(recording: Path, tmp_path: Path) -> None:
    def kinder(entries: list[Entry]) -> list[Entry]:
        return [msgspec.structs.replace(e, text=e.text.replace("NO-GO", "GO")) for e in entries]

    found = report(rewritten(recording, tmp_path / "a.mcap", kinder, seal=False))
    assert not found.sound
    assert found.sentence.startswith("BROKEN after ")


def test_a_log_that_was_made_anew_is_found_by_deciding_again(
    recording: Path, tmp_path: Path
) -> None:
    def without_no_go(entries: list[Entry]) -> list[Entry]:
        kept = [e for e in entries if "NO-GO" not in e.text]
        return [msgspec.structs.replace(e, number=i) for i, e in enumerate(kept, start=1)]

    path = rewritten(recording, tmp_path / "a.mcap", without_no_go, seal=True)
    assert report(path).sound, "the chain alone cannot tell"
    found = report(path, again=True)
    assert not found.sound
    assert "deciding again logs another entry" in found.sentence


@pytest.mark.parametrize(
    "forged",
    [
        {"text": "FD votes GO on LANDING COMMIT"},
        {"facts": {"go": True}},
        {"subject": "landing_commit"},
        {"t_ns": 0},
        {"at_ns": 15 * SECOND},
        {"kind": "vote"},
    ],
    ids=lambda forged: next(iter(forged)),
)
def test_a_closing_entry_that_says_something_else_is_found(
    recording: Path, tmp_path: Path, forged: dict[str, object]
) -> None:
    def ends_otherwise(entries: list[Entry]) -> list[Entry]:
        return [*entries[:-1], msgspec.structs.replace(entries[-1], **forged)]

    found = report(rewritten(recording, tmp_path / "a.mcap", ends_otherwise, seal=True), again=True)
    assert not found.sound
    assert "its last entry is not the one that closed it" in found.sentence


def test_entries_after_the_last_decision_are_found(recording: Path, tmp_path: Path) -> None:
    def with_another(entries: list[Entry]) -> list[Entry]:
        end = entries[-1]
        vote = msgspec.structs.replace(end, kind="vote", subject="launch_commit", text="FD: GO")
        return [*entries[:-1], vote, msgspec.structs.replace(end, number=end.number + 1)]

    found = report(rewritten(recording, tmp_path / "a.mcap", with_another, seal=True), again=True)
    assert not found.sound
    assert "2 entries did not come out again" in found.sentence


def test_a_run_without_a_step_closes_as_it_began(tmp_path: Path) -> None:
    header = header_for(shipped(), seed=1, session="s", created_ns=7 * SECOND)
    Journal(tmp_path / "a.mcap", header).close()
    found = report(tmp_path / "a.mcap", again=True)
    assert found.sound


def test_a_log_that_lacks_its_end_is_found(recording: Path, tmp_path: Path) -> None:
    found = report(rewritten(recording, tmp_path / "a.mcap", lambda e: e[:-1], seal=True))
    assert not found.sound
    assert "the log is cut" in found.sentence
    short = rewritten(recording, tmp_path / "b.mcap", lambda e: e[:-5], seal=True)
    assert "the log is cut" in report(short, again=True).sentence
    assert not report(short, again=True).sound


def test_a_crashed_run_has_a_log_up_to_the_damage(recording: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mcap"
    data = recording.read_bytes()
    cut.write_bytes(data[: len(data) * 3 // 4])
    found = report(cut, again=True)
    assert not found.sound
    assert found.check.broken == ""
    assert "the log is cut: byte " in found.sentence


def test_the_story_tells_count_gates_and_commands(recording: Path) -> None:
    flight = open_flight(recording)
    lines = list(story(flight.mission, report(recording).check.entries))
    told = "\n".join(lines)
    assert "prelaunch" in told
    assert "gate LAUNCH (launch_commit) turns from NO-GO to GO: " in told
    assert "LAUNCH (launch) #0 of " in told
    assert " is VERIFIED, received by " in told
    assert ", echoed by " in told
    assert lines[0] == HEAD
    assert not any(" criterion " in line for line in lines)


def test_the_story_of_a_gate_tells_its_criteria_and_its_command_alone(recording: Path) -> None:
    flight = open_flight(recording)
    entries = report(recording).check.entries
    told = "\n".join(story(flight.mission, entries, "launch_commit"))
    assert "launch_wind" in told
    assert " is VERIFIED" in told
    assert "landing_continue" not in told
    assert "nav_vertical" not in told


def test_the_story_of_a_gate_tells_what_overruled_it(recording: Path) -> None:
    mission = open_flight(recording).mission
    sent = [
        Entry(i, 0, 0, "refused", command, f"told of {command}", {})
        for i, command in enumerate(("abort", "hold", "divert"), start=1)
    ]
    told = "\n".join(story(mission, tuple(sent), "launch_commit"))
    assert "told of abort" in told
    assert "told of hold" in told
    assert "told of divert" not in told


def test_a_name_that_nothing_has_is_told(
    recording: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RecordingError, match="is called 'lauch'"):
        list(story(open_flight(recording).mission, (), "lauch"))
    ended = gcs_here(capfd, "audit", recording, "lauch")
    assert ended.exit_code == 2


def test_the_command_exits_1_where_the_log_is_not_sound(
    recording: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert gcs_here(capfd, "audit", recording, "--again").exit_code == 0
    short = rewritten(recording, tmp_path / "a.mcap", lambda e: e[:-1], seal=True)
    assert gcs_here(capfd, "audit", short).exit_code == 1


def test_files_of_others_hold_no_audit(tmp_path: Path) -> None:
    tlog = tmp_path / "a.tlog"
    tlog.write_bytes(b"")
    with pytest.raises(RecordingError, match="only our own recordings hold an audit"):
        audit(open_flight(tlog), again=False)
