"""The vehicle as a plant: actuation in, motion out, a cycle at a time.

Each step of 1 ms moves engines and actuators, weighs the propellant, integrates the state
and settles the legs. A vehicle that the pad's clamps hold, or that lies in the water or on the
deck, stands still relative to the Earth.
"""

from __future__ import annotations

import math

import numpy as np

from firmware_sim.barge.deck import DeckState
from firmware_sim.chance import Chance, normal
from firmware_sim.environment.air import Air
from firmware_sim.environment.earth import (
    earth_parameters,
    earth_position,
    from_geodetic,
    gravity,
    ned_from_earth,
    site_position,
)
from firmware_sim.faults import Faults
from firmware_sim.flight_software.interfaces import Actuation, Site
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, make
from firmware_sim.rotation import apply, apply_transposed, matrix_of, norm, quaternion_of
from firmware_sim.vehicle.actuators import actuator_parameters, fit_actuators, step_actuators
from firmware_sim.vehicle.aerodynamics import aerodynamic_parameters
from firmware_sim.vehicle.checking import bad_start, find_bad, name_of
from firmware_sim.vehicle.contact import over, settle_legs, step_clamps
from firmware_sim.vehicle.dynamics import VehicleParameters, derivative, integrate
from firmware_sim.vehicle.engines import engine_parameters, fit_engines, step_engines, thrust_terms
from firmware_sim.vehicle.legs import leg_parameters
from firmware_sim.vehicle.state import (
    ATTITUDE,
    FUEL,
    OXIDIZER,
    POSITION,
    RATE,
    SLOSH,
    STATE_SIZE,
    VELOCITY,
    VehicleState,
)
from firmware_sim.vehicle.tanks import mass_properties, tank_parameters
from firmware_sim.vehicle.venting import pressurise, vent_tanks
from gcs.config.barge import DeckConfig
from gcs.config.simulation import FlightStart, PadStart
from gcs.config.vehicle import VehicleModel

_MEAN_RADIUS_M = 6_371_008.8
_SUTTON_GRAVES = 1.7415e-4
"""Stagnation-point heating of air, sqrt(kg)/m: Sutton and Graves, NASA TR R-376 (1971)."""


def vehicle_parameters(
    model: VehicleModel, site: Site, deck: DeckConfig, start: PadStart | FlightStart | None = None
) -> VehicleParameters:
    """All numbers of a vehicle over its site and deck, and over a pad if it starts from one."""
    p = make(VehicleParameters)
    p.earth = earth_parameters()
    p.site = site
    p.engines = engine_parameters(model)
    p.tanks = tank_parameters(model)
    p.aerodynamics = aerodynamic_parameters(model)
    p.actuators = actuator_parameters(model)
    p.legs = leg_parameters(model, deck, site, start)
    p.nose_radius_m = model.body.nose_radius_m
    return p


@kernel
def step_vehicle(
    v: VehicleState,
    a: Actuation,
    deck: DeckState,
    air: Air,
    p: VehicleParameters,
    faults: Faults,
    now_ns: int,
    steps: int,
    step_ns: int,
) -> None:
    """Fly `steps` steps from `now_ns`; the deck is where it was at its own time, moving on.

    Stops at the first quantity that is not finite and leaves its index in `v.bad`.
    """
    w = p.work
    _bring_wind(v, air, p)
    for i in range(3):
        w.felt_m_s2[i] = 0.0
        w.turned_rad_s[i] = 0.0
    if v.bad == 0:
        v.bad = bad_start(v, p, deck)
    for _ in range(steps):
        if v.bad == 0:
            _step(v, a, deck, p, faults, now_ns, step_ns)
            now_ns += step_ns
    vent_tanks(v, a, faults, v.time_ns, 1e-9 * steps * step_ns)
    v.time_ns = now_ns
    observe(v, deck, p)
    v.heat_load_j_m2 += v.out.heat_flux_w_m2 * 1e-9 * steps * step_ns
    for i in range(3):
        v.out.specific_force_m_s2[i] = w.felt_m_s2[i] / steps
        v.out.mean_rate_rad_s[i] = w.turned_rad_s[i] / steps


