"""The Earth: its gravitation, its shape, its rotation, and the place of the landing site.

WGS-84 with J2: NIMA TR8350.2 (2000), tables 3.1 and 3.3; J2 there follows from a, f, GM
and the rotation. The gravitation of J2: Vallado, Fundamentals of Astrodynamics, eq. 8-30.
"""

from __future__ import annotations

import math

import numpy as np

from firmware_sim.flight_software.interfaces import Site
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, make


class EarthParameters(Record):
    """One Earth. Flattening, J2 and rate may be zero."""

    mu_m3_s2: float
    j2: float
    radius_m: float
    """Semi-major axis."""
    flattening: float
    rate_rad_s: float


_MODELS = {
    "wgs84": (
        3.986_004_418e14,
        1.082_629_821_31e-3,
        6_378_137.0,
        1.0 / 298.257_223_563,
        7.292115e-5,
    ),
    # The non-rotating sphere of check case 4 of NASA/TM-2015-218675.
    "sphere": (3.986_004_418e14, 0.0, 6_371_007.180_9, 0.0, 0.0),
}


def earth_parameters(model: str = "wgs84") -> EarthParameters:
    """`wgs84`, or `sphere`: round and not rotating. KeyError for another name."""
    values = _MODELS[model]
    p = make(EarthParameters)
    p.mu_m3_s2, p.j2, p.radius_m, p.flattening, p.rate_rad_s = values
    return p


@kernel
def gravity(p: EarthParameters, r: Floats, out: Floats) -> None:
    """Gravitation, m/s2, at `r` in E; the centrifugal part is not in it."""
    square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    scale = -p.mu_m3_s2 / (square * math.sqrt(square))
    bulge = 1.5 * p.j2 * p.radius_m * p.radius_m / square
    polar = 5.0 * r[2] * r[2] / square
    across = scale * (1.0 + bulge * (1.0 - polar))
    out[0] = across * r[0]
    out[1] = across * r[1]
    out[2] = scale * (1.0 + bulge * (3.0 - polar)) * r[2]


@kernel
def potential(p: EarthParameters, r: Floats) -> float:
    """Gravitational potential, J/kg, of which `gravity` is minus the gradient."""
    square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    legendre = 1.5 * r[2] * r[2] / square - 0.5
    bulge = p.j2 * p.radius_m * p.radius_m / square * legendre
    return float(-p.mu_m3_s2 / math.sqrt(square) * (1.0 - bulge))


@kernel
def horizon(p: EarthParameters, r: Floats) -> tuple[float, float, float]:
    """Sine and cosine of the geodetic latitude, and height over the ellipsoid, m.

    Bowring (1985), Survey Review 28:218: no iteration; better than 1e-9 rad and 1e-6 m
    from -10 km to 1000 km. Not for the Earth's centre.
    """
    across = math.sqrt(r[0] * r[0] + r[1] * r[1])
    distance = math.sqrt(across * across + r[2] * r[2])
    squared = p.flattening * (2.0 - p.flattening)
    polar_m = p.radius_m * (1.0 - p.flattening)
    second = squared / (1.0 - squared)
    rise = (1.0 - p.flattening) * r[2] * (1.0 + second * polar_m / distance)
    slant = math.sqrt(rise * rise + across * across)
    sine_u, cosine_u = rise / slant, across / slant
    y = r[2] + second * polar_m * sine_u * sine_u * sine_u
    x = across - squared * p.radius_m * cosine_u * cosine_u * cosine_u
    scale = math.sqrt(x * x + y * y)
    sine, cosine = y / scale, x / scale
    height = across * cosine + r[2] * sine - p.radius_m * math.sqrt(1.0 - squared * sine * sine)
    return sine, cosine, height


@kernel
def geodetic(p: EarthParameters, r: Floats) -> tuple[float, float, float]:
    """Latitude and longitude, rad, and height over the ellipsoid, m, of `r` in E."""
    sine, cosine, height = horizon(p, r)
    return math.atan2(sine, cosine), math.atan2(r[1], r[0]), height


@kernel
def from_geodetic(
    p: EarthParameters, latitude_rad: float, longitude_rad: float, height_m: float, out: Floats
) -> None:
    """The position in E of a latitude, longitude and height over the ellipsoid."""
    sine, cosine = math.sin(latitude_rad), math.cos(latitude_rad)
    squared = p.flattening * (2.0 - p.flattening)
    normal = p.radius_m / math.sqrt(1.0 - squared * sine * sine)
    out[0] = (normal + height_m) * cosine * math.cos(longitude_rad)
    out[1] = (normal + height_m) * cosine * math.sin(longitude_rad)
    out[2] = (normal * (1.0 - squared) + height_m) * sine


@kernel
def ned_from_earth(latitude_rad: float, longitude_rad: float, out: Floats) -> None:
    """The matrix that takes components in E to north, east, down there; shape (3, 3)."""
    sine, cosine = math.sin(latitude_rad), math.cos(latitude_rad)
    sine_l, cosine_l = math.sin(longitude_rad), math.cos(longitude_rad)
    out[0, 0] = -sine * cosine_l
    out[0, 1] = -sine * sine_l
    out[0, 2] = cosine
    out[1, 0] = -sine_l
    out[1, 1] = cosine_l
    out[1, 2] = 0.0
    out[2, 0] = -cosine * cosine_l
    out[2, 1] = -cosine * sine_l
    out[2, 2] = -sine


@kernel
def site_position(site: Site, r: Floats, out: Floats) -> None:
    """`r` in E as north, east, down from the site's origin."""
    x, y, z = r[0] - site.origin_m[0], r[1] - site.origin_m[1], r[2] - site.origin_m[2]
    m = site.ned_from_earth
    for i in range(3):
        out[i] = m[i, 0] * x + m[i, 1] * y + m[i, 2] * z


@kernel
def earth_position(site: Site, ned: Floats, out: Floats) -> None:
    """North, east, down from the site's origin as a position in E."""
    m = site.ned_from_earth
    for i in range(3):
        out[i] = site.origin_m[i] + m[0, i] * ned[0] + m[1, i] * ned[1] + m[2, i] * ned[2]


def make_site(
    latitude_deg: float,
    longitude_deg: float,
    deck_height_m: float,
    earth: EarthParameters | None = None,
) -> Site:
    """The landing site at sea level, which is the ellipsoid here: the geoid is left out."""
    site = make(Site)
    site.latitude_rad = math.radians(latitude_deg)
    site.longitude_rad = math.radians(longitude_deg)
    site.deck_height_m = deck_height_m
    earth = earth_parameters() if earth is None else earth
    origin = np.empty(3)
    from_geodetic(earth, site.latitude_rad, site.longitude_rad, 0.0, origin)
    site.origin_m[:] = origin
    ned_from_earth(site.latitude_rad, site.longitude_rad, site.ned_from_earth)
    return site
