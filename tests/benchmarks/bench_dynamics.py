"""A step of the plant against one of JSBSim, on the same content in one run.

python tests/benchmarks/bench_dynamics.py

A ball falls through the standard atmosphere over WGS-84 with J2; a rocket burns: ours with
three of nine gimballed engines, fins, two tanks that slosh, legs and gusts, theirs the J246
with its engines and flight control. A step is 1 ms of flight; JSBSim takes the forces once
in it and extrapolates, the plant four times (RK4). Microseconds of CPU time a step, the best
of several runs. JSBSim is not among the project's requirements (pip install jsbsim): where it
is absent its half is left out, and that is said.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from firmware_sim.barge.deck import DeckState
from firmware_sim.environment.air import Air, AirParameters, air_parameters, make_air, step_air
from firmware_sim.faults import Faults
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.kernel import kernel
from firmware_sim.records import restore, save
from firmware_sim.vehicle.dynamics import VehicleParameters
from firmware_sim.vehicle.plant import bad_quantity, step_vehicle
from firmware_sim.vehicle.state import FUEL, OXIDIZER, VehicleState
from gcs.config.simulation import SimulatedWeather
from tests.helpers.plants import Plant, plant_in_flight, sphere

STEPS, CYCLE_STEPS, STEP_NS = 15_000, 10, 1_000_000
RUNS = 7
POUND_KG, SLUG_FOOT2_KG_M2, FOOT_M = 0.45359237, 1.3558179483, 0.3048


@kernel
def fly(
    v: VehicleState,
    a: Actuation,
    deck: DeckState,
    air: Air,
    ap: AirParameters,
    p: VehicleParameters,
    faults: Faults,
) -> None:
    """`STEPS` steps as missions fly them: in cycles, with the wind and the outputs of each."""
    for _ in range(STEPS // CYCLE_STEPS):
        now_ns = v.time_ns
        deck.time_ns = now_ns
        step_air(air, ap, v.out, now_ns)
        step_vehicle(v, a, deck, air, p, faults, now_ns, CYCLE_STEPS, STEP_NS)


def best_us(begin: Callable[[], object], work: Callable[[], object]) -> float:
    """Microseconds of CPU a step, of the fastest run; `begin` is not counted."""
    fastest = float("inf")
    for _ in range(RUNS):
        begin()
        start = time.process_time()
        work()
        fastest = min(fastest, time.process_time() - start)
    return fastest / STEPS * 1e6


def plant_us(plant: Plant) -> float:
    """One step of the plant, from the same state in every run."""
    ap = air_parameters(SimulatedWeather())
    make_air(plant.air, 1)
    v, air = plant.v, plant.air
    saved, saved_air = save(v), save(air)

    def begin() -> None:
        restore(v, saved)
        restore(air, saved_air)

    def work() -> None:
        fly(v, plant.actuation, plant.deck, air, ap, plant.p, plant.faults)

    begin()
    work()
    figure = best_us(begin, work)
    assert not v.bad, bad_quantity(v)
    return figure


def ball() -> Plant:
    """JSBSim's ball: 20,000 lb, Cd 0.0001 on a square foot, at 60,000 ft."""
    plant = plant_in_flight("falcon9-like", altitude_m=60_000 * FOOT_M, speed_m_s=300 * FOOT_M)
    inertia = tuple(i * SLUG_FOOT2_KG_M2 for i in (20.0, 10.0, 10.0))
    plant.v.x[OXIDIZER] = plant.v.x[FUEL] = 0.0
    plant.p = sphere(20_000 * POUND_KG, inertia, 0.0001 * FOOT_M**2)
    return plant


def rocket() -> Plant:
    """A stage in its entry burn."""
    plant = plant_in_flight(
        "xzy1-booster",
        altitude_m=45e3,
        speed_m_s=1500.0,
        path_angle="-40 deg",
        attitude="retrograde",
    )
    plant.actuation.run[:3] = 1
    plant.actuation.throttle = 0.5
    plant.actuation.gimbal_pitch_rad = 0.001
    plant.fly(200)
    return plant


def jsbsim_flight(jsbsim: Any, name: str, speed_ft_s: float, folder: str) -> Any:
    """A vehicle that JSBSim ships, at 60,000 ft with whatever engines it has on."""
    flight = jsbsim.FGFDMExec(str(Path(jsbsim.__file__).parent))
    flight.set_debug_level(0)
    flight.set_output_path(folder)
    flight.load_model(name)
    flight.disable_output()
    flight.set_dt(1e-9 * STEP_NS)
    for quantity, value in (("h-sl-ft", 60_000.0), ("u-fps", speed_ft_s), ("lat-geod-deg", 39.7)):
        flight[f"ic/{quantity}"] = value
    flight.run_ic()
    flight.disable_output()
    flight["propulsion/set-running"] = -1
    for engine in range(8):
        flight[f"fcs/throttle-cmd-norm[{engine}]"] = 1.0
    return flight


def jsbsim_us(jsbsim: Any, name: str, speed_ft_s: float) -> float:
    """One of its steps."""
    flights: list[Any] = []

    def work() -> None:
        step = flights[-1].run
        for _ in range(STEPS):
            step()

    with tempfile.TemporaryDirectory() as folder:
        return best_us(
            lambda: flights.append(jsbsim_flight(jsbsim, name, speed_ft_s, folder)), work
        )


def main() -> None:
    ours = {"ball": plant_us(ball()), "rocket": plant_us(rocket())}
    for content, figure in ours.items():
        print(f"{'plant, ' + content:32}{figure:8.2f} us a step{1e6 / figure:14,.0f} steps/s")
    if importlib.util.find_spec("jsbsim") is None:
        print("JSBSim: SKIPPED, it is not installed (pip install jsbsim)")
        return
    import jsbsim

    for content, name, speed_ft_s in (("ball", "ball", 300.0), ("rocket", "J246", 1000.0)):
        figure = jsbsim_us(jsbsim, name, speed_ft_s)
        ratio = figure / ours[content]
        print(f"{f'JSBSim, {content} ({name})':32}{figure:8.2f} us a step{ratio:13.1f} x the plant")


if __name__ == "__main__":
    main()
