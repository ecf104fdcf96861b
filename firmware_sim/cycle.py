"""One cycle of the world: ship and air move, every computer senses and decides, all flies on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sim.barge.beacon import send_beacon
from firmware_sim.barge.ship import step_ship
from firmware_sim.environment.air import step_air
from firmware_sim.faults import COMPUTERS
from firmware_sim.flight_software.computer import step_computer
from firmware_sim.flight_software.voting import vote
from firmware_sim.kernel import kernel
from firmware_sim.vehicle.plant import step_vehicle
from firmware_sim.vehicle.sensors import sense
from firmware_sim.world_state import WorldParameters, WorldState

CYCLE_NS = 10_000_000
STEP_NS = 1_000_000
STEPS = CYCLE_NS // STEP_NS


@kernel
def run_cycles(state: NDArray[np.void], parameters: NDArray[np.void], cycles: int) -> None:
    """Run up to `cycles` cycles on the blocks of a WorldState and its WorldParameters.

    Stops after the first cycle that leaves a quantity that is not finite.
    """
    world, p = state[0], parameters[0]
    for _ in range(cycles):
        if world.vehicle.bad:
            return
        _run_cycle(world, p, world.cycle * CYCLE_NS)
        world.cycle += 1


@kernel
def _run_cycle(world: WorldState, p: WorldParameters, now_ns: int) -> None:
    world.now_ns = now_ns
    vehicle, deck, faults = world.vehicle, world.ship.deck, world.faults
    step_ship(world.ship, p.ship, faults, now_ns)
    send_beacon(world.beacon, p.beacon, deck, now_ns)
    step_air(world.air, p.air, vehicle.out, now_ns)
    for i in range(COMPUTERS):
        readings = world.readings[i]
        sense(
            world.sensors[i],
            p.sensors,
            vehicle,
            deck,
            world.beacon,
            p.site,
            faults,
            i,
            readings,
            now_ns,
        )
        step_computer(world.computers, i, readings, p.computer, faults, now_ns)
    vote(world.computers, world.actuation)
    step_vehicle(
        vehicle, world.actuation, deck, world.air, p.vehicle, faults, now_ns, STEPS, STEP_NS
    )
