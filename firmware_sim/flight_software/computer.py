"""A flight computer: its mode, and what it asks of the vehicle in each.

Three of them run the same software on their own sensors and their own commands.
What the vehicle does is the middle of what they ask; a computer that missed a
command goes with the other two where `FOLLOWS` says so. A record of zeros is a computer
that waits on the pad.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from typing import Annotated

from firmware_sim.faults import COMPUTERS, Fault, FaultKind, Faults, active, silent, spoil
from firmware_sim.flight_software.cargo import CargoState, guide_cargo
from firmware_sim.flight_software.commanding import DeskState
from firmware_sim.flight_software.control import (
    ControlParameters,
    ControlState,
    control,
    control_parameters,
    rest,
)
from firmware_sim.flight_software.entering import entry_parameters
from firmware_sim.flight_software.entry_prediction import EntryParameters
from firmware_sim.flight_software.hop import guide_hop
from firmware_sim.flight_software.hop_state import HopParameters, HopState, hop_parameters
from firmware_sim.flight_software.hop_state import Stage as HopStage
from firmware_sim.flight_software.interfaces import Actuation, Readings, Site, Solution
from firmware_sim.flight_software.modes import (
    NEVER_NS,
    FlightMode,
    follow_wait_ns,
    in_flight,
    in_powered_descent,
    standing,
)
from firmware_sim.flight_software.navigation import (
    NavigationParameters,
    NavigationState,
    navigate,
    navigation_parameters,
)
from firmware_sim.flight_software.notices import Event, EventLog, log_event
from firmware_sim.flight_software.returning import (
    ReturnParameters,
    ReturnState,
    guide_return,
    return_parameters,
)
from firmware_sim.flight_software.safing import safing_mode, vents_open
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel
from firmware_sim.records import Ints, Record, make, restore, save
from firmware_sim.vehicle.state import ENGINES
from gcs.config.barge import BargeFile
from gcs.config.simulation import SimulatedBeacon, SimulatedWeather
from gcs.config.vehicle import EntryProfile, HopProfile, VehicleModel

SECOND_NS = 1_000_000_000
CYCLE_NS = 10_000_000
CYCLE_S = 1e-9 * CYCLE_NS
BEACON_LOST_NS = 3 * SECOND_NS
"""A beacon unheard for this long is lost."""
_LIFT_OFF_WAIT_NS = 2 * SECOND_NS
_LATEST_DIVERT_S = 12.0
"""A return that is nearer to touchdown than this no longer leaves the deck by itself."""
_SETTLING_NS = 300_000_000
_STILL_M_S = 0.4
_NEAR_WATER_M = 4.0
_SUNK_M = 1.0
_CONTACT_BELOW_M = 20.0
"""Feet that say they touch higher over the water are not believed."""
_ASCENT_CLEAR_NS = 5 * SECOND_NS
_NEAR_DECK_M = 60.0
_DECK_SHARE = 0.5
"""Of the deck's height over water: feet that rest lower stand on no deck."""
_UPRIGHT_RAD = math.radians(12.0)
_TOPPLED_RAD = math.radians(25.0)


class ProfileKind(enum.IntEnum):
    """Which guidance flies."""

    HOP = 0
    RETURN = 1
    ENTRY = 2


class ComputerState(Record):
    """All of one flight computer."""

    mode: int
    mode_since_ns: int
    counting: int
    zero_ns: int
    """When thrust shall be there, while `counting`."""
    ignited: int
    lift_off_known: int
    lift_off_ns: int
    divert: int
    """1 once a divert was accepted."""
    followed_from: int
    """1 + the mode out of which it followed the others; 0 if it did not."""
    outvoted_since_ns: int
    """0 while it is not."""
    still_since_ns: int
    touched_ns: int
    """When it felt deck or water; 0 before."""
    silent: int
    """1 while a fault keeps it from doing anything."""
    desk: DeskState
    events: EventLog
    nav: NavigationState
    solution: Solution
    hop: HopState
    returning: ReturnState
    cargo: CargoState
    steering: Steering
    control: ControlState
    actuation: Actuation


