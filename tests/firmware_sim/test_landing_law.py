"""The laws of the landing burn, by themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim.environment.atmosphere import atmosphere
from firmware_sim.environment.earth import make_site
from firmware_sim.flight_software.interfaces import Solution
from firmware_sim.flight_software.landing_burn import observe, polynomial, throttle_for
from firmware_sim.flight_software.leaning import lean
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.prediction import drag_coefficient, final_speed_m_s
from firmware_sim.flight_software.return_parameters import ReturnParameters, return_parameters
from firmware_sim.flight_software.return_state import ReturnState
from firmware_sim.flight_software.state import Steering
from firmware_sim.records import make
from tests.helpers.vehicles import vehicle_model

SITE = make_site(33.5, 124.9, 3.5)


def parameters(vehicle: str = "xzy1-booster") -> ReturnParameters:
    return return_parameters(vehicle_model(vehicle), SITE)


@pytest.mark.parametrize(("offset_m", "speed_m_s"), [(150.0, 0.0), (-80.0, 12.0), (0.0, -20.0)])
def test_the_polynomial_ends_at_the_aim_at_rest_with_nothing_left_to_push(
    offset_m: float, speed_m_s: float
) -> None:
    time_s, step_s = 20.0, 1e-3
    acceleration = 0.0
    for _ in range(int((time_s - 0.05) / step_s)):
        acceleration = polynomial(offset_m, speed_m_s, time_s)
        offset_m += step_s * (speed_m_s + 0.5 * step_s * acceleration)
        speed_m_s += step_s * acceleration
        time_s -= step_s
    assert abs(offset_m) < 0.01
    assert abs(speed_m_s) < 0.01
    assert abs(acceleration) < 0.1


@pytest.mark.parametrize("vehicle", ["xzy1-booster", "falcon9-like"])
def test_the_final_descent_decelerates_evenly_to_the_touchdown_speed(vehicle: str) -> None:
    p = parameters(vehicle)
    assert final_speed_m_s(p, 0.0) == pytest.approx(p.touchdown_speed_m_s)
    heights_m = p.level_m + np.linspace(1.0, 100.0, 50)
    squares = np.array([final_speed_m_s(p, height) ** 2 for height in heights_m])
    slopes = np.diff(squares) / np.diff(heights_m)
    assert slopes == pytest.approx(2.0 * p.final_deceleration_m_s2)


def test_engines_that_can_hover_hold_the_touchdown_speed_before_the_deck() -> None:
    assert parameters("xzy1-booster").level_m > 0.0
    assert parameters("falcon9-like").level_m == 0.0


def test_the_throttle_for_a_thrust_gives_that_thrust_within_its_limits() -> None:
    p = parameters()
    for thrust_n in (0.5e6, 1.0e6, 1.6e6):
        throttle = throttle_for(p, thrust_n, 3, 101_325.0)
        given_n = 3 * (throttle * p.thrust_vacuum_n - 101_325.0 * p.exit_area_m2)
        assert p.minimum_throttle <= throttle <= 1.0
        if p.minimum_throttle < throttle < 1.0:
            assert given_n == pytest.approx(thrust_n)
    assert throttle_for(p, 0.0, 3, 101_325.0) == p.minimum_throttle
    assert throttle_for(p, 9e6, 3, 101_325.0) == 1.0


def falling(altitude_m: float, speed_m_s: float) -> Solution:
    s = make(Solution)
    s.altitude_m, s.velocity_m_s[2], s.mass_kg = altitude_m, speed_m_s, 50_000.0
    pressure, density, _, sound = atmosphere(altitude_m)
    s.air_pressure_pa, s.air_density_kg_m3, s.speed_of_sound_m_s = pressure, density, sound
    return s


@pytest.mark.parametrize("wanted_m_s2", [0.5, 2.0])
def test_leaning_the_feet_in_a_fall_asks_the_air_for_the_wanted_push(wanted_m_s2: float) -> None:
    p, g, out = parameters(), make(ReturnState), make(Steering)
    s = falling(12_000.0, 700.0)
    g.push_m_s2[0] = wanted_m_s2
    lean(g, s, p, 0.0, out)
    angle = -g.lean_rad
    load_n = 0.5 * s.air_density_kg_m3 * 700.0**2 * p.area_m2
    slope = p.normal_slope_per_rad - drag_coefficient(p, 700.0 / s.speed_of_sound_m_s) - p.fin_drag
    force_n = load_n * (slope * angle + p.normal_square_per_rad2 * angle**2)
    assert force_n / s.mass_kg == pytest.approx(wanted_m_s2, rel=1e-6)
    assert out.nose[0] == pytest.approx(-math.sin(angle))
    assert out.nose[2] == pytest.approx(-math.cos(angle))


def test_the_nose_leans_to_where_it_shall_go_once_the_thrust_is_stronger_than_the_air() -> None:
    p, out = parameters(), make(Steering)
    signs = []
    for speed_m_s in (340.0, 80.0):
        g = make(ReturnState)
        g.push_m_s2[0] = 1.0
        lean(g, falling(1000.0, speed_m_s), p, 1.05e6, out)
        signs.append(math.copysign(1.0, out.nose[0]))
    assert signs == [-1.0, 1.0]


def test_the_observer_tells_a_steady_push_from_the_thrust() -> None:
    p, g, s = parameters(), make(ReturnState), falling(20.0, 2.0)
    s.attitude[0], s.attitude[2] = math.sqrt(0.5), math.sqrt(0.5)  # nose up
    push_m_s2, step_s = 0.4, 0.01
    for _ in range(1500):
        observe(g, s, p, 412e3)
        s.velocity_m_s[1] += step_s * push_m_s2
    assert g.unexplained_m_s2[1] == pytest.approx(push_m_s2, abs=0.01)
    assert g.unexplained_m_s2[0] == pytest.approx(0.0, abs=0.01)


def test_a_hop_has_no_return_parameters() -> None:
    with pytest.raises(TypeError, match="return or entry profile"):
        return_parameters(vehicle_model("xzy1-hop"), SITE)


def test_modes_that_guidance_answers_are_those_of_the_wire() -> None:
    assert (FlightMode.COAST, FlightMode.ENTRY, FlightMode.DESCENT) == (3, 10, 4)
