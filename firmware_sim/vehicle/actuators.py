"""Servos of fins or flaps, cold-gas thrusters and the legs' extension."""

from __future__ import annotations

import math
from typing import Annotated

from firmware_sim.faults import Faults, silent, spoil
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, make
from firmware_sim.vehicle.aerodynamics import FIN_Y, FIN_Z
from firmware_sim.vehicle.engines import STANDARD_GRAVITY_M_S2
from firmware_sim.vehicle.state import FINS, VehicleState
from gcs.config.vehicle import VehicleModel


class ActuatorParameters(Record):
    """Limits of fins or flaps, cold gas and legs; a fin limit of 0: there are none."""

    fin_limit_rad: float
    fin_rate_rad_s: float
    torque_limit_n_m: Annotated[Floats, 3]
    gas_kg: float
    gas_kg_per_n_m_s: Annotated[Floats, 3]
    """Gas that a newton-metre-second of torque about each axis takes."""
    extension_rate_per_s: float


def actuator_parameters(model: VehicleModel) -> ActuatorParameters:
    """The actuators of a vehicle. Thrusters across act at `arm_m`, axial ones at the hull."""
    p = make(ActuatorParameters)
    gas = model.cold_gas
    p.torque_limit_n_m[:] = (gas.torque_axial_n_m, gas.torque_across_n_m, gas.torque_across_n_m)
    exhaust_m_s = gas.isp_s * STANDARD_GRAVITY_M_S2
    across = 1.0 / (gas.arm_m * exhaust_m_s)
    p.gas_kg_per_n_m_s[:] = (2.0 / (model.body.diameter_m * exhaust_m_s), across, across)
    p.gas_kg = gas.gas_kg
    surfaces = model.fins or model.flaps
    if surfaces is not None:
        p.fin_limit_rad = math.radians(surfaces.limit_deg)
        p.fin_rate_rad_s = math.radians(surfaces.rate_deg_s)
    p.extension_rate_per_s = 1.0 / max(1e-9 * model.legs.deploy, 1e-3)
    return p


def fit_actuators(v: VehicleState, p: ActuatorParameters) -> None:
    """Fill the cold gas; fins centred and legs folded as they are made."""
    v.cold_gas_kg = p.gas_kg


@kernel
def step_actuators(
    v: VehicleState,
    a: Actuation,
    p: ActuatorParameters,
    faults: Faults,
    now_ns: int,
    step_s: float,
) -> None:
    """Move fins, thrusters and legs through one step.

    Legs go down together and stay; what a faulty one makes of it is its own (`contact`).
    """
    if p.fin_limit_rad > 0.0:
        _move_fins(v, a, p, faults, now_ns, step_s)
    _blow(v, a, p, faults, now_ns, step_s)
    if a.legs != 0:
        v.leg_extension = min(v.leg_extension + p.extension_rate_per_s * step_s, 1.0)


@kernel
def _move_fins(
    v: VehicleState, a: Actuation, p: ActuatorParameters, faults: Faults, now_ns: int, step_s: float
) -> None:
    """Mix pitch, yaw and roll to fins that fly tail first; a servo that is off is locked.

    Flaps get the same four angles and take the three demands back out of them.
    """
    most = p.fin_rate_rad_s * step_s
    for fin in range(FINS):
        fault = faults.fin[fin]
        if silent(fault, now_ns):
            continue
        wanted = a.fins_rad[0] * FIN_Y[fin] + a.fins_rad[1] * FIN_Z[fin] - a.fins_rad[2]
        wanted = spoil(fault, 0, wanted, now_ns)
        wanted = min(max(wanted, -p.fin_limit_rad), p.fin_limit_rad)
        v.fins_rad[fin] += min(max(wanted - v.fins_rad[fin], -most), most)


@kernel
def _blow(
    v: VehicleState, a: Actuation, p: ActuatorParameters, faults: Faults, now_ns: int, step_s: float
) -> None:
    """Torque within limits while there is gas: pulses faster than a step are their mean."""
    use = 0.0
    shut = v.cold_gas_kg <= 0.0 or silent(faults.cold_gas, now_ns)
    for axis in range(3):
        torque = 0.0
        if not shut:
            limit = p.torque_limit_n_m[axis]
            torque = spoil(faults.cold_gas, axis, a.cold_gas_torque_n_m[axis], now_ns)
            torque = min(max(torque, -limit), limit)
        v.cold_gas_torque_n_m[axis] = torque
        use += abs(torque) * p.gas_kg_per_n_m_s[axis]
    v.cold_gas_kg = max(v.cold_gas_kg - use * step_s, 0.0)
