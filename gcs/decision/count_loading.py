"""From a mission's `[count]` to a Countdown, or to all that is wrong with it."""

from __future__ import annotations

from collections import Counter

from gcs.config.loading import Mission
from gcs.config.mission import CountConfig
from gcs.config.problems import Problem
from gcs.decision.compiling import Compiler
from gcs.decision.countdown import Countdown, CountRules
from gcs.expressions import TIME, Expression, Scope


def build_countdown(mission: Mission, scope: Scope) -> tuple[Countdown, tuple[Problem, ...]]:
    """Compile a mission's count, and say all that is wrong with it."""
    config, file = mission.config.count, mission.file
    compiler = Compiler(scope)
    rules = CountRules(
        lift_off=_condition(compiler, file, "lift_off", config.lift_off),
        reading=_reading(compiler, file, config),
        recycle_when=_condition(compiler, file, "recycle_when", config.recycle_when),
        stopped_when=_condition(compiler, file, "stopped_when", config.stopped_when),
    )
    for key, message in (*_hold_mistakes(config), *_mark_mistakes(config)):
        compiler.problem(file, f"count.{key}", message)
    return Countdown(config, rules), tuple(compiler.problems)


def _condition(compiler: Compiler, file: str, key: str, text: str | None) -> Expression | None:
    return None if text is None else compiler.condition(text, file, f"count.{key}")


def _reading(compiler: Compiler, file: str, config: CountConfig) -> Expression | None:
    if config.reading is None:
        return None
    key = "count.reading"
    reading = compiler.number(config.reading, file, key)
    if reading is not None and reading.dimension != TIME:
        compiler.problem(file, key, f"expected a time, got {reading.dimension}")
    if config.lift_off is None:
        compiler.problem(file, key, "is read at lift-off: give `lift_off` too")
    return reading


def _hold_mistakes(config: CountConfig) -> list[tuple[str, str]]:
    mistakes = []
    times = Counter(hold.at for hold in config.hold)
    for i, hold in enumerate(config.hold):
        if not config.start <= hold.at <= 0:
            mistakes.append((f"hold[{i}].at", "expected a reading between `start` and zero"))
        if times[hold.at] > 1:
            mistakes.append((f"hold[{i}].at", "two built-in holds at one reading"))
    return mistakes


def _mark_mistakes(config: CountConfig) -> list[tuple[str, str]]:
    mistakes = []
    ids = Counter(mark.id for mark in config.mark)
    for i, mark in enumerate(config.mark):
        if not config.start <= mark.at <= 0:
            mistakes.append((f"mark[{i}].at", "expected a reading between `start` and zero"))
        if ids[mark.id] > 1:
            mistakes.append((f"mark[{i}].id", f"{mark.id!r} is declared twice"))
    if config.mark and config.recycle_when is None:
        message = "the marks need a condition under which the count may go back to them"
        mistakes.append(("recycle_when", message))
    if config.recycle_when is not None and not config.mark:
        mistakes.append(("recycle_when", "there is no `mark` to go back to"))
    return mistakes
