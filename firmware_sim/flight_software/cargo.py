"""Guidance of the cargo vehicle: a broadside entry, then the landing of a returning stage."""

from __future__ import annotations

import math

from firmware_sim.flight_software.entering import (
    EntryStage,
    EntryState,
    begin_entry,
    entry_parameters,
    guide_entry,
)
from firmware_sim.flight_software.entry_prediction import EntryParameters
from firmware_sim.flight_software.interfaces import Readings, Site, Solution
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.return_parameters import ReturnParameters, return_parameters
from firmware_sim.flight_software.return_state import ReturnState
from firmware_sim.flight_software.returning import guide_return
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel
from firmware_sim.records import Record, Vector3, make, restore, save
from firmware_sim.vehicle.state import ENGINES
from gcs.config.vehicle import EntryProfile, VehicleModel


class CargoParameters(Record):
    """Of the entry, and of the landing after it."""

    entry: EntryParameters
    landing: ReturnParameters


class CargoState(Record):
    """Memory of both laws; `aim_m`, in L, is where it shall be at flip height."""

    begun: int
    aim_m: Vector3
    entry: EntryState
    landing: ReturnState


def cargo_parameters(model: VehicleModel, site: Site) -> CargoParameters:
    """The parameters of a vehicle with an `entry` profile; TypeError for another profile."""
    if not isinstance(model.profile, EntryProfile):
        raise TypeError(f"expected a vehicle with an entry profile, got {model.profile.kind}")
    p = make(CargoParameters)
    restore(p.entry, save(entry_parameters(model.profile, site)))
    restore(p.landing, save(return_parameters(model, site)))
    return p


@kernel
def guide_cargo(
    g: CargoState,
    s: Solution,
    r: Readings,
    p: CargoParameters,
    mode: int,
    now_ns: int,
    step_s: float,
    out: Steering,
) -> int:
    """Fill `out` for this cycle; returns the FlightMode that guidance wants."""
    if g.begun == 0:
        _begin(g, s, p)
    if g.entry.stage == EntryStage.FLIP:
        return guide_return(g.landing, s, r, p.landing, mode, now_ns, out)
    stage = guide_entry(g.entry, p.entry, s, g.aim_m, now_ns, step_s, out.nose)
    _ask(g, s, p, now_ns, out)
    return FlightMode.COAST.value if stage == EntryStage.COAST else FlightMode.ENTRY.value


@kernel
def _begin(g: CargoState, s: Solution, p: CargoParameters) -> None:
    """Choose the side of the barge to aim at: square to the approach, so that a fall is clear."""
    g.begun = 1
    begin_entry(g.entry)
    away = max(math.hypot(s.position_m[0], s.position_m[1]), 1.0)
    north, east = s.position_m[1] / away, -s.position_m[0] / away
    g.landing.beside[0], g.landing.beside[1] = north, east
    g.aim_m[0] = p.landing.aim_offset_m * north
    g.aim_m[1] = p.landing.aim_offset_m * east


@kernel
def _ask(g: CargoState, s: Solution, p: CargoParameters, now_ns: int, out: Steering) -> None:
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
    out.time_to_touchdown_s = left_ns * 1e-9 if g.entry.arrival_ns > 0 else math.nan
    out.propellant_margin_kg = s.propellant_kg - p.landing.reserve_kg
