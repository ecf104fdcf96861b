"""Mass, balance and inertia are those of columns in a rod, and slosh keeps the momentum book."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.records import make
from firmware_sim.vehicle.state import FUEL, OXIDIZER, SLOSH, STATE_SIZE
from firmware_sim.vehicle.tanks import (
    MassProperties,
    TankParameters,
    mass_properties,
    respond,
    tank_parameters,
)
from tests.helpers.vehicles import vehicle_model

G0 = 9.80665
HOP = vehicle_model("xzy1-hop")


class Loaded:
    """The hop vehicle with some propellant, and its response to forces."""

    def __init__(self, oxidizer_kg: float = 21_130.0, fuel_kg: float = 5_870.0) -> None:
        self.p: TankParameters = tank_parameters(HOP)
        self.x = np.zeros(STATE_SIZE)
        self.x[OXIDIZER], self.x[FUEL] = oxidizer_kg, fuel_kg
        self.refresh()

    def refresh(self) -> None:
        self.props = make(MassProperties)
        mass_properties(self.x, self.p, self.props)

    def respond(
        self, force: tuple[float, float, float], moment: tuple[float, float, float] = (0, 0, 0)
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        acceleration, angular, dx = np.zeros(3), np.zeros(3), np.zeros(STATE_SIZE)
        f, m = np.array(force, dtype=float), np.array(moment, dtype=float)
        respond(self.x, self.p, self.props, f, m, acceleration, angular, dx)
        return acceleration, angular, dx

    def calm(self) -> Loaded:
        self.p.slosh_share[:] = 0.0
        self.refresh()
        return self

    def undamped(self) -> Loaded:
        self.p.slosh_damping[:] = 0.0
        return self

    def displaced(self, seed: int = 3) -> Loaded:
        self.x[SLOSH:] = 0.2 * np.random.default_rng(seed).standard_normal(8)
        return self

    def slosh_acceleration(self, dx: np.ndarray, tank: int) -> np.ndarray:
        return np.array([0.0, dx[SLOSH + 4 * tank + 2], dx[SLOSH + 4 * tank + 3]])


def test_full_mass_and_balance_are_the_sum_of_the_parts() -> None:
    props = Loaded().props
    assert props.mass_kg == 57_000.0
    by_hand = (30_000 * 10.3 + 21_130 * 6.0 + 5_870 * 12.75) / 57_000
    assert props.cg_height_m == pytest.approx(by_hand)


def test_empty_tanks_leave_the_dry_vehicle() -> None:
    props = Loaded(0.0, 0.0).props
    assert props.mass_kg == 30_000.0
    assert props.cg_height_m == pytest.approx(10.3)
    assert props.inertia_kg_m2 == pytest.approx([1.05e5, 2.2e6, 2.2e6])


def test_the_centre_of_mass_travels_up_as_the_lower_tank_drains() -> None:
    heights = [Loaded(share * 21_130, share * 5_870).props.cg_height_m for share in (1, 0.5, 0.1)]
    assert heights[0] < heights[1] < heights[2]
    half = (30_000 * 10.3 + 10_565 * 4.5 + 2_935 * 11.625) / 43_500
    assert heights[1] == pytest.approx(half)


def test_inertia_is_that_of_cylinders_and_parallel_axes() -> None:
    props = Loaded().props
    cg, r = props.cg_height_m, 2.1
    by_hand = 2.2e6 + 30_000 * (10.3 - cg) ** 2
    for mass, length, centre in ((21_130, 6.0, 6.0), (5_870, 4.5, 12.75)):
        by_hand += mass * (r * r / 4 + length * length / 12) + mass * (centre - cg) ** 2
    assert props.inertia_kg_m2[1] == pytest.approx(by_hand)
    assert props.inertia_kg_m2[2] == pytest.approx(by_hand)
    assert props.inertia_kg_m2[0] == pytest.approx(1.05e5 + 27_000 * r * r / 2)


def test_a_lone_column_is_a_cylinder() -> None:
    p = tank_parameters(HOP)
    p.dry_kg = 1e-9
    p.dry_inertia_kg_m2[:] = 0.0
    x, props = np.zeros(STATE_SIZE), make(MassProperties)
    x[OXIDIZER] = 21_130.0
    mass_properties(x, p, props)
    assert props.inertia_kg_m2[1] == pytest.approx(21_130 * (3 * 2.1**2 + 6.0**2) / 12)
    assert props.inertia_kg_m2[0] == pytest.approx(21_130 * 2.1**2 / 2)


def test_the_slosh_mass_is_its_share_up_to_its_limit() -> None:
    assert Loaded().props.slosh_kg == pytest.approx([1500.0, 600.0])
    assert Loaded(4_000.0, 1_000.0).props.slosh_kg == pytest.approx([1000.0, 250.0])


def test_in_a_deep_tank_it_stands_two_radii_over_the_wave_number_below_the_surface() -> None:
    loaded = Loaded()
    loaded.p.length_m[0] = 60.0
    loaded.refresh()
    depth = 63.0 - (loaded.props.cg_height_m + loaded.props.slosh_arm_m[0])
    assert depth == pytest.approx(2 * 2.1 / 1.8412, rel=1e-6)


@pytest.mark.parametrize("load", [2.0, 1.0, 0.5, 0.25])
def test_slosh_frequency_goes_as_the_root_of_axial_specific_force(load: float) -> None:
    """A light slosh mass in a heavy vehicle swings at the frequency of its tank."""
    loaded = Loaded().undamped()
    loaded.p.slosh_limit_kg[:] = 1e-6
    loaded.refresh()
    loaded.x[SLOSH] = 0.1
    _, _, dx = loaded.respond((57_000 * G0 * load, 0, 0))
    hz = math.sqrt(-dx[SLOSH + 2] / 0.1) / (2 * math.pi)
    assert hz == pytest.approx(0.52 * math.sqrt(load), rel=1e-6)


def test_slosh_dies_at_its_damping_ratio() -> None:
    loaded = Loaded()
    loaded.p.slosh_limit_kg[:] = 1e-6
    loaded.refresh()
    loaded.x[SLOSH + 2] = 1.0
    _, _, dx = loaded.respond((57_000 * G0, 0, 0))
    assert dx[SLOSH + 2] == pytest.approx(-2 * 0.05 * 2 * math.pi * 0.52)


def test_in_free_fall_the_liquid_is_held_weakly() -> None:
    loaded = Loaded().undamped()
    loaded.x[SLOSH] = 0.1
    _, _, dx = loaded.respond((0, 0, 0))
    assert -dx[SLOSH + 2] / 0.1 < 0.06 * (2 * math.pi * 0.52) ** 2


def test_a_calm_vehicle_is_a_rigid_body() -> None:
    loaded = Loaded().calm()
    acceleration, angular, _ = loaded.respond((1e5, 2e4, -3e4), (1e4, 5e5, -4e5))
    assert acceleration == pytest.approx(np.array([1e5, 2e4, -3e4]) / 57_000)
    assert angular == pytest.approx(np.array([1e4, 5e5, -4e5]) / loaded.props.inertia_kg_m2)


def test_total_force_is_total_mass_times_the_acceleration_of_all_its_parts() -> None:
    loaded = Loaded().displaced()
    force = (4e5, 3e4, -5e4)
    acceleration, _, dx = loaded.respond(force, (1e4, 5e5, -4e5))
    total = loaded.props.mass_kg * acceleration
    for tank in range(2):
        total += loaded.props.slosh_kg[tank] * loaded.slosh_acceleration(dx, tank)
    assert total == pytest.approx(np.array(force), abs=1e-6)


def test_total_moment_is_the_change_of_angular_momentum_of_all_its_parts() -> None:
    loaded = Loaded().displaced()
    moment = np.array([0.0, 5e5, -4e5])
    acceleration, angular, dx = loaded.respond((4e5, 3e4, -5e4), (0.0, 5e5, -4e5))
    total = loaded.props.inertia_kg_m2 * angular
    for tank in range(2):
        mass, arm = loaded.props.slosh_kg[tank], loaded.props.slosh_arm_m[tank]
        total += np.cross([arm, 0, 0], mass * loaded.slosh_acceleration(dx, tank))
        # The displaced mass is carried along the axis at its own place.
        aside = np.array([0.0, *loaded.x[SLOSH + 4 * tank : SLOSH + 4 * tank + 2]])
        total += np.cross(aside, [mass * acceleration[0], 0, 0])
    assert total[1:] == pytest.approx(moment[1:], abs=1e-5)


def test_both_planes_are_alike() -> None:
    loaded = Loaded()
    right, turn, dx_y = loaded.respond((5e5, 1e4, 0), (0, 0, 2e5))
    down, nod, dx_z = loaded.respond((5e5, 0, 1e4), (0, -2e5, 0))
    assert right[1] == pytest.approx(down[2])
    assert turn[2] == pytest.approx(-nod[1])
    assert dx_y[SLOSH + 2] == pytest.approx(dx_z[SLOSH + 3])


def test_a_free_vehicle_s_slosh_keeps_momentum_and_loses_energy() -> None:
    """RK4 over ten seconds at 1 g with no force across: momentum stays, motion dies."""
    loaded = Loaded()
    loaded.x[SLOSH] = 0.3
    mass, kg = loaded.props.mass_kg, loaded.props.slosh_kg
    state = np.concatenate([loaded.x, np.zeros(2)])

    def rates(now: np.ndarray) -> np.ndarray:
        loaded.x[:] = now[:STATE_SIZE]
        acceleration, angular, dx = loaded.respond((mass * G0, 0, 0))
        return np.concatenate([dx, [acceleration[1], angular[2]]])

    step = 0.01
    for _ in range(1000):
        a = rates(state)
        b = rates(state + step / 2 * a)
        c = rates(state + step / 2 * b)
        d = rates(state + step * c)
        state = state + step / 6 * (a + 2 * b + 2 * c + d)
    momentum = mass * state[STATE_SIZE] + kg[0] * state[SLOSH + 2] + kg[1] * state[SLOSH + 6]
    assert momentum == pytest.approx(0.0, abs=1e-6)
    assert abs(state[SLOSH]) < 0.15


def test_the_wall_holds_the_liquid_in_a_broadside_pull() -> None:
    loaded = Loaded()
    for _ in range(20_000):
        _, _, dx = loaded.respond((0, 57_000 * 30.0, 0))
        loaded.x[SLOSH:] += 1e-3 * dx[SLOSH:]
    assert 1.0 < -loaded.x[SLOSH] < 2.1
    assert np.abs(loaded.x[SLOSH + 2 : SLOSH + 4]).max() < 0.01
