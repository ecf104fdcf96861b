"""The ship in its sea: milliseconds of CPU time a simulated second, by sea state.

python tests/benchmarks/bench_ship.py

The deck is asked for every 10 ms, as flight computers and contact do; dynamic positioning,
thrusters, wind, current and drift are in it. The best of several runs.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from gcs.config.simulation import SimulatedSea
from tests.helpers.ships import Voyage, set_sail, simulation

SECONDS, RUNS = 120.0, 5
STATES = (2, 3, 4, 5)


def best_ms(voyage: Voyage) -> float:
    """CPU milliseconds a simulated second."""
    voyage.sail(1.0)
    best = float("inf")
    for _ in range(RUNS):
        begin = time.process_time()
        voyage.sail(SECONDS)
        best = min(best, time.process_time() - begin)
    return 1e3 * best / SECONDS


def main() -> None:
    """Print a line a sea state."""
    set_sail(simulation())
    for state in STATES:
        config = simulation(sea=SimulatedSea(state=state))
        begin = time.process_time()
        voyage = set_sail(config)
        made_ms = 1e3 * (time.process_time() - begin)
        print(
            f"ship in sea state {state}: {best_ms(voyage):.3f} ms a second "
            f"({int(voyage.p.response.count)} components), set up in {made_ms:.0f} ms"
        )


if __name__ == "__main__":
    main()
