"""The vehicles that the repository ships, as the simulator takes them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from gcs.config.vehicle import VehicleFile, VehicleModel

_VEHICLES = Path(__file__).parents[2] / "configs" / "vehicles"


@cache
def vehicle_model(name: str) -> VehicleModel:
    """The model of a shipped vehicle, by the name of its file."""
    model = VehicleFile.model_validate(vehicle_tables(name)).model
    assert model is not None
    return model


def changed_model(name: str, changes: Mapping[str, Mapping[str, Any]]) -> VehicleModel:
    """The model of a shipped vehicle with other numbers in some of its tables."""
    tables = vehicle_tables(name)
    for table, keys in changes.items():
        tables["model"].setdefault(table, {}).update(keys)
    model = VehicleFile.model_validate(tables).model
    assert model is not None
    return model


def vehicle_tables(name: str) -> dict[str, Any]:
    """What a shipped vehicle's file says, to be changed by a test."""
    return tomllib.loads((_VEHICLES / f"{name}.toml").read_text(encoding="utf-8"))
