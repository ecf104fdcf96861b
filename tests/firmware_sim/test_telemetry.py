"""What a flight computer says is what its records hold, wherever on Earth it is."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest

from firmware_sim.endpoints.flight_computer import CYCLES_PER_SECOND, FlightComputerPort
from firmware_sim.endpoints.telemetry import RATES_HZ
from firmware_sim.environment.earth import make_site, ned_from_earth
from firmware_sim.flight_software.computer import ComputerState
from firmware_sim.flight_software.flight_computer import FlightComputer
from firmware_sim.flight_software.interfaces import Readings
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.records import Floats, make
from firmware_sim.rotation import apply, quaternion_of
from firmware_sim.vehicle.state import EnginePhase, VehicleState
from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.telemetry.mavlink.dialect import Dialect, load_dialect
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.stream import MavlinkStream, Packet

SITE = make_site(32.0, -119.5, 3.5)
SECOND_NS = 1_000_000_000
CYCLE_NS = SECOND_NS // CYCLES_PER_SECOND
BOOTED_NS = -3600 * SECOND_NS


@cache
def mission_of(name: str) -> Mission:
    return load_mission(CONFIGS / "missions" / f"{name}.toml")


@cache
def dialect() -> Dialect:
    return load_dialect((CONFIGS / "mavlink/landfall.xml").read_text(encoding="utf-8"))


@dataclass
class Speaker:
    """A port on records that a test sets by hand; at the site, upright, at rest."""

    mission: str = "xzy1-cargo"
    state: ComputerState = field(default_factory=lambda: make(ComputerState))
    readings: Readings = field(default_factory=lambda: make(Readings))
    vehicle: VehicleState = field(default_factory=lambda: make(VehicleState))

    def __post_init__(self) -> None:
        vehicle = mission_of(self.mission).vehicle
        assert vehicle is not None
        assert vehicle.model is not None
        self.model = vehicle.model
        self.port = FlightComputerPort(
            FlightComputer(self.state),
            self.readings,
            self.vehicle,
            SITE,
            self.model,
            dialect(),
            system=1,
            component=1,
            boot_ns=BOOTED_NS,
        )
        self.place(math.degrees(SITE.latitude_rad), math.degrees(SITE.longitude_rad))
        self.point(0.0, 0.0, -1.0)

    def place(self, latitude_deg: float, longitude_deg: float) -> None:
        """Where the computer believes to be."""
        solution = self.state.solution
        solution.latitude_rad = math.radians(latitude_deg)
        solution.longitude_rad = math.radians(longitude_deg)

    def point(self, north: float, east: float, down: float) -> None:
        """The nose along a direction of the site's axes."""
        nose = np.array([north, east, down]) / math.hypot(north, east, down)
        side = np.cross(nose, [0.3, 0.4, 0.5])
        side /= np.linalg.norm(side)
        axes = np.column_stack((nose, side, np.cross(nose, side)))
        quaternion_of(axes, self.state.solution.attitude)

    def move(self, north: float, east: float, down: float) -> None:
        """Velocity against north, east and down where it is."""
        solution = self.state.solution
        here = np.empty((3, 3))
        ned_from_earth(solution.latitude_rad, solution.longitude_rad, here)
        solution.earth_velocity_m_s[:] = here.T @ [north, east, down]
        apply(SITE.ned_from_earth, solution.earth_velocity_m_s, solution.velocity_m_s)

    def says(self, name: str, now_ns: int = 0) -> list[Packet]:
        """The messages of one second of this name."""
        frames = (
            frame
            for cycle in range(CYCLES_PER_SECOND)
            for frame in self.port.telemetry(cycle, now_ns + cycle * CYCLE_NS)
        )
        packets = MavlinkStream(dialect()).feed(b"".join(frames))
        return [packet for packet in packets if packet.type.name == name or not name]


def test_every_message_comes_at_its_rate_and_one_for_each_engine() -> None:
    counts = Counter(packet.type.name for packet in Speaker("xzy1-booster").says(""))
    assert counts == RATES_HZ | {"ENGINE_STATE": 9 * RATES_HZ["ENGINE_STATE"]}


