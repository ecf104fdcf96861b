"""The sea: directional waves as a sum of components, and a current.

A realisation is a function of place and time alone, so that it has no state to save and
can be looked at before the start. Deep water: k = w^2 / g. Frequencies are those at a
fixed place.
"""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from firmware_sim.environment.spectrum import bin_edges, bin_energy, spread_angle
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, make
from gcs.config.simulation import SimulatedSea

MAX_COMPONENTS = 400
GRAVITY_M_S2 = 9.80665

SEA_STATES: dict[int, tuple[float, float]] = {
    0: (0.0, 4.0),
    1: (0.05, 4.0),
    2: (0.30, 6.0),
    3: (0.88, 7.5),
    4: (1.88, 8.8),
    5: (3.25, 9.7),
    6: (5.00, 11.5),
}
"""Significant height, m, and peak period, s, by WMO 3700 sea state; periods assumed."""

_LOWEST, _HIGHEST = 0.5, 4.0
"""Bounds of the components' frequencies as multiples of the peak's."""
_GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)


class Sea(Record):
    """One realisation: `count` components that rise in frequency. Directions are radians.

    The wave numbers are those of travel to north and east; `from_rad` is where each
    component comes from, clockwise from north.
    """

    count: int
    frequency_rad_s: Annotated[Floats, MAX_COMPONENTS]
    amplitude_m: Annotated[Floats, MAX_COMPONENTS]
    phase_rad: Annotated[Floats, MAX_COMPONENTS]
    from_rad: Annotated[Floats, MAX_COMPONENTS]
    north_rad_m: Annotated[Floats, MAX_COMPONENTS]
    east_rad_m: Annotated[Floats, MAX_COMPONENTS]
    significant_wave_height_m: float
    peak_period_s: float
    direction_rad: float
    current_north_m_s: float
    current_east_m_s: float


def make_sea(config: SimulatedSea, seed: int) -> Sea:
    """Draw a sea; the same seed draws the same.

    One frequency at random in each bin, so that it does not repeat; each has the energy
    of its bin, so that all together have that of the significant height exactly.
    Directions follow a golden-ratio sequence from a random start through the quantiles of
    the spreading, so that neighbours in frequency cover all directions alike.
    """
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *b"sea"])))
    height_m, period_s = sea_scale(config)
    count, peak = config.components, 2.0 * math.pi / period_s
    gamma = config.peak_enhancement
    edges = bin_edges(count, _LOWEST * peak, _HIGHEST * peak, peak, gamma)
    energy = bin_energy(edges, peak, gamma) * (height_m / 4.0) ** 2
    quantile = np.remainder(random.random() + _GOLDEN * np.arange(count), 1.0)
    sea = make(Sea)
    sea.count = count
    sea.frequency_rad_s[:count] = edges[:-1] + np.diff(edges) * random.random(count)
    sea.amplitude_m[:count] = np.sqrt(2.0 * energy)
    sea.phase_rad[:count] = 2.0 * math.pi * random.random(count)
    sea.from_rad[:count] = config.direction + spread_angle(quantile, config.spreading)
    number = sea.frequency_rad_s**2 / GRAVITY_M_S2
    sea.north_rad_m[:] = -number * np.cos(sea.from_rad)
    sea.east_rad_m[:] = -number * np.sin(sea.from_rad)
    sea.significant_wave_height_m = height_m
    sea.peak_period_s = period_s
    sea.direction_rad = config.direction % (2.0 * math.pi)
    sea.current_north_m_s = config.current_m_s * math.cos(config.current_direction)
    sea.current_east_m_s = config.current_m_s * math.sin(config.current_direction)
    return sea


def sea_scale(config: SimulatedSea) -> tuple[float, float]:
    """Significant height, m, and peak period, s, that a configuration asks for."""
    height_m, period_s = SEA_STATES[config.state]
    if config.significant_wave_height_m is not None:
        height_m = config.significant_wave_height_m
    if config.peak_period_s is not None:
        period_s = config.peak_period_s
    return height_m, period_s


@kernel
def elevation_m(sea: Sea, north_m: float, east_m: float, now_ns: int) -> float:
    """The water's surface over still water: sum of a cos(k.x - w t + phase)."""
    time_s = 1e-9 * now_ns
    total = 0.0
    for i in range(sea.count):
        angle = (
            sea.north_rad_m[i] * north_m
            + sea.east_rad_m[i] * east_m
            - sea.frequency_rad_s[i] * time_s
            + sea.phase_rad[i]
        )
        total += sea.amplitude_m[i] * math.cos(angle)
    return total
