"""Barge files: the landing deck, and the numbers that the simulated barge is made of."""

from __future__ import annotations

import itertools
import math
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from gcs.config.model import ConfigModel, Finite, NonNegative, Positive, Share, Source, listed

Column = Annotated[tuple[Finite, ...], BeforeValidator(listed)]

THRUSTERS = 4
MAX_FREQUENCIES = 200
MOTIONS = ("surge", "sway", "heave", "roll", "pitch", "yaw")
DRIFTS = ("surge_drift_n_m2", "sway_drift_n_m2", "yaw_drift_n_m_m2")


class DeckConfig(ConfigModel):
    """The landing deck, a rectangle about its centre. `height_m` is over the still water."""

    length_m: Positive
    width_m: Positive
    height_m: NonNegative = 0.0


class HullHeading(ConfigModel):
    """How the hull answers a wave of 1 m amplitude from one side, a value a frequency.

    `from_deg` is the angle from the bow to where the wave comes from, + to starboard.
    Amplitudes of the centre of mass are m/m (deg/m for roll, pitch and yaw); `*_lag_deg`
    is how much later than the elevation there the motion peaks. Surge is + forward, sway
    + to starboard, heave + up, roll + starboard down, pitch + bow up, yaw + clockwise.
    Drift is the mean force of second order over the amplitude squared.
    """

    from_deg: Annotated[Finite, Field(ge=0, le=180)]
    surge: Column
    surge_lag_deg: Column
    sway: Column
    sway_lag_deg: Column
    heave: Column
    heave_lag_deg: Column
    roll: Column
    roll_lag_deg: Column
    pitch: Column
    pitch_lag_deg: Column
    yaw: Column
    yaw_lag_deg: Column
    surge_drift_n_m2: Column
    sway_drift_n_m2: Column
    yaw_drift_n_m_m2: Column

    def columns(self) -> tuple[Column, ...]:
        """All columns of values."""
        lags = [f"{motion}_lag_deg" for motion in MOTIONS]
        return tuple(getattr(self, name) for name in (*MOTIONS, *lags, *DRIFTS))


class HullFile(ConfigModel):
    """A hull: size, mass and its table of responses.

    Headings rise from 0 to 180 deg, or to 90 deg for a hull that is alike fore and aft; port
    and starboard are alike. `cg_height_m` is over the still water. The added masses are those
    of slow motion.
    """

    id: str
    title: str
    source: Source
    length_m: Positive
    beam_m: Positive
    draft_m: Positive
    mass_kg: Positive
    yaw_inertia_kg_m2: Positive
    cg_height_m: Finite
    surge_added_mass_kg: NonNegative
    sway_added_mass_kg: NonNegative
    yaw_added_inertia_kg_m2: NonNegative
    frequencies_rad_s: Annotated[Column, Field(min_length=2, max_length=MAX_FREQUENCIES)]
    heading: Annotated[tuple[HullHeading, ...], BeforeValidator(listed), Field(min_length=2)]

    @model_validator(mode="after")
    def _complete(self) -> HullFile:
        frequencies = self.frequencies_rad_s
        if frequencies[0] <= 0.0 or any(b <= a for a, b in itertools.pairwise(frequencies)):
            raise ValueError("frequencies_rad_s must be positive and rise")
        angles = [row.from_deg for row in self.heading]
        if any(b <= a for a, b in itertools.pairwise(angles)):
            raise ValueError("heading rows must rise in from_deg")
        if angles[0] != 0.0 or angles[-1] not in (90.0, 180.0):
            raise ValueError("heading rows must reach from 0 to 90 or 180 deg")
        for row in self.heading:
            if any(len(column) != len(frequencies) for column in row.columns()):
                raise ValueError(
                    f"heading {row.from_deg:g} deg: expected {len(frequencies)} values a row, "
                    "one a frequency"
                )
        return self


class LoadsConfig(ConfigModel):
    """Wind and current on the ship: projected areas over water, and drag coefficients.

    Current coefficients are on beam x draft and length x draft; yaw coefficients on the
    lateral area (length x draft) x length, times the sine of twice the angle of attack.
    """

    source: Source
    frontal_area_m2: Positive
    lateral_area_m2: Positive
    wind_surge: Positive
    wind_sway: Positive
    wind_yaw: NonNegative
    current_surge: Positive
    current_sway: Positive
    current_yaw: NonNegative
    surge_damping_period_s: Positive
    """Mass over linear damping (waves, friction), also of sway and yaw."""


class ThrustersConfig(ConfigModel):
    """Four azimuth thrusters at +-`bow_m`, +-`starboard_m`. `power_w` is that of one at full."""

    source: Source
    bow_m: Positive
    starboard_m: Positive
    thrust_n: Positive
    full_thrust_s: Positive
    azimuth_rate_deg_s: Positive
    power_w: Positive


class PositioningConfig(ConfigModel):
    """Dynamic positioning: the closed loop's natural period and damping, its integral time.

    `observer_period_s` is that of the filter that parts slow motion from the waves'.
    `allowed_error_m` is where it no longer says that it holds the station.
    """

    source: Source
    period_s: Positive
    damping: Positive
    integral_s: Positive
    observer_period_s: Positive
    position_noise_m: NonNegative
    heading_noise_deg: NonNegative
    allowed_error_m: Positive


class PlantConfig(ConfigModel):
    """Electrical power: capacity, load without thrusters; and the ballast on board."""

    source: Source
    capacity_w: Positive
    hotel_w: NonNegative
    bus_v: Positive
    generators: Annotated[int, Field(ge=1, le=20)]
    fuel: Share
    battery: Share
    ballast: Share


class DeckSensorsConfig(ConfigModel):
    """What the ship's motion sensor and weather station add to the truth, standard deviations."""

    source: Source
    angle_deg: NonNegative
    rate_deg_s: NonNegative
    heave_m: NonNegative
    heave_rate_m_s: NonNegative
    acceleration_m_s2: NonNegative
    position_m: NonNegative
    wind_share: NonNegative


class AntennaConfig(ConfigModel):
    """The deck beacon's antenna from the deck centre; `height_m` is over the deck."""

    source: Source
    bow_m: Finite
    starboard_m: Finite
    height_m: NonNegative


class BargeModel(ConfigModel):
    """All that the simulator needs of a barge. `hull` names a hull file beside this one."""

    hull: Annotated[str, Field(min_length=1)]
    loads: LoadsConfig
    thrusters: ThrustersConfig
    positioning: PositioningConfig
    plant: PlantConfig
    sensors: DeckSensorsConfig
    beacon: AntennaConfig

    @model_validator(mode="after")
    def _powered(self) -> BargeModel:
        if self.plant.hotel_w >= self.plant.capacity_w:
            raise ValueError("plant.hotel_w must lie below plant.capacity_w")
        if self.positioning.observer_period_s >= self.positioning.period_s:
            raise ValueError("positioning.observer_period_s must lie below positioning.period_s")
        return self


class BargeFile(ConfigModel):
    """A barge. `model` is needed where it is simulated."""

    id: str
    title: str
    deck: DeckConfig
    model: BargeModel | None = None

    @property
    def half_diagonal_m(self) -> float:
        """Of the deck."""
        return 0.5 * math.hypot(self.deck.length_m, self.deck.width_m)
