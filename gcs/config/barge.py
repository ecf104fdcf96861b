"""Barge files: the landing deck, and the numbers that the simulated barge is made of."""

from __future__ import annotations

import itertools
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from gcs.config.model import ConfigModel, Finite, listed

Positive = Annotated[Finite, Field(gt=0)]
NonNegative = Annotated[Finite, Field(ge=0)]
Source = Annotated[str, Field(min_length=1)]


class DeckConfig(ConfigModel):
    """The landing deck, a rectangle about its centre. `height_m` is over the still water."""

    length_m: Positive
    width_m: Positive
    height_m: NonNegative = 0.0


class ResponseConfig(ConfigModel):
    """How the hull answers a wave of 1 m amplitude, in head and in beam seas."""

    frequency_rad_s: NonNegative
    head_heave_m: NonNegative
    head_pitch_deg: NonNegative
    beam_heave_m: NonNegative
    beam_roll_deg: NonNegative


class StationKeepingConfig(ConfigModel):
    """Dynamic positioning: RMS error along each axis, its slowest period, and the thrusters."""

    source: Source
    error_rms_m: NonNegative
    slowest_period_s: Positive
    heading_rms_deg: NonNegative
    thrusters: Annotated[int, Field(ge=1)]


class BargeModel(ConfigModel):
    """All that the simulator needs of a barge. Response rows rise in frequency from zero."""

    source: Source
    station_keeping: StationKeepingConfig
    response: Annotated[tuple[ResponseConfig, ...], BeforeValidator(listed), Field(min_length=2)]

    @model_validator(mode="after")
    def _rising(self) -> BargeModel:
        frequencies = [row.frequency_rad_s for row in self.response]
        if frequencies[0] != 0.0 or any(
            after <= before for before, after in itertools.pairwise(frequencies)
        ):
            raise ValueError("response rows must start at 0 rad/s and rise")
        return self


class BargeFile(ConfigModel):
    """A barge. `model` is needed where it is simulated."""

    id: str
    title: str
    deck: DeckConfig
    model: BargeModel | None = None
