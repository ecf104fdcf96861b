"""Forces of the air on a finned cylinder that may fly nose first, tail first or broadside.

Axial force by Mach number, from two tables blended by the cosine of the angle of attack.
Normal force after Allen and Perkins, NACA TR 1048: that of a slender body, at the centre of
pressure of the way it flies, and crossflow drag on the side area, at a height of its own.
Broadside, lift is what the normal force of a tilted body gives: L/D = tan(angle from
broadside). Grid fins are lifting surfaces in line with the axis, each in its own local wind;
body flaps work in the flow across the axis and share the fins' servos.
"""

from __future__ import annotations

import math
from typing import Annotated

from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, make
from firmware_sim.vehicle.state import FINS
from gcs.config.vehicle import AerodynamicsConfig, FinsConfig, VehicleModel

ROWS = 16
"""Room for drag tables; a vehicle file has no more."""
FIN_Y = (1.0, 0.0, -1.0, 0.0)
FIN_Z = (0.0, 1.0, 0.0, -1.0)
"""Where the fins stand around the axis."""
_FIN_STALL = 0.5
"""Largest angle in the local wind up to which a fin's force grows, rad; assumed."""
_STILL_M_S = 1e-3


class AerodynamicParameters(Record):
    """Areas, coefficients and where they act; heights over the plane of the feet."""

    area_m2: float
    side_area_m2: float
    length_m: float
    radius_m: float
    rows: int
    mach: Annotated[Floats, ROWS]
    nose_first: Annotated[Floats, ROWS]
    nose_first_slope: Annotated[Floats, ROWS]
    tail_first: Annotated[Floats, ROWS]
    tail_first_slope: Annotated[Floats, ROWS]
    normal_slope_per_rad: float
    drag_across: float
    pressure_height_nose_first_m: float
    pressure_height_tail_first_m: float
    pressure_height_across_m: float
    pitch_damping: float
    plume_drag: float
    fin_area_m2: float
    """0 without fins."""
    fin_height_m: float
    fin_slope_per_rad: float
    fin_drag: float
    flap_across_m3: float
    """0 without flaps."""
    flap_axial_m3: float
    round_area_m2: float
    """Drag area, alike from all sides: that of a sphere; 0 for the missions' vehicles."""


def aerodynamic_parameters(model: VehicleModel) -> AerodynamicParameters:
    """The body and its fins or flaps."""
    p = make(AerodynamicParameters)
    body = model.body
    p.area_m2 = math.pi * body.diameter_m**2 / 4.0
    p.side_area_m2 = body.length_m * body.diameter_m
    p.length_m, p.radius_m = body.length_m, body.diameter_m / 2.0
    _set_coefficients(p, model.aerodynamics)
    if model.fins is not None:
        _set_fins(p, model.fins)
    if model.flaps is not None:
        p.flap_across_m3 = model.flaps.moment_across_m3
        p.flap_axial_m3 = model.flaps.moment_axial_m3
    return p


def _set_coefficients(p: AerodynamicParameters, aero: AerodynamicsConfig) -> None:
    p.rows = len(aero.drag)
    for index, row in enumerate(aero.drag):
        p.mach[index] = row.mach
        p.nose_first[index], p.tail_first[index] = row.nose_first, row.tail_first
    for index in range(p.rows - 1):
        step = p.mach[index + 1] - p.mach[index]
        p.nose_first_slope[index] = (p.nose_first[index + 1] - p.nose_first[index]) / step
        p.tail_first_slope[index] = (p.tail_first[index + 1] - p.tail_first[index]) / step
    p.normal_slope_per_rad, p.drag_across = aero.normal_slope_per_rad, aero.drag_across
    p.pressure_height_nose_first_m = aero.pressure_height_nose_first_m
    p.pressure_height_tail_first_m = aero.pressure_height_tail_first_m
    middle = p.length_m / 2.0
    height = aero.pressure_height_across_m
    p.pressure_height_across_m = middle if height is None else height
    p.pitch_damping, p.plume_drag = aero.pitch_damping, aero.plume_drag


def _set_fins(p: AerodynamicParameters, fins: FinsConfig) -> None:
    p.fin_area_m2, p.fin_height_m = fins.area_m2, fins.height_m
    p.fin_slope_per_rad, p.fin_drag = fins.force_slope_per_rad, fins.drag


