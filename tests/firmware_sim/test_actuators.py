"""Fins, cold gas and legs move within their limits, and fail as they are told."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from firmware_sim.faults import FaultKind, Faults, arm
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.records import make
from firmware_sim.vehicle.actuators import actuator_parameters, fit_actuators, step_actuators
from firmware_sim.vehicle.state import VehicleState
from gcs.config.vehicle import VehicleFile
from tests.helpers.vehicles import changed_model, vehicle_tables

STEP_S = 0.01
FOREVER_NS = 2**62
BOOSTER = changed_model(
    "xzy1-booster",
    {
        "fins": {"limit_deg": 20.0, "rate_deg_s": 30.0},
        "cold_gas": {
            "torque_across_n_m": 60e3,
            "torque_axial_n_m": 6e3,
            "gas_kg": 400.0,
            "isp_s": 65.0,
            "arm_m": 22.0,
        },
        "legs": {"deploy": "4 s"},
    },
)


class Bench:
    """The booster's actuators, stepped at 100 Hz."""

    def __init__(self) -> None:
        self.v, self.a, self.faults = make(VehicleState), make(Actuation), make(Faults)
        self.p = actuator_parameters(BOOSTER)
        fit_actuators(self.v, self.p)
        self.now_ns = 0

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            step_actuators(self.v, self.a, self.p, self.faults, self.now_ns, STEP_S)
            self.now_ns += 10_000_000


def test_fins_move_at_their_rate_to_their_limit() -> None:
    bench = Bench()
    bench.a.fins_rad[0] = 1.0
    bench.run(0.5)
    assert math.degrees(bench.v.fins_rad[0]) == pytest.approx(15.0)
    assert math.degrees(bench.v.fins_rad[2]) == pytest.approx(-15.0)
    bench.run(1.0)
    assert math.degrees(bench.v.fins_rad[0]) == pytest.approx(20.0)
    assert bench.v.fins_rad[1] == bench.v.fins_rad[3] == 0.0


def test_a_fin_that_is_off_stays_and_the_others_move() -> None:
    bench = Bench()
    bench.a.fins_rad[0] = 0.2
    bench.run(1.0)
    arm(bench.faults.fin[0], FaultKind.OFF, bench.now_ns, FOREVER_NS)
    bench.a.fins_rad[0] = -0.2
    bench.run(2.0)
    assert bench.v.fins_rad[[0, 2]] == pytest.approx([0.2, 0.2])


def test_a_fin_with_the_wrong_zero_stands_askew() -> None:
    bench = Bench()
    arm(bench.faults.fin[1], FaultKind.WRONG, 0, FOREVER_NS)
    bench.faults.fin[1].scale, bench.faults.fin[1].bias = 1.0, 0.1
    bench.run(1.0)
    assert bench.v.fins_rad == pytest.approx([0.0, 0.1, 0.0, 0.0])


def test_cold_gas_gives_the_torque_that_is_asked_within_its_limits() -> None:
    bench = Bench()
    bench.a.cold_gas_torque_n_m[:] = (1e9, -2e4, -1e9)
    bench.run(STEP_S)
    assert bench.v.cold_gas_torque_n_m == pytest.approx([6e3, -2e4, -60e3])


def test_cold_gas_is_used_by_its_torque_arm_and_isp() -> None:
    bench = Bench()
    bench.a.cold_gas_torque_n_m[1] = 40e3
    bench.run(10.0)
    assert 400.0 - bench.v.cold_gas_kg == pytest.approx(10.0 * 40e3 / 22.0 / (65.0 * 9.80665))


def test_roll_torque_takes_gas_on_the_hull_s_radius() -> None:
    bench = Bench()
    bench.a.cold_gas_torque_n_m[0] = -5e3
    bench.run(10.0)
    assert 400.0 - bench.v.cold_gas_kg == pytest.approx(10.0 * 5e3 / 2.1 / (65.0 * 9.80665))


def test_without_gas_there_is_no_torque_and_no_negative_gas() -> None:
    bench = Bench()
    bench.v.cold_gas_kg = 0.01
    bench.a.cold_gas_torque_n_m[1] = 60e3
    bench.run(1.0)
    assert bench.v.cold_gas_kg == 0.0
    assert bench.v.cold_gas_torque_n_m.tolist() == [0.0, 0.0, 0.0]


def test_cold_gas_that_is_off_uses_none() -> None:
    bench = Bench()
    arm(bench.faults.cold_gas, FaultKind.OFF, 0, FOREVER_NS)
    bench.a.cold_gas_torque_n_m[1] = 60e3
    bench.run(1.0)
    assert bench.v.cold_gas_kg == 400.0
    assert bench.v.cold_gas_torque_n_m[1] == 0.0


def test_legs_take_their_time_and_stay_out() -> None:
    bench = Bench()
    bench.a.legs = 1
    bench.run(2.0)
    assert bench.v.leg_extension == pytest.approx(0.5)
    bench.run(3.0)
    assert bench.v.leg_extension == 1.0
    bench.a.legs = 0
    bench.run(1.0)
    assert bench.v.leg_extension == 1.0


def test_a_vehicle_has_fins_or_flaps() -> None:
    tables = vehicle_tables("xzy1-booster")
    tables["model"]["flaps"] = {
        "source": "a test",
        "moment_across_m3": 100.0,
        "moment_axial_m3": 10.0,
        "limit_deg": 30.0,
        "rate_deg_s": 20.0,
    }
    with pytest.raises(ValidationError, match="one or the other"):
        VehicleFile.model_validate(tables)
