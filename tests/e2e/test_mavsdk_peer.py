"""MAVSDK reads our flight computers, and our station reads MAVSDK's autopilot."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mavsdk import ComponentType
from mavsdk.asyncio import Mavsdk, System
from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync, MavlinkMessage
from mavsdk.asyncio.plugins.mavlink_direct_server import (
    MavlinkDirectServerAsync,
)
from mavsdk.asyncio.plugins.mavlink_direct_server import (
    MavlinkMessage as ServerMessage,
)
from mavsdk.asyncio.plugins.telemetry import TelemetryAsync
from mavsdk.asyncio.plugins.telemetry_server import (
    AngularVelocityBody,
    Battery,
    EulerAngle,
    Heading,
    Position,
    PositionNed,
    PositionVelocityNed,
    StatusText,
    StatusTextType,
    TelemetryServer,
    VelocityNed,
)

from firmware_sim.world import World
from gcs.clock import ScaledClock
from gcs.config.loading import Mission, load_mission
from gcs.config.mission import LinkConfig, SerialLink, TcpClientLink, TcpServerLink
from gcs.links.opening import open_link
from gcs.messages import (
    Catalogue,
    CommandState,
    ConsoleChanged,
    Input,
    Intent,
    LinkState,
    Quality,
    Snapshot,
    StageCommand,
)
from gcs.runtime import InputQueue, Runtime, Shell
from gcs.station import Station
from gcs.summary import Summary
from tests.helpers.flights import CONFIGS
from tests.helpers.peers import (
    WITHIN_S,
    flying,
    loopback,
    mavsdk_as,
    mission_on,
    threads,
    udp_link,
)
from tests.links.harness import free_port, on_loop, until

LAUNCH, HOLD = 65000, 65003
ACCEPTED = 0


@pytest.fixture(autouse=True, scope="module")
def _libraries_awake() -> None:
    """The first world starts the matrix library's threads, which stay."""
    World(load_mission(CONFIGS / "missions" / "xzy1-hop.toml"))


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Every thread of MAVSDK ends with it; the kernel may take a moment to clear it away."""
    before = threads()
    yield
    asyncio.run(until(lambda: threads() <= before))


# --- Its ground station, our flight computer ---


async def first(values: AsyncGenerator[Any, None], accept: Callable[[Any], object] = bool) -> Any:
    """The first value of a MAVSDK stream that `accept` takes; TimeoutError when none comes."""
    async with asyncio.timeout(WITHIN_S), contextlib.aclosing(values) as stream:
        async for value in stream:
            if accept(value):
                return value
    raise AssertionError("the stream ended")


async def found(sdk: Mavsdk) -> System:
    system = await sdk.first_autopilot(timeout_s=WITHIN_S)
    assert system is not None
    return system


@dataclass(frozen=True)
class Way:
    """One way for MAVSDK to reach a flight computer: the station's link, and its own end."""

    link: LinkConfig
    url: str


def _udp(folder: Path) -> Way:
    link = udp_link("fc_a")
    return Way(link, loopback("udpin", link.port))


def _tcp_called(folder: Path) -> Way:
    link = TcpServerLink(id="fc_a", kind="tcp_server", carries="mavlink", port=free_port())
    return Way(link, loopback("tcpin", link.port))


def _tcp_calling(folder: Path) -> Way:
    link = TcpClientLink(id="fc_a", kind="tcp_client", carries="mavlink", port=free_port())
    return Way(link, loopback("tcpout", link.port))


def _serial(folder: Path) -> Way:
    device = str(folder / "fc_a")
    link = SerialLink(id="fc_a", kind="serial", carries="mavlink", device=device, baud=921_600)
    return Way(link, f"serial://{device}:921600")


