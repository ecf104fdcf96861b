"""One criterion whole: what it says and why, its rule, its evidence, and its margin so far."""

from __future__ import annotations

from collections.abc import Sequence

from gcs.clock import SECOND_NS
from gcs.console.format import age, escaped, number, seconds, utc_time
from gcs.console.panels.alarms import ordered
from gcs.console.panels.board import Row, board_order
from gcs.console.panels.chart import chart, chart_bins
from gcs.console.panels.listing import beside, told
from gcs.console.panels.readings import reading_row
from gcs.console.panels.rows import clipped, rule, trusted, word
from gcs.console.picture import Picture
from gcs.console.theme import CRITERION_MARKS, GATE_MARKS, Line, Span, Tone, alarm_mark
from gcs.messages import CriterionInfo, CriterionStatus

SPAN_S = 300
BESIDE = 120
_PLOT = 7


def criterion(picture: Picture, width: int, height: int) -> list[Line]:
    """The chosen criterion; the one that needs attention most where none is chosen."""
    row = _chosen(picture)
    if row is None:
        return [rule("CRITERION", width), clipped((Span(" this mission has none"),), width)][
            :height
        ]
    info, status = row
    if width < BESIDE:
        facts = _facts(picture, info, status, width)
        title = rule(f"CRITERION {escaped(info.title, 60)}", width)
        evidence = _evidence(picture, info, width)
        # The margin's picture is the first to give way: its number stands among the facts.
        plot = height - 1 - len(facts) - len(evidence)
        margin = (
            _margin(picture, info, width, min(_PLOT, plot)) if plot >= 4 and _measures(info) else []
        )
        return [title, *facts, *evidence, *margin][:height]
    left = width * 5 // 8
    right = width - left - 1
    facts = [
        rule(f"CRITERION {escaped(info.title, 60)} · {escaped(info.id, 60)}", left),
        *_facts(picture, info, status, left),
        *(_margin(picture, info, left, 2 * _PLOT) if _measures(info) else []),
    ]
    return beside(facts, _evidence(picture, info, right), left)[:height]


def criterion_ids(picture: Picture, height: int) -> Sequence[str]:
    """All criteria in the board's order."""
    return [info.id for info, _ in picture.model.board]


def _chosen(picture: Picture) -> Row | None:
    rows = {info.id: (info, status) for info, status in picture.model.board}
    if picture.selection.criterion in rows:
        return rows[picture.selection.criterion]
    return next(iter(board_order(list(rows.values()))), None)


def _facts(
    picture: Picture, info: CriterionInfo, status: CriterionStatus, width: int
) -> list[Line]:
    mark = trusted(CRITERION_MARKS[status.state], picture)
    held = age(picture.model.snapshot.now_ns - status.since_ns)
    state = f"{mark.symbol} {word(status.state, picture)} for {held}, {escaped(info.owner, 20)}"
    return [
        *told("state", f"{state} answers for it", width, mark.tone, most=1),
        *told("why", escaped(status.why), width, most=3),
        *(told("value", _value(info, status), width, most=2) if _measures(info) else []),
        *told("rule", escaped(info.expression) or "not told", width, most=3),
        *told("limits", escaped(info.limits) or "none", width, most=2),
        *told("gates", _gates(picture, info, status), width, most=2),
        *told("waiver", _waiver(picture, info, status), width, most=2),
        *told("source", escaped(info.source) or "not told", width, most=2),
        *_alarm(picture, info, width),
    ]


def _measures(info: CriterionInfo) -> bool:
    """Whether it has a value with limits, rather than a condition that holds or not."""
    return not info.limits.startswith("required")


