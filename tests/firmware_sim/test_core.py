"""The world without wires: it repeats, comes back from its bytes, and stops when it breaks."""

from __future__ import annotations

import math
from typing import Any

import pytest

from firmware_sim.core import Core, SimulationError
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.scenario import make_scenario
from firmware_sim.vehicle.state import FUEL, RATE, VELOCITY
from firmware_sim.world import World
from gcs.clock import SECOND_NS
from gcs.telemetry import barge as wire
from gcs.telemetry.barge import BargeOrder
from tests.helpers.flights import LINKS, launched, small_mission

SECOND = 100
"""Cycles."""
EPOCH_NS = 1_700_000_000 * SECOND_NS


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


def told(world: World, name: BargeOrder, nonce: int) -> None:
    """An order, and a verdict that holds for two seconds."""
    head: dict[str, Any] = {"time_us": world.now_ns // 1000, "sequence": 0, "simulated": False}
    order = wire.Order(**head, order=name, nonce=nonce, valid_ms=3000)
    world.receive("barge", wire.encode(order), "landfall/test/cmd/order")
    verdict = wire.Verdict(
        **head,
        valid_ms=2000,
        count=wire.CountWord.RUNNING,
        t_clock=-5.0,
        gates={},
        lights=wire.DeckLights.AMBER,
    )
    world.receive("barge", wire.encode(verdict), "landfall/test/cmd/verdict")


def test_what_the_barge_was_told_is_restored_too() -> None:
    world = World(small_mission(), 3, start_ns=EPOCH_NS)
    told(world, BargeOrder.MONITORS_ON, 7)
    told(world, BargeOrder.BEACON_OFF, 8)
    world.advance(world.now_ns + SECOND_NS)
    saved = world.save()
    first = world.advance(world.now_ns + 8 * SECOND_NS)
    told(world, BargeOrder.LIGHTS_OFF, 9)
    world.advance(world.now_ns + SECOND_NS)
    world.restore(saved)
    assert world.advance(world.now_ns + 8 * SECOND_NS) == first
    said = [wire.decode("systems", e.data) for e in first if e.topic.endswith("/systems")]
    last = said[-1]
    assert isinstance(last, wire.Systems)
    assert (last.monitors_on, last.beacon_on, last.lights_on) == (True, False, True)
    assert (last.order_nonce, last.verdict_heard) == (8, False)


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
