"""The landing ship: waves move it, wind, current and drift push it, thrusters hold it.

The pose of the deck is known at knots 50 ms apart, each from the sea and the slow motion
there; between them it is a cubic, whose derivatives are the velocity and acceleration.
"""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from firmware_sim.barge.deck import DeckState
from firmware_sim.barge.drifting import (
    Drifting,
    DriftingParameters,
    fill_drifting,
    step_drifting,
    wind_force,
)
from firmware_sim.barge.instruments import (
    InstrumentParameters,
    Instruments,
    fill_instruments,
    read_instruments,
)
from firmware_sim.barge.pose import add_arm, set_pose
from firmware_sim.barge.positioning import (
    Positioning,
    PositioningParameters,
    control,
    fill_positioning,
    observe,
)
from firmware_sim.barge.response import (
    HEAVE,
    PITCH,
    RATES,
    ROLL,
    SURGE,
    SWAY,
    YAW,
    Phases,
    Response,
    Table,
    fill_response,
    find_phases,
    sum_drift,
    sum_motion,
)
from firmware_sim.barge.thrusters import (
    Propulsion,
    ThrusterParameters,
    fill_thrusters,
    step_thrusters,
)
from firmware_sim.chance import Chance, normal, seed_chance
from firmware_sim.environment.sea import Sea, make_sea
from firmware_sim.faults import Faults
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, make
from gcs.config.barge import BargeFile, HullFile
from gcs.config.simulation import SimulatedWeather, SimulationConfig

KNOT_NS = 50_000_000
KNOT_S = 1e-9 * KNOT_NS
_SETTLING_KNOTS = 8000
_DRIFT_KNOTS = 5
"""Knots between two looks at the slow drift force, which has no faster part than the waves."""
_GUST_S = 30.0
"""Correlation time of the wind's slow gusts; assumed."""
_PEAK_FACTOR = 3.0
"""From a gust's standard deviation to the gust that is reported."""
_WIND_FILTER_S = 20.0
_TURN = 2.0 * math.pi


class ShipParameters(Record):
    """What a ship in its sea is made of. The set point is north, east, heading."""

    sea: Sea
    response: Response
    drifting: DriftingParameters
    positioning: PositioningParameters
    thrusters: ThrusterParameters
    instruments: InstrumentParameters
    north_m: float
    east_m: float
    heading_rad: float
    deck_height_m: float
    deck_over_cg_m: float
    """Of the deck centre; negative below."""
    wind_north_m_s: float
    wind_east_m_s: float
    gust_share: float
    """Standard deviation of the slow gusts over the mean wind."""
    wet: int
    condition: DeckCondition
    hotel_w: float
    capacity_w: float


class DeckCondition(Record):
    """What is on the deck."""

    clear: int
    persons: int
    fire: int


class ShipState(Record):
    """Everything about the ship that changes. Knots hold the deck's place and attitude
    (north, east, down, roll, pitch, heading) and their rates.
    """

    deck: DeckState
    condition: DeckCondition
    knot: int
    """Index of the knot at the end of the interval that holds the present."""
    before: Annotated[Floats, 12]
    after: Annotated[Floats, 12]
    drifting: Drifting
    positioning: Positioning
    propulsion: Propulsion
    instruments: Instruments
    gust: float
    chance: Chance
    wave_motion: Annotated[Floats, 12]
    measured: Annotated[Floats, 3]
    known_force: Annotated[Floats, 3]
    power_share: float
    phases: Phases


