"""Attitude control: wanted tilt to gimbal angle, or to cold gas while the engine is off."""

from __future__ import annotations

import math

from firmware_sim.flight_software.navigation import Solution
from firmware_sim.flight_software.profiles import clamp
from gcs.config.vehicle import VehicleModel

_GIMBAL_THRUST_N = 50e3
"""Below this thrust the gimbal turns nothing."""


class AttitudeControl:
    """A second-order law: angular acceleration = w^2 error - 2 z w rate."""

    def __init__(self, model: VehicleModel) -> None:
        self._stiffness = model.attitude.bandwidth_rad_s**2
        self._damping = 2.0 * model.attitude.damping * model.attitude.bandwidth_rad_s
        self._inertia = model.mass.transverse_inertia_kg_m2
        self._lever_m = model.body.cg_height_m
        self._gimbal_rad = math.radians(model.engine.gimbal_limit_deg)
        self._torque_n_m = model.attitude.cold_gas_torque_n_m

    def step(self, s: Solution, tilt_rad: float, thrust_n: float) -> tuple[float, float]:
        """Gimbal angle, rad, and cold-gas torque, N m, for a wanted tilt."""
        wanted = self._stiffness * (tilt_rad - s.tilt_rad) - self._damping * s.rate_rad_s
        torque = wanted * self._inertia
        if thrust_n < _GIMBAL_THRUST_N:
            return 0.0, clamp(torque, -self._torque_n_m, self._torque_n_m)
        sine = clamp(torque / (thrust_n * self._lever_m), -1.0, 1.0)
        return clamp(math.asin(sine), -self._gimbal_rad, self._gimbal_rad), 0.0
