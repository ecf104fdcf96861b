"""After a landing: wait until the stage stands still, vent the tanks, and say when it is safe.

Safe is a stage whose engines are off, whose legs are locked and whose tanks hold hardly more
than the air around them. What remains in the tanks stays there: nothing is drained.
"""

from __future__ import annotations

from firmware_sim.flight_software.interfaces import Readings
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.kernel import kernel
from firmware_sim.vehicle.state import ENGINES, TANKS, EnginePhase

_STANDS_NS = 10_000_000_000
"""From the landing to the opening of the vents; assumed."""
SAFE_PA = 130_000.0
"""About 0.3 bar over the air at sea level; assumed."""


@kernel
def safing_mode(mode: int, since_ns: int, r: Readings, now_ns: int) -> int:
    """The mode that follows one of a standing stage's, in which it has been since `since_ns`."""
    if mode == FlightMode.LANDED and now_ns - since_ns >= _STANDS_NS:
        return FlightMode.SAFING.value
    if mode == FlightMode.SAFING and _safe(r):
        return FlightMode.SAFE.value
    return mode


@kernel
def _safe(r: Readings) -> bool:
    for tank in range(TANKS):
        # A pressure that is not a number is not safe.
        if not r.tank_pa[tank] < SAFE_PA:
            return False
    for engine in range(ENGINES):
        phase = r.engine_phase[engine]
        if phase != EnginePhase.OFF and phase != EnginePhase.FAILED:
            return False
    return bool(r.leg_extension >= 1.0)


@kernel
def vents_open(mode: int) -> int:
    """Whether the tanks' vents are held open, 0 or 1."""
    return 1 if mode in (FlightMode.SAFING, FlightMode.SAFE) else 0
