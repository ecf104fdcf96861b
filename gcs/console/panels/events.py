"""Events, newest first: time, origin, and one sentence; on the main screen under the alarms."""

from __future__ import annotations

from collections.abc import Sequence

from gcs.console.format import escaped, utc_time
from gcs.console.panels.alarms import alarm_counts, alarm_row, ordered
from gcs.console.panels.listing import scrolled
from gcs.console.panels.rows import clipped, rule
from gcs.console.picture import Picture
from gcs.console.theme import PUT_ASIDE, Line, Span, Tone, alarm_mark, severity_mark
from gcs.messages import Event


def events(picture: Picture, width: int, height: int) -> list[Line]:
    """All events that the station still tells, the newest on top."""
    told = [_event(event) for event in picture.model.snapshot.events[::-1]]
    title = rule("EVENTS  newest first", width)
    return [title, *scrolled(told, width, height - 1, picture.selection.row)][:height]


def event_ids(picture: Picture, height: int) -> Sequence[str]:
    """A row for each event."""
    return [""] * len(picture.model.snapshot.events)


def news(picture: Picture, width: int, height: int) -> list[Line]:
    """The alarms that ask for an act, then the newest events in what room is left.

    What is shelved is counted above them, what is suppressed asks for nothing.
    """
    head = [rule("ALARMS + EVENTS", width), *alarm_counts(picture, width)]
    room = max(0, height - len(head))
    waiting = [row for row in ordered(picture) if row[1].state not in PUT_ASIDE]
    shown = waiting if len(waiting) <= room // 2 else waiting[: max(0, room // 2 - 1)]
    lines = [alarm_row(picture, row, width) for row in shown]
    hidden = waiting[len(shown) :]
    if hidden:
        info, status = hidden[0]
        mark = alarm_mark(status.state, info.priority)
        text = f"{len(hidden)} more alarms, worst: {status.state} {info.priority}"
        more = (Span(f" {mark.symbol} ", mark.tone), Span(text, Tone.DIM))
        lines.append(clipped(more, width))
    newest = picture.model.snapshot.events[::-1][: max(0, room - len(lines))]
    return [*head, *lines, *(event_row(event, width) for event in newest)][:height]


def event_row(event: Event, width: int) -> Line:
    """One event in one row."""
    return clipped((Span(" "), *_event(event)), width)


def _event(event: Event) -> Line:
    mark = severity_mark(event.severity)
    return (
        Span(f"{mark.symbol} ", mark.tone),
        Span(f"{utc_time(event.at_ns)} ", Tone.DIM),
        Span(f"{escaped(event.origin, 24)}: ", Tone.DIM),
        Span(escaped(event.text), mark.tone),
    )
