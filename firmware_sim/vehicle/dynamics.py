"""Six degrees of freedom: the time derivative of the state, and a step of RK4.

In E, which turns with rate W, for the centre of mass:

    v' = g(r) + F / m - 2 W x v - W x (W x r)
    q' = q (w - W) / 2                          w - W in B
    I w' = M - w x I w

with slosh masses in the last two solved together (`tanks.respond`). Mass, centre of mass and
inertia change from step to step and hold within one. Left out: the jet damping of the
propellant flow and the turning of inertia dI/dt w, which work against each other, together about
1 % of a gimbal's torque in a turn; the motion of the centre of mass within the body, about
1 cm/s; products of inertia.
The wind within a cycle is linear in height.
"""

from __future__ import annotations

from typing import Annotated

from firmware_sim.barge.deck import DeckState
from firmware_sim.environment.atmosphere import atmosphere
from firmware_sim.environment.earth import EarthParameters, gravity, horizon
from firmware_sim.flight_software.interfaces import Site
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Matrix3, Record, Vector3
from firmware_sim.rotation import apply_transposed, matrix_of
from firmware_sim.vehicle.actuators import ActuatorParameters
from firmware_sim.vehicle.aerodynamics import AerodynamicParameters, aerodynamic
from firmware_sim.vehicle.engines import EngineParameters, ThrustTerms
from firmware_sim.vehicle.legs import LegParameters, contact_forces
from firmware_sim.vehicle.state import (
    ATTITUDE,
    FUEL,
    OXIDIZER,
    POSITION,
    RATE,
    STATE_SIZE,
    VELOCITY,
    VehicleState,
)
from firmware_sim.vehicle.tanks import MassProperties, TankParameters, respond


class Ambient(Record):
    """The air at the last derivative, and the vehicle's motion through it."""

    altitude_m: float
    sine_latitude: float
    cosine_latitude: float
    pressure_pa: float
    density_kg_m3: float
    temperature_k: float
    speed_of_sound_m_s: float
    velocity_m_s: Vector3
    """Of the centre of mass relative to the air, in B."""


class Work(Record):
    """Scratch of the kernels: nothing in it lasts from one cycle to the next."""

    props: MassProperties
    terms: ThrustTerms
    ambient: Ambient
    wind_m_s: Vector3
    """In E, at `wind_altitude_m`."""
    wind_gradient_per_s: Vector3
    wind_altitude_m: float
    earth_from_body: Matrix3
    force_n: Vector3
    moment_n_m: Vector3
    acceleration_m_s2: Vector3
    """Without gravitation, in B."""
    angular_rad_s2: Vector3
    scratch: Vector3
    before: Annotated[Floats, STATE_SIZE]
    """The state at the start of the step."""
    slope: Annotated[Floats, STATE_SIZE]
    total: Annotated[Floats, STATE_SIZE]
    trial: Annotated[Floats, STATE_SIZE]
    felt_m_s2: Vector3
    """Sum over the cycle's steps of `acceleration_m_s2`, and of the rate."""
    turned_rad_s: Vector3


class VehicleParameters(Record):
    """All numbers of a vehicle over its site, and the kernels' scratch."""

    earth: EarthParameters
    site: Site
    engines: EngineParameters
    tanks: TankParameters
    aerodynamics: AerodynamicParameters
    actuators: ActuatorParameters
    legs: LegParameters
    nose_radius_m: float
    work: Work


@kernel
def derivative(
    v: VehicleState, p: VehicleParameters, deck: DeckState, x: Floats, offset_s: float, dx: Floats
) -> None:
    """The time derivative of `x`, `offset_s` after the deck's state; `p.work` is filled.

    `work.props` and `work.terms` hold for the step.
    """
    w = p.work
    matrix_of(x[ATTITUDE : ATTITUDE + 4], w.earth_from_body)
    _meet_air(p, x)
    ambient, terms = w.ambient, w.terms
    for i in range(3):
        w.force_n[i] = terms.force_n[i] - ambient.pressure_pa * terms.force_area_m2[i]
        w.moment_n_m[i] = (
            terms.moment_n_m[i]
            - ambient.pressure_pa * terms.moment_area_m3[i]
            + v.cold_gas_torque_n_m[i]
        )
    rate = x[RATE : RATE + 3]
    aerodynamic(
        p.aerodynamics,
        ambient.velocity_m_s,
        ambient.density_kg_m3,
        ambient.speed_of_sound_m_s,
        rate,
        v.fins_rad,
        terms.burning,
        w.props.cg_height_m,
        w.force_n,
        w.moment_n_m,
    )
    contact_forces(v, p.legs, deck, x, w.props.cg_height_m, offset_s, w.force_n, w.moment_n_m)
    inertia = w.props.inertia_kg_m2
    w.moment_n_m[0] -= (inertia[2] - inertia[1]) * rate[1] * rate[2]
    w.moment_n_m[1] -= (inertia[0] - inertia[2]) * rate[2] * rate[0]
    w.moment_n_m[2] -= (inertia[1] - inertia[0]) * rate[0] * rate[1]
    respond(x, p.tanks, w.props, w.force_n, w.moment_n_m, w.acceleration_m_s2, w.angular_rad_s2, dx)
    for i in range(3):
        dx[RATE + i] = w.angular_rad_s2[i]
    dx[OXIDIZER] = -terms.oxidizer_kg_s
    dx[FUEL] = -terms.fuel_kg_s
    _move(p, x, dx)
    _turn(p, x, dx)


