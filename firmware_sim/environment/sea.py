"""The sea: long-crested waves with a JONSWAP spectrum (Hasselmann et al. 1973)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gcs.config.simulation import SimulatedSea

Floats: TypeAlias = NDArray[np.float64]

# Significant height, m, and peak period, s, by WMO 3700 sea state; periods assumed.
SEA_STATES: dict[int, tuple[float, float]] = {
    0: (0.0, 4.0),
    1: (0.05, 4.0),
    2: (0.30, 6.0),
    3: (0.88, 7.5),
    4: (1.88, 8.8),
    5: (3.25, 9.7),
    6: (5.00, 11.5),
}
_LOWEST, _HIGHEST = 0.5, 4.0
"""Bounds of the components' frequencies as multiples of the peak's."""


@dataclass(frozen=True)
class Sea:
    """One realisation. Component arrays have equal length; amplitudes m, phases rad."""

    significant_wave_height_m: float
    peak_period_s: float
    direction_deg: float
    frequencies_rad_s: Floats
    amplitudes_m: Floats
    phases_rad: Floats


def jonswap(frequencies_rad_s: Floats, peak_rad_s: float, enhancement: float) -> Floats:
    """Spectral shape of unit scale: w^-5 exp(-1.25 (wp/w)^4) gamma^r."""
    width = np.where(frequencies_rad_s <= peak_rad_s, 0.07, 0.09)
    ratio = (frequencies_rad_s - peak_rad_s) / (width * peak_rad_s)
    shape: Floats = (
        (frequencies_rad_s / peak_rad_s) ** -5.0
        * np.exp(-1.25 * (peak_rad_s / frequencies_rad_s) ** 4)
        * enhancement ** np.exp(-0.5 * ratio**2)
    )
    return shape


def make_sea(config: SimulatedSea, random: np.random.Generator) -> Sea:
    """Draw a sea: one frequency at random in each of equal bins, so that it does not repeat.

    The components' energy is that of the asked significant height exactly.
    """
    height_m, period_s = SEA_STATES[config.state]
    if config.significant_wave_height_m is not None:
        height_m = config.significant_wave_height_m
    if config.peak_period_s is not None:
        period_s = config.peak_period_s
    peak = 2.0 * np.pi / period_s
    edges = np.linspace(_LOWEST * peak, _HIGHEST * peak, config.components + 1)
    frequencies = edges[:-1] + np.diff(edges) * random.random(config.components)
    energy = jonswap(frequencies, peak, config.peak_enhancement) * np.diff(edges)
    energy *= (height_m / 4.0) ** 2 / energy.sum()
    return Sea(
        significant_wave_height_m=height_m,
        peak_period_s=period_s,
        direction_deg=config.direction_deg,
        frequencies_rad_s=frequencies,
        amplitudes_m=np.sqrt(2.0 * energy),
        phases_rad=random.random(config.components) * 2.0 * np.pi,
    )
