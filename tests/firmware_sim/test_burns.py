"""Burns through the whole plant: the rocket equation and the books of mass and momentum."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.barge.deck import DeckState
from firmware_sim.chance import seed_chance
from firmware_sim.environment.air import Air
from firmware_sim.environment.earth import earth_parameters, make_site
from firmware_sim.faults import Faults
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.records import make
from firmware_sim.vehicle.actuators import actuator_parameters
from firmware_sim.vehicle.aerodynamics import aerodynamic_parameters
from firmware_sim.vehicle.dynamics import VehicleParameters
from firmware_sim.vehicle.engines import engine_parameters
from firmware_sim.vehicle.plant import load_vehicle, observe, step_vehicle
from firmware_sim.vehicle.state import (
    ATTITUDE,
    FUEL,
    OXIDIZER,
    POSITION,
    RATE,
    SLOSH,
    VELOCITY,
    EnginePhase,
    VehicleState,
)
from firmware_sim.vehicle.tanks import tank_parameters
from tests.helpers.vehicles import vehicle_model

G0 = 9.80665
CYCLE_NS = 10_000_000


class Space:
    """A vehicle far from everything: no gravity, no air, no rotation of the frame."""

    def __init__(self, name: str) -> None:
        model = vehicle_model(name)
        self.p = make(VehicleParameters)
        self.p.earth = earth_parameters("sphere")
        self.p.earth.mu_m3_s2 = 0.0
        self.p.site = make_site(0.0, 0.0, 0.0, self.p.earth)
        self.p.legs.earth, self.p.legs.site = self.p.earth, self.p.site
        self.p.engines, self.p.tanks = engine_parameters(model), tank_parameters(model)
        self.p.aerodynamics = aerodynamic_parameters(model)
        self.p.actuators = actuator_parameters(model)
        self.p.nose_radius_m = 1.0
        self.v, self.a = make(VehicleState), make(Actuation)
        self.air, self.deck, self.faults = make(Air), make(DeckState), make(Faults)
        self.v.x[POSITION], self.v.x[ATTITUDE] = 1e7, 1.0
        self.deck.ned_from_deck[:] = np.eye(3)
        seed_chance(self.v.chance, 1, "vehicle")
        load_vehicle(self.v, self.p)
        observe(self.v, self.deck, self.p)
        self.now_ns = 0

    def fly(self, seconds: float) -> None:
        for _ in range(round(seconds * 100)):
            step_vehicle(
                self.v, self.a, self.deck, self.air, self.p, self.faults, self.now_ns, 10, 1_000_000
            )
            self.now_ns += CYCLE_NS
        assert self.v.bad == 0

    def propellant_kg(self) -> float:
        return float(self.v.x[OXIDIZER] + self.v.x[FUEL])


def test_a_burn_from_start_to_tail_off_obeys_the_rocket_equation() -> None:
    space = Space("xzy1-hop")
    space.a.run[0], space.a.throttle = 1, 1.0
    space.fly(8.0)
    space.a.throttle = 0.5
    space.fly(4.0)
    space.a.run[0] = 0
    space.fly(2.0)
    assert space.v.engines[0].phase == EnginePhase.OFF
    gained = 310.0 * G0 * math.log(57_000 / (30_000 + space.propellant_kg()))
    # The mass holds for a step of 1 ms: half a step's flow is 2e-6 of it.
    assert space.v.x[VELOCITY] == pytest.approx(gained, rel=4e-6)
    assert space.v.x[VELOCITY + 1 : VELOCITY + 3] == pytest.approx([0.0, 0.0], abs=1e-9)


def test_the_propellant_that_is_burnt_is_the_flow_over_the_time() -> None:
    space = Space("xzy1-hop")
    space.a.run[0], space.a.throttle = 1, 0.6
    space.fly(3.0)
    before = space.propellant_kg()
    space.fly(5.0)
    assert before - space.propellant_kg() == pytest.approx(5.0 * 0.6 * 751e3 / (310.0 * G0))


def test_a_burn_to_the_end_leaves_next_to_nothing_and_no_less() -> None:
    space = Space("xzy1-hop")
    space.v.x[OXIDIZER], space.v.x[FUEL] = 900.0, 250.0
    space.a.run[0], space.a.throttle = 1, 1.0
    space.fly(8.0)
    assert space.v.engines[0].phase == EnginePhase.FAILED
    assert 0.0 <= space.v.x[FUEL] < 1.0
    assert 0.0 <= space.v.x[OXIDIZER] < 1.0


def test_gimballing_turns_the_vehicle_by_lever_over_inertia_with_its_liquid_at_rest() -> None:
    space = Space("xzy1-hop")
    space.p.tanks.slosh_share[:] = 0.0
    space.a.run[0], space.a.throttle = 1, 1.0
    space.fly(3.0)
    space.v.engines[0].gimbal_pitch_rad = space.a.gimbal_pitch_rad = 0.02
    space.fly(0.01)
    torque = (space.v.out.cg_height_m - 1.0) * 751e3 * math.sin(0.02)
    angular = torque / space.v.out.inertia_kg_m2[1]
    assert space.v.out.angular_acceleration_rad_s2[1] == pytest.approx(angular, rel=1e-3)
    assert space.v.x[RATE + 1] == pytest.approx(0.01 * angular, rel=1e-2)


def test_an_engine_out_turns_the_stage_towards_the_lost_engine() -> None:
    space = Space("xzy1-booster")
    space.a.run[[0, 1, 5]] = 1
    space.a.throttle = 1.0
    space.fly(3.0)
    steady = float(space.v.x[RATE + 2])
    space.v.engines[5].phase, space.v.engines[5].flow = int(EnginePhase.OFF), 0.0
    space.a.run[5] = 0
    space.fly(0.1)
    # Engine 5 stands at -y: what is left at +y turns the nose towards -y.
    assert space.v.x[RATE + 2] - steady < -1e-3


def test_sloshing_moves_no_momentum_out_of_the_vehicle() -> None:
    """Vehicle and slosh masses together keep what they have, whatever swings inside."""
    space = Space("xzy1-hop")
    space.v.x[SLOSH : SLOSH + 8] = (0.3, -0.2, 0.1, 0.2, -0.2, 0.1, 0.0, -0.3)

    def momentum() -> np.ndarray:
        x, kg = space.v.x, space.p.work.props.slosh_kg
        quiet = 57_000.0 * x[VELOCITY : VELOCITY + 3]
        swinging = np.zeros(3)
        for tank in range(2):
            row = SLOSH + 4 * tank
            swinging[1:] += kg[tank] * x[row + 2 : row + 4]
        return np.array(quiet + swinging)

    before = momentum()
    space.fly(2.0)
    # The vehicle has turned by less than 1e-2 rad: B is still E to the second order.
    assert np.abs(space.v.x[RATE : RATE + 3]).max() < 1e-2
    assert momentum() == pytest.approx(before, abs=2e-3 * float(np.linalg.norm(before)))
    assert np.linalg.norm(space.v.x[VELOCITY : VELOCITY + 3]) > 1e-4
