"""The names by which parts, links and publishers are broken, and what each may suffer."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from firmware_sim.faults import COMPUTERS, THRUSTERS, Fault, FaultKind, Faults
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.vehicle.state import ENGINES, FINS, LEGS, TANKS
from gcs.config.faults import FaultOrder, FaultsFile
from gcs.config.parsing import parse_toml
from gcs.config.problems import ConfigError, Problem
from gcs.telemetry.barge import TO_BARGE, TOPICS

Part = Callable[[Faults], Fault]

ALL = "all"
LINK, PUBLISHER, RECEIVER = "link.", "barge.", "barge.hears."
_ROWS = (
    ("engine", ENGINES),
    ("gimbal", ENGINES),
    ("fin", FINS),
    ("leg", LEGS),
    ("vent", TANKS),
    ("thruster", THRUSTERS),
)
_SENSORS = (
    "imu_accel",
    "imu_gyro",
    "gnss_position",
    "gnss_velocity",
    "baro",
    "radar",
    "beacon",
    "gauges",
)
_GROUPS = {"imu": ("imu_accel", "imu_gyro"), "gnss": ("gnss_position", "gnss_velocity")}
_SINGLE = {
    "cold_gas": "cold_gas",
    "sensor.motion": "deck_motion",
    "sensor.position": "deck_position",
    "sensor.weather": "weather",
    "deck.blocked": "deck_blocked",
    "deck.fire": "deck_fire",
}
_AMPLITUDES = {
    "imu_accel": 20.0,
    "imu_gyro": 0.5,
    "gnss_position": 5_000.0,
    "gnss_velocity": 100.0,
    "baro": 1_000.0,
    "radar": 1_000.0,
    "beacon": 50.0,
    "gauges": 5_000.0,
    "gimbal": 0.1,
    "fin": 0.3,
    "cold_gas": 5e4,
    "thruster": 1e5,
    "position": 100.0,
    "weather": 10.0,
}
"""Garbage each way, in SI units of the part, where an order gives none: assumed."""
_WIRE_KINDS = {
    # The longer prefix first.
    RECEIVER: ("off", "garbage", "delayed", "intermittent"),
    LINK: ("off", "garbage", "delayed", "intermittent"),
    PUBLISHER: ("off", "stuck", "garbage", "delayed", "intermittent"),
}


class Targets:
    """Everything that can break in one mission. `computers` and `links` are its ids."""

    def __init__(self, computers: Sequence[str], links: Sequence[str]) -> None:
        self.parts: Mapping[str, tuple[Part, ...]] = dict(_parts(computers))
        said = (PUBLISHER + topic for topic in TOPICS if topic not in TO_BARGE)
        heard = (RECEIVER + topic.rpartition("/")[2] for topic in TO_BARGE)
        self.wires = frozenset((*(LINK + link for link in links), *said, *heard))

    def problem(self, target: str) -> str:
        """Why there is nothing of this name; empty if there is."""
        if target in self.parts or target in self.wires:
            return ""
        close = difflib.get_close_matches(target, [*self.parts, *sorted(self.wires)], 1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return f"no part, link or publisher is called {target!r}{hint}"

    def problem_of(self, order: FaultOrder) -> tuple[str, str]:
        """The wrong key of an order and why; empty texts if all is well."""
        if why := self.problem(order.target):
            return "target", why
        if order.target not in self.wires:
            return "", ""
        kinds = next(k for prefix, k in _WIRE_KINDS.items() if order.target.startswith(prefix))
        if order.kind not in kinds:
            known = ", ".join(kinds)
            return "kind", f"{order.target} cannot be {order.kind!r}, only {known}"
        if order.amplitude is not None:
            return "amplitude", f"{order.target} has none: garbage spoils its bytes"
        return "", ""


def amplitude_of(target: str) -> float:
    """Garbage each way about the true value, where an order gives none."""
    words = target.split(".")
    return next((_AMPLITUDES[word] for word in reversed(words) if word in _AMPLITUDES), 1.0)


def kind_of(order: FaultOrder) -> FaultKind:
    """The kind of an order."""
    return FaultKind[order.kind.upper()]


def load_faults(path: Path, targets: Targets) -> FaultsFile:
    """A timeline from its file; ConfigError with all that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError([Problem(path.name, "", f"cannot read: {reason}")]) from error
    config, problems = parse_toml(path.name, text, FaultsFile)
    if config is None:
        raise ConfigError(problems)
    if found := list(problems_in(config, targets, path.name)):
        raise ConfigError(found)
    return config


def problems_in(config: FaultsFile, targets: Targets, file: str) -> Iterator[Problem]:
    """Targets, kinds and modes of a timeline that the mission does not have."""
    for i, entry in enumerate(config.fault):
        key, why = targets.problem_of(entry)
        if why:
            yield Problem(file, f"fault[{i}].{key}", why)
        if entry.mode is not None and entry.mode not in FlightMode.__members__:
            known = ", ".join(FlightMode.__members__)
            message = f"no flight mode is called {entry.mode!r}; there are {known}"
            yield Problem(file, f"fault[{i}].mode", message)


def _parts(computers: Sequence[str]) -> Iterator[tuple[str, tuple[Part, ...]]]:
    for row, count in _ROWS:
        for i in range(count):
            yield f"{row}.{i}", (_row_part(row, i),)
    for name, field in _SINGLE.items():
        yield name, (_single_part(field),)
    for i, computer in enumerate(computers[:COMPUTERS]):
        yield computer, (_row_part("computer", i),)
        for sensor in _SENSORS:
            yield f"{computer}.{sensor}", (_sensor_part(i, sensor),)
        for group, sensors in _GROUPS.items():
            yield f"{computer}.{group}", tuple(_sensor_part(i, sensor) for sensor in sensors)


def _row_part(row: str, i: int) -> Part:
    def part(faults: Faults) -> Fault:
        fault: Fault = getattr(faults, row)[i]
        return fault

    return part


def _single_part(field: str) -> Part:
    def part(faults: Faults) -> Fault:
        fault: Fault = getattr(faults, field)
        return fault

    return part


def _sensor_part(i: int, sensor: str) -> Part:
    def part(faults: Faults) -> Fault:
        fault: Fault = getattr(faults.sensors[i], sensor)
        return fault

    return part