@kernel
def _step(
    v: VehicleState,
    a: Actuation,
    deck: DeckState,
    p: VehicleParameters,
    faults: Faults,
    now_ns: int,
    step_ns: int,
) -> None:
    w, step_s = p.work, 1e-9 * step_ns
    step_engines(v, a, p.engines, faults, now_ns, step_s)
    step_actuators(v, a, p.actuators, faults, now_ns, step_s)
    _weigh(v, deck, p)
    step_clamps(v, a.release)
    if v.held or over(v):
        _stand(v, p, step_s)
    else:
        offset_s = 1e-9 * (now_ns - deck.time_ns)
        integrate(v, p, deck, offset_s, step_s)
        v.bad = find_bad(v, p, deck, offset_s)
        settle_legs(v, p.legs, deck, faults, w.props.cg_height_m, now_ns + step_ns)


@kernel
def _weigh(v: VehicleState, deck: DeckState, p: VehicleParameters) -> None:
    """Mass properties and thrust that hold for the coming step."""
    w = p.work
    mass_properties(v.x, p.tanks, w.props)
    thrust_terms(v, p.engines, w.props.cg_height_m, _feet_height_m(v, deck, p), w.terms)
    v.out.mass_kg = w.props.mass_kg
    v.out.thrust_n = w.terms.force_n[0] - v.out.pressure_pa * w.terms.force_area_m2[0]


@kernel
def _feet_height_m(v: VehicleState, deck: DeckState, p: VehicleParameters) -> float:
    """Of the feet over the deck, if they are over it, else over the water, at the last cycle."""
    out, m = v.out, deck.ned_from_deck
    north = out.feet_ned_m[0] - deck.position_m[0]
    east = out.feet_ned_m[1] - deck.position_m[1]
    down = out.feet_ned_m[2] - deck.position_m[2]
    along = abs(m[0, 0] * north + m[1, 0] * east + m[2, 0] * down)
    across = abs(m[0, 1] * north + m[1, 1] * east + m[2, 1] * down)
    edges = p.legs.deck_edges
    if along <= edges.half_length_m and across <= edges.half_width_m:
        return -float(m[0, 2] * north + m[1, 2] * east + m[2, 2] * down)
    return out.altitude_m - out.cg_height_m


@kernel
def _stand(v: VehicleState, p: VehicleParameters, step_s: float) -> None:
    """One step at rest on the Earth: only propellant moves."""
    w, x = p.work, v.x
    _rest(x, p)
    x[OXIDIZER] -= w.terms.oxidizer_kg_s * step_s
    x[FUEL] -= w.terms.fuel_kg_s * step_s
    _bear_up(x, p)
    for i in range(3):
        w.felt_m_s2[i] += w.acceleration_m_s2[i]
        w.turned_rad_s[i] += x[RATE + i]


@kernel
def _bear_up(x: Floats, p: VehicleParameters) -> None:
    """What accelerometers at rest on the turning Earth feel; `earth_from_body` is filled."""
    w, square = p.work, p.earth.rate_rad_s * p.earth.rate_rad_s
    gravity(p.earth, x[POSITION : POSITION + 3], w.scratch)
    w.scratch[0] = -w.scratch[0] - square * x[POSITION]
    w.scratch[1] = -w.scratch[1] - square * x[POSITION + 1]
    w.scratch[2] = -w.scratch[2]
    apply_transposed(w.earth_from_body, w.scratch, w.acceleration_m_s2)


@kernel
def _rest(x: Floats, p: VehicleParameters) -> None:
    """No motion relative to the Earth; fills `earth_from_body`."""
    m = p.work.earth_from_body
    matrix_of(x[ATTITUDE : ATTITUDE + 4], m)
    for i in range(3):
        x[VELOCITY + i] = 0.0
        x[RATE + i] = m[2, i] * p.earth.rate_rad_s
    for i in range(SLOSH, STATE_SIZE):
        x[i] = 0.0


