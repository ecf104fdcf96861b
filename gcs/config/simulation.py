"""The [simulation] table of a mission: the place and the weather that the simulator makes.

Directions are degrees clockwise from true north; wind and waves are named by
where they come from.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gcs.config.model import ConfigModel, Duration, Finite, Identifier

Direction = Annotated[Finite, Field(ge=0, lt=360)]
NonNegative = Annotated[Finite, Field(ge=0)]
Positive = Annotated[Finite, Field(gt=0)]


class SimulatedSea(ConfigModel):
    """The sea. `state` (WMO 3700) sets height and period unless they are given."""

    state: Annotated[int, Field(ge=0, le=6)] = 3
    significant_wave_height_m: NonNegative | None = None
    peak_period_s: Positive | None = None
    peak_enhancement: Annotated[Finite, Field(ge=1, le=7)] = 3.3
    direction_deg: Direction = 0.0
    components: Annotated[int, Field(ge=200, le=2000)] = 240


class SimulatedWeather(ConfigModel):
    """Wind at 10 m, and what else the barge's weather station reports."""

    wind_speed_m_s: Annotated[Finite, Field(ge=0, le=60)] = 6.0
    wind_gust_m_s: Annotated[Finite, Field(ge=0, le=90)] = 8.5
    wind_direction_deg: Direction = 20.0
    visibility_m: NonNegative = 15_000.0
    air_pressure_pa: Annotated[Finite, Field(ge=80_000, le=110_000)] = 101_300.0
    air_temperature_k: Annotated[Finite, Field(ge=220, le=330)] = 293.0


class SimulatedBarge(ConfigModel):
    """Where the barge lies and how it heads.

    `offset_north_m` moves it from its nominal place, which is the local origin.
    `history` is the motion that it publishes at birth.
    """

    heading_deg: Direction = 0.0
    offset_north_m: Finite = 0.0
    history: Duration = 1_200_000_000_000
    history_rate_hz: Annotated[Finite, Field(ge=2, le=20)] = 2.0


class SimulatedBeacon(ConfigModel):
    """The deck beacon's radio to the vehicle."""

    latency: Duration = 100_000_000
    latency_sigma: Duration = 30_000_000
    dropout: Annotated[Finite, Field(ge=0, le=1)] = 0.01
    relative_sigma_m: NonNegative = 0.3


class SimulationConfig(ConfigModel):
    """The simulated place, weather and units. `barge_source` names the barge's source id."""

    kind: Literal["hop"] = "hop"
    latitude_deg: Annotated[Finite, Field(ge=-89, le=89)]
    longitude_deg: Annotated[Finite, Field(ge=-180, le=180)]
    pad_north_m: Finite = -700.0
    barge_source: Identifier = "barge"
    sea: SimulatedSea = SimulatedSea()
    weather: SimulatedWeather = SimulatedWeather()
    barge: SimulatedBarge = SimulatedBarge()
    beacon: SimulatedBeacon = SimulatedBeacon()
