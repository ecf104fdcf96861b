"""Vehicle files."""

from __future__ import annotations

from gcs.config.model import ConfigModel


class VehicleFile(ConfigModel):
    """A vehicle."""

    id: str
    title: str
