"""The header: who, which clock, which phase, which gate; loud where the station is not well."""

from __future__ import annotations

from collections import Counter

from gcs.console.format import escaped, fitted, seconds, utc_date, utc_time
from gcs.console.panels.alarms import alarm_roll_up, top_alarm
from gcs.console.panels.board import at_stake
from gcs.console.panels.clocks import (
    DECIDING,
    authority,
    closing_in,
    count_facts,
    joined,
    l_clock,
    t_clock,
)
from gcs.console.panels.rows import clipped, spread, text_width, trusted, word
from gcs.console.picture import Picture
from gcs.console.theme import (
    BLOCKING,
    CRITERION_MARKS,
    GATE_MARKS,
    NORMAL,
    SERIOUS,
    Line,
    Span,
    Tone,
)
from gcs.messages import (
    CountState,
    CriterionState,
    GateInfo,
    GateState,
    GateStatus,
    LinkState,
)

BEATS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
TALL = 5
"""From this height on the header has room for the phases and every gate."""

ROOMY = 150
"""From this width on every gate is in the header, whatever its state."""

RECORDED = "station recorded"
"""The source of the parameter that says how large the recording is."""

_GAP = Span("   ")


def header(picture: Picture, width: int, height: int) -> list[Line]:
    """Five rows where there is room, four on the small screen."""
    rows = _large(picture, width) if height >= TALL else _small(picture, width)
    return [clipped(row, width) for row in rows][:height]


def _large(picture: Picture, width: int) -> list[Line]:
    catalogue = picture.model.catalogue
    names = [f"vehicle {catalogue.vehicle}", f"barge {catalogue.barge}"]
    title = escaped(" · ".join((catalogue.title, *names)), 200)
    role = Span(f"{_role(picture)} · ", Tone.DIM)
    left = (Span(" LANDFALL ", Tone.BRIGHT), _mode(picture), Span(f"  {title}"))
    right = (_GAP, role, authority(picture), _GAP, *_recorder(picture, sized=True), _GAP)
    return [
        spread(left, (*right, *_utc(picture, date=True)), width),
        _clocks(picture, width),
        _phases(picture, width),
        _gates(picture, width),
        (Span(" "), *joined(count_facts(picture))),
    ]


def _small(picture: Picture, width: int) -> list[Line]:
    phase = Span(f" ▶ {escaped(picture.model.phase_title, 24)} ", Tone.BRIGHT)
    left = (*t_clock(picture), Span(" "), l_clock(picture), phase)
    right = (Span(" "), _mode(picture), Span(" "), *_utc(picture, date=False))
    role = Span(f" {_role(picture, short=True)} ", Tone.DIM)
    rights = (role, authority(picture, short=True), Span(" "), *_recorder(picture), Span(" "))
    return [
        spread(left, right, width),
        spread((Span(" "), *_small_facts(picture)), rights, width),
        _next_gate(picture),
        spread(_health(picture, short=True), (*_links(picture), Span(" ")), width),
    ]


def _role(picture: Picture, *, short: bool = False) -> str:
    """What this console is: it acts as a position, only watches, or shows what was."""
    if picture.model.catalogue.mode == "REPLAY":
        return "" if short else "a replay: nothing can be changed"
    if not picture.position:
        return "watching" if short else "watching only"
    return escaped(picture.position, 12) if short else f"you: {escaped(picture.position, 32)}"


def _small_facts(picture: Picture) -> Line:
    """The hold; while the count runs the first alarm that nobody answered, else what is next."""
    stands = picture.model.snapshot.count.state in (CountState.HOLD, CountState.SCRUBBED)
    alarm = () if stands or picture.model.silent else top_alarm(picture)
    return alarm or joined(count_facts(picture, short=True))


def _mode(picture: Picture) -> Span:
    return Span(f" {escaped(picture.model.mode, 12)} ", Tone.BADGE)


def _recorder(picture: Picture, *, sized: bool = False) -> Line:
    if picture.model.catalogue.mode == "REPLAY":
        return (Span("no rec", Tone.DIM),)
    if picture.model.silent:
        return (Span("rec ?", Tone.STALE),)
    if picture.model.snapshot.recorder_ok:
        return (Span(f"rec ●{_recorded(picture) if sized else ''}", Tone.DIM),)
    return (Span("▼ NOT RECORDING", Tone.CRITICAL),)


def _recorded(picture: Picture) -> str:
    """What the recording takes so far, where the mission has a parameter for it."""
    for index, info in enumerate(picture.model.catalogue.parameters):
        if info.source == RECORDED:
            reading = picture.model.reading(index)
            return f" {reading.shown} {escaped(info.unit, 8)}"
    return ""


def _utc(picture: Picture, date: bool) -> Line:
    now_ns = picture.model.snapshot.now_ns
    beat = BEATS[picture.beat % len(BEATS)]
    day = f"{utc_date(now_ns)} " if date else ""
    tone = Tone.STALE if picture.model.silent else Tone.PLAIN
    replay = picture.model.catalogue.mode == "REPLAY"
    whose = ("recorded" if date else "rec") if replay else ("station" if date else "stn")
    time = f"UTC {day}{utc_time(now_ns, tenths=False)}Z"
    return (Span(time, tone), Span(f" {whose}", Tone.DIM), Span(f" {beat} ", Tone.DIM))


def _clocks(picture: Picture, width: int) -> Line:
    left = (*t_clock(picture), _GAP, l_clock(picture), _GAP, *_health(picture))
    return spread(left, (*_links(picture), Span(" ")), width)


