"""A stage that landed vents its tanks and says that it is safe only when it is."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from firmware_sim.core import Core, SavedCore
from firmware_sim.faults import COMPUTERS, FOREVER_NS, FaultKind, arm
from firmware_sim.flight_software.interfaces import Readings
from firmware_sim.flight_software.modes import FlightMode as M
from firmware_sim.flight_software.safing import SAFE_PA, safing_mode, vents_open
from firmware_sim.records import make
from firmware_sim.scenario import make_scenario
from firmware_sim.vehicle.state import TANKS, EnginePhase
from firmware_sim.vehicle.venting import FLIGHT_PA
from gcs.clock import SECOND_NS
from tests.helpers.flights import small_mission

AIR_PA = 101_325.0
STANDS_NS = 10 * SECOND_NS


@pytest.fixture(scope="module")
def standing() -> tuple[Core, SavedCore]:
    """A hop that has just landed."""
    core = Core(make_scenario(small_mission(), 3))
    core.launch(3.0)
    run_until(core, lambda: core.mode is M.DESCENT)
    core.commit()
    run_until(core, lambda: core.mode is M.LANDED)
    return core, core.save()


@pytest.fixture
def landed(standing: tuple[Core, SavedCore]) -> Core:
    core, saved = standing
    core.restore(saved)
    return core


def run_until(core: Core, condition: Callable[[], bool], longest_s: float = 200.0) -> None:
    for _ in range(round(longest_s * 10)):
        if condition():
            return
        core.run(10)
    raise AssertionError(f"not within {longest_s} s; the mode is {core.mode.name}")


def pressures(core: Core) -> list[float]:
    told: list[float] = core.state.vehicle.tank_pa.tolist()
    return told


def test_tanks_are_under_pressure_until_it_has_stood_for_ten_seconds(landed: Core) -> None:
    landed.run(990)
    assert landed.mode is M.LANDED
    assert pressures(landed) == [FLIGHT_PA] * TANKS
    landed.run(20)
    assert landed.mode is M.SAFING
    landed.run(100)
    assert max(pressures(landed)) < FLIGHT_PA


def test_it_is_safe_in_about_a_minute_from_the_landing_and_stays_so(landed: Core) -> None:
    started_ns = landed.now_ns
    run_until(landed, lambda: landed.mode is M.SAFE)
    assert 40.0 < (landed.now_ns - started_ns) / SECOND_NS < 60.0
    assert max(pressures(landed)) < SAFE_PA
    landed.run(6000)
    assert [computer.mode for computer in landed.computers] == [M.SAFE] * COMPUTERS
    assert pressures(landed) == pytest.approx([AIR_PA] * TANKS, rel=0.06)


@pytest.mark.parametrize("tank", range(TANKS))
def test_a_vent_that_is_stuck_keeps_it_from_being_safe(landed: Core, tank: int) -> None:
    arm(landed.state.faults.vent[tank], FaultKind.OFF, 0, FOREVER_NS)
    landed.run(12_000)
    assert landed.mode is M.SAFING
    assert pressures(landed)[tank] == FLIGHT_PA
    assert pressures(landed)[1 - tank] < SAFE_PA


def test_what_telemetry_reads_is_the_tanks_own_pressure(landed: Core) -> None:
    landed.run(2000)
    for readings in landed.state.readings:
        assert readings.tank_pa.tolist() == pytest.approx(pressures(landed), rel=1e-3)


def test_a_landed_world_is_restored_bit_for_bit_while_it_vents(landed: Core) -> None:
    landed.run(1500)
    saved = landed.save()
    landed.run(1000)
    flown = landed.save()
    landed.restore(saved)
    landed.run(1000)
    assert landed.save() == flown


# --- The rule ---


def safe_readings() -> Readings:
    readings = make(Readings)
    readings.tank_pa[:] = SAFE_PA - 1.0
    readings.leg_extension = 1.0
    return readings


def mode_after(readings: Readings, mode: M = M.SAFING, stood_ns: int = STANDS_NS) -> M:
    return M(safing_mode(int(mode), 0, readings, stood_ns))


def test_vented_engines_off_and_legs_locked_is_safe() -> None:
    assert mode_after(safe_readings()) is M.SAFE


@pytest.mark.parametrize("tank", range(TANKS))
@pytest.mark.parametrize("pressure_pa", [SAFE_PA, math.nan, math.inf])
def test_a_tank_that_is_not_known_to_be_vented_is_not_safe(tank: int, pressure_pa: float) -> None:
    readings = safe_readings()
    readings.tank_pa[tank] = pressure_pa
    assert mode_after(readings) is M.SAFING


@pytest.mark.parametrize(
    ("phase", "mode"),
    [
        (EnginePhase.OFF, M.SAFE),
        (EnginePhase.FAILED, M.SAFE),
        (EnginePhase.STARTING, M.SAFING),
        (EnginePhase.RUNNING, M.SAFING),
        (EnginePhase.STOPPING, M.SAFING),
    ],
)
def test_only_an_engine_that_does_nothing_is_safe(phase: EnginePhase, mode: M) -> None:
    readings = safe_readings()
    readings.engine_phase[8] = int(phase)
    assert mode_after(readings) is mode


@pytest.mark.parametrize("extension", [0.0, 0.999, math.nan])
def test_legs_that_are_not_locked_are_not_safe(extension: float) -> None:
    readings = safe_readings()
    readings.leg_extension = extension
    assert mode_after(readings) is M.SAFING


@pytest.mark.parametrize(("stood_ns", "mode"), [(STANDS_NS - 1, M.LANDED), (STANDS_NS, M.SAFING)])
def test_the_vents_wait_until_it_has_stood(stood_ns: int, mode: M) -> None:
    assert mode_after(make(Readings), M.LANDED, stood_ns) is mode


def test_safe_stays_safe_and_vents_are_open_in_its_two_modes_alone() -> None:
    assert mode_after(make(Readings), M.SAFE) is M.SAFE
    assert {mode for mode in M if vents_open(int(mode))} == {M.SAFING, M.SAFE}
