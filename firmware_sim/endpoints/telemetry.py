"""What a flight computer says: the fields of each message, from its records.

Far from the site the site's own axes are useless: attitude and speeds are told against north,
east and down where the vehicle is, by the computer's own solution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from firmware_sim.flight_software.flight_computer import FlightComputer
from firmware_sim.flight_software.interfaces import Readings, Site
from firmware_sim.flight_software.modes import IN_FLIGHT, POWERED_DESCENT
from firmware_sim.records import Floats, Record
from firmware_sim.vehicle.state import EnginePhase, VehicleState
from gcs.config.vehicle import HopProfile, VehicleModel
from gcs.telemetry.mavlink.dialect import Dialect

SECOND_NS = 1_000_000_000

Fields: TypeAlias = Mapping[str, object]
Axes: TypeAlias = tuple[list[float], list[float], list[float]]

RATES_HZ: dict[str, int] = {
    "HEARTBEAT": 1,
    "ATTITUDE": 10,
    "LOCAL_POSITION_NED": 10,
    "GLOBAL_POSITION_INT": 5,
    "VFR_HUD": 5,
    "ESTIMATOR_STATUS": 2,
    "ENGINE_STATE": 5,
    "PROPELLANT_STATE": 2,
    "LANDING_STATE": 5,
    "SYS_STATUS": 1,
    "CARGO_STATE": 1,
}
"""What is sent, and how often; every rate divides the cycle rate. Each engine has its own."""

_ARMED, _HIL, _CUSTOM_MODE = 128, 32, 1
_STANDBY, _ACTIVE = 3, 4
_AUTOPILOT_GENERIC, _TYPE_ROCKET = 0, 9
_NAVIGATION_FLAGS = 1 | 2 | 4 | 8 | 16 | 32
_BUS_VOLTAGE_MV, _BUS_CURRENT_CA = 28_000, 1_450
"""Of a bus that no model moves; assumed."""
_HEADING_UNKNOWN = 65_535
_MEAN_RADIUS_M = 6_371_008.8
_SLOW_M_S = 1.0


def view(record: Record, name: str) -> NDArray[Any]:
    """One field as an array on the record's own memory: a read costs a tenth of an attribute's."""
    memory = cast("np.record", record)
    fields = memory.dtype.fields
    assert fields is not None, "records have fields"
    kind, offset = fields[name][:2]
    shape = kind.shape or (1,)
    return np.ndarray(shape, kind.base, buffer=memory.data, offset=offset)


class Telemetry:
    """Builds messages from a computer's records; `boot_ns` is when its clock started."""

    def __init__(
        self,
        computer: FlightComputer,
        readings: Readings,
        vehicle: VehicleState,
        site: Site,
        model: VehicleModel,
        dialect: Dialect,
        component: int,
        boot_ns: int,
    ) -> None:
        self._computer = computer
        self._model = model
        self._dialect = dialect
        self._component = component
        self._boot_ns = boot_ns
        self._deck_height_mm = round(site.deck_height_m * 1000.0)
        self._site_place = float(site.latitude_rad), float(site.longitude_rad)
        self._earth_from_site: list[list[float]] = site.ned_from_earth.T.tolist()
        self._look(computer, readings, vehicle)
        self._builders = self._all_builders()

    def _look(self, computer: FlightComputer, readings: Readings, vehicle: VehicleState) -> None:
        """Views on what is read often."""
        solution = computer.solution
        self._position: Floats = view(solution, "position_m")
        self._velocity: Floats = view(solution, "velocity_m_s")
        self._earth_velocity: Floats = view(solution, "earth_velocity_m_s")
        self._attitude_q: Floats = view(solution, "attitude")
        self._rate: Floats = view(solution, "rate_rad_s")
        self._latitude: Floats = view(solution, "latitude_rad")
        self._longitude: Floats = view(solution, "longitude_rad")
        self._altitude: Floats = view(solution, "altitude_m")
        self._readings = readings
        self._phases = view(readings, "engine_phase")
        self._flows: Floats = view(readings, "engine_flow")
        self._starts_left = view(readings, "engine_starts_left")
        self._tanks: Floats = view(readings, "tank_pa")
        self._force: Floats = view(readings, "specific_force_m_s2")
        self._heat_load: Floats = view(vehicle, "heat_load_j_m2")
        self._miss: Floats = view(computer.state.returning, "miss_m")

    def _all_builders(self) -> dict[str, Callable[[int], Iterator[Fields]]]:
        return {name: getattr(self, f"_{name.lower()}") for name in RATES_HZ}

    def messages(self, name: str, now_ns: int) -> Iterator[Fields]:
        """The fields of each message of this name; engines have one each."""
        return self._builders[name](now_ns)

    def _boot_ms(self, now_ns: int) -> int:
        return (now_ns - self._boot_ns) // 1_000_000 & 0xFFFF_FFFF

    def _boot_us(self, now_ns: int) -> int:
        return (now_ns - self._boot_ns) // 1_000

    # --- The vehicle ---

    def _heartbeat(self, now_ns: int) -> Iterator[Fields]:
        mode = self._computer.mode
        flying = mode in IN_FLIGHT
        yield {
            "type": _TYPE_ROCKET,
            "autopilot": _AUTOPILOT_GENERIC,
            "base_mode": _HIL | _CUSTOM_MODE | (_ARMED if flying else 0),
            "custom_mode": int(mode),
            "system_status": _ACTIVE if flying else _STANDBY,
        }

    def _sys_status(self, now_ns: int) -> Iterator[Fields]:
        yield {
            "load": 310,
            "voltage_battery": _BUS_VOLTAGE_MV - 10 * self._component,
            "current_battery": _BUS_CURRENT_CA,
            "battery_remaining": 96,
        }

    # --- Navigation ---

    def _attitude(self, now_ns: int) -> Iterator[Fields]:
        """Upright is zero: roll is the tilt toward east, pitch that away from north.

        Speeds are the rates about north, east and down of the site.
        """
        w, x, y, z = self._attitude_q.tolist()
        nose = [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z), 2.0 * (x * z - w * y)]
        north, east, down = _components(self._axes(), _product(self._earth_from_site, nose))
        across = math.hypot(north, east)
        scale = math.atan2(across, -down) / across if across > 0.0 else 1.0
        about = _turned((w, x, y, z), self._rate.tolist())
        yield {
            "time_boot_ms": self._boot_ms(now_ns),
            "roll": scale * east,
            "pitch": -scale * north,
            "rollspeed": about[0],
            "pitchspeed": about[1],
            "yawspeed": about[2],
        }

    def _local_position_ned(self, now_ns: int) -> Iterator[Fields]:
        x, y, z = self._position.tolist()
        vx, vy, vz = self._velocity.tolist()
        yield {
            "time_boot_ms": self._boot_ms(now_ns),
            "x": x,
            "y": y,
            "z": z,
            "vx": vx,
            "vy": vy,
            "vz": vz,
        }

    def _global_position_int(self, now_ns: int) -> Iterator[Fields]:
        """Nothing where the place is unknown: whole numbers cannot say so."""
        if not math.isfinite(sum(self._place()) + float(self._altitude[0])):
            return
        north, east, down = _components(self._axes(), self._earth_velocity.tolist())
        height_mm = _whole(self._altitude[0] * 1000.0, 2**31 - 1)
        yield {
            "time_boot_ms": self._boot_ms(now_ns),
            "lat": _whole(math.degrees(self._latitude[0]) * 1e7, 2**31 - 1),
            "lon": _whole(math.degrees(self._longitude[0]) * 1e7, 2**31 - 1),
            "alt": height_mm,
            "relative_alt": height_mm - self._deck_height_mm,
            "vx": _whole(north * 100.0, 32_767),
            "vy": _whole(east * 100.0, 32_767),
            "vz": _whole(down * 100.0, 32_767),
            "hdg": _HEADING_UNKNOWN,
        }

    def _vfr_hud(self, now_ns: int) -> Iterator[Fields]:
        north, east, down = _components(self._axes(), self._earth_velocity.tolist())
        yield {
            "airspeed": math.nan,
            "groundspeed": math.hypot(north, east),
            "heading": _whole(math.degrees(math.atan2(east, north)) % 360.0, 360),
            "throttle": _whole(self._flows[0] * 100.0, 100),
            "alt": float(self._altitude[0]),
            "climb": -down,
        }

    def _estimator_status(self, now_ns: int) -> Iterator[Fields]:
        """Horizontal accuracy is that relative to the deck, where the deck is known."""
        s = self._computer.solution
        horizontal_m = s.deck_sigma_m if s.deck_known else s.sigma_horizontal_m
        yield {
            "time_usec": self._boot_us(now_ns),
            "flags": _NAVIGATION_FLAGS if s.valid else 0,
            "vel_ratio": 0.2,
            "pos_horiz_ratio": 0.3,
            "pos_vert_ratio": 0.3,
            "pos_horiz_accuracy": float(horizontal_m),
            "pos_vert_accuracy": float(s.sigma_vertical_m),
        }

    def _place(self) -> tuple[float, float]:
        """Latitude and longitude, rad; NaN where the solution is not finite."""
        latitude, longitude = float(self._latitude[0]), float(self._longitude[0])
        known = math.isfinite(latitude) and math.isfinite(longitude)
        return (latitude, longitude) if known else (math.nan, math.nan)

    def _axes(self) -> Axes:
        """North, east and down at the vehicle, each in E."""
        latitude, longitude = self._place()
        sine, cosine = math.sin(latitude), math.cos(latitude)
        sine_l, cosine_l = math.sin(longitude), math.cos(longitude)
        return (
            [-sine * cosine_l, -sine * sine_l, cosine],
            [-sine_l, cosine_l, 0.0],
            [-cosine * cosine_l, -cosine * sine_l, -sine],
        )

    # --- Propulsion and landing ---

    def _engine_state(self, now_ns: int) -> Iterator[Fields]:
        config = self._model.engine
        asked = self._computer.state.actuation
        pitch, yaw = float(asked.gimbal_pitch_rad), float(asked.gimbal_yaw_rad)
        rows = zip(
            self._phases.tolist(), self._flows.tolist(), self._starts_left.tolist(), strict=True
        )
        for engine, (phase, flow, starts_left) in enumerate(list(rows)[: config.count]):
            burning = phase not in (EnginePhase.OFF, EnginePhase.FAILED)
            yield {
                "time_usec": self._boot_us(now_ns),
                "chamber_pressure": flow * config.chamber_pressure_pa if burning else 0.0,
                "throttle": flow if burning else 0.0,
                "gimbal_pitch": pitch if burning else 0.0,
                "gimbal_yaw": yaw if burning else 0.0,
                "engine": engine,
                "state": phase,
                "starts_left": starts_left,
            }

    def _propellant_state(self, now_ns: int) -> Iterator[Fields]:
        oxidizer_pa, fuel_pa = self._tanks.tolist()
        yield {
            "time_usec": self._boot_us(now_ns),
            "oxidizer_mass": float(self._readings.oxidizer_kg),
            "fuel_mass": float(self._readings.fuel_kg),
            "oxidizer_pressure": oxidizer_pa,
            "fuel_pressure": fuel_pa,
        }

    def _landing_state(self, now_ns: int) -> Iterator[Fields]:
        computer = self._computer
        landing = computer.landing(now_ns)
        command, nonce = computer.echo
        yield {
            "time_usec": self._boot_us(now_ns),
            "relative_north": landing.relative_north_m,
            "relative_east": landing.relative_east_m,
            "height": landing.height_m,
            "aim_north": landing.aim_north_m,
            "aim_east": landing.aim_east_m,
            "time_to_touchdown": landing.time_to_touchdown_s,
            "propellant_margin": landing.propellant_margin_kg,
            "beacon_age": landing.beacon_age_s,
            "nonce": nonce,
            "command": 0 if command is None else self._dialect.command(command.value),
            "mode": int(computer.mode),
            "legs_deployed": int(self._readings.leg_extension >= 1.0),
            "healthy": int(computer.healthy(now_ns)),
            "predicted_miss": self._predicted_miss_m(),
        }

    def _predicted_miss_m(self) -> float:
        """Return guidance predicts one; before the landing burn it decides nothing."""
        hop = isinstance(self._model.profile, HopProfile)
        if hop or self._computer.mode not in POWERED_DESCENT:
            return math.nan
        north_m, east_m = self._miss.tolist()
        return math.hypot(north_m, east_m)

    # --- Cargo ---

    def _cargo_state(self, now_ns: int) -> Iterator[Fields]:
        cargo = self._model.cargo
        felt = self._force.tolist() if self._readings.imu_new else [math.nan] * 3
        lift_off_ns = self._computer.lift_off_ns
        range_m = self._range_to_go_m()
        yield {
            "time_usec": self._boot_us(now_ns),
            "mass": cargo.mass_kg,
            "temperature": cargo.temperature_c + cargo.warming_k_m2_mj * self._heat_load[0] * 1e-6,
            "axial_load": felt[0],
            "lateral_load": math.hypot(felt[1], felt[2]),
            "secured": 1,
            "elapsed": math.nan if lift_off_ns is None else (now_ns - lift_off_ns) / SECOND_NS,
            "time_to_arrival": self._time_to_arrival_s(range_m, now_ns),
            "range_to_go": range_m,
        }

    def _range_to_go_m(self) -> float:
        """Along a great circle of the mean sphere, by the haversine formula."""
        latitude, longitude = self._place()
        site_latitude, site_longitude = self._site_place
        square = (
            math.sin((site_latitude - latitude) / 2.0) ** 2
            + math.cos(latitude)
            * math.cos(site_latitude)
            * math.sin((site_longitude - longitude) / 2.0) ** 2
        )
        return 2.0 * _MEAN_RADIUS_M * math.asin(math.sqrt(min(square, 1.0)))

    def _time_to_arrival_s(self, range_m: float, now_ns: int) -> float:
        """Guidance's, or where it has none the range by the ground speed of now."""
        predicted_s = self._computer.landing(now_ns).time_to_touchdown_s
        if math.isfinite(predicted_s):
            return predicted_s
        north, east, _ = _components(self._axes(), self._earth_velocity.tolist())
        speed_m_s = math.hypot(north, east)
        return range_m / speed_m_s if speed_m_s > _SLOW_M_S else math.nan


def _components(axes: Axes, vector: list[float]) -> list[float]:
    return [sum(a * v for a, v in zip(axis, vector, strict=True)) for axis in axes]


def _product(matrix: list[list[float]], vector: list[float]) -> list[float]:
    return [sum(a * v for a, v in zip(row, vector, strict=True)) for row in matrix]


def _turned(quaternion: tuple[float, ...], vector: list[float]) -> list[float]:
    """A vector rotated by a quaternion, scalar first."""
    w, x, y, z = quaternion
    a, b, c = vector
    s, t, u = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    return [a + w * s + y * u - z * t, b + w * t + z * s - x * u, c + w * u + x * t - y * s]


def _whole(value: float, limit: int) -> int:
    """The nearest whole number that an integer field of this limit holds; 0 if there is none."""
    return round(min(max(value, -limit), limit)) if math.isfinite(value) else 0