def ship_parameters(
    barge: BargeFile, hull: HullFile, simulation: SimulationConfig, seed: int
) -> ShipParameters:
    """The parameters of a simulated barge in the sea that the seed draws.

    ValueError if the barge has no model.
    """
    model = barge.model
    if model is None:
        raise ValueError(f"barge {barge.id}: expected a model, to simulate it")
    p = make(ShipParameters)
    sea = make_sea(simulation.sea, seed)
    for name in Sea.__annotations__:
        setattr(p.sea, name, getattr(sea, name))
    fill_response(p.response, Table(hull), p.sea)
    fill_drifting(p.drifting, hull, model.loads)
    fill_positioning(p.positioning, model.positioning, p.sea.peak_period_s)
    p.positioning.mass[:] = p.drifting.mass
    fill_thrusters(p.thrusters, model.thrusters)
    fill_instruments(p.instruments, model.sensors)
    placed = simulation.barge
    p.north_m, p.east_m = placed.offset_north_m, placed.offset_east_m
    heading_rad = p.sea.direction_rad if placed.heading is None else placed.heading
    p.heading_rad = heading_rad % _TURN
    p.deck_height_m = barge.deck.height_m
    p.deck_over_cg_m = barge.deck.height_m - hull.cg_height_m
    _fill_wind(p, simulation.weather)
    p.wet = int(p.sea.significant_wave_height_m > _WET_DECK_M)
    p.condition.clear = int(placed.deck_clear)
    p.condition.persons, p.condition.fire = placed.persons_on_board, int(placed.fire)
    p.hotel_w, p.capacity_w = model.plant.hotel_w, model.plant.capacity_w
    return p


_WET_DECK_M = 1.25
"""Significant height over which spray wets the deck; the upper end of sea state 3."""


def _fill_wind(p: ShipParameters, weather: SimulatedWeather) -> None:
    p.wind_north_m_s = -weather.wind_speed_m_s * math.cos(weather.wind_direction)
    p.wind_east_m_s = -weather.wind_speed_m_s * math.sin(weather.wind_direction)
    over_m_s = max(weather.wind_gust_m_s - weather.wind_speed_m_s, 0.0)
    p.gust_share = over_m_s / _PEAK_FACTOR / max(weather.wind_speed_m_s, 1.0)


def make_ship(ship: ShipState, p: ShipParameters, seed: int) -> None:
    """Put the ship on its station at time 0, where it has lain for some minutes."""
    seed_chance(ship.chance, seed, "ship")
    seed_chance(ship.instruments.chance, seed, "ship's instruments")
    ship.condition = p.condition
    place = np.array([p.north_m, p.east_m, p.heading_rad])
    ship.drifting.position[:] = place
    ship.positioning.position[:] = place
    ship.positioning.setpoint[:] = place
    ship.propulsion.available = len(ship.propulsion.thrusters)
    for thruster in ship.propulsion.thrusters:
        thruster.available = 1
    faults = make(Faults)
    _settle(ship, p, faults)
    step_ship(ship, p, faults, 0)


@kernel
def _settle(ship: ShipState, p: ShipParameters, faults: Faults) -> None:
    for k in range(-_SETTLING_KNOTS, 2):
        _advance(ship, p, faults, k)


@kernel
def step_ship(ship: ShipState, p: ShipParameters, faults: Faults, now_ns: int) -> None:
    """Move the ship to `now_ns`, which never goes back."""
    while now_ns > ship.knot * KNOT_NS:
        _advance(ship, p, faults, ship.knot + 1)
    _show(ship, p, now_ns)
    read_instruments(ship.instruments, p.instruments, ship.deck, faults, now_ns)


@kernel
def _advance(ship: ShipState, p: ShipParameters, faults: Faults, knot: int) -> None:
    """To the next knot: slow motion first, then what the waves add there."""
    now_ns = knot * KNOT_NS
    state = ship.drifting
    _blow(ship, p)
    step_drifting(
        state,
        p.drifting,
        p.sea.current_north_m_s,
        p.sea.current_east_m_s,
        ship.propulsion.force,
        KNOT_S,
    )
    count, heading = p.response.count, state.position[2]
    find_phases(ship.phases, p.sea, count, state.position[0], state.position[1], now_ns)
    cosine, sine = math.cos(heading), math.sin(heading)
    surge, sway, turning = state.velocity
    velocity = (cosine * surge - sine * sway, sine * surge + cosine * sway, turning)
    sum_motion(p.response, p.sea, ship.phases, heading, velocity, ship.wave_motion)
    if knot % _DRIFT_KNOTS == 0:
        sum_drift(p.response, ship.phases, heading, state.drift)
    _hold(ship, p, faults, now_ns)
    ship.before[:] = ship.after
    _place(ship, p)
    ship.knot = knot


