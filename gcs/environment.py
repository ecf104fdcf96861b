"""What a station takes from the environment and never from a file under `configs`: its secrets."""

from __future__ import annotations

import os
from pathlib import Path

from gcs.config.loading import Mission
from gcs.config.persons import load_persons
from gcs.console.identity import Identity
from gcs.exits import StartUpError

_TOKEN_ENV = "LANDFALL_TOKEN"


def operator_token() -> str:
    """What proves who this operator is; empty where it is not set."""
    return os.environ.get(_TOKEN_ENV, "")


def link_passwords(mission: Mission) -> dict[str, str]:
    """The environment variables that the mission's links name, where they are set."""
    names = {getattr(link, "password_env", "") for link in mission.config.link}
    return {name: os.environ[name] for name in names if name and name in os.environ}


def signing_keys(mission: Mission) -> dict[str, bytes]:
    """The 32-byte key of every MAVLink link; empty where the mission names none.

    StartUpError where the variable is named but not a key: unsigned is no fallback.
    """
    name = mission.config.station.signing_key_env
    if not name:
        return {}
    try:
        key = bytes.fromhex(os.environ.get(name, ""))
    except ValueError:
        key = b""
    if len(key) != 32:
        raise StartUpError(f"{name} must hold the signing key: 64 hexadecimal digits")
    return {link.id: key for link in mission.config.link if link.carries == "mavlink"}


def identity_of(mission: Mission) -> Identity:
    """How the mission wants persons known, with its persons file where it names one.

    StartUpError where the variable holds no path, ConfigError where the file is wrong.
    """
    station = mission.config.station
    if not station.persons_env:
        return Identity(station.identify, positions=station.positions)
    path = os.environ.get(station.persons_env, "")
    if not path:
        raise StartUpError(f"{station.persons_env} must hold the path of the persons file")
    persons = load_persons(Path(path), mission.config)
    return Identity(station.identify, persons, station.positions)
