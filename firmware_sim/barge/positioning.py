"""Dynamic positioning: an observer that parts slow motion from the waves', and a controller.

The observer has fixed gains after Fossen and Strand (1999, doi 10.1016/S0005-1098(98)00121-6)
in each of north, east and heading; the controller is PID on its slow estimate, with the
wind fed forward.
"""

from __future__ import annotations

import math
from typing import Annotated

from firmware_sim.barge.thrusters import Propulsion, ThrusterParameters, allocate, wrapped
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3
from gcs.config.barge import PositioningConfig

_WAVE_DAMPING = 0.1
_WAVE_CUTOFF = 1.2
"""Of the observer's notch, as a multiple of the waves' frequency."""

_NEAR_M, _NEAR_RAD = 4.0, 0.1
"""Errors beyond which the controller asks for no more."""


class PositioningParameters(Record):
    """Gains of the observer and controller; masses in surge, sway and yaw with added mass."""

    mass: Vector3
    wave_rad_s: float
    wave_gain_1: float
    wave_gain_2: float
    position_gain: float
    velocity_gain: float
    bias_gain: float
    natural_rad_s: float
    damping: float
    integral_s: float
    position_noise_m: float
    heading_noise_rad: float


class Positioning(Record):
    """The controller's memory. Arrays are north, east, heading unless named otherwise."""

    setpoint: Vector3
    position: Vector3
    """Slow estimate; the heading is unwrapped."""
    velocity: Vector3
    bias: Vector3
    """Estimated acceleration that no known force explains."""
    wave: Annotated[Floats, (3, 2)]
    """Integral and value of the estimated wave motion."""
    integral: Vector3
    wind: Vector3
    """Wind force in ship axes, as fed forward, smoothed."""
    demand: Vector3
    """Force asked of the thrusters in ship axes: bow, starboard, moment."""
    error_m: float
    """From the setpoint to the slow estimate."""


def fill_positioning(
    p: PositioningParameters, config: PositioningConfig, peak_period_s: float
) -> None:
    """The gains, for waves of a peak period. Masses are the caller's to fill."""
    wave, slow = 2.0 * math.pi / peak_period_s, 2.0 * math.pi / config.observer_period_s
    cutoff = _WAVE_CUTOFF * wave
    p.wave_rad_s = wave
    p.wave_gain_1 = -2.0 * (1.0 - _WAVE_DAMPING) * cutoff / wave
    p.wave_gain_2 = 2.0 * wave * (1.0 - _WAVE_DAMPING)
    p.position_gain = cutoff
    p.velocity_gain = slow * cutoff * 0.5
    p.bias_gain = 0.1 * slow * p.velocity_gain
    p.natural_rad_s = 2.0 * math.pi / config.period_s
    p.damping = config.damping
    p.integral_s = config.integral_s
    p.position_noise_m = config.position_noise_m
    p.heading_noise_rad = math.radians(config.heading_noise_deg)


@kernel
def observe(
    dp: Positioning, p: PositioningParameters, measured: Floats, force: Floats, step_s: float
) -> None:
    """Correct the estimate by measured north, east and heading.

    `force` is the known one in ship axes (thrusters and wind).
    """
    cosine, sine = math.cos(dp.position[2]), math.sin(dp.position[2])
    bow, starboard = force[0] / p.mass[0], force[1] / p.mass[1]
    push = (
        cosine * bow - sine * starboard,
        sine * bow + cosine * starboard,
        force[2] / p.mass[2],
    )
    for i in range(3):
        error = measured[i] - dp.position[i] - dp.wave[i, 1]
        integral_rate = dp.wave[i, 1] + p.wave_gain_1 * error
        dp.wave[i, 1] += step_s * (
            -(p.wave_rad_s**2) * dp.wave[i, 0]
            - 2.0 * _WAVE_DAMPING * p.wave_rad_s * dp.wave[i, 1]
            + p.wave_gain_2 * error
        )
        dp.wave[i, 0] += step_s * integral_rate
        dp.velocity[i] += step_s * (push[i] + dp.bias[i] + p.velocity_gain * error)
        dp.position[i] += step_s * (dp.velocity[i] + p.position_gain * error)
        dp.bias[i] += step_s * p.bias_gain * error


@kernel
def control(
    dp: Positioning,
    p: PositioningParameters,
    propulsion: Propulsion,
    thrusters: ThrusterParameters,
    step_s: float,
) -> None:
    """Ask the thrusters for the force that brings the ship back and keeps it there."""
    north, east = dp.setpoint[0] - dp.position[0], dp.setpoint[1] - dp.position[1]
    cosine, sine = math.cos(dp.position[2]), math.sin(dp.position[2])
    dp.error_m = math.hypot(north, east)
    # What is far away is approached at a steady speed, within what the thrusters can stop.
    near = min(1.0, _NEAR_M / max(dp.error_m, 1e-9))
    turn = wrapped(dp.setpoint[2] - dp.position[2])
    error = (
        near * (cosine * north + sine * east),
        near * (-sine * north + cosine * east),
        max(min(turn, _NEAR_RAD), -_NEAR_RAD),
    )
    velocity = (
        cosine * dp.velocity[0] + sine * dp.velocity[1],
        -sine * dp.velocity[0] + cosine * dp.velocity[1],
        dp.velocity[2],
    )
    stiffness = p.natural_rad_s**2
    for i in range(3):
        if propulsion.saturated == 0:
            dp.integral[i] += step_s * p.mass[i] * stiffness * error[i] / p.integral_s
        acceleration = stiffness * error[i] - 2.0 * p.damping * p.natural_rad_s * velocity[i]
        dp.demand[i] = p.mass[i] * acceleration + dp.integral[i] - dp.wind[i]
    allocate(propulsion, thrusters, dp.demand)
