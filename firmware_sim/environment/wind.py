"""Wind in the plane of flight: a mean that grows with height, and gusts."""

from __future__ import annotations

import math

import numpy as np

from firmware_sim.environment.harmonics import Harmonics
from gcs.config.simulation import SimulatedWeather

_GUST_LENGTH_M = 150.0
_GUST_SIGMAS = 3.0
_COMPONENTS = 40
_REFERENCE_HEIGHT_M = 10.0
_SHEAR_EXPONENT = 0.11
_HIGHEST_M = 1000.0


def height_factor(height_m: float) -> float:
    """Wind at a height over the water as a multiple of that at 10 m.

    Power law over open sea, exponent 0.11 (IEC 61400-3), constant above 1 km.
    """
    height = min(max(height_m, 1.0), _HIGHEST_M)
    return float((height / _REFERENCE_HEIGHT_M) ** _SHEAR_EXPONENT)


def wind_from_north_m_s(config: SimulatedWeather) -> float:
    """Mean wind speed toward north at 10 m: wind is named by where it comes from."""
    return -config.wind_speed_m_s * math.cos(math.radians(config.wind_direction_deg))


def make_gusts(config: SimulatedWeather, random: np.random.Generator) -> Harmonics:
    """One signal: the gust along the mean wind, m/s.

    Spectrum of the longitudinal Dryden form (MIL-F-8785C), its RMS a third of
    what the gust exceeds the mean by.
    """
    speed = max(config.wind_speed_m_s, 1.0)
    sigma = max(config.wind_gust_m_s - config.wind_speed_m_s, 0.0) / _GUST_SIGMAS
    corner = speed / _GUST_LENGTH_M
    edges = np.geomspace(0.05 * corner, 50.0 * corner, _COMPONENTS + 1)
    frequencies = edges[:-1] + np.diff(edges) * random.random(_COMPONENTS)
    energy = np.diff(edges) / (1.0 + (frequencies / corner) ** 2)
    energy *= sigma**2 / energy.sum()
    phases = random.random(_COMPONENTS) * 2.0 * np.pi
    coefficients = np.sqrt(2.0 * energy) * np.exp(1j * phases)
    return Harmonics(frequencies, coefficients[:, None])