@pytest.mark.parametrize("reach", [_udp, _tcp_called, _tcp_calling, _serial])
def test_a_client_finds_the_vehicle_and_reads_how_it_stands(
    reach: Callable[[Path], Way], tmp_path: Path
) -> None:
    way = reach(tmp_path)
    mission = mission_on({"fc_a": way.link})
    simulation = mission.config.simulation
    assert simulation is not None

    @on_loop
    async def check() -> None:
        async with flying(mission) as world:
            await until(lambda: world.now_ns > world.scenario.start_ns)
            async with mavsdk_as(ComponentType.GROUND_STATION, way.url) as sdk:
                system = await found(sdk)
                telemetry = TelemetryAsync(system)
                attitude = await first(telemetry.subscribe_attitude_euler())
                position = await first(telemetry.subscribe_position())
                local = await first(telemetry.subscribe_position_velocity_ned())
                battery = await first(telemetry.subscribe_battery())

                assert await system.is_connected()
                assert await system.get_system_id() == 1
                assert await system.component_ids() == [1]
                stands = world.truth().vehicle.out
                north_m, _, down_m = (float(metres) for metres in stands.feet_ned_m)
                assert math.radians(attitude.pitch_deg) == pytest.approx(-stands.tilt_rad, abs=0.01)
                pad_latitude = simulation.latitude_deg + north_m / 111_000.0
                assert position.latitude_deg == pytest.approx(pad_latitude, abs=1e-4)
                assert position.longitude_deg == pytest.approx(simulation.longitude_deg, abs=1e-4)
                # Over the nominal deck plane, from the sea on which the local frame begins.
                deck_m = world.scenario.barge.deck.height_m
                over_m = pytest.approx(-down_m - deck_m, abs=2.0)
                assert position.relative_altitude_m == over_m
                assert local.position.north_m == pytest.approx(north_m, abs=3.0)
                assert local.position.down_m == pytest.approx(down_m, abs=2.0)
                assert battery.voltage_v == pytest.approx(27.99)

    check()


@on_loop
async def test_a_client_that_reads_our_dialect_launches_and_sees_the_echo() -> None:
    """Its own reader of the XML (libmav), its own framing, its own encoding of the command."""
    link = udp_link("fc_a")
    nonce = 0xABCDEF
    command = {"target_system": 1, "target_component": 1, "command": LAUNCH, "confirmation": 0}
    parameters = dict.fromkeys((f"param{i}" for i in range(1, 8)), 0.0)
    parameters |= {"param1": float(nonce), "param2": 3000.0, "param3": 60.0}
    async with (
        flying(mission_on({"fc_a": link}), rate=1.0),
        mavsdk_as(ComponentType.GROUND_STATION, loopback("udpin", link.port)) as sdk,
    ):
        direct = await Direct.of(await found(sdk))
        waiting = await direct.message("LANDING_STATE")
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(direct.message("COMMAND_ACK"))
            # Listening first: the answer may come at once.
            await asyncio.sleep(0)
            group.create_task(direct.send("COMMAND_LONG", {**command, **parameters}))
        ack = answer.result()
        echo = await direct.message("LANDING_STATE", lambda m: m["nonce"])

        assert (waiting["nonce"], waiting["mode"]) == (0, 0)
        assert waiting["time_to_touchdown"] is None  # NaN, in its JSON
        assert (ack["command"], ack["result"]) == (LAUNCH, ACCEPTED)
        assert (ack["target_system"], ack["target_component"]) == (245, 190)
        assert (echo["nonce"], echo["command"], echo["mode"]) == (nonce, LAUNCH, 1)


def landfall_xml() -> str:
    return (CONFIGS / "mavlink" / "landfall.xml").read_text(encoding="utf-8")


class Direct:
    """MAVSDK's plugin for any message, with our dialect loaded."""

    @classmethod
    async def of(cls, system: System) -> Direct:
        plugin = MavlinkDirectAsync(system)
        await plugin.load_custom_xml(landfall_xml())
        return cls(plugin)

    def __init__(self, plugin: MavlinkDirectAsync) -> None:
        self._plugin = plugin

    async def send(self, name: str, fields: dict[str, Any]) -> None:
        await self._plugin.send_message(MavlinkMessage(name, 245, 190, 1, 1, json.dumps(fields)))

    async def message(
        self, name: str, accept: Callable[[dict[str, Any]], object] = bool
    ) -> dict[str, Any]:
        """The next message of a type that `accept` takes; TimeoutError when none comes."""
        stream = self._plugin.subscribe_message(name)
        message = await first(stream, lambda m: accept(json.loads(m.fields_json)))
        return dict(json.loads(message.fields_json))


