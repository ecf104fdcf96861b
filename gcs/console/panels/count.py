"""Count and polls: clocks, the hold, marks, every gate's votes, entries, and who may command."""

from __future__ import annotations

from collections.abc import Sequence

from gcs.console.format import age, clock, escaped, fitted, minutes, number, utc_time
from gcs.console.panels.clocks import (
    DECIDING,
    budget,
    closing_in,
    commander,
    hold_elapsed,
    hold_end,
    hold_kind,
    l_clock,
    t_clock,
)
from gcs.console.panels.listing import beside, scrolled
from gcs.console.panels.parameters import entry_facts
from gcs.console.panels.rows import clipped, rule, trusted, word
from gcs.console.picture import Picture
from gcs.console.theme import (
    ENTRY_MARKS,
    GATE_MARKS,
    NORMAL,
    OFF,
    SERIOUS,
    STANDBY,
    Line,
    Span,
    Tone,
)
from gcs.messages import CountState, EntryStatus, GateInfo, GateStatus, VoteStatus

BESIDE = 120


def count_page(picture: Picture, width: int, height: int) -> list[Line]:
    """Two columns where there is room; else one, scrolled."""
    title = rule("COUNT & POLLS", width)
    if width < BESIDE:
        lines = [*_count(picture), *_polls(picture), *_entries(picture)]
        return [title, *scrolled(lines, width, height - 1, picture.selection.row)][:height]
    left = width // 2 - 8
    count = [clipped((Span(" "), *line), left) for line in _count(picture)]
    asked = [*_polls(picture), *_entries(picture)]
    polls = scrolled(asked, width - left - 1, height - 1, picture.selection.row)
    return [title, *beside(count[: height - 1], polls, left)][:height]


def count_rows(picture: Picture, height: int) -> Sequence[str]:
    """The rows that scroll."""
    return [""] * sum(len(part(picture)) for part in (_count, _polls, _entries))


def _count(picture: Picture) -> list[Line]:
    count = picture.model.snapshot.count
    utc = Span(f"   UTC {utc_time(picture.model.snapshot.now_ns)}Z", Tone.PLAIN)
    phase = f"{escaped(picture.model.phase_title, 40)}, attempt {count.attempt}"
    lines: list[Line] = [
        (*t_clock(picture), Span("   "), l_clock(picture), utc),
        _fact("phase", phase),
    ]
    if count.state is CountState.HOLD:
        lines += [
            _fact("hold", f"■ {hold_kind(count)}, {hold_elapsed(picture)} so far", Tone.CAUTION),
            _fact("reason", escaped(count.reason, 160) or "none given"),
            _fact("end", hold_end(picture)),
        ]
    if count.state is CountState.SCRUBBED:
        lines.append(_fact("scrubbed", f"◆ {escaped(count.reason, 160)}", Tone.SERIOUS))
    lines += [
        _fact("budget", f"{budget(count)}; unplanned holds took {minutes(count.held_ns)}"),
        _fact("next hold", _next_hold(picture)),
    ]
    return [*lines, *_marks(picture), *_consoles(picture)]


def _fact(label: str, text: str, tone: Tone = Tone.PLAIN) -> Line:
    return (Span(f"{label:<11} ", Tone.DIM), Span(text, tone))


def _head(title: str) -> Line:
    return (Span(f"─ {title}", Tone.RULE),)


def _next_hold(picture: Picture) -> str:
    count = picture.model.snapshot.count
    if count.next_hold_t_ns is None:
        return "no built-in hold ahead"
    left = minutes(count.next_hold_t_ns - count.t_ns)
    return f"built-in, at {clock(count.next_hold_t_ns, 'T', tenths=False)}, {left} of T away"


def _marks(picture: Picture) -> list[Line]:
    marks = picture.model.catalogue.marks
    if not marks:
        return []
    t_ns = picture.model.snapshot.count.t_ns
    return [
        _head("MARKS  a hold may recycle to"),
        *(
            _fact(
                clock(mark.t_ns, "T", tenths=False),
                f"{escaped(mark.id, 40)} {'✓ passed' if t_ns >= mark.t_ns else '· ahead'}",
            )
            for mark in marks
        ),
    ]


