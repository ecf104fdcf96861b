"""One flight computer's memory: mode, navigation, guidance, control, and what it asks for."""

from __future__ import annotations

from typing import Annotated

from firmware_sim.records import Ints, Record, Vector3
from firmware_sim.vehicle.state import ENGINES


class Steering(Record):
    """What guidance wants; control turns it into actuation."""

    run: Annotated[Ints, ENGINES]
    throttle: float
    nose: Vector3
    """Where B's x axis shall point, a unit vector in L."""
    use_gimbal: int
    use_fins: int
    use_cold_gas: int
    legs: int
    stage: int
    """Of the guidance law in use; its own numbering."""
    aim_m: Vector3
    """The aim point from the deck centre, in L."""
    time_to_touchdown_s: float
    """NaN where there is no solution."""
    propellant_margin_kg: float
    """Predicted at touchdown, over the reserve; NaN where there is no solution."""
    gimbal_share: float
    """Of the gimbal's range, what steady torque takes: set by control for guidance."""
    limit_rad: float
    """Largest tilt that this moment allows."""
