"""Where the local axes lie on the Earth."""

from __future__ import annotations

import math
from dataclasses import dataclass

_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 6.694_379_990_14e-3


@dataclass(frozen=True)
class Place:
    """The origin of the local axes on the WGS-84 ellipsoid."""

    latitude_deg: float
    longitude_deg: float

    def at(self, north_m: float, east_m: float) -> tuple[float, float]:
        """Latitude and longitude, deg, of a point near by (first order in its distance)."""
        sine = math.sin(math.radians(self.latitude_deg))
        w = math.sqrt(1.0 - _ECCENTRICITY_SQUARED * sine**2)
        meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / w**3
        parallel_m = _SEMI_MAJOR_M / w * math.cos(math.radians(self.latitude_deg))
        return (
            self.latitude_deg + math.degrees(north_m / meridian_m),
            self.longitude_deg + math.degrees(east_m / parallel_m),
        )
