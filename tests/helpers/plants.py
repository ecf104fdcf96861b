"""Single vehicles over a still deck, without ship, sensors and flight software."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from firmware_sim.barge.deck import DeckState
from firmware_sim.chance import Chance, seed_chance
from firmware_sim.environment.air import Air
from firmware_sim.environment.earth import EarthParameters, earth_parameters, make_site
from firmware_sim.faults import Faults
from firmware_sim.flight_software.interfaces import Actuation
from firmware_sim.records import make
from firmware_sim.vehicle.dynamics import VehicleParameters
from firmware_sim.vehicle.plant import (
    observe,
    place_in_flight,
    place_on_pad,
    step_vehicle,
    vehicle_parameters,
)
from firmware_sim.vehicle.state import FUEL, OXIDIZER, VehicleState
from gcs.config.barge import DeckConfig
from gcs.config.simulation import FlightStart, PadStart
from tests.helpers.vehicles import vehicle_model

STEP_NS = 1_000_000
STEPS = 10
CYCLE_S = 1e-9 * STEPS * STEP_NS
DECK = DeckConfig(length_m=91.4, width_m=51.8, height_m=3.5)


@dataclass
class Plant:
    """A vehicle and what acts on it; `fly` passes time."""

    p: VehicleParameters
    v: VehicleState = field(default_factory=lambda: make(VehicleState))
    deck: DeckState = field(default_factory=lambda: make(DeckState))
    air: Air = field(default_factory=lambda: make(Air))
    faults: Faults = field(default_factory=lambda: make(Faults))
    actuation: Actuation = field(default_factory=lambda: make(Actuation))

    def __post_init__(self) -> None:
        self.deck.ned_from_deck[:] = np.eye(3)
        self.deck.position_m[2] = -DECK.height_m
        seed_chance(self.v.chance, 1, "vehicle")

    def observe(self) -> None:
        """Bring the outputs up to a state that was set by hand."""
        observe(self.v, self.deck, self.p)

    def fly(self, cycles: int = 1, steps: int = STEPS) -> None:
        """Pass `cycles` cycles of `steps` ms each; the deck stays where it is."""
        for _ in range(cycles):
            self.deck.time_ns = now_ns = self.v.time_ns
            step_vehicle(
                self.v,
                self.actuation,
                self.deck,
                self.air,
                self.p,
                self.faults,
                now_ns,
                steps,
                STEP_NS,
            )

    @property
    def propellant_kg(self) -> float:
        """In both tanks."""
        return float(self.v.x[OXIDIZER] + self.v.x[FUEL])


def plant_on_pad(name: str, start: PadStart | None = None) -> Plant:
    """A shipped vehicle on its pad, held."""
    start = PadStart() if start is None else start
    site = make_site(39.7, 122.1, DECK.height_m)
    plant = Plant(vehicle_parameters(vehicle_model(name), site, DECK, start))
    place_on_pad(plant.v, plant.p, start, plant.deck)
    return plant


def plant_in_flight(name: str, seed: int = 1, **start: object) -> Plant:
    """A shipped vehicle in flight: fields of FlightStart override 40 km up, 500 m/s, level."""
    fields = {
        "kind": "flight",
        "source": "test",
        "after_lift_off": "100 s",
        "range_to_go_m": 50e3,
        "bearing": "90 deg",
        "altitude_m": 40e3,
        "speed_m_s": 500.0,
        "path_angle": "0 deg",
    }
    site = make_site(39.7, 122.1, DECK.height_m)
    plant = Plant(vehicle_parameters(vehicle_model(name), site, DECK))
    chance = make(Chance)
    seed_chance(chance, seed, "start")
    flight = FlightStart.model_validate(fields | start)
    place_in_flight(plant.v, plant.p, flight, plant.deck, chance)
    return plant


def without_air(plant: Plant) -> Plant:
    """The same vehicle where air neither pushes nor slows."""
    aerodynamics = plant.p.aerodynamics
    aerodynamics.area_m2 = aerodynamics.side_area_m2 = 0.0
    aerodynamics.fin_area_m2 = aerodynamics.flap_across_m3 = aerodynamics.flap_axial_m3 = 0.0
    plant.p.engines.exit_area_m2 = 0.0
    return plant


def sphere(
    mass_kg: float,
    inertia_kg_m2: tuple[float, ...],
    drag_m2: float,
    earth: EarthParameters | None = None,
) -> VehicleParameters:
    """A body without engines, tanks and legs, on the other side of the Earth from its site.

    Its feet are its centre of mass; `drag_m2` is drag coefficient times area.
    """
    p = make(VehicleParameters)
    p.earth = p.legs.earth = earth_parameters() if earth is None else earth
    p.site = p.legs.site = make_site(-45.0, 180.0, 0.0, p.earth)
    p.tanks.dry_kg = mass_kg
    p.tanks.dry_inertia_kg_m2[:] = inertia_kg_m2
    p.tanks.load_kg[:] = p.tanks.radius_m = 1.0
    p.engines.nozzle_diameter_m = p.engines.minimum_throttle = p.nose_radius_m = 1.0
    p.aerodynamics.rows = 2
    p.aerodynamics.mach[:2] = (0.0, 1.0)
    p.aerodynamics.round_area_m2 = drag_m2
    return p