# --- Its autopilot, our station ---

MISSION = """
[mission]
id = "mavsdk"
title = "an autopilot that is not ours"
dialect = "dialect.xml"
dictionaries = ["dictionary.toml"]

[station]
system = 255
component = 190

[[link]]
id = "air"
carries = "mavlink"
{link}

[[source]]
id = "autopilot"
kind = "mavlink"
links = ["air"]
system = 1
component = 1
flight_computer = true

[[phase]]
id = "open"
title = "open"
"""
HOLD_COMMAND = """
[[command]]
id = "hold"
title = "HOLD"
mav_cmd = "MAV_CMD_LANDFALL_HOLD"
validity = "2 s"
retry_after = "10 s"
echoes = 1
dangerous = false
"""
DIALECT = "<mavlink><include>common.xml</include></mavlink>"
PARAMETERS = {
    "nav.roll": ("deg", "ATTITUDE", "roll", "rad"),
    "nav.pitch_rate": ("deg/s", "ATTITUDE", "pitchspeed", "rad/s"),
    "nav.latitude": ("deg", "GLOBAL_POSITION_INT", "lat", "degE7"),
    "nav.longitude": ("deg", "GLOBAL_POSITION_INT", "lon", "degE7"),
    "nav.altitude": ("m", "GLOBAL_POSITION_INT", "relative_alt", "mm"),
    "nav.velocity_east": ("m/s", "GLOBAL_POSITION_INT", "vy", "cm/s"),
    "nav.north": ("m", "LOCAL_POSITION_NED", "x", "m"),
    "nav.down": ("m", "LOCAL_POSITION_NED", "z", "m"),
    "power.voltage": ("V", "SYS_STATUS", "voltage_battery", "mV"),
    "vehicle.version": ("", "HEARTBEAT", "mavlink_version", ""),
}
PARAMETER = """
[parameter."{name}"]
unit = "{unit}"
from = {{ message = "{message}", field = "{field}", unit = "{wire}" }}
sources = ["autopilot"]
stale_after = "{stale_after}"
"""
FLOWN = {
    "nav.roll": math.radians(3.0),
    "nav.pitch_rate": 0.2,
    "nav.latitude": math.radians(36.6),
    "nav.longitude": math.radians(121.3),
    "nav.altitude": 100.25,
    "nav.velocity_east": -2.25,
    "nav.north": 10.0,
    "nav.down": -100.25,
    "power.voltage": 25.2,
    "vehicle.version": 3.0,
}
"""What the autopilot flies, in SI."""
PUBLISHED_EVERY_S = 0.05
LANDING_FIELDS = (
    "time_usec",
    "relative_north",
    "relative_east",
    "height",
    "aim_north",
    "aim_east",
    "time_to_touchdown",
    "propellant_margin",
    "beacon_age",
    "nonce",
    "command",
    "mode",
    "legs_deployed",
    "healthy",
)


def listening_to(link: str, *, dialect: str = DIALECT, commands: str = "") -> Mission:
    """A mission with one autopilot on one link, in the common dialect or another."""
    dictionary = "".join(
        PARAMETER.format(
            name=name,
            unit=unit,
            message=message,
            field=field,
            wire=wire,
            stale_after="1.5 s" if message == "HEARTBEAT" else "0.5 s",
        )
        for name, (unit, message, field, wire) in PARAMETERS.items()
    )
    texts = {
        "mission.toml": MISSION.format(link=link) + commands,
        "dictionary.toml": dictionary,
        "dialect.xml": dialect,
    }
    return load_mission(Path("mission.toml"), texts)


