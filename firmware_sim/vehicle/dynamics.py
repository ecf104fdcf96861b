"""Flight in the vertical plane: one compiled kernel over one state array.

North is downrange, up is up. Tilt leans north; a gimbal angle above zero turns the
nose north, which pushes the tail south: thrust acts along `tilt - gimbal`, a lever
below the centre of gravity. The state array is all there is, so that a copy of it
saves and restores the vehicle bit for bit.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firmware_sim.environment.atmosphere import density_kg_m3, pressure_pa
from firmware_sim.kernel import kernel

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]

GRAVITY_M_S2 = 9.80665

# State: position and velocity of the centre of gravity, attitude, mass, actuators.
NORTH, UP, V_NORTH, V_UP, TILT, RATE, MASS, FLOW, GIMBAL = range(9)
STATE_SIZE = 9

# Parameters.
(
    P_THRUST_VACUUM,
    P_EXIT_AREA,
    P_FULL_FLOW,
    P_FLOW_LAG,
    P_GIMBAL_LAG,
    P_GIMBAL_RATE,
    P_INERTIA,
    P_CG_HEIGHT,
    P_FRONT_AREA,
    P_SIDE_AREA,
    P_DRAG_RISING,
    P_DRAG_FALLING,
    P_DRAG_ACROSS,
    P_NORMAL_SLOPE,
    P_DRY_MASS,
    P_DECK_HEIGHT,
) = range(16)
PARAMETERS_SIZE = 16

# Inputs: commands, wind at the vehicle, and the surfaces below it.
(
    I_FLOW,
    I_FLOW_RATE,
    I_GIMBAL,
    I_TORQUE,
    I_WIND_NORTH,
    I_HELD,
    I_DECK_NORTH,
    I_DECK_HALF,
    I_DECK_UP,
    I_DECK_RATE,
    I_DECK_SLOPE,
) = range(11)
INPUTS_SIZE = 11

# What the last sub-step felt.
O_FORCE_AXIAL, O_FORCE_ACROSS, O_ACCELERATION_NORTH, O_ACCELERATION_UP, O_THRUST = range(5)
OUTPUTS_SIZE = 5


@kernel
def thrust_n(flow: float, altitude_m: float, p: Vector) -> float:
    """Thrust of the flow fraction: flow x F_vac - p x A_exit, never below zero."""
    thrust = flow * p[P_THRUST_VACUUM] - pressure_pa(altitude_m) * p[P_EXIT_AREA]
    return float(max(0.0, thrust))


@kernel
def aerodynamic_force_n(x: Vector, wind_north: float, p: Vector) -> tuple[float, float]:
    """Force along and across the body axis, N, positive toward the nose and north of it.

    Across: cross-flow drag on the side, and the slender body's normal force on the
    cross-section (Allen and Perkins, NACA TR 1048).
    """
    air_north = x[V_NORTH] - wind_north
    air_up = x[V_UP]
    sine, cosine = math.sin(x[TILT]), math.cos(x[TILT])
    along = air_up * cosine + air_north * sine
    across = air_north * cosine - air_up * sine
    half_density = 0.5 * density_kg_m3(x[UP] + p[P_DECK_HEIGHT])
    coefficient = p[P_DRAG_RISING] if along > 0.0 else p[P_DRAG_FALLING]
    cross_flow = abs(across) * p[P_DRAG_ACROSS] * p[P_SIDE_AREA]
    slender = abs(along) * p[P_NORMAL_SLOPE] * p[P_FRONT_AREA]
    return (
        -half_density * math.hypot(along, across) * along * coefficient * p[P_FRONT_AREA],
        -half_density * across * (cross_flow + slender),
    )


@kernel
def derivative(x: Vector, u: Vector, p: Vector, dx: Vector, out: Vector) -> None:
    """Time derivative of the state `x` under inputs `u`; also fills `out`."""
    thrust = thrust_n(x[FLOW], x[UP] + p[P_DECK_HEIGHT], p) if x[MASS] > p[P_DRY_MASS] else 0.0
    drag_along, drag_across = aerodynamic_force_n(x, u[I_WIND_NORTH], p)
    axial = (thrust * math.cos(x[GIMBAL]) + drag_along) / x[MASS]
    across = (-thrust * math.sin(x[GIMBAL]) + drag_across) / x[MASS]
    sine, cosine = math.sin(x[TILT]), math.cos(x[TILT])
    a_north = axial * sine + across * cosine
    a_up = axial * cosine - across * sine - GRAVITY_M_S2
    torque = thrust * math.sin(x[GIMBAL]) * p[P_CG_HEIGHT] + u[I_TORQUE]
    held = u[I_HELD] > 0.0 and a_up <= 0.0
    dx[NORTH] = 0.0 if held else x[V_NORTH]
    dx[UP] = 0.0 if held else x[V_UP]
    dx[V_NORTH] = 0.0 if held else a_north
    dx[V_UP] = 0.0 if held else a_up
    dx[TILT] = 0.0 if held else x[RATE]
    dx[RATE] = 0.0 if held else torque / p[P_INERTIA]
    dx[MASS] = -max(0.0, x[FLOW]) * p[P_FULL_FLOW] if x[MASS] > p[P_DRY_MASS] else 0.0
    dx[FLOW] = min(
        max((u[I_FLOW] - x[FLOW]) / p[P_FLOW_LAG], -u[I_FLOW_RATE]),
        u[I_FLOW_RATE],
    )
    dx[GIMBAL] = min(
        max((u[I_GIMBAL] - x[GIMBAL]) / p[P_GIMBAL_LAG], -p[P_GIMBAL_RATE]),
        p[P_GIMBAL_RATE],
    )
    out[O_FORCE_AXIAL] = GRAVITY_M_S2 if held else axial
    out[O_FORCE_ACROSS] = 0.0 if held else across
    out[O_ACCELERATION_NORTH] = dx[V_NORTH]
    out[O_ACCELERATION_UP] = dx[V_UP]
    out[O_THRUST] = thrust


@kernel
def clearance_m(x: Vector, u: Vector, p: Vector, elapsed_s: float) -> float:
    """Height of the feet over what lies below them: the moving deck, else still water."""
    north = x[NORTH] - p[P_CG_HEIGHT] * math.sin(x[TILT])
    up = x[UP] - p[P_CG_HEIGHT] * math.cos(x[TILT])
    offset = north - u[I_DECK_NORTH]
    if abs(offset) <= u[I_DECK_HALF]:
        deck = u[I_DECK_UP] + u[I_DECK_RATE] * elapsed_s + u[I_DECK_SLOPE] * offset
        return float(up - deck)
    return float(up + p[P_DECK_HEIGHT])


@kernel
def advance(
    x: Vector, u: Vector, p: Vector, out: Vector, work: Matrix, steps: int, step_s: float
) -> int:
    """RK4 over `steps` in place; stops at contact. Returns the steps made, negated on contact.

    `work` is 5 rows of the state's size. On the pad (`I_HELD`) nothing touches down.
    """
    k1, k2, k3, k4, y = work[0], work[1], work[2], work[3], work[4]
    for step in range(steps):
        derivative(x, u, p, k1, out)
        for i in range(STATE_SIZE):
            y[i] = x[i] + 0.5 * step_s * k1[i]
        derivative(y, u, p, k2, out)
        for i in range(STATE_SIZE):
            y[i] = x[i] + 0.5 * step_s * k2[i]
        derivative(y, u, p, k3, out)
        for i in range(STATE_SIZE):
            y[i] = x[i] + step_s * k3[i]
        derivative(y, u, p, k4, out)
        for i in range(STATE_SIZE):
            x[i] += step_s / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])
        if u[I_HELD] <= 0.0 and clearance_m(x, u, p, (step + 1) * step_s) <= 0.0:
            return -(step + 1)
    return steps
