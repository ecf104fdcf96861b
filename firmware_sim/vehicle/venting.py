"""Tank pressures: regulated in flight, and falling to that of the air while a vent is open.

The fall is exponential, as of a warm ullage through a valve that does not choke; that of
cold propellant boiling off after it is left out.
"""

from __future__ import annotations

import math

from firmware_sim.faults import Faults, silent
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.kernel import kernel
from firmware_sim.vehicle.state import TANKS, VehicleState

FLIGHT_PA = 320_000.0
"""What the tanks are kept at; assumed."""
_VENT_S = 20.0
"""Time constant of an open vent, so that a tank is safe in most of a minute; assumed."""


def pressurise(v: VehicleState) -> None:
    """Both tanks at flight pressure."""
    v.tank_pa[:] = FLIGHT_PA


@kernel
def vent_tanks(
    v: VehicleState, a: Actuation, faults: Faults, now_ns: int, elapsed_s: float
) -> None:
    """Let both tanks blow off through `elapsed_s`; a vent that is off does not open."""
    if a.vent == 0:
        return
    left = math.exp(-elapsed_s / _VENT_S)
    for tank in range(TANKS):
        if not silent(faults.vent[tank], now_ns):
            over_pa = v.tank_pa[tank] - v.out.pressure_pa
            v.tank_pa[tank] = v.out.pressure_pa + left * over_pa
