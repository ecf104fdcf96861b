"""Alarms: what asks for an act of the operator, who answered, and what is put aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

from gcs.console.format import age, escaped, fitted, utc_time
from gcs.console.panels.listing import listed, told
from gcs.console.panels.rows import clipped, rule, trusted, without_title, word
from gcs.console.picture import Picture
from gcs.console.theme import (
    ALARM_ORDER,
    NORMAL,
    PRIORITY_MARKS,
    STANDING,
    Line,
    Span,
    Tone,
    alarm_mark,
)
from gcs.messages import AlarmInfo, AlarmPriority, AlarmState, AlarmStatus

Row: TypeAlias = tuple[AlarmInfo, AlarmStatus]

WIDE = 100
"""From this width on a row also says priority, time and owner."""

_URGENCY = {priority: rank for rank, priority in enumerate(AlarmPriority)}
_DETAIL = 8


def alarms(picture: Picture, width: int, height: int) -> list[Line]:
    """The list with the counts above it, and the chosen alarm whole below."""
    head = [rule("ALARMS", width), *alarm_counts(picture, width)]
    rows = {status.id: (info, status) for info, status in _all(picture)}
    if not rows:
        return [*head, clipped((Span(_nothing(picture), Tone.DIM),), width)][:height]
    detail = _detail(picture, rows, width)[: max(0, height - len(head) - 4)]
    body = listed(
        tuple(rows),
        picture.selection.alarm,
        lambda key: _row(picture, rows[key], width - 1),
        width,
        max(1, height - len(head) - len(detail)),
    )
    filler: list[Line] = [()] * (height - len(head) - len(body) - len(detail))
    return [*head, *body, *filler, *detail][:height]


def alarm_ids(picture: Picture, height: int) -> Sequence[str]:
    """The alarms in the order of the list."""
    return [status.id for _, status in _all(picture)]


def _all(picture: Picture) -> list[Row]:
    """Every alarm: those that stand or wait, then the quiet ones in their own order."""
    loud = ordered(picture)
    heard = {status.id for _, status in loud}
    quiet = (info for info in picture.model.catalogue.alarms if info.id not in heard)
    return [*loud, *((i, AlarmStatus(i.id, AlarmState.NORMAL, 0, "")) for i in quiet)]


def ordered(picture: Picture) -> list[Row]:
    """Unanswered ones first, then by priority, the first of a disturbance, and the newest."""
    return sorted(
        picture.model.alarms,
        key=lambda row: (
            ALARM_ORDER[row[1].state],
            _URGENCY[row[0].priority],
            not row[1].first_out,
            -row[1].since_ns,
        ),
    )


def alarm_roll_up(picture: Picture, *, short: bool = False) -> Line:
    """Standing alarms by priority, and how many nobody has answered.

    A short one leaves the priority to its symbol.
    """
    standing = Counter(
        info.priority for info, status in picture.model.alarms if status.state in STANDING
    )
    counts = picture.model.snapshot.alarm_counts
    spans = [
        Span(
            f"{PRIORITY_MARKS[priority].symbol} {standing[priority]} "
            + ("" if short else f"{priority.upper()} "),
            PRIORITY_MARKS[priority].tone,
        )
        for priority in AlarmPriority
        if standing[priority]
    ]
    if not spans:
        spans = [Span(f"{NORMAL.symbol} no alarm ", Tone.PLAIN)]
    if counts.unacknowledged:
        key = "" if short else f"({picture.keymap.shown('acknowledge')}) "
        spans.append(Span(f"UNACK {counts.unacknowledged} {key}", Tone.BRIGHT))
    if counts.shelved:
        spans.append(Span(f"shelved {counts.shelved} ", Tone.PLAIN))
    if counts.flood:
        spans.append(Span("▼ FLOOD ", Tone.CRITICAL))
    return tuple(spans)


def top_alarm(picture: Picture) -> Line:
    """The first alarm that nobody answered, in a few words; nothing where all are."""
    for info, status in ordered(picture)[:1]:
        if status.state is AlarmState.UNACKNOWLEDGED:
            mark = PRIORITY_MARKS[info.priority]
            said = f"{mark.symbol} {status.state} {escaped(info.title, 60)}: "
            why = escaped(without_title(status.why, info.title), 160)
            return (Span(said, mark.tone), Span(why))
    return ()


def alarm_counts(picture: Picture, width: int) -> list[Line]:
    """How many there are; and in a flood how to work it."""
    counts = picture.model.snapshot.alarm_counts
    text = (
        f" {counts.unacknowledged} unacknowledged · {counts.active} active"
        f" · {counts.shelved} shelved · {counts.in_ten_minutes} in 10 min"
    )
    lines = [clipped((Span(text, Tone.DIM),), width)]
    if counts.flood:
        flood = f" ▼ ALARM FLOOD: {counts.in_ten_minutes} in 10 min; begin with FIRST "
        lines.append(clipped((Span(flood, Tone.CRITICAL),), width))
    return lines


def alarm_row(picture: Picture, row: Row, width: int) -> Line:
    """One alarm in one row of the main screen."""
    return clipped((Span(" "), *_row(picture, row, width - 1)), width)


def _nothing(picture: Picture) -> str:
    if picture.model.silent:
        return " not known: the station is silent"
    return " this mission declares no alarm"


def _row(picture: Picture, row: Row, width: int) -> Line:
    info, status = row
    mark = trusted(alarm_mark(status.state, info.priority), picture)
    wide = width >= WIDE
    first = " FIRST" if status.first_out else ""
    head = f"{word(status.state, picture)}{first}"
    quiet = status.state is AlarmState.NORMAL
    at = " " * 10 if quiet else utc_time(status.since_ns)
    facts = f" {info.priority:<8} {at} {escaped(info.owner, 12):<11}"
    title = fitted(escaped(info.title, 60), 26 if wide else 18)
    return (
        Span(f"{mark.symbol} ", mark.tone),
        Span(f"{head:<12} ", mark.tone),
        Span(facts if wide else "", Tone.DIM),
        Span(f"{title} ", mark.tone if status.state in STANDING else Tone.PLAIN),
        Span(f"{_since(picture, status):>4} ", Tone.DIM),
        Span(_answered(picture, status), Tone.PLAIN),
        Span(_past(status) + escaped(without_title(status.why, info.title), 160), Tone.PLAIN),
    )


def _past(status: AlarmStatus) -> str:
    """What returned to normal tells why it stood, not what is."""
    return "was: " if status.state is AlarmState.RETURNED else ""


def _since(picture: Picture, status: AlarmStatus) -> str:
    if status.state is AlarmState.NORMAL:
        return ""
    return age(picture.model.snapshot.now_ns - status.since_ns)


def _answered(picture: Picture, status: AlarmStatus) -> str:
    """Who answered it and when; a shelved one says for how long it stays away."""
    if status.state is AlarmState.SHELVED:
        until_ns = status.shelved_until_ns or 0
        left = age(picture.model.time_left_ns(until_ns))
        return f"by {escaped(status.shelved_by, 24)} {left} left · "
    if status.acknowledged_by:
        at = utc_time(status.acknowledged_ns or 0, tenths=False)
        return f"ack {escaped(status.acknowledged_by, 24)} {at} · "
    return ""


def _detail(picture: Picture, rows: dict[str, Row], width: int) -> list[Line]:
    """The chosen alarm whole; the first of the list where none is chosen."""
    info, status = rows.get(picture.selection.alarm) or next(iter(rows.values()))
    mark = trusted(alarm_mark(status.state, info.priority), picture)
    state = f"{mark.symbol} {word(status.state, picture)} · {info.priority}"
    held = "" if status.state is AlarmState.NORMAL else f" · for {_since(picture, status)}"
    lines = [
        rule(f"{escaped(info.title, 60)} · {escaped(info.id, 60)}", width),
        *told("state", state + held, width, mark.tone),
        *told("criterion", escaped(info.criterion, 100), width, most=1),
        *told("action", escaped(info.action) or "none declared", width, Tone.BRIGHT, most=2),
    ]
    if status.state is AlarmState.NORMAL:
        return lines
    lines += [
        *told("why", _past(status) + escaped(status.why), width, most=2),
    ]
    if status.state is AlarmState.SHELVED:
        shelf = f"{_answered(picture, status)}{escaped(status.shelved_reason, 200)}"
        return [*lines, *told("shelved", shelf, width, most=2)][:_DETAIL]
    answer = _answered(picture, status).removesuffix(" · ") or "not acknowledged"
    return [*lines, *told("answer", answer, width, most=1)][:_DETAIL]