def _value(info: CriterionInfo, status: CriterionStatus) -> str:
    """Value, limit, margin, trend and time to violation; what is not known says so."""
    unit = escaped(info.unit, 12)

    def shown(value: float | None) -> str:
        if value is None:
            return "not known"
        return f"{number(value * info.factor + info.offset, info.format)} {unit}".rstrip()

    said = [shown(status.value)]
    if status.limit is not None:
        said.append(f"limit {shown(status.limit)}")
    if status.margin is not None:
        said.append(f"margin {number(status.margin, '+.2f')}")
    if status.trend is not None:
        said.append(f"trend {number(status.trend * info.factor, '+.3g')} {unit}/s")
    if status.violates_ns is not None:
        said.append(f"violates in {seconds(status.violates_ns)}")
    return " · ".join(said)


def _gates(picture: Picture, info: CriterionInfo, status: CriterionStatus) -> str:
    """The gates it counts for, each with its state, and whether it blocks there."""
    said = []
    for gate, verdict in picture.model.gates:
        if gate.id not in info.gates:
            continue
        mark = trusted(GATE_MARKS[verdict.state], picture)
        blocks = " (blocked by this)" if info.id in verdict.blocking else ""
        said.append(
            f"{escaped(gate.title, 40)} {mark.symbol} {word(verdict.state, picture)}{blocks}"
        )
    return " · ".join(said) or "none: it only raises an alarm"


def _waiver(picture: Picture, info: CriterionInfo, status: CriterionStatus) -> str:
    """The waiver in force, else who may waive it."""
    waiver = status.waiver
    if waiver is None:
        return f"none; {escaped(info.waivable, 160)}" if info.waivable else "none"
    left = age(picture.model.time_left_ns(waiver.expires_ns))
    bound = ""
    if waiver.bound is not None:
        up_to = number(waiver.bound * info.factor + info.offset, info.format)
        bound = f" up to {up_to} {escaped(info.unit, 12)}"
    who = f"{escaped(waiver.position, 24)} {utc_time(waiver.granted_ns, tenths=False)}"
    return f"by {who}{bound}, {left} left: {escaped(waiver.reason, 160)}"


def _alarm(picture: Picture, info: CriterionInfo, width: int) -> list[Line]:
    """The alarm that it raises, whether that stands or not."""
    for alarm, status in ordered(picture):
        if alarm.criterion == info.id:
            mark = trusted(alarm_mark(status.state, alarm.priority), picture)
            text = f"{mark.symbol} {word(status.state, picture)} {alarm.priority}: "
            return told("alarm", text + escaped(alarm.action, 160), width, mark.tone, most=2)
    quiet = (a for a in picture.model.catalogue.alarms if a.criterion == info.id)
    return [
        line
        for alarm in quiet
        for line in told("alarm", f"○ normal, {alarm.priority}", width, Tone.DIM, most=1)
    ]


def _evidence(picture: Picture, info: CriterionInfo, width: int) -> list[Line]:
    """The readings that the rule reads."""
    columns = [i for i in info.reads if i < len(picture.model.catalogue.parameters)]
    rows = [
        clipped((Span(" "), *_reading(picture, column, width - 1)), width) for column in columns
    ]
    if not rows:
        rows = [clipped((Span(" the station does not tell what it reads", Tone.DIM),), width)]
    return [rule("EVIDENCE  as the rule reads it", width), *rows]


def _reading(picture: Picture, column: int, width: int) -> Line:
    """A reading under its id: titles need not be different."""
    reading = picture.model.reading(column)
    return reading_row(reading, width, escaped(reading.info.id, 80))


def _margin(picture: Picture, info: CriterionInfo, width: int, height: int) -> list[Line]:
    """The margin over the last minutes."""
    now_ns = picture.model.snapshot.now_ns
    span_ns = SPAN_S * SECOND_NS
    values = picture.trails.margins(info.id, now_ns, span_ns, chart_bins(width))
    title = f"MARGIN  last {SPAN_S} s, as this console saw it · 0 (dotted) is no-go"
    return [rule(title, width), *chart(values, "+.2f", width, height - 1, limit=0.0)]
