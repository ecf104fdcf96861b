"""The parameter browser: every parameter in a list that a search narrows, the chosen one whole."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gcs.console.format import age, escaped, fitted, number, utc_time
from gcs.console.model import Freshness, Reading
from gcs.console.panels.chart import chart
from gcs.console.panels.listing import beside, listed, told
from gcs.console.panels.readings import FRESHNESS_MARKS, apart
from gcs.console.panels.rows import clipped, rule, trusted, word
from gcs.console.panels.strips import history
from gcs.console.picture import Picture
from gcs.console.theme import CRITERION_MARKS, ENTRY_MARKS, Line, Span, Tone
from gcs.messages import EntryStatus, ParameterInfo, Quality

BESIDE = 120
"""From this width on the chosen parameter stands beside the list, else below it."""

HISTORY_S = 300
_SEARCHED = 200
"""Characters of a text that a search looks at."""

_PLOT, _TALL_PLOT = 8, 16
_NAME, _VALUE, _UNIT, _QUALITY, _AGE, _OWNER = 32, 11, 7, 8, 6, 11


def parameters(picture: Picture, width: int, height: int) -> list[Line]:
    """The list, and the chosen parameter with its history."""
    ids = parameter_ids(picture, height)
    lists_beside = width >= BESIDE
    list_width = width * 5 // 8 if lists_beside else width
    list_height = height if lists_beside else max(3, height // 2)
    browser = _list(picture, ids, list_width, list_height)
    index = _chosen(picture, ids)
    if index is None:
        return browser[:height]
    if not lists_beside:
        return [*browser, *_detail(picture, index, width, height - len(browser))][:height]
    detail = _detail(picture, index, width - list_width - 1, height)
    return beside(browser, detail, list_width)[:height]


def parameter_ids(picture: Picture, height: int) -> Sequence[str]:
    """What the search finds, in catalogue order; all words must be somewhere."""
    infos = picture.model.catalogue.parameters
    words = picture.selection.search[:_SEARCHED].casefold().split()
    if not words:
        return [info.id for info in infos]
    return [info.id for info in infos if all(w in _searched(info) for w in words)]


def _searched(info: ParameterInfo) -> str:
    texts = (info.id, info.title, info.owner, info.unit, info.source)
    return " ".join(text[:_SEARCHED] for text in texts).casefold()


def _chosen(picture: Picture, ids: Sequence[str]) -> int | None:
    """The column chosen; the first found where none is, or where the chosen is not found."""
    if not ids:
        return None
    key = picture.selection.parameter if picture.selection.parameter in ids else ids[0]
    return _columns(picture)[key]


def _columns(picture: Picture) -> dict[str, int]:
    return {info.id: place for place, info in enumerate(picture.model.catalogue.parameters)}


def _list(picture: Picture, ids: Sequence[str], width: int, height: int) -> list[Line]:
    columns = _columns(picture)
    qualities = picture.model.snapshot.readings.qualities
    poor = sum(qualities[columns[key]] != Quality.GOOD for key in ids)
    search = escaped(picture.selection.search, 40)
    sought = f" matching {search!r}" if search else ""
    title = f"PARAMETERS {len(ids)} of {len(columns)}{sought} · {poor} not good"
    head = (
        Span(
            f"   {'parameter':<{_NAME}}{'value':>{_VALUE}} {'unit':<{_UNIT}}{'quality':<{_QUALITY}}"
            f"{'age':>{_AGE}} {'owner':<{_OWNER}}source",
            Tone.DIM,
        ),
    )
    body = listed(
        ids,
        picture.selection.parameter,
        lambda key: _row(picture.model.reading(columns[key]), width - 1),
        width,
        max(1, height - 2),
    )
    if not ids:
        body = [clipped((Span(" nothing found; Esc shows all", Tone.DIM),), width)]
    return [rule(title, width), clipped(head, width), *body][:height]


def _row(reading: Reading, width: int) -> Line:
    mark = FRESHNESS_MARKS[reading.freshness]
    fresh = reading.freshness is Freshness.GOOD
    tone = Tone.PLAIN if fresh else mark.tone
    shown, unit = apart(reading, _VALUE, _UNIT + 1, f" {escaped(reading.info.unit, 12)}")
    line = (
        Span(f"{mark.symbol} ", mark.tone),
        Span(fitted(escaped(reading.info.id, 80), _NAME), tone),
        Span(shown, tone),
        Span(unit, Tone.DIM),
        Span(f"{reading.freshness.value:<{_QUALITY}}", tone),
        Span(f"{_age(reading):>{_AGE}} ", tone),
        Span(fitted(escaped(reading.info.owner, 20), _OWNER), Tone.DIM),
        Span(escaped(reading.info.source, 80), Tone.DIM),
    )
    return clipped(line, width)


def _age(reading: Reading) -> str:
    return "never" if reading.freshness is Freshness.NEVER else age(reading.age_ns)


def _detail(picture: Picture, index: int, width: int, height: int) -> list[Line]:
    """What is known of one parameter, and its history in what room is left."""
    reading = picture.model.reading(index)
    info = reading.info
    mark = FRESHNESS_MARKS[reading.freshness]
    unit = escaped(info.unit, 12)
    limit = age(info.stale_after_ns)
    said = f"{mark.symbol} {escaped(reading.said)} {unit}"
    now = f"{said} · {reading.freshness.value} · {_age(reading)} old"
    facts = [
        *told("now", f"{now}, limit {limit}", width, mark.tone, most=1),
        *told("title", escaped(info.title or info.id, 100), width, most=1),
        *told("valid", _range(info), width, most=1),
        *_codes(info, width),
        *told("source", escaped(info.source) or "not told", width, most=2),
        *_entry(picture, info, width),
        *_read_by(picture, index, width),
    ]
    most = _TALL_PLOT if height >= 2 * _TALL_PLOT else _PLOT
    plot = min(most, max(3, height - 2 - len(facts)))
    facts = facts[: max(0, height - 2 - plot)]
    values = history(picture, index, HISTORY_S, width)
    return [
        rule(f"{escaped(info.id, 80)} · {escaped(info.owner, 20)}", width),
        *facts,
        rule(f"last {HISTORY_S} s, {unit or 'no unit'}, as this console saw it", width),
        *chart(values, info.format, width, plot),
    ][:height]


def _range(info: ParameterInfo) -> str:
    """The valid range in the operator's unit."""
    ends = sorted((info.low * info.factor + info.offset, info.high * info.factor + info.offset))
    if not any(map(math.isfinite, ends)):
        return "any value"
    low, high = (number(end, info.format) if math.isfinite(end) else "any" for end in ends)
    return f"{low} to {high} {escaped(info.unit, 12)}".rstrip()


