"""Mutants of what decides: one limit, comparison, word or number of a shipped file changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gcs.config.criteria import CriterionConfig, LimitConfig
from gcs.config.loading import Mission
from gcs.config.mission import TransitionConfig

_NUMBER = re.compile(r"(?<![\w.^])\d+(?:\.\d+)?(?![\w.])")
_COMPARISON = re.compile(r"<=|>=|==|!=|<|>")
_WORD = re.compile(r"\b(?:and|or|not|max_over|min_over|abs|median|max|min)\b")
_OTHER_COMPARISONS = {
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "==": ("!=", "<=", ">="),
    "!=": ("==",),
}
_OTHER_WORDS = {
    "and": ("or",),
    "or": ("and",),
    "not": ("",),
    "max_over": ("min_over",),
    "min_over": ("max_over",),
    "abs": ("",),
    "median": ("max", "min"),
    "max": ("min",),
    "min": ("max",),
}


@dataclass(frozen=True)
class Mutant:
    """A changed text: where, and what it became."""

    what: str
    text: str


def text_mutants(text: str) -> Iterator[Mutant]:
    """Every mutant of an expression."""
    for match in _COMPARISON.finditer(text):
        for other in _OTHER_COMPARISONS[match[0]]:
            yield _replaced(text, match, other)
    for match in _WORD.finditer(text):
        for other in _OTHER_WORDS[match[0]]:
            yield _replaced(text, match, other)
    for match in _NUMBER.finditer(text):
        for other in _other_numbers(match[0]):
            yield _replaced(text, match, other)


def _replaced(text: str, match: re.Match[str], other: str) -> Mutant:
    changed = text[: match.start()] + other + text[match.end() :]
    return Mutant(f"{match[0]} at {match.start() + 1} -> {other or 'nothing'}", changed)


def _other_numbers(number: str) -> list[str]:
    """5 % more and less; and the whole numbers beside a whole one, for modes and flags."""
    value = float(number)
    others = [f"{value * 1.05:.9g}", f"{value * 0.95:.9g}"] if value else ["0.05"]
    if value == int(value) and value < 10:
        others += [f"{value + 1:.9g}", *([f"{value - 1:.9g}"] if value else [])]
    return others


def scaled(quantity: str, factor: float) -> str:
    """`3 deg` by 1.05 is `3.15 deg`."""
    number, unit = _split(quantity)
    return f"{number * factor!r} {unit}".strip()


def shifted(quantity: str, step: str, sign: int) -> str:
    """`3 deg` and `0.2 deg` is `3.2 deg`; `3 degC` and `1 delta_degC` is `4.0 degC`."""
    (number, unit), (by, step_unit) = _split(quantity), _split(step)
    assert step_unit in (unit, f"delta_{unit}"), f"{quantity} and {step}: write both in one unit"
    return f"{number + sign * by!r} {unit}".strip()


def _split(quantity: str) -> tuple[float, str]:
    number, _, unit = quantity.partition(" ")
    return float(number), unit


@dataclass(frozen=True)
class CriterionMutant:
    """A changed entry."""

    what: str
    config: CriterionConfig


def criterion_mutants(config: CriterionConfig) -> Iterator[CriterionMutant]:
    """Every mutant of a criterion's entry."""
    for kind in ("caution", "no_go"):
        limit: LimitConfig | None = getattr(config, kind)
        for side in ("above", "below"):
            text = getattr(limit, side) if limit else None
            if limit is not None and text:
                for what, changed in _limits(limit, side, text, config.hysteresis):
                    yield _with(config, f"{kind}.{side}: {what}", **{kind: changed})
    if config.caution is not None:
        yield _with(config, "caution dropped", caution=None)
    yield from _hysteresis_mutants(config)
    yield from _delay_mutants(config)
    if config.clears_when is not None:
        yield _with(config, "clears_when dropped", clears_when=None)
    for field in ("value", "require", "clears_when"):
        text = getattr(config, field)
        for mutant in text_mutants(text) if text else ():
            yield _with(config, f"{field}: {mutant.what}", **{field: mutant.text})


def _with(config: CriterionConfig, what: str, **update: object) -> CriterionMutant:
    return CriterionMutant(what, config.model_copy(update=update))


