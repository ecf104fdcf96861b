"""Everything that a simulated world is: what changes in one record, what does not in another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from firmware_sim.barge.beacon import BeaconAir, BeaconParameters
from firmware_sim.barge.ship import ShipParameters, ShipState
from firmware_sim.environment.air import Air, AirParameters
from firmware_sim.faults import COMPUTERS, Faults
from firmware_sim.flight_software.computer import ComputerParameters, ComputerState
from firmware_sim.flight_software.interfaces import Actuation, Readings, Site
from firmware_sim.records import Record
from firmware_sim.vehicle.dynamics import VehicleParameters
from firmware_sim.vehicle.sensors import SensorParameters, SensorState
from firmware_sim.vehicle.state import VehicleState


class WorldState(Record):
    """The whole world. `now_ns` counts from its start; `cycle` is the next to be run."""

    now_ns: int
    cycle: int
    air: Air
    ship: ShipState
    beacon: BeaconAir
    vehicle: VehicleState
    sensors: Annotated[Sequence[SensorState], COMPUTERS]
    readings: Annotated[Sequence[Readings], COMPUTERS]
    computers: Annotated[Sequence[ComputerState], COMPUTERS]
    actuation: Actuation
    faults: Faults


class WorldParameters(Record):
    """What a scenario fixes; parts hold scratch memory that no step leaves anything in."""

    site: Site
    air: AirParameters
    ship: ShipParameters
    beacon: BeaconParameters
    vehicle: VehicleParameters
    sensors: SensorParameters
    computer: ComputerParameters