class Autopilot:
    """MAVSDK's autopilot on a steady flight at `altitude_m`, told on demand."""

    def __init__(self, server: TelemetryServer) -> None:
        self._server = server
        self.altitude_m = 100.25

    async def fly(self) -> None:
        """Publish at 20 Hz, until cancelled."""
        while True:
            self.publish()
            await asyncio.sleep(PUBLISHED_EVERY_S)

    def publish(self) -> None:
        """Say everything once."""
        server, altitude_m = self._server, self.altitude_m
        speed = VelocityNed(1.5, -2.25, -3.0)
        position = Position(36.6, 121.3, 5.25 + altitude_m, altitude_m)
        server.publish_position(position, speed, Heading(90.0))
        local = PositionVelocityNed(PositionNed(10.0, 20.0, -altitude_m), speed)
        server.publish_position_velocity_ned(local)
        server.publish_attitude(EulerAngle(3.0, -2.0, 45.0), AngularVelocityBody(0.1, 0.2, 0.3))
        server.publish_sys_status(Battery(25.2, 0.8), True, True, True, True, True)

    def say(self, text: str) -> None:
        """Send a STATUSTEXT of warning level."""
        self._server.publish_status_text(StatusText(StatusTextType.WARNING, text))


@dataclass
class Screen:
    """An audience that keeps the newest Snapshot, and an operator's hand."""

    catalogue: Catalogue
    put: Callable[[Input], None]
    snapshots: list[Snapshot] = field(default_factory=list)

    def publish(self, snapshot: Snapshot) -> None:
        self.snapshots[:] = [snapshot]

    @property
    def last(self) -> Snapshot:
        return self.snapshots[-1]

    def good(self) -> dict[str, float]:
        """Every parameter whose value may be trusted, in SI."""
        if not self.snapshots:
            return {}
        readings = self.last.readings
        names = (info.id for info in self.catalogue.parameters)
        return {
            name: value
            for name, value, quality in zip(names, readings.values, readings.qualities, strict=True)
            if quality == Quality.GOOD
        }

    def command(self, command: str) -> None:
        """Ask for a command, as the flight director."""
        act = StageCommand(command)
        self.put(ConsoleChanged("test", "FD", attached=True))
        self.put(Intent("1", "test", "FD", self.last.now_ns, self.last.sequence, act))

    def command_states(self) -> list[CommandState]:
        """How far the commands have come, the oldest first."""
        return [status.state for status in self.last.commands]

    def texts(self) -> set[tuple[str, str]]:
        """(origin, text) of the events that are shown."""
        return {(event.origin, event.text) for event in self.last.events}


@contextlib.asynccontextmanager
async def station_on(mission: Mission) -> AsyncIterator[Screen]:
    """A station on its real links, in its real shell, for the block."""
    clock = ScaledClock.started_now()
    queue = InputQueue(clock)
    links = {link.id: open_link(link, queue, {}) for link in mission.config.link}
    station = Station(mission, seed=1)
    screen = Screen(station.catalogue("LIVE"), queue.put)
    shell = Shell(links, None, screen, Summary(mission.config.phase))
    runtime = Runtime(station, clock, queue, shell, to_outcome=False)
    task = asyncio.create_task(runtime.run())
    try:
        yield screen
    finally:
        runtime.stop()
        await task


@contextlib.asynccontextmanager
async def autopilot_on(url: str) -> AsyncIterator[tuple[Mavsdk, Autopilot]]:
    """MAVSDK as an autopilot that publishes, for the block."""
    async with mavsdk_as(ComponentType.AUTOPILOT, url) as sdk:
        component = await sdk.server_component()
        assert component is not None
        autopilot = Autopilot(TelemetryServer(component))
        flight = asyncio.create_task(autopilot.fly())
        try:
            yield sdk, autopilot
        finally:
            flight.cancel()
            await asyncio.gather(flight, return_exceptions=True)


def _udp_to_us() -> tuple[str, str]:
    port = free_port()
    return f'kind = "udp"\nport = {port}', loopback("udpout", port)


def _udp_to_it() -> tuple[str, str]:
    port = free_port()
    return f'kind = "udp"\nport = 0\nremote = "127.0.0.1:{port}"', loopback("udpin", port)


def _tcp_to_it() -> tuple[str, str]:
    port = free_port()
    return f'kind = "tcp_client"\nport = {port}', loopback("tcpin", port)


def _tcp_to_us() -> tuple[str, str]:
    port = free_port()
    return f'kind = "tcp_server"\nport = {port}', loopback("tcpout", port)


