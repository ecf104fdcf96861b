"""From a criterion as configured to a Criterion, or to all that is wrong with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gcs.config.criteria import CriterionConfig, LimitConfig
from gcs.config.loading import Mission
from gcs.config.problems import Problem
from gcs.decision.compiling import Compiler, key_of
from gcs.decision.criterion import Criterion, Waivable
from gcs.decision.limits import Limit
from gcs.decision.wording import Vocabulary
from gcs.expressions import Expression, Kind, Scope, unit_of
from gcs.telemetry.speech import Speech, say_duration


@dataclass(frozen=True)
class _Measure:
    """What a criterion measures or requires, and how its numbers are said."""

    expression: Expression
    speech: Speech
    no_go: Limit | None
    caution: Limit | None
    waivable_to: Limit | None = None


class CriterionLoader:
    """Loads criteria one by one and gathers their problems."""

    def __init__(self, mission: Mission, scope: Scope) -> None:
        self._vocabulary = Vocabulary(mission, scope)
        self._compiler = Compiler(scope)
        self._longest_ns = mission.config.station.longest_window

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that was wrong so far."""
        return tuple(self._compiler.problems)

    def load(self, file: str, name: str, config: CriterionConfig) -> Criterion | None:
        """The criterion; None when it has problems."""
        before = len(self._compiler.problems)
        reader = _Reader(self._compiler, file, name, config, self._longest_ns)
        reader.check_delays()
        measure = reader.value() if config.value is not None else reader.requirement()
        clears_when = reader.clears_when()
        if measure is None or len(self._compiler.problems) > before:
            return None
        return Criterion(
            id=name,
            title=config.title,
            owner=config.owner,
            gates=config.gates,
            phases=frozenset(config.phases),
            expression=measure.expression,
            no_go=measure.no_go,
            caution=measure.caution,
            trip_after_ns=config.trip_after,
            clear_after_ns=config.clear_after,
            speech=measure.speech,
            source=config.source,
            vocabulary=self._vocabulary,
            waivable=_waivable(config, measure.waivable_to),
            unwaivable=config.unwaivable,
            clears_when=clears_when,
        )


def _waivable(config: CriterionConfig, to: Limit | None) -> Waivable | None:
    if config.waivable_for is None:
        return None
    return Waivable(config.waivable_by, config.waivable_for, to)


class _Reader:
    """Reads one criterion's entry."""

    def __init__(
        self,
        compiler: Compiler,
        file: str,
        name: str,
        config: CriterionConfig,
        longest_window_ns: int,
    ) -> None:
        self._compiler = compiler
        self._longest_window_ns = longest_window_ns
        self._file = file
        self._name = name
        self._config = config

    def check_delays(self) -> None:
        for field in ("trip_after", "clear_after"):
            if getattr(self._config, field) < 0:
                self._problem(field, "expected a duration of zero or more")

    def requirement(self) -> _Measure | None:
        expression = self._compiler.condition(
            self._config.require or "", self._file, self._key("require")
        )
        if expression is None or not self._is_sound(expression, "require"):
            return None
        return _Measure(expression, Speech("", 1.0, 0.0, self._config.format), None, None)

    def clears_when(self) -> Expression | None:
        text = self._config.clears_when
        if text is None:
            return None
        expression = self._compiler.condition(text, self._file, self._key("clears_when"))
        if expression is None or not self._is_sound(expression, "clears_when"):
            return None
        return expression

    def value(self) -> _Measure | None:
        expression = self._compiler.number(self._config.value or "", self._file, self._key("value"))
        speech = self._speech()
        if expression is None or speech is None or not self._is_sound(expression, "value"):
            return None
        of = expression.dimension
        if unit_of(self._config.unit).dimension != of:
            self._problem("unit", f"the value is {of}, which {self._config.unit!r} is not")
            return None
        hysteresis = self._hysteresis(of)
        no_go = self._limit("no_go", self._config.no_go, of, hysteresis)
        caution = self._limit("caution", self._config.caution, of, hysteresis)
        if no_go is not None and caution is not None:
            self._check_order(caution, no_go)
        waivable_to = self._limit("waivable_to", self._config.waivable_to, of, 0.0)
        if no_go is not None and waivable_to is not None:
            self._check_waivable(no_go, waivable_to)
        return _Measure(expression, speech, no_go, caution, waivable_to)

    def _is_sound(self, expression: Expression, field: str) -> bool:
        """Whether it can fail at all, and the history that it looks back on is kept."""
        if not expression.reads:
            self._problem(field, "reads no parameter: a rule that cannot fail is no rule")
            return False
        longest_ns, kept_ns = max(expression.windows.values(), default=0), self._longest_window_ns
        if longest_ns > kept_ns:
            self._problem(
                field,
                f"looks back {say_duration(longest_ns)}, but the station keeps"
                f" {say_duration(kept_ns)} (station.longest_window)",
            )
            return False
        return True

    def _speech(self) -> Speech | None:
        text = self._config.unit
        unit = self._compiler.unit(text, self._file, self._key("unit"))
        try:
            format(1.0, self._config.format)
        except ValueError:
            self._problem("format", f"expected a number format, got {self._config.format!r}")
            return None
        if unit is None:
            return None
        return Speech(text, unit.factor, unit.offset, self._config.format)

    def _hysteresis(self, of: Kind) -> float:
        text = self._config.hysteresis
        if text is None:
            return 0.0
        value = self._compiler.difference(text, of, self._file, self._key("hysteresis"))
        if value is not None and value < 0:
            self._problem("hysteresis", "expected zero or more")
        return value or 0.0

    def _limit(
        self, field: str, config: LimitConfig | None, of: Kind, hysteresis: float
    ) -> Limit | None:
        if config is None:
            return None
        above, below = (
            self._compiler.quantity(text, of, self._file, self._key(field, side)) if text else None
            for side, text in (("above", config.above), ("below", config.below))
        )
        limit = Limit(
            above=math.inf if above is None else above,
            below=-math.inf if below is None else below,
            hysteresis=hysteresis,
        )
        if limit.above - hysteresis <= limit.below + hysteresis:
            self._problem(field, "no room is left inside these limits and their hysteresis")
        return limit

    def _check_order(self, caution: Limit, no_go: Limit) -> None:
        for side, wrong in (
            ("above", caution.above >= no_go.above and math.isfinite(caution.above)),
            ("below", caution.below <= no_go.below and math.isfinite(caution.below)),
        ):
            if wrong:
                self._problem(f"caution.{side}", "a caution limit must lie inside the no-go limit")

    def _check_waivable(self, no_go: Limit, to: Limit) -> None:
        for side, wrong in (
            ("above", to.above <= no_go.above and math.isfinite(to.above)),
            ("below", to.below >= no_go.below and math.isfinite(to.below)),
        ):
            if wrong:
                self._problem(f"waivable_to.{side}", "must lie beyond the no-go limit of its side")

    def _key(self, *fields: str) -> str:
        return key_of("criterion", self._name, *fields)

    def _problem(self, field: str, message: str) -> None:
        self._compiler.problem(self._file, self._key(field), message)
