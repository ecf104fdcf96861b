"""Real descents told by a webcast, and our own flown from one of their moments.

A webcast shows time, speed over the ground and altitude to 0.1 km (data: shahar603,
Telemetry-Data). The path angle follows from the slope of a line through the altitudes of
eight seconds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from firmware_sim.barge.deck import DeckState
from firmware_sim.environment.earth import make_site
from firmware_sim.flight_software.prediction import begin, brake, fall_for, fall_to
from firmware_sim.flight_software.return_parameters import return_parameters
from firmware_sim.flight_software.return_state import ReturnState
from firmware_sim.flying import Flight, fly
from firmware_sim.records import Floats, make
from firmware_sim.scenario import Scenario
from firmware_sim.vehicle.plant import place_in_flight, vehicle_parameters
from firmware_sim.vehicle.state import ATTITUDE, VehicleState
from gcs.config.problems import ConfigError, Problem
from gcs.config.simulation import FlightStart

_COLUMNS = ("time_s", "speed_m_s", "altitude_km")
_SLOPE_S = 8.0
"""Stretch over which the slope of the altitude is taken."""
_THRUST_N = 10e3
"""Thrust from which on the landing burn has begun."""
_NEWTON_STEPS = 6
_IGNITION_STEPS = 8
_TRIAL_M, _TRIAL_RAD = 200.0, 0.02


@dataclass(frozen=True)
class Webcast:
    """What a webcast told of a first stage; arrays of equal length."""

    time_s: Floats
    speed_m_s: Floats
    altitude_m: Floats


@dataclass(frozen=True)
class Moment:
    """A state of a webcast, relative to the Earth."""

    time_s: float
    altitude_m: float
    speed_m_s: float
    path_angle_rad: float


@dataclass(frozen=True)
class LandingBurn:
    """When a flown landing burn began, by its thrust, and the touchdown."""

    speed_m_s: float
    altitude_m: float
    to_touchdown_s: float
    touchdown_s: float
    """From the start of the simulation."""


def load_webcast(path: Path) -> Webcast:
    """A file of the data set; ConfigError for one of another kind."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        columns = [np.array(data[name], dtype=float) for name in _COLUMNS]
    except OSError as error:
        raise ConfigError([Problem(path.name, "", f"cannot read: {error.strerror}")]) from error
    except (ValueError, KeyError, TypeError) as error:
        message = f"expected JSON with lists of numbers {', '.join(_COLUMNS)}"
        raise ConfigError([Problem(path.name, "", message)]) from error
    time_s, speed_m_s, altitude_km = columns
    if len({column.shape for column in columns}) > 1 or time_s.ndim != 1 or len(time_s) < 2:
        message = "expected lists of the same length, two or more"
        raise ConfigError([Problem(path.name, ", ".join(_COLUMNS), message)])
    if not np.isfinite(columns).all() or (np.diff(time_s) < 0.0).any():
        message = "expected finite numbers and times that do not go back"
        raise ConfigError([Problem(path.name, ", ".join(_COLUMNS), message)])
    return Webcast(time_s, speed_m_s, 1000.0 * altitude_km)


def first_moment(webcast: Webcast, from_s: float) -> Moment:
    """The first state from a time on, its slope from the seconds after it.

    ValueError where the webcast has ended by then.
    """
    start = int(np.searchsorted(webcast.time_s, from_s))
    if start == len(webcast.time_s):
        raise ValueError(f"the webcast ends at T+{webcast.time_s[-1]:g} s, before {from_s:g} s")
    return _moment(webcast, start, webcast.time_s[start], webcast.time_s[start] + _SLOPE_S)


def last_moment(webcast: Webcast) -> Moment:
    """The last state, its slope from the seconds before it."""
    last = len(webcast.time_s) - 1
    return _moment(webcast, last, webcast.time_s[last] - _SLOPE_S, webcast.time_s[last])


def _moment(webcast: Webcast, at: int, begin_s: float, end_s: float) -> Moment:
    near = (webcast.time_s >= begin_s) & (webcast.time_s <= end_s)
    time_s = webcast.time_s[near] - webcast.time_s[at]
    speed_m_s = float(np.mean(webcast.speed_m_s[near]))
    if len(set(time_s)) < 2 or speed_m_s <= 0.0:
        raise ValueError(f"the webcast tells too little about T+{begin_s:g} to {end_s:g} s")
    slope, altitude = np.polyfit(time_s, webcast.altitude_m[near], 1)
    sine = max(-1.0, min(float(slope) / speed_m_s, 1.0))
    return Moment(
        float(webcast.time_s[at]), float(altitude), float(webcast.speed_m_s[at]), math.asin(sine)
    )


