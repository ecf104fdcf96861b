"""The deck from above, bow up, in the barge's own frame: where the vehicle is and where it aims."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec

from gcs.console.model import Model, Reading
from gcs.console.panels.plot import Plot, spread_points
from gcs.console.panels.profile import AIM, VEHICLE
from gcs.console.panels.readings import reading_row, worst_of
from gcs.console.panels.rows import clipped, rule
from gcs.console.picture import Picture
from gcs.console.raster import DOTS_X, DOTS_Y
from gcs.console.shipframe import DeckPoint, on_deck
from gcs.console.theme import Line, Span, Tone

NUMBERS = 26
_LABEL = 5
_FRAME = 2
"""Rows of the rule and of the numbers under the deck."""
_MARGIN = 1.12
_NARROW = 40
_ARROWS = "↑↗→↘↓↙←↖"


def deck(picture: Picture, width: int, height: int) -> list[Line]:
    """The deck and, where there is width, the numbers that go with it."""
    catalogue = picture.model.catalogue
    title = f"DECK top view m, bow up  {VEHICLE} vehicle {AIM} aim"
    if catalogue.deck_length_m <= 0 or catalogue.deck_width_m <= 0:
        nothing = clipped((Span(" this mission has no deck", Tone.DIM),), width)
        return [rule(title, width), nothing][:height]
    beside = NUMBERS if width >= _NARROW else 0
    plot = deck_plot(picture.model, width - _LABEL - 2 - beside, height - _FRAME)
    numbers = _numbers(picture.model) if beside else []
    drawing = _framed(plot, catalogue.deck_length_m, catalogue.deck_width_m)
    rows = [
        clipped((*line, *(numbers[row] if row < len(numbers) else ())), width)
        for row, line in enumerate(drawing)
    ]
    return [rule(title, width), *rows][:height]


def deck_plot(model: Model, columns: int, rows: int) -> Plot:
    """The deck's outline with the marks; a metre is as long across as along."""
    length, beam = model.catalogue.deck_length_m, model.catalogue.deck_width_m
    columns, rows = max(1, columns), max(1, rows)
    metre = _MARGIN * max(length / (rows * DOTS_Y), beam / (columns * DOTS_X))
    across, along = columns * DOTS_X * metre / 2, rows * DOTS_Y * metre / 2
    plot = Plot(columns, rows, (-across, across), (-along, along))
    _draw_outline(plot, beam / 2, length / 2)
    display = model.catalogue.display
    aim = _place(model, display.aim_north, display.aim_east)
    vehicle = _place(model, display.deck_north, display.deck_east)
    if display.aim_north is not None:
        _mark(plot, aim, AIM, plot.rows - 1)
    if display.deck_north is not None:
        _mark(plot, vehicle, VEHICLE, 0)
    return plot


def _draw_outline(plot: Plot, starboard: float, bow: float) -> None:
    corners = [(-starboard, -bow), (-starboard, bow), (starboard, bow), (starboard, -bow)]
    dots = 2 * max(plot.columns * DOTS_X, plot.rows * DOTS_Y)
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        plot.dots(*spread_points(start, end, dots))
    plot.write(*plot.cell(0.0, 0.0), "+", Tone.DIM)
    column, row = plot.cell(0.0, bow)
    if plot.columns > len("BOW"):
        plot.write(column - 1, row, "BOW", Tone.DIM)


def _place(model: Model, north: int | None, east: int | None) -> DeckPoint | None:
    """A place on the deck; None unless north, east and heading are all good now."""
    known = [model.known_si(i) for i in (north, east, model.catalogue.display.heading)]
    if known[0] is None or known[1] is None or known[2] is None:
        return None
    return on_deck(known[0], known[1], known[2])


def _mark(plot: Plot, place: DeckPoint | None, symbol: str, row_of_doubt: int) -> None:
    """A symbol at a place; outside the view an arrow with the distance, unknown a `?`."""
    if place is None:
        plot.label(0, row_of_doubt, f"? {symbol}", Tone.STALE)
        return
    column, row = plot.cell(place.starboard, place.forward)
    if plot.holds(place.starboard, place.forward):
        plot.write(column, row, symbol, Tone.BRIGHT)
        return
    eighth = round(math.atan2(place.starboard, place.forward) / (math.pi / 4)) % len(_ARROWS)
    plot.label(column, row, f"{_ARROWS[eighth]}{symbol}{place.distance_m:.0f} m", Tone.BRIGHT)


def _numbers(model: Model) -> list[Line]:
    """What stands beside the deck, each with its own quality and age."""
    display = model.catalogue.display
    shown = [
        (display.miss, "miss"),
        (display.height, "height"),
        (display.time_to_go, "to go"),
        (display.heave, "heave"),
        (display.roll, "roll"),
        (display.pitch, "pitch"),
    ]
    rows = [(model.reading(index), title) for index, title in shown if index is not None]
    rows[1:1] = _in_ship_frame(model)
    return [reading_row(reading, NUMBERS, title) for reading, title in rows]


def _in_ship_frame(model: Model) -> list[tuple[Reading, str]]:
    """The vehicle's place to starboard and forward, as good as the worst that makes it."""
    display = model.catalogue.display
    parts = (display.deck_north, display.deck_east, display.heading)
    if None in parts:
        return []
    readings = [model.reading(index) for index in parts if index is not None]
    place = _place(model, display.deck_north, display.deck_east)
    base = Reading(
        info=msgspec.structs.replace(
            readings[0].info, unit="m", factor=1.0, offset=0.0, format="+.1f"
        ),
        value=math.nan,
        age_ns=max(reading.age_ns for reading in readings),
        freshness=worst_of(reading.freshness for reading in readings),
    )
    if place is None:
        return [(base, "stbd"), (base, "fwd")]
    return [
        (replace(base, value=place.starboard), "stbd"),
        (replace(base, value=place.forward), "fwd"),
    ]


def _framed(plot: Plot, length: float, beam: float) -> list[Line]:
    """The plot between the numbers of bow, centre and stern, over those of the sides."""
    levels = {plot.cell(0.0, y)[1]: y for y in (-length / 2, length / 2, 0.0)}
    body = [(_level(levels.get(row)), *line, Span(" ")) for row, line in enumerate(plot.lines())]
    return [*body, (Span(" " * (_LABEL + 1) + _sides(plot, beam / 2), Tone.DIM), Span(" "))]


def _level(forward: float | None) -> Span:
    if forward is None:
        return Span(" " * _LABEL + "│", Tone.RULE)
    return Span(f"{_signed(forward):>{_LABEL}}┤", Tone.DIM)


def _sides(plot: Plot, starboard: float) -> str:
    """The numbers under both sides and the centre, where there is room for them."""
    row = " " * plot.columns
    for value in (0.0, -starboard, starboard):
        text = _signed(value)
        start = plot.cell(value, 0.0)[0] - len(text) // 2
        start = min(max(0, start), max(0, plot.columns - len(text)))
        if not row[max(0, start - 1) : start + len(text) + 1].strip():
            row = (row[:start] + text + row[start + len(text) :])[: plot.columns]
    return row


def _signed(metres: float) -> str:
    return f"{metres:+.0f}" if round(metres) else "0"
