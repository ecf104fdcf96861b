"""Dynamic positioning holds the station in design weather, and says when it cannot."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.barge.thrusters import (
    Propulsion,
    ThrusterParameters,
    allocate,
    fill_thrusters,
    step_thrusters,
)
from firmware_sim.faults import FOREVER_NS, FaultKind, Faults, arm
from firmware_sim.records import Floats, make
from gcs.config.simulation import SimulatedBarge, SimulatedSea, SimulatedWeather
from tests.helpers.ships import (
    AVAILABLE,
    DESIGN_SEA,
    DESIGN_WIND,
    ERROR,
    TRUE_ERROR,
    TURN,
    Voyage,
    set_sail,
    shipped_barge,
    simulation,
)

STEP_S = 0.05
BOW = (0, 1)


def in_design_weather(seed: int = 1) -> Voyage:
    return set_sail(simulation(sea=DESIGN_SEA, weather=DESIGN_WIND), seed)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_holds_within_three_metres_in_design_weather(seed: int) -> None:
    log = in_design_weather(seed).sail(1800.0)
    assert log[:, TRUE_ERROR].max() < 3.0
    assert np.degrees(np.abs(log[:, TURN])).max() < 3.0
    assert log[:, AVAILABLE].min() == 4


def test_its_own_idea_of_the_error_is_the_true_one() -> None:
    log = in_design_weather().sail(1200.0)
    assert np.abs(log[:, ERROR] - log[:, TRUE_ERROR]).max() < 0.3


def test_one_thruster_lost_is_made_up_for_by_the_others() -> None:
    voyage = in_design_weather()
    voyage.lose_thrusters(0)
    log = voyage.sail(1200.0)
    assert log[-1, AVAILABLE] == 3
    assert log[:, TRUE_ERROR].max() < 3.0


def test_two_thrusters_lost_let_it_drift_off() -> None:
    voyage = in_design_weather()
    voyage.lose_thrusters(*BOW)
    log = voyage.sail(900.0)
    assert log[-1, AVAILABLE] == 2
    assert log[-1, TRUE_ERROR] > 10.0
    assert log[-1, ERROR] == pytest.approx(log[-1, TRUE_ERROR], abs=3.0)


def test_without_thrusters_it_goes_with_wind_and_current() -> None:
    voyage = in_design_weather()
    voyage.lose_thrusters(0, 1, 2, 3)
    log = voyage.sail(900.0)
    assert log[-1, AVAILABLE] == 0
    assert log[-1, TRUE_ERROR] > 100.0
    assert voyage.ship.propulsion.power_w == 0.0


def test_two_thrusters_suffice_in_fair_weather() -> None:
    voyage = set_sail(simulation())
    voyage.lose_thrusters(*BOW)
    assert voyage.sail(1200.0)[:, TRUE_ERROR].max() < 3.0


def test_thrusters_that_come_back_bring_it_back() -> None:
    voyage = set_sail(simulation())
    for i in range(4):
        arm(voyage.faults.thruster[i], FaultKind.OFF.value, 0, 120 * 10**9)
    assert voyage.sail(120.0)[-1, TRUE_ERROR] > 3.0
    assert voyage.sail(1200.0)[-1, TRUE_ERROR] < 1.0


def test_a_thruster_that_does_not_do_as_told_is_left_out() -> None:
    voyage = in_design_weather()
    fault = voyage.faults.thruster[2]
    arm(fault, FaultKind.WRONG.value, 0, FOREVER_NS)
    fault.scale, fault.bias = 0.0, 0.0
    log = voyage.sail(600.0)
    assert log[-1, AVAILABLE] == 3
    assert log[:, TRUE_ERROR].max() < 3.0


def test_in_calm_water_the_thrusters_idle() -> None:
    calm = SimulatedSea(state=0, current_m_s=0.0)
    still = SimulatedWeather(wind_speed_m_s=0.0, wind_gust_m_s=0.0)
    voyage = set_sail(simulation(sea=calm, weather=still))
    assert voyage.sail(600.0)[:, TRUE_ERROR].max() < 0.2
    assert voyage.ship.power_share < 0.1


def test_it_holds_a_heading_across_the_weather() -> None:
    barge = SimulatedBarge(heading="90 deg")
    voyage = set_sail(simulation(weather=DESIGN_WIND, barge=barge))
    log = voyage.sail(1200.0)
    assert np.degrees(np.abs(log[:, TURN])).max() < 3.0
    assert log[:, TRUE_ERROR].max() < 3.0


def test_the_waves_themselves_are_not_fought() -> None:
    """Power in a swell of one metre is that of the calm, but for its slow drift."""
    swell = SimulatedSea(
        significant_wave_height_m=1.0, peak_period_s=14.0, current_m_s=0.0, spreading=0.0
    )
    still = SimulatedWeather(wind_speed_m_s=0.0, wind_gust_m_s=0.0)
    voyage = set_sail(simulation(sea=swell, weather=still))
    voyage.sail(300.0)
    assert voyage.ship.power_share < 0.12


# --- Allocation ---


def propulsion(available: tuple[int, ...] = (1, 1, 1, 1)) -> tuple[Propulsion, ThrusterParameters]:
    p, made = make(ThrusterParameters), make(Propulsion)
    model = shipped_barge().model
    assert model is not None
    fill_thrusters(p, model.thrusters)
    for thruster, state in zip(made.thrusters, available, strict=True):
        thruster.available = state
    made.available = sum(available)
    return made, p


def asked(made: Propulsion, p: ThrusterParameters) -> Floats:
    """Force and moment of what is asked of the thrusters."""
    total = np.zeros(3)
    for i, thruster in enumerate(made.thrusters):
        bow, starboard = thruster.asked_bow_n, thruster.asked_starboard_n
        total += [bow, starboard, p.bow_m[i] * starboard - p.starboard_m[i] * bow]
    return total


@pytest.mark.parametrize(
    "available", [(1, 1, 1, 1), (0, 1, 1, 1), (1, 0, 0, 1), (0, 0, 1, 1), (1, 0, 1, 0)]
)
def test_what_is_asked_adds_up_to_the_demand(available: tuple[int, ...]) -> None:
    made, p = propulsion(available)
    demand = np.array([20e3, -15e3, 4e5])
    allocate(made, p, demand)
    assert asked(made, p) == pytest.approx(demand, rel=1e-3)
    assert made.saturated == 0
    for thruster, state in zip(made.thrusters, available, strict=True):
        assert state or thruster.asked_bow_n == thruster.asked_starboard_n == 0.0


def test_an_overload_is_passed_on_to_those_that_have_room() -> None:
    made, p = propulsion()
    demand = np.array([0.0, 150e3, 3.5e6])
    allocate(made, p, demand)
    assert made.saturated == 1
    assert asked(made, p)[1] > 0.9 * min(demand[1], 4 * p.limit_n)
    for thruster in made.thrusters:
        thrust_n = math.hypot(thruster.asked_bow_n, thruster.asked_starboard_n)
        assert thrust_n <= p.limit_n * (1.0 + 1e-9)


@pytest.mark.parametrize("available", [(0, 0, 0, 0), (1, 0, 0, 0)])
def test_too_few_thrusters_ask_for_finite_thrust(available: tuple[int, ...]) -> None:
    made, p = propulsion(available)
    allocate(made, p, np.array([20e3, -15e3, 4e5]))
    assert np.isfinite(asked(made, p)).all()


def test_thrusters_turn_and_push_within_their_rates() -> None:
    made, p = propulsion()
    faults = make(Faults)
    allocate(made, p, np.array([-120e3, 0.0, 0.0]))
    before = [(float(t.thrust_n), float(t.azimuth_rad)) for t in made.thrusters]
    for k in range(1200):
        step_thrusters(made, p, faults, k, STEP_S)
        for i, thruster in enumerate(made.thrusters):
            thrust_n, azimuth_rad = before[i]
            turned = math.remainder(thruster.azimuth_rad - azimuth_rad, 2.0 * math.pi)
            assert abs(turned) <= p.azimuth_rate_rad_s * STEP_S + 1e-12
            assert abs(thruster.thrust_n - thrust_n) <= p.rate_n_s * STEP_S + 1e-9
            before[i] = (float(thruster.thrust_n), float(thruster.azimuth_rad))
    assert made.force == pytest.approx([-120e3, 0.0, 0.0], abs=1.0)
