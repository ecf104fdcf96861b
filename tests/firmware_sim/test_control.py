"""Attitude control on the real plant: slosh, gimbal rates, a lost engine, cold gas alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.flight_software.control import (
    ControlState,
    control,
    control_parameters,
)
from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.state import Steering
from firmware_sim.records import Floats, make
from firmware_sim.rotation import matrix_of, quaternion_of
from firmware_sim.vehicle.state import (
    ATTITUDE,
    FUEL,
    OXIDIZER,
    POSITION,
    RATE,
    SLOSH,
    VELOCITY,
    EnginePhase,
)
from tests.helpers.plants import CYCLE_S, Plant, plant_on_pad
from tests.helpers.vehicles import vehicle_model

CYCLE_NS = 10_000_000
ALTITUDE_M = 500.0


class Steered:
    """A vehicle in the air, engines running, whose attitude is controlled from the truth."""

    def __init__(self, name: str, propellant: float, engines: tuple[int, ...] = (0,)) -> None:
        self.plant = plant_on_pad(name)
        self.c, self.s = make(ControlState), make(Solution)
        self.r, self.st = make(Readings), make(Steering)
        self.p = control_parameters(vehicle_model(name), CYCLE_NS)
        self.st.nose[2] = -1.0
        self.st.use_gimbal = 1
        v = self.plant.v
        v.held = 0
        v.x[OXIDIZER : FUEL + 1] *= propellant
        v.x[POSITION : POSITION + 3] -= ALTITUDE_M * self.plant.p.site.ned_from_earth[2]
        self.plant.observe()
        for index in engines:
            v.engines[index].phase = int(EnginePhase.RUNNING)
            v.engines[index].flow = self.hover_flow(len(engines))
            self.plant.actuation.run[index] = 1
        self.plant.actuation.throttle = self.hover_flow(len(engines))
        self.plant.observe()

    def hover_flow(self, engines: int) -> float:
        out, p = self.plant.v.out, self.plant.p.engines
        each_n = 9.81 * out.mass_kg / max(engines, 1) + out.pressure_pa * 0.6
        return float(each_n / p.thrust_vacuum_n)

    def fly(self, seconds: float, watch: list[float] | None = None) -> None:
        for _ in range(round(seconds / CYCLE_S)):
            self._believe()
            control(self.c, self.s, self.r, self.st, self.p, self.plant.actuation)
            a = self.plant.actuation
            self.c.voted_gimbal_rad[:] = a.gimbal_pitch_rad, a.gimbal_yaw_rad
            self.c.voted_cold_gas_n_m[:] = a.cold_gas_torque_n_m
            self.plant.fly()
            if watch is not None:
                watch.append(self.error_rad())

    def lean(self, north_deg: float, east_deg: float = 0.0) -> None:
        north, east = math.tan(math.radians(north_deg)), math.tan(math.radians(east_deg))
        nose = np.array((north, east, -1.0))
        self.st.nose[:] = nose / np.linalg.norm(nose)

    def nose(self) -> Floats:
        """Where it truly points, in L."""
        m = np.empty((3, 3))
        matrix_of(self.plant.v.x[ATTITUDE : ATTITUDE + 4], m)
        pointing: Floats = self.plant.p.site.ned_from_earth @ m[:, 0]
        return pointing

    def error_rad(self) -> float:
        return math.acos(min(1.0, float(self.nose() @ self.st.nose)))

    def _believe(self) -> None:
        v, site = self.plant.v, self.plant.p.site
        m = np.empty((3, 3))
        matrix_of(v.x[ATTITUDE : ATTITUDE + 4], m)
        quaternion_of(site.ned_from_earth @ m, self.s.attitude)
        self.s.rate_rad_s[:] = v.out.mean_rate_rad_s - 7.292115e-5 * m[2]
        self.s.velocity_m_s[:] = site.ned_from_earth @ v.x[VELOCITY : VELOCITY + 3]
        self.s.air_pressure_pa, self.s.air_density_kg_m3 = v.out.pressure_pa, v.out.density_kg_m3
        self.r.engine_flow[:] = [engine.flow for engine in v.engines]
        self.r.oxidizer_kg, self.r.fuel_kg = v.x[OXIDIZER], v.x[FUEL]


@pytest.mark.parametrize("propellant", [1.0, 0.6, 0.3])
@pytest.mark.parametrize("towards", [(5.0, 0.0), (0.0, -5.0), (3.5, 3.5)])
def test_a_step_of_the_nose_settles_with_slosh(
    propellant: float, towards: tuple[float, float]
) -> None:
    steered = Steered("xzy1-hop", propellant)
    steered.fly(1.0)
    steered.lean(*towards)
    watch: list[float] = []
    steered.fly(8.0, watch)
    errors = np.degrees(watch)
    assert errors[0] == pytest.approx(5.0, abs=0.3)
    assert errors[round(3.0 / CYCLE_S) :].max() < 1.5
    assert errors[round(4.5 / CYCLE_S) :].max() < 0.5
    assert errors[round(7.0 / CYCLE_S) :].max() < 0.1
    steered.fly(9.0)
    assert np.abs(steered.plant.v.x[SLOSH + 2 : SLOSH + 4]).max() < 0.05


def test_slosh_that_was_there_dies_out() -> None:
    steered = Steered("xzy1-hop", 0.4)
    steered.plant.v.x[SLOSH], steered.plant.v.x[SLOSH + 5] = 0.3, -0.2
    steered.fly(12.0)
    assert np.abs(steered.plant.v.x[SLOSH : SLOSH + 6]).max() < 0.05
    assert math.degrees(steered.error_rad()) < 0.2


def test_the_slew_keeps_to_its_rate() -> None:
    steered = Steered("xzy1-hop", 0.4)
    steered.fly(0.5)
    steered.lean(12.0)
    fastest = 0.0
    for _ in range(30):
        steered.fly(0.1)
        fastest = max(fastest, float(np.hypot(*steered.plant.v.x[RATE + 1 : RATE + 3])))
    assert math.degrees(fastest) < 9.0


def test_an_engine_that_is_lost_turns_it_by_little_and_is_trimmed() -> None:
    steered = Steered("xzy1-booster", 0.2, engines=(0, 1, 5))
    steered.fly(2.0)
    steered.plant.v.engines[1].phase = int(EnginePhase.FAILED)
    steered.plant.v.engines[1].flow = 0.0
    watch: list[float] = []
    steered.fly(6.0, watch)
    assert math.degrees(max(watch)) < 5.0
    assert math.degrees(watch[-1]) < 0.3


def test_cold_gas_alone_turns_it_and_holds_it_still() -> None:
    steered = Steered("xzy1-hop", 0.4, engines=())
    steered.st.use_gimbal, steered.st.use_cold_gas = 0, 1
    steered.lean(6.0)
    watch: list[float] = []
    steered.fly(10.0, watch)
    assert math.degrees(watch[-1]) < 1.0
    assert steered.plant.v.cold_gas_kg > 100.0


def test_roll_is_damped_by_cold_gas() -> None:
    steered = Steered("xzy1-hop", 0.4)
    steered.plant.v.x[RATE] = math.radians(3.0)
    steered.fly(12.0)
    assert abs(math.degrees(steered.plant.v.x[RATE])) < 0.05


def test_it_turns_over_when_it_is_told_to_point_the_other_way() -> None:
    steered = Steered("xzy1-booster", 0.03, engines=())
    steered.st.use_gimbal, steered.st.use_cold_gas = 0, 1
    steered.plant.air.altitude_m = ALTITUDE_M
    steered.st.nose[:] = -steered.nose()
    watch: list[float] = []
    steered.fly(3.0, watch)
    assert watch[-1] < watch[0] - math.radians(0.5)


def test_control_starts_from_where_the_nose_points() -> None:
    steered = Steered("xzy1-hop", 0.4)
    steered.fly(CYCLE_S)
    assert isinstance(steered.plant, Plant)
    assert np.allclose(steered.c.nose, steered.nose(), atol=1e-3)
