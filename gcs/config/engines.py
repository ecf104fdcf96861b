"""The engines of a vehicle, as its file describes them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from gcs.config.model import ConfigModel, Finite, NonNegative, Positive, Source, Span, listed

Engines = Annotated[tuple[Annotated[int, Field(ge=0, le=8)], ...], BeforeValidator(listed)]
SomeEngines = Annotated[Engines, Field(min_length=1)]

_SEA_LEVEL_PRESSURE_PA = 101_325.0


class EngineConfig(ConfigModel):
    """The engines, all alike. Thrust = throttle x F_vac - p x A_exit; throttle is flow fraction.

    A start takes `start_transient` to full commanded flow, spread by `start_transient_sigma`
    from start to start. Engine 0 is the centre; the others stand on a ring. `ascent`, `entry`,
    `landing` and `final` name the engines of each burn.
    """

    source: Source
    count: Annotated[int, Field(ge=1, le=9)] = 1
    ring_radius_m: NonNegative = 0.0
    height_m: NonNegative = 1.0
    thrust_sea_level_n: Positive
    thrust_vacuum_n: Positive
    isp_sea_level_s: Positive
    isp_vacuum_s: Positive
    exit_area_m2: Positive
    minimum_throttle: Annotated[Finite, Field(gt=0, lt=1)]
    throttle_rate_per_s: Positive
    chamber_pressure_pa: Positive
    starts: Annotated[int, Field(ge=1)]
    start_transient: Span
    start_transient_sigma: Span
    tail_off: Span
    gimbal_limit_deg: Positive
    gimbal_rate_deg_s: Positive
    ground_effect: NonNegative = 0.03
    """Share by which thrust grows at the deck, from two nozzle diameters above it on."""
    ascent: Engines = (0,)
    entry: Engines = ()
    landing: SomeEngines = (0,)
    final: SomeEngines = (0,)

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

    @model_validator(mode="after")
    def _burns_name_engines(self) -> EngineConfig:
        for burn in ("ascent", "entry", "landing", "final"):
            engines: tuple[int, ...] = getattr(self, burn)
            missing = [engine for engine in engines if engine >= self.count]
            if missing:
                raise ValueError(f"{burn}: there is no engine {missing[0]} among {self.count}")
            if len(set(engines)) < len(engines):
                raise ValueError(f"{burn}: an engine is named twice")
        return self
