"""What breaks in flight shows in how the flight ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_sim.core import Core
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flying import Flight, fly
from firmware_sim.scenario import Scenario, make_scenario
from firmware_sim.vehicle.touchdown import Ending, OutcomeKind
from tests.helpers.flights import small_mission

ENGINE_OUT = Path(__file__).parents[2] / "configs" / "faults" / "engine_out.toml"
SECOND = 100
"""Cycles."""


def broken(tmp_path: Path, *orders: str, mode: str = "DESCENT") -> Scenario:
    """A hop with faults of `target kind` and the lines of its figures, armed in a mode."""
    entries = []
    for order in orders:
        target, kind, *figures = order.split()
        lines = [f'mode = "{mode}"', f'target = "{target}"', f'kind = "{kind}"', *figures]
        entries.append("[[fault]]\n" + "\n".join(lines))
    file = tmp_path / "faults.toml"
    file.write_text("\n".join(entries), encoding="utf-8")
    return make_scenario(small_mission(), 1, 0, file)


def ending(flight: Flight) -> Ending:
    assert flight.outcome is not None
    return flight.outcome.ending


def test_an_engine_out_at_the_start_of_the_landing_burn_is_lost_in_the_water() -> None:
    flight = fly(make_scenario(small_mission(), 1, 0, ENGINE_OUT), trace=False)
    assert flight.outcome is not None
    assert (flight.outcome.kind, flight.outcome.ending) == (OutcomeKind.LOST, Ending.MISSED)
    assert flight.outcome.touchdown.vertical_speed_m_s > 50.0


@pytest.mark.parametrize(
    "orders",
    [
        ("fc_b garbage",),
        ("fc_c.imu off", "fc_a.gnss wrong bias=80.0"),
        ("fc_a.radar garbage", "fc_b.radar garbage", "fc_c.radar garbage"),
    ],
)
def test_what_breaks_in_one_computer_or_one_kind_of_sensor_does_no_harm(
    tmp_path: Path, orders: tuple[str, ...]
) -> None:
    assert ending(fly(broken(tmp_path, *orders), trace=False)) is Ending.STABLE


def test_on_three_legs_it_tips_over(tmp_path: Path) -> None:
    assert ending(fly(broken(tmp_path, "leg.1 off"), trace=False)) is Ending.TIPPED


def test_a_faulty_flight_repeats_and_goes_on_from_where_it_was_saved(tmp_path: Path) -> None:
    scenario = broken(tmp_path, "fc_a.imu garbage", "fc_b.gnss delayed delay='2s'", mode="ASCENT")
    core, again = Core(scenario), Core(scenario)
    for each in (core, again):
        each.run(1)
        each.launch(3.0)
        each.run(10 * SECOND)
    assert core.mode is FlightMode.ASCENT
    assert core.save() == again.save()
    saved = core.save()
    core.run(10 * SECOND)
    ahead = core.save()
    core.restore(saved)
    core.run(10 * SECOND)
    assert core.save() == ahead
