"""Thrust, flow, starts and gimbals are what a propulsion engineer would compute by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.chance import seed_chance
from firmware_sim.faults import FaultKind, Faults, arm
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.kernel import kernel
from firmware_sim.records import make
from firmware_sim.vehicle.engines import (
    EngineParameters,
    ThrustTerms,
    engine_parameters,
    fit_engines,
    step_engines,
    thrust_terms,
)
from firmware_sim.vehicle.state import (
    FUEL,
    OXIDIZER,
    EnginePhase,
    Surface,
    VehicleState,
)
from gcs.config.vehicle import VehicleModel
from tests.helpers.vehicles import vehicle_model

MS = 1_000_000
STEP_S = 1e-3
SEA_LEVEL_PA = 101_325.0
G0 = 9.80665
CG_M = 12.0


@kernel
def _step(
    v: VehicleState, a: Actuation, p: EngineParameters, faults: Faults, now_ns: int, steps: int
) -> None:
    for step in range(steps):
        step_engines(v, a, p, faults, now_ns + step * MS, STEP_S)


class Stand:
    """A test stand: engines, their faults and a command; time runs in steps of 1 ms."""

    def __init__(self, model: VehicleModel, seed: int = 1) -> None:
        self.v, self.a, self.faults = make(VehicleState), make(Actuation), make(Faults)
        self.p: EngineParameters = engine_parameters(model)
        fit_engines(self.v, self.p)
        seed_chance(self.v.chance, seed, "vehicle")
        self.v.x[OXIDIZER], self.v.x[FUEL] = 20_000.0, 6_000.0
        self.now_ns = 0

    def run(self, seconds: float, throttle: float = 1.0, engines: tuple[int, ...] = (0,)) -> None:
        self.a.run[:] = 0
        self.a.run[list(engines)] = 1
        self.a.throttle = throttle
        steps = round(seconds / STEP_S)
        _step(self.v, self.a, self.p, self.faults, self.now_ns, steps)
        self.now_ns += steps * MS

    def terms(self, feet_height_m: float = 1e9) -> ThrustTerms:
        terms = make(ThrustTerms)
        thrust_terms(self.v, self.p, CG_M, feet_height_m, terms)
        return terms

    def force(self, pressure_pa: float) -> np.ndarray:
        terms = self.terms()
        return np.array(terms.force_n - pressure_pa * terms.force_area_m2)

    def moment(self, pressure_pa: float = 0.0) -> np.ndarray:
        terms = self.terms()
        return np.array(terms.moment_n_m - pressure_pa * terms.moment_area_m3)

    def phases(self, count: int = 1) -> list[int]:
        return [self.v.engines[index].phase for index in range(count)]


def hop(seed: int = 1) -> Stand:
    return Stand(vehicle_model("xzy1-hop"), seed)


def booster(seed: int = 1) -> Stand:
    return Stand(vehicle_model("xzy1-booster"), seed)


def test_thrust_and_isp_are_the_data_sheet_s_at_sea_level_and_in_vacuum() -> None:
    stand = hop()
    stand.run(3.0)
    terms = stand.terms()
    flow_kg_s = terms.oxidizer_kg_s + terms.fuel_kg_s
    sea, vacuum = stand.force(SEA_LEVEL_PA)[0], stand.force(0.0)[0]
    assert sea == pytest.approx(690e3, rel=2e-3)
    assert vacuum == pytest.approx(751e3, rel=1e-12)
    assert vacuum / flow_kg_s / G0 == pytest.approx(310.0, rel=1e-12)
    assert sea / flow_kg_s / G0 == pytest.approx(285.0, rel=2e-3)
    assert flow_kg_s == pytest.approx(247.0, abs=0.1)


def test_propellant_flows_at_the_mixture_ratio() -> None:
    stand = hop()
    stand.run(3.0)
    terms = stand.terms()
    assert terms.oxidizer_kg_s / terms.fuel_kg_s == pytest.approx(21130.0 / 5870.0)


@pytest.mark.parametrize("throttle", [0.45, 0.7, 1.0])
def test_thrust_is_flow_times_vacuum_thrust_less_pressure_times_area(throttle: float) -> None:
    stand = hop()
    stand.run(5.0, throttle)
    assert stand.force(SEA_LEVEL_PA)[0] == pytest.approx(throttle * 751e3 - SEA_LEVEL_PA * 0.6)


@pytest.mark.parametrize(("asked", "given"), [(0.0, 0.45), (0.2, 0.45), (1.0, 1.0), (1.7, 1.0)])
def test_throttle_stays_within_its_range(asked: float, given: float) -> None:
    stand = hop()
    stand.run(5.0, asked)
    assert stand.v.engines[0].flow == pytest.approx(given)


def test_throttle_moves_at_its_rate() -> None:
    stand = hop()
    stand.run(5.0, 1.0)
    stand.run(0.25, 0.5)
    assert stand.v.engines[0].flow == pytest.approx(1.0 - 0.8 * 0.25, abs=1e-9)


def test_a_start_takes_its_time_and_a_shutdown_tails_off() -> None:
    stand = hop()
    stand.run(0.001)
    length_s = 1e-9 * stand.v.engines[0].start_length_ns
    stand.run(length_s / 2 - 0.002)
    assert stand.phases() == [EnginePhase.STARTING]
    assert stand.v.engines[0].flow == 0.0
    stand.run(length_s / 2 + 0.003)
    assert stand.phases() == [EnginePhase.RUNNING]
    assert stand.v.engines[0].flow == pytest.approx(1.0, abs=0.01)
    stand.run(0.2, engines=())
    assert stand.phases() == [EnginePhase.STOPPING]
    assert stand.v.engines[0].flow == pytest.approx(0.5, abs=0.01)
    stand.run(0.3, engines=())
    assert stand.phases() == [EnginePhase.OFF]
    assert stand.force(SEA_LEVEL_PA).tolist() == [0.0, 0.0, 0.0]


def test_start_times_scatter_about_their_mean_from_seed_to_seed() -> None:
    lengths_s = []
    for seed in range(400):
        stand = hop(seed)
        stand.run(0.001)
        lengths_s.append(1e-9 * stand.v.engines[0].start_length_ns)
    assert np.mean(lengths_s) == pytest.approx(1.2, abs=4 * 0.15 / math.sqrt(400))
    assert np.std(lengths_s) == pytest.approx(0.15, rel=0.15)
    assert min(lengths_s) >= 1.2 - 3 * 0.15 - 1e-9
    assert max(lengths_s) <= 1.2 + 3 * 0.15 + 1e-9


def test_engines_of_a_cluster_start_apart_and_the_same_seed_repeats() -> None:
    first, again = booster(7), booster(7)
    for stand in (first, again):
        stand.run(0.001, engines=(0, 1, 5))
    lengths = [first.v.engines[index].start_length_ns for index in (0, 1, 5)]
    assert len(set(lengths)) == 3
    assert lengths == [again.v.engines[index].start_length_ns for index in (0, 1, 5)]


def test_an_engine_starts_no_more_often_than_it_can() -> None:
    stand = hop()
    for _ in range(3):
        stand.run(2.0)
        assert stand.phases() == [EnginePhase.RUNNING]
        stand.run(1.0, engines=())
    assert stand.v.engines[0].starts_left == 0
    stand.run(2.0)
    assert stand.phases() == [EnginePhase.FAILED]
    assert stand.v.engines[0].flow == 0.0


def test_thrust_never_turns_into_suction() -> None:
    stand = hop()
    for flow in np.linspace(0.0, 1.0, 101):
        stand.v.engines[0].flow = flow
        assert stand.force(SEA_LEVEL_PA)[0] >= 0.0


def test_an_empty_tank_ends_the_flow_at_once_before_its_mass_is_negative() -> None:
    stand = hop()
    stand.run(3.0)
    terms = stand.terms()
    stand.v.x[FUEL] = 0.5
    while stand.terms().burning:
        stand.v.x[FUEL] -= terms.fuel_kg_s * STEP_S
        stand.run(0.001)
    assert 0.0 <= stand.v.x[FUEL] < 0.1
    assert stand.phases() == [EnginePhase.FAILED]


@pytest.mark.parametrize("surface", [Surface.DECK, Surface.WATER])
def test_contact_cuts_the_engines_for_good(surface: Surface) -> None:
    stand = hop()
    stand.run(3.0)
    stand.v.contact.surface = surface
    stand.run(0.5)
    assert stand.phases() == [EnginePhase.OFF]


def test_standing_on_the_pad_cuts_nothing() -> None:
    stand = hop()
    stand.v.contact.surface = Surface.PAD
    stand.run(3.0)
    assert stand.phases() == [EnginePhase.RUNNING]


def test_thrust_grows_below_two_nozzle_diameters_over_the_deck() -> None:
    stand = hop()
    stand.run(3.0)
    diameter_m = math.sqrt(4 * 0.6 / math.pi)
    free = stand.terms().force_n[0]
    assert stand.terms(2 * diameter_m - 1.0).force_n[0] == pytest.approx(free)
    assert stand.terms(diameter_m - 1.0).force_n[0] == pytest.approx(1.015 * free)
    assert stand.terms(-1.0).force_n[0] == pytest.approx(1.03 * free)


def test_positive_gimbal_angles_make_positive_torques() -> None:
    stand = hop()
    stand.run(3.0)
    stand.v.engines[0].gimbal_pitch_rad = 0.05
    assert stand.moment() == pytest.approx([0.0, 11.0 * 751e3 * math.sin(0.05), 0.0])
    stand.v.engines[0].gimbal_pitch_rad = 0.0
    stand.v.engines[0].gimbal_yaw_rad = 0.05
    assert stand.moment() == pytest.approx([0.0, 0.0, 11.0 * 751e3 * math.sin(0.05)])
    assert np.linalg.norm(stand.force(0.0)) == pytest.approx(751e3)


def test_gimbals_keep_their_rate_and_their_limit() -> None:
    stand = hop()
    stand.a.gimbal_pitch_rad, stand.a.gimbal_yaw_rad = 1.0, -1.0
    stand.run(0.2)
    assert math.degrees(stand.v.engines[0].gimbal_pitch_rad) == pytest.approx(2.0, abs=0.02)
    assert math.degrees(stand.v.engines[0].gimbal_yaw_rad) == pytest.approx(-2.0, abs=0.02)
    stand.run(2.0)
    assert math.degrees(stand.v.engines[0].gimbal_pitch_rad) == pytest.approx(6.0, abs=1e-6)


def test_small_gimbal_steps_follow_with_the_actuator_s_lag() -> None:
    stand = hop()
    stand.a.gimbal_pitch_rad = 0.005
    stand.run(0.05)
    assert stand.v.engines[0].gimbal_pitch_rad == pytest.approx(
        0.005 * (1.0 - math.exp(-1.0)), rel=0.02
    )


def test_three_engines_in_a_row_make_no_moment_and_one_out_makes_its_arm() -> None:
    stand = booster()
    stand.run(3.0, engines=(0, 1, 5))
    assert stand.force(0.0)[0] == pytest.approx(3 * 854e3)
    assert stand.moment() == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)
    arm(stand.faults.engine[5], FaultKind.OFF, stand.now_ns, 2**62)
    stand.run(1.0, engines=(0, 1, 5))
    assert stand.v.engines[5].phase == EnginePhase.FAILED
    # Engine 1 stands at +y: its thrust turns the nose towards -y, about -z.
    assert stand.moment() == pytest.approx([0.0, 0.0, -1.5 * 854e3], abs=1e-6)


def test_nine_engines_stand_around_the_axis() -> None:
    stand = booster()
    stand.run(3.0, engines=tuple(range(9)))
    assert stand.force(SEA_LEVEL_PA)[0] == pytest.approx(9 * 785e3, rel=2e-3)
    assert stand.moment() == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)


def test_an_engine_whose_fault_ends_may_start_again() -> None:
    stand = hop()
    stand.run(2.0)
    arm(stand.faults.engine[0], FaultKind.OFF, stand.now_ns, stand.now_ns + 1_000 * MS)
    stand.run(1.0)
    assert stand.phases() == [EnginePhase.FAILED]
    stand.run(2.0)
    assert stand.phases() == [EnginePhase.RUNNING]
    assert stand.v.engines[0].starts_left == 1


def test_a_stuck_throttle_stays_and_still_shuts_down() -> None:
    stand = hop()
    stand.run(3.0, 0.8)
    arm(stand.faults.engine[0], FaultKind.STUCK, stand.now_ns, 2**62)
    stand.run(0.01, 0.8)
    stand.run(1.0, 0.5)
    assert stand.v.engines[0].flow == pytest.approx(0.8)
    stand.run(1.0, engines=())
    assert stand.phases() == [EnginePhase.OFF]


@pytest.mark.parametrize(
    ("kind", "figures", "after_s", "flow"),
    [
        (FaultKind.WRONG, {"scale": 0.9}, 1.0, 0.9),
        (FaultKind.SLOW, {"time_constant_s": 2.0}, 2.0, 0.5 + 0.5 * (1 - math.exp(-1.0))),
        (FaultKind.DELAYED, {"delay_ns": 500 * MS}, 0.45, 0.5),
    ],
)
def test_a_faulty_throttle_gives_the_wrong_flow_or_late(
    kind: FaultKind, figures: dict[str, float], after_s: float, flow: float
) -> None:
    stand = hop()
    stand.run(5.0, 0.5)
    arm(stand.faults.engine[0], kind, stand.now_ns, 2**62)
    for name, value in figures.items():
        setattr(stand.faults.engine[0], name, value)
    stand.run(0.001, 0.5)
    stand.run(after_s, 1.0)
    assert stand.v.engines[0].flow == pytest.approx(flow, abs=0.01)


def test_an_engine_with_interruptions_burns_starts() -> None:
    stand = hop()
    arm(stand.faults.engine[0], FaultKind.INTERMITTENT, 0, 2**62)
    stand.faults.engine[0].duty, stand.faults.engine[0].period_ns = 0.5, 3_000 * MS
    stand.run(40.0)
    assert stand.v.engines[0].starts_left == 0
    assert stand.phases() == [EnginePhase.FAILED]


def test_a_gimbal_that_is_off_is_locked() -> None:
    stand = hop()
    stand.a.gimbal_pitch_rad = 0.05
    stand.run(2.0)
    arm(stand.faults.gimbal[0], FaultKind.OFF, stand.now_ns, 2**62)
    stand.a.gimbal_pitch_rad = -0.05
    stand.run(1.0)
    assert stand.v.engines[0].gimbal_pitch_rad == pytest.approx(0.05)
