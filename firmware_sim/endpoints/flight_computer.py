"""A flight computer on the wire: telemetry out, commands in, MAVLink both ways.

All times are the simulation's, ns; a computer's own clock started at its `boot_ns`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from firmware_sim.endpoints.telemetry import RATES_HZ, Fields, Telemetry, view
from firmware_sim.flight_software.commanding import Answer
from firmware_sim.flight_software.flight_computer import FlightComputer
from firmware_sim.flight_software.interfaces import Readings, Site
from firmware_sim.flight_software.modes import Command
from firmware_sim.vehicle.state import VehicleState
from gcs.config.vehicle import VehicleModel
from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.mavlink.stream import Packet

CYCLES_PER_SECOND = 100

_SOFTWARE = 0x0001_00FF
_PARAMETER_REAL32 = 9


class FlightComputerPort:
    """The wire side of one flight computer; a silent one neither speaks nor hears."""

    def __init__(
        self,
        computer: FlightComputer,
        readings: Readings,
        vehicle: VehicleState,
        site: Site,
        model: VehicleModel,
        dialect: Dialect,
        system: int,
        component: int,
        boot_ns: int,
    ) -> None:
        self._computer = computer
        self._dialect = dialect
        self._system = system
        self._component = component
        self._boot_ns = boot_ns
        self._telemetry = Telemetry(
            computer, readings, vehicle, site, model, dialect, component, boot_ns
        )
        self._encoder = Encoder(dialect, system, component)
        self._commands = {dialect.command(command.value): command for command in Command}
        self._schedule = _schedule()
        self._silent = view(computer.state, "silent")
        self._logged = view(computer.state.events, "count")
        self._told = view(computer.state.events, "told")

    @property
    def sequence(self) -> int:
        """The number of the next frame: all that this side remembers."""
        return self._encoder.sequence

    @sequence.setter
    def sequence(self, number: int) -> None:
        self._encoder.sequence = number

    # --- Telemetry ---

    def telemetry(self, cycle: int, now_ns: int) -> list[bytes]:
        """The frames of this cycle."""
        if self._silent[0]:
            return []
        frames = [
            self._encode(name, fields, now_ns)
            for name in self._schedule[cycle % CYCLES_PER_SECOND]
            for fields in self._telemetry.messages(name, now_ns)
        ]
        notices = self._computer.notices() if self._logged[0] > self._told[0] else ()
        for notice in notices:
            text = {"severity": notice.severity, "text": notice.text[:50]}
            frames.append(self._encode("STATUSTEXT", text, now_ns))
        return frames

    def _encode(self, name: str, fields: Fields, now_ns: int) -> bytes:
        return self._encoder.encode(name, fields, now_ns)

    # --- Reception ---

    def receive(self, packet: Packet, now_ns: int) -> list[bytes]:
        """Frames that answer one received message; messages for others get none."""
        answer = self._ANSWERS.get(packet.type.name)
        if answer is None or self._computer.silent or not self._meant(packet):
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


def _schedule() -> list[list[str]]:
    """Messages by cycle of the second, staggered so that no cycle sends everything.

    All computers send a message in the same cycle: what they say then is of one moment.
    """
    schedule: list[list[str]] = [[] for _ in range(CYCLES_PER_SECOND)]
    for row, (name, rate_hz) in enumerate(RATES_HZ.items()):
        period = CYCLES_PER_SECOND // rate_hz
        for cycle in range(row % period, CYCLES_PER_SECOND, period):
            schedule[cycle].append(name)
    return schedule
