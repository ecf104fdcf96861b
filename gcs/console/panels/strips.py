"""Strip charts: chosen parameters over the last minutes, as this console saw them."""

from __future__ import annotations

import numpy as np

from gcs.clock import SECOND_NS
from gcs.console.format import escaped, number
from gcs.console.panels.rows import clipped, rule
from gcs.console.picture import Picture
from gcs.console.raster import DOTS_X, Raster
from gcs.console.theme import Line, Span, Tone
from gcs.console.trails import Floats, finite_range

SPAN_S = 120
_LABEL = 10
_MINIMUM_ROWS = 4


def strips(picture: Picture, width: int, height: int) -> list[Line]:
    """The charts, one under another, sharing the height."""
    count = max(1, min(len(picture.strips), height // _MINIMUM_ROWS))
    lines: list[Line] = []
    for place, index in enumerate(picture.strips[:count]):
        rows = height // count + (place < height % count)
        lines += _strip(picture, index, width, rows)
    return (lines or [rule("STRIP", width)])[:height]


def _strip(picture: Picture, index: int, width: int, height: int) -> list[Line]:
    reading = picture.model.reading(index)
    info = reading.info
    title = f"STRIP {escaped(info.title or info.id, 40)} {escaped(info.unit, 12)} · {SPAN_S} s"
    columns, rows = max(1, width - _LABEL - 2), max(1, height - 1)
    now_ns = picture.model.snapshot.now_ns
    raw = picture.trails.binned(index, now_ns, SPAN_S * SECOND_NS, columns * DOTS_X)
    values = raw * info.factor + info.offset
    bounds = finite_range(values)
    if bounds is None:
        nothing = (Span(" nothing good seen since this console attached", Tone.DIM),)
        return [rule(title, width), clipped(nothing, width)]
    low, high = bounds
    raster = Raster(columns, rows)
    raster.curve(_bridged((values - low) / (high - low)))
    labels = {0: number(high, info.format), rows - 1: number(low, info.format)}
    body = [
        clipped(
            (Span(f"{labels.get(row, ''):>{_LABEL}}", Tone.DIM), Span("┤", Tone.RULE), Span(text)),
            width,
        )
        for row, text in enumerate(raster.rows())
    ]
    return [rule(title, width), *body]


def _bridged(
    levels: Floats,
) -> Floats:
    """Carry a level over short gaps, where the samples are sparser than the dots."""
    bridged = levels.copy()
    for x in range(1, len(bridged)):
        carried = bridged[max(0, x - 3) : x]
        if np.isnan(bridged[x]) and not np.isnan(levels[max(0, x - 3) : x]).all():
            bridged[x] = carried[~np.isnan(carried)][-1]
    return bridged
