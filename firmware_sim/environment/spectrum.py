"""Wave spectra: energy over frequency and over direction."""

from __future__ import annotations

import numpy as np

from firmware_sim.records import Floats

_FINE = 20
"""Points a bin where energy is integrated."""
_ANGLES, _FREQUENCIES = 8001, 8001


def jonswap(frequency_rad_s: Floats, peak_rad_s: float, enhancement: float) -> Floats:
    """Spectral shape of unit scale: w^-5 exp(-1.25 (wp/w)^4) gamma^r (Hasselmann et al. 1973)."""
    width = np.where(frequency_rad_s <= peak_rad_s, 0.07, 0.09)
    ratio = (frequency_rad_s - peak_rad_s) / (width * peak_rad_s)
    shape: Floats = (
        (frequency_rad_s / peak_rad_s) ** -5.0
        * np.exp(-1.25 * (peak_rad_s / frequency_rad_s) ** 4)
        * enhancement ** np.exp(-0.5 * ratio**2)
    )
    return shape


def bin_edges(
    count: int, lowest_rad_s: float, highest_rad_s: float, peak_rad_s: float, enhancement: float
) -> Floats:
    """Edges of bins, half of them spread by energy and half by the logarithm of frequency.

    Narrow where the waves are high, so that a hull's sharp resonance there sees many.
    """
    frequency = np.geomspace(lowest_rad_s, highest_rad_s, _FREQUENCIES)
    energy = _cumulated(jonswap(frequency, peak_rad_s, enhancement), frequency)
    evenly = np.linspace(0.0, 1.0, _FREQUENCIES)
    edges: Floats = np.interp(np.linspace(0.0, 1.0, count + 1), 0.5 * (energy + evenly), frequency)
    return edges


def _cumulated(density: Floats, place: Floats) -> Floats:
    """The integral up to each place, as a share of the whole."""
    steps = 0.5 * (density[1:] + density[:-1]) * np.diff(place)
    total: Floats = np.concatenate(([0.0], np.cumsum(steps)))
    total /= total[-1]
    return total


def bin_energy(edges_rad_s: Floats, peak_rad_s: float, enhancement: float) -> Floats:
    """The energy of each bin; all together is 1."""
    share = (np.arange(_FINE) + 0.5) / _FINE
    widths = np.diff(edges_rad_s)
    inside = edges_rad_s[:-1, None] + widths[:, None] * share
    energy: Floats = jonswap(inside, peak_rad_s, enhancement).mean(axis=1) * widths
    energy /= energy.sum()
    return energy


def spread_angle(quantile: Floats, exponent: float) -> Floats:
    """Angles from the mean direction, rad, at quantiles of cos^2s(angle / 2).

    Longuet-Higgins, Cartwright and Smith (1963). An exponent of 0 stands for long crests.
    """
    if exponent == 0.0:
        return np.zeros_like(quantile)
    angle = np.linspace(-np.pi, np.pi, _ANGLES)
    density = np.cos(0.5 * angle) ** (2.0 * exponent)
    found: Floats = np.interp(quantile, _cumulated(density, angle), angle)
    return found
