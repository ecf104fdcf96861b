"""Rehearsal files: what is flown, under what seed, and what must come of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from gcs.config.extending import merged
from gcs.config.loading import Mission, load_mission
from gcs.config.model import ConfigModel, Duration, ExpressionText, Identifier, listed
from gcs.config.parsing import parse_toml, problems_of
from gcs.config.problems import ConfigError, Problem
from gcs.config.simulation import SimulationConfig
from gcs.expressions import ExpressionError
from gcs.messages import CommandState, GateState
from gcs.station import Station
from gcs.summary import t_text
from hil.acts import ActConfig, act_mistakes


class RehearsalHead(ConfigModel):
    """What is flown. `duration` is the longest it may take; `mission` is relative to this file.

    It goes on for `after_outcome` when the flight has one. `authority` is the position whose
    console attaches first and so may command; without one it is that of the first act.
    """

    id: Identifier
    title: str
    mission: str
    seed: Annotated[int, Field(ge=0)] = 0
    duration: Annotated[Duration, Field(gt=0)]
    after_outcome: Annotated[Duration, Field(ge=0)] = 3_000_000_000
    authority: str = ""


class ExpectConfig(ConfigModel):
    """One expectation, of exactly one kind.

    `await_`: true at some moment, `within` a T-time if given. `never` and `always`:
    at every tick from `after` (a T-time) on; unknown breaks `always` only.
    `outcome`: how the flight ends. `command` and `gate`: a state that is reached,
    before the T-time `within` if given.
    """

    text: str
    await_: ExpressionText | None = Field(default=None, alias="await")
    never: ExpressionText | None = None
    always: ExpressionText | None = None
    outcome: Literal["landed", "diverted", "lost", "scrubbed"] | None = None
    command: Identifier | None = None
    gate: Identifier | None = None
    state: str = ""
    within: Duration | None = None
    after: Duration | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> ExpectConfig:
        kinds = (self.await_, self.never, self.always, self.outcome, self.command, self.gate)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError(
                "expected exactly one of `await`, `never`, `always`, `outcome`, `command`, `gate`"
            )
        if self.command is not None:
            _check_state(self.state, [state.value for state in CommandState])
        elif self.gate is not None:
            _check_state(self.state, [state.value for state in GateState])
        elif self.state:
            raise ValueError("`state` goes with `command` and `gate` only")
        throughout = self.never is not None or self.always is not None
        if self.after is not None and not throughout:
            raise ValueError("`after` goes with `never` and `always` only")
        if self.within is not None and (throughout or self.outcome is not None):
            raise ValueError("`within` goes with `await`, `command` and `gate` only")
        return self

    @property
    def expression(self) -> str | None:
        """The text to compile, where there is one."""
        return self.await_ or self.never or self.always


def _check_state(state: str, known: list[str]) -> None:
    if state not in known:
        raise ValueError(f"`state` must be one of {', '.join(known)}, got {state!r}")


class RehearsalFile(ConfigModel):
    """A rehearsal file. `simulation` replaces entries of the mission's table."""

    rehearsal: RehearsalHead
    simulation: dict[str, Any] = Field(default_factory=dict)
    act: Annotated[tuple[ActConfig, ...], BeforeValidator(listed)] = ()
    expect: Annotated[tuple[ExpectConfig, ...], BeforeValidator(listed), Field(min_length=1)]


@dataclass(frozen=True)
class Rehearsal:
    """A checked rehearsal and the mission that it flies."""

    file: str
    script: RehearsalFile
    mission: Mission


def load_rehearsal(path: Path) -> Rehearsal:
    """Load a rehearsal and its mission; ConfigError with all problems of both."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError([Problem(path.name, "", f"cannot read: {reason}")]) from error
    script, found = parse_toml(path.name, text, RehearsalFile)
    if script is None:
        raise ConfigError([*found, *_problems_of_mission_named_in(path, text)])
    mission = load_mission((path.parent / script.rehearsal.mission).resolve())
    problems: list[Problem] = []
    flown = _with_simulation(path, script, mission, problems)
    problems += _reference_problems(path.name, script, mission)
    problems += _station_problems(path.name, script, mission)
    if problems:
        raise ConfigError(problems)
    return Rehearsal(file=path.name, script=script, mission=flown)


def _problems_of_mission_named_in(path: Path, text: str) -> Sequence[Problem]:
    """What is wrong with the mission of a broken file, as far as it can be found."""
    try:
        named = tomllib.loads(text).get("rehearsal", {}).get("mission")
        if isinstance(named, str):
            load_mission((path.parent / named).resolve())
    except ConfigError as error:
        return error.problems
    except (tomllib.TOMLDecodeError, AttributeError):
        pass
    return ()


def _with_simulation(
    path: Path, script: RehearsalFile, mission: Mission, problems: list[Problem]
) -> Mission:
    if mission.config.simulation is None:
        message = f"{mission.file} has no [simulation] table"
        problems.append(Problem(path.name, "rehearsal.mission", message))
        return mission
    # As written: a loaded duration is a number of ns, which no file may say.
    written = mission.written["simulation"]
    try:
        simulation = SimulationConfig.model_validate(merged(written, script.simulation))
    except ValidationError as error:
        problems += problems_of(path.name, error, "simulation")
        return mission
    return replace(mission, config=mission.config.model_copy(update={"simulation": simulation}))


def _reference_problems(file: str, script: RehearsalFile, mission: Mission) -> Iterator[Problem]:
    """Commands and gates that the mission does not have would never be reached."""
    known = {
        "command": {command.id for command in mission.config.command},
        "gate": {gate.id for gate in mission.config.gate},
    }
    for i, expect in enumerate(script.expect):
        for key, names in known.items():
            wanted = getattr(expect, key)
            if wanted is not None and wanted not in names:
                message = f"the mission has no {key} {wanted!r}"
                yield Problem(file, f"expect[{i}].{key}", message)


def _station_problems(file: str, script: RehearsalFile, mission: Mission) -> Iterator[Problem]:
    """Expressions that do not fit the mission's parameters, and acts that it does not know."""
    try:
        station = Station(mission, seed=script.rehearsal.seed)
    except ConfigError as error:
        yield from error.problems
        return
    for i, expect in enumerate(script.expect):
        yield from _expression_problems(file, f"expect[{i}]", expect.expression, station)
    catalogue = station.catalogue("LIVE")
    for i, act in enumerate(script.act):
        yield from _expression_problems(file, f"act[{i}].when", act.when, station)
        for key, message in (*act_mistakes(act, catalogue), *_moment_mistakes(act, i, mission)):
            yield Problem(file, f"act[{i}].{key}", message)
    authority = script.rehearsal.authority
    if authority and authority not in [act.position for act in script.act]:
        yield Problem(file, "rehearsal.authority", f"no act is done by {authority!r}")


def _expression_problems(
    file: str, key: str, text: str | None, station: Station
) -> Iterator[Problem]:
    try:
        if text is not None:
            station.compile(text)
    except ExpressionError as error:
        yield Problem(file, key, str(error))


def _moment_mistakes(act: ActConfig, i: int, mission: Mission) -> Iterator[tuple[str, str]]:
    start_ns = mission.config.count.start
    if act.at is not None and act.at < start_ns:
        yield "at", f"{t_text(act.at)} is past: the count starts at {t_text(start_ns)}"
    if act.after is not None and i == 0:
        yield "after", "there is no act before the first"