class ComputerParameters(Record):
    """What the flight software knows of its vehicle and site."""

    profile: int
    start_lead_ns: int
    """How long before zero the engines are started."""
    ascent: Annotated[Ints, ENGINES]
    deck_height_m: float
    nav: NavigationParameters
    control: ControlParameters
    hop: HopParameters
    returning: ReturnParameters
    entry: EntryParameters


def computer_parameters(
    model: VehicleModel,
    site: Site,
    barge: BargeFile | None = None,
    beacon: SimulatedBeacon | None = None,
    weather: SimulatedWeather | None = None,
) -> ComputerParameters:
    """From the vehicle file, the site, what the barge and its beacon are like, and the winds
    that were forecast for the day.
    """
    p = make(ComputerParameters)
    p.start_lead_ns = model.engine.start_transient
    p.ascent[list(model.engine.ascent)] = 1
    p.deck_height_m = site.deck_height_m
    restore(p.nav, save(navigation_parameters(model, site, barge, beacon)))
    restore(p.control, save(control_parameters(model, CYCLE_NS)))
    if isinstance(model.profile, HopProfile):
        p.profile = ProfileKind.HOP
        restore(p.hop, save(hop_parameters(model, site, CYCLE_NS)))
        return p
    p.profile = ProfileKind.RETURN
    restore(p.returning, save(return_parameters(model, site, weather)))
    if isinstance(model.profile, EntryProfile):
        p.profile = ProfileKind.ENTRY
        restore(p.entry, save(entry_parameters(model, site, weather)))
    return p


@kernel
def step_computer(
    computers: Sequence[ComputerState],
    index: int,
    r: Readings,
    p: ComputerParameters,
    faults: Faults,
    now_ns: int,
) -> None:
    """One cycle of one computer: sense, change mode, follow, guide, control."""
    c = computers[index]
    fault = faults.computer[index]
    c.silent = 1 if silent(fault, now_ns) else 0
    if c.silent or (fault.kind == FaultKind.STUCK and active(fault, now_ns)):
        return
    navigate(c.nav, r, p.nav, now_ns, c.solution)
    mode = c.mode
    _change_mode(c, r, p, now_ns)
    if c.mode != mode:
        c.followed_from = 0
    _follow(computers, index, now_ns)
    wanted = _act(c, r, p, now_ns)
    if wanted != c.mode:
        c.followed_from = 0
        if wanted == FlightMode.DIVERTING:
            log_event(c.events, _why_it_leaves(p), 0, 0, 0)
        _set_mode(c, wanted, now_ns)
    if fault.kind != FaultKind.NONE:
        _spoil_actuation(fault, c.actuation, now_ns)


@kernel
def _why_it_leaves(p: ComputerParameters) -> int:
    """The event of guidance that diverts: a hop waits for its commit no longer than it can hover,
    a return has its aim in open water without one and leaves only for an engine that is lost.
    """
    hop = p.profile == ProfileKind.HOP
    return Event.NO_COMMIT.value if hop else Event.ENGINE_LOST.value


@kernel
def _set_mode(c: ComputerState, mode: int, now_ns: int) -> None:
    if mode == FlightMode.DESCENT and c.divert:
        mode = FlightMode.DIVERTING.value
    if mode == c.mode:
        return
    c.mode = mode
    c.mode_since_ns = now_ns
    log_event(c.events, Event.MODE.value, 0, 0, mode)


# --- Modes ---


