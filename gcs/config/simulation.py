"""The [simulation] table of a mission: the place, the start and the weather that are simulated.

Directions are clockwise from true north; wind and waves are named by where they come
from, currents by where they go.
"""

from __future__ import annotations

import itertools
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from gcs.config.model import (
    Angle,
    ConfigModel,
    Finite,
    Identifier,
    NonNegative,
    Positive,
    Source,
    Span,
    listed,
    parse_angle_rad,
)

MOST_WIND_M_S, _MOST_GUST_M_S = 60.0, 90.0
_MOST_BEACON_LATENCY_NS = 600_000_000
"""A receiver keeps the past of its own antenna for no longer."""


class PadStart(ConfigModel):
    """Standing on a pad, held, waiting for LAUNCH; the place is relative to the landing site."""

    kind: Literal["pad"] = "pad"
    north_m: Finite = -700.0
    east_m: Finite = 0.0
    height_m: Finite = 0.0
    """Of the feet over the nominal deck plane."""


class FlightStart(ConfigModel):
    """In flight, engines off. The vehicle is `range_to_go_m` from the site along a great circle
    and flies along it, or `course_offset` to its right: the Earth turns under the flight.

    `frame` says what speed and path angle are relative to; `attitude` where the nose points.
    `after_lift_off` is the mission's T at the start.
    """

    kind: Literal["flight"]
    source: Source
    after_lift_off: Span
    range_to_go_m: NonNegative
    bearing: Angle
    """Of the great circle from the start to the site, at the site."""
    course_offset: Angle = 0.0
    altitude_m: Positive
    speed_m_s: Positive
    path_angle: Angle
    """Over the horizon; negative is down."""
    frame: Literal["earth", "inertial"] = "earth"
    attitude: Literal["prograde", "retrograde"] = "prograde"
    position_sigma_m: NonNegative = 0.0
    velocity_sigma_m_s: NonNegative = 0.0
    """How the state at the start scatters from seed to seed, each axis."""


def _heading(value: object) -> float | None:
    return None if value == "head seas" else parse_angle_rad(value)


Start = Annotated[PadStart | FlightStart, Field(discriminator="kind")]


class SimulatedSea(ConfigModel):
    """The sea. `state` (WMO 3700) sets height and period unless they are given.

    `spreading` is the exponent s of cos^2s(theta/2) about the direction; 0 is long-crested.
    """

    state: Annotated[int, Field(ge=0, le=6)] = 3
    significant_wave_height_m: NonNegative | None = None
    peak_period_s: Positive | None = None
    peak_enhancement: Annotated[Finite, Field(ge=1, le=7)] = 3.3
    direction: Angle = 0.0
    spreading: Annotated[Finite, Field(ge=0, le=200)] = 25.0
    components: Annotated[int, Field(ge=200, le=400)] = 240
    current_m_s: Annotated[Finite, Field(ge=0, le=5)] = 0.3
    current_direction: Angle = 0.0


class WindAloft(ConfigModel):
    """Mean wind at one altitude over the sea, above the 10 m at which the surface wind holds."""

    altitude_m: Annotated[Finite, Field(gt=10)]
    speed_m_s: NonNegative
    direction: Angle


class SimulatedWeather(ConfigModel):
    """Wind at 10 m, wind aloft, and what else the barge's weather station reports.

    Without `aloft` rows the surface wind grows by a power law to 1 km and stays.
    """

    wind_speed_m_s: Annotated[Finite, Field(ge=0, le=MOST_WIND_M_S)] = 6.0
    wind_gust_m_s: Annotated[Finite, Field(ge=0, le=_MOST_GUST_M_S)] = 8.5
    wind_direction: Angle = 0.349_065_850_4
    aloft: Annotated[tuple[WindAloft, ...], BeforeValidator(listed), Field(max_length=60)] = ()
    visibility_m: NonNegative = 15_000.0
    air_pressure_pa: Annotated[Finite, Field(ge=80_000, le=110_000)] = 101_300.0
    air_temperature_k: Annotated[Finite, Field(ge=220, le=330)] = 293.0

    @model_validator(mode="after")
    def _rising(self) -> SimulatedWeather:
        heights = [row.altitude_m for row in self.aloft]
        if any(after <= before for before, after in itertools.pairwise(heights)):
            raise ValueError("aloft rows must rise in altitude_m")
        return self


class SimulatedBarge(ConfigModel):
    """Where the barge lies and how it heads.

    `heading` is an angle, or "head seas" (None): the bow into the waves. `history` is the motion
    published at birth. The deck is clear unless something is said to stand on it.
    """

    heading: Annotated[float | None, BeforeValidator(_heading)] = None
    offset_north_m: Finite = 0.0
    offset_east_m: Finite = 0.0
    history: Span = 1_200_000_000_000
    history_rate_hz: Annotated[Finite, Field(ge=2, le=20)] = 2.0
    deck_clear: bool = True
    persons_on_board: Annotated[int, Field(ge=0, le=1000)] = 0
    fire: bool = False


class SimulatedBeacon(ConfigModel):
    """The deck beacon's radio to the vehicle; sigma is that of the relative position, an axis."""

    latency: Span = 100_000_000
    latency_sigma: Span = 30_000_000
    dropout: Annotated[Finite, Field(ge=0, le=1)] = 0.01
    relative_sigma_m: NonNegative = 0.3
    range_m: Positive = 60_000.0

    @model_validator(mode="after")
    def _in_time(self) -> SimulatedBeacon:
        if self.latency + self.latency_sigma > _MOST_BEACON_LATENCY_NS:
            raise ValueError("latency + latency_sigma must not exceed 0.6 s")
        return self


class SimulationConfig(ConfigModel):
    """The simulated place, start and weather. `barge_source` names the barge's source id."""

    latitude_deg: Annotated[Finite, Field(ge=-89, le=89)]
    longitude_deg: Annotated[Finite, Field(ge=-180, le=180)]
    barge_source: Identifier = "barge"
    start: Start = PadStart()
    sea: SimulatedSea = SimulatedSea()
    weather: SimulatedWeather = SimulatedWeather()
    barge: SimulatedBarge = SimulatedBarge()
    beacon: SimulatedBeacon = SimulatedBeacon()
