"""Where vehicles start, what the plant shows of them, and that it repeats and restores."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.environment.air import air_parameters, make_air, step_air
from firmware_sim.records import Floats, restore, save
from firmware_sim.vehicle.plant import bad_quantity
from firmware_sim.vehicle.state import (
    ATTITUDE,
    FUEL,
    OXIDIZER,
    POSITION,
    RATE,
    SLOSH,
    STATE_SIZE,
    VELOCITY,
    Surface,
)
from gcs.config.simulation import PadStart, SimulatedWeather
from tests.helpers.plants import Plant, plant_in_flight, plant_on_pad

EARTH_RATE = 7.292115e-5


def inertial_velocity(plant: Plant) -> Floats:
    turning = np.cross((0.0, 0.0, EARTH_RATE), plant.v.x[POSITION : POSITION + 3])
    return np.array(plant.v.x[VELOCITY : VELOCITY + 3]) + turning


def up_at(plant: Plant) -> Floats:
    latitude, longitude = plant.v.out.latitude_rad, plant.v.out.longitude_rad
    return np.array(
        [
            math.cos(latitude) * math.cos(longitude),
            math.cos(latitude) * math.sin(longitude),
            math.sin(latitude),
        ]
    )


# --- On the pad ---


def test_stands_on_its_pad_upright_and_feels_one_g() -> None:
    plant = plant_on_pad("xzy1-hop", PadStart(north_m=-700.0, east_m=20.0, height_m=1.5))
    out = plant.v.out
    assert out.feet_ned_m == pytest.approx((-700.0, 20.0, -5.0), abs=1e-6)
    assert out.tilt_rad == pytest.approx(0.0, abs=1e-6)
    assert out.mass_kg == pytest.approx(57_000.0)
    plant.fly(500)
    assert out.feet_ned_m == pytest.approx((-700.0, 20.0, -5.0), abs=1e-6)
    assert np.linalg.norm(out.specific_force_m_s2) == pytest.approx(9.8014, abs=1e-3)
    assert out.specific_force_m_s2[0] == pytest.approx(9.8014, abs=1e-3)
    assert np.linalg.norm(out.mean_rate_rad_s) == pytest.approx(EARTH_RATE, rel=1e-9)
    assert plant.v.held


def test_is_let_go_only_when_released_and_light_enough() -> None:
    plant = plant_on_pad("xzy1-hop")
    plant.actuation.run[0], plant.actuation.throttle = 1, 1.0
    plant.fly(300)
    assert plant.v.held
    assert plant.v.out.thrust_n > 600e3
    held_for_s, flow_kg_s = 1.0, plant.p.engines.full_flow_kg_s
    before_kg = np.array(plant.v.x[OXIDIZER : FUEL + 1])
    plant.fly(100)
    burnt_kg = before_kg - plant.v.x[OXIDIZER : FUEL + 1]
    assert burnt_kg.sum() == pytest.approx(flow_kg_s * held_for_s, rel=1e-9)
    assert burnt_kg[0] / burnt_kg[1] == pytest.approx(21130.0 / 5870.0, rel=1e-9)
    plant.actuation.release = 1
    plant.fly(100)
    assert not plant.v.held
    assert plant.v.out.velocity_ned_m_s[2] < -1.0


# --- In flight ---


@pytest.mark.parametrize("range_to_go_m", [0.0, 30e3, 450e3, 9_000e3])
@pytest.mark.parametrize("bearing_deg", [0, 75, 200])
def test_starts_at_its_range_and_flies_toward_the_site(
    range_to_go_m: float, bearing_deg: int
) -> None:
    plant = plant_in_flight(
        "xzy1-booster", range_to_go_m=range_to_go_m, bearing=f"{bearing_deg} deg"
    )
    site = plant.p.site
    here, there = up_at(plant), -np.array(site.ned_from_earth[2])
    arc = math.atan2(float(np.linalg.norm(np.cross(here, there))), float(here @ there))
    assert arc * 6_371_008.8 == pytest.approx(range_to_go_m, abs=1.0)
    assert plant.v.out.altitude_m == pytest.approx(40e3, abs=1e-3)
    north, east, _ = site.ned_from_earth
    onward = math.cos(math.radians(bearing_deg)) * north
    onward += math.sin(math.radians(bearing_deg)) * east
    square_to_circle = np.cross(there, onward)
    assert plant.v.x[VELOCITY : VELOCITY + 3] @ square_to_circle == pytest.approx(0.0, abs=1e-6)
    assert plant.v.x[VELOCITY : VELOCITY + 3] @ onward * math.cos(arc) >= 0.0


def test_speed_and_path_angle_are_relative_to_the_earth_or_to_inertial_space() -> None:
    for frame in ("earth", "inertial"):
        plant = plant_in_flight(
            "xzy1-cargo", frame=frame, speed_m_s=7000.0, path_angle="-3 deg", altitude_m=120e3
        )
        velocity = (
            inertial_velocity(plant) if frame == "inertial" else plant.v.x[VELOCITY : VELOCITY + 3]
        )
        assert np.linalg.norm(velocity) == pytest.approx(7000.0)
        climb = float(velocity @ up_at(plant)) / 7000.0
        assert math.degrees(math.asin(climb)) == pytest.approx(-3.0, abs=1e-6)


def test_a_course_offset_turns_the_flight_to_the_right() -> None:
    straight = plant_in_flight("xzy1-booster", bearing="0 deg", range_to_go_m=0.0)
    turned = plant_in_flight(
        "xzy1-booster", bearing="0 deg", range_to_go_m=0.0, course_offset="10 deg"
    )
    assert straight.v.out.velocity_ned_m_s == pytest.approx((500.0, 0.0, 0.0), abs=1e-6)
    north, east, _ = turned.v.out.velocity_ned_m_s
    assert math.degrees(math.atan2(east, north)) == pytest.approx(10.0)


@pytest.mark.parametrize(("attitude", "angle_rad"), [("prograde", 0.0), ("retrograde", math.pi)])
def test_flies_nose_or_tail_first(attitude: str, angle_rad: float) -> None:
    for path_angle in ("-90 deg", "20 deg"):
        plant = plant_in_flight("xzy1-booster", attitude=attitude, path_angle=path_angle)
        assert plant.v.out.angle_of_attack_rad == pytest.approx(angle_rad, abs=1e-6)
        assert np.linalg.norm(plant.v.x[ATTITUDE : ATTITUDE + 4]) == pytest.approx(1.0)


def test_the_start_scatters_from_seed_to_seed_as_asked() -> None:
    def scattered(seed: int, sigma: float) -> Floats:
        plant = plant_in_flight(
            "xzy1-booster", seed, position_sigma_m=100.0 * sigma, velocity_sigma_m_s=sigma
        )
        return np.array(plant.v.x[: VELOCITY + 3])

    middle = scattered(1, 0.0)
    offsets = np.array([scattered(seed, 2.0) - middle for seed in range(150)])
    assert offsets[:, POSITION:VELOCITY].std() == pytest.approx(200.0, rel=0.1)
    assert offsets[:, VELOCITY:].std() == pytest.approx(2.0, rel=0.1)
    assert scattered(7, 2.0).tobytes() == scattered(7, 2.0).tobytes()


def test_outputs_belong_to_the_state_they_are_shown_with() -> None:
    plant = plant_in_flight("falcon9-like", attitude="retrograde", path_angle="-60 deg")
    plant.fly(500)
    out, shown = plant.v.out, np.array(plant.v.out.velocity_ned_m_s)
    altitude_m, mach = out.altitude_m, out.mach
    plant.observe()
    assert np.array(out.velocity_ned_m_s) == pytest.approx(shown)
    assert (out.altitude_m, out.mach) == (altitude_m, mach)
    assert shown == pytest.approx(
        plant.p.site.ned_from_earth @ plant.v.x[VELOCITY : VELOCITY + 3], abs=1e-9
    )
    assert out.dynamic_pressure_pa == pytest.approx(0.5 * out.density_kg_m3 * out.airspeed_m_s**2)


def test_heat_flux_is_that_of_sutton_and_graves() -> None:
    plant = plant_in_flight("xzy1-cargo", altitude_m=60e3, speed_m_s=7000.0)
    density, radius_m = plant.v.out.density_kg_m3, 2.1
    assert plant.v.out.heat_flux_w_m2 == pytest.approx(
        1.7415e-4 * math.sqrt(density / radius_m) * 7000.0**3, rel=1e-6
    )


def test_a_tail_wind_is_felt_as_less_airspeed() -> None:
    plant = plant_in_flight("xzy1-booster", altitude_m=5e3, bearing="90 deg", range_to_go_m=0.0)
    weather = SimulatedWeather.model_validate(
        {"wind_speed_m_s": 10.0, "wind_gust_m_s": 10.0, "wind_direction": "270 deg"}
    )
    p = air_parameters(weather)
    make_air(plant.air, 1)
    step_air(plant.air, p, plant.v.out, 0)
    speed = 10.0 * 100.0**0.11
    before = plant.v.out.airspeed_m_s
    plant.fly(1, steps=1)
    assert before - plant.v.out.airspeed_m_s == pytest.approx(speed, abs=0.1)


def test_a_tail_wind_that_grows_with_height_is_felt_where_the_vehicle_is() -> None:
    plant = plant_in_flight("xzy1-booster", altitude_m=5e3, bearing="90 deg", range_to_go_m=0.0)
    before = plant.v.out.airspeed_m_s
    plant.air.wind_gradient_per_s[1] = 0.01
    plant.air.altitude_m = 4000.0
    plant.fly(1, steps=1)
    assert before - plant.v.out.airspeed_m_s == pytest.approx(10.0, abs=0.1)


# --- Repeating, restoring, breaking ---


def test_the_same_flight_twice_is_the_same_to_the_bit() -> None:
    flights = []
    for _ in range(2):
        plant = plant_on_pad("xzy1-hop")
        plant.actuation.run[0] = plant.actuation.release = 1
        plant.actuation.throttle = 1.0
        plant.fly(500)
        flights.append(save(plant.v))
    assert flights[0] == flights[1]


def test_a_flight_goes_on_from_its_saved_bytes_to_the_bit() -> None:
    plant = plant_in_flight("xzy1-booster", path_angle="-50 deg", attitude="retrograde")
    plant.v.x[SLOSH : SLOSH + 4] = (0.1, -0.1, 0.05, 0.0)
    plant.fly(100)
    saved = save(plant.v)
    plant.fly(100)
    other = plant_in_flight("xzy1-booster")
    restore(other.v, saved)
    other.fly(100)
    assert save(other.v) == save(plant.v)


@pytest.mark.parametrize(
    ("index", "name"),
    [
        (POSITION, "position x in E"),
        (VELOCITY + 2, "velocity z in E"),
        (ATTITUDE + 3, "attitude"),
        (RATE + 1, "angular rate about y"),
        (FUEL, "fuel mass"),
        (STATE_SIZE - 1, "slosh of the fuel"),
    ],
)
def test_the_first_quantity_that_is_not_finite_is_named(index: int, name: str) -> None:
    plant = plant_in_flight("xzy1-booster")
    assert bad_quantity(plant.v) == ""
    plant.v.x[index] = math.nan
    plant.fly(3)
    assert bad_quantity(plant.v) == name
    assert plant.v.time_ns == 0


def test_a_cause_outside_the_state_is_named_and_not_what_it_spread_to() -> None:
    plant = plant_in_flight("xzy1-booster")
    plant.fly(5)
    plant.air.wind_ned_m_s[1] = math.inf
    plant.fly(1)
    assert bad_quantity(plant.v) == "the wind"
    plant = plant_in_flight("xzy1-booster")
    plant.actuation.run[4], plant.actuation.throttle = 1, 1.0
    plant.fly(300)
    plant.v.engines[4].flow = math.nan
    plant.fly(1)
    assert bad_quantity(plant.v) == "an engine's flow"
    plant = plant_in_flight("xzy1-booster")
    plant.p.aerodynamics.area_m2 = math.nan
    plant.fly(1)
    assert bad_quantity(plant.v) == "the force on the vehicle"


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("cold_gas_kg", "the cold gas, or its thrusters' torque"),
        ("leg_extension", "the legs' extension"),
    ],
)
def test_what_actuators_store_is_looked_at(field: str, name: str) -> None:
    plant = plant_in_flight("xzy1-booster")
    setattr(plant.v, field, math.nan)
    plant.fly(1)
    assert bad_quantity(plant.v) == name


def test_a_vehicle_that_met_the_sea_stays_where_it_is() -> None:
    plant = plant_in_flight("xzy1-hop", altitude_m=60.0, speed_m_s=30.0, path_angle="-90 deg")
    plant.fly(400)
    assert plant.v.contact.surface == Surface.WATER
    resting = np.array(plant.v.x[: POSITION + 3])
    plant.fly(200)
    assert np.array(plant.v.x[: POSITION + 3]).tobytes() == resting.tobytes()
    assert np.linalg.norm(plant.v.out.specific_force_m_s2) == pytest.approx(9.80, abs=0.01)
