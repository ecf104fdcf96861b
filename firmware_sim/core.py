"""The physical world and its flight software on virtual time, without wires.

A cycle of 10 ms moves the ship and the air, lets every flight computer sense and decide,
and flies the vehicle on. All that changes is one record, so that a world is saved
and restored bit for bit, and the same scenario repeats bit for bit.
"""

from __future__ import annotations

from firmware_sim.barge.beacon import beacon_parameters, make_beacon
from firmware_sim.barge.ship import make_ship, ship_parameters
from firmware_sim.chance import seed_chance
from firmware_sim.cycle import CYCLE_NS, run_cycles
from firmware_sim.environment.air import air_parameters, make_air
from firmware_sim.environment.earth import make_site
from firmware_sim.fault_timeline import FaultTimeline, SavedTimeline
from firmware_sim.faults import COMPUTERS
from firmware_sim.flight_software.computer import computer_parameters
from firmware_sim.flight_software.flight_computer import join_flight, make_computers
from firmware_sim.flight_software.modes import Command, FlightMode
from firmware_sim.flight_software.navigation import align
from firmware_sim.records import make_block, record_in, restore, save
from firmware_sim.scenario import Scenario
from firmware_sim.vehicle.plant import (
    bad_quantity,
    place_in_flight,
    place_on_pad,
    vehicle_parameters,
)
from firmware_sim.vehicle.sensors import make_sensors, sensor_parameters
from firmware_sim.vehicle.touchdown import Outcome, judge
from firmware_sim.world_state import WorldParameters, WorldState
from gcs.clock import SECOND_NS
from gcs.config.simulation import FlightStart

_MANY = 1 << 40
_NONCES = 10_000_000
_VALIDITY_MS = 3000.0


SavedCore = tuple[bytes, SavedTimeline]


class SimulationError(Exception):
    """The state is no longer finite: when, in which phase, and which quantity was first."""


class Core:
    """One simulated flight: its state, its parameters, and time."""

    def __init__(self, scenario: Scenario) -> None:
        """Set everything up at time zero; ConfigError if the scenario cannot be flown."""
        self.scenario = scenario
        self._state_block = make_block(WorldState)
        self._parameter_block = make_block(WorldParameters)
        self.state = record_in(WorldState, self._state_block)
        self.parameters = record_in(WorldParameters, self._parameter_block)
        self._fill_parameters()
        self._fill_state()
        commit_height_m = scenario.vehicle.profile.commit_height_m
        self.computers = make_computers(self.state.computers, commit_height_m)
        self.faults = FaultTimeline(
            scenario.faults, scenario.targets, scenario.seed, scenario.start_ns
        )

    def _fill_parameters(self) -> None:
        scenario, p = self.scenario, self.parameters
        simulation, model, deck = scenario.simulation, scenario.vehicle, scenario.barge.deck
        p.site = make_site(simulation.latitude_deg, simulation.longitude_deg, deck.height_m)
        p.air = air_parameters(simulation.weather)
        p.ship = ship_parameters(scenario.barge, scenario.hull, simulation, scenario.seed)
        p.beacon = beacon_parameters(scenario.barge_model, simulation.beacon)
        p.vehicle = vehicle_parameters(model, p.site, deck, simulation.start)
        p.sensors = sensor_parameters(model, deck, simulation.beacon)
        p.computer = computer_parameters(
            model, p.site, scenario.barge, simulation.beacon, simulation.weather
        )

    def _fill_state(self) -> None:
        state, p, seed = self.state, self.parameters, self.scenario.seed
        start = self.scenario.simulation.start
        make_ship(state.ship, p.ship, seed)
        make_beacon(state.beacon, seed)
        make_air(state.air, seed)
        vehicle, deck = state.vehicle, state.ship.deck
        seed_chance(vehicle.chance, seed, "vehicle")
        if isinstance(start, FlightStart):
            place_in_flight(vehicle, p.vehicle, start, deck, vehicle.chance)
            join_flight(state.computers, -start.after_lift_off)
        else:
            place_on_pad(vehicle, p.vehicle, start, deck)
        for i in range(COMPUTERS):
            make_sensors(state.sensors[i], p.sensors, seed, i)
            align(state.computers[i].nav, p.computer.nav, vehicle, seed, i)

    # --- Time ---

    @property
    def now_ns(self) -> int:
        """Time since the start of the simulation."""
        return int(self.state.now_ns)

    @property
    def cycle(self) -> int:
        """How many cycles were run; the next is at this times the cycle's length."""
        return int(self.state.cycle)

    def run(self, cycles: int) -> None:
        """Run so many cycles; SimulationError where the state breaks."""
        while cycles > 0:
            step = min(cycles, self._until_fault())
            run_cycles(self._state_block, self._parameter_block, step)
            cycles -= step
            if self.state.vehicle.bad:
                raise SimulationError(
                    f"{self.mode.name.lower().replace('_', ' ')}, {self.now_ns / SECOND_NS:.2f} s: "
                    f"{bad_quantity(self.state.vehicle)} is not finite"
                )

    def _until_fault(self) -> int:
        """Arm the faults that are due; how many cycles may be run until the next may be."""
        if not self.faults.waiting:
            return _MANY
        next_ns, zero_ns = self.cycle * CYCLE_NS, self.lift_off_ns
        self.faults.apply(self.state.faults, next_ns, zero_ns, self.mode)
        return max(1, -(-(self.faults.next_ns(next_ns, zero_ns) - next_ns) // CYCLE_NS))

    # --- What is going on ---

    @property
    def mode(self) -> FlightMode:
        """The middle one of the three computers' modes: that of two, where two agree."""
        modes = sorted(int(computer.mode) for computer in self.state.computers)
        return FlightMode(modes[1])

    @property
    def mission_time_s(self) -> float:
        """Since lift-off; before it, since the start of the simulation."""
        return (self.now_ns - (self.lift_off_ns or 0)) / SECOND_NS

    @property
    def lift_off_ns(self) -> int | None:
        """When it lifted off, as most computers have it; None while it has not."""
        known = [computer.lift_off_ns for computer in self.computers]
        times = sorted(time_ns for time_ns in known if time_ns is not None)
        return times[len(times) // 2] if times else None

    def outcome(self) -> Outcome | None:
        """What came of the flight so far; None before first contact."""
        vehicle, model = self.state.vehicle, self.scenario.vehicle
        return judge(vehicle, model.touchdown, model.legs, self.now_ns, self.scenario.start_ns)

    # --- Without a station ---

    def launch(self, countdown_s: float) -> None:
        """LAUNCH, to all computers."""
        self._command(Command.LAUNCH, countdown_s)

    def commit(self) -> None:
        """LANDING COMMIT, to all computers."""
        self._command(Command.LANDING_COMMIT, 0.0)

    def _command(self, command: Command, countdown_s: float) -> None:
        nonce = 1 + self.cycle % _NONCES
        for computer in self.computers:
            computer.command(command, nonce, _VALIDITY_MS, countdown_s, self.now_ns)

    # --- Saving ---

    def save(self) -> SavedCore:
        """Everything that changes."""
        return save(self.state), self.faults.save()

    def restore(self, saved: SavedCore) -> None:
        """Go on from what `save` gave of the same scenario; ValueError if it does not fit."""
        state, faults = saved
        restore(self.state, state)
        self.faults.restore(faults)
