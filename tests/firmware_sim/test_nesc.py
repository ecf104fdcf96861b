"""The plant against NASA's six-degree-of-freedom check cases (NASA/TM-2015-218675).

Each flies 30 s through the kernels that fly the missions and is compared with simulation 04:
position within 1 mm and attitude within a millionth of a degree, at every row.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass

import numpy as np
import pytest

from firmware_sim.barge.deck import DeckState
from firmware_sim.environment.air import Air, AirParameters, step_air
from firmware_sim.environment.atmosphere import atmosphere
from firmware_sim.environment.earth import (
    earth_parameters,
    from_geodetic,
    geodetic,
    ned_from_earth,
)
from firmware_sim.faults import Faults
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.records import Floats, make
from firmware_sim.rotation import matrix_of, quaternion_of
from firmware_sim.vehicle.dynamics import VehicleParameters
from firmware_sim.vehicle.plant import observe, step_vehicle
from firmware_sim.vehicle.state import ATTITUDE, POSITION, RATE, VELOCITY, VehicleState
from tests.helpers.data import shared_data
from tests.helpers.plants import sphere

FOOT_M = 0.3048
STEP_NS = 1_000_000
ROW_STEPS = 100
SPHERE_KG, SPHERE_INERTIA = 14.5939029372, (4.880944613990913,) * 3
SPHERE_DRAG_M2 = 0.1 * 0.018241465452480003
SLUG_FOOT2_KG_M2 = 14.593902937206 * FOOT_M**2
BRICK_KG = 2.267961895
# As the report gives it; the case's file has rounded it to seven digits.
BRICK_INERTIA = tuple(i * SLUG_FOOT2_KG_M2 for i in (0.001894220, 0.006211019, 0.007194665))


@dataclass(frozen=True)
class Case:
    """One check case: what flies, over which Earth, in which wind."""

    number: int
    mass_kg: float = SPHERE_KG
    inertia_kg_m2: tuple[float, ...] = SPHERE_INERTIA
    drag_m2: float = SPHERE_DRAG_M2
    earth: str = "wgs84"
    wind_east_m_s: tuple[float, float] = (0.0, 0.0)
    """At sea level and at 9144 m, linear between and above."""


CASES = (
    Case(1, drag_m2=0.0),
    Case(2, BRICK_KG, BRICK_INERTIA, drag_m2=0.0),
    Case(4, earth="sphere"),
    Case(6),
    Case(8, wind_east_m_s=(-6.096, 21.336)),
    Case(9),
)


def truth(case: Case) -> list[dict[str, float]]:
    path = shared_data(f"nesc/Atmos_{case.number:02}_sim_04.csv")
    with path.open() as file:
        return [{k: float(x) for k, x in row.items()} for row in csv.DictReader(file)]


def parameters(case: Case) -> VehicleParameters:
    earth = earth_parameters(case.earth)
    return sphere(case.mass_kg, case.inertia_kg_m2, case.drag_m2, earth)


def air_over(case: Case) -> AirParameters:
    ap = make(AirParameters)
    ap.rows = 2
    ap.height_m[:2] = (0.0, 9144.0)
    ap.east_m_s[:2] = case.wind_east_m_s
    return ap


def rotation(axis: int, angle_deg: float) -> Floats:
    sine, cosine = math.sin(math.radians(angle_deg)), math.cos(math.radians(angle_deg))
    m = np.eye(3)
    j, k = (axis + 1) % 3, (axis + 2) % 3
    m[j, j] = m[k, k] = cosine
    m[j, k], m[k, j] = -sine, sine
    return m


def ned_from_body(row: dict[str, float]) -> Floats:
    yaw, pitch, roll = (row[f"eulerAngle_deg_{name}"] for name in ("Yaw", "Pitch", "Roll"))
    return rotation(2, yaw) @ rotation(1, pitch) @ rotation(0, roll)


def local_axes(latitude: float, longitude: float) -> Floats:
    axes = np.empty((3, 3))
    ned_from_earth(latitude, longitude, axes)
    return axes


def placed(row: dict[str, float], p: VehicleParameters) -> VehicleState:
    v = make(VehicleState)
    latitude, longitude = (math.radians(row[f"{name}_deg"]) for name in ("latitude", "longitude"))
    from_geodetic(
        p.earth, latitude, longitude, row["altitudeMsl_ft"] * FOOT_M, v.x[POSITION : POSITION + 3]
    )
    axes = local_axes(latitude, longitude)
    inertial = np.array([row[f"eiVelocity_ft_s_{axis}"] for axis in "XYZ"]) * FOOT_M
    turning = np.cross((0.0, 0.0, p.earth.rate_rad_s), v.x[POSITION : POSITION + 3])
    v.x[VELOCITY : VELOCITY + 3] = inertial - turning
    quaternion_of(axes.T @ ned_from_body(row), v.x[ATTITUDE : ATTITUDE + 4])
    names = ("Roll", "Pitch", "Yaw")
    v.x[RATE : RATE + 3] = np.radians([row[f"bodyAngularRateWrtEi_deg_s_{n}"] for n in names])
    return v


def position_error_m(v: VehicleState, row: dict[str, float], p: VehicleParameters) -> float:
    inertial = np.array([row[f"eiPosition_ft_{axis}"] for axis in "XYZ"]) * FOOT_M
    turned = rotation(2, -math.degrees(p.earth.rate_rad_s * row["time"]))
    return float(np.linalg.norm(turned @ inertial - v.x[POSITION : POSITION + 3]))


def attitude_error_deg(v: VehicleState, row: dict[str, float], p: VehicleParameters) -> float:
    latitude, longitude = (math.radians(row[f"{name}_deg"]) for name in ("latitude", "longitude"))
    expected = local_axes(latitude, longitude).T @ ned_from_body(row)
    flown = np.empty((3, 3))
    matrix_of(v.x[ATTITUDE : ATTITUDE + 4], flown)
    turn = expected.T @ flown
    skew = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    return math.degrees(math.atan2(0.5 * float(np.linalg.norm(skew)), 0.5 * (np.trace(turn) - 1)))


# --- Flights ---


def fly(case: Case) -> tuple[float, float]:
    """The largest errors: position, m, and attitude, degrees."""
    rows, p, ap = truth(case), parameters(case), air_over(case)
    v, air, deck = placed(rows[0], p), make(Air), make(DeckState)
    faults, actuation = make(Faults), make(Actuation)
    observe(v, deck, p)
    worst_m = worst_deg = 0.0
    for index, row in enumerate(rows):
        worst_m = max(worst_m, position_error_m(v, row, p))
        worst_deg = max(worst_deg, attitude_error_deg(v, row, p))
        step_air(air, ap, v.out, v.time_ns)
        now_ns = index * ROW_STEPS * STEP_NS
        step_vehicle(v, actuation, deck, air, p, faults, now_ns, ROW_STEPS, STEP_NS)
    assert v.bad == 0
    return worst_m, worst_deg


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case {case.number}")
def test_flies_as_simulation_04_did(case: Case) -> None:
    error_m, error_deg = fly(case)
    assert error_m <= 1e-3
    assert error_deg <= 1e-6


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case {case.number}")
def test_heights_and_air_are_those_of_simulation_04(case: Case) -> None:
    p = parameters(case)
    for row in truth(case)[::20]:
        altitude_m = row["altitudeMsl_ft"] * FOOT_M
        pressure, density, temperature, sound = atmosphere(altitude_m)
        assert pressure == pytest.approx(row["ambientPressure_lbf_ft2"] * 47.880259, rel=2e-5)
        assert density == pytest.approx(row["airDensity_slug_ft3"] * 515.378819, rel=2e-6)
        assert temperature == pytest.approx(row["ambientTemperature_dgR"] / 1.8, rel=1e-9)
        assert sound == pytest.approx(row["speedOfSound_ft_s"] * FOOT_M, rel=1e-6)
        inertial = np.array([row[f"eiPosition_ft_{axis}"] for axis in "XYZ"]) * FOOT_M
        latitude, _, height_m = geodetic(p.earth, inertial)
        assert math.degrees(latitude) == pytest.approx(row["latitude_deg"], abs=1e-12)
        assert height_m == pytest.approx(altitude_m, abs=1e-4)
