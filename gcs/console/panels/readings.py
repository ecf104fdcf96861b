"""Parameters as rows: mark, title, value, unit, and the age of what is too old."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gcs.console.format import age, escaped, fitted
from gcs.console.model import Freshness, Reading, main_parameters
from gcs.console.panels.rows import clipped, rule, with_overflow
from gcs.console.picture import Picture
from gcs.console.theme import CAUTION, SERIOUS, UNSURE, Line, Mark, Span, Tone
from gcs.messages import Catalogue, ParameterInfo

COLUMN_WIDTH = 44
_VALUE = 10
_UNIT = 7
_AGE = 6
_NARROW = 40
_WIDEST = 60

_BLANK = Mark(" ", Tone.PLAIN)
FRESHNESS_MARKS: dict[Freshness, Mark] = {
    Freshness.GOOD: _BLANK,
    Freshness.SUSPECT: CAUTION,
    Freshness.BAD: SERIOUS,
    Freshness.STALE: UNSURE,
    Freshness.LOST: UNSURE,
    Freshness.NEVER: UNSURE,
}
_WORST = (
    Freshness.BAD,
    Freshness.SUSPECT,
    Freshness.NEVER,
    Freshness.LOST,
    Freshness.STALE,
    Freshness.GOOD,
)


def is_barge(info: ParameterInfo) -> bool:
    """Whether a parameter is the barge's, by its name or its owner."""
    return info.id.partition(".")[0] == "barge" or info.owner == "BARGE"


def is_station(info: ParameterInfo) -> bool:
    """Whether a parameter is about the station and its links."""
    return info.owner in ("STATION", "LINKS")


def is_vehicle(info: ParameterInfo) -> bool:
    """Whether a parameter is the vehicle's: no other's, and nothing that people enter."""
    return not (is_barge(info) or is_station(info) or info.entered_by)


def vehicle_columns(catalogue: Catalogue) -> tuple[int, ...]:
    """The main parameters that are the vehicle's."""
    return tuple(i for i in main_parameters(catalogue) if is_vehicle(catalogue.parameters[i]))


def barge_columns(catalogue: Catalogue) -> tuple[int, ...]:
    """The main parameters that are the barge's, but for what people enter."""
    infos = catalogue.parameters
    return tuple(
        i for i in main_parameters(catalogue) if is_barge(infos[i]) and not infos[i].entered_by
    )


def vehicle(picture: Picture, width: int, height: int) -> list[Line]:
    """The vehicle's parameters."""
    catalogue = picture.model.catalogue
    title = f"VEHICLE {escaped(catalogue.vehicle, 24)}"
    return _panel(picture, title, vehicle_columns(catalogue), width, height)


def barge(picture: Picture, width: int, height: int) -> list[Line]:
    """The barge's parameters."""
    catalogue = picture.model.catalogue
    title = f"BARGE {escaped(catalogue.barge, 24)}"
    return _panel(picture, title, barge_columns(catalogue), width, height)


def vehicle_page(picture: Picture, width: int, height: int) -> list[Line]:
    """All of the vehicle's parameters, each flight computer's too."""
    infos = picture.model.catalogue.parameters
    columns = tuple(i for i, x in enumerate(infos) if is_vehicle(x))
    title = f"VEHICLE {escaped(picture.model.catalogue.vehicle, 24)} · all sources"
    return _panel(picture, title, columns, width, height)


def barge_page(picture: Picture, width: int, height: int) -> list[Line]:
    """All of the barge's parameters."""
    infos = picture.model.catalogue.parameters
    columns = tuple(i for i, x in enumerate(infos) if is_barge(x))
    title = f"BARGE {escaped(picture.model.catalogue.barge, 24)} · all sources"
    return _panel(picture, title, columns, width, height)


