"""The profile: altitude over range to the barge, the path flown, vehicle, barge and aim point."""

from __future__ import annotations

import math

import numpy as np

from gcs.clock import SECOND_NS
from gcs.console.format import age, escaped
from gcs.console.model import Freshness, Model, Reading
from gcs.console.panels.plot import Bounds, Plot, nice_bounds
from gcs.console.panels.rows import clipped, rule
from gcs.console.picture import Picture
from gcs.console.raster import DOTS_X
from gcs.console.theme import Line, Span, Tone
from gcs.console.trails import Floats
from gcs.messages import ParameterInfo

VEHICLE = "▲"
AIM = "×"
BARGE = "▬"

SPAN_S = 300
"""How far back the altitude is drawn where a mission has no range."""

_LABEL = 7
_FRAME = 3
"""Rows of the rule, the axis and its numbers."""
_MARGIN = 0.04
LEAST_M = 10.0
"""The shortest axis, however low the flight."""


def profile(picture: Picture, width: int, height: int) -> list[Line]:
    """The flight from the side; over time where the mission names no range."""
    display = picture.model.catalogue.display
    if display.altitude is None:
        nothing = Span(" the mission's [display] names no altitude", Tone.DIM)
        return [rule("PROFILE", width), clipped((nothing,), width)][:height]
    if display.range is None:
        return _over_time(picture, display.altitude, width, height)[:height]
    return _over_range(picture, display.altitude, display.range, width, height)[:height]


def _over_range(
    picture: Picture, altitude_column: int, range_column: int, width: int, height: int
) -> list[Line]:
    altitude = picture.model.reading(altitude_column)
    reach = picture.model.reading(range_column)
    path = picture.trails.paired(range_column, altitude_column)
    xs, ys = _shown(path[0], reach.info), _shown(path[1], altitude.info)
    aim = _aim_range(picture.model, reach.info)
    x = nice_bounds([*_extremes(xs), reach.value, aim or 0.0], LEAST_M * reach.info.factor)
    y = nice_bounds([*_extremes(ys), altitude.value], LEAST_M * altitude.info.factor)
    plot = _plot(width, height, _with_margin(x), y)
    plot.dots(xs, ys)
    if picture.model.catalogue.barge:
        column, row = plot.cell(0.0, 0.0)
        plot.write(max(0, column - 1), row, BARGE * 3, Tone.PLAIN)
    if aim is not None:
        plot.write(*plot.cell(aim, 0.0), AIM, Tone.BRIGHT)
    _draw_vehicle(plot, altitude, reach)
    title = f"PROFILE altitude {_unit(altitude)} / range {_unit(reach)}  {BARGE} barge {AIM} aim"
    return [rule(title, width), *_framed(plot, x, y, width)]


def _over_time(picture: Picture, column: int, width: int, height: int) -> list[Line]:
    altitude = picture.model.reading(column)
    bins = max(1, width - _LABEL - 1) * DOTS_X
    now_ns = picture.model.snapshot.now_ns
    raw = picture.trails.binned(column, now_ns, SPAN_S * SECOND_NS, bins)
    xs, ys = np.linspace(-SPAN_S, 0.0, bins), _shown(raw, altitude.info)
    x = (-float(SPAN_S), 0.0)
    y = nice_bounds([*_extremes(ys), altitude.value], LEAST_M * altitude.info.factor)
    plot = _plot(width, height, x, y)
    plot.dots(xs, ys)
    _draw_vehicle(plot, altitude, None)
    title = f"PROFILE altitude {_unit(altitude)} · {SPAN_S} s"
    return [rule(title, width), *_framed(plot, x, y, width)]


def _plot(width: int, height: int, x: Bounds, y: Bounds) -> Plot:
    return Plot(width - _LABEL - 1, height - _FRAME, x, y)


def _draw_vehicle(plot: Plot, altitude: Reading, reach: Reading | None) -> None:
    """The vehicle's mark and altitude; a `?` and the reason where the place is not known."""
    unknown = [r for r in (altitude, reach) if r is not None and not r.known]
    if unknown:
        plot.label(1, 0, f"? {VEHICLE} {_why(unknown[0])}", Tone.STALE)
        return
    column, row = plot.cell(reach.value if reach else 0.0, altitude.value)
    plot.write(column, row, VEHICLE, Tone.BRIGHT)
    text = f" {altitude.shown} {_unit(altitude)} "
    room = column + 1 + len(text) <= plot.columns
    plot.label(column + 1 if room else column - len(text), row, text, Tone.BRIGHT)


def _why(reading: Reading) -> str:
    """Why a reading places nothing."""
    title = escaped(reading.info.title or reading.info.id, 24)
    if reading.freshness in (Freshness.STALE, Freshness.LOST):
        return f"{title} {age(reading.age_ns)} old"
    return f"{title} {reading.freshness.value}"


def _aim_range(model: Model, info: ParameterInfo) -> float | None:
    """How far the aim point is from the deck's centre, in the unit of the range."""
    north = model.known_si(model.catalogue.display.aim_north)
    east = model.known_si(model.catalogue.display.aim_east)
    if north is None or east is None:
        return None
    return math.hypot(north, east) * info.factor + info.offset


def _framed(plot: Plot, x: Bounds, y: Bounds, width: int) -> list[Line]:
    """The plot with its axes: both ends and the middle have their numbers."""
    middle = (y[0] + y[1]) / 2
    levels = {plot.cell(0.0, middle)[1]: middle, 0: y[1]}
    body = [
        clipped((_tick(levels.get(row, math.nan)), *line), width)
        for row, line in enumerate(plot.lines())
    ]
    axis = Span(" " * _LABEL + "└" + "─" * plot.columns, Tone.RULE)
    numbers = f"{y[0]:g}".rjust(_LABEL) + " " + _numbers(x, plot)
    return [*body, clipped((axis,), width), clipped((Span(numbers, Tone.DIM),), width)]


def _tick(level: float) -> Span:
    text = "" if math.isnan(level) else f"{level:g}"
    return Span(f"{text:>{_LABEL}}" + ("┤" if text else "│"), Tone.DIM)


def _numbers(x: Bounds, plot: Plot) -> str:
    """The numbers under the axis: zero where it is, and both ends."""
    row = [" "] * plot.columns
    for value in sorted({x[0], 0.0, x[1]}, key=abs):
        text = f"{value:g}"
        start = min(plot.cell(value, 0.0)[0], plot.columns - len(text))
        if start >= 0 and all(cell == " " for cell in row[start : start + len(text)]):
            row[start : start + len(text)] = text
    return "".join(row)


def _with_margin(bounds: Bounds) -> Bounds:
    """A little opened to both sides, so that a mark at the end is not on the frame."""
    margin = (bounds[1] - bounds[0]) * _MARGIN
    return bounds[0] - margin, bounds[1] + margin


def _shown(values: Floats, info: ParameterInfo) -> Floats:
    return values * info.factor + info.offset


def _extremes(values: Floats) -> list[float]:
    finite = values[np.isfinite(values)]
    return [float(finite.min()), float(finite.max())] if finite.size else []


def _unit(reading: Reading) -> str:
    return escaped(reading.info.unit, 12)