def _limits(
    limit: LimitConfig, side: str, text: str, hysteresis: str | None
) -> Iterator[tuple[str, LimitConfig]]:
    other = "below" if side == "above" else "above"
    moved = []
    if _split(text)[0]:
        moved += [("5 % more", scaled(text, 1.05)), ("5 % less", scaled(text, 0.95))]
    if hysteresis:
        moved.append(("its hysteresis more", shifted(text, hysteresis, 1)))
        moved.append(("its hysteresis less", shifted(text, hysteresis, -1)))
    for what, changed in moved:
        yield what, limit.model_copy(update={side: changed})
    yield f"now {other}", limit.model_copy(update={side: getattr(limit, other), other: text})


def _hysteresis_mutants(config: CriterionConfig) -> Iterator[CriterionMutant]:
    if config.hysteresis:
        yield _with(config, "hysteresis dropped", hysteresis=None)
        for what, factor in (("5 % more", 1.05), ("5 % less", 0.95)):
            changed = scaled(config.hysteresis, factor)
            yield _with(config, f"hysteresis: {what}", hysteresis=changed)


def _delay_mutants(config: CriterionConfig) -> Iterator[CriterionMutant]:
    for field in ("trip_after", "clear_after"):
        delay_ns: int = getattr(config, field)
        others = [delay_ns * 21 // 20, delay_ns * 19 // 20] if delay_ns else [50_000_000]
        for other_ns in others:
            yield _with(config, f"{field}: {other_ns} ns", **{field: other_ns})


# --- The mission's own conditions and table ---


def conditions_of(mission: Mission) -> dict[str, str]:
    """Where -> text of every condition of a mission file."""
    config, count = mission.config, mission.config.count
    asked = {field: getattr(count, field) for field in ("lift_off", "recycle_when", "stopped_when")}
    found = {f"count.{field}": text for field, text in asked.items() if text is not None}
    for i, row in enumerate(config.transition):
        found[f"transition[{i}].when: {', '.join(row.origin)} -> {row.to}"] = row.when
    for gate in config.gate:
        found[f"gate {gate.id}.opens"] = gate.opens
        found[f"gate {gate.id}.closes"] = gate.closes
    for command in config.command:
        if command.allowed != "true":
            found[f"command {command.id}.allowed"] = command.allowed
        if command.verified_when is not None:
            found[f"command {command.id}.verified_when"] = command.verified_when
    for _, name, criterion in mission.criterion_configs():
        if criterion.alarm is not None and criterion.alarm.asked_while is not None:
            found[f"alarm {name}.asked_while"] = criterion.alarm.asked_while
    return found


@dataclass(frozen=True)
class TableMutant:
    """A changed transition table."""

    what: str
    rows: tuple[TransitionConfig, ...]


def table_mutants(mission: Mission) -> Iterator[TableMutant]:
    """Rows dropped, swapped, without one of their origins, or leading elsewhere."""
    rows = mission.config.transition
    phases = [phase.id for phase in mission.config.phase]
    for i, row in enumerate(rows):
        name = f"row {i}, {', '.join(row.origin)} -> {row.to}"
        yield TableMutant(f"{name}: dropped", (*rows[:i], *rows[i + 1 :]))
        for origin in row.origin if len(row.origin) > 1 else ():
            left = tuple(other for other in row.origin if other != origin)
            yield _row_changed(rows, i, f"{name}: not from {origin}", origin=left)
        elsewhere = next(
            phase
            for phase in phases[phases.index(row.to) + 1 :] + phases
            if phase != row.to and phase not in row.origin
        )
        yield _row_changed(rows, i, f"{name}: to {elsewhere}", to=elsewhere)
    for i, (row, after) in enumerate(pairwise(rows)):
        if set(row.origin) & set(after.origin):
            swapped = (*rows[:i], after, row, *rows[i + 2 :])
            yield TableMutant(f"rows {i} and {i + 1} swapped", swapped)


def _row_changed(
    rows: Sequence[TransitionConfig], i: int, what: str, **update: object
) -> TableMutant:
    changed = rows[i].model_copy(update=update)
    return TableMutant(what, (*rows[:i], changed, *rows[i + 1 :]))
