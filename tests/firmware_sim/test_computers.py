"""Three flight computers in a whole world: launch, following, faults, aborts, commands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firmware_sim.core import Core
from firmware_sim.faults import FOREVER_NS, Fault, FaultKind, arm
from firmware_sim.flight_software.commanding import Answer
from firmware_sim.flight_software.computer import CYCLE_NS, ComputerParameters, step_computer
from firmware_sim.flight_software.interfaces import Readings
from firmware_sim.flight_software.modes import Command
from firmware_sim.flight_software.modes import FlightMode as M
from firmware_sim.records import make, restore, save
from firmware_sim.scenario import make_scenario
from firmware_sim.vehicle.touchdown import OutcomeKind
from tests.helpers.flights import small_mission

CYCLES_PER_SECOND = 100
VALIDITY_MS = 3000.0
DECK_M = 6.0


def a_core(seed: int = 3) -> Core:
    return Core(make_scenario(small_mission(), seed))


def run_for(core: Core, seconds: float) -> None:
    core.run(round(seconds * CYCLES_PER_SECOND))


def run_until(core: Core, condition: Callable[[], bool], longest_s: float = 200.0) -> None:
    for _ in range(round(longest_s * 10)):
        if condition():
            return
        core.run(10)
    raise AssertionError(f"not within {longest_s} s; the mode is {core.mode.name}")


def send(core: Core, command: Command, nonce: int, to: tuple[int, ...] = (0, 1, 2)) -> list[Answer]:
    computers = [core.computers[i] for i in to]
    return [c.command(command, nonce, VALIDITY_MS, 3.0, core.now_ns) for c in computers]


def modes(core: Core) -> list[M]:
    return [computer.mode for computer in core.computers]


def texts(core: Core, computer: int = 0) -> list[str]:
    return [notice.text for notice in core.computers[computer].notices()]


def broken(fault: Fault, kind: FaultKind, amplitude: float = 0.0) -> None:
    fault.amplitude, fault.scale = amplitude, 1.0
    arm(fault, kind, 0, FOREVER_NS)


def in_mode(core: Core, mode: M) -> Callable[[], bool]:
    return lambda: core.mode is mode


def descending(seed: int = 3) -> Core:
    core = a_core(seed)
    core.launch(3.0)
    run_until(core, in_mode(core, M.DESCENT))
    return core


def landed(core: Core) -> bool:
    outcome = core.outcome()
    return outcome is not None and outcome.kind is OutcomeKind.LANDED


def test_a_launch_heard_by_two_takes_the_third_along_without_its_echo() -> None:
    core = a_core()
    send(core, Command.LAUNCH, 11, to=(0, 2))
    run_for(core, 0.15)
    assert modes(core) == [M.TERMINAL_COUNT, M.PRELAUNCH, M.TERMINAL_COUNT]
    run_for(core, 0.15)
    assert modes(core) == [M.TERMINAL_COUNT] * 3
    assert [computer.echo for computer in core.computers] == [
        (Command.LAUNCH, 11),
        (None, 0),
        (Command.LAUNCH, 11),
    ]
    assert core.computers[1].zero_ns == core.computers[0].zero_ns
    assert send(core, Command.LAUNCH, 11) == [Answer.ACCEPTED] * 3
    assert core.computers[1].echo == (Command.LAUNCH, 11)


def test_a_launch_heard_by_one_is_no_launch() -> None:
    core = a_core()
    send(core, Command.LAUNCH, 11, to=(1,))
    run_for(core, 6.0)
    assert core.state.vehicle.held
    assert modes(core) == [M.PRELAUNCH] * 3


def test_a_hold_heard_by_two_holds_the_third_after_the_others_could_be_reached() -> None:
    core = a_core()
    for computer in core.computers:
        computer.command(Command.LAUNCH, 11, VALIDITY_MS, 10.0, core.now_ns)
    run_for(core, 0.5)
    send(core, Command.HOLD, 12, to=(0, 1))
    run_for(core, 1.5)
    assert modes(core)[2] is M.TERMINAL_COUNT
    run_for(core, 1.0)
    assert modes(core) == [M.PRELAUNCH] * 3
    assert core.computers[2].zero_ns is None


def test_once_ignited_it_is_not_held_but_aborted() -> None:
    core = a_core()
    core.launch(3.0)
    run_for(core, 2.5)
    assert send(core, Command.HOLD, 12) == [Answer.DENIED] * 3
    assert send(core, Command.ABORT, 13) == [Answer.ACCEPTED] * 3
    run_for(core, 3.0)
    assert modes(core) == [M.ABORTED] * 3
    assert core.state.vehicle.held
    assert core.state.vehicle.out.thrust_n == 0.0
    said = texts(core)
    assert "HOLD refused: ignition has begun" in said
    assert "ABORT accepted" in said


def test_an_engine_that_does_not_start_aborts_on_the_pad() -> None:
    core = a_core()
    broken(core.state.faults.engine[0], FaultKind.OFF)
    core.launch(3.0)
    run_for(core, 6.0)
    assert modes(core) == [M.ABORTED] * 3
    assert "no lift-off: aborted" in texts(core)


@pytest.mark.parametrize("countdown_s", [1.0, 4000.0, float("nan")])
def test_a_launch_without_a_usable_countdown_is_denied(countdown_s: float) -> None:
    core = a_core()
    computer = core.computers[0]
    answer = computer.command(Command.LAUNCH, 11, VALIDITY_MS, countdown_s, core.now_ns)
    assert answer is Answer.DENIED
    assert computer.mode is M.PRELAUNCH


@pytest.mark.parametrize(
    ("kind", "amplitude"),
    [(FaultKind.OFF, 0.0), (FaultKind.STUCK, 0.0), (FaultKind.GARBAGE, 2.0)],
)
def test_one_broken_computer_does_not_keep_the_others_from_landing(
    kind: FaultKind, amplitude: float
) -> None:
    core = descending()
    broken(core.state.faults.computer[1], kind, amplitude)
    run_for(core, 2.0)
    core.commit()
    run_until(core, lambda: core.outcome() is not None)
    assert landed(core), core.outcome()


def test_a_computer_that_is_off_is_silent() -> None:
    core = a_core()
    broken(core.state.faults.computer[1], FaultKind.OFF)
    run_for(core, 0.1)
    assert [computer.silent for computer in core.computers] == [False, True, False]


def test_a_divert_refuses_every_later_commit() -> None:
    core = descending()
    run_for(core, 1.0)
    assert send(core, Command.DIVERT, 12) == [Answer.ACCEPTED] * 3
    assert send(core, Command.LANDING_COMMIT, 13) == [Answer.DENIED] * 3
    assert modes(core) == [M.DIVERTING] * 3


def test_a_commit_is_put_off_while_the_beacon_is_not_heard() -> None:
    core = a_core()
    core.launch(3.0)
    run_until(core, in_mode(core, M.COAST))
    for sensors in core.state.faults.sensors:
        broken(sensors.beacon, FaultKind.OFF)
    run_until(core, in_mode(core, M.DESCENT))
    assert send(core, Command.LANDING_COMMIT, 12) == [Answer.REJECTED_FOR_NOW] * 3
    assert "LANDING_COMMIT refused: deck beacon is not heard" in texts(core)
    assert not any(computer.healthy(core.now_ns) for computer in core.computers)


def test_a_committed_vehicle_that_loses_the_beacon_leaves_for_open_water() -> None:
    core = descending()
    run_for(core, 2.0)
    core.commit()
    run_for(core, 15.0)
    for sensors in core.state.faults.sensors:
        broken(sensors.beacon, FaultKind.OFF)
    run_for(core, 4.0)
    assert modes(core) == [M.DIVERTING] * 3
    assert "deck beacon lost: open water" in texts(core)
    run_until(core, lambda: core.outcome() is not None)
    outcome = core.outcome()
    assert outcome is not None
    assert outcome.kind is OutcomeKind.DIVERTED


def test_one_deaf_computer_does_not_take_the_others_off_the_deck() -> None:
    core = descending()
    run_for(core, 2.0)
    core.commit()
    run_for(core, 15.0)
    broken(core.state.faults.sensors[2].beacon, FaultKind.OFF)
    run_until(core, lambda: core.outcome() is not None)
    assert landed(core), core.outcome()


def test_a_restored_world_takes_and_refuses_the_same_commands() -> None:
    core, twin = descending(), a_core()
    core.commit()
    restore(twin.state, save(core.state))
    for world in (core, twin):
        run_for(world, 1.0)
        send(world, Command.DIVERT, 12)
        send(world, Command.LANDING_COMMIT, 12)
        run_for(world, 1.0)
    assert save(core.state) == save(twin.state)
    assert texts(core) == texts(twin)


@pytest.mark.parametrize("deck_known", [0, 1])
@pytest.mark.parametrize(("over_water_m", "mode"), [(DECK_M + 0.3, M.LANDED), (0.2, M.DOWN)])
def test_feet_that_rest_in_the_water_by_the_deck_stand_on_no_deck(
    deck_known: int, over_water_m: float, mode: M
) -> None:
    world = a_core().state
    p = make(ComputerParameters)
    p.deck_height_m = DECK_M
    touching = make(Readings)
    touching.feet_touching = 1
    c = world.computers[0]
    c.nav.aligned, c.mode = 0, int(M.COMMITTED)
    s = c.solution
    s.deck_known, s.altitude_m, s.height_m = deck_known, over_water_m, over_water_m - DECK_M
    s.relative_m[:2] = 30.0, 0.0
    for cycle in range(1, 40):
        step_computer(world.computers, 0, touching, p, world.faults, cycle * CYCLE_NS)
    assert c.mode == mode
