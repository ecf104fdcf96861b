"""What the pure packages promise: no clock, no I/O, no randomness, proven by importing them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PURE = ("gcs.expressions", "gcs.telemetry", "gcs.decision", "gcs.command", "gcs.station")
IMPURE = {"asyncio", "time", "random", "os", "socket", "threading", "subprocess", "datetime"}


def modules_of(package: str) -> list[Path]:
    path = ROOT / package.replace(".", "/")
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_imports_nothing_impure_itself(package):
    import ast

    for module in modules_of(package):
        for node in ast.walk(ast.parse(module.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            roots = {name.partition(".")[0] for name in names}
            assert not roots & IMPURE, f"{module.relative_to(ROOT)} imports {roots & IMPURE}"


BLOCKED_STEP = """
import time, random, socket
from pathlib import Path
from gcs.config.loading import load_mission
from gcs.messages import LinkChanged, LinkState, Received, Tick
from gcs.station import Station

station = Station(load_mission(Path("configs/missions/xzy1-hop.toml")), seed=1)

def forbidden(*_, **__):
    raise AssertionError("the step reached for the clock, the network or chance")

for module, names in (
    (time, ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")),
    (random, ("random", "getrandbits")),
    (socket, ("socket",)),
):
    for name in names:
        setattr(module, name, forbidden)

start = 10**18
news = [LinkChanged("fc_a", LinkState.UP, "x"), Received("fc_a", start, b"junk")]
outputs = station.step(news, start)
for i in range(1, 50):
    outputs = station.step([Tick()], start + i * 100_000_000)
    assert outputs.snapshots[0].fault == "", outputs.snapshots[0].fault
print("stepped")
"""


def test_a_step_runs_with_clock_network_and_chance_forbidden():
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED_STEP], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "stepped", done.stderr
