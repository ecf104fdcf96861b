"""The dictionary: every parameter of a mission, where its values come from, what they mean.

A parameter that several sources carry becomes one parameter a source
(`fc_b.nav.altitude`) and the plain name, which is their vote. Plain names come first,
in file order; they are what a console lists.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gcs.config.dictionary import (
    FromBarge,
    FromColumn,
    FromExpression,
    FromMavlink,
    FromOperator,
    FromStation,
    ParameterConfig,
    VoteConfig,
)
from gcs.config.loading import Mission
from gcs.config.problems import Problem
from gcs.expressions import (
    CONDITION,
    DIMENSIONLESS,
    Dimension,
    Expression,
    ExpressionError,
    Unit,
    compile_expression,
    parse_difference,
    parse_quantity,
    unit_of,
)
from gcs.expressions.parsing import parse
from gcs.expressions.syntax import Call, Name, Node, children
from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.naming import misnamed
from gcs.telemetry.origins import SENDERS, say_origin
from gcs.telemetry.parameters import (
    Ballots,
    Derivation,
    Dictionary,
    Entered,
    Parameter,
    Scale,
    StationRoute,
)
from gcs.telemetry.routing import Routes, RoutingError
from gcs.telemetry.speech import say_duration
from gcs.telemetry.voting import TURN_RAD, VoteRule

__all__ = ["Dictionary", "build_dictionary"]

_STATION_UNITS: Mapping[str, str] = {
    "t_clock": "s",
    "phase_time": "s",
    "deck_lights_wanted": "",
    "count_held": "",
    "count_scrubbed": "",
    "count_attempt": "",
    "hold_budget_left": "s",
    "alarms_active": "",
    "alarms_unacknowledged": "",
    "alarm_flood": "",
    "recorder_ok": "",
    "disk_free": "B",
    "recorded": "B",
    "queue_lag": "s",
    "link_up": "",
    "link_age": "s",
    "loss_fraction": "",
    "clock_offset": "s",
    "simulated_mixed_with_real": "",
}
_ABOUT_ONE = frozenset({"link_up", "link_age", "loss_fraction", "clock_offset"})
_ANGLE = "rad"
_ANYTHING = (-math.inf, math.inf)
_LARGEST = sys.float_info.max
"""What is infinite is no measurement, whatever range is valid."""


def build_dictionary(
    mission: Mission, dialect: Dialect | None
) -> tuple[Dictionary, tuple[Problem, ...]]:
    """The dictionary of a mission and all that is wrong with it.

    A parameter with a problem stays in the dictionary, without the part that is
    wrong, so that what names it is not reported as well.
    """
    return _Builder(mission, dialect).build()


@dataclass
class _Entry:
    """A plain parameter on its way into the dictionary."""

    file: str
    name: str
    config: ParameterConfig
    index: int
    unit: Unit
    valid: tuple[float, float]
    senders: tuple[str, ...] = ()
    unit_is_known: bool = True

    def is_not(self, dimension: object) -> bool:
        """Whether a dimension differs from its own; an unknown unit is one problem, not more."""
        return self.unit_is_known and dimension != self.unit.dimension

    def key(self, part: str = "") -> str:
        return f'parameter."{self.name}"' + (f".{part}" if part else "")


class _Names:
    """The Scope while the dictionary is still being built."""

    def __init__(self) -> None:
        self.indices: dict[str, int] = {}
        self.parameters: list[Parameter] = []

    def add(self, entry: _Entry, source: str = "") -> Parameter:
        config = entry.config
        title = config.title or entry.name
        parameter = Parameter(
            index=len(self.parameters),
            id=f"{source}.{entry.name}" if source else entry.name,
            title=f"{title} ({source})" if source else title,
            unit=entry.unit,
            low=entry.valid[0],
            high=entry.valid[1],
            stale_after_ns=config.stale_after,
            format=config.format,
            # Nobody answers for one source of a vote: consoles list what is owned.
            owner="" if source else config.owner,
            source=source,
            entered=_entered(config),
            origin=say_origin(config.origin, (source,) if source else entry.senders),
            codes=config.codes,
        )
        self.indices[parameter.id] = parameter.index
        self.parameters.append(parameter)
        return parameter

    def index(self, name: str) -> int | None:
        return self.indices.get(name)

    def dimension(self, index: int) -> Dimension:
        return self.parameters[index].unit.dimension

    def stale_after_ns(self, index: int) -> int:
        return self.parameters[index].stale_after_ns


class _Builder:
    def __init__(self, mission: Mission, dialect: Dialect | None) -> None:
        self._mission = mission
        self._sources = {source.id: source.kind for source in mission.config.source}
        self._names = _Names()
        self._dialect = dialect
        self._routes = Routes(dialect)
        self._station: list[StationRoute] = []
        self._problems: list[Problem] = []
        self._entries = [
            self._entry(index, *named) for index, named in enumerate(mission.parameters())
        ]

    def build(self) -> tuple[Dictionary, tuple[Problem, ...]]:
        for entry in self._entries:
            self._names.add(entry)
        for entry in self._entries:
            self._connect(entry)
        for entry in self._entries:
            self._derive(entry)
        dictionary = Dictionary(
            parameters=tuple(self._names.parameters),
            mavlink=self._routes.mavlink(),
            barge=self._routes.barge(),
            columns=self._routes.columns(),
            station_routes=tuple(self._station),
            derived_order=self._ordered(),
            _indices=self._names.indices,
        )
        return dictionary, tuple(self._problems)

    def _problem(self, entry: _Entry, part: str, message: str) -> None:
        self._problems.append(Problem(entry.file, entry.key(part), message))

    # --- What a parameter is ---

    def _entry(self, index: int, file: str, name: str, config: ParameterConfig) -> _Entry:
        senders = config.sources or self._of_kind(SENDERS.get(type(config.origin)))
        entry = _Entry(file, name, config, index, unit_of(""), _ANYTHING, senders)
        try:
            entry.unit = unit_of(config.unit)
        except ExpressionError as error:
            self._problem(entry, "unit", error.message)
            entry.unit_is_known = False
        if config.valid is not None:
            entry.valid = self._valid(entry, config.valid)
        try:
            format(0.0, config.format)
        except ValueError:
            self._problem(entry, "format", f"{config.format!r} does not format a number")
        return entry

    def _valid(self, entry: _Entry, texts: tuple[str, str]) -> tuple[float, float]:
        bounds = []
        for text in texts:
            try:
                value, dimension = parse_quantity(text)
            except ExpressionError as error:
                self._problem(entry, "valid", error.message)
                return _ANYTHING
            if entry.is_not(dimension):
                self._problem(entry, "valid", f"{text!r} is not a value in {entry.unit.name!r}")
                return _ANYTHING
            bounds.append(value)
        if bounds[0] >= bounds[1]:
            self._problem(entry, "valid", f"{texts[0]!r} is not below {texts[1]!r}")
            return _ANYTHING
        return bounds[0], bounds[1]

    # --- Where it comes from ---

    def _connect(self, entry: _Entry) -> None:
        origin = entry.config.origin
        if isinstance(origin, FromStation):
            self._connect_station(entry, origin)
        elif isinstance(origin, FromMavlink | FromBarge | FromColumn):
            self._connect_sources(entry, origin)
        elif entry.config.vote is not None or entry.config.sources:
            self._problem(entry, "", "an expression has neither `sources` nor `vote`")

    def _connect_station(self, entry: _Entry, origin: FromStation) -> None:
        config = self._mission.config
        known = {link.id for link in config.link} | set(self._sources)
        if origin.quantity in _ABOUT_ONE and origin.of not in known:
            self._problem(entry, "from.of", f"no link or source is called {origin.of!r}")
        if entry.is_not(unit_of(_STATION_UNITS[origin.quantity]).dimension):
            unit = _STATION_UNITS[origin.quantity] or "a plain number"
            self._problem(entry, "unit", f"{origin.quantity} is {unit}, not {entry.unit.name!r}")
        self._station.append(StationRoute(entry.index, origin.quantity, origin.of))

    def _connect_sources(self, entry: _Entry, origin: FromMavlink | FromBarge | FromColumn) -> None:
        for part, message in misnamed(entry.config, origin, self._dialect):
            self._problem(entry, part, message)
        sources = self._sources_of(entry, SENDERS[type(origin)])
        scale = self._scale(entry, origin)
        if len(sources) == 1:
            self._route(entry, entry.index, sources[0], origin, scale)
            return
        voting = []
        for source in sources:
            if f"{source}.{entry.name}" in self._names.indices:
                self._problem(entry, "", f"{source}.{entry.name} is already declared")
                continue
            parameter = self._names.add(entry, source)
            voting.append(parameter)
            if not self._route(entry, parameter.index, source, origin, scale):
                break
        self._set_vote(entry, voting)

    def _sources_of(self, entry: _Entry, kind: str) -> tuple[str, ...]:
        """The declared sources of the right kind; the only one of its kind needs no mention."""
        declared = entry.config.sources
        if not declared:
            declared = self._of_kind(kind)
            if len(declared) != 1:
                message = f"name its `sources`: the mission has {len(declared)} of kind {kind}"
                self._problem(entry, "sources", message)
                return ()
        wrong = [name for name in declared if self._sources.get(name, kind) != kind]
        for name in wrong:
            message = f"{name!r} is a source of kind {self._sources[name]}, not {kind}"
            self._problem(entry, "sources", message)
        if len(set(declared)) < len(declared):
            self._problem(entry, "sources", "a source is listed twice")
        return tuple(name for name in dict.fromkeys(declared) if name not in wrong)

    def _of_kind(self, kind: str | None) -> tuple[str, ...]:
        return tuple(name for name, its in self._sources.items() if its == kind)

    def _scale(self, entry: _Entry, origin: FromMavlink | FromBarge | FromColumn) -> Scale:
        wire = entry.unit
        try:
            wire = unit_of(origin.unit)
        except ExpressionError as error:
            self._problem(entry, "from.unit", error.message)
        if entry.is_not(wire.dimension):
            message = f"{origin.unit!r} on the wire does not convert to {entry.unit.name!r}"
            self._problem(entry, "from.unit", message)
        invalid = origin.invalid if isinstance(origin, FromMavlink) else None
        low, high = entry.valid
        return Scale(wire.factor, wire.offset, max(low, -_LARGEST), min(high, _LARGEST), invalid)

    def _route(
        self,
        entry: _Entry,
        parameter: int,
        source: str,
        origin: FromMavlink | FromBarge | FromColumn,
        scale: Scale,
    ) -> bool:
        try:
            self._routes.add(parameter, source, origin, scale)
        except RoutingError as error:
            self._problem(entry, "from", str(error))
            return False
        return True

    # --- How it is voted ---

    def _set_vote(self, entry: _Entry, voting: list[Parameter]) -> None:
        vote = entry.config.vote
        if vote is None or not voting:
            return
        rule = self._rule(entry, vote)
        if rule.minimum_sources > len(voting):
            message = f"{rule.minimum_sources} of {len(voting)} sources can never agree"
            self._problem(entry, "vote.minimum_sources", message)
        ballots = Ballots(rule, tuple(p.index for p in voting), tuple(p.source for p in voting))
        plain = self._names.parameters[entry.index]
        self._names.parameters[entry.index] = replace(plain, ballots=ballots)

    def _rule(self, entry: _Entry, vote: VoteConfig) -> VoteRule:
        tolerance = 0.0
        try:
            tolerance, dimension = parse_difference(vote.tolerance)
        except ExpressionError as error:
            self._problem(entry, "vote.tolerance", error.message)
        else:
            if entry.is_not(dimension):
                message = f"{vote.tolerance!r} is not a step in {entry.unit.name!r}"
                self._problem(entry, "vote.tolerance", message)
            elif tolerance < 0:
                self._problem(entry, "vote.tolerance", "is negative")
        turn = TURN_RAD if str(entry.unit.dimension) == _ANGLE else None
        return VoteRule(tolerance, vote.minimum_sources, vote.frozen_after, turn)

    # --- How it is derived ---

    def _derive(self, entry: _Entry) -> None:
        origin = entry.config.origin
        if not isinstance(origin, FromExpression):
            return
        try:
            expression = compile_expression(origin.expression, self._names)
        except ExpressionError as error:
            self._problem(entry, "from.expression", str(error))
            return
        kind = DIMENSIONLESS if expression.dimension is CONDITION else expression.dimension
        if entry.is_not(kind):
            message = f"gives {kind}, which is not {entry.unit.name or 'a plain number'!r}"
            self._problem(entry, "from.expression", message)
        plain = self._names.parameters[entry.index]
        derivation = Derivation(expression, self._needs(expression))
        self._names.parameters[entry.index] = replace(plain, derivation=derivation)
        self._outlives_its_inputs(entry, derivation)

    def _outlives_its_inputs(self, entry: _Entry, derivation: Derivation) -> None:
        """It is as old as its oldest input: were it stale sooner, it would blink at each wait."""
        inputs = [self._names.parameters[index] for index in derivation.needs]
        slowest = max(inputs, key=lambda its: its.stale_after_ns, default=None)
        if slowest is not None and entry.config.stale_after < slowest.stale_after_ns:
            message = (
                f"reads {slowest.id}, which is good for {say_duration(slowest.stale_after_ns)}: "
                f"{say_duration(entry.config.stale_after)} must not be shorter"
            )
            self._problem(entry, "stale_after", message)

    def _needs(self, expression: Expression) -> tuple[int, ...]:
        named = set(_names_outside_age(parse(expression.text)))
        return tuple(sorted(self._names.indices[name] for name in named))

    def _ordered(self) -> tuple[int, ...]:
        """Derived parameters, inputs first; those in a circle are left out and reported."""
        waiting = {
            p.index: set(p.derivation.expression.reads)
            for p in self._names.parameters
            if p.derivation is not None
        }
        order: list[int] = []
        while ready := [i for i, reads in waiting.items() if not reads & waiting.keys()]:
            order += ready
            for index in ready:
                del waiting[index]
        for index in waiting:
            circle = ", ".join(self._names.parameters[i].id for i in sorted(waiting))
            self._problem(self._entries[index], "from.expression", f"is in a circle: {circle}")
        return tuple(order)


def _entered(config: ParameterConfig) -> Entered | None:
    origin = config.origin
    if not isinstance(origin, FromOperator):
        return None
    return Entered(origin.entered_by, origin.checked)


def _names_outside_age(node: Node) -> Iterator[str]:
    if isinstance(node, Name):
        yield node.name
    if isinstance(node, Call) and node.function == "age":
        return
    for child in children(node):
        yield from _names_outside_age(child)
