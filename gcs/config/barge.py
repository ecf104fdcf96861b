"""Barge files."""

from __future__ import annotations

from pydantic import Field

from gcs.config.model import ConfigModel, Finite


class DeckConfig(ConfigModel):
    """The landing deck, a rectangle about its centre."""

    length_m: Finite = Field(gt=0)
    width_m: Finite = Field(gt=0)


class BargeFile(ConfigModel):
    """A barge."""

    id: str
    title: str
    deck: DeckConfig
