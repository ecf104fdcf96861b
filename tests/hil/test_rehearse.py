"""The loop: shipped rehearsals pass, nothing but the seed decides, no wall clock."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from gcs.config.loading import CONFIGS
from gcs.messages import CommandState
from gcs.recording.digest import snapshot_digest
from hil.cli import app
from hil.rehearsal.loop import EPOCH_NS, rehearse
from hil.script import load_rehearsal
from tests.hil.rehearsals import BEFORE_LAUNCH, NEVER_MET, expect, written

REPOSITORY = CONFIGS.parent
LONG = ("nominal-cargo", "nominal-count", "hold-in-terminal-count")
"""Minutes of CPU time: `make rehearsals` flies these too."""
SHIPPED = sorted(path for path in (CONFIGS / "rehearsals").glob("*.toml") if path.stem not in LONG)
SECOND = 1_000_000_000
CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_rehearsals_pass(path: Path) -> None:
    rehearsal = load_rehearsal(path)
    result = rehearse(rehearsal, rehearsal.script.rehearsal.seed)
    assert [f for f in result.findings if not f.met] == []
    assert result.passed
    last = result.summary.last
    assert last is not None
    assert last.fault == ""
    assert last.simulated
    assert all(source.lost == 0 for source in last.sources)
    assert {command.state for command in last.commands} <= {CommandState.VERIFIED}


def test_no_clock_no_chance_and_no_event_loop_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsal = load_rehearsal(written(tmp_path, BEFORE_LAUNCH))

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("the loop reached for the clock, chance or an event loop")

    with monkeypatch.context() as patch:
        for name in (*CLOCKS, "sleep"):
            patch.setattr(time, name, forbidden)
        for name in ("random", "getrandbits"):
            patch.setattr(random, name, forbidden)
        patch.setattr(asyncio, "new_event_loop", forbidden)
        result = rehearse(rehearsal, 1)
    assert result.flown_ns == 4 * SECOND
    assert result.passed


RECORD = """
import sys
from pathlib import Path
from hil.rehearsal.loop import rehearse
from hil.script import load_rehearsal
rehearse(load_rehearsal(Path(sys.argv[1])), 4, Path(sys.argv[2]))
"""


def recorded(path: Path, to: Path, hash_seed: str) -> bytes:
    subprocess.run(
        [sys.executable, "-c", RECORD, str(path), str(to)],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(REPOSITORY)},
        cwd=REPOSITORY,
        check=True,
    )
    return to.read_bytes()


def test_the_same_file_and_seed_record_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    path = written(tmp_path, BEFORE_LAUNCH, duration="14 s")
    first = recorded(path, tmp_path / "a.mcap", "1")
    assert recorded(path, tmp_path / "b.mcap", "2") == first


def test_virtual_time_starts_at_its_epoch_and_ends_with_the_duration(tmp_path: Path) -> None:
    result = rehearse(load_rehearsal(written(tmp_path, NEVER_MET, duration="1.5 s")), 0)
    assert result.flown_ns == 1_500_000_000
    assert result.outcome == ""
    assert result.summary.last is not None
    assert result.summary.last.now_ns == EPOCH_NS + 1_500_000_000


# --- The command ---


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["rehearse", *map(str, arguments)])
    return result.exit_code, result.output


def test_expectations_that_are_met_exit_0_and_are_listed(tmp_path: Path) -> None:
    code, told = run(written(tmp_path, BEFORE_LAUNCH))
    assert code == 0
    assert "seed 4     PASS  open after 4.0 s" in told
    assert "  met      still on the pad: held at " in told
    assert "1 of 1 passed; 1 open; 4 s flown in " in told


def test_one_that_is_not_met_exits_1_and_is_told_with_its_evidence(tmp_path: Path) -> None:
    code, told = run(written(tmp_path, BEFORE_LAUNCH, NEVER_MET))
    assert code == 1
    assert "seed 4     FAIL  open after 4.0 s" in told
    assert "  NOT MET  it flies: never happened" in told


def test_many_seeds_fly_in_order_and_junit_has_a_case_for_each_and_expectation(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, BEFORE_LAUNCH, NEVER_MET, duration="3.5 s")
    junit = tmp_path / "junit.xml"
    code, told = run(path, "--seeds", "0:5", "--junit", junit)
    assert code == 1
    seeds = [line.split()[1] for line in told.splitlines() if line.startswith("seed")]
    assert seeds == ["0", "1", "2", "3", "4"]
    assert told.count("NOT MET  it flies") == 5
    assert "still on the pad" not in told, "with many seeds only what was not met is told"
    assert "0 of 5 passed; 5 open" in told
    suite = ElementTree.parse(junit).getroot()
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("short", "10", "5")
    cases = [(case.get("classname"), case.get("name")) for case in suite]
    assert cases[:2] == [("short.seed_0", "still on the pad"), ("short.seed_0", "it flies")]
    assert len(set(cases)) == 10
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    assert failed == {"it flies"}
    assert {f.get("message") for f in suite.iter("failure")} == {"never happened"}


def test_a_seed_flies_the_same_alone_and_among_others(tmp_path: Path) -> None:
    rehearsal = load_rehearsal(written(tmp_path, NEVER_MET, duration="2 s"))
    rehearse(rehearsal, 1)
    among, alone = rehearse(rehearsal, 2).summary.last, rehearse(rehearsal, 2).summary.last
    other = rehearse(rehearsal, 3).summary.last
    assert among is not None and alone is not None and other is not None  # noqa: PT018
    assert snapshot_digest(among) == snapshot_digest(alone) != snapshot_digest(other)


@pytest.mark.parametrize("seeds", ["5", "a:b", "3:3", "4:2", "-3:2", "1:2:3", ":", "0x1:9"])
def test_what_are_no_seeds_is_refused_before_anything_flies(tmp_path: Path, seeds: str) -> None:
    code, told = run(written(tmp_path, BEFORE_LAUNCH), f"--seeds={seeds}")
    assert code == 2
    assert "seed 4" not in told


def test_a_recording_is_of_one_seed(tmp_path: Path) -> None:
    path = written(tmp_path, BEFORE_LAUNCH)
    code, told = run(path, "--seeds", "0:2", "--record", tmp_path / "x.mcap")
    assert code == 2
    assert "a recording is of one seed" in told


def hil(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from hil.cli import main; main()",
            "rehearse",
            *map(str, arguments),
        ],
        cwd=REPOSITORY,
        check=False,
        capture_output=True,
        text=True,
    )


def test_mistakes_are_printed_all_of_them_and_exit_2(tmp_path: Path) -> None:
    path = written(tmp_path, expect("a", gate="x", state="GO"), expect("b", always="y == 1"))
    ended = hil(path)
    assert ended.returncode == 2
    assert ended.stdout == ""
    lines = ended.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("short.toml: expect[") for line in lines)


def test_a_recording_that_cannot_be_written_is_one_sentence_and_exits_2(tmp_path: Path) -> None:
    ended = hil(written(tmp_path, BEFORE_LAUNCH), "--record", tmp_path)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
