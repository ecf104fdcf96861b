"""Air: the troposphere of the US Standard Atmosphere 1976."""

from __future__ import annotations

from firmware_sim.kernel import kernel

SEA_LEVEL_PRESSURE_PA = 101_325.0
SEA_LEVEL_TEMPERATURE_K = 288.15
LAPSE_K_M = 0.0065
GAS_CONSTANT_J_KG_K = 287.053
PRESSURE_EXPONENT = 5.25588


@kernel
def pressure_pa(altitude_m: float) -> float:
    """Static pressure, Pa; valid up to 11 km."""
    temperature_ratio = 1.0 - LAPSE_K_M * altitude_m / SEA_LEVEL_TEMPERATURE_K
    return float(SEA_LEVEL_PRESSURE_PA * temperature_ratio**PRESSURE_EXPONENT)


@kernel
def density_kg_m3(altitude_m: float) -> float:
    """Air density, kg/m3; valid up to 11 km."""
    temperature_k = SEA_LEVEL_TEMPERATURE_K - LAPSE_K_M * altitude_m
    return float(pressure_pa(altitude_m) / (GAS_CONSTANT_J_KG_K * temperature_k))
