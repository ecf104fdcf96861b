"""Forces of the air against values computed by hand, nose first, tail first and broadside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from firmware_sim.faults import Faults
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.records import make
from firmware_sim.vehicle.actuators import actuator_parameters, fit_actuators, step_actuators
from firmware_sim.vehicle.aerodynamics import (
    AerodynamicParameters,
    aerodynamic,
    aerodynamic_parameters,
    axial_coefficient,
)
from firmware_sim.vehicle.state import VehicleState
from gcs.config.vehicle import FlapsConfig, VehicleFile
from tests.helpers.vehicles import changed_model, vehicle_model, vehicle_tables

DENSITY = 1.2
SOUND_M_S = 340.0
CG_M = 14.0
BOOSTER = changed_model(
    "xzy1-booster",
    {
        "aerodynamics": {
            "drag_across": 1.0,
            "normal_slope_per_rad": 2.0,
            "pressure_height_tail_first_m": 13.0,
            "pitch_damping": 0.5,
            "plume_drag": 0.5,
        },
        "fins": {"area_m2": 2.0, "height_m": 39.0, "force_slope_per_rad": 2.5, "drag": 0.3},
    },
)
AREA_M2 = math.pi * 4.2**2 / 4
SIDE_M2 = 42.5 * 4.2


def bare() -> AerodynamicParameters:
    """The booster without its fins."""
    return aerodynamic_parameters(BOOSTER.model_copy(update={"fins": None}))


def finned() -> AerodynamicParameters:
    """The booster's fins on a body that the air does not feel."""
    p = aerodynamic_parameters(BOOSTER)
    p.area_m2 = p.side_area_m2 = 0.0
    return p


def blow(
    p: AerodynamicParameters,
    air: tuple[float, float, float],
    rate: tuple[float, float, float] = (0.0, 0.0, 0.0),
    fins: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0),
    burning: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    force, moment = np.zeros(3), np.zeros(3)
    aerodynamic(
        p, np.array(air), DENSITY, SOUND_M_S, np.array(rate), np.array(fins), burning, CG_M,
        force, moment,
    )  # fmt: skip
    return force, moment


def mixed(pitch: float, yaw: float, roll: float) -> tuple[float, float, float, float]:
    """The fins' angles for the demands, once the servos have settled."""
    p = actuator_parameters(BOOSTER)
    v, a, faults = make(VehicleState), make(Actuation), make(Faults)
    a.fins_rad[:] = (pitch, yaw, roll)
    for step in range(50):
        step_actuators(v, a, p, faults, step * 10_000_000, 0.01)
    one, two, three, four = v.fins_rad.tolist()
    return one, two, three, four


@pytest.mark.parametrize(
    ("speed", "coefficient"),
    [(102.0, 0.75), (170.0, 0.75), (340.0, 0.95), (340.0 * 1.25, 1.32), (340.0 * 9, 1.42)],
)
def test_drag_tail_first_is_the_table_s(speed: float, coefficient: float) -> None:
    force, moment = blow(bare(), (-speed, 0.0, 0.0))
    assert force == pytest.approx([0.5 * DENSITY * speed**2 * AREA_M2 * coefficient, 0, 0])
    assert moment.tolist() == [0.0, 0.0, 0.0]


def test_drag_nose_first_is_the_other_table_s() -> None:
    force, _ = blow(bare(), (200.0, 0.0, 0.0))
    assert force[0] == pytest.approx(-0.5 * DENSITY * 200.0**2 * AREA_M2 * 0.5)


def test_between_nose_and_tail_the_tables_blend_by_the_cosine() -> None:
    p = bare()
    assert axial_coefficient(p, 1.0, 1.0) == pytest.approx(0.5)
    assert axial_coefficient(p, 1.0, -1.0) == pytest.approx(0.95)
    assert axial_coefficient(p, 1.0, 0.0) == pytest.approx(0.725)
    assert axial_coefficient(p, 1.0, -0.5) == pytest.approx(0.25 * 0.5 + 0.75 * 0.95)


def test_the_plume_shields_a_tail_that_flies_into_the_wind_only() -> None:
    assert blow(bare(), (-300.0, 0, 0), burning=1)[0] == pytest.approx(
        0.5 * blow(bare(), (-300.0, 0, 0))[0]
    )
    assert blow(bare(), (300.0, 0, 0), burning=1)[0] == pytest.approx(
        blow(bare(), (300.0, 0, 0))[0]
    )


def test_normal_force_is_slender_body_and_crossflow() -> None:
    force, moment = blow(bare(), (-200.0, 10.0, 0.0))
    slender = 0.5 * DENSITY * AREA_M2 * 2.0 * 200.0 * 10.0
    crossflow = 0.5 * DENSITY * SIDE_M2 * 1.0 * 10.0**2
    assert force[1] == pytest.approx(-(slender + crossflow))
    # Pushed towards -y at a height over the centre of mass: about -z.
    arms = slender * (13.0 - CG_M) + crossflow * (21.25 - CG_M)
    assert moment == pytest.approx([0.0, 0.0, -arms])


def test_the_two_planes_across_the_axis_are_alike() -> None:
    force_y, moment_y = blow(bare(), (-200.0, 10.0, 0.0), rate=(0, 0, 0.1))
    force_z, moment_z = blow(bare(), (-200.0, 0.0, 10.0), rate=(0, -0.1, 0))
    assert force_y[1] == pytest.approx(force_z[2])
    assert moment_y[2] == pytest.approx(-moment_z[1])


