"""What a returning stage's guidance remembers, and the stages of its flight."""

from __future__ import annotations

import enum
from typing import Annotated

from firmware_sim.flight_software.prediction import Path
from firmware_sim.records import Floats, Record, Vector3


class Stage(enum.IntEnum):
    """The parts of a return, in order; `Steering.stage`."""

    COAST = 0
    ENTRY = 1
    FALL = 2
    BRAKE = 3
    FINAL = 4


class ReturnState(Record):
    """Of one flight computer. Horizontal pairs are north and east."""

    stage: int
    since_ns: int
    """When the stage began."""
    next_ns: int
    """When the next prediction is due."""
    path: Path
    beside: Annotated[Floats, 2]
    """Unit vector from the deck to the aim beside it, square to the approach."""
    beside_known: int
    ignition_height_m: float
    ignition_ns: int
    entry_off_ns: int
    yaw_rad: float
    throttle: float
    miss_m: Annotated[Floats, 2]
    """Predicted landing point from the aim."""
    wanted_m_s2: Annotated[Floats, 2]
    """Sideways acceleration that shall take that away."""
    forecast_m_s: Vector3
    """The wind that is expected here, in L."""
    change_m_s: Annotated[Floats, 2]
    """What the side force tells of the horizontal wind, over the forecast."""
    air_m_s: Vector3
    """Velocity through the air, in L."""
    push_m_s2: Vector3
    """What is wanted of it across the flow, in L."""
    lean_rad: float
    """Between the nose and where the flow comes from; negative by the air, positive by thrust."""
    observed: int
    """1 once the observer below runs."""
    model_m_s: Annotated[Floats, 2]
    """Velocity of the centre of percussion, as observed."""
    unexplained_m_s2: Annotated[Floats, 2]
    """What accelerates it besides thrust, as observed: wind."""
    touchdown_ns: int
    """Predicted; 0 before the first prediction."""
    final_mass_kg: float
    released: int
    """1 once nothing holds the final descent any more."""