@kernel
def _meet_air(p: VehicleParameters, x: Floats) -> None:
    """The air where the vehicle is, and its velocity through it in B."""
    w, ambient = p.work, p.work.ambient
    sine, cosine, altitude_m = horizon(p.earth, x[POSITION : POSITION + 3])
    pressure_pa, density_kg_m3, temperature_k, sound_m_s = atmosphere(altitude_m)
    ambient.sine_latitude, ambient.cosine_latitude = sine, cosine
    ambient.altitude_m = altitude_m
    ambient.pressure_pa, ambient.density_kg_m3 = pressure_pa, density_kg_m3
    ambient.temperature_k, ambient.speed_of_sound_m_s = temperature_k, sound_m_s
    rise_m = altitude_m - w.wind_altitude_m
    for i in range(3):
        wind = w.wind_m_s[i] + w.wind_gradient_per_s[i] * rise_m
        w.scratch[i] = x[VELOCITY + i] - wind
    apply_transposed(w.earth_from_body, w.scratch, ambient.velocity_m_s)


@kernel
def _move(p: VehicleParameters, x: Floats, dx: Floats) -> None:
    """Position and velocity, with the turning frame's accelerations."""
    w, turning = p.work, p.earth.rate_rad_s
    gravity(p.earth, x[POSITION : POSITION + 3], w.scratch)
    m, a = w.earth_from_body, w.acceleration_m_s2
    for i in range(3):
        dx[POSITION + i] = x[VELOCITY + i]
        dx[VELOCITY + i] = w.scratch[i] + m[i, 0] * a[0] + m[i, 1] * a[1] + m[i, 2] * a[2]
    dx[VELOCITY] += turning * (2.0 * x[VELOCITY + 1] + turning * x[POSITION])
    dx[VELOCITY + 1] += turning * (-2.0 * x[VELOCITY] + turning * x[POSITION + 1])


@kernel
def _turn(p: VehicleParameters, x: Floats, dx: Floats) -> None:
    """Attitude relative to the turning Earth."""
    m, turning = p.work.earth_from_body, p.earth.rate_rad_s
    a = 0.5 * (x[RATE] - turning * m[2, 0])
    b = 0.5 * (x[RATE + 1] - turning * m[2, 1])
    c = 0.5 * (x[RATE + 2] - turning * m[2, 2])
    q0, q1, q2, q3 = x[ATTITUDE], x[ATTITUDE + 1], x[ATTITUDE + 2], x[ATTITUDE + 3]
    dx[ATTITUDE] = -q1 * a - q2 * b - q3 * c
    dx[ATTITUDE + 1] = q0 * a + q2 * c - q3 * b
    dx[ATTITUDE + 2] = q0 * b + q3 * a - q1 * c
    dx[ATTITUDE + 3] = q0 * c + q1 * b - q2 * a


@kernel
def integrate(
    v: VehicleState, p: VehicleParameters, deck: DeckState, offset_s: float, step_s: float
) -> None:
    """One step of the classical Runge-Kutta method of order four, in place."""
    w, x = p.work, v.x
    k, total, y = w.slope, w.total, w.trial
    for i in range(STATE_SIZE):
        w.before[i] = x[i]
    derivative(v, p, deck, x, offset_s, k)
    for i in range(3):
        w.felt_m_s2[i] += w.acceleration_m_s2[i]
        w.turned_rad_s[i] += x[RATE + i]
    for i in range(STATE_SIZE):
        total[i] = k[i]
        y[i] = x[i] + 0.5 * step_s * k[i]
    derivative(v, p, deck, y, offset_s + 0.5 * step_s, k)
    for i in range(STATE_SIZE):
        total[i] += 2.0 * k[i]
        y[i] = x[i] + 0.5 * step_s * k[i]
    derivative(v, p, deck, y, offset_s + 0.5 * step_s, k)
    for i in range(STATE_SIZE):
        total[i] += 2.0 * k[i]
        y[i] = x[i] + step_s * k[i]
    derivative(v, p, deck, y, offset_s + step_s, k)
    for i in range(STATE_SIZE):
        x[i] += step_s / 6.0 * (total[i] + k[i])
    _keep_unit(x)


@kernel
def _keep_unit(x: Floats) -> None:
    """Undo the quaternion's drift from unit length: first order suffices each step."""
    square = 0.0
    for i in range(ATTITUDE, ATTITUDE + 4):
        square += x[i] * x[i]
    scale = 1.5 - 0.5 * square
    for i in range(ATTITUDE, ATTITUDE + 4):
        x[i] *= scale
