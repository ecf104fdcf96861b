"""A small mission to fly, and a pilot that sends what the station would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from firmware_sim.emissions import Emission
from firmware_sim.world import Truth, World
from gcs.config.loading import Mission, load_mission
from gcs.telemetry.mavlink.dialect import Dialect, load_dialect
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.stream import MavlinkStream, Packet

SECOND_NS = 1_000_000_000
CONFIGS = Path(__file__).parents[2] / "configs"
LINKS = ("fc_a", "fc_b", "fc_c")

_HEAD = """
[mission]
id = "test-hop"
title = "test hop"
vehicle = "vehicle.toml"
barge = "barge.toml"
dialect = "dialect.xml"
dictionaries = []
phase = []
"""
_LINKS = """
[[link]]
id = "barge"
kind = "memory"
carries = "barge"

[[source]]
id = "barge"
kind = "barge"
links = ["barge"]
root = "landfall/test"
"""
_COMPUTER = """
[[link]]
id = "{id}"
kind = "memory"
carries = "mavlink"

[[source]]
id = "{id}"
kind = "mavlink"
links = ["{id}"]
system = 1
component = {component}
flight_computer = true
"""
_SIMULATION = """
[simulation]
latitude_deg = 36.6
longitude_deg = 121.3
"""


def mission_texts(simulation: str = "", computers: int = 3) -> dict[str, str]:
    """The texts of a mission file and the files that it names."""
    units = [_COMPUTER.format(id=LINKS[i], component=i + 1) for i in range(computers)]
    head = _HEAD.replace("phase = []\n", "")
    return {
        "mission.toml": "phase = []\n" + head + _LINKS + "".join(units) + _SIMULATION + simulation,
        "vehicle.toml": (CONFIGS / "vehicles/xzy1-hop.toml").read_text(encoding="utf-8"),
        "barge.toml": (CONFIGS / "barges/atlas.toml").read_text(encoding="utf-8"),
        "flat-barge.toml": (CONFIGS / "barges/flat-barge.toml").read_text(encoding="utf-8"),
        "dialect.xml": (CONFIGS / "mavlink/landfall.xml").read_text(encoding="utf-8"),
    }


def small_mission(simulation: str = "", computers: int = 3) -> Mission:
    """A mission of three flight computers and a barge on memory links."""
    return load_mission(Path("mission.toml"), mission_texts(simulation, computers))


def dialect() -> Dialect:
    """The dialect of the missions."""
    return load_dialect((CONFIGS / "mavlink/landfall.xml").read_text(encoding="utf-8"))


@dataclass
class Pilot:
    """Flies a world step by step and keeps what it emitted."""

    world: World
    encoder: Encoder = field(init=False)
    emissions: list[Emission] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.encoder = Encoder(self.world.scenario.dialect, 255, 190)

    def send(
        self,
        command: str,
        nonce: int,
        links: Iterable[str] = LINKS,
        validity_ms: float = 3000.0,
        param3: float = 0.0,
    ) -> None:
        """Send a command of the landfall dialect, e.g. `LAUNCH`, to the computers of `links`."""
        code = self.world.scenario.dialect.command(f"MAV_CMD_LANDFALL_{command}")
        for link in links:
            fields = {
                "command": code,
                "target_system": 1,
                "target_component": LINKS.index(link) + 1,
                "param1": float(nonce),
                "param2": validity_ms,
                "param3": param3,
            }
            self.world.receive(link, self.encoder.encode("COMMAND_LONG", fields))

    def run(self, seconds: float) -> Truth:
        """Advance; what was emitted is kept."""
        self.emissions += self.world.advance(self.world.now_ns + round(seconds * SECOND_NS))
        return self.world.truth()

    def run_until(self, done: Callable[[Truth], bool], limit_s: float = 300.0) -> Truth:
        """Advance in steps of 0.1 s until `done`; AssertionError after `limit_s`."""
        for _ in range(round(limit_s * 10)):
            truth = self.run(0.1)
            if done(truth):
                return truth
        raise AssertionError(f"not reached in {limit_s} s: {self.world.truth()}")

    def packets(self, link: str, name: str = "") -> list[Packet]:
        """What was emitted on a link, decoded; of one message type, if named."""
        stream = MavlinkStream(self.world.scenario.dialect)
        data = b"".join(e.data for e in self.emissions if e.link == link)
        return [p for p in stream.feed(data) if not name or p.type.name == name]


def launched(world: World, countdown_s: float = 5.0) -> Pilot:
    """A pilot whose vehicle counts down."""
    pilot = Pilot(world)
    pilot.run(0.5)
    pilot.send("LAUNCH", 11, param3=countdown_s)
    return pilot
