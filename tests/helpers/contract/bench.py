"""Shipped missions, their criteria one at a time, and the raw inputs behind each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from gcs.config.criteria import CriteriaFile, CriterionConfig
from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.config.problems import Problem
from gcs.decision.criteria import build_criteria
from gcs.decision.criterion import Criterion
from gcs.expressions import Expression
from gcs.telemetry.dictionary import build_dictionary
from gcs.telemetry.mavlink.dialect import load_dialect
from gcs.telemetry.parameters import Dictionary, Parameter

MISSIONS = tuple(sorted((CONFIGS / "missions").glob("*.toml"), key=lambda path: path.stem))


@dataclass(frozen=True, eq=False)
class Bench:
    """A mission and its dictionary."""

    mission: Mission
    dictionary: Dictionary

    @property
    def id(self) -> str:
        return self.mission.config.mission.id

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name."""
        index = self.dictionary.index(name)
        assert index is not None, name
        return self.dictionary.parameters[index]

    def configs(self) -> dict[str, CriterionConfig]:
        """Criterion id -> its entry, in file order."""
        return {name: config for _, name, config in self.mission.criterion_configs()}

    def build(
        self, name: str, config: CriterionConfig
    ) -> tuple[tuple[Criterion, ...], tuple[Problem, ...]]:
        """One entry as the only criterion of the mission; its alarm may not fit it any more."""
        file = CriteriaFile.model_construct(criterion={name: config})
        alone = replace(self.mission, criteria=(("criteria.toml", file),))
        return build_criteria(alone, self.dictionary)

    def criterion(self, name: str) -> Criterion:
        """A criterion as shipped, compiled anew: it shares no memory with another one."""
        built, problems = self.build(name, self.configs()[name])
        assert not problems, problems
        return built[0]


def roots_of(bench: Bench, *expressions: Expression) -> frozenset[str]:
    """All that says what expressions stand on: the entries of every parameter below them."""
    configs = {name: config for _, name, config in bench.mission.parameters()}
    parameters = bench.dictionary.parameters
    waiting = [index for expression in expressions for index in expression.reads]
    found: dict[int, str] = {}
    while waiting:
        index = waiting.pop()
        if index in found:
            continue
        parameter = parameters[index]
        plain = parameter.id.removeprefix(f"{parameter.source}.") if parameter.source else ""
        config = configs.get(parameter.id) or configs[plain]
        found[index] = f"{parameter.id}: {config!r}"
        if parameter.derivation is not None:
            waiting += parameter.derivation.expression.reads
        if parameter.ballots is not None:
            waiting += parameter.ballots.parameters
    return frozenset(found.values())


@cache
def benches() -> dict[str, Bench]:
    """Mission id -> bench, of every shipped mission."""
    loaded = [bench_of(load_mission(path)) for path in MISSIONS]
    return {bench.id: bench for bench in loaded}


def bench_of(mission: Mission) -> Bench:
    """A mission with its dictionary; fails on any problem."""
    text = mission.dialect_text()
    dictionary, problems = build_dictionary(mission, load_dialect(text) if text else None)
    assert not problems, problems
    return Bench(mission, dictionary)


@dataclass(frozen=True)
class Handle:
    """What a test can turn: a measured parameter, or all sources of a voted one together.

    `patience_ns` is how long nothing may be known of it before whatever stands on it
    must be unknown: its `stale_after`; and where a window lies over what is derived of
    it, the `stale_after` of that and the hundredth of the window that need not be
    covered. `windowed` says that a window does.
    """

    parameter: Parameter
    inputs: tuple[Parameter, ...]
    patience_ns: int
    windowed: bool

    @property
    def name(self) -> str:
        return self.parameter.id

    @property
    def minimum_sources(self) -> int:
        ballots = self.parameter.ballots
        return 1 if ballots is None else ballots.rule.minimum_sources


def handles_of(bench: Bench, expression: Expression) -> tuple[Handle, ...]:
    """The raw inputs that an expression stands on, through votes, windows and derivation."""
    found: dict[str, Handle] = {}
    for handle in _handles(bench, expression):
        known = found.get(handle.name)
        if known is None or known.patience_ns < handle.patience_ns:
            found[handle.name] = handle
    return tuple(sorted(found.values(), key=lambda handle: handle.name))


def _handles(bench: Bench, expression: Expression) -> Iterator[Handle]:
    parameters = bench.dictionary.parameters
    for index in sorted(expression.reads):
        parameter = parameters[index]
        window_ns = expression.windows.get(index)
        if parameter.derivation is not None:
            below = list(_handles(bench, parameter.derivation.expression))
        else:
            ballots = parameter.ballots.parameters if parameter.ballots else (index,)
            inputs = tuple(parameters[i] for i in ballots)
            below = [Handle(parameter, inputs, parameter.stale_after_ns, False)]
        for handle in below:
            patience_ns = min(handle.patience_ns, parameter.stale_after_ns)
            windowed = handle.windowed or window_ns is not None
            yield replace(handle, patience_ns=patience_ns, windowed=windowed)