def start_at(scenario: Scenario, moment: Moment) -> Scenario:
    """The scenario begun at a moment, as far out and on the course at which a fall without fins
    and the planned landing burn end at the aim; ConfigError for one that starts from a pad.
    """
    start = scenario.simulation.start
    if not isinstance(start, FlightStart):
        problem = Problem("mission", "simulation.start", "expected a start in flight")
        raise ConfigError([problem])
    update = {
        "altitude_m": moment.altitude_m,
        "speed_m_s": moment.speed_m_s,
        "path_angle": moment.path_angle_rad,
        "after_lift_off": round(moment.time_s * 1e9),
    }
    start = start.model_copy(update=update)
    place = np.array([start.range_to_go_m, start.course_offset])
    for _ in range(_NEWTON_STEPS):
        miss = _miss_m(scenario, start, place)
        steps = np.diag([_TRIAL_M, _TRIAL_RAD])
        columns = [(_miss_m(scenario, start, place + step) - miss) / step.sum() for step in steps]
        place = place - np.linalg.solve(np.column_stack(columns), miss)
    start = _placed(start, place)
    return replace(scenario, simulation=scenario.simulation.model_copy(update={"start": start}))


def _placed(start: FlightStart, place: Floats) -> FlightStart:
    return start.model_copy(
        update={"range_to_go_m": float(place[0]), "course_offset": float(place[1])}
    )


def _miss_m(scenario: Scenario, start: FlightStart, place: Floats) -> Floats:
    """North and east of the landing point that the flight software would predict, from the aim."""
    simulation, model, barge = scenario.simulation, scenario.vehicle, scenario.barge
    site = make_site(simulation.latitude_deg, simulation.longitude_deg, barge.deck.height_m)
    p = return_parameters(model, site, simulation.weather)
    still = _placed(start, place).model_copy(
        update={"position_sigma_m": 0.0, "velocity_sigma_m_s": 0.0}
    )
    vehicle, deck = make(VehicleState), make(DeckState)
    deck.ned_from_deck[:] = np.eye(3)
    plant = vehicle_parameters(model, site, barge.deck, still)
    place_in_flight(vehicle, plant, still, deck, vehicle.chance)
    path = make(ReturnState).path
    ignition_m = 4000.0
    for _ in range(_IGNITION_STEPS):
        begin(p, path, vehicle.x[:3], vehicle.x[3:ATTITUDE], vehicle.out.mass_kg)
        fall_to(p, path, ignition_m)
        fall_for(p, path, p.start_delay_s)
        brake(p, path, float(p.landing.count), p.landing.throttle)
        ignition_m -= 0.5 * path.excess_m
    north, east = -vehicle.out.feet_ned_m[0], -vehicle.out.feet_ned_m[1]
    away = math.hypot(north, east)
    beside = p.aim_offset_m * np.array([-east, north]) / away
    return np.array(path.landing_m[:2]) - beside


def landing_burn(flight: Flight) -> LandingBurn:
    """The landing burn of a flown flight; ValueError where there was none, or no touchdown."""
    burning = np.flatnonzero(flight.column("thrust_n") > _THRUST_N)
    outcome = flight.outcome
    if len(burning) == 0 or outcome is None or outcome.touchdown is None:
        raise ValueError("expected a flight with a landing burn and a touchdown")
    first = int(burning[0])
    start_s = flight.column("time_s")[0]
    onset_s = float(flight.column("time_s")[first] - start_s)
    touchdown_s = (outcome.touchdown.at_ns - flight.scenario.start_ns) / 1e9
    return LandingBurn(
        float(flight.column("speed_m_s")[first]),
        float(flight.column("height_m")[first]),
        touchdown_s - onset_s,
        touchdown_s,
    )


def speeds_at(flight: Flight, altitudes_m: Floats) -> Floats:
    """Speed over the ground on the way down, at heights of the feet over the deck."""
    height_m, speed_m_s = flight.column("height_m"), flight.column("speed_m_s")
    flown: Floats = np.interp(-altitudes_m, -height_m, speed_m_s)
    return flown


def told_speeds_at(webcast: Webcast, altitudes_m: Floats) -> Floats:
    """Mean speed while the webcast shows an altitude within its last digit; NaN where never."""
    return np.array(
        [
            float(np.mean(webcast.speed_m_s[near])) if near.any() else math.nan
            for near in (np.abs(webcast.altitude_m - altitude) <= 100.0 for altitude in altitudes_m)
        ]
    )


def report(name: str, moment: Moment, flight: Flight) -> Iterator[str]:
    """A prediction in words: the state that it starts from, and what follows.

    ValueError for a flight without a landing burn or touchdown.
    """
    yield (
        f"{name} from T+{moment.time_s:.1f} s: {moment.altitude_m / 1000.0:.2f} km, "
        f"{moment.speed_m_s:.0f} m/s, {math.degrees(moment.path_angle_rad):.1f} deg"
    )
    burn = landing_burn(flight)
    yield (
        f"predicted thrust onset: {burn.speed_m_s:.0f} m/s at {burn.altitude_m / 1000.0:.2f} km, "
        f"T+{moment.time_s + burn.touchdown_s - burn.to_touchdown_s:.1f} s"
    )
    yield (
        f"predicted touchdown: T+{moment.time_s + burn.touchdown_s:.1f} s, "
        f"{burn.to_touchdown_s:.1f} s after onset"
    )


def fly_from(scenario: Scenario, moment: Moment) -> Flight:
    """Our stage flown on from a webcast's moment, committed to land."""
    return fly(start_at(scenario, moment))
