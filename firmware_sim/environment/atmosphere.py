"""The US Standard Atmosphere 1976 (NOAA-S/T 76-1562), from 5 km below to 1000 km over the sea.

To 80 km it is the standard's defining formulas, exact. From 80 to 86 km the temperature
given is the molecular-scale one, at most 0.05 % above the kinetic one; pressure and density
stay exact. From 86 km on, pressure, density and temperature are rows of the standard's
table I; between rows the logarithms of pressure and density are cubic, which is within
1.5 % of its formulas. Above 1000 km the air stays as thin as there.

The speed of sound is sqrt(1.4 p / density) everywhere; the standard itself gives none above
86 km.
"""

from __future__ import annotations

import math

import numpy as np

from firmware_sim.kernel import kernel
from firmware_sim.records import Floats

SEA_LEVEL_PRESSURE_PA = 101_325.0
GAS_CONSTANT_J_KG_K = 287.05287
"""With the sea-level density of 1.225 kg/m3 (ISO 2533); 8314.32 / 28.9644 has one digit less."""
_RADIUS_M = 6_356_766.0
_HYDROSTATIC_K_M = 9.80665 / GAS_CONSTANT_J_KG_K
_GAMMA = 1.4
_LOWEST_M = -5000.0
_TABLE_FROM_M = 86_000.0
_TOP_M = 1_000_000.0

# Table 4 of the standard: geopotential height of the layers' bases, m, and lapse, K/m.
_BASE_M = np.array([0.0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3])
_LAPSE_K_M = np.array([-6.5e-3, 0.0, 1e-3, 2.8e-3, 0.0, -2.8e-3, -2e-3])

# Table I of the standard: height, km; kinetic temperature, K; pressure, Pa; density, kg/m3.
_TABLE = np.array(
    [
        (86.0, 186.87, 3.7338e-1, 6.958e-6),
        (90.0, 186.87, 1.8359e-1, 3.416e-6),
        (95.0, 188.42, 7.5966e-2, 1.393e-6),
        (100.0, 195.08, 3.2011e-2, 5.604e-7),
        (105.0, 208.84, 1.4477e-2, 2.325e-7),
        (110.0, 240.00, 7.1042e-3, 9.708e-8),
        (115.0, 300.00, 4.0096e-3, 4.289e-8),
        (120.0, 360.00, 2.5382e-3, 2.222e-8),
        (130.0, 469.27, 1.2505e-3, 8.152e-9),
        (140.0, 559.63, 7.2028e-4, 3.831e-9),
        (150.0, 634.39, 4.5422e-4, 2.076e-9),
        (160.0, 696.29, 3.0395e-4, 1.233e-9),
        (180.0, 790.07, 1.5271e-4, 5.194e-10),
        (200.0, 854.56, 8.4736e-5, 2.541e-10),
        (250.0, 941.33, 2.4767e-5, 6.073e-11),
        (300.0, 976.01, 8.7704e-6, 1.916e-11),
        (350.0, 990.06, 3.4498e-6, 7.014e-12),
        (400.0, 995.83, 1.4518e-6, 2.803e-12),
        (450.0, 998.22, 6.4468e-7, 1.184e-12),
        (500.0, 999.24, 3.0236e-7, 5.215e-13),
        (600.0, 999.85, 8.2130e-8, 1.137e-13),
        (700.0, 999.97, 3.1908e-8, 3.070e-14),
        (800.0, 999.99, 1.7036e-8, 1.136e-14),
        (900.0, 1000.00, 1.0873e-8, 5.759e-15),
        (1000.0, 1000.00, 7.5138e-9, 3.561e-15),
    ]
)
_ROWS = len(_TABLE)
_HEIGHT_M = _TABLE[:, 0] * 1000.0


def _bases() -> tuple[Floats, Floats]:
    """Temperature and pressure at the layers' bases (equations 23, 33a and 33b)."""
    temperatures, pressures = [288.15], [SEA_LEVEL_PRESSURE_PA]
    for rise, lapse in zip(np.diff(_BASE_M), _LAPSE_K_M, strict=False):
        below, pressure = temperatures[-1], pressures[-1]
        above = below + lapse * rise
        factor = (
            math.exp(-_HYDROSTATIC_K_M * rise / below)
            if lapse == 0.0
            else (below / above) ** (_HYDROSTATIC_K_M / lapse)
        )
        temperatures.append(above)
        pressures.append(pressure * factor)
    return np.array(temperatures), np.array(pressures)


def _cubics(values: Floats) -> Floats:
    """Rows of cubic coefficients in (height - row's height), lowest power first."""
    slopes = np.gradient(values, _HEIGHT_M)
    step, rise = np.diff(_HEIGHT_M), np.diff(values)
    first, last = slopes[:-1], slopes[1:]
    square = (3.0 * rise / step - 2.0 * first - last) / step
    cube = (first + last - 2.0 * rise / step) / step**2
    return np.column_stack((values[:-1], first, square, cube))


_BASE_K, _BASE_PA = _bases()
_THIN = np.hstack((_cubics(np.log(_TABLE[:, 2])), _cubics(np.log(_TABLE[:, 3]))))


@kernel
def atmosphere(altitude_m: float) -> tuple[float, float, float, float]:
    """Pressure, Pa, density, kg/m3, temperature, K, and speed of sound, m/s, at a height."""
    if altitude_m > _TABLE_FROM_M:
        return _thin(altitude_m)
    height_m = max(altitude_m, _LOWEST_M)
    height_m = _RADIUS_M * height_m / (_RADIUS_M + height_m)
    layer = 0
    while layer < 6 and height_m > _BASE_M[layer + 1]:
        layer += 1
    rise_m, base_k, lapse = height_m - _BASE_M[layer], _BASE_K[layer], _LAPSE_K_M[layer]
    temperature_k = base_k + lapse * rise_m
    if lapse == 0.0:
        exponent = -_HYDROSTATIC_K_M * rise_m / base_k
    else:
        exponent = _HYDROSTATIC_K_M / lapse * math.log(base_k / temperature_k)
    specific = GAS_CONSTANT_J_KG_K * temperature_k
    pressure_pa = _BASE_PA[layer] * math.exp(exponent)
    return pressure_pa, pressure_pa / specific, temperature_k, math.sqrt(_GAMMA * specific)


@kernel
def _thin(altitude_m: float) -> tuple[float, float, float, float]:
    height_m = min(altitude_m, _TOP_M)
    low, high = 0, _ROWS - 1
    while high - low > 1:
        middle = (low + high) // 2
        if height_m >= _HEIGHT_M[middle]:
            low = middle
        else:
            high = middle
    z, c = height_m - _HEIGHT_M[low], _THIN[low]
    pressure_pa = math.exp(c[0] + z * (c[1] + z * (c[2] + z * c[3])))
    density_kg_m3 = math.exp(c[4] + z * (c[5] + z * (c[6] + z * c[7])))
    below_k, above_k = _TABLE[low, 1], _TABLE[low + 1, 1]
    share = z / (_HEIGHT_M[low + 1] - _HEIGHT_M[low])
    temperature_k = below_k + share * (above_k - below_k)
    return (
        pressure_pa,
        density_kg_m3,
        temperature_k,
        math.sqrt(_GAMMA * pressure_pa / density_kg_m3),
    )