@kernel
def axial_coefficient(p: AerodynamicParameters, mach: float, cosine: float) -> float:
    """On the cross-section; constant beyond the table, blended by the cosine from the nose."""
    row = 0
    while row < p.rows - 1 and mach >= p.mach[row + 1]:
        row += 1
    over = max(mach - p.mach[row], 0.0)
    nose = p.nose_first[row] + over * p.nose_first_slope[row]
    tail = p.tail_first[row] + over * p.tail_first_slope[row]
    return float(tail + 0.5 * (1.0 + cosine) * (nose - tail))


@kernel
def aerodynamic(
    p: AerodynamicParameters,
    air: Floats,
    density: float,
    speed_of_sound: float,
    rate: Floats,
    fins: Floats,
    burning: int,
    cg_height_m: float,
    force: Floats,
    moment: Floats,
) -> None:
    """Add force and moment about the centre of mass, in B.

    `air` is the velocity relative to the air, in B, m/s; `rate` the angular velocity. While
    engines burn into the wind, `plume_drag` of the axial force is left. Damping:
    M = -density / 4 x speed x area x length^2 x `pitch_damping` x rate.
    """
    u, v, w = air[0], air[1], air[2]
    across = math.sqrt(v * v + w * w)
    speed = math.sqrt(u * u + v * v + w * w)
    if speed < _STILL_M_S:
        return
    half = 0.5 * density
    axial = p.area_m2 * axial_coefficient(p, speed / speed_of_sound, u / speed)
    if burning != 0 and u < 0.0:
        axial *= p.plume_drag
    force[0] -= half * axial * u * abs(u)
    pressure_height = p.pressure_height_tail_first_m
    if u >= 0.0:
        pressure_height = p.pressure_height_nose_first_m
    slender = half * p.area_m2 * p.normal_slope_per_rad * abs(u)
    crossflow = half * p.side_area_m2 * p.drag_across * across
    normal = slender + crossflow
    lever = slender * (pressure_height - cg_height_m)
    lever += crossflow * (p.pressure_height_across_m - cg_height_m)
    damping = 0.5 * half * speed * p.area_m2 * p.length_m**2 * p.pitch_damping
    round_drag = half * p.round_area_m2 * speed
    force[0] -= round_drag * u
    force[1] -= (normal + round_drag) * v
    force[2] -= (normal + round_drag) * w
    moment[1] += lever * w - damping * rate[1]
    moment[2] += -lever * v - damping * rate[2]
    if p.fin_area_m2 > 0.0:
        _add_fins(p, air, half * p.fin_area_m2 * abs(u), rate, fins, cg_height_m, force, moment)
    if p.flap_across_m3 > 0.0:
        pressure = half * across * across
        moment[0] -= pressure * p.flap_axial_m3 * 0.25 * (fins[0] + fins[1] + fins[2] + fins[3])
        moment[1] += pressure * p.flap_across_m3 * 0.5 * (fins[0] - fins[2])
        moment[2] += pressure * p.flap_across_m3 * 0.5 * (fins[1] - fins[3])


@kernel
def _add_fins(
    p: AerodynamicParameters,
    air: Floats,
    scale: float,
    rate: Floats,
    fins: Floats,
    cg_height_m: float,
    force: Floats,
    moment: Floats,
) -> None:
    """Four fins; each pushes along its tangent, from +y to +z around the axis."""
    arm = p.fin_height_m - cg_height_m
    most = _FIN_STALL * abs(air[0])
    force[0] -= FINS * scale * p.fin_drag * air[0]
    for fin in range(FINS):
        y, z = FIN_Y[fin], FIN_Z[fin]
        local_y = air[1] + rate[2] * arm - rate[0] * z * p.radius_m
        local_z = air[2] - rate[1] * arm + rate[0] * y * p.radius_m
        wash = air[0] * fins[fin] + z * local_y - y * local_z
        push = scale * p.fin_slope_per_rad * min(max(wash, -most), most)
        force[1] -= push * z
        force[2] += push * y
        moment[0] += push * p.radius_m
        moment[1] -= push * y * arm
        moment[2] -= push * z * arm
