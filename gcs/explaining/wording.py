"""What a criterion demands, in words: numbers exact and in the operator's unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from gcs.clock import SECOND_NS
from gcs.config.criteria import CriterionConfig, LimitConfig
from gcs.expressions import Unit, parse_difference, parse_quantity, unit_of

_MINUTE_NS = 60 * SECOND_NS
Told: TypeAlias = Callable[[str], str]
"""An expression with the names of its codes."""


def rule_fields(config: CriterionConfig, told: Told) -> Iterator[tuple[str, str]]:
    """What a criterion demands, label by label, numbers in the operator's unit."""
    if config.require is not None:
        yield "requires", told(config.require)
        yield from _way_back(config, told)
        return
    unit = unit_of(config.unit)
    yield "value", told(f"{config.value}") + (f" [{config.unit}]" if config.unit else "")
    if config.caution is not None:
        yield "caution", _limit(config.caution, unit)
    if config.no_go is not None:
        yield "no-go", _limit(config.no_go, unit)
    step = parse_difference(config.hysteresis)[0] / unit.factor if config.hysteresis else 0.0
    yield "hysteresis", _number(step, unit) if step else "none"
    yield from _way_back(config, told)


def _way_back(config: CriterionConfig, told: Told) -> Iterator[tuple[str, str]]:
    if config.clears_when is not None:
        yield "clears", f"once tripped, only while {told(config.clears_when)}"


def waivable(config: CriterionConfig) -> str:
    """Who may let it pass, for how long and how far."""
    if config.unwaivable:
        return "nobody, ever: it is unwaivable"
    if config.waivable_for is None:
        return "nobody"
    text = f"{', '.join(config.waivable_by)}, for {duration(config.waivable_for)} at most"
    if config.waivable_to is None:
        return text
    return f"{text}, as far as {_limit(config.waivable_to, unit_of(config.unit))}"


def alarm_fields(config: CriterionConfig, told: Told) -> Iterator[tuple[str, str]]:
    """What it asks of an operator when it turns bad; nothing where it has no alarm."""
    alarm = config.alarm
    if alarm is None:
        return
    when = "NO-GO" if alarm.on == "no_go" else "CAUTION or NO-GO"
    lasting = f"UNKNOWN for {duration(alarm.unknown_after)}"
    yield "alarm", f"{alarm.priority.value}, on {when}, or {lasting}: {alarm.action}"
    if alarm.once_known:
        yield "", "for UNKNOWN only once it was known"
    if alarm.follows:
        yield "", f"asks nothing for an UNKNOWN that {' or '.join(alarm.follows)} explains"
    if alarm.asked_while is not None:
        yield "", f"asked while {told(alarm.asked_while)}"


def _limit(config: LimitConfig, unit: Unit) -> str:
    sides = (("above", config.above), ("below", config.below))
    return " or ".join(
        f"{side} {_number(unit.from_si(parse_quantity(text)[0]), unit)}"
        for side, text in sides
        if text is not None
    )


def _number(value: float, unit: Unit) -> str:
    """A number with all the digits that a file gives it."""
    return f"{value:.12g} {unit.name}".rstrip()


def delays(config: CriterionConfig) -> str:
    """How long it must stand before it trips, and before it clears."""

    def after(duration_ns: int) -> str:
        return f"after {duration(duration_ns)}" if duration_ns else "at once"

    return f"trips {after(config.trip_after)}, clears {after(config.clear_after)}"


def duration(duration_ns: int) -> str:
    """A duration with all the digits that a file gives it."""
    if duration_ns and duration_ns % _MINUTE_NS == 0:
        return f"{duration_ns // _MINUTE_NS} min"
    return f"{duration_ns / SECOND_NS:.12g} s"