@pytest.mark.parametrize("reach", [_udp_to_us, _udp_to_it, _tcp_to_it, _tcp_to_us])
def test_the_station_reads_an_autopilot_that_is_not_ours(
    reach: Callable[[], tuple[str, str]],
) -> None:
    link, url = reach()

    @on_loop
    async def check() -> None:
        async with station_on(listening_to(link)) as screen, autopilot_on(url):
            await until(lambda: screen.good().keys() == PARAMETERS.keys(), WITHIN_S)

            assert screen.good() == pytest.approx(FLOWN, rel=1e-6)
            assert [source.id for source in screen.last.sources] == ["autopilot"]
            assert screen.last.sources[0].messages > 0
            assert screen.last.sources[0].lost == 0
            assert screen.last.links[0].state is LinkState.UP
            assert screen.last.links[0].faults == 0
            assert not screen.last.simulated
            assert not screen.last.fault

    check()


@on_loop
async def test_the_station_follows_what_it_says_and_notices_when_it_stops() -> None:
    link, url = _udp_to_us()
    async with station_on(listening_to(link)) as screen:
        async with autopilot_on(url) as (_, autopilot):
            await until(lambda: screen.good().keys() == PARAMETERS.keys(), WITHIN_S)
            assert screen.good()["nav.altitude"] == 100.25
            autopilot.altitude_m = 250.5
            autopilot.say("leaving the pad")
            await until(lambda: screen.good().get("nav.altitude") == 250.5, WITHIN_S)
            await until(lambda: ("autopilot", "leaving the pad") in screen.texts(), WITHIN_S)
        await until(lambda: not screen.good(), WITHIN_S)

        assert set(screen.last.readings.qualities) == {Quality.STALE}


@on_loop
async def test_the_autopilot_hears_the_station_s_heartbeat() -> None:
    link, url = _udp_to_us()
    async with station_on(listening_to(link)), autopilot_on(url) as (sdk, _):
        async with asyncio.timeout(WITHIN_S):
            while not (stations := await sdk.get_systems()):  # noqa: ASYNC110 - nobody's event
                await asyncio.sleep(0.01)

        assert [await station.get_system_id() for station in stations] == [255]
        assert [await station.component_ids() for station in stations] == [[190]]
        assert await stations[0].is_connected()


@on_loop
async def test_a_command_to_it_is_verified_by_its_echo_and_by_nothing_less() -> None:
    """It reads the command, and writes the LANDING_STATE that verifies it, by itself."""
    link, url = _udp_to_us()
    mission = listening_to(link, dialect=landfall_xml(), commands=HOLD_COMMAND)
    async with station_on(mission) as screen, autopilot_on(url) as (sdk, _):
        await until(lambda: screen.good().keys() == PARAMETERS.keys(), WITHIN_S)
        direct = MavlinkDirectServerAsync(await sdk.server_component())
        await direct.load_custom_xml(landfall_xml())

        async def say(name: str, **fields: float) -> None:
            await direct.send_message(ServerMessage(name, 1, 1, 0, 0, json.dumps(fields)))

        async with asyncio.TaskGroup() as group:
            hears = group.create_task(first(direct.subscribe_command(HOLD)))
            # Listening first: MAVSDK answers for itself while nobody subscribes.
            await asyncio.sleep(0)
            screen.command("hold")
        order = json.loads(hears.result().fields_json)
        nonce = int(order["param1"])
        landing = dict.fromkeys(LANDING_FIELDS, 0)
        await say("LANDING_STATE", **{**landing, "command": HOLD, "nonce": nonce ^ 1})
        await say("LANDING_STATE", **{**landing, "command": LAUNCH, "nonce": nonce})
        await say("COMMAND_ACK", command=HOLD, result=ACCEPTED)
        await until(lambda: screen.command_states() == [CommandState.ACKNOWLEDGED], WITHIN_S)
        await say("LANDING_STATE", **{**landing, "command": HOLD, "nonce": nonce})
        await until(lambda: screen.command_states() == [CommandState.VERIFIED], WITHIN_S)

        assert (order["target_system"], order["target_component"]) == (1, 1)
        assert 0 < nonce < 2**24
        assert order["param2"] == 2000.0
        assert screen.last.commands[0].echoed_by == ("autopilot",)
