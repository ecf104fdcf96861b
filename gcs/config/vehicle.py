"""Vehicle files: what flies, and the numbers that its simulated self is made of.

Every table of numbers names its `source`, so that nobody has to ask who says so.
SI units stand in the keys. Heights are over the plane of the feet, along the axis.
"""

from __future__ import annotations

import itertools
import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from gcs.config.engines import EngineConfig
from gcs.config.model import (
    ConfigModel,
    Finite,
    Identifiers,
    NonNegative,
    Positive,
    Share,
    Source,
    Span,
    listed,
)
from gcs.config.sensors import SensorsConfig


class BodyConfig(ConfigModel):
    """Size. `leg_span_m` is between opposite feet."""

    source: Source
    length_m: Positive
    diameter_m: Positive
    leg_span_m: Positive
    nose_radius_m: Positive

    @property
    def volume_m3(self) -> float:
        """Of a cylinder of that length and diameter."""
        return math.pi * self.diameter_m**2 / 4.0 * self.length_m


class MassConfig(ConfigModel):
    """The dry vehicle with its cargo: mass, centre of mass, inertia about that centre.

    `wet_kg` is all of it at the start of the simulation.
    """

    source: Source
    wet_kg: Positive
    dry_kg: Positive
    dry_cg_height_m: Positive
    dry_transverse_inertia_kg_m2: Positive
    dry_axial_inertia_kg_m2: Positive


class TankConfig(ConfigModel):
    """One tank: load at start, place of the full column, and its slosh pendulum.

    The pendulum's mass is `slosh_share` of the propellant in the tank, at most
    `slosh_limit_kg`; its frequency is that at 1 g of axial acceleration.
    """

    load_kg: Positive
    bottom_m: NonNegative
    length_m: Positive
    slosh_share: Share
    slosh_limit_kg: NonNegative
    slosh_frequency_hz: Positive
    slosh_damping: Share


class PropellantConfig(ConfigModel):
    """The tanks. `reserve_kg`, of both together, is not to be burnt."""

    source: Source
    reserve_kg: NonNegative
    oxidizer: TankConfig
    fuel: TankConfig

    @property
    def load_kg(self) -> float:
        """Of both tanks together."""
        return self.oxidizer.load_kg + self.fuel.load_kg

    @property
    def mixture_ratio(self) -> float:
        """Oxidizer to fuel, by mass."""
        return self.oxidizer.load_kg / self.fuel.load_kg


class DragConfig(ConfigModel):
    """Axial force coefficients on the cross-section at one Mach number."""

    mach: NonNegative
    nose_first: NonNegative
    tail_first: NonNegative


class AerodynamicsConfig(ConfigModel):
    """Coefficients. Axial by Mach; normal force of a slender body with crossflow drag.

    `normal_slope_per_rad` acts on the cross-section at `pressure_height_nose_first_m` or
    `pressure_height_tail_first_m`; `drag_across` on length x diameter at
    `pressure_height_across_m`, by default the middle. `pitch_damping` is the moment per q S L and
    per rate x L / 2V. `plume_drag` is the share of axial drag that is left while engines burn
    into the wind.
    """

    source: Source
    drag: Annotated[
        tuple[DragConfig, ...], BeforeValidator(listed), Field(min_length=2, max_length=16)
    ]
    drag_across: NonNegative
    normal_slope_per_rad: NonNegative
    pressure_height_nose_first_m: NonNegative
    pressure_height_tail_first_m: NonNegative
    pressure_height_across_m: NonNegative | None = None
    pitch_damping: NonNegative
    plume_drag: Share

    @model_validator(mode="after")
    def _rising(self) -> AerodynamicsConfig:
        machs = [row.mach for row in self.drag]
        if any(after <= before for before, after in itertools.pairwise(machs)):
            raise ValueError("drag rows must rise in mach")
        return self


class FinsConfig(ConfigModel):
    """Four grid fins. The force slope is on the area of one fin, per radian of its angle."""

    source: Source
    area_m2: Positive
    height_m: Positive
    force_slope_per_rad: Positive
    drag: NonNegative
    limit_deg: Positive
    rate_deg_s: Positive


class FlapsConfig(ConfigModel):
    """Body flaps that steer a broadside entry.

    Their moment is the dynamic pressure of the flow across the axis times the demand in rad
    times `moment_across_m3`, or about the axis `moment_axial_m3`.
    """

    source: Source
    moment_across_m3: Positive
    moment_axial_m3: NonNegative
    limit_deg: Positive
    rate_deg_s: Positive


class ColdGasConfig(ConfigModel):
    """Attitude thrusters: largest torque about the axis and across it, and their gas."""

    source: Source
    torque_across_n_m: NonNegative
    torque_axial_n_m: NonNegative
    gas_kg: NonNegative
    isp_s: Positive
    arm_m: Positive


class LegsConfig(ConfigModel):
    """Four legs, each a spring and damper to its crush load, then a crushing core."""

    source: Source
    stiffness_n_m: Positive
    damping_n_s_m: NonNegative
    crush_load_n: Positive
    stroke_m: Positive
    friction_dry: Positive
    friction_wet: Positive
    deploy: Span


class AttitudeConfig(ConfigModel):
    """Attitude control."""

    source: Source
    bandwidth_rad_s: Positive
    damping: Positive
    tilt_limit_deg: Positive
    tilt_rate_deg_s: Positive


class HopProfile(ConfigModel):
    """Up and down again over one site. Heights are of the feet over the nominal deck plane."""

    kind: Literal["hop"]
    source: Source
    full_thrust: Span
    climb_speed_m_s: Positive
    cutoff_height_m: Positive
    relight_height_m: Positive
    downrange_speed_m_s: Positive
    braking_m_s2: Positive
    hover_height_m: Positive
    hover: Span
    final_speed_m_s: Positive
    touchdown_speed_m_s: Positive
    translation_m_s2: Positive
    legs_height_m: Positive
    aim_offset_m: Positive
    commit_height_m: NonNegative
    """Below it, over the deck, a LANDING COMMIT comes too late to be flown and is denied."""


