"""A station on the shipped hop mission, and three flight computers and a barge played by hand.

The bytes are the real ones; what they say is the test's to decide, so that the
vehicle is in its landing burn after a second and can lie, stall or fall silent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.messages import (
    Act,
    CommandStatus,
    ConsoleChanged,
    CriterionState,
    CriterionStatus,
    Event,
    GateState,
    GateStatus,
    Input,
    Intent,
    LinkChanged,
    LinkState,
    Outputs,
    Received,
    ShellHealth,
    Snapshot,
    Tick,
    Transmit,
)
from gcs.station import Station
from gcs.telemetry import barge as wire
from gcs.telemetry.mavlink.dialect import Dialect, load_dialect
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.stream import MavlinkStream, Packet

SECOND = 1_000_000_000
TICK = SECOND // 10
START = 1_748_476_800 * SECOND
BOOTED = START - 90 * SECOND
REPOSITORY = CONFIGS.parent
MISSION = CONFIGS / "missions" / "xzy1-hop.toml"
COMPUTERS = ("fc_a", "fc_b", "fc_c")
ROOT = "landfall/atlas"
HEALTHY = ShellHealth(
    recorder_ok=True, disk_free_bytes=10**12, queue_depth=0, queue_lag_ns=0, dropped=0
)
HISTORY_S = 1201

PRELAUNCH, ASCENT, DESCENT, COMMITTED, DIVERTING = 0, 2, 4, 5, 6


@cache
def shipped() -> Mission:
    """The hop as shipped."""
    return load_mission(MISSION)


def changed(*replacements: tuple[str, str]) -> Mission:
    """The hop with pieces of its mission and criteria files replaced; each must be there."""
    texts = dict(shipped().texts)
    files = (MISSION.name, *shipped().config.mission.criteria)
    for old, new in replacements:
        assert any(old in texts[file] for file in files), old
        texts |= {file: texts[file].replace(old, new) for file in files}
    return load_mission(MISSION.relative_to(MISSION.parent), texts)


QUICKER = ('clear_after = "30 s"', 'clear_after = "10 s"')
"""The waves clear as fast as the rest, so that a test need not wait."""


@cache
def quicker() -> Mission:
    """The hop with waves that clear in 10 s."""
    return changed(QUICKER)


@cache
def hurried() -> Mission:
    """The quicker hop with its two deadlines at T+8 s and T+14 s."""
    return changed(QUICKER, ("96 s", "8 s"), ("108 s", "14 s"))


@cache
def hop_dialect() -> Dialect:
    """The dialect of the hop."""
    return load_dialect(shipped().dialect_text())


def command_number(command: str) -> int:
    """The MAV_CMD of `landing_commit` and the others."""
    return hop_dialect().command(f"MAV_CMD_LANDFALL_{command.upper()}")


def telemetry(mode: int) -> dict[str, dict[str, Any]]:
    """What a sound flight computer says in a mode, by message."""
    flying = mode >= DESCENT
    return {
        "HEARTBEAT": {"type": 9, "autopilot": 8, "base_mode": 33, "system_status": 4},
        "ATTITUDE": {"pitch": 0.05 if flying else 0.005},
        "LOCAL_POSITION_NED": {"x": -130.0, "z": -900.0, "vz": 60.0 if flying else 0.0},
        "GLOBAL_POSITION_INT": {"lat": 366000000, "lon": 1213000000},
        "ESTIMATOR_STATUS": {
            "flags": 63,
            "pos_horiz_ratio": 0.3,
            "pos_vert_ratio": 0.3,
            "pos_horiz_accuracy": 0.5,
            "pos_vert_accuracy": 0.5,
        },
        "ENGINE_STATE": {
            "chamber_pressure": 9e6,
            "throttle": 0.7,
            "state": 2 if flying else 0,
            "starts_left": 2,
        },
        "PROPELLANT_STATE": {
            "oxidizer_mass": 21_130.0,
            "fuel_mass": 5_870.0,
            "oxidizer_pressure": 3e5,
            "fuel_pressure": 3e5,
        },
        "LANDING_STATE": {
            "relative_north": -130.0,
            "height": 900.0,
            "aim_north": -130.0,
            "time_to_touchdown": 40.0,
            "propellant_margin": 2000.0,
            "beacon_age": 0.1,
            "legs_deployed": int(flying),
            "healthy": 1,
            "mode": mode,
        },
        "SYS_STATUS": {"voltage_battery": 28_000, "battery_remaining": 96},
        "CARGO_STATE": {"mass": 200.0, "secured": 1},
    }


def barge_words() -> dict[str, dict[str, Any]]:
    """What a sound barge says, by topic."""
    return {
        "motion": {
            **dict.fromkeys(wire.HISTORY_COLUMNS, 0.0),
            "roll": 0.01,
            "pitch": 0.005,
            "heave_rate": 0.2,
            "acceleration_z": 9.8,
        },
        "position": {
            "latitude": 36.6,
            "longitude": 121.3,
            "heading_true": 0.0,
            "course_over_ground": 0.0,
            "speed_over_ground": 0.1,
            "station_error": 0.4,
        },
        "dp": {
            "mode": wire.DpMode.HOLDING,
            "thrusters_total": 4,
            "thrusters_available": 4,
            "power_fraction": 0.4,
            "wave_relative_heading": 0.1,
        },
        "deck": {
            "clear": True,
            "persons_on_board": 0,
            "fire": False,
            "beacon_healthy": True,
            "lights": wire.DeckLights.BLUE,
            "wet": False,
        },
        "weather": {
            "wind_speed_true": 6.0,
            "wind_gust": 8.5,
            "wind_direction_true": 0.3,
            "significant_wave_height": 0.9,
            "wave_period": 6.0,
            "wave_direction": 0.0,
            "visibility": 15_000.0,
            "air_pressure": 101_300.0,
            "air_temperature": 293.0,
        },
        "power": {
            "bus_voltage": 690.0,
            "generators_online": 3,
            "battery_fraction": 0.98,
            "fuel_fraction": 0.8,
            "ballast_fraction": 0.55,
        },
        "systems": {
            "deck_closed": True,
            "beacon_on": True,
            "monitors_on": False,
            "lights_on": True,
            "stage_secured": False,
            "verdict_heard": True,
            "order_nonce": 0,
        },
    }


@dataclass
class Computer:
    """One flight computer: what it says, and whether it obeys, echoes and acknowledges."""

    link: str
    component: int
    says: dict[str, dict[str, Any]] = field(default_factory=lambda: telemetry(PRELAUNCH))
    altitude_m: float = 0.0
    climbs_m_s: float = 0.0
    silent: set[str] = field(default_factory=set)
    hears: bool = True
    echoes: bool = True
    acknowledges: bool = True
    heard: list[Packet] = field(default_factory=list)
    late_ns: int = 0

    def __post_init__(self) -> None:
        self._encoder = Encoder(hop_dialect(), 1, self.component)
        self._stream = MavlinkStream(hop_dialect())
        self._replies: list[bytes] = []

    def encode(self, name: str, fields: Mapping[str, object]) -> bytes:
        """A frame of this computer's."""
        return self._encoder.encode(name, fields)

    def hear(self, data: bytes) -> None:
        """Take what the station sent; a command that is obeyed is echoed from then on."""
        for packet in self._stream.feed(data):
            self.heard.append(packet)
            mine = packet.type.name == "COMMAND_LONG" and self.hears
            if mine and packet.value("target_component") == self.component:
                self._obey(packet.value("command"), int(packet.value("param1")))

    def _obey(self, command: int, nonce: int) -> None:
        landing = self.says["LANDING_STATE"]
        if self.echoes:
            landing |= {"nonce": nonce, "command": command}
        if command == command_number("landing_commit"):
            landing["mode"] = COMMITTED
        if command == command_number("divert"):
            landing["mode"] = DIVERTING
        if self.acknowledges:
            ack = {"command": command, "target_system": 255, "target_component": 190}
            self._replies.append(self.encode("COMMAND_ACK", ack))

    def speak(self, now_ns: int) -> Iterator[bytes]:
        """What it says at a tick."""
        replies, self._replies = self._replies, []
        yield from replies
        self.altitude_m += self.climbs_m_s * TICK / SECOND
        measured_ns = now_ns - BOOTED - self.late_ns
        for name, fields in self.says.items():
            if name in self.silent or "*" in self.silent:
                continue
            fields = self._dated(name, fields, measured_ns)
            yield self.encode(name, fields)

    def _dated(self, name: str, fields: dict[str, Any], measured_ns: int) -> dict[str, Any]:
        known = hop_dialect().by_name[name].field_index
        dated = dict(fields)
        if "time_boot_ms" in known:
            dated["time_boot_ms"] = measured_ns // 1_000_000
        if "time_usec" in known:
            dated["time_usec"] = measured_ns // 1_000
        if name == "GLOBAL_POSITION_INT" and "relative_alt" not in dated:
            dated["relative_alt"] = round(self.altitude_m * 1000)
        return dated