def _codes(info: ParameterInfo, width: int) -> list[Line]:
    """What its values are called, where they have names."""
    names = [f"{code} {name}" for code, name in info.codes.names]
    names += [f"{1 << place} {name}" for place, name in enumerate(info.codes.bits)]
    return told("names", escaped(" · ".join(names)), width, most=3) if names else []


def _entry(picture: Picture, info: ParameterInfo, width: int) -> list[Line]:
    """Who may enter it, and the entry that stands."""
    if not info.entered_by:
        return []
    by = ", ".join(escaped(position, 16) for position in info.entered_by)
    second = ", checked by a second person" if info.checked else ""
    lines = told("entered by", f"{by}{second}", width, most=1)
    status = next((e for e in picture.model.snapshot.entries if e.parameter == info.id), None)
    if status is None:
        return lines
    mark = trusted(ENTRY_MARKS[status.state], picture)
    text = f"{mark.symbol} {word(status.state, picture)} {entry_facts(picture, status)}"
    return [*lines, *told("entry", text, width, mark.tone, most=2)]


def entry_facts(picture: Picture, status: EntryStatus) -> str:
    """How long an entry holds, whose it is, who checked it, and the note to it."""
    said = []
    if status.expires_ns is not None:
        said.append(f"{age(picture.model.time_left_ns(status.expires_ns))} left")
    if status.entered_ns is not None:
        who = escaped(status.person or status.position, 24)
        said.append(f"by {who} {utc_time(status.entered_ns, tenths=False)}")
    if status.checked_by:
        said.append(f"checked by {escaped(status.checked_by, 24)}")
    if status.note:
        said.append(escaped(status.note, 120))
    return " · ".join(said)


def _read_by(picture: Picture, index: int, width: int) -> list[Line]:
    """The criteria that stand on it, with their states."""
    readers = [
        f"{CRITERION_MARKS[status.state].symbol} {escaped(info.id, 40)}"
        f" {word(status.state, picture)}"
        for info, status in picture.model.board
        if index in info.reads
    ]
    return told("criteria", " · ".join(readers), width, most=2) if readers else []
