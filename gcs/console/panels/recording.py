"""Recording and replay: whether all is kept, where a replay stands, and what happened when."""

from __future__ import annotations

from gcs.console.format import clock, escaped, minutes, utc_date, utc_time
from gcs.console.model import main_parameters
from gcs.console.panels.clocks import playback_word
from gcs.console.panels.listing import scrolled
from gcs.console.panels.readings import reading_row
from gcs.console.panels.rows import clipped, rule
from gcs.console.picture import Picture
from gcs.console.protocol import Playback
from gcs.console.theme import Line, Span, Tone, severity_mark
from gcs.messages import Event

_OWN_WIDTH = 44
_WIDEST_BAR = 100


def recording(picture: Picture, width: int, height: int) -> list[Line]:
    """The recorder and the station's own health on top, then every event with its T."""
    facts = [clipped(line, width) for line in (*_facts(picture), *_replay(picture, width))]
    own = [
        clipped((Span(" "), *reading_row(picture.model.reading(index), _OWN_WIDTH)), width)
        for index in _own(picture)
    ]
    head = [rule("RECORDING & REPLAY", width), *facts, *own]
    head = head[: max(1, height - 4)]
    events = [_event(picture, event) for event in picture.model.snapshot.events[::-1]]
    room = max(0, height - len(head) - 1)
    title = rule("MOMENTS  newest first", width)
    return [*head, title, *scrolled(events, width, room, picture.selection.row)][:height]


def _facts(picture: Picture) -> list[Line]:
    model, snapshot = picture.model, picture.model.snapshot
    at = f"{utc_date(snapshot.now_ns)} {utc_time(snapshot.now_ns)}Z"
    return [
        (Span(" mode       ", Tone.DIM), Span(f" {escaped(model.mode, 12)} ", Tone.BADGE)),
        (Span(" recorder   ", Tone.DIM), _recorder(picture)),
        (Span(" station at ", Tone.DIM), Span(f"{at}, {clock(snapshot.count.t_ns, 'T')}")),
        (Span(" snapshot   ", Tone.DIM), Span(f"{snapshot.sequence}")),
    ]


def _replay(picture: Picture, width: int) -> list[Line]:
    """Where a replay stands between its ends, and how fast it goes."""
    playback = picture.playback
    if playback is None:
        return []
    gone = minutes(playback.at_ns - playback.first_ns)
    known = "" if playback.complete else "at least "
    whole = f"{known}{minutes(playback.last_ns - playback.first_ns)}"
    lines: list[Line] = [
        (Span(" replay     ", Tone.DIM), Span(f"{playback_word(playback)} {gone} of {whole}")),
        (Span(" "), Span(_bar(playback, max(1, min(width, _WIDEST_BAR) - 2)))),
    ]
    if playback.sought:
        lines.append(
            (
                Span(" sought     ", Tone.DIM),
                Span(f"■ {escaped(playback.sought, 200)}", Tone.CAUTION),
            )
        )
    if playback.mark:
        lines.append((Span(" led to     ", Tone.DIM), Span(escaped(playback.mark, 200))))
    return lines


def _bar(playback: Playback, cells: int) -> str:
    span_ns = max(1, playback.last_ns - playback.first_ns)
    share = min(1.0, max(0.0, (playback.at_ns - playback.first_ns) / span_ns))
    gone = round(share * (cells - 1))
    return "━" * gone + "●" + "─" * (cells - 1 - gone)


def _recorder(picture: Picture) -> Span:
    if picture.model.silent:
        return Span("? not known: the station is silent", Tone.STALE)
    if picture.model.catalogue.mode != "LIVE":
        return Span("○ nothing new is recorded: this is a recording", Tone.PLAIN)
    if picture.model.snapshot.recorder_ok:
        return Span("● recording", Tone.PLAIN)
    return Span("▼ NOT RECORDING", Tone.CRITICAL)


def _own(picture: Picture) -> tuple[int, ...]:
    """What the station measures of itself: recorder, disk, queue."""
    catalogue = picture.model.catalogue
    return tuple(
        index
        for index in main_parameters(catalogue)
        if catalogue.parameters[index].id.startswith("station.")
    )


def _event(picture: Picture, event: Event) -> Line:
    mark = severity_mark(event.severity)
    return (
        Span(f"{mark.symbol} ", mark.tone),
        Span(f"{utc_time(event.at_ns)} {_t_of(picture, event)} ", Tone.DIM),
        Span(f"{escaped(event.origin, 24)}: ", Tone.DIM),
        Span(escaped(event.text), mark.tone),
    )


def _t_of(picture: Picture, event: Event) -> str:
    """The event's T in flight, where T has not stood since lift-off; its age before that."""
    snapshot = picture.model.snapshot
    t_ns = snapshot.count.t_ns - (snapshot.now_ns - event.at_ns)
    if snapshot.count.t_ns >= 0 and t_ns >= 0:
        return clock(t_ns, "T")
    return f"{'':12}"