@kernel
def _bring_wind(v: VehicleState, air: Air, p: VehicleParameters) -> None:
    """The cycle's wind, from the vehicle's own north, east and down to E."""
    w, local = p.work, p.work.earth_from_body
    ned_from_earth(v.out.latitude_rad, v.out.longitude_rad, local)
    apply_transposed(local, air.wind_ned_m_s, w.wind_m_s)
    apply_transposed(local, air.wind_gradient_per_s, w.wind_gradient_per_s)
    w.wind_altitude_m = air.altitude_m


# --- What can be seen of it ---


@kernel
def observe(v: VehicleState, deck: DeckState, p: VehicleParameters) -> None:
    """Fill `v.out` from the state, all but the means over a cycle."""
    w, x, out = p.work, v.x, v.out
    _weigh(v, deck, p)
    derivative(v, p, deck, x, 1e-9 * (v.time_ns - deck.time_ns), w.slope)
    out.cg_height_m = w.props.cg_height_m
    if v.held or over(v):
        _bear_up(x, p)
        w.angular_rad_s2[:] = 0.0
    for i in range(3):
        out.inertia_kg_m2[i] = w.props.inertia_kg_m2[i]
        out.angular_acceleration_rad_s2[i] = w.angular_rad_s2[i]
        out.specific_force_m_s2[i] = w.acceleration_m_s2[i]
        out.mean_rate_rad_s[i] = x[RATE + i]
    _observe_air(v, p)
    _observe_place(v, p)


@kernel
def _observe_air(v: VehicleState, p: VehicleParameters) -> None:
    out, ambient = v.out, p.work.ambient
    out.pressure_pa, out.density_kg_m3 = ambient.pressure_pa, ambient.density_kg_m3
    out.temperature_k = ambient.temperature_k
    out.altitude_m = ambient.altitude_m
    speed = norm(ambient.velocity_m_s)
    out.airspeed_m_s = speed
    out.mach = speed / ambient.speed_of_sound_m_s
    across = math.hypot(ambient.velocity_m_s[1], ambient.velocity_m_s[2])
    out.angle_of_attack_rad = math.atan2(across, ambient.velocity_m_s[0])
    out.dynamic_pressure_pa = 0.5 * ambient.density_kg_m3 * speed * speed
    root = math.sqrt(ambient.density_kg_m3 / p.nose_radius_m)
    out.heat_flux_w_m2 = _SUTTON_GRAVES * root * speed * speed * speed
    out.thrust_n = p.work.terms.force_n[0] - ambient.pressure_pa * p.work.terms.force_area_m2[0]


@kernel
def _observe_place(v: VehicleState, p: VehicleParameters) -> None:
    w, x, out = p.work, v.x, v.out
    out.latitude_rad = math.atan2(w.ambient.sine_latitude, w.ambient.cosine_latitude)
    out.longitude_rad = math.atan2(x[POSITION + 1], x[POSITION])
    m = w.earth_from_body
    for i in range(3):
        w.scratch[i] = x[POSITION + i] - w.props.cg_height_m * m[i, 0]
    site_position(p.site, w.scratch, out.feet_ned_m)
    apply(p.site.ned_from_earth, x[VELOCITY : VELOCITY + 3], out.velocity_ned_m_s)
    down = p.site.ned_from_earth[2]
    upright = -(down[0] * m[0, 0] + down[1] * m[1, 0] + down[2] * m[2, 0])
    out.tilt_rad = math.acos(min(max(upright, -1.0), 1.0))


# --- Where it starts ---


