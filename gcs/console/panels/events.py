"""Events, newest first: time, origin, and one sentence."""

from __future__ import annotations

from gcs.console.format import escaped, utc_time
from gcs.console.panels.rows import clipped, rule
from gcs.console.picture import Picture
from gcs.console.theme import Line, Span, Tone, severity_mark
from gcs.messages import Event


def events(picture: Picture, width: int, height: int) -> list[Line]:
    """As many events as fit, the newest on top."""
    shown = picture.model.snapshot.events[::-1][: max(0, height - 1)]
    return [rule("EVENTS  newest first", width), *(event_row(event, width) for event in shown)]


def event_row(event: Event, width: int) -> Line:
    """One event in one row."""
    mark = severity_mark(event.severity)
    line = (
        Span(f" {mark.symbol} ", mark.tone),
        Span(f"{utc_time(event.at_ns)} ", Tone.DIM),
        Span(f"{escaped(event.origin, 24)}: ", Tone.DIM),
        Span(escaped(event.text), mark.tone),
    )
    return clipped(line, width)
