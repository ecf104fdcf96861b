"""kill -9 of the recording process, for real."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gcs.recording.layout import Step
from gcs.recording.reader import read_recording
from gcs.recording.recover import recover

ROOT = Path(__file__).parents[2]
STEP_NS = 100_000
SECOND_NS = 1_000_000_000

_RECORD_FOR_EVER = """
import itertools, os, sys
from pathlib import Path
from gcs.messages import Received
from gcs.recording.recorder import Recorder
from tests.recording.samples import HEADER

recorder = Recorder(Path(sys.argv[1]), HEADER)
for i in itertools.count(1):
    now_ns = i * 100_000
    recorder.step(now_ns, [Received("fc_a", now_ns, b"frame %d" % i)])
    os.write(1, b"%d\\n" % now_ns)
"""


@pytest.mark.parametrize("kill_after_steps", [50, 12_345, 49_999])
def test_kill_9_loses_less_than_the_last_second(tmp_path: Path, kill_after_steps: int) -> None:
    path = tmp_path / "a.mcap"
    with subprocess.Popen(
        [sys.executable, "-c", _RECORD_FOR_EVER, str(path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for _ in range(kill_after_steps):
            process.stdout.readline()
        process.kill()
        told = [int(line) for line in process.stdout if line.endswith(b"\n")]
    last_told_ns = told[-1] if told else kill_after_steps * STEP_NS

    steps = [record for record in read_recording(path).records() if isinstance(record, Step)]
    assert [step.now_ns for step in steps] == [i * STEP_NS for i in range(1, len(steps) + 1)]
    assert last_told_ns - len(steps) * STEP_NS < SECOND_NS

    report = recover(path, tmp_path / "mended.mcap")
    mended = read_recording(tmp_path / "mended.mcap")
    assert list(mended.records()) == steps
    assert not mended.truncated
    assert report.steps == len(steps)
