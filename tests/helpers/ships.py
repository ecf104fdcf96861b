"""Ships of the shipped barge in a sea of a test's choice, and voyages of them."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from firmware_sim.barge.ship import (
    ShipParameters,
    ShipState,
    make_ship,
    ship_parameters,
    step_ship,
)
from firmware_sim.environment.sea import sea_scale
from firmware_sim.environment.spectrum import jonswap
from firmware_sim.faults import FOREVER_NS, FaultKind, Faults, arm
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, make
from gcs.config.barge import BargeFile, HullFile
from gcs.config.loading import CONFIGS
from gcs.config.simulation import (
    SimulatedBarge,
    SimulatedSea,
    SimulatedWeather,
    SimulationConfig,
)

CYCLE_NS = 10_000_000
CYCLES_PER_SECOND = 100
CALM = SimulatedSea(state=0, current_m_s=0.0)
DESIGN_SEA = SimulatedSea(state=4, current_m_s=1.0, current_direction="150 deg")
DESIGN_WIND = SimulatedWeather(wind_speed_m_s=16.0, wind_gust_m_s=21.0, wind_direction="45 deg")
"""Design weather: sea state 4 from ahead, 1 m/s of current and 16 m/s of wind on the bow."""

# Columns of a voyage's log.
ERROR, TRUE_ERROR, TURN, AVAILABLE, ROLL, PITCH, HEAVE, DRIFT = range(8)
WAVES = 8
"""The first of six columns: the motions by waves alone."""
COLUMNS = WAVES + 6


@cache
def shipped_barge() -> BargeFile:
    """The barge that ships."""
    text = (CONFIGS / "barges" / "atlas.toml").read_text(encoding="utf-8")
    return BargeFile.model_validate(tomllib.loads(text))


@cache
def shipped_hull() -> HullFile:
    """The hull that ships."""
    text = (CONFIGS / "barges" / "flat-barge.toml").read_text(encoding="utf-8")
    return HullFile.model_validate(tomllib.loads(text))


def simulation(
    sea: SimulatedSea | None = None,
    weather: SimulatedWeather | None = None,
    barge: SimulatedBarge | None = None,
) -> SimulationConfig:
    """A simulated place with this sea, weather and barge."""
    return SimulationConfig(
        latitude_deg=36.6,
        longitude_deg=121.3,
        sea=sea or SimulatedSea(),
        weather=weather or SimulatedWeather(),
        barge=barge or SimulatedBarge(),
    )


@dataclass
class Voyage:
    """A ship with its parameters and faults, at a cycle."""

    p: ShipParameters
    ship: ShipState
    faults: Faults = field(default_factory=lambda: make(Faults))
    cycle: int = 0

    def sail(self, seconds: float, every_s: float = 1.0) -> Floats:
        """Sail on; a row of the log every so often."""
        cycles, every = round(seconds * CYCLES_PER_SECOND), round(every_s * CYCLES_PER_SECOND)
        log = np.zeros((cycles // every, COLUMNS))
        _sail(self.ship, self.p, self.faults, self.cycle, every, log)
        self.cycle += len(log) * every
        return log

    def lose_thrusters(self, *which: int) -> None:
        """They are off from now on."""
        for i in which:
            arm(self.faults.thruster[i], FaultKind.OFF.value, 0, FOREVER_NS)


def set_sail(config: SimulationConfig, seed: int = 1) -> Voyage:
    """The shipped barge on its station."""
    p = ship_parameters(shipped_barge(), shipped_hull(), config, seed)
    ship = make(ShipState)
    make_ship(ship, p, seed)
    return Voyage(p, ship)


@kernel
def _sail(
    ship: ShipState, p: ShipParameters, faults: Faults, cycle: int, every: int, log: Floats
) -> None:
    for row in range(len(log)):
        for _ in range(every):
            cycle += 1
            step_ship(ship, p, faults, cycle * CYCLE_NS)
        place, deck = ship.drifting.position, ship.deck
        log[row, ERROR] = ship.positioning.error_m
        log[row, TRUE_ERROR] = math.hypot(place[0] - p.north_m, place[1] - p.east_m)
        log[row, TURN] = place[2] - p.heading_rad
        log[row, AVAILABLE] = ship.propulsion.available
        log[row, ROLL], log[row, PITCH] = deck.roll_rad, deck.pitch_rad
        log[row, HEAVE], log[row, DRIFT] = deck.heave_m, ship.drifting.drift[1]
        for i in range(6):
            log[row, WAVES + i] = ship.wave_motion[i]


def spectrum_of(config: SimulatedSea, frequency_rad_s: Floats) -> Floats:
    """Energy over frequency, m2 s, of the sea that a configuration asks for."""
    height_m, period_s = sea_scale(config)
    shape = jonswap(frequency_rad_s, 2.0 * math.pi / period_s, config.peak_enhancement)
    scaled: Floats = shape * (height_m / 4.0) ** 2 / np.trapezoid(shape, frequency_rad_s)
    return scaled