class ReturnProfile(ConfigModel):
    """A stage that comes back from above the air: entry burn, fins, landing burn."""

    kind: Literal["return"]
    source: Source
    entry_height_m: NonNegative
    """Where the entry burn starts; 0 for none."""
    entry_burn: Span = 0
    entry_throttle: Share = 1.0
    landing_throttle: Share
    """Planned for the landing burn: what is left either way is its margin."""
    final_height_m: NonNegative
    """Where the landing engines give over to the final ones; 0 if they are the same."""
    touchdown_speed_m_s: Positive
    legs_height_m: Positive
    aim_offset_m: Positive
    commit_height_m: NonNegative
    """Below it, over the deck, a LANDING COMMIT comes too late to be flown and is denied."""


class EntryProfile(ConfigModel):
    """A lifting broadside entry from orbit-like speed, a flip, and a landing burn."""

    kind: Literal["entry"]
    source: Source
    ballistic_kg_m2: Positive
    lift_to_drag: NonNegative
    flip_height_m: Positive
    landing_throttle: Share
    final_height_m: NonNegative
    touchdown_speed_m_s: Positive
    legs_height_m: Positive
    aim_offset_m: Positive
    commit_height_m: NonNegative
    """Below it, over the deck, a LANDING COMMIT comes too late to be flown and is denied."""


Profile = Annotated[HopProfile | ReturnProfile | EntryProfile, Field(discriminator="kind")]


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
    """What the hold carries, and the room that it takes; it is part of the dry mass.

    The hold starts at `temperature_c` and grows warmer by `warming_k_m2_mj` for every MJ/m2 that
    the stagnation point has taken up.
    """

    source: Source
    mass_kg: NonNegative
    volume_m3: NonNegative = 0.0
    temperature_c: Finite
    warming_k_m2_mj: NonNegative = 0.0


class VehicleModel(ConfigModel):
    """All that the simulator needs of a vehicle."""

    body: BodyConfig
    mass: MassConfig
    propellant: PropellantConfig
    engine: EngineConfig
    aerodynamics: AerodynamicsConfig
    fins: FinsConfig | None = None
    flaps: FlapsConfig | None = None
    cold_gas: ColdGasConfig
    legs: LegsConfig
    attitude: AttitudeConfig
    sensors: SensorsConfig
    profile: Profile
    touchdown: TouchdownConfig
    cargo: CargoConfig

    @model_validator(mode="after")
    def _all_lies_in_the_hull(self) -> VehicleModel:
        oxidizer, fuel = self.propellant.oxidizer, self.propellant.fuel
        heights_m = {
            "mass.dry_cg_height_m": self.mass.dry_cg_height_m,
            "propellant.oxidizer": oxidizer.bottom_m + oxidizer.length_m,
            "propellant.fuel": fuel.bottom_m + fuel.length_m,
            "engine.height_m": self.engine.height_m,
            "fins.height_m": 0.0 if self.fins is None else self.fins.height_m,
            "sensors.imu_height_m": self.sensors.imu_height_m,
            "sensors.gnss_height_m": self.sensors.gnss_height_m,
        }
        for name, height_m in heights_m.items():
            if height_m > self.body.length_m:
                raise ValueError(f"{name} lies beyond body.length_m")
        if self.engine.ring_radius_m > 0.5 * self.body.diameter_m:
            raise ValueError("engine.ring_radius_m lies beyond half of body.diameter_m")
        return self

    @model_validator(mode="after")
    def _can_fly(self) -> VehicleModel:
        wet_kg = self.mass.wet_kg
        if self.mass.dry_kg >= wet_kg:
            raise ValueError("mass.dry_kg lies above mass.wet_kg")
        if abs(self.mass.dry_kg + self.propellant.load_kg - wet_kg) > 0.005 * wet_kg:
            raise ValueError(
                "mass.dry_kg and the tanks' loads do not add up to mass.wet_kg (0.5 %)"
            )
        thrust_n = self.engine.thrust_sea_level_n * len(self.engine.ascent)
        if isinstance(self.profile, HopProfile) and thrust_n <= 9.80665 * wet_kg:
            raise ValueError("full thrust at sea level does not lift the loaded vehicle")
        if self.propellant.reserve_kg >= self.propellant.load_kg:
            raise ValueError("propellant.reserve_kg must be below what the tanks hold")
        if self.cargo.mass_kg >= self.mass.dry_kg:
            raise ValueError("cargo.mass_kg is part of mass.dry_kg and must be below it")
        if self.cargo.volume_m3 >= self.body.volume_m3:
            raise ValueError("cargo.volume_m3 does not fit into the hull")
        if self.fins is not None and self.flaps is not None:
            raise ValueError("fins and flaps share their servos: a vehicle has one or the other")
        if not isinstance(self.profile, HopProfile) and (
            self.profile.landing_throttle < self.engine.minimum_throttle
        ):
            raise ValueError("profile.landing_throttle lies below engine.minimum_throttle")
        if self.profile.aim_offset_m <= self.touchdown.keep_out_m:
            raise ValueError("profile.aim_offset_m must lie outside touchdown.keep_out_m")
        return self


class VehicleFile(ConfigModel):
    """A vehicle. `model` is needed where it is simulated.

    Every mission that flies it and decides by criteria must have the `required_criteria`,
    each for a gate.
    """

    id: str
    title: str
    required_criteria: Identifiers = ()
    model: VehicleModel | None = None
