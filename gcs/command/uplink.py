"""What the station says to the vehicle, as bytes on links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gcs.clock import MILLISECOND_NS, SECOND_NS
from gcs.config.loading import Mission
from gcs.config.mission import SourceConfig
from gcs.config.problems import Problem
from gcs.messages import GateState, GateStatus, Transmit
from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.mavlink.encoding import Encoder

VERDICT_VALIDITY_NS = 2 * SECOND_NS
"""Four missed verdicts at 2 Hz; assumed."""

_VERDICTS = {
    GateState.CLOSED: "LANDFALL_VERDICT_CLOSED",
    GateState.UNKNOWN: "LANDFALL_VERDICT_NO_GO",
    GateState.NO_GO: "LANDFALL_VERDICT_NO_GO",
    GateState.GO: "LANDFALL_VERDICT_GO",
    GateState.COMMITTED: "LANDFALL_VERDICT_COMMITTED",
    GateState.MISSED: "LANDFALL_VERDICT_MISSED",
}

_SPOKEN = ("HEARTBEAT", "TIMESYNC", "COMMAND_LONG")


def build_uplink(
    mission: Mission, dialect: Dialect | None, signing_keys: Mapping[str, bytes]
) -> tuple[Uplink, tuple[Problem, ...]]:
    """The uplink of a mission, and all that it could not say when the time comes."""
    problems = tuple(_problems(mission, dialect)) if dialect is not None else ()
    return Uplink(mission, dialect, signing_keys), problems


def _problems(mission: Mission, dialect: Dialect) -> Iterator[Problem]:
    name = mission.config.mission.dialect
    for message in _SPOKEN:
        if message not in dialect.by_name:
            yield Problem(name, "", f"expected a message {message}: the station says it")
    verdict = dialect.by_name.get("STATION_VERDICT")
    if verdict is None:
        return
    known = dialect.enums.get("LANDFALL_VERDICT", {})
    for entry in sorted(set(_VERDICTS.values()) - known.keys()):
        yield Problem(name, "", f"expected {entry} in LANDFALL_VERDICT: STATION_VERDICT says it")
    room = next((item.count for item in verdict.wire_fields if item.name == "gate"), 0)
    for i, gate in enumerate(mission.config.gate):
        if len(gate.id) > room:
            message = f"expected at most {room} characters: STATION_VERDICT names the gate"
            yield Problem(mission.file, f"gate[{i}].id", message)


class Uplink:
    """Encodes for every MAVLink link of a mission; one sequence counter a link."""

    def __init__(
        self, mission: Mission, dialect: Dialect | None, signing_keys: Mapping[str, bytes]
    ) -> None:
        station = mission.config.station
        links = [link for link in mission.config.link if link.carries == "mavlink"]
        self._dialect = dialect
        self._encoders: dict[str, Encoder] = {}
        if dialect is not None:
            self._encoders = {
                link.id: Encoder(
                    dialect,
                    station.system,
                    station.component,
                    signing_key=signing_keys.get(link.id),
                    link_id=number,
                )
                for number, link in enumerate(links)
            }
        self._computers = {s.id: s for s in mission.config.source if s.flight_computer}

    def heartbeat(self, now_ns: int) -> list[Transmit]:
        """The station's heartbeat on every MAVLink link."""
        fields = {"type": 6, "autopilot": 8, "base_mode": 0, "custom_mode": 0, "system_status": 4}
        return self._everywhere("HEARTBEAT", {**fields, "mavlink_version": 3}, now_ns)

    def timesync(self, now_ns: int) -> list[Transmit]:
        """A TIMESYNC request on every MAVLink link."""
        return self._everywhere("TIMESYNC", {"tc1": 0, "ts1": now_ns}, now_ns)

    def verdicts(self, gates: Iterable[GateStatus], now_ns: int) -> list[Transmit]:
        """STATION_VERDICT for each gate, to every flight computer that knows the message."""
        if self._dialect is None or "STATION_VERDICT" not in self._dialect.by_name:
            return []
        sent: list[Transmit] = []
        for gate in gates:
            fields = {
                "time_usec": now_ns // 1000,
                "valid_ms": VERDICT_VALIDITY_NS // MILLISECOND_NS,
                "verdict": self._dialect.enum_value("LANDFALL_VERDICT", _VERDICTS[gate.state]),
                "gate": gate.id,
            }
            for source in self._computers.values():
                sent += self._to(source, "STATION_VERDICT", fields, now_ns)
        return sent

    def command_long(
        self, flight_computer: str, fields: Mapping[str, float | int], now_ns: int
    ) -> list[Transmit]:
        """One COMMAND_LONG to one flight computer, on each of its links."""
        source = self._computers[flight_computer]
        addressed = {
            **fields,
            "target_system": source.system,
            "target_component": source.component,
        }
        return self._to(source, "COMMAND_LONG", addressed, now_ns)

    def timesync_reply(self, link: str, peer: str, asked_ns: int, now_ns: int) -> list[Transmit]:
        """The answer to a TIMESYNC request that came in on `link` from `peer`."""
        encoder = self._encoders.get(link)
        if encoder is None:
            return []
        data = encoder.encode("TIMESYNC", {"tc1": now_ns, "ts1": asked_ns}, now_ns)
        return [Transmit(link, data, peer)]

    def _everywhere(self, name: str, fields: Mapping[str, object], now_ns: int) -> list[Transmit]:
        return [
            Transmit(link, encoder.encode(name, fields, now_ns))
            for link, encoder in self._encoders.items()
        ]

    def _to(
        self, source: SourceConfig, name: str, fields: Mapping[str, object], now_ns: int
    ) -> list[Transmit]:
        return [
            Transmit(link, self._encoders[link].encode(name, fields, now_ns))
            for link in source.links
            if link in self._encoders
        ]
