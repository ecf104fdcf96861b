"""A cached kernel is valid while everything that it calls is the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import firmware_sim

INNER = """
import numpy as np
from firmware_sim.kernel import kernel
GAIN = {gain}
@kernel
def inner(x: float) -> float:
    return {factor} * x {more}
"""
OUTER = """
from inner import inner
from firmware_sim.kernel import kernel
@kernel
def outer(x: float) -> float:
    return inner(x) + 1.0
print(outer(2.0), sum(outer.stats.cache_hits.values()))
"""


def run(folder: Path, gain: str, more: str = "", factor: str = "GAIN") -> str:
    (folder / "inner.py").write_text(INNER.format(gain=gain, more=more, factor=factor))
    (folder / "outer.py").write_text(OUTER)
    path = os.pathsep.join((str(folder), str(Path(firmware_sim.__file__).parents[1])))
    done = subprocess.run(
        [sys.executable, "outer.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_change_in_a_called_kernel_or_constant_is_seen(tmp_path: Path) -> None:
    assert run(tmp_path, "3.0") == "7.0 0"
    assert run(tmp_path, "3.0") == "7.0 1"
    assert run(tmp_path, "4.0") == "9.0 0"
    assert run(tmp_path, "4.0", "- 1.0") == "8.0 0"
    assert run(tmp_path, "4.0", "- 1.0") == "8.0 1"


def test_a_small_change_in_a_table_is_seen(tmp_path: Path) -> None:
    assert run(tmp_path, "np.array([1.0, 3.0])", factor="GAIN[1]") == "7.0 0"
    assert run(tmp_path, "np.array([1.0, 3.0])", factor="GAIN[1]") == "7.0 1"
    found = run(tmp_path, "np.array([1.0, 3.0000000001])", factor="GAIN[1]")
    assert found == "7.0000000002 0"
