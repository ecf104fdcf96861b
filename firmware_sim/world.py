"""The simulated world on its wires: what the flight computers and the barge send and hear.

Synchronous and deterministic: time moves only in `advance`, and the same scenario,
times and received bytes give the same emissions, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.barge.deck import DeckState
from firmware_sim.core import Core, SavedCore
from firmware_sim.cycle import CYCLE_NS
from firmware_sim.emissions import Emission
from firmware_sim.endpoints.barge import BargePort, Publication, SavedPort
from firmware_sim.endpoints.flight_computer import FlightComputerPort
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.scenario import Scenario, make_scenario
from firmware_sim.vehicle.state import VehicleState
from firmware_sim.vehicle.touchdown import Outcome
from gcs.clock import SECOND_NS
from gcs.config.loading import Mission
from gcs.telemetry.mavlink.stream import MavlinkStream

_BOOTED_BEFORE_NS = 90 * SECOND_NS
_BOOT_SPACING_NS = 1_370_000_000


@dataclass(frozen=True, slots=True)
class Truth:
    """How things really are. The records are views: they move on with the world."""

    now_ns: int
    vehicle: VehicleState
    deck: DeckState
    modes: tuple[FlightMode, ...]
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class SavedWorld:
    """All that changes in a world, to go on from."""

    core: SavedCore
    now_ns: int
    pending: tuple[Emission, ...]
    sequences: tuple[int, ...]
    unread: tuple[bytes, ...]
    barge: SavedPort


class World:
    """One simulated mission. `mission` may be a prepared Scenario."""

    def __init__(self, mission: Mission | Scenario, seed: int = 0, start_ns: int = 0) -> None:
        """Set everything up at `start_ns`; ConfigError if the mission cannot be simulated."""
        scenario = (
            mission if isinstance(mission, Scenario) else make_scenario(mission, seed, start_ns)
        )
        self.scenario = scenario
        self.core = Core(scenario)
        self._start_ns = self._now_ns = scenario.start_ns
        self._pending: list[Emission] = []
        self._ports = [self._port(i) for i in range(len(scenario.units))]
        self._streams = {unit.link: MavlinkStream(scenario.dialect) for unit in scenario.units}
        self._barge = BargePort(scenario, self.core.state, self.core.parameters)
        self._publish(self._barge.birth(self._now_ns))

    def _port(self, i: int) -> FlightComputerPort:
        scenario, core, unit = self.scenario, self.core, self.scenario.units[i]
        return FlightComputerPort(
            core.computers[i],
            core.state.readings[i],
            core.state.vehicle,
            core.parameters.site,
            scenario.vehicle,
            scenario.dialect,
            unit.system,
            unit.component,
            -_BOOTED_BEFORE_NS - i * _BOOT_SPACING_NS,
        )

    # --- Time ---

    @property
    def now_ns(self) -> int:
        """The time reached, ns since the Unix epoch (or whatever `start_ns` counted from)."""
        return self._now_ns

    def advance(self, to_ns: int) -> list[Emission]:
        """Run to `to_ns`; what was emitted until then, in order of time.

        ValueError on a step back; SimulationError where the state stops being finite.
        """
        if to_ns < self._now_ns:
            raise ValueError(f"time cannot go back from {self._now_ns} to {to_ns}")
        wires = self.core.faults.wires
        while (at_ns := self._start_ns + self.core.cycle * CYCLE_NS) <= to_ns:
            self._now_ns = at_ns
            for link, data, topic in wires.heard(at_ns):
                self._hear(link, data, topic)
            self._run_cycle(at_ns)
        self._now_ns = to_ns
        emitted, self._pending = self._pending, []
        return list(wires.sent(emitted, to_ns))

    def _run_cycle(self, at_ns: int) -> None:
        """Everything senses, decides and moves; then the units tell of it."""
        cycle = self.core.cycle
        self.core.run(1)
        for unit, port in zip(self.scenario.units, self._ports, strict=True):
            for frame in port.telemetry(cycle, at_ns - self._start_ns):
                self._pending.append(Emission(unit.link, at_ns, frame))
        self._publish(self._barge.publish(cycle, at_ns))

    # --- Bytes ---

    def receive(self, link: str, data: bytes, topic: str = "") -> None:
        """Bytes from the station, now; answers leave with the next `advance`.

        Nothing that a peer sends raises.
        """
        wires = self.core.faults.wires
        wires.hear(link, data, topic, self._now_ns)
        for message in wires.heard(self._now_ns):
            self._hear(*message)

    def _hear(self, link: str, data: bytes, topic: str) -> None:
        if topic:
            self._hear_topic(link, topic, data)
            return
        stream = self._streams.get(link)
        if stream is None:
            return
        for packet in stream.feed(data, self._now_ns):
            for unit, port in zip(self.scenario.units, self._ports, strict=True):
                if unit.link == link:
                    for frame in port.receive(packet, self._now_ns - self._start_ns):
                        self._pending.append(Emission(link, self._now_ns, frame))

    def _hear_topic(self, link: str, topic: str, data: bytes) -> None:
        root = f"{self.scenario.barge_root}/"
        if link == self.scenario.barge_link and topic.startswith(root):
            self._publish(self._barge.receive(topic.removeprefix(root), data, self._now_ns))

    def reconnect_barge(self) -> None:
        """The barge's link is new: it publishes its birth again."""
        self._publish(self._barge.birth(self._now_ns))

    def will(self) -> Emission:
        """The barge's last will, for its broker."""
        return self._emission(self._barge.will(self._now_ns))

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

    # --- Truth, faults, saving ---

    def truth(self) -> Truth:
        """How things are at the last cycle; `outcome` from touchdown on."""
        state = self.core.state
        return Truth(
            now_ns=self._now_ns,
            vehicle=state.vehicle,
            deck=state.ship.deck,
            modes=tuple(computer.mode for computer in self.core.computers),
            outcome=self.core.outcome(),
        )

    def order(self, line: str) -> str:
        """Break or mend a part by a line such as `engine.2 off`; what was done, in words.

        LineError says what is wrong with the line.
        """
        now_ns = self.core.cycle * CYCLE_NS
        return self.core.faults.order(line, self.core.state.faults, now_ns)

    def save(self) -> SavedWorld:
        """Everything that changes, wires included."""
        return SavedWorld(
            core=self.core.save(),
            now_ns=self._now_ns,
            pending=tuple(self._pending),
            sequences=tuple(port.sequence for port in self._ports),
            unread=tuple(stream.held for stream in self._streams.values()),
            barge=self._barge.save(),
        )

    def restore(self, saved: SavedWorld) -> None:
        """Go on from what `save` gave of the same scenario; ValueError if it does not fit."""
        self.core.restore(saved.core)
        self._now_ns = saved.now_ns
        self._pending = list(saved.pending)
        for port, sequence in zip(self._ports, saved.sequences, strict=True):
            port.sequence = sequence
        for link, unread in zip(self._streams, saved.unread, strict=True):
            self._streams[link] = MavlinkStream(self.scenario.dialect)
            self._streams[link].feed(unread, saved.now_ns)
        self._barge.restore(saved.barge)
