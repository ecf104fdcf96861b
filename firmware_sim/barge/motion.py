"""Where the barge's deck is at any moment: hull motion in the sea, and station keeping."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from firmware_sim.barge import response
from firmware_sim.environment.harmonics import HarmonicGrid, Harmonics
from firmware_sim.environment.sea import Sea
from gcs.config.barge import BargeFile, BargeModel
from gcs.config.simulation import SimulatedBarge

_DRIFT_COMPONENTS = 8
_FASTEST_PERIOD_S = 40.0
_PEAK_FACTOR = 2.2
"""Station keeping never leaves this multiple of its RMS, unlike a Gaussian."""


@dataclass(frozen=True, slots=True)
class DeckState:
    """The deck centre in local axes (north, east, up over the nominal deck plane), SI.

    `slope_north` is the deck's rise per metre north; `half_north_m` is how far the
    deck reaches north and south of its centre in the plane of flight.
    """

    north_m: float
    east_m: float
    up_m: float
    velocity_north_m_s: float
    velocity_east_m_s: float
    velocity_up_m_s: float
    acceleration_up_m_s2: float
    roll_rad: float
    roll_rate_rad_s: float
    pitch_rad: float
    pitch_rate_rad_s: float
    heading_rad: float
    heading_rate_rad_s: float
    slope_north: float
    half_north_m: float


def make_drift(model: BargeModel, random: np.random.Generator) -> Harmonics:
    """Station-keeping error: north, its rate, east, its rate, m; heading, its rate, rad."""
    keeping = model.station_keeping
    slowest = 2.0 * np.pi / keeping.slowest_period_s
    edges = np.linspace(slowest, 2.0 * np.pi / _FASTEST_PERIOD_S, _DRIFT_COMPONENTS + 1)
    w = edges[:-1] + np.diff(edges) * random.random(_DRIFT_COMPONENTS)
    rms = (keeping.error_rms_m, keeping.error_rms_m, math.radians(keeping.heading_rms_deg))
    columns = []
    for sigma in rms:
        phases = random.random(_DRIFT_COMPONENTS) * 2.0 * np.pi
        value = sigma * math.sqrt(2.0 / _DRIFT_COMPONENTS) * np.exp(1j * phases)
        columns += [value, 1j * w * value]
    return Harmonics(w, np.stack(columns, axis=1))


def _bounded(value: float, rms: float) -> float:
    """`value`, bent smoothly so that it stays within the peak factor of its RMS."""
    limit = _PEAK_FACTOR * rms
    return limit * math.tanh(value / limit) if limit > 0.0 else 0.0


class BargeMotion:
    """The barge's motion on a time grid; a pure function of seed and time."""

    def __init__(
        self,
        barge: BargeFile,
        model: BargeModel,
        config: SimulatedBarge,
        sea: Sea,
        random: np.random.Generator,
        step_ns: int,
    ) -> None:
        self.hull = response.hull_motion(model, sea, config.heading_deg)
        self._hull_grid = HarmonicGrid(self.hull, step_ns)
        self._drift_grid = HarmonicGrid(make_drift(model, random), step_ns)
        self._deck = barge.deck
        self._rms_m = model.station_keeping.error_rms_m
        self._offset_north_m = config.offset_north_m
        self._heading_rad = math.radians(config.heading_deg)

    def at(self, index: int) -> DeckState:
        """The deck at grid time `index`."""
        heave, heave_rate, heave_acc, roll, roll_rate, pitch, pitch_rate = self._hull_grid.row(
            index
        )
        north, north_rate, east, east_rate, yaw, yaw_rate = self._drift_grid.row(index)
        north, east = _bounded(north, self._rms_m), _bounded(east, self._rms_m)
        heading = self._heading_rad + yaw
        slope = math.cos(heading) * math.tan(pitch) + math.sin(heading) * math.tan(roll)
        return DeckState(
            north + self._offset_north_m,
            east,
            heave,
            north_rate,
            east_rate,
            heave_rate,
            heave_acc,
            roll,
            roll_rate,
            pitch,
            pitch_rate,
            heading % (2.0 * math.pi),
            yaw_rate,
            slope,
            self._half_chord_m(heading, east),
        )

    def _half_chord_m(self, heading: float, east: float) -> float:
        """Half the deck's extent along the plane of flight through its centre."""
        along, across = abs(math.cos(heading)), abs(math.sin(heading))
        reaches = [self._deck.width_m / 2.0 / across] if across > 1e-9 else []
        if along > 1e-9:
            reaches.append(self._deck.length_m / 2.0 / along)
        return min(reaches) if abs(east) < self._deck.width_m / 2.0 else 0.0