@kernel
def _change_mode(c: ComputerState, r: Readings, p: ComputerParameters, now_ns: int) -> None:
    """Changes that no guidance decides: lift-off, contact, a lost beacon."""
    if c.mode == FlightMode.TERMINAL_COUNT:
        _leave_pad(c, r, now_ns)
    elif in_flight(c.mode):
        _feel_contact(c, r, p, now_ns)
        if c.touched_ns > 0:
            _settle(c, p, now_ns)
        elif c.mode == FlightMode.COMMITTED and _beacon_lost(c, now_ns) and _can_leave(c, p):
            log_event(c.events, Event.BEACON_LOST.value, 0, 0, 0)
            c.divert = 1
            _set_mode(c, FlightMode.DIVERTING.value, now_ns)
    elif standing(c.mode):
        safe = safing_mode(c.mode, c.mode_since_ns, r, now_ns)
        toppled = c.solution.tilt_rad > _TOPPLED_RAD
        _set_mode(c, FlightMode.DOWN.value if toppled else safe, now_ns)


@kernel
def _leave_pad(c: ComputerState, r: Readings, now_ns: int) -> None:
    if c.ignited and r.on_pad == 0:
        c.lift_off_known = 1
        c.lift_off_ns = now_ns
        _set_mode(c, FlightMode.ASCENT.value, now_ns)
    elif c.ignited and now_ns > c.zero_ns + _LIFT_OFF_WAIT_NS:
        log_event(c.events, Event.NO_LIFT_OFF.value, 0, 0, 0)
        _set_mode(c, FlightMode.ABORTED.value, now_ns)


@kernel
def _beacon_lost(c: ComputerState, now_ns: int) -> bool:
    return c.solution.deck_known == 0 or now_ns - c.solution.deck_time_ns > BEACON_LOST_NS


@kernel
def _can_leave(c: ComputerState, p: ComputerParameters) -> bool:
    """Whether there is still time to land elsewhere."""
    if p.profile == ProfileKind.HOP:
        return c.hop.stage != HopStage.FINAL
    return c.steering.time_to_touchdown_s > _LATEST_DIVERT_S


@kernel
def _feel_contact(c: ComputerState, r: Readings, p: ComputerParameters, now_ns: int) -> None:
    """Feet that touch, or a vehicle that stands still or sinks where only water can be."""
    if c.touched_ns > 0:
        return
    if c.mode == FlightMode.ASCENT and now_ns - c.lift_off_ns < _ASCENT_CLEAR_NS:
        return
    height = _over_water_m(c, p)
    velocity = c.solution.velocity_m_s
    speed_2 = velocity[0] ** 2 + velocity[1] ** 2 + velocity[2] ** 2
    if height > _NEAR_WATER_M or speed_2 > _STILL_M_S**2:
        c.still_since_ns = now_ns
    still = now_ns - c.still_since_ns > _SETTLING_NS
    feet = r.feet_touching > 0 and in_powered_descent(c.mode) and height < _CONTACT_BELOW_M
    if feet or still or height < -_SUNK_M:
        c.touched_ns = now_ns


@kernel
def _over_water_m(c: ComputerState, p: ComputerParameters) -> float:
    """Height of the feet, by the deck where that is known."""
    s = c.solution
    if s.deck_known:
        return s.height_m + p.deck_height_m
    return s.altitude_m


@kernel
def _settle(c: ComputerState, p: ComputerParameters, now_ns: int) -> None:
    """After contact: standing on the deck, or down elsewhere."""
    s = c.solution
    near = math.hypot(s.relative_m[0], s.relative_m[1]) < _NEAR_DECK_M
    high = _over_water_m(c, p) > _DECK_SHARE * p.deck_height_m
    if s.tilt_rad > _TOPPLED_RAD or not (near and high):
        _set_mode(c, FlightMode.DOWN.value, now_ns)
    elif now_ns - c.touched_ns >= _SETTLING_NS:
        standing = s.tilt_rad < _UPRIGHT_RAD
        _set_mode(c, FlightMode.LANDED.value if standing else FlightMode.DOWN.value, now_ns)


