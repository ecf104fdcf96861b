"""The simulated world: vehicle, flight computers, sea and barge, on virtual time.

Synchronous and deterministic: time moves only in `advance`, and the same mission,
seed, times and received bytes give the same emissions, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.barge.beacon import DeckBeacon
from firmware_sim.barge.motion import BargeMotion, DeckState
from firmware_sim.endpoints.barge import BargePort, Publication
from firmware_sim.endpoints.flight_computer import CYCLE_NS, FlightComputerPort
from firmware_sim.environment.harmonics import HarmonicGrid
from firmware_sim.environment.place import Place
from firmware_sim.environment.sea import make_sea
from firmware_sim.environment.wind import height_factor, make_gusts, wind_from_north_m_s
from firmware_sim.flight_software.computer import FlightComputer, middle
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.scenario import Scenario, make_scenario
from firmware_sim.vehicle.engine import Engine
from firmware_sim.vehicle.plant import SUBSTEP_NS, Sensed, Vehicle
from firmware_sim.vehicle.touchdown import Outcome
from gcs.config.loading import Mission
from gcs.telemetry.mavlink.stream import MavlinkStream

SECOND_NS = 1_000_000_000
_SUBSTEPS = CYCLE_NS // SUBSTEP_NS
_BEACON_CYCLES = 5
_BOOTED_BEFORE_NS = 90 * SECOND_NS
_BOOT_SPACING_NS = 1_370_000_000


@dataclass(frozen=True, slots=True)
class Emission:
    """Bytes that leave the world: a frame on a byte link, or a payload under a topic."""

    link: str
    at_ns: int
    data: bytes
    topic: str = ""
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """How things really are: for plots, and for the outcome of a flight."""

    now_ns: int
    vehicle: Sensed
    deck: DeckState
    modes: tuple[FlightMode, ...]
    wind_north_m_s: float
    outcome: Outcome | None


class World:
    """One simulated mission. `mission` may be a prepared Scenario."""

    def __init__(self, mission: Mission | Scenario, seed: int = 0, start_ns: int = 0) -> None:
        """Set everything up at `start_ns`; ConfigError if the mission cannot be simulated."""
        scenario = (
            mission if isinstance(mission, Scenario) else make_scenario(mission, seed, start_ns)
        )
        self.scenario = scenario
        self._start_ns = self._now_ns = scenario.start_ns
        self._cycle = 0
        self._pending: list[Emission] = []
        self._make_surroundings()
        self._make_vehicle()
        self._make_ports()
        self._publish(self._barge_port.birth(self._now_ns))

    def _make_surroundings(self) -> None:
        scenario, simulation = self.scenario, self.scenario.simulation
        self._sea = make_sea(simulation.sea, scenario.random("sea"))
        self._place = Place(simulation.latitude_deg, simulation.longitude_deg)
        self._barge = BargeMotion(
            scenario.barge,
            scenario.barge_model,
            simulation.barge,
            self._sea,
            scenario.random("drift"),
            CYCLE_NS,
        )
        self._beacon = DeckBeacon(simulation.beacon, scenario.random("beacon"))
        gusts = make_gusts(simulation.weather, scenario.random("gusts"))
        self._gusts = HarmonicGrid(gusts, CYCLE_NS)
        self._mean_wind_m_s = wind_from_north_m_s(simulation.weather)
        speed = max(simulation.weather.wind_speed_m_s, 1.0)
        self._gust_share = self._mean_wind_m_s / speed
        self._deck = self._barge.at(0)
        self._wind_m_s = 0.0

    def _make_vehicle(self) -> None:
        scenario = self.scenario
        deck_height_m = scenario.barge.deck.height_m
        engine = Engine(scenario.vehicle.engine, scenario.random("engine"))
        pad_north_m = scenario.simulation.pad_north_m
        self._vehicle = Vehicle(scenario.vehicle, deck_height_m, pad_north_m, engine)
        self._sensed = self._vehicle.sensed()
        self._computers = [
            FlightComputer(
                scenario.vehicle,
                deck_height_m,
                scenario.simulation.beacon.relative_sigma_m,
                scenario.random(f"fc_{i}"),
                CYCLE_NS,
            )
            for i in range(len(scenario.units))
        ]
        self._peers = [
            [other for other in self._computers if other is not computer]
            for computer in self._computers
        ]

    def _make_ports(self) -> None:
        scenario = self.scenario
        self._ports: list[tuple[str, FlightComputerPort]] = []
        self._streams: dict[str, MavlinkStream] = {}
        for i, (unit, computer) in enumerate(zip(scenario.units, self._computers, strict=True)):
            boot_ns = self._start_ns - _BOOTED_BEFORE_NS - i * _BOOT_SPACING_NS
            port = FlightComputerPort(
                computer,
                scenario.dialect,
                scenario.vehicle,
                self._place,
                unit.system,
                unit.component,
                boot_ns,
            )
            self._ports.append((unit.link, port))
            self._streams[unit.link] = MavlinkStream(scenario.dialect)
        self._barge_port = BargePort(
            scenario.simulation,
            scenario.barge_model,
            self._barge,
            self._sea,
            self._place,
            self._start_ns,
            f"sim-{scenario.seed}",
            scenario.random("barge"),
        )

    # --- Time ---

    @property
    def now_ns(self) -> int:
        """The time reached, ns since the Unix epoch (or whatever `start_ns` counted from)."""
        return self._now_ns

    def advance(self, to_ns: int) -> list[Emission]:
        """Run to `to_ns`; what was emitted until then, in order of time.

        ValueError on a step back.
        """
        if to_ns < self._now_ns:
            raise ValueError(f"time cannot go back from {self._now_ns} to {to_ns}")
        while (at_ns := self._start_ns + self._cycle * CYCLE_NS) <= to_ns:
            self._now_ns = at_ns
            self._run_cycle(self._cycle, at_ns)
            self._cycle += 1
        self._now_ns = to_ns
        emitted, self._pending = self._pending, []
        return emitted

    def _run_cycle(self, cycle: int, now_ns: int) -> None:
        """Sense, tell, decide, move: one cycle of everything."""
        deck = self._deck = self._barge.at(cycle)
        sensed = self._sensed = self._vehicle.sensed()
        if cycle % _BEACON_CYCLES == 0 and (fix := self._beacon.send(deck, now_ns)) is not None:
            for computer in self._computers:
                computer.navigation.hear(fix)
        asked = [
            computer.step(sensed, peers, now_ns)
            for computer, peers in zip(self._computers, self._peers, strict=True)
        ]
        for link, port in self._ports:
            for frame in port.telemetry(cycle, sensed, now_ns):
                self._pending.append(Emission(link, now_ns, frame))
        self._publish(self._barge_port.publish(cycle, deck, now_ns))
        self._wind_m_s = self._wind(cycle, sensed.up_m)
        self._vehicle.step(middle(asked), deck, self._wind_m_s, now_ns, _SUBSTEPS)

    def _wind(self, cycle: int, up_m: float) -> float:
        """Wind toward north at the vehicle, m/s."""
        gust = self._gusts.row(cycle)[0] * self._gust_share
        height_m = up_m + self.scenario.barge.deck.height_m
        return self._mean_wind_m_s * height_factor(height_m) + gust

    # --- Bytes ---

    def receive(self, link: str, data: bytes, topic: str = "") -> None:
        """Bytes from the station, now; answers leave with the next `advance`.

        Nothing that a peer sends raises.
        """
        if topic:
            self._receive_topic(link, topic, data)
            return
        stream = self._streams.get(link)
        if stream is None:
            return
        for packet in stream.feed(data, self._now_ns):
            for own_link, port in self._ports:
                if own_link == link:
                    for frame in port.receive(packet, self._sensed, self._now_ns):
                        self._pending.append(Emission(link, self._now_ns, frame))

    def _receive_topic(self, link: str, topic: str, data: bytes) -> None:
        root = f"{self.scenario.barge_root}/"
        if link == self.scenario.barge_link and topic.startswith(root):
            answers = self._barge_port.receive(topic.removeprefix(root), data, self._now_ns)
            self._publish(answers)

    def reconnect_barge(self) -> None:
        """The barge's link is new: it publishes its birth again."""
        self._publish(self._barge_port.birth(self._now_ns))

    def will(self) -> Emission:
        """The barge's last will, for its broker."""
        return self._emission(self._barge_port.will(self._now_ns))

    def _publish(self, publications: list[Publication]) -> None:
        self._pending.extend(self._emission(publication) for publication in publications)

    def _emission(self, publication: Publication) -> Emission:
        return Emission(
            self.scenario.barge_link,
            self._now_ns,
            publication.data,
            f"{self.scenario.barge_root}/{publication.topic}",
            publication.retain,
        )

    # --- Truth ---

    def truth(self) -> Truth:
        """How things are at the last cycle; `outcome` from touchdown on."""
        return Truth(
            now_ns=self._now_ns,
            vehicle=self._vehicle.sensed(),
            deck=self._deck,
            modes=tuple(computer.mode for computer in self._computers),
            wind_north_m_s=self._wind_m_s,
            outcome=self._vehicle.outcome,
        )
