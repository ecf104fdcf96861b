"""Propellant: what it weighs, where, and how it sloshes.

Each tank holds a cylindrical column that turns with the vehicle (baffles) and one slosh mass,
which moves across the axis: the first antisymmetric mode of Abramson, NASA SP-106,
chapter 6, in its spring-mass form, linear. With displacement s across the axis at height d over the
centre of mass, q = w^2 s + 2 zeta w s', and specific force a_x along the axis:

    s'' = -q - (a + d b)                  a, b: acceleration across, angular acceleration
    (M - sum m) a - (sum m d) b     = F + sum m q
    -(sum m d) a + (I - sum m d^2) b = T + sum m d q + sum m s a_x

with M and I those of the whole vehicle with its liquid at rest. These are Newton's equations
of vehicle and slosh masses together: the total force is M a + sum m s''. w^2 grows with a_x as in
a pendulum. In nearly free fall the liquid is held weakly, as if under 0.05 g (assumed), and
sideways the wall holds it (assumed stiff from 0.7 radii on).
"""

from __future__ import annotations

import math
from typing import Annotated

from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3, make
from firmware_sim.vehicle.engines import STANDARD_GRAVITY_M_S2
from firmware_sim.vehicle.state import OXIDIZER, SLOSH, TANKS
from gcs.config.vehicle import VehicleModel

_MODE = 1.8412
"""First zero of J1': the mode's wave number times the radius, NASA SP-106 eq. 2.12."""
_WEAK_M_S2 = 0.05 * STANDARD_GRAVITY_M_S2
_WALL_SHARE = 0.7
_WALL_PER_S2 = (2.0 * math.pi * 2.0) ** 2
_WALL_DAMPING_PER_S = 12.0


class TankParameters(Record):
    """The dry vehicle and its tanks, oxidizer first; heights over the plane of the feet."""

    dry_kg: float
    dry_cg_height_m: float
    dry_inertia_kg_m2: Vector3
    radius_m: float
    load_kg: Annotated[Floats, TANKS]
    bottom_m: Annotated[Floats, TANKS]
    length_m: Annotated[Floats, TANKS]
    slosh_share: Annotated[Floats, TANKS]
    slosh_limit_kg: Annotated[Floats, TANKS]
    slosh_rate_per_m: Annotated[Floats, TANKS]
    """Squared angular frequency by axial specific force."""
    slosh_damping: Annotated[Floats, TANKS]


class MassProperties(Record):
    """What follows from the propellant that is left; constant over a step.

    `inverse_pitch` and `inverse_yaw` are the upper triangles of the inverse matrices of the
    module's equations in (a, b), with b about -y for the first.
    """

    mass_kg: float
    cg_height_m: float
    inertia_kg_m2: Vector3
    slosh_kg: Annotated[Floats, TANKS]
    slosh_arm_m: Annotated[Floats, TANKS]
    """From the centre of mass to the slosh mass, towards the nose."""
    inverse_pitch: Vector3
    inverse_yaw: Vector3


def tank_parameters(model: VehicleModel) -> TankParameters:
    """Dry part and tanks of a vehicle."""
    p = make(TankParameters)
    mass = model.mass
    p.dry_kg, p.dry_cg_height_m = mass.dry_kg, mass.dry_cg_height_m
    transverse = mass.dry_transverse_inertia_kg_m2
    p.dry_inertia_kg_m2[:] = (mass.dry_axial_inertia_kg_m2, transverse, transverse)
    p.radius_m = model.body.diameter_m / 2.0
    for index, tank in enumerate((model.propellant.oxidizer, model.propellant.fuel)):
        p.load_kg[index] = tank.load_kg
        p.bottom_m[index], p.length_m[index] = tank.bottom_m, tank.length_m
        p.slosh_share[index], p.slosh_limit_kg[index] = tank.slosh_share, tank.slosh_limit_kg
        at_1_g = (2.0 * math.pi * tank.slosh_frequency_hz) ** 2
        p.slosh_rate_per_m[index] = at_1_g / STANDARD_GRAVITY_M_S2
        p.slosh_damping[index] = tank.slosh_damping
    return p