@kernel
def _follow(computers: Sequence[ComputerState], index: int, now_ns: int) -> None:
    """Go with the two others where they have agreed for long enough."""
    c = computers[index]
    first, second = computers[(index + 1) % COMPUTERS], computers[(index + 2) % COMPUTERS]
    wait_ns = NEVER_NS
    if first.mode == second.mode and not (first.silent or second.silent):
        wait_ns = follow_wait_ns(c.mode, first.mode)
    if wait_ns == NEVER_NS:
        c.outvoted_since_ns = 0
        return
    if c.outvoted_since_ns == 0:
        c.outvoted_since_ns = max(now_ns, 1)
    if now_ns - c.outvoted_since_ns >= wait_ns:
        c.followed_from = 1 + c.mode
        c.outvoted_since_ns = 0
        c.counting, c.zero_ns = first.counting, first.zero_ns
        _set_mode(c, first.mode, now_ns)


# --- What it asks for ---


@kernel
def _act(c: ComputerState, r: Readings, p: ComputerParameters, now_ns: int) -> int:
    """Fill the actuation; the mode that follows."""
    a = c.actuation
    a.release = 0
    a.vent = vents_open(c.mode)
    if c.mode == FlightMode.TERMINAL_COUNT:
        _count(c, p, now_ns)
        return c.mode
    if not in_flight(c.mode) or c.touched_ns > 0:
        for i in range(ENGINES):
            a.run[i] = 0
        a.throttle = 0.0
        a.legs = 1 if r.leg_extension > 0.0 else 0
        rest(c.control, a)
        return c.mode
    wanted = _guide(c, r, p, now_ns)
    for i in range(ENGINES):
        a.run[i] = c.steering.run[i]
    a.throttle = c.steering.throttle
    a.legs = c.steering.legs
    a.release = 1 if c.mode == FlightMode.ASCENT else 0
    control(c.control, c.solution, r, c.steering, p.control, a)
    return wanted


@kernel
def _guide(c: ComputerState, r: Readings, p: ComputerParameters, now_ns: int) -> int:
    if p.profile == ProfileKind.HOP:
        return guide_hop(c.hop, c.solution, r, p.hop, c.mode, now_ns, c.steering)
    if p.profile == ProfileKind.ENTRY:
        return guide_cargo(
            c.cargo,
            c.returning,
            c.solution,
            r,
            p.entry,
            p.returning,
            c.mode,
            now_ns,
            CYCLE_S,
            c.steering,
        )
    return guide_return(c.returning, c.solution, r, p.returning, c.mode, now_ns, c.steering)


@kernel
def _count(c: ComputerState, p: ComputerParameters, now_ns: int) -> None:
    """Ignite so that thrust is there at zero; then let go."""
    a = c.actuation
    zero_ns = c.zero_ns if c.counting else now_ns
    c.ignited = 1 if now_ns >= zero_ns - p.start_lead_ns else 0
    for i in range(ENGINES):
        a.run[i] = p.ascent[i] * c.ignited
    a.throttle = 1.0
    a.release = 1 if now_ns >= zero_ns else 0
    rest(c.control, a)


@kernel
def _spoil_actuation(fault: Fault, a: Actuation, now_ns: int) -> None:
    """What a faulty computer says instead."""
    a.throttle = spoil(fault, 0, a.throttle, now_ns)
    a.gimbal_pitch_rad = spoil(fault, 1, a.gimbal_pitch_rad, now_ns)
    a.gimbal_yaw_rad = spoil(fault, 2, a.gimbal_yaw_rad, now_ns)
    for i in range(3):
        a.fins_rad[i] = spoil(fault, 3 + i, a.fins_rad[i], now_ns)
        a.cold_gas_torque_n_m[i] = spoil(fault, 6 + i, a.cold_gas_torque_n_m[i], now_ns)
    for i in range(ENGINES):
        a.run[i] = 1 if spoil(fault, 9, float(a.run[i]), now_ns) > 0.5 else 0