def test_each_engine_says_its_own_state() -> None:
    speaker = Speaker("xzy1-booster")
    speaker.readings.engine_phase[[0, 5]] = EnginePhase.RUNNING
    speaker.readings.engine_flow[[0, 5]] = 0.5
    speaker.readings.engine_phase[1] = EnginePhase.FAILED
    speaker.readings.engine_flow[1] = 0.2
    said = {packet.value("engine"): packet for packet in speaker.says("ENGINE_STATE")}
    assert sorted(said) == list(range(9))
    assert [engine for engine in said if said[engine].value("state") == 2] == [0, 5]
    assert said[5].value("chamber_pressure") == pytest.approx(5.05e6)
    assert said[1].value("state") == 4
    assert said[1].value("throttle") == 0.0


@pytest.mark.parametrize(
    ("nose", "roll_deg", "pitch_deg"),
    [
        ((0.0, 0.0, -1.0), 0.0, 0.0),
        ((math.tan(math.radians(5.0)), 0.0, -1.0), 0.0, -5.0),
        ((0.0, math.tan(math.radians(5.0)), -1.0), 5.0, 0.0),
        ((1.0, 0.0, 0.0), 0.0, -90.0),
        ((3.0, 4.0, 0.0), 72.0, -54.0),
    ],
)
def test_upright_is_zero_and_tilt_has_its_direction(
    nose: tuple[float, float, float], roll_deg: float, pitch_deg: float
) -> None:
    speaker = Speaker()
    speaker.point(*nose)
    attitude = speaker.says("ATTITUDE")[0]
    assert math.degrees(attitude.value("roll")) == pytest.approx(roll_deg, abs=1e-4)
    assert math.degrees(attitude.value("pitch")) == pytest.approx(pitch_deg, abs=1e-4)


def test_turning_toward_east_is_a_growing_roll() -> None:
    speaker = Speaker()
    # Upright, B's y and z lie level: turning about north is in them.
    about = _body_of(speaker, [0.1, 0.0, 0.0])
    speaker.state.solution.rate_rad_s[:] = about
    attitude = speaker.says("ATTITUDE")[0]
    assert attitude.value("rollspeed") == pytest.approx(0.1)
    assert attitude.value("pitchspeed") == pytest.approx(0.0, abs=1e-7)


def _body_of(speaker: Speaker, ned: list[float]) -> Floats:
    """A vector of the site's axes in B."""
    w, x, y, z = speaker.state.solution.attitude
    matrix = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    return np.asarray(matrix.T @ ned, dtype=np.float64)


def test_far_away_upright_is_against_the_vertical_there() -> None:
    speaker = Speaker()
    speaker.place(36.69, 121.17)
    here = np.empty((3, 3))
    ned_from_earth(math.radians(36.69), math.radians(121.17), here)
    up = np.empty(3)
    apply(SITE.ned_from_earth, -here[2], up)
    speaker.point(*up)
    attitude = speaker.says("ATTITUDE")[0]
    assert math.hypot(attitude.value("roll"), attitude.value("pitch")) < 1e-6


def test_speeds_are_against_the_vertical_where_it_is() -> None:
    speaker = Speaker()
    speaker.place(36.69, 121.17)
    speaker.move(3000.0, 4000.0, -120.0)
    hud = speaker.says("VFR_HUD")[0]
    assert hud.value("groundspeed") == pytest.approx(5000.0)
    assert hud.value("climb") == pytest.approx(120.0, abs=0.01)
    assert hud.value("heading") == 53


def test_speeds_beyond_the_wires_range_are_bounded() -> None:
    speaker = Speaker()
    speaker.move(-7000.0, 10.0, 400.0)
    position = speaker.says("GLOBAL_POSITION_INT")[0]
    assert (position.value("vx"), position.value("vy")) == (-32_767, 1000)
    assert position.value("vz") == 32_767


