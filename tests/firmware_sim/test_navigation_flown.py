"""Along whole flights of the real plant, ship and beacon, three computers know where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from firmware_sim.core import Core
from firmware_sim.faults import COMPUTERS
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.records import Floats
from firmware_sim.scenario import make_scenario
from gcs.config.loading import CONFIGS, load_mission

LONGEST_S = 600


@dataclass(frozen=True)
class Errors:
    """Believed minus true in L: position, velocity, relative to the deck; and what was told."""

    position_m: Floats
    velocity_m_s: Floats
    relative_m: Floats
    sigma_m: float
    deck_sigma_m: float
    tilt_rad: float


def errors_now(core: Core) -> list[Errors]:
    """Run one cycle and compare what it believed with the truth that it sensed."""
    out = core.state.vehicle.out
    feet_m, velocity_m_s = np.array(out.feet_ned_m), np.array(out.velocity_ned_m_s)
    tilt_rad = float(out.tilt_rad)
    core.run(1)
    deck_m = np.array(core.state.ship.deck.position_m)
    told = [core.state.computers[i].solution for i in range(COMPUTERS)]
    assert all(s.valid for s in told)
    return [
        Errors(
            np.asarray(s.position_m) - feet_m,
            np.asarray(s.velocity_m_s) - velocity_m_s,
            np.asarray(s.relative_m) - (feet_m - deck_m),
            float(s.sigma_horizontal_m),
            float(s.deck_sigma_m),
            float(s.tilt_rad) - tilt_rad,
        )
        for s in told
    ]


def fly(mission: str, seed: int) -> tuple[list[Errors], list[Errors]]:
    """Errors once a second until first contact, and those of the last 10 s."""
    core = Core(make_scenario(load_mission(CONFIGS / "missions" / f"{mission}.toml"), seed))
    if core.mode is FlightMode.PRELAUNCH:
        core.launch(3.0)
    rows: list[list[Errors]] = []
    for _ in range(LONGEST_S):
        core.run(99)
        if core.state.vehicle.contact.surface:
            break
        rows.append(errors_now(core))
        if core.mode is FlightMode.DESCENT:
            core.commit()
    flat = [[error for row in part for error in row] for part in (rows, rows[-10:])]
    return flat[0], flat[1]


def rms(values: list[Floats]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


@pytest.mark.parametrize("mission", ["xzy1-hop", "xzy1-booster"])
def test_a_flight_is_navigated_as_well_as_its_landing_needs(mission: str) -> None:
    rows, last = fly(mission, 1)
    assert rms([e.relative_m[:2] for e in last]) < 0.5
    assert rms([e.relative_m[2:] for e in last]) < 0.4
    assert rms([e.velocity_m_s for e in last]) < 0.1
    assert rms([np.array([e.tilt_rad]) for e in last]) < np.radians(0.2)
    assert max(np.abs(e.velocity_m_s).max() for e in rows) < 0.3
    for e in rows:
        assert np.abs(e.position_m[:2]).max() < 4.5 * e.sigma_m
    for e in last:
        assert np.abs(e.relative_m[:2]).max() < 4.5 * e.deck_sigma_m
