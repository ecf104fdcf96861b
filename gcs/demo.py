"""`gcs demo`: broker, simulator and station, each in its own process, on real bytes."""

from __future__ import annotations

import socket
from pathlib import Path

from gcs.children import child, private_address
from gcs.clock import ScaledClock
from gcs.config.loading import Mission
from gcs.config.mission import MqttLink, TcpServerLink, UdpLink
from gcs.exits import StartUpError
from gcs.links.addresses import format_address
from gcs.links.base import sentence
from gcs.terminal import StationProcess, Terminal


def fly_demo(
    file: Path,
    mission: Mission,
    terminal: Terminal,
    *,
    speed: float,
    seed: int | None,
    serial: bool,
    record: Path,
) -> int:
    """Fly the mission of a file against the simulator until it has an outcome; the exit code.

    `serial` puts fc_c on a pseudo-terminal.
    """
    broker = ["gcs.links.broker", *broker_address(mission)]
    require_free_ports(mission)
    clock = str(ScaledClock.started_now(speed))
    with private_address() as address:
        port = f"{address.removeprefix('unix:')}.fc_c"
        simulator = ["firmware_sim.cli", "run", str(file), "--clock", clock]
        simulator += ["--seed", str(seed or 0)]
        simulator += ["--serial", f"fc_c={port}"] if serial else []
        station = StationProcess(
            file,
            record,
            serial=[f"fc_c={port}:921600"] if serial else [],
            seed=seed,
            listen=address,
            clock=clock,
            to_outcome=True,
        )
        with child("the broker", broker) as embedded:
            embedded.ready()
            with child("the simulator", simulator, heard=True) as simulated:
                simulated.ready()
                return terminal.show_station(station)


def broker_address(mission: Mission) -> tuple[str, str]:
    """Host and port of the mission's MQTT link, where a demo starts the embedded broker."""
    for link in mission.config.link:
        if isinstance(link, MqttLink):
            return link.host, str(link.port)
    raise StartUpError(f"{mission.file} has no MQTT link: the demo needs one for the barge")


def require_free_ports(mission: Mission) -> None:
    """StartUpError where a port that the station is to listen on is taken.

    A station on its own keeps trying; a demo whose simulator would call somebody
    else's port says so instead.
    """
    for link in mission.config.link:
        if not isinstance(link, UdpLink | TcpServerLink) or not link.port:
            continue
        kind = socket.SOCK_DGRAM if isinstance(link, UdpLink) else socket.SOCK_STREAM
        family = socket.AF_INET6 if ":" in link.host else socket.AF_INET
        try:
            with socket.socket(family, kind) as probe:
                if kind == socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((link.host, link.port))
        except OSError as error:
            address = format_address((link.host, link.port))
            raise StartUpError(
                sentence(f"link {link.id} cannot listen on {link.kind} {address}", error)
            ) from error
