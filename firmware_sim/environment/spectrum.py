"""Wave spectra: energy over frequency and over direction."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

_FINE = 20
"""Points a bin where energy is integrated."""
_ANGLES = 8001


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
    cumulated = np.cumsum(0.5 * (density[1:] + density[:-1]))
    found: Floats = np.interp(quantile, np.concatenate(([0.0], cumulated)) / cumulated[-1], angle)
    return found
