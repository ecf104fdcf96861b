"""Vehicle files: what flies, and the numbers that its simulated self is made of.

Every table of numbers names its `source`, so that nobody has to ask who says so.
SI units stand in the keys.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from gcs.config.model import ConfigModel, Duration, Finite

Positive = Annotated[Finite, Field(gt=0)]
NonNegative = Annotated[Finite, Field(ge=0)]
Source = Annotated[str, Field(min_length=1)]

_SEA_LEVEL_PRESSURE_PA = 101_325.0


class BodyConfig(ConfigModel):
    """Size. `cg_height_m` is the centre of gravity over the plane of the feet."""

    source: Source
    length_m: Positive
    diameter_m: Positive
    leg_span_m: Positive
    cg_height_m: Positive


class MassConfig(ConfigModel):
    """Mass and inertia. The inertia is that at landing, about the CG, across the axis."""

    source: Source
    dry_kg: Positive
    propellant_kg: Positive
    reserve_kg: NonNegative
    mixture_ratio: Positive
    transverse_inertia_kg_m2: Positive


class EngineConfig(ConfigModel):
    """The engine. Throttle is the flow fraction: thrust = throttle x F_vac - p x A_exit.

    A start takes `start_transient` to full commanded flow, spread by
    `start_transient_sigma` from start to start.
    """

    source: Source
    thrust_sea_level_n: Positive
    thrust_vacuum_n: Positive
    isp_sea_level_s: Positive
    isp_vacuum_s: Positive
    exit_area_m2: Positive
    minimum_throttle: Annotated[Finite, Field(gt=0, lt=1)]
    throttle_rate_per_s: Positive
    chamber_pressure_pa: Positive
    starts: Annotated[int, Field(ge=1)]
    start_transient: Duration
    start_transient_sigma: Duration
    tail_off: Duration
    gimbal_limit_deg: Positive
    gimbal_rate_deg_s: Positive

    @model_validator(mode="after")
    def _thrust_and_isp_agree(self) -> EngineConfig:
        if self.thrust_vacuum_n <= self.thrust_sea_level_n:
            raise ValueError("thrust must be larger in vacuum than at sea level")
        flow_ratio = (self.thrust_sea_level_n / self.isp_sea_level_s) / (
            self.thrust_vacuum_n / self.isp_vacuum_s
        )
        if abs(flow_ratio - 1.0) > 0.005:
            raise ValueError("F_sl / Isp_sl and F_vac / Isp_vac must be the same flow (0.5 %)")
        loss_n = _SEA_LEVEL_PRESSURE_PA * self.exit_area_m2
        if abs(self.thrust_vacuum_n - loss_n - self.thrust_sea_level_n) > (
            0.01 * self.thrust_sea_level_n
        ):
            raise ValueError("expected F_sl = F_vac - 101325 Pa x exit_area_m2 (1 %)")
        return self


class AerodynamicsConfig(ConfigModel):
    """Drag coefficients on the cross-section (axial) and on length x diameter (across).

    `normal_slope_per_rad` is the slender body's normal force on the cross-section.
    """

    source: Source
    drag_rising: NonNegative
    drag_falling: NonNegative
    drag_across: NonNegative
    normal_slope_per_rad: NonNegative


class AttitudeConfig(ConfigModel):
    """Attitude control: bandwidth, damping, and the cold gas that serves while engines are off."""

    source: Source
    bandwidth_rad_s: Positive
    damping: Positive
    tilt_limit_deg: Positive
    tilt_rate_deg_s: Positive
    cold_gas_torque_n_m: NonNegative


class ProfileConfig(ConfigModel):
    """What the flight software flies. Heights are of the feet over the nominal deck plane."""

    source: Source
    full_thrust: Duration
    climb_speed_m_s: Positive
    cutoff_height_m: Positive
    relight_height_m: Positive
    downrange_speed_m_s: Positive
    braking_m_s2: Positive
    hover_height_m: Positive
    hover: Duration
    final_speed_m_s: Positive
    touchdown_speed_m_s: Positive
    translation_m_s2: Positive
    legs_height_m: Positive
    aim_offset_m: Positive


class TouchdownConfig(ConfigModel):
    """What a touchdown may be, relative to the deck at first contact."""

    source: Source
    vertical_speed_m_s: Positive
    lateral_speed_m_s: Positive
    tilt_deg: Positive
    rate_deg_s: Positive
    miss_m: Positive
    water_speed_m_s: Positive
    keep_out_m: Positive


class CargoConfig(ConfigModel):
    """What the hold carries; it is part of the dry mass."""

    source: Source
    mass_kg: NonNegative
    temperature_c: Finite


class VehicleModel(ConfigModel):
    """All that the simulator needs of a vehicle."""

    body: BodyConfig
    mass: MassConfig
    engine: EngineConfig
    aerodynamics: AerodynamicsConfig
    attitude: AttitudeConfig
    profile: ProfileConfig
    touchdown: TouchdownConfig
    cargo: CargoConfig

    @model_validator(mode="after")
    def _can_fly(self) -> VehicleModel:
        weight_n = 9.80665 * (self.mass.dry_kg + self.mass.propellant_kg)
        if self.engine.thrust_sea_level_n <= weight_n:
            raise ValueError("full thrust at sea level does not lift the loaded vehicle")
        if self.mass.reserve_kg >= self.mass.propellant_kg:
            raise ValueError("mass.reserve_kg must be below mass.propellant_kg")
        if self.profile.aim_offset_m <= self.touchdown.keep_out_m:
            raise ValueError("profile.aim_offset_m must lie outside touchdown.keep_out_m")
        return self


class VehicleFile(ConfigModel):
    """A vehicle. `model` is needed where it is simulated."""

    id: str
    title: str
    model: VehicleModel | None = None
