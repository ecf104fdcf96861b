"""The simulated flight computers are understood by stock pymavlink, over real links."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import math
import shutil
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pymavlink
import pytest
from pymavlink.generator import mavgen

from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.vehicle.state import FUEL, OXIDIZER
from gcs.config.mission import SerialLink
from tests.helpers.flights import CONFIGS, LINKS
from tests.helpers.peers import StockPeer, flying, mission_on, stock_mavutil, udp_link
from tests.links.harness import on_loop, until

LAUNCH, LANDING_COMMIT = 65000, 65001
REQUEST_MESSAGE, SET_HOME = 512, 179
ACCEPTED, DENIED, UNSUPPORTED = 0, 2, 3
AUTOPILOT_VERSION = 148
SHIPPED = Path(pymavlink.__file__).parent / "dialects" / "v20"


@pytest.fixture
def mavutil(monkeypatch: pytest.MonkeyPatch) -> Any:
    return stock_mavutil(monkeypatch)


@pytest.fixture(scope="module")
def landfall(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """What anyone gets who runs mavgen on landfall.xml beside the XML that pymavlink ships."""
    folder = tmp_path_factory.mktemp("landfall")
    for name in ("common", "standard", "minimal"):
        shutil.copy(SHIPPED / f"{name}.xml", folder)
    shutil.copy(CONFIGS / "mavlink" / "landfall.xml", folder)
    output = folder / "landfall.py"
    options: Any = SimpleNamespace(
        language="Python3",
        output=str(output),
        wire_protocol="2.0",
        validate=True,
        strict_units=True,
        error_limit=200,
    )
    with contextlib.redirect_stdout(io.StringIO()):
        mavgen.mavgen(options, [str(folder / "landfall.xml")])
    spec = importlib.util.spec_from_file_location("landfall_by_mavgen", output)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- Telemetry, with the common dialect ---


@on_loop
async def test_telemetry_says_how_the_vehicle_stands(mavutil: Any) -> None:
    link = udp_link("fc_a")
    mission = mission_on({"fc_a": link})
    simulation = mission.config.simulation
    assert simulation is not None
    async with flying(mission) as world:
        with StockPeer(mavutil, f"udpin:127.0.0.1:{link.port}") as peer:
            heartbeat = await peer.message("HEARTBEAT")
            attitude = await peer.message("ATTITUDE")
            local = await peer.message("LOCAL_POSITION_NED")
            globally = await peer.message("GLOBAL_POSITION_INT")
            stands = world.truth().vehicle.out
            north_m, _, down_m = (float(metres) for metres in stands.feet_ned_m)
            pad_latitude = simulation.latitude_deg + north_m / 111_000.0

            assert (heartbeat.get_srcSystem(), heartbeat.get_srcComponent()) == (1, 1)
            assert heartbeat.type == mavutil.mavlink.MAV_TYPE_ROCKET
            assert heartbeat.base_mode & mavutil.mavlink.MAV_MODE_FLAG_HIL_ENABLED
            assert not heartbeat.base_mode & mavutil.mavlink.MAV_MODE_FLAG_SAFETY_ARMED
            assert attitude.pitch == pytest.approx(-stands.tilt_rad, abs=0.01)
            assert local.x == pytest.approx(north_m, abs=3.0)
            assert local.z == pytest.approx(down_m, abs=2.0)
            assert globally.lat / 1e7 == pytest.approx(pad_latitude, abs=1e-4)
            assert globally.lon / 1e7 == pytest.approx(simulation.longitude_deg, abs=1e-4)
            # The local frame begins at sea level, relative altitudes at the deck's.
            over_m = -local.z - world.scenario.barge.deck.height_m
            assert globally.relative_alt / 1000.0 == pytest.approx(over_m, abs=2.0)


@on_loop
async def test_every_frame_decodes_and_none_is_missing(mavutil: Any) -> None:
    """Messages of the private dialect are unknown to it, but cost it no other."""
    link = udp_link("fc_a")
    async with flying(mission_on({"fc_a": link})):
        with StockPeer(mavutil, f"udpin:127.0.0.1:{link.port}") as peer:
            for name in ("SYS_STATUS", "ESTIMATOR_STATUS", "UNKNOWN_16000002", "HEARTBEAT"):
                await peer.message(name)

            unknown = sum(n for name, n in peer.heard.items() if name.startswith("UNKNOWN"))
            assert peer.heard["ATTITUDE"] > 0
            assert peer.undecoded == 0
            assert peer.missing <= unknown


@on_loop
async def test_the_clock_of_the_flight_computer_answers(mavutil: Any) -> None:
    link = udp_link("fc_a")
    async with flying(mission_on({"fc_a": link}), rate=1.0):
        with StockPeer(mavutil, f"udpin:127.0.0.1:{link.port}") as peer:
            attitude = await peer.message("ATTITUDE")
            peer.connection.mav.timesync_send(0, 123_456_789)
            reply = await peer.message("TIMESYNC", lambda m: m.tc1 != 0)

            assert reply.ts1 == 123_456_789
            assert reply.tc1 / 1e6 == pytest.approx(attitude.time_boot_ms, abs=1000.0)


@on_loop
async def test_a_ground_station_s_start_up_gets_its_parameters(mavutil: Any) -> None:
    link = udp_link("fc_a")
    async with flying(mission_on({"fc_a": link})):
        with StockPeer(mavutil, f"udpin:127.0.0.1:{link.port}") as peer:
            await peer.message("HEARTBEAT")
            peer.connection.param_fetch_all()
            value = await peer.message("PARAM_VALUE")

            assert (value.param_id, value.param_value, value.param_count) == ("FC_NUMBER", 1.0, 1)


# --- Commands, with the common dialect ---


@on_loop
async def test_commands_are_acknowledged_to_who_sent_them(mavutil: Any) -> None:
    link = udp_link("fc_a")
    async with flying(mission_on({"fc_a": link})):
        with StockPeer(mavutil, f"udpin:127.0.0.1:{link.port}") as peer:
            await peer.message("HEARTBEAT")
            known = await peer.command(REQUEST_MESSAGE, AUTOPILOT_VERSION)
            version = await peer.message("AUTOPILOT_VERSION")
            unknown = await peer.command(SET_HOME)

            assert known.result == ACCEPTED
            assert (known.target_system, known.target_component) == (255, 190)
            assert version.uid == 0x0101
            assert unknown.result == UNSUPPORTED


@on_loop
async def test_launch_by_number_starts_the_count(mavutil: Any) -> None:
    """The common dialect has no name for it; a number is all that COMMAND_LONG carries."""
    link = udp_link("fc_a")
    async with flying(mission_on({"fc_a": link}), rate=1.0):
        with StockPeer(mavutil, f"udpin:127.0.0.1:{link.port}") as peer:
            waiting = await peer.message("HEARTBEAT")
            malformed = await peer.command(LAUNCH, math.nan, 3000.0, 60.0)
            accepted = await peer.command(LAUNCH, 4711.0, 3000.0, 60.0)
            said = await peer.message("STATUSTEXT")
            counting = await peer.message("HEARTBEAT", lambda m: m.custom_mode)

            assert waiting.custom_mode == FlightMode.PRELAUNCH
            assert malformed.result == DENIED
            assert accepted.result == ACCEPTED
            assert said.text == "LAUNCH accepted"
            assert counting.custom_mode == FlightMode.TERMINAL_COUNT


@on_loop
async def test_a_command_for_another_computer_gets_no_answer(mavutil: Any) -> None:
    link = udp_link("fc_a")
    async with flying(mission_on({"fc_a": link})):
        with StockPeer(mavutil, f"udpin:127.0.0.1:{link.port}") as peer:
            await peer.message("HEARTBEAT")
            peer.order(LAUNCH, 4711.0, 3000.0, 60.0, component=2)
            peer.order(REQUEST_MESSAGE, AUTOPILOT_VERSION)
            first = await peer.message("COMMAND_ACK")

            assert first.command == REQUEST_MESSAGE


@on_loop
async def test_three_ground_stations_launch_the_three_computers(mavutil: Any) -> None:
    links = {name: udp_link(name) for name in LINKS}
    async with flying(mission_on(links), rate=10.0) as world:
        with contextlib.ExitStack() as stack:
            peers = [
                stack.enter_context(StockPeer(mavutil, f"udpin:127.0.0.1:{link.port}"))
                for link in links.values()
            ]
            for peer in peers:
                await peer.message("HEARTBEAT")
            for number, peer in enumerate(peers, start=1):
                peer.order(LAUNCH, 4711.0, 30_000.0, 5.0, component=number)
            acks = [await peer.message("COMMAND_ACK") for peer in peers]
            assert [ack.result for ack in acks] == [ACCEPTED] * 3
            await until(lambda: world.truth().vehicle.out.tilt_rad > 0.1, within_s=10.0)

            for number, peer in enumerate(peers, start=1):
                leaning = await peer.message("ATTITUDE", lambda m: abs(m.pitch) > 0.08)
                high = await peer.message(
                    "GLOBAL_POSITION_INT", lambda m: m.relative_alt > 50_000 and m.vz < 0
                )
                armed = await peer.message(
                    "HEARTBEAT",
                    lambda m: m.base_mode & mavutil.mavlink.MAV_MODE_FLAG_SAFETY_ARMED,
                )
                assert high.get_srcComponent() == number
                assert leaning.pitch < 0.0, "it leans downrange, nose down"
                assert armed.system_status == mavutil.mavlink.MAV_STATE_ACTIVE
                assert peer.undecoded == 0


@on_loop
async def test_a_virtual_serial_port_is_a_serial_port(mavutil: Any, tmp_path: Path) -> None:
    device = str(tmp_path / "fc_a")
    link = SerialLink(id="fc_a", kind="serial", carries="mavlink", device=device, baud=921_600)
    async with flying(mission_on({"fc_a": link})):
        await until(Path(device).exists)
        with StockPeer(mavutil, device, baud=921_600) as peer:
            await peer.message("HEARTBEAT")
            await peer.message("ATTITUDE")
            ack = await peer.command(REQUEST_MESSAGE, AUTOPILOT_VERSION)
            await peer.message("AUTOPILOT_VERSION")

            assert ack.result == ACCEPTED


# --- The private dialect, as mavgen compiles it ---


@on_loop
async def test_mavgen_s_code_reads_the_private_messages(
    monkeypatch: pytest.MonkeyPatch, landfall: ModuleType
) -> None:
    link = udp_link("fc_a")
    mission = mission_on({"fc_a": link})
    async with flying(mission) as world:
        with StockPeer(
            stock_mavutil(monkeypatch, landfall), f"udpin:127.0.0.1:{link.port}"
        ) as peer:
            landing = await peer.message("LANDING_STATE", lambda m: m.beacon_age < 1.0)
            propellant = await peer.message("PROPELLANT_STATE")
            engine = await peer.message("ENGINE_STATE")
            cargo = await peer.message("CARGO_STATE")
            truth = world.truth()

            assert landing.mode == landfall.LANDFALL_FLIGHT_MODE_PRELAUNCH
            assert (landing.nonce, landing.command, landing.healthy) == (0, 0, 1)
            offset_m = truth.vehicle.out.feet_ned_m[0] - truth.deck.position_m[0]
            assert landing.relative_north == pytest.approx(offset_m, abs=5.0)
            assert math.isnan(landing.time_to_touchdown)
            loaded = propellant.oxidizer_mass + propellant.fuel_mass
            aboard = float(truth.vehicle.x[OXIDIZER] + truth.vehicle.x[FUEL])
            # The gauges' scale has a sigma of 0.3 %.
            assert loaded == pytest.approx(aboard, rel=0.015)
            assert engine.state == landfall.LANDFALL_ENGINE_STATE_OFF
            assert engine.starts_left == truth.vehicle.engines[0].starts_left
            assert cargo.secured == 1
            while peer.heard.total() <= 256:  # more than one turn of the sequence number
                await peer.message("ATTITUDE")
            assert not any(name.startswith("UNKNOWN") for name in peer.heard)
            assert peer.undecoded == peer.missing == 0


@on_loop
async def test_the_nonce_of_an_accepted_command_is_echoed(
    monkeypatch: pytest.MonkeyPatch, landfall: ModuleType
) -> None:
    """What verifies a command, seen by code that is not ours; a denied one changes no echo."""
    link = udp_link("fc_a")
    nonce = 0xABCDEF
    async with flying(mission_on({"fc_a": link}), rate=1.0):
        with StockPeer(
            stock_mavutil(monkeypatch, landfall), f"udpin:127.0.0.1:{link.port}"
        ) as peer:
            await peer.message("LANDING_STATE")
            launch = await peer.command(
                landfall.MAV_CMD_LANDFALL_LAUNCH, float(nonce), 3000.0, 60.0
            )
            echo = await peer.message("LANDING_STATE", lambda m: m.nonce)
            commit = await peer.command(
                landfall.MAV_CMD_LANDFALL_LANDING_COMMIT, float(nonce - 1), 3000.0
            )
            after = await peer.message("LANDING_STATE")

            assert (launch.result, commit.result) == (ACCEPTED, DENIED)
            assert echo.nonce == after.nonce == nonce
            assert echo.command == after.command == landfall.MAV_CMD_LANDFALL_LAUNCH == LAUNCH
            assert landfall.MAV_CMD_LANDFALL_LANDING_COMMIT == LANDING_COMMIT
            assert after.mode == landfall.LANDFALL_FLIGHT_MODE_TERMINAL_COUNT
