"""Guidance of the cargo vehicle: a broadside entry, then the landing of a returning stage."""

from __future__ import annotations

import math

import numpy as np

from firmware_sim.flight_software.entering import (
    EntryStage,
    EntryState,
    begin_entry,
    foresee_flip,
    guide_entry,
)
from firmware_sim.flight_software.entry_prediction import EntryParameters
from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.prediction import begin, brake, fall_for, fall_to
from firmware_sim.flight_software.return_parameters import ReturnParameters
from firmware_sim.flight_software.return_state import ReturnState
from firmware_sim.flight_software.returning import guide_return
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel
from firmware_sim.records import Record, Vector3
from firmware_sim.rotation import apply_transposed
from firmware_sim.vehicle.state import ENGINES

_FIRST_IGNITION_M = 1500.0
_LOWEST_IGNITION_M, _MOST_CHANGE_M = 300.0, 500.0
_AFTER_FLIP_S = 45.0
"""From the flip to touchdown, until that is predicted."""


class CargoState(Record):
    """Memory of the entry; `aim_m`, in L, is where the fall after the flip shall lead."""

    begun: int
    aim_m: Vector3
    ignition_height_m: float
    after_flip_s: float
    """From the flip to touchdown, predicted."""
    entry: EntryState


@kernel
def guide_cargo(
    g: CargoState,
    landing: ReturnState,
    s: Solution,
    r: Readings,
    p: EntryParameters,
    landing_p: ReturnParameters,
    mode: int,
    now_ns: int,
    step_s: float,
    out: Steering,
) -> int:
    """Fill `out` for this cycle; returns the FlightMode that guidance wants."""
    if g.begun == 0:
        _begin(g, landing, s, p, landing_p)
    if g.entry.stage == EntryStage.FLIP:
        return guide_return(landing, s, r, landing_p, mode, now_ns, out)
    if foresee_flip(g.entry, p, s, now_ns):
        _foresee_landing(g, landing, s, landing_p)
    stage = guide_entry(g.entry, p, s, now_ns, step_s, out.nose)
    _ask(g, s, landing_p, now_ns, out)
    return FlightMode.COAST.value if stage == EntryStage.COAST else FlightMode.ENTRY.value


@kernel
def _begin(
    g: CargoState, landing: ReturnState, s: Solution, entry_p: EntryParameters, p: ReturnParameters
) -> None:
    """Choose the side of the barge to aim at: square to the approach, so that a fall is clear.

    The flip is to push to that side too.
    """
    g.begun = 1
    begin_entry(g.entry)
    g.ignition_height_m = _FIRST_IGNITION_M
    g.after_flip_s = _AFTER_FLIP_S
    away = max(math.hypot(s.position_m[0], s.position_m[1]), 1.0)
    north, east = s.position_m[1] / away, -s.position_m[0] / away
    landing.beside[0], landing.beside[1] = north, east
    g.aim_m[0] = p.aim_offset_m * north
    g.aim_m[1] = p.aim_offset_m * east
    flip_side = np.array((-north, -east, 0.0))
    apply_transposed(entry_p.site.ned_from_earth, flip_side, g.entry.flip_side)


@kernel
def _foresee_landing(g: CargoState, landing: ReturnState, s: Solution, p: ReturnParameters) -> None:
    """Fly on from the flip as the landing's guidance will: how far from the aim it ends."""
    path = landing.path
    begin(p, path, g.entry.ahead.position_m, g.entry.ahead.velocity_m_s, s.mass_kg)
    fall_to(p, path, g.ignition_height_m)
    fall_for(p, path, p.start_delay_s)
    brake(p, path, float(p.landing.count), p.landing.throttle)
    change = min(max(-path.excess_m, -_MOST_CHANGE_M), _MOST_CHANGE_M)
    g.ignition_height_m = max(g.ignition_height_m + change, _LOWEST_IGNITION_M)
    g.after_flip_s = path.time_s
    for i in range(2):
        g.entry.miss_m[i] = path.landing_m[i] - g.aim_m[i]


@kernel
def _ask(g: CargoState, s: Solution, p: ReturnParameters, now_ns: int, out: Steering) -> None:
    """Attitude alone: thrusters and flaps hold it, engines and legs wait."""
    for k in range(ENGINES):
        out.run[k] = 0
    out.throttle = 0.0
    out.use_gimbal, out.use_fins, out.use_cold_gas, out.legs = 0, 1, 1, 0
    out.stage = g.entry.stage
    out.limit_rad = math.pi
    for i in range(3):
        out.aim_m[i] = g.aim_m[i]
    left_ns = g.entry.arrival_ns - now_ns
    known = g.entry.arrival_ns > 0
    out.time_to_touchdown_s = left_ns * 1e-9 + g.after_flip_s if known else math.nan
    out.propellant_margin_kg = s.propellant_kg - p.reserve_kg