def _health(picture: Picture, *, short: bool = False) -> Line:
    """The worst that can be said: silence, then a fault, then what alarms and board add up to."""
    model = picture.model
    if model.detached:
        return (Span(f" ▼ STATION LOST: {escaped(model.detached, 120)} ", Tone.CRITICAL),)
    if model.silent:
        text = f" ▼ STATION SILENT for {seconds(model.silent_ns)}: nothing here is current "
        return (Span(text, Tone.CRITICAL),)
    if model.snapshot.fault:
        return (Span(f" ▼ STATION FAULT: {escaped(model.snapshot.fault, 160)} ", Tone.CRITICAL),)
    alarms = alarm_roll_up(picture, short=short)
    states = [status.state for _, status in model.gates]
    ahead = GateState.CLOSED in states and not any(state in DECIDING for state in states)
    board = Span(" NEXT GATE " if ahead else " BOARD ", Tone.DIM)
    return (Span(" MASTER ", Tone.DIM), *alarms, board, *_roll_up(picture))


def _roll_up(picture: Picture) -> Line:
    counts = Counter(status.state for _, status in at_stake(picture))
    shown = [
        Span(
            f"{CRITERION_MARKS[state].symbol} {counts[state]} {state}  ",
            CRITERION_MARKS[state].tone,
        )
        for state in (
            CriterionState.NO_GO,
            CriterionState.UNKNOWN,
            CriterionState.WAIVED,
            CriterionState.CAUTION,
        )
        if counts[state]
    ]
    return tuple(shown) or (
        Span(f"{NORMAL.symbol} all {counts[CriterionState.GO]} GO", Tone.PLAIN),
    )


def _links(picture: Picture) -> Line:
    links = picture.model.snapshot.links
    heard = picture.model.links_heard
    up = sum(link.state is LinkState.UP for link in links)
    mark = trusted(NORMAL if heard == len(links) else SERIOUS, picture)
    deaf = f", {up - heard} up but not heard" if heard < up else ""
    return (Span(f"links {mark.symbol} {heard}/{len(links)} heard{deaf}", mark.tone),)


def _phases(picture: Picture, width: int) -> Line:
    """The phase strip, begun late enough that the present phase is in view."""
    phases = picture.model.catalogue.phases
    now = picture.model.phase_index
    passed = set(picture.model.snapshot.phase.passed)
    spans: list[Span] = []
    for place, phase in enumerate(phases):
        title = escaped(phase.title, 40)
        if place == now:
            spans.append(Span(f" ▶ {title.upper()} ", Tone.BRIGHT))
        elif phase.id in passed:
            spans.append(Span(f" {title} ✓ ", Tone.DIM))
        else:
            spans.append(Span(f" {title} ·", Tone.DIM))
    if now < 0:
        spans.insert(0, Span(f" ▶ {escaped(picture.model.phase_title, 40)} ", Tone.BRIGHT))
    start = 0
    while start < now and text_width(tuple(spans[start : now + 2])) > width:
        start += 1
    return tuple(spans[start:])


def _gates(picture: Picture, width: int) -> Line:
    """Every gate's verdict; their reasons share what room is left.

    Where there is little room, gates that are not open wait while others are decided.
    """
    gates = list(picture.model.gates)
    deciding = [row for row in gates if row[1].state in DECIDING]
    crowded = width < ROOMY and bool(deciding)
    parts = [_gate(picture, gate, status) for gate, status in (deciding if crowded else gates)]
    room = width - sum(text_width((*head, _GAP)) for *head, _ in parts)
    untold = sum(1 for *_, reason in parts if reason.text)
    spans: list[Span] = []
    for *head, reason in parts:
        if reason.text:
            cells = min(text_width((reason,)), max(0, room) // untold)
            room, untold = room - cells, untold - 1
            reason = Span(fitted(reason.text, cells), reason.tone)
        spans += [*head, reason, _GAP]
    return tuple(spans)


def _gate(picture: Picture, gate: GateInfo, status: GateStatus) -> tuple[Span, Span, Span, Span]:
    mark = trusted(GATE_MARKS[status.state], picture)
    title = Span(f" {escaped(gate.title, 40)} ", Tone.DIM)
    verdict = Span(f"{mark.symbol} {word(status.state, picture)}", mark.tone)
    deciding = status.state in DECIDING
    left = ""
    if deciding and status.deadline_ns is not None:
        left = f" {closing_in(picture, status.deadline_ns)}"
    reason = f" {_top_reason(picture, status)}" if deciding else ""
    return (title, verdict, Span(left, Tone.BRIGHT), Span(reason, _reason_tone(status)))


def _reason_tone(status: GateStatus) -> Tone:
    return Tone.DIM if status.state is GateState.GO else Tone.SERIOUS


def _top_reason(picture: Picture, status: GateStatus) -> str:
    """The first blocking criterion's, and how many more block; else the gate's own."""
    whys = [
        escaped(f"{info.owner} {criterion.why}", 160)
        for info, criterion in picture.model.board
        if criterion.id in status.blocking and criterion.state in BLOCKING
    ]
    if not whys:
        return escaped(status.reason or ", ".join(status.blocking), 160)
    more = f" +{len(status.blocking) - 1} more" if len(status.blocking) > 1 else ""
    return whys[0] + more


def _next_gate(picture: Picture) -> Line:
    """The first gate that is still to be decided; the last one after that."""
    gates = list(picture.model.gates)
    if not gates:
        return (Span(" no gates", Tone.DIM),)
    over = (GateState.COMMITTED, GateState.MISSED)
    gate, status = next((g for g in gates if g[1].state not in over), gates[-1])
    return _gate(picture, gate, status)
