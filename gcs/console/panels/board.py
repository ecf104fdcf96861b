"""The go/no-go board: every criterion in its place, and a reason for every one that is not GO."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from gcs.console.format import age, escaped, fitted, number, seconds
from gcs.console.panels.clocks import DECIDING
from gcs.console.panels.listing import listed, told
from gcs.console.panels.rows import clipped, rule, trusted, without_title, word
from gcs.console.picture import Picture
from gcs.console.theme import ATTENTION, CRITERION_MARKS, GATE_MARKS, Line, Span, Tone
from gcs.messages import CriterionInfo, CriterionState, CriterionStatus, GateState

Row: TypeAlias = tuple[CriterionInfo, CriterionStatus]

WIDE = 56
"""From this width on a row also says for how long."""

TALL = 24
"""From this height on every criterion keeps its place."""

PAGE_WIDE = 120
"""From this width on a row of the page also says owner, margin and time to violation."""

_ROWS_A_SENTENCE = 8
"""On a crowded board one row of so many is kept for a whole sentence of what is not GO."""

_SENTENCE_ROWS = 2
_DECIDED = (GateState.COMMITTED, GateState.MISSED)
_QUIET = (CriterionState.GO, CriterionState.INHIBITED)


def board(picture: Picture, width: int, height: int) -> list[Line]:
    """The board. On a tall one the order is fixed, else not-GO comes first.

    Where not all criteria fit, those that need no attention are left out first.
    """
    rows = at_stake(picture)
    gates = _gate_rows(picture, width)
    room = max(0, height - 1 - len(gates))
    title, hidden = "GO / NO-GO", rows[:0]
    shown = rows
    if len(rows) > room:
        spoken = sum(status.state not in _QUIET for _, status in rows)
        kept = min(spoken, room // _ROWS_A_SENTENCE)
        shown, hidden = _chosen(rows, max(0, room - 1 - kept), fixed=height >= TALL)
        title += "" if height >= TALL else "  (not-GO first)"
    lines = [_row(picture, row, width) for row in shown]
    lines += [_hidden(picture, hidden, width)] if hidden else []
    reasons = _reasons(picture, rows, width, room - len(lines))
    return [rule(title, width), *gates, *lines, *reasons][:height]


def board_page(picture: Picture, width: int, height: int) -> list[Line]:
    """Every criterion of every gate in a list, and the chosen one's sentence whole."""
    rows = {info.id: (info, status) for info, status in picture.model.board}
    sort = "" if _keeps_places(picture, height) else "  (not-GO first)"
    head = [rule(f"GO / NO-GO  all {len(rows)}{sort}", width), *_gate_rows(picture, width)]
    chosen = rows.get(picture.selection.criterion)
    why = told("why", escaped(chosen[1].why), width, most=_SENTENCE_ROWS) if chosen else []
    body = listed(
        board_ids(picture, height),
        picture.selection.criterion,
        lambda key: _page_row(picture, rows[key], width - 1),
        width,
        max(1, height - len(head) - len(why)),
    )
    return [*head, *body, *why][:height]


def board_ids(picture: Picture, height: int) -> Sequence[str]:
    """The criteria as the page orders them."""
    rows = list(picture.model.board)
    if _keeps_places(picture, height):
        return [info.id for info, _ in rows]
    now = {info.id for info, _ in at_stake(picture)}
    # What is not GO for a gate that is being decided comes before what is not GO for others.
    ranked = sorted(
        board_order(rows), key=lambda row: (row[1].state in _QUIET, row[0].id not in now)
    )
    return [info.id for info, _ in ranked]


def _keeps_places(picture: Picture, height: int) -> bool:
    """Whether all criteria fit, so that each may keep its place."""
    model = picture.model
    around = 1 + len(model.catalogue.gates) + _SENTENCE_ROWS
    return len(model.catalogue.criteria) + around <= height


def board_order(rows: Sequence[Row]) -> list[Row]:
    """What needs attention first; among equals the board's own order."""
    return sorted(rows, key=lambda row: ATTENTION[row[1].state])


def _page_row(picture: Picture, row: Row, width: int) -> Line:
    info, status = row
    mark = trusted(CRITERION_MARKS[status.state], picture)
    wide = width >= PAGE_WIDE
    facts = f"{escaped(info.owner, 12):<11} {_ahead(status):<18}" if wide else ""
    line = (
        Span(f"{mark.symbol} ", mark.tone),
        Span(fitted(escaped(info.title, 60), 30 if wide else 20), mark.tone),
        Span(fitted(f" {word(status.state, picture)}", 11), mark.tone),
        Span(f"{_held(picture, status):>4} {facts}", Tone.DIM),
        Span(_granted(picture, status).strip(), mark.tone),
        Span(f" {escaped(without_title(status.why, info.title), 200)}", mark.tone),
    )
    return clipped(line, width)


