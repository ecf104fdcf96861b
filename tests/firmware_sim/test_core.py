"""The world without wires: it repeats, comes back from its bytes, and stops when it breaks."""

from __future__ import annotations

import math

import pytest

from firmware_sim.core import Core, SimulationError
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.scenario import make_scenario
from firmware_sim.vehicle.state import FUEL, RATE, VELOCITY
from firmware_sim.world import World
from tests.helpers.flights import LINKS, launched, small_mission

SECOND = 100
"""Cycles."""


def hop(seed: int = 1) -> Core:
    return Core(make_scenario(small_mission(), seed))


def climbing(seed: int = 1) -> Core:
    core = hop(seed)
    core.run(1)
    core.launch(3.0)
    core.run(10 * SECOND)
    assert core.mode is FlightMode.ASCENT
    return core


def test_the_same_seed_gives_the_same_world_however_its_cycles_are_cut() -> None:
    whole, cut = climbing(), hop()
    cut.run(1)
    cut.launch(3.0)
    for _ in range(5 * SECOND):
        cut.run(2)
    assert whole.save() == cut.save()


def test_another_seed_gives_another_world() -> None:
    assert climbing(1).save() != climbing(2).save()


def test_a_saved_world_goes_on_as_if_it_had_never_stopped() -> None:
    core = climbing()
    saved = core.save()
    core.run(20 * SECOND)
    ahead = core.save()
    core.restore(saved)
    assert core.save() == saved
    core.run(20 * SECOND)
    assert core.save() == ahead


def test_a_saved_world_goes_on_in_another_process_as_well() -> None:
    core, fresh = climbing(), hop()
    saved = core.save()
    core.run(5 * SECOND)
    fresh.restore(saved)
    fresh.run(5 * SECOND)
    assert fresh.save() == core.save()


def test_a_world_on_wires_sends_the_same_bytes_after_a_restore() -> None:
    pilot = launched(World(small_mission(), 3))
    world = pilot.world
    pilot.run(8.0)
    for link in LINKS:
        world.receive(link, b"\xfd\x09half a frame")
    saved = world.save()
    first = world.advance(world.now_ns + 5_000_000_000)
    world.restore(saved)
    assert world.advance(world.now_ns + 5_000_000_000) == first
    assert len(first) > 500


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (VELOCITY + 1, "velocity y in E"),
        (RATE, "angular rate about x"),
        (FUEL, "fuel mass"),
    ],
)
def test_what_is_not_finite_stops_the_run_and_is_named(index: int, words: str) -> None:
    core = climbing()
    core.state.vehicle.x[index] = math.nan
    with pytest.raises(SimulationError, match=r"^ascent, 10\.01 s: ") as error:
        core.run(SECOND)
    assert words in str(error.value)
