"""A flight computer on the wire: telemetry out, commands in, MAVLink both ways."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from firmware_sim.environment.place import Place
from firmware_sim.flight_software.commanding import Answer
from firmware_sim.flight_software.computer import FlightComputer
from firmware_sim.flight_software.modes import Command
from firmware_sim.flight_software.navigation import SIGMA_HORIZONTAL_M, SIGMA_VERTICAL_M
from firmware_sim.vehicle.engine import EngineState
from firmware_sim.vehicle.plant import Sensed
from gcs.config.vehicle import VehicleModel
from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.stream import Packet

SECOND_NS = 1_000_000_000
CYCLES_PER_SECOND = 50
CYCLE_NS = SECOND_NS // CYCLES_PER_SECOND

Fields: TypeAlias = Mapping[str, object]

RATES_HZ: dict[str, int] = {
    "HEARTBEAT": 1,
    "ATTITUDE": 10,
    "LOCAL_POSITION_NED": 10,
    "GLOBAL_POSITION_INT": 5,
    "ESTIMATOR_STATUS": 2,
    "ENGINE_STATE": 5,
    "PROPELLANT_STATE": 2,
    "LANDING_STATE": 5,
    "SYS_STATUS": 1,
    "CARGO_STATE": 1,
}
"""What is sent, and how often; every rate divides the cycle rate."""

_ARMED, _HIL, _CUSTOM_MODE = 128, 32, 1
_STANDBY, _ACTIVE = 3, 4
_AUTOPILOT_GENERIC, _TYPE_ROCKET = 0, 9
_NAVIGATION_FLAGS = 1 | 2 | 4 | 8 | 16 | 32
_BUS_VOLTAGE_MV, _BUS_CURRENT_CA = 28_000, 1_450
_TANK_PRESSURE_PA = 320_000.0
_AMBIENT_WARMING_C_PER_S = 0.002
_SOFTWARE = 0x0001_00FF
_PARAMETER_REAL32 = 9
_HEADING_UNKNOWN = 65_535


@dataclass(frozen=True, slots=True)
class Moment:
    """What one cycle's messages are made from."""

    now_ns: int
    boot_ms: int
    boot_us: int
    sensed: Sensed


