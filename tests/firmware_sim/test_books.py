"""Energy, momentum and mass balance over flights through the plant's own kernels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.environment.earth import gravity, potential
from firmware_sim.records import Floats
from firmware_sim.rotation import rotate
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
from tests.helpers.plants import CYCLE_S, Plant, plant_in_flight, plant_on_pad, without_air

POLE = np.array([0.0, 0.0, 1.0])


def position(plant: Plant) -> Floats:
    return np.array(plant.v.x[POSITION : POSITION + 3])


def velocity(plant: Plant) -> Floats:
    """Relative to the Earth."""
    return np.array(plant.v.x[VELOCITY : VELOCITY + 3])


def turning(plant: Plant) -> Floats:
    return np.cross(plant.p.earth.rate_rad_s * POLE, position(plant))


def pull(plant: Plant) -> Floats:
    """Gravitation, centrifugal and Coriolis acceleration in E."""
    gravitation, axis = np.empty(3), plant.p.earth.rate_rad_s * POLE
    gravity(plant.p.earth, plant.v.x[POSITION : POSITION + 3], gravitation)
    return gravitation - np.cross(axis, turning(plant) + 2.0 * velocity(plant))


def jacobi(plant: Plant) -> float:
    """Energy in the turning frame, J/kg: kinetic, gravitational and centrifugal."""
    kinetic = 0.5 * float(velocity(plant) @ velocity(plant))
    centrifugal = -0.5 * float(turning(plant) @ turning(plant))
    return kinetic + potential(plant.p.earth, plant.v.x[POSITION : POSITION + 3]) + centrifugal


def momentum_about_the_pole(plant: Plant) -> float:
    """Angular momentum relative to inertial space, m2/s."""
    return float(np.cross(position(plant), velocity(plant) + turning(plant)) @ POLE)


def spin(plant: Plant) -> Floats:
    """The body's own angular momentum, in inertial axes that are E's at time zero."""
    inertia = np.array(plant.v.out.inertia_kg_m2)
    in_earth = np.empty(3)
    rotate(plant.v.x[ATTITUDE : ATTITUDE + 4], inertia * plant.v.x[RATE : RATE + 3], in_earth)
    angle = plant.p.earth.rate_rad_s * 1e-9 * plant.v.time_ns
    sine, cosine = math.sin(angle), math.cos(angle)
    return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]]) @ in_earth


def coasting(**start: object) -> Plant:
    return without_air(plant_in_flight("xzy1-booster", altitude_m=120e3, **start))


def test_a_coast_keeps_its_energy_in_the_turning_frame() -> None:
    plant = coasting(speed_m_s=4000.0, path_angle="20 deg", bearing="30 deg")
    before, climbed_from_m = jacobi(plant), plant.v.out.altitude_m
    plant.fly(12_000)
    assert plant.v.out.altitude_m > climbed_from_m + 50e3
    assert jacobi(plant) == pytest.approx(before, rel=1e-11)


def test_a_coast_keeps_its_angular_momentum_about_the_earth_s_axis() -> None:
    plant = coasting(speed_m_s=4000.0, path_angle="20 deg", bearing="30 deg")
    before = momentum_about_the_pole(plant)
    plant.fly(12_000)
    assert momentum_about_the_pole(plant) == pytest.approx(before, rel=1e-11)


def test_a_tumbling_vehicle_keeps_its_spin_and_the_energy_of_it() -> None:
    plant = coasting()
    plant.v.x[OXIDIZER] = plant.v.x[FUEL] = 0.0
    plant.p.tanks.dry_inertia_kg_m2[1] *= 0.7
    plant.v.x[RATE : RATE + 3] = (0.3, 0.5, -0.2)
    plant.observe()
    inertia = np.array(plant.v.out.inertia_kg_m2)
    before, energy = spin(plant), float(inertia @ plant.v.x[RATE : RATE + 3] ** 2)
    plant.fly(3000)
    assert spin(plant) == pytest.approx(before, rel=1e-9)
    assert float(inertia @ plant.v.x[RATE : RATE + 3] ** 2) == pytest.approx(energy, rel=1e-10)
    assert abs(plant.v.x[RATE] - 0.3) > 0.01
    assert float(np.linalg.norm(plant.v.x[ATTITUDE : ATTITUDE + 4])) == pytest.approx(
        1.0, abs=1e-12
    )


def test_an_attitude_stays_one_in_the_fastest_tumble() -> None:
    plant = coasting()
    plant.v.x[OXIDIZER] = plant.v.x[FUEL] = 0.0
    plant.v.x[RATE : RATE + 3] = (10.0, 30.0, -20.0)
    plant.fly(500)
    size = float(np.linalg.norm(plant.v.x[ATTITUDE : ATTITUDE + 4]))
    assert size == pytest.approx(1.0, abs=1e-14)


def test_the_air_takes_as_much_energy_as_its_force_does_work() -> None:
    """A stage falls tail first through 30 km of air: work of the felt force, by trapezoids."""
    plant = plant_in_flight(
        "falcon9-like",
        altitude_m=35e3,
        speed_m_s=900.0,
        path_angle="-70 deg",
        attitude="retrograde",
    )
    before, work, hardest_m_s2 = jacobi(plant), 0.0, 0.0
    for _ in range(3500):
        entered, mass_kg = velocity(plant), plant.v.out.mass_kg
        plant.fly()
        felt = np.empty(3)
        rotate(plant.v.x[ATTITUDE : ATTITUDE + 4], plant.v.out.specific_force_m_s2, felt)
        work += float(felt @ (entered + velocity(plant))) / 2.0 * CYCLE_S
        hardest_m_s2 = max(hardest_m_s2, float(np.linalg.norm(felt)))
        assert plant.v.out.mass_kg == mass_kg
    assert hardest_m_s2 > 10.0
    assert plant.v.out.altitude_m < 15e3
    assert jacobi(plant) - before == pytest.approx(work, rel=1e-4)
    assert work < 0.0


def test_drag_is_dynamic_pressure_times_area_times_coefficient() -> None:
    plant = plant_in_flight("xzy1-booster", altitude_m=12e3, speed_m_s=700.0, path_angle="-90 deg")
    row = next(i for i in range(plant.p.aerodynamics.rows) if plant.p.aerodynamics.mach[i] >= 2.0)
    plant.p.aerodynamics.nose_first[: row + 5] = 0.5
    plant.p.aerodynamics.nose_first_slope[:] = 0.0
    plant.p.aerodynamics.fin_area_m2 = 0.0
    plant.observe()
    out = plant.v.out
    drag_n = -out.specific_force_m_s2[0] * out.mass_kg
    assert drag_n == pytest.approx(
        0.5 * out.density_kg_m3 * 700.0**2 * math.pi * 2.1**2 * 0.5, rel=1e-6
    )


def test_a_lift_off_adds_thrust_less_weight_and_burns_what_flows() -> None:
    """From engine start to 8 s: momentum, mass and mixture, over the turning Earth."""
    plant = plant_on_pad("xzy1-hop")
    plant.actuation.run[0] = plant.actuation.release = 1
    plant.actuation.throttle = 0.9
    plant.fly(300)
    assert not plant.v.held
    assert plant.v.engines[0].phase == EnginePhase.RUNNING
    before_kg, start = np.array(plant.v.x[OXIDIZER : FUEL + 1]), velocity(plant)
    gained_m_s = np.zeros(3)
    for _ in range(800):
        pulled, felt = pull(plant), np.empty(3)
        plant.fly()
        rotate(plant.v.x[ATTITUDE : ATTITUDE + 4], plant.v.out.specific_force_m_s2, felt)
        gained_m_s += (felt + 0.5 * (pulled + pull(plant))) * CYCLE_S
    burnt_kg = before_kg - plant.v.x[OXIDIZER : FUEL + 1]
    engines = plant.p.engines
    assert burnt_kg.sum() == pytest.approx(0.9 * engines.full_flow_kg_s * 8.0, rel=1e-9)
    assert burnt_kg[0] / burnt_kg[1] == pytest.approx(21130.0 / 5870.0, rel=1e-9)
    assert velocity(plant) - start == pytest.approx(gained_m_s, abs=2e-5)


def test_a_gimballed_engine_turns_the_vehicle_with_the_thrust_it_has_in_this_air() -> None:
    plant = plant_in_flight("xzy1-hop", altitude_m=2000.0, speed_m_s=50.0, path_angle="90 deg")
    exit_area_m2 = plant.p.engines.exit_area_m2
    without_air(plant).p.engines.exit_area_m2 = exit_area_m2
    plant.p.tanks.slosh_share[:] = 0.0
    plant.actuation.run[0], plant.actuation.throttle = 1, 1.0
    plant.actuation.gimbal_pitch_rad = 0.01
    plant.fly(400)
    out, engines, angle = plant.v.out, plant.p.engines, plant.v.engines[0].gimbal_pitch_rad
    thrust_n = engines.thrust_vacuum_n - out.pressure_pa * exit_area_m2
    moment_n_m = thrust_n * math.sin(angle) * (out.cg_height_m - engines.height_m)
    assert angle == pytest.approx(0.01, rel=1e-6)
    assert out.thrust_n == pytest.approx(thrust_n * math.cos(angle), rel=1e-9)
    assert out.angular_acceleration_rad_s2[1] == pytest.approx(
        moment_n_m / out.inertia_kg_m2[1], rel=1e-6
    )


def test_the_earth_turns_no_moment_into_a_resting_slosh() -> None:
    plant = coasting()
    plant.fly(100)
    assert np.abs(plant.v.x[SLOSH:]).max() < 1e-3