@kernel
def mass_properties(x: Floats, p: TankParameters, props: MassProperties) -> None:
    """Mass, centre of mass and inertia about it of dry part and columns, and slosh terms.

    A column keeps its cross-section: its length is its share of the load.
    """
    mass, moment = p.dry_kg, p.dry_kg * p.dry_cg_height_m
    for tank in range(TANKS):
        column_kg = x[OXIDIZER + tank]
        length_m = p.length_m[tank] * column_kg / p.load_kg[tank]
        mass += column_kg
        moment += column_kg * (p.bottom_m[tank] + 0.5 * length_m)
    cg = moment / mass
    props.mass_kg = mass
    props.cg_height_m = cg
    shift = p.dry_kg * (p.dry_cg_height_m - cg) ** 2
    axial, transverse = 0.0, shift
    for tank in range(TANKS):
        column_kg = x[OXIDIZER + tank]
        length_m = p.length_m[tank] * column_kg / p.load_kg[tank]
        arm_m = p.bottom_m[tank] + 0.5 * length_m - cg
        axial += 0.5 * column_kg * p.radius_m**2
        transverse += column_kg * ((3.0 * p.radius_m**2 + length_m**2) / 12.0 + arm_m**2)
        # The slosh mass stands 2 R / k tanh(k h / 2 R) under the surface of a column h.
        depth = 2.0 * p.radius_m / _MODE * math.tanh(0.5 * _MODE * length_m / p.radius_m)
        props.slosh_kg[tank] = min(p.slosh_share[tank] * column_kg, p.slosh_limit_kg[tank])
        props.slosh_arm_m[tank] = arm_m + 0.5 * length_m - depth
    props.inertia_kg_m2[0] = p.dry_inertia_kg_m2[0] + axial
    props.inertia_kg_m2[1] = p.dry_inertia_kg_m2[1] + transverse
    props.inertia_kg_m2[2] = p.dry_inertia_kg_m2[2] + transverse
    _invert(props, props.inertia_kg_m2[1], props.inverse_pitch)
    _invert(props, props.inertia_kg_m2[2], props.inverse_yaw)


@kernel
def _invert(props: MassProperties, inertia: float, inverse: Floats) -> None:
    mass, coupling = props.mass_kg, 0.0
    for tank in range(TANKS):
        mass -= props.slosh_kg[tank]
        coupling -= props.slosh_kg[tank] * props.slosh_arm_m[tank]
        inertia -= props.slosh_kg[tank] * props.slosh_arm_m[tank] ** 2
    determinant = mass * inertia - coupling * coupling
    inverse[0] = inertia / determinant
    inverse[1] = -coupling / determinant
    inverse[2] = mass / determinant


@kernel
def respond(
    x: Floats,
    p: TankParameters,
    props: MassProperties,
    force: Floats,
    moment: Floats,
    acceleration: Floats,
    angular: Floats,
    dx: Floats,
) -> None:
    """Motion under the sum of non-gravitational forces: acceleration and angular acceleration.

    All in B; `moment` is about the centre of mass and already less w x (I w). Writes the
    slosh rows of `dx` as well.
    """
    specific = force[0] / props.mass_kg
    stiffness = max(specific, _WEAK_M_S2)
    acceleration[0] = specific
    angular[0] = moment[0] / props.inertia_kg_m2[0]
    push_y, push_z, turn_y, turn_z = force[1], force[2], moment[2], -moment[1]
    for tank in range(TANKS):
        row = SLOSH + 4 * tank
        slosh_kg = props.slosh_kg[tank]
        square = p.slosh_rate_per_m[tank] * stiffness
        drag = 2.0 * p.slosh_damping[tank] * math.sqrt(square)
        radius_square = x[row] * x[row] + x[row + 1] * x[row + 1]
        free = _WALL_SHARE * p.radius_m
        if radius_square > free * free:
            square += _WALL_PER_S2 * (1.0 - free / math.sqrt(radius_square))
            drag += _WALL_DAMPING_PER_S
        pull_y = square * x[row] + drag * x[row + 2]
        pull_z = square * x[row + 1] + drag * x[row + 3]
        # Held here until the accelerations are known.
        dx[row + 2], dx[row + 3] = -pull_y, -pull_z
        push_y += slosh_kg * pull_y
        push_z += slosh_kg * pull_z
        turn_y += slosh_kg * (props.slosh_arm_m[tank] * pull_y + specific * x[row])
        turn_z += slosh_kg * (props.slosh_arm_m[tank] * pull_z + specific * x[row + 1])
    yaw, pitch = props.inverse_yaw, props.inverse_pitch
    acceleration[1] = yaw[0] * push_y + yaw[1] * turn_y
    acceleration[2] = pitch[0] * push_z + pitch[1] * turn_z
    angular[2] = yaw[1] * push_y + yaw[2] * turn_y
    angular[1] = -(pitch[1] * push_z + pitch[2] * turn_z)
    for tank in range(TANKS):
        row, arm = SLOSH + 4 * tank, props.slosh_arm_m[tank]
        dx[row], dx[row + 1] = x[row + 2], x[row + 3]
        dx[row + 2] -= acceleration[1] + arm * angular[2]
        dx[row + 3] -= acceleration[2] - arm * angular[1]