def _ahead(status: CriterionStatus) -> str:
    """Margin, and when it will be gone at the present trend."""
    margin = f"{number(status.margin, '+.2f')}" if status.margin is not None else ""
    violates = f" in {seconds(status.violates_ns)}" if status.violates_ns is not None else ""
    return margin + violates


def _chosen(rows: list[Row], room: int, *, fixed: bool) -> tuple[list[Row], list[Row]]:
    """What to show and what to leave out of a crowded board; `fixed` keeps the order."""
    ranked = board_order(rows)
    shown, hidden = ranked[:room], ranked[room:]
    if fixed:
        places = {info.id: place for place, (info, _) in enumerate(rows)}
        shown.sort(key=lambda row: places[row[0].id])
    return shown, hidden


def at_stake(picture: Picture) -> list[Row]:
    """The criteria of the gates being decided; else of the next one; all once none is."""
    rows = list(picture.model.board)
    gates = list(picture.model.gates)
    asked = [gate.id for gate, status in gates if status.state in DECIDING]
    ahead = [gate.id for gate, status in gates if status.state is GateState.CLOSED]
    counted = set(asked or ahead[:1])
    return [row for row in rows if not counted.isdisjoint(row[0].gates)] or rows


def _gate_rows(picture: Picture, width: int) -> list[Line]:
    lines = []
    for gate, status in picture.model.gates:
        mark = trusted(GATE_MARKS[status.state], picture)
        blocked = len(status.blocking)
        waits = status.state not in (GateState.CLOSED, *_DECIDED) and blocked
        by = f"  {blocked} blocking" if waits else ""
        line = (
            Span(f" {escaped(gate.title, 40)} verdict: ", Tone.DIM),
            Span(f"{mark.symbol} {word(status.state, picture)}", mark.tone),
            Span(by, Tone.PLAIN),
        )
        lines.append(clipped(line, width))
    return lines


def _row(picture: Picture, row: Row, width: int) -> Line:
    info, status = row
    mark = trusted(CRITERION_MARKS[status.state], picture)
    quiet = status.state in _QUIET
    calm = quiet and not picture.model.silent
    title, state = (22, 10) if width >= WIDE else (18, 8)
    line = (
        Span(f" {mark.symbol} ", mark.tone),
        Span(fitted(escaped(info.title, 60), title), Tone.PLAIN if calm else mark.tone),
        Span(fitted(f" {word(status.state, picture)}", state), mark.tone),
        Span(_granted(picture, status) if quiet else _short_why(picture, row, width), mark.tone),
    )
    return clipped(line, width)


def _short_why(picture: Picture, row: Row, width: int) -> str:
    """The sentence without the title that stands beside it already."""
    info, status = row
    why = without_title(status.why, info.title)
    held = f"{_held(picture, status):>4}" if width >= WIDE else ""
    return f"{held}{_granted(picture, status)} {escaped(why, 160)}"


def _granted(picture: Picture, status: CriterionStatus) -> str:
    """Whose waiver is in force and for how long; the whole sentence of it may be cut off."""
    if status.waiver is None:
        return ""
    said = "" if status.state is CriterionState.WAIVED else " waiver"
    left = age(picture.model.time_left_ns(status.waiver.expires_ns))
    return f"{said} {escaped(status.waiver.position, 12)} {left} left"


def _held(picture: Picture, status: CriterionStatus) -> str:
    """For how long a criterion has been what it is."""
    return age(picture.model.snapshot.now_ns - status.since_ns)


def _hidden(picture: Picture, rows: Sequence[Row], width: int) -> Line:
    worst = min((status.state for _, status in rows), key=ATTENTION.__getitem__)
    mark = trusted(CRITERION_MARKS[worst], picture)
    text = f"{len(rows)} more, worst: {word(worst, picture)}  (F7)"
    return clipped((Span(f" {mark.symbol} ", mark.tone), Span(text, Tone.DIM)), width)


def _reasons(picture: Picture, rows: Sequence[Row], width: int, height: int) -> list[Line]:
    """Whole sentences under the board, worst first, as many as there is room for."""
    spoken = [row for row in board_order(rows) if row[1].state not in _QUIET]
    sentences = (
        f"   {escaped(info.owner, 12)}: {escaped(status.why, 160)}, for {_held(picture, status)}"
        for info, status in spoken
    )
    lines = [clipped((Span(sentence, Tone.DIM),), width) for sentence in sentences]
    return lines[: max(0, height)]