class Barge:
    """The barge: what it says, and on which topics it is silent."""

    def __init__(self) -> None:
        self.says = barge_words()
        self.silent: set[str] = set()
        self.simulated = True
        self.late_ns = 0
        self._sequences: Counter[str] = Counter()

    def speak(self, now_ns: int) -> Iterator[tuple[str, bytes]]:
        """(topic, payload) of a tick."""
        for topic, fields in self.says.items():
            if topic not in self.silent and "*" not in self.silent:
                yield f"{ROOT}/{topic}", self.payload(topic, fields, now_ns - self.late_ns)

    def payload(self, topic: str, fields: Mapping[str, Any], at_ns: int) -> bytes:
        """One payload; ranges are not checked."""
        self._sequences[topic] += 1
        return wire.encode(
            wire.TOPICS[topic](
                time_us=at_ns // 1000,
                sequence=self._sequences[topic],
                simulated=self.simulated,
                **fields,
            )
        )

    def hear(self, topic: str, data: bytes) -> None:
        """Take what the station said: the deck lights are those that it wants."""
        said = wire.decode(topic.removeprefix(f"{ROOT}/"), data)
        if isinstance(said, wire.Verdict):
            self.says["deck"]["lights"] = said.lights

    def history(self, now_ns: int) -> bytes:
        """Twenty minutes of quiet motion before now, at 2 Hz."""
        times = [(now_ns - i * SECOND // 2) // 1000 for i in range(2 * HISTORY_S, 0, -1)]
        motion = self.says["motion"]
        columns = {name: (motion[name],) * len(times) for name in wire.HISTORY_COLUMNS}
        return self.payload("history", {"times_us": tuple(times), **columns}, now_ns)


class Hop:
    """Station, computers and barge, tick by tick."""

    def __init__(self, mission: Mission | None = None, seed: int = 1) -> None:
        self.mission = mission or quicker()
        self.station = Station(self.mission, seed=seed)
        self.now_ns = START
        self.computers = {
            link: Computer(link, component) for component, link in enumerate(COMPUTERS, start=1)
        }
        self.barge = Barge()
        self.health: ShellHealth | None = HEALTHY
        self.downlink = True
        self.transmits: list[Transmit] = []
        self.events: list[Event] = []
        self.snapshots: list[Snapshot] = []
        self._intents = 0
        self._attached: set[str] = set()

    # --- What happens ---

    def step(self, batch: Iterable[Input]) -> Outputs:
        """One step now; what it sends is heard at once."""
        outputs = self.station.step(list(batch), self.now_ns)
        self.transmits += outputs.transmits
        self.events += outputs.events
        self.snapshots += outputs.snapshots
        for transmit in outputs.transmits:
            if transmit.link in self.computers:
                self.computers[transmit.link].hear(transmit.data)
            elif transmit.topic:
                self.barge.hear(transmit.topic, transmit.data)
        return outputs

    def born(self) -> Hop:
        """Links are up and the barge's birth was received."""
        self.step(LinkChanged(link, LinkState.UP, "memory") for link in (*COMPUTERS, "barge"))
        data = self.barge.history(self.now_ns)
        self.step([Received("barge", self.now_ns, data, topic=f"{ROOT}/history", retained=True)])
        return self

    def tick(self, *extra: Input, after_ns: int = TICK) -> Outputs:
        """Telemetry of this moment, then a Tick."""
        self.now_ns += after_ns
        batch = self.telemetry() if self.downlink else []
        if self.health is not None:
            batch.append(self.health)
        return self.step([*batch, *extra, Tick()])

    def telemetry(self) -> list[Input]:
        """What everyone says now."""
        batch: list[Input] = [
            Received(link, self.now_ns, data, peer=f"{link}:1")
            for link, computer in self.computers.items()
            for data in computer.speak(self.now_ns)
        ]
        batch += [
            Received("barge", self.now_ns, data, topic=topic)
            for topic, data in self.barge.speak(self.now_ns)
        ]
        return batch

    def fly(self, seconds: float) -> Hop:
        """Ticks for so long."""
        for _ in range(round(seconds * 10)):
            self.tick()
        return self

    def say(self, message: str, *links: str, **fields: Any) -> None:
        """From now on these computers (or all) say this."""
        for link in links or COMPUTERS:
            self.computers[link].says[message] |= fields

    def lift_off(self) -> Hop:
        """T is zero: the vehicle has left the pad."""
        self.fly(0.5)
        self.enter(ASCENT)
        for computer in self.computers.values():
            computer.altitude_m = 10.0
        return self.fly(0.2)

    def enter(self, mode: int, *links: str) -> None:
        """The computers are in this mode, and say what goes with it."""
        for link in links or COMPUTERS:
            computer = self.computers[link]
            kept = {k: computer.says["LANDING_STATE"].get(k, 0) for k in ("nonce", "command")}
            computer.says = telemetry(mode)
            computer.says["LANDING_STATE"] |= kept
            computer.climbs_m_s = -60.0 if mode >= DESCENT else 0.0
            if mode >= DESCENT:
                computer.altitude_m = 900.0

    def descend(self) -> Hop:
        """In the landing burn, the landing gate just opened; slow criteria have cleared.

        T is about 0.3 s.
        """
        self.born()
        for _ in range(28):
            self.tick(after_ns=4 * TICK)
        self.lift_off()
        self.enter(DESCENT)
        self.tick()
        assert self.gate("landing_commit").state is GateState.NO_GO
        return self

    def commit(self) -> Hop:
        """Over the deck: the commit is verified."""
        self.descend().fly(4)
        assert self.landing is GateState.COMMITTED, self.gate("landing_commit")
        return self

    def intent(self, act: Act, position: str = "FD") -> Outputs:
        """An operator's wish, in a step of its own; the flight director holds authority."""
        self._intents += 1
        person = position.lower()
        wish = Intent(
            str(self._intents), f"console-{position}", position, self.now_ns, 0, act, person
        )
        return self.step([*self._attaching(position), wish])

    def _attaching(self, position: str) -> Iterator[ConsoleChanged]:
        """Every position at its console, the mission's in their order, before the first wish."""
        for name in (*self.mission.config.station.positions, position):
            if name not in self._attached:
                self._attached.add(name)
                yield ConsoleChanged(f"console-{name}", name, attached=True, person=name.lower())

    # --- What is seen ---

    @property
    def snapshot(self) -> Snapshot:
        """The newest."""
        return self.snapshots[-1]

    def gate(self, name: str) -> GateStatus:
        """A gate as last shown."""
        return next(gate for gate in self.snapshot.gates if gate.id == name)

    @property
    def landing(self) -> GateState:
        """The landing gate's state."""
        return self.gate("landing_commit").state

    def criterion(self, name: str) -> CriterionStatus:
        """A criterion as last shown."""
        return next(status for status in self.snapshot.criteria if status.id == name)

    def blocking(self) -> set[str]:
        """Criteria of the landing gate that do not pass."""
        passing = {CriterionState.GO, CriterionState.CAUTION, CriterionState.WAIVED}
        gates = {info.id: info.gates for info in self.station.catalogue("LIVE").criteria}
        return {
            status.id
            for status in self.snapshot.criteria
            if "landing_commit" in gates[status.id] and status.state not in passing
        }

    def commands(self, name: str) -> list[CommandStatus]:
        """Statuses of a command, oldest first."""
        return [status for status in self.snapshot.commands if status.command == name]

    def sent(self, command: str) -> list[Packet]:
        """The COMMAND_LONGs of this command that left the station."""
        number = command_number(command)
        return [p for p in self.packets("COMMAND_LONG") if p.value("command") == number]

    def packets(self, name: str = "", link: str = "") -> list[Packet]:
        """What left the station on MAVLink links, decoded."""
        streams = {fc: MavlinkStream(hop_dialect()) for fc in COMPUTERS}
        return [
            packet
            for transmit in self.transmits
            if transmit.link in streams and link in ("", transmit.link)
            for packet in streams[transmit.link].feed(transmit.data)
            if name in ("", packet.type.name)
        ]

    def told(self, kind: str) -> list[str]:
        """The texts of all events of a kind."""
        return [event.text for event in self.events if event.kind == kind]