def _consoles(picture: Picture) -> list[Line]:
    lines = [_head("CONSOLES")]
    if commander(picture) is None:
        lines.append((Span("■ NOBODY has command authority", Tone.CAUTION),))
    for console in picture.model.snapshot.consoles:
        here = " (here)" if picture.console == console.id else ""
        who = f"{escaped(console.position, 24) or 'watching'}, {_person(console.person)}"
        rights = "● AUTHORITY " if console.authority else "○ "
        tone = Tone.BRIGHT if console.authority else Tone.PLAIN
        lines.append((Span(f"{rights}{escaped(console.id, 24)}{here} {who}", tone),))
    return lines


def _person(person: str) -> str:
    return escaped(person, 24) or "person not known"


def _entries(picture: Picture) -> list[Line]:
    entries = picture.model.snapshot.entries
    if not entries:
        return []
    return [_head("ENTRIES"), *(_entry(picture, status) for status in entries)]


def _entry(picture: Picture, status: EntryStatus) -> Line:
    mark = trusted(ENTRY_MARKS[status.state], picture)
    infos = {info.id: info for info in picture.model.catalogue.parameters}
    info = infos.get(status.parameter)
    value = ""
    if status.value is not None and info is not None:
        shown = number(status.value * info.factor + info.offset, info.format)
        value = f"{shown} {escaped(info.unit, 12)} "
    return (
        Span(f"{mark.symbol} ", mark.tone),
        Span(fitted(escaped(status.parameter, 60), 26), Tone.PLAIN),
        Span(f" {word(status.state, picture):<10} ", mark.tone),
        Span(value, Tone.BRIGHT),
        Span(entry_facts(picture, status), Tone.DIM),
    )


def _polls(picture: Picture) -> list[Line]:
    return [line for gate, status in picture.model.gates for line in _gate(picture, gate, status)]


def _gate(picture: Picture, gate: GateInfo, status: GateStatus) -> list[Line]:
    mark = trusted(GATE_MARKS[status.state], picture)
    left = ""
    if status.state in DECIDING and status.deadline_ns is not None:
        left = f" {closing_in(picture, status.deadline_ns)}"
    blocking = f", {len(status.blocking)} blocking" if status.blocking else ""
    two = ", two persons" if gate.two_person else ""
    lines: list[Line] = [
        (
            Span(f"─ {escaped(gate.title, 40)} ", Tone.RULE),
            Span(f"{mark.symbol} {word(status.state, picture)}", mark.tone),
            Span(f"{left}{blocking}{two}", Tone.PLAIN),
        ),
        _fact("GO sends", escaped(gate.go_command, 40) or "nothing"),
        _fact("NO-GO sends", escaped(gate.no_go_command, 40) or "nothing"),
    ]
    if status.reason:
        lines.append(_fact("reason", escaped(status.reason, 200)))
    votes = {vote.position: vote for vote in status.votes}
    polled = (*gate.polls, *(name for name in votes if name not in gate.polls))
    if not polled:
        return [*lines, _fact("poll", "nobody is polled")]
    asked = status.state in DECIDING
    return [*lines, *(_vote(picture, name, votes.get(name), asked=asked) for name in polled)]


def _vote(picture: Picture, position: str, vote: VoteStatus | None, *, asked: bool) -> Line:
    name = fitted(escaped(position, 24), 11)
    if vote is None:
        mark = trusted(STANDBY if asked else OFF, picture)
        said = "WAIT  no vote yet" if asked else "not asked now"
        return (Span(f"{name} ", Tone.DIM), Span(f"{mark.symbol} {said}", mark.tone))
    mark = trusted(NORMAL if vote.go else SERIOUS, picture)
    answer = word("GO" if vote.go else "NO-GO", picture)
    at = utc_time(vote.cast_ns, tenths=False)
    expiry = "until withdrawn"
    if vote.expires_ns is not None:
        expiry = f"{age(picture.model.time_left_ns(vote.expires_ns))} left"
    return (
        Span(f"{name} ", Tone.DIM),
        Span(f"{mark.symbol} {answer:<6}", mark.tone),
        Span(f"{_person(vote.person)}, {at}, {expiry}", Tone.PLAIN),
        Span(f"  basis {escaped(vote.basis, 8)}" if vote.basis else "", Tone.DIM),
    )
