"""The vehicles that the repository ships, as the simulator takes them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from gcs.config.vehicle import VehicleFile, VehicleModel

_VEHICLES = Path(__file__).parents[2] / "configs" / "vehicles"


@cache
def vehicle_model(name: str) -> VehicleModel:
    """The model of a shipped vehicle, by the name of its file."""
    text = (_VEHICLES / f"{name}.toml").read_text(encoding="utf-8")
    model = VehicleFile.model_validate(tomllib.loads(text)).model
    assert model is not None
    return model
