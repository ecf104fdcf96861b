"""One curve over the last minutes with its scale: what strips and details draw."""

from __future__ import annotations

import re

import numpy as np

from gcs.console.format import number
from gcs.console.panels.rows import clipped
from gcs.console.raster import DOTS_X, Raster
from gcs.console.theme import Line, Span, Tone
from gcs.console.trails import Floats, finite_range

_LABEL = 10
_DECIMALS = re.compile(r"\.(\d+)[f%]")
LEAST_STEPS = 20
"""A scale spans at least so many steps of its last decimal."""
_BRIDGED = 3
"""Dots over which a level is carried, where samples are sparser than the dots."""


def chart_bins(width: int) -> int:
    """How many values a chart of that width draws."""
    return _columns(width) * DOTS_X


def chart(
    values: Floats, spec: str, width: int, height: int, *, limit: float | None = None
) -> list[Line]:
    """`values` (NaN: a gap), drawn in `height` rows; `spec` formats the scale.

    A `limit` is in view always, as a dotted line. The scale spans some of the steps that `spec`
    tells apart, so that noise does not look like motion.
    """
    bounds = finite_range(values)
    if bounds is None:
        nothing = (Span(" nothing good seen since this console attached", Tone.DIM),)
        return [clipped(nothing, width)][:height]
    low, high = bounds
    if limit is not None:
        low, high = min(low, limit), max(high, limit)
    low, high = _opened(low, high, spec)
    rows = max(1, height)
    raster = Raster(_columns(width), rows)
    raster.curve(_bridged((values - low) / (high - low)))
    labels = {rows - 1: number(low, spec), 0: number(high, spec)}
    if limit is not None:
        across = (np.arange(_columns(width)) + 0.25) / _columns(width)
        raster.dots(across, np.full(across.shape, (limit - low) / (high - low)))
    return [
        clipped(
            (Span(f"{labels.get(row, ''):>{_LABEL}}", Tone.DIM), Span("┤", Tone.RULE), Span(text)),
            width,
        )
        for row, text in enumerate(raster.rows())
    ][: max(0, height)]


def _opened(low: float, high: float, spec: str) -> tuple[float, float]:
    """The range, opened about its middle to the least span that `spec` deserves."""
    match = _DECIMALS.search(spec)
    least = LEAST_STEPS * 10.0 ** -int(match[1]) if match is not None else 0.0
    opening = max(0.0, least - (high - low)) / 2
    return low - opening, high + opening


def _columns(width: int) -> int:
    return max(1, width - _LABEL - 2)


def _bridged(levels: Floats) -> Floats:
    """Carry a level over short gaps, where the samples are sparser than the dots."""
    bridged = levels.copy()
    for x in range(1, len(bridged)):
        before = slice(max(0, x - _BRIDGED), x)
        if np.isnan(bridged[x]) and not np.isnan(levels[before]).all():
            carried = bridged[before]
            bridged[x] = carried[~np.isnan(carried)][-1]
    return bridged