def test_the_air_takes_energy_from_every_attitude() -> None:
    random = np.random.default_rng(5)
    for _ in range(200):
        air = random.standard_normal(3) * 300.0
        force, _ = blow(bare(), (air[0], air[1], air[2]))
        assert force @ air < 0.0


def test_rates_are_damped() -> None:
    _, moment = blow(bare(), (-200.0, 0, 0), rate=(0.0, 0.2, -0.1))
    per_rate = 0.25 * DENSITY * 200.0 * AREA_M2 * 42.5**2 * 0.5
    assert moment == pytest.approx([0.0, -0.2 * per_rate, 0.1 * per_rate])


def test_still_air_does_nothing() -> None:
    force, moment = blow(bare(), (0.0, 0.0, 0.0), rate=(1, 1, 1))
    assert [*force, *moment] == [0.0] * 6


def test_broadside_the_cargo_vehicle_has_its_ballistic_coefficient_and_lift() -> None:
    """350 kg/m2 on its drag, and L/D 0.25 with the nose 14 deg from broadside."""
    cargo = vehicle_model("xzy1-cargo")
    p = aerodynamic_parameters(cargo)
    lean = math.atan(0.25)
    p.normal_slope_per_rad = 0.0
    force, _ = blow(p, (3000.0 * math.sin(lean), 0.0, 3000.0 * math.cos(lean)))
    motion = np.array([math.sin(lean), 0.0, math.cos(lean)])
    drag = -float(force @ motion)
    lift = float(np.linalg.norm(force + drag * motion))
    assert lift / drag == pytest.approx(0.25, rel=0.15)
    assert 25_000 * 0.5 * DENSITY * 3000.0**2 / drag == pytest.approx(350.0, rel=0.1)


def test_fins_push_in_proportion_to_their_angle_and_dynamic_pressure() -> None:
    force, _ = blow(finned(), (-300.0, 0, 0), fins=(0.1, 0.0, -0.1, 0.0))
    each = 0.5 * DENSITY * 300.0**2 * 2.0 * 2.5 * 0.1
    assert force[2] == pytest.approx(-2 * each)
    twice, _ = blow(finned(), (-600.0, 0, 0), fins=(0.1, 0.0, -0.1, 0.0))
    assert twice[2] == pytest.approx(4 * force[2])


def test_fins_drag() -> None:
    force, _ = blow(finned(), (-300.0, 0, 0))
    assert force[0] == pytest.approx(0.5 * DENSITY * 300.0**2 * 4 * 2.0 * 0.3)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_positive_demand_makes_a_positive_torque_tail_first(axis: int) -> None:
    demand = [0.0, 0.0, 0.0]
    demand[axis] = 0.1
    _, moment = blow(finned(), (-300.0, 0, 0), fins=mixed(*demand))
    # Demands are pitch, yaw, roll; axes are roll, pitch, yaw.
    expected = np.zeros(3)
    pressure = 0.5 * DENSITY * 300.0**2
    expected[(1, 2, 0)[axis]] = pressure * 2.0 * 2.5 * 0.1 * (4 * 2.1 if axis == 2 else 2 * 25.0)
    assert moment == pytest.approx(expected, abs=1e-6)


def test_fins_steady_a_fall_tail_first_and_damp_its_rates() -> None:
    # A fall that drifts to +y: the fins, above the centre of mass, turn the tail into it.
    _, moment = blow(finned(), (-300.0, 10.0, 0.0))
    assert moment[2] < 0.0
    _, moment = blow(finned(), (-300.0, 0, 0), rate=(0.3, 0.2, -0.1))
    assert moment[0] < 0.0
    assert moment[1] < 0.0
    assert moment[2] > 0.0


def test_a_stalled_fin_pushes_no_harder() -> None:
    force, _ = blow(finned(), (-100.0, 80.0, 0.0))
    further, _ = blow(finned(), (-100.0, 160.0, 0.0))
    assert force[1] == pytest.approx(further[1])


def test_flaps_turn_a_broadside_flight_and_do_nothing_tail_first() -> None:
    flaps = FlapsConfig(
        source="a test", moment_across_m3=100.0, moment_axial_m3=20.0, limit_deg=30.0,
        rate_deg_s=20.0,
    )  # fmt: skip
    model = vehicle_model("xzy1-cargo").model_copy(update={"flaps": flaps})
    p, servos = aerodynamic_parameters(model), actuator_parameters(model)
    p.area_m2 = p.side_area_m2 = 0.0
    v, a, faults = make(VehicleState), make(Actuation), make(Faults)
    fit_actuators(v, servos)
    a.fins_rad[:] = (0.1, -0.05, 0.02)
    for step in range(50):
        step_actuators(v, a, servos, faults, step * 10_000_000, 0.01)
    angles = tuple(v.fins_rad.tolist())
    _, moment = blow(p, (0.0, 200.0, 0.0), fins=angles)
    pressure = 0.5 * DENSITY * 200.0**2
    assert moment == pytest.approx([pressure * 20 * 0.02, pressure * 10, -pressure * 5])
    _, moment = blow(p, (-200.0, 0.0, 0.0), fins=angles)
    assert moment.tolist() == [0.0, 0.0, 0.0]


def test_a_drag_table_has_as_many_rows_as_fit() -> None:
    tables = vehicle_tables("xzy1-hop")
    row = {"nose_first": 0.5, "tail_first": 1.0}
    tables["model"]["aerodynamics"]["drag"] = [{"mach": 0.1 * i, **row} for i in range(17)]
    with pytest.raises(ValidationError, match="at most 16 items"):
        VehicleFile.model_validate(tables)
