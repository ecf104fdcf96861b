"""One computer's sensors and navigation along a descent with every sensor at work.

python tests/benchmarks/bench_navigation.py

Microseconds of CPU time a cycle of 10 ms, the best of several flights; a simulated second has
300 of them.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.helpers.known_motion import Flight, Truth, descent
from tests.helpers.vehicles import vehicle_model

FLIGHTS, LENGTH_S = 9, 60.0
BUDGET_US = 1.8


def main() -> None:
    """Fly and print."""
    truth, costs = Truth(descent(LENGTH_S), LENGTH_S), []
    for seed in range(FLIGHTS):
        flight = Flight(truth, vehicle_model("xzy1-hop"), seed)
        flight.run(1.0)
        started = time.process_time()
        flight.run(LENGTH_S - 1.0)
        costs.append((time.process_time() - started) / (flight.cycles - 100))
    best_us = 1e6 * min(costs)
    print(f"sense + navigate: {best_us:.2f} us a cycle (budget {BUDGET_US}),", end=" ")
    print(f"{0.3 * best_us:.2f} ms a simulated second of three computers")


if __name__ == "__main__":
    main()