@pytest.mark.parametrize(
    ("mission", "mode", "expected_m"),
    [
        ("xzy1-booster", FlightMode.DESCENT, 50.0),
        ("xzy1-cargo", FlightMode.COMMITTED, 50.0),
        ("xzy1-booster", FlightMode.COAST, math.nan),
        ("xzy1-hop", FlightMode.DESCENT, math.nan),
    ],
)
def test_a_landing_burn_predicts_its_distance_from_the_aim(
    mission: str, mode: FlightMode, expected_m: float
) -> None:
    speaker = Speaker(mission)
    speaker.state.mode = int(mode)
    speaker.state.returning.miss_m[:] = 30.0, -40.0
    predicted_m = speaker.says("LANDING_STATE")[0].value("predicted_miss")
    assert predicted_m == pytest.approx(expected_m, nan_ok=True)


def test_the_delivery_clock_counts_from_lift_off_to_arrival() -> None:
    speaker = Speaker()
    state = speaker.state
    state.mode, state.lift_off_known = int(FlightMode.COAST), 1
    state.lift_off_ns = -540 * SECOND_NS
    state.steering.time_to_touchdown_s = 1500.0
    speaker.place(32.0, -119.5 + 90.0)
    cargo = speaker.says("CARGO_STATE", now_ns=60 * SECOND_NS)[0]
    assert cargo.value("elapsed") == pytest.approx(600.0, abs=1.0)
    assert cargo.value("time_to_arrival") == 1500.0
    arc = 2 * math.asin(math.cos(math.radians(32.0)) * math.sin(math.radians(45.0)))
    assert cargo.value("range_to_go") == pytest.approx(6_371_008.8 * arc, rel=1e-6)


def test_without_guidance_arrival_is_estimated_by_range_and_speed() -> None:
    speaker = Speaker()
    speaker.state.mode = int(FlightMode.COAST)
    speaker.state.steering.time_to_touchdown_s = math.nan
    speaker.place(42.0, -119.5)
    speaker.move(-1000.0, 0.0, 0.0)
    cargo = speaker.says("CARGO_STATE")[0]
    assert cargo.value("time_to_arrival") == pytest.approx(1112.0, abs=1.0)


def test_the_hold_feels_what_the_computer_feels_and_warms_with_the_entry() -> None:
    speaker = Speaker()
    speaker.readings.imu_new = 1
    speaker.readings.specific_force_m_s2[:] = 9.8, 3.0, -4.0
    speaker.vehicle.heat_load_j_m2 = 100e6
    cargo = speaker.says("CARGO_STATE")[0]
    assert cargo.value("axial_load") == pytest.approx(9.8)
    assert cargo.value("lateral_load") == pytest.approx(5.0)
    assert cargo.value("temperature") == pytest.approx(25.0)
    assert cargo.value("mass") == 10_000.0


def test_a_computer_without_accelerometers_knows_no_load() -> None:
    assert math.isnan(Speaker().says("CARGO_STATE")[0].value("axial_load"))


def test_what_is_not_finite_is_said_as_such_and_never_raises() -> None:
    speaker = Speaker()
    solution = speaker.state.solution
    for name in ("position_m", "velocity_m_s", "earth_velocity_m_s", "attitude", "rate_rad_s"):
        getattr(solution, name)[:] = math.nan
    solution.latitude_rad = solution.longitude_rad = solution.altitude_m = math.inf
    speaker.readings.engine_flow[:] = math.nan
    assert math.isnan(speaker.says("LOCAL_POSITION_NED")[0].value("x"))
    assert math.isnan(speaker.says("VFR_HUD")[0].value("climb"))


@pytest.mark.parametrize("unknown", ["latitude_rad", "longitude_rad", "altitude_m"])
def test_a_place_that_is_unknown_is_not_told_in_whole_numbers(unknown: str) -> None:
    speaker = Speaker()
    setattr(speaker.state.solution, unknown, math.nan)
    assert speaker.says("GLOBAL_POSITION_INT") == []


def test_a_silent_computer_neither_speaks_nor_hears() -> None:
    speaker = Speaker()
    speaker.state.silent = 1
    assert speaker.says("") == []
    asked = Encoder(dialect(), 255, 190).encode("TIMESYNC", {"tc1": 0, "ts1": 1})
    (packet,) = MavlinkStream(dialect()).feed(asked)
    assert speaker.port.receive(packet, 0) == []
    speaker.state.silent = 0
    assert len(speaker.port.receive(packet, 0)) == 1