def load_vehicle(v: VehicleState, p: VehicleParameters) -> None:
    """Full tanks under pressure, full cold gas, engines off with all their starts."""
    v.x[OXIDIZER], v.x[FUEL] = p.tanks.load_kg
    fit_engines(v, p.engines)
    fit_actuators(v, p.actuators)
    pressurise(v)
    mass_properties(v.x, p.tanks, p.work.props)


def place_on_pad(v: VehicleState, p: VehicleParameters, start: PadStart, deck: DeckState) -> None:
    """Stand it upright on its pad, held, with everything on board."""
    load_vehicle(v, p)
    site = p.site
    feet_up_m = site.deck_height_m + start.height_m
    ned = np.array([start.north_m, start.east_m, -feet_up_m - p.work.props.cg_height_m])
    earth_position(site, ned, v.x[POSITION : POSITION + 3])
    north, east, down = site.ned_from_earth
    # Nose up, so that B's y is east and z north.
    quaternion_of(np.column_stack((-down, east, north)), v.x[ATTITUDE : ATTITUDE + 4])
    v.held = 1
    _rest(v.x, p)
    observe(v, deck, p)


def place_in_flight(
    v: VehicleState, p: VehicleParameters, start: FlightStart, deck: DeckState, chance: Chance
) -> None:
    """Put it on its way to the site, engines off, everything on board.

    The great circle is that of a sphere of the site's geodetic directions with radius 6371008.8 m
    (IUGG mean), within 0.4 % of the ellipsoid's. Its direction is relative to the Earth
    whichever frame speed and path angle are given in.
    """
    load_vehicle(v, p)
    x, site = v.x, p.site
    arc = start.range_to_go_m / _MEAN_RADIUS_M
    north, east, down = site.ned_from_earth
    onward = math.cos(start.bearing) * north + math.sin(start.bearing) * east
    up = -down * math.cos(arc) - onward * math.sin(arc)
    ahead = onward * math.cos(arc) - down * math.sin(arc)
    course = start.course_offset
    ahead = math.cos(course) * ahead + math.sin(course) * np.cross(ahead, up)
    latitude, longitude = math.asin(up[2]), math.atan2(up[1], up[0])
    position = np.empty(3)
    from_geodetic(p.earth, latitude, longitude, start.altitude_m, position)
    turning = np.cross((0.0, 0.0, p.earth.rate_rad_s), position)
    velocity = _launch(start, ahead, up, turning)
    nose = velocity if start.attitude == "prograde" else -velocity
    quaternion_of(_facing(nose / np.linalg.norm(nose), up), x[ATTITUDE : ATTITUDE + 4])
    _rest(x, p)
    scatter = np.array([normal(chance) for _ in range(6)])
    x[POSITION : POSITION + 3] = position + start.position_sigma_m * scatter[:3]
    x[VELOCITY : VELOCITY + 3] = velocity + start.velocity_sigma_m_s * scatter[3:]
    observe(v, deck, p)


def _launch(start: FlightStart, ahead: Floats, up: Floats, turning: Floats) -> Floats:
    """Velocity relative to the Earth: `ahead` over it, as fast and steep as its frame says."""
    along = start.speed_m_s * math.cos(start.path_angle)
    climb = start.speed_m_s * math.sin(start.path_angle)
    if start.frame == "inertial":
        with_it = float(ahead @ turning)
        square = with_it**2 + along**2 - float(turning @ turning)
        along = math.sqrt(max(square, 0.0)) - with_it
    return along * ahead + climb * up


def _facing(nose: Floats, up: Floats) -> Floats:
    """The matrix from B to E with x along `nose` and z as far down as that allows."""
    side = np.cross(nose, up)
    if np.linalg.norm(side) < 1e-6:
        side = np.cross(nose, (0.0, 0.0, 1.0))
    side /= np.linalg.norm(side)
    return np.column_stack((nose, side, np.cross(nose, side)))


# --- What is wrong with it ---


def bad_quantity(v: VehicleState) -> str:
    """The name of the first quantity that is not finite; empty if all are."""
    return name_of(v.bad)