class FlightComputerPort:
    """The wire side of one flight computer.

    `boot_ns` is when its clock started; all its times count from there.
    """

    def __init__(
        self,
        computer: FlightComputer,
        dialect: Dialect,
        model: VehicleModel,
        place: Place,
        system: int,
        component: int,
        boot_ns: int,
    ) -> None:
        self._computer = computer
        self._dialect = dialect
        self._model = model
        self._place = place
        self._system = system
        self._component = component
        self._boot_ns = boot_ns
        self._encoder = Encoder(dialect, system, component)
        self._commands = {dialect.command(command.value): command for command in Command}
        self._schedule = self._make_schedule()

    # --- Telemetry ---

    def telemetry(self, cycle: int, sensed: Sensed, now_ns: int) -> list[bytes]:
        """The frames of this cycle."""
        builders = self._schedule[cycle % CYCLES_PER_SECOND]
        moment = self._moment(sensed, now_ns)
        frames = [self._encode(name, build(moment), now_ns) for name, build in builders]
        for notice in self._computer.notices():
            text = {"severity": notice.severity, "text": notice.text[:50]}
            frames.append(self._encode("STATUSTEXT", text, now_ns))
        return frames

    def _make_schedule(self) -> list[list[tuple[str, Callable[[Moment], Fields]]]]:
        """Builders by cycle of the second, staggered so that no cycle sends everything."""
        schedule: list[list[tuple[str, Callable[[Moment], Fields]]]] = [
            [] for _ in range(CYCLES_PER_SECOND)
        ]
        for row, (name, rate_hz) in enumerate(RATES_HZ.items()):
            period = CYCLES_PER_SECOND // rate_hz
            build = getattr(self, f"_{name.lower()}")
            for cycle in range((row + self._component) % period, CYCLES_PER_SECOND, period):
                schedule[cycle].append((name, build))
        return schedule

    def _moment(self, sensed: Sensed, now_ns: int) -> Moment:
        since_ns = now_ns - self._boot_ns
        return Moment(now_ns, since_ns // 1_000_000 & 0xFFFF_FFFF, since_ns // 1_000, sensed)

    def _encode(self, name: str, fields: Fields, now_ns: int) -> bytes:
        return self._encoder.encode(name, fields, now_ns)

    def _heartbeat(self, moment: Moment) -> Fields:
        flying = not moment.sensed.on_pad and moment.sensed.contact is None
        return {
            "type": _TYPE_ROCKET,
            "autopilot": _AUTOPILOT_GENERIC,
            "base_mode": _HIL | _CUSTOM_MODE | (_ARMED if flying else 0),
            "custom_mode": int(self._computer.mode),
            "system_status": _ACTIVE if flying else _STANDBY,
        }

    def _attitude(self, moment: Moment) -> Fields:
        s = self._computer.solution
        return {
            "time_boot_ms": moment.boot_ms,
            "pitch": -s.tilt_rad,
            "pitchspeed": -s.rate_rad_s,
        }

    def _local_position_ned(self, moment: Moment) -> Fields:
        s = self._computer.solution
        return {
            "time_boot_ms": moment.boot_ms,
            "x": s.north_m,
            "z": -s.up_m,
            "vx": s.velocity_north_m_s,
            "vz": -s.velocity_up_m_s,
        }

    def _global_position_int(self, moment: Moment) -> Fields:
        s = self._computer.solution
        latitude, longitude = self._place.at(s.north_m, 0.0)
        height_mm = round(s.up_m * 1000.0)
        return {
            "time_boot_ms": moment.boot_ms,
            "lat": round(latitude * 1e7),
            "lon": round(longitude * 1e7),
            "alt": height_mm,
            "relative_alt": height_mm,
            "vx": _centimetres(s.velocity_north_m_s),
            "vz": _centimetres(-s.velocity_up_m_s),
            "hdg": _HEADING_UNKNOWN,
        }

    def _estimator_status(self, moment: Moment) -> Fields:
        return {
            "time_usec": moment.boot_us,
            "flags": _NAVIGATION_FLAGS,
            "vel_ratio": 0.2,
            "pos_horiz_ratio": 0.3,
            "pos_vert_ratio": 0.3,
            "pos_horiz_accuracy": SIGMA_HORIZONTAL_M,
            "pos_vert_accuracy": SIGMA_VERTICAL_M,
        }

    def _engine_state(self, moment: Moment) -> Fields:
        sensed = moment.sensed
        burning = sensed.engine not in (EngineState.OFF, EngineState.FAILED)
        flow = sensed.flow if burning else 0.0
        return {
            "time_usec": moment.boot_us,
            "chamber_pressure": flow * self._model.engine.chamber_pressure_pa,
            "throttle": flow,
            "gimbal_pitch": sensed.gimbal_rad,
            "state": int(sensed.engine),
            "starts_left": sensed.starts_left,
        }

    def _propellant_state(self, moment: Moment) -> Fields:
        ratio = self._model.mass.mixture_ratio
        mass_kg = max(moment.sensed.propellant_kg, 0.0)
        return {
            "time_usec": moment.boot_us,
            "oxidizer_mass": mass_kg * ratio / (1.0 + ratio),
            "fuel_mass": mass_kg / (1.0 + ratio),
            "oxidizer_pressure": _TANK_PRESSURE_PA,
            "fuel_pressure": _TANK_PRESSURE_PA,
        }

    def _landing_state(self, moment: Moment) -> Fields:
        computer = self._computer
        landing = computer.landing(moment.sensed, moment.now_ns)
        command, nonce = computer.echo
        return {
            "time_usec": moment.boot_us,
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
            "legs_deployed": int(moment.sensed.legs),
            "healthy": int(computer.healthy(moment.now_ns)),
        }

    def _sys_status(self, moment: Moment) -> Fields:
        return {
            "load": 310,
            "voltage_battery": _BUS_VOLTAGE_MV - 10 * self._component,
            "current_battery": _BUS_CURRENT_CA,
            "battery_remaining": 96,
        }

    def _cargo_state(self, moment: Moment) -> Fields:
        cargo, sensed = self._model.cargo, moment.sensed
        minutes_s = min(moment.boot_ms / 1000.0, 3600.0)
        return {
            "time_usec": moment.boot_us,
            "mass": cargo.mass_kg,
            "temperature": cargo.temperature_c + _AMBIENT_WARMING_C_PER_S * minutes_s,
            "axial_load": sensed.force_axial_m_s2,
            "lateral_load": sensed.force_across_m_s2,
            "secured": 1,
        }

    # --- Reception ---

    def receive(self, packet: Packet, sensed: Sensed, now_ns: int) -> list[bytes]:
        """Frames that answer one received message; messages for others get none."""
        answer = self._ANSWERS.get(packet.type.name)
        if answer is None or not self._meant(packet):
            return []
        return [self._encode(name, fields, now_ns) for name, fields in answer(self, packet, now_ns)]

    def _meant(self, packet: Packet) -> bool:
        """Whether the target is this computer, or everyone; untargeted messages are for all."""
        known = packet.type.field_index
        system = packet.value("target_system") if "target_system" in known else 0
        component = packet.value("target_component") if "target_component" in known else 0
        return system in (0, self._system) and component in (0, self._component)

    def _on_command(self, packet: Packet, now_ns: int) -> list[tuple[str, Fields]]:
        code = packet.value("command")
        command = self._commands.get(code)
        extra: list[tuple[str, Fields]] = []
        if command is not None and packet.type.name == "COMMAND_LONG":
            nonce, validity_ms, countdown_s = (packet.value(f"param{i}") for i in (1, 2, 3))
            answer = self._computer.command(command, nonce, validity_ms, countdown_s, now_ns)
        else:
            answer, extra = self._on_other_command(code, packet)
        acknowledgement = {
            "command": code,
            "result": answer.value,
            "target_system": packet.system,
            "target_component": packet.component,
        }
        return [("COMMAND_ACK", acknowledgement), *extra]

    def _on_other_command(
        self, code: int, packet: Packet
    ) -> tuple[Answer, list[tuple[str, Fields]]]:
        """Stock ground stations ask for the version before they believe in a peer."""
        wanted = packet.value("param1")
        version_id = self._dialect.by_name["AUTOPILOT_VERSION"].id
        asked = self._dialect.command("MAV_CMD_REQUEST_MESSAGE")
        if code == asked and wanted == version_id:
            return Answer.ACCEPTED, [("AUTOPILOT_VERSION", self._version())]
        return Answer.UNSUPPORTED, []

    def _version(self) -> Fields:
        return {"flight_sw_version": _SOFTWARE, "uid": self._system << 8 | self._component}

    def _on_timesync(self, packet: Packet, now_ns: int) -> list[tuple[str, Fields]]:
        """Answer a request (tc1 = 0) with this computer's clock."""
        if packet.value("tc1") != 0:
            return []
        reply = {"tc1": now_ns - self._boot_ns, "ts1": packet.value("ts1")}
        known = self._dialect.by_name["TIMESYNC"].field_index
        if "target_system" in known:
            reply |= {"target_system": packet.system, "target_component": packet.component}
        return [("TIMESYNC", reply)]

    def _on_parameters(self, packet: Packet, now_ns: int) -> list[tuple[str, Fields]]:
        """One read-only parameter, so that stock ground stations finish their start-up."""
        value = {
            "param_id": "FC_NUMBER",
            "param_value": float(self._component),
            "param_type": _PARAMETER_REAL32,
            "param_count": 1,
        }
        return [("PARAM_VALUE", value)]

    _ANSWERS: Mapping[str, Callable[[Any, Packet, int], list[tuple[str, Fields]]]] = {
        "COMMAND_LONG": _on_command,
        "COMMAND_INT": _on_command,
        "TIMESYNC": _on_timesync,
        "PARAM_REQUEST_LIST": _on_parameters,
        "PARAM_REQUEST_READ": _on_parameters,
    }


def _centimetres(speed_m_s: float) -> int:
    """A speed in the int16 cm/s of GLOBAL_POSITION_INT, at most what it holds."""
    bounded = min(max(speed_m_s, -327.67), 327.67) if math.isfinite(speed_m_s) else 0.0
    return round(bounded * 100.0)