@kernel
def _blow(ship: ShipState, p: ShipParameters) -> None:
    """The wind's force, with slow gusts as a first-order Markov process."""
    decay = math.exp(-KNOT_S / _GUST_S)
    ship.gust = decay * ship.gust + math.sqrt(1.0 - decay**2) * normal(ship.chance)
    factor = 1.0 + p.gust_share * ship.gust
    heading = ship.drifting.position[2]
    wind_force(
        p.drifting, factor * p.wind_north_m_s, factor * p.wind_east_m_s, heading, ship.drifting.wind
    )


@kernel
def _hold(ship: ShipState, p: ShipParameters, faults: Faults, now_ns: int) -> None:
    """What dynamic positioning measures, believes and does."""
    dp, state, motion = ship.positioning, ship.drifting, ship.wave_motion
    cosine, sine = math.cos(state.position[2]), math.sin(state.position[2])
    place_noise, turn_noise = p.positioning.position_noise_m, p.positioning.heading_noise_rad
    ship.measured[0] = state.position[0] + cosine * motion[SURGE] - sine * motion[SWAY]
    ship.measured[1] = state.position[1] + sine * motion[SURGE] + cosine * motion[SWAY]
    ship.measured[0] += place_noise * normal(ship.chance)
    ship.measured[1] += place_noise * normal(ship.chance)
    ship.measured[2] = state.position[2] + motion[YAW] + turn_noise * normal(ship.chance)
    for i in range(3):
        dp.wind[i] += KNOT_S / _WIND_FILTER_S * (state.wind[i] - dp.wind[i])
        ship.known_force[i] = ship.propulsion.force[i] + dp.wind[i]
    observe(dp, p.positioning, ship.measured, ship.known_force, KNOT_S)
    control(dp, p.positioning, ship.propulsion, p.thrusters, KNOT_S)
    step_thrusters(ship.propulsion, p.thrusters, faults, now_ns, KNOT_S)
    ship.power_share = min((p.hotel_w + ship.propulsion.power_w) / p.capacity_w, 1.0)


@kernel
def _place(ship: ShipState, p: ShipParameters) -> None:
    """The deck centre's place, attitude and their rates at this knot."""
    motion, state, out = ship.wave_motion, ship.drifting, ship.after
    cosine, sine = math.cos(state.position[2]), math.sin(state.position[2])
    turning = state.velocity[2]
    surge_rate = state.velocity[0] + motion[RATES + SURGE] - turning * motion[SWAY]
    sway_rate = state.velocity[1] + motion[RATES + SWAY] + turning * motion[SURGE]
    out[0] = state.position[0] + cosine * motion[SURGE] - sine * motion[SWAY]
    out[1] = state.position[1] + sine * motion[SURGE] + cosine * motion[SWAY]
    out[2] = -p.deck_height_m - motion[HEAVE] + p.deck_over_cg_m
    out[3], out[4] = motion[ROLL], motion[PITCH]
    out[5] = state.position[2] + motion[YAW]
    out[6] = cosine * surge_rate - sine * sway_rate
    out[7] = sine * surge_rate + cosine * sway_rate
    out[8] = -motion[RATES + HEAVE]
    out[9], out[10] = motion[RATES + ROLL], motion[RATES + PITCH]
    out[11] = turning + motion[RATES + YAW]
    add_arm(out, -p.deck_over_cg_m)


@kernel
def _show(ship: ShipState, p: ShipParameters, now_ns: int) -> None:
    deck = ship.deck
    deck.time_ns = now_ns
    share = (now_ns - (ship.knot - 1) * KNOT_NS) / KNOT_NS
    set_pose(deck, ship.before, ship.after, share, KNOT_S)
    deck.heave_m = -deck.position_m[2] - p.deck_height_m
    deck.heave_rate_m_s = -deck.velocity_m_s[2]
    deck.heave_acceleration_m_s2 = -deck.acceleration_m_s2[2]
    deck.wet = p.wet
