"""The simulator as a whole: speed against real time, whole flights, start-up. Asserts nothing.

python tests/benchmarks/bench_simulator.py

CPU time of one core: the plant at 1 kHz, three flight computers at 100 Hz, ship and sea.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from firmware_sim.core import Core
from firmware_sim.flying import fly
from firmware_sim.scenario import make_scenario
from firmware_sim.world import World
from gcs.clock import SECOND_NS
from gcs.config.loading import load_mission

MISSIONS = Path(__file__).parents[2] / "configs" / "missions"
FLOWN = ("xzy1-hop", "xzy1-booster", "xzy1-cargo", "falcon9-like")
SECONDS = 200
RUNS = 3

START_UP = """
import time
from pathlib import Path
from firmware_sim.core import Core
from firmware_sim.scenario import make_scenario
from gcs.config.loading import load_mission
Core(make_scenario(load_mission(Path({mission!r})), 1)).run(1)
print(time.process_time())
"""


def mission_path(name: str) -> Path:
    return MISSIONS / f"{name}.toml"


def physics_ratio() -> float:
    """Flight seconds a CPU second, from staging on."""
    best = 0.0
    for seed in range(RUNS):
        core = Core(make_scenario(load_mission(mission_path("xzy1-booster")), seed))
        core.run(1)
        began = time.process_time()
        core.run(SECONDS * 100)
        best = max(best, SECONDS / (time.process_time() - began))
    return best


def wire_ratio() -> float:
    """The same with every message encoded."""
    world = World(load_mission(mission_path("xzy1-booster")), 1)
    world.advance(SECOND_NS)
    began = time.process_time()
    for second in range(2, SECONDS):
        world.advance(second * SECOND_NS)
    return (SECONDS - 2) / (time.process_time() - began)


def start_up_s() -> float:
    """CPU time of a fresh process to its first cycle, kernels from the cache."""
    code = START_UP.format(mission=str(mission_path("xzy1-booster")))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    for name in FLOWN:
        scenario = make_scenario(load_mission(mission_path(name)), 1)
        fly(scenario, trace=False)
        began = time.process_time()
        flight = fly(scenario, trace=False)
        took_s = time.process_time() - began
        ending = "not down" if flight.outcome is None else flight.outcome.ending
        print(f"{name:14} {flight.flown_s:5.0f} s flown in {took_s:5.2f} s, {ending}")
    print(f"physics and flight software: {physics_ratio():.0f}x real time")
    print(f"with every message encoded:  {wire_ratio():.0f}x real time")
    print(f"start-up, kernels cached:    {start_up_s():.2f} s")


if __name__ == "__main__":
    main()
