"""The plant obeys mechanics, and its engine its sequence."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from firmware_sim.barge.beacon import BeaconFix
from firmware_sim.flight_software.navigation import Navigation
from firmware_sim.scenario import make_scenario
from firmware_sim.vehicle import dynamics as d
from firmware_sim.vehicle.engine import Engine, EngineState
from firmware_sim.vehicle.plant import Actuation, Vehicle, _parameters
from firmware_sim.vehicle.touchdown import OutcomeKind, Surface, Touchdown, judge
from firmware_sim.world import World
from tests.helpers.flights import small_mission

SCENARIO = make_scenario(small_mission(), seed=1)
MODEL = SCENARIO.vehicle
MS = 1_000_000


def arrays(**state: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = np.zeros(d.STATE_SIZE)
    x[d.UP], x[d.MASS] = 1000.0, 40_000.0
    for name, value in state.items():
        x[getattr(d, name)] = value
    u = np.zeros(d.INPUTS_SIZE)
    u[d.I_DECK_HALF] = 45.0
    return x, u, _parameters(MODEL, 3.5)


def fly(x: np.ndarray, u: np.ndarray, p: np.ndarray, steps: int, step_s: float = 0.005) -> int:
    return d.advance(x, u, p, np.zeros(d.OUTPUTS_SIZE), np.zeros((5, d.STATE_SIZE)), steps, step_s)


def test_without_air_a_fall_is_a_parabola() -> None:
    x, u, p = arrays(V_NORTH=10.0, V_UP=5.0)
    p[[d.P_DRAG_RISING, d.P_DRAG_FALLING, d.P_DRAG_ACROSS, d.P_NORMAL_SLOPE]] = 0.0
    assert fly(x, u, p, 1000) == 1000
    assert x[d.NORTH] == pytest.approx(50.0, abs=1e-9)
    assert x[d.UP] == pytest.approx(1000.0 + 25.0 - 0.5 * d.GRAVITY_M_S2 * 25.0, abs=1e-9)


def test_full_flow_gives_the_sea_level_thrust_and_burns_at_its_isp() -> None:
    x, u, p = arrays(FLOW=1.0, UP=-3.5)
    assert d.thrust_n(1.0, 0.0, p) == pytest.approx(690e3, rel=2e-3)
    u[d.I_FLOW], u[d.I_HELD] = 1.0, 1.0
    fly(x, u, p, 200)
    burnt = 40_000.0 - x[d.MASS]
    assert burnt == pytest.approx(690e3 / (285.0 * d.GRAVITY_M_S2), rel=5e-3)


def test_an_empty_tank_gives_no_thrust() -> None:
    x, u, p = arrays(FLOW=1.0, MASS=30_000.0)
    u[d.I_FLOW] = 1.0
    fly(x, u, p, 10)
    assert x[d.V_UP] < 0.0
    assert x[d.MASS] == 30_000.0


def test_a_positive_gimbal_turns_the_nose_north_and_pushes_the_tail_south() -> None:
    x, u, p = arrays(FLOW=0.6)
    u[d.I_FLOW], u[d.I_GIMBAL] = 0.6, math.radians(3.0)
    fly(x, u, p, 20)
    assert x[d.RATE] > 0.0
    assert x[d.V_NORTH] < 0.0


def test_drag_reaches_the_terminal_speed() -> None:
    x, u, p = arrays(UP=9000.0, MASS=35_000.0)
    p[d.P_DECK_HEIGHT] = 0.0
    fly(x, u, p, 8000)
    air = 1.225 * (1.0 - 0.0065 * x[d.UP] / 288.15) ** 4.25588
    weight = 35_000.0 * d.GRAVITY_M_S2
    assert -x[d.V_UP] == pytest.approx(math.sqrt(2 * weight / (air * p[d.P_FRONT_AREA])), rel=0.08)


def test_the_pad_holds_until_thrust_passes_weight() -> None:
    x, u, p = arrays(UP=10.0, MASS=57_000.0, FLOW=0.5)
    u[d.I_HELD], u[d.I_FLOW] = 1.0, 0.5
    fly(x, u, p, 100)
    assert x[d.UP] == 10.0
    x[d.FLOW] = u[d.I_FLOW] = 1.0
    fly(x, u, p, 100)
    assert x[d.UP] > 10.0


def test_contact_stops_the_flight_over_the_deck_and_over_the_water() -> None:
    x, u, p = arrays(UP=10.1, V_UP=-1.0)
    assert fly(x, u, p, 100) < 0
    assert x[d.UP] - 10.0 == pytest.approx(0.0, abs=0.02)
    x, u, p = arrays(UP=10.1, V_UP=-1.0, NORTH=60.0)
    assert fly(x, u, p, 100) == 100


def test_a_saved_state_flies_on_bit_for_bit() -> None:
    x, u, p = arrays(FLOW=0.7, TILT=0.05)
    u[d.I_FLOW], u[d.I_WIND_NORTH] = 0.7, -6.0
    fly(x, u, p, 50)
    saved = x.copy()
    fly(x, u, p, 50)
    fly(saved, u, p, 50)
    assert saved.tobytes() == x.tobytes()


def test_an_engine_starts_runs_stops_and_counts_its_starts() -> None:
    config = MODEL.engine.model_copy(update={"starts": 1})
    engine = Engine(config, np.random.default_rng(1))
    assert engine.starts_left == 1
    assert engine.step(True, 1.0, 0.0, 0)[0] == 0.0
    assert engine.state is EngineState.STARTING
    assert engine.starts_left == 0
    assert engine.step(True, 0.2, 0.9, 2000 * MS)[0] == config.minimum_throttle
    assert engine.state is EngineState.RUNNING
    assert engine.step(False, 1.0, 0.9, 2020 * MS)[0] == 0.0
    assert engine.state is EngineState.STOPPING
    engine.step(False, 1.0, 0.0, 2500 * MS)
    assert engine.state is EngineState.OFF
    engine.step(True, 1.0, 0.0, 3000 * MS)
    assert engine.state is EngineState.FAILED


def test_the_gimbal_goes_to_its_stop_and_no_further_at_its_rate() -> None:
    vehicle = Vehicle(MODEL, 3.5, -700.0, Engine(MODEL.engine, np.random.default_rng(1)))
    deck = World(SCENARIO).truth().deck
    wild = Actuation(gimbal_rad=1.0)
    vehicle.step(wild, deck, 0.0, 0, 20)
    assert math.degrees(vehicle.sensed().gimbal_rad) == pytest.approx(1.0, rel=1e-6)
    vehicle.step(wild, deck, 0.0, 100 * MS, 400)
    assert math.degrees(vehicle.sensed().gimbal_rad) == pytest.approx(6.0, rel=1e-3)


def test_a_beacon_fix_is_as_old_as_its_measurement_and_counts_from_its_arrival() -> None:
    navigation = Navigation(np.random.default_rng(1), 0.0, 20 * MS)
    sensed = World(SCENARIO).truth().vehicle
    navigation.hear(BeaconFix(0, 100 * MS, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0))
    navigation.step(sensed, 80 * MS)
    assert math.isnan(navigation.beacon_age_s(80 * MS))
    navigation.step(sensed, 100 * MS)
    assert navigation.beacon_age_s(100 * MS) == pytest.approx(0.1)
    believed = navigation.solution
    moved = believed.deck_north_m - (believed.north_m - sensed.north_m)
    assert moved == pytest.approx(2.0 * 0.1, abs=0.1)


GOOD = Touchdown(0, Surface.DECK, 3.0, 1.5, math.radians(4.999), math.radians(4.999), 10.0, 1000.0)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, OutcomeKind.LANDED),
        ({"vertical_speed_m_s": 3.01}, OutcomeKind.LOST),
        ({"lateral_speed_m_s": 1.51}, OutcomeKind.LOST),
        ({"tilt_rad": math.radians(5.01)}, OutcomeKind.LOST),
        ({"rate_rad_s": math.radians(5.01)}, OutcomeKind.LOST),
        ({"miss_m": 10.01}, OutcomeKind.LOST),
        ({"vertical_speed_m_s": math.nan}, OutcomeKind.LOST),
        ({"surface": Surface.WATER, "miss_m": 95.1}, OutcomeKind.DIVERTED),
        ({"surface": Surface.WATER, "miss_m": 95.0}, OutcomeKind.LOST),
        (
            {"surface": Surface.WATER, "miss_m": 130.0, "vertical_speed_m_s": 5.1},
            OutcomeKind.LOST,
        ),
    ],
)
def test_a_touchdown_is_judged_at_each_limit(change: dict[str, object], kind: OutcomeKind) -> None:
    assert judge(dataclasses.replace(GOOD, **change), MODEL.touchdown).kind is kind
