"""Strip charts: chosen parameters over the last minutes, as this console saw them."""

from __future__ import annotations

from gcs.clock import SECOND_NS
from gcs.console.format import escaped
from gcs.console.panels.chart import chart, chart_bins
from gcs.console.panels.rows import rule
from gcs.console.picture import Picture
from gcs.console.theme import Line
from gcs.console.trails import Floats

SPAN_S = 120
_MINIMUM_ROWS = 4


def strips(picture: Picture, width: int, height: int) -> list[Line]:
    """The charts, one under another, sharing the height."""
    count = max(1, min(len(picture.strips), height // _MINIMUM_ROWS))
    lines: list[Line] = []
    for place, index in enumerate(picture.strips[:count]):
        rows = height // count + (place < height % count)
        lines += _strip(picture, index, width, rows)
    return (lines or [rule("STRIP", width)])[:height]


def history(picture: Picture, index: int, span_s: int, width: int) -> Floats:
    """A parameter's values over the last `span_s`, in its unit, as many as a chart draws."""
    now_ns = picture.model.snapshot.now_ns
    raw = picture.trails.binned(index, now_ns, span_s * SECOND_NS, chart_bins(width))
    info = picture.model.catalogue.parameters[index]
    return raw * info.factor + info.offset


def _strip(picture: Picture, index: int, width: int, height: int) -> list[Line]:
    info = picture.model.catalogue.parameters[index]
    title = f"STRIP {escaped(info.title or info.id, 40)} {escaped(info.unit, 12)} · {SPAN_S} s"
    values = history(picture, index, SPAN_S, width)
    return [rule(title, width), *chart(values, info.format, width, height - 1)]