def vitals(picture: Picture, width: int, height: int) -> list[Line]:
    """Vehicle and barge together, for the small screen."""
    catalogue = picture.model.catalogue
    vehicle_rows = max(1, (height - 1) * 11 // 18)
    barge_rows = max(1, height - 1 - vehicle_rows)
    readings = _readings(picture, vehicle_columns(catalogue))
    lines = [rule("VITALS", width), *_rows(readings, width, vehicle_rows)]
    barge_readings = _readings(picture, barge_columns(catalogue))
    return [*lines, *_rows(barge_readings, width, barge_rows)][:height]


def _panel(
    picture: Picture, title: str, columns: tuple[int, ...], width: int, height: int
) -> list[Line]:
    readings = _readings(picture, columns)
    heard = [r for r in readings if r.freshness is not Freshness.NEVER and _is_heard(r)]
    newest = min((r.age_ns for r in heard), default=None)
    head = f"{title} · age {age(newest)}" if newest is not None else f"{title} · never heard"
    return [rule(head, width), *_flowed(readings, width, height - 1)]


def _is_heard(reading: Reading) -> bool:
    """Whether it comes over a link: what the station or a person says is no sign of life."""
    of_the_station = reading.info.source.startswith("station ")
    return not of_the_station and not reading.info.entered_by


def _readings(picture: Picture, columns: tuple[int, ...]) -> list[Reading]:
    return [picture.model.reading(index) for index in columns]


def _flowed(readings: Sequence[Reading], width: int, height: int) -> list[Line]:
    """The rows in as many columns as the width takes, filled downward."""
    columns = min(max(1, width // COLUMN_WIDTH), -(-len(readings) // max(1, height)))
    each = min(width // max(1, columns), _WIDEST)
    if columns <= 1:
        return _rows(readings, each, height)
    starts = [column * height for column in range(columns)]
    ends = [*starts[1:], len(readings)]
    parts = [
        _rows(readings[start:end], each, height) for start, end in zip(starts, ends, strict=True)
    ]
    return [
        tuple(span for part in parts if row < len(part) for span in part[row])
        for row in range(max(len(part) for part in parts))
    ]


def _rows(readings: Sequence[Reading], width: int, height: int) -> list[Line]:
    def hidden(shown: int) -> Line:
        rest = readings[shown:]
        worst = worst_of(r.freshness for r in rest)
        mark = FRESHNESS_MARKS[worst]
        verdict = "all good" if worst is Freshness.GOOD else f"worst: {worst.value}"
        text = f" {len(rest)} more, {verdict}"
        return (Span(mark.symbol, mark.tone), Span(fitted(text, width - 1), Tone.DIM))

    return with_overflow([reading_row(r, width) for r in readings], height, hidden)


def worst_of(freshnesses: Iterable[Freshness]) -> Freshness:
    """The worst of several, as a roll-up shows it."""
    return min(freshnesses, key=_WORST.index)


def reading_row(reading: Reading, width: int, title: str = "") -> Line:
    """One parameter in one row of `width` cells; a narrow row shows an age in the unit's place.

    `title` stands in place of the parameter's own.
    """
    mark = FRESHNESS_MARKS[reading.freshness]
    fresh = reading.freshness is Freshness.GOOD
    narrow = width < _NARROW
    unit, note = " " + escaped(reading.info.unit, 12), _note(reading)
    noted = bool(note) and narrow
    room = max(4, width - 2 - _VALUE - _UNIT - (0 if narrow else _AGE))
    title = title or escaped(reading.info.title or reading.info.id, 60)
    shown, tail = apart(reading, _VALUE, _UNIT if not noted else 0, unit)
    line = (
        Span(mark.symbol + " ", mark.tone),
        Span(fitted(title, room), Tone.DIM if fresh else mark.tone),
        Span(shown, Tone.PLAIN if fresh else mark.tone),
        Span(fitted(note, _UNIT) if noted else tail, Tone.DIM),
        Span("" if narrow else fitted(note, _AGE), mark.tone),
    )
    return clipped(line, width)


def apart(reading: Reading, value: int, unit: int, text: str) -> tuple[str, str]:
    """Value and unit in so many cells; a name that is too long takes the unit's as well."""
    shown = escaped(reading.shown).rjust(value)
    if len(shown) > value and not reading.info.unit:
        return fitted(shown, value + unit), ""
    return fitted(shown, value), fitted(text, unit)


def _note(reading: Reading) -> str:
    if reading.freshness is Freshness.GOOD:
        return ""
    if reading.freshness is Freshness.NEVER:
        return " never"
    if reading.freshness is Freshness.SUSPECT:
        return " susp"
    return " bad" if reading.freshness is Freshness.BAD else " " + age(reading.age_ns)
